//! What ends a command from outside.

use std::time::Duration;

#[cfg(unix)]
use rustix::process::Signal;
use tokenrack_core::engine::Engine;
use tokenrack_core::problem::{Code, Problem};
use tokio::sync::mpsc;

use crate::output::Output;

/// What comes within it after the first signal is part of one act: `timeout`, a terminal that closes and a session that ends
/// each tell a process, and then its group.
const ONE_ACT: Duration = Duration::from_secs(1);
/// Between two looks at whether it is done.
const PAUSE: Duration = Duration::from_millis(20);

/// Receives the exit code that shells give the signal: 128 and its number.
pub struct Interrupted(mpsc::UnboundedReceiver<u8>);

impl Interrupted {
    /// Waits for the next signal.
    pub async fn recv(&mut self) -> u8 {
        match self.0.recv().await {
            Some(code) => code,
            None => std::future::pending().await,
        }
    }

    /// Waits for somebody who insists, after the first.
    pub async fn again(&mut self) {
        tokio::time::sleep(ONE_ACT).await;
        while self.0.try_recv().is_ok() {}
        self.recv().await;
    }
}

/// Ends this process as it would end by itself, except while tokens are on their way: a refresh token that was sent is spent,
/// and what comes for it would be lost. Before this returns, nothing may be sent.
///
/// # Errors
/// `Internal` when it cannot listen.
pub fn end_when_saved(engine: Engine, output: Output) -> Result<(), Problem> {
    on_a_thread(move |interrupted| async move { end(&engine, output, interrupted).await })
}

/// On a thread of its own, because a command may wait for what a person types. Returns once it listens.
fn on_a_thread<F: Future<Output = ()>>(
    work: impl FnOnce(Interrupted) -> F + Send + 'static,
) -> Result<(), Problem> {
    let (listens, heard) = std::sync::mpsc::channel();
    let watch = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(internal)?;
        runtime.block_on(async {
            let interrupted = listen()?;
            if listens.send(()).is_ok() {
                work(interrupted).await;
            }
            Ok(())
        })
    };
    let thread = std::thread::Builder::new().name("signals".into()).spawn(watch).map_err(internal)?;
    // One that cannot listen ends, and says why.
    heard.recv().or_else(|_| thread.join().unwrap_or_else(|_| Err(Code::Internal.into())))
}

fn internal(error: impl std::fmt::Display) -> Problem {
    Problem::new(Code::Internal).because(error)
}

async fn end(engine: &Engine, output: Output, mut interrupted: Interrupted) {
    let code = interrupted.recv().await;
    if engine.is_busy() {
        output.note("The provider was asked; finishing. Interrupt again to stop at once.");
    }
    let saved = async {
        while !engine.end_if_idle() {
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::select! {
        () = saved => {}
        () = interrupted.again() => {}
    }
    std::process::exit(code.into())
}

/// Listens from now on, so that none is missed while the sign-in starts.
pub fn listen() -> Result<Interrupted, Problem> {
    let (sender, receiver) = mpsc::unbounded_channel();
    watch(&sender).map_err(internal)?;
    Ok(Interrupted(receiver))
}

/// All that end a process by themselves and may come from elsewhere: a terminal, `timeout`, an `alarm` set before it was
/// started, a limit, a script. Those that say that it has gone wrong itself are left as they are.
#[cfg(unix)]
const ENDS: &[Signal] = &[
    Signal::HUP,
    Signal::INT,
    Signal::QUIT,
    Signal::TERM,
    Signal::ALARM,
    Signal::VTALARM,
    Signal::PROF,
    Signal::XCPU,
    Signal::USR1,
    Signal::USR2,
    #[cfg(target_os = "linux")]
    Signal::POWER,
];

#[cfg(unix)]
fn watch(sender: &mpsc::UnboundedSender<u8>) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    for ends in ENDS {
        let number = ends.as_raw();
        let mut signals = signal(SignalKind::from_raw(number))?;
        let sender = sender.clone();
        let code = u8::try_from(128 + number).unwrap_or(130);
        tokio::spawn(async move { while signals.recv().await.is_some() && sender.send(code).is_ok() {} });
    }
    // Heard by nobody: what grows past a limit (`ulimit -f`) is then a write that fails, and tokens still wait in memory.
    drop(signal(SignalKind::from_raw(Signal::XFSZ.as_raw()))?);
    Ok(())
}

#[cfg(windows)]
fn watch(sender: &mpsc::UnboundedSender<u8>) -> std::io::Result<()> {
    let mut signals = tokio::signal::windows::ctrl_c()?;
    let sender = sender.clone();
    tokio::spawn(async move { while signals.recv().await.is_some() && sender.send(130).is_ok() {} });
    Ok(())
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    #[test]
    fn whoever_asks_something_next_is_not_ended_by_the_system() {
        on_a_thread(|_| std::future::pending()).unwrap();
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
        let caught = u64::from_str_radix(caught.trim(), 16).unwrap();
        for signal in ENDS.iter().chain([&Signal::XFSZ]) {
            assert!(caught & 1 << (signal.as_raw() - 1) != 0, "{signal:?} is not caught yet");
        }
    }
}
