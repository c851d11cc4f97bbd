//! All connections at a glance.

use tokenrack_core::Timestamp;
use tokenrack_core::ports::{VaultKind, VaultState};
use tokenrack_core::view::{ConnectionView, Snapshot};

use crate::span;
use crate::table::{self, Cell, Tone};
use crate::words;

const HEADER: &[&str] = &["STATUS", "NAME", "ACCOUNT", "PROVIDER", "ENV", "LEFT", "SCOPES", "LAST EVENT"];

/// Those that need a person first, then by name.
pub fn sort(connections: &mut [ConnectionView]) {
    connections.sort_by_cached_key(|view| (words::attention(view.status.kind), view.name.to_lowercase()));
}

/// One row each.
pub fn table(connections: &[ConnectionView], now: Timestamp) -> String {
    let rows: Vec<Vec<Cell>> = connections.iter().map(|view| row(view, now)).collect();
    table::lines(HEADER, &rows)
}

fn row(view: &ConnectionView, now: Timestamp) -> Vec<Cell> {
    let kind = view.status.kind;
    let last = &view.last_event;
    vec![
        Cell::new(&format!("{} {}", words::symbol(kind), kind.word().english()), 48, words::tone(kind)),
        view.name.as_str().into(),
        Cell::new(view.account.as_deref().unwrap_or_default(), 40, Tone::Plain),
        view.provider_name.as_str().into(),
        Cell::new(view.environment.as_deref().unwrap_or_default(), 20, Tone::Plain),
        view.expires_at.map_or_else(|| "".into(), |end| left(now, end).into()),
        scopes(view),
        Cell::new(&format!("{}, {}", words::activity(last.kind), span::ago(now, last.at)), 60, Tone::Dim),
    ]
}

fn left(now: Timestamp, end: Timestamp) -> String {
    if end <= now { "ended".to_owned() } else { span::until(now, end) }
}

/// How many; marked when fewer were granted than asked for.
fn scopes(view: &ConnectionView) -> Cell {
    let asked = view.scopes_requested.len();
    match &view.scopes_granted {
        Some(_) if !view.scopes_missing.is_empty() => {
            Cell::new(&format!("{} of {asked}", asked - view.scopes_missing.len().min(asked)), 48, Tone::Soon)
        }
        Some(_) => asked.to_string().into(),
        None => Cell::new(&asked.to_string(), 48, Tone::Dim),
    }
}

/// `42 connected, 2 need you.`, and what is wrong with the vault.
pub fn summary(snapshot: &Snapshot) -> String {
    let kinds: Vec<_> = snapshot.connections.iter().map(|view| view.status.kind).collect();
    let mut text = tokenrack_core::view::summary(&kinds);
    match (snapshot.vault.kind, snapshot.vault.state) {
        (_, VaultState::Ready | VaultState::New) | (VaultKind::File, VaultState::Locked) => {}
        (_, state) => text += &format!(" {}: {}.", snapshot.vault.backend, vault(state)),
    }
    text
}

fn vault(state: VaultState) -> &'static str {
    match state {
        VaultState::Ready => "ready",
        VaultState::New => "not created yet",
        VaultState::Locked => "locked",
        VaultState::Absent => "not there in this session",
        VaultState::Denied => "refuses access",
        VaultState::Unresponsive => "does not answer",
    }
}
