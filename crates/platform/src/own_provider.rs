//! A person's own provider file is saved into the profile.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use tokenrack_core::ports::ProviderFolder;
use tokenrack_core::problem::{Code, Problem};
use tokenrack_core::provider::ProviderId;

use crate::files::{self, Readers};
use crate::private;
use crate::profile::{LARGEST_FILE, Profile};

impl Profile {
    /// Saves the file of the provider with this id. A file that is there already is replaced only by who has read it:
    /// `before` is the text it had then.
    ///
    /// # Errors
    /// `InvalidInput` for an id that is none, for a text that would not be read again, and where there is such a file
    /// that nobody read or that has changed since; `StoreFailed` when it cannot be written.
    pub fn save_provider(&self, id: &str, text: &str, before: Option<&str>) -> Result<PathBuf, Problem> {
        if !ProviderId(id.to_owned()).is_well_formed() {
            return Err(refused("an id has lower-case letters, digits and hyphens"));
        }
        if text.len() as u64 > LARGEST_FILE {
            return Err(refused(format_args!("a provider file has at most {} KiB", LARGEST_FILE / 1024)));
        }
        let path = self.providers_dir().join(format!("{id}.toml"));
        let Some(before) = before else {
            return create(&path, text).map(|()| path);
        };
        // A link stays one: people keep such files elsewhere.
        let target = match std::fs::canonicalize(&path) {
            Ok(target) => target,
            // Somebody deleted it, and this text is all that is left.
            Err(error) if error.kind() == ErrorKind::NotFound => return create(&path, text).map(|()| path),
            Err(error) => return Err(failed(&path, &error)),
        };
        let now = std::fs::read(&target).map_err(|error| failed(&path, &error))?;
        if String::from_utf8_lossy(&now) != before {
            let words = format!("{} has been changed by another program meanwhile", path.display());
            return Err(refused(words));
        }
        private::replace_content(&target, text.as_bytes()).map_err(|error| failed(&path, &error))?;
        Ok(path)
    }
}

impl ProviderFolder for Profile {
    fn save(&self, id: &ProviderId, text: &str, before: Option<&str>) -> Result<(), Problem> {
        self.save_provider(&id.0, text, before).map(drop)
    }
}

fn create(path: &Path, text: &str) -> Result<(), Problem> {
    files::write_new(path, text.as_bytes(), Readers::Owner).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            refused(format_args!("{} is there already; choose another id, or remove it", path.display()))
        }
        _ => failed(path, &error),
    })
}

fn refused(words: impl std::fmt::Display) -> Problem {
    Problem::new(Code::InvalidInput).because(words)
}

fn failed(path: &Path, error: &std::io::Error) -> Problem {
    Problem::new(Code::StoreFailed).because(format_args!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile() -> (tempfile::TempDir, Profile) {
        let dir = tempfile::tempdir().unwrap();
        let profile = Profile::open(Some(dir.path().into())).unwrap();
        (dir, profile)
    }

    #[test]
    fn a_file_is_saved_once_and_only_in_the_folder() {
        let (_dir, profile) = profile();
        let path = profile.save_provider("acme", "first", None).unwrap();
        assert_eq!(path, profile.providers_dir().join("acme.toml"));
        let problem = profile.save_provider("acme", "second", None).unwrap_err();
        assert!(problem.code == Code::InvalidInput && problem.to_string().contains("acme.toml"), "{problem}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "first");
        for id in ["", "../acme", "a/b", "Acme"] {
            assert_eq!(profile.save_provider(id, "x", None).unwrap_err().code, Code::InvalidInput, "{id}");
        }
    }

    #[test]
    fn a_file_is_replaced_by_who_has_read_it_as_it_is() {
        let (_dir, profile) = profile();
        let path = profile.save_provider("acme", "first", None).unwrap();
        profile.save_provider("acme", "second", Some("first")).unwrap();
        let problem = profile.save_provider("acme", "third", Some("first")).unwrap_err();
        assert!(problem.code == Code::InvalidInput && problem.to_string().contains("meanwhile"), "{problem}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "second");
        let in_folder = std::fs::read_dir(profile.providers_dir()).unwrap().count();
        assert_eq!(in_folder, 1, "a draft is left");
        std::fs::remove_file(&path).unwrap();
        profile.save_provider("acme", "third", Some("second")).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "third");
    }

    #[test]
    fn a_file_that_would_not_be_read_again_is_not_saved() {
        let (_dir, profile) = profile();
        let text = "#".repeat(usize::try_from(LARGEST_FILE).unwrap() + 1);
        assert_eq!(profile.save_provider("acme", &text, None).unwrap_err().code, Code::InvalidInput);
        assert!(profile.save_provider("acme", &text[1..], None).is_ok());
    }
}
