use super::*;
use tokenrack_core::connection::ConnectionId;

fn vault(folder: &Path) -> FileVault {
    let shared = Shared {
        folder: folder.to_owned(),
        opened: Mutex::new(None),
        was_seen: AtomicBool::new(false),
        work: Some(2),
    };
    FileVault { shared: Arc::new(shared) }
}

fn item(id: &str) -> VaultItem {
    VaultItem { id: ConnectionId(id.into()), label: format!("Tokenrack: {id}") }
}

fn phrase(text: &str) -> Option<Passphrase> {
    Some(Passphrase::new(text.into()))
}

fn secret(text: &str) -> SecretBytes {
    SecretBytes::new(text.as_bytes().to_vec())
}

async fn text(vault: &FileVault, id: &str) -> Result<Option<String>, VaultError> {
    let found = vault.read(&item(id)).await?;
    Ok(found.map(|value| String::from_utf8(value.expose().to_vec()).unwrap()))
}

#[tokio::test]
async fn the_first_passphrase_makes_it_and_only_that_one_opens_it() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("vault");
    let first = vault(&folder);
    assert_eq!(first.status().await.state, VaultState::New);
    assert_eq!(text(&first, "a1").await, Ok(None));
    assert_eq!(first.write(&item("a1"), secret("x")).await, Err(VaultError::Locked));
    assert_eq!(first.unlock(None).await, Err(VaultError::Locked));
    assert_eq!(first.unlock(phrase("")).await, Err(VaultError::WrongPassphrase));
    first.unlock(phrase("open sesame")).await.unwrap();
    assert_eq!(first.status().await.state, VaultState::Ready);
    first.write(&item("a1"), secret("canary-1")).await.unwrap();
    first.write(&item("a1"), secret("canary-2")).await.unwrap();
    assert_eq!(text(&first, "a1").await, Ok(Some("canary-2".into())));

    let later = vault(&folder);
    assert_eq!(later.status().await.state, VaultState::Locked);
    assert_eq!(text(&later, "a1").await, Err(VaultError::Locked));
    assert_eq!(later.unlock(phrase("open barley")).await, Err(VaultError::WrongPassphrase));
    assert_eq!(later.status().await.state, VaultState::Locked);
    later.unlock(phrase("open sesame")).await.unwrap();
    assert_eq!(text(&later, "a1").await, Ok(Some("canary-2".into())));
    assert_eq!(text(&later, "a2").await, Ok(None));
    later.delete(&item("a1")).await.unwrap();
    later.delete(&item("a1")).await.unwrap();
    assert_eq!(text(&first, "a1").await, Ok(None));
}

#[cfg(unix)]
#[tokio::test]
async fn nothing_on_disk_shows_a_secret_or_is_open_to_others() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let vault = vault(&dir.path().join("vault"));
    vault.unlock(phrase("canary")).await.unwrap();
    vault.write(&item("a1"), secret("canary")).await.unwrap();
    let mut seen = 0;
    for entry in std::fs::read_dir(dir.path().join("vault")).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(6).any(|w| w == b"canary"), "{path:?}");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{path:?}");
        seen += 1;
    }
    assert_eq!(seen, 3, "the key, the item, the lock");
}

#[tokio::test]
async fn damage_is_told_and_nothing_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("vault");
    let vault_a = vault(&folder);
    vault_a.unlock(phrase("p")).await.unwrap();
    vault_a.write(&item("a1"), secret("one")).await.unwrap();
    vault_a.write(&item("a2"), secret("two")).await.unwrap();

    std::fs::copy(folder.join("a2.age"), folder.join("a1.age")).unwrap();
    assert!(matches!(text(&vault_a, "a1").await, Err(VaultError::Corrupt(_))), "another one's file");
    let whole = std::fs::read(folder.join("a2.age")).unwrap();
    for damaged in [&whole[..whole.len() - 1], &whole[..40], b"", b"junk"] {
        std::fs::write(folder.join("a2.age"), damaged).unwrap();
        assert!(matches!(text(&vault_a, "a2").await, Err(VaultError::Corrupt(_))));
    }
    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    std::fs::write(folder.join("a2.age"), flipped).unwrap();
    assert!(matches!(text(&vault_a, "a2").await, Err(VaultError::Corrupt(_))));

    let key = folder.join("identity.age");
    std::fs::write(&key, b"junk").unwrap();
    assert!(matches!(vault(&folder).unlock(phrase("p")).await, Err(VaultError::Corrupt(_))));
    assert_eq!(std::fs::read(&key).unwrap(), b"junk");
    std::fs::remove_file(&key).unwrap();
    let Err(VaultError::Corrupt(words)) = vault(&folder).unlock(phrase("p")).await else { panic!() };
    assert!(words.contains("identity.age is missing"), "{words}");
    assert!(!key.exists(), "no new key that could never open the old items");
    let status = vault(&folder).status().await;
    assert_eq!(status.state, VaultState::Denied);
    assert!(status.detail.unwrap().contains("identity.age"));
}

#[tokio::test]
async fn an_open_one_is_locked_while_another_is_in_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, away) = (dir.path().join("vault"), dir.path().join("away"));
    let ours = vault(&folder);
    ours.unlock(phrase("old")).await.unwrap();
    ours.write(&item("a1"), secret("one")).await.unwrap();

    std::fs::rename(&folder, &away).unwrap();
    assert_eq!(ours.write(&item("a1"), secret("two")).await, Err(VaultError::Locked));
    assert_eq!(ours.status().await.state, VaultState::New);
    assert!(!folder.exists(), "nothing is begun that needs a passphrase");
    let theirs = vault(&folder);
    theirs.unlock(phrase("new")).await.unwrap();
    theirs.write(&item("a1"), secret("theirs")).await.unwrap();
    assert_eq!(ours.write(&item("a1"), secret("two")).await, Err(VaultError::Locked));
    assert_eq!(ours.status().await.state, VaultState::Locked);
    assert_eq!(text(&ours, "a1").await, Err(VaultError::Locked));
    assert_eq!(text(&theirs, "a1").await, Ok(Some("theirs".into())));
    ours.unlock(phrase("new")).await.unwrap();
    assert_eq!(text(&ours, "a1").await, Ok(Some("theirs".into())));

    let ours = vault(&away);
    ours.unlock(phrase("old")).await.unwrap();
    let (key, kept) = (away.join("identity.age"), away.join("kept"));
    std::fs::rename(&key, &kept).unwrap();
    assert_eq!(ours.write(&item("a2"), secret("two")).await, Err(VaultError::Locked));
    assert!(matches!(text(&ours, "a1").await, Err(VaultError::Corrupt(_))), "it says which file is missing");
    assert!(!away.join("a2.age").exists());
    std::fs::rename(&kept, &key).unwrap();
    assert_eq!(text(&ours, "a1").await, Ok(Some("one".into())), "the same one is open as before");
}

#[tokio::test]
async fn a_file_that_asks_for_hours_of_work_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let vault = vault(dir.path());
    vault.unlock(phrase("p")).await.unwrap();
    let key = dir.path().join("identity.age");
    let made = std::fs::read(&key).unwrap();
    let line_end = made.windows(3).position(|w| w == b" 2\n").unwrap();
    let asking = [&made[..line_end], b" 63\n", &made[line_end + 3..]].concat();
    std::fs::write(&key, asking).unwrap();
    let before = tokio::time::Instant::now();
    let Err(VaultError::Corrupt(words)) = self::vault(dir.path()).unlock(phrase("p")).await else { panic!() };
    assert!(words.contains("2^63"), "{words}");
    assert!(before.elapsed().as_secs() < 10);
}

#[tokio::test]
async fn two_that_make_it_at_once_share_one_key() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (vault(dir.path()), vault(dir.path()));
    let (one, two) = tokio::join!(a.unlock(phrase("p")), b.unlock(phrase("p")));
    one.unwrap();
    two.unwrap();
    a.write(&item("a1"), secret("x")).await.unwrap();
    assert_eq!(text(&b, "a1").await, Ok(Some("x".into())));
}

#[tokio::test]
async fn ids_that_leave_the_folder_or_name_the_key_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let vault = vault(dir.path());
    vault.unlock(phrase("p")).await.unwrap();
    for id in ["../x", "identity", "", "a/b"] {
        assert!(matches!(vault.write(&item(id), secret("x")).await, Err(VaultError::Failed(_))), "{id}");
        assert!(matches!(vault.delete(&item(id)).await, Err(VaultError::Failed(_))), "{id}");
    }
}

/// The real work factor, once: the test above all use a token one.
#[tokio::test]
async fn the_usual_work_takes_about_a_second() {
    let dir = tempfile::tempdir().unwrap();
    let before = tokio::time::Instant::now();
    FileVault::new(dir.path().to_owned()).unlock(phrase("p")).await.unwrap();
    let made = before.elapsed();
    FileVault::new(dir.path().to_owned()).unlock(phrase("p")).await.unwrap();
    println!("made in {made:?}, opened in {:?}", before.elapsed() - made);
    assert!(made.as_millis() > 100);
}

/// An encrypted home, a share, a stick: its folder goes away while the person is asked for the passphrase.
#[tokio::test]
async fn a_passphrase_for_one_that_was_seen_makes_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, away) = (dir.path().join("vault"), dir.path().join("away"));
    vault(&folder).unlock(phrase("correct horse")).await.unwrap();
    let seen = vault(&folder);
    assert_eq!(seen.status().await.state, VaultState::Locked);
    std::fs::rename(&folder, &away).unwrap();
    let refused = seen.unlock(phrase("correct horse")).await;
    assert_eq!(refused, Err(VaultError::Away(folder.display().to_string())));
    assert!(!folder.exists());
    // The person is shown that there is none, and may make one.
    assert_eq!(seen.status().await.state, VaultState::New);
    assert_eq!(seen.unlock(phrase("another")).await, Ok(()));
}
