//! When connections are refreshed without anyone asking. Pure: the same records at the same time give the same plan,
//! also in another process and after a restart, so no moment has to be stored.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use jiff::{SignedDuration, Timestamp};

use crate::classify::Verdict;
use crate::connection::{Connection, ConnectionId};
use crate::lifecycle::{Failure, Grant, RefreshState, Settled};
use crate::problem::Code;
use crate::provider::ProviderSpec;

/// Requests at once, in all.
pub const AT_ONCE: usize = 4;

/// A quarter of the lifetime before its end, and not more than this.
const EARLIEST: i64 = 300_000;
/// Not later than this before the end, or than half of a life that is shorter than two of it.
const LATEST: i64 = 60_000;
/// Not sooner than this, whatever a server says of a token's life.
const SOONEST: i64 = 5_000;
/// The longest wait between two tries.
const LONGEST_WAIT: i64 = 300_000;
/// After so long without a success a try an hour is enough.
const PATIENCE_SECONDS: i64 = 72 * 3_600;
/// Of which so long somebody was there to try.
const TRIED_SECONDS: i64 = 12 * 3_600;
const RARELY: i64 = 3_600_000;
/// The vault is on this machine, and the tokens that wait for it are nowhere else.
const LONGEST_WAIT_FOR_VAULT: i64 = 60_000;
/// An intent this old is looked at: whoever wrote it is at work, or has died.
const IN_FLIGHT_FOR: i64 = 5_000;
/// When a network has come up, what waited for it is spread over this.
const SPREAD: i64 = 5_000;

/// When this connection is due; it may have passed. `None`: not before something other than time changes. `online_since`
/// is when the network last came up, if it did.
pub fn due_at(
    connection: &Connection,
    spec: Option<&ProviderSpec>,
    online_since: Option<Timestamp>,
    now: Timestamp,
) -> Option<Timestamp> {
    let Settled::Authorized(grant) = connection.state.settled() else { return None };
    if !grant.can_be_renewed(now) && !grant.is_out_of_reach() && !grant.is_unsaved() {
        return None;
    }
    match &grant.refresh {
        RefreshState::InFlight { since, .. } if lies_ahead(*since, now) => Some(now),
        RefreshState::InFlight { since, .. } => Some(after(*since, IN_FLIGHT_FOR)),
        // Only a person can help.
        RefreshState::Failed(failure)
            if matches!(Verdict::of(&failure.problem), Verdict::Permanent | Verdict::Configuration) =>
        {
            None
        }
        RefreshState::Failed(failure) => {
            let again = retry_at(&connection.id, failure, now);
            if brought_tokens(grant, failure) {
                return renewal_at(&connection.id, grant, spec).map(|renewal| renewal.max(again));
            }
            let up = online_since.filter(|up| *up > failure.at && waits_for_network(failure));
            let spread = scaled(SPREAD, chance(&connection.id, &up));
            let sooner = up.map_or(again, |up| again.min(after(up, spread)));
            let wanted = failure.wanted_at().filter(|_| !lies_ahead(failure.at, now));
            Some(wanted.map_or(sooner, |wanted| sooner.max(wanted)))
        }
        RefreshState::Idle if grant.is_inactive() || grant.clock_was_set_back(now) => Some(now),
        RefreshState::Idle => renewal_at(&connection.id, grant, spec),
    }
}

/// When a disconnect that the provider could not be told of is told again, or what it has left is deleted. `is_held`: it is
/// not told meanwhile, and given up all the same.
pub fn revocation_due_at(connection: &Connection, is_held: bool, now: Timestamp) -> Option<Timestamp> {
    if connection.undeleted.is_some() {
        return Some(now);
    }
    let failure = connection.unrevoked.as_ref()?;
    Some(if is_held { given_up_at(failure) } else { retry_at(&connection.id, failure, now) })
}

/// When what cannot even be tried has waited for as long as what fails.
pub fn given_up_at(failure: &Failure) -> Timestamp {
    after(failure.since.unwrap_or(failure.at), PATIENCE_SECONDS * 1_000)
}

/// Before the end of the access token, and before that of the refresh token where a refresh may move it.
fn renewal_at(id: &ConnectionId, grant: &Grant, spec: Option<&ProviderSpec>) -> Option<Timestamp> {
    let refuses_early = spec.is_some_and(|spec| spec.refresh.min_remaining_s > 0);
    let by_refresh_token = before_idle_end(id, grant).filter(|_| !refuses_early);
    before_end(id, grant, spec).into_iter().chain(by_refresh_token).min()
}

fn before_end(id: &ConnectionId, grant: &Grant, spec: Option<&ProviderSpec>) -> Option<Timestamp> {
    let end = grant.expires_at?;
    let lifetime = millis(end.duration_since(grant.issued_at)).max(0);
    if lifetime == 0 {
        // It came when it had ended, by a clock that is wrong or a server that is: the next one would too.
        return Some(after(grant.issued_at, LONGEST_WAIT));
    }
    // A token that renews itself cannot be renewed once it has ended, and nobody may be there in its last minutes.
    // The first records do not say it.
    let renews_itself = grant.renews_itself || spec.is_some_and(|spec| spec.refresh.renew.is_some());
    let margin = margin(id, grant, lifetime, if renews_itself { i64::MAX } else { EARLIEST });
    let refused_before = spec.map(|spec| i64::from(spec.refresh.min_remaining_s) * 1_000);
    let margin = refused_before.filter(|longest| *longest > 0).map_or(margin, |longest| margin.min(longest));
    Some(after(end, -margin).max(after(grant.issued_at, SOONEST)))
}

/// One that ends when it is not used for long enough may do so before the access token. A refresh shows whether it is such a
/// one, unless the whole life is too short for that.
fn before_idle_end(id: &ConnectionId, grant: &Grant) -> Option<Timestamp> {
    let end = grant.refresh_end.if_it_may_move(grant.issued_at)?;
    let lifetime = millis(end.duration_since(grant.issued_at));
    Some(after(end, -margin(id, grant, lifetime, EARLIEST)))
}

/// How long before an end, for each connection a little otherwise: a quarter of what lives for so long, at most `longest`.
fn margin(id: &ConnectionId, grant: &Grant, lifetime: i64, longest: i64) -> i64 {
    let jitter = 0.9 + 0.2 * chance(id, &grant.generation);
    scaled((lifetime / 4).min(longest), jitter).max(LATEST.min(lifetime / 2))
}

/// When what has failed is tried again.
fn retry_at(id: &ConnectionId, failure: &Failure, now: Timestamp) -> Timestamp {
    if lies_ahead(failure.at, now) {
        return now;
    }
    if failure.problem.code == Code::Unsaved {
        return after(failure.at, doubled(failure.attempt, LONGEST_WAIT_FOR_VAULT));
    }
    let chance = chance(id, &(failure.attempt, failure.at));
    let wait = if is_chronic(failure) {
        scaled(RARELY, 0.9 + 0.2 * chance)
    } else {
        back_off(failure.attempt, chance)
    };
    let again = after(failure.at, wait);
    failure.wanted_at().map_or(again, |wanted| again.max(wanted))
}

/// Until when a server's answers to this connection want it to wait (`Retry-After`, RFC 9110 §10.2.3).
pub fn asked_to_wait(connection: &Connection, now: Timestamp) -> Option<Timestamp> {
    let refresh = connection.state.grant().and_then(Grant::failure);
    // Also where the vault does not give out the tokens since.
    let before = refresh.and_then(|failure| failure.before.as_deref());
    let failures = [refresh, before, connection.unrevoked.as_ref()].into_iter().flatten();
    let current = failures.filter(|failure| !lies_ahead(failure.at, now));
    current.filter_map(Failure::wanted_at).filter(|until| *until > now).max()
}

/// Whether this was written before the clock was set back, by more than clocks are corrected by.
fn lies_ahead(at: Timestamp, now: Timestamp) -> bool {
    at.duration_since(now).as_secs() > 60
}

/// Whether it has failed for so long, and was tried for long enough meanwhile, that a person should hear of it.
pub fn is_chronic(failure: &Failure) -> bool {
    let since = failure.since.unwrap_or(failure.at);
    failure.at.duration_since(since).as_secs() > PATIENCE_SECONDS && failure.tried_seconds > TRIED_SECONDS
}

/// Whether tokens came although their answer could not be read: another try would spend them for nothing new.
fn brought_tokens(grant: &Grant, failure: &Failure) -> bool {
    let unread = matches!(
        failure.problem.code,
        Code::ScriptFailed
            | Code::ScriptLimit
            | Code::InvalidTokenResponse
            | Code::UnsupportedTokenType
            | Code::UnreadableAnswer
            | Code::ServerRefused
            | Code::ServerError
    );
    unread && failure.at == grant.issued_at
}

/// Whether the network, once it is up again, may be all that was missing.
fn waits_for_network(failure: &Failure) -> bool {
    matches!(
        failure.problem.code,
        Code::Offline | Code::Unreachable | Code::TimedOut | Code::Interrupted | Code::TlsFailed
    )
}

/// Milliseconds after so many failures in a row: 1, 2, 4 … 300 s with full jitter (`chance` in `0..1`), at least 1 s.
pub fn back_off(failures: u32, chance: f64) -> i64 {
    scaled(doubled(failures, LONGEST_WAIT), chance).max(1_000)
}

/// Milliseconds after so many failures of the vault: 1, 2, 4 … 60 s.
pub fn wait_for_vault(failures: u32) -> i64 {
    doubled(failures, LONGEST_WAIT_FOR_VAULT)
}

fn doubled(times: u32, longest: i64) -> i64 {
    1_000_i64.saturating_mul(1 << times.saturating_sub(1).min(20)).min(longest)
}

/// As good as random between connections, and the same each time it is asked.
pub fn chance(id: &ConnectionId, salt: &impl std::hash::Hash) -> f64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    salt.hash(&mut hasher);
    f64::from(u32::try_from(hasher.finish() >> 32).unwrap_or(0)) / f64::from(u32::MAX)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "milliseconds of at most months"
)]
fn scaled(span: i64, factor: f64) -> i64 {
    (span as f64 * factor) as i64
}

fn millis(span: SignedDuration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

fn after(at: Timestamp, span: i64) -> Timestamp {
    at.saturating_add(SignedDuration::from_millis(span)).unwrap_or(at)
}

/// What a connection can be due for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// New tokens.
    Refresh,
    /// The end of old ones.
    Revocation,
}

/// A connection that is due at some time, now or later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Whose.
    pub id: ConnectionId,
    /// What is to be done.
    pub work: Work,
    /// The token set that is due; a newer one is not.
    pub generation: u64,
    /// Whom it asks; empty for the vault alone.
    pub host: String,
    /// Whether its last try to ask there has failed.
    pub has_failed: bool,
    /// Since when it waits for its turn: its moment but for what rests for others too, as its host.
    pub since: Timestamp,
    /// When.
    pub at: Timestamp,
}

/// What is under way.
#[derive(Debug, Default)]
pub struct Load {
    /// Connections at work, from the first look to the last write.
    pub running: HashSet<ConnectionId>,
    /// Hosts that are being asked.
    pub asked: HashSet<String>,
}

/// What rests after a failure, as this process has met it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rests {
    /// Connections whose refresh could not even begin: the vault refused, another process was at work.
    pub connections: HashMap<ConnectionId, Rest>,
    /// Hosts that failed: one connection finds out when they are back, not all of them.
    pub hosts: HashMap<String, Rest>,
    /// Nothing starts before: the machine has just woken up, and its network has not.
    pub quiet_until: Option<Timestamp>,
}

impl Rests {
    /// When what is due at `at` may begin, by its connection's own rest.
    pub fn own(&self, at: Timestamp, id: &ConnectionId) -> Timestamp {
        self.connections.get(id).map_or(at, |rest| at.max(rest.until))
    }

    /// The same by what rests for others too.
    pub fn shared(&self, at: Timestamp, host: &str) -> Timestamp {
        let rest = self.hosts.get(host).map(|rest| rest.until);
        rest.into_iter().chain(self.quiet_until).fold(at, Timestamp::max)
    }
}

/// After failures in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rest {
    /// How many.
    pub failures: u32,
    /// Until when.
    pub until: Timestamp,
}

/// What to do now, and when to look again if nothing happens before.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// To be started, in this order.
    pub start: Vec<Due>,
    /// `None` when time alone brings nothing.
    pub wake_at: Option<Timestamp>,
}

/// At most [`AT_ONCE`] at once, one per host, and one for a connection. What waits for another to end is not in `wake_at`:
/// that end is a reason to plan again.
///
/// A rest ends for all of a host at the same time, and the next failure is the next rest. So one that has worked goes before
/// those that have not, which may fail for a reason of their own, and then the longest due: each failure puts it off.
pub fn plan(all: Vec<Due>, load: &Load, now: Timestamp) -> Plan {
    let idle = all.into_iter().filter(|due| !load.running.contains(&due.id));
    let (mut ready, later): (Vec<_>, Vec<_>) = idle.partition(|due| due.at <= now);
    ready.sort_by(|a, b| (a.has_failed, a.since, &a.id).cmp(&(b.has_failed, b.since, &b.id)));
    let mut plan = Plan { start: vec![], wake_at: later.iter().map(|due| due.at).min() };
    let mut asked = load.asked.clone();
    for due in ready {
        let is_free = plan.start.iter().all(|started| started.id != due.id);
        if load.running.len() + plan.start.len() < AT_ONCE && is_free && asked.insert(due.host.clone()) {
            plan.start.push(due);
        }
    }
    plan
}

#[cfg(test)]
#[path = "scheduler_tests.rs"]
mod tests;
