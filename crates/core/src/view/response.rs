//! What an API answered, made fit to show: whole in the command's `--json`, without the connection's secrets in the window.

use std::collections::BTreeMap;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde::Serialize;
use tokenrack_oauth::sent::redacted;

use crate::engine::Response;

/// What a provider's API answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ResponseView {
    /// The HTTP status.
    pub status: u16,
    /// Its words: "Not Found".
    pub reason: String,
    /// From the request to the whole answer.
    pub duration_ms: u32,
    /// Bytes of the whole body.
    #[cfg_attr(test, ts(type = "number"))]
    pub size: usize,
    /// What the body is.
    pub content_type: Option<String>,
    /// Headers that say nothing of who asked, in lower case.
    pub headers: BTreeMap<String, String>,
    /// As much of it as is shown.
    pub body: String,
    /// How the body is written here.
    pub encoding: BodyEncoding,
    /// There is more of it.
    pub truncated: bool,
}

/// How a body is written in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum BodyEncoding {
    /// As it is.
    Text,
    /// It is no UTF-8.
    Base64,
}

impl ResponseView {
    /// The answer with at most `limit` bytes of its body. Each of `secrets` is replaced wherever it stands, also as a URL
    /// or JSON writes it, before anything is cut.
    pub fn new(response: &Response, limit: usize, secrets: &[&str]) -> Self {
        let answer = &response.answer;
        let headers: BTreeMap<String, String> =
            answer.headers().into_iter().map(|(name, value)| (name, redacted(value, secrets))).collect();
        let status = answer.status();
        let (body, encoding, truncated) = body(answer.body(), limit, secrets);
        Self {
            status: status.as_u16(),
            reason: status.canonical_reason().unwrap_or_default().to_owned(),
            duration_ms: u32::try_from(response.duration.as_millis()).unwrap_or(u32::MAX),
            size: answer.body().len(),
            content_type: headers.get("content-type").cloned(),
            headers,
            body,
            encoding,
            truncated,
        }
    }
}

/// Text that is cut ends with a whole character; what is no text at all is not searched for secrets, but not shown either
/// when there are some to hide.
fn body(bytes: &[u8], limit: usize, secrets: &[&str]) -> (String, BodyEncoding, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => {
            let text = redacted(text.to_owned(), secrets);
            let end = (0..=limit.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
            (text[..end].to_owned(), BodyEncoding::Text, end < text.len())
        }
        Err(_) if !secrets.is_empty() => (String::new(), BodyEncoding::Base64, true),
        Err(_) => {
            let end = bytes.len().min(limit);
            (BASE64_STANDARD.encode(&bytes[..end]), BodyEncoding::Base64, end < bytes.len())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_replaced_however_it_is_written() {
        let secret = "a+B/c\"d=";
        for written in [secret, "a%2BB%2Fc%22d%3D", "a%2bB%2fc%22d%3d", "a+B/c\\\"d=", "a+B\\/c\\\"d="] {
            let (text, ..) = body(format!("<{written}>").as_bytes(), 99, &[secret, "d"]);
            assert_eq!(text, "<[redacted]>", "{written}");
        }
    }

    #[test]
    fn a_secret_at_the_edge_is_gone_before_the_rest_is_cut() {
        assert_eq!(body(b"xx canary", 6, &["canary"]), ("xx [re".into(), BodyEncoding::Text, true));
        assert_eq!(body("a\u{e9}\u{e9}".as_bytes(), 4, &[]), ("a\u{e9}".into(), BodyEncoding::Text, true));
        assert_eq!(body(&[0xff, 0xfe, 0xfd], 2, &[]), ("//4=".into(), BodyEncoding::Base64, true));
        assert_eq!(body(&[0xff, 0xfe], 2, &["canary"]), (String::new(), BodyEncoding::Base64, true));
    }
}
