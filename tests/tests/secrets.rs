//! Canaries: after every flow, no secret is anywhere but in the vault and where it was asked for.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use tokenrack_tests::{Attempt, Keyring, Peer, Profile, Secrets, Session};

/// Every command once, in both voices, on one connection.
fn whole_life(profile: &Profile, peer: &Peer) {
    let confidential =
        ["--client-id", "conf-post", "--client-secret-stdin", "--client-auth", "client_secret_post"];
    let args =
        [&["add", peer.issuer(), "--name", "demo", "--redirect", "deep-link"], &confidential[..]].concat();
    profile.run_with_input(&args, "post-secret\n").done();
    profile.connect("demo");
    profile.run(&["refresh", "demo"]).done();
    profile.run_plain(&["refresh", "demo"]).done();
    for voice in [&["status"][..], &["status", "demo"], &["log"], &["doctor"], &["providers"]] {
        profile.run(voice);
        profile.run_plain(voice);
    }
    for format in ["raw", "header", "json", "env", "dotenv", "curl"] {
        let said = profile.run_plain(&["token", "demo", "--format", format]).done();
        assert!(said.stdout.contains(&profile.token("demo")), "{format}");
    }
    // What goes wrong must not speak either.
    let attempt = profile.begin("demo");
    let back = attempt.sign_in();
    let spoiled = back.replace("&iss=", "&iss=x");
    profile.run(&["callback", &spoiled]).error();
    profile.run_plain(&["callback", &spoiled]);
    drop::<Attempt<'_>>(attempt);
    let attempt = profile.begin("demo");
    let back = attempt.sign_in();
    profile.run_plain(&["callback", &back]).done();
    attempt.finish().done();
    profile.run(&["callback", &back]).error();
    profile.run_plain(&["callback", &back]);
}

#[test]
fn nothing_leaks_with_the_keychain() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let mut profile = Profile::new(&session);
    profile.set("RUST_LOG", "trace");
    profile.set("RUST_BACKTRACE", "full");
    whole_life(&profile, &peer);
    let mut secrets = Secrets::of(&[&peer]);
    secrets.add("post-secret");
    assert!(secrets.count() > 15, "{} secrets were used", secrets.count());
    secrets.are_nowhere_in(&profile);
    profile.run(&["disconnect", "demo", "--forget"]).done();
    Secrets::of(&[&peer]).are_nowhere_in(&profile);
}

#[test]
fn nothing_leaks_with_the_encrypted_file() {
    // Each process that opens the file pays for the passphrase, so only what touches the vault is done.
    let peer = Peer::oidc();
    let mut profile = Profile::with_file_vault("correct horse battery staple");
    profile.set("RUST_LOG", "trace");
    profile.connected("demo", peer.issuer());
    profile.run(&["refresh", "demo"]).done();
    profile.run_plain(&["status", "demo"]).done();
    profile.run(&["log"]).done();
    let mut secrets = Secrets::of(&[&peer]);
    secrets.add("correct horse battery staple");
    secrets.are_nowhere_in(&profile);
}

#[test]
fn nothing_that_a_server_repeats_is_kept() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    let confidential =
        ["--client-id", "conf", "--client-secret-stdin", "--client-auth", "client_secret_post"];
    for name in ["refresh-echo", "code-echo"] {
        let issuer = odd.odd_issuer(name);
        let add = [&["add", &issuer, "--name", name, "--redirect", "deep-link"], &confidential[..]].concat();
        profile.run_with_input(&add, "post-secret\n").done();
    }
    profile.connect("refresh-echo");
    let refused = profile.run(&["refresh", "refresh-echo"]).failed(3, "oauth/invalid_request");
    assert!(refused["cause"].as_str().unwrap().contains("\"grant_type\":\"refresh_token\""), "{refused}");
    let attempt = profile.begin("code-echo");
    let back = attempt.sign_in();
    profile.run(&["callback", &back]).failed(3, "oauth/invalid_request");
    attempt.finish().error();
    for voice in ["status", "log"] {
        profile.run(&[voice]).done();
        profile.run_plain(&[voice]).done();
    }
    let secrets = Secrets::of(&[&odd]);
    assert!(secrets.count() > 7, "{} secrets were used", secrets.count());
    secrets.are_nowhere_in(&profile);
}

#[test]
fn the_search_would_find_one() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    profile.connected("demo", &odd.odd_issuer("none"));
    let secrets = Secrets::of(&[&odd]);
    secrets.are_nowhere_in(&profile);
    std::fs::write(profile.home().join("planted"), format!("x{}x", profile.token("demo"))).unwrap();
    let found = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| secrets.are_nowhere_in(&profile)));
    assert!(found.is_err(), "the planted token was not found");
}

#[test]
fn a_secret_is_never_taken_from_the_arguments() {
    let session = Session::start(Keyring::Unlocked);
    let profile = Profile::new(&session);
    let outcome =
        profile.run(&["add", "openid", "--client-id", "x", "--client-secret", "a-secret-in-the-arguments"]);
    assert_eq!(outcome.code, 2);
    assert!(!outcome.stderr.contains("a-secret-in-the-arguments"), "{}", outcome.stderr);
}
