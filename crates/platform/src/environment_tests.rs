use super::*;
use std::collections::HashMap;

use tokenrack_core::connection::ConnectionId;
use tokenrack_core::ports::{VaultError, VaultItem, VaultState};
use tokenrack_oauth::secret::{Passphrase, SecretBytes};

fn environment(variables: &[(&str, &str)]) -> Result<Environment, Problem> {
    let variables: HashMap<String, OsString> =
        variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    Environment::from(|name| variables.get(name).cloned())
}

fn profile() -> (tempfile::TempDir, Profile) {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::open(Some(dir.path().join("home"))).unwrap();
    (dir, profile)
}

#[test]
fn variables_are_read_and_empty_ones_are_unset() {
    let read = environment(&[
        ("TOKENRACK_HOME", "/x"),
        ("TOKENRACK_VAULT", "file"),
        ("TOKENRACK_BROWSER", "/b"),
        ("TOKENRACK_PASSPHRASE_FILE", "/p"),
        ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/run/x"),
    ])
    .unwrap();
    assert_eq!(
        (read.home, read.vault, read.browser),
        (Some("/x".into()), Some(VaultKind::File), Some("/b".into()))
    );
    assert_eq!(read.passphrase_file, Some("/p".into()));
    assert_eq!(read.session_bus, SessionBus::Present);
    let empty =
        environment(&[("TOKENRACK_HOME", ""), ("TOKENRACK_VAULT", ""), ("TOKENRACK_BROWSER", "")]).unwrap();
    assert!(empty.home.is_none() && empty.vault.is_none() && empty.browser.is_none());
    assert_eq!(empty.session_bus, SessionBus::Absent);
    assert_eq!(environment(&[("TOKENRACK_VAULT", "plain")]).unwrap_err().code, Code::InvalidInput);
}

#[tokio::test]
async fn the_environment_chooses_for_an_empty_profile_and_is_remembered() {
    let (_dir, profile) = profile();
    let none = environment(&[]).unwrap();
    let file = environment(&[("TOKENRACK_VAULT", "file")]).unwrap();
    assert_eq!(ports(&profile, &none).unwrap().vault.kind(), VaultKind::Keychain);
    assert_eq!(ports(&profile, &file).unwrap().vault.kind(), VaultKind::File);
    let remembered = ports(&profile, &none).unwrap();
    assert_eq!(remembered.vault.kind(), VaultKind::File);
    assert_eq!(remembered.vault.status().await.state, VaultState::New);
    let keychain = environment(&[("TOKENRACK_VAULT", "keychain")]).unwrap();
    assert_eq!(ports(&profile, &keychain).unwrap().vault.kind(), VaultKind::Keychain);
}

#[test]
fn with_connections_it_can_only_agree() {
    let (_dir, profile) = profile();
    let file = environment(&[("TOKENRACK_VAULT", "file")]).unwrap();
    let keychain = environment(&[("TOKENRACK_VAULT", "keychain")]).unwrap();
    let store = ports(&profile, &keychain).unwrap().store;
    crate::store::tests::add_one(store.as_ref());
    assert_eq!(ports(&profile, &file).map(drop).unwrap_err().code, Code::VaultMismatch);
    assert_eq!(ports(&profile, &keychain).unwrap().vault.kind(), VaultKind::Keychain);
    store.set_setting(chosen::SETTING, "\"file\"").unwrap();
    assert_eq!(ports(&profile, &keychain).map(drop).unwrap_err().code, Code::VaultMismatch);
    assert_eq!(ports(&profile, &file).unwrap().vault.kind(), VaultKind::File);
}

#[tokio::test]
async fn a_process_that_is_open_writes_nothing_where_nobody_looks_any_more() {
    let (_dir, profile) = profile();
    let file = environment(&[("TOKENRACK_VAULT", "file")]).unwrap();
    let keychain = environment(&[("TOKENRACK_VAULT", "keychain")]).unwrap();
    let open = ports(&profile, &file).unwrap();
    open.vault.unlock(Some(Passphrase::new("a passphrase".into()))).await.unwrap();
    let item = VaultItem { id: ConnectionId("a1".into()), label: "work".into() };
    let write = || open.vault.write(&item, SecretBytes::new(b"tokens".to_vec()));
    write().await.unwrap();
    drop(ports(&profile, &keychain).unwrap());
    for refused in [
        write().await,
        open.vault.has_room(&item).await,
        open.vault.delete(&item).await,
        open.vault.read(&item).await.map(drop),
    ] {
        assert!(
            matches!(&refused, Err(VaultError::Failed(words)) if words.contains("start it again")),
            "{refused:?}"
        );
    }
    drop(ports(&profile, &file).unwrap());
    assert!(open.vault.read(&item).await.unwrap().is_some());
}

#[test]
fn a_database_of_a_newer_version_is_named_so() {
    let (_dir, profile) = profile();
    let none = environment(&[]).unwrap();
    drop(ports(&profile, &none).unwrap());
    let database = rusqlite::Connection::open(profile.database()).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    assert_eq!(ports(&profile, &none).map(drop).unwrap_err().code, Code::StoreTooNew);
    drop(database);
    std::fs::write(profile.database(), b"junk".repeat(999)).unwrap();
    assert_eq!(ports(&profile, &none).map(drop).unwrap_err().code, Code::StoreFailed);
}
