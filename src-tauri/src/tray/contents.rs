//! What the tray says. Pure, and made of names and statuses only: no account is named, no secret can be.

use tokenrack_core::connection::ConnectionId;
use tokenrack_core::say;
use tokenrack_core::view::{StatusKind, summary};

/// Lines for what needs a person; the window shows all.
const MOST_NEEDING: usize = 5;
/// Lines for what can be copied.
const MOST_COPYING: usize = 10;

/// A connection, as far as the tray knows it.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) id: ConnectionId,
    pub(super) name: String,
    pub(super) kind: StatusKind,
}

/// The icon's shape and the menu's lines.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Contents {
    pub(super) worst: Worst,
    /// All connections in a sentence.
    pub(super) sentence: String,
    /// What needs a person.
    pub(super) needing: Vec<Line>,
    /// So many more do.
    pub(super) more: usize,
    /// Whose tokens can be copied.
    pub(super) copying: Vec<Line>,
}

/// A connection in the menu.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) id: ConnectionId,
    /// What a person reads.
    pub(super) words: String,
}

/// The worst that is the case: the icon's shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Worst {
    Well,
    /// A provider cannot be reached, and is tried again.
    Unreachable,
    NeedsPerson,
}

impl Contents {
    /// Where the profile could not be opened.
    pub(super) fn unreadable() -> Self {
        Self {
            worst: Worst::NeedsPerson,
            sentence: say!("The connections could not be read."),
            ..Self::of(&[], &[])
        }
    }

    /// `copied`: the connection that was copied last comes first.
    pub(super) fn of(connections: &[Known], copied: &[ConnectionId]) -> Self {
        let kinds: Vec<_> = connections.iter().map(|known| known.kind).collect();
        let sorted = |is: fn(StatusKind) -> bool, place: &dyn Fn(&Known) -> usize| {
            let mut some: Vec<_> = connections.iter().filter(|known| is(known.kind)).collect();
            some.sort_by_cached_key(|known| (place(known), known.name.to_lowercase()));
            some
        };
        let needing = sorted(StatusKind::needs_person, &|known| urgency(known.kind));
        let copying = sorted(StatusKind::is_connected, &|known| {
            copied.iter().position(|id| *id == known.id).unwrap_or(copied.len())
        });
        let line = |known: &Known, words: String| Line { id: known.id.clone(), words };
        Self {
            worst: worst(&kinds),
            sentence: if kinds.is_empty() { say!("No connections yet.") } else { summary(&kinds) },
            more: needing.len().saturating_sub(MOST_NEEDING),
            needing: needing
                .into_iter()
                .take(MOST_NEEDING)
                .map(|known| line(known, format!("{}: {}", known.name, known.kind.word().said())))
                .collect(),
            copying: copying
                .into_iter()
                .take(MOST_COPYING)
                .map(|known| line(known, known.name.clone()))
                .collect(),
        }
    }
}

/// Tokens that could be lost go first; a locked keychain says the same of every connection.
fn urgency(kind: StatusKind) -> usize {
    match kind {
        StatusKind::Unsaved => 0,
        StatusKind::KeychainLocked => 2,
        _ => 1,
    }
}

fn worst(kinds: &[StatusKind]) -> Worst {
    if kinds.iter().any(|kind| kind.needs_person()) {
        Worst::NeedsPerson
    } else if kinds.iter().any(|kind| matches!(kind, StatusKind::Offline | StatusKind::Retrying)) {
        Worst::Unreachable
    } else {
        Worst::Well
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(name: &str, kind: StatusKind) -> Known {
        Known { id: ConnectionId(format!("id-{name}")), name: name.to_owned(), kind }
    }

    fn words(lines: &[Line]) -> Vec<&str> {
        lines.iter().map(|line| line.words.as_str()).collect()
    }

    #[test]
    fn what_could_be_lost_comes_first_and_five_are_named() {
        use StatusKind::{ActionNeeded, Connected, KeychainLocked, ProviderError, Unsaved};
        let kinds = [KeychainLocked, ActionNeeded, Connected, Unsaved, ProviderError, KeychainLocked];
        let mut all: Vec<_> = kinds
            .into_iter()
            .zip(["f", "b", "c", "d", "A", "e"])
            .map(|(kind, name)| known(name, kind))
            .collect();
        let contents = Contents::of(&all, &[]);
        assert_eq!(contents.sentence, "1 connected, 5 need you.");
        assert_eq!(
            words(&contents.needing),
            [
                "d: Unsaved",
                "A: Provider error",
                "b: Action needed",
                "e: Keychain locked",
                "f: Keychain locked"
            ]
        );
        assert_eq!((contents.more, contents.worst), (0, Worst::NeedsPerson));
        all.push(known("g", KeychainLocked));
        assert_eq!(Contents::of(&all, &[]).more, 1);
    }

    #[test]
    fn what_was_copied_last_comes_first_and_only_what_can_be_copied_is_offered() {
        let mut all: Vec<_> = (0..12).map(|n| known(&format!("c{n:02}"), StatusKind::Connected)).collect();
        all.push(known("expired", StatusKind::Expired));
        let copied = ["id-c11", "id-gone", "id-expired", "id-c03"].map(|id| ConnectionId(id.to_owned()));
        let contents = Contents::of(&all, &copied);
        assert_eq!(words(&contents.copying)[..3], ["c11", "c03", "c00"]);
        assert_eq!(contents.copying.len(), 10);
    }

    #[test]
    fn the_shape_tells_the_worst() {
        use StatusKind::{Connected, NotConnected, Offline, Retrying, Unsaved};
        assert_eq!(worst(&[Connected, NotConnected]), Worst::Well);
        assert_eq!(worst(&[Connected, Retrying]), Worst::Unreachable);
        assert_eq!(worst(&[Offline, Unsaved]), Worst::NeedsPerson);
    }

    #[test]
    fn without_connections_it_says_so() {
        let contents = Contents::of(&[], &[]);
        assert_eq!((contents.sentence.as_str(), contents.worst), ("No connections yet.", Worst::Well));
    }
}
