//! A request to a provider's API with the access token (RFC 6750 §2.1).

use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use http::{Method, StatusCode};
use url::Url;

use crate::dialect::{ApiDialect, RequestTemplate};
use crate::endpoint::{Endpoint, shown};
use crate::error::OAuthError;
use crate::http::{BodyLimit, HttpClient, HttpRequest, HttpResponse};
use crate::response::plain;
use crate::template::Values;

/// Redirects that are followed.
pub const MOST_REDIRECTS: usize = 5;

/// Bytes of an answer. An API sends files too.
const LARGEST: BodyLimit = BodyLimit(32 << 20);

/// A request as somebody asks for it, without the token.
#[derive(Debug, Clone)]
pub struct ApiRequest {
    method: Method,
    endpoint: Endpoint,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// Why a request is not one that a token is sent with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApiRequestError {
    /// CONNECT and TRACE (RFC 9110 §9.3.8: it would be sent back), or no method at all.
    #[error("{0} is not a method that a token is sent with")]
    Method(String),
    /// Not a header (RFC 9110 §5).
    #[error("not a header like `Name: value`: {0}")]
    Header(String),
    /// A header that the connection or the network decides.
    #[error("the header {0} is not yours to set here")]
    OwnHeader(String),
}

/// Decided by the message itself.
const FRAMING: [&str; 7] =
    ["host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"];

/// Whether a header is decided by the message itself, and nobody's to set.
pub fn is_framing(name: &str) -> bool {
    FRAMING.contains(&name)
}

impl ApiRequest {
    /// `headers` are the person's own, and replace those of the provider's file; a body is JSON unless they say
    /// otherwise.
    ///
    /// # Errors
    /// [`ApiRequestError`].
    pub fn new(
        method: &str,
        endpoint: Endpoint,
        headers: &[(String, String)],
        body: Option<Vec<u8>>,
        dialect: &ApiDialect,
    ) -> Result<Self, ApiRequestError> {
        let wrong = || ApiRequestError::Method(plain(method, 20));
        let parsed: Method = method.to_ascii_uppercase().parse().map_err(|_| wrong())?;
        if [Method::CONNECT, Method::TRACE].contains(&parsed) {
            return Err(wrong());
        }
        let (token_header, _) = token_header(dialect);
        let mut own = HeaderMap::new();
        if body.is_some() {
            own.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        for (name, value) in headers {
            let wrong = || ApiRequestError::Header(plain(name, 40));
            let name = HeaderName::try_from(name).map_err(|_| wrong())?;
            if is_framing(name.as_str()) || name.as_str().eq_ignore_ascii_case(token_header) {
                return Err(ApiRequestError::OwnHeader(name.to_string()));
            }
            let mut value = HeaderValue::try_from(value).map_err(|_| wrong())?;
            value.set_sensitive(true);
            own.insert(name, value);
        }
        Ok(Self { method: parsed, endpoint, headers: own, body: body.unwrap_or_default() })
    }

    /// What is asked for.
    pub fn method(&self) -> &str {
        self.method.as_str()
    }

    /// Where it goes first.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Sends it once. A redirect is followed on GET and HEAD only; to another origin without the token and without any
    /// header of this request but `Accept`. One that is not followed is the answer.
    ///
    /// # Errors
    /// `Http` when no complete answer came, `Invalid` when a header of the provider's file cannot be filled in.
    pub async fn send(
        &self,
        http: &dyn HttpClient,
        dialect: &ApiDialect,
        values: &Values<'_>,
    ) -> Result<ApiAnswer, OAuthError> {
        let mut headers = self.with_token(dialect, values)?;
        let mut place = self.endpoint.url().clone();
        let (mut redirects, mut had_token) = (0, true);
        loop {
            let response = http.send(self.to(&place, &headers, had_token)).await?;
            let next = if redirects < MOST_REDIRECTS { self.redirect(&place, &response) } else { None };
            let Some(next) = next else { return Ok(ApiAnswer { response, had_token }) };
            if next.origin() != place.origin() {
                headers = headers.remove(ACCEPT).map(|accept| (ACCEPT, accept)).into_iter().collect();
                had_token = false;
            }
            place = next;
            redirects += 1;
        }
    }

    /// The headers of the provider's file and the person's own.
    fn with_token(&self, dialect: &ApiDialect, values: &Values<'_>) -> Result<HeaderMap, OAuthError> {
        let mut headers = dialect.headers.clone();
        let (name, value) = token_header(dialect);
        headers.insert(name.to_owned(), value.to_owned());
        // A brace of the address is not for filling in.
        let place = self.endpoint.url().as_str().replace('{', "%7B").replace('}', "%7D");
        let template = RequestTemplate { url: Some(place), headers, ..RequestTemplate::default() };
        let mut headers = std::mem::take(template.request("none", values)?.headers_mut());
        for (name, value) in &self.headers {
            headers.insert(name, value.clone());
        }
        Ok(headers)
    }

    /// A body is for the origin it was written for, as the token is.
    fn to(&self, place: &Url, headers: &HeaderMap, with_body: bool) -> HttpRequest {
        let mut request = HttpRequest::new(if with_body { self.body.clone() } else { Vec::new() });
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = place.as_str().parse().unwrap_or_default();
        *request.headers_mut() = headers.clone();
        request.extensions_mut().insert(LARGEST);
        request
    }

    /// Where an answer sends this request on to, if it may go there: never from https to http.
    fn redirect(&self, from: &Url, response: &HttpResponse) -> Option<Url> {
        let safe = [Method::GET, Method::HEAD].contains(&self.method);
        if !safe || !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
            return None;
        }
        let mut next = from.join(response.headers().get(LOCATION)?.to_str().ok()?).ok()?;
        next.set_fragment(None);
        let next = Endpoint::parse(next.as_str()).ok()?.url().clone();
        (from.scheme() != "https" || next.scheme() == "https").then_some(next)
    }
}

/// What came back.
#[derive(Debug)]
pub struct ApiAnswer {
    response: HttpResponse,
    had_token: bool,
}

/// Headers that say something of the answer, and nothing of who asked. Rate limits are shown too, by their prefix.
const SHOWN: [&str; 13] = [
    "cache-control",
    "content-language",
    "content-type",
    "date",
    "etag",
    "last-modified",
    "link",
    "location",
    "retry-after",
    "server",
    "vary",
    "www-authenticate",
    "x-request-id",
];

impl ApiAnswer {
    /// The status.
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// The server says that it does not take the token. What it says to a request without one does not count.
    pub fn refuses_token(&self) -> bool {
        self.had_token && self.status() == StatusCode::UNAUTHORIZED
    }

    /// The server has done as asked, with the token.
    pub fn takes_token(&self) -> bool {
        self.had_token && self.status().is_success()
    }

    /// The body, to the letter.
    pub fn body(&self) -> &[u8] {
        self.response.body()
    }

    /// Headers fit to show, in lower case, as clean lines.
    pub fn headers(&self) -> Vec<(String, String)> {
        let is_shown = |name: &str| {
            SHOWN.contains(&name) || name.starts_with("x-ratelimit-") || name.starts_with("ratelimit")
        };
        let line = |(name, value): (&HeaderName, &HeaderValue)| {
            let text = String::from_utf8_lossy(value.as_bytes());
            // Where a redirect points to may carry what it authorizes.
            // Longer than any token: half of one could not be found and hidden by who shows this.
            let text = if name == LOCATION { shown(&text) } else { plain(&text, 64 * 1024) };
            (name.to_string(), text)
        };
        self.response.headers().iter().filter(|(name, _)| is_shown(name.as_str())).map(line).collect()
    }
}

/// The header that carries the token, and its value with `{access_token}` in it.
fn token_header(dialect: &ApiDialect) -> (&str, &str) {
    dialect.header.split_once(": ").unwrap_or(("Authorization", "Bearer {access_token}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    use async_trait::async_trait;

    use super::*;
    use crate::client::{BasicStyle, Client, ClientAuth};
    use crate::http::HttpError;
    use crate::secret::AccessToken;

    fn request(
        method: &str,
        headers: &[(&str, &str)],
        dialect: &ApiDialect,
    ) -> Result<ApiRequest, ApiRequestError> {
        let headers: Vec<_> = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        ApiRequest::new(method, Endpoint::parse("https://api.example/v1").unwrap(), &headers, None, dialect)
    }

    #[test]
    fn what_the_connection_decides_is_not_a_persons_to_set() {
        let usual = ApiDialect::default();
        let own = ApiDialect { header: "X-Token: {access_token}".into(), ..ApiDialect::default() };
        assert!(request("get", &[("X-Mine", "1"), ("Accept", "text/csv")], &usual).is_ok());
        assert!(request("GET", &[("X-Token", "1")], &usual).is_ok());
        for (method, headers, dialect) in [
            ("TRACE", &[][..], &usual),
            ("connect", &[], &usual),
            ("a b", &[], &usual),
            ("GET", &[("authorization", "x")], &usual),
            ("GET", &[("x-token", "x")], &own),
            ("GET", &[("Host", "x")], &usual),
            ("GET", &[("X-Mine", "a\r\nb: c")], &usual),
            ("GET", &[("X Mine", "a")], &usual),
        ] {
            assert!(request(method, headers, dialect).is_err(), "{method} {headers:?}");
        }
    }

    /// Sends each first request of an origin on to the next; keeps what it was sent.
    struct Hosts(Mutex<Vec<HttpRequest>>);

    #[async_trait]
    impl HttpClient for Hosts {
        async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
            let mut response = HttpResponse::new(Vec::new());
            let next = match request.uri().to_string().as_str() {
                "https://api.example/v1" => Some("/v2"),
                "https://api.example/v2" => Some("https://cdn.example/v2"),
                _ => None,
            };
            if let Some(next) = next {
                *response.status_mut() = StatusCode::FOUND;
                response.headers_mut().insert(LOCATION, HeaderValue::from_static(next));
            }
            self.0.lock().unwrap().push(request);
            Ok(response)
        }
    }

    #[tokio::test]
    async fn neither_token_nor_body_reaches_another_origin() {
        let (usual, http) = (ApiDialect::default(), Hosts(Mutex::default()));
        let endpoint = Endpoint::parse("https://api.example/v1").unwrap();
        let request = ApiRequest::new("GET", endpoint, &[], Some(b"canary".to_vec()), &usual).unwrap();
        let client = Client { id: "me".into(), auth: ClientAuth::None, basic: BasicStyle::default() };
        let (token, captured) = (AccessToken::new("at".into()), BTreeMap::new());
        request.send(&http, &usual, &Values::new(&client, &token, &captured)).await.unwrap();
        let sent = http.0.into_inner().unwrap();
        let seen = sent.iter().map(|it| (it.body().as_slice(), it.headers().contains_key("authorization")));
        assert_eq!(seen.collect::<Vec<_>>(), [(&b"canary"[..], true), (b"canary", true), (b"", false)]);
    }

    #[test]
    fn a_header_is_not_cut_where_a_token_could_stand() {
        let long = format!("{}canary", "x".repeat(997));
        let mut response = HttpResponse::new(Vec::new());
        response.headers_mut().insert("x-request-id", long.parse().unwrap());
        let answer = ApiAnswer { response, had_token: true };
        assert_eq!(answer.headers(), [("x-request-id".to_owned(), long)]);
    }

    #[test]
    fn only_a_safe_request_is_sent_on_and_never_in_the_clear() {
        let to = |method: &str, status: u16, location: &str| {
            let mut response = HttpResponse::new(Vec::new());
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            response.headers_mut().insert(LOCATION, location.parse().unwrap());
            let from = Url::parse("https://api.example/v1/me").unwrap();
            let next = request(method, &[], &ApiDialect::default()).unwrap().redirect(&from, &response);
            next.map(String::from)
        };
        assert_eq!(to("GET", 302, "../v2/me#x").as_deref(), Some("https://api.example/v2/me"));
        assert_eq!(to("HEAD", 308, "//cdn.example/a").as_deref(), Some("https://cdn.example/a"));
        assert_eq!(to("POST", 307, "/v2/me"), None);
        assert_eq!(to("GET", 304, "/v2/me"), None);
        for elsewhere in
            ["http://api.example/", "http://127.0.0.1/", "https://u:p@api.example/", "file:///etc"]
        {
            assert_eq!(to("GET", 302, elsewhere), None, "{elsewhere}");
        }
    }
}
