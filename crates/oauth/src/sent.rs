//! What a request sent in secret, and its removal from what is answered: a server may repeat it in its words, and an
//! error's words end on a screen, in the record and in logs.

use std::ops::Deref;

use url::form_urlencoded;
use zeroize::Zeroizing;

use crate::client::Client;
use crate::http::{HttpClient, HttpError, HttpRequest, HttpResponse};
use crate::response::plain;

/// Stands in the place of a secret.
const REDACTED: &str = "[redacted]";

/// Shorter ones are no secrets, and stand anywhere by chance.
const SHORTEST: usize = 4;

/// Parameters whose values anybody may see. Every other counts as a secret.
const PUBLIC: &[&str] = &[
    "client_assertion_type",
    "client_id",
    "code_challenge",
    "code_challenge_method",
    "grant_type",
    "login_hint",
    "prompt",
    "redirect_uri",
    "resource",
    "response_type",
    "scope",
    "token_type_hint",
    "user_code",
];

/// The secrets of one request: an extension of it.
#[derive(Clone, Default)]
pub(crate) struct Sent(Vec<Zeroizing<String>>);

impl Sent {
    /// A client's own secret, and those among the parameters of its request, which have their standard names here.
    pub fn by<'a>(client: &Client, parameters: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let secret = client.secret().map(|secret| secret.expose());
        let values = parameters.filter(|(name, _)| !PUBLIC.contains(name)).map(|(_, value)| value);
        Self(values.chain(secret).map(|secret| Zeroizing::new(secret.to_owned())).collect())
    }

    /// With the credentials that its headers carry: the last word, after `Basic` or `Bearer`.
    fn of(request: &HttpRequest) -> Self {
        let mut sent = request.extensions().get::<Self>().cloned().unwrap_or_default();
        let words = request.headers().values().filter(|value| value.is_sensitive());
        let words = words.filter_map(|value| value.to_str().ok()?.split(' ').next_back());
        sent.0.extend(words.map(|word| Zeroizing::new(word.to_owned())));
        sent
    }

    /// A server's words as [`plain`], without what was sent to it.
    pub fn plain(&self, text: &str, limit: usize) -> String {
        let secrets: Vec<&str> = self.0.iter().map(|secret| secret.as_str()).collect();
        // Before it is cut: half of a secret would not be found.
        plain(&redacted(plain(text, usize::MAX), &secrets), limit)
    }
}

/// What came back, and what was sent for it.
pub struct Answer {
    response: HttpResponse,
    pub(crate) sent: Sent,
}

/// An answer that nobody sent a secret for.
impl From<HttpResponse> for Answer {
    fn from(response: HttpResponse) -> Self {
        Self { response, sent: Sent::default() }
    }
}

impl Deref for Answer {
    type Target = HttpResponse;

    fn deref(&self) -> &HttpResponse {
        &self.response
    }
}

/// Sends a request whose answer is read here.
///
/// # Errors
/// [`HttpError`] when no complete answer came.
pub(crate) async fn ask(http: &dyn HttpClient, request: HttpRequest) -> Result<Answer, HttpError> {
    let sent = Sent::of(&request);
    Ok(Answer { response: http.send(request).await?, sent })
}

/// The text without any of `secrets`, also as a URL, a form or JSON writes it, and without its percent-encoding.
pub fn redacted(mut text: String, secrets: &[&str]) -> String {
    for form in secrets.iter().filter(|secret| secret.len() >= SHORTEST).flat_map(|secret| forms(secret)) {
        if form.len() >= SHORTEST {
            text = text.replace(form.as_str(), REDACTED);
        }
    }
    text
}

fn forms(secret: &str) -> [Zeroizing<String>; 7] {
    let in_json = serde_json::Value::from(secret).to_string();
    let in_json = in_json.trim_matches('"').to_owned();
    let one_value = secret.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    let decoded = form_urlencoded::parse(one_value.as_bytes()).next().map(|(name, _)| name.into_owned());
    [
        secret.to_owned(),
        in_json.replace('/', "\\/"),
        in_json,
        form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
        percent(secret, |byte| format!("%{byte:02X}")),
        percent(secret, |byte| format!("%{byte:02x}")),
        decoded.unwrap_or_default(),
    ]
    .map(Zeroizing::new)
}

/// RFC 3986 §2.1, §2.3.
fn percent(secret: &str, encode: impl Fn(u8) -> String) -> String {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    secret
        .bytes()
        .map(|byte| if unreserved(byte) { char::from(byte).to_string() } else { encode(byte) })
        .collect()
}

#[cfg(test)]
#[path = "sent_tests.rs"]
mod tests;
