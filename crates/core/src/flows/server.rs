//! Which endpoints a connection uses: pinned by its spec, blanks filled by the server's own metadata.

use tokenrack_oauth::client::{BasicStyle, Client, ClientAuth};
use tokenrack_oauth::discovery;
use tokenrack_oauth::endpoint::Endpoint;
use tokenrack_oauth::error::OAuthError;
use tokenrack_oauth::metadata::ServerMetadata;
use tokenrack_oauth::secret::ClientSecret;

use crate::classify;
use crate::connection::{ClientAuthentication, Connection};
use crate::engine::Ports;
use crate::problem::{Code, Problem};
use crate::provider::ProviderSpec;

/// The endpoints for a spec whose variables are filled in. Asks the network only when something needed is missing.
///
/// # Errors
/// A discovery problem, or `DiscoveryIncomplete`.
pub async fn resolve(ports: &Ports, spec: &ProviderSpec, openid: bool) -> Result<ServerMetadata, Problem> {
    let pinned = spec.server.metadata.clone();
    let complete = pinned.authorization_endpoint.is_some()
        && pinned.token_endpoint.is_some()
        && (!openid || pinned.jwks_uri.is_some());
    let merged = if complete {
        pinned
    } else {
        let now = ports.clock.now();
        let found = match (&spec.server.metadata_url, &pinned.issuer) {
            (Some(url), issuer) => {
                // Where ID tokens name another issuer than the document's address, the document may too.
                let issuer = issuer.as_deref().filter(|_| spec.server.id_token_issuer.is_none());
                discovery::read(ports.http.as_ref(), url, issuer, now).await
            }
            (None, Some(issuer)) => discovery::discover(ports.http.as_ref(), issuer, now).await,
            (None, None) => return Err(Problem::new(Code::DiscoveryIncomplete)),
        };
        merge(pinned, found.map_err(classify::discovery)?)
    };
    for endpoint in [&merged.authorization_endpoint, &merged.token_endpoint] {
        self::endpoint(endpoint.as_deref().ok_or(Code::DiscoveryIncomplete)?)?;
    }
    Ok(merged)
}

/// Metadata fills blanks and never replaces what is pinned.
fn merge(pinned: ServerMetadata, found: ServerMetadata) -> ServerMetadata {
    ServerMetadata {
        issuer: pinned.issuer.or(found.issuer),
        authorization_endpoint: pinned.authorization_endpoint.or(found.authorization_endpoint),
        token_endpoint: pinned.token_endpoint.or(found.token_endpoint),
        revocation_endpoint: pinned.revocation_endpoint.or(found.revocation_endpoint),
        introspection_endpoint: pinned.introspection_endpoint.or(found.introspection_endpoint),
        device_authorization_endpoint: pinned
            .device_authorization_endpoint
            .or(found.device_authorization_endpoint),
        userinfo_endpoint: pinned.userinfo_endpoint.or(found.userinfo_endpoint),
        jwks_uri: pinned.jwks_uri.or(found.jwks_uri),
        pushed_authorization_request_endpoint: pinned
            .pushed_authorization_request_endpoint
            .or(found.pushed_authorization_request_endpoint),
        registration_endpoint: pinned.registration_endpoint.or(found.registration_endpoint),
        token_endpoint_auth_methods_supported: pinned
            .token_endpoint_auth_methods_supported
            .or(found.token_endpoint_auth_methods_supported),
        code_challenge_methods_supported: pinned
            .code_challenge_methods_supported
            .or(found.code_challenge_methods_supported),
        grant_types_supported: pinned.grant_types_supported.or(found.grant_types_supported),
        scopes_supported: pinned.scopes_supported.or(found.scopes_supported),
        authorization_response_iss_parameter_supported: pinned.authorization_response_iss_parameter_supported
            || found.authorization_response_iss_parameter_supported,
    }
}

/// A URL a secret may be sent to.
///
/// # Errors
/// `InsecureUrl`.
pub fn endpoint(url: &str) -> Result<Endpoint, Problem> {
    Endpoint::parse(url).map_err(|error| OAuthError::endpoint(url, error).into())
}

/// The client as the token endpoint meets it.
///
/// # Errors
/// `MissingClientSecret`.
pub fn client(
    spec: &ProviderSpec,
    connection: &Connection,
    secret: Option<&ClientSecret>,
) -> Result<Client, Problem> {
    let secret = || secret.cloned().ok_or(Problem::new(Code::MissingClientSecret));
    let auth = match connection.registration.authentication {
        ClientAuthentication::None => ClientAuth::None,
        ClientAuthentication::ClientSecretBasic => ClientAuth::Basic(secret()?),
        ClientAuthentication::ClientSecretPost => ClientAuth::Post(secret()?),
    };
    let basic = BasicStyle { verbatim: !spec.client.basic_form_encode, public: spec.client.public_basic };
    Ok(Client { id: connection.registration.client_id.clone(), auth, basic })
}
