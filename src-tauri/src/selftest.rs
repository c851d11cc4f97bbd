//! Shows that a redirect would arrive: sends a link of our own through the desktop's handler, and waits for it at
//! the door where real ones come in.

use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokenrack_core::language::again;
use tokenrack_core::ports::Entropy;
use tokenrack_core::say;
use tokenrack_core::view::{CheckOutcome, CheckView};
use tokio::sync::oneshot;
use url::Url;

use crate::SCHEME;

/// How long the link may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The test that waits, if one does; a newer one takes its place.
#[derive(Default)]
pub(crate) struct SelfTest {
    waiting: Mutex<Option<(String, oneshot::Sender<()>)>>,
    last: Mutex<Option<CheckView>>,
}

impl SelfTest {
    /// Takes links of self-tests out of the stream, whoever sent them; true when it was one.
    pub(crate) fn answer(&self, link: &str) -> bool {
        let Some(url) = Url::parse(link).ok().filter(|url| url.path() == "/selftest") else { return false };
        let nonce = url.query_pairs().find_map(|(name, value)| (name == "nonce").then_some(value));
        let mut waiting = self.lock();
        match (&*waiting, nonce) {
            (Some((expected, _)), Some(nonce)) if *expected == nonce => {
                if let Some((_, arrived)) = waiting.take() {
                    let _ = arrived.send(());
                }
            }
            _ => tracing::debug!("a self-test link came that nobody waits for"),
        }
        true
    }

    /// How the last one went, if there was one.
    pub(crate) fn last(&self) -> Option<CheckView> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sends the link and waits.
    pub(crate) async fn run(&self, entropy: &dyn Entropy) -> CheckView {
        let check = self.send(entropy).await;
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(check.clone());
        check
    }

    async fn send(&self, entropy: &dyn Entropy) -> CheckView {
        let (link, arrived) = self.expect(entropy);
        let sent = tokio::task::spawn_blocking(move || open(&link));
        match tokio::time::timeout(PATIENCE, arrived).await {
            Ok(Ok(())) => check(CheckOutcome::Ok, say!("The desktop delivered a link of our own."), None),
            Ok(Err(_)) => {
                check(CheckOutcome::Warning, say!("Another test took the place of this one."), None)
            }
            Err(_) => {
                let finding = if !sent.is_finished() {
                    say!("The desktop's program for links did not come back.")
                } else {
                    match sent.await {
                        Ok(Ok(())) => {
                            say!("The desktop took the link, but it did not arrive within 5 seconds.")
                        }
                        Ok(Err(words)) => {
                            say!("The desktop could not open the link: {words}.", words = again(&words))
                        }
                        Err(_) => say!("The link could not be sent."),
                    }
                };
                let cure = say!(
                    "Use a loopback redirect or paste the redirect URL; installing the package registers the link."
                );
                check(CheckOutcome::Failed, finding, Some(cure))
            }
        }
    }

    fn expect(&self, entropy: &dyn Entropy) -> (String, oneshot::Receiver<()>) {
        let mut bytes = [0; 16];
        entropy.fill(&mut bytes);
        let nonce: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let link = format!("{SCHEME}:/selftest?nonce={nonce}");
        let (arrived, answer) = oneshot::channel();
        *self.lock() = Some((nonce, arrived));
        (link, answer)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(String, oneshot::Sender<()>)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn check(outcome: CheckOutcome, finding: String, cure: Option<String>) -> CheckView {
    CheckView { name: "selftest".to_owned(), title: say!("Redirect by deep link"), outcome, finding, cure }
}

/// Opens the link as a browser would, by the first of the desktop's programs that manages.
fn open(link: &str) -> Result<(), String> {
    let programs: &[&[&str]] = if cfg!(target_os = "macos") {
        &[&["open"]]
    } else if cfg!(windows) {
        &[&["rundll32", "url.dll,FileProtocolHandler"]]
    } else {
        &[&["xdg-open"], &["gio", "open"]]
    };
    let mut failures = Vec::new();
    for program in programs {
        let (name, arguments) = (program[0], &program[1..]);
        let mut command = Command::new(name);
        command.args(arguments).arg(link).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        match command.status() {
            Ok(status) if status.success() => return Ok(()),
            Ok(status) => failures.push(format!("{name} ended with {status}")),
            Err(error) => failures.push(format!("{name}: {error}")),
        }
    }
    Err(failures.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed;
    impl Entropy for Fixed {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(0xab);
        }
    }

    #[test]
    fn only_the_link_that_was_sent_passes_the_test() {
        let test = SelfTest::default();
        let (link, mut arrived) = test.expect(&Fixed);
        assert!(test.answer("dev.tokenrack.desktop:/selftest?nonce=00"));
        assert!(test.answer("dev.tokenrack.desktop:/selftest"));
        assert!(arrived.try_recv().is_err());
        assert!(test.answer(&link));
        arrived.try_recv().unwrap();
        assert!(test.answer(&link), "late ones are taken out too");
    }

    #[test]
    fn redirects_pass_by() {
        assert!(!SelfTest::default().answer("dev.tokenrack.desktop:/oauth/callback?code=c&state=s"));
        assert!(!SelfTest::default().answer("not a url"));
    }
}
