//! The refresh grant (RFC 6749 §6): one request, its answer made a new token set.

use std::collections::BTreeMap;

use jiff::Timestamp;
use tokenrack_oauth::dialect::{RefreshDialect, RequestTemplate};
use tokenrack_oauth::error::OAuthError;
use tokenrack_oauth::secret::{ClientSecret, RefreshToken};
use tokenrack_oauth::template::Values;
use tokenrack_oauth::token::{Salvaged, TokenSet, Unrenewed};

use super::clock::Heard;
use super::script::{Made, Scripts, kept_with};
use super::{lookup, server};
use crate::classify::{Verdict, refused_refresh};
use crate::connection::{Connection, GrantType};
use crate::engine::Ports;
use crate::lifecycle::{Failure, Grant, RefreshState};
use crate::problem::{Code, Problem};
use crate::provider::ProviderSpec;
use crate::record::Tokens;
use crate::refresh_end::RefreshEnd;

/// Why a refresh gave no tokens.
pub struct Refused {
    /// For the person.
    pub problem: Problem,
    /// For the grant.
    pub verdict: Verdict,
}

impl Refused {
    /// The server's own refusal; `permanent` are the words the provider's file has for `invalid_grant`.
    pub(super) fn by(error: OAuthError, permanent: &[String]) -> Self {
        let (problem, verdict) = refused_refresh(error, permanent);
        Self { problem, verdict }
    }
}

impl From<Problem> for Refused {
    /// Of our own making: nothing was sent.
    fn from(problem: Problem) -> Self {
        Self { problem, verdict: Verdict::Transient }
    }
}

/// Whether this provider would refuse a refresh now, because more of the access token is left than it likes.
pub fn too_early(spec: &ProviderSpec, grant: &Grant, now: Timestamp) -> Option<Problem> {
    let longest = i64::from(spec.refresh.min_remaining_s);
    let left = grant.expires_at?.duration_since(now).as_secs();
    (longest > 0 && left > longest && !grant.is_inactive() && !grant.clock_was_set_back(now)).then(|| {
        let words = format!("possible from {longest} s before its end; {left} s are left");
        Problem::new(Code::RefreshTooEarly).because(words)
    })
}

/// Where new tokens are asked for.
pub fn place(spec: &ProviderSpec, connection: &Connection) -> Option<String> {
    let own = Some(spec).filter(|_| connection.registration.grant_type != GrantType::ClientCredentials);
    own.and_then(own_place).or_else(|| server::token_place(spec, connection))
}

/// The same, where it is not the token endpoint.
pub fn own_place(spec: &ProviderSpec) -> Option<String> {
    let RefreshDialect { renew, endpoint, .. } = &spec.refresh;
    renew.as_ref().and_then(|request| request.url.clone()).or_else(|| endpoint.clone())
}

/// Sends the refresh token once, or lets the access token renew itself where the provider has it so.
///
/// # Errors
/// [`Refused`]; with `Keep`, nothing is lost.
pub async fn refresh(
    ports: &Ports,
    connection: &Connection,
    spec: &ProviderSpec,
    tokens: &Tokens,
    secret: Option<&ClientSecret>,
) -> Result<Tokens, Refused> {
    let heard = Heard::by(ports);
    let renewed = ask(&heard.ports, connection, spec, tokens, secret).await;
    renewed.map_err(|Refused { problem, verdict }| {
        let problem = heard.explain(problem);
        let verdict = if problem.code == Code::ClockWrong { Verdict::of(&problem) } else { verdict };
        Refused { problem, verdict }
    })
}

async fn ask(
    ports: &Ports,
    connection: &Connection,
    spec: &ProviderSpec,
    tokens: &Tokens,
    secret: Option<&ClientSecret>,
) -> Result<Tokens, Refused> {
    let spec = &server::with_captured(spec, &tokens.grant.captured)?;
    let client = server::client(ports, spec, connection, secret)?;
    let place = spec.refresh.endpoint.clone().or_else(|| server::token_place(spec, connection));
    let endpoint = server::endpoint(&place.ok_or(Problem::new(Code::DiscoveryIncomplete))?)?;
    let asked = server::token_endpoint(ports, spec, connection, &endpoint, &client);
    let now = asked.now;
    let refresh_token = tokens.refresh_token.as_ref();
    let dialect = repeating(spec, &tokens.grant);
    let scripts = Scripts::new(ports, connection, spec, &asked, &tokens.grant.captured);
    if let Some(made) = scripts.refresh(tokens, &dialect).await {
        return made.map(|made| renewed(spec, tokens, made, now));
    }
    let answer = match (&spec.refresh.renew, refresh_token) {
        (Some(request), _) => {
            let values = Values {
                refresh_token,
                ..Values::new(&client, &tokens.access_token, &tokens.grant.captured)
            };
            asked.by_request(request, &values).await
        }
        (None, None) => return Err(Problem::new(Code::NoRefreshToken).into()),
        (None, Some(token)) => asked.refresh(token, &connection.registration.redirect_uri, &dialect).await,
    };
    let made = match answer {
        Ok(fresh) => fresh.into(),
        Err(Unrenewed { error, salvaged: Some(salvaged) }) => rescued(tokens, salvaged, error),
        Err(Unrenewed { error, salvaged: None }) => return Err(Refused::by(error, &spec.refresh.permanent)),
    };
    Ok(renewed(spec, tokens, made, now))
}

/// What an answer that cannot be read as a whole has brought all the same, over what there was before.
fn rescued(before: &Tokens, salvaged: Salvaged, error: OAuthError) -> Made {
    let (access_token, expires_at) =
        salvaged.access_token.unwrap_or_else(|| (before.access_token.clone(), before.grant.expires_at));
    let tokens = TokenSet {
        access_token,
        refresh_token: salvaged.refresh_token,
        id_token: None,
        expires_at,
        refresh_expires_at: None,
        scopes: None,
        captured: BTreeMap::new(),
        account: None,
    };
    Made { tokens, credentials: None, problem: Some(with_tokens(error)) }
}

/// What is wrong with an answer that has brought tokens, whatever it calls itself.
pub(super) fn with_tokens(error: OAuthError) -> Problem {
    let problem = Problem::from(error);
    let is_refusal = matches!(Verdict::of(&problem), Verdict::Permanent | Verdict::Configuration)
        || problem.http_status.is_some()
            && matches!(
                problem.code,
                Code::AccessDenied | Code::AttemptTimedOut | Code::RateLimited | Code::TimedOut
            );
    if is_refusal { Problem { code: Code::ServerRefused, ..problem } } else { problem }
}

/// The next token set after `tokens`. One whose answer could not be read is as good as it can be, and says so.
fn renewed(spec: &ProviderSpec, tokens: &Tokens, made: Made, now: Timestamp) -> Tokens {
    let Made { tokens: fresh, credentials, problem } = made;
    let old = &tokens.grant;
    let ends_at = match fresh.refresh_token {
        Some(_) => fresh.refresh_expires_at,
        None => fresh.refresh_expires_at.or(old.refresh_end.at),
    };
    let is_old =
        |fresh: &RefreshToken| tokens.refresh_token.as_ref().is_some_and(|old| old.matches(fresh.expose()));
    let is_replaced = fresh.refresh_token.as_ref().is_some_and(|fresh| !is_old(fresh));
    // What a script keeps for the next time is not known here, nor what stood in an answer that could not be read.
    let is_same =
        credentials.is_none() && problem.is_none() && fresh.refresh_token.as_ref().is_none_or(is_old);
    let credentials = credentials.or_else(|| kept_with(tokens, &fresh));
    let grant = Grant {
        generation: old.generation + 1,
        issued_at: now,
        expires_at: fresh.expires_at,
        refused: None,
        // RFC 6749 §6: absent means unchanged, for scopes as for the refresh token.
        scopes: fresh.scopes.or_else(|| old.scopes.clone()),
        refreshable: true,
        renews_itself: spec.refresh.renew.is_some(),
        refresh_end: RefreshEnd::after(old, ends_at, is_replaced, now),
        captured: old.captured.clone().into_iter().chain(allowed(spec, fresh.captured)).collect(),
        account: old.account.clone(),
        account_before: old.account_before.clone(),
        client_id: old.client_id.clone(),
        is_bound: old.is_bound,
        reach: old.reach.clone(),
        refresh: problem.map_or(RefreshState::Idle, |problem| {
            let failure = Failure::after(&old.refresh, problem, now);
            // The new one has come, whatever is wrong with its answer.
            RefreshState::Failed(Failure {
                answer_may_be_lost: failure.answer_may_be_lost && !is_replaced,
                ..failure
            })
        }),
        refresh_token_since: is_same.then(|| old.refresh_token_since.unwrap_or(old.generation)),
        authorized_at: old.authorized_at,
    };
    let refresh_token = fresh.refresh_token.or_else(|| tokens.refresh_token.clone());
    let (client, proof_key) = (tokens.client.clone(), tokens.proof_key.clone());
    Tokens { access_token: fresh.access_token, refresh_token, credentials, client, proof_key, grant }
}

/// Without the values that the provider's file does not allow: they would stop every request from here on.
fn allowed(spec: &ProviderSpec, mut captured: BTreeMap<String, String>) -> BTreeMap<String, String> {
    captured.retain(|name, value| {
        let allowed = lookup::allowed(spec, name, value);
        if !allowed {
            tracing::warn!(provider = %spec.id, name, "an answer's value is not allowed and was left out");
        }
        allowed
    });
    captured
}

/// What the exchange had to repeat of the redirect, the refresh repeats too (VK's `device_id`).
fn repeating(spec: &ProviderSpec, grant: &Grant) -> RefreshDialect {
    let mut dialect = spec.refresh.clone();
    for name in &spec.authorize.forward {
        if let Some(value) = grant.captured.get(name) {
            dialect.params.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
    dialect
}

/// Exchanges a token that has just come for a better one, by the provider's own request.
///
/// # Errors
/// Any protocol problem.
pub(super) async fn exchange(
    ports: &Ports,
    connection: &Connection,
    spec: &ProviderSpec,
    secret: Option<&ClientSecret>,
    request: &RequestTemplate,
    tokens: &TokenSet,
) -> Result<TokenSet, Problem> {
    let client = server::client(ports, spec, connection, secret)?;
    let place = server::token_place(spec, connection);
    let endpoint = server::endpoint(&place.ok_or(Code::DiscoveryIncomplete)?)?;
    let asked = server::token_endpoint(ports, spec, connection, &endpoint, &client);
    let refresh_token = tokens.refresh_token.as_ref();
    let values = Values { refresh_token, ..Values::new(&client, &tokens.access_token, &tokens.captured) };
    let fresh = asked.by_request(request, &values).await.map_err(|unrenewed| unrenewed.error)?;
    Ok(TokenSet { captured: allowed(spec, fresh.captured), ..fresh })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_takes_a_refresh_only_in_the_last_seconds() {
        let spec = |seconds: u32| {
            let text = format!("schema=1\nid=\"x\"\nname=\"X\"\n[refresh]\nmin_remaining_s={seconds}");
            toml::from_str::<ProviderSpec>(&text).unwrap()
        };
        let at = |text: &str| format!("2026-01-01T12:{text}Z").parse::<Timestamp>().unwrap();
        let grant = Grant {
            issued_at: at("00:00"),
            expires_at: Some(at("10:00")),
            ..crate::lifecycle::tests::grant(1)
        };
        let early = too_early(&spec(30), &grant, at("09:29")).unwrap();
        assert_eq!(early.code, Code::RefreshTooEarly);
        assert_eq!(early.cause.as_deref(), Some("possible from 30 s before its end; 31 s are left"));
        assert_eq!(too_early(&spec(30), &grant, at("09:30")), None);
        assert_eq!(too_early(&spec(0), &grant, at("00:00")), None);
        let unknown = Grant { expires_at: None, ..grant };
        assert_eq!(too_early(&spec(30), &unknown, at("00:00")), None);
    }
}
