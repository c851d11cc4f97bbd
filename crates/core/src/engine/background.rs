//! Refreshes that nobody asks for: one task that sleeps until the scheduler's next moment, or until something changes.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{broadcast, mpsc, watch};
use tokio::task::JoinSet;

use super::tokens::Asks;
use super::{Engine, Inner, locked};
use crate::attention;
use crate::classify::Verdict;
use crate::connection::{Connection, ConnectionId};
use crate::event::{Attention, Channel, EngineEvent, Reminder};
use crate::flows::server;
use crate::lifecycle::{Failure, Grant, RefreshState};
use crate::ports::{Change, VaultState};
use crate::problem::{Code, Problem};
use crate::scheduler::{self, Due, Load, Plan, Rest, Rests, Work};
use crate::status;

/// Woken so much later than planned, the machine has slept or its clock has jumped.
const LATE: SignedDuration = SignedDuration::from_secs(30);
/// For the network of a machine that has just woken up.
const SETTLING: SignedDuration = SignedDuration::from_secs(3);
/// After the database could not be read at first.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(5);

impl Engine {
    /// Renews tokens before they end, and tries again after failures, for as long as this engine lives. A second call
    /// does nothing.
    pub fn keep_fresh(&self) {
        if self.inner.keeps_fresh.swap(true, Ordering::Relaxed) {
            return;
        }
        let events = self.subscribe();
        let network = self.inner.ports.network.changes();
        tokio::spawn(run(Arc::downgrade(&self.inner), events, network));
    }

    /// When this connection is refreshed or tried again by this process; `None` when it is not.
    pub(super) fn next_try(&self, connection: &Connection, timing: &Timing) -> Option<Timestamp> {
        if !self.inner.keeps_fresh.load(Ordering::Relaxed) {
            return None;
        }
        self.due(connection, Work::Refresh, timing).map(|due| due.at)
    }

    /// Hosts that want to be left alone, by what any connection was answered.
    pub(super) fn resting(&self) -> Resting {
        let now = self.now();
        self.shown_connections(|connection| self.asked_to_wait(connection, now))
    }

    /// What the next moment of every connection depends on; `resting` and `held` as the records have it.
    pub(super) fn timing(&self, resting: Resting, held: Vec<ConnectionId>) -> Timing {
        let knows = locked(&self.inner.background).clone();
        // Without the vault nothing can be renewed; that it is open is an event.
        let is_ready = self.known_vault().is_none_or(|vault| vault.state == VaultState::Ready);
        Timing { now: self.now(), resting, held, knows, is_ready }
    }

    /// When this process does this work for the connection: the one answer, for its task and for what faces show.
    fn due(&self, connection: &Connection, work: Work, timing: &Timing) -> Option<Due> {
        let Timing { now, resting, held, knows, is_ready } = timing;
        if !is_ready {
            return None;
        }
        let catalog = self.catalog();
        let spec = status::spec(connection, &catalog);
        let is_kept = self.is_unsaved(&connection.id);
        let says_so = connection.state.grant().is_some_and(Grant::is_unsaved);
        let at = match work {
            // The database took no more of them than the vault.
            Work::Refresh if is_kept && !says_so => Some(*now),
            Work::Refresh => scheduler::due_at(connection, spec, knows.online_since, *now),
            Work::Revocation => scheduler::revocation_due_at(connection, held.contains(&connection.id), *now),
        }?;
        // To save, and to look for what is missing, asks the vault alone.
        let is_local = is_kept || says_so || connection.state.misses_tokens();
        let asks = work == Work::Revocation || !is_local;
        let host = asks.then(|| self.token_host(connection)).flatten().unwrap_or_default();
        let has_failed = asks
            && match work {
                Work::Refresh => connection.state.grant().and_then(Grant::failure).is_some(),
                Work::Revocation => connection.unrevoked.is_some(),
            };
        let since = knows.rests.own(at, &connection.id);
        let at = after_rest(knows.rests.shared(since, &host), &host, resting);
        let (id, generation) = (connection.id.clone(), connection.state.generation());
        Some(Due { id, work, generation, host, has_failed, since, at })
    }

    fn plan(&self, load: &Load) -> Plan {
        let timing = self.timing(self.resting(), self.held());
        if self.inner.is_ending.load(Ordering::Relaxed) {
            // A person may have stayed after all.
            return Plan { start: vec![], wake_at: timing.now.saturating_add(SETTLING).ok() };
        }
        let works = |connection: &Connection| {
            let due = |work| self.due(connection, work, &timing);
            Some([due(Work::Refresh), due(Work::Revocation)])
        };
        let all = self.shown_connections(works).into_iter().flatten().flatten();
        scheduler::plan(all.collect(), load, timing.now)
    }

    /// What the task has met. Where that moves the next tries, the faces hear of it.
    fn note(&self, change: impl FnOnce(&mut Knows)) {
        let mut knows = locked(&self.inner.background);
        let before = knows.clone();
        change(&mut knows);
        let has_moved = *knows != before;
        drop(knows);
        if has_moved {
            self.read_again();
        }
    }

    /// Whom this connection asks, and until when the answers it got want it to wait.
    pub(super) fn asked_to_wait(
        &self,
        connection: &Connection,
        now: Timestamp,
    ) -> Option<(String, Timestamp)> {
        let until = scheduler::asked_to_wait(connection, now)?;
        Some((self.token_host(connection)?, until))
    }

    /// Not while the server asks to wait, whichever connection or process it has told so.
    ///
    /// # Errors
    /// `RateLimited`, with the time.
    pub(super) fn may_be_asked(&self, connection: &Connection) -> Result<(), Problem> {
        let (host, now) = (self.token_host(connection), self.now());
        let asked = if self.inner.keeps_fresh.load(Ordering::Relaxed) {
            // What others write is shown within a second; to read it all anew for each of a thousand would cost more
            // than their refreshes.
            self.resting()
        } else {
            let all = self.inner.ports.store.load_all()?.connections;
            all.iter().filter_map(|other| self.asked_to_wait(other, now)).collect()
        };
        let until =
            asked.into_iter().filter(|(who, _)| Some(who) == host.as_ref()).map(|(_, until)| until).max();
        let Some((host, until)) = host.zip(until) else { return Ok(()) };
        let words = format!("{host} is to be asked again at {until:.0}");
        let left = until.duration_since(now).as_secs();
        Err(Problem {
            retry_after: u32::try_from(left).ok(),
            ..Problem::new(Code::RateLimited).because(words)
        })
    }

    /// What a person who is not looking should hear, and has not heard yet.
    pub fn untold(&self) -> Vec<Reminder> {
        let now = self.now();
        self.shown_connections(|connection| {
            let attention = attention::now(connection, now)?;
            let is_news = connection.told.iter().all(|told| attention.is_news_after(Some(*told)));
            let (connection, name) = (connection.id.clone(), connection.name.clone());
            is_news.then_some(Reminder { connection, name, attention })
        })
    }

    /// A person has heard of it, and does not need to again.
    ///
    /// # Errors
    /// `NoSuchConnection`, or a store problem: then it is told once more.
    pub fn told(&self, reminder: &Reminder) -> Result<(), Problem> {
        self.update(&reminder.connection, |connection| {
            if connection.told.contains(&reminder.attention) {
                return None;
            }
            connection.told.retain(|told| told.reason != reminder.attention.reason);
            connection.told.push(reminder.attention);
            Some(Change::default())
        })?;
        Ok(())
    }

    /// Asks the faces, once for each, to tell what is `untold`; answers when there may be more.
    fn remind(&self, offered: &mut HashMap<ConnectionId, Attention>) -> Option<Timestamp> {
        for reminder in self.untold() {
            let before = offered.insert(reminder.connection.clone(), reminder.attention);
            if reminder.attention.is_news_after(before) {
                self.tell(EngineEvent::NeedsPerson(reminder));
            }
        }
        let now = self.now();
        self.shown_connections(|connection| attention::next_at(connection, now)).into_iter().min()
    }

    /// Whom a refresh asks.
    fn token_host(&self, connection: &Connection) -> Option<String> {
        let catalog = self.catalog();
        let spec = status::spec(connection, &catalog)?;
        let endpoint = server::token_place(spec, connection)?;
        let endpoint = match endpoint.contains('{') {
            true => server::token_place(&self.spec(connection).ok()?, connection)?,
            false => endpoint,
        };
        Some(url::Url::parse(&endpoint).ok()?.host_str()?.to_owned())
    }

    /// One refresh of the plan.
    async fn keep_one_fresh(self, due: Due, turn: Turn) -> Done {
        let begun = self.now();
        let outcome = match due.work {
            Work::Refresh => self.refresh_unless_done(&due, turn).await,
            Work::Revocation => self.revoke_again(&due.id, Channel::Engine, turn).await.map(drop),
        };
        let failed = outcome.err();
        if let Some(problem) = &failed {
            tracing::debug!(%problem, connection = %due.id, "work in the background failed");
        }
        let is_since = |failure: &Failure| failure.at >= begun;
        let knows_it =
            |known: Connection| known.state.grant().is_none_or(|grant| grant.failure().is_some_and(is_since));
        let is_written = failed.is_none() || self.load(&due.id).is_ok_and(knows_it);
        Done { id: due.id, work: due.work, generation: due.generation, host: due.host, failed, is_written }
    }

    async fn refresh_unless_done(&self, due: &Due, turn: Turn) -> Result<(), Problem> {
        let connection = self.load(&due.id)?;
        let is_unsaved = connection.state.grant().is_some_and(Grant::is_unsaved);
        if (connection.state.misses_tokens() || is_unsaved) && !self.is_unsaved(&due.id) {
            return self.look_again(&due.id, Channel::Engine).await.map(drop);
        }
        let in_flight = connection
            .state
            .grant()
            .is_some_and(|grant| matches!(grant.refresh, RefreshState::InFlight { .. }));
        // With tokens that wait for the vault this process has the lock itself.
        if in_flight && !self.is_unsaved(&due.id) && self.inner.ports.lock.is_held(&due.id) {
            return Err(Code::Busy.into());
        }
        self.refresh_in_turn(&due.id, due.generation, Asks::Program(Channel::Engine), turn).await.map(drop)
    }
}

/// One connection's right to ask its host. Given back when it is dropped: when the host has answered.
pub(super) struct Turn {
    host: String,
    given_back: mpsc::UnboundedSender<String>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        // Nobody waits for it when the engine has ended.
        let _ = self.given_back.send(std::mem::take(&mut self.host));
    }
}

struct Done {
    id: ConnectionId,
    work: Work,
    generation: u64,
    host: String,
    failed: Option<Problem>,
    /// The record says so.
    is_written: bool,
}

/// What can wake the task.
enum Woken {
    Event,
    Time,
    GivenBack(String),
    Done(Result<Done, tokio::task::JoinError>),
    Network,
    Over,
}

async fn run(
    engine: Weak<Inner>,
    mut events: broadcast::Receiver<EngineEvent>,
    mut network: watch::Receiver<u64>,
) {
    let (given_back, mut turns) = mpsc::unbounded_channel();
    let mut running = JoinSet::new();
    let mut load = Load::default();
    let mut offered = HashMap::new();
    let mut before: Option<Timestamp> = None;
    if let Some(engine) = engine.upgrade().map(|inner| Engine { inner }) {
        first_look(&engine).await;
    }
    loop {
        let Some(current) = engine.upgrade().map(|inner| Engine { inner }) else { return };
        let mut plan = current.plan(&load);
        let reminder_at = current.remind(&mut offered);
        plan.wake_at = plan.wake_at.into_iter().chain(reminder_at).min();
        for due in plan.start {
            load.running.insert(due.id.clone());
            load.asked.insert(due.host.clone());
            let turn = Turn { host: due.host.clone(), given_back: given_back.clone() };
            running.spawn(current.clone().keep_one_fresh(due, turn));
        }
        let clock = current.inner.ports.clock.clone();
        drop(current);
        let sleep = async {
            match plan.wake_at {
                Some(at) => clock.sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        // In this order, so that what happens at once always leads to the same.
        let woken = tokio::select! {
            biased;
            event = events.recv() => match event {
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => Woken::Event,
                Err(broadcast::error::RecvError::Closed) => Woken::Over,
            },
            Some(host) = turns.recv() => Woken::GivenBack(host),
            Some(done) = running.join_next() => Woken::Done(done),
            Ok(()) = network.changed() => Woken::Network,
            () = sleep => Woken::Time,
        };
        let Some(current) = engine.upgrade().map(|inner| Engine { inner }) else { return };
        let now = clock.now();
        if before.is_some_and(|before| before.duration_since(now) > LATE) {
            // The clock was set back: what rests until then would rest for the whole jump.
            current.note(|knows| *knows = Knows::default());
        }
        before = Some(now);
        if plan.wake_at.is_some_and(|at| now.duration_since(at) > LATE) {
            current.note(|knows| knows.rests.quiet_until = now.saturating_add(SETTLING).ok());
        }
        match woken {
            Woken::Event => while events.try_recv().is_ok() {},
            Woken::Time => {}
            Woken::GivenBack(host) => _ = load.asked.remove(&host),
            Woken::Done(Ok(done)) => {
                load.running.remove(&done.id);
                current.note(|knows| knows.learn(done, now));
            }
            // A panic in a refresh is a mistake of ours; the connection is looked at again after a restart.
            Woken::Done(Err(error)) => tracing::error!(%error, "a refresh in the background did not end"),
            Woken::Network => current.note(|knows| {
                knows.online_since = Some(now);
                knows.rests.connections.clear();
                knows.rests.hosts.clear();
            }),
            Woken::Over => return,
        }
    }
}

/// What is known before the first plan: the vault's state, and every connection. Without those there is nothing to plan.
async fn first_look(engine: &Engine) {
    engine.vault_status().await;
    while let Err(problem) = engine.reload() {
        tracing::warn!(%problem, "the connections could not be read");
        engine.inner.ports.clock.sleep(LOOK_AGAIN_AFTER).await;
    }
}

impl Knows {
    fn learn(&mut self, done: Done, now: Timestamp) {
        if done.work == Work::Refresh {
            let before =
                self.unwritten.remove(&done.id).filter(|before| before.generation == done.generation);
            let intent = before.as_ref().and_then(|before| before.intent);
            let before = before.map_or(RefreshState::Idle, |before| RefreshState::Failed(before.failure));
            let unwritten = done.failed.clone().filter(|_| !done.is_written);
            if let Some(problem) = unwritten.filter(is_of_this_machine) {
                let failure = Failure::after(&before, problem, now);
                let unwritten = Unwritten { generation: done.generation, intent, failure };
                self.unwritten.insert(done.id.clone(), unwritten);
            }
        }
        self.rests.learn(done, now);
    }
}

impl Rests {
    fn learn(&mut self, done: Done, now: Timestamp) {
        let Some(problem) = done.failed else {
            self.connections.remove(&done.id);
            self.hosts.remove(&done.host);
            return;
        };
        let rest = |before: Option<&Rest>, wait: &dyn Fn(u32) -> i64| {
            let failures = before.map_or(0, |rest| rest.failures).saturating_add(1);
            let until = now.saturating_add(SignedDuration::from_millis(wait(failures))).unwrap_or(now);
            Rest { failures, until }
        };
        let mine = rest(self.connections.get(&done.id), &scheduler::wait_for_vault);
        self.connections.insert(done.id.clone(), mine);
        if is_the_hosts(&problem) {
            let wait = |failures| scheduler::back_off(failures, scheduler::chance(&done.id, &now));
            let whole = rest(self.hosts.get(&done.host), &wait);
            self.hosts.insert(done.host, whole);
        }
    }
}

/// Whom not to ask, and until when.
pub(super) type Resting = Vec<(String, Timestamp)>;

/// That a refresh failed, which no record says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Unwritten {
    /// Of these tokens.
    pub(super) generation: u64,
    /// Since when the record has them under way, where they were.
    pub(super) intent: Option<Timestamp>,
    /// Why.
    pub(super) failure: Failure,
}

/// What the task of this process has met, and no record says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Knows {
    rests: Rests,
    /// Refreshes of which could not be written down that they failed: the lock, the database or the vault did.
    pub(super) unwritten: BTreeMap<ConnectionId, Unwritten>,
    /// When the network last came up.
    online_since: Option<Timestamp>,
}

/// What the next moment of a connection depends on besides its record.
pub(super) struct Timing {
    now: Timestamp,
    resting: Resting,
    /// What they have left is not told, because of a sign-in that is in use.
    pub(super) held: Vec<ConnectionId>,
    knows: Knows,
    is_ready: bool,
}

fn after_rest(at: Timestamp, host: &str, resting: &Resting) -> Timestamp {
    resting.iter().filter(|(who, _)| who == host).fold(at, |at, (_, until)| at.max(*until))
}

/// Whether nothing could be done here, nor written down perhaps.
fn is_of_this_machine(problem: &Problem) -> bool {
    matches!(
        problem.code,
        Code::StoreFailed | Code::VaultTimedOut | Code::VaultFailed | Code::VaultDenied | Code::VaultLocked
    )
}

/// Whether others that ask the same host would meet the same.
fn is_the_hosts(problem: &Problem) -> bool {
    matches!(Verdict::of(problem), Verdict::Transient | Verdict::Unknown)
        && matches!(
            problem.code,
            Code::Offline
                | Code::Unreachable
                | Code::TimedOut
                | Code::Interrupted
                | Code::TlsFailed
                | Code::RateLimited
                | Code::ServerError
                | Code::UnreadableAnswer
        )
}
