//! The person's own browser.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use async_trait::async_trait;
use tokenrack_core::ports::Browser;
use url::Url;

use crate::thread::on_a_thread;

/// A launcher that still runs after this time has handed the URL over: some wait until the browser ends.
const HANDED_OVER: Duration = Duration::from_secs(5);

/// Opens URLs by the desktop's own way (`xdg-open` and its kin, which honour `$BROWSER`), or by a given program.
#[derive(Debug, Clone, Default)]
pub struct SystemBrowser {
    program: Option<PathBuf>,
}

impl SystemBrowser {
    /// With a program, that is called with the URL as its only argument instead of the desktop's way.
    pub fn new(program: Option<PathBuf>) -> Self {
        Self { program }
    }
}

#[async_trait]
impl Browser for SystemBrowser {
    async fn open(&self, url: &Url) -> Result<(), String> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(format!("a {} address is not opened", url.scheme()));
        }
        let (program, url) = (self.program.clone(), url.to_string());
        let (answer, opened) = tokio::sync::oneshot::channel();
        on_a_thread("open-browser", move || {
            let _ = answer.send(match program {
                Some(program) => run(&program, &url),
                None => open::that_detached_with_timeout(&url, HANDED_OVER).map_err(|e| words(&e, &url)),
            });
        })?;
        match tokio::time::timeout(HANDED_OVER, opened).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err("the thread that opens the browser ended".to_owned()),
            Err(_) => Ok(()),
        }
    }
}

/// Waits for the program, so that it leaves no zombie; nobody waits for this longer than they want to.
fn run(program: &PathBuf, url: &str) -> Result<(), String> {
    let name = program.display();
    let mut command = Command::new(program);
    command.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // Ctrl-C in the terminal is meant for the command, not for the browser it has opened.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{name} ended with {status}")),
        Err(e) => Err(format!("{name}: {e}")),
    }
}

/// The library names the whole command; the URL holds the attempt's `state`.
fn words(error: &std::io::Error, url: &str) -> String {
    if error.kind() == std::io::ErrorKind::NotFound {
        return "no program that opens a browser was found (xdg-open)".to_owned();
    }
    error.to_string().replace(url, "the address")
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn script(dir: &tempfile::TempDir, text: &str) -> PathBuf {
        let path = dir.path().join("browser");
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[tokio::test]
    async fn a_given_program_gets_the_url_as_its_only_argument() {
        let dir = tempfile::tempdir().unwrap();
        let program = script(&dir, "printf '%s|%s' \"$#\" \"$1\" > \"$0.out\"");
        let url = Url::parse("https://example.com/a?state=$(id)&x='y").unwrap();
        SystemBrowser::new(Some(program)).open(&url).await.unwrap();
        let seen = std::fs::read_to_string(dir.path().join("browser.out")).unwrap();
        assert_eq!(seen, format!("1|{url}"));
    }

    #[tokio::test]
    async fn a_failure_is_told_without_the_url() {
        let dir = tempfile::tempdir().unwrap();
        let url = Url::parse("https://example.com/?state=canary").unwrap();
        let failed = SystemBrowser::new(Some(script(&dir, "exit 3"))).open(&url).await.unwrap_err();
        assert!(failed.contains("3") && !failed.contains("canary"), "{failed}");
        let absent = SystemBrowser::new(Some(dir.path().join("absent"))).open(&url).await.unwrap_err();
        assert!(absent.contains("absent") && !absent.contains("canary"), "{absent}");
    }

    #[tokio::test]
    async fn only_web_addresses_are_opened() {
        let dir = tempfile::tempdir().unwrap();
        let browser = SystemBrowser::new(Some(script(&dir, "touch \"$0.out\"")));
        for address in ["file:///etc/passwd", "javascript:alert(1)", "dev.tokenrack.desktop:/oauth/callback"]
        {
            assert!(browser.open(&Url::parse(address).unwrap()).await.is_err());
        }
        assert!(!dir.path().join("browser.out").exists());
    }

    #[tokio::test]
    async fn a_launcher_that_goes_on_running_counts_as_opened() {
        let dir = tempfile::tempdir().unwrap();
        let browser = SystemBrowser::new(Some(script(&dir, "exec sleep 7")));
        let url = Url::parse("https://example.com/").unwrap();
        let before = tokio::time::Instant::now();
        browser.open(&url).await.unwrap();
        assert!(before.elapsed() >= HANDED_OVER && before.elapsed() < Duration::from_secs(7));
    }

    #[test]
    fn without_any_opener_there_is_an_error_without_the_url() {
        crate::testing::in_child(
            "browser::tests::without_any_opener_there_is_an_error_without_the_url",
            &[("PATH", "/nonexistent")],
            || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
                let url = Url::parse("https://example.com/?state=canary").unwrap();
                let error = runtime.block_on(SystemBrowser::default().open(&url)).unwrap_err();
                assert!(!error.contains("canary") && error.contains("xdg-open"), "{error}");
            },
        );
    }
}
