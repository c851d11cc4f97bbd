//! Device authorization (RFC 8628): the code to enter, and the question whether it was.

use jiff::{SignedDuration, Timestamp};
use tokenrack_oauth::device::DeviceEndpoint;
use tokenrack_oauth::error::OAuthError;
use tokenrack_oauth::id_token::JwkSet;
use tokenrack_oauth::secret::{ClientSecret, State};
use tokenrack_oauth::token::TokenSet;

use super::authorization_code::{self, Proof, Unusable};
use super::server;
use crate::connection::Connection;
use crate::engine::Ports;
use crate::lifecycle::{Attempt, Awaited};
use crate::ports::StateDigest;
use crate::problem::{Class, Code, Problem};
use crate::provider::ProviderSpec;
use crate::record::{DeviceSecrets, Tokens};

/// Asks for a code (§3.1). The attempt ends with the code, or with `time_limit` where that is shorter.
///
/// # Errors
/// Any protocol problem, `DiscoveryIncomplete` without an endpoint.
pub async fn prepare(
    ports: &Ports,
    connection: &Connection,
    spec: &ProviderSpec,
    secret: Option<&ClientSecret>,
    time_limit: std::time::Duration,
) -> Result<(Attempt, DeviceSecrets), Problem> {
    let server = connection.server.clone().unwrap_or_default();
    let place = server.device_authorization_endpoint.as_deref().ok_or(Code::DiscoveryIncomplete)?;
    let client = server::client(ports, spec, connection, secret)?;
    let now = ports.clock.now();
    let asked = DeviceEndpoint {
        http: ports.http.as_ref(),
        endpoint: &server::endpoint(place)?,
        client: &client,
        dialect: &spec.device,
        now,
    };
    let scope = server::scope(connection, spec);
    let scope = scope.iter().map(|scope| ("scope", scope.as_str()));
    let resources = connection.resources.iter().map(|resource| ("resource", resource.as_str()));
    let answer = asked.authorize(&scope.chain(resources).collect::<Vec<_>>()).await?;

    let mut random = [0; 32];
    ports.entropy.fill(&mut random);
    let state = State::from_random(random);
    let limit = SignedDuration::try_from(time_limit).unwrap_or(SignedDuration::from_secs(300));
    let limit = answer.expires_in.map_or(limit, |lifetime| lifetime.min(limit));
    let after = |span| now.checked_add(span).unwrap_or(Timestamp::MAX);
    let token_endpoint = spec.device.endpoint.clone().or(server.token_endpoint);
    let attempt = Attempt {
        state_digest: StateDigest(State::digest(state.expose())),
        started_at: now,
        expires_at: after(limit),
        issuer: server.issuer,
        token_endpoint: token_endpoint.ok_or(Code::DiscoveryIncomplete)?,
        client_id: connection.registration.client_id.clone(),
        browser_opened: true,
        exchanging_since: None,
        unread_since: None,
        awaited: Awaited::DeviceCode {
            user_code: answer.user_code,
            verification_uri: answer.verification_uri,
            verification_uri_complete: answer.verification_uri_complete,
            polling: answer.polling,
            next_poll_at: after(answer.polling.wait()),
        },
    };
    Ok((attempt, DeviceSecrets { state, device_code: answer.device_code }))
}

/// Asks once whether the person is done (§3.4); answers the tokens and when they were asked for.
///
/// # Errors
/// [`OAuthError`]: mostly "not yet".
pub async fn ask(
    ports: &Ports,
    connection: &Connection,
    spec: &ProviderSpec,
    secret: Option<&ClientSecret>,
    (attempt, user_code, secrets): (&Attempt, &str, &DeviceSecrets),
) -> Result<Result<(TokenSet, Timestamp), OAuthError>, Problem> {
    let client = server::client(ports, spec, connection, secret)?;
    let endpoint = server::endpoint(&attempt.token_endpoint)?;
    let asked = server::token_endpoint(ports, spec, connection, &endpoint, &client);
    let answer = spec.device.ask(&asked, &secrets.device_code, user_code).await;
    Ok(answer.map(|tokens| (tokens, asked.now)))
}

/// What an ID token is verified with, asked for before the code is spent.
pub type Keys = Result<Option<JwkSet>, Problem>;

/// The server's keys.
///
/// # Errors
/// A problem that passes. Any other counts where an ID token comes: there is no promise of one in this grant.
pub async fn keys(ports: &Ports, connection: &Connection, spec: &ProviderSpec) -> Result<Keys, Problem> {
    match authorization_code::keys(ports, connection, spec).await {
        Err(problem) if problem.code.class() == Class::Temporary => Err(problem),
        keys => Ok(keys),
    }
}

/// Finds out who has agreed. There is no nonce in this grant; an ID token that comes is verified.
///
/// # Errors
/// As [`authorization_code::finish`]; the code is spent then.
pub async fn finish(
    ports: &Ports,
    connection: &Connection,
    spec: &ProviderSpec,
    secret: Option<&ClientSecret>,
    keys: Keys,
    answer: (TokenSet, Timestamp),
) -> Result<Tokens, Unusable> {
    let keys = match answer.0.id_token {
        // The server may have others by now (OpenID Connect Core §10.1.1).
        Some(_) => authorization_code::keys(ports, connection, spec).await.or(keys),
        None => Ok(None),
    };
    let proof = keys.map(|keys| Proof { keys, nonce: None });
    authorization_code::accept(ports, connection, spec, secret, proof, answer).await
}
