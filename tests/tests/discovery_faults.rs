//! Discovery from a URL that is not what it should be.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::net::TcpListener;

use tokenrack_tests::{Fault, Keyring, Peer, Profile, Session, try_all};

const REFUSED: &[Fault] = &[
    ("html-200", 1, "discovery/failed"),
    ("html-as-json", 1, "discovery/failed"),
    ("absent", 1, "discovery/failed"),
    ("array", 1, "discovery/failed"),
    ("redirect", 1, "discovery/failed"),
    ("other-issuer", 1, "discovery/issuer_mismatch"),
    ("incomplete", 1, "discovery/incomplete"),
    ("plain-http", 2, "url/insecure"),
    ("server-500", 5, "oauth/server_error"),
    ("unavailable-503", 5, "oauth/server_error"),
    ("reset", 5, "network/interrupted"),
    ("truncated", 5, "network/interrupted"),
    ("endless", 1, "network/too_large"),
    ("bomb", 1, "network/too_large"),
    ("never", 5, "network/timeout"),
    ("hang", 5, "network/timeout"),
];

#[test]
fn a_fault_at_discovery_is_said_and_nothing_is_added() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    try_all(REFUSED, &profile, &odd, |(fault, exit, codes)| {
        let issuer = odd.odd_issuer(&format!("discovery-{fault}"));
        profile.run(&["add", &issuer, "--name", fault, "--client-id", "desktop"]).failed(*exit, codes);
    });
    assert_eq!(profile.run(&["status"]).done().values().len(), 1, "only the bystander is there");
}

#[test]
fn openids_place_is_the_second_to_be_asked() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    profile.connected("demo", &odd.odd_issuer("discovery-openid-only"));
    let places: Vec<_> =
        odd.log().into_iter().filter_map(|entry| entry["place"].as_str().map(str::to_owned)).collect();
    assert_eq!(places[..2], ["rfc8414", "openid"], "{places:?}");
}

#[test]
fn a_slash_that_was_typed_or_not_is_forgiven_and_the_servers_own_name_counts() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    profile.add("demo", &odd.odd_issuer("discovery-slash-issuer"));
    // The redirect names the issuer without the slash: RFC 9207 §2.4 compares with the metadata, as strings.
    let attempt = profile.begin("demo");
    profile.run(&["callback", &attempt.sign_in()]).failed(1, "callback/issuer_mismatch");
    assert!(odd.token_requests("authorization_code").is_empty(), "the code was sent");
}

#[test]
fn addresses_that_cannot_be_asked() {
    let session = Session::start(Keyring::Unlocked);
    let profile = Profile::new(&session);
    let add = |url: &str| profile.run(&["add", url, "--client-id", "x"]);
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    add(&format!("http://{closed}")).failed(5, "network/unreachable");
    add("https://no-such-host.invalid").failed(5, "network/offline");
    let plain = Peer::odd();
    add(&plain.odd_issuer("none").replace("http:", "https:")).failed(1, "network/tls");
    for insecure in ["http://example.com", "http://127.0.0.1.example.com", "http://10.0.0.1"] {
        add(insecure).failed(2, "url/insecure");
    }
    for wrong in ["ftp://example.com", "https://", "https://user:hunter2@example.com", "no-such-provider"] {
        let outcome = add(wrong);
        assert_eq!(outcome.code, 2, "{wrong}: {}", outcome.stderr);
        assert!(!outcome.error().to_string().contains("hunter2"), "{}", outcome.stderr);
    }
    assert_eq!(profile.run(&["status"]).done().stdout, "");
}
