//! A provider as faces show it.

use super::spec;
use crate::connection::ClientAuthentication::{
    ClientSecretBasic, ClientSecretPost, None as Public, PrivateKeyJwt,
};
use crate::connection::RedirectMethod::{DeepLink, Loopback, Paste};
use crate::provider::parse;
use crate::view::SecretNeed;

#[test]
fn ways_back_best_first() {
    let redirects = |kinds: &str| spec(&format!("[redirect]\nkinds = {kinds}\n")).page().redirects;
    assert_eq!(redirects("[]"), [DeepLink, Loopback, Paste]);
    assert_eq!(redirects(r#"["loopback-fixed"]"#), [Loopback, Paste]);
    assert_eq!(redirects(r#"["loopback-any", "loopback-fixed", "scheme"]"#), [Loopback, DeepLink, Paste]);
    assert_eq!(redirects(r#"["paste", "scheme"]"#), [DeepLink, Paste]);
    assert_eq!(redirects(r#"["paste"]"#), [Paste]);
    assert_eq!(redirects(r#"["https", "loopback-any"]"#), [Paste, Loopback]);
}

#[test]
fn the_scope_for_refresh_tokens_is_asked_for_once() {
    let scopes = |default: &str| {
        spec(&format!("[scopes]\ndefault = {default}\noffline = \"offline_access\"\n")).page().default_scopes
    };
    assert_eq!(scopes(r#"["offline_access", "openid"]"#), ["offline_access", "openid"]);
    assert_eq!(scopes(r#"["openid"]"#), ["openid", "offline_access"]);
}

#[test]
fn authentication_follows_methods_and_secret() {
    let methods = |methods: &str, secret: &str| {
        let list = if methods.is_empty() {
            String::new()
        } else {
            format!("token_endpoint_auth_methods_supported = {methods}\n")
        };
        spec(&format!("{list}[client]\nsecret = {secret:?}\n")).page().authentication
    };
    assert_eq!(methods("", "required"), [ClientSecretBasic]);
    assert_eq!(methods("", "optional"), [ClientSecretBasic, Public]);
    assert_eq!(methods("", "forbidden"), [Public]);
    let all = r#"["client_secret_post", "none", "client_secret_basic", "private_key_jwt"]"#;
    assert_eq!(methods(all, "optional"), [ClientSecretBasic, ClientSecretPost, PrivateKeyJwt, Public]);
    assert_eq!(methods(all, "required"), [ClientSecretBasic, ClientSecretPost, PrivateKeyJwt]);
    assert_eq!(methods(r#"["client_secret_post"]"#, "optional"), [ClientSecretPost, Public]);
    assert_eq!(methods(all, "forbidden"), [Public]);
}

#[test]
fn where_metadata_is_still_to_come_either_method_may_be_in_it() {
    let text = "schema = 1\nid = \"acme\"\nname = \"Acme\"\n[server]\nissuer = \"https://acme.example\"\n";
    let page = parse("acme.toml", text).unwrap().page();
    assert_eq!(page.authentication, [ClientSecretBasic, ClientSecretPost, Public]);
}

#[test]
fn ways_to_tokens_as_far_as_they_are_known() {
    use crate::connection::GrantType::{AuthorizationCode, ClientCredentials, DeviceCode};
    let grants = |more: &str| spec(more).page().grants;
    assert_eq!(grants(""), [AuthorizationCode]);
    let device = "device_authorization_endpoint = \"https://acme.example/device\"\n";
    assert_eq!(grants(device), [AuthorizationCode, DeviceCode]);
    let named = "grant_types_supported = [\"client_credentials\", \"password\"]\n";
    assert_eq!(grants(&format!("{device}{named}")), [DeviceCode, ClientCredentials]);
}

#[test]
fn a_device_code_may_need_another_secret_than_the_browser() {
    let device = "device_authorization_endpoint = \"https://acme.example/device\"\n";
    let needs = |client: &str| {
        let page = spec(&format!("{device}[client]\nsecret = \"required\"\n{client}")).page();
        (page.secret, page.device_secret)
    };
    assert_eq!(needs(""), (SecretNeed::Required, SecretNeed::Required));
    assert_eq!(needs("device_secret = \"optional\"\n"), (SecretNeed::Required, SecretNeed::Optional));
}

#[test]
fn whether_it_refreshes() {
    let refreshes = |more: &str| spec(more).page().refreshes;
    assert_eq!(refreshes(""), None);
    assert_eq!(refreshes("[refresh]\nissued = \"never\"\n"), Some(false));
    let renew = "[refresh]\nissued = \"never\"\n[refresh.renew]\nurl = \"https://acme.example/renew\"\n";
    assert_eq!(refreshes(renew), Some(true));
    let script = "[refresh]\nissued = \"never\"\n[scripts]\nrefresh = \"exports.refreshCredentials = 1\"\n";
    assert_eq!(refreshes(script), Some(true));
    assert_eq!(refreshes("[refresh]\nissued = \"default\"\n"), Some(true));
    assert_eq!(refreshes("[refresh]\nissued = \"app_setting\"\n"), None);
    let scope = "[refresh]\nissued = \"scope\"\n[scopes]\noffline = \"offline\"\n";
    assert_eq!(refreshes(scope), Some(false));
    assert_eq!(refreshes(&format!("{scope}default = [\"offline\"]\n")), Some(true));
}

#[test]
fn pkce_is_sent_unless_a_source_says_never() {
    assert!(spec("").page().pkce);
    let never = "[client]\npkce = \"never\"\n".to_owned();
    let text =
        super::LEAST.replace("[server]", "sources = [\"https://acme.example/docs\"]\n[server]") + &never;
    assert!(!parse("acme.toml", &text).unwrap().page().pkce);
}
