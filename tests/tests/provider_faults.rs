//! The misbehaving OpenID provider, whole: 40 faults, one each, as a certified client judges them.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tokenrack_tests::{Bystander, Keyring, Outcome, Peer, Profile, Secrets, Session};

const ID_TOKEN: &str = "oauth/invalid_id_token";
const ANSWER: &str = "oauth/invalid_token_response|oauth/unreadable_answer";

/// Refused, with these codes.
const REFUSED: &[(&str, &str)] = &[
    ("wrong-iss", ID_TOKEN),
    ("wrong-aud", ID_TOKEN),
    ("extra-aud", ID_TOKEN),
    ("expired", ID_TOKEN),
    ("not-yet", ID_TOKEN),
    ("wrong-nonce", ID_TOKEN),
    ("no-nonce", ID_TOKEN),
    ("no-sub", ID_TOKEN),
    ("no-exp", ID_TOKEN),
    ("no-iat", ID_TOKEN),
    ("unknown-kid", ID_TOKEN),
    ("bad-signature", ID_TOKEN),
    ("alg-none", ID_TOKEN),
    ("no-id-token", "oauth/invalid_id_token|oauth/invalid_token_response"),
    ("no-access-token", ANSWER),
    ("no-token-type", "oauth/invalid_token_response|oauth/unsupported_token_type"),
    ("odd-token-type", "oauth/unsupported_token_type"),
    ("negative-expires-in", ANSWER),
    ("array-body", ANSWER),
    ("null-body", ANSWER),
    ("server-error", "oauth/server_error"),
    ("unavailable", "oauth/server_error"),
    ("invalid-grant", "oauth/invalid_grant"),
    ("unauthorized", "oauth/invalid_client"),
    ("error-with-200", "oauth/invalid_grant|oauth/refused|oauth/invalid_token_response"),
    ("wrong-state", "callback/unknown_state"),
    ("no-state", "callback/unknown_state|callback/malformed"),
    ("twice-state", "callback/unknown_state|callback/malformed"),
    ("wrong-response-iss", "callback/issuer_mismatch"),
    ("no-code", "callback/malformed"),
    ("twice-code", "callback/malformed"),
    ("access-denied", "oauth/access_denied"),
    ("code-and-error", "callback/malformed|oauth/server_error|oauth/refused"),
    ("other-sub", "oauth/userinfo_mismatch"),
    ("userinfo-401", "oauth/userinfo_refused"),
];
const TAKEN: &[&str] = &["none", "lower-bearer", "no-expires-in", "string-expires-in"];
/// A certified client takes them; refusing them is stricter, and fine.
const EITHER: &[&str] = &["wrong-azp", "wrong-at-hash"];

#[test]
fn the_whole_list_is_judged_as_a_certified_client_does() {
    assert_eq!(REFUSED.len() + TAKEN.len() - 1 + EITHER.len(), 40);
    let (session, faults) = (Session::start(Keyring::Unlocked), Peer::faults());
    let profile = Profile::new(&session);
    let bystander = Bystander::connected(&profile, faults.issuer());
    // Two at a time: there are two cores, and nothing here waits for a time limit.
    let all: Vec<&str> = REFUSED
        .iter()
        .map(|(fault, _)| *fault)
        .chain(TAKEN.iter().copied())
        .chain(EITHER.iter().copied())
        .collect();
    let next = AtomicUsize::new(0);
    let broken = thread::scope(|scope| {
        let work = || {
            let mut broken = Vec::new();
            while let Some(fault) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                if let Err(why) = judge(&profile, &faults, fault) {
                    broken.push(format!("{fault}: {why}"));
                }
            }
            broken
        };
        let workers = [scope.spawn(work), scope.spawn(work)];
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(broken.is_empty(), "{broken:#?}");
    bystander.is_untouched();
    Secrets::of(&[&faults]).are_nowhere_in(&profile);
}

/// Signs in with the client that asks for this fault; says what is wrong with the outcome.
fn judge(profile: &Profile, faults: &Peer, fault: &str) -> Result<(), String> {
    let client = format!("fault-{fault}");
    let flags = ["--client-id", &client, "--redirect", "deep-link", "--scope", "openid"];
    profile.add_with(fault, faults.issuer(), &flags);
    let mut attempt = profile.begin(fault);
    let outcome = profile.run(&["callback", &attempt.sign_in()]);
    let connected = profile.status(fault) == "connected";
    if connected != (outcome.code == 0) {
        return Err(format!("callback said {}, and the status is another", outcome.code));
    }
    match REFUSED.iter().find(|(name, _)| *name == fault) {
        _ if EITHER.contains(&fault) => Ok(()),
        None if connected => Ok(()),
        None => Err(format!("refused: {}", outcome.stderr)),
        Some((_, codes)) => {
            fits(&outcome, codes)?;
            // Without one readable state no attempt is meant, and RFC 6749 §3.1 makes a repeated parameter unreadable.
            if fault.ends_with("-state") || fault.starts_with("twice-") {
                return if attempt.is_waiting() { Ok(()) } else { Err("a stranger ended the wait".into()) };
            }
            fits(&attempt.finish(), codes)
        }
    }
}

fn fits(outcome: &Outcome, codes: &str) -> Result<(), String> {
    if outcome.code == 0 {
        return Err(format!("{:?} accepted it", outcome.args));
    }
    let code = outcome.error()["code"].as_str().unwrap().to_owned();
    if codes.split('|').any(|expected| expected == code) {
        Ok(())
    } else {
        Err(format!("{code}, not {codes}"))
    }
}
