//! When a person will be needed again: by what the provider said, or by how this connection's earlier sign-ins ended.

use jiff::{SignedDuration, Timestamp};

use crate::connection::Connection;
use crate::lifecycle::{Grant, Settled};
use crate::view::{SignInBasis, SignInBy};

/// Sign-ins whose length is remembered.
const REMEMBERED: usize = 5;

/// When the next sign-in is needed, if that can be told.
pub fn sign_in_by(connection: &Connection) -> Option<SignInBy> {
    let Settled::Authorized(grant) = connection.state.settled() else { return None };
    let by = |at, basis, moves| Some(SignInBy { at, basis, moves });
    if !grant.refreshable {
        return by(grant.expires_at?, SignInBasis::AccessToken, false);
    }
    if grant.renews_itself {
        return by(grant.expires_at?, SignInBasis::AccessToken, true);
    }
    if let Some(end) = grant.refresh_end.at {
        return by(end, SignInBasis::RefreshToken, grant.refresh_end.moves);
    }
    by(end_by_history(grant, &connection.sign_in_seconds)?, SignInBasis::History, false)
}

/// Remembers how long a sign-in lasted that the provider has ended. One that ended within a day was ended by somebody,
/// not by its age.
pub fn remember(lengths: &mut Vec<i64>, grant: &Grant, ended: Timestamp) {
    let length = length(grant, ended);
    if length > 86_400 {
        lengths.push(length);
        let surplus = lengths.len().saturating_sub(REMEMBERED);
        lengths.drain(..surplus);
    }
}

/// Takes that back: it has not ended.
pub fn unlearn(lengths: &mut Vec<i64>, grant: &Grant, ended: Timestamp) {
    lengths.pop_if(|last| *last == length(grant, ended));
}

fn length(grant: &Grant, ended: Timestamp) -> i64 {
    ended.duration_since(grant.authorized_at).as_secs()
}

/// Two sign-ins that lasted alike, within a tenth, say how long the third will.
fn end_by_history(grant: &Grant, lengths: &[i64]) -> Option<Timestamp> {
    let (least, most) = (*lengths.iter().min()?, *lengths.iter().max()?);
    let alike = lengths.len() >= 2 && most - least <= most / 10;
    alike.then(|| grant.authorized_at.checked_add(SignedDuration::from_secs(least)).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    fn lasted(days: &[i64]) -> Option<i64> {
        let start: Timestamp = "2026-01-01T12:00:00Z".parse().unwrap();
        let grant = crate::lifecycle::tests::grant(1);
        let mut lengths = Vec::new();
        for days in days {
            remember(&mut lengths, &grant, start.checked_add(SignedDuration::from_secs(days * DAY)).unwrap());
        }
        end_by_history(&grant, &lengths).map(|end| end.duration_since(start).as_secs() / DAY)
    }

    #[test]
    fn sign_ins_that_lasted_alike_say_how_long_the_next_one_will() {
        assert_eq!(lasted(&[30]), None, "one may have had any reason");
        assert_eq!(lasted(&[30, 31]), Some(30));
        assert_eq!(lasted(&[30, 90]), None);
        assert_eq!(lasted(&[0, 30, 30]), Some(30), "what ended at once says nothing");
        assert_eq!(lasted(&[5, 90, 90, 91, 90, 92]), Some(90), "the oldest is forgotten");
    }
}
