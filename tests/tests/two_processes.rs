//! Many processes, one profile, one vault, one single-use refresh token.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use tokenrack_tests::{Keyring, Peer, Profile, Session, eventually};

/// The refresh tokens that were sent, in order.
fn spent(peer: &Peer) -> Vec<String> {
    let requests = peer.token_requests("refresh_token");
    requests.iter().map(|entry| entry["form"]["refresh_token"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn eight_that_need_a_fresh_token_at_once_refresh_once() {
    // Rotation with reuse detection: one token sent twice, and the provider would end the grant.
    let (session, peer) =
        (Session::start(Keyring::Unlocked), Peer::oidc_with(&[("AT_TTL", "50"), ("TOKEN_DELAY", "300")]));
    let profile = Profile::new(&session);
    profile.connected("demo", peer.issuer());
    let first = profile.token("demo");
    let ask = || profile.run_plain(&["token", "demo", "--min-valid", "60s"]).done().stdout;
    let tokens: BTreeSet<String> = thread::scope(|scope| {
        let askers: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
        askers.into_iter().map(|asker| asker.join().unwrap()).collect()
    });
    assert!(!tokens.contains(&format!("{first}\n")), "an old token was handed out");
    let sent = spent(&peer);
    assert_eq!(sent.iter().collect::<BTreeSet<_>>().len(), sent.len(), "one refresh token was sent twice");
    // A late starter may find a token that is already older than it may be, but most must share.
    assert!(sent.len() <= 3, "{} refreshes for eight processes that started together", sent.len());
    assert_eq!(profile.status("demo"), "connected");
    profile.run(&["refresh", "demo"]).done();
}

#[test]
fn many_refreshes_of_several_connections_never_spend_a_token_twice() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    let names = ["a", "b", "c"];
    for name in names {
        profile.connected(name, peer.issuer());
    }
    thread::scope(|scope| {
        for name in names {
            for _ in 0..3 {
                scope.spawn(|| (0..3).for_each(|_| drop(profile.run(&["refresh", name]).done())));
            }
        }
    });
    let sent = spent(&peer);
    assert_eq!(sent.iter().collect::<BTreeSet<_>>().len(), sent.len(), "one refresh token was sent twice");
    for name in names {
        assert_eq!(profile.status(name), "connected");
        profile.run(&["refresh", name]).done();
    }
}

#[test]
fn what_one_process_changes_another_sees_and_names_stay_unique() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    let issuer = odd.odd_issuer("none");
    let outcomes: Vec<_> = thread::scope(|scope| {
        let add = |i: usize| {
            let name = if i < 4 { "same".to_owned() } else { format!("own-{i}") };
            profile.run(&["add", &issuer, "--name", &name, "--client-id", "desktop"])
        };
        let adders: Vec<_> = (0..8).map(|i| scope.spawn(move || add(i))).collect();
        adders.into_iter().map(|adder| adder.join().unwrap()).collect()
    });
    assert_eq!(outcomes.iter().filter(|outcome| outcome.code == 0).count(), 5);
    for refused in outcomes.iter().filter(|outcome| outcome.code != 0) {
        let error = refused.failed(2, "connection/name_taken");
        assert!(error["suggestion"].as_str().unwrap().contains("--name"), "{error}");
    }
    assert_eq!(profile.run(&["status"]).done().values().len(), 5);
}

#[test]
fn a_process_killed_while_it_refreshes_loses_nothing_that_was_not_sent() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    profile.connected("demo", &odd.odd_issuer("none"));
    let mut lost = 0;
    for step in 0..12 {
        let before = profile.token("demo");
        let sent_before = spent(&odd).len();
        let mut refresh = profile.spawn(&["refresh", "demo", "--json"], None);
        thread::sleep(Duration::from_millis(10 * step));
        refresh.process().kill();
        let after = profile.token("demo");
        let sent = spent(&odd).len() > sent_before;
        assert!(after == before || sent, "a new token out of nowhere");
        // The next refresh works, or the provider rotated and the answer died with the process.
        let next = profile.run(&["refresh", "demo"]);
        if next.code != 0 {
            next.failed(3, "refresh/interrupted");
            assert!(sent && after == before, "a session was lost that the provider had not rotated");
            lost += 1;
            profile.connect("demo");
        }
    }
    assert!(lost <= 6, "{lost} of 12: more than the short time between sending and saving can explain");
    let sent = spent(&odd);
    let twice = sent.len() - sent.iter().collect::<BTreeSet<_>>().len();
    assert!(twice <= lost, "{twice} tokens sent twice, {lost} lost answers");
}

#[test]
fn a_process_killed_between_redirect_and_tokens_leaves_the_connection_usable() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc_with(&[("TOKEN_DELAY", "600")]));
    let profile = Profile::new(&session);
    profile.connected("demo", peer.issuer());
    let token = profile.token("demo");
    let attempt = profile.begin_with("demo", &["--timeout", "6s"]);
    let back = attempt.sign_in();
    let exchanges = peer.log().len();
    let mut callback = profile.spawn(&["callback", &back, "--json"], None);
    thread::sleep(Duration::from_millis(300));
    callback.process().kill();
    assert_ne!(attempt.finish().code, 0);
    eventually("the connection to be as before", Duration::from_secs(10), || {
        (profile.status("demo") == "connected").then_some(())
    });
    assert_eq!(profile.token("demo"), token);
    assert!(peer.log().len() >= exchanges);
    profile.connect("demo");
    assert_ne!(profile.token("demo"), token);
}
