//! What core needs of the outside world. Adapters are in `tokenrack-platform`, without policy:
//! no retries, no OAuth knowledge, no decisions.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokenrack_oauth::secret::{Passphrase, SecretBytes};
use tokio::sync::{oneshot, watch};

pub use tokenrack_oauth::http::{
    BodyLimit, HttpClient, HttpError, HttpErrorKind, HttpRequest, HttpResponse, Spends,
};

use crate::activity::ActivityFilter;
use crate::connection::{Connection, ConnectionId};
use crate::event::{ActivityEntry, NewActivity};
use crate::language::again;
use crate::problem::Problem;
use crate::provider::ProviderId;

// ---------------------------------------------------------------- vault

/// Names one vault item: one per connection, and one more while a sign-in waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaultItem {
    /// Its name, by the connection's.
    pub id: ConnectionId,
    /// What a person reads in their keychain program: `Tokenrack: GitHub (work)`.
    pub label: String,
}

impl VaultItem {
    /// The item of the connection's sign-in that waits.
    pub fn of_attempt(id: &ConnectionId, label: &str) -> Self {
        Self { id: ConnectionId(format!("{id}-sign-in")), label: format!("{label}, sign-in") }
    }
}

/// Where secrets live: the system keychain, or an encrypted file.
///
/// Every call has a deadline of its own and never blocks the async runtime. An implementation splits values over
/// the platform's limit, with a versioned manifest written last, so that a torn write leaves the previous value.
#[async_trait]
pub trait Vault: Send + Sync {
    /// The item's bytes; `None` when there is no such item.
    async fn read(&self, item: &VaultItem) -> Result<Option<SecretBytes>, VaultError>;
    /// Creates or replaces the item; durable when it returns.
    async fn write(&self, item: &VaultItem, value: SecretBytes) -> Result<(), VaultError>;
    /// Whether a write of the item can be expected to succeed, as far as that shows without one: room on its disk, for the
    /// most part. It takes far less time than a write.
    async fn has_room(&self, _: &VaultItem) -> Result<(), VaultError> {
        Ok(())
    }
    /// Deletes the item; an absent one is no error.
    async fn delete(&self, item: &VaultItem) -> Result<(), VaultError>;
    /// Which kind it is.
    fn kind(&self) -> VaultKind;
    /// Whether it can be used now. Never opens a prompt.
    async fn status(&self) -> VaultStatus;
    /// Unlocks it: the system's own prompt for a keychain (passphrase ignored), the passphrase for a file.
    async fn unlock(&self, passphrase: Option<Passphrase>) -> Result<(), VaultError>;
}

/// Which kind of vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum VaultKind {
    /// Secret Service, macOS Keychain or Windows Credential Manager.
    Keychain,
    /// A file encrypted under a passphrase.
    File,
}

/// Whether a vault can be used, and if not, why.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct VaultStatus {
    /// Which kind it is.
    pub kind: VaultKind,
    /// In a person's words: "GNOME Keyring / Secret Service", "Windows Credential Manager", a file's path.
    pub backend: String,
    /// Whether it can be used now.
    pub state: VaultState,
    /// The platform's own words, where it gave any.
    pub detail: Option<String>,
}

impl VaultStatus {
    /// In the language of this process, as far as the words are ours.
    #[must_use]
    pub fn said(self) -> Self {
        Self { detail: self.detail.as_deref().map(again), ..self }
    }
}

/// The states a person can meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum VaultState {
    /// Usable.
    Ready,
    /// Needs unlocking by the person.
    Locked,
    /// An encrypted file that does not exist yet: the first passphrase creates it.
    New,
    /// No keychain on this machine or in this session.
    Absent,
    /// The system refused this program.
    Denied,
    /// It did not answer in time.
    Unresponsive,
}

/// Why a vault call failed. Nothing was lost: the previous value is still there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// It needs unlocking by the person.
    #[error("the vault is locked")]
    Locked,
    /// There is no keychain in this session.
    #[error("no vault: {0}")]
    Absent(String),
    /// The encrypted file that there was is not there.
    #[error("the vault is away: {0}")]
    Away(String),
    /// The system refused this program.
    #[error("the vault refused access: {0}")]
    Denied(String),
    /// No answer before the deadline. A write may still happen: read before deciding.
    #[error("the vault did not answer in time")]
    TimedOut,
    /// The passphrase does not open the file.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// The stored value is damaged.
    #[error("the stored value is damaged: {0}")]
    Corrupt(String),
    /// Anything else, in the platform's words.
    #[error("the vault failed: {0}")]
    Failed(String),
}

// ---------------------------------------------------------------- backup

/// Encrypts a whole file under a passphrase.
#[async_trait]
pub trait Seal: Send + Sync {
    /// The encrypted file. Slow by design: about a second.
    async fn seal(&self, content: SecretBytes, passphrase: Passphrase) -> Result<Vec<u8>, SealError>;
    /// What was encrypted, whole or not at all.
    async fn open(&self, sealed: Vec<u8>, passphrase: Passphrase) -> Result<SecretBytes, SealError>;
}

/// Why a file was not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The passphrase does not open it.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// It is not as it was written.
    #[error("the file is damaged: {0}")]
    Damaged(String),
    /// Anything else, in the library's words.
    #[error("the encryption failed: {0}")]
    Failed(String),
}

/// The folder with the person's own provider files.
pub trait ProviderFolder: Send + Sync {
    /// Saves the file of the provider with this id; `before` is the text of the one whose place it takes.
    ///
    /// # Errors
    /// `InvalidInput` where another file is there, `StoreFailed`.
    fn save(&self, id: &ProviderId, text: &str, before: Option<&str>) -> Result<(), Problem>;
}

// ---------------------------------------------------------------- store

/// Counts committed changes of a profile, across all processes.
pub type Revision = u64;

/// SHA-256 of an attempt's `state`, in hex: the database can find an attempt without holding its secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct StateDigest(pub String);

/// Everything that is not secret, durable, shared by all processes of a profile.
///
/// Calls are short and synchronous. `update` is the only way to change a connection: it reads, changes and writes
/// inside one write transaction, so two processes never overwrite each other.
pub trait Store: Send + Sync {
    /// All connections. A record that cannot be read keeps none of the others from being read.
    fn load_all(&self) -> Result<Loaded, StoreError>;
    /// One connection.
    fn load(&self, id: &ConnectionId) -> Result<Option<Connection>, StoreError>;
    /// Adds a connection. A name that is taken (ignoring case) is [`StoreError::NameTaken`].
    fn insert(&self, connection: &Connection, activity: NewActivity) -> Result<Revision, StoreError>;
    /// Applies `change` to the current record. When it returns `None` nothing is written.
    /// Answers the record as it is now, and the revision.
    fn update(
        &self,
        id: &ConnectionId,
        change: &mut dyn FnMut(&mut Connection) -> Option<Change>,
    ) -> Result<(Revision, Connection), StoreError>;
    /// Deletes the connection; its activity stays.
    fn remove(&self, id: &ConnectionId, activity: NewActivity) -> Result<Revision, StoreError>;
    /// The attempt with this state, waiting or ended.
    fn attempt(&self, digest: &StateDigest) -> Result<Option<AttemptRecord>, StoreError>;
    /// Adds to the activity record without changing a connection.
    fn record(&self, activity: NewActivity) -> Result<Revision, StoreError>;
    /// The activity record, newest first.
    fn activity(&self, filter: &ActivityFilter) -> Result<Vec<ActivityEntry>, StoreError>;
    /// A setting's JSON text.
    fn setting(&self, key: &str) -> Result<Option<String>, StoreError>;
    /// Saves a setting's JSON text.
    fn set_setting(&self, key: &str, value: &str) -> Result<Revision, StoreError>;
    /// The current revision.
    fn revision(&self) -> Result<Revision, StoreError>;
    /// Wakes when this or another process has changed something; coalesces. Costs nothing while nothing happens.
    fn changes(&self) -> watch::Receiver<u64>;
}

/// All connections of a profile, at one revision.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// When this was true.
    pub revision: Revision,
    /// What could be read.
    pub connections: Vec<Connection>,
    /// What could not.
    pub unreadable: Vec<Unreadable>,
}

/// A connection whose record is damaged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Whose record.
    pub id: ConnectionId,
    /// Its name in lower case: the record alone knows how it was written.
    pub name: String,
    /// Why, in the library's words.
    pub cause: String,
}

/// What one `update` writes besides the record.
#[derive(Debug, Default)]
pub struct Change {
    /// Lines for the activity record.
    pub activity: Vec<NewActivity>,
    /// An attempt that ended by this change. (A waiting attempt is indexed from the record itself.)
    pub ended: Option<(StateDigest, AttemptEnd)>,
}

/// How an attempt ended; kept a day, so that a late or repeated redirect gets a true answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptEnd {
    /// A redirect was accepted for it.
    Answered,
    /// The person cancelled it.
    Cancelled,
    /// Its time passed.
    TimedOut,
    /// A newer attempt for the same connection took its place.
    Superseded,
}

/// An attempt as the store knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptRecord {
    /// Whose attempt.
    pub connection: ConnectionId,
    /// `None` while it waits.
    pub end: Option<AttemptEnd>,
}

/// Why a store call failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// No connection with this id.
    #[error("no such connection")]
    NotFound,
    /// Another connection has this name.
    #[error("a connection named {0:?} exists already")]
    NameTaken(String),
    /// The connection's record is damaged, in the library's words; the others are not.
    #[error("the record of the connection cannot be read: {0}")]
    Unreadable(String),
    /// Written by a newer Tokenrack.
    #[error("the database was written by a newer version (schema {found}, this program knows {known})")]
    TooNew {
        /// The database's schema version.
        found: i64,
        /// The newest this program knows.
        known: i64,
    },
    /// The database is damaged or cannot be reached, in the library's words.
    #[error("the database failed: {0}")]
    Failed(String),
}

// ---------------------------------------------------------------- lock

/// One lock per connection, between processes. The system releases it when its owner dies.
#[async_trait]
pub trait ConnectionLock: Send + Sync {
    /// Waits for the lock, at most `patience`.
    ///
    /// # Errors
    /// [`LockError::Busy`] when another holds it that long.
    async fn acquire(&self, id: &ConnectionId, patience: Duration) -> Result<LockGuard, LockError>;
    /// Whether somebody holds it now, or that cannot be told. The system takes it from a process that died.
    fn is_held(&self, id: &ConnectionId) -> bool;
}

/// Holds the lock until it is dropped.
pub struct LockGuard(#[allow(dead_code, reason = "held for its drop")] Box<dyn std::any::Any + Send + Sync>);

impl LockGuard {
    /// Wraps whatever releases the lock when it is dropped.
    pub fn new(inner: impl std::any::Any + Send + Sync) -> Self {
        Self(Box::new(inner))
    }
}

/// Why a lock was not had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LockError {
    /// Another process holds it.
    #[error("another process is working on this connection")]
    Busy,
    /// The lock file cannot be made, in the system's words.
    #[error("the lock failed: {0}")]
    Failed(String),
}

// ---------------------------------------------------------------- time, chance, browser

/// Time.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The wall clock.
    fn now(&self) -> Timestamp;
    /// Sleeps for a span.
    async fn sleep(&self, span: Duration);
    /// Sleeps until the wall clock shows `at`, also when it jumps there or the machine sleeps meanwhile. It may return
    /// sooner: whoever waits looks at the clock again.
    async fn sleep_until(&self, at: Timestamp);
}

/// The network, as far as it tells of itself.
pub trait Network: Send + Sync {
    /// Wakes when an address of this machine came or went; coalesces. Costs nothing while nothing happens.
    fn changes(&self) -> watch::Receiver<u64>;
}

/// Randomness fit for keys.
pub trait Entropy: Send + Sync {
    /// Fills the buffer from the system's generator.
    fn fill(&self, buffer: &mut [u8]);
}

/// The person's own browser.
#[async_trait]
pub trait Browser: Send + Sync {
    /// Opens an `https` or `http` URL.
    ///
    /// # Errors
    /// The system's words when nothing could be opened.
    async fn open(&self, url: &url::Url) -> Result<(), String>;
}

// ---------------------------------------------------------------- loopback

/// Opens loopback listeners for redirects (RFC 8252 §7.3).
#[async_trait]
pub trait RedirectListener: Send + Sync {
    /// Binds loopback only: `127.0.0.1`, and `::1` too when `host` is `localhost`. `port` `None` takes a free one.
    /// Only `path` is answered; everything else is 404 or 405 and never ends the wait.
    async fn bind(
        &self,
        host: &str,
        port: Option<u16>,
        path: &str,
    ) -> Result<Box<dyn BoundListener>, ListenError>;
}

/// A bound listener; dropping it closes the port.
#[async_trait]
pub trait BoundListener: Send {
    /// The port it has.
    fn port(&self) -> u16;
    /// The next request to the path that carries a query. The browser waits until `page` is answered.
    async fn next(&mut self) -> Option<IncomingRedirect>;
}

/// A redirect that arrived on loopback.
pub struct IncomingRedirect {
    /// The full redirect URL, as the browser asked for it.
    pub url: String,
    /// Decides the page the person sees; dropping it shows a neutral one.
    pub page: oneshot::Sender<ResultPage>,
}

/// What the browser shows after a redirect: static, escaped, `no-store`, without a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResultPage {
    /// The exchange has succeeded.
    Connected {
        /// The connection's.
        name: String,
        /// Who is connected and who was before, where they are two.
        accounts: Option<(String, String)>,
    },
    /// It failed. What happened, and what to do.
    Failed {
        /// One sentence.
        title: String,
        /// One sentence.
        suggestion: String,
    },
}

/// Why a listener could not be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListenError {
    /// The port is taken.
    #[error("port {0} is in use")]
    PortInUse(u16),
    /// Anything else, in the system's words.
    #[error("cannot listen: {0}")]
    Failed(String),
}
