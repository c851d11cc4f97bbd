//! Ends the tokens at the provider: refresh token first, then access token, or the provider's own way.

use tokenrack_oauth::client::{Client, ClientAuth};
use tokenrack_oauth::error::OAuthError;
use tokenrack_oauth::revocation::{self, Revocable};
use tokenrack_oauth::secret::ClientSecret;
use tokenrack_oauth::template::Values;

use super::clock::Heard;
use super::server;
use crate::connection::Connection;
use crate::engine::Ports;
use crate::problem::{Class, Code, Problem};
use crate::provider::ProviderSpec;
use crate::record::{FormerClient, Tokens};
use crate::view::Revocation;

/// Where; `None` where nobody can be asked.
pub fn place(spec: &ProviderSpec, connection: &Connection) -> Option<String> {
    match spec.revoke.style.as_str() {
        "none" => None,
        "request" => spec.revoke.request.url.clone(),
        _ => server::place(spec, connection, |server| &server.revocation_endpoint),
    }
}

/// Asks the provider. Never prevents the local deletion: the outcome is for the record. [`Revocation::Unknown`] with a problem:
/// the refresh token has ended, and the access token may have with it.
pub async fn revoke(
    ports: &Ports,
    connection: &Connection,
    spec: &ProviderSpec,
    tokens: &Tokens,
    secret: Option<&ClientSecret>,
) -> (Revocation, Option<Problem>) {
    let heard = Heard::by(ports);
    let outcome = match as_given_to(connection, tokens) {
        None => attempt(&heard.ports, connection, spec, tokens, secret).await,
        Some((connection, former)) => {
            let secret = former.map_or(secret, |former| former.secret.as_ref());
            attempt(&heard.ports, &connection, spec, tokens, secret).await
        }
    };
    outcome.unwrap_or_else(|problem| (Revocation::Failed, Some(heard.explain(problem))))
}

/// The connection as the client that the tokens were given to, where it has another since: to that one a server may say yes
/// and do nothing (RFC 7009 §2.2).
fn as_given_to<'a>(
    connection: &Connection,
    tokens: &'a Tokens,
) -> Option<(Connection, Option<&'a FormerClient>)> {
    let registration = &connection.registration;
    let client_id = tokens.grant.client_id.as_ref().unwrap_or(&registration.client_id);
    let former = tokens.client.as_ref();
    if former.is_none() && *client_id == registration.client_id {
        return None;
    }
    let authentication = former.map_or(registration.authentication, |former| former.authentication);
    let mut connection = connection.clone();
    connection.registration.client_id.clone_from(client_id);
    connection.registration.authentication = authentication;
    Some((connection, former))
}

async fn attempt(
    ports: &Ports,
    connection: &Connection,
    spec: &ProviderSpec,
    tokens: &Tokens,
    secret: Option<&ClientSecret>,
) -> Result<(Revocation, Option<Problem>), Problem> {
    let spec = &server::with_captured(spec, &tokens.grant.captured)?;
    let (http, now) = (ports.http.as_ref(), ports.clock.now());
    let Some(place) = place(spec, connection) else { return Ok((Revocation::Unsupported, None)) };
    let client = server::client(ports, spec, connection, secret)?;
    if spec.revoke.style == "request" {
        if spec.revoke.request.auth == "basic" && matches!(client.auth, ClientAuth::None) {
            // GitHub ends tokens for a client with a secret only; one of its device codes has none.
            return Ok((Revocation::Unsupported, None));
        }
        let values = values(spec, tokens, &client)?;
        revocation::revoke_by_request(http, &spec.revoke, &values, now).await?;
        return Ok((Revocation::Revoked, None));
    }
    let endpoint = server::endpoint(&place)?;
    let access = Revocable::Access(&tokens.access_token);
    let refresh = tokens.refresh_token.as_ref();
    if spec.revoke.effect == "whole_grant" {
        let one = refresh.map_or(access, Revocable::Refresh);
        revocation::revoke(http, &endpoint, &client, one, now).await?;
        return Ok((Revocation::Revoked, None));
    }
    // RFC 7009 §2.1: a server that ends the refresh token ends its access tokens too, but need not.
    let mut refused = None;
    if let Some(token) = refresh {
        refused = revocation::revoke(http, &endpoint, &client, Revocable::Refresh(token), now).await.err();
    }
    // A server that does not answer once is not waited for twice.
    if let Some(error @ OAuthError::Http(_)) = refused {
        return Err(error.into());
    }
    let access = revocation::revoke(http, &endpoint, &client, access, now).await;
    match (refused, access.err().map(Problem::from), refresh) {
        (Some(error), _, _) => Err(error.into()),
        (None, Some(problem), None) => Err(problem),
        // One that could not answer may not have ended it (RFC 7009 §2.2.1).
        (None, Some(problem), _) if problem.code.class() == Class::Temporary => {
            Ok((Revocation::Unknown, Some(problem)))
        }
        // Some servers revoke refresh tokens only (`unsupported_token_type`); the access token ends by itself.
        (None, _, _) => Ok((Revocation::Revoked, None)),
    }
}

/// What the provider's own request is filled with.
///
/// # Errors
/// `NoRefreshToken` when it is about the refresh token and there is none.
fn values<'a>(spec: &ProviderSpec, tokens: &'a Tokens, client: &'a Client) -> Result<Values<'a>, Problem> {
    let refresh_token = tokens.refresh_token.as_ref();
    let token = match spec.revoke.token.as_str() {
        "refresh" => refresh_token.ok_or(Problem::new(Code::NoRefreshToken))?.expose(),
        _ => tokens.access_token.expose(),
    };
    let known = Values::new(client, &tokens.access_token, &tokens.grant.captured);
    Ok(Values { refresh_token, token: Some(token), ..known })
}
