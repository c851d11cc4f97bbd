//! What a script returns as credentials, and what it is given back: a table with `access_token`, `refresh_token`,
//! `expires_at`, and whatever else the script wants to find again.

use jiff::Timestamp;
use serde_json::{Map, Value};
use tokenrack_oauth::response::{plain, text};
use tokenrack_oauth::secret::{AccessToken, Credentials, IdToken, RefreshToken};
use tokenrack_oauth::token::{TokenSet, refresh_token};
use tokenrack_oauth::userinfo::{self, AccountInfo};

use crate::provider::ProviderSpec;
use crate::record::Tokens;

/// Numbers above this are milliseconds: as seconds they would lie after the year 5000.
const MOST_SECONDS: f64 = 1e11;

const NO_TOKEN: &str = "returned no access_token";

const ENDS: [&str; 2] = ["expires_at", "expires_in"];

/// Where a script says who is connected: the stable id, and what a person recognises.
const IDS: [&str; 4] = ["/userId", "/user_id", "/id", "/sub"];
const LABELS: [&str; 6] = ["/userName", "/user_name", "/label", "/email", "/name", "/login"];

/// The `credentials` that a script is given: as one has left them, else as the tokens are.
pub(super) fn of(tokens: &Tokens) -> Map<String, Value> {
    kept(tokens).unwrap_or_else(|| {
        // One that was brought by its refresh token has no access token yet.
        let access_token = Some(&tokens.access_token).filter(|token| !token.expose().is_empty());
        known(access_token, tokens.refresh_token.as_ref(), tokens.grant.expires_at)
    })
}

/// What a script has left, with new tokens that came without one: it may be there again for the next.
pub(in crate::flows) fn kept_with(before: &Tokens, fresh: &TokenSet) -> Option<Credentials> {
    let new = known(Some(&fresh.access_token), fresh.refresh_token.as_ref(), fresh.expires_at);
    Some(Credentials::new(Value::Object(over(kept(before)?, new)).to_string()))
}

fn kept(tokens: &Tokens) -> Option<Map<String, Value>> {
    serde_json::from_str(tokens.credentials.as_ref()?.expose()).ok()
}

/// Tokens with the names that scripts have for them.
pub(super) fn known(
    access_token: Option<&AccessToken>,
    refresh_token: Option<&RefreshToken>,
    end: Option<Timestamp>,
) -> Map<String, Value> {
    let all = [
        ("access_token", access_token.map(|token| token.expose().into())),
        ("refresh_token", refresh_token.map(|token| token.expose().into())),
        ("expires_at", end.map(|end| end.as_millisecond().into())),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// Takes an end that cannot be read out of what a script returned: as if it said none. Answers what is wrong with it.
pub(super) fn take_odd_end(returned: &mut Value, now: Timestamp) -> Option<&'static str> {
    let returned = returned.as_object_mut()?;
    let what = end(returned, now).err()?;
    returned.retain(|name, _| !ENDS.contains(&name.as_str()));
    Some(what)
}

/// What a script returned over what there was.
///
/// # Errors
/// What is wrong with it.
pub(super) fn merge(before: Map<String, Value>, returned: Value) -> Result<Map<String, Value>, &'static str> {
    let Value::Object(returned) = returned else { return Err("returned no object") };
    // A script that meets an error and goes on returns what it had before: that is no new token, nor a longer one.
    if !["access_token", "expires_at"].iter().any(|name| returned.contains_key(*name)) {
        return Err(NO_TOKEN);
    }
    Ok(over(before, returned))
}

/// The refresh token among what could be found in what a script returned, where it is another than before: whatever is wrong with
/// the rest, the one before may be spent.
pub(super) fn lone_refresh_token(
    before: &Map<String, Value>,
    mut found: Map<String, Value>,
) -> Map<String, Value> {
    found.retain(|name, token| name == "refresh_token" && before.get(name) != Some(token));
    found
}

/// With the moment in the place of a span that has begun.
pub(super) fn with_end(mut before: Map<String, Value>, end: Option<Timestamp>) -> Map<String, Value> {
    if before.remove("expires_in").is_some() && !before.contains_key("expires_at") {
        before.extend(end.map(|end| ("expires_at".to_owned(), end.as_millisecond().into())));
    }
    before
}

/// What is new over what there was. A new access token takes the old one's end with it; a refresh token stays where there is
/// no new one, however that is said.
pub(super) fn over(mut before: Map<String, Value>, mut new: Map<String, Value>) -> Map<String, Value> {
    let token = new.remove("refresh_token").and_then(|value| Some(refresh_token(&value)?.into_owned()));
    new.extend(token.map(|token| ("refresh_token".to_owned(), token.into())));
    if new.contains_key("access_token") {
        before.retain(|name, _| !ENDS.contains(&name.as_str()));
    }
    before.extend(new);
    before
}

/// The tokens in it.
///
/// # Errors
/// What is wrong with it.
pub(super) fn tokens(
    whole: &Map<String, Value>,
    spec: &ProviderSpec,
    now: Timestamp,
) -> Result<TokenSet, &'static str> {
    let access_token = token(whole, "access_token").ok_or(NO_TOKEN)?;
    let scope = whole.get("scope").filter(|scope| !scope.is_null());
    let named = |text: &str| {
        let between = |c: char| c.is_whitespace() || spec.token.response.scope_separator.contains(c);
        text.split(between).filter(|scope| !scope.is_empty()).map(str::to_owned).collect()
    };
    Ok(TokenSet {
        access_token: AccessToken::new(access_token),
        refresh_token: token(whole, "refresh_token").map(RefreshToken::new),
        id_token: token(whole, "id_token").map(IdToken::new),
        expires_at: end(whole, now)?,
        refresh_expires_at: None,
        scopes: scope.and_then(Value::as_str).map(named),
        captured: Default::default(),
        account: account(&Value::Object(whole.clone()), spec),
    })
}

/// RFC 6749 appendix A.12: what no header can carry is no token.
fn token(whole: &Map<String, Value>, name: &str) -> Option<String> {
    let text = whole.get(name)?.as_str()?;
    let fits = !text.is_empty() && text.bytes().all(|byte| (0x20..=0x7e).contains(&byte));
    fits.then(|| text.to_owned())
}

/// `expires_at` in milliseconds or seconds since 1970 or as ISO 8601, else `expires_in` in seconds.
fn end(whole: &Map<String, Value>, now: Timestamp) -> Result<Option<Timestamp>, &'static str> {
    const WRONG: &str = "returned an expires_at that is no time";
    let Some(at) = whole.get("expires_at").filter(|at| !at.is_null()) else {
        let seconds = whole.get("expires_in").and_then(Value::as_f64).filter(|seconds| *seconds >= 0.0);
        return seconds
            .map(|seconds| since_1970(now.as_millisecond() as f64 + seconds * 1e3).ok_or(WRONG))
            .transpose();
    };
    let number = at.as_f64().or_else(|| at.as_str()?.trim().parse().ok());
    let found = match number {
        Some(number) if number > MOST_SECONDS => since_1970(number),
        Some(number) => since_1970(number * 1e3),
        None => at.as_str().and_then(|text| text.trim().parse().ok()),
    };
    found.map(Some).ok_or(WRONG)
}

#[expect(clippy::cast_possible_truncation, reason = "a timestamp refuses what is too large")]
fn since_1970(milliseconds: f64) -> Option<Timestamp> {
    Timestamp::from_millisecond(milliseconds as i64).ok()
}

/// Who is connected: as the file's `[account]` says where to look, else by the names that scripts use.
fn account(whole: &Value, spec: &ProviderSpec) -> Option<AccountInfo> {
    if spec.account.from == "token_response" {
        return Some(userinfo::read(whole, &spec.account));
    }
    let first = |pointers: &[&str]| pointers.iter().find_map(|pointer| text(whole, pointer));
    let (id, label) = (first(&IDS), first(&LABELS));
    let info = AccountInfo { id: id.map(|id| plain(&id, 120)), label: label.map(|label| plain(&label, 120)) };
    (info != AccountInfo::default()).then_some(info)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(whole: Value) -> Result<TokenSet, &'static str> {
        let spec = toml::from_str("schema = 1\nid = \"x\"\nname = \"X\"").unwrap();
        merge(Map::new(), whole).and_then(|whole| tokens(&whole, &spec, Timestamp::UNIX_EPOCH))
    }

    #[test]
    fn an_end_is_read_however_it_is_written() {
        let end =
            |at: Value| read(json!({"access_token": "a", "expires_at": at})).map(|tokens| tokens.expires_at);
        let instant: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        for same in [
            json!(1_767_225_600_000_i64),
            json!(1_767_225_600),
            json!(1_767_225_600.0),
            json!("1767225600"),
            json!("2026-01-01T01:00:00+01:00"),
        ] {
            assert_eq!(end(same.clone()), Ok(Some(instant)), "{same}");
        }
        assert_eq!(end(Value::Null), Ok(None));
        for wrong in [json!("soon"), json!(true), json!({}), json!(1e300)] {
            assert_eq!(end(wrong.clone()), Err("returned an expires_at that is no time"), "{wrong}");
        }
        let hour = read(json!({"access_token": "a", "expires_in": 3600})).unwrap().expires_at.unwrap();
        assert_eq!(hour.as_second(), 3600);
    }

    #[test]
    fn what_is_no_credential_is_named_without_being_quoted() {
        for (returned, what) in [
            (json!(null), "returned no object"),
            (json!("canary"), "returned no object"),
            (json!({"refresh_token": "r"}), "returned no access_token"),
            (json!({"access_token": "line\nbreak"}), "returned no access_token"),
            (json!({"access_token": 7}), "returned no access_token"),
        ] {
            assert_eq!(read(returned).err(), Some(what));
        }
    }

    #[test]
    fn a_new_access_token_does_not_keep_the_old_ones_end() {
        let before = || {
            json!({"access_token": "a", "expires_at": 1, "expires_in": 1, "team": "T"})
                .as_object()
                .unwrap()
                .clone()
        };
        let merged = merge(before(), json!({"access_token": "b"})).unwrap();
        assert_eq!(Value::Object(merged), json!({"access_token": "b", "team": "T"}));
        let longer = merge(before(), json!({"expires_at": 2})).unwrap();
        let whole = json!({"access_token": "a", "expires_at": 2, "expires_in": 1, "team": "T"});
        assert_eq!(Value::Object(longer), whole);
        assert_eq!(merge(before(), json!({"refresh_token": "r"})), Err("returned no access_token"));
    }

    #[test]
    fn a_span_that_has_begun_does_not_begin_anew() {
        let before = json!({"access_token": "a", "expires_in": 3600}).as_object().unwrap().clone();
        let end: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let kept = with_end(before.clone(), Some(end));
        assert_eq!(Value::Object(kept), json!({"access_token": "a", "expires_at": end.as_millisecond()}));
        assert_eq!(Value::Object(with_end(before, None)), json!({"access_token": "a"}));
    }

    #[test]
    fn a_word_for_none_in_the_place_of_a_refresh_token_leaves_the_one_before() {
        let before = || json!({"access_token": "a", "refresh_token": "r"}).as_object().unwrap().clone();
        for (returned, token) in [
            (json!(null), "r"),
            (json!(""), "r"),
            (json!("Undefined"), "r"),
            (json!(false), "r"),
            (json!("s"), "s"),
            (json!(17), "17"),
        ] {
            let merged = merge(before(), json!({"access_token": "b", "refresh_token": returned})).unwrap();
            assert_eq!(merged["refresh_token"], token, "{returned}");
        }
    }

    #[test]
    fn the_account_has_the_names_that_scripts_use() {
        let told = read(json!({"access_token": "a", "userId": 7, "userName": "Ada\nL."})).unwrap().account;
        assert_eq!(told, Some(AccountInfo { id: Some("7".into()), label: Some("Ada L.".into()) }));
        assert_eq!(read(json!({"access_token": "a"})).unwrap().account, None);
    }
}
