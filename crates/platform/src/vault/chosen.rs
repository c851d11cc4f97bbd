//! The kind of vault that a profile's secrets are in. The environment chooses it while there are no connections, so another
//! process may choose again while this one is open: from then on what is written here would be found by nobody.

use std::sync::Arc;

use async_trait::async_trait;
use tokenrack_core::ports::{Store, StoreError, Vault, VaultError, VaultItem, VaultKind, VaultStatus};
use tokenrack_oauth::secret::{Passphrase, SecretBytes};

/// The setting that remembers it. A profile without it uses the keychain.
pub(crate) const SETTING: &str = "vault";

const OTHER: &str =
    "this profile keeps its secrets in the other kind of vault since; end this program and start it again";

/// The kind that the profile has now.
///
/// # Errors
/// The database's; also where it says something else.
pub(crate) fn kept(store: &dyn Store) -> Result<VaultKind, StoreError> {
    let json = store.setting(SETTING)?;
    let read = |json: String| {
        serde_json::from_str(&json).map_err(|e| StoreError::Failed(format!("the setting {SETTING:?}: {e}")))
    };
    json.map_or(Ok(VaultKind::Keychain), read)
}

/// A vault that is used for as long as it is the profile's.
pub(crate) struct ChosenVault {
    vault: Arc<dyn Vault>,
    store: Arc<dyn Store>,
}

impl ChosenVault {
    pub(crate) fn new(vault: Arc<dyn Vault>, store: Arc<dyn Store>) -> Self {
        Self { vault, store }
    }

    /// Where the database does not answer, new tokens are saved all the same.
    fn current(&self) -> Result<&dyn Vault, VaultError> {
        match kept(self.store.as_ref()) {
            Ok(kind) if kind != self.vault.kind() => Err(VaultError::Failed(OTHER.to_owned())),
            _ => Ok(self.vault.as_ref()),
        }
    }
}

#[async_trait]
impl Vault for ChosenVault {
    async fn read(&self, item: &VaultItem) -> Result<Option<SecretBytes>, VaultError> {
        self.current()?.read(item).await
    }

    async fn write(&self, item: &VaultItem, value: SecretBytes) -> Result<(), VaultError> {
        self.current()?.write(item, value).await
    }

    async fn has_room(&self, item: &VaultItem) -> Result<(), VaultError> {
        self.current()?.has_room(item).await
    }

    async fn delete(&self, item: &VaultItem) -> Result<(), VaultError> {
        self.current()?.delete(item).await
    }

    fn kind(&self) -> VaultKind {
        self.vault.kind()
    }

    async fn status(&self) -> VaultStatus {
        self.vault.status().await
    }

    async fn unlock(&self, passphrase: Option<Passphrase>) -> Result<(), VaultError> {
        self.current()?.unlock(passphrase).await
    }
}
