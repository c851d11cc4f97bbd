//! Files that a person takes elsewhere: written whole or not at all, and never over another unasked.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use tokenrack_core::bundle::LARGEST_BUNDLE;
use tokenrack_core::problem::{Code, Problem};

use crate::private;

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Whoever the folder lets.
    Anybody,
    /// Its owner alone.
    Owner,
}

/// Writes a file; `replaces` lets it take the place of one that is there, which stays until this one is whole. Whoever
/// could read that one can read this one, unless it is its owner's alone. A device or a pipe keeps its place.
///
/// # Errors
/// `FileExists`, `FileFailed`.
pub fn write(path: &Path, content: &[u8], readers: Readers, replaces: bool) -> Result<PathBuf, Problem> {
    let path = std::path::absolute(path).map_err(|error| failed(path, &error))?;
    let written = match (replaces, readers) {
        (true, _) if path.metadata().is_ok_and(|there| !there.is_file()) => Err(not_a_file()),
        (true, Readers::Owner) => private::replace(&path, content),
        (true, Readers::Anybody) if path.exists() => private::replace_content(&path, content),
        _ => write_new(&path, content, readers),
    };
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Problem::new(Code::FileExists).because(path.display()),
        _ => failed(&path, &error),
    })?;
    Ok(path)
}

/// A folder with so many copies is taken for one that does not say what is in it.
const MOST_COPIES: usize = 1000;

/// Where the person's downloads go: their home folder where none is set up.
///
/// # Errors
/// `FileFailed` when there is no such folder.
pub fn downloads() -> Result<PathBuf, Problem> {
    let user = directories::UserDirs::new();
    let folder = user.as_ref().map(|user| user.download_dir().unwrap_or_else(|| user.home_dir()).to_owned());
    folder.ok_or_else(|| Problem::new(Code::FileFailed).because("this user has no folder for downloads"))
}

/// Writes a file there, beside others of its name: `a.toml`, `a-2.toml`.
///
/// # Errors
/// As for [`downloads`], and where it cannot be written to.
pub fn download(stem: &str, ending: &str, content: &[u8], readers: Readers) -> Result<PathBuf, Problem> {
    beside(&downloads()?, stem, ending, content, readers)
}

fn beside(
    folder: &Path,
    stem: &str,
    ending: &str,
    content: &[u8],
    readers: Readers,
) -> Result<PathBuf, Problem> {
    let copies = (2..MOST_COPIES).map(|number| format!("{stem}-{number}.{ending}"));
    for name in std::iter::once(format!("{stem}.{ending}")).chain(copies) {
        match write(&folder.join(name), content, readers, false) {
            Err(problem) if problem.code == Code::FileExists => {}
            other => return other,
        }
    }
    let words = format!("{}: too many copies of {stem}.{ending}", folder.display());
    Err(Problem::new(Code::FileFailed).because(words))
}

/// Reads a file of connections or a backup, as far as one byte more than it may have.
///
/// # Errors
/// `FileFailed`.
pub fn read(path: &Path) -> Result<Vec<u8>, Problem> {
    let mut content = Vec::new();
    let read = open(path).and_then(|file| file.take(LARGEST_BUNDLE as u64 + 1).read_to_end(&mut content));
    read.map(|_| content).map_err(|error| failed(path, &error))
}

/// Opens a file to read. Looks at it first: to open a pipe waits for whoever writes to it, maybe for ever.
///
/// # Errors
/// The system's, or that it is no file.
pub fn open(path: &Path) -> std::io::Result<File> {
    if !path.metadata()?.is_file() {
        return Err(not_a_file());
    }
    File::open(path)
}

fn not_a_file() -> std::io::Error {
    std::io::Error::other("not a regular file")
}

/// As `write`, over none and without words.
pub(crate) fn write_new(path: &Path, content: &[u8], readers: Readers) -> std::io::Result<()> {
    let mut options = match readers {
        Readers::Anybody => OpenOptions::new(),
        Readers::Owner => private::options(),
    };
    let mut file = options.write(true).create_new(true).open(path)?;
    file.write_all(content).and_then(|()| file.sync_all()).inspect_err(|_| {
        // Half a file would be taken for a whole one, and half a provider file be reported at every start.
        if let Err(error) = std::fs::remove_file(path) {
            tracing::warn!(file = %path.display(), %error, "half a file is left");
        }
    })
}

fn failed(path: &Path, error: &std::io::Error) -> Problem {
    Problem::new(Code::FileFailed).because(format_args!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_downloaded_takes_nothings_place() {
        let dir = tempfile::tempdir().unwrap();
        let put = |content: &[u8]| beside(dir.path(), "acme", "toml", content, Readers::Anybody).unwrap();
        assert_eq!(
            (put(b"first"), put(b"second")),
            (dir.path().join("acme.toml"), dir.path().join("acme-2.toml"))
        );
        assert_eq!(std::fs::read(dir.path().join("acme.toml")).unwrap(), b"first");
        let absent = beside(&dir.path().join("absent"), "acme", "toml", b"x", Readers::Anybody);
        assert_eq!(absent.unwrap_err().code, Code::FileFailed);
    }

    #[test]
    fn a_file_is_replaced_only_when_that_is_said() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("backup.age");
        write(&path, b"first", Readers::Owner, false).unwrap();
        let problem = write(&path, b"second", Readers::Owner, false).unwrap_err();
        assert!(problem.code == Code::FileExists && problem.to_string().contains("backup.age"), "{problem}");
        assert_eq!(std::fs::read(&path).unwrap(), b"first");
        write(&path, b"second", Readers::Owner, true).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"second");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "a draft is left");
    }

    #[test]
    #[cfg(unix)]
    fn a_backup_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        for replaces in [false, true] {
            let path = write(&dir.path().join("backup.age"), b"x", Readers::Owner, replaces).unwrap();
            assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn what_is_no_file_or_too_long_is_not_read_to_its_end() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(read(dir.path()).unwrap_err().code, Code::FileFailed);
        assert_eq!(read(&dir.path().join("absent")).unwrap_err().code, Code::FileFailed);
        let path = dir.path().join("long");
        File::create(&path).unwrap().set_len(LARGEST_BUNDLE as u64 * 2).unwrap();
        assert_eq!(read(&path).unwrap().len(), LARGEST_BUNDLE + 1);
    }
}
