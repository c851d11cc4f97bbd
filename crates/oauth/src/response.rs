//! Reads an answer: status, content type, JSON, success or error; then hands on plain values.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::dialect::SuccessCheck;
use crate::error::{OAuthError, ServerError};
use crate::http::HttpResponse;
use crate::sent::{Answer, Sent};

/// No server makes a client wait longer than this by `Retry-After`.
const LONGEST_WAIT: u32 = 3600;

/// A JSON object from a success status, or the failure it is.
///
/// # Errors
/// As [`json`]; `Unreadable` for JSON that is no object.
pub fn json_object(
    response: &Answer,
    success: Option<&SuccessCheck>,
    now: Timestamp,
) -> Result<Value, OAuthError> {
    let status = response.status().as_u16();
    let body = json(response, success, now)?;
    if body.is_object() {
        Ok(body)
    } else {
        Err(OAuthError::Unreadable { status, what: "JSON, but not an object" })
    }
}

/// JSON from a success status, or the failure it is.
///
/// # Errors
/// `Server` for an RFC error body under any status, `Status` for other non-success statuses, `Unreadable` for the rest.
pub fn json(response: &Answer, success: Option<&SuccessCheck>, now: Timestamp) -> Result<Value, OAuthError> {
    let status = response.status().as_u16();
    let retry_after = retry_after(response, now);
    let body: Option<Value> =
        if is_json(response) { serde_json::from_slice(response.body()).ok() } else { None };
    if let Some(body) = &body
        && let Some(error) = server_error(body, success, status, retry_after, &response.sent)
    {
        return Err(OAuthError::Server(error));
    }
    if !response.status().is_success() {
        return Err(OAuthError::Status { status, retry_after });
    }
    match body {
        Some(body) => Ok(body),
        None if is_json(response) => Err(OAuthError::Unreadable { status, what: "not valid JSON" }),
        None => Err(OAuthError::Unreadable { status, what: "not JSON" }),
    }
}

/// For endpoints whose success has no body (RFC 7009 §2.2).
///
/// # Errors
/// As [`json_object`], but any body is fine with a success status.
pub fn success_only(response: &Answer, now: Timestamp) -> Result<(), OAuthError> {
    if response.status().is_success() {
        return Ok(());
    }
    match json_object(response, None, now) {
        Err(error) => Err(error),
        Ok(_) => Err(OAuthError::Status { status: response.status().as_u16(), retry_after: None }),
    }
}

/// The RFC's error member, or what the dialect calls one.
fn server_error(
    body: &Value,
    success: Option<&SuccessCheck>,
    status: u16,
    retry_after: Option<u32>,
    sent: &Sent,
) -> Option<ServerError> {
    let (failed, pointer) = match success {
        None => (body.get("error").is_some_and(|error| !is_none(error)), "/error"),
        Some(check) => (!passes(body, check), check.error.as_deref().unwrap_or("/error")),
    };
    let code = body.pointer(pointer).and_then(Value::as_str);
    let http_failed = !(200..300).contains(&status);
    if !(failed || http_failed && code.is_some()) {
        return None;
    }
    let description = body.get("error_description").and_then(Value::as_str);
    let nested = body.pointer("/error/message").and_then(Value::as_str);
    Some(ServerError {
        code: code_of(code.unwrap_or("error"), sent),
        description: description.or(nested).map(|text| sent.plain(text, 300)).filter(|text| !text.is_empty()),
        status,
        retry_after,
    })
}

/// A code as the RFCs write them is no secret, also where a client's secret is a word like "client".
fn code_of(text: &str, sent: &Sent) -> String {
    let is_code = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if is_code { plain(text, 80) } else { sent.plain(text, 80) }
}

/// A member that is there and says nothing. TikTok's API says `"error": {"code": "ok"}` with every success.
fn is_none(error: &Value) -> bool {
    [Value::Null, Value::Bool(false), Value::from(0), Value::from("")].contains(error)
        || error.as_array().is_some_and(Vec::is_empty)
        || error.get("code").is_some_and(|code| code == "ok")
}

/// Whether an answer calls itself an error in any of the usual ways, whatever the dialect takes for one.
pub(crate) fn is_error(body: &Value) -> bool {
    let has = |name: &&str| body.get(name).is_some_and(|error| !is_none(error));
    let denies = |name: &&str| body.get(name) == Some(&Value::Bool(false));
    ["error", "errors"].iter().any(has) || ["success", "ok"].iter().any(denies)
}

/// Whether the dialect takes this body for a success.
pub fn passes(body: &Value, check: &SuccessCheck) -> bool {
    let absent = check.absent.as_ref().is_none_or(|pointer| body.pointer(pointer).is_none_or(Value::is_null));
    let equals = match (&check.pointer, &check.equals) {
        (Some(pointer), Some(value)) => body.pointer(pointer) == Some(value),
        (Some(pointer), None) => body.pointer(pointer).is_some(),
        (None, _) => true,
    };
    absent && equals
}

fn is_json(response: &HttpResponse) -> bool {
    let Some(value) = response.headers().get(http::header::CONTENT_TYPE) else { return true };
    let Ok(text) = value.to_str() else { return false };
    let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// Seconds or a date (RFC 9110 §10.2.3), capped at an hour.
fn retry_after(response: &HttpResponse, now: Timestamp) -> Option<u32> {
    let text = response.headers().get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds = match text.parse::<u64>() {
        Ok(seconds) => seconds,
        Err(_) => {
            let date = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
            u64::try_from(date.as_second() - now.as_second()).unwrap_or(0)
        }
    };
    Some(u32::try_from(seconds).unwrap_or(u32::MAX).min(LONGEST_WAIT))
}

/// Text from outside made fit to show: one line of at most `limit` characters, the last of them `…` where more was
/// there, and nothing in it that a reader cannot see or that moves what is beside it.
pub fn plain(text: &str, limit: usize) -> String {
    let seen: String =
        text.chars().filter(|c| !is_hidden(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = seen.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= limit {
        return line;
    }
    let kept: String = line.chars().take(limit.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// A captured value is no longer than this.
pub const LONGEST_VALUE: usize = 512;

/// Text from outside made fit to keep and to send again: one clean line. `None` when nothing is left, or when it is
/// longer than [`LONGEST_VALUE`] characters: half of a value is another value.
pub fn value(text: &str) -> Option<String> {
    let clean = plain(text, LONGEST_VALUE + 1);
    (1..=LONGEST_VALUE).contains(&clean.chars().count()).then_some(clean)
}

/// What a pointer finds, as text: a string or a number.
pub fn text(body: &Value, pointer: &str) -> Option<String> {
    match body.pointer(pointer)? {
        Value::String(text) => value(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The values that a dialect keeps of an answer: a name of its own, and where the value is.
pub fn values(body: &Value, capture: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    capture.iter().filter_map(|(name, pointer)| Some((name.clone(), text(body, pointer)?))).collect()
}

/// Characters without a shape of their own: bidi controls (UAX #9 §2), zero-width and other default-ignorable ones
/// (UAX #44, less the variation selectors that emoji need), private use, tags. The separators of lines and
/// paragraphs are white space, which becomes one space.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{e000}'..='\u{f8ff}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, content_type: &str, body: &str) -> Answer {
        let answer = http::Response::builder()
            .status(status)
            .header("content-type", content_type)
            .header("retry-after", "Sun, 06 Nov 1994 08:50:37 GMT")
            .body(body.as_bytes().to_vec());
        answer.unwrap().into()
    }

    fn now() -> Timestamp {
        "1994-11-06T08:49:37Z".parse().unwrap()
    }

    #[test]
    fn every_kind_of_answer_is_told_apart() {
        let read = |status, kind, body| json_object(&answer(status, kind, body), None, now());
        assert!(read(200, "application/json; charset=utf-8", "{}").is_ok());
        assert!(read(200, "application/json", r#"{"error":{"code":"ok"}}"#).is_ok());
        assert!(read(200, "application/json", r#"{"error":{"code":"denied"}}"#).is_err());
        assert!(matches!(read(200, "text/html", "{}"), Err(OAuthError::Unreadable { .. })));
        assert!(matches!(read(200, "application/json", "[]"), Err(OAuthError::Unreadable { .. })));
        assert!(matches!(read(200, "application/json", "null"), Err(OAuthError::Unreadable { .. })));
        assert!(matches!(read(400, "application/json", ""), Err(OAuthError::Status { status: 400, .. })));
        assert_eq!(
            read(503, "text/html", "<p>"),
            Err(OAuthError::Status { status: 503, retry_after: Some(60) })
        );
        let Err(OAuthError::Server(error)) = read(200, "application/json", r#"{"error":"invalid_grant"}"#)
        else {
            panic!("an error with status 200 is an error")
        };
        assert_eq!((error.code.as_str(), error.status), ("invalid_grant", 200));
    }

    #[test]
    fn a_dialect_says_what_success_is() {
        let check =
            SuccessCheck { pointer: Some("/ok".into()), equals: Some(true.into()), ..Default::default() };
        let read = |body| json_object(&answer(200, "application/json", body), Some(&check), now());
        assert!(read(r#"{"ok":true}"#).is_ok());
        let Err(OAuthError::Server(error)) = read(r#"{"ok":false,"error":"token_revoked"}"#) else {
            panic!("not ok is an error")
        };
        assert_eq!(error.code, "token_revoked");
    }

    #[test]
    fn text_from_outside_becomes_one_line_that_hides_nothing() {
        assert_eq!(plain(" a\r\n\tb\u{7}c\u{2028}d\u{2029}e ", 80), "a b c d e");
        for hidden in [
            0x61c, 0x200b, 0x200d, 0x200f, 0x202a, 0x202e, 0x2060, 0x2064, 0x2066, 0x2069, 0xe000, 0xf8ff,
            0xfeff, 0xe0001, 0xe0041, 0xe007f, 0xe0100, 0xf_0000, 0x10_fffd,
        ] {
            let c = char::from_u32(hidden).unwrap();
            assert_eq!(plain(&format!("git{c}hub"), 80), "github", "U+{hidden:04X}");
        }
        for shown in ["Zürich", "日本語", "עברית", "❤\u{fe0f} 👍🏽", "a – b’s"] {
            assert_eq!(plain(shown, 80), shown);
        }
    }

    #[test]
    fn a_kept_value_is_whole_or_none() {
        assert_eq!(value(" a\nb\u{202e} "), Some("a b".into()));
        assert_eq!(value(&"x".repeat(LONGEST_VALUE)).map(|text| text.len()), Some(LONGEST_VALUE));
        assert_eq!(value(&"x".repeat(LONGEST_VALUE + 1)), None);
        assert_eq!(value("\u{200b}"), None);
        let capture = [("site", "/a/0/id"), ("none", "/b"), ("table", "/a")]
            .map(|(name, pointer)| (name.to_owned(), pointer.to_owned()))
            .into();
        let kept = values(&serde_json::json!({"a": [{"id": 7}]}), &capture);
        assert_eq!(kept, [("site".to_owned(), "7".to_owned())].into());
    }

    #[test]
    fn what_is_too_long_ends_in_an_ellipsis_within_the_limit() {
        assert_eq!(plain("ééééé", 5), "ééééé");
        assert_eq!(plain("éééééé", 5), "éééé…");
        assert_eq!(plain("abc defg", 5), "abc…");
        assert_eq!(plain(&"\u{200b}".repeat(500), 5), "");
        assert_eq!(plain(&format!("{}x", "\u{200b} ".repeat(500)), 5), "x");
    }
}
