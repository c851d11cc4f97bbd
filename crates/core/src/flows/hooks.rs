//! What no data can say, by the words of the file's `[hooks]`: a closed list, compiled in.

use tokenrack_oauth::authorization::ValidatedResponse;
use tokenrack_oauth::registration::Style;
use tokenrack_oauth::secret::ClientSecret;
use tokenrack_oauth::{apple, shopify};
use url::form_urlencoded;

use crate::connection::{ClientRegistration, Connection};
use crate::engine::Ports;
use crate::problem::{Code, Problem};
use crate::provider::ProviderSpec;

/// Before the browser opens: whether everything the file asks for can be done. (A newer version may have stored it.)
///
/// # Errors
/// `NotSupported`, with what is missing.
pub fn check(spec: &ProviderSpec) -> Result<(), Problem> {
    let hooks = &spec.hooks;
    match (hooks.verify_callback.as_deref(), hooks.client_secret.as_deref()) {
        (None | Some("shopify_hmac"), None | Some("apple_jwt")) => Ok(()),
        _ => Err(Problem::new(Code::NotSupported).because("a hook this version does not know")),
    }
}

/// How a client is registered with the server.
pub fn registration_style(spec: &ProviderSpec) -> Style {
    match spec.hooks.register_client.as_deref() {
        Some("mastodon") => Style::Mastodon,
        _ => Style::Rfc7591,
    }
}

/// The id of the AT Protocol's development client, which is its own registration; `None` where the file wants none.
/// <https://atproto.com/specs/oauth#localhost-client-development>
///
/// # Errors
/// `RegistrationRefused` for a way back that it does not have.
pub fn development_client(
    spec: &ProviderSpec,
    wanted: &ClientRegistration,
    scopes: &[String],
) -> Option<Result<String, Problem>> {
    (spec.hooks.register_client.as_deref() == Some("atproto_localhost")).then(|| {
        let redirect_uri = &wanted.redirect_uri;
        if !["http://127.0.0.1", "http://[::1]"].iter().any(|host| redirect_uri.starts_with(host)) {
            let words = "the development client comes back on loopback only; another one needs the https address \
                of its metadata as client id";
            return Err(Problem::new(Code::RegistrationRefused).because(words));
        }
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("redirect_uri", redirect_uri).append_pair("scope", &scopes.join(" "));
        Ok(format!("http://localhost?{}", query.finish()))
    })
}

/// The redirect's own signature, before anything it says is acted on. `shop` is the host the code would be sent to.
///
/// # Errors
/// `RedirectSignature`, `MissingClientSecret`.
pub fn verify_redirect(
    spec: &ProviderSpec,
    secret: Option<&ClientSecret>,
    response: &ValidatedResponse,
    shop: &str,
) -> Result<(), Problem> {
    if spec.hooks.verify_callback.as_deref() != Some("shopify_hmac") {
        return Ok(());
    }
    let secret = secret.ok_or(Problem::new(Code::MissingClientSecret))?;
    Ok(shopify::verify(response, secret, shop)?)
}

/// The client secret as it is sent: for Apple a statement signed with the key that is kept in its place.
///
/// # Errors
/// `InvalidInput` without team and key id, `InvalidClientKey`.
pub fn client_secret(
    ports: &Ports,
    spec: &ProviderSpec,
    connection: &Connection,
    kept: &ClientSecret,
) -> Result<ClientSecret, Problem> {
    if spec.hooks.client_secret.as_deref() != Some("apple_jwt") {
        return Ok(kept.clone());
    }
    let named = |name: &str| {
        let missing = || Problem::new(Code::InvalidInput).because(format_args!("{name} is needed"));
        connection.vars.get(name).ok_or_else(missing)
    };
    let client_id = &connection.registration.client_id;
    let made = apple::client_secret(kept, named("team_id")?, named("key_id")?, client_id, ports.clock.now());
    made.ok_or_else(|| Problem::new(Code::InvalidClientKey).because("not a .p8 key of Apple's"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::{ClientAuthentication, GrantType, RedirectMethod};

    fn spec(hooks: &str) -> ProviderSpec {
        toml::from_str(&format!("schema = 1\nid = \"x\"\nname = \"X\"\n[hooks]\n{hooks}")).unwrap()
    }

    #[test]
    fn what_is_not_supported_is_said_in_words() {
        for known in ["", "verify_callback = \"shopify_hmac\"", "client_secret = \"apple_jwt\""] {
            assert_eq!(check(&spec(known)), Ok(()), "{known}");
        }
        for unknown in ["verify_callback = \"md5\"", "client_secret = \"rot13\""] {
            let problem = check(&spec(unknown)).unwrap_err();
            assert_eq!(problem.code, Code::NotSupported, "{unknown}");
        }
    }

    #[test]
    fn the_development_client_says_where_it_comes_back_to() {
        let mut wanted = ClientRegistration {
            client_id: String::new(),
            authentication: ClientAuthentication::None,
            redirect: RedirectMethod::Loopback,
            redirect_uri: "http://127.0.0.1/callback".into(),
            grant_type: GrantType::AuthorizationCode,
        };
        let scopes = ["atproto".to_owned(), "transition:generic".to_owned()];
        let known = spec("register_client = \"atproto_localhost\"");
        let client_id = development_client(&known, &wanted, &scopes).unwrap().unwrap();
        let expected = "http://localhost?redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback&scope=atproto+transition%3Ageneric";
        assert_eq!(client_id, expected);
        assert!(development_client(&spec(""), &wanted, &scopes).is_none());
        wanted.redirect_uri = "dev.tokenrack.desktop:/oauth/callback".into();
        let refused = development_client(&known, &wanted, &scopes).unwrap().unwrap_err();
        assert_eq!(refused.code, Code::RegistrationRefused);
    }
}
