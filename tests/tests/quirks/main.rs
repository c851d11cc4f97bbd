//! Every provider's quirks, against a server that insists on them: the shipped file connects, and stops to when one of
//! its lines is taken out. `QUIRK=slack` plays one case only.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a failed step is a failed test; one variable chooses a case"
)]

mod case;
mod flow;
mod leisure;
mod money;
mod people;
mod social;
mod spec;
mod tools;
mod work;

use std::collections::VecDeque;
use std::sync::atomic::AtomicUsize;
use std::sync::{Mutex, OnceLock};
use std::thread;

use tokenrack_tests::{Peer, Profile};

use case::Case;
use flow::Scene;
use spec::Spec;

#[test]
fn tools_for_people_who_make_things() {
    play(tools::CASES);
}

#[test]
fn people_and_their_names() {
    play(people::CASES);
}

#[test]
fn people_and_what_they_share() {
    play(social::CASES);
}

#[test]
fn leisure_and_its_records() {
    play(leisure::CASES);
}

#[test]
fn work_and_its_papers() {
    play(work::CASES);
}

#[test]
fn money_and_its_books() {
    play(money::CASES);
}

/// Plays every case, and again without each of its lines, some at a time.
fn play(cases: &'static [Case]) {
    static PEER: OnceLock<Peer> = OnceLock::new();
    let peer = PEER.get_or_init(Peer::quirks);
    let profile = Profile::with_quick_file_vault("only for tests");
    let scene = Scene { profile: &profile, peer, played: AtomicUsize::new(0) };
    let wanted = std::env::var("QUIRK").ok();
    let chosen = cases.iter().filter(|case| wanted.as_deref().is_none_or(|name| name == case.name));
    let waiting: Mutex<VecDeque<&Case>> = Mutex::new(chosen.collect());
    let broken = thread::scope(|scope| {
        let work = || {
            let mut broken = Vec::new();
            while let Some(case) = { waiting.lock().unwrap().pop_front() } {
                let thread = thread::Builder::new().name(case.name.to_owned());
                let run = thread.spawn_scoped(scope, || judge(&scene, case)).unwrap();
                broken.extend(run.join().unwrap_or_else(|_| vec![format!("{}: see above", case.name)]));
            }
            broken
        };
        // Other tests run beside this one, and there are often two cores.
        let workers: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Everything that is wrong with a case.
fn judge(scene: &Scene<'_>, case: &Case) -> Vec<String> {
    let base = url::Url::parse(&format!("{}/{}", scene.peer.issuer(), case.name)).unwrap();
    let spec = Spec::shipped(case.file()).moved_to(&base);
    let spec = case.apart.iter().fold(spec, |spec, line| spec.without(line));
    if let Err(why) = scene.play(case, &spec) {
        return vec![format!("{}: {why}\n  {}", case.name, scene.complaints(case).join("\n  "))];
    }
    let idle = case.lines.iter().filter(|line| scene.play(case, &spec.without(line)).is_ok());
    idle.map(|line| format!("{}: nothing changes without {line}", case.name)).collect()
}
