//! The activity record, narrowed.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use tokenrack_tests::{Keyring, Peer, Profile, Secrets, Session};

#[test]
fn the_record_is_narrowed_by_connection_kind_channel_words_and_time() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    profile.connected("demo", peer.issuer());
    profile.connected("other", peer.issuer());
    profile.token("demo");
    profile.run(&["refresh", "demo"]).done();
    profile.run(&["callback", "dev.tokenrack.desktop:/oauth/callback?code=c&state=forged"]).error();

    let lines = |narrow: &[&str]| {
        let said = profile.run(&[&["log"], narrow].concat()).done().values();
        said.iter().map(|line| line["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = lines(&[]);
    assert_eq!(lines(&["demo", "--kind", "releases"]), ["token_released"]);
    assert_eq!(lines(&["other", "--kind", "releases"]), [""; 0]);
    assert_eq!(lines(&["--kind", "refreshes"]), ["refreshed"]);
    assert_eq!(lines(&["--kind", "failures"]), ["callback_refused"]);
    assert_eq!(lines(&["--kind", "changes"]), ["added"; 2]);
    assert_eq!(lines(&["--search", "OTHER", "--kind", "changes"]), ["added"]);
    assert_eq!(lines(&["--search", "unknown_state"]), ["callback_refused"]);
    assert_eq!(lines(&["--search", "unknown_state demo"]), [""; 0]);
    assert_eq!(lines(&["--since", "1h"]), all);
    assert_eq!(lines(&["--until", "1h"]), [""; 0]);
    assert_eq!(lines(&["--since", "2000-01-01", "--until", "2999-12-31T00:00Z"]), all);
    let by_command = lines(&["--channel", "command"]);
    assert!(!by_command.is_empty() && by_command.len() < all.len(), "{by_command:?} of {all:?}");
    assert_eq!(lines(&["--kind", "sign-ins", "--limit", "1"]).len(), 1);

    let none = profile.run_plain(&["log", "--kind", "failures", "--search", "nothing-like-that"]).done();
    assert_eq!((none.stdout.as_str(), none.stderr.as_str()), ("", "Nothing like that has happened.\n"));
    Secrets::of(&[&peer]).are_nowhere_in(&profile);
}
