//! Token introspection (RFC 7662): what the server says of a token.

use jiff::Timestamp;
use serde_json::Value;

use crate::client::Client;
use crate::endpoint::Endpoint;
use crate::error::OAuthError;
use crate::http::HttpClient;
use crate::response::json_object;
use crate::secret::AccessToken;
use crate::sent::{Sent, ask};

/// Longer values are cut when they are shown.
const LONGEST: usize = 200;
/// More of a list are not shown.
const MOST: usize = 20;

/// The server's answer (§2.2), every text fit to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introspection {
    /// Whether the token is taken. When it is not, the rest is usually absent.
    pub active: bool,
    /// What it may do.
    pub scopes: Option<Vec<String>>,
    /// For whom it was issued.
    pub client_id: Option<String>,
    /// Who agreed, for people.
    pub username: Option<String>,
    /// `Bearer`, `DPoP`.
    pub token_type: Option<String>,
    /// Who agreed, for programs.
    pub sub: Option<String>,
    /// Who may take the token.
    pub aud: Vec<String>,
    /// Who issued it.
    pub iss: Option<String>,
    /// When it ends.
    pub exp: Option<Timestamp>,
    /// When it was issued.
    pub iat: Option<Timestamp>,
    /// From when it is taken.
    pub nbf: Option<Timestamp>,
}

/// Asks the server about an access token (§2.1).
///
/// # Errors
/// [`OAuthError`]; an answer that does not say whether the token is active is `Invalid`.
pub async fn introspect(
    http: &dyn HttpClient,
    endpoint: &Endpoint,
    client: &Client,
    token: &AccessToken,
    now: Timestamp,
) -> Result<Introspection, OAuthError> {
    let fields = [("token", token.expose()), ("token_type_hint", "access_token")];
    let request = client.post_form(endpoint.url(), &fields);
    let answer = ask(http, request).await?;
    read(&json_object(&answer, None, now)?, &answer.sent)
}

fn read(body: &Value, sent: &Sent) -> Result<Introspection, OAuthError> {
    let active = body.get("active").and_then(Value::as_bool);
    let active = active.ok_or(OAuthError::Invalid("does not say whether the token is active"))?;
    let shown = |text: &str| sent.plain(text, LONGEST);
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(shown).filter(|text| !text.is_empty());
    let instant = |name: &str| {
        #[allow(clippy::cast_possible_truncation, reason = "fractions of a second are not shown")]
        let seconds =
            |number: &serde_json::Number| number.as_i64().or_else(|| number.as_f64().map(|n| n as i64));
        body.get(name)
            .and_then(Value::as_number)
            .and_then(seconds)
            .and_then(|s| Timestamp::from_second(s).ok())
    };
    let aud = match body.get("aud") {
        Some(Value::String(one)) => vec![shown(one)],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).map(shown).take(MOST).collect(),
        _ => Vec::new(),
    };
    Ok(Introspection {
        active,
        scopes: text("scope").map(|scope| scope.split_whitespace().map(str::to_owned).collect()),
        client_id: text("client_id"),
        username: text("username"),
        token_type: text("token_type"),
        sub: text("sub"),
        aud,
        iss: text("iss"),
        exp: instant("exp"),
        iat: instant("iat"),
        nbf: instant("nbf"),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::client::{BasicStyle, ClientAuth};

    fn answer(body: Value) -> Result<Introspection, OAuthError> {
        let client = Client { id: "me".into(), auth: ClientAuth::None, basic: BasicStyle::default() };
        read(&body, &Sent::by(&client, [("token", "canary-token")].into_iter()))
    }

    #[test]
    fn an_answer_is_read_and_cleaned() {
        let good = answer(json!({"active": true, "scope": "read  write", "exp": 1_767_225_600.5, "aud": ["a", 1],
            "sub": "u\u{202e}1", "username": "Ada (canary-token)", "client_id": "me", "token_type": "Bearer"}))
        .unwrap();
        assert_eq!(good.scopes.unwrap(), ["read", "write"]);
        assert_eq!(good.exp.unwrap().to_string(), "2026-01-01T00:00:00Z");
        assert_eq!((good.sub.as_deref(), good.username.as_deref()), (Some("u1"), Some("Ada ([redacted])")));
        assert_eq!(good.aud, ["a"]);
        assert!(!answer(json!({"active": false})).unwrap().active);
    }

    #[test]
    fn an_answer_without_end_is_cut() {
        let aud = vec!["a".repeat(1000); 1000];
        let good = answer(json!({"active": true, "aud": aud})).unwrap();
        assert_eq!((good.aud.len(), good.aud[0].chars().count()), (20, 200));
    }

    #[test]
    fn an_answer_that_does_not_say_is_refused() {
        for body in [json!({}), json!({"active": "true"}), json!({"active": null})] {
            assert!(matches!(answer(body), Err(OAuthError::Invalid(_))));
        }
    }
}
