//! Documents of other programs.

use crate::problem::Code;
use crate::provider::{Catalog, Imported, ProviderSpec, parse};

fn import(text: &str) -> Imported {
    Catalog::builtin().import("some/acme.yaml", text, None).unwrap()
}

fn spec(imported: &Imported) -> ProviderSpec {
    assert_eq!(imported.wrong, [], "{}", imported.text);
    parse(&format!("{}.toml", imported.id), &imported.text).unwrap()
}

/// What was left out, as `path: why`.
fn left_out(imported: &Imported) -> Vec<String> {
    imported.left_out.iter().map(|left| format!("{}: {}", left.path, left.why.english())).collect()
}

#[track_caller]
fn refused(text: &str, words: &str) {
    let problem = Catalog::builtin().import("acme.yaml", text, None).unwrap_err();
    assert_eq!(problem.code, Code::InvalidSpec);
    assert!(problem.to_string().contains(words), "{problem}");
}

const YAML: &str = "
displayName: Acme Tracker
description: Issues at acme.example
authorizeUri: https://acme.example/authorize
tokenUri: https://acme.example/token
clientAuthLocation: body
noRefreshToken: true
skipPkce: true
scope: read write
extra:
  audience: api
  max_age: 60
  response_type: code
tokenParams: { resource: all }
getTokenData: |
  exports.getTokenData = async () => ({});
";

#[test]
fn every_name_of_the_table_finds_its_place() {
    let imported = import(YAML);
    let spec = spec(&imported);
    assert_eq!((&*spec.id.0, &*spec.name), ("acme-tracker", "Acme Tracker"));
    assert_eq!(spec.description.as_deref(), Some("Issues at acme.example"));
    let server = &spec.server.metadata;
    assert_eq!(server.authorization_endpoint.as_deref(), Some("https://acme.example/authorize"));
    assert_eq!(server.token_endpoint.as_deref(), Some("https://acme.example/token"));
    assert_eq!(server.token_endpoint_auth_methods_supported, Some(vec!["client_secret_post".to_owned()]));
    assert_eq!(spec.refresh.issued, "never");
    assert_eq!(spec.client.pkce, crate::provider::Pkce::Never);
    assert_eq!(spec.scopes.default, ["read", "write"]);
    assert_eq!(spec.authorize.params["audience"], "api");
    assert_eq!(spec.authorize.params["max_age"], "60");
    assert_eq!(spec.token.params["resource"], "all");
    assert!(spec.scripts.token_request.as_deref().unwrap().contains("getTokenData"));
    assert_eq!(spec.sources, ["Imported from acme.yaml"]);
    assert_eq!(left_out(&imported), ["extra.response_type: the standard's own value, which needs no word"]);
}

#[test]
fn each_spelling_of_an_endpoint_is_known() {
    let spellings = [
        ("authorizeUri", "tokenUri"),
        ("authorizationUrl", "tokenUrl"),
        ("authorizeEndpoint", "tokenEndpoint"),
        ("authorizationEndpoint", "token_url"),
    ];
    for (authorize, token) in spellings {
        let json =
            format!("{{\"{authorize}\": \"https://a.example/a\",\n\t\"{token}\": \"https://a.example/t\"}}");
        let spec = spec(&import(&json));
        assert_eq!(spec.id.0, "acme", "the file's name");
        assert_eq!(spec.server.metadata.authorization_endpoint.as_deref(), Some("https://a.example/a"));
        assert_eq!(spec.server.metadata.token_endpoint.as_deref(), Some("https://a.example/t"));
    }
}

#[test]
fn the_servers_base_is_its_issuer_or_what_endpoints_begin_with() {
    let alone = spec(&import("server: https://acme.example"));
    assert_eq!(alone.server.metadata.issuer.as_deref(), Some("https://acme.example"));

    let relative =
        spec(&import("server: https://acme.example/\nauthorizationEndpoint: /a\ntokenEndpoint: t"));
    assert_eq!(relative.server.metadata.issuer, None);
    assert_eq!(relative.server.metadata.authorization_endpoint.as_deref(), Some("https://acme.example/a"));
    assert_eq!(relative.server.metadata.token_endpoint.as_deref(), Some("https://acme.example/t"));

    let whole = format!("{YAML}server: https://other.example\n");
    assert!(left_out(&import(&whole)).contains(&"server: not needed beside whole addresses".to_owned()));
    let lost = import("tokenEndpoint: /t\nauthorizeUri: https://acme.example/a");
    assert_eq!(left_out(&lost), ["tokenEndpoint: a part of an address, and nothing says of which server"]);
    assert!(!lost.wrong.is_empty(), "{}", lost.text);
}

#[test]
fn what_is_the_default_elsewhere_is_the_default_here() {
    let text = YAML.replace("skipPkce: true", "pkce: true").replace("true\n", "false\n");
    let imported = import(&text.replace("pkce: false", "pkce: true").replace("body", "absent"));
    let spec = spec(&imported);
    assert_eq!(spec.client.pkce, crate::provider::Pkce::Default);
    assert_eq!(spec.refresh.issued, "");
    assert_eq!(spec.server.metadata.token_endpoint_auth_methods_supported, None);
}

#[test]
fn a_metadata_document_is_taken_as_it_is() {
    let imported = import(
        r#"{"issuer": "https://as.example", "authorization_endpoint": "https://as.example/a",
            "token_endpoint": "https://as.example/t", "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"], "scopes_supported": ["openid", "x"]}"#,
    );
    let spec = spec(&imported);
    assert_eq!(spec.id.0, "as-example");
    assert_eq!(spec.server.metadata.issuer.as_deref(), Some("https://as.example"));
    assert_eq!(spec.server.metadata.code_challenge_methods_supported, Some(vec!["S256".to_owned()]));
    assert_eq!(spec.scopes.default, ["openid"]);
    assert_eq!(left_out(&imported), ["response_types_supported: not used by Tokenrack"]);
}

#[test]
fn secrets_are_left_out_and_named() {
    let secrets = [
        "clientSecret: hunter2-hunter2",
        "client_secret: 12345",
        "accessToken: abc",
        "refreshToken: abc",
        "extra: { api_key: hunter2 }",
        "extra: { note: ghp_0123456789abcdefghij }",
        "deep: { down: [{ password: hunter2 }] }",
        "words: [fine, ghp_0123456789abcdefghij]",
        "userinfoUrl: https://me:hunter2@acme.example/me",
        "docs: https://acme.example/?client_secret=hunter2",
        "refreshCredentials: return 'ghp_0123456789abcdefghij'",
    ];
    for secret in secrets {
        let plain = YAML.replace("extra:\n  audience: api\n  max_age: 60\n  response_type: code\n", "");
        let imported = import(&format!("{plain}{secret}\n"));
        let said = left_out(&imported);
        assert!(
            said.len() == 1 && said[0].ends_with(": a secret, which a provider file never holds"),
            "{said:?}"
        );
        for word in ["hunter2", "12345", "= \"abc\"", "ghp_"] {
            assert!(!imported.text.contains(word), "{secret}: {}", imported.text);
        }
        assert!(imported.text.contains(&said[0]), "{}", imported.text);
        spec(&imported);
    }
}

#[test]
fn what_is_not_understood_is_named_by_its_path() {
    let more = "proxy:\n  headers: { X-One: 1 }\n  retry: [1, 2]\ncolour: red\nclientId: abc\npkce: perhaps\nscopes: 5\n";
    let imported = import(&format!(
        "{}{more}",
        YAML.replace("  response_type: code\n", "").replace("skipPkce: true\n", "")
    ));
    let said = left_out(&imported);
    for expected in [
        "proxy.headers.X-One: not understood",
        "proxy.retry: not understood",
        "colour: not understood",
        "clientId: belongs to a connection, not to a provider",
        "pkce: not understood",
        "scopes: not understood",
    ] {
        assert!(said.iter().any(|line| line == expected), "{expected} in {said:?}");
        assert!(imported.text.contains(expected), "{}", imported.text);
    }
    assert_eq!(said.len(), 6, "{said:?}");
}

#[test]
fn one_of_several_servers_is_chosen_by_its_id() {
    let one = "{ authorizeUri: 'https://a.example/a', tokenUri: 'https://a.example/t' }";
    let text = format!("version: 2\nproviders:\n  first: {one}\n  second: {one}\n");
    refused(&text, "2 servers are in it; choose one by its id: first, second");
    let chosen = Catalog::builtin().import("all.yaml", &text, Some("second")).unwrap();
    assert_eq!((&*chosen.id, left_out(&chosen)), ("second", vec!["version: not understood".to_owned()]));
    let only = import(&format!("acme-one: {one}\n"));
    assert_eq!(only.id, "acme-one");
}

#[test]
fn documents_that_cannot_be_taken() {
    refused("a: [1, 2", "not a YAML or JSON document");
    refused("- one\n- two\n", "not a table");
    refused("name: Acme\n", "no authorization or token endpoint");
    refused("tokenUri: a\ntokenUri: b\n", "not a YAML or JSON document");
    refused(&"x".repeat(2 * 1024 * 1024), "larger than 1024 KiB");
    refused("a: &a [*a]\n", "not a YAML or JSON document");
    refused(&format!("a: {}1{}", "[".repeat(500), "]".repeat(500)), "not a YAML or JSON document");
}

#[test]
fn anchors_that_unfold_without_end_are_stopped() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        let before = format!("*a{}, ", level - 1).repeat(10);
        bomb += &format!("a{level}: &a{level} [{}]\n", before.trim_end_matches(", "));
    }
    refused(&bomb, "not a YAML or JSON document");
}

#[test]
fn what_is_wrong_with_an_address_is_said() {
    let imported = import(&YAML.replace("https://acme.example/token", "http://acme.example/token"));
    let said = imported.wrong.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(said.contains("token_endpoint") && said.contains("https"), "{said}");
}

#[test]
fn a_template_of_another_program_is_left_out() {
    let imported = import(
        "authorizeUri: https://${site}.acme.example/a\ntokenUri: https://acme.example/t\nscope: read ${more}
extra: { audience: '${connectionConfig.audience}', plain: '$5' }
getTokenData: 'exports.getTokenData = () => `${1}`'",
    );
    let left: Vec<_> = imported.left_out.iter().map(|left| left.path.as_str()).collect();
    assert_eq!(left, ["extra.audience", "scope", "authorizeUri"], "{}", imported.text);
    let toml = imported.text.lines().filter(|line| !line.starts_with('#')).collect::<String>();
    assert!(!toml.contains("acme.example/a") && toml.contains("$5") && toml.contains("`${1}`"), "{toml}");
}
