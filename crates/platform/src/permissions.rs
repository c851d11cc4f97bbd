//! Whether other users of this machine can get at a profile.

use tokenrack_core::say;
use tokenrack_core::view::{CheckOutcome, CheckView};

use crate::{Environment, Profile};

/// The doctor's look at permission bits: a profile's folders, database and vault, and the passphrase file, are the
/// owner's alone; the person's own provider files, which decide where codes and tokens are sent, are the owner's to
/// write. Bits alone: who owns a file, access lists, and the folders above are not looked at. Systems without such
/// bits keep a user's folders from other users by themselves.
pub fn check(profile: &Profile, environment: &Environment) -> CheckView {
    #[cfg(unix)]
    let (finding, cure) = unix::look(profile, environment);
    #[cfg(not(unix))]
    let (finding, cure) = {
        let _ = environment;
        (say!("{place}; this system's permissions are not looked at", place = profile.root().display()), None)
    };
    CheckView {
        name: "files".to_owned(),
        title: say!("File permissions"),
        outcome: if cure.is_some() { CheckOutcome::Warning } else { CheckOutcome::Ok },
        finding,
        cure,
    }
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsString;
    use std::fs;
    use std::io::{self, ErrorKind};
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::{Path, PathBuf};

    use tokenrack_core::problem::plain;
    use tokenrack_core::say;

    use crate::{Environment, Profile};

    /// What neither the group nor the world may do.
    const ANYTHING: u32 = 0o077;
    const WRITE: u32 = 0o022;
    const READ: u32 = 0o044;
    const STICKY: u32 = 0o1000;

    /// What was seen, and the command that puts it right.
    pub(super) fn look(profile: &Profile, environment: &Environment) -> (String, Option<String>) {
        let (mut findings, mut open) = (Vec::new(), Vec::new());
        for place in places(profile, environment) {
            match place.and_then(|(path, forbidden)| Ok((too_open(&path, forbidden)?, path))) {
                Ok((None, _)) => {}
                Ok((Some(mode), path)) => {
                    let path = shown(&path);
                    findings.push(words(mode, &path));
                    // A folder that is everybody's on purpose, as /tmp, stays so.
                    if mode & STICKY == 0 {
                        open.push(format!("'{}'", path.replace('\'', r"'\''")));
                    }
                }
                Err(error) => findings.push(error.to_string()),
            }
        }
        let cure = match (findings.is_empty(), open.is_empty()) {
            (true, _) => return (say!("{place} is yours alone", place = shown(profile.root())), None),
            (false, true) => say!("Keep the profile in a folder of your own (TOKENRACK_HOME)."),
            (false, false) => format!("chmod go-rwx {}", open.join(" ")),
        };
        (findings.join("; "), Some(cure))
    }

    /// Each path, with the bits it must not have.
    fn places(profile: &Profile, environment: &Environment) -> Vec<io::Result<(PathBuf, u32)>> {
        let beside = |ending: &str| {
            let mut name = OsString::from(profile.database());
            name.push(ending);
            PathBuf::from(name)
        };
        let mut places: Vec<_> = profile.files().into_iter().map(|(_, path)| path).collect();
        places.extend([beside("-wal"), beside("-shm")]);
        places.extend(environment.passphrase_file.clone());
        let mut places: Vec<_> = places.into_iter().map(|path| Ok((path, ANYTHING))).collect();
        places.extend(inside(&profile.vault_dir(), ANYTHING));
        places.extend(inside(&profile.providers_dir(), WRITE));
        places
    }

    fn inside(folder: &Path, forbidden: u32) -> Vec<io::Result<(PathBuf, u32)>> {
        let named = |error| about(folder, &error);
        match fs::read_dir(folder) {
            Ok(entries) => entries.map(|entry| Ok((entry.map_err(named)?.path(), forbidden))).collect(),
            Err(error) => vec![Err(named(error))],
        }
    }

    /// The mode, where it has a forbidden bit. Nothing for what is not there, nor for a pipe, as a shell's `<(…)`.
    fn too_open(path: &Path, forbidden: u32) -> io::Result<Option<u32>> {
        let file = match fs::metadata(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(about(path, &error)),
        };
        let mode = file.permissions().mode() & 0o7777;
        Ok((mode & forbidden != 0 && (file.is_file() || file.is_dir())).then_some(mode))
    }

    fn words(mode: u32, path: &str) -> String {
        let bits = format!("{mode:04o}");
        match (mode & READ != 0, mode & WRITE != 0) {
            (true, true) => say!("others may read and write {path} (mode {mode})", path = path, mode = bits),
            (true, false) => say!("others may read {path} (mode {mode})", path = path, mode = bits),
            (false, true) => say!("others may write {path} (mode {mode})", path = path, mode = bits),
            (false, false) => say!("others may enter {path} (mode {mode})", path = path, mode = bits),
        }
    }

    fn about(path: &Path, error: &io::Error) -> io::Error {
        io::Error::new(error.kind(), format!("{}: {error}", shown(path)))
    }

    /// Absolute, so that the command works everywhere and no name looks like an option.
    fn shown(path: &Path) -> String {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        plain(&path.to_string_lossy(), 4096)
    }
}

#[cfg(test)]
#[cfg(unix)]
#[path = "permissions_tests.rs"]
mod tests;
