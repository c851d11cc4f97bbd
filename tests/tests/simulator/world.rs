//! What the processes of a schedule share, and what is known of it from outside.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokenrack_core::connection::{Connection, ConnectionId};
use tokenrack_core::event::ActivityKind;
use tokenrack_core::lifecycle::{RefreshState, Settled};
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use crate::chance::Chance;
use crate::checks;
use crate::disk::Disk;
use crate::keychain::Keychain;
use crate::person::TokenPlace;
use crate::server::{Answer, Fate, Key, Server};
use crate::weather::Weather;

/// What every client with a secret proves itself by.
pub const SECRET: &str = "s-1";

pub struct World {
    pub chance: Mutex<Chance>,
    pub weather: Mutex<Weather>,
    pub disk: Mutex<Disk>,
    pub keychain: Mutex<Keychain>,
    pub server: Mutex<Server>,
    pub locks: Mutex<Locks>,
    /// What the file of the provider whose tokens are bound names.
    pub token_place: Mutex<TokenPlace>,
    /// Files that a person has put away.
    pub backups: Mutex<Vec<Vec<u8>>>,
    /// Which process has read which new access token at the end of a sign-in.
    pub signed_in: Mutex<Vec<SignedIn>>,
    /// A connection's lock was released.
    pub released: Notify,
    /// The wall clock shows another time than timers expect.
    pub clock_moved: Notify,
    /// The network came or went, as each process is told.
    pub online: Mutex<BTreeMap<u32, watch::Sender<u64>>>,
    clock: Mutex<SetClock>,
    alive: Mutex<BTreeSet<u32>>,
    connections: Mutex<BTreeMap<String, ConnectionId>>,
    journal: Mutex<Journal>,
    started: Instant,
}

/// Who holds which connection's lock. The ticket tells a guard's own lock from a later one.
#[derive(Default)]
pub struct Locks {
    held: BTreeMap<String, (u32, u64)>,
    tickets: u64,
}

#[derive(Default)]
struct SetClock {
    /// So long the machine has slept: timers stood still.
    slept: SignedDuration,
    /// So far the wall clock is from the truth.
    wrong: SignedDuration,
    was_ever_wrong: bool,
}

#[derive(Default)]
struct Journal {
    lines: Option<Vec<String>>,
    violation: Option<String>,
}

/// A process has read the tokens of a sign-in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub process: u32,
    /// The access token.
    pub token: String,
    /// By a device code, and not by a redirect.
    pub by_code: bool,
}

impl World {
    /// A calm one; `with_journal` for a person who wants to read what happens.
    pub fn new(chance: Chance, with_journal: bool) -> Arc<Self> {
        let lines = with_journal.then(Vec::new);
        Arc::new(Self {
            chance: Mutex::new(chance),
            weather: Mutex::default(),
            disk: Mutex::default(),
            keychain: Mutex::default(),
            server: Mutex::default(),
            locks: Mutex::default(),
            token_place: Mutex::default(),
            backups: Mutex::default(),
            signed_in: Mutex::default(),
            released: Notify::new(),
            clock_moved: Notify::new(),
            online: Mutex::default(),
            clock: Mutex::default(),
            alive: Mutex::default(),
            connections: Mutex::default(),
            journal: Mutex::new(Journal { lines, violation: None }),
            started: Instant::now(),
        })
    }

    // ------------------------------------------------------------ time

    /// The true time: the server's.
    pub fn truth(&self) -> Timestamp {
        let start: Timestamp = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * 365 * 56);
        start + SignedDuration::try_from(self.started.elapsed()).expect("short") + get(&self.clock).slept
    }

    /// What the machine believes.
    pub fn wall(&self) -> Timestamp {
        self.truth() + get(&self.clock).wrong
    }

    pub fn sleep_machine(&self, span: SignedDuration) {
        get(&self.clock).slept += span;
        self.clock_moved.notify_waiters();
        self.note(0, || format!("the machine slept {span:#}"));
    }

    pub fn set_clock(&self, wrong: SignedDuration) {
        let mut clock = get(&self.clock);
        clock.wrong = wrong;
        clock.was_ever_wrong |= !wrong.is_zero();
        drop(clock);
        self.clock_moved.notify_waiters();
        self.note(0, || format!("the wall clock is set {wrong:#} from the truth"));
    }

    pub fn clock_was_ever_wrong(&self) -> bool {
        get(&self.clock).was_ever_wrong
    }

    // ------------------------------------------------------------ processes

    pub fn born(&self, process: u32) {
        get(&self.alive).insert(process);
        self.note(process, || "starts".into());
    }

    pub fn is_alive(&self, process: u32) -> bool {
        get(&self.alive).contains(&process)
    }

    /// As SIGKILL: its memory is gone, the system takes its locks back.
    pub fn kill(&self, process: u32) {
        if get(&self.alive).remove(&process) {
            self.note(process, || "is killed".into());
            get(&self.locks).held.retain(|_, (owner, _)| *owner != process);
            self.released.notify_waiters();
        }
    }

    pub fn is_locked(&self, id: &ConnectionId) -> bool {
        get(&self.locks).held.contains_key(&id.0)
    }

    pub fn try_lock(&self, id: &ConnectionId, process: u32) -> Option<u64> {
        let mut locks = get(&self.locks);
        if locks.held.contains_key(&id.0) {
            return None;
        }
        locks.tickets += 1;
        let ticket = locks.tickets;
        locks.held.insert(id.0.clone(), (process, ticket));
        Some(ticket)
    }

    pub fn unlock(&self, id: &ConnectionId, ticket: u64) {
        let mut locks = get(&self.locks);
        if locks.held.get(&id.0).is_some_and(|(_, held)| *held == ticket) {
            locks.held.remove(&id.0);
            self.released.notify_waiters();
        }
    }

    fn holds_lock(&self, id: &ConnectionId, process: u32) -> bool {
        get(&self.locks).held.get(&id.0).is_some_and(|(owner, _)| *owner == process)
    }

    // ------------------------------------------------------------ connections

    pub fn is_client(&self, client_id: &str, id: &ConnectionId) {
        get(&self.connections).insert(client_id.to_owned(), id.clone());
    }

    pub fn id_of(&self, client_id: &str) -> Option<ConnectionId> {
        get(&self.connections).get(client_id).cloned()
    }

    /// Whether this token was given to a client of the connection.
    pub fn is_of(&self, token: &str, id: &ConnectionId) -> bool {
        let client = get(&self.server).client_of(token);
        client.and_then(|client| self.id_of(&client)).as_ref() == Some(id)
    }

    /// What the server knows of the refresh token in the keychain.
    pub fn fate(&self, id: &ConnectionId) -> Option<Fate> {
        let item = get(&self.keychain).item(id)?;
        get(&self.server).fate(&item.refresh_token)
    }

    /// The refresh token was spent, and what came for it is nowhere any more.
    pub fn is_lost(&self, fate: &Fate) -> bool {
        fate.successor.as_ref().is_some_and(|successor| {
            let is_held = fate.heard_by.is_some_and(|process| self.is_alive(process));
            !is_held && !get(&self.keychain).was_saved(successor)
        })
    }

    /// An answer to this refresh token may have come without being written down.
    pub fn is_in_doubt(&self, fate: &Fate) -> bool {
        fate.in_doubt || fate.intent.is_some_and(|process| !self.is_alive(process))
    }

    /// A request to revoke leaves: no sign-in that is in use may end with it.
    pub fn revocation_leaves(&self, token: &str, process: u32) {
        get(&self.server).revocation_sent(token);
        for record in get(&self.disk).load_all().connections {
            let is_in_use = matches!(record.state.settled(), Settled::Authorized(_));
            let item = get(&self.keychain).item(&record.id).filter(|_| is_in_use);
            if item.is_some_and(|item| get(&self.server).would_end_along(token, &item.refresh_token)) {
                self.violate(format!("p{process} ends {} along with {token}", record.id));
            }
        }
    }

    /// A refresh arrives at the server. Everything the engine promises about it is looked at here, by others.
    pub fn refresh_arrives(&self, client_id: &str, refresh_token: &str, key: &Key, process: u32) -> Answer {
        if let Err(violation) = self.may_refresh(client_id, refresh_token, process) {
            self.violate(format!("p{process} refreshes {client_id} with {refresh_token}: {violation}"));
        }
        if get(&self.server).key_of(refresh_token) != *key {
            // RFC 9449 §5: no server would take it.
            self.violate(format!("p{process} sends {refresh_token} of {client_id} with another key"));
        }
        let now = self.truth();
        get(&self.server).refresh(client_id, refresh_token, now)
    }

    /// A client asks for a token of its own: with its secret, and nobody else at work.
    pub fn client_arrives(&self, client_id: &str, secret: &str, process: u32) {
        let id = self.id_of(client_id).expect("a client of ours");
        let violation = if secret != SECRET {
            "without its secret"
        } else if !self.holds_lock(&id, process) {
            "without the connection's lock"
        } else if get(&self.keychain).is_ended(&id) {
            "although a person has disconnected it"
        } else {
            return;
        };
        self.violate(format!("p{process} asks for a token of {client_id}'s own: {violation}"));
    }

    fn may_refresh(&self, client_id: &str, refresh_token: &str, process: u32) -> Result<(), String> {
        let id = self.id_of(client_id).ok_or("nobody knows this client")?;
        let fate = get(&self.server).fate(refresh_token).ok_or("it was never issued")?;
        if let Some(successor) = &fate.successor
            && !self.is_lost(&fate)
        {
            return Err(format!("it was spent, and {successor}, which came for it, is not lost"));
        }
        if !self.holds_lock(&id, process) {
            return Err("without the connection's lock".into());
        }
        if get(&self.keychain).is_ended(&id) {
            return Err("although a person has disconnected it".into());
        }
        let item = get(&self.keychain).item(&id).ok_or("the keychain has no tokens")?;
        if item.refresh_token != refresh_token {
            return Err(format!("the keychain has {} already", item.refresh_token));
        }
        let record = get(&self.disk).load(&id).cloned().ok_or("there is no record")?;
        match record.state.settled() {
            Settled::Authorized(grant) => match grant.refresh {
                RefreshState::InFlight { generation, .. } if generation >= item.generation => Ok(()),
                _ => Err(format!("without an intent in the record: {:?}", grant.refresh)),
            },
            other => Err(format!("although the record says {other:?}")),
        }
    }

    /// A process has changed a record, or could not: then it cannot remember what it was answered.
    pub fn record_changed(&self, id: &ConnectionId, process: u32, record: Option<&Connection>) {
        let item = get(&self.keychain).item(id);
        // A client that speaks for itself has none.
        let refresh_token = item.map(|item| item.refresh_token).filter(|token| !token.is_empty());
        let Some(record) = record else {
            return refresh_token.into_iter().for_each(|token| get(&self.server).doubt(&token));
        };
        self.note(process, || format!("record: {id} {}", checks::brief(record)));
        let refresh = record.state.grant().map(|grant| &grant.refresh);
        if let (Some(RefreshState::InFlight { since, .. }), Some(token)) = (refresh, refresh_token) {
            let was_in_doubt = self.fate(id).is_some_and(|fate| self.is_in_doubt(&fate));
            let mut server = get(&self.server);
            if was_in_doubt {
                server.doubt(&token);
            }
            server.intends(&token, process, *since);
        }
    }

    /// A line of the activity record says what became of a disconnect: of the tokens that the keychain still keeps for that.
    pub fn is_told(&self, record: &Connection, kind: ActivityKind) {
        let mut kept = get(&self.keychain).kept_for_revocation(&record.id);
        if record.state.grant().is_none() {
            kept.extend(get(&self.keychain).item(&record.id).map(|item| item.access_token));
        }
        let over: Vec<_> = kept.iter().filter_map(|token| get(&self.server).is_over(token)).collect();
        let is_final = record.unrevoked.is_none() && !over.is_empty();
        let violation = match kind {
            ActivityKind::Revoked if over.iter().any(|(ended, _)| !ended) => "and one of them lives",
            ActivityKind::RevocationFailed | ActivityKind::RevocationGivenUp
                if is_final && over.iter().all(|(_, was_revoked)| *was_revoked) =>
            {
                "and the provider has revoked them"
            }
            _ => return,
        };
        self.violate(format!("the record of {} says {kind:?} of {kept:?}, {violation}", record.id));
    }

    // ------------------------------------------------------------ journal

    /// `process` 0 is the world.
    pub fn note(&self, process: u32, line: impl FnOnce() -> String) {
        let mut journal = get(&self.journal);
        if let Some(lines) = &mut journal.lines {
            let at = self.started.elapsed().as_secs_f64();
            let who = if process == 0 { "world".to_owned() } else { format!("p{process}") };
            lines.push(format!("{at:10.3} {who:<5} {}", line()));
        }
    }

    /// The first counts.
    pub fn violate(&self, violation: String) {
        self.note(0, || format!("VIOLATION: {violation}"));
        get(&self.journal).violation.get_or_insert(violation);
    }

    pub fn violation(&self) -> Option<String> {
        get(&self.journal).violation.clone()
    }

    pub fn journal(&self) -> Vec<String> {
        get(&self.journal).lines.clone().unwrap_or_default()
    }

    // ------------------------------------------------------------ chance

    /// From 0 to `longest`.
    pub fn moment(&self, longest: Duration) -> Duration {
        let longest = u64::try_from(longest.as_millis()).unwrap_or(u64::MAX - 1);
        Duration::from_millis(get(&self.chance).between(0, longest))
    }

    pub fn once_in(&self, often: impl FnOnce(&Weather) -> u64) -> bool {
        let times = often(&get(&self.weather));
        get(&self.chance).once_in(times)
    }
}

/// One thread runs a schedule, so that nobody ever waits here.
pub fn get<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.try_lock().expect("nobody else looks at it")
}
