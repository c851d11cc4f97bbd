//! The clipboard: a copied token is marked as secret for clipboard managers, and leaves after a time if it is
//! still there.
//!
//! One thread owns the clipboard for as long as the app runs: on X11 what was copied is served by its owner, and
//! disappears with it. To know our value again a keyed hash of it is kept, not the value.

use std::sync::{Arc, mpsc};
use std::time::Duration;

use arboard::Error as BoardError;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use tokenrack_core::Timestamp;
use tokenrack_core::connection::ConnectionId;
use tokenrack_core::export::Export;
use tokenrack_core::ports::{Clock, Entropy};
use tokenrack_core::problem::{Code, Problem};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::events::{FaceEvent, Pages, ShellEvent};

/// How long the end of the app waits for the clipboard.
const FAREWELL: Duration = Duration::from_secs(1);

type Done = oneshot::Sender<Result<(), Problem>>;

enum Job {
    /// A token as it was written, for so many seconds.
    Token(ConnectionId, Export, u32, Done),
    /// Public text, for good.
    Text(String, Done),
    /// Clear now, if it is still ours.
    Clear(Done),
    /// The time of this copy is over.
    Due(u64),
    /// The window has the focus: some desktops allow changes only then.
    Focused,
    /// The app ends.
    End(mpsc::Sender<()>),
}

/// The door to the thread that owns the clipboard.
pub(crate) struct Clipboard {
    jobs: mpsc::Sender<Job>,
}

impl Clipboard {
    /// Starts the thread. The system's clipboard is opened when it is first needed.
    pub(crate) fn start(
        clock: Arc<dyn Clock>,
        entropy: &dyn Entropy,
        pages: Arc<Pages>,
    ) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel();
        let mut key = [0; 32];
        entropy.fill(&mut key);
        let owner = Owner { board: None, held: None, copies: 0, key, clock, pages, jobs: jobs.clone() };
        std::thread::Builder::new().name("clipboard".to_owned()).spawn(move || owner.run(&queue))?;
        Ok(Self { jobs })
    }

    /// Copies a token for so many seconds.
    pub(crate) async fn token(&self, id: ConnectionId, token: Export, seconds: u32) -> Result<(), Problem> {
        self.ask(|done| Job::Token(id, token, seconds, done)).await
    }

    /// Copies public text.
    pub(crate) async fn text(&self, text: String) -> Result<(), Problem> {
        self.ask(|done| Job::Text(text, done)).await
    }

    /// Clears a token that is still there.
    pub(crate) async fn clear(&self) -> Result<(), Problem> {
        self.ask(Job::Clear).await
    }

    /// Tries again to clear what could not be cleared in the background.
    pub(crate) fn focused(&self) {
        let _ = self.jobs.send(Job::Focused);
    }

    /// Clears a token that is still there, and lets the clipboard go. Waits a second at most.
    pub(crate) fn end(&self) {
        let (done, ended) = mpsc::channel();
        if self.jobs.send(Job::End(done)).is_ok() && ended.recv_timeout(FAREWELL).is_err() {
            tracing::warn!("the clipboard did not answer while the app ended");
        }
    }

    async fn ask(&self, job: impl FnOnce(Done) -> Job) -> Result<(), Problem> {
        let gone = || Problem::new(Code::ClipboardFailed).because("its thread has ended");
        let (done, answer) = oneshot::channel();
        self.jobs.send(job(done)).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

struct Owner {
    board: Option<arboard::Clipboard>,
    held: Option<Held>,
    copies: u64,
    key: [u8; 32],
    clock: Arc<dyn Clock>,
    pages: Arc<Pages>,
    jobs: mpsc::Sender<Job>,
}

/// A token of ours that may still be on the clipboard.
struct Held {
    copy: u64,
    fingerprint: Fingerprint,
    overdue: bool,
}

impl Owner {
    fn run(mut self, queue: &mpsc::Receiver<Job>) {
        while let Ok(job) = queue.recv() {
            match job {
                Job::Token(id, token, seconds, done) => _ = done.send(self.token(id, &token, seconds)),
                Job::Text(text, done) => _ = done.send(self.text(text)),
                Job::Clear(done) => _ = done.send(self.clear()),
                Job::Due(copy) => self.due(copy),
                Job::Focused if self.held.as_ref().is_some_and(|held| held.overdue) => self.try_to_clear(),
                Job::Focused => {}
                Job::End(done) => {
                    if let Err(problem) = self.clear() {
                        tracing::warn!(%problem, "the clipboard could not be cleared at the end");
                    }
                    // Dropped here: what a person copied besides is handed to the clipboard manager.
                    self.board = None;
                    let _ = done.send(());
                    return;
                }
            }
        }
    }

    fn token(&mut self, connection: ConnectionId, token: &Export, seconds: u32) -> Result<(), Problem> {
        put_secret(self.board()?, token.expose()).map_err(|error| failed(&error))?;
        self.copies += 1;
        let copy = self.copies;
        self.held =
            Some(Held { copy, fingerprint: Fingerprint::of(&self.key, token.expose()), overdue: false });

        let span = Duration::from_secs(seconds.into());
        let (clock, jobs) = (self.clock.clone(), self.jobs.clone());
        let clears_at = clock.now() + span;
        tauri::async_runtime::spawn(async move {
            clock.sleep(span).await;
            let _ = jobs.send(Job::Due(copy));
        });
        self.tell(Some(connection), Some(clears_at));
        Ok(())
    }

    fn text(&mut self, text: String) -> Result<(), Problem> {
        self.board()?.set_text(text).map_err(|error| failed(&error))?;
        self.let_go();
        Ok(())
    }

    fn due(&mut self, copy: u64) {
        if self.held.as_ref().is_some_and(|held| held.copy == copy) {
            self.try_to_clear();
        }
    }

    /// A desktop may refuse changes in the background; then the next focus tries again.
    fn try_to_clear(&mut self) {
        if let Err(problem) = self.clear() {
            tracing::warn!(%problem, "the clipboard could not be cleared; the next focus tries again");
            if let Some(held) = &mut self.held {
                held.overdue = true;
            }
        }
    }

    fn clear(&mut self) -> Result<(), Problem> {
        let Some(fingerprint) = self.held.as_ref().map(|held| held.fingerprint) else { return Ok(()) };
        let key = self.key;
        let board = self.board()?;
        let ours = match board.get_text() {
            Ok(text) => fingerprint.matches(&key, &Zeroizing::new(text)),
            // Empty, or something that is not text: not ours.
            Err(BoardError::ContentNotAvailable | BoardError::ConversionFailure) => false,
            Err(error) => return Err(failed(&error)),
        };
        if ours {
            board.clear().map_err(|error| failed(&error))?;
        }
        self.let_go();
        Ok(())
    }

    fn let_go(&mut self) {
        if self.held.take().is_some() {
            self.tell(None, None);
        }
    }

    fn tell(&self, connection: Option<ConnectionId>, clears_at: Option<Timestamp>) {
        self.pages.tell(FaceEvent::Shell(ShellEvent::Clipboard { connection, clears_at }));
    }

    fn board(&mut self) -> Result<&mut arboard::Clipboard, Problem> {
        if self.board.is_none() {
            self.board = Some(arboard::Clipboard::new().map_err(|error| failed(&error))?);
        }
        self.board.as_mut().ok_or_else(|| Problem::new(Code::ClipboardFailed))
    }
}

/// Keeps it out of histories: the hint of KDE, the exclusions of Windows, the concealed type of macOS.
fn put_secret(board: &mut arboard::Clipboard, text: &str) -> Result<(), BoardError> {
    #[cfg(target_os = "macos")]
    use arboard::SetExtApple as _;
    #[cfg(target_os = "linux")]
    use arboard::SetExtLinux as _;
    #[cfg(windows)]
    use arboard::SetExtWindows as _;

    let set = board.set().exclude_from_history();
    #[cfg(windows)]
    let set = set.exclude_from_cloud().exclude_from_monitoring();
    set.text(text)
}

fn failed(error: &BoardError) -> Problem {
    Problem::new(Code::ClipboardFailed).because(error)
}

/// Recognises a value without holding it: SHA-256 under a key that lives as long as the process.
#[derive(Clone, Copy)]
struct Fingerprint([u8; 32]);

impl Fingerprint {
    fn of(key: &[u8; 32], text: &str) -> Self {
        Self(Sha256::new().chain_update(key).chain_update(text).finalize().into())
    }

    fn matches(&self, key: &[u8; 32], text: &str) -> bool {
        self.0.ct_eq(&Self::of(key, text).0).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_known_again_and_no_other_is() {
        let key = [7; 32];
        let fingerprint = Fingerprint::of(&key, "at-canary");
        assert!(fingerprint.matches(&key, "at-canary"));
        for other in ["", "at-canary ", "at-canar", "AT-CANARY"] {
            assert!(!fingerprint.matches(&key, other), "{other:?}");
        }
    }

    #[test]
    fn a_fingerprint_tells_nothing_without_its_key() {
        assert_ne!(Fingerprint::of(&[1; 32], "at").0, Fingerprint::of(&[2; 32], "at").0);
        let bare: [u8; 32] = Sha256::digest("at").into();
        assert_ne!(Fingerprint::of(&[1; 32], "at").0, bare);
    }
}
