//! A process that refreshes by itself, for a long time: it loses nothing, does not grow, and sleeps when nothing is due.
//!
//! Half a minute in the suite, or as many seconds as `TOKENRACK_SOAK` says. Tokens live 10 s; 40 s in a debug build, which
//! a busy machine would not let keep up.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a failed step is a failed test")]

use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokenrack_tests::{Keyring, Profile, Session, Strict, Worker, eventually, memory, sleeps};

const LIMIT: Duration = Duration::from_secs(100);

/// Seconds since the first token ended; below zero while all live. By the time before the question, so that a slow
/// answer makes nothing late.
fn lateness(profile: &Profile) -> i64 {
    let now = Timestamp::now();
    let views = profile.run(&["status"]).done().values();
    let end = |view: &serde_json::Value| view["expires_at"].as_str().unwrap().parse::<Timestamp>().unwrap();
    let first = views.iter().map(end).min().unwrap();
    now.duration_since(first).as_secs()
}

fn median(samples: &[u64]) -> u64 {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}

#[test]
fn two_hundred_short_lived_connections_stay_fresh_and_the_process_does_not_grow() {
    let seconds: u64 = std::env::var("TOKENRACK_SOAK").map_or(30, |number| number.parse().unwrap());
    let lifetime = if cfg!(debug_assertions) { 40 } else { 10 };
    // An encrypted file: a keyring serves one call after the other, and could not keep up.
    let (server, profile) = (
        Strict::with(&[("AT_TTL", &lifetime.to_string())]),
        Profile::with_quick_file_vault("only for tests"),
    );
    let mut worker = Worker::on(&profile);
    worker.ask(&format!("import {} 200", server.issuer()), LIMIT);
    worker.ask("keep", LIMIT);
    eventually("all to be fresh", LIMIT, || (lateness(&profile) < 0).then_some(()));
    let requests = || server.families().iter().map(|family| family.sent.len()).sum::<usize>();
    let (start, before) = (Instant::now(), requests());
    let (mut sizes, mut latest) = (Vec::new(), i64::MIN);
    while start.elapsed() < Duration::from_secs(seconds) {
        thread::sleep(Duration::from_secs(1));
        sizes.push(memory(worker.id(), "VmRSS").unwrap());
        latest = latest.max(lateness(&profile));
    }
    let refreshes = requests() - before;
    let third = sizes.len() / 3;
    let (early, late) = (median(&sizes[..third]), median(&sizes[sizes.len() - third..]));
    println!("{seconds} s: {refreshes} refreshes, {early} kB, then {late} kB, latest {latest} s");
    assert!(refreshes as u64 >= 200 * seconds / lifetime, "{refreshes} refreshes");
    assert!(late * 10 <= early * 11, "it grew from {early} kB to {late} kB");
    assert!(latest <= 3, "a token had ended for {latest} s");
    for family in server.families() {
        assert!(!family.ended && family.sent.iter().all(|times| *times <= 1), "{family:?}");
    }
    for view in profile.run(&["status"]).done().values() {
        let kind = view["status"]["kind"].as_str().unwrap();
        assert!(
            ["connected", "expires_soon", "refreshing"].contains(&kind) && view["problem"].is_null(),
            "{view}"
        );
    }
}

#[test]
fn nothing_wakes_the_process_while_nothing_is_due() {
    let (session, server) = (Session::start(Keyring::Unlocked), Strict::with(&[]));
    let profile = Profile::new(&session);
    let mut worker = Worker::on(&profile);
    worker.ask(&format!("import {} 50", server.issuer()), LIMIT);
    assert_eq!(worker.ask("keep", LIMIT), 50);
    // The last HTTP connection is closed after 5 s, threads without work end after 10 s.
    thread::sleep(Duration::from_secs(15));
    let before = sleeps(worker.id());
    thread::sleep(Duration::from_secs(25));
    let after = sleeps(worker.id());
    let woken: Vec<_> =
        after.iter().map(|(thread, times)| times - before.get(thread).unwrap_or(&0)).collect();
    println!("{} threads, woken {woken:?} times in 25 s", woken.len());
    // Whatever looked now and then, every 10 s or more often, would be seen.
    assert!(woken.iter().sum::<u64>() <= 1, "{woken:?}");
    profile.run(&["refresh", "c0"]).done();
    eventually("the change to wake it, so that what was counted counts", LIMIT, || {
        (sleeps(worker.id()).values().sum::<u64>() > after.values().sum::<u64>() + 1).then_some(())
    });
}
