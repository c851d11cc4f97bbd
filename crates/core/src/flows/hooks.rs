//! What no data can say, by the words of the file's `[hooks]`: a closed list, compiled in.

use tokenrack_oauth::authorization::ValidatedResponse;
use tokenrack_oauth::registration::Style;
use tokenrack_oauth::secret::ClientSecret;
use tokenrack_oauth::{apple, shopify};

use crate::connection::Connection;
use crate::engine::Ports;
use crate::problem::{Code, Problem};
use crate::provider::ProviderSpec;

/// Before the browser opens: whether everything the file asks for can be done. A client that was registered by hand
/// needs no `register_client`.
///
/// # Errors
/// `NotSupported`, with what is missing.
pub fn check(spec: &ProviderSpec) -> Result<(), Problem> {
    let hooks = &spec.hooks;
    let missing = match hooks.flow.as_deref() {
        Some("bluesky") => "sign-in by PAR and DPoP, with discovery from a handle",
        Some(_) => "a hook this version does not know",
        None => match (hooks.verify_callback.as_deref(), hooks.client_secret.as_deref()) {
            (None | Some("shopify_hmac"), None | Some("apple_jwt")) => return Ok(()),
            _ => "a hook this version does not know",
        },
    };
    Err(Problem::new(Code::NotSupported).because(format_args!("not yet supported: {missing}")))
}

/// How a client is registered with the server.
pub fn registration_style(spec: &ProviderSpec) -> Style {
    match spec.hooks.register_client.as_deref() {
        Some("mastodon") => Style::Mastodon,
        _ => Style::Rfc7591,
    }
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

    #[test]
    fn what_is_not_supported_is_said_in_words() {
        let spec = |hooks: &str| {
            let text = format!("schema = 1\nid = \"x\"\nname = \"X\"\n[hooks]\n{hooks}");
            toml::from_str::<ProviderSpec>(&text).unwrap()
        };
        for known in ["", "verify_callback = \"shopify_hmac\"", "client_secret = \"apple_jwt\""] {
            assert_eq!(check(&spec(known)), Ok(()), "{known}");
        }
        assert_eq!(check(&spec("register_client = \"mastodon\"")), Ok(()));
        for (hook, words) in [
            ("flow = \"bluesky\"", "not yet supported: sign-in by PAR"),
            ("verify_callback = \"md5\"", "not yet supported: a hook"),
        ] {
            let problem = check(&spec(hook)).unwrap_err();
            assert_eq!(problem.code, Code::NotSupported);
            assert!(problem.cause.unwrap().starts_with(words), "{hook}");
        }
    }
}
