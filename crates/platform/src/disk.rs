//! Whether a disk can take what will be written next, as far as that shows beforehand.

use std::io::{self, Write as _};
use std::path::Path;
#[cfg(target_os = "linux")]
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::private;

/// Bytes that a record with all that goes with it may need.
const ROOM: usize = 64 * 1024;

/// Writes that much into the folder and takes it away again; quotas and permissions have their say too. Nothing is synced.
///
/// # Errors
/// The system's own.
pub(crate) fn try_room(folder: &Path) -> io::Result<()> {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    let draft = folder.join(format!("room-{}-{number}.tmp", std::process::id()));
    // One that is there already was left by a process of the same id.
    let mut file = private::options().write(true).create(true).truncate(true).open(&draft)?;
    let tried = file.write_all(&[0; ROOM]);
    if let Err(error) = std::fs::remove_file(&draft) {
        tracing::debug!(%error, "what was written to see whether there is room stays");
    }
    tried
}

/// Whether another file can take this one's place, as far as that shows: not where it may not be changed (`chattr +i`, `+a`) or
/// is mounted by itself.
///
/// # Errors
/// `PermissionDenied`.
pub(crate) fn see_replaceable(file: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};

        let fixed = StatxAttributes::IMMUTABLE | StatxAttributes::APPEND | StatxAttributes::MOUNT_ROOT;
        let seen = statx(CWD, file, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::empty());
        if seen.is_ok_and(|seen| seen.stx_attributes.intersects(fixed)) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = file;
    Ok(())
}

/// The same for a folder of another program's, in which nothing is written: whether this person may, and room for all its
/// files once more, as it may write them anew. One that shows nothing, or nothing to us (a sandbox), is as good as one with room.
///
/// # Errors
/// What is in the way, and where: `PermissionDenied`, `StorageFull`, `ReadOnlyFilesystem`.
#[cfg(target_os = "linux")]
pub(crate) fn see_room(folder: &Path) -> Result<(), (PathBuf, io::Error)> {
    use rustix::fs::{Access, StatVfsMountFlags, access, statvfs};

    let at = |path: &Path, kind: io::ErrorKind| Err((path.to_owned(), kind.into()));
    let Ok(files) = list(folder) else { return Ok(()) };
    let mut needed = ROOM as u64;
    for (file, len) in files {
        see_replaceable(&file).map_err(|error| (file, error))?;
        needed += len;
    }
    let Ok(disk) = statvfs(folder) else { return Ok(()) };
    if disk.f_flag.contains(StatVfsMountFlags::RDONLY) {
        return at(folder, io::ErrorKind::ReadOnlyFilesystem);
    }
    // Some know nothing of their size.
    if disk.f_blocks > 0 && disk.f_bavail.saturating_mul(disk.f_frsize) < needed {
        return at(folder, io::ErrorKind::StorageFull);
    }
    match access(folder, Access::WRITE_OK | Access::EXEC_OK).map_err(io::Error::from) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err((folder.to_owned(), error)),
        _ => Ok(()),
    }
}

/// The files in a folder and their lengths.
#[cfg(target_os = "linux")]
fn list(folder: &Path) -> io::Result<Vec<(PathBuf, u64)>> {
    let file = |entry: io::Result<std::fs::DirEntry>| {
        let entry = entry?;
        Ok((entry.path(), entry.metadata()?.len()))
    };
    std::fs::read_dir(folder)?.map(file).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_tried_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        try_room(folder.path()).unwrap();
        std::fs::write(folder.path().join(format!("room-{}-1.tmp", std::process::id())), "left").unwrap();
        try_room(folder.path()).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        assert!(try_room(&folder.path().join("away")).is_err());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_folder_that_could_not_be_written_again_has_no_room() {
        let folder = tempfile::tempdir().unwrap();
        see_room(folder.path()).unwrap();
        // More than any disk has, and it takes none.
        let file = std::fs::File::create(folder.path().join("login.keyring")).unwrap();
        file.set_len(1 << 43).unwrap();
        let (place, error) = see_room(folder.path()).unwrap_err();
        assert_eq!((&*place, error.kind()), (folder.path(), io::ErrorKind::StorageFull));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_is_mounted_by_itself_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.age");
        see_replaceable(&file).unwrap();
        std::fs::write(&file, "").unwrap();
        see_replaceable(&file).unwrap();
        assert!(see_replaceable(Path::new("/proc")).is_err());
    }
}
