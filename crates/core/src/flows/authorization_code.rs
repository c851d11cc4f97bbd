//! The authorization code grant (RFC 6749 §4.1) with PKCE, `state`, `nonce` and `iss`.

use jiff::{SignedDuration, Timestamp};
use tokenrack_oauth::authorization::{self, AuthorizationRequest, ValidatedResponse};
use tokenrack_oauth::dialect::RequestTemplate;
use tokenrack_oauth::error::OAuthError;
use tokenrack_oauth::id_token::{self, IdTokenError, JwkSet};
use tokenrack_oauth::metadata::ServerMetadata;
use tokenrack_oauth::secret::{ClientSecret, CodeVerifier, Nonce, State};
use tokenrack_oauth::template::Values;
use tokenrack_oauth::token::{TokenEndpoint, TokenSet};
use tokenrack_oauth::userinfo;

use super::server;
use crate::classify;
use crate::connection::Connection;
use crate::engine::Ports;
use crate::lifecycle::{Account, Attempt, Grant, RefreshState};
use crate::ports::StateDigest;
use crate::problem::{Code, Problem};
use crate::provider::{Pkce, ProviderSpec};
use crate::record::{Pending, Tokens};

/// What one attempt sends and keeps.
pub struct Prepared {
    /// For the browser.
    pub url: url::Url,
    /// For the record.
    pub attempt: Attempt,
    /// For the vault.
    pub pending: Pending,
}

/// Writes the authorization request, everything in it fresh.
///
/// # Errors
/// `InsecureUrl` for an endpoint no browser should be sent to.
pub fn prepare(
    ports: &Ports,
    connection: &Connection,
    spec: &ProviderSpec,
    server: &ServerMetadata,
    redirect_uri: String,
    time_limit: std::time::Duration,
) -> Result<Prepared, Problem> {
    let random = || {
        let mut bytes = [0; 32];
        ports.entropy.fill(&mut bytes);
        bytes
    };
    let openid = wants_id_token(connection);
    let pending = Pending {
        state: State::from_random(random()),
        nonce: openid.then(|| Nonce::from_random(random())),
        verifier: (spec.client.pkce != Pkce::Never).then(|| CodeVerifier::from_random(random())),
    };
    let authorization_endpoint = server.authorization_endpoint.as_deref().ok_or(Code::DiscoveryIncomplete)?;
    let endpoint = authorization::endpoint(authorization_endpoint)
        .map_err(|error| OAuthError::endpoint(authorization_endpoint, error))?;
    let url = AuthorizationRequest {
        endpoint: &endpoint,
        client_id: &connection.registration.client_id,
        redirect_uri: &redirect_uri,
        scopes: &connection.scopes,
        state: &pending.state,
        nonce: pending.nonce.as_ref(),
        verifier: pending.verifier.as_ref(),
        authorize: &spec.authorize,
        scope: &spec.scopes,
    }
    .url();
    let now = ports.clock.now();
    let limit = SignedDuration::try_from(time_limit).unwrap_or(SignedDuration::from_secs(300));
    let attempt = Attempt {
        state_digest: StateDigest(State::digest(pending.state.expose())),
        started_at: now,
        expires_at: now.checked_add(limit).unwrap_or(Timestamp::MAX),
        redirect: connection.registration.redirect,
        redirect_uri,
        issuer: server.issuer.clone().filter(|_| spec.server.id_token_issuer.is_none()),
        token_endpoint: server.token_endpoint.clone().ok_or(Code::DiscoveryIncomplete)?,
        client_id: connection.registration.client_id.clone(),
        browser_opened: true,
        exchanging_since: None,
    };
    Ok(Prepared { url, attempt, pending })
}

fn wants_id_token(connection: &Connection) -> bool {
    connection.scopes.iter().any(|scope| scope == "openid")
}

/// Exchanges the code, verifies the ID token, and asks who is connected.
///
/// # Errors
/// Any protocol problem; the code is spent then.
pub async fn finish(
    ports: &Ports,
    connection: &Connection,
    spec: &ProviderSpec,
    attempt: &Attempt,
    pending: &Pending,
    secret: Option<&ClientSecret>,
    response: ValidatedResponse,
) -> Result<Tokens, Problem> {
    let client = server::client(spec, connection, secret)?;
    let endpoint = server::endpoint(&attempt.token_endpoint)?;
    // The keys come first: a code is spent only where its answer can be verified.
    let keys = keys(ports, connection).await?;
    let now = ports.clock.now();
    let asked = TokenEndpoint {
        http: ports.http.as_ref(),
        endpoint: &endpoint,
        client: &client,
        dialect: &spec.token,
        now,
    };
    let tokens = asked.exchange(response, &attempt.redirect_uri, pending.verifier.as_ref()).await?;
    let account = account(ports, connection, spec, pending, secret, keys.as_ref(), &tokens).await;
    let grant = Grant {
        generation: connection.state.grant().map_or(1, |grant| grant.generation + 1),
        issued_at: now,
        expires_at: tokens.expires_at,
        scopes: tokens.scopes,
        refreshable: tokens.refresh_token.is_some(),
        refresh_expires_at: tokens.refresh_expires_at,
        captured: tokens.captured,
        account: account.clone().unwrap_or_default(),
        refresh: RefreshState::Idle,
        authorized_at: now,
    };
    let tokens = Tokens { access_token: tokens.access_token, refresh_token: tokens.refresh_token, grant };
    if let Err(problem) = account {
        // Nobody will use them: they must not live on at the provider. If that fails too, they end by themselves.
        let (outcome, _) = super::revoke::revoke(ports, connection, spec, &tokens, secret).await;
        tracing::info!(?outcome, "tokens that are not believed were revoked");
        return Err(problem);
    }
    Ok(tokens)
}

/// The server's keys, where an ID token is to be verified.
async fn keys(ports: &Ports, connection: &Connection) -> Result<Option<JwkSet>, Problem> {
    if !wants_id_token(connection) {
        return Ok(None);
    }
    let place = connection.server.as_ref().and_then(|server| server.jwks_uri.as_deref());
    let place = place.ok_or(Code::DiscoveryIncomplete)?;
    let keys = id_token::keys(ports.http.as_ref(), place, ports.clock.now()).await;
    keys.map(Some).map_err(classify::discovery)
}

/// Who is connected: the ID token where there is one, then UserInfo or the provider's own "who am I".
async fn account(
    ports: &Ports,
    connection: &Connection,
    spec: &ProviderSpec,
    pending: &Pending,
    secret: Option<&ClientSecret>,
    keys: Option<&JwkSet>,
    tokens: &TokenSet,
) -> Result<Option<Account>, Problem> {
    let server = connection.server.clone().unwrap_or_default();
    let now = ports.clock.now();
    let claims = if let Some(keys) = keys {
        let issuer = spec.server.id_token_issuer.as_deref().or(server.issuer.as_deref());
        let id_token = tokens.id_token.as_ref().ok_or(OAuthError::IdToken(IdTokenError::Missing))?;
        let expected = id_token::Expected {
            issuer: issuer.ok_or(Code::DiscoveryIncomplete)?,
            client_id: &connection.registration.client_id,
            nonce: pending.nonce.as_ref(),
            access_token: &tokens.access_token,
            client_secret: secret,
            now,
        };
        Some(id_token::verify(id_token, keys, &expected).map_err(OAuthError::IdToken)?)
    } else {
        None
    };
    let from_claims = claims.as_ref().map(|claims| userinfo::read(claims, &Default::default()));
    let own = &spec.account.request;
    let (request, subject) = match (&own.url, &claims) {
        (Some(_), _) => (Some(own.clone()), None),
        (None, Some(claims)) => {
            let url = server.userinfo_endpoint.clone();
            (url.map(|url| RequestTemplate { url: Some(url), ..own.clone() }), claims["sub"].as_str())
        }
        (None, None) => (None, None),
    };
    let granted = tokens.scopes.as_ref().unwrap_or(&connection.scopes);
    let allowed = spec.account.needs_scope.as_ref().is_none_or(|scope| granted.contains(scope));
    let mut info = from_claims;
    if let Some(request) = request.filter(|_| allowed) {
        let http = ports.http.as_ref();
        let client = server::client(spec, connection, secret)?;
        let values = Values {
            client: &client,
            access_token: &tokens.access_token,
            refresh_token: None,
            captured: &tokens.captured,
        };
        match userinfo::account(http, &request, &spec.account, &values, subject, now).await {
            Ok(answer) => info = Some(answer),
            Err(OAuthError::UserinfoMismatch) => return Err(OAuthError::UserinfoMismatch.into()),
            // OpenID's own endpoint must take a token it has just given (Core §5.3); a 401 there is evidence that
            // the token does not work. Anything else costs the label, not the connection.
            Err(error) if subject.is_some() && unauthorized(&error) => {
                return Err(Problem::new(Code::UserinfoRefused).because(error));
            }
            Err(error) => tracing::warn!(%error, "the account could not be read"),
        }
    }
    Ok(info.and_then(|info| info.label.or(info.id.clone()).map(|label| Account { id: info.id, label })))
}

fn unauthorized(error: &OAuthError) -> bool {
    match error {
        OAuthError::Status { status, .. } => *status == 401,
        OAuthError::Server(answer) => answer.status == 401,
        _ => false,
    }
}
