//! A person's own provider file is saved into the profile.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;

use tokenrack_core::problem::{Code, Problem};

use crate::profile::Profile;

impl Profile {
    /// Saves the file of the provider with this id; never over another.
    ///
    /// # Errors
    /// `InvalidInput` for an id that is none, or where there is such a file; `StoreFailed` when it cannot be written.
    pub fn save_provider(&self, id: &str, text: &str) -> Result<PathBuf, Problem> {
        let is_id = id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if id.is_empty() || !is_id {
            return Err(
                Problem::new(Code::InvalidInput).because("an id has lower-case letters, digits and hyphens")
            );
        }
        let path = self.providers_dir().join(format!("{id}.toml"));
        let failed = |error: &std::io::Error| match error.kind() {
            ErrorKind::AlreadyExists => {
                let words = format!("{} is there already; choose another id, or remove it", path.display());
                Problem::new(Code::InvalidInput).because(words)
            }
            _ => Problem::new(Code::StoreFailed).because(format_args!("{}: {error}", path.display())),
        };
        let mut file = OpenOptions::new().write(true).create_new(true).open(&path).map_err(|e| failed(&e))?;
        if let Err(error) = write(&mut file, text) {
            // Half a file would be reported as a broken provider at every start.
            let removed = std::fs::remove_file(&path);
            if let Err(error) = removed {
                tracing::warn!(file = %path.display(), %error, "half a provider file is left");
            }
            return Err(failed(&error));
        }
        Ok(path)
    }
}

fn write(file: &mut File, text: &str) -> std::io::Result<()> {
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_saved_once_and_only_in_the_folder() {
        let dir = tempfile::tempdir().unwrap();
        let profile = Profile::open(Some(dir.path().into())).unwrap();
        let path = profile.save_provider("acme", "first").unwrap();
        assert_eq!(path, profile.providers_dir().join("acme.toml"));
        let problem = profile.save_provider("acme", "second").unwrap_err();
        assert!(problem.code == Code::InvalidInput && problem.to_string().contains("acme.toml"), "{problem}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "first");
        for id in ["", "../acme", "a/b", "Acme"] {
            assert_eq!(profile.save_provider(id, "x").unwrap_err().code, Code::InvalidInput, "{id}");
        }
    }
}
