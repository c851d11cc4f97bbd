//! What faces are told: a snapshot when they open, then every change, whichever process made it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use tokio::sync::{Notify, broadcast};

use super::background::{Resting, Timing};
use super::{Engine, Inner, locked};
use crate::Timestamp;
use crate::activity::ActivityFilter;
use crate::connection::{Connection, ConnectionId};
use crate::event::{ActivityEntry, Channel, EngineEvent};
use crate::ports::{Revision, VaultState, VaultStatus};
use crate::problem::Problem;
use crate::status;
use crate::view::{ConnectionView, Snapshot};
use crate::whole_grant;

/// A vault that hangs must not keep a window from opening.
pub(super) const VAULT_PATIENCE: Duration = Duration::from_millis(300);
/// While the vault is not ready, somebody may open it elsewhere.
const VAULT_AGAIN_AFTER: Duration = Duration::from_secs(3);

pub(super) struct Faces {
    events: broadcast::Sender<EngineEvent>,
    shown: Mutex<Shown>,
    watching: AtomicBool,
    /// The next moment at which time alone changes something may have moved.
    moved: Arc<Notify>,
}

#[derive(Default)]
struct Shown {
    /// Everything up to this one is shown.
    revision: Revision,
    /// The newest line of the record that faces were told of.
    line: Option<i64>,
    connections: BTreeMap<ConnectionId, (Revision, Connection, ConnectionView)>,
    vault: Option<VaultStatus>,
}

impl Default for Faces {
    fn default() -> Self {
        Self {
            events: broadcast::Sender::new(256),
            shown: Mutex::default(),
            watching: AtomicBool::new(false),
            moved: Arc::default(),
        }
    }
}

impl Engine {
    /// State changes, also those made by other processes. A receiver that lags takes a new snapshot.
    pub fn subscribe(&self) -> broadcast::Receiver<EngineEvent> {
        let receiver = self.inner.faces.events.subscribe();
        if !self.inner.faces.watching.swap(true, Ordering::Relaxed) {
            tokio::spawn(watch_store(Arc::downgrade(&self.inner)));
            tokio::spawn(watch_time(Arc::downgrade(&self.inner)));
            tokio::spawn(watch_vault(Arc::downgrade(&self.inner)));
        }
        receiver
    }

    /// Everything a face needs when it opens.
    ///
    /// # Errors
    /// A store problem.
    pub async fn snapshot(&self) -> Result<Snapshot, Problem> {
        if let Err(problem) = self.end_late_attempts().await {
            tracing::warn!(%problem, "sign-ins whose time has passed are looked at another time");
        }
        let vault = tokio::time::timeout(VAULT_PATIENCE, self.look_at_vault()).await;
        let vault = match vault {
            Ok(status) => status,
            Err(_) => self.known_vault().unwrap_or_else(|| self.unresponsive()),
        };
        if vault.state == VaultState::Ready {
            // One that hangs is looked at another time.
            let _ = tokio::time::timeout(VAULT_PATIENCE, self.look_for_missing()).await;
        }
        self.vault_is(vault.clone());
        self.reload()?;
        let shown = locked(&self.inner.faces.shown);
        let mut connections: Vec<_> = shown.connections.values().map(|(_, _, view)| view.clone()).collect();
        connections.sort_by_key(|view| view.name.to_lowercase());
        Ok(Snapshot {
            revision: shown.revision,
            connections,
            vault: vault.said(),
            settings: self.settings()?,
        })
    }

    /// Tokens that the vault did not have may be there again.
    async fn look_for_missing(&self) {
        let Ok(all) = self.inner.ports.store.load_all() else { return };
        let may_have_come = |connection: &&Connection| {
            connection.state.misses_tokens() || connection.state.was_refused_by_database()
        };
        for connection in all.connections.iter().filter(may_have_come) {
            if let Err(problem) = self.look_again(&connection.id, Channel::Engine).await {
                tracing::debug!(%problem, connection = %connection.id, "its tokens are still missing");
            }
        }
    }

    /// One connection as faces see it.
    ///
    /// # Errors
    /// `NoSuchConnection`.
    pub fn view(&self, id: &ConnectionId) -> Result<ConnectionView, Problem> {
        let connection = self.load(id)?;
        if connection.unrevoked.is_some() {
            // Whether it waits for another is known with all of them.
            self.reload()?;
        }
        Ok(self.view_of(&connection))
    }

    pub(super) fn view_of(&self, connection: &Connection) -> ConnectionView {
        self.view_among(connection, &self.timing(self.resting(), self.held()))
    }

    fn view_among(&self, connection: &Connection, timing: &Timing) -> ConnectionView {
        let is_at_work = self.is_at_work(connection);
        let connection = &*self.as_of_now(connection);
        let authorization_url =
            connection.state.attempt().and_then(|attempt| self.live_url(&connection.id, attempt));
        let vault = self.known_vault().map_or(VaultState::Ready, |status| status.state);
        let catalog = self.catalog();
        let context = status::Context {
            now: self.now(),
            vault,
            catalog: &catalog,
            authorization_url,
            is_held: timing.held.contains(&connection.id),
            keeps_tokens: self.keeps_tokens(&connection.id),
            is_at_work,
            next_try: self.next_try(connection, timing),
        };
        status::view(connection, context)
    }

    /// Whether what the record says is under way is so: whoever said it may have died.
    fn is_at_work(&self, connection: &Connection) -> bool {
        connection.state.is_said_under_way()
            && (self.inner.ports.lock.is_held(&connection.id)
                // Done since this was read. That is told next.
                || self.load(&connection.id).is_ok_and(|now| now.state != connection.state))
    }

    /// The connections as faces were last told of them.
    pub fn shown(&self) -> Vec<ConnectionView> {
        let shown = locked(&self.inner.faces.shown);
        shown.connections.values().map(|(_, _, view)| view.clone()).collect()
    }

    /// Tells faces of one change of this process. Revisions never go back: of two changes that race, the newer is shown.
    /// `wrote`: the revision is this change's own.
    pub(super) fn show(&self, revision: Revision, connection: &Connection, wrote: bool) {
        let view = self.view_of(connection);
        let mut shown = locked(&self.inner.faces.shown);
        if wrote && revision == shown.revision + 1 {
            // Nobody else's change lies between, so there is no reason to read everything again.
            shown.revision = revision;
        }
        if revision < shown.revision {
            // Everything was read since. What of this change is in memory only is shown by reading once more.
            drop(shown);
            return self.read_again();
        }
        if shown.connections.get(&connection.id).is_some_and(|(newer, _, _)| *newer > revision) {
            return;
        }
        let event = EngineEvent::Connections {
            revision: shown.revision.max(revision),
            changed: vec![view.clone()],
            removed: vec![],
        };
        let held = self.held_among(&shown);
        let before = shown.connections.insert(connection.id.clone(), (revision, connection.clone(), view));
        let _ = self.inner.faces.events.send(event);
        self.inner.faces.moved.notify_one();
        let others_are_held = held != self.held_among(&shown);
        drop(shown);
        let rest = |connection: &Connection| self.asked_to_wait(connection, self.now());
        // When others are tried next depends on it.
        if others_are_held || before.and_then(|(_, before, _)| rest(&before)) != rest(connection) {
            self.read_again();
        }
    }

    /// As `reload`, where nobody waits for it: the next change reads again.
    pub(super) fn read_again(&self) {
        if let Err(problem) = self.reload() {
            tracing::warn!(%problem, "the connections could not be read again");
        }
    }

    pub(super) fn show_removed(&self, revision: Revision, id: &ConnectionId) {
        let mut shown = locked(&self.inner.faces.shown);
        shown.connections.remove(id);
        let revision = shown.revision.max(revision);
        let _ = self.inner.faces.events.send(EngineEvent::Connections {
            revision,
            changed: vec![],
            removed: vec![id.clone()],
        });
    }

    /// Reads everything again and tells faces what differs.
    pub(super) fn reload(&self) -> Result<(), Problem> {
        let all = self.inner.ports.store.load_all()?;
        let lines = self.untold_lines()?;
        let revision = all.revision;
        let now = self.now();
        let resting: Resting =
            all.connections.iter().filter_map(|connection| self.asked_to_wait(connection, now)).collect();
        let timing = self.timing(resting, self.held_of(all.connections.iter()));
        let views: Vec<_> = all
            .connections
            .into_iter()
            .map(|connection| (self.view_among(&connection, &timing), connection))
            .collect();
        let mut shown = locked(&self.inner.faces.shown);
        if revision < shown.revision {
            return Ok(());
        }
        let removed: Vec<ConnectionId> = shown
            .connections
            .iter()
            .filter(|(id, (at, _, _))| *at <= revision && !views.iter().any(|(view, _)| view.id == **id))
            .map(|(id, _)| id.clone())
            .collect();
        let mut changed = Vec::new();
        for (view, connection) in views {
            let known = shown.connections.get(&view.id);
            if known.is_some_and(|(at, _, shown)| *at > revision || *shown == view) {
                continue;
            }
            changed.push(view.clone());
            shown.connections.insert(view.id.clone(), (revision, connection, view));
        }
        for id in &removed {
            shown.connections.remove(id);
        }
        shown.revision = revision;
        let is_first = shown.line.is_none();
        shown.line = shown.line.max(Some(lines.first().map_or(0, |line| line.seq)));
        let told = |id: &ConnectionId| removed.contains(id) || changed.iter().any(|view| view.id == *id);
        let lines: Vec<_> =
            lines.into_iter().filter(|line| !line.connection.as_ref().is_some_and(told)).collect();
        if !changed.is_empty() || !removed.is_empty() {
            let _ = self.inner.faces.events.send(EngineEvent::Connections { revision, changed, removed });
        }
        if !lines.is_empty() && !is_first {
            let ids: BTreeSet<_> = lines.into_iter().filter_map(|line| line.connection).collect();
            let connections = ids.into_iter().collect();
            let _ = self.inner.faces.events.send(EngineEvent::Recorded { connections });
        }
        self.inner.faces.moved.notify_one();
        Ok(())
    }

    /// The lines of the record since faces were told last; at first only the newest.
    fn untold_lines(&self) -> Result<Vec<ActivityEntry>, Problem> {
        let after = locked(&self.inner.faces.shown).line;
        let limit = if after.is_some() { usize::MAX } else { 1 };
        Ok(self.inner.ports.store.activity(&ActivityFilter { after, limit, ..ActivityFilter::default() })?)
    }

    /// The vault's state has been seen: faces hear of a change, and every row's word follows.
    pub(super) fn vault_is(&self, status: VaultStatus) {
        let before = locked(&self.inner.faces.shown).vault.replace(status.clone());
        if before.as_ref() != Some(&status) && self.inner.faces.watching.load(Ordering::Relaxed) {
            let _ = self.inner.faces.events.send(EngineEvent::Vault { status: status.said() });
            self.read_again();
        }
    }

    /// A vault call failed in a way that says its state has changed.
    pub(super) fn vault_failed(&self) {
        if self.inner.faces.watching.load(Ordering::Relaxed) {
            let engine = self.clone();
            tokio::spawn(async move { engine.vault_status().await });
        }
    }

    pub(super) fn tell(&self, event: EngineEvent) {
        // Nobody may be listening.
        let _ = self.inner.faces.events.send(event);
    }

    /// What `look` finds in each connection that is shown.
    pub(super) fn shown_connections<T>(&self, look: impl Fn(&Connection) -> Option<T>) -> Vec<T> {
        let shown = locked(&self.inner.faces.shown);
        shown
            .connections
            .values()
            .filter_map(|(_, connection, _)| look(&self.as_of_now(connection)))
            .collect()
    }

    /// Connections of which nobody tells the provider what they have left.
    pub(super) fn held(&self) -> Vec<ConnectionId> {
        self.held_among(&locked(&self.inner.faces.shown))
    }

    fn held_among(&self, shown: &Shown) -> Vec<ConnectionId> {
        self.held_of(shown.connections.values().map(|(_, connection, _)| connection))
    }

    fn held_of<'a>(&self, all: impl Iterator<Item = &'a Connection>) -> Vec<ConnectionId> {
        let all: Vec<_> = all.map(|connection| self.as_of_now(connection)).collect();
        whole_grant::held(&all, &self.catalog())
    }

    pub(super) fn known_vault(&self) -> Option<VaultStatus> {
        locked(&self.inner.faces.shown).vault.clone()
    }

    fn unresponsive(&self) -> VaultStatus {
        VaultStatus {
            kind: self.inner.ports.vault.kind(),
            backend: String::new(),
            state: VaultState::Unresponsive,
            detail: None,
        }
    }

    fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let shown = locked(&self.inner.faces.shown);
        let is_at_work = |connection: &Connection| {
            connection.state.is_said_under_way() && self.inner.ports.lock.is_held(&connection.id)
        };
        let next = |connection| status::next_change(connection, now, is_at_work(connection));
        shown.connections.values().filter_map(|(_, connection, _)| next(connection)).min()
    }
}

/// Another process has committed something.
async fn watch_store(engine: Weak<Inner>) {
    let Some(mut changes) = engine.upgrade().map(|inner| inner.ports.store.changes()) else { return };
    while changes.changed().await.is_ok() {
        let Some(inner) = engine.upgrade() else { return };
        if *changes.borrow() <= locked(&inner.faces.shown).revision {
            continue;
        }
        Engine { inner }.read_again();
    }
}

/// Time alone changes words: soon, expired, timed out. Sleeps until the next such moment, or until it moves.
async fn watch_time(engine: Weak<Inner>) {
    loop {
        let Some(current) = engine.upgrade().map(|inner| Engine { inner }) else { return };
        let now = current.now();
        // Not at once, should what is due be unable to change.
        let soonest = now.saturating_add(jiff::SignedDuration::from_millis(20)).unwrap_or(now);
        let next = current.next_change(now).map(|at| at.max(soonest));
        let waiting = |connection: &Connection| connection.state.attempt().map(|_| connection.clone());
        current.keep_asking_for_all(current.shown_connections(waiting).iter());
        let clock = current.inner.ports.clock.clone();
        let moved = current.inner.faces.moved.clone();
        drop(current);
        let sleep = async {
            match next {
                Some(at) => clock.sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = moved.notified() => continue,
            () = sleep => {}
        }
        let Some(current) = engine.upgrade().map(|inner| Engine { inner }) else { return };
        if let Err(problem) = current.end_late_attempts().await.and_then(|()| current.reload()) {
            tracing::warn!(%problem, "the connections could not be read again");
        }
    }
}

/// While the vault is not ready, looks now and then whether somebody has opened it.
async fn watch_vault(engine: Weak<Inner>) {
    loop {
        let Some(inner) = engine.upgrade() else { return };
        let engine_now = Engine { inner };
        let clock = engine_now.inner.ports.clock.clone();
        // Before it is looked at, so that no change falls between.
        let mut events = engine_now.inner.faces.events.subscribe();
        let ready = engine_now.known_vault().is_some_and(|status| status.state == VaultState::Ready);
        if !ready {
            engine_now.vault_status().await;
        }
        let ready = engine_now.known_vault().is_some_and(|status| status.state == VaultState::Ready);
        if ready {
            // A call that finds it locked again says so (`vault_failed`), and the event wakes this loop.
            drop(engine_now);
            loop {
                match events.recv().await {
                    Ok(EngineEvent::Vault { status }) if status.state != VaultState::Ready => break,
                    Ok(_) => {}
                    // That may be among what was missed.
                    Err(broadcast::error::RecvError::Lagged(_)) => break,
                    Err(broadcast::error::RecvError::Closed) => return,
                }
            }
        } else {
            drop(engine_now);
            clock.sleep(VAULT_AGAIN_AFTER).await;
        }
    }
}
