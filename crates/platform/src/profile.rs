//! Where every file of a profile is.

use std::path::{Path, PathBuf};

use tokenrack_core::problem::{Code, Problem};
use tokenrack_core::provider::Catalog;
use tokenrack_core::say;

use crate::private;
use crate::script::script_beside;

/// Bytes of a person's own provider file.
pub(crate) const LARGEST_FILE: u64 = 256 * 1024;

/// A profile's folder, made when it is opened.
#[derive(Debug, Clone)]
pub struct Profile {
    root: PathBuf,
}

impl Profile {
    /// Opens the profile under `home`, or under the system's folder for application data.
    /// Missing folders are made for the owner alone.
    ///
    /// # Errors
    /// [`Code::StoreFailed`] when there is no home folder, or the folders cannot be made.
    pub fn open(home: Option<PathBuf>) -> Result<Self, Problem> {
        let root = match home {
            Some(home) => std::path::absolute(&home).map_err(|e| failed(&home, &e))?,
            None => system_folder().ok_or_else(|| {
                Problem::new(Code::StoreFailed).because("this user has no home folder; set TOKENRACK_HOME")
            })?,
        };
        let profile = Self { root };
        for folder in
            [profile.root.clone(), profile.vault_dir(), profile.locks_dir(), profile.providers_dir()]
        {
            private::create_dir(&folder).map_err(|e| failed(&folder, &e))?;
        }
        Ok(profile)
    }

    /// The folder that holds everything.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Everything that is not secret.
    pub fn database(&self) -> PathBuf {
        self.root.join("tokenrack.db")
    }

    /// The encrypted files, when there is no keychain.
    pub fn vault_dir(&self) -> PathBuf {
        self.root.join("vault")
    }

    /// One lock file per connection.
    pub fn locks_dir(&self) -> PathBuf {
        self.root.join("locks")
    }

    /// The person's own provider files.
    pub fn providers_dir(&self) -> PathBuf {
        self.root.join("providers")
    }

    /// The providers that ship with Tokenrack and the person's own. A file of theirs that cannot be read counts as a
    /// broken one, which the diagnostics show; it must not keep a face from opening.
    ///
    /// # Errors
    /// [`Code::StoreFailed`] when the folder cannot be read.
    pub fn catalog(&self) -> Result<Catalog, Problem> {
        let folder = self.providers_dir();
        let mut files = Vec::new();
        for entry in std::fs::read_dir(&folder).map_err(|e| failed(&folder, &e))? {
            let path = entry.map_err(|e| failed(&folder, &e))?.path();
            // A pipe would wait for ever, and no provider file is that long.
            let small =
                std::fs::metadata(&path).is_ok_and(|file| file.is_file() && file.len() <= LARGEST_FILE);
            if small && path.extension().is_some_and(|extension| extension == "toml") {
                let text = std::fs::read(&path).unwrap_or_else(|error| {
                    tracing::warn!(file = %path.display(), %error, "a provider file could not be read");
                    Vec::new()
                });
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                files.push((name, String::from_utf8_lossy(&text).into_owned()));
            }
        }
        let scripts = move |name: &str| script_beside(&folder, name);
        Ok(Catalog::builtin().with_folder_texts(files).with_scripts(scripts))
    }

    /// Every place, with a person's word for it.
    pub fn files(&self) -> Vec<(String, PathBuf)> {
        vec![
            (say!("profile"), self.root.clone()),
            (say!("database"), self.database()),
            (say!("encrypted-file vault"), self.vault_dir()),
            (say!("locks"), self.locks_dir()),
            (say!("own providers"), self.providers_dir()),
        ]
    }
}

fn failed(folder: &Path, cause: &std::io::Error) -> Problem {
    Problem::new(Code::StoreFailed).because(format!("{}: {cause}", folder.display()))
}

/// `~/.local/share/tokenrack`, `~/Library/Application Support/dev.tokenrack.desktop`, `%LOCALAPPDATA%\Tokenrack`:
/// what each system's other programs do. On Windows not the roaming folder: a database must not travel.
fn system_folder() -> Option<PathBuf> {
    let base = directories::BaseDirs::new()?;
    Some(if cfg!(target_os = "macos") {
        base.data_dir().join("dev.tokenrack.desktop")
    } else if cfg!(windows) {
        base.data_local_dir().join("Tokenrack")
    } else {
        base.data_dir().join("tokenrack")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_under_the_given_home() {
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path().join("deep/home");
        let profile = Profile::open(Some(home.clone())).unwrap();
        assert!(profile.files().iter().all(|(_, path)| path.starts_with(&home)));
        assert!(
            profile.vault_dir().is_dir() && profile.locks_dir().is_dir() && profile.providers_dir().is_dir()
        );
    }

    #[test]
    fn a_persons_own_file_adds_a_provider_and_a_broken_one_is_only_reported() {
        let dir = tempfile::tempdir().unwrap();
        let profile = Profile::open(Some(dir.path().into())).unwrap();
        std::fs::write(profile.providers_dir().join("broken.toml"), "schema = ").unwrap();
        std::fs::write(profile.providers_dir().join("notes.txt"), "not a provider").unwrap();
        let text = "schema = 1\nid = \"mine\"\nname = \"Mine\"\n[server]\nissuer = \"https://as.example\"\n";
        std::fs::write(profile.providers_dir().join("mine.toml"), text).unwrap();
        let catalog = profile.catalog().unwrap();
        assert_eq!(catalog.search("mine").first().map(|spec| spec.name.as_str()), Some("Mine"));
        assert!(catalog.search("github").iter().any(|spec| spec.name == "GitHub"));
        assert!(
            !catalog.broken().is_empty() && catalog.broken().iter().all(|lint| lint.file == "broken.toml")
        );
    }

    #[test]
    fn a_file_in_the_way_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path().join("file");
        std::fs::write(&home, b"").unwrap();
        let problem = Profile::open(Some(home)).unwrap_err();
        assert_eq!(problem.code, Code::StoreFailed);
        assert!(problem.cause.unwrap().contains("file"));
    }
}
