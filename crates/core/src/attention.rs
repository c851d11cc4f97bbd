//! When a person who is not looking should hear of a connection: once for each reason. Pure.

use jiff::{SignedDuration, Timestamp};

use crate::connection::Connection;
use crate::event::{Attention, Reason};
use crate::forecast;
use crate::lifecycle::{RefreshState, Settled, is_about_settings};
use crate::scheduler;
use crate::view::SignInBasis;

/// How long ahead of a sign-in that will be needed: a tenth of what lies between, and not more than this.
const AHEAD: i64 = 3 * 86_400;
/// An access token that nothing can renew and that lives for less is no surprise.
const SHORT: i64 = 86_400;
/// A keyring that starts with the session has its items by then.
const LATE_KEYRING: i64 = 60;

/// What a person should hear of now.
pub fn now(connection: &Connection, now: Timestamp) -> Option<Attention> {
    let is = |reason, at| Some(Attention { reason, at });
    match connection.state.settled() {
        Settled::ReauthorizationRequired { since, .. } => is(Reason::SignInNeeded, *since),
        Settled::Authorized(grant)
            if grant.renews_itself && !grant.can_be_renewed(now) && !grant.is_unsaved() =>
        {
            is(Reason::SignInNeeded, grant.expires_at?)
        }
        // What it was doing before shows again when it has ended.
        Settled::Authorized(grant) if matches!(grant.refresh, RefreshState::InFlight { .. }) => None,
        Settled::Authorized(grant) => {
            if let Some(failure) = grant.failure() {
                let since = failure.since.unwrap_or(failure.at);
                if grant.is_unsaved() {
                    return is(Reason::Unsaved, since);
                }
                if grant.is_missing() && failure.tried_seconds >= LATE_KEYRING {
                    return is(Reason::TokensMissing, since);
                }
                if is_about_settings(&failure.problem) {
                    return is(Reason::SettingsRefused, since);
                }
                if scheduler::is_chronic(failure) {
                    return is(Reason::FailingForDays, since);
                }
            }
            let (at, tell_at) = sign_in_ahead(connection)?;
            (tell_at <= now).then_some(Attention { reason: Reason::SignInSoon, at })
        }
        Settled::Unauthorized { .. } | Settled::Disconnecting { .. } => None,
    }
}

/// When time alone gives a reason that there is not now.
pub fn next_at(connection: &Connection, now: Timestamp) -> Option<Timestamp> {
    sign_in_ahead(connection).map(|(_, tell_at)| tell_at).filter(|at| *at > now)
}

/// A sign-in that will be needed whatever is done until then, and when to say so.
fn sign_in_ahead(connection: &Connection) -> Option<(Timestamp, Timestamp)> {
    let by = forecast::sign_in_by(connection).filter(|by| !by.moves)?;
    let length = by.at.duration_since(connection.state.grant()?.authorized_at).as_secs();
    if by.basis == SignInBasis::AccessToken && length < SHORT {
        return None;
    }
    let ahead = SignedDuration::from_secs((length / 10).clamp(0, AHEAD));
    Some((by.at, by.at.checked_sub(ahead).ok()?))
}
