//! Refreshes that nobody asks for: one task that sleeps until the scheduler's next moment, or until something changes.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{broadcast, mpsc, watch};
use tokio::task::JoinSet;

use super::tokens::Asks;
use super::{Engine, Inner};
use crate::attention;
use crate::classify::Verdict;
use crate::connection::{Connection, ConnectionId};
use crate::event::{Attention, Channel, EngineEvent, Reminder};
use crate::flows::server;
use crate::lifecycle::{Grant, RefreshState};
use crate::ports::{Change, VaultState};
use crate::problem::{Code, Problem};
use crate::scheduler::{self, Due, Load, Plan, Rest, Work};
use crate::status;

/// Woken so much later than planned, the machine has slept or its clock has jumped.
const LATE: SignedDuration = SignedDuration::from_secs(30);
/// For the network of a machine that has just woken up.
const SETTLING: SignedDuration = SignedDuration::from_secs(3);

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
    pub(super) fn next_try(&self, connection: &Connection, resting: &Resting) -> Option<Timestamp> {
        if !self.inner.keeps_fresh.load(Ordering::Relaxed) {
            return None;
        }
        let catalog = self.catalog();
        let spec = status::spec(connection, &catalog);
        let at = scheduler::due_at(connection, spec, None, self.now())?;
        // Saving asks nobody.
        let asks = !resting.is_empty() && !connection.state.grant().is_some_and(Grant::is_unsaved);
        let host = asks.then(|| self.token_host(connection)).flatten();
        Some(host.map_or(at, |host| after_rest(at, &host, resting)))
    }

    /// Hosts that want to be left alone, by what any connection was answered.
    pub(super) fn resting(&self) -> Resting {
        let now = self.now();
        self.shown_connections(|connection| self.asked_to_wait(connection, now))
    }

    fn plan(&self, load: &Load, online_since: Option<Timestamp>) -> Plan {
        let now = self.now();
        if self.inner.is_ending.load(Ordering::Relaxed) {
            // A person may have stayed after all.
            return Plan { start: vec![], wake_at: now.saturating_add(SETTLING).ok() };
        }
        // Without the vault nothing can be renewed; that it is open is an event.
        if self.known_vault().is_some_and(|vault| vault.state != VaultState::Ready) {
            return Plan::default();
        }
        let resting = self.resting();
        let catalog = self.catalog();
        let due = |connection: &Connection| {
            let spec = status::spec(connection, &catalog);
            let refresh = scheduler::due_at(connection, spec, online_since, now);
            let revocation = scheduler::revocation_due_at(connection, now);
            let (at, work) = match (refresh, revocation) {
                (Some(refresh), Some(revocation)) if revocation < refresh => (revocation, Work::Revocation),
                (Some(refresh), _) => (refresh, Work::Refresh),
                (None, revocation) => (revocation?, Work::Revocation),
            };
            let generation = connection.state.generation();
            let host = self.token_host(connection).unwrap_or_default();
            let at = after_rest(at, &host, &resting);
            Some(Due { id: connection.id.clone(), work, generation, host, at })
        };
        scheduler::plan(self.shown_connections(due), load, now)
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
            let is_news = attention.is_news_after(connection.told);
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
            let before = connection.told.replace(reminder.attention);
            (before != connection.told).then(Change::default)
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
        let endpoint = server::place(spec, connection, |server| &server.token_endpoint)?;
        let endpoint = match endpoint.contains('{') {
            true => server::place(&self.spec(connection).ok()?, connection, |server| &server.token_endpoint)?,
            false => endpoint,
        };
        Some(url::Url::parse(&endpoint).ok()?.host_str()?.to_owned())
    }

    /// One refresh of the plan.
    async fn keep_one_fresh(self, due: Due, turn: Turn) -> Done {
        let outcome = match due.work {
            Work::Refresh => self.refresh_unless_done(&due, turn).await,
            Work::Revocation => self.revoke_again(&due.id, Channel::Engine, turn).await.map(drop),
        };
        let failed = outcome.err();
        if let Some(problem) = &failed {
            tracing::debug!(%problem, connection = %due.id, "work in the background failed");
        }
        Done { id: due.id, host: due.host, failed }
    }

    async fn refresh_unless_done(&self, due: &Due, turn: Turn) -> Result<(), Problem> {
        let connection = self.load(&due.id)?;
        let is_unsaved = connection.state.grant().is_some_and(Grant::is_unsaved);
        if connection.state.misses_tokens() || is_unsaved && !self.is_unsaved(&due.id) {
            return self.look_again(&due.id, Channel::Engine).await.map(drop);
        }
        let in_flight = connection
            .state
            .grant()
            .is_some_and(|grant| matches!(grant.refresh, RefreshState::InFlight { .. }));
        // With tokens that wait for the vault this process has the lock itself.
        if in_flight && !self.is_unsaved(&due.id) && self.is_at_work(&due.id).await {
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
    host: String,
    failed: Option<Problem>,
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
    let mut online_since = None;
    let mut before: Option<Timestamp> = None;
    if let Some(engine) = engine.upgrade().map(|inner| Engine { inner }) {
        first_look(&engine).await;
    }
    loop {
        let Some(current) = engine.upgrade().map(|inner| Engine { inner }) else { return };
        let mut plan = current.plan(&load, online_since);
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
        let now = clock.now();
        if before.is_some_and(|before| before.duration_since(now) > LATE) {
            // The clock was set back: what rests until then would rest for the whole jump.
            load.resting.clear();
            load.resting_hosts.clear();
            load.quiet_until = None;
            online_since = None;
        }
        before = Some(now);
        if plan.wake_at.is_some_and(|at| now.duration_since(at) > LATE) {
            load.quiet_until = now.saturating_add(SETTLING).ok();
        }
        match woken {
            Woken::Event => while events.try_recv().is_ok() {},
            Woken::Time => {}
            Woken::GivenBack(host) => _ = load.asked.remove(&host),
            Woken::Done(Ok(done)) => load.ended(done, now),
            // A panic in a refresh is a mistake of ours; the connection is looked at again after a restart.
            Woken::Done(Err(error)) => tracing::error!(%error, "a refresh in the background did not end"),
            Woken::Network => {
                online_since = Some(now);
                load.resting.clear();
                load.resting_hosts.clear();
            }
            Woken::Over => return,
        }
    }
}

/// What is known before the first plan: the vault's state, and every connection.
async fn first_look(engine: &Engine) {
    engine.vault_status().await;
    if let Err(problem) = engine.reload() {
        tracing::warn!(%problem, "the connections could not be read");
    }
}

impl Load {
    fn ended(&mut self, done: Done, now: Timestamp) {
        self.running.remove(&done.id);
        let Some(problem) = done.failed else {
            self.resting.remove(&done.id);
            self.resting_hosts.remove(&done.host);
            return;
        };
        let rest = |before: Option<&Rest>, wait: &dyn Fn(u32) -> i64| {
            let failures = before.map_or(0, |rest| rest.failures).saturating_add(1);
            let until = now.saturating_add(SignedDuration::from_millis(wait(failures))).unwrap_or(now);
            Rest { failures, until }
        };
        let mine = rest(self.resting.get(&done.id), &scheduler::wait_for_vault);
        self.resting.insert(done.id.clone(), mine);
        if is_the_hosts(&problem) {
            let wait = |failures| scheduler::back_off(failures, scheduler::chance(&done.id, &now));
            let whole = rest(self.resting_hosts.get(&done.host), &wait);
            self.resting_hosts.insert(done.host, whole);
        }
    }
}

/// Whom not to ask, and until when.
pub(super) type Resting = Vec<(String, Timestamp)>;

fn after_rest(at: Timestamp, host: &str, resting: &Resting) -> Timestamp {
    resting.iter().filter(|(who, _)| who == host).fold(at, |at, (_, until)| at.max(*until))
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
