//! Many processes, each with an engine, and the same connections: each generation of tokens is asked for once.
//!
//! Twice over all of them in the suite; `TOKENRACK_ROUNDS=20` for as often as a release is tried (then without the time
//! limit of nextest: `cargo test --test herd`).
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a failed step is a failed test")]

use std::time::{Duration, Instant};

use serde_json::json;
use tokenrack_tests::{Profile, Strict, Worker};

const PROCESSES: usize = 8;
const CONNECTIONS: usize = 50;

#[test]
fn eight_processes_ask_once_for_each_generation_of_fifty_connections() {
    let rounds: usize = std::env::var("TOKENRACK_ROUNDS").map_or(2, |number| number.parse().unwrap());
    let limit = Duration::from_secs(60 + 60 * rounds as u64);
    // An encrypted file: a keyring serves one call after the other, and that is all that would be measured.
    let (server, profile) = (Strict::with(&[]), Profile::with_quick_file_vault("only for tests"));
    let mut first = Worker::on(&profile);
    first.ask(&format!("import {} {CONNECTIONS}", server.issuer()), limit);
    let mut workers = vec![first];
    workers.resize_with(PROCESSES, || Worker::on(&profile));
    let start = Instant::now();
    for worker in &mut workers {
        worker.tell(&format!("refresh {rounds}"));
    }
    for worker in &workers {
        assert_eq!(worker.answer(limit), json!([]), "no refresh fails");
    }
    let families = server.families();
    assert_eq!(families.len(), CONNECTIONS);
    for family in &families {
        let (newest, spent) = family.sent.split_last().unwrap();
        assert!(!family.ended && *newest == 0, "{family:?}");
        assert!(spent.iter().all(|times| *times == 1), "not once a generation: {family:?}");
        assert!(spent.len() >= rounds && spent.len() <= rounds * PROCESSES, "{family:?}");
    }
    let requests: usize = families.iter().map(|family| family.sent.len() - 1).sum();
    println!(
        "{} refreshes by {PROCESSES} processes, {requests} requests, {:.1?}",
        PROCESSES * CONNECTIONS * rounds,
        start.elapsed()
    );
    let newest = families.iter().map(|family| (family.name.clone(), json!(family.token))).collect();
    let newest = serde_json::Value::Object(newest);
    for worker in &mut workers {
        assert_eq!(worker.ask("tokens", limit), newest, "one process has other tokens than the server");
    }
}
