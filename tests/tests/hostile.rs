//! A server that means harm while a token is refreshed: it costs neither memory nor time nor the session, and a person
//! reads what happened. What is only broken is in refresh.rs, and what only keeps it waiting here alone: it takes the whole time
//! limit.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a failed step is a failed test")]

use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokenrack_tests::{Fault, Keyring, Outcome, Peer, Profile, Session, memory, try_all};

/// The command's own limit is 100 s for a request that spends something; the rest is a busy machine's.
const LONGEST: Duration = Duration::from_secs(130);
/// Above what a refresh takes that goes well, in kB. The largest answer that is read has 1 MB.
const MORE: u64 = 8 * 1024;

const HOSTILE: &[Fault] = &[
    ("never", 5, "network/timeout"),
    ("slow-head", 5, "network/timeout"),
    ("hang", 5, "network/timeout"),
    ("drip", 5, "network/timeout"),
    ("endless-head", 5, "network/interrupted"),
    ("endless", 1, "network/too_large"),
    ("bomb", 1, "network/too_large"),
    ("deep", 5, "oauth/unreadable_answer"),
    ("html-200", 5, "oauth/unreadable_answer"),
    ("reset", 5, "network/interrupted"),
    ("redirect-metadata", 5, "oauth/unreadable_answer"),
    ("redirect-file", 5, "oauth/unreadable_answer"),
    ("redirect-back", 5, "oauth/unreadable_answer"),
    ("wrong-access-token", 1, "oauth/invalid_token_response"),
    ("wrong-token-type", 1, "oauth/invalid_token_response"),
    ("wrong-expires-in", 1, "oauth/invalid_token_response"),
    ("wrong-error", 1, "oauth/refused"),
    ("day-ahead", 5, "oauth/server_error"),
    ("day-behind", 5, "oauth/server_error"),
];

/// Words that only this fault's cause has.
fn words(fault: &str) -> &str {
    match fault {
        "day-ahead" => "this machine's clock is wrong by 1440 minutes, slow",
        "day-behind" => "this machine's clock is wrong by 1440 minutes, fast",
        "endless" | "bomb" => "larger than 1048576 bytes",
        redirect if redirect.starts_with("redirect-") => "it redirects, and a secret is never sent on",
        _ => "",
    }
}

/// Refreshes; answers the outcome and the most memory it took, in kB.
fn watched(profile: &Profile, name: &str) -> (Outcome, u64) {
    let mut refresh = profile.spawn(&["refresh", name, "--json"], None);
    let pid = refresh.process().id();
    let mut most = 0;
    while refresh.is_waiting() {
        most = most.max(memory(pid, "VmHWM").unwrap_or(0));
        thread::sleep(Duration::from_millis(10));
    }
    (refresh.finish(), most)
}

#[test]
fn it_costs_neither_memory_nor_time_nor_the_session() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    profile.connected("usual", &odd.odd_issuer("none"));
    let (outcome, usual) = watched(&profile, "usual");
    outcome.done();
    assert!(usual > 0);
    try_all(HOSTILE, &profile, &odd, |fault| survives(&profile, &odd, fault, usual));
}

fn survives(profile: &Profile, odd: &Peer, (fault, exit, codes): &Fault, usual: u64) {
    let name = format!("refresh-{fault}");
    profile.connected(&name, &odd.odd_issuer(&name));
    let token = profile.token(&name);
    let start = Instant::now();
    let (outcome, most) = watched(profile, &name);
    let took = start.elapsed();
    let error = outcome.failed(*exit, codes);
    assert!(error["cause"].as_str().unwrap_or_default().contains(words(fault)), "{error}");
    assert!(took < LONGEST, "{fault} took {took:?}");
    assert!(most > usual / 2 && most < usual + MORE, "{fault} took {most} kB");
    // What was answered in part is kept in part; the refresh below shows that the session is not lost.
    if *codes != "oauth/invalid_token_response" {
        assert_eq!(profile.token(&name), token, "{fault}: the token that lives was lost");
    }
    let record = profile.run(&["log", &name]).done().values();
    let failed = |line: &Value| line["kind"] == "refresh_failed" && line["code"] == error["code"];
    // Where the line broke, and the server may have rotated, the command asks at once again.
    let tries = if *codes == "network/interrupted" { 2 } else { 1 };
    assert_eq!(record.iter().filter(|line| failed(line)).count(), tries, "{fault}: {record:?}");
    odd.heal(&name);
    profile.run(&["refresh", &name]).done();
    assert_ne!(profile.token(&name), token);
}

#[test]
fn fields_of_a_wrong_type_that_nobody_needs_count_as_absent() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    let name = "refresh-odd-fields";
    profile.connected(name, &odd.odd_issuer(name));
    let before = profile.view(name);
    assert!(before["expires_at"].is_string());
    for _ in 0..2 {
        let view = profile.run(&["refresh", name]).done().value();
        assert_eq!(view["status"]["kind"], "connected", "{view}");
        assert!(view["expires_at"].is_null(), "an end that nobody can read is not known");
        assert_eq!(view["scopes_granted"], before["scopes_granted"]);
    }
}
