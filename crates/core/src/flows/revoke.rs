//! Ends the tokens at the provider: refresh token first, then access token, or the provider's own way.

use tokenrack_oauth::error::OAuthError;
use tokenrack_oauth::revocation::{self, Revocable};
use tokenrack_oauth::secret::ClientSecret;
use tokenrack_oauth::template::Values;

use super::server;
use crate::connection::Connection;
use crate::engine::Ports;
use crate::problem::Problem;
use crate::provider::ProviderSpec;
use crate::record::Tokens;
use crate::view::Revocation;

/// Asks the provider. Never prevents the local deletion: the outcome is for the record.
pub async fn revoke(
    ports: &Ports,
    connection: &Connection,
    spec: &ProviderSpec,
    tokens: &Tokens,
    secret: Option<&ClientSecret>,
) -> (Revocation, Option<Problem>) {
    match attempt(ports, connection, spec, tokens, secret).await {
        Ok(outcome) => (outcome, None),
        Err(problem) => (Revocation::Failed, Some(problem)),
    }
}

async fn attempt(
    ports: &Ports,
    connection: &Connection,
    spec: &ProviderSpec,
    tokens: &Tokens,
    secret: Option<&ClientSecret>,
) -> Result<Revocation, Problem> {
    let http = ports.http.as_ref();
    let now = ports.clock.now();
    let access = &tokens.access_token;
    let refresh = tokens.refresh_token.as_ref();
    if spec.revoke.style == "none" {
        return Ok(Revocation::Unsupported);
    }
    let client = server::client(spec, connection, secret)?;
    if spec.revoke.style == "request" {
        let captured = &tokens.grant.captured;
        let values = Values { client: &client, access_token: access, refresh_token: refresh, captured };
        revocation::revoke_by_request(http, &spec.revoke, &values, now).await?;
        return Ok(Revocation::Revoked);
    }
    let advertised = connection.server.as_ref().and_then(|server| server.revocation_endpoint.as_ref());
    let Some(place) = advertised else { return Ok(Revocation::Unsupported) };
    let endpoint = server::endpoint(place)?;
    // RFC 7009 §2.1: a server that ends the refresh token ends its access tokens too, but need not.
    let mut refused = None;
    if let Some(token) = refresh {
        refused = revocation::revoke(http, &endpoint, &client, Revocable::Refresh(token), now).await.err();
    }
    // A server that does not answer once is not waited for twice.
    if let Some(error @ OAuthError::Http(_)) = refused {
        return Err(error.into());
    }
    let access = revocation::revoke(http, &endpoint, &client, Revocable::Access(access), now).await;
    match (refused, access, refresh) {
        (Some(error), _, _) | (None, Err(error), None) => Err(error.into()),
        // Some servers revoke refresh tokens only (`unsupported_token_type`); the access token ends by itself.
        (None, _, _) => Ok(Revocation::Revoked),
    }
}
