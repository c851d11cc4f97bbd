//! Whether a disk can take what will be written next, as far as that shows beforehand.

use std::io::{self, Write as _};
use std::path::Path;
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

/// The same for a folder of another program's, in which nothing is written: room for all its files once more, as it may
/// write them anew.
///
/// # Errors
/// `StorageFull`, `ReadOnlyFilesystem`; the system's own where nothing could be seen.
#[cfg(target_os = "linux")]
pub(crate) fn see_room(folder: &Path) -> io::Result<()> {
    use rustix::fs::StatVfsMountFlags;

    let mut needed = ROOM as u64;
    for entry in std::fs::read_dir(folder)? {
        needed += entry?.metadata()?.len();
    }
    let disk = rustix::fs::statvfs(folder)?;
    if disk.f_flag.contains(StatVfsMountFlags::RDONLY) {
        return Err(io::ErrorKind::ReadOnlyFilesystem.into());
    }
    // Some know nothing of their size.
    if disk.f_blocks > 0 && disk.f_bavail.saturating_mul(disk.f_frsize) < needed {
        return Err(io::ErrorKind::StorageFull.into());
    }
    Ok(())
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
        assert_eq!(see_room(folder.path()).unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}
