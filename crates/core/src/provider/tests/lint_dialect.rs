//! What a file is told that bends the protocol too far.

use std::collections::BTreeMap;

use super::{says, spec, vars};

#[test]
fn what_can_be_renamed_changed_and_left_out() {
    says(
        "[authorize]\nrename = { client_id = \"client_key\", response_type = \"type\" }\nomit = [\"scope\"]\n\
         values = { response_type = \"web_server\", redirect_uri = \"acme-1\", request = \"authorize\" }\n\
         [token]\nrename = { grant_type = \"type\" }\nvalues = { grant_type = \"web_server\" }\nomit = [\"redirect_uri\"]\n\
         params = { code_challenge_method = \"S256\" }\n[refresh]\nvalues = { grant_type = \"refresh\" }\n",
        &[],
    );
    says(
        "[authorize]\nomit = [\"state\", \"code_challenge\", \"prompt\"]\n[authorize.values]\nstate = \"x\"\n\
         prompt = \"x\"\nresponse_type = \"code token\"\nrequest = \"a.b.c\"\n[token.values]\ngrant_type = \"password\"\n\
         code_challenge_method = \"plain\"\nrequest = \"token\"\n[token]\nomit = [\"code_verifier\"]\n",
        &[
            "acme.toml:10: authorize.omit: \"state\" is always sent",
            "acme.toml:10: authorize.omit: \"code_challenge\" is always sent",
            "acme.toml:10: authorize.omit: \"prompt\" is not a parameter of the protocol, so it is not sent",
            "acme.toml:12: authorize.values.state: its value is not for a file to set; only those of grant_type, \
             response_type, redirect_uri, request are",
            "acme.toml:13: authorize.values.prompt: not a parameter of the protocol; write authorize.params.prompt",
            "acme.toml:14: authorize.values.response_type: \"code token\" hands tokens or passwords around, and is \
             refused",
            "acme.toml:15: authorize.values.request: a request object (RFC 9101) is not for a file to set",
            "acme.toml:17: token.values.grant_type: \"password\" hands tokens or passwords around, and is refused",
            "acme.toml:18: token.values.code_challenge_method: its value is not for a file to set; only those of \
             grant_type, response_type, redirect_uri, request are; write client.pkce_method",
            "acme.toml:21: token.omit: \"code_verifier\" is always sent",
        ],
    );
}

#[test]
fn two_parameters_of_one_name() {
    says(
        "[authorize.params]\ntype = \"x\"\n[authorize.rename]\nresponse_type = \"type\"\nclient_id = \"state\"\n\
         prompt = \"p\"\nscope = \"a b\"\n[token.rename]\ncode = \"c\"\ncode_verifier = \"c\"\n",
        &[
            "acme.toml:12: authorize.rename.response_type: `type` would be sent twice",
            "acme.toml:13: authorize.rename.client_id: `state` means something else",
            "acme.toml:14: authorize.rename.prompt: not a parameter of the protocol; write authorize.params.p",
            "acme.toml:15: authorize.rename.scope: \"a b\" is no parameter's name",
            "acme.toml:17: token.rename.code: `c` would be sent twice",
            "acme.toml:18: token.rename.code_verifier: `c` would be sent twice",
        ],
    );
    // What is itself renamed or left out makes room.
    says("[token]\nomit = [\"client_id\"]\nrename = { redirect_uri = \"client_id\" }\n", &[]);
}

#[test]
fn what_is_asked_of_the_device_endpoint() {
    says(
        "[device]\nparams = { response_type = \"device_code\", client_secret = \"x\" }\nrepeat = [\"user_code\"]\n",
        &["acme.toml:10: device.params.client_secret: a provider file never holds a secret"],
    );
}

#[test]
fn what_is_kept_is_no_secret() {
    says(
        "[authorize]\ncapture = [\"realmId\", \"code\", \"error_hint\", \"id_token\", \"a b\"]\nforward = [\"state\", \"x\"]\n\
         [token.response.capture]\nteam = \"/team/id\"\nbot = \"/access_token\"\naccess_token = \"/x\"\nplace = \"x\"\n",
        &[
            "acme.toml:10: authorize.capture: \"code\" is read anyway",
            "acme.toml:10: authorize.capture: \"error_hint\" is read anyway",
            "acme.toml:10: authorize.capture: \"id_token\" names a secret, which is never kept this way",
            "acme.toml:10: authorize.capture: \"a b\" is no parameter's name",
            "acme.toml:11: authorize.forward: \"x\" is not kept; write authorize.capture = [\"x\"]",
            "acme.toml:14: token.response.capture.bot: points at a secret, which is never kept this way",
            "acme.toml:15: token.response.capture.access_token: a name is a letter, then letters, digits and `_`",
            "acme.toml:16: token.response.capture.place: \"x\" is not a pointer: it begins with `/` (RFC 6901); write \
             \"/x\"",
        ],
    );
}

#[test]
fn a_token_in_a_header_is_a_scheme_and_a_name() {
    says(
        "[account]\nurl = \"https://acme.example/me\"\n[account.headers]\nAuthorization = \"OAuth {access_token}\"\n\
         X-Acme-Access-Token = \"{access_token}\"\nx-api-key = \"{client_id}\"\n[api]\n\
         header = \"X-Auth-Token: {access_token}\"\nheaders = { Client-Id = \"{client_id}\" }\n",
        &[],
    );
    says(
        "[account.headers]\nAuthorization = \"Basic YTpi\"\nCookie = \"a={access_token}\"\nX-A = \"{nobody}\"\nHost = \"x\"\n\
         \"a b\" = \"x\"\n[token.headers]\nX-B = \"{access_token}\"\n[api]\nheader = \"Authorization: secret\"\n\
         hosts = [\"*.com\", \"api.acme.example\", \"*.acme.example\", \"https://x.y\", \"a.b:80\"]\n",
        &[
            "acme.toml:10: account.headers.Authorization: a file never holds a secret, only the scheme and the name \
             of one; write \"Bearer {access_token}\"",
            "acme.toml:11: account.headers.Cookie: a file never holds a secret, only the scheme and the name of one; \
             write \"Bearer {access_token}\"",
            "acme.toml:12: account.headers.X-A: `{nobody}` is not filled in here",
            "acme.toml:13: account.headers.Host: this header belongs to the connection",
            "acme.toml:14: account.headers.a b: not a header (RFC 9110 §5)",
            "acme.toml:16: token.headers.X-B: `{access_token}` is not filled in here",
            "acme.toml:18: api.header: a header's name, and the token with its scheme; write \
             \"Authorization: Bearer {access_token}\"",
            "acme.toml:19: api.hosts: \"*.com\" is not a host, nor `*.` and a domain; write \"api.example.com\"",
            "acme.toml:19: api.hosts: \"https://x.y\" is not a host, nor `*.` and a domain; write \"api.example.com\"",
            "acme.toml:19: api.hosts: \"a.b:80\" is not a host, nor `*.` and a domain; write \"api.example.com\"",
        ],
    );
}

#[test]
fn where_a_secret_may_stand_in_an_address() {
    says(
        "[account]\nurl = \"https://a.example/me?access_token={access_token}\"\n[revoke]\nstyle = \"request\"\n\
         url = \"https://a.example/{client_id}/{token}\"\nauth = \"basic\"\n[refresh.exchange]\n\
         url = \"https://a.example/token?grant_type=long_lived&client_secret={client_secret}\"\n\
         query = { client_secret = \"{client_secret}\", token = \"{access_token}\" }\n[refresh.renew]\n\
         url = \"https://a.example/renew/{access_token}\"\n",
        &[],
    );
    says(
        "userinfo_endpoint = \"https://a.example/?t={access_token}\"\nissuer = \"https://{access_token}.example\"\n\
         [account]\nurl = \"https://{access_token}.example/me?client_secret=x\"\n[[lookup]]\n\
         url = \"https://a.example/{access_token}\"\nid = \"/id\"\nstore = \"x\"\nquery = { t = \"{access_token}\" }\n\
         [refresh.exchange]\nquery = { client_secret = \"x\" }\nurl = \"https://a.example/?client_secret=x\"\n",
        &[
            "acme.toml:9: server.userinfo_endpoint: `{access_token}` is not declared; write [vars.access_token]",
            "acme.toml:10: server.issuer: `{access_token}` is not declared; write [vars.access_token]",
            "acme.toml:12: account.url: `{access_token}` stands in the host, and is no variable; write \
             [vars.access_token] with `source`, `pattern` and `allow`",
            "acme.toml:14: lookup.0.url: a lookup sends no secret in its address; write auth = \"bearer\"",
            "acme.toml:17: lookup.0.query.t: a lookup sends no secret in its address; write auth = \"bearer\"",
            "acme.toml:19: refresh.exchange.query.client_secret: a provider file never holds a secret; write \
             \"{access_token}\"",
            "acme.toml:20: refresh.exchange.url: the parameter `client_secret` is not for a file to set",
        ],
    );
}

#[test]
fn requests_that_make_no_sense() {
    says(
        "[account]\nurl = \"https://a.example\"\nmethod = \"GET\"\ngraphql = \" \"\nbody = { a = \"b\" }\n[refresh.renew]\n\
         auth = \"none\"\n[[lookup]]\nitems = \"x\"\n[revoke]\nstyle = \"request\"\n[account.query]\nx = \"{\"\n",
        &[
            "acme.toml:11: account.method: GET has no body; write \"POST\"",
            "acme.toml:12: account.graphql: an empty query",
            "acme.toml:13: account.body: `graphql` is sent in its place",
            "acme.toml:14: refresh.renew: a request needs `url`",
            "acme.toml:16: lookup.0: needs `store`",
            "acme.toml:16: lookup.0: needs `id`",
            "acme.toml:17: lookup.0.items: \"x\" is not a pointer: it begins with `/` (RFC 6901); write \"/x\"",
            "acme.toml:18: revoke: style \"request\" needs `url`",
            "acme.toml:21: account.query.x: a `{` without its `}`; write {access_token} or another name that is filled \
             in",
        ],
    );
}

#[test]
fn variables_in_parameters() {
    let more = "[authorize.params]\naudience = \"{audience}\"\n[token.params]\ncontext = \"stores/{store}\"\n[account]\n\
                url = \"https://a.example\"\nquery = { key = \"{audience}\", token = \"{access_token}\" }\n\
                [vars.audience]\ntitle = \"A\"\npattern = \"text\"\ndefault = \"\"\n[vars.store]\ntitle = \"S\"\n";
    let resolved = spec(more).resolve(&vars(&[("store", "abc")])).unwrap();
    assert_eq!(resolved.authorize.params, BTreeMap::new(), "what is left empty is left out");
    assert_eq!(resolved.token.params, vars(&[("context", "stores/abc")]));
    let audience = [("store", "abc"), ("audience", "https://api.acme.example/(x)")];
    let resolved = spec(more).resolve(&vars(&audience)).unwrap();
    assert_eq!(resolved.authorize.params["audience"], "https://api.acme.example/(x)");
    assert_eq!(resolved.account.request.query["key"], "https://api.acme.example/(x)");
    assert_eq!(resolved.account.request.query["token"], "{access_token}");
    for smuggled in ["{access_token}", "a\nb", "é", "{"] {
        let audience = [("store", "abc"), ("audience", smuggled)];
        let refused = spec(more).resolve(&vars(&audience)).unwrap_err();
        assert_eq!(refused, vars(&[("audience", "Write one line of ASCII characters, without braces")]));
    }
    says(
        "jwks_uri = \"https://a.example/{text}\"\n[authorize.params]\na = \"{nobody}\"\nb = \"{\"\n[vars.text]\n\
         title = \"T\"\npattern = \"text\"\n",
        &[
            "acme.toml:9: server.jwks_uri: `{text}` is free text, and stands in parameters and headers only",
            "acme.toml:11: authorize.params.a: `{nobody}` is not a variable that a person is asked for; write \
             [vars.nobody]",
            "acme.toml:12: authorize.params.b: a `{` without its `}`",
        ],
    );
}

#[test]
fn a_closed_list_may_decide_any_part_of_a_host() {
    let more = "jwks_uri = \"https://{dot}acme.{end}/keys\"\n[vars.dot]\ntitle = \"Region\"\nenum = [\"\", \"eu.\"]\n\
                default = \"\"\n[vars.end]\ntitle = \"Country\"\nenum = [\"com\", \"com.au\"]\ndefault = \"com\"\n";
    let keys = |given: &[(&str, &str)]| {
        let resolved = spec(more).resolve(&vars(given)).map_err(|errors| format!("{errors:?}"))?;
        Ok::<_, String>(resolved.server.metadata.jwks_uri.unwrap())
    };
    assert_eq!(keys(&[]).unwrap(), "https://acme.com/keys");
    assert_eq!(keys(&[("dot", "eu."), ("end", "com.au")]).unwrap(), "https://eu.acme.com.au/keys");
    assert_eq!(keys(&[("dot", "")]).unwrap(), "https://acme.com/keys");
    assert_eq!(keys(&[("dot", "us.")]).unwrap_err(), r#"{"dot": "Write one of: \"\", eu."}"#);
    says(
        "jwks_uri = \"https://{dot}.example/keys\"\n[vars.dot]\ntitle = \"D\"\nenum = [\"a\", \"b@c\", \"d/e\", \"\", \"x:1\", \"..\"]\n",
        &[
            "acme.toml:9: server.jwks_uri: a URL must not hold a user name or password",
            "acme.toml:12: vars.dot.enum: \"b@c\" is no value for it; write letters, digits, `-`, `.`, `_` and `~` only",
            "acme.toml:12: vars.dot.enum: \"d/e\" is no value for it; write letters, digits, `-`, `.`, `_` and `~` only",
            "acme.toml:12: vars.dot.enum: \"x:1\" is no value for it; write letters, digits, `-`, `.`, `_` and `~` only",
            "acme.toml:12: vars.dot.enum: \"..\" is no value for it; write letters, digits, `-`, `.`, `_` and `~` only",
        ],
    );
}

#[test]
fn a_choice_left_empty_is_a_choice() {
    let more = "jwks_uri = \"https://{dot}acme.example/keys\"\n[vars.dot]\ntitle = \"D\"\nenum = [\"\", \"eu.\"]\n\
                default = \"eu.\"\n";
    let keys = |given: &[(&str, &str)]| spec(more).resolve(&vars(given)).unwrap().server.metadata.jwks_uri;
    assert_eq!(keys(&[]).as_deref(), Some("https://eu.acme.example/keys"));
    assert_eq!(keys(&[("dot", "")]).as_deref(), Some("https://acme.example/keys"));
}

#[test]
fn a_secret_for_device_codes_needs_a_way_to_one_and_a_way_to_be_sent() {
    let own = "[client]\ndevice_secret = \"required\"\n";
    says(own, &["acme.toml:10: client.device_secret: needs `server.device_authorization_endpoint`"]);
    let device = "device_authorization_endpoint = \"https://acme.example/device\"\n";
    says(&format!("{device}{own}"), &[]);
    let public = "token_endpoint_auth_methods_supported = [\"none\"]\n";
    says(
        &format!("{device}{public}{own}"),
        &[
            "acme.toml:10: server.token_endpoint_auth_methods_supported: the client has a secret and no way to send it",
        ],
    );
}
