//! What a script was given and has seen, none of which it may say aloud.

use std::collections::BTreeSet;

use serde_json::Value;
use tokenrack_oauth::response::plain;
use url::form_urlencoded::byte_serialize;
use zeroize::Zeroize;

/// Shorter texts could stand anywhere by chance.
const SHORTEST: usize = 8;
/// Characters that a script may say, and that are looked at.
const MOST: usize = 200;
const LOOKED_AT: usize = 4096;
/// What stands in the place of a text.
const HIDDEN: &str = "…";

/// In lower case: a secret is one however it is written.
#[derive(Default)]
pub(super) struct Seen(BTreeSet<String>);

impl Drop for Seen {
    fn drop(&mut self) {
        std::mem::take(&mut self.0).into_iter().for_each(|mut text| text.zeroize());
    }
}

impl Seen {
    /// Remembers every string of a JSON text, and every word of another text.
    pub(super) fn add(&mut self, text: &str) {
        match serde_json::from_str(text) {
            Ok(value) => self.add_all(&value),
            Err(_) => {
                self.add_one(text);
                text.split(|c: char| c.is_whitespace() || "&=\"'<>,;".contains(c))
                    .for_each(|word| self.add_one(word));
            }
        }
    }

    fn add_all(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.add_one(text),
            Value::Array(items) => items.iter().for_each(|item| self.add_all(item)),
            Value::Object(table) => {
                for (key, value) in table {
                    if !(key == "error" && value.as_str().is_some_and(is_error_code)) {
                        self.add_all(value);
                    }
                }
            }
            _ => {}
        }
    }

    /// As it is, and as it is inside JSON and a form.
    fn add_one(&mut self, text: &str) {
        if text.chars().count() < SHORTEST {
            return;
        }
        let in_json = Value::from(text).to_string();
        let in_form: String = byte_serialize(text.as_bytes()).collect();
        let forms = [text, in_json.trim_matches('"'), &in_form, &in_form.replace('+', "%20")];
        self.0.extend(forms.map(|form| plain(form, usize::MAX).to_ascii_lowercase()));
    }

    /// The same words without anything that was seen.
    pub(super) fn without(&self, words: &str) -> String {
        let mut text = plain(words, LOOKED_AT);
        let mut all: Vec<&String> = self.0.iter().filter(|seen| seen.chars().count() >= SHORTEST).collect();
        all.sort_by_key(|seen| std::cmp::Reverse(seen.len()));
        for seen in all {
            // ASCII only, so that places are the same in both.
            while let Some(at) = text.to_ascii_lowercase().find(seen.as_str()) {
                text.replace_range(at..at + seen.len(), HIDDEN);
            }
        }
        text
    }

    /// What a script says, fit to show: nothing that was seen, nothing that looks like a part of it, and not long.
    pub(super) fn clean(&self, words: &str) -> String {
        let text = self.without(words);
        let is_part = |c: char| c.is_ascii_alphanumeric() || "_-+=%".contains(c);
        let mut clean = String::new();
        for piece in text.split_inclusive(|c| !is_part(c)) {
            let word = piece.trim_end_matches(|c| !is_part(c));
            clean.push_str(if looks_made_up(word) { HIDDEN } else { word });
            clean.push_str(&piece[word.len()..]);
        }
        plain(&clean, MOST)
    }
}

/// RFC 6749 §5.2: what a person needs to hear, and no secret.
fn is_error_code(text: &str) -> bool {
    text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// So long, and of letters and digits, that no person wrote it: half of a token, or one in another form.
fn looks_made_up(word: &str) -> bool {
    let has = |test: fn(&u8) -> bool| word.as_bytes().iter().any(test);
    word.len() >= 16 && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_was_seen_is_said() {
        let mut seen = Seen::default();
        seen.add(r#"{"key": "can\"ary+one", "deep": [{"code": "canarytwo"}], "error": "invalid_grant", "id": "short"}"#);
        seen.add("<p>canarythree</p>&token=canaryfour");
        for (said, shown) in [
            ("refused canarytwo!", "refused …!"),
            ("CanaryTwo, canary\u{200b}two", "…, …"),
            (r#"got {"key":"can\"ary+one"}"#, r#"got {"key":"…"}"#),
            ("key=can%22ary%2Bone", "key=…"),
            ("canarythree canaryfour", "… …"),
            ("invalid_grant for short", "invalid_grant for short"),
            ("Basic bm90IHNlZW46MTIz and eyJhbGciOi.JSUzI1NiIsInR5cCI6", "Basic … and eyJhbGciOi.…"),
            ("the token endpoint answered 403", "the token endpoint answered 403"),
        ] {
            assert_eq!(seen.clean(said), shown);
        }
        assert_eq!(seen.clean(&"word ".repeat(200)).chars().count(), 200);
    }
}
