//! Every port of an engine, over the world of a schedule. Each call takes a while, may fail, and may be the last one.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokenrack_core::activity::ActivityFilter;
use tokenrack_core::connection::{Connection, ConnectionId};
use tokenrack_core::engine::Ports;
use tokenrack_core::event::{ActivityEntry, NewActivity};
use tokenrack_core::ports::*;
use tokenrack_core::script::{ScriptCall, ScriptError, ScriptRunner, Zeroizing};
use tokenrack_oauth::secret::{Passphrase, SecretBytes};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::disk::Disk;
use crate::network;
use crate::world::{World, get};

/// One process of the world, from its start to its end.
#[derive(Clone)]
pub struct Process {
    pub world: Arc<World>,
    pub number: u32,
}

const INSTANT: Duration = Duration::from_millis(2);
const SHORT: Duration = Duration::from_millis(40);
const LONGEST_SLEEP: Duration = Duration::from_secs(24 * 3600);

impl Process {
    pub fn ports(&self) -> Ports {
        let this = || Arc::new(self.clone());
        Ports {
            vault: this(),
            store: this(),
            http: this(),
            clock: this(),
            entropy: this(),
            browser: this(),
            listener: this(),
            lock: this(),
            network: this(),
            scripts: this(),
            seal: this(),
        }
    }

    pub fn is_alive(&self) -> bool {
        self.world.is_alive(self.number)
    }

    pub fn note(&self, line: impl FnOnce() -> String) {
        self.world.note(self.number, line);
    }

    /// A while of at most `longest`, in which others work and this process may die.
    pub async fn pass(&self, longest: Duration) {
        self.sleep_exactly(self.world.moment(longest)).await;
        if self.dies() {
            pending().await
        }
    }

    /// What takes a machine a while.
    pub async fn work(&self) {
        self.pass(SHORT).await;
    }

    /// Whoever is dead when this ends never comes back from it.
    pub async fn sleep_exactly(&self, span: Duration) {
        match span.is_zero() {
            true => tokio::task::yield_now().await,
            false => tokio::time::sleep(span).await,
        }
        if !self.is_alive() {
            pending().await
        }
    }

    fn dies(&self) -> bool {
        let dies = self.world.once_in(|weather| weather.death);
        if dies {
            self.world.kill(self.number);
        }
        dies
    }

    /// A synchronous call cannot wait for ever, so a dead process is refused; nobody hears what it makes of that.
    fn disk<T>(
        &self,
        what: &str,
        work: impl FnOnce(&mut Disk) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if !self.is_alive() || self.dies() {
            return Err(StoreError::Failed("its process has ended".into()));
        }
        if self.world.once_in(|weather| weather.disk) {
            self.note(|| format!("disk: {what} fails"));
            return Err(StoreError::Failed("the disk is full".into()));
        }
        let done = work(&mut get(&self.world.disk))?;
        self.dies();
        Ok(done)
    }
}

#[async_trait]
impl Vault for Process {
    async fn read(&self, item: &VaultItem) -> Result<Option<SecretBytes>, VaultError> {
        self.vault_call(item, "read").await?;
        let is_away = self.world.once_in(|weather| weather.away);
        if is_away {
            get(&self.world.keychain).was_away = true;
            self.note(|| format!("keychain: {} is read as if it were not there", item.id));
        }
        let value = get(&self.world.keychain).read(&item.id).filter(|_| !is_away);
        self.pass(SHORT).await;
        Ok(value)
    }

    async fn write(&self, item: &VaultItem, value: SecretBytes) -> Result<(), VaultError> {
        self.vault_change(item, Some(value)).await
    }

    async fn delete(&self, item: &VaultItem) -> Result<(), VaultError> {
        self.vault_change(item, None).await
    }

    fn kind(&self) -> VaultKind {
        VaultKind::Keychain
    }

    async fn status(&self) -> VaultStatus {
        self.pass(SHORT).await;
        let is_locked = get(&self.world.keychain).is_locked;
        get(&self.world.keychain).has_refused |= is_locked;
        let state = if is_locked { VaultState::Locked } else { VaultState::Ready };
        VaultStatus { kind: VaultKind::Keychain, backend: "simulated".into(), state, detail: None }
    }

    async fn unlock(&self, _: Option<Passphrase>) -> Result<(), VaultError> {
        self.pass(SHORT).await;
        get(&self.world.keychain).is_locked = false;
        Ok(())
    }
}

impl Process {
    async fn vault_call(&self, item: &VaultItem, what: &str) -> Result<(), VaultError> {
        self.pass(SHORT).await;
        let weather = *get(&self.world.weather);
        let is_locked = get(&self.world.keychain).is_locked;
        let refuses = what == "write" && get(&self.world.keychain).refuses_writes;
        let trouble = match (is_locked, refuses) {
            (true, _) => Some(VaultError::Locked),
            (false, true) => Some(VaultError::Failed("the keychain takes nothing".into())),
            (false, false) => weather.vault_trouble(&mut get(&self.world.chance)),
        };
        let Some(trouble) = trouble else { return Ok(()) };
        get(&self.world.keychain).has_refused = true;
        self.note(|| format!("keychain: {what} {}: {trouble}", item.id));
        if trouble == VaultError::TimedOut {
            self.sleep_exactly(Duration::from_secs(10)).await;
        }
        Err(trouble)
    }

    /// A change that times out may have happened.
    async fn vault_change(&self, item: &VaultItem, value: Option<SecretBytes>) -> Result<(), VaultError> {
        let outcome = self.vault_call(item, "write").await;
        let timed_out = outcome == Err(VaultError::TimedOut);
        if outcome.is_ok() || timed_out && get(&self.world.chance).once_in(2) {
            let written = get(&self.world.keychain).write(&item.id, value);
            self.note(|| format!("keychain: {} now {:?}", item.id, get(&self.world.keychain).item(&item.id)));
            if let Err(violation) = written {
                self.world.violate(format!("p{} writes {}: {violation}", self.number, item.id));
            }
        }
        self.pass(SHORT).await;
        outcome
    }
}

impl Store for Process {
    fn load_all(&self) -> Result<Loaded, StoreError> {
        self.disk("load_all", |disk| Ok(disk.load_all()))
    }

    fn load(&self, id: &ConnectionId) -> Result<Option<Connection>, StoreError> {
        self.disk("load", |disk| Ok(disk.load(id).cloned()))
    }

    fn insert(&self, connection: &Connection, _: NewActivity) -> Result<Revision, StoreError> {
        self.disk("insert", |disk| Ok(disk.insert(connection)))
    }

    fn update(
        &self,
        id: &ConnectionId,
        change: &mut dyn FnMut(&mut Connection) -> Option<Change>,
    ) -> Result<(Revision, Connection), StoreError> {
        let mut told = Vec::new();
        let mut change = |connection: &mut Connection| {
            let change = change(connection)?;
            told = change.activity.iter().map(|line| line.kind).collect();
            Some(change)
        };
        let updated = self.disk("update", |disk| disk.update(id, &mut change));
        if let Ok((_, connection)) = &updated {
            told.into_iter().for_each(|kind| self.world.is_told(connection, kind));
        }
        self.world.record_changed(id, self.number, updated.as_ref().ok().map(|(_, connection)| connection));
        updated
    }

    fn remove(&self, id: &ConnectionId, _: NewActivity) -> Result<Revision, StoreError> {
        self.disk("remove", |disk| disk.remove(id))
    }

    fn attempt(&self, digest: &StateDigest) -> Result<Option<AttemptRecord>, StoreError> {
        self.disk("attempt", |disk| Ok(disk.attempt(digest)))
    }

    fn record(&self, _: NewActivity) -> Result<Revision, StoreError> {
        self.disk("record", |disk| Ok(disk.commit()))
    }

    fn activity(&self, _: &ActivityFilter) -> Result<Vec<ActivityEntry>, StoreError> {
        Ok(vec![])
    }

    fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.disk("setting", |disk| Ok(disk.setting(key)))
    }

    fn set_setting(&self, key: &str, value: &str) -> Result<Revision, StoreError> {
        self.disk("set_setting", |disk| Ok(disk.set_setting(key, value)))
    }

    fn revision(&self) -> Result<Revision, StoreError> {
        self.disk("revision", |disk| Ok(disk.revision()))
    }

    fn changes(&self) -> watch::Receiver<u64> {
        get(&self.world.disk).changes(self.number)
    }
}

#[async_trait]
impl HttpClient for Process {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        network::send(self, &request).await
    }
}

#[async_trait]
impl ConnectionLock for Process {
    async fn acquire(&self, id: &ConnectionId, patience: Duration) -> Result<LockGuard, LockError> {
        let until = Instant::now() + patience;
        loop {
            self.pass(INSTANT).await;
            if self.world.once_in(|weather| weather.disk * 4) {
                return Err(LockError::Failed("no file can be made".into()));
            }
            if let Some(ticket) = self.world.try_lock(id, self.number) {
                let held = Held { world: self.world.clone(), id: id.clone(), ticket };
                return Ok(LockGuard::new(held));
            }
            if Instant::now() >= until {
                return Err(LockError::Busy);
            }
            // Either way it looks again, and then at the time.
            let _ = tokio::time::timeout_at(until, self.world.released.notified()).await;
        }
    }

    fn is_held(&self, id: &ConnectionId) -> bool {
        self.world.is_locked(id)
    }
}

struct Held {
    world: Arc<World>,
    id: ConnectionId,
    ticket: u64,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.world.unlock(&self.id, self.ticket);
    }
}

#[async_trait]
impl Clock for Process {
    fn now(&self) -> Timestamp {
        self.world.wall()
    }

    async fn sleep(&self, span: Duration) {
        self.sleep_exactly(span).await;
        self.pass(INSTANT).await;
    }

    async fn sleep_until(&self, at: Timestamp) {
        let left = Duration::try_from(at.duration_since(self.now())).unwrap_or_default();
        // Either way whoever waits looks at the clock again.
        let _ = tokio::time::timeout(left.min(LONGEST_SLEEP), self.world.clock_moved.notified()).await;
        self.pass(INSTANT).await;
    }
}

impl Network for Process {
    fn changes(&self) -> watch::Receiver<u64> {
        get(&self.world.online).entry(self.number).or_default().subscribe()
    }
}

impl Entropy for Process {
    fn fill(&self, buffer: &mut [u8]) {
        let mut chance = get(&self.world.chance);
        buffer.fill_with(|| chance.next() as u8);
    }
}

#[async_trait]
impl Browser for Process {
    async fn open(&self, _: &url::Url) -> Result<(), String> {
        Err("there is no browser here".into())
    }
}

#[async_trait]
impl RedirectListener for Process {
    async fn bind(&self, _: &str, _: Option<u16>, _: &str) -> Result<Box<dyn BoundListener>, ListenError> {
        Err(ListenError::Failed("there is no loopback here".into()))
    }
}

#[async_trait]
impl ScriptRunner for Process {
    async fn call(&self, _: ScriptCall) -> Result<Zeroizing<String>, ScriptError> {
        Err(ScriptError::Failed("there is no sandbox here".into()))
    }
}
