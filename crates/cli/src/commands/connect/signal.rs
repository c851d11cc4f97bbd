//! What ends the wait from outside.

use tokenrack_core::problem::{Code, Problem};
use tokio::sync::mpsc;

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
