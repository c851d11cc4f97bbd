//! The refresh grant (RFC 6749 §6): one request, its answer made a new token set.

use tokenrack_oauth::error::OAuthError;
use tokenrack_oauth::secret::ClientSecret;
use tokenrack_oauth::token::TokenEndpoint;

use super::server;
use crate::classify::{RefreshVerdict, refresh_verdict};
use crate::connection::Connection;
use crate::engine::Ports;
use crate::lifecycle::{Grant, RefreshState};
use crate::problem::{Code, Problem};
use crate::provider::ProviderSpec;
use crate::record::Tokens;

/// Why a refresh gave no tokens.
pub struct Refused {
    /// For the person.
    pub problem: Problem,
    /// For the grant.
    pub verdict: RefreshVerdict,
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self { problem, verdict: RefreshVerdict::Keep }
    }
}

/// Sends the refresh token once.
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
    let refresh_token = tokens.refresh_token.as_ref().ok_or(Problem::new(Code::NoRefreshToken))?;
    let client = server::client(spec, connection, secret)?;
    let token_endpoint = connection.server.as_ref().and_then(|server| server.token_endpoint.as_ref());
    let place =
        spec.refresh.endpoint.as_ref().or(token_endpoint).ok_or(Problem::new(Code::DiscoveryIncomplete))?;
    let endpoint = server::endpoint(place)?;
    let now = ports.clock.now();
    let asked = TokenEndpoint {
        http: ports.http.as_ref(),
        endpoint: &endpoint,
        client: &client,
        dialect: &spec.token,
        now,
    };
    let answer = asked.refresh(refresh_token, &connection.registration.redirect_uri, &spec.refresh).await;
    let fresh = answer.map_err(|error| {
        let answered = match &error {
            OAuthError::Server(answer) => Some(answer.code.clone()),
            _ => None,
        };
        let problem = Problem::from(error);
        let verdict = refresh_verdict(&problem, &spec.refresh.permanent, answered.as_deref());
        Refused { problem, verdict }
    })?;
    let old = &tokens.grant;
    let grant = Grant {
        generation: old.generation + 1,
        issued_at: now,
        expires_at: fresh.expires_at,
        // RFC 6749 §6: absent means unchanged, for scopes as for the refresh token.
        scopes: fresh.scopes.or_else(|| old.scopes.clone()),
        refreshable: true,
        refresh_expires_at: match fresh.refresh_token {
            Some(_) => fresh.refresh_expires_at,
            None => fresh.refresh_expires_at.or(old.refresh_expires_at),
        },
        captured: old.captured.clone().into_iter().chain(fresh.captured).collect(),
        account: old.account.clone(),
        refresh: RefreshState::Idle,
        authorized_at: old.authorized_at,
    };
    let refresh_token = fresh.refresh_token.or_else(|| tokens.refresh_token.clone());
    Ok(Tokens { access_token: fresh.access_token, refresh_token, grant })
}
