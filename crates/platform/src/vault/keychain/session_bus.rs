//! Whether this session has a message bus.

use std::path::Path;

/// The session's message bus, which the Secret Service is reached by. It matters on Linux only.
///
/// libdbus, when it finds no bus, starts one of its own, with a new and locked keyring behind it, and hangs. So
/// nothing calls it before this says that there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionBus {
    /// There is one, where libdbus looks for it.
    Present,
    /// There is none.
    Absent,
}

impl SessionBus {
    /// Decides from `DBUS_SESSION_BUS_ADDRESS` and `XDG_RUNTIME_DIR`, as libdbus would: an address in the first,
    /// else a socket `bus` of this user's own in the second.
    pub fn find(address: Option<&str>, runtime_dir: Option<&Path>) -> Self {
        let found = match address {
            Some(address) if !address.is_empty() => !address.starts_with("autolaunch:"),
            _ => runtime_dir.is_some_and(|dir| is_own_socket(&dir.join("bus"))),
        };
        if found { Self::Present } else { Self::Absent }
    }
}

/// libdbus passes over a socket that belongs to another user (`sudo` with the user's environment).
fn is_own_socket(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
        std::fs::metadata(path).is_ok_and(|found| {
            found.file_type().is_socket() && found.uid() == rustix::process::geteuid().as_raw()
        })
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn as_libdbus_looks_for_it() {
        use SessionBus::{Absent, Present};
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(SessionBus::find(None, None), Absent);
        assert_eq!(SessionBus::find(Some(""), Some(dir.path())), Absent);
        assert_eq!(SessionBus::find(Some("autolaunch:"), None), Absent);
        assert_eq!(SessionBus::find(Some("unix:path=/x"), None), Present);
        std::fs::write(dir.path().join("bus"), b"a file is no socket").unwrap();
        assert_eq!(SessionBus::find(None, Some(dir.path())), Absent);
        std::fs::remove_file(dir.path().join("bus")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(dir.path().join("bus")).unwrap();
        assert_eq!(SessionBus::find(None, Some(dir.path())), Present);
    }
}
