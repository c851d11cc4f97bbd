//! What ends a command from outside.

use std::time::Duration;

use tokenrack_core::engine::Engine;
use tokenrack_core::problem::{Code, Problem};
use tokio::sync::mpsc;

use crate::output::Output;

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
}

/// Ends this process as it would end by itself, except while tokens are on their way: a refresh token that was sent is spent,
/// and what comes for it would be lost. On a thread of its own, because a command may wait for what a person types.
///
/// # Errors
/// `Internal` when there is no thread to be had.
pub fn end_when_saved(engine: Engine, output: Output) -> Result<(), Problem> {
    let watch = move || {
        // Where it cannot listen, the system ends the process as ever.
        if let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() {
            let _ = runtime.block_on(end(&engine, output));
        }
    };
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(watch)
        .map(drop)
        .map_err(|error| Problem::new(Code::Internal).because(error))
}

async fn end(engine: &Engine, output: Output) -> Result<(), Problem> {
    let mut interrupted = listen()?;
    let code = interrupted.recv().await;
    if engine.is_busy() {
        output.note("The provider was asked; finishing. Interrupt again to stop at once.");
    }
    let saved = async {
        while engine.is_busy() {
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::select! {
        () = saved => {}
        _ = interrupted.recv() => {}
    }
    std::process::exit(code.into())
}

/// Listens from now on, so that none is missed while the sign-in starts.
pub fn listen() -> Result<Interrupted, Problem> {
    let (sender, receiver) = mpsc::unbounded_channel();
    watch(&sender).map_err(|error| Problem::new(Code::Internal).because(error))?;
    Ok(Interrupted(receiver))
}

#[cfg(unix)]
fn watch(sender: &mpsc::UnboundedSender<u8>) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    for kind in [SignalKind::hangup(), SignalKind::interrupt(), SignalKind::terminate()] {
        let mut signals = signal(kind)?;
        let sender = sender.clone();
        let code = u8::try_from(128 + kind.as_raw_value()).unwrap_or(130);
        tokio::spawn(async move { while signals.recv().await.is_some() && sender.send(code).is_ok() {} });
    }
    Ok(())
}

#[cfg(windows)]
fn watch(sender: &mpsc::UnboundedSender<u8>) -> std::io::Result<()> {
    let mut signals = tokio::signal::windows::ctrl_c()?;
    let sender = sender.clone();
    tokio::spawn(async move { while signals.recv().await.is_some() && sender.send(130).is_ok() {} });
    Ok(())
}
