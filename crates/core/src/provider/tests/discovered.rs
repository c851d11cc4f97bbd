//! A spec from a metadata document.

use std::collections::BTreeMap;

use crate::provider::{ProviderSpec, ServerMetadata};
use crate::view::SecretNeed;

fn metadata() -> ServerMetadata {
    ServerMetadata {
        issuer: Some("https://login.example.com/realms/main".into()),
        authorization_endpoint: Some("https://login.example.com/authorize".into()),
        token_endpoint: Some("https://login.example.com/token".into()),
        ..Default::default()
    }
}

fn names(list: &[&str]) -> Option<Vec<String>> {
    Some(list.iter().map(|name| (*name).to_owned()).collect())
}

#[test]
fn named_after_its_host_and_pinned() {
    let spec = ProviderSpec::from_issuer("https://login.example.com/realms/main", &metadata());
    assert_eq!((spec.id.0.as_str(), spec.name.as_str()), ("login-example-com", "login.example.com"));
    assert_eq!(spec.server.metadata, metadata());
    assert!(spec.redirect.kinds.is_empty() && spec.vars.is_empty());
    assert_eq!(spec.resolve(&BTreeMap::new()).as_ref(), Ok(&spec));
    let local = ProviderSpec::from_issuer("http://127.0.0.1:3000", &ServerMetadata::default());
    assert_eq!((local.id.0.as_str(), local.name.as_str()), ("127-0-0-1-3000", "127.0.0.1:3000"));
    assert_eq!(local.server.metadata.issuer.as_deref(), Some("http://127.0.0.1:3000"));
}

#[test]
fn openid_scopes_only_as_far_as_the_server_names_them() {
    let scopes = |supported: Option<Vec<String>>| {
        ProviderSpec::from_issuer(
            "https://x.example",
            &ServerMetadata { scopes_supported: supported, ..metadata() },
        )
        .scopes
    };
    let some = scopes(names(&["email", "offline_access", "admin", "openid"]));
    assert_eq!(some.default, ["openid", "email", "offline_access"]);
    assert_eq!(some.offline.as_deref(), Some("offline_access"));
    assert_eq!(scopes(None).default, Vec::<String>::new());
    assert_eq!(scopes(names(&["read"])).offline, None);
}

#[test]
fn the_scopes_a_server_lists_are_known_each_once_and_not_without_end() {
    let page = |listed: Vec<String>| {
        let metadata = ServerMetadata { scopes_supported: Some(listed), ..metadata() };
        ProviderSpec::from_issuer("https://x.example", &metadata).page().scopes
    };
    assert_eq!(page(vec!["openid".into(), "api:read".into(), "openid".into()]), ["api:read", "openid"]);
    assert_eq!(page((0..5_000).map(|n| n.to_string()).collect()).len(), 200);
}

#[test]
fn basic_before_post_before_a_key_before_none() {
    let spec = |methods: &[&str]| {
        let metadata = ServerMetadata { token_endpoint_auth_methods_supported: names(methods), ..metadata() };
        ProviderSpec::from_issuer("https://x.example", &metadata)
    };
    use crate::connection::ClientAuthentication::{
        ClientSecretBasic, ClientSecretPost, None as Public, PrivateKeyJwt,
    };
    let all = spec(&["private_key_jwt", "none", "client_secret_post", "client_secret_basic"]);
    assert_eq!(all.page().authentication, [ClientSecretBasic, ClientSecretPost, PrivateKeyJwt, Public]);
    assert_eq!(all.client.secret, SecretNeed::Optional);
    assert_eq!(spec(&["client_secret_post"]).page().authentication, [ClientSecretPost, Public]);
    assert_eq!(spec(&["none"]).client.secret, SecretNeed::Forbidden);
    assert_eq!(spec(&["private_key_jwt"]).page().authentication, [PrivateKeyJwt, Public]);
}
