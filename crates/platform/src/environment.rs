//! What the environment says, read once, and the ports that follow from it.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use tokenrack_core::engine::Ports;
use tokenrack_core::ports::{Store, StoreError, Vault, VaultKind};
use tokenrack_core::problem::{Code, Problem};

use crate::vault::chosen::{self, ChosenVault};
use crate::{
    AgeSeal, FileLock, FileVault, KeychainVault, Limits, LoopbackListener, Profile, QuickJs, ReqwestClient,
    SessionBus, SqliteStore, SystemBrowser, SystemClock, SystemEntropy, SystemNetwork,
};

/// The variables a face listens to.
#[derive(Debug, Clone)]
pub struct Environment {
    /// `TOKENRACK_HOME`: the folder for everything.
    pub home: Option<PathBuf>,
    /// `TOKENRACK_VAULT`: `keychain` or `file`.
    pub vault: Option<VaultKind>,
    /// `TOKENRACK_BROWSER`: a program to call with the URL instead of the desktop's way.
    pub browser: Option<PathBuf>,
    /// `TOKENRACK_PASSPHRASE_FILE`: its first line opens the encrypted file.
    pub passphrase_file: Option<PathBuf>,
    /// Whether the session has a message bus.
    pub session_bus: SessionBus,
}

impl Environment {
    /// Reads this process's variables. An empty one counts as unset.
    ///
    /// # Errors
    /// [`Code::InvalidInput`] for a vault that is neither `keychain` nor `file`.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn read() -> Result<Self, Problem> {
        Self::from(|name| std::env::var_os(name))
    }

    fn from(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, Problem> {
        let variable = |name| variable(name).filter(|value| !value.is_empty());
        let path = |name| variable(name).map(PathBuf::from);
        let bus = variable("DBUS_SESSION_BUS_ADDRESS");
        let bus = bus.as_ref().map(|address| address.to_string_lossy());
        Ok(Self {
            home: path("TOKENRACK_HOME"),
            vault: variable("TOKENRACK_VAULT").map(kind).transpose()?,
            browser: path("TOKENRACK_BROWSER"),
            passphrase_file: path("TOKENRACK_PASSPHRASE_FILE"),
            session_bus: SessionBus::find(bus.as_deref(), path("XDG_RUNTIME_DIR").as_deref()),
        })
    }
}

fn kind(value: OsString) -> Result<VaultKind, Problem> {
    match value.to_str() {
        Some("keychain") => Ok(VaultKind::Keychain),
        Some("file") => Ok(VaultKind::File),
        _ => {
            Err(Problem::new(Code::InvalidInput)
                .because("TOKENRACK_VAULT is neither \"keychain\" nor \"file\""))
        }
    }
}

/// The real world for one profile. Cheap: no network, no keychain, no watching until they are needed.
///
/// # Errors
/// [`Code::StoreFailed`] and [`Code::StoreTooNew`] from the database; [`Code::VaultMismatch`] when the environment
/// asks for another kind of vault than the one that holds this profile's secrets.
pub fn ports(profile: &Profile, environment: &Environment) -> Result<Ports, Problem> {
    let clock = Arc::new(SystemClock);
    let store = SqliteStore::open(&profile.database(), clock.clone()).map_err(problem)?;
    let store: Arc<dyn Store> = Arc::new(store);
    let vault: Arc<dyn Vault> = match vault_kind(store.as_ref(), environment.vault)? {
        VaultKind::Keychain => Arc::new(KeychainVault::new(environment.session_bus)),
        VaultKind::File => Arc::new(FileVault::new(profile.vault_dir())),
    };
    Ok(Ports {
        vault: Arc::new(ChosenVault::new(vault, store.clone())),
        store,
        http: Arc::new(ReqwestClient::new(Limits::default())),
        clock,
        entropy: Arc::new(SystemEntropy),
        browser: Arc::new(SystemBrowser::new(environment.browser.clone())),
        listener: Arc::new(LoopbackListener::default()),
        lock: Arc::new(FileLock::new(profile.locks_dir())),
        network: Arc::new(SystemNetwork),
        scripts: Arc::new(QuickJs),
        seal: Arc::new(AgeSeal::default()),
    })
}

/// The environment chooses for a profile without connections, and is remembered; later it can only agree.
fn vault_kind(store: &dyn Store, asked: Option<VaultKind>) -> Result<VaultKind, Problem> {
    let kept = chosen::kept(store).map_err(problem)?;
    let Some(asked) = asked.filter(|asked| *asked != kept) else {
        return Ok(kept);
    };
    let all = store.load_all().map_err(problem)?;
    if !(all.connections.is_empty() && all.unreadable.is_empty()) {
        return Err(Code::VaultMismatch.into());
    }
    let json = serde_json::to_string(&asked).map_err(|e| Problem::new(Code::Internal).because(e))?;
    store.set_setting(chosen::SETTING, &json).map_err(problem)?;
    Ok(asked)
}

fn problem(error: StoreError) -> Problem {
    let code = match error {
        StoreError::TooNew { .. } => Code::StoreTooNew,
        _ => Code::StoreFailed,
    };
    Problem::new(code).because(error)
}

#[cfg(test)]
#[path = "environment_tests.rs"]
mod tests;
