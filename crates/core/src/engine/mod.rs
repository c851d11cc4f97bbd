//! Owns all connections, carries out what the lifecycle asks for, and tells faces.
//!
//! Every process of a profile has an engine; the store is the truth between them, the connection's lock keeps
//! their writes to the vault apart, and the one path for redirects is [`Engine::deliver`].

mod agreement;
mod background;
mod bundle;
mod check;
mod choices;
mod claims;
mod device;
mod disconnect;
mod discovered;
mod draft;
mod dry_run;
mod ending;
mod endpoints;
mod faces;
mod grants;
mod housekeeping;
mod introspection;
mod own_providers;
mod proof;
mod reach;
mod redirect_uri;
mod refusals;
mod registration;
mod requests;
mod revocations;
mod secrets;
mod sharing;
mod sign_in;
mod tokens;

pub use crate::flows::request::ApiCall;
pub use bundle::Taking;
pub use dry_run::DryRun;
pub use requests::{MOST_IN_JSON, Response};

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokenrack_oauth::dpop::Nonces;
use tokenrack_oauth::secret::AccessToken;
use tokio::sync::Notify;

use crate::Timestamp;
use crate::bundle::Bundle;
use crate::connection::{Connection, ConnectionId};
use crate::event::{ActivityKind, Channel};
use crate::ports::{
    Browser, Change, Clock, ConnectionLock, Entropy, HttpClient, LockGuard, Network, RedirectListener, Seal,
    StateDigest, Store, Vault,
};
use crate::problem::{Code, Problem};
use crate::provider::{Catalog, ProviderSpec};
use crate::record::SecretRecord;
use crate::script::ScriptRunner;
use crate::status;
use crate::view::{BundleView, ConnectionView};

/// The outside world, as one engine uses it.
#[derive(Clone)]
pub struct Ports {
    /// Secrets.
    pub vault: Arc<dyn Vault>,
    /// Everything else that lasts.
    pub store: Arc<dyn Store>,
    /// The network.
    pub http: Arc<dyn HttpClient>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// The person's browser.
    pub browser: Arc<dyn Browser>,
    /// Loopback redirects.
    pub listener: Arc<dyn RedirectListener>,
    /// Between processes.
    pub lock: Arc<dyn ConnectionLock>,
    /// When the network comes up.
    pub network: Arc<dyn Network>,
    /// A person's own scripts.
    pub scripts: Arc<dyn ScriptRunner>,
    /// Backups.
    pub seal: Arc<dyn Seal>,
}

/// How a sign-in is started.
#[derive(Debug, Clone, Copy)]
pub struct ConnectOptions {
    /// Open the system browser; otherwise only the URL is answered.
    pub open_browser: bool,
    /// How long a redirect is awaited.
    pub time_limit: Duration,
    /// Who asks.
    pub channel: Channel,
}

/// What became of asking for tokens.
#[derive(Debug, Clone)]
pub enum Connecting {
    /// A person is needed.
    Waiting(Started),
    /// Nobody is: the client has spoken for itself.
    Connected(Box<ConnectionView>),
}

/// A sign-in that waits for a person.
#[derive(Debug, Clone)]
pub struct Started {
    /// Whose.
    pub connection: ConnectionId,
    /// What the person is to do.
    pub step: Step,
    /// Until when.
    pub expires_at: Timestamp,
    /// Why no browser was opened, when one was asked for.
    pub browser_problem: Option<Problem>,
    /// Which attempt.
    digest: StateDigest,
}

/// What a person does to sign in.
#[derive(Debug, Clone)]
pub enum Step {
    /// Sign in on a page that comes back.
    Redirect {
        /// What the browser opens.
        authorization_url: String,
        /// Where the redirect comes back to, with the port.
        redirect_uri: String,
    },
    /// Enter a code on a page of any browser (RFC 8628 §3.3).
    DeviceCode {
        /// To enter.
        user_code: String,
        /// Where.
        verification_uri: String,
        /// With the code filled in, where the server has it.
        verification_uri_complete: Option<String>,
    },
}

/// Why a redirect brought no tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What went wrong.
    pub problem: Problem,
    /// The connection whose view tells it already, if one does.
    pub told_by: Option<ConnectionId>,
}

impl<P: Into<Problem>> From<P> for Refusal {
    fn from(problem: P) -> Self {
        Self { problem: problem.into(), told_by: None }
    }
}

/// An access token that a person or program asked for. The release is already in the record.
#[derive(Debug)]
pub struct ReleasedToken {
    /// The token.
    pub access_token: AccessToken,
    /// Whose, by name.
    pub connection: String,
    /// When it ends, if known.
    pub expires_at: Option<Timestamp>,
    /// What it may do, if known.
    pub scopes: Option<Vec<String>>,
}

/// See the module. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    ports: Ports,
    /// The catalog with the person's own files as they were last read.
    catalog: Mutex<Arc<Catalog>>,
    /// Specs from a URL or a file, by what the draft calls them.
    learned: Mutex<HashMap<String, ProviderSpec>>,
    /// The file that a person is looking at, before they have decided; with the secrets of a backup.
    opened: Mutex<Option<(Bundle, BundleView)>>,
    /// Attempts this process started.
    attempts: Mutex<HashMap<ConnectionId, sign_in::Live>>,
    /// Read-held while a browser waits for the page that tells how its redirect ended.
    answering: Arc<tokio::sync::RwLock<()>>,
    /// What may bring new tokens, or end them: one at a time per connection, inside this process. With what was the last.
    flights: Mutex<Flights>,
    /// What servers want to find in proofs of keys.
    nonces: Arc<Nonces>,
    /// New tokens the vault has not taken yet, and with them the connection's lock: while they wait, no other process
    /// writes, and one that gets the lock knows that they are gone.
    unsaved: Mutex<HashMap<ConnectionId, Unsaved>>,
    /// Tells that a lock was put back to such tokens.
    put_back: Notify,
    faces: faces::Faces,
    /// Whether this process refreshes by itself.
    keeps_fresh: AtomicBool,
    /// What the task that does has met.
    background: Mutex<background::Knows>,
    /// The process is about to end: nothing more is begun by itself.
    is_ending: AtomicBool,
}

#[derive(Default)]
struct Flights {
    of: HashMap<ConnectionId, (Flight, Flying)>,
    /// There was nothing to lose, and the process ends: no other begins.
    are_over: bool,
}

impl Flights {
    fn under_way(&self) -> impl Iterator<Item = (&ConnectionId, &(Flight, Flying))> {
        self.of.iter().filter(|(_, (flight, _))| flight.try_lock().is_err())
    }
}

/// Held while new tokens may be on their way, or old ones are ended.
type Flight = Arc<tokio::sync::Mutex<()>>;

/// What a flight is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flying {
    Refresh,
    SignIn,
    Disconnect,
}

struct Unsaved {
    record: SecretRecord,
    lock: Option<LockGuard>,
}

/// The connection's lock. Dropped while tokens wait for the vault, it is kept with them.
struct Held {
    engine: Engine,
    id: ConnectionId,
    lock: Option<LockGuard>,
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(unsaved) = locked(&self.engine.inner.unsaved).get_mut(&self.id) {
            unsaved.lock = self.lock.take();
            self.engine.inner.put_back.notify_waiters();
        }
    }
}

/// A process that works on a connection is done within its time limits; longer than this it hangs.
const LOCK_PATIENCE: Duration = Duration::from_secs(120);

impl Engine {
    /// An engine for a profile. It watches for changes by other processes once somebody subscribes.
    ///
    /// # Errors
    /// `StoreFailed` or `StoreTooNew` when the profile cannot be read.
    pub fn open(ports: Ports, catalog: Arc<Catalog>) -> Result<Self, Problem> {
        ports.store.revision()?;
        Ok(Self {
            inner: Arc::new(Inner {
                ports,
                catalog: Mutex::new(catalog),
                learned: Mutex::default(),
                opened: Mutex::default(),
                attempts: Mutex::default(),
                answering: Arc::default(),
                flights: Mutex::default(),
                nonces: Arc::default(),
                unsaved: Mutex::default(),
                put_back: Notify::new(),
                faces: faces::Faces::default(),
                keeps_fresh: AtomicBool::new(false),
                background: Mutex::default(),
                is_ending: AtomicBool::new(false),
            }),
        })
    }

    /// Finds by id, or by name ignoring case.
    ///
    /// # Errors
    /// `NoSuchConnection`, `RecordUnreadable`.
    pub fn find(&self, name_or_id: &str) -> Result<Connection, Problem> {
        if let Some(connection) = self.inner.ports.store.load(&ConnectionId(name_or_id.to_owned()))? {
            return Ok(connection);
        }
        let (id, _) = self.identify(name_or_id)?;
        self.load(&id)
    }

    /// As `find`, for what is possible with the id and the name alone: also when the record cannot be read.
    ///
    /// # Errors
    /// `NoSuchConnection`.
    pub fn identify(&self, name_or_id: &str) -> Result<(ConnectionId, String), Problem> {
        let mut names = self.names()?;
        let wanted = name_or_id.to_lowercase();
        let by_id = names.iter().position(|(id, _)| id.0 == name_or_id);
        let found = by_id.or_else(|| names.iter().position(|(_, name)| name.to_lowercase() == wanted));
        let found = found.ok_or_else(|| Problem::new(Code::NoSuchConnection).because(name_or_id))?;
        Ok(names.swap_remove(found))
    }

    /// Every connection's id and name; a name in lower case where the record cannot be read.
    fn names(&self) -> Result<Vec<(ConnectionId, String)>, Problem> {
        let all = self.inner.ports.store.load_all()?;
        let readable = all.connections.into_iter().map(|connection| (connection.id, connection.name));
        Ok(readable.chain(all.unreadable.into_iter().map(|row| (row.id, row.name))).collect())
    }

    fn load(&self, id: &ConnectionId) -> Result<Connection, Problem> {
        let mut connection = self.inner.ports.store.load(id)?.ok_or(Code::NoSuchConnection)?;
        self.forget_refusal(&mut connection);
        Ok(connection)
    }

    /// Changes a record in one transaction, then shows it to the faces.
    fn update(
        &self,
        id: &ConnectionId,
        mut change: impl FnMut(&mut Connection) -> Option<Change>,
    ) -> Result<Connection, Problem> {
        let mut wrote = false;
        let (revision, connection) = self.inner.ports.store.update(id, &mut |connection| {
            self.forget_refusal(connection);
            let before = connection.state.clone();
            let made = change(connection);
            connection.follow(&before);
            wrote = made.is_some();
            made
        })?;
        self.show(revision, &connection, wrote);
        Ok(connection)
    }

    /// As `update`, for a change that is one line of the record.
    fn update_with(
        &self,
        id: &ConnectionId,
        kind: ActivityKind,
        channel: Channel,
        problem: Option<&Problem>,
        change: impl FnMut(&mut Connection, Timestamp),
    ) -> Result<Connection, Problem> {
        let code = problem.map(|problem| problem.code);
        let words = problem.and_then(|problem| problem.cause.clone());
        self.update_line(id, (kind, channel, code, words), change)
    }

    /// As `update_with`, with more words for what went well.
    fn update_saying(
        &self,
        id: &ConnectionId,
        kind: ActivityKind,
        channel: Channel,
        detail: Option<String>,
        change: impl FnMut(&mut Connection, Timestamp),
    ) -> Result<Connection, Problem> {
        self.update_line(id, (kind, channel, None, detail), change)
    }

    fn update_line(
        &self,
        id: &ConnectionId,
        (kind, channel, code, words): (ActivityKind, Channel, Option<Code>, Option<String>),
        mut change: impl FnMut(&mut Connection, Timestamp),
    ) -> Result<Connection, Problem> {
        let now = self.now();
        self.update(id, |connection| {
            change(connection, now);
            let line = connection.event(now, kind, channel, code, words.clone());
            Some(Change { activity: vec![line], ended: None })
        })
    }

    /// The spec of a connection, its variables filled in.
    fn spec(&self, connection: &Connection) -> Result<ProviderSpec, Problem> {
        let catalog = self.catalog();
        let spec = status::spec(connection, &catalog).ok_or_else(|| {
            Problem::new(Code::UnknownProvider).because(connection.provider.id().0.as_str())
        })?;
        spec.resolve(&connection.vars).map_err(|errors| {
            let words: Vec<String> =
                errors.into_iter().map(|(name, what)| format!("{name}: {what}")).collect();
            Problem::new(Code::InvalidInput).because(words.join("; "))
        })
    }

    async fn lock(&self, id: &ConnectionId) -> Result<Held, Problem> {
        let held = |lock| Held { engine: self.clone(), id: id.clone(), lock: Some(lock) };
        loop {
            let mut put_back = std::pin::pin!(self.inner.put_back.notified());
            put_back.as_mut().enable();
            let kept = locked(&self.inner.unsaved).get_mut(id).and_then(|unsaved| unsaved.lock.take());
            if let Some(lock) = kept {
                return Ok(held(lock));
            }
            // Whoever has it in this process may keep it with tokens that wait: then it is never given back to the system.
            tokio::select! {
                biased;
                lock = self.inner.ports.lock.acquire(id, LOCK_PATIENCE) => return Ok(held(lock?)),
                () = put_back => {}
            }
        }
    }

    /// Taken before the connection's lock by whatever may bring new tokens, and held until they are saved, and by a
    /// disconnect until it is done: an end of this process waits for it. Never had once that is decided.
    async fn flight(&self, id: &ConnectionId, what: Flying) -> tokio::sync::OwnedMutexGuard<()> {
        let new = || (Flight::default(), what);
        let flight = locked(&self.inner.flights).of.entry(id.clone()).or_insert_with(new).0.clone();
        let held = flight.lock_owned().await;
        let are_over = {
            let mut flights = locked(&self.inner.flights);
            if let Some((_, now)) = flights.of.get_mut(id) {
                *now = what;
            }
            flights.are_over
        };
        if are_over {
            drop(held);
            return std::future::pending().await;
        }
        held
    }

    fn now(&self) -> Timestamp {
        self.inner.ports.clock.now()
    }
}

/// A poisoned lock means a panic elsewhere; the data behind these locks is whole at every await and every line.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
