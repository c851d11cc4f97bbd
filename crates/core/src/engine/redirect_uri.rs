//! The redirect URI to register: the one a draft gets, and what one that was typed must be.

use tokenrack_oauth::endpoint::Endpoint;

use super::registration::short_digest;
use crate::connection::RedirectMethod;
use crate::provider::{ProviderSpec, RedirectKind};
use crate::say;

/// The private-use scheme: the reverse of a name under our control (RFC 8252 §7.1).
const SCHEME: &str = "dev.tokenrack.desktop";
/// For providers that want the port registered: one port, so that one registration is enough.
pub(super) const LOOPBACK_PORT: u16 = 45873;

/// A URI of the server's own where its answers do not name their issuer (RFC 9700 §4.4.2.2). Servers that are not
/// everybody's are told apart by a digest: of two with one name, one could be made for the purpose.
pub(super) fn default_redirect_uri(
    spec: &ProviderSpec,
    redirect: RedirectMethod,
    port: Option<u16>,
    usual_server: bool,
) -> String {
    let metadata = &spec.server.metadata;
    let server = metadata.issuer.as_ref().or(metadata.token_endpoint.as_ref()).map_or("", String::as_str);
    let own = match (metadata.authorization_response_iss_parameter_supported, usual_server) {
        (true, _) => String::new(),
        (false, true) => format!("/{}", spec.id),
        (false, false) => format!("/{}-{}", spec.id, short_digest(server)),
    };
    if redirect == RedirectMethod::DeepLink {
        return format!("{SCHEME}:/oauth/callback{own}");
    }
    let host = &spec.redirect.loopback_host;
    let any_port = spec.redirect.kinds.contains(&RedirectKind::LoopbackAny) || spec.redirect.kinds.is_empty();
    match port.or((redirect == RedirectMethod::Paste || !any_port).then_some(LOOPBACK_PORT)) {
        Some(port) => format!("http://{host}:{port}/callback{own}"),
        None => format!("http://{host}/callback{own}"),
    }
}

/// # Errors
/// What is wrong with it, for the person who typed it.
pub(super) fn check_redirect_uri(uri: &str, redirect: RedirectMethod) -> Result<(), String> {
    let url = url::Url::parse(uri).map_err(|_| say!("This is not a URL."))?;
    if url.fragment().is_some() {
        return Err(say!("A redirect URI has no fragment (#)."));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(say!("A redirect URI has no user name or password."));
    }
    match redirect {
        RedirectMethod::DeepLink if url.scheme() != SCHEME => {
            Err(say!("A deep link starts with dev.tokenrack.desktop:/"))
        }
        RedirectMethod::Loopback
            if url.scheme() != "http"
                || !matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost")) =>
        {
            Err(say!("A loopback redirect starts with http://127.0.0.1, http://[::1] or http://localhost"))
        }
        RedirectMethod::Paste if url.scheme() != SCHEME && Endpoint::parse(uri).is_err() => {
            Err(say!("The address must be https, or http on this machine's loopback."))
        }
        _ => Ok(()),
    }
}
