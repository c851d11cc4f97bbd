//! Who is connected: the ID token, the token response, UserInfo, or the provider's own "who am I".

use std::collections::BTreeMap;

use serde_json::Value;
use tokenrack_oauth::dialect::RequestTemplate;
use tokenrack_oauth::error::OAuthError;
use tokenrack_oauth::id_token::{self, IdTokenError};
use tokenrack_oauth::response;
use tokenrack_oauth::secret::ClientSecret;
use tokenrack_oauth::template::Values;
use tokenrack_oauth::token::TokenSet;
use tokenrack_oauth::userinfo::{self, AccountInfo};

use super::authorization_code::Proof;
use super::server;
use crate::connection::Connection;
use crate::engine::Ports;
use crate::lifecycle::Account;
use crate::problem::{Code, Problem};
use crate::provider::ProviderSpec;

/// Finds out who is connected, and adds what the file keeps of the answer to `tokens.captured`.
///
/// # Errors
/// Evidence that the tokens are not to be believed. A "who am I" that fails costs the label, not the connection.
pub async fn account(
    ports: &Ports,
    connection: &Connection,
    spec: &ProviderSpec,
    secret: Option<&ClientSecret>,
    proof: &Proof<'_>,
    tokens: &mut TokenSet,
) -> Result<Option<Account>, Problem> {
    let claims = claims(ports, connection, spec, secret, proof, tokens)?;
    let mut info = claims.as_ref().map(|claims| userinfo::read(claims, &Default::default()));
    match (spec.account.from.as_str(), &claims) {
        // The answer itself has said so, or the script that read it.
        _ if tokens.account.is_some() => info = tokens.account.take(),
        ("token_response", _) => {}
        ("id_token", Some(claims)) => {
            info = Some(userinfo::read(claims, &spec.account));
            tokens.captured.extend(response::values(claims, &spec.account.capture));
        }
        ("id_token", None) => {}
        _ => {
            let subject = claims.as_ref().and_then(|claims| claims["sub"].as_str());
            if let Some((request, subject)) = question(connection, spec, tokens, claims.is_some(), subject) {
                let values = (tokens.captured.clone(), secret);
                let answer = ask(ports, connection, spec, (&request, subject), values, tokens).await?;
                if let Some((found, captured)) = answer {
                    info = Some(found);
                    tokens.captured.extend(captured);
                }
            }
        }
    }
    Ok(info.and_then(|info| info.label.or(info.id.clone()).map(|label| Account { id: info.id, label })))
}

/// What the ID token says, once it is verified.
fn claims(
    ports: &Ports,
    connection: &Connection,
    spec: &ProviderSpec,
    secret: Option<&ClientSecret>,
    proof: &Proof<'_>,
    tokens: &TokenSet,
) -> Result<Option<Value>, Problem> {
    let Some(keys) = &proof.keys else { return Ok(None) };
    let issuer = spec.server.id_token_issuer.clone().or(server::place(spec, connection, |it| &it.issuer));
    let id_token = tokens.id_token.as_ref().ok_or(OAuthError::IdToken(IdTokenError::Missing))?;
    let expected = id_token::Expected {
        issuer: issuer.as_deref().ok_or(Code::DiscoveryIncomplete)?,
        client_id: &connection.registration.client_id,
        nonce: proof.nonce,
        access_token: &tokens.access_token,
        client_secret: secret,
        now: ports.clock.now(),
    };
    Ok(Some(id_token::verify(id_token, keys, &expected).map_err(OAuthError::IdToken)?))
}

/// The request that asks, and the subject its answer must name: OpenID's own endpoint names the ID token's. `None`
/// when there is none, or the granted scopes do not reach it.
fn question<'a>(
    connection: &Connection,
    spec: &ProviderSpec,
    tokens: &TokenSet,
    openid: bool,
    subject: Option<&'a str>,
) -> Option<(RequestTemplate, Option<&'a str>)> {
    let granted = tokens.scopes.as_ref().unwrap_or(&connection.scopes);
    spec.account.needs_scope.as_ref().is_none_or(|scope| granted.contains(scope)).then_some(())?;
    let own = &spec.account.request;
    if own.url.is_some() {
        return Some((own.clone(), None));
    }
    // Without an ID token only an endpoint that the file itself names is asked: OpenID's own would refuse.
    let pinned = || spec.server.metadata.userinfo_endpoint.clone();
    let known = || server::place(spec, connection, |server| &server.userinfo_endpoint);
    let url = if openid { known() } else { pinned() };
    Some((RequestTemplate { url: Some(url?), ..own.clone() }, subject))
}

async fn ask(
    ports: &Ports,
    connection: &Connection,
    spec: &ProviderSpec,
    (request, subject): (&RequestTemplate, Option<&str>),
    (captured, secret): (BTreeMap<String, String>, Option<&ClientSecret>),
    tokens: &TokenSet,
) -> Result<Option<(AccountInfo, BTreeMap<String, String>)>, Problem> {
    let client = server::client(ports, spec, connection, secret)?;
    let values = Values::new(&client, &tokens.access_token, &captured);
    let (http, now) = (ports.http.as_ref(), ports.clock.now());
    match userinfo::account(http, request, &spec.account, &values, subject, now).await {
        Ok(answer) => Ok(Some((answer.info, answer.captured))),
        Err(OAuthError::UserinfoMismatch) => Err(OAuthError::UserinfoMismatch.into()),
        // OpenID's own endpoint must take a token it has just given (Core §5.3); a 401 there is evidence that
        // the token does not work. Anything else costs the label, not the connection.
        Err(error) if subject.is_some() && unauthorized(&error) => {
            Err(Problem::new(Code::UserinfoRefused).because(error))
        }
        Err(error) => {
            tracing::warn!(%error, "the account could not be read");
            Ok(None)
        }
    }
}

fn unauthorized(error: &OAuthError) -> bool {
    match error {
        OAuthError::Status { status, .. } => *status == 401,
        OAuthError::Server(answer) => answer.status == 401,
        _ => false,
    }
}
