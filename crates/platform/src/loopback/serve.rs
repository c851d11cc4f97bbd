//! The server: what is answered, what is refused, and what becomes a redirect.

use std::convert::Infallible;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::{Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokenrack_core::ports::IncomingRedirect;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot, watch};
use tokio::task::JoinSet;

use super::room::Room;
use super::{Patience, page};

const URL: usize = 16 << 10;
/// Cookies for 127.0.0.1 are shared by all ports, and development servers set large ones.
const HEAD: usize = 64 << 10;

/// Where redirects are expected.
pub(super) struct Place {
    /// As the browser names it in `Host`.
    authority: String,
    path: String,
    redirects: mpsc::Sender<IncomingRedirect>,
    patience: Patience,
}

impl Place {
    pub(super) fn new(
        host: &str,
        port: u16,
        path: &str,
        redirects: mpsc::Sender<IncomingRedirect>,
        patience: Patience,
    ) -> Self {
        let host = if host == "::1" { "[::1]" } else { host };
        let authority = if port == 80 { host.to_owned() } else { format!("{host}:{port}") };
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        Self { authority, path, redirects, patience }
    }
}

/// Serves until `stopped`. Says `done` when the pages on their way have arrived, or after `flush`; those that still
/// wait for their result may go on waiting, with the port closed.
pub(super) async fn run(
    sockets: Vec<TcpListener>,
    place: Place,
    stopped: watch::Receiver<()>,
    flush: Duration,
    done: std::sync::mpsc::Sender<()>,
) {
    let place = Arc::new(place);
    let room = Arc::new(Room::new());
    let mut accepting = JoinSet::new();
    for socket in sockets {
        match tokio::net::TcpListener::from_std(socket) {
            Ok(socket) => {
                accepting.spawn(accept(socket, Arc::clone(&place), Arc::clone(&room), stopped.clone()));
            }
            Err(error) => tracing::error!(%error, "the loopback listener cannot be served"),
        }
    }
    drop(stopped);
    while accepting.join_next().await.is_some() {}
    let quiet = room.empty_within(flush).await;
    drop(done);
    if !quiet {
        room.empty().await;
    }
}

async fn accept(
    socket: tokio::net::TcpListener,
    place: Arc<Place>,
    room: Arc<Room>,
    mut stopped: watch::Receiver<()>,
) {
    loop {
        let next = async {
            let (stream, _) = socket.accept().await?;
            Ok::<_, io::Error>((stream, room.seat().await))
        };
        let accepted = tokio::select! {
            _ = stopped.changed() => return,
            accepted = next => accepted,
        };
        match accepted {
            Ok((stream, Some(seat))) => {
                let asked = Arc::new(AtomicBool::new(false));
                let served = serve(stream, Arc::clone(&place), stopped.clone(), Arc::clone(&asked), seat);
                room.enter(asked, tokio::spawn(served).abort_handle());
            }
            Ok((_, None)) => return,
            // A client that has gone again, or no file descriptors for a moment.
            Err(error) => {
                tracing::warn!(%error, "a loopback connection was not accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn serve(
    stream: TcpStream,
    place: Arc<Place>,
    mut stopped: watch::Receiver<()>,
    asked: Arc<AtomicBool>,
    _seat: OwnedSemaphorePermit,
) {
    let patience = place.patience;
    let service = service_fn(|request: Request<Incoming>| {
        asked.store(true, Ordering::SeqCst);
        let place = Arc::clone(&place);
        async move { Ok::<_, Infallible>(answer(&place, &request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.headers)
        .max_buf_size(HEAD)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    // Time for the headers, the result, and a slow reader.
    let whole = tokio::time::sleep(patience.headers * 2 + patience.page);
    let mut whole = std::pin::pin!(whole);
    let mut stopping = false;
    loop {
        tokio::select! {
            // Malformed requests, clients that vanish: nothing to do for anyone.
            _ = connection.as_mut() => return,
            () = whole.as_mut() => return,
            _ = stopped.changed(), if !stopping => {
                // A connection opened in advance that has asked nothing.
                if !asked.load(Ordering::SeqCst) {
                    return;
                }
                stopping = true;
            }
        }
    }
}

type Answer = Response<Full<Bytes>>;

async fn answer(place: &Place, request: &Request<Incoming>) -> Answer {
    // A page from elsewhere whose name was pointed at 127.0.0.1 sends its own name (DNS rebinding).
    let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let target = request.uri().authority().map_or(place.authority.as_str(), |authority| authority.as_str());
    if named != Some(place.authority.as_str()) || target != place.authority {
        return page::plain(StatusCode::MISDIRECTED_REQUEST);
    }
    if request.uri().path() != place.path {
        return page::plain(StatusCode::NOT_FOUND);
    }
    if request.method() != Method::GET {
        let mut refusal = page::plain(StatusCode::METHOD_NOT_ALLOWED);
        refusal.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static("GET"));
        return refusal;
    }
    // A redirect is a navigation. A script or an image of any web page can reach this port too, and browsers say so.
    if request.headers().get("sec-fetch-mode").is_some_and(|mode| mode != "navigate") {
        return page::plain(StatusCode::FORBIDDEN);
    }
    match request.uri().path_and_query().map(|all| all.as_str()) {
        Some(all) if all.len() > URL => page::plain(StatusCode::URI_TOO_LONG),
        Some(all) if request.uri().query().is_some_and(|query| !query.is_empty()) => {
            redirect(place, all).await
        }
        _ => page::nothing_here(),
    }
}

async fn redirect(place: &Place, path_and_query: &str) -> Answer {
    let (page, result) = oneshot::channel();
    let url = format!("http://{}{path_and_query}", place.authority);
    let told = async {
        // A queue that is full of strangers' redirects is waited for; one that is closed drops the sender with the message.
        let _ = place.redirects.send(IncomingRedirect { url, page }).await;
        result.await
    };
    match tokio::time::timeout(place.patience.page, told).await {
        Ok(Ok(result)) => page::result(&result),
        Ok(Err(_)) | Err(_) => page::neutral(),
    }
}
