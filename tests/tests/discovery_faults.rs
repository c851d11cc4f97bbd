//! Discovery from a URL that is not what it should be.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::net::TcpListener;
use std::thread;

use tokenrack_tests::{Bystander, Keyring, Peer, Profile, Session};

const REFUSED: &[(&str, i32, &str)] = &[
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
    let bystander = Bystander::connected(&profile, &odd.odd_issuer("none"));
    let broken = thread::scope(|scope| {
        let check = |(fault, exit, codes): &(&str, i32, &str)| {
            let issuer = odd.odd_issuer(&format!("discovery-{fault}"));
            let outcome = profile.run(&["add", &issuer, "--name", fault, "--client-id", "desktop"]);
            outcome.failed(*exit, codes);
        };
        let runs: Vec<_> = REFUSED.iter().map(|case| (case.0, scope.spawn(move || check(case)))).collect();
        runs.into_iter().filter_map(|(fault, run)| run.join().is_err().then_some(fault)).collect::<Vec<_>>()
    });
    assert!(broken.is_empty(), "{broken:?}, see above");
    assert_eq!(profile.run(&["status"]).done().values().len(), 1, "only the bystander is there");
    let followed =
        odd.log().into_iter().filter(|entry| entry["path"].as_str().unwrap().starts_with("/stolen"));
    assert_eq!(followed.count(), 0, "a redirect was followed");
    bystander.is_untouched();
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
