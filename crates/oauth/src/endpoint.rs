//! URLs a secret may be sent to.

use url::{Host, Url};

/// An `https` URL, or `http` on loopback, without user information or fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(Url);

/// Why a URL is not an [`Endpoint`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Not a URL.
    #[error("not a URL")]
    Malformed,
    /// Neither https nor http on loopback (RFC 6749 §3.1, RFC 8252 §7.3).
    #[error("only https is allowed, and http on this machine's loopback")]
    Insecure,
    /// With user information or a fragment (RFC 6749 §3.1).
    #[error("a user name, password or fragment is not allowed")]
    Decorated,
}

impl Endpoint {
    /// Parses and checks.
    ///
    /// # Errors
    /// [`EndpointError`].
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let url = Url::parse(text).map_err(|_| EndpointError::Malformed)?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            _ => return Err(EndpointError::Insecure),
        }
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(EndpointError::Decorated);
        }
        Ok(Self(url))
    }

    /// The URL.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// The host, as a person knows the server.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }
}

/// A URL as it may be shown: without user information, query and fragment, and not long. What is no URL is not shown.
pub fn shown(url: &str) -> String {
    let Ok(mut url) = Url::parse(url) else { return "the address".to_owned() };
    let bare = url.set_username("").and_then(|()| url.set_password(None));
    url.set_query(None);
    url.set_fragment(None);
    match bare {
        Ok(()) => crate::response::plain(url.as_str(), 120),
        // `mailto:` and its kind cannot carry user information, and need not be shown.
        Err(()) => format!("the {} address", url.scheme()),
    }
}

/// Whether the URL stays on this machine: `127.0.0.0/8`, `::1` or `localhost`.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_loopback() {
        for good in
            ["https://a.example/x?y=1", "http://127.0.0.1:9/x", "http://[::1]/x", "http://localhost/x"]
        {
            assert!(Endpoint::parse(good).is_ok(), "{good}");
        }
        for bad in
            ["http://a.example", "ftp://a", "http://127.0.0.1.evil.example/", "http://localhost.evil/", "x"]
        {
            assert!(Endpoint::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(shown("https://u:canary@a.example/x?y=canary#canary"), "https://a.example/x");
        assert_eq!(Endpoint::parse("https://u:p@a.example/"), Err(EndpointError::Decorated));
        assert_eq!(Endpoint::parse("https://a.example/#f"), Err(EndpointError::Decorated));
    }
}
