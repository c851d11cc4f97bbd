//! When a refresh token ends, and what refreshes have shown of that.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::lifecycle::Grant;

/// Ends that differ by no more are one: servers answer late, and clocks are corrected.
const SAME_END: SignedDuration = SignedDuration::from_secs(60);

/// When a refresh token ends, as far as the provider says. In the record each fact has a name of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshEnd {
    /// When, where the provider says so.
    #[serde(rename = "refresh_expires_at", default)]
    pub at: Option<Timestamp>,
    /// A refresh has moved it: whoever refreshes in time is never asked to sign in again.
    #[serde(rename = "refresh_end_moves", default)]
    pub moves: bool,
    /// How it has moved. Records of the first versions lack it.
    #[serde(rename = "refresh_end_moved", default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<Moved>,
    /// A refresh late in its life has left it where it was. Until then it may move: a server may write down by steps when
    /// it was used.
    #[serde(rename = "refresh_end_stays", default)]
    pub stays: bool,
}

/// How an end has moved. A server may move it with a new token only, or not twice within minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// When it did last.
    pub at: Timestamp,
    /// The fewest seconds for which it had stood still when it did: where it stands still for as long, it no longer moves.
    pub stood_seconds: i64,
}

impl From<Option<Timestamp>> for RefreshEnd {
    /// As a sign-in brings it.
    fn from(at: Option<Timestamp>) -> Self {
        Self { at, ..Self::default() }
    }
}

impl RefreshEnd {
    /// What a refresh at `now` shows, whose token ends `at`. `is_replaced`: it is another one than before.
    pub fn after(before: &Grant, at: Option<Timestamp>, is_replaced: bool, now: Timestamp) -> Self {
        let known = &before.refresh_end;
        let passed = now.duration_since(before.issued_at);
        let (moved, stayed) = known.compared(at, passed);
        let is_late = known.at.is_some_and(|end| passed >= end.duration_since(before.issued_at) / 2);
        let stood_since = known.moved.map_or(before.authorized_at, |last| last.at);
        // By a clock that was set back since nobody knows.
        let stood = Some(now.duration_since(stood_since).as_secs()).filter(|seconds| *seconds >= 0);
        let fewest = known.moved.map(|last| last.stood_seconds);
        let moves_no_more = stayed && (is_replaced || fewest.is_none_or(|fewest| stood >= Some(fewest)));
        let stood_seconds = stood.into_iter().chain(fewest).min().unwrap_or_default();
        let this_move = Moved { at: now, stood_seconds };
        Self {
            at,
            moves: moved || known.moves && !moves_no_more,
            moved: if moved { Some(this_move) } else { known.moved },
            stays: !moved && (stayed && is_late || known.stays),
        }
    }

    /// When it ends, where a refresh may move that. To tell takes a refresh more than a minute after the one before: what
    /// lives no longer is left out.
    pub fn if_it_may_move(&self, issued_at: Timestamp) -> Option<Timestamp> {
        let may_move = self.moves || !self.stays;
        self.at.filter(|end| may_move && end.duration_since(issued_at) > SAME_END)
    }

    /// Whether it has moved, and whether it has fallen behind one that moves as time goes on. Neither is known where too
    /// little time has `passed` since the token set before.
    fn compared(&self, end: Option<Timestamp>, passed: SignedDuration) -> (bool, bool) {
        let Some((before, end)) = self.at.zip(end) else { return (false, false) };
        let moved = end.duration_since(before);
        (moved > SAME_END, passed - moved > SAME_END)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refresh_shows_whether_the_end_moves_once_time_enough_has_passed() {
        let end = "2026-01-01T12:30:00Z".parse::<Timestamp>().unwrap();
        let before = RefreshEnd::from(Some(end));
        let span = SignedDuration::from_millis;
        for (passed, moved, shown) in [
            (34, 34, (false, false)),
            (34, 0, (false, false)),
            (60_000, 60_000, (false, false)),
            (60_000, 0, (false, false)),
            // A server that counts in whole seconds.
            (60_500, 60_000, (false, false)),
            (60_500, 60_500, (true, false)),
            (60_500, 0, (false, true)),
            (3_600_000, -1_000, (false, true)),
        ] {
            let now_at = end.saturating_add(span(moved)).unwrap();
            assert_eq!(before.compared(Some(now_at), span(passed)), shown, "{moved} ms after {passed} ms");
        }
        assert_eq!(before.compared(None, span(1_800_001)), (false, false));
        assert_eq!(RefreshEnd::default().compared(Some(end), span(1_800_001)), (false, false));
    }

    #[test]
    fn the_record_keeps_each_fact_by_its_own_name() {
        let at = "2026-01-01T12:30:00Z".parse::<Timestamp>().unwrap();
        let end = RefreshEnd {
            at: Some(at),
            moves: true,
            moved: Some(Moved { at, stood_seconds: 90 }),
            stays: false,
        };
        let grant = Grant { refresh_end: end, ..crate::lifecycle::tests::grant(1) };
        let mut kept = serde_json::to_value(&grant).unwrap();
        assert_eq!(kept["refresh_expires_at"], "2026-01-01T12:30:00Z");
        assert_eq!(kept["refresh_end_moves"], true);
        assert_eq!(kept["refresh_end_moved"]["stood_seconds"], 90);
        assert_eq!(serde_json::from_value::<Grant>(kept.clone()).unwrap(), grant);

        let facts = kept.as_object_mut().unwrap();
        facts.retain(|name, _| !name.starts_with("refresh_e"));
        assert_eq!(serde_json::from_value::<Grant>(kept).unwrap().refresh_end, RefreshEnd::default());
    }
}
