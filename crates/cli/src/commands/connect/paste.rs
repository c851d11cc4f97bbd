//! The redirect URL, pasted into the terminal while the redirect is awaited.

use std::io::{self, BufRead as _, IsTerminal as _};

use tokenrack_core::engine::{Engine, Refusal, Started};
use tokenrack_core::event::Channel;
use tokenrack_core::problem::{Code, Problem};
use tokenrack_core::view::ConnectionView;
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use crate::error::tell;
use crate::session::Session;

/// Only a person at a terminal pastes; a program has `tokenrack callback`.
pub fn offered() -> bool {
    io::stdin().is_terminal() && in_foreground()
}

/// A job in the background (`connect work &`) would be stopped by the system for reading the terminal.
#[cfg(unix)]
fn in_foreground() -> bool {
    rustix::termios::tcgetpgrp(io::stdin()).is_ok_and(|group| group == rustix::process::getpgrp())
}

#[cfg(windows)]
fn in_foreground() -> bool {
    true
}

/// Delivers pasted lines until one ends the attempt well; waits for ever when none does.
pub async fn wait(engine: &Engine, started: &Started, session: &Session) -> ConnectionView {
    if offered() {
        let mut lines = read();
        while let Some(line) = lines.recv().await {
            match deliver(engine, line).await {
                Ok(view) => return view,
                // When the attempt has ended by it, whoever waits for it tells why.
                Err(refusal) if still_waits(engine, started) => {
                    tell(session.output, &refusal.problem);
                    session.output.note("Still waiting.");
                }
                Err(_) => {}
            }
        }
    }
    std::future::pending().await
}

/// On a task of its own: whoever is interrupted stops waiting for it, and it goes on to save what the code was worth.
async fn deliver(engine: &Engine, line: Zeroizing<String>) -> Result<ConnectionView, Refusal> {
    let engine = engine.clone();
    let delivery = tokio::spawn(async move { engine.deliver(line.trim(), Channel::Paste).await });
    delivery.await.unwrap_or_else(|error| Err(Problem::new(Code::Internal).because(error).into()))
}

fn still_waits(engine: &Engine, started: &Started) -> bool {
    engine.view(&started.connection).is_ok_and(|view| view.waiting.is_some())
}

/// A thread of its own: a read from a terminal cannot be interrupted, and must not hold up the end.
fn read() -> mpsc::UnboundedReceiver<Zeroizing<String>> {
    let (sender, receiver) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        let mut input = io::stdin().lock();
        loop {
            let mut line = Zeroizing::new(String::with_capacity(4096));
            let end = !matches!(input.read_line(&mut line), Ok(1..));
            if end || (!line.trim().is_empty() && sender.send(line).is_err()) {
                return;
            }
        }
    });
    receiver
}
