//! A spec for a server that is in no catalog, from its metadata document.

use std::collections::BTreeMap;

use url::Url;

use super::{Client, Links, ProviderId, ProviderSpec, Redirect, Server, ServerMetadata, Setup, page};
use crate::view::SecretNeed;

/// Asked for where the server names them.
const SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// The category of what nobody wrote down.
pub(super) const DISCOVERED: &str = "discovered";

impl ProviderSpec {
    /// A spec for the server at `issuer`: its metadata pinned, named after its host, all ways back offered.
    pub fn from_issuer(issuer: &str, metadata: &ServerMetadata) -> Self {
        let name = host(issuer);
        let mut metadata = metadata.clone();
        metadata.issuer.get_or_insert_with(|| issuer.to_owned());
        let named = metadata.scopes_supported.as_deref().unwrap_or_default();
        let default = SCOPES.iter().filter(|scope| named.iter().any(|other| other == *scope));
        let offline = named.iter().find(|scope| *scope == "offline_access").cloned();
        let scopes = tokenrack_oauth::dialect::ScopeDialect {
            default: default.map(|scope| (*scope).to_owned()).collect(),
            offline,
            ..Default::default()
        };
        Self {
            schema: 1,
            id: ProviderId(id(&name)),
            extends: None,
            description: Some(format!("Discovered from {issuer}")),
            name,
            category: DISCOVERED.into(),
            aliases: Vec::new(),
            icon: None,
            verified: None,
            sources: vec![issuer.to_owned()],
            links: Links::default(),
            setup: Setup::default(),
            vars: BTreeMap::new(),
            client: Client { secret: secret(&metadata), ..Default::default() },
            server: Server { metadata, ..Server::default() },
            redirect: Redirect::default(),
            scopes,
            authorize: Default::default(),
            token: Default::default(),
            refresh: Default::default(),
            account: Default::default(),
            lookup: Vec::new(),
            revoke: Default::default(),
            device: Default::default(),
            api: Default::default(),
            hooks: Default::default(),
            scripts: Default::default(),
        }
    }
}

/// The host, with the port where it is not the scheme's own.
fn host(issuer: &str) -> String {
    let url = Url::parse(issuer).ok();
    let host = url.as_ref().and_then(Url::host_str);
    match (host, url.as_ref().and_then(Url::port)) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => "server".into(),
    }
}

fn id(host: &str) -> String {
    let words: Vec<&str> =
        host.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("-").to_ascii_lowercase()
}

/// Servers often leave `none` out although they take public clients, so only the opposite can be told.
fn secret(metadata: &ServerMetadata) -> SecretNeed {
    use crate::connection::ClientAuthentication::None as Public;
    match &metadata.token_endpoint_auth_methods_supported {
        Some(methods) if !methods.is_empty() && methods.iter().all(|m| page::method(m) == Some(Public)) => {
            SecretNeed::Forbidden
        }
        _ => SecretNeed::Optional,
    }
}
