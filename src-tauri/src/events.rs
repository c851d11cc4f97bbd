//! What is pushed to the page: the engine's events, and what only the shell knows.
//!
//! The page listens on one channel that it hands over itself. It cannot listen to Tauri's events, which would show
//! it every deep link with its code.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use tauri::ipc::Channel;
use tokenrack_core::Timestamp;
use tokenrack_core::connection::ConnectionId;
use tokenrack_core::engine::Engine;
use tokenrack_core::event::{EngineEvent, Unfinished};
use tokenrack_core::view::{ProblemView, Snapshot};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::reminders::Reminders;
use crate::tray::Tray;

/// So much is kept for a page that is not there; what is older is let go.
const MOST_EARLY: usize = 32;

/// Everything a page is told.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub(crate) enum FaceEvent {
    /// The engine's own.
    Engine(EngineEvent),
    /// The shell's.
    Shell(ShellEvent),
}

/// What only the shell knows.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum ShellEvent {
    /// Whose token is on the clipboard, and until when; nothing when it has gone.
    Clipboard {
        /// Whose.
        connection: Option<ConnectionId>,
        /// Until when.
        clears_at: Option<Timestamp>,
    },
    /// Something failed that no command of the page asked for.
    Notice {
        /// What.
        problem: ProblemView,
    },
    /// The window was to close, and would have lost the new tokens that these bring.
    Unfinished {
        /// What, and whose.
        left: Vec<Unfinished>,
    },
    /// Show this connection.
    Focus {
        /// Which.
        connection: ConnectionId,
    },
    /// The window was to close, and would have lost what is written there.
    Close {
        /// And the app with it.
        quit: bool,
    },
}

/// The page that listens, and what it is told when it is there.
#[derive(Default)]
pub(crate) struct Pages {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    channel: Option<Channel<FaceEvent>>,
    painted: bool,
    early: VecDeque<FaceEvent>,
    /// What is on the clipboard, for a page that opens meanwhile.
    clipboard: Option<FaceEvent>,
    /// The connections it shows.
    known: HashSet<ConnectionId>,
}

impl Pages {
    /// A page has opened; the one before has gone.
    pub(crate) fn open(&self, channel: Channel<FaceEvent>) {
        let mut inner = self.lock();
        inner.channel = Some(channel);
        inner.painted = false;
    }

    /// The page has gone with its window.
    pub(crate) fn close(&self) {
        let mut inner = self.lock();
        inner.channel = None;
        inner.painted = false;
    }

    /// The page shows its connections: what came before is told now.
    pub(crate) fn painted(&self) {
        let mut inner = self.lock();
        inner.painted = true;
        let early = std::mem::take(&mut inner.early);
        let clipboard = inner.clipboard.clone();
        drop(inner);
        for event in clipboard.into_iter().chain(early) {
            self.tell(event);
        }
    }

    /// The page got this snapshot. Answers the connections it showed and which are no more.
    pub(crate) fn shows(&self, snapshot: &Snapshot) -> Vec<ConnectionId> {
        let now: HashSet<_> = snapshot.connections.iter().map(|connection| connection.id.clone()).collect();
        let before = std::mem::replace(&mut self.lock().known, now.clone());
        before.difference(&now).cloned().collect()
    }

    /// Tells the page; notices and calls for attention wait until it has painted, state does not (a page that
    /// opens takes a snapshot).
    pub(crate) fn tell(&self, event: FaceEvent) {
        let mut inner = self.lock();
        if let FaceEvent::Engine(EngineEvent::Connections { changed, removed, .. }) = &event {
            inner.known.extend(changed.iter().map(|connection| connection.id.clone()));
            removed.iter().for_each(|id| _ = inner.known.remove(id));
        }
        if let FaceEvent::Shell(ShellEvent::Clipboard { connection, .. }) = &event {
            inner.clipboard = connection.is_some().then(|| event.clone());
        }
        let waits = matches!(
            event,
            FaceEvent::Shell(
                ShellEvent::Notice { .. } | ShellEvent::Focus { .. } | ShellEvent::Unfinished { .. }
            )
        );
        if waits && !(inner.painted && inner.channel.is_some()) {
            if inner.early.len() == MOST_EARLY {
                inner.early.pop_front();
            }
            inner.early.push_back(event);
            return;
        }
        if let Some(channel) = inner.channel.clone() {
            drop(inner);
            if let Err(error) = channel.send(event) {
                tracing::debug!(%error, "the page has gone");
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forwards the engine's events for as long as it lives.
pub(crate) async fn forward(
    mut events: Receiver<EngineEvent>,
    engine: Engine,
    pages: Arc<Pages>,
    reminders: Arc<Reminders>,
    tray: Arc<Tray>,
) {
    loop {
        let event = events.recv().await;
        tray.changed();
        match event {
            Ok(EngineEvent::NeedsPerson(reminder)) => reminders.push(reminder),
            Ok(event) => pages.tell(FaceEvent::Engine(event)),
            Err(RecvError::Lagged(missed)) => {
                tracing::debug!(missed, "events were missed; telling the whole state");
                engine.untold().into_iter().for_each(|reminder| reminders.push(reminder));
                match engine.snapshot().await {
                    Ok(snapshot) => tell_all(&pages, snapshot),
                    Err(problem) => {
                        pages.tell(FaceEvent::Shell(ShellEvent::Notice { problem: (&problem).into() }));
                    }
                }
            }
            Err(RecvError::Closed) => return,
        }
    }
}

/// A snapshot in the form of events, for a page that missed some.
fn tell_all(pages: &Pages, snapshot: Snapshot) {
    let removed = pages.shows(&snapshot);
    let Snapshot { revision, connections: changed, vault: status, .. } = snapshot;
    pages.tell(FaceEvent::Engine(EngineEvent::Connections { revision, changed, removed }));
    pages.tell(FaceEvent::Engine(EngineEvent::Vault { status }));
    pages.tell(FaceEvent::Engine(EngineEvent::Providers));
}

#[cfg(test)]
mod tests {
    use tokenrack_core::ports::{VaultKind, VaultState, VaultStatus};
    use tokenrack_core::view::Settings;

    use super::*;

    fn focus(id: &str) -> FaceEvent {
        FaceEvent::Shell(ShellEvent::Focus { connection: ConnectionId(id.to_owned()) })
    }

    fn page() -> (Channel<FaceEvent>, Arc<Mutex<Vec<String>>>) {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink = seen.clone();
        let channel = Channel::new(move |body| {
            if let tauri::ipc::InvokeResponseBody::Json(json) = body {
                sink.lock().unwrap().push(json);
            }
            Ok(())
        });
        (channel, seen)
    }

    #[test]
    fn a_link_that_came_first_is_told_after_the_page_has_painted() {
        let pages = Pages::default();
        pages.tell(focus("1"));
        let (channel, seen) = page();
        pages.open(channel);
        pages.tell(focus("2"));
        assert!(seen.lock().unwrap().is_empty());
        pages.painted();
        assert_eq!(
            *seen.lock().unwrap(),
            [r#"{"event":"focus","connection":"1"}"#, r#"{"event":"focus","connection":"2"}"#]
        );
    }

    #[test]
    fn a_page_that_missed_events_is_told_of_everything_that_may_have_changed() {
        let pages = Pages::default();
        let (channel, seen) = page();
        pages.open(channel);
        let vault = VaultStatus {
            kind: VaultKind::File,
            backend: "a file".into(),
            state: VaultState::Ready,
            detail: None,
        };
        let settings = Settings::default();
        tell_all(&pages, Snapshot { revision: 7, connections: vec![], vault, settings });
        let told = seen.lock().unwrap().join("\n");
        for event in ["connections", "vault", "providers"] {
            assert!(told.contains(&format!(r#""event":"{event}""#)), "{event}: {told}");
        }
    }

    #[test]
    fn a_page_that_opens_again_is_told_what_it_has_missed_and_no_more_than_it_can_show() {
        let pages = Pages::default();
        pages.open(page().0);
        pages.painted();
        pages.tell(FaceEvent::Shell(ShellEvent::Clipboard {
            connection: Some(ConnectionId("1".to_owned())),
            clears_at: None,
        }));
        pages.close();
        for n in 0..=MOST_EARLY {
            pages.tell(focus(&n.to_string()));
        }
        let (channel, seen) = page();
        pages.open(channel);
        pages.painted();
        let seen = seen.lock().unwrap();
        assert_eq!(seen.len(), 1 + MOST_EARLY);
        assert!(seen[0].contains("clipboard") && seen[1].contains(r#""connection":"1""#), "{seen:?}");
    }

    #[test]
    fn the_clipboard_is_told_at_once_and_in_the_agreed_words() {
        let pages = Pages::default();
        let (channel, seen) = page();
        pages.open(channel);
        pages.tell(FaceEvent::Shell(ShellEvent::Clipboard { connection: None, clears_at: None }));
        assert_eq!(*seen.lock().unwrap(), [r#"{"event":"clipboard","connection":null,"clears_at":null}"#]);
    }
}
