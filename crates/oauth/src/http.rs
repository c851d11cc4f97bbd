//! The one way out: a request goes in, a response or a named failure comes back.

use async_trait::async_trait;

/// A request with its whole body.
pub type HttpRequest = http::Request<Vec<u8>>;
/// A response with its whole body, already under the size cap.
pub type HttpResponse = http::Response<Vec<u8>>;

/// An extension of a request whose answer's body may be larger than usual: bytes after decompression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyLimit(pub usize);

/// An extension of a request that spends what is good for one use (a refresh token, a code), or may: nobody gives its answer
/// again, so it is waited for longer, and it is sent once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spends;

/// Sends one request. An implementation follows no redirect, verifies certificates, limits connecting,
/// reading and the whole call in time (a request that [`Spends`] has longer), and caps the body's size (also after decompression;
/// a [`BodyLimit`] is obeyed).
/// It sends nothing twice but what is safe to (RFC 9110 §9.2.1), where the line broke before an answer began, and knows
/// nothing of OAuth.
#[async_trait]
pub trait HttpClient: Send + Sync {
    /// Any status is an answer, not an error, and so is a JSON object that came whole however its body ended, unless a
    /// [`BodyLimit`] says that there may be more.
    ///
    /// # Errors
    /// [`HttpError`] when no complete answer came.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError>;
}

/// Why no complete answer came.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind:?}: {detail}")]
pub struct HttpError {
    /// What kind of failure.
    pub kind: HttpErrorKind,
    /// The library's words, without URL query, header values or body.
    pub detail: String,
}

/// The kinds that lead to different advice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpErrorKind {
    /// The host's name has no address (offline, or a typing mistake). Nothing was sent.
    NameResolution,
    /// No connection. Nothing was sent.
    Connect,
    /// The certificate or the TLS handshake was refused. Nothing was sent.
    Tls,
    /// A time limit passed; the request may have arrived.
    Timeout,
    /// The connection broke after sending; the request may have arrived.
    Interrupted,
    /// The body was larger than the cap.
    BodyTooLarge,
}

impl HttpErrorKind {
    /// True when the server may have acted on the request although no answer was read.
    pub fn may_have_arrived(self) -> bool {
        matches!(self, Self::Timeout | Self::Interrupted | Self::BodyTooLarge)
    }
}
