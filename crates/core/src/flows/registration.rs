//! Registers a client with its server, so that nobody has to do it by hand (RFC 7591).

use tokenrack_oauth::registration::{self, Registered, Registration};
use tokenrack_oauth::secret::ClientSecret;

use super::{hooks, server};
use crate::classify;
use crate::connection::{ClientAuthentication, ClientRegistration, GrantType};
use crate::engine::Ports;
use crate::problem::{Code, Problem};
use crate::provider::{ProviderSpec, method};

/// What the person reads on the server's page.
const CLIENT_NAME: &str = "Tokenrack";

/// A client like `wanted`, whose id is still empty, as the server has registered it; and its secret, if it has one.
///
/// # Errors
/// `RegistrationRefused`, or a problem of the network.
pub async fn register(
    ports: &Ports,
    spec: &ProviderSpec,
    wanted: ClientRegistration,
    scopes: &[String],
) -> Result<(ClientRegistration, Option<ClientSecret>), Problem> {
    if let Some(client_id) = hooks::development_client(spec, &wanted, scopes) {
        return Ok((ClientRegistration { client_id: client_id?, ..wanted }, None));
    }
    let place = spec.server.metadata.registration_endpoint.as_deref().ok_or(Code::MissingClientId)?;
    let endpoint = server::endpoint(place)?;
    let asked = Registration {
        client_name: CLIENT_NAME,
        redirect_uri: (wanted.grant_type == GrantType::AuthorizationCode)
            .then_some(wanted.redirect_uri.as_str()),
        scopes,
        grant_types: grant_types(wanted.grant_type),
        token_endpoint_auth_method: wanted.authentication.name(),
    };
    let (http, now) = (ports.http.as_ref(), ports.clock.now());
    let style = hooks::registration_style(spec);
    let answer = registration::register(http, &endpoint, style, &asked, now).await;
    accept(wanted, answer.map_err(classify::registration)?)
}

/// The server's word about the client counts, as long as the client can do it.
fn accept(
    wanted: ClientRegistration,
    answer: Registered,
) -> Result<(ClientRegistration, Option<ClientSecret>), Problem> {
    let refused = |words: &str| Err(Problem::new(Code::RegistrationRefused).because(words));
    let named = answer.token_endpoint_auth_method.as_deref();
    let authentication = match named.map(|name| method(name).ok_or(name)) {
        None => wanted.authentication,
        Some(Ok(method)) if method != ClientAuthentication::PrivateKeyJwt => method,
        Some(Ok(_)) => return refused("the server wants private_key_jwt, for which it was sent no key"),
        Some(Err(name)) => return refused(&format!("the server wants {name}")),
    };
    let public = authentication == ClientAuthentication::None;
    if !public && answer.client_secret.is_none() {
        return refused("the answer has no client_secret");
    }
    let secret = answer.client_secret.filter(|_| !public);
    Ok((ClientRegistration { client_id: answer.client_id, authentication, ..wanted }, secret))
}

fn grant_types(grant: GrantType) -> &'static [&'static str] {
    match grant {
        GrantType::AuthorizationCode => &["authorization_code", "refresh_token"],
        GrantType::DeviceCode => &["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
        GrantType::ClientCredentials => &["client_credentials"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::RedirectMethod;

    #[test]
    fn the_servers_word_counts_where_the_client_can_keep_it() {
        let wanted = ClientRegistration {
            client_id: String::new(),
            authentication: ClientAuthentication::None,
            redirect: RedirectMethod::Loopback,
            redirect_uri: "http://127.0.0.1/callback".into(),
            grant_type: GrantType::AuthorizationCode,
        };
        let answer = |method: Option<&str>, secret: Option<&str>| Registered {
            client_id: "c".into(),
            client_secret: secret.map(|text| ClientSecret::new(text.into())),
            token_endpoint_auth_method: method.map(str::to_owned),
        };
        let accepted = |method, secret| accept(wanted.clone(), answer(method, secret));
        let (public, secret) = accepted(None, Some("s")).unwrap();
        assert!(public.client_id == "c" && secret.is_none(), "a public client keeps no secret");
        let (changed, secret) = accepted(Some("client_secret_post"), Some("s")).unwrap();
        assert!(changed.authentication == ClientAuthentication::ClientSecretPost && secret.is_some());
        for (method, secret) in
            [("client_secret_basic", None), ("private_key_jwt", Some("s")), ("tls_client_auth", None)]
        {
            let problem = accepted(Some(method), secret).unwrap_err();
            assert_eq!(problem.code, Code::RegistrationRefused, "{method}");
        }
    }
}
