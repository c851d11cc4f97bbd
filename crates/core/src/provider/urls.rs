//! Every URL of a provider file, and what a URL may be.

use std::borrow::Cow;

use tokenrack_oauth::dialect::LookupDialect;
use url::{Host, Url};

use super::ProviderSpec;

impl ProviderSpec {
    /// Every URL a variable may stand in, by its path in the file. Not `server.id_token_issuer`: its braces name
    /// claims.
    pub(super) fn urls_mut(&mut self) -> Vec<(Cow<'static, str>, &mut String)> {
        let server = &mut self.server;
        let metadata = &mut server.metadata;
        let optional = [
            ("links.register", &mut self.links.register),
            ("links.docs", &mut self.links.docs),
            ("links.user_revoke", &mut self.links.user_revoke),
            ("server.metadata_url", &mut server.metadata_url),
            ("server.issuer", &mut metadata.issuer),
            ("server.authorization_endpoint", &mut metadata.authorization_endpoint),
            ("server.token_endpoint", &mut metadata.token_endpoint),
            ("server.revocation_endpoint", &mut metadata.revocation_endpoint),
            ("server.introspection_endpoint", &mut metadata.introspection_endpoint),
            ("server.device_authorization_endpoint", &mut metadata.device_authorization_endpoint),
            ("server.userinfo_endpoint", &mut metadata.userinfo_endpoint),
            ("server.jwks_uri", &mut metadata.jwks_uri),
            (
                "server.pushed_authorization_request_endpoint",
                &mut metadata.pushed_authorization_request_endpoint,
            ),
            ("server.registration_endpoint", &mut metadata.registration_endpoint),
            ("refresh.endpoint", &mut self.refresh.endpoint),
            ("account.url", &mut self.account.request.url),
            ("revoke.url", &mut self.revoke.request.url),
            ("device.endpoint", &mut self.device.endpoint),
            ("api.base", &mut self.api.base),
        ];
        let more = [
            ("refresh.exchange.url", &mut self.refresh.exchange),
            ("refresh.renew.url", &mut self.refresh.renew),
        ]
        .into_iter()
        .filter_map(|(path, request)| Some((path, &mut request.as_mut()?.url)));
        let lookups = self.lookup.iter_mut().enumerate().map(|(index, lookup): (_, &mut LookupDialect)| {
            (format!("lookup.{index}.url").into(), &mut lookup.request.url)
        });
        let all = optional.into_iter().chain(more).map(|(path, url)| (Cow::Borrowed(path), url));
        let all = all.chain(lookups);
        all.filter_map(|(path, url)| url.as_mut().map(|url| (path, url))).collect()
    }
}

/// What is wrong with a URL, and what to write instead.
pub(super) type Refused = (&'static str, Option<String>);

/// A URL that a token, a code or a person may be sent to: https, or http on loopback, without user name, password
/// or fragment.
///
/// # Errors
/// [`Refused`].
pub(super) fn check(text: &str) -> Result<Url, Refused> {
    if text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\') {
        return Err(("a URL has no spaces, control characters or backslashes", None));
    }
    let Ok(url) = Url::parse(text) else {
        return Err(("not a URL", Some("an address like https://example.com/oauth/token".into())));
    };
    if !url.username().is_empty() || url.password().is_some() || authority(text).contains('@') {
        return Err(("a URL must not hold a user name or password", None));
    }
    if url.fragment().is_some() {
        return Err(("a URL here has no `#` part", None));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => {
            Err(("must be https (http only on loopback)", Some(text.replacen("http://", "https://", 1))))
        }
        _ => Err(("must be https", None)),
    }
}

/// True for `localhost`, `127.0.0.0/8` and `[::1]`.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The host part with everything around it, as it was written.
pub(super) fn authority(text: &str) -> &str {
    let rest = text.split_once("://").map_or("", |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or("")
}
