//! Redirects that come back on loopback (RFC 8252 §7.3).
//!
//! The server lives on a thread of its own, so that the page a person is to see is sent even when the command that
//! waited for the redirect has nothing more to do: dropping the listener waits, briefly, for pages on their way.

mod page;
mod room;
mod serve;

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::mpsc as sync;
use std::time::Duration;

use async_trait::async_trait;
use tokenrack_core::ports::{BoundListener, IncomingRedirect, ListenError, RedirectListener};
use tokio::sync::{mpsc, watch};

use serve::Place;

/// Answered pages have so long to reach the browser when the listener is dropped.
const FLUSH: Duration = Duration::from_millis(250);
/// Connections that wait to be accepted.
#[cfg(unix)]
const QUEUE: i32 = 1024;
/// How often another free port is tried when the first is taken on the other address family.
const TRIES: usize = 16;

/// How long a client on loopback may take.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For the whole request line and headers.
    pub headers: Duration,
    /// For the result, while the browser waits for its page.
    pub page: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { headers: Duration::from_secs(5), page: Duration::from_secs(60) }
    }
}

/// [`RedirectListener`] by a small HTTP/1 server.
#[derive(Debug, Clone, Copy, Default)]
pub struct LoopbackListener {
    patience: Patience,
}

impl LoopbackListener {
    /// With other limits than the usual.
    pub fn new(patience: Patience) -> Self {
        Self { patience }
    }
}

#[async_trait]
impl RedirectListener for LoopbackListener {
    async fn bind(
        &self,
        host: &str,
        port: Option<u16>,
        path: &str,
    ) -> Result<Box<dyn BoundListener>, ListenError> {
        let sockets = sockets(host, port)?;
        let port = sockets[0].local_addr().map_err(failed)?.port();
        let (sender, redirects) = mpsc::channel(64);
        let (stop, stopped) = watch::channel(());
        let (done, ended) = sync::channel::<()>();
        let place = Place::new(host, port, path, sender, self.patience);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        crate::thread::on_a_thread("loopback", move || {
            runtime.block_on(serve::run(sockets, place, stopped, FLUSH, done));
        })
        .map_err(ListenError::Failed)?;
        Ok(Box::new(Bound { port, redirects, stop: Some(stop), ended }))
    }
}

struct Bound {
    port: u16,
    redirects: mpsc::Receiver<IncomingRedirect>,
    /// The server stops when it is dropped.
    stop: Option<watch::Sender<()>>,
    ended: sync::Receiver<()>,
}

#[async_trait]
impl BoundListener for Bound {
    fn port(&self) -> u16 {
        self.port
    }

    async fn next(&mut self) -> Option<IncomingRedirect> {
        self.redirects.recv().await
    }
}

impl Drop for Bound {
    fn drop(&mut self) {
        drop(self.stop.take());
        // Requests nobody has taken from the queue get their neutral page now.
        self.redirects.close();
        while self.redirects.try_recv().is_ok() {}
        // Usually well under a millisecond; ends with an error when the server's thread drops its end.
        let _ = self.ended.recv_timeout(FLUSH * 2);
    }
}

/// `localhost` is both addresses: another program on the other one would be given the redirect.
fn sockets(host: &str, port: Option<u16>) -> Result<Vec<TcpListener>, ListenError> {
    let (v4, v6) = (IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST));
    match host {
        "127.0.0.1" => Ok(vec![listen(v4, port)?]),
        "::1" | "[::1]" => Ok(vec![listen(v6, port)?]),
        "localhost" => both(v4, v6, port),
        other => Err(ListenError::Failed(format!("{other:?} is not loopback"))),
    }
}

fn both(v4: IpAddr, v6: IpAddr, port: Option<u16>) -> Result<Vec<TcpListener>, ListenError> {
    let mut tries = if port.is_some() { 1 } else { TRIES };
    loop {
        let first = listen(v4, port)?;
        let chosen = first.local_addr().map_err(failed)?.port();
        tries -= 1;
        match bind(v6, chosen) {
            Ok(second) => return Ok(vec![first, second]),
            Err(e) if e.kind() == ErrorKind::AddrInUse && tries > 0 => {}
            Err(e) if e.kind() == ErrorKind::AddrInUse => return Err(ListenError::PortInUse(chosen)),
            // A machine without IPv6.
            Err(_) => return Ok(vec![first]),
        }
    }
}

fn listen(ip: IpAddr, port: Option<u16>) -> Result<TcpListener, ListenError> {
    let port = port.unwrap_or(0);
    bind(ip, port).map_err(|e| match e.kind() {
        ErrorKind::AddrInUse => ListenError::PortInUse(port),
        _ => failed(e),
    })
}

fn bind(ip: IpAddr, port: u16) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(SocketAddr::new(ip, port))?;
    // The standard library's queue is short, and a browser that finds it full tries again only after a second.
    #[cfg(unix)]
    rustix::net::listen(&listener, QUEUE)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

fn failed(cause: io::Error) -> ListenError {
    ListenError::Failed(cause.to_string())
}

#[cfg(test)]
#[path = "../loopback_tests.rs"]
mod tests;
