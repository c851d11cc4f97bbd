//! The explicit choice where there is no keychain: age files under a passphrase.
//!
//! `identity.age` holds a key of its own, encrypted under the passphrase; every item is a file encrypted to that
//! key. So the slow derivation is paid once per unlock, and an item is written without it.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use age::secrecy::ExposeSecret as _;
use age::x25519;
use async_trait::async_trait;
use tokenrack_core::ports::{SealError, Vault, VaultError, VaultItem, VaultKind, VaultState, VaultStatus};
use tokenrack_oauth::secret::{Passphrase, SecretBytes};
use zeroize::Zeroizing;

use crate::disk;
use crate::private;
use crate::sealed::{self, words};
use crate::thread::on_a_thread;

const IDENTITY: &str = "identity.age";

/// [`Vault`] in a folder of encrypted files. It starts locked in every process.
pub struct FileVault {
    shared: Arc<Shared>,
}

struct Shared {
    folder: PathBuf,
    opened: Mutex<Option<Opened>>,
    /// Whether there was one when somebody last asked: a passphrase is for what was seen then.
    was_seen: AtomicBool,
    /// scrypt's work, as a power of two; `None` for about a second on this machine.
    work: Option<u8>,
}

/// The vault's key, and the file that it was in.
#[derive(Clone)]
struct Opened {
    sealed: Vec<u8>,
    key: x25519::Identity,
}

impl FileVault {
    /// Keeps its files in `folder`, which is made when it is missing.
    pub fn new(folder: PathBuf) -> Self {
        Self {
            shared: Arc::new(Shared {
                folder,
                opened: Mutex::new(None),
                was_seen: AtomicBool::new(false),
                work: None,
            }),
        }
    }

    /// Files and scrypt block, so they get a thread; there is nothing here that could hang for ever.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        let (sender, answer) = tokio::sync::oneshot::channel();
        let shared = Arc::clone(&self.shared);
        on_a_thread("file-vault", move || {
            let _ = sender.send(work(&shared));
        })
        .map_err(VaultError::Failed)?;
        answer.await.map_err(|_| VaultError::Failed("the vault's thread ended".to_owned()))?
    }
}

#[async_trait]
impl Vault for FileVault {
    fn kind(&self) -> VaultKind {
        VaultKind::File
    }

    async fn read(&self, item: &VaultItem) -> Result<Option<SecretBytes>, VaultError> {
        let name = item.id.0.clone();
        self.run(move |shared| shared.read(&name)).await
    }

    async fn write(&self, item: &VaultItem, value: SecretBytes) -> Result<(), VaultError> {
        let name = item.id.0.clone();
        self.run(move |shared| shared.write(&name, &value)).await
    }

    async fn has_room(&self, item: &VaultItem) -> Result<(), VaultError> {
        let name = item.id.0.clone();
        self.run(move |shared| shared.has_room(&name)).await
    }

    async fn delete(&self, item: &VaultItem) -> Result<(), VaultError> {
        let name = item.id.0.clone();
        self.run(move |shared| shared.delete(&name)).await
    }

    async fn status(&self) -> VaultStatus {
        let (state, detail) = match self.run(|shared| shared.state()).await {
            Ok(state) => (state, None),
            Err(error) => (VaultState::Denied, Some(error.to_string())),
        };
        let backend = self.shared.folder.display().to_string();
        VaultStatus { kind: VaultKind::File, backend, state, detail }
    }

    async fn unlock(&self, passphrase: Option<Passphrase>) -> Result<(), VaultError> {
        let passphrase = passphrase.ok_or(VaultError::Locked)?;
        if passphrase.expose().is_empty() {
            return Err(VaultError::WrongPassphrase);
        }
        self.run(move |shared| shared.unlock(&passphrase)).await
    }
}

impl Shared {
    fn path(&self, name: &str) -> Result<PathBuf, VaultError> {
        let reserved = IDENTITY.strip_suffix(".age") == Some(name);
        if reserved || !private::is_plain_name(name) {
            return Err(VaultError::Failed(format!("{name:?} cannot name a file")));
        }
        Ok(self.folder.join(format!("{name}.age")))
    }

    /// `None` also where another vault is in its place by now, or none: nobody could open what this key writes there.
    fn key(&self) -> Result<Option<x25519::Identity>, VaultError> {
        let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(Opened { sealed, key }) = opened else { return Ok(None) };
        Ok((load(&self.folder.join(IDENTITY))? == Some(sealed)).then_some(key))
    }

    fn state(&self) -> Result<VaultState, VaultError> {
        let state = match self.key()? {
            Some(_) => VaultState::Ready,
            None if self.identity()?.is_some() => VaultState::Locked,
            None => VaultState::New,
        };
        self.was_seen.store(state != VaultState::New, Ordering::Relaxed);
        Ok(state)
    }

    /// The encrypted key; `None` when there is none and nothing that would need it.
    fn identity(&self) -> Result<Option<Vec<u8>>, VaultError> {
        if let Some(found) = load(&self.folder.join(IDENTITY))? {
            return Ok(Some(found));
        }
        // A key made anew could never open the items of the old one.
        if self.has_items()? {
            let place = self.folder.display();
            return Err(VaultError::Corrupt(format!(
                "{IDENTITY} is missing in {place}: restore it from a backup"
            )));
        }
        Ok(None)
    }

    fn has_items(&self) -> Result<bool, VaultError> {
        let entries = match std::fs::read_dir(&self.folder) {
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(false),
            other => other.map_err(|e| failed(&self.folder, &e))?,
        };
        for entry in entries {
            let path = entry.map_err(|e| failed(&self.folder, &e))?.path();
            if path.extension().is_some_and(|extension| extension == "age") {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn has_room(&self, name: &str) -> Result<(), VaultError> {
        disk::try_room(&self.folder).map_err(|e| failed(&self.folder, &e))?;
        let item = self.path(name)?;
        disk::see_replaceable(&item).map_err(|e| failed(&item, &e))
    }

    fn unlock(&self, passphrase: &Passphrase) -> Result<(), VaultError> {
        let opened = match self.identity()? {
            Some(found) => open_identity(found, passphrase)?,
            None if self.was_seen.load(Ordering::Relaxed) => {
                return Err(VaultError::Away(self.folder.display().to_string()));
            }
            None => self.create(passphrase)?,
        };
        *self.opened.lock().unwrap_or_else(PoisonError::into_inner) = Some(opened);
        Ok(())
    }

    /// Two processes may meet a new vault at once: the second one opens what the first has made.
    fn create(&self, passphrase: &Passphrase) -> Result<Opened, VaultError> {
        private::create_dir(&self.folder).map_err(|e| failed(&self.folder, &e))?;
        let lock = self.folder.join("lock");
        let file = private::options().write(true).create(true).truncate(false).open(&lock);
        let file = file.map_err(|e| failed(&lock, &e))?;
        file.lock().map_err(|e| failed(&lock, &e))?;
        if let Some(found) = self.identity()? {
            return open_identity(found, passphrase);
        }
        let key = x25519::Identity::generate();
        let text = key.to_string();
        let sealed = sealed::seal(text.expose_secret().as_bytes(), passphrase, self.work)
            .map_err(|e| VaultError::Failed(e.to_string()))?;
        let path = self.folder.join(IDENTITY);
        private::replace(&path, &sealed).map_err(|e| failed(&path, &e))?;
        Ok(Opened { sealed, key })
    }

    fn read(&self, name: &str) -> Result<Option<SecretBytes>, VaultError> {
        let path = self.path(name)?;
        let Some(key) = self.key()? else {
            // Without a key there is nothing yet, or it must be opened first.
            return if self.identity()?.is_none() { Ok(None) } else { Err(VaultError::Locked) };
        };
        let Some(sealed) = load(&path)? else {
            return Ok(None);
        };
        let opened =
            age::decrypt(&key, &sealed).map(Zeroizing::new).map_err(|e| VaultError::Corrupt(words(&e)))?;
        // A file that was renamed to another connection's must not hand out the wrong token.
        let value = opened
            .strip_prefix(name.as_bytes())
            .and_then(|rest| rest.strip_prefix(b"\n"))
            .ok_or_else(|| VaultError::Corrupt("the file belongs to another connection".to_owned()))?;
        Ok(Some(SecretBytes::new(value.to_vec())))
    }

    fn write(&self, name: &str, value: &SecretBytes) -> Result<(), VaultError> {
        let path = self.path(name)?;
        let key = self.key()?.ok_or(VaultError::Locked)?;
        let content = Zeroizing::new([name.as_bytes(), b"\n", value.expose()].concat());
        let sealed =
            age::encrypt(&key.to_public(), &content).map_err(|e| VaultError::Failed(e.to_string()))?;
        private::replace(&path, &sealed).map_err(|e| failed(&path, &e))
    }

    fn delete(&self, name: &str) -> Result<(), VaultError> {
        let path = self.path(name)?;
        match std::fs::remove_file(&path) {
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
            Err(e) => Err(failed(&path, &e)),
            Ok(()) => private::sync_dir(&self.folder).map_err(|e| failed(&self.folder, &e)),
        }
    }
}

fn load(path: &Path) -> Result<Option<Vec<u8>>, VaultError> {
    match std::fs::read(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        other => other.map(Some).map_err(|e| failed(path, &e)),
    }
}

fn open_identity(sealed: Vec<u8>, passphrase: &Passphrase) -> Result<Opened, VaultError> {
    let text = sealed::open(&sealed, passphrase).map_err(|error| match error {
        SealError::WrongPassphrase => VaultError::WrongPassphrase,
        SealError::Damaged(words) | SealError::Failed(words) => {
            VaultError::Corrupt(format!("{IDENTITY}: {words}"))
        }
    })?;
    let key = std::str::from_utf8(text.expose()).ok().and_then(|text| text.parse().ok());
    key.map(|key| Opened { sealed, key })
        .ok_or_else(|| VaultError::Corrupt(format!("{IDENTITY} holds no key")))
}

fn failed(path: &Path, cause: &io::Error) -> VaultError {
    let words = format!("{}: {cause}", path.display());
    if cause.kind() == ErrorKind::PermissionDenied {
        VaultError::Denied(words)
    } else {
        VaultError::Failed(words)
    }
}

#[cfg(test)]
#[path = "../file_vault_tests.rs"]
mod tests;
