//! Refreshing: rotation, what is kept when it fails, and the only answer that ends a grant.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::time::Duration;

use tokenrack_tests::{Bystander, Fault, Keyring, Peer, Profile, Session, eventually, try_all};

#[test]
fn a_refresh_brings_new_tokens_and_the_old_ones_are_spent() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    profile.connected("demo", peer.issuer());
    let mut seen = vec![profile.token("demo")];
    for _ in 0..3 {
        let view = profile.run(&["refresh", "demo"]).done().value();
        assert_eq!(view["status"]["kind"], "connected");
        assert_eq!(view["last_event"]["kind"], "refreshed");
        let token = profile.token("demo");
        assert!(!seen.contains(&token), "the same token again");
        seen.push(token);
    }
    let spent: Vec<_> = peer
        .token_requests("refresh_token")
        .iter()
        .map(|entry| entry["form"]["refresh_token"].clone())
        .collect();
    assert_eq!(spent.len(), 3);
    assert!(spent[0] != spent[1] && spent[1] != spent[2], "a spent refresh token was sent again");
}

#[test]
fn a_token_that_ends_soon_is_refreshed_before_it_is_handed_out() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc_with(&[("AT_TTL", "4")]));
    let profile = Profile::new(&session);
    profile.connected("demo", peer.issuer());
    let first = profile.token("demo");
    assert_eq!(profile.token("demo"), first, "still valid, so nothing is asked of the provider");
    let fresh = profile.run_plain(&["token", "demo", "--min-valid", "60s"]).done();
    assert_ne!(fresh.stdout.trim(), first);
    eventually("the token to end", Duration::from_secs(20), || {
        (profile.status("demo") == "expired").then_some(())
    });
    let after = profile.token("demo");
    assert_ne!(after, fresh.stdout.trim(), "an ended token was handed out");
    assert_eq!(profile.view("demo")["problem"], serde_json::Value::Null);
}

/// Nothing is lost by any of these: the same refresh token works when the server is well again.
const TEMPORARY: &[Fault] = &[
    ("empty-400", 1, "oauth/refused"),
    ("odd-403", 1, "oauth/refused"),
    ("html-200", 5, "oauth/unreadable_answer"),
    ("html-as-json", 5, "oauth/unreadable_answer"),
    ("server-500", 5, "oauth/server_error"),
    ("unavailable-503", 5, "oauth/server_error"),
    ("rate-429", 5, "oauth/rate_limited"),
    ("invalid-client", 3, "oauth/invalid_client"),
    ("github-error", 1, "oauth/refused|oauth/invalid_token_response"),
    ("redirect-302", 5, "oauth/unreadable_answer"),
    ("redirect-307", 5, "oauth/unreadable_answer"),
    ("reset", 5, "network/interrupted"),
    ("truncated", 5, "network/interrupted"),
    ("endless", 1, "network/too_large"),
    ("bomb", 1, "network/too_large"),
];

#[test]
fn no_fault_of_the_server_loses_the_session() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    try_all(TEMPORARY, &profile, &odd, |fault| survives(&profile, &odd, fault));
}

fn survives(profile: &Profile, odd: &Peer, (fault, exit, codes): &Fault) {
    let name = format!("refresh-{fault}");
    profile.connected(&name, &odd.odd_issuer(&name));
    let token = profile.token(&name);
    let error = profile.run(&["refresh", &name]).failed(*exit, codes);
    assert_eq!(profile.token(&name), token, "{fault}: the valid token was lost");
    let view = profile.view(&name);
    assert_eq!(view["problem"]["code"], error["code"], "{view}");
    assert!(!matches!(view["status"]["kind"].as_str().unwrap(), "action_needed" | "not_connected"), "{view}");

    odd.heal(&name);
    profile.run(&["refresh", &name]).done();
    assert_ne!(profile.token(&name), token);
    assert_eq!(profile.status(&name), "connected");
    let place = format!("/{name}/token");
    let sent: Vec<_> = odd
        .token_requests("refresh_token")
        .into_iter()
        .filter(|entry| entry["path"] == place.as_str())
        .map(|entry| entry["form"]["refresh_token"].clone())
        .collect();
    // Where the line broke, or the server failed and may have rotated, the command asks at once again.
    let tries = if matches!(*fault, "server-500" | "reset" | "truncated") { 3 } else { 2 };
    assert_eq!(sent.len(), tries, "{fault}");
    assert!(sent.iter().all(|token| *token == sent[0]), "{fault}: the refresh token was not kept");
}

#[test]
fn only_the_providers_clear_word_ends_a_grant_and_the_record_stays() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    let bystander = Bystander::connected(&profile, &odd.odd_issuer("none"));
    let name = "refresh-invalid-grant";
    profile.connected(name, &odd.odd_issuer(name));
    let error = profile.run(&["refresh", name]).failed(3, "oauth/invalid_grant");
    assert!(error["cause"].as_str().unwrap().contains("ended by the user"), "{error}");
    let view = profile.view(name);
    assert_eq!(view["status"]["kind"], "action_needed");
    assert_eq!(view["status"]["next"], "connect");
    assert_eq!(view["problem"]["code"], "oauth/invalid_grant");
    profile.run(&["refresh", name]).failed(3, "oauth/invalid_grant");

    // It was a network or a policy that it did not like: no program asks again, a person may.
    odd.heal(name);
    profile.run(&["token", name]).failed(3, "oauth/invalid_grant");
    profile.run(&["refresh", name]).done();
    assert_eq!(profile.status(name), "connected");
    profile.connect(name);
    profile.run(&["refresh", name]).done();
    bystander.is_untouched();
}

#[test]
fn an_answer_that_was_lost_on_the_way_is_said_as_that() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    let name = "refresh-lost";
    profile.connected(name, &odd.odd_issuer(name));
    let token = profile.token(name);
    profile.run(&["refresh", name]).failed(5, "network/interrupted");
    assert_eq!(profile.token(name), token, "the access token is still valid");
    odd.heal(name);
    // The provider has rotated and we never saw the new one: one try, and an honest word.
    profile.run(&["refresh", name]).failed(3, "refresh/interrupted");
    assert_eq!(profile.status(name), "action_needed");
    profile.connect(name);
    assert_eq!(profile.status(name), "connected");
}

#[test]
fn without_a_refresh_token_the_person_is_told_and_the_token_stays() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    let name = "token-no-refresh-at-all";
    profile.connected(name, &odd.odd_issuer(name));
    assert_eq!(profile.view(name)["refreshable"], false);
    let token = profile.token(name);
    profile.run(&["refresh", name]).failed(3, "refresh/no_refresh_token");
    assert_eq!(profile.token(name), token);
    assert_eq!(profile.status(name), "connected");
    assert!(odd.token_requests("refresh_token").is_empty());
}

#[test]
fn the_old_refresh_token_stays_when_none_comes_back() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    let name = "refresh-no-refresh";
    profile.connected(name, &odd.odd_issuer(name));
    for _ in 0..3 {
        let before = profile.token(name);
        profile.run(&["refresh", name]).done();
        assert_ne!(profile.token(name), before);
    }
    let sent: std::collections::BTreeSet<_> = odd
        .token_requests("refresh_token")
        .iter()
        .map(|entry| entry["form"]["refresh_token"].to_string())
        .collect();
    assert_eq!(sent.len(), 1, "{sent:?}");
}

#[test]
fn a_provider_that_is_away_is_temporary() {
    let session = Session::start(Keyring::Unlocked);
    let profile = Profile::new(&session);
    let odd = Peer::odd();
    profile.connected("demo", &odd.odd_issuer("none"));
    let token = profile.token("demo");
    drop(odd);
    profile.run(&["refresh", "demo"]).failed(5, "network/unreachable");
    assert_eq!(profile.token("demo"), token);
}
