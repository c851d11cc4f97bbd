//! Signing in, from `add` to `connected`, as a person and as a program would.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::net::TcpListener;
use std::time::Duration;

use tokenrack_tests::{Bystander, Keyring, Peer, Profile, Session, eventually, sign_in};

const SCOPES: &[&str] = &["--scope", "openid", "--scope", "email", "--scope", "offline_access"];
const DEEP_LINK: &[&str] = &["--redirect", "deep-link"];

#[test]
fn a_person_signs_in_and_comes_back_by_deep_link() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let mut profile = Profile::new(&session);
    let more = [&["--client-id", "desktop", "--environment", "dev"], DEEP_LINK, SCOPES].concat();
    let added = profile.add_with("Demo", peer.issuer(), &more);
    assert_eq!(added["status"]["kind"], "not_connected");
    assert_eq!(added["registration"]["redirect_uri"], "dev.tokenrack.desktop:/oauth/callback");
    assert_eq!(added["registration"]["authentication"], "none");

    let person = profile.with_person(&[]);
    let connected = profile.run(&["connect", "demo", "--timeout", "60s"]).done();
    let last = connected.values().pop().unwrap();
    assert_eq!(last["event"], "connected", "{last}");
    assert!(person.saw().contains("exit 0"), "{}", person.saw());

    let view = profile.view("Demo");
    assert_eq!(view["status"]["kind"], "connected");
    assert_eq!(view["account"], "ada@example.test", "the account's label comes from userinfo");
    assert_eq!(view["environment"], "dev");
    assert_eq!(view["refreshable"], true);
    assert!(view["expires_at"].is_string() && view["problem"].is_null(), "{view}");
    let granted = view["scopes_granted"].as_array().unwrap();
    assert!(["openid", "email"].iter().all(|scope| granted.iter().any(|g| g == scope)), "{granted:?}");

    // The token is a real one: the provider answers it.
    let mut answer = ureq::get(format!("{}/me", peer.issuer()))
        .header("authorization", format!("Bearer {}", profile.token("Demo")))
        .call()
        .unwrap();
    assert!(answer.body_mut().read_to_string().unwrap().contains("ada@example.test"));
}

#[test]
fn confidential_clients_prove_themselves_as_registered() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    for (client, method, secret) in [
        ("conf-basic", "client_secret_basic", "basic-secret+/%:"),
        ("conf-post", "client_secret_post", "post-secret"),
    ] {
        let flags = [
            "--client-id",
            client,
            "--client-secret-stdin",
            "--client-auth",
            method,
            "--redirect",
            "deep-link",
        ];
        let args = [&["add", peer.issuer(), "--name", client], &flags[..]].concat();
        let added = profile.run_with_input(&args, &format!("{secret}\n")).done().value();
        assert_eq!(added["registration"]["authentication"], method);
        profile.connect(client);
        profile.run(&["refresh", client]).done();
        let exchange = &peer.token_requests("authorization_code").pop().unwrap();
        let in_header = exchange["authorization"].as_str().is_some_and(|header| header.starts_with("Basic "));
        assert_eq!(in_header, client == "conf-basic", "one method, and only one: {exchange}");
        assert_eq!(exchange["form"]["client_secret"].is_string(), client == "conf-post", "{exchange}");
    }
    let wrong = ["--client-id", "conf-post", "--client-secret-stdin", "--client-auth", "client_secret_post"];
    let args = [&["add", peer.issuer(), "--name", "wrong", "--redirect", "deep-link"], &wrong[..]].concat();
    profile.run_with_input(&args, "not the secret").done();
    let attempt = profile.begin("wrong");
    profile.run(&["callback", &attempt.sign_in()]).failed(3, "oauth/invalid_client");
    attempt.finish().failed(3, "oauth/invalid_client");
}

#[test]
fn every_request_is_fresh_and_asks_for_a_code_with_pkce() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    profile.add("demo", peer.issuer());
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..3 {
        let attempt = profile.begin("demo");
        assert_eq!(attempt.parameter("response_type").as_deref(), Some("code"));
        assert_eq!(attempt.parameter("code_challenge_method").as_deref(), Some("S256"));
        assert_eq!(attempt.parameter("client_secret"), None);
        for name in ["state", "nonce", "code_challenge"] {
            let value = attempt.parameter(name).unwrap_or_else(|| panic!("no {name}: {}", attempt.url()));
            assert!(value.len() >= 43, "{name} has fewer than 256 bits");
            assert!(seen.insert(value), "{name} was used before");
        }
    }
}

#[test]
fn several_sign_ins_wait_at_once_and_each_gets_its_own_account() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    let users = ["ada", "grace", "mary"];
    for user in users {
        profile.add_with(user, peer.issuer(), &[&["--client-id", "desktop"], DEEP_LINK, SCOPES].concat());
    }
    let attempts: Vec<_> = users.iter().map(|user| (user, profile.begin(user))).collect();
    // The last one first.
    for (user, attempt) in attempts.into_iter().rev() {
        let back = sign_in(attempt.url(), &["--user", user]);
        let view = profile.run(&["callback", &back]).done().value();
        assert_eq!(view["name"], **user, "the redirect went to another connection");
        attempt.finish().done();
    }
    for user in users {
        assert_eq!(profile.view(user)["account"], format!("{user}@example.test"));
    }
}

#[test]
fn a_newer_sign_in_takes_the_place_of_a_waiting_one() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    profile.add("demo", peer.issuer());
    let older = profile.begin("demo");
    let newer = profile.begin("demo");
    let back = older.sign_in();
    profile.run(&["callback", &back]).failed(1, "callback/superseded");
    older.finish().failed(1, "callback/superseded");
    profile.run(&["callback", &newer.sign_in()]).done();
    newer.finish().done();
    assert_eq!(profile.status("demo"), "connected");
}

#[test]
fn a_sign_in_that_is_not_finished_in_time_ends_and_loses_nothing() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    let bystander = Bystander::connected(&profile, peer.issuer());
    profile.connected("demo", peer.issuer());
    let token = profile.token("demo");

    let attempt = profile.begin_with("demo", &["--timeout", "1s"]);
    assert_eq!(profile.status("demo"), "waiting_for_browser");
    let late = attempt.sign_in();
    attempt.finish().failed(3, "callback/timed_out");
    profile.run(&["callback", &late]).failed(3, "callback/timed_out");
    assert_eq!(profile.status("demo"), "connected", "what was before is again");
    assert_eq!(profile.token("demo"), token);
    bystander.is_untouched();
}

#[test]
fn a_refused_consent_is_said_and_loses_nothing() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let mut profile = Profile::new(&session);
    profile.connected("demo", peer.issuer());
    let token = profile.token("demo");
    let person = profile.with_person(&["--deny"]);
    profile.run(&["connect", "demo", "--timeout", "60s"]).failed(3, "oauth/access_denied");
    assert!(person.saw().contains("oauth/access_denied"), "{}", person.saw());
    assert_eq!(profile.status("demo"), "connected");
    assert_eq!(profile.token("demo"), token);
}

#[test]
fn a_browser_that_cannot_be_opened_leaves_the_address_to_copy() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let mut profile = Profile::new(&session);
    profile.add("demo", peer.issuer());
    for browser in ["/bin/false", "/nonexistent/browser"] {
        profile.set("TOKENRACK_BROWSER", browser);
        let mut attempt = profile.spawn(&["connect", "demo", "--json", "--timeout", "60s"], None);
        let line = attempt.line().unwrap_or_default();
        let event: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
        let Some(url) = event["url"].as_str() else {
            panic!("{browser}: no address: {line}{}", attempt.finish().stderr);
        };
        profile.run(&["callback", &sign_in(url, &[])]).done();
        attempt.finish().done();
    }
    assert_eq!(profile.status("demo"), "connected");
}

#[test]
fn ctrl_c_ends_the_wait_and_leaves_the_connection_as_it_was() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    profile.connected("demo", peer.issuer());
    let token = profile.token("demo");
    let mut attempt = profile.begin("demo");
    let pid = i32::try_from(attempt.process().id()).unwrap();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let outcome = attempt.finish();
    assert_ne!(outcome.code, 0, "{}", outcome.stdout);
    eventually("the connection to be as before", Duration::from_secs(10), || {
        (profile.status("demo") == "connected").then_some(())
    });
    assert_eq!(profile.token("demo"), token);
}

#[test]
fn ctrl_c_is_heard_while_the_server_is_looked_for() {
    let session = Session::start(Keyring::Unlocked);
    let profile = Profile::new(&session);
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", silent.local_addr().unwrap());
    let spec = format!(
        "schema = 1\nid = \"silent\"\nname = \"Silent\"\nsources = [\"a test\"]\n\
         [server]\nmetadata_url = \"{base}/metadata\"\ntoken_endpoint = \"{base}/token\"\n"
    );
    let file = profile.folder().join("silent.toml");
    std::fs::write(&file, spec).unwrap();
    profile.add_with("demo", &file.display().to_string(), &["--client-id", "x"]);
    let mut connect = profile.spawn(&["connect", "demo"], None);
    let (asked, _) = silent.accept().unwrap();
    let pid = rustix::process::Pid::from_raw(connect.process().id().cast_signed()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let ended = eventually("its end", Duration::from_secs(10), || connect.process().ended());
    assert_eq!(ended.code(), Some(130));
    drop(asked);
    assert_eq!(profile.status("demo"), "not_connected");
}
