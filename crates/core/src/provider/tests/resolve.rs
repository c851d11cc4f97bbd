//! Filling in variables.

use std::collections::BTreeMap;

use super::{spec, vars};
use crate::provider::{ProviderSpec, parse, urls};

const TENANT: &str = r#"
jwks_uri = "https://{region}.{host}/{realm}/keys"
[vars.host]
title = "Host"
default = "acme.example"
pattern = "host"
[vars.region]
title = "Region"
pattern = "label"
default = "eu"
enum = ["eu", "us"]
[vars.realm]
title = "Realm"
example = "main"
"#;

fn tenant() -> ProviderSpec {
    let text = format!("{}{TENANT}", super::LEAST)
        .replace("https://{region}.{host}", "https://{region}.acme.example");
    let text = text.replace("https://acme.example/token", "https://{host}/token");
    parse("acme.toml", &text).unwrap()
}

#[test]
fn defaults_and_values() {
    let resolved = tenant().resolve(&vars(&[("realm", " main "), ("region", "us")])).unwrap();
    assert_eq!(resolved.server.metadata.token_endpoint.as_deref(), Some("https://acme.example/token"));
    assert_eq!(resolved.server.metadata.jwks_uri.as_deref(), Some("https://us.acme.example/main/keys"));
    let again = resolved.resolve(&vars(&[("realm", "other")]));
    assert_eq!(again.as_ref(), Ok(&resolved), "what is filled in stays");
}

#[test]
fn every_wrong_variable_is_named_with_its_cure() {
    let given = vars(&[("host", "https://evil.example/"), ("region", "EU"), ("hsot", "x"), ("realm", "..")]);
    let errors = tenant().resolve(&given).unwrap_err();
    assert_eq!(
        errors,
        vars(&[
            ("host", "Write only the host name: evil.example"),
            ("hsot", "Write `host`: there is no variable `hsot`"),
            ("realm", "Write letters, digits, `-`, `.`, `_` and `~` only"),
            ("region", "Write one of: eu, us"),
        ])
    );
    let missing = tenant().resolve(&vars(&[("realm", "  ")])).unwrap_err();
    assert_eq!(missing, vars(&[("realm", "Write a value, like main")]));
    let none = spec("").resolve(&vars(&[("host", "x")])).unwrap_err();
    assert_eq!(none, vars(&[("host", "Write nothing: this provider has no variables")]));
}

/// Whatever is written into a variable: either it is refused, or every URL keeps the shape its template gives it.
#[test]
fn no_value_changes_the_shape_of_a_url() {
    let parts =
        ["a", "A.b", "eu", "..", ".", "/", "//", "\\", "@", ":", ":80", "?", "#", "%2f", "%2e%2e", "%", " "];
    let more = [
        "\t",
        "\n",
        "\r",
        "\0",
        "{host}",
        "{",
        "}",
        "evil.example",
        "127.0.0.1",
        "0x7f",
        "localhost",
        "é",
        "。",
    ];
    let parts: Vec<&str> = parts.into_iter().chain(more).collect();
    let spec = tenant();
    let mut accepted = 0;
    for x in &parts {
        for y in &parts {
            for z in &parts {
                let value = format!("{x}{y}{z}");
                let host = spec.resolve(&vars(&[("realm", "main"), ("host", &value)]));
                let realm = spec.resolve(&vars(&[("realm", &value)]));
                for resolved in [host, realm].into_iter().flatten() {
                    accepted += 1;
                    let token =
                        urls::check(resolved.server.metadata.token_endpoint.as_deref().unwrap()).unwrap();
                    let keys = urls::check(resolved.server.metadata.jwks_uri.as_deref().unwrap()).unwrap();
                    assert_eq!((token.path(), token.query()), ("/token", None), "{value:?}");
                    assert_eq!(keys.host_str(), Some("eu.acme.example"), "{value:?}");
                    let segments: Vec<_> = keys.path_segments().unwrap().collect();
                    assert_eq!((segments.len(), segments[1]), (2, "keys"), "{value:?}");
                }
            }
        }
    }
    assert!(accepted > 100, "the table must also hold good values: {accepted}");
}

#[test]
fn a_spec_no_loader_has_seen_is_still_checked() {
    let mut spec = spec("");
    spec.server.metadata.token_endpoint = Some("http://evil.example/token".into());
    let errors = spec.resolve(&BTreeMap::new()).unwrap_err();
    assert_eq!(
        errors,
        vars(&[(
            "server.token_endpoint",
            "The provider's server.token_endpoint cannot be used: must be https (http only on loopback)"
        )])
    );
    spec.server.metadata.token_endpoint = Some("https://{nowhere}/token".into());
    assert!(spec.resolve(&BTreeMap::new()).is_err());
}

#[test]
fn scopes_are_granted_as_they_are_asked_for() {
    let between = |more: &str| {
        let resolved = spec(more).resolve(&BTreeMap::new()).unwrap();
        resolved.token.response.scope_separator
    };
    assert_eq!(between(""), " ");
    assert_eq!(between("[scopes]\nseparator = \",\""), ",");
    assert_eq!(between("[scopes]\nseparator = \"+\"\n[token.response]\nscope_separator = \",\""), ",");
}
