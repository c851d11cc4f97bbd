//! The authorization code grant (RFC 6749 §4.1) with PKCE, `state`, `nonce` and `iss`.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokenrack_oauth::authorization::{self, AuthorizationRequest, ChallengeStyle, ValidatedResponse};
use tokenrack_oauth::error::OAuthError;
use tokenrack_oauth::id_token::{self, JwkSet};
use tokenrack_oauth::par;
use tokenrack_oauth::secret::{ClientSecret, CodeVerifier, Nonce, State};
use tokenrack_oauth::token::TokenSet;

use super::clock::Heard;
use super::script::{Made, Scripts};
use super::{account, hooks, refresh, server};
use crate::classify;
use crate::connection::{ClientAuthentication, Connection};
use crate::engine::Ports;
use crate::lifecycle::{Account, Attempt, Awaited};
use crate::ports::StateDigest;
use crate::problem::{Class, Code, Problem};
use crate::provider::{Pkce, ProviderSpec};
use crate::record::{RedirectSecrets, Tokens};

/// The code is spent, and whoever signed in would have to do so again.
const EXCHANGED_AGAIN_AFTER: [Duration; 3] =
    [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];

/// Why a sign-in has brought nothing to use.
pub struct Unusable {
    /// For the person.
    pub problem: Problem,
    /// What came all the same: nobody will use it.
    pub tokens: Option<Box<Tokens>>,
}

impl<P: Into<Problem>> From<P> for Unusable {
    fn from(problem: P) -> Self {
        Self { problem: problem.into(), tokens: None }
    }
}

/// What one attempt sends and keeps.
pub struct Prepared {
    /// For the browser.
    pub url: url::Url,
    /// For the record.
    pub attempt: Attempt,
    /// For the vault.
    pub secrets: RedirectSecrets,
}

/// Writes the authorization request, everything in it fresh, and pushes it to a server that wants that.
///
/// # Errors
/// `MissingClientSecret`; `InsecureUrl` for an endpoint no browser should be sent to; any protocol problem of a request that is pushed.
pub async fn prepare(
    ports: &Ports,
    connection: &Connection,
    spec: &ProviderSpec,
    secret: Option<&ClientSecret>,
    redirect_uri: String,
    time_limit: std::time::Duration,
) -> Result<Prepared, Problem> {
    hooks::check(spec)?;
    if connection.registration.authentication != ClientAuthentication::None && secret.is_none() {
        // Nobody should sign in for an exchange that cannot be.
        return Err(Code::MissingClientSecret.into());
    }
    let random = || {
        let mut bytes = [0; 32];
        ports.entropy.fill(&mut bytes);
        bytes
    };
    let openid = server::wants_id_token(connection, spec);
    let secrets = RedirectSecrets {
        state: State::from_random(random()),
        nonce: openid.then(|| Nonce::from_random(random())),
        verifier: (spec.client.pkce != Pkce::Never).then(|| CodeVerifier::from_random(random())),
    };
    let server = connection.server.clone().unwrap_or_default();
    let authorization_endpoint = server.authorization_endpoint.as_deref().ok_or(Code::DiscoveryIncomplete)?;
    let endpoint = authorization::endpoint(authorization_endpoint)
        .map_err(|error| OAuthError::endpoint(authorization_endpoint, error))?;
    let request = AuthorizationRequest {
        endpoint: &endpoint,
        client_id: &connection.registration.client_id,
        redirect_uri: &redirect_uri,
        scopes: &connection.scopes,
        resources: &connection.resources,
        state: &secrets.state,
        nonce: secrets.nonce.as_ref(),
        verifier: secrets.verifier.as_ref(),
        challenge: challenge(spec),
        authorize: &spec.authorize,
        scope: &spec.scopes,
    };
    let now = ports.clock.now();
    let url = match server::pushed(&server)? {
        None => request.url(),
        Some(endpoint) => {
            let client = server::client(ports, spec, connection, secret)?;
            let http = ports.http.as_ref();
            request.pushed_url(par::push(http, &endpoint, &client, &request.parameters(), now).await?)
        }
    };
    let limit = SignedDuration::try_from(time_limit).unwrap_or(SignedDuration::from_secs(300));
    let attempt = Attempt {
        state_digest: StateDigest(State::digest(secrets.state.expose())),
        started_at: now,
        expires_at: now.checked_add(limit).unwrap_or(Timestamp::MAX),
        issuer: server.issuer.clone().filter(|_| spec.server.id_token_issuer.is_none()),
        token_endpoint: server.token_endpoint.clone().ok_or(Code::DiscoveryIncomplete)?,
        client_id: connection.registration.client_id.clone(),
        browser_opened: true,
        exchanging_since: None,
        unread_since: None,
        awaited: Awaited::Redirect { redirect: connection.registration.redirect, redirect_uri },
    };
    Ok(Prepared { url, attempt, secrets })
}

/// How this provider wants the code challenge.
fn challenge(spec: &ProviderSpec) -> ChallengeStyle<'_> {
    let plain = ChallengeStyle::default();
    let method = spec.client.pkce_method.as_str();
    ChallengeStyle {
        hex: spec.client.pkce_encoding == "hex",
        method: if method.is_empty() { plain.method } else { method },
    }
}

/// Exchanges the code, verifies the ID token, and asks who is connected.
///
/// # Errors
/// Any protocol problem; the code is spent then, or was never sent. Tokens that are not believed come with it.
pub async fn finish(
    ports: &Ports,
    connection: &Connection,
    spec: &ProviderSpec,
    attempt: (&Attempt, &str, &RedirectSecrets),
    secret: Option<&ClientSecret>,
    response: ValidatedResponse,
) -> Result<Tokens, Unusable> {
    let heard = Heard::by(ports);
    let finished = exchange(&heard.ports, connection, spec, attempt, secret, response).await;
    finished.map_err(|unusable| Unusable { problem: heard.explain(unusable.problem), ..unusable })
}

async fn exchange(
    ports: &Ports,
    connection: &Connection,
    spec: &ProviderSpec,
    attempt: (&Attempt, &str, &RedirectSecrets),
    secret: Option<&ClientSecret>,
    response: ValidatedResponse,
) -> Result<Tokens, Unusable> {
    let (attempt, redirect_uri, secrets) = attempt;
    // A server that the redirect names is checked before anything is sent to it (mix-up, RFC 9700 §4.4).
    let captured = response.captured(&spec.authorize.capture)?;
    let filled = server::with_captured(spec, &captured)?;
    let named_by_redirect = spec.server.metadata.token_endpoint.as_deref().is_some_and(server::is_open);
    let place = filled.server.metadata.token_endpoint.as_ref().filter(|_| named_by_redirect);
    let endpoint = server::endpoint(place.unwrap_or(&attempt.token_endpoint))?;
    hooks::verify_redirect(spec, secret, &response, endpoint.host())?;
    let client = server::client(ports, &filled, connection, secret)?;
    // The keys come first: a code is spent only where its answer can be verified.
    let keys = keys(ports, connection, spec).await?;
    let asked = server::token_endpoint(ports, &filled, connection, &endpoint, &client);
    let scripts = Scripts::new(ports, connection, &filled, &asked, &captured);
    let made = scripts.exchange(response, redirect_uri, secrets.verifier.as_ref()).await?;
    let Made { mut tokens, credentials, problem } = made;
    // Where a person can untick scopes, the redirect may be the only one to say so (Strava).
    let between = |c: char| c.is_whitespace() || spec.scopes.separator.contains(c);
    let granted = captured.get("scope").map(|scope| scope.split(between));
    let granted = granted.map(|scopes| scopes.filter(|scope| !scope.is_empty()).map(str::to_owned).collect());
    tokens.scopes = tokens.scopes.or(granted);
    tokens.captured = captured.into_iter().chain(tokens.captured).collect();
    let proof = problem.map_or(Ok(Proof { keys, nonce: secrets.nonce.as_ref() }), Err);
    let tokens = accept(ports, connection, spec, secret, proof, (tokens, asked.now)).await?;
    Ok(Tokens { credentials, ..tokens })
}

/// What an ID token is verified with.
pub(super) struct Proof<'a> {
    /// The server's; without them there is no ID token to believe.
    pub(super) keys: Option<JwkSet>,
    /// As it was sent, where one could be.
    pub(super) nonce: Option<&'a Nonce>,
}

/// Finds out whose tokens these are, which were asked for at `now`. Not to be used are those that are not believed, of which
/// nobody can tell for want of a proof, or that a script could not read.
pub(super) async fn accept(
    ports: &Ports,
    connection: &Connection,
    spec: &ProviderSpec,
    secret: Option<&ClientSecret>,
    proof: Result<Proof<'_>, Problem>,
    (mut tokens, now): (TokenSet, Timestamp),
) -> Result<Tokens, Unusable> {
    let found = match &proof {
        Ok(proof) => inspect(ports, connection, spec, secret, proof, &mut tokens).await,
        Err(problem) => Err(problem.clone()),
    };
    let generation = connection.state.generation() + 1;
    let mut tokens = Tokens::first(tokens, generation, now, found.clone().unwrap_or_default());
    // RFC 6749 §5.1: an answer without `scope` means "as asked for", and what is asked for may be changed later.
    tokens.grant.scopes = tokens.grant.scopes.or_else(|| server::scopes(connection, spec).map(<[_]>::to_vec));
    tokens.grant.renews_itself = spec.refresh.renew.is_some();
    tokens.grant.refreshable |= tokens.grant.renews_itself || spec.scripts.refresh.is_some();
    match found {
        Ok(_) => Ok(tokens),
        Err(problem) => Err(Unusable { problem, tokens: Some(Box::new(tokens)) }),
    }
}

/// Asks whose the tokens are, then makes a short-lived one long-lived where the provider wants that.
async fn inspect(
    ports: &Ports,
    connection: &Connection,
    spec: &ProviderSpec,
    secret: Option<&ClientSecret>,
    proof: &Proof<'_>,
    tokens: &mut TokenSet,
) -> Result<Option<Account>, Problem> {
    let filled = server::with_captured(spec, &tokens.captured)?;
    let account = account::account(ports, connection, &filled, secret, proof, tokens).await?;
    let filled = server::with_captured(spec, &tokens.captured)?;
    if let Some(request) = &filled.refresh.exchange {
        let exchange = async || refresh::exchange(ports, connection, &filled, secret, request, tokens).await;
        let mut long = exchange().await;
        for pause in EXCHANGED_AGAIN_AFTER {
            // Others wait for the lock: not for a server that hangs.
            let passes = |problem: &Problem| {
                problem.code.class() == Class::Temporary && problem.code != Code::TimedOut
            };
            if long.as_ref().is_err_and(passes) {
                ports.clock.sleep(pause).await;
                long = exchange().await;
            }
        }
        let long = long?;
        tokens.access_token = long.access_token;
        tokens.refresh_token = long.refresh_token.or(tokens.refresh_token.take());
        tokens.expires_at = long.expires_at;
        tokens.captured.extend(long.captured);
    }
    Ok(account)
}

/// The server's keys, where an ID token is to be verified.
pub(super) async fn keys(
    ports: &Ports,
    connection: &Connection,
    spec: &ProviderSpec,
) -> Result<Option<JwkSet>, Problem> {
    if !server::wants_id_token(connection, spec) {
        return Ok(None);
    }
    let place = connection.server.as_ref().and_then(|server| server.jwks_uri.as_deref());
    let place = place.ok_or(Code::DiscoveryIncomplete)?;
    let keys = id_token::keys(ports.http.as_ref(), place, ports.clock.now()).await;
    keys.map(Some).map_err(classify::discovery)
}
