//! Ways to a token beside the browser that comes back: a code, the client itself, a token that is brought, a key.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::time::Duration;

use serde_json::Value;
use tokenrack_tests::{Bystander, Keyring, Peer, Profile, Secrets, Session, device_page, eventually};

const API: &str = "https://api.example.test";
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
const SCOPES: &[&str] = &["--scope", "openid", "--scope", "email", "--scope", "offline_access"];
const DEVICE: &[&str] = &["--client-id", "device", "--grant", "device-code"];
const MACHINE: &[&str] = &[
    "--client-id",
    "machine",
    "--grant",
    "client-credentials",
    "--client-secret-stdin",
    "--client-auth",
    "client_secret_post",
    "--scope",
    "api:read",
];

/// RFC 8037, appendix A.1: known to everybody, so no test of ours can leak it.
const KEY: &str = r#"{"kty":"OKP","crv":"Ed25519","kid":"k-1","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
const PUBLIC: &str =
    r#"{"kty":"OKP","crv":"Ed25519","kid":"k-1","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

/// Starts a sign-in by code; answers what it printed first.
fn begin<'p>(profile: &'p Profile, name: &str, more: &[&str]) -> (tokenrack_tests::Attempt<'p>, Value) {
    let mut attempt = profile.spawn(&[&["connect", name, "--json", "--no-browser"], more].concat(), None);
    let line = attempt.line();
    let Some(line) = line else { panic!("no code: {}", attempt.finish().stderr) };
    let event: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(event["event"], "device_code", "{event}");
    (attempt, event)
}

fn page(event: &Value) -> &str {
    event["verification_uri_complete"].as_str().unwrap()
}

#[test]
fn a_person_enters_the_code_and_is_connected() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let mut profile = Profile::new(&session);
    let added = profile.add_with("box", peer.issuer(), &[DEVICE, SCOPES].concat());
    assert_eq!(added["registration"]["grant"], "device_code");
    let person = profile.with_person(&["--device"]);
    let outcome = profile.run(&["connect", "box", "--timeout", "60s"]).done();
    assert!(person.saw().contains("Sign-in Success"), "{}", person.saw());
    let said = outcome.values();
    assert_eq!((&said[0]["event"], &said[0]["browser_opened"]), (&"device_code".into(), &true.into()));
    assert!(said[0]["expires_at"].is_string() && said[0]["verification_uri"].is_string(), "{}", said[0]);
    assert_eq!(said[1]["event"], "connected");

    let view = profile.view("box");
    assert_eq!(
        (&view["status"]["kind"], &view["account"]),
        (&"connected".into(), &"ada@example.test".into())
    );
    let asked = peer.requests("/device/auth");
    assert_eq!(asked[0]["form"]["scope"], "openid email offline_access");
    let before = profile.token("box");
    profile.run(&["refresh", "box"]).done();
    assert_ne!(profile.token("box"), before);
    Secrets::of(&[&peer]).are_nowhere_in(&profile);
}

#[test]
fn the_code_is_shown_while_it_is_awaited_and_another_process_can_cancel() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    profile.add_with("box", peer.issuer(), &[DEVICE, SCOPES].concat());
    let (attempt, event) = begin(&profile, "box", &[]);
    let view = profile.view("box");
    assert_eq!(view["status"]["kind"], "waiting_for_browser");
    assert_eq!(view["waiting"]["device"]["user_code"], event["user_code"]);
    assert_eq!(view["waiting"]["authorization_url"], event["verification_uri_complete"]);
    assert!(view["waiting"]["redirect_uri"].is_null(), "{view}");
    let page_for_people = profile.run_plain(&["status", "box"]).done().stdout;
    assert!(page_for_people.contains(event["user_code"].as_str().unwrap()), "{page_for_people}");

    profile.run(&["disconnect", "box"]).done();
    attempt.finish().failed(1, "callback/cancelled");
    assert_eq!(profile.status("box"), "not_connected");
    let asked = peer.token_requests(DEVICE_GRANT).len();
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(peer.token_requests(DEVICE_GRANT).len(), asked, "nobody asks for a cancelled code");
}

#[test]
fn a_refused_code_and_one_that_nobody_enters_lose_nothing() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc_with(&[("DEVICE_TTL", "8")]));
    let profile = Profile::new(&session);
    let bystander = Bystander::connected(&profile, peer.issuer());
    profile.add_with("box", peer.issuer(), &[DEVICE, SCOPES].concat());
    let (attempt, event) = begin(&profile, "box", &[]);
    device_page(page(&event), &[]);
    attempt.finish().done();
    let token = profile.token("box");

    let (attempt, event) = begin(&profile, "box", &[]);
    device_page(page(&event), &["--deny"]);
    attempt.finish().failed(3, "oauth/access_denied");
    assert_eq!((profile.status("box"), profile.token("box")), ("connected".into(), token.clone()));

    let (attempt, _) = begin(&profile, "box", &[]);
    attempt.finish().failed(3, "callback/timed_out");
    let (attempt, _) = begin(&profile, "box", &["--timeout", "1s"]);
    attempt.finish().failed(3, "callback/timed_out");
    assert_eq!((profile.status("box"), profile.token("box")), ("connected".into(), token));
    bystander.is_untouched();
}

#[test]
fn a_machine_connects_by_itself_and_renews_by_itself() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc_with(&[("AT_TTL", "61")]));
    let profile = Profile::new(&session);
    let args = [&["add", peer.issuer(), "--name", "ci", "--resource", API], MACHINE].concat();
    profile.run_with_input(&args, "machine-secret\n").done();
    let connected = profile.run(&["connect", "ci"]).done().value();
    assert_eq!(connected["event"], "connected");
    assert_eq!((&connected["account"], &connected["refreshable"]), (&"machine".into(), &true.into()));
    assert_eq!(peer.token_requests("client_credentials")[0]["form"]["resource"], API);

    let first = profile.token("ci");
    std::thread::sleep(Duration::from_secs(2));
    let released = profile.run_plain(&["token", "ci"]).done();
    assert_ne!(released.stdout.trim(), first, "less than a minute was left");
    profile.run(&["refresh", "ci"]).done();
    assert_eq!(peer.token_requests("client_credentials").len(), 3);
    assert_eq!(profile.status("ci"), "connected");
    Secrets::of(&[&peer]).are_nowhere_in(&profile);

    let public = ["--client-id", "machine", "--grant", "client-credentials"];
    let args = [&["add", peer.issuer(), "--name", "no secret"], &public[..]].concat();
    profile.run(&args).failed(2, "input/invalid");
}

#[test]
fn a_refresh_token_from_elsewhere_works_at_once_or_not_at_all() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    profile.connected("source", peer.issuer());
    let brought = peer.token_requests("authorization_code")[0]["answer"]["refresh_token"].clone();
    let brought = brought.as_str().unwrap();
    let import = |name: &str, token: &str| {
        let flags = ["--client-id", "desktop", "--grant", "refresh-token", "--refresh-token-stdin"];
        profile.run_with_input(&[&["add", peer.issuer(), "--name", name], &flags[..]].concat(), token)
    };
    let view = import("brought", &format!("{brought}\n")).done().value();
    assert_eq!((&view["status"]["kind"], &view["refreshable"]), (&"connected".into(), &true.into()));
    assert_eq!(peer.token_requests("refresh_token").len(), 1);
    profile.run(&["refresh", "brought"]).done();

    // Spent by now: the provider refuses it.
    import("again", brought).failed(3, "oauth/invalid_grant");
    profile.run(&["status", "again"]).failed(4, "connection/not_found");
    import("empty", "\n").failed(2, "input/invalid");
    Secrets::of(&[&peer]).are_nowhere_in(&profile);
}

/// What somebody else does, whom the connection does not hear of.
fn revoke_elsewhere(peer: &Peer, client: &str, token: &str) {
    let (id, secret) = client.split_once(':').unwrap();
    let request = ureq::post(format!("{}/token/revocation", peer.issuer()));
    let form = [("token", token), ("client_id", id), ("client_secret", secret)];
    request.send_form(form.into_iter().filter(|(_, value)| !value.is_empty())).unwrap();
}

#[test]
fn the_server_says_whether_it_still_takes_the_token() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    profile.connected("demo", peer.issuer());
    let view = profile.run(&["introspect", "demo"]).done().value();
    assert_eq!((&view["active"], &view["client_id"]), (&true.into(), &"desktop".into()));
    assert!(view["exp"].is_string(), "{view}");
    assert_eq!(profile.status("demo"), "connected");

    let args = [&["add", peer.issuer(), "--name", "ci", "--resource", API], MACHINE].concat();
    profile.run_with_input(&args, "machine-secret\n").done();
    profile.run(&["connect", "ci"]).done();
    for (name, client) in [("demo", "desktop:"), ("ci", "machine:machine-secret")] {
        let token = profile.token(name);
        revoke_elsewhere(&peer, client, &token);
        assert_eq!(profile.status(name), "connected", "nobody has asked yet");
        assert_eq!(profile.run(&["introspect", name]).done().value()["active"], false);
        let status = &profile.view(name)["status"];
        assert_eq!((&status["kind"], &status["next"]), (&"action_needed".into(), &"refresh".into()));
        assert!(status["evidence"].as_str().unwrap().contains("not active"), "{status}");
        let next = profile.run(&["token", name]);
        if name == "ci" {
            let fresh = next.done().value();
            assert_ne!(fresh["access_token"], token.as_str(), "what the server refuses is not handed out");
            assert_eq!(profile.status(name), "connected");
        } else {
            // This server ends the refresh token along with the access token.
            next.failed(3, "oauth/invalid_grant");
            assert_eq!(profile.view(name)["status"]["next"], "connect");
        }
    }
    Secrets::of(&[&peer]).are_nowhere_in(&profile);

    let odd = Peer::odd();
    profile.connected("plain", &odd.odd_issuer("none"));
    profile.run(&["introspect", "plain"]).failed(1, "oauth/no_introspection");
}

#[test]
fn a_token_is_for_the_resource_that_was_asked_for() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    let flags = ["--client-id", "desktop", "--redirect", "deep-link", "--resource", API];
    let scopes = ["--scope", "offline_access", "--scope", "api:read"];
    let added = profile.add_with("api", peer.issuer(), &[&flags[..], &scopes].concat());
    assert_eq!(added["resources"], serde_json::json!([API]));
    let attempt = profile.begin("api");
    assert_eq!(attempt.parameter("resource").as_deref(), Some(API));
    profile.run(&["callback", &attempt.sign_in()]).done();
    attempt.finish().done();
    assert_eq!(profile.run(&["introspect", "api"]).done().value()["aud"], serde_json::json!([API]));
    profile.run(&["refresh", "api"]).done();
    assert_eq!(profile.run(&["introspect", "api"]).done().value()["aud"], serde_json::json!([API]));
    for grant in ["authorization_code", "refresh_token"] {
        assert_eq!(peer.token_requests(grant)[0]["form"]["resource"], API, "{grant}");
    }
    for wrong in ["api", "https://api.example.test/#x"] {
        let args = ["add", peer.issuer(), "--name", "wrong", "--client-id", "desktop", "--resource", wrong];
        profile.run(&args).failed(2, "input/invalid");
    }
    profile.add_with(
        "other",
        peer.issuer(),
        &["--client-id", "device", "--grant", "device-code", "--resource", "urn:x"],
    );
    profile.run(&["connect", "other", "--no-browser"]).failed(3, "oauth/invalid_target");
}

#[test]
fn a_client_with_a_key_proves_itself_at_every_endpoint() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc_with(&[("JWK", PUBLIC)]));
    let profile = Profile::new(&session);
    let add = |name: &str, more: &[&str], key: &str| {
        let flags = ["--client-id", "key-holder", "--client-key-stdin", "--redirect", "deep-link"];
        profile.run_with_input(&[&["add", peer.issuer(), "--name", name], &flags[..], more].concat(), key)
    };
    let added = add("keyed", &[], KEY).done().value();
    assert_eq!(added["registration"]["authentication"], "private_key_jwt");
    profile.connect("keyed");
    profile.run(&["refresh", "keyed"]).done();
    assert_eq!(profile.run(&["introspect", "keyed"]).done().value()["active"], true);
    assert_eq!(profile.run(&["disconnect", "keyed"]).done().value()["revocation"], "revoked");

    add("box", &[DEVICE[2], DEVICE[3]], KEY).done();
    let (attempt, event) = begin(&profile, "box", &[]);
    device_page(page(&event), &[]);
    attempt.finish().done();

    let mut seen = std::collections::BTreeSet::new();
    for place in ["/token", "/token/introspection", "/token/revocation", "/device/auth"] {
        let asked = peer.requests(place);
        assert!(!asked.is_empty(), "{place}");
        for request in asked {
            let statement = request["form"]["client_assertion"].as_str().unwrap_or_default();
            assert!(seen.insert(statement.to_owned()) && !statement.is_empty(), "{place}: {request}");
            assert!(request["form"]["client_secret"].is_null() && request["authorization"].is_null());
        }
    }
    let mut secrets = Secrets::of(&[&peer]);
    secrets.add("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A");
    secrets.are_nowhere_in(&profile);

    let refused = add("wrong", &[], "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n").failed(2, "input/invalid");
    assert!(refused["cause"].as_str().unwrap().contains("openssl pkcs8"), "{refused}");
    profile.run(&["status", "wrong"]).failed(4, "connection/not_found");
}

#[test]
fn what_oauth_has_given_up_is_refused_with_the_reason() {
    let profile = Profile::new(&Session::start(Keyring::Absent));
    for (grant, section) in [("password", "2.4"), ("implicit", "2.1.2")] {
        let error =
            profile.run(&["add", "gitlab", "--client-id", "x", "--grant", grant]).failed(2, "input/invalid");
        assert!(error["cause"].as_str().unwrap().contains(&format!("RFC 9700 §{section}")), "{error}");
    }
}

#[test]
fn a_sign_in_by_code_survives_the_process_that_started_it_only_where_a_window_watches() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    profile.add_with("box", peer.issuer(), &[DEVICE, SCOPES].concat());
    let (mut attempt, event) = begin(&profile, "box", &["--timeout", "15s"]);
    let pid = rustix::process::Pid::from_raw(i32::try_from(attempt.process().id()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    drop(attempt);
    device_page(page(&event), &[]);
    assert_eq!(profile.status("box"), "waiting_for_browser", "a command that only looks asks nothing");
    eventually("the attempt to end by its time limit", Duration::from_secs(30), || {
        (profile.status("box") == "not_connected").then_some(())
    });
    assert_eq!(profile.view("box")["problem"]["code"], "callback/timed_out");
}
