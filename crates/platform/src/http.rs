//! The one HTTP client: certificates verified, no redirects, each request on a connection of its own, every wait and every
//! size limited.

use std::error::Error;
use std::future::Future;
use std::io::{self, Read as _};
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::time::Duration;

use async_trait::async_trait;
use flate2::read::MultiGzDecoder;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokenrack_core::ports::{
    BodyLimit, HttpClient, HttpError, HttpErrorKind, HttpRequest, HttpResponse, Spends,
};
use tokenrack_oauth::salvage;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

/// How long and how much one call may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Until a connection stands, TLS included; on Linux also until the other side's system has taken what was sent.
    pub connect: Duration,
    /// For an answer that can be asked for again.
    pub usual: Patience,
    /// For the answer to a request that [`Spends`].
    pub spending: Patience,
    /// Bytes of the answer's body, after decompression.
    pub body: usize,
}

/// How long an answer is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Until it begins, connecting included, and between two of its pieces. Longer than [`Limits::connect`], so that
    /// "nothing was sent" stays certain; for what [`Spends`] more than twice, so that nothing is sent any more when it is
    /// given up.
    pub read: Duration,
    /// For the whole call.
    pub total: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let patience =
            |read, total| Patience { read: Duration::from_secs(read), total: Duration::from_secs(total) };
        Self {
            connect: Duration::from_secs(10),
            usual: patience(15, 30),
            // Most gateways give up after 60 s, and say so.
            spending: patience(70, 100),
            body: 1 << 20,
        }
    }
}

/// What each limit is exceeded by: a process that was stopped for longer than the limit finds it passed, and reads what has
/// arrived meanwhile.
const LAST_CHANCE: Duration = Duration::from_millis(250);

/// Goes with a proof for one use (RFC 9449), which a server refuses the second time.
const PROOF: &str = "dpop";

/// A client is not built again sooner: a machine that is offline asks often.
const BUILT_FOR: Duration = Duration::from_secs(60);

/// More than any server sends that means well.
const MOST_HEADERS: usize = 1000;

/// [`HttpClient`] over reqwest and rustls. Made in no time; the real clients are built when first needed,
/// because loading the system's certificates would cost a command that sends nothing.
#[derive(Debug, Default)]
pub struct ReqwestClient {
    limits: Limits,
    outside: Mutex<Option<Built>>,
    loopback: Mutex<Option<Built>>,
}

/// A client with the root certificates and the proxy that the system had at that time.
#[derive(Debug)]
struct Built {
    client: reqwest::Client,
    at: Instant,
}

impl ReqwestClient {
    /// A client with these limits.
    pub fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Loopback never goes through a proxy; everything else goes the way the system says.
    fn built(&self, loopback: bool) -> &Mutex<Option<Built>> {
        if loopback { &self.loopback } else { &self.outside }
    }

    async fn client(&self, loopback: bool) -> Result<reqwest::Client, HttpError> {
        let (mut built, limits) = (self.built(loopback).lock().await, self.limits);
        if let Some(built) = &*built {
            return Ok(built.client.clone());
        }
        let client = tokio::task::spawn_blocking(move || build(limits, loopback))
            .await
            .map_err(|e| HttpError { kind: HttpErrorKind::Connect, detail: e.to_string() })?
            .map_err(|e| HttpError { kind: HttpErrorKind::Tls, detail: words(&e) })?;
        *built = Some(Built { client: client.clone(), at: Instant::now() });
        Ok(client)
    }

    /// What the system says by now may be why no connection stood: the next request asks it.
    async fn forget(&self, loopback: bool) {
        self.built(loopback).lock().await.take_if(|built| built.at.elapsed() >= BUILT_FOR);
    }
}

#[async_trait]
impl HttpClient for ReqwestClient {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let loopback = is_loopback(request.uri().host());
        let client = self.client(loopback).await?;
        let usual = self.limits.body;
        let limit = request.extensions().get().map_or(usual, |BodyLimit(bytes)| *bytes);
        let spends = request.extensions().get::<Spends>().is_some();
        let patience = if spends { self.limits.spending } else { self.limits.usual };
        let is_repeatable = !spends && request.method().is_safe() && !request.headers().contains_key(PROOF);
        let request = reqwest::Request::try_from(request)
            .map_err(|e| HttpError { kind: HttpErrorKind::Connect, detail: words(&e.without_url()) })?;
        let mut answer = HttpResponse::default();
        let again = is_repeatable.then(|| request.try_clone()).flatten();
        let read = read(&client, request, again, patience.read, limit, &mut answer);
        let read = within(patience.total, read).await.and_then(|read| read);
        if read.as_ref().is_err_and(|error| !error.kind.may_have_arrived()) {
            self.forget(loopback).await;
        }
        // Where more is taken, it may be a file, or an object the first of several.
        let may_be_more = limit > usual;
        match read.and(unpack(&mut answer, limit, may_be_more)) {
            Err(error) if may_be_more || !is_object(&error, answer.body()) => Err(error),
            _ => Ok(answer),
        }
    }
}

/// Sends and reads; what came before a failure is in `answer`. `again` is sent where the line broke before one began.
async fn read(
    client: &reqwest::Client,
    request: reqwest::Request,
    again: Option<reqwest::Request>,
    pause: Duration,
    limit: usize,
    answer: &mut HttpResponse,
) -> Result<(), HttpError> {
    let begin = async |request| within(pause, client.execute(request)).await?.map_err(explain);
    let mut response = match (begin(request).await, again) {
        (Err(error), Some(request)) if error.kind == HttpErrorKind::Interrupted => begin(request).await?,
        (begun, _) => begun?,
    };
    *answer.status_mut() = response.status();
    *answer.version_mut() = response.version();
    *answer.headers_mut() = std::mem::take(response.headers_mut());
    while let Some(piece) = within(pause, response.chunk()).await?.map_err(explain)? {
        if answer.body().len() + piece.len() > limit {
            return Err(too_large(limit));
        }
        answer.body_mut().extend_from_slice(&piece);
    }
    Ok(())
}

fn too_large(limit: usize) -> HttpError {
    let detail = format!("the answer is larger than {limit} bytes");
    HttpError { kind: HttpErrorKind::BodyTooLarge, detail }
}

/// Unpacks a body of gzip (RFC 1952), whatever the header calls it; one that the header does not call packed may be a file.
/// What comes before a fault stays. None is asked for, because some servers pack wrong.
fn unpack(answer: &mut HttpResponse, limit: usize, may_be_file: bool) -> Result<(), HttpError> {
    let is_named = answer.headers().contains_key(CONTENT_ENCODING);
    if !answer.body().starts_with(&[0x1f, 0x8b]) || may_be_file && !is_named {
        return Ok(());
    }
    for name in [CONTENT_ENCODING, CONTENT_LENGTH] {
        answer.headers_mut().remove(name);
    }
    let packed = std::mem::take(answer.body_mut());
    let mut unpacked = MultiGzDecoder::new(packed.as_slice()).take(limit as u64 + 1);
    let end = unpacked.read_to_end(answer.body_mut());
    if answer.body().len() > limit {
        answer.body_mut().clear();
        return Err(too_large(limit));
    }
    let detail = || "the answer is packed and cannot be unpacked".to_owned();
    end.map(drop).map_err(|_| HttpError { kind: HttpErrorKind::Interrupted, detail: detail() })
}

/// What `work` gives within `limit`, or in the last chance after it.
async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Result<T, HttpError> {
    let mut work = pin!(work);
    if let Ok(done) = timeout(limit, &mut work).await {
        return Ok(done);
    }
    let detail = || format!("no answer, or no end of it, within {} s", limit.as_secs());
    timeout(LAST_CHANCE, work).await.map_err(|_| HttpError { kind: HttpErrorKind::Timeout, detail: detail() })
}

/// Whether an answer that broke off, or came to no end, is whole all the same: an object that is cut cannot be read, and in
/// a whole one are perhaps tokens that nobody gives again.
fn is_object(error: &HttpError, body: &[u8]) -> bool {
    error.kind != HttpErrorKind::BodyTooLarge && salvage::has_object(body)
}

fn build(limits: Limits, loopback: bool) -> reqwest::Result<reqwest::Client> {
    // Fails when it is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder()
        .user_agent(concat!("tokenrack/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .dns_resolver(SystemResolver)
        .connect_timeout(limits.connect)
        // An odd head does no harm, and behind it are perhaps tokens that nobody gives again.
        .http1_allow_obsolete_multiline_headers_in_responses(true)
        .http1_allow_spaces_after_header_name_in_responses(true)
        .http1_ignore_invalid_headers_in_responses(true)
        .http1_max_headers(MOST_HEADERS)
        // The server may close one that is used again at that moment, and nobody knows what became of the request.
        .pool_max_idle_per_host(0)
        // One probe that is lost would end a connection whose server is only slow. What is waited for has its own limits.
        .tcp_keepalive(None)
        .tcp_keepalive_interval(None)
        .tcp_keepalive_retries(None);
    // The kernel would go on sending what nobody took for minutes, also after the connection was given up: a refresh token
    // would arrive when the next try has spent it.
    #[cfg(target_os = "linux")]
    let builder = builder.tcp_user_timeout(limits.connect);
    if loopback { builder.no_proxy() } else { builder }.build()
}

fn is_loopback(host: Option<&str>) -> bool {
    let host = host.unwrap_or_default().trim_matches(['[', ']']);
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The system's resolver, with failures of a type of their own, so that "no such name" is told from "no connection"
/// by type and not by a library's wording.
struct SystemResolver;

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct NameFailure(io::Error);

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(NameFailure)?;
            let found: Vec<SocketAddr> = found.collect();
            if found.is_empty() {
                return Err(NameFailure(io::Error::other("the name has no address")).into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// The order matters: a time limit while connecting means that nothing was sent.
fn explain(error: reqwest::Error) -> HttpError {
    let error = error.without_url();
    let kind = if found::<NameFailure>(&error).is_some() {
        HttpErrorKind::NameResolution
    } else if error.is_connect() {
        if found::<rustls::Error>(&error).is_some() { HttpErrorKind::Tls } else { HttpErrorKind::Connect }
    } else if error.is_timeout() {
        HttpErrorKind::Timeout
    } else {
        HttpErrorKind::Interrupted
    };
    let detail = plainly(&error).map_or_else(|| words(&error), str::to_owned);
    HttpError { kind, detail }
}

/// What a mistyped address leads to, without the libraries' words for it.
fn plainly(error: &reqwest::Error) -> Option<&'static str> {
    match found::<io::Error>(error).map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => return Some("nothing listens at this address and port"),
        Some(io::ErrorKind::TimedOut) if !error.is_connect() => {
            return Some("the network did not take what was sent");
        }
        _ => {}
    }
    let no_tls = rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType);
    (found::<rustls::Error>(error) == Some(&no_tls))
        .then_some("what listens there does not speak TLS; does the address begin with http:?")
}

/// The innermost error of this type among the causes. `io::Error` hides what it wraps from `source()`.
fn found<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    let within = wrapped.and_then(|inner| found(inner)).or_else(|| error.source().and_then(found));
    within.or_else(|| error.downcast_ref())
}

/// The causes in one line, each once.
fn words(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !line.contains(&text) {
            line = format!("{line}: {text}");
        }
        cause = error.source();
    }
    line
}

#[cfg(test)]
#[path = "http_tests.rs"]
mod tests;
