//! Where a connection's token may go: the hosts of its provider's file, and no other.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use url::Url;

use super::captured::matches;
use super::urls::authority;
use super::{ProviderSpec, ServerMetadata};

/// Where tokens and their client's secret may be sent to renew, revoke or introspect them: kept with the tokens of a
/// sign-in, because a provider's file may name others since.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reach {
    /// By [`place`]; where an answer fills them in, as the file wrote them: its own list holds that.
    hosts: BTreeSet<String>,
    /// The file was one that ships with Tokenrack.
    is_shipped: bool,
}

impl Reach {
    /// The hosts of these URLs.
    pub fn new(urls: impl Iterator<Item = String>, is_shipped: bool) -> Self {
        Self { hosts: urls.map(|url| host(&url)).collect(), is_shipped }
    }

    /// Whether this URL may be asked, or else why not. `is_shipped`: the file that names it is.
    ///
    /// # Errors
    /// For the person.
    pub fn check(&self, url: &str, is_shipped: bool) -> Result<(), String> {
        let named = &host(url);
        // A shipped file moves with an update of Tokenrack, which is trusted with the tokens anyway, and nobody has to sign
        // in again. Where a file of the person's own was read at the sign-in or is now, it may be broken, gone or another.
        if self.is_shipped && is_shipped || self.hosts.contains(named) {
            return Ok(());
        }
        let known: Vec<&str> = self.hosts.iter().map(String::as_str).collect();
        Err(format!("the file names {named}, and at the sign-in it was {}", known.join(", ")))
    }
}

impl ProviderSpec {
    /// Whether this URL's host may receive the access token: it is named by a URL that the file asks itself (not by a
    /// page for people), by `api.hosts`, or by the `userinfo_endpoint` of the server's own metadata. A port counts as a
    /// part of the host: on loopback every port is another program.
    pub fn may_receive_token(&self, url: &Url, server: Option<&ServerMetadata>) -> bool {
        let place = place(url);
        let userinfo = server.and_then(|server| server.userinfo_endpoint.as_deref());
        self.asked_urls().iter().map(String::as_str).chain(userinfo).any(|known| {
            // A host that a server still has to say is no host yet.
            !authority(known).contains('{')
                && Url::parse(known).is_ok_and(|known| self::place(&known) == place)
        }) || self.api.hosts.iter().any(|host| matches(host, &place))
    }

    /// Hosts to name to a person who meant one of them, at most five.
    pub fn token_hosts(&self) -> Vec<String> {
        let mut hosts = self.hosts();
        hosts.truncate(5);
        hosts
    }

    /// Every host that the file asks or allows.
    pub fn hosts(&self) -> Vec<String> {
        let known = self.asked_urls();
        let mut hosts: Vec<String> =
            known.iter().filter_map(|url| Url::parse(url).ok()).map(|url| place(&url)).collect();
        hosts.extend(self.api.hosts.iter().cloned());
        hosts.sort();
        hosts.dedup();
        hosts
    }

    fn asked_urls(&self) -> Vec<String> {
        let mut spec = self.clone();
        let all = spec.urls_mut().into_iter();
        all.filter(|(path, _)| !path.starts_with("links.")).map(|(_, url)| std::mem::take(url)).collect()
    }
}

fn host(url: &str) -> String {
    Url::parse(url).map_or_else(|_| authority(url).to_owned(), |url| place(&url))
}

/// The host, with the port where it is not the scheme's own.
pub fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
