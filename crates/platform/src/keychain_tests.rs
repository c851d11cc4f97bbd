//! The thread, the deadline and the reconnecting, with a keychain that can be told to hang.

use super::*;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use tokio::time::Instant;

use tokenrack_core::connection::ConnectionId;

#[derive(Default)]
struct Fake {
    items: Mutex<HashMap<String, Vec<u8>>>,
    opened: AtomicUsize,
    /// Connections of this number and older have gone stale.
    stale: AtomicUsize,
    /// The next call waits until the other end is dropped.
    hang: Mutex<Option<mpsc::Receiver<()>>>,
    panic: std::sync::atomic::AtomicBool,
}

impl Backend for Arc<Fake> {
    fn name(&self) -> String {
        "fake".into()
    }
    fn open(&self) -> Result<Box<dyn Items>, VaultError> {
        let number = self.opened.fetch_add(1, Ordering::SeqCst) + 1;
        Ok(Box::new(FakeItems(Arc::clone(self), number)))
    }
    fn unlock(&self, _: Duration) -> Result<(), VaultError> {
        Err(VaultError::Locked)
    }
}

struct FakeItems(Arc<Fake>, usize);

impl FakeItems {
    fn step(&self) -> Result<(), VaultError> {
        assert!(!self.0.panic.swap(false, Ordering::SeqCst), "told to");
        let hang = self.0.hang.lock().unwrap().take();
        if let Some(hang) = hang {
            let _ = hang.recv();
        }
        if self.1 <= self.0.stale.load(Ordering::SeqCst) {
            return Err(VaultError::Failed("stale".into()));
        }
        Ok(())
    }
}

impl Items for FakeItems {
    fn get(&self, name: &str) -> Result<Option<SecretBytes>, VaultError> {
        self.step()?;
        Ok(self.0.items.lock().unwrap().get(name).cloned().map(SecretBytes::new))
    }
    fn set(&self, name: &str, _: &str, value: &[u8]) -> Result<(), VaultError> {
        self.step()?;
        self.0.items.lock().unwrap().insert(name.into(), value.to_vec());
        Ok(())
    }
    fn delete(&self, name: &str) -> Result<(), VaultError> {
        self.step()?;
        self.0.items.lock().unwrap().remove(name);
        Ok(())
    }
    fn limit(&self) -> Option<usize> {
        Some(10)
    }
    fn state(&self) -> Result<(VaultState, Option<String>), VaultError> {
        self.step().map(|()| (VaultState::Ready, None))
    }
}

fn item() -> VaultItem {
    VaultItem { id: ConnectionId("a1".into()), label: "Tokenrack: a1".into() }
}

fn vault(deadline: u64) -> (Arc<Fake>, KeychainVault) {
    let fake = Arc::new(Fake::default());
    (Arc::clone(&fake), KeychainVault::with(Arc::new(fake), Duration::from_millis(deadline)))
}

async fn text(vault: &KeychainVault) -> Option<Vec<u8>> {
    vault.read(&item()).await.unwrap().map(|value| value.expose().to_vec())
}

#[tokio::test]
async fn one_connection_serves_all_calls() {
    let (fake, vault) = vault(5000);
    vault.write(&item(), SecretBytes::new(b"x".to_vec())).await.unwrap();
    assert_eq!(text(&vault).await.unwrap(), b"x");
    vault.delete(&item()).await.unwrap();
    assert_eq!(text(&vault).await, None);
    assert_eq!(vault.status().await.state, VaultState::Ready);
    assert_eq!(fake.opened.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_stale_connection_is_replaced_once() {
    let (fake, vault) = vault(5000);
    vault.write(&item(), SecretBytes::new(b"x".to_vec())).await.unwrap();
    fake.stale.store(1, Ordering::SeqCst);
    assert_eq!(text(&vault).await.unwrap(), b"x");
    fake.stale.store(99, Ordering::SeqCst);
    assert_eq!(vault.read(&item()).await.unwrap_err(), VaultError::Failed("stale".into()));
    assert_eq!(fake.opened.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_hung_call_ends_at_its_deadline_and_does_not_hold_up_the_next() {
    let (fake, vault) = vault(150);
    let (release, hang) = mpsc::channel();
    *fake.hang.lock().unwrap() = Some(hang);
    let before = Instant::now();
    assert_eq!(vault.read(&item()).await.unwrap_err(), VaultError::TimedOut);
    assert!(before.elapsed() < Duration::from_secs(2));
    assert_eq!(vault.status().await.state, VaultState::Ready);
    drop(release);
}

#[tokio::test]
async fn a_write_that_was_given_up_takes_no_further_step_when_it_wakes() {
    let (fake, vault) = vault(150);
    let (release, hang) = mpsc::channel();
    *fake.hang.lock().unwrap() = Some(hang);
    // Hangs while looking for what is there; parts and manifest would follow.
    let old = SecretBytes::new(b"old value, longer than the limit".to_vec());
    assert_eq!(vault.write(&item(), old).await.unwrap_err(), VaultError::TimedOut);
    vault.write(&item(), SecretBytes::new(b"new".to_vec())).await.unwrap();
    drop(release);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(text(&vault).await.unwrap(), b"new");
    assert_eq!(fake.items.lock().unwrap().len(), 1, "no part was written late");
}

#[tokio::test]
async fn a_call_queued_behind_a_hung_one_is_not_carried_out_after_it_was_given_up() {
    let (fake, vault) = vault(150);
    let (release, hang) = mpsc::channel();
    *fake.hang.lock().unwrap() = Some(hang);
    let item = item();
    let (read, write) =
        tokio::join!(vault.read(&item), vault.write(&item, SecretBytes::new(b"late".to_vec())));
    assert_eq!(read.unwrap_err(), VaultError::TimedOut);
    assert_eq!(write.unwrap_err(), VaultError::TimedOut);
    drop(release);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(fake.items.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_thread_that_dies_is_an_error_and_then_another_takes_over() {
    let (fake, vault) = vault(5000);
    fake.panic.store(true, Ordering::SeqCst);
    assert!(matches!(vault.read(&item()).await, Err(VaultError::Failed(_))));
    assert_eq!(text(&vault).await, None);
}
