//! The first look at a provider file: only keys and words that the format has, and no secret.

use super::parse::Report;
use super::{document::Visit, keys, pattern, secrets};

/// Reports keys the format does not have, words outside a closed list, and keys that must be there.
pub(super) fn check(report: &mut Report<'_>) {
    for key in ["schema", "id", "name"] {
        if report.document.line(&[key]).is_none() {
            report.wrong(&[], format!("`{key}` is missing"), Some(example(key, report.stem())));
        }
    }
    let mut wrong: Vec<(usize, Vec<String>, String, Option<String>)> = Vec::new();
    report.document.walk(&mut |visit| {
        let found = if visit.keyed { unknown_key(visit) } else { None };
        let known = found.is_none();
        // The secret comes first: what is said of a word quotes it.
        if let Some((message, instead)) =
            found.or_else(|| secret(visit)).or_else(|| server_type(visit)).or_else(|| word(visit))
        {
            wrong.push((visit.line, visit.path.to_vec(), message, instead));
        }
        // A list where a table belongs is a wrong type, and said so by the next stage.
        known && !(visit.value.is_array() && keys::at(visit.path).is_some_and(serde_json::Value::is_object))
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

/// Values in `[server]`: what serde says of them has no line, because of `flatten`.
fn server_type(visit: &Visit<'_>) -> Wrong {
    let [table, key] = visit.path else { return None };
    if table != "server" {
        return None;
    }
    let (fits, expected) = match key.strip_suffix("_supported") {
        Some(name) if name.ends_with("_parameter") => (visit.value.is_bool(), "true or false"),
        Some(_) => (visit.value.is_array(), "a list, like [\"none\"]"),
        None => (visit.value.is_str(), "a text in quotation marks"),
    };
    (!fits).then(|| (format!("expected {expected}"), None))
}

fn word(visit: &Visit<'_>) -> Wrong {
    let path: Vec<&str> = visit.path.iter().map(String::as_str).collect();
    if path == ["verified"] && visit.value.is_datetime() {
        let date = visit.value.as_datetime().map(|date| format!("\"{date}\""));
        return Some(("a date is written in quotation marks".into(), date));
    }
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
fn closed_list(path: &[&str]) -> Option<&'static [&'static str]> {
    Some(match path {
        ["client", "secret"] => &["required", "optional", "forbidden"],
        ["client", "pkce"] => &["default", "required", "never"],
        ["redirect", "kinds", _] => &["scheme", "loopback-any", "loopback-fixed", "paste"],
        ["redirect", "loopback_host"] => &["127.0.0.1", "[::1]", "localhost"],
        ["vars", _, "pattern"] => pattern::PATTERNS,
        ["refresh", "issued"] => &["", "default", "scope", "param", "app_setting", "never"],
        ["account", "method"] => &["GET", "POST"],
        ["revoke", "style"] => &["", "rfc7009", "request", "none"],
        ["revoke", "method"] => &["", "POST", "DELETE", "PUT", "GET"],
        ["revoke", "auth"] => &["", "basic", "bearer"],
        ["revoke", "body_format"] => &["", "json", "form"],
        path if is_format(path) => &["seconds", "epoch", "rfc3339", "never", "assume:3600"],
        _ => return None,
    })
}

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
