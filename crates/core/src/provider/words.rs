//! The first look at a provider file: only keys and words that the format has, and no secret.

use serde_json::Value;

use super::parse::Report;
use super::{document::Visit, keys, pattern, secrets};

/// Reports keys the format does not have, words outside a closed list, and keys that must be there.
pub(super) fn check(report: &mut Report<'_>) {
    let document = report.document();
    let changes_a_shipped_one = document.text("extends").is_some_and(|id| id == report.stem());
    let missing = ["schema", "id", "name"].into_iter().filter(|key| document.line(&[key]).is_none());
    for key in missing.collect::<Vec<_>>() {
        if key != "name" || !changes_a_shipped_one {
            report.wrong(&[], format!("`{key}` is missing"), Some(example(key, report.stem())));
        }
    }
    let mut wrong: Vec<(usize, Vec<String>, String, Option<String>)> = Vec::new();
    report.document().walk(&mut |visit| {
        let found = if visit.keyed { unknown_key(visit) } else { None };
        let known = found.is_none();
        // The secret comes first: what is said of a word quotes it.
        if let Some((message, instead)) = found
            .or_else(|| secret(visit))
            .or_else(|| date(visit))
            .or_else(|| kind(visit))
            .or_else(|| word(visit))
        {
            wrong.push((visit.line, visit.path.to_vec(), message, instead));
        }
        // A list where a table belongs is a wrong type, and said so by the next stage.
        known && !(visit.value.is_array() && keys::at(visit.path).is_some_and(Value::is_object))
    });
    for (line, path, message, instead) in wrong {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        report.wrong_on(Some(line), &path, message, instead);
    }
}

type Wrong = Option<(String, Option<String>)>;

fn unknown_key(visit: &Visit<'_>) -> Wrong {
    if keys::at(visit.path).is_some() {
        return None;
    }
    Some(("unknown key".into(), keys::meant(visit.path)))
}

fn secret(visit: &Visit<'_>) -> Wrong {
    let text = visit.value.as_str()?;
    let address = text.contains("://") || visit.path.first().is_some_and(|key| key == "sources");
    let found = secrets::has_known_form(text) || (!address && secrets::looks_random(text));
    found.then(|| ("looks like a secret; a provider file never holds one".into(), None))
}

/// A value of another kind than the format's. Said here, because serde knows no line inside a flattened table.
fn kind(visit: &Visit<'_>) -> Wrong {
    // What `equals` is compared with may be anything.
    if visit.path.last().is_some_and(|key| key == "equals") {
        return None;
    }
    let (fits, expected) = match keys::at(visit.path)? {
        Value::Bool(_) => (visit.value.is_bool(), "true or false"),
        Value::Number(_) => (is_count(visit), "a whole number"),
        Value::Array(items) if items.is_empty() => (visit.value.is_array(), "a list, like [\"none\"]"),
        Value::Array(_) => (visit.value.is_array(), "tables under [[lookup]]"),
        Value::Object(_) => (visit.value.is_table(), "a table"),
        Value::Null | Value::String(_) => (visit.value.is_str(), "a text in quotation marks"),
    };
    (!fits).then(|| (format!("expected {expected}"), None))
}

/// A date needs quotation marks.
fn date(visit: &Visit<'_>) -> Wrong {
    let date = visit.value.as_datetime().filter(|_| visit.path == ["verified"])?;
    Some(("a date is written in quotation marks".into(), Some(format!("\"{date}\""))))
}

fn is_count(visit: &Visit<'_>) -> bool {
    let number = visit.value.as_integer();
    number.is_some_and(|number| u32::from_str_radix(number.as_str(), number.radix()).is_ok())
}

fn word(visit: &Visit<'_>) -> Wrong {
    let path: Vec<&str> = visit.path.iter().map(String::as_str).collect();
    let text = visit.value.as_str()?;
    let words = closed_list(&path)?;
    if words.contains(&text) || (is_format(&path) && is_assumption(text)) {
        return None;
    }
    let list: Vec<&str> = words.iter().copied().filter(|word| !word.is_empty()).collect();
    let instead = keys::nearest(text, list.iter().copied()).map(|near| format!("{near:?}"));
    Some((format!("{text:?} is not one of {}", list.join(", ")), instead))
}

/// The words a value is chosen from; an empty one means the RFC's default.
pub(super) fn closed_list(path: &[&str]) -> Option<&'static [&'static str]> {
    Some(match path {
        ["vars", _, "pattern"] => pattern::PATTERNS,
        ["vars", _, "source"] => &["user", "callback", "token", "whoami", "lookup"],
        ["client", "secret" | "device_secret"] => &["required", "optional", "forbidden"],
        ["client", "pkce"] => &["default", "required", "never"],
        ["client", "pkce_encoding"] => &["", "base64url", "hex"],
        // The provider's spelling; it always means SHA-256.
        ["client", "pkce_method"] => &["", "S256", "s256"],
        ["client", "secret_kind"] => &["", "vendor_api_key", "es256_jwt"],
        ["client", "assertion_audience"] => &["", "issuer"],
        ["redirect", "kinds", _] => &["scheme", "loopback-any", "loopback-fixed", "https", "paste"],
        ["redirect", "loopback_host"] => &["127.0.0.1", "[::1]", "localhost"],
        ["authorize", "response_mode"] => &["", "query", "fragment", "form_post"],
        ["token", "body"] => &["", "form", "json"],
        ["refresh", "issued"] => &["", "default", "scope", "param", "app_setting", "never"],
        ["account", "from"] => &["", "request", "token_response", "id_token"],
        ["lookup", _, "choose"] => &["", "ask", "first"],
        ["device", "repeat", _] => &["user_code"],
        ["revoke", "style"] => &["", "rfc7009", "request", "none"],
        ["revoke", "token"] => &["", "access", "refresh"],
        ["revoke", "effect"] => &["", "token", "whole_grant"],
        ["hooks", "verify_callback"] => &["shopify_hmac"],
        ["hooks", "client_secret"] => &["apple_jwt"],
        ["hooks", "register_client"] => &["mastodon", "atproto_localhost"],
        path if is_format(path) => EXPIRY,
        ["account" | "revoke", key] | ["lookup", _, key] | ["refresh", "exchange" | "renew", key] => {
            return of_request(key);
        }
        _ => return None,
    })
}

/// The words of a request of the provider's own.
fn of_request(key: &str) -> Option<&'static [&'static str]> {
    Some(match key {
        "method" => &["", "GET", "POST", "PUT", "PATCH", "DELETE"],
        "auth" => &["", "bearer", "basic", "none"],
        "body_format" => &["", "form", "json"],
        _ => return None,
    })
}

/// How an answer can say when a token ends; the last stands for any lifetime.
const EXPIRY: &[&str] =
    &["seconds", "milliseconds", "epoch", "epoch_ms", "rfc3339", "date", "never", "assume:3600"];

fn is_format(path: &[&str]) -> bool {
    matches!(path, ["token", "response", "expires" | "refresh_expires", "format"])
}

/// `assume:` and a lifetime in seconds.
fn is_assumption(text: &str) -> bool {
    text.strip_prefix("assume:")
        .and_then(|seconds| seconds.parse::<u32>().ok())
        .is_some_and(|seconds| seconds > 0)
}

fn example(key: &str, stem: &str) -> String {
    match key {
        "schema" => "schema = 1".into(),
        "id" => format!("id = {stem:?}"),
        _ => format!("{key} = \"…\""),
    }
}
