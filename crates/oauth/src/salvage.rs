//! What can still be read of an answer of success that is no proper JSON: a refresh token in it may be the only good one.

use serde_json::{Map, Value};
use url::form_urlencoded;

/// The JSON objects in a body, whatever stands around them and however its text is encoded, or else the pairs of a form. One
/// that is broken is passed over whole, and nothing is taken of what is cut off: what it seems to hold may be half of a token,
/// or another's.
pub(crate) fn objects(body: &[u8]) -> Vec<Value> {
    let text = text(body);
    if beginning(&text).is_some() { whole(&text) } else { form(text.trim()).into_iter().collect() }
}

/// Whether such an object, and no form, is in the body of an answer that broke off, or came to no end.
pub fn has_object(body: &[u8]) -> bool {
    !whole(&text(body)).is_empty()
}

fn text(body: &[u8]) -> String {
    // In UTF-16, what tokens are made of is ASCII with zeros between.
    let text = String::from_utf8_lossy(body).replace('\0', "");
    // Half of a character, as of a name that was cut, would spoil it all; tokens have none that is written so.
    text.replace("\\ud", "\\u0").replace("\\uD", "\\u0")
}

fn whole(mut text: &str) -> Vec<Value> {
    let mut found = Vec::new();
    while let Some(at) = beginning(text) {
        let Some(length) = length(&text[at..]) else { break };
        let (object, rest) = text[at..].split_at(length);
        found.extend(serde_json::from_str(object).ok().map(Value::Object));
        text = rest;
    }
    found
}

fn beginning(text: &str) -> Option<usize> {
    let begins = |at: &usize| text[at + 1..].trim_start().starts_with('"');
    text.match_indices('{').map(|(at, _)| at).find(begins)
}

/// To the brace that closes the first one.
fn length(text: &str) -> Option<usize> {
    let (mut depth, mut in_string, mut is_escaped) = (0, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = in_string,
            b'"' => in_string = !in_string,
            b'{' if !in_string => depth += 1,
            b'}' if !in_string => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at + 1);
        }
    }
    None
}

/// RFC 6749 had it so in a draft, and some servers still do.
fn form(text: &str) -> Option<Value> {
    let is_form = !text.contains(|c: char| c.is_whitespace() || "<>\"{}".contains(c));
    // No token has a space: a plus was meant, and not encoded.
    let text = text.replace('+', "%2B");
    let pairs = form_urlencoded::parse(text.as_bytes()).into_owned();
    let pairs: Map<_, _> = pairs.map(|(name, value)| (name, value.into())).collect();
    is_form.then_some(Value::Object(pairs))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const WHOLE: &str = r#"{"access_token":"a","refresh_token":"r"}"#;

    #[test]
    fn an_object_is_found_in_whatever_stands_around_it() {
        let in_utf16: Vec<u8> =
            format!("\u{feff}{WHOLE}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        let in_latin1 = [&br#"{"name":"Jos"#[..], &[0xe9], br#"","refresh_token":"r"}"#].concat();
        let bodies = [
            WHOLE.as_bytes().to_vec(),
            format!("\u{feff}{WHOLE}").into_bytes(),
            format!("{WHOLE}\0").into_bytes(),
            format!("{WHOLE}\n<!-- 0.2 s -->{{\"").into_bytes(),
            format!("<br />\n<b>Warning</b>: {{main}} in {{}} on line 3<br />\n{WHOLE}").into_bytes(),
            format!("[{WHOLE}]").into_bytes(),
            br#"{"name":"Jos\ud83d","refresh_token":"r"}"#.to_vec(),
            in_utf16,
            in_latin1,
            format!("Warning: {{\"x\"}} in line 3\n{WHOLE}").into_bytes(),
            format!("{{\"level\":\"debug\",\"text\":\"a \\\"}} b\"}}\n{WHOLE}").into_bytes(),
            format!("{{\"a\":NaN,\"b\":{{\"refresh_token\":\"other\"}}}}{WHOLE}").into_bytes(),
            br#"{"text":"}{","refresh_token":"r"}"#.to_vec(),
            b"access_token=a&refresh_token=r&scope=x+y\n".to_vec(),
        ];
        for body in bodies {
            let found: Vec<_> = objects(&body)
                .into_iter()
                .filter_map(|object| object.get("refresh_token").cloned())
                .collect();
            assert_eq!(found, ["r"], "{}", String::from_utf8_lossy(&body));
        }
    }

    #[test]
    fn a_plus_in_a_form_is_one() {
        let found = objects(b"access_token=a&refresh_token=rt+2/x==&other=a%2Bb%20c");
        assert_eq!(found, [json!({"access_token": "a", "refresh_token": "rt+2/x==", "other": "a+b c"})]);
    }

    #[test]
    fn what_is_cut_off_or_broken_gives_nothing() {
        for body in [
            r#"{"refresh_token":"r"#,
            r#"{"refresh_token":"r","a":{"refresh_token":"other"},"#,
            r#"{"a":{"refresh_token":"other"},"b":1e400}"#,
            "",
            "{",
        ] {
            let found = objects(body.as_bytes());
            assert!(found.iter().all(|object| object.get("refresh_token").is_none()), "{body}");
        }
        let page = r#"<a href="/login?a=1&refresh_token=r&b=2">Sign in</a>"#;
        assert!(objects(page.as_bytes()).is_empty());
        assert_eq!(objects(b"OK"), [json!({"OK": ""})]);
    }
}
