//! Which endpoints a connection uses: pinned by its spec, blanks filled by the server's own metadata.

use std::collections::BTreeMap;

use jiff::Timestamp;
use tokenrack_oauth::assertion::{ClientKey, Signer};
use tokenrack_oauth::client::{BasicStyle, Client, ClientAuth};
use tokenrack_oauth::discovery;
use tokenrack_oauth::endpoint::Endpoint;
use tokenrack_oauth::error::OAuthError;
use tokenrack_oauth::http::HttpClient;
use tokenrack_oauth::metadata::ServerMetadata;
use tokenrack_oauth::secret::ClientSecret;
use tokenrack_oauth::token::{TokenEndpoint, TokenType};

use super::hooks;
use crate::classify;
use crate::connection::{ClientAuthentication, Connection, GrantType};
use crate::engine::Ports;
use crate::problem::{Code, Problem};
use crate::provider::{ProviderSpec, Server};

/// The endpoints for a spec whose variables are filled in. Asks the network only when something needed is missing.
///
/// # Errors
/// A discovery problem, or `DiscoveryIncomplete`.
pub async fn resolve(
    ports: &Ports,
    spec: &ProviderSpec,
    connection: &Connection,
) -> Result<ServerMetadata, Problem> {
    let spec = &with_captured(spec, &BTreeMap::new())?;
    let pinned = spec.server.metadata.clone();
    let grant_type = connection.registration.grant_type;
    let openid = grant_type != GrantType::ClientCredentials && wants_id_token(connection, spec);
    let complete = endpoints(&pinned, grant_type).iter().all(|(_, endpoint)| endpoint.is_some())
        && (!openid || pinned.jwks_uri.is_some());
    let merged = if complete {
        pinned
    } else {
        let found = document(ports.http.as_ref(), spec, ports.clock.now()).await;
        merge(pinned, found.ok_or(Code::DiscoveryIncomplete)?.map_err(classify::discovery)?)
    };
    for (name, endpoint) in endpoints(&merged, grant_type) {
        let missing = || Problem::new(Code::DiscoveryIncomplete).because(format_args!("there is no {name}"));
        let endpoint = endpoint.ok_or_else(missing)?;
        // What only the redirect will name is checked when it has.
        if !is_open(endpoint) {
            self::endpoint(endpoint)?;
        }
    }
    Ok(merged)
}

/// What the server says of itself; `None` where the file does not say whom to ask.
pub async fn document(
    http: &dyn HttpClient,
    spec: &ProviderSpec,
    now: Timestamp,
) -> Option<Result<ServerMetadata, OAuthError>> {
    let Server { metadata_url, resource, id_token_issuer, metadata } = &spec.server;
    let issuer = metadata.issuer.as_deref();
    Some(match (metadata_url, issuer, resource) {
        (Some(url), issuer, _) => {
            // Where ID tokens name another issuer than the document's address, the document may too.
            let issuer = issuer.filter(|_| id_token_issuer.is_none());
            discovery::read(http, url, issuer, now).await
        }
        (None, Some(issuer), _) => discovery::discover(http, issuer, now).await,
        (None, None, Some(resource)) => discovery::discover_by_resource(http, resource, now).await,
        (None, None, None) => return None,
    })
}

/// Where authorization requests are pushed to, at a server that takes no other (RFC 9126 §5).
///
/// # Errors
/// `DiscoveryIncomplete` when it does not say where, `InsecureUrl`.
pub fn pushed(server: &ServerMetadata) -> Result<Option<Endpoint>, Problem> {
    if !server.require_pushed_authorization_requests {
        return Ok(None);
    }
    let place = server.pushed_authorization_request_endpoint.as_deref().ok_or_else(|| {
        Problem::new(Code::DiscoveryIncomplete).because("there is no pushed_authorization_request_endpoint")
    })?;
    endpoint(place).map(Some)
}

/// Whether the answer should prove who signed in (OpenID Connect Core §3.1.2.1), also where a provider gives an ID
/// token without being asked (Apple). An ID token that nothing known of the server could verify, or that the file says to
/// pass over (LinkedIn's lacks the nonce), is not believed; who is connected is asked instead.
pub fn wants_id_token(connection: &Connection, spec: &ProviderSpec) -> bool {
    brings_proof(spec, &connection.scopes)
}

fn brings_proof(spec: &ProviderSpec, scopes: &[String]) -> bool {
    let server = &spec.server;
    let has_keys = server.metadata.jwks_uri.is_some()
        || server.metadata.issuer.is_some()
        || server.metadata_url.is_some();
    match spec.account.from.as_str() {
        "id_token" => true,
        "request" => false,
        _ => has_keys && scopes.iter().any(|scope| scope == "openid"),
    }
}

/// What is asked for; nothing where the client's registration decides.
pub fn scopes<'a>(connection: &'a Connection, spec: &ProviderSpec) -> Option<&'a [String]> {
    let asked = !connection.scopes.is_empty() && !spec.scopes.defined_on_app;
    asked.then_some(connection.scopes.as_slice())
}

/// The same in the provider's form.
pub fn scope(connection: &Connection, spec: &ProviderSpec) -> Option<String> {
    scopes(connection, spec).map(|scopes| scopes.join(&spec.scopes.separator))
}

/// What a grant cannot do without.
fn endpoints(server: &ServerMetadata, grant_type: GrantType) -> Vec<(&'static str, Option<&str>)> {
    let mut needed = vec![("token_endpoint", server.token_endpoint.as_deref())];
    match grant_type {
        GrantType::AuthorizationCode => {
            needed.push(("authorization_endpoint", server.authorization_endpoint.as_deref()));
        }
        GrantType::DeviceCode => {
            let endpoint = server.device_authorization_endpoint.as_deref();
            needed.push(("device_authorization_endpoint", endpoint));
        }
        GrantType::ClientCredentials => {}
    }
    needed
}

/// Metadata fills blanks and never replaces what is pinned.
pub fn merge(pinned: ServerMetadata, found: ServerMetadata) -> ServerMetadata {
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
        require_pushed_authorization_requests: pinned.require_pushed_authorization_requests
            || found.require_pushed_authorization_requests,
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

/// The spec with what the redirect and the answers have said filled into its URLs.
///
/// # Errors
/// `ValueNotAllowed` for a server that the provider's file does not list.
pub fn with_captured(
    spec: &ProviderSpec,
    captured: &BTreeMap<String, String>,
) -> Result<ProviderSpec, Problem> {
    spec.with_captured(captured).map_err(|refused| Problem::new(Code::ValueNotAllowed).because(refused))
}

/// Whether a URL still waits for something that a server says.
pub fn is_open(url: &str) -> bool {
    url.contains('{')
}

/// One of the server's endpoints: the file's word, else what the server's own metadata said.
pub fn place(
    spec: &ProviderSpec,
    connection: &Connection,
    which: impl Fn(&ServerMetadata) -> &Option<String>,
) -> Option<String> {
    let learned = connection.server.as_ref().and_then(|server| which(server).clone());
    which(&spec.server.metadata).clone().or(learned)
}

/// Which URL is asked for a purpose, by the file as it is now.
pub type Place = fn(&ProviderSpec, &Connection) -> Option<String>;

/// The token endpoint's.
pub fn token_place(spec: &ProviderSpec, connection: &Connection) -> Option<String> {
    place(spec, connection, |server| &server.token_endpoint)
}

/// Who gives the tokens of a sign-in: where it is neither the redirect nor an answer that names it, whom the sign-in began
/// with, whatever the file says by now.
pub fn giver(spec: &ProviderSpec, connection: &Connection) -> Option<String> {
    let named = token_place(spec, connection)?;
    let learned = connection.server.as_ref().and_then(|server| server.token_endpoint.clone());
    learned.filter(|_| !is_open(&named)).or(Some(named))
}

/// The token endpoint as this connection asks it now.
pub fn token_endpoint<'a>(
    ports: &'a Ports,
    spec: &'a ProviderSpec,
    connection: &'a Connection,
    endpoint: &'a Endpoint,
    client: &'a Client,
) -> TokenEndpoint<'a> {
    TokenEndpoint {
        http: ports.http.as_ref(),
        endpoint,
        client,
        dialect: &spec.token,
        account: &spec.account,
        resources: &connection.resources,
        token_type: match spec.client.dpop_bound_access_tokens {
            true => TokenType::Dpop,
            false => TokenType::Bearer,
        },
        now: ports.clock.now(),
    }
}

/// A URL a secret may be sent to.
///
/// # Errors
/// `InsecureUrl`; `InvalidTokenResponse` for one that waits for a value which nobody has said.
pub fn endpoint(url: &str) -> Result<Endpoint, Problem> {
    if is_open(url) {
        let words = format_args!("no server has said what {url} needs");
        return Err(Problem::new(Code::InvalidTokenResponse).because(words));
    }
    Endpoint::parse(url).map_err(|error| OAuthError::endpoint(url, error).into())
}

const IS_A_KEY: &str = "what is kept for this client is a private key, which is never sent";

/// The client as the token endpoint meets it.
///
/// # Errors
/// `MissingClientSecret`, `InvalidClientKey`.
pub fn client(
    ports: &Ports,
    spec: &ProviderSpec,
    connection: &Connection,
    secret: Option<&ClientSecret>,
) -> Result<Client, Problem> {
    let secret = || {
        let secret = secret.ok_or(Problem::new(Code::MissingClientSecret))?;
        hooks::client_secret(ports, spec, connection, secret)
    };
    // A key lies in the secret's place, and may stay there when the method is changed.
    let shared = || match secret()? {
        secret if ClientKey::is_one(&secret) => {
            Err(Problem::new(Code::MissingClientSecret).because(IS_A_KEY))
        }
        secret => Ok(secret),
    };
    let auth = match connection.registration.authentication {
        ClientAuthentication::None => ClientAuth::None,
        ClientAuthentication::ClientSecretBasic => ClientAuth::Basic(shared()?),
        ClientAuthentication::ClientSecretPost => ClientAuth::Post(shared()?),
        ClientAuthentication::PrivateKeyJwt => {
            ClientAuth::PrivateKeyJwt(Box::new(signer(ports, spec, connection, &secret()?)?))
        }
    };
    let basic = BasicStyle { verbatim: !spec.client.basic_form_encode, public: spec.client.public_basic };
    Ok(Client { id: connection.registration.client_id.clone(), auth, basic })
}

/// Signs for one conversation with the connection's server.
fn signer(
    ports: &Ports,
    spec: &ProviderSpec,
    connection: &Connection,
    key: &ClientSecret,
) -> Result<Signer, Problem> {
    let key = ClientKey::parse(key).map_err(|error| Problem::new(Code::InvalidClientKey).because(error))?;
    let server = connection.server.as_ref();
    let token_endpoint = server.and_then(|server| server.token_endpoint.clone());
    let audience = match spec.client.assertion_audience.as_str() {
        "issuer" => server.and_then(|server| server.issuer.clone()),
        _ => token_endpoint,
    };
    let mut random = [0; 16];
    ports.entropy.fill(&mut random);
    Ok(Signer::new(key, audience.ok_or(Code::DiscoveryIncomplete)?, ports.clock.now(), random))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::{Catalog, ProviderId};

    #[test]
    fn an_id_token_is_wanted_only_where_it_can_prove_something() {
        let catalog = Catalog::builtin();
        let asks = |id: &str, scopes: &[&str]| {
            let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
            brings_proof(catalog.get(&ProviderId(id.into())).unwrap(), &scopes)
        };
        assert!(asks("google", &["openid"]) && !asks("google", &["email"]));
        assert!(asks("apple", &["email"]), "Apple gives one without being asked");
        assert!(!asks("railway", &["openid"]), "nothing is known that could verify it");
        assert!(!asks("linkedin", &["openid"]), "its ID token lacks the nonce");
    }

    /// A document that names another host than the provider's file changes nothing of what is pinned.
    #[test]
    fn metadata_fills_blanks_and_replaces_nothing() {
        let document = |host: &str| {
            let url = |path: &str| serde_json::json!(format!("https://{host}/{path}"));
            let names = [
                "issuer",
                "authorization_endpoint",
                "token_endpoint",
                "revocation_endpoint",
                "introspection_endpoint",
                "device_authorization_endpoint",
                "userinfo_endpoint",
                "jwks_uri",
                "pushed_authorization_request_endpoint",
                "registration_endpoint",
            ];
            let all: serde_json::Map<_, _> =
                names.map(|name| (name.to_owned(), url(name))).into_iter().collect();
            serde_json::from_value::<ServerMetadata>(all.into()).unwrap()
        };
        let (mine, other) = (document("mine.example"), document("other.example"));
        assert_eq!(merge(mine.clone(), other.clone()), mine);
        let pinned = ServerMetadata { token_endpoint: mine.token_endpoint.clone(), ..Default::default() };
        let merged = merge(pinned, other.clone());
        assert_eq!(merged, ServerMetadata { token_endpoint: mine.token_endpoint, ..other });
    }
}
