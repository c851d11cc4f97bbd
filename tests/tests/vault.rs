//! Where secrets live: the keychain in each of its states, and the encrypted file.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use tokenrack_tests::{Keyring, Peer, Profile, Secrets, Session, tokenrack};

/// The attribute by which a person's other programs find the items.
const SERVICE: &str = "dev.tokenrack.desktop";

/// What another program sees in the keyring.
fn items(session: &Session) -> String {
    let output =
        session.command("secret-tool").args(["search", "--all", "service", SERVICE]).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn one_keychain_item_a_connection_with_a_label_a_person_can_read() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    for name in ["work", "home"] {
        profile.connected(name, &odd.odd_issuer("none"));
    }
    let found = items(&session);
    for name in ["work", "home"] {
        let label = |line: &&str| line.starts_with("label = Tokenrack: ") && line.contains(name);
        assert_eq!(found.lines().filter(label).count(), 1, "one item for {name}: {}", labels(&found));
    }
    profile.run(&["disconnect", "work", "--forget"]).done();
    let found = items(&session);
    assert!(!found.contains("work") && found.contains("home"), "{}", labels(&found));
    Secrets::of(&[&odd]).are_nowhere_in(&profile);
}

fn labels(found: &str) -> String {
    found.lines().filter(|line| !line.starts_with("secret")).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_locked_keychain_is_a_state_and_nothing_is_lost() {
    let (mut session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    profile.connected("demo", &odd.odd_issuer("none"));
    let token = profile.token("demo");

    session.lock();
    profile.run(&["token", "demo"]).failed(3, "vault/locked");
    profile.run(&["refresh", "demo"]).failed(3, "vault/locked");
    let overview = profile.run(&["status"]).done().value();
    assert_eq!(overview["status"]["kind"], "keychain_locked", "{overview}");
    let doctor = profile.run(&["doctor"]);
    let check = doctor.values().into_iter().find(|check| check["name"] == "keychain").unwrap();
    assert_ne!(check["outcome"], "ok", "{check}");
    assert!(check["cure"].as_str().is_some_and(|cure| !cure.is_empty()), "{check}");
    assert!(
        odd.token_requests("refresh_token").is_empty(),
        "a refresh whose answer could not be saved was sent"
    );

    session.unlock();
    assert_eq!(profile.token("demo"), token);
    profile.run(&["refresh", "demo"]).done();
    assert_eq!(profile.status("demo"), "connected");
}

#[test]
fn without_a_keychain_nothing_is_stored_and_the_choice_is_explained() {
    let (mut session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let mut profile = Profile::new(&session);
    profile.connected("demo", &odd.odd_issuer("none"));
    let token = profile.token("demo");

    session.stop_keyring();
    for round in ["no keyring on the bus", "no bus"] {
        let error = profile.run(&["token", "demo"]).failed(3, "vault/absent");
        assert!(error["suggestion"].as_str().unwrap().contains("TOKENRACK_VAULT=file"), "{round}: {error}");
        profile.run(&["connect", "demo", "--no-browser"]).failed(3, "vault/absent");
        let doctor = profile.run(&["doctor"]);
        let check = doctor.values().into_iter().find(|check| check["name"] == "keychain").unwrap();
        assert_eq!((doctor.code, check["outcome"].as_str()), (1, Some("failed")), "{round}: {check}");
        profile.unset("DBUS_SESSION_BUS_ADDRESS");
    }

    session.unlock();
    for (name, value) in session.variables() {
        profile.set(name, value);
    }
    assert_eq!(profile.token("demo"), token, "it was only away");
}

/// A refresh by a person who may do no more than other people, where something is mounted first.
fn refuses_to_refresh(profile: &Profile, mount: &str, code: &str) {
    let plain = "exec setpriv --bounding-set=-all --inh-caps=-all";
    let script = format!("{mount} {plain} '{}' refresh demo --json", tokenrack().display());
    let mut command = profile.command(Path::new("unshare"));
    command.args(["--user", "--map-current-user", "--mount", "sh", "-c", &script]);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains(&format!("\"code\":\"{code}\"")), "{said}");
    assert_ne!(profile.status("demo"), "unsaved");
}

#[test]
fn a_refresh_is_not_sent_where_its_answer_could_not_be_saved() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    profile.connected("demo", &odd.odd_issuer("none"));
    let keyrings = session.folder().join("data/keyrings");
    let mode = |mode| std::fs::set_permissions(&keyrings, Permissions::from_mode(mode)).unwrap();
    mode(0o500);
    refuses_to_refresh(&profile, "", "vault/failed");
    mode(0o700);
    let file = keyrings.join("login.keyring");
    refuses_to_refresh(&profile, &format!("mount --bind {0} {0};", file.display()), "vault/failed");
    assert!(odd.token_requests("refresh_token").is_empty());
    profile.run(&["refresh", "demo"]).done();

    let odd = Peer::odd();
    let profile = Profile::with_quick_file_vault("only for tests");
    profile.connected("demo", &odd.odd_issuer("none"));
    let id = profile.view("demo")["id"].as_str().unwrap().to_owned();
    let file = profile.home().join(format!("vault/{id}.age"));
    refuses_to_refresh(&profile, &format!("mount --bind {0} {0};", file.display()), "vault/failed");
    assert!(odd.token_requests("refresh_token").is_empty());
    profile.run(&["refresh", "demo"]).done();
}

#[test]
fn the_encrypted_file_is_an_explicit_choice_that_holds() {
    let odd = Peer::odd();
    let mut profile = Profile::with_file_vault("correct horse battery staple");
    profile.connected("demo", &odd.odd_issuer("none"));
    let token = profile.token("demo");
    let mut secrets = Secrets::of(&[&odd]);
    secrets.add("correct horse battery staple");
    secrets.are_nowhere_in(&profile);

    let passphrase = profile.folder().join("passphrase");
    std::fs::write(&passphrase, "another").unwrap();
    profile.run(&["token", "demo"]).failed(3, "vault/wrong_passphrase");
    profile.set("TOKENRACK_PASSPHRASE_FILE", profile.folder().join("absent"));
    profile.run(&["token", "demo"]).failed(3, "vault/locked");
    profile.unset("TOKENRACK_PASSPHRASE_FILE");
    profile.run(&["token", "demo"]).failed(3, "vault/locked");

    std::fs::write(&passphrase, "correct horse battery staple\n").unwrap();
    profile.set("TOKENRACK_PASSPHRASE_FILE", passphrase);
    assert_eq!(
        profile.token("demo"),
        token,
        "a line break at the end belongs to the file, not to the passphrase"
    );
}

#[test]
fn a_profile_keeps_to_the_vault_it_began_with() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let mut profile = Profile::new(&session);
    profile.connected("demo", &odd.odd_issuer("none"));
    let token = profile.token("demo");
    let file = profile.folder().join("passphrase");
    std::fs::write(&file, "any").unwrap();
    profile.set("TOKENRACK_PASSPHRASE_FILE", file);
    profile.set("TOKENRACK_VAULT", "file");
    profile.run(&["token", "demo"]).failed(2, "vault/other_backend");
    profile.set("TOKENRACK_VAULT", "keychain");
    assert_eq!(profile.token("demo"), token);
}

#[test]
fn only_the_owner_can_read_a_profile() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    profile.connected("demo", &odd.odd_issuer("none"));
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&profile.home()), 0o700);
    for entry in std::fs::read_dir(profile.home()).unwrap().map(|entry| entry.unwrap().path()) {
        let expected = if entry.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode(&entry), expected, "{}", entry.display());
    }
}

#[test]
fn an_item_that_another_program_deleted_is_said() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    profile.connected("demo", &odd.odd_issuer("none"));
    let cleared = session.command("secret-tool").args(["clear", "service", SERVICE]).status().unwrap();
    assert!(cleared.success());
    profile.run(&["token", "demo"]).failed(3, "vault/item_missing");
    profile.connect("demo");
    assert_eq!(profile.status("demo"), "connected");
}

#[test]
fn the_doctor_names_what_other_users_may_read_and_its_command_closes_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let profile = Profile::with_file_vault("correct horse battery staple");
    let files = || {
        let checks = profile.run(&["doctor"]).values();
        checks.into_iter().find(|check| check["name"] == "files").unwrap()
    };
    let passphrase = profile.folder().join("passphrase");
    std::fs::set_permissions(&passphrase, std::fs::Permissions::from_mode(0o644)).unwrap();
    let check = files();
    assert_eq!(check["outcome"], "warning", "{check}");
    let said = format!("others may read {} (mode 0644)", passphrase.display());
    assert_eq!(check["finding"], said, "{check}");
    let cure = check["cure"].as_str().unwrap();
    assert!(profile.command("/bin/sh".as_ref()).args(["-c", cure]).status().unwrap().success(), "{cure}");
    assert_eq!(files()["outcome"], "ok");
}

/// A folder that comes up late, as one that is mounted or synced: another vault in its place would lock out all that is in it.
#[test]
fn a_vault_whose_folder_is_away_is_not_made_anew_by_a_job() {
    let odd = Peer::odd();
    let profile = Profile::with_quick_file_vault("only for tests");
    profile.connected("demo", &odd.odd_issuer("none"));
    let token = profile.token("demo");
    let (folder, away) = (profile.home().join("vault"), profile.home().join("away"));
    std::fs::rename(&folder, &away).unwrap();
    let said = profile.run(&["token", "demo"]);
    assert!(said.code != 0 && said.stderr.contains("vault/away"), "{}", said.stderr);
    let status = profile.run(&["status"]);
    assert!(status.stdout.contains("locked"), "{}", status.stdout);
    assert!(!folder.join("identity.age").exists(), "another vault was made in its place");
    std::fs::rename(&away, &folder).unwrap();
    assert_eq!(profile.token("demo"), token);
}
