//! A table of faults, tried side by side because some wait for a time limit.

use std::thread;

use crate::bystander::Bystander;
use crate::canary::Secrets;
use crate::cli::Profile;
use crate::peer::Peer;

/// A fault of the odd server by its name, and what it must lead to: the exit code, and the error codes, separated
/// by `|`, of which one must be said.
pub type Fault = (&'static str, i32, &'static str);

/// Tries every fault at the same time, beside a connection that none of them may touch.
///
/// # Panics
/// With the names of the faults that failed (each says why itself), when the bystander was touched, when a redirect
/// was followed, and when a secret was written anywhere.
#[track_caller]
pub fn try_all(faults: &'static [Fault], profile: &Profile, odd: &Peer, check: impl Fn(&Fault) + Sync) {
    let bystander = Bystander::connected(profile, &odd.odd_issuer("none"));
    let broken: Vec<_> = thread::scope(|scope| {
        let start = |fault: &'static Fault| {
            let check = &check;
            // What it says when it fails begins with its thread's name.
            let thread = thread::Builder::new().name(format!("fault {}", fault.0));
            (fault.0, thread.spawn_scoped(scope, move || check(fault)).unwrap())
        };
        let runs: Vec<_> = faults.iter().map(start).collect();
        runs.into_iter().filter_map(|(name, run)| run.join().is_err().then_some(name)).collect()
    });
    assert!(broken.is_empty(), "{broken:?}, see above");
    bystander.is_untouched();
    let followed =
        odd.log().into_iter().filter(|entry| entry["path"].as_str().unwrap().starts_with("/stolen"));
    assert_eq!(followed.count(), 0, "a redirect was followed, with whatever the request carried");
    Secrets::of(&[odd]).are_nowhere_in(profile);
}
