//! Clients that register themselves (RFC 7591).
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use tokenrack_tests::{Peer, Profile};

const WAY: &[&str] = &["--redirect", "deep-link", "--scope", "openid", "--scope", "email"];

fn profile() -> Profile {
    Profile::with_quick_file_vault("only for tests")
}

#[test]
fn without_a_client_id_tokenrack_registers_itself() {
    let (profile, peer) = (profile(), Peer::oidc_with(&[("REGISTRATION", "1")]));
    let added = profile.add_with("Demo", peer.issuer(), WAY);
    let client = added["registration"]["client_id"].as_str().unwrap().to_owned();
    assert_eq!(added["registration"]["authentication"], "none", "the server takes a public client");
    assert_eq!(peer.requests("/reg").len(), 1);
    profile.connect("Demo");
    assert_eq!(profile.view("Demo")["status"]["kind"], "connected");
    let exchange = peer.token_requests("authorization_code").pop().unwrap();
    assert_eq!(exchange["form"]["client_id"], client.as_str());
}

/// Its secret goes where secrets are, and nowhere else.
#[test]
fn a_registered_clients_secret_goes_to_the_vault() {
    let (profile, peer) = (profile(), Peer::oidc_with(&[("REGISTRATION", "1")]));
    let way = [WAY, &["--client-auth", "client_secret_post"]].concat();
    profile.add_with("Demo", peer.issuer(), &way);
    profile.connect("Demo");
    let exchange = peer.token_requests("authorization_code").pop().unwrap();
    let secret = exchange["form"]["client_secret"].as_str().unwrap();
    assert!(secret.len() > 20);
    let files = std::fs::read_dir(profile.home()).unwrap().map(|entry| entry.unwrap().path());
    for file in files.filter(|file| file.is_file()) {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()), "{}", file.display());
    }
    for said in profile.said() {
        assert!(!said.stdout.contains(secret) && !said.stderr.contains(secret), "{:?}", said.args);
    }
}

#[test]
fn what_cannot_be_registered_is_not_added() {
    let (profile, peer) = (profile(), Peer::oidc_with(&[("REGISTRATION", "1")]));
    // A redirect URI that this server takes from no native client.
    let refused = ["--redirect", "paste", "--redirect-uri", "https://127.0.0.1/callback"];
    let outcome = profile.run(&[&["add", peer.issuer(), "--name", "Demo"], &refused[..]].concat());
    let error = outcome.failed(2, "client/registration_refused");
    assert!(error["cause"].as_str().unwrap().contains("redirect_uris"), "{error}");
    // A secret, or a refresh token, belongs to a client that there is already.
    let outcome = profile.run_with_input(&["add", peer.issuer(), "--client-secret-stdin"], "shh\n");
    outcome.failed(2, "client/missing_id");
    let token = ["add", peer.issuer(), "--grant", "refresh-token", "--refresh-token-stdin"];
    profile.run_with_input(&token, "rt\n").failed(2, "client/missing_id");
    assert_eq!(profile.run(&["status"]).done().stdout, "", "nothing was added");
    // One that registers nobody is still told what is missing.
    let closed = Peer::oidc();
    profile.run(&["add", closed.issuer()]).failed(2, "client/missing_id");
}
