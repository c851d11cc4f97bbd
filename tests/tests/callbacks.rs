//! Redirects nobody should trust: forged, replayed, duplicated, late, oversized, malformed.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::thread;

use tokenrack_tests::{Attempt, Bystander, Keyring, Peer, Profile, Session};

/// The redirect with some parameters changed: `None` removes one.
fn altered(redirect: &str, changes: &[(&str, Option<&str>)]) -> String {
    let (uri, query) = redirect.split_once('?').unwrap();
    let mut pairs: Vec<(String, String)> =
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    for (name, value) in changes {
        pairs.retain(|(known, _)| known != name);
        pairs.extend(value.map(|value| ((*name).to_owned(), value.to_owned())));
    }
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("{uri}?{query}")
}

/// A profile with a bystander and a connection `demo` that is connected and now signs in again.
struct Scene<'s> {
    profile: &'s Profile,
    peer: &'s Peer,
    bystander: Bystander<'s>,
    token: String,
    exchanges: usize,
}

impl<'s> Scene<'s> {
    fn new(profile: &'s Profile, peer: &'s Peer) -> Self {
        let bystander = Bystander::connected(profile, peer.issuer());
        profile.connected("demo", peer.issuer());
        let exchanges = peer.token_requests("authorization_code").len();
        Self { profile, peer, bystander, token: profile.token("demo"), exchanges }
    }

    /// Nothing was sent, and everything is as before.
    #[track_caller]
    fn nothing_happened(&self) {
        assert_eq!(self.peer.token_requests("authorization_code").len(), self.exchanges, "a code was sent");
        assert_eq!(self.profile.token("demo"), self.token, "the token was lost");
        self.bystander.is_untouched();
    }

    /// The genuine redirect still works.
    #[track_caller]
    fn genuine_works(&self, mut attempt: Attempt<'_>, redirect: &str) {
        assert!(attempt.is_waiting(), "a stranger ended the wait");
        self.profile.run(&["callback", redirect]).done();
        attempt.finish().done();
        assert_ne!(self.profile.token("demo"), self.token);
        self.bystander.is_untouched();
    }
}

macro_rules! scene {
    ($scene:ident, $profile:ident, $peer:ident) => {
        let (session, $peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
        let $profile = Profile::new(&session);
        let $scene = Scene::new(&$profile, &$peer);
    };
}

#[test]
fn without_the_right_state_nothing_is_acted_on() {
    scene!(scene, profile, peer);
    let attempt = profile.begin("demo");
    let genuine = attempt.sign_in();
    let state = attempt.parameter("state").unwrap();
    let forged = [
        altered(&genuine, &[("state", Some("another"))]),
        altered(&genuine, &[("state", Some(&state[..state.len() - 1]))]),
        altered(&genuine, &[("state", Some(&format!("{state}A")))]),
        altered(&genuine, &[("state", Some(""))]),
        altered(&genuine, &[("state", None)]),
        altered(&genuine, &[("state", None), ("code", None), ("error", Some("access_denied"))]),
        format!("{genuine}&state=another"),
        "dev.tokenrack.desktop:/oauth/callback?error=server_error&error_description=ignore%20me&state=x"
            .to_owned(),
    ];
    for url in &forged {
        let outcome = profile.run(&["callback", url]);
        let error = outcome.error();
        let code = error["code"].as_str().unwrap();
        assert!(matches!(code, "callback/unknown_state" | "callback/malformed"), "{url}: {error}");
        assert!(!outcome.stderr.contains("ignore me"), "a stranger's words were shown");
    }
    scene.nothing_happened();
    scene.genuine_works(attempt, &genuine);
    let record = profile.run(&["log"]).done();
    assert!(record.values().iter().any(|line| line["kind"] == "callback_refused"), "{}", record.stdout);
}

#[test]
fn malformed_and_oversized_ones_are_refused_before_anything_else() {
    scene!(scene, profile, peer);
    let attempt = profile.begin("demo");
    let genuine = attempt.sign_in();
    let malformed = [
        "",
        "not a url",
        "dev.tokenrack.desktop:/oauth/callback",
        "dev.tokenrack.desktop:/oauth/callback?",
        "dev.tokenrack.desktop:/oauth/callback#access_token=at&state=x",
        "javascript:alert(1)",
        "file:///etc/passwd?state=a&code=b",
        "dev.tokenrack.desktop:/oauth/callback?%ff%fe=%00&state=%00",
    ];
    for url in malformed {
        let code = profile.run(&["callback", "--", url]).error()["code"].clone();
        let known = ["callback/malformed", "callback/unknown_state", "input/invalid"];
        assert!(known.iter().any(|known| code == *known), "{url:?}: {code}");
    }
    // One argument can hold 128 KiB on Linux.
    for size in [70_000, 120_000] {
        let url = altered(&genuine, &[("padding", Some(&"x".repeat(size)))]);
        profile.run(&["callback", &url]).failed(2, "callback/too_large");
    }
    scene.nothing_happened();
    scene.genuine_works(attempt, &genuine);
}

#[test]
fn ambiguous_answers_are_refused() {
    // RFC 6749 §3.1: parameters must not be repeated. Each attempt is its own, because the state was right.
    scene!(scene, profile, peer);
    let spoil: [&dyn Fn(&str) -> String; 5] = [
        &|back| format!("{back}&code=another"),
        &|back| altered(back, &[("error", Some("server_error"))]),
        &|back| altered(back, &[("code", None)]),
        &|back| altered(back, &[("code", Some(""))]),
        &|back| format!("{back}&iss=https%3A%2F%2Fevil.example"),
    ];
    for spoil in spoil {
        let attempt = profile.begin("demo");
        let outcome = profile.run(&["callback", &spoil(&attempt.sign_in())]);
        let code = outcome.error()["code"].clone();
        let known = ["callback/malformed", "callback/issuer_mismatch", "oauth/server_error", "oauth/refused"];
        assert!(known.iter().any(|known| code == *known), "{code}");
        scene.nothing_happened();
    }
}

#[test]
fn an_answer_of_another_server_is_refused() {
    scene!(scene, profile, peer);
    let wrong = [
        (Some("https://evil.example"), "callback/issuer_mismatch"),
        (Some(""), "callback/issuer_mismatch|callback/issuer_missing|callback/malformed"),
        (None, "callback/issuer_missing"),
    ];
    for (issuer, code) in wrong {
        let attempt = profile.begin("demo");
        let changes = [("iss", issuer), ("error_description", Some("words of a stranger"))];
        let outcome = profile.run(&["callback", &altered(&attempt.sign_in(), &changes)]);
        outcome.failed(1, code);
        assert!(!outcome.stderr.contains("words of a stranger"), "{}", outcome.stderr);
        scene.nothing_happened();
    }
    // RFC 9207 §2.4: compared as strings, so a slash more is another issuer.
    let attempt = profile.begin("demo");
    let slash = format!("{}/", peer.issuer());
    let url = altered(&attempt.sign_in(), &[("iss", Some(&slash))]);
    profile.run(&["callback", &url]).failed(1, "callback/issuer_mismatch");
    scene.nothing_happened();
}

#[test]
fn the_right_state_at_the_wrong_address_is_refused() {
    scene!(scene, profile, peer);
    let addresses = [
        "dev.tokenrack.desktop:/oauth/other",
        "dev.tokenrack.desktop:/oauth/callback/demo",
        "evil.app:/oauth/callback",
        "http://127.0.0.1:1/callback",
        "https://evil.example/callback",
    ];
    for address in addresses {
        let attempt = profile.begin("demo");
        let back = attempt.sign_in();
        let url = format!("{address}?{}", back.split_once('?').unwrap().1);
        let outcome = profile.run(&["callback", &url]);
        let code = outcome.error()["code"].clone();
        assert!(code == "callback/wrong_redirect_uri" || code == "callback/malformed", "{address}: {code}");
        scene.nothing_happened();
    }
}

#[test]
fn tokens_in_a_redirect_are_never_read() {
    scene!(scene, profile, peer);
    let attempt = profile.begin("demo");
    let back = attempt.sign_in();
    let planted = altered(
        &back,
        &[("code", None), ("access_token", Some("planted-token")), ("token_type", Some("bearer"))],
    );
    profile.run(&["callback", &planted]).error();
    scene.nothing_happened();
    drop(attempt);

    let attempt = profile.begin("demo");
    let extra = format!("{}&access_token=planted-token&refresh_token=planted-too", attempt.sign_in());
    profile.run(&["callback", &extra]).done();
    attempt.finish().done();
    assert_ne!(profile.token("demo"), "planted-token");
    scene.bystander.is_untouched();
}

#[test]
fn a_redirect_works_once() {
    scene!(scene, profile, peer);
    let attempt = profile.begin("demo");
    let back = attempt.sign_in();
    profile.run(&["callback", &back]).done();
    attempt.finish().done();
    let token = profile.token("demo");
    let sent = peer.token_requests("authorization_code").len();
    for _ in 0..2 {
        profile.run(&["callback", &back]).failed(1, "callback/already_answered");
    }
    assert_eq!(peer.token_requests("authorization_code").len(), sent, "the code was sent again");
    assert_eq!(profile.token("demo"), token);
    assert_eq!(profile.status("demo"), "connected");
    scene.bystander.is_untouched();
}

#[test]
fn the_same_redirect_from_eight_doors_at_once_is_exchanged_once() {
    scene!(scene, profile, peer);
    let attempt = profile.begin("demo");
    let back = attempt.sign_in();
    let sent = peer.token_requests("authorization_code").len();
    let outcomes: Vec<_> = thread::scope(|scope| {
        let doors: Vec<_> = (0..8).map(|_| scope.spawn(|| profile.run(&["callback", &back]))).collect();
        doors.into_iter().map(|door| door.join().unwrap()).collect()
    });
    assert_eq!(outcomes.iter().filter(|outcome| outcome.code == 0).count(), 1);
    for refused in outcomes.iter().filter(|outcome| outcome.code != 0) {
        refused.failed(1, "callback/already_answered");
    }
    assert_eq!(peer.token_requests("authorization_code").len(), sent + 1);
    attempt.finish().done();
    assert_eq!(profile.status("demo"), "connected");
    scene.bystander.is_untouched();
}

#[test]
fn a_late_redirect_is_told_why() {
    scene!(scene, profile, peer);
    let attempt = profile.begin_with("demo", &["--timeout", "1s"]);
    let late = attempt.sign_in();
    attempt.finish().failed(3, "callback/timed_out");
    profile.run(&["callback", &late]).failed(3, "callback/timed_out");
    scene.nothing_happened();
}

#[test]
fn a_redirect_to_a_forgotten_connection_goes_nowhere() {
    scene!(scene, profile, peer);
    profile.add("gone", peer.issuer());
    let attempt = profile.begin("gone");
    let back = attempt.sign_in();
    profile.run(&["disconnect", "gone", "--forget"]).done();
    profile.run(&["callback", &back]).failed(1, "callback/unknown_state|callback/cancelled");
    assert_ne!(attempt.finish().code, 0);
    scene.nothing_happened();
}
