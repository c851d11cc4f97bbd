//! The harness itself: what the other tests take for granted is true.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::io::Write as _;
use std::process::Stdio;

use tokenrack_tests::{Keyring, Peer, Session, sign_in};

fn store(session: &Session, value: &str) -> bool {
    let mut command = session.command("secret-tool");
    command.args(["store", "--label=probe", "probe", "yes"]).stdin(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(value.as_bytes()).unwrap();
    child.wait().unwrap().success()
}

fn look_up(session: &Session) -> String {
    let output = session.command("secret-tool").args(["lookup", "probe", "yes"]).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_keyring_is_real_private_and_can_be_locked() {
    let mut session = Session::start(Keyring::Unlocked);
    assert!(store(&session, "canary"));
    assert_eq!(look_up(&session), "canary");
    assert_eq!(look_up(&Session::start(Keyring::Unlocked)), "", "two sessions share a keyring");
    session.lock();
    assert_eq!(look_up(&session), "");
    assert!(!store(&session, "other"));
    session.unlock();
    assert_eq!(look_up(&session), "canary");
    session.stop_keyring();
    assert!(!store(&session, "other"));
}

#[test]
fn the_provider_is_real_and_a_person_can_refuse() {
    let peer = Peer::oidc();
    let query = "response_type=code&client_id=desktop&redirect_uri=dev.tokenrack.desktop:/oauth/callback&scope=openid\
                 &state=s&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
    let url = format!("{}/auth?{query}", peer.issuer());
    let back = sign_in(&url, &[]);
    assert!(back.starts_with("dev.tokenrack.desktop:/oauth/callback?code="), "{back}");
    let back = sign_in(&url, &["--deny"]);
    assert!(back.contains("error=access_denied") && !back.contains("code="), "{back}");
    assert_eq!(peer.requests("/auth").len(), 2);
}

#[test]
fn what_is_started_ends_with_its_test() {
    let peer = Peer::odd();
    let address = ("127.0.0.1", peer.port());
    assert!(std::net::TcpStream::connect(address).is_ok());
    drop(peer);
    assert!(std::net::TcpStream::connect(address).is_err());
}
