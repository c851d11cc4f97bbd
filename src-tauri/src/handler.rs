//! Makes the desktop hand our links to this program (Linux).
//!
//! A package brings its own desktop entry, and then nothing is written here. An AppImage or a development build
//! writes one for the user. Tauri's own registration is not used: it always quotes the program's path, which the
//! plain mode of `xdg-open` cannot run, and it cannot name the profile that a link belongs to.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use tokenrack_core::language::again;
use tokenrack_core::say;
use tokenrack_core::view::{CheckOutcome, CheckView};

use crate::SCHEME;
use crate::session::Session;

/// The entry that this program writes for the user.
const OWN_ENTRY: &str = "tokenrack-desktop-handler.desktop";

/// Sees to it that links reach this program. A package's entry goes first: a development build does not take its
/// links away, and the package's program takes them back from what a development build has left.
pub(crate) fn register(session: &Session) -> io::Result<()> {
    let (Some(program), Some(data_home)) = (&session.program, &session.data_home) else {
        return Err(io::Error::other("this program's path or the user's data folder is not known"));
    };
    let own = data_home.join("applications").join(OWN_ENTRY);
    if let Some(packaged) = packaged_entry(&session.data_dirs) {
        if belongs_to(&packaged, program) && own.exists() {
            std::fs::remove_file(&own)?;
            update_database(data_home)?;
            make_default(&packaged.file_name().unwrap_or_default().to_string_lossy())?;
        }
        return Ok(());
    }
    let entry = entry(program, session.home());
    if std::fs::read_to_string(&own).is_ok_and(|there| there == entry) && default_entry()? == OWN_ENTRY {
        return Ok(());
    }
    std::fs::create_dir_all(data_home.join("applications"))?;
    std::fs::write(&own, entry)?;
    update_database(data_home)?;
    make_default(OWN_ENTRY)
}

/// Whether links reach this program, for the diagnostics.
pub(crate) fn check(session: &Session) -> CheckView {
    let (outcome, finding, cure) = match default_entry() {
        Err(error) => (
            CheckOutcome::Warning,
            say!(
                "The desktop could not be asked who opens {scheme} links: {error}.",
                scheme = SCHEME,
                error = again(&error.to_string())
            ),
            Some(say!("Install xdg-utils, or use a loopback redirect.")),
        ),
        Ok(name) if name.is_empty() => (
            CheckOutcome::Failed,
            say!("Nobody opens {scheme} links on this desktop.", scheme = SCHEME),
            Some(say!("Start Tokenrack again, or install its package; meanwhile use a loopback redirect.")),
        ),
        Ok(name) => match exec_of(session, &name) {
            Some((path, exec)) if exec.contains("%u") => (
                CheckOutcome::Ok,
                say!("Links open `{program}` ({place}).", program = exec, place = path.display()),
                None,
            ),
            Some((path, exec)) => (
                CheckOutcome::Failed,
                say!(
                    "{place} starts `{program}`, which loses the link.",
                    place = path.display(),
                    program = exec
                ),
                Some(say!("Remove that file and start Tokenrack again.")),
            ),
            None => (
                CheckOutcome::Failed,
                say!("Links open {name}, which is not there.", name = name),
                Some(say!("Start Tokenrack again, or install its package.")),
            ),
        },
    };
    CheckView { name: "deep_link".to_owned(), title: say!("Deep links"), outcome, finding, cure }
}

fn exec_of(session: &Session, name: &str) -> Option<(PathBuf, String)> {
    session
        .data_home
        .iter()
        .chain(&session.data_dirs)
        .map(|data| data.join("applications").join(name))
        .find_map(|path| {
            let text = std::fs::read_to_string(&path).ok()?;
            let exec = text.lines().find_map(|line| line.strip_prefix("Exec="))?.to_owned();
            Some((path, exec))
        })
}

/// The desktop entry a package has installed for our scheme.
fn packaged_entry(data_dirs: &[PathBuf]) -> Option<PathBuf> {
    let opens_our_links = |path: &PathBuf| {
        path.extension().is_some_and(|extension| extension == "desktop")
            && std::fs::read_to_string(path).is_ok_and(|text| {
                text.lines()
                    .filter_map(|line| line.strip_prefix("MimeType="))
                    .any(|types| types.split(';').any(|kind| kind == mime_type()))
            })
    };
    data_dirs
        .iter()
        .filter_map(|data| std::fs::read_dir(data.join("applications")).ok())
        .flat_map(|entries| entries.filter_map(Result::ok))
        .map(|entry| entry.path())
        .find(opens_our_links)
}

/// `<prefix>/share/applications/x.desktop` and `<prefix>/bin/program` belong together.
fn belongs_to(entry: &Path, program: &Path) -> bool {
    let prefix = entry.ancestors().nth(3);
    prefix.is_some() && program.ancestors().nth(2) == prefix
}

/// The whole file. A profile of its own is named in it: whoever opens the link does not have our environment.
fn entry(program: &Path, home: Option<&Path>) -> String {
    let exec = exec(program, home);
    format!(
        "[Desktop Entry]\nType=Application\nName=Tokenrack\nExec={exec} %u\nTerminal=false\nNoDisplay=true\n\
         MimeType={};\n",
        mime_type()
    )
}

/// What `Exec=` says of the program, before its own arguments.
pub(crate) fn exec(program: &Path, home: Option<&Path>) -> String {
    let program = quoted(&program.to_string_lossy());
    match home.map(|home| std::path::absolute(home).unwrap_or_else(|_| home.to_owned())) {
        Some(home) => format!("env {} {program}", quoted(&format!("TOKENRACK_HOME={}", home.display()))),
        None => program,
    }
}

/// An argument of `Exec=`, by the Desktop Entry Specification ("The Exec key"): in quotes only where it must be,
/// because the plain mode of `xdg-open` takes quotes for a part of the name.
fn quoted(argument: &str) -> String {
    let argument = argument.replace('%', "%%");
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:,@%".contains(c) || !c.is_ascii();
    if argument.chars().all(plain) {
        return argument;
    }
    let mut out = String::from("\"");
    for c in argument.chars() {
        match c {
            // One backslash for the quotes, and each backslash once more for the string type of the file.
            '"' | '`' | '$' => out.push_str("\\\\"),
            '\\' => out.push_str("\\\\\\"),
            _ => {}
        }
        out.push(c);
    }
    out.push('"');
    out
}

fn mime_type() -> String {
    format!("x-scheme-handler/{SCHEME}")
}

/// The name of the entry that opens our links; empty when none does.
fn default_entry() -> io::Result<String> {
    let mut command = Command::new("xdg-mime");
    let output = command.args(["query", "default", &mime_type()]).stdin(Stdio::null()).output()?;
    // It ends with 4 when there is none.
    if !output.status.success() && output.status.code() != Some(4) {
        return Err(failed(&command, output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().trim().to_owned())
}

fn make_default(entry: &str) -> io::Result<()> {
    run(Command::new("xdg-mime").args(["default", entry, &mime_type()]))
}

/// The database is only a cache: without the program that writes it, nothing is lost.
fn update_database(data_home: &Path) -> io::Result<()> {
    match run(Command::new("update-desktop-database").arg(data_home.join("applications"))) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn run(command: &mut Command) -> io::Result<()> {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    if status.success() {
        return Ok(());
    }
    Err(failed(command, status))
}

fn failed(command: &Command, status: ExitStatus) -> io::Error {
    io::Error::other(format!("{} ended with {status}", command.get_program().to_string_lossy()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_path_stays_unquoted() {
        let text = entry(Path::new("/opt/tokenrack/tokenrack-desktop"), None);
        assert!(text.contains("\nExec=/opt/tokenrack/tokenrack-desktop %u\n"), "{text}");
        assert!(text.contains("\nMimeType=x-scheme-handler/dev.tokenrack.desktop;\n"));
    }

    #[test]
    fn a_profile_is_named_in_the_entry() {
        let text = entry(Path::new("/opt/app"), Some(Path::new("/tmp/throw-away")));
        assert!(text.contains("\nExec=env TOKENRACK_HOME=/tmp/throw-away /opt/app %u\n"), "{text}");
    }

    #[test]
    fn what_is_special_in_a_path_is_quoted() {
        assert_eq!(quoted("/a b/app"), "\"/a b/app\"");
        assert_eq!(quoted("/a$(id)/app"), "\"/a\\\\$(id)/app\"");
        assert_eq!(quoted("/a\\b"), "\"/a\\\\\\\\b\"");
        assert_eq!(quoted("/100%/app"), "/100%%/app");
    }

    #[test]
    fn a_packages_entry_is_found_and_belongs_to_the_program_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("usr/share");
        std::fs::create_dir_all(data.join("applications")).unwrap();
        std::fs::write(data.join("applications/other.desktop"), "MimeType=text/html;\n").unwrap();
        assert_eq!(packaged_entry(std::slice::from_ref(&data)), None);
        let ours = data.join("applications/Tokenrack.desktop");
        std::fs::write(
            &ours,
            "Exec=tokenrack-desktop %u\nMimeType=text/x;x-scheme-handler/dev.tokenrack.desktop;\n",
        )
        .unwrap();
        assert_eq!(packaged_entry(&[data]), Some(ours.clone()));
        assert!(belongs_to(&ours, &dir.path().join("usr/bin/tokenrack-desktop")));
        assert!(!belongs_to(&ours, Path::new("/home/me/target/debug/tokenrack-desktop")));
    }
}
