//! Windows and macOS: the systems' own keychains, over keyring-core's stores.

use std::sync::Arc;
use std::time::Duration;

use keyring_core::{CredentialStore, Entry, Error};
use tokenrack_core::ports::{VaultError, VaultState};
use tokenrack_oauth::secret::SecretBytes;

use super::{Backend, Items, SERVICE, SessionBus};

#[cfg(target_os = "macos")]
mod platform {
    use super::{Arc, CredentialStore, Entry, Error, SERVICE};

    pub(super) const NAME: &str = "macOS Keychain";
    pub(super) const LIMIT: Option<usize> = None;

    pub(super) fn store() -> Result<Arc<CredentialStore>, Error> {
        Ok(apple_native_keyring_store::keychain::Store::new()?)
    }

    pub(super) fn entry(store: &CredentialStore, name: &str) -> Result<Entry, Error> {
        store.build(SERVICE, name, None)
    }

    /// Keychain Access shows the service's name; the store has no way to set another.
    pub(super) fn label(_: &Entry, _: &str) -> Result<(), Error> {
        Ok(())
    }

    /// Asking would open the system's prompt; the first use does that when it must.
    pub(super) fn probe(_: &CredentialStore) -> Result<(), Error> {
        Ok(())
    }
}

#[cfg(windows)]
mod platform {
    use super::{Arc, CredentialStore, Entry, Error, SERVICE};
    use std::collections::HashMap;

    pub(super) const NAME: &str = "Windows Credential Manager";
    /// `CRED_MAX_CREDENTIAL_BLOB_SIZE`.
    pub(super) const LIMIT: Option<usize> = Some(5 * 512);

    pub(super) fn store() -> Result<Arc<CredentialStore>, Error> {
        Ok(windows_native_keyring_store::Store::new()?)
    }

    /// Kept on this machine: tokens do not roam with the profile.
    pub(super) fn entry(store: &CredentialStore, name: &str) -> Result<Entry, Error> {
        store.build(SERVICE, name, Some(&HashMap::from([("persistence", "Local")])))
    }

    pub(super) fn label(entry: &Entry, label: &str) -> Result<(), Error> {
        entry.update_attributes(&HashMap::from([("comment", label)]))
    }

    pub(super) fn probe(store: &CredentialStore) -> Result<(), Error> {
        match entry(store, "probe")?.get_secret() {
            Ok(_) | Err(Error::NoEntry) => Ok(()),
            Err(e) => Err(e),
        }
    }
}

pub(super) struct System;

impl System {
    /// The bus is Linux's concern.
    pub(super) fn new(_: SessionBus) -> Self {
        Self
    }
}

impl Backend for System {
    fn name(&self) -> String {
        platform::NAME.to_owned()
    }

    fn open(&self) -> Result<Box<dyn Items>, VaultError> {
        Ok(Box::new(Connection { store: platform::store().map_err(explain)? }))
    }

    /// Both systems unlock with the person's sign-in, and ask by themselves at the first use.
    fn unlock(&self, _: Duration) -> Result<(), VaultError> {
        platform::store().and_then(|store| platform::probe(store.as_ref())).map_err(explain)
    }
}

struct Connection {
    store: Arc<CredentialStore>,
}

impl Items for Connection {
    fn get(&self, name: &str) -> Result<Option<SecretBytes>, VaultError> {
        match platform::entry(self.store.as_ref(), name).and_then(|entry| entry.get_secret()) {
            Ok(value) => Ok(Some(SecretBytes::new(value))),
            Err(Error::NoEntry) => Ok(None),
            Err(e) => Err(explain(e)),
        }
    }

    fn set(&self, name: &str, label: &str, value: &[u8]) -> Result<(), VaultError> {
        let entry = platform::entry(self.store.as_ref(), name).map_err(explain)?;
        entry.set_secret(value).map_err(explain)?;
        if let Err(error) = platform::label(&entry, label) {
            tracing::warn!(%error, "the keychain item has no readable label");
        }
        Ok(())
    }

    fn delete(&self, name: &str) -> Result<(), VaultError> {
        match platform::entry(self.store.as_ref(), name).and_then(|entry| entry.delete_credential()) {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(e) => Err(explain(e)),
        }
    }

    fn limit(&self) -> Option<usize> {
        platform::LIMIT
    }

    fn state(&self) -> Result<(VaultState, Option<String>), VaultError> {
        platform::probe(self.store.as_ref()).map_err(explain)?;
        Ok((VaultState::Ready, None))
    }
}

/// Some variants carry the stored bytes, so none is shown as a whole.
fn explain(error: Error) -> VaultError {
    match error {
        Error::NoStorageAccess(cause) => VaultError::Denied(cause.to_string()),
        Error::PlatformFailure(cause) => VaultError::Failed(cause.to_string()),
        Error::TooLong(what, limit) => VaultError::Failed(format!("{what} is longer than {limit}")),
        Error::BadEncoding(_) | Error::BadDataFormat(..) => {
            VaultError::Corrupt("the keychain's item has another format".to_owned())
        }
        Error::Invalid(what, why) => VaultError::Failed(format!("{what} {why}")),
        _ => VaultError::Failed("the keychain could not do it".to_owned()),
    }
}
