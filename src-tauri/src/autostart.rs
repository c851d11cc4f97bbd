//! Starting with the system: a desktop entry of this user's own (Linux,
//! <https://specifications.freedesktop.org/autostart-spec/latest/>). Elsewhere the system's own settings do it.

use std::io;
use std::path::{Path, PathBuf};

use tauri::{AppHandle, Manager as _};

use crate::app::HIDDEN;
use crate::face::Face;

/// Whether it does; nothing where this is not offered.
pub(crate) fn is_on(app: &AppHandle) -> Option<bool> {
    Some(file(app)?.is_file())
}

/// Begins or ends it.
pub(crate) fn set(app: &AppHandle, on: bool) -> io::Result<()> {
    let session = &app.state::<Face>().session;
    let (Some(file), Some(program)) = (file(app), &session.program) else {
        return Err(io::Error::other("this program's path or the user's settings folder is not known"));
    };
    write(&file, on.then(|| entry(program, session.home())))
}

/// A profile of its own has an entry of its own.
fn file(app: &AppHandle) -> Option<PathBuf> {
    let folder = app.path().config_dir().ok().filter(|_| cfg!(target_os = "linux"))?;
    Some(folder.join("autostart").join(format!("{}.desktop", app.config().identifier)))
}

fn write(file: &Path, entry: Option<String>) -> io::Result<()> {
    match (entry, file.parent()) {
        (Some(entry), Some(folder)) => {
            std::fs::create_dir_all(folder)?;
            std::fs::write(file, entry)
        }
        _ => match std::fs::remove_file(file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        },
    }
}

/// The whole file. `TryExec`: where the program is gone, the desktop passes over it in silence.
#[cfg(target_os = "linux")]
fn entry(program: &Path, home: Option<&Path>) -> String {
    format!(
        "[Desktop Entry]\nType=Application\nName=Tokenrack\nIcon=tokenrack-desktop\nTryExec={}\nExec={} {HIDDEN}\n\
         Terminal=false\n",
        program.display(),
        crate::handler::exec(program, home),
    )
}

#[cfg(not(target_os = "linux"))]
fn entry(_program: &Path, _home: Option<&Path>) -> String {
    String::new()
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    #[test]
    fn the_entry_starts_this_program_hidden_with_its_profile_and_passes_over_one_that_is_gone() {
        let text = entry(Path::new("/opt/tokenrack-desktop"), None);
        assert!(
            text.contains("\nTryExec=/opt/tokenrack-desktop\nExec=/opt/tokenrack-desktop --hidden\n"),
            "{text}"
        );
        let text = entry(Path::new("/opt/my app"), Some(Path::new("/tmp/throw-away")));
        assert!(
            text.contains("\nExec=env TOKENRACK_HOME=/tmp/throw-away \"/opt/my app\" --hidden\n"),
            "{text}"
        );
        assert!(text.contains("\nTryExec=/opt/my app\n"), "{text}");
    }

    #[test]
    fn it_is_written_and_removed_and_removing_what_is_not_there_is_no_error() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("autostart/x.desktop");
        write(&file, None).unwrap();
        write(&file, Some("entry".to_owned())).unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "entry");
        write(&file, None).unwrap();
        assert!(!file.exists());
    }
}
