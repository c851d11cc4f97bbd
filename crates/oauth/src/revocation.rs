//! Token revocation: RFC 7009, or the provider's own request.

use jiff::Timestamp;

use crate::client::Client;
use crate::dialect::RevokeDialect;
use crate::endpoint::Endpoint;
use crate::error::OAuthError;
use crate::http::HttpClient;
use crate::response::{json_object, passes, success_only};
use crate::secret::{AccessToken, RefreshToken};
use crate::sent::ask;
use crate::template::Values;

/// Which token (RFC 7009 §2.1).
#[derive(Debug, Clone, Copy)]
pub enum Revocable<'a> {
    /// `token_type_hint=refresh_token`
    Refresh(&'a RefreshToken),
    /// `token_type_hint=access_token`
    Access(&'a AccessToken),
}

/// RFC 7009 §2.1. A token the server does not know is a success (§2.2).
///
/// # Errors
/// [`OAuthError`].
pub async fn revoke(
    http: &dyn HttpClient,
    endpoint: &Endpoint,
    client: &Client,
    token: Revocable<'_>,
    now: Timestamp,
) -> Result<(), OAuthError> {
    let (token, hint) = match token {
        Revocable::Refresh(token) => (token.expose(), "refresh_token"),
        Revocable::Access(token) => (token.expose(), "access_token"),
    };
    let request = client.post_form(endpoint.url(), &[("token", token), ("token_type_hint", hint)]);
    let answer = ask(http, request).await?;
    success_only(&answer, now)?;
    match json_object(&answer, None, now) {
        // Whatever its status.
        Err(error @ OAuthError::Server(_)) => Err(error),
        _ => Ok(()),
    }
}

/// The provider's own request, as its spec writes it; `values.token` is the one it is about.
///
/// # Errors
/// [`OAuthError`]; an answer that the dialect does not take for a success is `Invalid`.
pub async fn revoke_by_request(
    http: &dyn HttpClient,
    dialect: &RevokeDialect,
    values: &Values<'_>,
    now: Timestamp,
) -> Result<(), OAuthError> {
    let answer = ask(http, dialect.request.request("none", values)?).await?;
    success_only(&answer, now)?;
    if let Some(check) = &dialect.success {
        let body = json_object(&answer, Some(check), now)?;
        if !passes(&body, check) {
            return Err(OAuthError::Invalid("does not confirm the revocation"));
        }
    }
    Ok(())
}
