//! What a token says of itself, made fit to show.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use tokenrack_oauth::jwt::Content;
use tokenrack_oauth::sent::redacted;

use crate::connection::ConnectionId;
use crate::problem::plain;

/// Header and claims of an access token that is a JWT (RFC 7519, RFC 9068 §2). Not verified; never its signature.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ClaimsView {
    /// Whose.
    pub connection: ConnectionId,
    /// How it is signed, and by which key.
    pub header: Vec<ClaimView>,
    /// What it says.
    pub claims: Vec<ClaimView>,
}

/// A name and its value.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ClaimView {
    /// As registered (RFC 7519 §10.1), or the server's own.
    pub name: String,
    /// A text as it is, anything else as JSON; one line, capped.
    pub value: String,
    /// The instant that a claim about time names.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub at: Option<Timestamp>,
}

/// Claims that are a NumericDate (RFC 7519 §2).
const TIMES: &[&str] = &["auth_time", "exp", "iat", "nbf", "updated_at"];

/// Characters of a name, and of a value.
const LONGEST_NAME: usize = 100;
const LONGEST: usize = 4000;

impl ClaimsView {
    /// What the token says, with each of `secrets` replaced wherever it stands.
    pub fn new(connection: ConnectionId, content: &Content, secrets: &[&str]) -> Self {
        let all = |part: &Map<String, Value>| {
            part.iter().map(|(name, value)| claim(name, value, secrets)).collect()
        };
        Self { connection, header: all(&content.header), claims: all(&content.claims) }
    }
}

fn claim(name: &str, value: &Value, secrets: &[&str]) -> ClaimView {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    #[allow(clippy::cast_possible_truncation, reason = "NumericDate may have a fraction")]
    let seconds = value.as_f64().filter(|_| TIMES.contains(&name)).map(|seconds| seconds as i64);
    ClaimView {
        name: plain(&redacted(name.to_owned(), secrets), LONGEST_NAME),
        value: plain(&redacted(text, secrets), LONGEST),
        at: seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn view(claims: Value, secrets: &[&str]) -> Vec<ClaimView> {
        let Value::Object(claims) = claims else { unreachable!() };
        ClaimsView::new(ConnectionId("c".into()), &Content { header: Map::new(), claims }, secrets).claims
    }

    #[test]
    fn values_are_text_and_times_are_instants() {
        let all = view(
            json!({"aud": ["a", "b"], "exp": 1_767_229_200.5, "iat": "soon", "n": 1_767_229_200, "sub": "ada\nx"}),
            &[],
        );
        let shown: Vec<_> = all.iter().map(|claim| (claim.name.as_str(), claim.value.as_str())).collect();
        assert_eq!(shown[0], ("aud", r#"["a","b"]"#));
        assert_eq!(all[1].at, Some("2026-01-01T01:00:00Z".parse().unwrap()));
        assert_eq!((all[2].at, all[3].at), (None, None));
        assert!(!shown[4].1.contains('\n'), "{:?}", shown[4]);
        assert_eq!(view(json!({"exp": 1e300}), &[])[0].at, None);
    }

    #[test]
    fn a_secret_in_a_claim_is_not_shown() {
        let all = view(json!({"act": {"token": "at-canary"}, "at-canary": 1}), &["at-canary"]);
        assert!(!serde_json::to_string(&all).unwrap().contains("canary"), "{all:?}");
    }
}
