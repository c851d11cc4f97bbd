//! An access token that happens to be a JWT says something of itself (RFC 9068 §2.2). It is not ours to verify, so that
//! is a hint: of its end, for an answer that says nothing, and of the rest for a person who looks.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::secret::AccessToken;

/// Ten years. An end behind it is a mistake, and so is one that has passed: the token has just come.
const LONGEST: u64 = 10 * 365 * 24 * 3600;

/// What a JWT says, as it stands there. Never its signature, so no token can be made of it again.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// JOSE header (RFC 7515 §4).
    pub header: Map<String, Value>,
    /// Claims (RFC 7519 §4).
    pub claims: Map<String, Value>,
}

/// Reads without verifying; `None` when it is no JWT.
pub fn read(token: &AccessToken) -> Option<Content> {
    content(token.expose())
}

fn content(token: &str) -> Option<Content> {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, _] = parts[..] else { return None };
    let header = part(header)?;
    header.get("alg")?;
    Some(Content { header, claims: part(claims)? })
}

/// Seconds until the token's `exp`; `None` when it is no JWT, or says nothing that can be true.
pub fn seconds_left(token: &str, now: Timestamp) -> Option<u64> {
    #[allow(clippy::cast_possible_truncation, reason = "NumericDate may have a fraction")]
    let end = content(token)?.claims.get("exp")?.as_f64()? as i64;
    let left = u64::try_from(end.checked_sub(now.as_second())?).ok()?;
    (1..=LONGEST).contains(&left).then_some(left)
}

fn part(text: &str) -> Option<Map<String, Value>> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn token(header: Value, claims: Value) -> String {
        let part = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.c2lnbmF0dXJl", part(header), part(claims))
    }

    fn left(exp: Value) -> Option<u64> {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        seconds_left(&token(json!({"alg": "RS256"}), json!({"exp": exp})), now)
    }

    #[test]
    fn an_end_that_can_be_true_counts() {
        const NOW: i64 = 1_767_225_600;
        assert_eq!(left(json!(NOW + 3600)), Some(3600));
        assert_eq!(left(json!(1_767_229_200.5)), Some(3600));
        for odd in [NOW, NOW - 1, 0, -1, NOW + 11 * 365 * 86_400, i64::MAX, i64::MIN] {
            assert_eq!(left(json!(odd)), None, "{odd}");
        }
        for odd in [json!("1767229200"), json!(null), json!({}), json!(1e300), json!(-1e300)] {
            assert_eq!(left(odd.clone()), None, "{odd}");
        }
    }

    #[test]
    fn all_but_the_signature_can_be_read() {
        let text = token(json!({"alg": "RS256", "kid": "k-1"}), json!({"sub": "ada"}));
        let content = read(&AccessToken::new(text)).unwrap();
        assert_eq!((&content.header["kid"], &content.claims["sub"]), (&json!("k-1"), &json!("ada")));
        assert!(!format!("{content:?}").contains("c2lnbmF0dXJl"));
    }

    #[test]
    fn what_is_no_jwt_says_nothing() {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let exp = json!({"exp": 1_767_229_200});
        assert_eq!(seconds_left(&token(json!({"alg": "none"}), exp.clone()), now), Some(3600));
        let no_header = token(json!({"typ": "JWT"}), exp.clone());
        let more = format!("{}.more.parts", token(json!({"alg": "dir"}), exp));
        let list = token(json!({"alg": "none"}), json!([1]));
        for odd in ["", ".", "..", "a.b.c", "at-1", "ya29.a0.b", &no_header, &more, &list] {
            assert_eq!(seconds_left(odd, now), None, "{odd}");
            assert_eq!(read(&AccessToken::new(odd.to_owned())), None, "{odd}");
        }
    }
}
