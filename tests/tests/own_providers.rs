//! Provider files of a person's own, for servers that keep to no RFC.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use tokenrack_tests::{Keyring, Peer, Profile, Secrets, Session};

/// Writes a provider file whose `{base}` is an issuer of the odd server.
fn file(profile: &Profile, name: &str, text: &str, base: &str) -> String {
    let path = profile.folder().join(format!("{name}.toml"));
    std::fs::write(&path, text.replace("{base}", base)).unwrap();
    path.display().to_string()
}

const SLACK_LIKE: &str = r#"
schema = 1
id = "slack-like"
name = "Slack-like"
sources = ["a test"]

[server]
authorization_endpoint = "{base}/authorize"
token_endpoint = "{base}/token"

[scopes]
default = ["users:read", "chat:write"]
separator = ","
parameter = "user_scope"

[token.response]
root = "/authed_user"
token_type = ""
scope_separator = ","
success = { pointer = "/ok", equals = true, error = "/error" }

[refresh]
response_root = ""
permanent = ["invalid_refresh_token"]

[account]
id = ""
label = []

[revoke]
style = "none"
"#;

#[test]
fn a_nested_token_with_errors_under_status_200() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    let spec = file(&profile, "slack-like", SLACK_LIKE, &odd.odd_issuer("token-slack"));
    profile.add_with("demo", &spec, &["--client-id", "x", "--redirect", "deep-link"]);
    let attempt = profile.begin("demo");
    assert_eq!(attempt.parameter("user_scope").as_deref(), Some("users:read,chat:write"));
    assert_eq!(attempt.parameter("scope"), None);
    // No metadata names an issuer, so none is expected, and one that comes says nothing.
    profile.run(&["callback", &attempt.sign_in()]).done();
    attempt.finish().done();
    let view = profile.view("demo");
    assert_eq!(view["scopes_granted"], serde_json::json!(["users:read", "chat:write"]));
    let token = profile.token("demo");
    profile.run(&["refresh", "demo"]).done();
    assert_ne!(profile.token("demo"), token, "the refresh answer is not nested");

    let disconnected = profile.run(&["disconnect", "demo"]).done().value();
    assert_eq!(disconnected["revocation"], "unsupported");
    Secrets::of(&[&odd]).are_nowhere_in(&profile);
}

#[test]
fn a_connection_says_which_pages_its_provider_has() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    let (base, pages) =
        (odd.odd_issuer("none"), "[links]\ndocs = \"{base}/docs\"\nuser_revoke = \"{base}/apps\"\n");
    let spec = file(&profile, "slack-like", &format!("{SLACK_LIKE}\n{pages}"), &base);
    let own = profile.add_with("own", &spec, &["--client-id", "x", "--redirect", "deep-link"]);
    assert_eq!(own["links"], serde_json::json!(["docs", "user_revoke"]));
    assert_eq!(profile.add("discovered", &base)["links"], serde_json::json!([]));
}

#[test]
fn the_providers_own_word_for_invalid_grant_ends_a_grant() {
    let session = Session::start(Keyring::Unlocked);
    let profile = Profile::new(&session);
    let odd = Peer::odd();
    let spec = file(&profile, "slack-like", SLACK_LIKE, &odd.odd_issuer("token-slack"));
    profile.add_with("demo", &spec, &["--client-id", "x", "--redirect", "deep-link"]);
    profile.connect("demo");
    // Somebody else spends the refresh token.
    let sent =
        odd.log().iter().rev().find_map(|entry| entry["answer"]["refresh_token"].as_str().map(str::to_owned));
    let stolen = [("grant_type", "refresh_token"), ("refresh_token", sent.as_deref().unwrap())];
    ureq::post(format!("{}/token", odd.odd_issuer("token-slack"))).send_form(stolen).unwrap();
    profile.run(&["refresh", "demo"]).error();
    assert_eq!(profile.status("demo"), "action_needed");
    profile.connect("demo");
    assert_eq!(profile.status("demo"), "connected");
}

const GITHUB_LIKE: &str = r#"
schema = 1
id = "github-like"
name = "GitHub-like"
sources = ["a test"]

[links]
user_revoke = "https://example.com/settings/applications"

[server]
authorization_endpoint = "{base}/authorize"
token_endpoint = "{base}/token"
token_endpoint_auth_methods_supported = ["client_secret_post"]

[client]
secret = "required"

[scopes]
default = ["repo", "user"]

[token.response]
scope_separator = ","
expires = { pointer = "", format = "never" }
success = { absent = "/error" }

[refresh]
issued = "never"

[revoke]
style = "request"
method = "DELETE"
url = "{base}/grant/{client_id}"
auth = "basic"
body = { access_token = "{access_token}" }
body_format = "json"
"#;

#[test]
fn a_token_that_never_ends_and_a_revocation_of_the_providers_own() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    let spec = file(&profile, "github-like", GITHUB_LIKE, &odd.odd_issuer("token-github"));
    let args = ["add", &spec, "--name", "demo", "--client-id", "Iv1.x", "--redirect", "deep-link"];
    let error = profile.run(&args).failed(2, "input/invalid");
    assert!(error["cause"].as_str().unwrap().contains("client secret"), "{error}");
    let with_secret = [&args[..], &["--client-secret-stdin"]].concat();
    let secret = "a-secret-only-for-tests";
    profile.run_with_input(&with_secret, &format!("{secret}\n")).done();
    profile.connect("demo");
    let view = profile.view("demo");
    assert_eq!(view["scopes_granted"], serde_json::json!(["repo", "user"]));
    assert_eq!((view["expires_at"].is_null(), view["refreshable"].as_bool()), (true, Some(false)), "{view}");
    let token = profile.token("demo");

    let disconnected = profile.run(&["disconnect", "demo"]).done().value();
    assert_eq!(disconnected["revocation"], "revoked", "{disconnected}");
    let ended = odd.requests("/token-github/grant/Iv1.x").pop().unwrap();
    assert_eq!(ended["json"]["access_token"], token.as_str());
    assert!(ended["authorization"].as_str().unwrap().starts_with("Basic "));
    let mut secrets = Secrets::of(&[&odd]);
    secrets.add(secret);
    secrets.are_nowhere_in(&profile);
}

#[test]
fn a_mistake_in_a_file_is_named() {
    let session = Session::start(Keyring::Unlocked);
    let profile = Profile::new(&session);
    let wrong = [
        (SLACK_LIKE.replace("separator = \",\"", "seperator = \",\""), "seperator"),
        (SLACK_LIKE.replace("{base}/token", "http://example.com/token"), "token_endpoint"),
        ("not toml at all [".to_owned(), "1"),
        (String::new(), "schema"),
    ];
    for (text, place) in wrong {
        let spec = file(&profile, "slack-like", &text, "https://example.com");
        let error = profile.run(&["add", &spec, "--client-id", "x"]).failed(2, "provider/invalid_spec");
        assert!(error["cause"].as_str().unwrap_or_default().contains(place), "{place}: {error}");
    }
    let absent = profile.folder().join("absent.toml").display().to_string();
    assert_eq!(profile.run(&["add", &absent, "--client-id", "x"]).code, 2);
}

#[test]
fn a_file_that_replaces_a_built_in_provider_is_said_before_anyone_signs_in() {
    let session = Session::start(Keyring::Unlocked);
    let profile = Profile::new(&session);
    let add = |name: &str| profile.run(&["add", "gitlab", "--name", name, "--client-id", "x"]).done().value();
    let own = |check: &serde_json::Value| check["name"] == "providers";
    assert_eq!(add("before")["cautions"], serde_json::json!([]));
    assert!(!profile.run(&["doctor"]).values().iter().any(own));

    let text = SLACK_LIKE.replace("slack-like", "gitlab").replace("{base}", "https://example.com");
    std::fs::write(profile.home().join("providers/gitlab.toml"), text).unwrap();
    let said = "Your file providers/gitlab.toml replaces the built-in GitLab";
    for view in [add("after"), profile.view("before")] {
        assert!(view["cautions"].to_string().contains(said), "{view}");
    }
    let check = profile.run(&["doctor"]).values().into_iter().find(own).unwrap();
    assert!(check["outcome"] == "warning" && check["finding"].to_string().contains(said), "{check}");
}

#[test]
fn one_of_several_sites_is_chosen() {
    let (profile, odd) = (Profile::with_quick_file_vault("only for tests"), Peer::odd());
    let sites = r#"
[vars.site]
title = "Site"
pattern = "slug"
source = "lookup"
allow = ["*"]

[api]
base = "{base}/{site}"

[[lookup]]
url = "{base}/sites"
auth = "bearer"
id = "/id"
label = "/name"
store = "site"
"#;
    let spec = file(&profile, "slack-like", &format!("{SLACK_LIKE}{sites}"), &odd.odd_issuer("token-slack"));
    profile.add_with("demo", &spec, &["--client-id", "x", "--redirect", "deep-link"]);
    assert_eq!(profile.run(&["choose", "demo"]).done().values().len(), 0, "before a sign-in");
    profile.run(&["choose", "demo", "Acme"]).failed(2, "input/invalid");
    profile.connect("demo");
    assert_eq!(profile.view("demo")["captured"], serde_json::json!({ "site": "s-1" }));
    let listed = profile.run_plain(&["choose", "demo"]).done().stdout;
    assert_eq!(listed, "   SITE   ID\n●  Acme   s-1\n   Other  s-2\n");

    let refused = profile.run(&["choose", "demo", "Elsewhere"]).failed(2, "input/invalid");
    assert_eq!(refused["cause"], "site is one of: Acme, Other");
    let view = profile.run(&["choose", "demo", "other"]).done().value();
    assert_eq!(view["captured"]["site"], "s-2");
    let list = profile.run(&["choose", "demo"]).done().value();
    assert_eq!((&list["store"], &list["chosen"]), (&"site".into(), &"s-2".into()));
    profile.run(&["refresh", "demo"]).done();
    assert_eq!(profile.view("demo")["captured"]["site"], "s-2");
}

#[test]
fn a_file_elsewhere_may_start_from_one_of_the_profile() {
    let (profile, odd) = (Profile::with_quick_file_vault("only for tests"), Peer::odd());
    profile.run(&["status"]).done();
    let own = profile.home().join("providers");
    let scripts = "[scripts]\ntest = \"works.js\"\n";
    let parent = SLACK_LIKE.replace("{base}", &odd.odd_issuer("token-slack")) + scripts;
    std::fs::write(own.join("slack-like.toml"), parent).unwrap();
    std::fs::write(own.join("works.js"), "exports.test = () => true;").unwrap();
    let child = "schema = 1\nid = \"child\"\nname = \"Child\"\nextends = \"slack-like\"\n";
    let spec = file(&profile, "child", child, "");
    profile.add_with("demo", &spec, &["--client-id", "x", "--redirect", "deep-link"]);
    profile.connect("demo");
    profile.run(&["status", "demo", "--check"]).done();
    let wrong =
        file(&profile, "wrong", &child.replace("child", "wrong").replace("slack-like", "slack-lik"), "");
    let refused = profile.run(&["add", &wrong, "--client-id", "x"]).failed(2, "provider/invalid_spec");
    assert!(refused["cause"].to_string().contains("slack-like"), "{refused}");
}
