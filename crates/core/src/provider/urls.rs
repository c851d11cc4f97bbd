//! What a URL of a provider file may be.

use url::{Host, Url};

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
        // Where slashes are too few or too many, who asks sees a host that nobody else does.
        "https" | "http" if !is_whole(text, &url) => {
            Err(("not a whole URL", Some(url.as_str().trim_end_matches('/').to_owned())))
        }
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => {
            Err(("must be https (http only on loopback)", Some(text.replacen("http://", "https://", 1))))
        }
        _ => Err(("must be https", None)),
    }
}

/// The same for the URL at `path` of a file: a page that only a person is sent to may name a part of itself after `#`.
///
/// # Errors
/// [`Refused`].
pub(super) fn check_at(path: &str, text: &str) -> Result<Url, Refused> {
    let odd = |c: char| c.is_whitespace() || c.is_control() || c == '\\';
    match text.split_once('#') {
        Some((page, part)) if path.starts_with("links.") && !part.contains(odd) => check(page),
        _ => check(text),
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

fn is_whole(text: &str, url: &Url) -> bool {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(url.scheme())) && !authority(text).is_empty()
}

/// The host part with everything around it, as it was written.
pub(super) fn authority(text: &str) -> &str {
    let rest = text.split_once("://").map_or("", |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or("")
}
