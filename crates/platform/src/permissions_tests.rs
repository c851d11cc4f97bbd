use super::*;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

fn set(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// A profile with a file of every kind, as Tokenrack and a careful person leave them.
fn profile(environment: &mut Environment) -> (tempfile::TempDir, Profile) {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::open(Some(dir.path().join("it's mine"))).unwrap();
    drop(crate::ports(&profile, environment).unwrap());
    let passphrase = dir.path().join("passphrase");
    for file in [
        profile.root().join("tokenrack.db-wal"),
        profile.root().join("tokenrack.db-shm"),
        profile.vault_dir().join("0123.age"),
        passphrase.clone(),
    ] {
        fs::write(&file, "x").unwrap();
        set(&file, 0o600);
    }
    let provider = profile.providers_dir().join("acme.toml");
    fs::write(&provider, "x").unwrap();
    set(&provider, 0o644);
    environment.passphrase_file = Some(passphrase);
    (dir, profile)
}

fn environment() -> Environment {
    Environment {
        home: None,
        vault: None,
        browser: None,
        passphrase_file: None,
        session_bus: crate::SessionBus::Absent,
    }
}

#[test]
fn a_profile_that_is_the_owners_alone_is_well() {
    let mut environment = environment();
    let (_dir, profile) = profile(&mut environment);
    let check = check(&profile, &environment);
    assert_eq!((check.outcome, &check.cure), (CheckOutcome::Ok, &None), "{}", check.finding);
    assert!(check.finding.contains("it's mine"), "it names the folder: {}", check.finding);
}

#[test]
fn each_place_that_is_open_is_named_and_the_cure_closes_it() {
    let mut environment = environment();
    let (dir, profile) = profile(&mut environment);
    let database = profile.database().display().to_string();
    for (path, mode, said) in [
        (profile.root().to_owned(), 0o755, "read"),
        (profile.root().to_owned(), 0o711, "enter"),
        (profile.database(), 0o644, "read"),
        (PathBuf::from(format!("{database}-wal")), 0o640, "read"),
        (PathBuf::from(format!("{database}-shm")), 0o602, "write"),
        (profile.vault_dir(), 0o750, "read"),
        (profile.vault_dir().join("0123.age"), 0o604, "read"),
        (profile.providers_dir(), 0o777, "read and write"),
        (profile.providers_dir().join("acme.toml"), 0o664, "read and write"),
        (profile.providers_dir().join("acme.toml"), 0o622, "write"),
        (dir.path().join("passphrase"), 0o440, "read"),
    ] {
        set(&path, mode);
        let open = check(&profile, &environment);
        assert_eq!(open.outcome, CheckOutcome::Warning, "{}", path.display());
        assert_eq!(open.finding, format!("others may {said} {} (mode {mode:04o})", path.display()));
        let cure = open.cure.unwrap();
        assert!(cure.starts_with("chmod go-rwx '/"), "{cure}");
        assert!(Command::new("sh").args(["-c", &cure]).status().unwrap().success(), "{cure}");
        assert_eq!(check(&profile, &environment).outcome, CheckOutcome::Ok, "{cure}");
    }
}

#[test]
fn several_are_closed_by_one_command_and_what_is_absent_is_no_matter() {
    let mut environment = environment();
    let (_dir, profile) = profile(&mut environment);
    environment.passphrase_file = Some("/nonexistent/passphrase".into());
    set(&profile.database(), 0o644);
    set(&profile.vault_dir().join("0123.age"), 0o644);
    let open = check(&profile, &environment);
    assert_eq!(open.finding.matches("others may read").count(), 2, "{}", open.finding);
    assert!(Command::new("sh").args(["-c", &open.cure.unwrap()]).status().unwrap().success());
    assert_eq!(check(&profile, &environment).cure, None);
}

#[test]
fn a_folder_that_is_everybodys_is_not_to_be_closed() {
    let mut environment = environment();
    let (_dir, profile) = profile(&mut environment);
    set(profile.root(), 0o1777);
    let seen = check(&profile, &environment);
    assert!(seen.finding.contains("read and write") && !seen.cure.unwrap().contains("chmod"));
}

#[test]
fn a_folder_that_cannot_be_looked_at_is_not_called_well() {
    let mut environment = environment();
    let (_dir, profile) = profile(&mut environment);
    fs::remove_dir_all(profile.vault_dir()).unwrap();
    fs::write(profile.vault_dir(), "in the way").unwrap();
    set(&profile.vault_dir(), 0o600);
    let seen = check(&profile, &environment);
    assert!(seen.outcome == CheckOutcome::Warning && seen.finding.contains("vault: "), "{}", seen.finding);
}
