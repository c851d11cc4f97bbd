//! The token endpoint's answer, wherever a provider puts what: made the RFC's (RFC 6749 §5.1), or a typed failure.

use std::borrow::Cow;

use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use serde_json::{Map, Value};

use crate::dialect::{AccountDialect, Expiry, TokenResponseDialect};
use crate::error::OAuthError;
use crate::response::{is_error, plain, values};
use crate::token::TokenType;
use crate::{jwt, userinfo};

/// The answer with RFC names, RFC types, what the dialect keeps besides, and nothing else.
pub(crate) fn standard(
    body: &Value,
    root: &str,
    dialect: &TokenResponseDialect,
    account: &AccountDialect,
    wanted: TokenType,
    now: Timestamp,
) -> Result<Map<String, Value>, OAuthError> {
    let at = |pointer: &str| {
        if pointer.is_empty() {
            None
        } else {
            body.pointer(&format!("{root}{pointer}")).filter(|v| !v.is_null())
        }
    };
    let text =
        |pointer: &str| at(pointer).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    let needed = |pointer: &str, key| {
        text(pointer)
            .ok_or_else(|| OAuthError::Missing { pointer: plain(&format!("{root}{pointer}"), 120), key })
    };
    let mut standard = Map::new();
    let access_token = needed(&dialect.access_token, "token.response.access_token")?;
    // Under the RFC's name too, beside the access token: what is not taken is lost where the former one is spent.
    let beside = || {
        let place = dialect.access_token.rsplit_once('/').map_or("", |(place, _)| place);
        at(&format!("{place}/refresh_token")).filter(|_| !dialect.refresh_token.is_empty())
    };
    let refresh_token = at(&dialect.refresh_token).or_else(beside).and_then(refresh_token);
    if !visible(access_token) || !refresh_token.as_deref().is_none_or(visible) {
        return Err(OAuthError::Invalid("has a token with characters that no token has"));
    }
    standard.insert("access_token".into(), access_token.into());
    if !dialect.token_type.is_empty() {
        let kind = needed(&dialect.token_type, "token.response.token_type")?;
        if !kind.eq_ignore_ascii_case(wanted.name()) {
            return Err(OAuthError::TokenType(kind.to_owned()));
        }
    }
    // For the standard client, which knows no other.
    standard.insert("token_type".into(), "bearer".into());
    for (name, value) in [("refresh_token", refresh_token.as_deref()), ("id_token", text("/id_token"))] {
        standard.extend(value.map(|value| (name.to_owned(), value.into())));
    }
    let said = seconds_left(at(&dialect.expires.pointer), &dialect.expires, now)?;
    let seconds = said.or_else(|| jwt::seconds_left(access_token, now)).or_else(|| assumed(&dialect.expires));
    if let Some(seconds) = seconds {
        standard.insert("expires_in".into(), seconds.into());
    }
    // The tokens are good whatever is said of this end: a server that writes -1 for "none" has spent the former one.
    let refresh_expires = seconds_left(at(&dialect.refresh_expires.pointer), &dialect.refresh_expires, now);
    // Of one that is not replaced the end is known from when it came.
    let known = || assumed(&dialect.refresh_expires).filter(|_| refresh_token.is_some());
    let refresh_expires = refresh_expires.ok().flatten().or_else(known);
    // A refresh token is not born dead: Keycloak's 0 means that an offline token has no end.
    if let Some(seconds) = refresh_expires.filter(|seconds| *seconds > 0) {
        standard.insert("refresh_token_expires_in".into(), seconds.into());
    }
    if let Some(scope) = scopes(at(&dialect.scope), &dialect.scope_separator) {
        standard.insert("scope".into(), scope.join(" ").into());
    }
    let mut captured = values(body, &dialect.capture);
    if account.from == "token_response" {
        captured.extend(values(body, &account.capture));
        let account = userinfo::read(body, account);
        standard.insert("account".into(), serde_json::json!({ "id": account.id, "label": account.label }));
    }
    standard.insert("captured".into(), serde_json::json!(captured));
    Ok(standard)
}

/// The tokens of an answer that nobody could read as a whole, with RFC names: what lies where the dialect looks, or has the
/// RFC's names anywhere; perhaps nothing. What has a space is a sentence in the place of a token, and so may be what stands
/// alone in an error.
pub(crate) fn salvage(
    body: &Value,
    root: &str,
    dialect: &TokenResponseDialect,
    now: Timestamp,
) -> Map<String, Value> {
    let own = |pointer: &str| body.pointer(&format!("{root}{pointer}")).filter(|_| !pointer.is_empty());
    let named = named(body);
    let at = |pointer: &str, name: &str| own(pointer).or_else(|| named?.get(name));
    let is_token = |token: &str| visible(token) && !token.contains(' ');
    let access_token = at(&dialect.access_token, "access_token").and_then(Value::as_str).map(str::trim);
    let access_token = access_token.filter(|token| !token.is_empty() && is_token(token));
    let refresh_token = at(&dialect.refresh_token, "refresh_token").and_then(refresh_token);
    let refresh_token = refresh_token.filter(|token| is_token(token));
    let mut found = Map::new();
    if let Some(token) = refresh_token.filter(|_| access_token.is_some() || !is_error(body)) {
        found.insert("refresh_token".into(), token.into());
    }
    if let Some(token) = access_token {
        found.insert("access_token".into(), token.into());
        let end = seconds_left(own(&dialect.expires.pointer), &dialect.expires, now);
        let end = end.ok().flatten().or_else(|| jwt::seconds_left(token, now));
        let end = end.or_else(|| assumed(&dialect.expires));
        found.extend(end.map(|seconds| ("expires_in".to_owned(), seconds.into())));
    }
    found
}

/// The first object with the RFC's names in it.
fn named(value: &Value) -> Option<&Map<String, Value>> {
    match value {
        Value::Object(object)
            if ["access_token", "refresh_token"].iter().any(|name| object.contains_key(*name)) =>
        {
            Some(object)
        }
        Value::Object(object) => object.values().find_map(named),
        Value::Array(list) => list.iter().find_map(named),
        _ => None,
    }
}

/// What programs write for "none".
const NOTHING: [&str; 8] = ["", "-", "0", "false", "n/a", "none", "null", "undefined"];

/// A refresh token, of an answer or a script's. One that is a number is taken too: the token that was sent may be spent. A word
/// for none is none.
pub fn refresh_token(value: &Value) -> Option<Cow<'_, str>> {
    let token: Cow<'_, str> = match value {
        Value::String(text) => text.trim().into(),
        Value::Number(number) if number.is_u64() => number.to_string().into(),
        _ => return None,
    };
    let is_none = NOTHING.iter().any(|word| token.eq_ignore_ascii_case(word));
    (!is_none).then_some(token)
}

/// RFC 6749 appendix A.12: what no header can carry is no token.
fn visible(token: &str) -> bool {
    token.bytes().all(|byte| (0x20..=0x7e).contains(&byte))
}

/// Seconds until an end; `None` when the answer does not say, or says it in a way nobody can read.
fn seconds_left(value: Option<&Value>, expiry: &Expiry, now: Timestamp) -> Result<Option<u64>, OAuthError> {
    let Some(value) = value else { return Ok(None) };
    // An end that has passed already is this machine's clock more often than the server's: the tokens count, as ended.
    let until = |end: Timestamp| (end.as_second() - now.as_second()).max(0);
    let since_1970 = |at: i64| at.checked_sub(now.as_second()).map(|left| left.max(0));
    let left = match expiry.format.as_str() {
        "milliseconds" => number(value).map(|left| left / 1000),
        "epoch" => number(value).and_then(since_1970),
        "epoch_ms" => number(value).and_then(|at| since_1970(at / 1000)),
        "rfc3339" => value.as_str().and_then(|text| text.trim().parse().ok()).map(until),
        "date" => value.as_str().and_then(last_second).map(until),
        _ => number(value),
    };
    left.map(|left| u64::try_from(left).map_err(|_| OAuthError::Invalid("has a lifetime below zero")))
        .transpose()
}

/// What the provider's file knows: `never` and `assume:` speak only for an answer that says nothing, because a provider
/// may give some clients an end.
fn assumed(expiry: &Expiry) -> Option<u64> {
    expiry.format.strip_prefix("assume:")?.parse().ok()
}

/// A number or its text; a fraction is cut off.
fn number(value: &Value) -> Option<i64> {
    #[allow(clippy::cast_possible_truncation, reason = "a lifetime of 2^63 seconds is not one")]
    let whole = |number: f64| number.is_finite().then_some(number as i64);
    match value {
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().and_then(whole)),
        Value::String(text) => {
            let text = text.trim();
            text.parse().ok().or_else(|| text.parse().ok().and_then(whole))
        }
        _ => None,
    }
}

/// The end of a day in UTC.
fn last_second(text: &str) -> Option<Timestamp> {
    let next = text.trim().parse::<Date>().ok()?.tomorrow().ok()?;
    next.to_zoned(TimeZone::UTC).ok()?.timestamp().checked_sub(1.second()).ok()
}

/// More are not kept: they would stand in every view.
const MOST_SCOPES: usize = 500;

/// A string with separators, or a list.
fn scopes(value: Option<&Value>, separator: &str) -> Option<Vec<String>> {
    match value? {
        Value::String(text) => {
            let split = |c: char| c.is_whitespace() || separator.contains(c);
            let scopes = text.split(split).filter(|scope| !scope.is_empty());
            Some(scopes.take(MOST_SCOPES).map(str::to_owned).collect())
        }
        Value::Array(list) => {
            Some(list.iter().filter_map(Value::as_str).take(MOST_SCOPES).map(str::to_owned).collect())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: Value, dialect: &TokenResponseDialect) -> Result<Map<String, Value>, OAuthError> {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        standard(&body, &dialect.root, dialect, &AccountDialect::default(), TokenType::Bearer, now)
    }

    fn rfc(body: Value) -> Result<Map<String, Value>, OAuthError> {
        read(body, &TokenResponseDialect::default())
    }

    #[test]
    fn sloppy_but_clear_answers_are_taken() {
        let good =
            rfc(json!({"access_token": "a", "token_type": "bEARER", "expires_in": "3600", "scope": "x  y"}))
                .unwrap();
        assert_eq!(good["expires_in"], 3600);
        assert_eq!(good["scope"], "x y");
        let numbered =
            rfc(json!({"access_token": "a", "token_type": "bearer", "refresh_token": 17})).unwrap();
        assert_eq!(numbered["refresh_token"], "17");
        for none in [json!(null), json!("null"), json!("None"), json!("N/A"), json!(0)] {
            let bare =
                rfc(json!({"access_token": "a", "token_type": "Bearer", "refresh_token": none})).unwrap();
            assert!(!bare.contains_key("expires_in") && !bare.contains_key("refresh_token"), "{none}");
        }
    }

    #[test]
    fn wrong_answers_are_refused() {
        for body in [
            json!({"token_type": "bearer"}),
            json!({"access_token": "", "token_type": "bearer"}),
            json!({"access_token": 7, "token_type": "bearer"}),
            json!({"access_token": "a"}),
        ] {
            assert!(matches!(rfc(body), Err(OAuthError::Missing { .. })));
        }
        assert!(matches!(
            rfc(json!({"access_token": "a", "token_type": "mac"})),
            Err(OAuthError::TokenType(_))
        ));
        let passed = TokenResponseDialect {
            expires: Expiry { pointer: "/expires_at".into(), format: "epoch".into() },
            ..Default::default()
        };
        let early = json!({"access_token": "a", "token_type": "bearer", "expires_at": 1});
        assert_eq!(read(early, &passed).unwrap()["expires_in"], 0);
        let negative = json!({"access_token": "a", "token_type": "bearer", "expires_in": -1});
        assert!(matches!(rfc(negative), Err(OAuthError::Invalid(_))));
    }

    /// RFC 9449 §5: a client that wants its tokens bound takes no others, and one that does not takes none that are.
    #[test]
    fn only_the_wanted_kind_of_token_is_taken() {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let (dialect, account) = (TokenResponseDialect::default(), AccountDialect::default());
        for (wanted, kind, taken) in [
            (TokenType::Bearer, "bearer", true),
            (TokenType::Bearer, "DPoP", false),
            (TokenType::Dpop, "dpop", true),
            (TokenType::Dpop, "Bearer", false),
        ] {
            let body = json!({"access_token": "a", "token_type": kind});
            let answer = standard(&body, "", &dialect, &account, wanted, now);
            assert_eq!(answer.is_ok(), taken, "{wanted:?} {kind}");
        }
    }

    #[test]
    fn a_strange_end_of_the_refresh_token_costs_no_token() {
        let body = json!({"access_token": "a", "refresh_token": "r", "token_type": "bearer",
            "refresh_token_expires_in": -1});
        let answer = rfc(body).unwrap();
        assert_eq!(answer["refresh_token"], "r");
        assert_eq!(answer.get("refresh_token_expires_in"), None);
    }

    #[test]
    fn of_an_answer_that_cannot_be_read_the_tokens_are_saved() {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let found = |body: Value| Value::Object(salvage(&body, "", &TokenResponseDialect::default(), now));
        let whole = json!({"access_token": "a", "refresh_token": "r", "expires_in": 60, "odd": true});
        assert_eq!(found(whole), json!({"access_token": "a", "refresh_token": "r", "expires_in": 60}));
        let half = json!({"access_token": 7, "refresh_token": "r", "expires_in": 60});
        assert_eq!(found(half), json!({"refresh_token": "r"}));
        let endless = json!({"access_token": "a", "refresh_token": "line\nbreak", "expires_in": -1});
        assert_eq!(found(endless), json!({"access_token": "a"}));
        let deeper = json!({"took": 1, "data": [{"odd": true}, {"access_token": "a"}]});
        assert_eq!(found(deeper), json!({"access_token": "a"}));
        assert_eq!(found(json!({"data": {"token": "a"}})), json!({}));
    }

    #[test]
    fn slacks_answer_lies_deeper() {
        let slack = TokenResponseDialect {
            root: "/authed_user".into(),
            token_type: String::new(),
            scope_separator: ",".into(),
            capture: [("team_id".to_owned(), "/team/id".to_owned())].into(),
            ..Default::default()
        };
        let body = json!({"ok": true, "team": {"id": "T1"},
            "authed_user": {"access_token": "xoxp", "scope": "users:read,chat:write"}});
        let good = read(body, &slack).unwrap();
        assert_eq!(good["scope"], "users:read chat:write");
        assert_eq!(good["captured"], json!({"team_id": "T1"}));
        let error = read(json!({"ok": true, "access_token": "xoxb"}), &slack).unwrap_err();
        let words = "the answer has nothing at /authed_user/access_token (token.response.access_token)";
        assert_eq!(error.to_string(), words);
    }

    #[test]
    fn scopes_may_come_as_a_list_under_another_name() {
        let twitch = TokenResponseDialect { scope: "/scopes".into(), ..Default::default() };
        let body = json!({"access_token": "a", "token_type": "bearer", "scopes": ["a", "b"]});
        assert_eq!(read(body, &twitch).unwrap()["scope"], "a b");
    }

    #[test]
    fn scopes_without_end_are_cut() {
        let many = vec!["s"; 10_000];
        for scope in [json!(many), json!(many.join(" "))] {
            let good = rfc(json!({"access_token": "a", "token_type": "bearer", "scope": scope})).unwrap();
            assert_eq!(good["scope"].as_str().unwrap().split(' ').count(), MOST_SCOPES);
        }
    }

    #[test]
    fn an_end_is_read_as_the_provider_writes_it() {
        let hour = [
            ("seconds", json!("3600")),
            ("seconds", json!(3600.7)),
            ("milliseconds", json!(3_600_000)),
            ("epoch", json!(1_767_229_200)),
            ("epoch", json!("1767229200.25")),
            ("epoch_ms", json!("1767229200000")),
            ("rfc3339", json!("2026-01-01T02:00:00+01:00")),
            ("never", json!(3600)),
            ("assume:60", json!(3600)),
        ];
        let end = |format: &str, value: Value| {
            let expires = Expiry { pointer: "/end".into(), format: format.into() };
            let dialect = TokenResponseDialect { expires, ..Default::default() };
            let body = json!({"access_token": "a", "token_type": "bearer", "end": value});
            read(body, &dialect).unwrap().get("expires_in").and_then(Value::as_u64)
        };
        for (format, value) in hour {
            assert_eq!(end(format, value), Some(3600), "{format}");
        }
        assert_eq!(end("date", json!("2026-01-01")), Some(86_399));
        // This machine's clock is ahead of the server's.
        for (format, value) in [
            ("epoch", json!(1_767_225_599)),
            ("epoch_ms", json!(1_767_225_599_000_i64)),
            ("rfc3339", json!("2025-12-31T23:59:59Z")),
            ("date", json!("2025-12-31")),
        ] {
            assert_eq!(end(format, value), Some(0), "{format}");
        }
        assert_eq!(end("never", Value::Null), None);
        assert_eq!(end("assume:60", Value::Null), Some(60));
        assert_eq!(end("rfc3339", json!("soon")), None);
    }

    #[test]
    fn a_jwt_ends_when_it_says_where_the_answer_does_not() {
        // {"alg":"none"}, {"exp":1767229200}
        let jwt = "eyJhbGciOiJub25lIn0.eyJleHAiOjE3NjcyMjkyMDB9.";
        let end = |format: &str, more: Value| {
            let expires = Expiry { pointer: "/expires_in".into(), format: format.into() };
            let dialect = TokenResponseDialect { expires, ..Default::default() };
            let mut body = json!({"access_token": jwt, "token_type": "bearer"});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            read(body, &dialect).unwrap().get("expires_in").and_then(Value::as_u64)
        };
        assert_eq!(end("seconds", json!({})), Some(3600));
        assert_eq!(
            end("assume:60", json!({})),
            Some(3600),
            "the token knows better than the provider's file"
        );
        assert_eq!(
            end("seconds", json!({"expires_in": 120})),
            Some(120),
            "and the answer better than the token"
        );
    }

    #[test]
    fn a_refresh_token_without_an_end_is_not_one_that_has_ended() {
        let body =
            |left| json!({"access_token": "a", "token_type": "bearer", "refresh_token_expires_in": left});
        assert!(!rfc(body(0)).unwrap().contains_key("refresh_token_expires_in"));
        assert_eq!(rfc(body(60)).unwrap()["refresh_token_expires_in"], 60);
    }

    #[test]
    fn the_answer_itself_may_say_who_is_connected() {
        let asana = AccountDialect {
            from: "token_response".into(),
            id: "/data/gid".into(),
            label: vec!["/data/email".into(), "/data/name".into()],
            capture: [("workspace".to_owned(), "/data/workspace".to_owned())].into(),
            ..Default::default()
        };
        let body = json!({"access_token": "a", "token_type": "bearer",
            "data": {"gid": 42, "name": "Ada", "workspace": "W"}});
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let good =
            standard(&body, "", &TokenResponseDialect::default(), &asana, TokenType::Bearer, now).unwrap();
        assert_eq!(good["account"], json!({"id": "42", "label": "Ada"}));
        assert_eq!(good["captured"], json!({"workspace": "W"}));
    }
}
