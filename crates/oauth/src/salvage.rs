//! What can still be read of an answer of success that is no proper JSON: a refresh token in it may be the only good one.

use serde_json::{Deserializer, Map, Value};
use url::form_urlencoded;

/// The first JSON object in a body, whatever stands around it and however its text is encoded, or the pairs of a form.
/// `None` when there is neither, also where the object is broken or cut off: what it seems to hold may be half of a token.
pub(crate) fn object(body: &[u8]) -> Option<Value> {
    let text = text(body);
    match beginning(&text) {
        Some(at) => first(&text[at..]),
        None => form(text.trim()),
    }
}

/// Whether such an object, and no form, is in the body of an answer that broke off, or came to no end.
pub fn has_object(body: &[u8]) -> bool {
    let text = text(body);
    beginning(&text).is_some_and(|at| first(&text[at..]).is_some())
}

fn text(body: &[u8]) -> String {
    // In UTF-16, what tokens are made of is ASCII with zeros between.
    let text = String::from_utf8_lossy(body).replace('\0', "");
    // Half of a character, as of a name that was cut, would spoil it all; tokens have none that is written so.
    text.replace("\\ud", "\\u0").replace("\\uD", "\\u0")
}

fn beginning(text: &str) -> Option<usize> {
    let begins = |at: &usize| text[at + 1..].trim_start().starts_with('"');
    text.match_indices('{').map(|(at, _)| at).find(begins)
}

fn first(text: &str) -> Option<Value> {
    Deserializer::from_str(text).into_iter::<Map<_, _>>().next()?.ok().map(Value::Object)
}

/// RFC 6749 had it so in a draft, and some servers still do.
fn form(text: &str) -> Option<Value> {
    let is_form = !text.contains(|c: char| c.is_whitespace() || "<>\"{}".contains(c));
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
            b"access_token=a&refresh_token=r&scope=x+y\n".to_vec(),
        ];
        for body in bodies {
            let found = object(&body).unwrap_or_default();
            assert_eq!(found["refresh_token"], "r", "{}", String::from_utf8_lossy(&body));
        }
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
            let found = object(body.as_bytes()).unwrap_or_default();
            assert_eq!(found.get("refresh_token"), None, "{body}");
        }
        let page = r#"<a href="/login?a=1&refresh_token=r&b=2">Sign in</a>"#;
        assert_eq!(object(page.as_bytes()), None);
        assert_eq!(object(b"OK"), Some(json!({"OK": ""})));
    }
}
