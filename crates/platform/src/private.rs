//! Files and folders only their owner may read, and writes that are whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// Makes the folder and its missing parents, for the owner alone. One that exists keeps its permissions:
/// it may be the person's own, `/tmp` even.
pub(crate) fn create_dir(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}

/// Options that create a file for the owner alone, from its first moment.
pub(crate) fn options() -> OpenOptions {
    #[cfg(not(unix))]
    return OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        OpenOptions::new().mode(0o600).clone()
    }
}

/// Replaces a file's content durably: a reader, or a crash, meets the old content or the new, nothing between. It is the
/// owner's alone from then on.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    replace_with(path, content, None)
}

/// The same for a file that others may read: it keeps its permissions.
///
/// # Errors
/// `NotFound` where there is none.
pub(crate) fn replace_content(path: &Path, content: &[u8]) -> io::Result<()> {
    replace_with(path, content, Some(fs::metadata(path)?.permissions()))
}

fn replace_with(path: &Path, content: &[u8], permissions: Option<fs::Permissions>) -> io::Result<()> {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let folder = path.parent().ok_or_else(|| io::Error::other("a file needs a folder"))?;
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    let draft = path.with_extension(format!("{}-{number}.tmp", std::process::id()));
    let written = write_new(&draft, content)
        .and_then(|()| permissions.map_or(Ok(()), |permissions| fs::set_permissions(&draft, permissions)))
        .and_then(|()| fs::rename(&draft, path));
    if written.is_err() {
        // A leftover draft of a process that died with our id is in the way only once.
        let _ = fs::remove_file(&draft);
        return written;
    }
    sync_dir(folder)
}

fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file: File = options().write(true).create_new(true).open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Makes a rename or a deletion in the folder durable.
pub(crate) fn sync_dir(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

/// Whether the text is safe as a file's name: connection ids are, whatever a database may claim.
pub(crate) fn is_plain_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_is_made_is_the_owners_alone() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("a/b");
        create_dir(&folder).unwrap();
        assert_eq!((mode(&home.path().join("a")), mode(&folder)), (0o700, 0o700));
        replace(&folder.join("x.age"), b"1").unwrap();
        replace(&folder.join("x.age"), b"22").unwrap();
        assert_eq!(mode(&folder.join("x.age")), 0o600);
        assert_eq!(fs::read(folder.join("x.age")).unwrap(), b"22");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    fn what_others_may_read_stays_readable_to_them() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("team.json");
        assert_eq!(replace_content(&path, b"1").unwrap_err().kind(), io::ErrorKind::NotFound);
        fs::write(&path, b"1").unwrap();
        for kept in [0o664, 0o640] {
            fs::set_permissions(&path, fs::Permissions::from_mode(kept)).unwrap();
            replace_content(&path, b"22").unwrap();
            assert_eq!((mode(&path), fs::read(&path).unwrap()), (kept, b"22".to_vec()));
        }
    }

    #[test]
    fn an_existing_folder_keeps_its_permissions() {
        let home = tempfile::tempdir().unwrap();
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).unwrap();
        create_dir(home.path()).unwrap();
        assert_eq!(mode(home.path()), 0o755);
    }

    #[test]
    fn a_failed_replacement_leaves_the_old_content() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("taken");
        fs::create_dir(&target).unwrap();
        fs::write(target.join("inside"), b"x").unwrap();
        assert!(replace(&target, b"new").is_err());
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    fn names_that_leave_the_folder_are_refused() {
        for name in ["", "..", "a/b", "a.b", "ü", &"x".repeat(65)] {
            assert!(!is_plain_name(name), "{name}");
        }
        assert!(is_plain_name("0123456789ab"));
    }
}
