//! Servers without a metadata document, and one provider that stands there twice.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use tokenrack_tests::{Keyring, Peer, Profile, Session};

const CLIENT: [&str; 4] = ["--client-id", "desktop", "--redirect", "deep-link"];

#[test]
fn the_common_places_are_used_only_when_somebody_says_so() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    let server = format!("{}/old/", odd.odd_issuer("discovery-empty"));
    let add = [&["add", server.as_str(), "--name", "demo"], &CLIENT[..]].concat();
    let error = profile.run(&add).failed(1, "discovery/failed");
    assert!(error["suggestion"].as_str().unwrap().contains("--assume-endpoints"), "{error}");
    profile.run(&[&add[..], &["--assume-endpoints"]].concat()).done();
    let attempt = profile.begin("demo");
    assert!(attempt.url().starts_with(&format!("{server}oauth2/auth?")), "{}", attempt.url());
    // A server that does have metadata keeps its own places.
    profile.add_with("whole", &odd.odd_issuer("none"), &[&CLIENT[..], &["--assume-endpoints"]].concat());
    assert!(profile.begin("whole").url().starts_with(&format!("{}/authorize?", odd.odd_issuer("none"))));
}

#[test]
fn endpoints_by_hand_need_nothing_of_the_server() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    let base = odd.odd_issuer("none");
    let [auth, token] = ["authorize", "token"].map(|path| format!("{base}/{path}"));
    let by_hand = ["--authorization-endpoint", &auth, "--token-endpoint", &token];
    profile.add_with("demo", "https://git.invalid", &[&CLIENT[..], &by_hand].concat());
    profile.connect("demo");
    assert_eq!(profile.status("demo"), "connected");
    assert!(odd.log().iter().all(|entry| entry["place"].is_null()), "it was asked for metadata");

    // One endpoint replaces what the server says, and the server is asked for the rest.
    let revoke = ["--revocation-endpoint", "https://other.example/revoke"];
    profile.add_with("half", &base, &[&CLIENT[..], &revoke].concat());
    assert!(profile.begin("half").url().starts_with(&auth));

    let refused = |provider: &str, more: &[&str]| {
        let error = profile.run(&[&["add", provider], &CLIENT[..], more].concat()).error();
        format!("{} {}", error["code"].as_str().unwrap(), error["cause"].as_str().unwrap_or_default())
    };
    let said = refused(
        "https://git.invalid",
        &["--authorization-endpoint", &auth, "--token-endpoint", "http://a.example/"],
    );
    assert!(said.starts_with("input/invalid token_endpoint: "), "{said}");
    let said = refused("github", &by_hand);
    assert!(said.contains("belong to the URL of a server"), "{said}");
}

#[test]
fn one_provider_stands_there_once_for_each_environment() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    let text = "schema = 1\nid = \"acme\"\nname = \"Acme\"\nsources = [\"a test\"]\n\
                [vars.server]\ntitle = \"Server\"\npattern = \"issuer\"\n\
                [server]\nauthorization_endpoint = \"{server}/authorize\"\ntoken_endpoint = \"{server}/token\"\n";
    let file = profile.folder().join("acme.toml");
    std::fs::write(&file, text).unwrap();
    let file = file.display().to_string();
    let add = |realm: &str, label: &str| {
        let server = format!("server={}", odd.odd_issuer(realm));
        let more = ["--var", &server, "--environment", label];
        profile.run(&[&["add", &file], &CLIENT[..], &more].concat()).done().value()["name"].clone()
    };
    let names =
        [("none", "prod"), ("dev", "staging"), ("x", "staging")].map(|(realm, label)| add(realm, label));
    assert_eq!(names, ["Acme", "Acme (staging)", "Acme (staging) 2"]);
    for (name, label, realm) in [("Acme", "prod", "none"), ("Acme (staging)", "staging", "dev")] {
        profile.connect(name);
        assert_eq!(profile.view(name)["environment"], label);
        assert_eq!(odd.requests(&format!("/{realm}/token")).len(), 1);
        let details = profile.run_plain(&["status", name]).done();
        assert!(
            details.stdout.contains("Environment") && details.stdout.contains(label),
            "{}",
            details.stdout
        );
    }
    assert!(profile.run_plain(&["status"]).done().stdout.contains("staging"));
}
