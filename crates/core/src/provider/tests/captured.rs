//! Values that a server says.

use std::collections::BTreeMap;

use super::{says, spec, vars};
use crate::provider::ProviderSpec;

const ZOHO: &str = r#"
revocation_endpoint = "https://{accounts_server}/oauth/v2/token/revoke"
[authorize]
capture = ["accounts-server", "location"]
[vars.accounts_server]
source = "callback"
pattern = "host"
default = "accounts.acme.example"
allow = ["accounts.acme.example", "*.acme.eu"]
[api]
base = "https://{domain}/crm/{tenant}"
[vars.domain]
source = "token"
pattern = "host"
allow = ["*.acmeapis.example"]
[vars.tenant]
source = "lookup"
pattern = "uuid"
allow = ["*"]
[token.response.capture]
domain = "/api_domain"
[[lookup]]
url = "https://{domain}/tenants"
id = "/id"
store = "tenant"
[account]
url = "https://acme.example/users/{location}"
"#;

fn zoho() -> ProviderSpec {
    spec(ZOHO).resolve(&BTreeMap::new()).unwrap()
}

fn revocation(captured: &[(&str, &str)]) -> Result<String, String> {
    let filled = zoho().with_captured(&vars(captured)).map_err(|error| error.to_string())?;
    Ok(filled.server.metadata.revocation_endpoint.unwrap())
}

#[test]
fn a_person_is_not_asked_for_them() {
    let page = spec(ZOHO).page();
    assert!(page.vars.is_empty());
    let written = spec(ZOHO).resolve(&vars(&[("accounts_server", "accounts.acme.eu")])).unwrap_err();
    assert_eq!(written, vars(&[("accounts_server", "Write nothing: this provider has no variables")]));
}

#[test]
fn the_default_until_the_server_says_another() {
    assert_eq!(revocation(&[]).unwrap(), "https://accounts.acme.example/oauth/v2/token/revoke");
    assert_eq!(
        revocation(&[("accounts-server", " ")]).unwrap(),
        "https://accounts.acme.example/oauth/v2/token/revoke"
    );
    for said in ["accounts.acme.eu", "https://accounts.acme.eu", "https://ACCOUNTS.acme.eu/", "a.b.acme.eu"] {
        let host = said.trim_start_matches("https://").trim_end_matches('/').to_lowercase();
        let expected = format!("https://{host}/oauth/v2/token/revoke");
        assert_eq!(revocation(&[("accounts-server", said)]).as_deref(), Ok(expected.as_str()));
        assert_eq!(revocation(&[("accounts_server", said)]).as_deref(), Ok(expected.as_str()));
    }
}

#[test]
fn without_a_value_the_braces_stay() {
    let filled = zoho().with_captured(&BTreeMap::new()).unwrap();
    assert_eq!(filled.api.base.as_deref(), Some("https://{domain}/crm/{tenant}"));
    let id = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    let said = [("domain", "https://www.acmeapis.example"), ("tenant", id), ("location", "eu")];
    let filled = zoho().with_captured(&vars(&said)).unwrap();
    assert_eq!(filled.api.base.unwrap(), format!("https://www.acmeapis.example/crm/{id}"));
    assert_eq!(filled.lookup[0].request.url.as_deref(), Some("https://www.acmeapis.example/tenants"));
    let account = filled.account.request.url.unwrap();
    assert_eq!(account, "https://acme.example/users/{location}", "a request fills this in itself");
}

#[test]
fn nothing_outside_the_list() {
    for said in [
        "evil.example",
        "acme.eu",
        ".acme.eu",
        "accounts.acme.eu.evil.example",
        "evilacme.eu",
        "evil.example/.acme.eu",
        "evil.example#.acme.eu",
        "evil.example?.acme.eu",
        "evil.example\\.acme.eu",
        "a@x.acme.eu",
        "accounts.acme.eu:8443",
        "accounts.acme.eu/path",
        "http://accounts.acme.eu",
        "https://https://accounts.acme.eu",
        "https://accounts.acme.eu//",
        "accounts.acme.eu.",
        "x y.acme.eu",
        "x%2e.acme.eu",
        "{domain}",
        "accounts\u{3002}acme.eu",
        "localhost",
        "127.0.0.1",
    ] {
        let refused = revocation(&[("accounts-server", said)]).unwrap_err();
        assert!(refused.contains("accounts_server") && refused.contains("acme.toml"), "{refused}");
    }
    let refused = revocation(&[("accounts-server", "evil.example\u{202e}\nx")]).unwrap_err();
    assert_eq!(
        refused,
        "the server says accounts_server is \"evil.example x\", which acme.toml does not allow"
    );
    let tenant = zoho().with_captured(&vars(&[("tenant", "../..")])).unwrap_err();
    assert_eq!((tenant.variable.as_str(), tenant.value.as_str()), ("tenant", "../.."));
}

#[test]
fn what_a_file_must_say_of_them() {
    says(
        "jwks_uri = \"https://{host}/keys\"\n[vars.host]\nsource = \"token\"\npattern = \"host\"\n",
        &[
            "acme.toml:10: vars.host.allow: a server says this value, so the file lists what is taken; write \
             allow = [\"*.example.com\"]",
            "acme.toml:11: vars.host.source: nothing keeps this value; write token.response.capture.host = \"/…\"",
        ],
    );
    let host = |source: &str| {
        format!(
            "jwks_uri = \"https://{{host}}/keys\"\n[authorize]\ncapture = [\"host\"]\n[vars.host]\n{source}\n"
        )
    };
    says(
        &host(
            "source = \"callback\"\npattern = \"host\"\nallow = [\"*\", \"*.com\", \"*com\", \"a.*.b\", \"a.b\", \"u@a.b\"]",
        ),
        &[
            "acme.toml:9: server.jwks_uri: a URL must not hold a user name or password",
            "acme.toml:15: vars.host.allow: \"*\" would let any host in; write \"*.example.com\", or the whole host",
            "acme.toml:15: vars.host.allow: \"*.com\" is not `*.` and a domain; write \"*.example.com\", or the whole \
             host",
            "acme.toml:15: vars.host.allow: \"*com\" is not `*.` and a domain; write \"*.example.com\", or the whole \
             host",
            "acme.toml:15: vars.host.allow: \"a.*.b\" is no value for it; write \"*.example.com\", or the whole host",
            "acme.toml:15: vars.host.allow: \"u@a.b\" is no value for it; write \"*.example.com\", or the whole host",
        ],
    );
    says(
        &host("source = \"callback\"\npattern = \"host\"\nallow = [\"*.a.b\"]\ndefault = \"a.b\""),
        &["acme.toml:16: vars.host.default: \"a.b\" is not in `allow`"],
    );
    says(
        &host("source = \"callback\"\npattern = \"host_port\"\nallow = [\"a.b\"]"),
        &[
            "acme.toml:14: vars.host.pattern: a server may not say a port, a whole address or free text; write \
             pattern = \"host\"",
        ],
    );
    says(
        &host("title = \"H\"\npattern = \"host\"\nallow = [\"a.b\"]"),
        &[
            "acme.toml:15: vars.host.allow: only for a value that a server says; a person's is held to `pattern` and \
             `enum`",
        ],
    );
}

#[test]
fn what_is_not_known_before_the_sign_in() {
    says(
        "issuer = \"https://{host}\"\n[links]\ndocs = \"https://{host}\"\n[authorize]\ncapture = [\"host\"]\n\
         [vars.host]\nsource = \"callback\"\npattern = \"host\"\nallow = [\"a.b\"]\n",
        &[
            "acme.toml:9: server.issuer: `{host}` is not known yet when this is used; write a `default` in [vars.host]",
            "acme.toml:11: links.docs: `{host}` is not known yet when a person opens this page",
        ],
    );
}
