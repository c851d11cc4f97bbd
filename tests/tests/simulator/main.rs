//! A deterministic simulator of the core that tries to make it lose a session.
//!
//! A schedule is a seed: a few processes with a few connections on one disk, one keychain and one strict authorization
//! server, on one thread and in virtual time. Every call of a port takes a while, may fail, and may be its process's
//! last. What the engine promises is looked at by the server, the keychain and the clock, never by the engine.
//!
//! `SIM_SEED=7` plays one schedule and tells all of it; `SIM_START=1 SIM_COUNT=1000000` plays so many.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a failed step is a failed test")]
#![allow(clippy::print_stdout, reason = "it tells the seeds, and one schedule whole")]

mod api;
mod chance;
mod changes;
mod checks;
mod disk;
mod keychain;
mod network;
mod peace;
mod person;
mod ports;
mod schedule;
mod server;
mod weather;
mod world;

use std::ops::Range;

use schedule::play;
use weather::Weather;

/// Split over tests, so that every core has one and none is taken for hanging.
const PARTS: u64 = 16;
const SUITE: u64 = 10_000;

macro_rules! parts {
    ($($name:ident: $part:literal,)*) => {$(
        #[test]
        fn $name() {
            search($part);
        }
    )*};
}

parts! {
    no_session_is_lost_0: 0,
    no_session_is_lost_1: 1,
    no_session_is_lost_2: 2,
    no_session_is_lost_3: 3,
    no_session_is_lost_4: 4,
    no_session_is_lost_5: 5,
    no_session_is_lost_6: 6,
    no_session_is_lost_7: 7,
    no_session_is_lost_8: 8,
    no_session_is_lost_9: 9,
    no_session_is_lost_10: 10,
    no_session_is_lost_11: 11,
    no_session_is_lost_12: 12,
    no_session_is_lost_13: 13,
    no_session_is_lost_14: 14,
    no_session_is_lost_15: 15,
}

/// Whatever says "not now", and however often: the refresh token stays, and no person is needed.
#[test]
fn answers_that_decide_nothing_lose_nothing() {
    for seed in 0..300 {
        let rain = |chance: &mut chance::Chance| Weather {
            transient: chance.pick(&[1, 2, 6]),
            ..Weather::default()
        };
        let outcome = play(seed, true, rain);
        let ended = outcome.journal.iter().find(|line| line.contains("has ended"));
        // Another client is refused, and rightly.
        let is_another = outcome.journal.iter().any(|line| line.contains("Edit(Client)"));
        let ended = ended.filter(|_| !is_another);
        assert_eq!((outcome.violation, ended), (None, None), "seed {seed}");
    }
}

#[test]
fn a_seed_replays_to_the_letter() {
    for seed in 0..100 {
        assert_eq!(play(seed, true, Weather::of), play(seed, true, Weather::of), "seed {seed}");
    }
}

fn search(part: u64) {
    let seeds = seeds(part);
    println!("seeds {seeds:?}");
    for seed in seeds {
        if std::env::var_os("SIM_SEED").is_some() {
            println!("{}", play(seed, true, Weather::of).journal.join("\n"));
        }
        if let Some(violation) = play(seed, false, Weather::of).violation {
            let journal = play(seed, true, Weather::of).journal.join("\n");
            panic!("{violation}\n\n{journal}\n\n{violation}\n\nagain: SIM_SEED={seed} {AGAIN}");
        }
    }
}

const AGAIN: &str = "cargo nextest run -p tokenrack-tests --test simulator no_session";

/// The part's share of what was asked for.
fn seeds(part: u64) -> Range<u64> {
    let asked = |name| {
        let text = std::env::var(name).ok()?;
        Some(text.parse::<u64>().unwrap_or_else(|_| panic!("{name}={text:?} is not a number")))
    };
    if let Some(seed) = asked("SIM_SEED") {
        return if part == 0 { seed..seed + 1 } else { 0..0 };
    }
    let start = asked("SIM_START").unwrap_or(0);
    let count = asked("SIM_COUNT").unwrap_or(SUITE);
    start + count * part / PARTS..start + count * (part + 1) / PARTS
}
