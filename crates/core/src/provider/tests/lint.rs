//! What a broken file is told.

use super::{LEAST, says};
use crate::provider::{Catalog, parse};

fn told(text: &str) -> Vec<String> {
    let told = parse("acme.toml", text).err().unwrap_or_default();
    told.iter().map(ToString::to_string).collect()
}

#[test]
fn the_least_file_is_enough() {
    assert_eq!(told(LEAST), Vec::<String>::new());
}

#[test]
fn what_is_no_provider_file_at_all() {
    assert_eq!(told("nonsense"), ["acme.toml:1: key with no value, expected `=`"]);
    assert_eq!(
        told(""),
        [
            "acme.toml: `schema` is missing; write schema = 1",
            "acme.toml: `id` is missing; write id = \"acme\"",
            "acme.toml: `name` is missing; write name = \"…\"",
        ]
    );
}

#[test]
fn the_head() {
    let other = LEAST.replace("\"acme\"", "\"Acme!\"").replace("schema = 1", "schema = 2");
    assert_eq!(
        told(&other),
        [
            "acme.toml:2: schema: this program reads schema 1, not 2; write 1",
            "acme.toml:3: id: lower-case letters, digits and hyphens only; write acme",
        ]
    );
    let renamed = LEAST.replace("\"acme\"", "\"acne\"");
    assert_eq!(
        told(&renamed),
        ["acme.toml:3: id: the file is called \"acme\"; write \"acme\", or rename the file"]
    );
    assert_eq!(
        told("schema = 1\nid = \"acme\"\nname = \"\"\n"),
        [
            "acme.toml:3: name: people need a name",
            "acme.toml: server: needs `issuer`, `metadata_url`, `resource`, or `authorization_endpoint` with `token_endpoint`",
        ]
    );
    for hidden in ["\\u202E", "\\u200B", "\\n", "\\U000E0041"] {
        assert_eq!(
            told(&LEAST.replace("\"Acme\"", &format!("\"Ac{hidden}me\""))),
            [format!(
                "acme.toml:4: name: one line of at most 80 visible characters; write {:?}",
                if hidden == "\\n" { "Ac me" } else { "Acme" }
            )]
        );
    }
    let date = |date: &str| told(&LEAST.replace("[server]", &format!("verified = {date}\n[server]")));
    assert_eq!(
        date("2026-01-31"),
        ["acme.toml:6: verified: a date is written in quotation marks; write \"2026-01-31\""]
    );
    assert_eq!(date("\"2026-02-31\""), ["acme.toml:6: verified: not a date; write \"2026-01-31\""]);
    assert_eq!(date("\"2026-01-31\""), Vec::<String>::new());
}

#[test]
fn unknown_keys_anywhere_with_what_was_meant() {
    says(
        "token_endpont = \"x\"\n",
        &["acme.toml:9: server.token_endpont: unknown key; write token_endpoint"],
    );
    says("tokenUri = \"x\"\n", &["acme.toml:9: server.tokenUri: unknown key; write server.token_endpoint"]);
    says(
        "verified = \"x\"\n",
        &["acme.toml:9: server.verified: unknown key; write verified at the top of the file"],
    );
    says("[server.x]\n", &["acme.toml:9: server.x: unknown key"]);
    says("[plugins]\ny = 1\n", &["acme.toml:9: plugins: unknown key"]);
    says(
        "[links]\ntoken_endpoint = \"x\"\n[token.response]\nexpires = { pointr = \"/x\" }\n",
        &[
            "acme.toml:10: links.token_endpoint: unknown key; write server.token_endpoint",
            "acme.toml:12: token.response.expires.pointr: unknown key; write pointer",
        ],
    );
}

#[test]
fn words_from_closed_lists() {
    says(
        "[client]\npkce = \"nevr\"\nsecret = \"Required\"\n[redirect]\nkinds = [\"scheme\", \"loopback\"]\n",
        &[
            "acme.toml:10: client.pkce: \"nevr\" is not one of default, required, never; write \"never\"",
            "acme.toml:11: client.secret: \"Required\" is not one of required, optional, forbidden; write \"required\"",
            "acme.toml:13: redirect.kinds.1: \"loopback\" is not one of scheme, loopback-any, loopback-fixed, https, paste",
        ],
    );
    says(
        "[refresh]\nissued = \"param\"\n[token.response]\nexpires = { format = \"assume:0\" }\n[revoke]\nauth = \"baerer\"\n",
        &[
            "acme.toml:12: token.response.expires.format: \"assume:0\" is not one of seconds, milliseconds, epoch, \
             epoch_ms, rfc3339, date, never, assume:3600; write \"assume:3600\"",
            "acme.toml:14: revoke.auth: \"baerer\" is not one of bearer, basic, none; write \"bearer\"",
        ],
    );
}

/// Each closed list of the format refuses a word that is not in it.
#[test]
fn no_list_takes_any_word() {
    for (table, key) in [
        ("vars.x", "pattern"),
        ("vars.x", "source"),
        ("client", "pkce_encoding"),
        ("client", "pkce_method"),
        ("client", "secret_kind"),
        ("client", "assertion_audience"),
        ("redirect", "loopback_host"),
        ("authorize", "response_mode"),
        ("token", "body"),
        ("token.response.refresh_expires", "format"),
        ("account", "method"),
        ("account", "from"),
        ("[lookup]", "choose"),
        ("[lookup]", "auth"),
        ("refresh.exchange", "method"),
        ("refresh.renew", "body_format"),
        ("revoke", "style"),
        ("revoke", "token"),
        ("revoke", "effect"),
        ("hooks", "verify_callback"),
        ("hooks", "client_secret"),
        ("hooks", "register_client"),
    ] {
        let told = told(&format!("{LEAST}[{table}]\n{key} = \"zzz\"\n"));
        let place = table.replace("[lookup]", "lookup.0");
        let expected = format!("acme.toml:10: {place}.{key}: \"zzz\" is not one of ");
        assert!(told.len() == 1 && told[0].starts_with(&expected), "{told:?}");
    }
}

#[test]
fn wrong_types() {
    says("jwks_uri = 5\n", &["acme.toml:9: server.jwks_uri: expected a text in quotation marks"]);
    says(
        "scopes_supported = \"a\"\n",
        &["acme.toml:9: server.scopes_supported: expected a list, like [\"none\"]"],
    );
    says(
        "[scopes]\ndefault = \"read\"\n",
        &["acme.toml:10: scopes.default: expected a list, like [\"none\"]"],
    );
    says(
        "[account]\nurl = 1\n[account.query]\na = true\n[lookup]\n[refresh]\nmin_remaining_s = -1\nrotates = \"no\"\n",
        &[
            "acme.toml:10: account.url: expected a text in quotation marks",
            "acme.toml:12: account.query.a: expected a text in quotation marks",
            "acme.toml:13: lookup: expected tables under [[lookup]]",
            "acme.toml:15: refresh.min_remaining_s: expected a whole number",
            "acme.toml:16: refresh.rotates: expected true or false",
        ],
    );
}

#[test]
fn urls() {
    says(
        "jwks_uri = \"http://acme.example/keys\"\nuserinfo_endpoint = \"https://u:p@acme.example/me\"\n\
         registration_endpoint = \"acme.example\"\nissuer = \"https://acme.example#x\"\n\
         introspection_endpoint = \"https://acme.example/i?client_id=1\"\n[links]\ndocs = \"javascript:alert(1)\"\n",
        &[
            "acme.toml:9: server.jwks_uri: must be https (http only on loopback); write https://acme.example/keys",
            "acme.toml:10: server.userinfo_endpoint: a URL must not hold a user name or password",
            "acme.toml:11: server.registration_endpoint: not a URL; write an address like \
             https://example.com/oauth/token",
            "acme.toml:12: server.issuer: a URL here has no `#` part",
            "acme.toml:13: server.introspection_endpoint: the parameter `client_id` is not for a file to set",
            "acme.toml:15: links.docs: must be https",
        ],
    );
    for wrong in ["https:evil.example/t?x=://acme.example/", "https:///evil.example/t?x=://acme.example/"] {
        says(
            &format!("jwks_uri = \"{wrong}\"\n"),
            &[
                "acme.toml:9: server.jwks_uri: not a whole URL; write https://evil.example/t?x=://acme.example",
            ],
        );
    }
    says("[links]\ndocs = \"https://acme.example/#oauth\"\n", &[]);
    says("jwks_uri = \"http://127.0.0.1:3000/keys\"\nissuer = \"http://localhost\"\n", &[]);
}

#[test]
fn variables_in_urls() {
    says(
        "issuer = \"https://{host}\"\n",
        &["acme.toml:9: server.issuer: `{host}` is not declared; write [vars.host]"],
    );
    says(
        "jwks_uri = \"https://{realm}/keys\"\nissuer = \"https://{label}\"\nuserinfo_endpoint = \"{host}/x\"\n\
         registration_endpoint = \"https://{host}.evil.example/\"\nintrospection_endpoint = \"https://a.example/{\"\n\
         [vars]\nrealm = { title = \"R\" }\nlabel = { title = \"L\", pattern = \"label\" }\n\
         host = { title = \"H\", pattern = \"host\" }\n",
        &[
            "acme.toml:9: server.jwks_uri: `{realm}` stands in the host, so its pattern must be host, host_port or \
             label; write pattern = \"host\"",
            "acme.toml:10: server.issuer: `{label}` is one part of a host name: a fixed domain must follow",
            "acme.toml:11: server.userinfo_endpoint: must begin with https://, not with `{host}`",
            "acme.toml:12: server.registration_endpoint: `{host}` must be the end of the host",
            "acme.toml:13: server.introspection_endpoint: a `{` without its `}`",
        ],
    );
    says(
        "issuer = \"https://{host}\"\nid_token_issuer = \"https://{host}/{tid}\"\n[vars.host]\npattern = \"host\"\n\
         default = \"https://x\"\n[vars.client_id]\ntitle = \"C\"\n",
        &[
            "acme.toml:10: server.id_token_issuer: `{host}` stands for a claim here, and is also a variable",
            "acme.toml:11: vars.host: people need a `title`",
            "acme.toml:13: vars.host.default: \"https://x\" is no value for it; write only the host name: x",
            "acme.toml:14: vars.client_id: this name is filled in by requests of the provider's own",
            "acme.toml:14: vars.client_id: used nowhere",
        ],
    );
}

#[test]
fn pointers() {
    says(
        "[token.response]\naccess_token = \"data.token\"\nexpires = { pointer = \"/a~2\", format = \"assume:60\" }\n\
         success = { pointer = \"/ok\" }\n[account]\nlabel = [\"/ok\", \"name\"]\n",
        &[
            "acme.toml:10: token.response.access_token: \"data.token\" is not a pointer: it begins with `/` \
             (RFC 6901); write \"/data/token\"",
            "acme.toml:11: token.response.expires.pointer: \"/a~2\" is not a pointer: `~` is written `~0`, and `/` \
             inside a name `~1` (RFC 6901)",
            "acme.toml:12: token.response.success: needs `absent`, or `pointer` with `equals`",
            "acme.toml:14: account.label: \"name\" is not a pointer: it begins with `/` (RFC 6901); write \"/name\"",
        ],
    );
}

#[test]
fn an_expiry_that_would_be_read_nowhere() {
    says(
        "[token.response]\nexpires = { format = \"epoch\" }\nrefresh_expires = { format = \"assume:60\" }\n",
        &["acme.toml:10: token.response.expires: needs a `pointer`; write pointer = \"/expires_in\""],
    );
}

#[test]
fn no_file_sets_a_parameter_of_the_protocol() {
    let protocol = "client_id redirect_uri state response_type code_challenge code_challenge_method scope nonce \
                    client_secret request request_uri response_mode code_verifier grant_type Client_ID";
    for name in protocol.split_whitespace() {
        for table in ["authorize.params", "authorize.offline_params", "token.params"] {
            let values = table.split('.').next().map(|table| format!("; write {table}.values.{name}"));
            let values =
                values.filter(|_| ["redirect_uri", "response_type", "grant_type", "request"].contains(&name));
            let expected = format!(
                "acme.toml:10: {table}.{name}: a parameter of the protocol is not for a file to set{}",
                values.unwrap_or_default()
            );
            says(&format!("[{table}]\n{name} = \"x\"\n"), &[&expected]);
        }
    }
    says(
        "[scopes]\nparameter = \"user_scope\"\n[authorize.params]\nuser_scope = \"x\"\nprompt = \"consent\"\n",
        &["acme.toml:12: authorize.params.user_scope: a parameter of the protocol is not for a file to set"],
    );
    says(
        "[scopes]\nparameter = \"state\"\n",
        &["acme.toml:10: scopes.parameter: this parameter means something else; write \"scope\""],
    );
}

#[test]
fn no_file_holds_a_secret_and_none_is_quoted() {
    let looks = "looks like a secret; a provider file never holds one";
    for (more, place) in [
        ("[account]\nheaders = { X-Auth = \"Bearer ghp_0123456789abcdef\" }\n", "account.headers.X-Auth"),
        ("[revoke]\nauth = \"xoxp-0123456789\"\n", "revoke.auth"),
        ("[links]\ndocs = \"https://acme.example/?t=eyJhbGciOiJub25lIn0.e30.\"\n", "links.docs"),
        ("[token.params]\nx = \"0123456789abcdef0123456789abcdef\"\n", "token.params.x"),
        ("[setup]\napp_type = \"use 3fA9d8c7B6e5f4A3b2C1d0E9f8\"\n", "setup.app_type"),
        ("[setup]\napp_type = \"-----BEGIN PRIVATE KEY-----\"\n", "setup.app_type"),
    ] {
        says(more, &[&format!("acme.toml:10: {place}: {looks}")]);
    }
    says(
        "[account]\nheaders = { Authorization = \"x\" }\n[token.params]\napi_key = \"x\"\n",
        &[
            "acme.toml:10: account.headers.Authorization: a file never holds a secret, only the scheme and the name \
             of one; write \"Bearer {access_token}\"",
            "acme.toml:12: token.params.api_key: a provider file never holds a secret",
        ],
    );
}

#[test]
fn rules_between_values() {
    says(
        "[client]\npkce = \"never\"\n",
        &["acme.toml:10: client.pkce: never needs `sources` that say so; write \"default\""],
    );
    says(
        "token_endpoint_auth_methods_supported = [\"none\"]\n[client]\nsecret = \"required\"\n",
        &[
            "acme.toml:9: server.token_endpoint_auth_methods_supported: the client has a secret and no way to send it",
        ],
    );
    says(
        "[scopes]\ndefault = [\"a b\"]\nseparator = \"\"\n",
        &[
            "acme.toml:10: scopes.default: \"a b\" is not one scope (RFC 6749 §3.3)",
            "acme.toml:11: scopes.separator: scopes need something between them; write \" \"",
        ],
    );
    says(
        "[revoke]\nmethod = \"DELETE\"\n",
        &["acme.toml:9: revoke: a request is described, and not used; write style = \"request\""],
    );
    says(
        "[revoke]\nstyle = \"request\"\nbody = { token = \"{refresh}\" }\nurl = \"https://a.example/{client_id}/{id}\"\n",
        &[
            "acme.toml:11: revoke.body.token: `{refresh}` is not filled in here; write {access_token} or another \
             name that is filled in",
            "acme.toml:12: revoke.url: `{id}` is not declared; write [vars.id]",
        ],
    );
}

/// Any text is answered, none is a panic: each shipped file cut off after every ninth line, beginning elsewhere.
#[test]
fn any_text_is_answered() {
    for (turn, spec) in Catalog::builtin().search("").into_iter().enumerate() {
        let path = format!("{}/../../providers/{}.toml", env!("CARGO_MANIFEST_DIR"), spec.id);
        let text = std::fs::read_to_string(path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for cut in (turn % 9..lines.len()).step_by(9) {
            let _ = parse("x.toml", &lines[..cut].join("\r\n"));
        }
    }
    for text in
        ["\0", "=", "[", "[[server]]", "a.b.c = 1", "id = {x=[{}]}", "vars = 1", "[vars]\nx = 1", "\u{feff}"]
    {
        assert!(parse("x.toml", text).is_err(), "{text:?}");
    }
}
