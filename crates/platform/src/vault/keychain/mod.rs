//! The system's keychain, kept at arm's length: its calls may hang for as long as a prompt stands open.
//!
//! One thread owns the one connection and does one call after the other. A call that passes its deadline gives up
//! on the whole thread: the next call gets a new one, and the old one does no further step when it wakes.

mod chunked;
mod session_bus;
#[cfg(target_os = "linux")]
#[path = "secret_service.rs"]
mod system;
#[cfg(not(target_os = "linux"))]
#[path = "native.rs"]
mod system;
mod worker;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokenrack_core::ports::{Vault, VaultError, VaultItem, VaultKind, VaultState, VaultStatus};
use tokenrack_oauth::secret::{Passphrase, SecretBytes};

pub use session_bus::SessionBus;
use worker::{Job, Worker};

/// Names our items among all others.
const SERVICE: &str = "dev.tokenrack.desktop";
const DEADLINE: Duration = Duration::from_secs(10);
/// How long a person may take for the system's prompt.
const PROMPT: Duration = Duration::from_secs(60);

/// A keychain as this program needs it: bytes by name. Calls block.
pub(crate) trait Items {
    fn get(&self, name: &str) -> Result<Option<SecretBytes>, VaultError>;
    fn set(&self, name: &str, label: &str, value: &[u8]) -> Result<(), VaultError>;
    fn delete(&self, name: &str) -> Result<(), VaultError>;
    /// The most bytes one item may have.
    fn limit(&self) -> Option<usize>;
    /// Whether it can be used now; never opens a prompt.
    fn state(&self) -> Result<(VaultState, Option<String>), VaultError>;
}

/// One kind of keychain, and how to reach it.
pub(crate) trait Backend: Send + Sync {
    /// In a person's words.
    fn name(&self) -> String;
    /// Connects, without any prompt.
    fn open(&self) -> Result<Box<dyn Items>, VaultError>;
    /// Whether its disk has room, where that can be seen.
    fn has_room(&self) -> Result<(), VaultError> {
        Ok(())
    }
    /// Lets the system ask the person, for at most so long.
    fn unlock(&self, patience: Duration) -> Result<(), VaultError>;
}

/// [`Vault`] in the system's keychain.
pub struct KeychainVault {
    backend: Arc<dyn Backend>,
    deadline: Duration,
    worker: Mutex<Option<Worker>>,
}

impl KeychainVault {
    /// The system's keychain. Nothing is touched before the first call.
    pub fn new(bus: SessionBus) -> Self {
        Self::with(Arc::new(system::System::new(bus)), DEADLINE)
    }

    /// The same with another deadline for a call.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    fn with(backend: Arc<dyn Backend>, deadline: Duration) -> Self {
        Self { backend, deadline, worker: Mutex::new(None) }
    }

    async fn call<T: Send + 'static>(
        &self,
        work: impl Fn(&dyn Items) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        let (job, answer) = Job::new(work);
        let abandon = job.abandon();
        let worker = self.submit(job)?;
        match tokio::time::timeout(self.deadline, answer).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => {
                self.retire(&worker);
                Err(VaultError::Failed("the keychain's thread ended".to_owned()))
            }
            Err(_) => {
                abandon.now();
                self.retire(&worker);
                Err(VaultError::TimedOut)
            }
        }
    }

    fn submit(&self, job: Job) -> Result<Worker, VaultError> {
        let mut slot = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        let worker = match slot.take() {
            Some(worker) => worker,
            None => Worker::start(Arc::clone(&self.backend)).map_err(VaultError::Failed)?,
        };
        worker.submit(job);
        Ok(slot.insert(worker).clone())
    }

    /// Later calls get a new worker, unless another call has seen to that already.
    fn retire(&self, worker: &Worker) {
        let mut slot = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.as_ref().is_some_and(|current| current.is(worker)) {
            *slot = None;
        }
    }
}

#[async_trait]
impl Vault for KeychainVault {
    fn kind(&self) -> VaultKind {
        VaultKind::Keychain
    }

    async fn read(&self, item: &VaultItem) -> Result<Option<SecretBytes>, VaultError> {
        let name = item.id.0.clone();
        self.call(move |items| chunked::read(items, &name)).await
    }

    async fn write(&self, item: &VaultItem, value: SecretBytes) -> Result<(), VaultError> {
        let (name, label) = (item.id.0.clone(), item.label.clone());
        self.call(move |items| chunked::write(items, &name, &label, value.expose())).await
    }

    async fn has_room(&self, _: &VaultItem) -> Result<(), VaultError> {
        let (sender, answer) = tokio::sync::oneshot::channel();
        let backend = Arc::clone(&self.backend);
        crate::thread::on_a_thread("keychain-room", move || {
            let _ = sender.send(backend.has_room());
        })
        .map_err(VaultError::Failed)?;
        // A disk that says nothing in time says nothing at all.
        tokio::time::timeout(self.deadline, answer).await.map_or(Ok(()), |seen| seen.unwrap_or(Ok(())))
    }

    async fn delete(&self, item: &VaultItem) -> Result<(), VaultError> {
        let name = item.id.0.clone();
        self.call(move |items| chunked::delete(items, &name)).await
    }

    async fn status(&self) -> VaultStatus {
        let (state, detail) = match self.call(|items| items.state()).await {
            Ok(found) => found,
            Err(VaultError::Locked) => (VaultState::Locked, None),
            Err(VaultError::Absent(words)) => (VaultState::Absent, Some(words)),
            Err(VaultError::TimedOut) => (VaultState::Unresponsive, None),
            Err(VaultError::Denied(words)) => (VaultState::Denied, Some(words)),
            Err(other) => (VaultState::Unresponsive, Some(other.to_string())),
        };
        VaultStatus { kind: VaultKind::Keychain, backend: self.backend.name(), state, detail }
    }

    /// On a thread of its own, so that other calls go on (and say "locked") while the prompt stands open.
    async fn unlock(&self, _: Option<Passphrase>) -> Result<(), VaultError> {
        let (sender, answer) = tokio::sync::oneshot::channel();
        let backend = Arc::clone(&self.backend);
        crate::thread::on_a_thread("unlock-keychain", move || {
            let _ = sender.send(backend.unlock(PROMPT));
        })
        .map_err(VaultError::Failed)?;
        match tokio::time::timeout(PROMPT + self.deadline, answer).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(VaultError::Failed("the keychain's thread ended".to_owned())),
            Err(_) => Err(VaultError::TimedOut),
        }
    }
}

#[cfg(test)]
#[path = "../../keychain_tests.rs"]
mod tests;

#[cfg(test)]
#[cfg(target_os = "linux")]
#[path = "../../gnome_keyring_tests.rs"]
mod gnome_keyring_tests;
