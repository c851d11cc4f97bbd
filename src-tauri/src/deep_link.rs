//! Redirects that come by the private-use scheme: one queue for every door, emptied into the engine.
//!
//! A link can come with this process' own arguments, from a second instance (which hands over its arguments and
//! ends), or from the system (macOS). Any program of the same user can send one, so nothing is believed here: the
//! engine checks each against the attempt that waits.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use tauri::{AppHandle, Manager as _};
use tokenrack_core::engine::Refusal;
use tokenrack_core::event::{Channel, EngineEvent};
use tokenrack_core::ports::VaultState;
use tokenrack_core::problem::{Code, Problem};
use tokio::sync::Notify;
use tokio::sync::broadcast::Receiver;

use crate::events::{FaceEvent, ShellEvent};
use crate::face::Face;
use crate::{SCHEME, window};

/// So many links wait at most; a flood is dropped.
const MOST: usize = 32;

/// Links that wait to be delivered, and those being delivered.
///
/// It is filled before the engine is open, also by another thread, and a link that is waiting or being delivered is
/// not taken a second time: a double click in a browser starts two programs.
#[derive(Default)]
pub(crate) struct Links {
    inner: Mutex<Queue>,
    arrived: Notify,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<String>,
    busy: Vec<String>,
}

impl Links {
    /// Takes every link among the arguments and says how many arguments were links.
    pub(crate) fn push(&self, arguments: impl IntoIterator<Item = String>) -> usize {
        let mut queue = self.lock();
        let mut links = 0;
        for link in arguments.into_iter().filter(|argument| is_link(argument)) {
            links += 1;
            if queue.waiting.contains(&link) || queue.busy.contains(&link) {
                continue;
            }
            if queue.waiting.len() == MOST {
                tracing::warn!("too many links are waiting; one was dropped");
                continue;
            }
            queue.waiting.push_back(link);
        }
        drop(queue);
        self.arrived.notify_one();
        links
    }

    /// The next link; it counts as being delivered until `done`.
    async fn next(&self) -> String {
        loop {
            if let Some(link) = self.take() {
                return link;
            }
            self.arrived.notified().await;
        }
    }

    fn take(&self) -> Option<String> {
        let mut queue = self.lock();
        let link = queue.waiting.pop_front()?;
        queue.busy.push(link.clone());
        Some(link)
    }

    fn done(&self, link: &str) {
        self.lock().busy.retain(|busy| busy != link);
    }

    /// The links nobody has taken: for a new process, when this one ends.
    pub(crate) fn left(&self) -> Vec<String> {
        self.lock().waiting.drain(..).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Queue> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether it is a URL with our scheme. RFC 3986 §3.1: schemes ignore case.
fn is_link(argument: &str) -> bool {
    argument
        .split_once(':')
        .is_some_and(|(scheme, rest)| scheme.eq_ignore_ascii_case(SCHEME) && !rest.is_empty())
}

/// Delivers links for as long as the app runs, several at once.
pub(crate) async fn run(app: AppHandle) {
    let links = app.state::<Face>().links.clone();
    loop {
        let link = links.next().await;
        let (app, links) = (app.clone(), links.clone());
        tauri::async_runtime::spawn(async move {
            while let Some(mut events) = deliver(&app, &link).await {
                until_open(&mut events).await;
            }
            links.done(&link);
        });
    }
}

/// Answers what to listen to where the link is to be delivered again: the vault is locked, and its sign-in waits.
async fn deliver(app: &AppHandle, link: &str) -> Option<Receiver<EngineEvent>> {
    let face = app.state::<Face>();
    if face.selftest.answer(link) {
        return None;
    }
    let (outcome, events) = match face.try_to_open() {
        Ok(core) => {
            let events = core.engine.subscribe();
            (core.engine.deliver(link, Channel::DeepLink).await, Some(events))
        }
        Err(problem) => (Err(problem.into()), None),
    };
    match outcome {
        Ok(connection) => {
            window::open(app);
            face.pages.tell(FaceEvent::Shell(ShellEvent::Focus { connection: connection.id }));
            None
        }
        // Its row tells why; a notice would say it twice.
        Err(Refusal { told_by: Some(connection), .. }) => {
            window::open(app);
            face.pages.tell(FaceEvent::Shell(ShellEvent::Focus { connection }));
            None
        }
        Err(Refusal { problem, .. }) => {
            if concerns_the_person(&problem) {
                window::open(app);
            }
            face.pages.tell(FaceEvent::Shell(ShellEvent::Notice { problem: (&problem).into() }));
            events.filter(|_| problem.code == Code::VaultLocked)
        }
    }
}

/// Until the vault is open, or nobody knows whether it has been since.
async fn until_open(events: &mut Receiver<EngineEvent>) {
    loop {
        match events.recv().await {
            Ok(EngineEvent::Vault { status }) if status.state == VaultState::Ready => return,
            Ok(_) => {}
            Err(_) => return,
        }
    }
}

/// Any web page can offer a link; one that belongs to no sign-in must not pull the window to the front.
fn concerns_the_person(problem: &Problem) -> bool {
    !matches!(problem.code, Code::UnknownState | Code::MalformedCallback | Code::OversizedCallback)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "dev.tokenrack.desktop:/oauth/callback?code=c&state=s";

    fn push(links: &Links, arguments: &[&str]) -> usize {
        links.push(arguments.iter().map(|argument| (*argument).to_owned()))
    }

    #[test]
    fn any_argument_can_be_a_link_and_only_our_scheme_is() {
        let links = Links::default();
        assert_eq!(
            push(&links, &["--hidden", LINK, "evil:/x", "dev.tokenrack.desktop:", "https://a.example/"]),
            1
        );
        assert_eq!(links.left(), [LINK]);
    }

    #[test]
    fn the_scheme_ignores_case() {
        assert!(is_link("DEV.Tokenrack.Desktop://oauth/callback?code=A%2Fb"));
        assert!(!is_link("dev.tokenrack.desktop.evil:/oauth/callback"));
        assert!(!is_link(" dev.tokenrack.desktop:/oauth/callback"));
    }

    #[test]
    fn one_link_by_two_doors_is_delivered_once() {
        let links = Links::default();
        push(&links, &[LINK]);
        push(&links, &[LINK]);
        assert_eq!(links.take().as_deref(), Some(LINK));
        push(&links, &[LINK]);
        assert_eq!(links.take(), None, "it is being delivered");
    }

    #[test]
    fn a_link_sent_again_later_reaches_the_engine_which_knows_the_answer() {
        let links = Links::default();
        push(&links, &[LINK]);
        links.take();
        links.done(LINK);
        push(&links, &[LINK]);
        assert_eq!(links.take().as_deref(), Some(LINK));
    }

    #[test]
    fn two_links_at_once_both_arrive_in_order() {
        let links = std::sync::Arc::new(Links::default());
        push(&links, &["dev.tokenrack.desktop:/oauth/callback?state=1"]);
        let other = links.clone();
        std::thread::spawn(move || push(&other, &["dev.tokenrack.desktop:/oauth/callback?state=2"]))
            .join()
            .unwrap();
        assert_eq!(links.left().len(), 2);
    }

    #[test]
    fn a_flood_is_bounded() {
        let links = Links::default();
        for n in 0..1_000 {
            push(&links, &[&format!("dev.tokenrack.desktop:/oauth/callback?state={n}")]);
        }
        assert_eq!(links.left().len(), MOST);
    }

    #[tokio::test]
    async fn a_link_that_came_before_anybody_waited_is_not_lost() {
        let links = Links::default();
        push(&links, &[LINK]);
        assert_eq!(links.next().await, LINK);
    }
}
