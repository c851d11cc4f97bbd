//! What a token endpoint may do to a sign-in, and what a person is told.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use tokenrack_tests::{Fault, Keyring, Peer, Profile, Session, try_all};

const REFUSED: &[Fault] = &[
    ("empty-400", 1, "oauth/refused"),
    ("odd-403", 1, "oauth/refused"),
    ("html-200", 5, "oauth/unreadable_answer"),
    ("html-as-json", 5, "oauth/unreadable_answer"),
    ("server-500", 5, "oauth/server_error"),
    ("unavailable-503", 5, "oauth/server_error"),
    ("rate-429", 5, "oauth/rate_limited"),
    ("invalid-grant", 3, "oauth/invalid_grant"),
    ("invalid-client", 3, "oauth/invalid_client"),
    ("odd-type", 1, "oauth/unsupported_token_type"),
    ("no-access-token", 1, "oauth/invalid_token_response"),
    ("github-error", 1, "oauth/refused|oauth/invalid_token_response"),
    ("redirect-302", 5, "oauth/unreadable_answer"),
    ("redirect-307", 5, "oauth/unreadable_answer"),
    ("reset", 5, "network/interrupted"),
    ("lost", 5, "network/interrupted"),
    ("truncated", 5, "network/interrupted"),
    ("endless", 1, "network/too_large"),
    ("bomb", 1, "network/too_large"),
];

#[test]
fn every_fault_at_the_exchange_is_said_and_a_second_try_works() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    try_all(REFUSED, &profile, &odd, |fault| one_fault(&profile, &odd, fault));
}

fn one_fault(profile: &Profile, odd: &Peer, (fault, exit, codes): &Fault) {
    let name = format!("code-{fault}");
    profile.add(&name, &odd.odd_issuer(&name));
    let attempt = profile.begin(&name);
    let error = profile.run(&["callback", &attempt.sign_in()]).failed(*exit, codes);
    attempt.finish().failed(*exit, codes);
    if *fault == "odd-403" {
        let cause = error["cause"].as_str().unwrap();
        assert!(
            cause.contains("account_suspended") && cause.contains("Call us."),
            "the server's words: {error}"
        );
        assert_eq!(error["http_status"], 403);
    }
    let view = profile.view(&name);
    assert!(view["waiting"].is_null(), "{view}");
    assert_eq!(view["problem"]["code"], error["code"], "the reason stays to be read: {view}");
    profile.run(&["token", &name]).failed(3, "connection/not_connected");

    odd.heal(&name);
    profile.connect(&name);
    assert_eq!(profile.status(&name), "connected", "{fault}");
}

#[test]
fn what_is_only_unusual_is_taken() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    for fault in ["lower-bearer", "no-expires", "text-expires", "no-refresh"] {
        let name = format!("token-{fault}");
        profile.connected(&name, &odd.odd_issuer(&name));
        let view = profile.view(&name);
        assert_eq!(view["status"]["kind"], "connected");
        assert_eq!(view["expires_at"].is_null(), fault == "no-expires", "{fault}: {view}");
        profile.run(&["refresh", &name]).done();
        assert!(profile.token(&name).starts_with("at-"));
    }
}

#[test]
fn a_servers_words_are_shown_plain_and_short() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    profile.add("demo", &odd.odd_issuer("code-rude-words"));
    let attempt = profile.begin("demo");
    let back = attempt.sign_in();
    let outcome = profile.run(&["callback", &back]);
    let cause = outcome.error()["cause"].as_str().unwrap().to_owned();
    assert!(cause.chars().count() <= 400, "{} characters", cause.chars().count());
    assert!(!cause.chars().any(|c| c.is_control() || c == '\u{202e}'), "{cause:?}");
    let human = profile.run_plain(&["status", "demo"]).done();
    assert!(!human.stdout.contains('\u{1b}') && !human.stdout.contains('\u{202e}'), "{:?}", human.stdout);
    attempt.finish().error();
}
