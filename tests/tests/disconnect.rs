//! Disconnecting: the provider is asked, nobody here can use the tokens in any case, and the outcome is said.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::thread;

use tokenrack_tests::{Bystander, Keyring, Peer, Profile, Secrets, Session};

#[test]
fn the_refresh_token_is_revoked_first_and_everything_is_gone() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    let bystander = Bystander::connected(&profile, peer.issuer());
    profile.connected("demo", peer.issuer());
    let token = profile.token("demo");
    let exchange = peer.token_requests("authorization_code").pop().unwrap();
    let refresh_token = exchange["answer"]["refresh_token"].as_str().unwrap();

    let view = profile.run(&["disconnect", "demo"]).done().value();
    assert_eq!(view["revocation"], "revoked", "{view}");
    assert_eq!(view["forgotten"], false);
    let revoked = peer.requests("/token/revocation");
    assert_eq!(revoked[0]["form"]["token"], refresh_token, "{revoked:?}");
    assert_eq!(revoked[0]["form"]["token_type_hint"], "refresh_token");
    assert_eq!(revoked[1]["form"]["token"], token.as_str());

    let answer =
        ureq::get(format!("{}/me", peer.issuer())).header("authorization", format!("Bearer {token}")).call();
    assert!(matches!(answer, Err(ureq::Error::StatusCode(401))), "the access token still works: {answer:?}");
    assert_eq!(profile.status("demo"), "not_connected");
    profile.run(&["token", "demo"]).failed(3, "connection/not_connected");
    profile.run(&["refresh", "demo"]).failed(3, "connection/not_connected");
    let kinds: Vec<_> =
        profile.run(&["log", "demo"]).done().values().iter().map(|line| line["kind"].clone()).collect();
    assert!(
        kinds.iter().any(|kind| kind == "revoked") && kinds.iter().any(|kind| kind == "disconnected"),
        "{kinds:?}"
    );
    bystander.is_untouched();

    profile.connect("demo");
    assert_eq!(profile.status("demo"), "connected", "it can be connected again");
    Secrets::of(&[&peer]).are_nowhere_in(&profile);
}

#[test]
fn a_provider_that_does_not_revoke_is_said_and_the_tokens_are_gone_from_here() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    let bystander = Bystander::connected(&profile, &odd.odd_issuer("none"));
    let cases = [
        ("none", "unsupported", ""),
        ("server-500", "failed", "oauth/server_error"),
        ("unavailable-503", "failed", "oauth/server_error"),
        ("invalid-client", "failed", "oauth/invalid_client"),
        ("reset", "failed", "network/interrupted"),
        ("never", "failed", "network/timeout"),
        // It may have been the word that they are revoked.
        ("endless", "unknown", "network/too_large"),
    ];
    let broken = thread::scope(|scope| {
        let check = |(fault, outcome, code): (&str, &str, &str)| {
            let name = format!("revoke-{fault}");
            profile.connected(&name, &odd.odd_issuer(&name));
            let view = profile.run(&["disconnect", &name]).done().value();
            assert_eq!(view["revocation"], outcome, "{fault}: {view}");
            assert_eq!(view["problem"]["code"].as_str().unwrap_or_default(), code, "{fault}: {view}");
            assert_eq!(profile.status(&name), "not_connected");
            profile.run(&["token", &name]).failed(3, "connection/not_connected");
            let kind = format!("revocation_{outcome}");
            let log = profile.run(&["log", &name]).done();
            assert!(log.values().iter().any(|line| line["kind"] == kind.as_str()), "{}", log.stdout);
        };
        let runs: Vec<_> = cases.iter().map(|case| (case.0, scope.spawn(move || check(*case)))).collect();
        runs.into_iter().filter_map(|(fault, run)| run.join().is_err().then_some(fault)).collect::<Vec<_>>()
    });
    assert!(broken.is_empty(), "{broken:?}, see above");
    bystander.is_untouched();
    Secrets::of(&[&odd]).are_nowhere_in(&profile);
}

#[test]
fn forgetting_deletes_the_connection_and_keeps_the_record() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    let bystander = Bystander::connected(&profile, peer.issuer());
    profile.connected("demo", peer.issuer());
    let view = profile.run(&["disconnect", "demo", "--forget"]).done().value();
    assert_eq!((view["revocation"].as_str(), view["forgotten"].as_bool()), (Some("revoked"), Some(true)));
    profile.run(&["status", "demo"]).failed(4, "connection/not_found");
    let log = profile.run(&["log"]).done().values();
    assert!(log.iter().any(|line| line["kind"] == "forgotten" && line["connection_name"] == "demo"));
    profile.connected("demo", peer.issuer());
    bystander.is_untouched();
}

#[test]
fn there_may_be_nothing_to_revoke() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    profile.add("demo", peer.issuer());
    let view = profile.run(&["disconnect", "demo"]).done().value();
    assert_eq!(view["revocation"], "nothing");
    assert!(peer.requests("/token/revocation").is_empty());
}

#[test]
fn a_provider_that_is_away_is_told_later_and_nobody_uses_the_tokens_meanwhile() {
    let session = Session::start(Keyring::Unlocked);
    let profile = Profile::new(&session);
    let odd = Peer::odd();
    profile.connected("demo", &odd.odd_issuer("none"));
    drop(odd);
    let view = profile.run(&["disconnect", "demo"]).done().value();
    assert_eq!(view["revocation"], "failed");
    assert_eq!(view["problem"]["code"], "network/unreachable");
    assert_eq!(view["tried_again"], true);
    assert_eq!(profile.status("demo"), "not_connected");
    profile.run(&["token", "demo"]).failed(3, "connection/not_connected");
    profile.run(&["refresh", "demo"]).failed(3, "connection/not_connected");
    let again = profile.run(&["disconnect", "demo"]).done().value();
    assert_eq!((again["revocation"].as_str(), again["tried_again"].as_bool()), (Some("failed"), Some(true)));
    let forgotten = profile.run(&["disconnect", "demo", "--forget"]).done().value();
    assert_eq!(forgotten["tried_again"], false, "forgetting keeps nothing");
}
