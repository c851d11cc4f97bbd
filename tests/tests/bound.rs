//! Pushed authorization requests (RFC 9126) and bound tokens (RFC 9449), against a certified provider that takes nothing
//! else.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use serde_json::Value;
use tokenrack_tests::{Peer, Profile};

struct Scene {
    profile: Profile,
    peer: Peer,
}

impl Scene {
    /// A connection of a file that asks for bound tokens, or does not.
    fn new(bound: bool) -> Self {
        let peer = Peer::oidc_with(&[("BOUND", "1")]);
        let profile = Profile::with_quick_file_vault("only for tests");
        let file = profile.folder().join("acme.toml");
        let issuer = peer.issuer();
        let text = format!(
            "schema = 1\nid = \"acme\"\nname = \"Acme\"\n[server]\nissuer = \"{issuer}\"\n\
            [client]\ndpop_bound_access_tokens = {bound}\n[api]\nbase = \"{issuer}\"\n"
        );
        std::fs::write(&file, text).unwrap();
        let more =
            ["--client-id", "desktop", "--redirect", "deep-link", "--scope", "openid", "--scope", "email"];
        profile.add_with(
            "Acme",
            file.to_str().unwrap(),
            &[&more[..], &["--scope", "offline_access"]].concat(),
        );
        Self { profile, peer }
    }

    /// The last token response with tokens in it.
    fn tokens(&self) -> Value {
        let mut answers = self.peer.requests("/token").into_iter();
        answers.rfind(|entry| entry["status"] == 200).unwrap()["answer"].clone()
    }
}

/// What a proof says of the request it was made for, and its key.
fn proof(entry: &Value) -> (Value, Value) {
    let text = entry["proof"].as_str().unwrap_or_else(|| panic!("no proof: {entry}"));
    let part = |part: &str| serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    let mut parts = text.split('.').map(part);
    let (header, claims): (Value, Value) = (parts.next().unwrap(), parts.next().unwrap());
    (header["jwk"].clone(), claims)
}

#[test]
fn a_connection_lives_with_pushed_requests_and_bound_tokens() {
    let scene = Scene::new(true);
    let (profile, peer) = (&scene.profile, &scene.peer);
    let attempt = profile.begin("Acme");
    let url = url::Url::parse(attempt.url()).unwrap();
    let names: Vec<String> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["client_id", "request_uri"], "the browser carries a reference only");
    profile.run(&["callback", &attempt.sign_in()]).done();
    attempt.finish().done();
    assert_eq!(profile.view("Acme")["account"], "ada@example.test");
    profile.run(&["refresh", "Acme"]).done();
    assert_eq!(scene.tokens()["token_type"], "DPoP");

    let answer = profile.run_plain(&["request", "Acme", "GET", "me"]).done().stdout;
    assert!(answer.contains("ada@example.test"), "{answer}");
    assert_eq!(profile.run(&["disconnect", "Acme"]).done().value()["revocation"], "revoked");

    let conversation = ["/request", "/token", "/me", "/token/revocation"];
    let entries: Vec<Value> = conversation.iter().flat_map(|path| peer.requests(path)).collect();
    let (key, _) = proof(&entries[0]);
    assert!(key.get("d").is_none(), "the private half stays in the vault");
    let mut seen = std::collections::HashSet::new();
    for entry in &entries {
        let (other, claims) = proof(entry);
        assert_eq!(other, key, "one key for the whole life: {entry}");
        assert!(seen.insert(claims["jti"].clone()), "a proof was sent twice: {entry}");
        assert_eq!(claims["htu"], format!("{}{}", peer.issuer(), entry["path"].as_str().unwrap()));
        let with_token = entry["authorization"].as_str().is_some_and(|header| header.starts_with("DPoP "));
        assert_eq!((with_token, claims["ath"].is_string()), (entry["path"] == "/me", entry["path"] == "/me"));
    }
    // A proof without the server's nonce is refused once, and the request sent again.
    let refused = |entry: &&Value| entry["answer"]["error"] == "use_dpop_nonce";
    assert!(entries.iter().any(|entry| refused(&entry)));
    let last = entries.iter().rfind(|entry| entry["path"] == "/token").unwrap();
    assert!(proof(last).1["nonce"].is_string(), "{last}");
}

#[test]
fn a_bound_token_is_handed_to_nobody_and_useless_to_whoever_has_it() {
    let scene = Scene::new(true);
    let profile = &scene.profile;
    profile.connect("Acme");
    for format in [&["--format", "raw"][..], &["--format", "header"], &["--format", "curl"]] {
        let args = [&["token", "Acme"], format].concat();
        let outcome = profile.run_plain(&args);
        assert!(outcome.code == 1 && outcome.stdout.is_empty(), "{:?}: {}", outcome.args, outcome.stdout);
        assert!(outcome.stderr.contains("token/bound"), "{}", outcome.stderr);
    }
    profile.run(&["token", "Acme"]).failed(1, "token/bound");
    let token = scene.tokens()["access_token"].as_str().unwrap().to_owned();
    let agent =
        ureq::Agent::new_with_config(ureq::Agent::config_builder().http_status_as_error(false).build());
    for kind in ["Bearer", "DPoP"] {
        let request = agent.get(format!("{}/me", scene.peer.issuer()));
        let answer = request.header("authorization", format!("{kind} {token}")).call().unwrap();
        assert!(answer.status().is_client_error(), "{kind} {}", answer.status());
    }
}

#[test]
fn without_the_files_word_no_token_is_bound() {
    let scene = Scene::new(false);
    let attempt = scene.profile.begin("Acme");
    assert!(attempt.parameter("request_uri").is_some(), "pushing is the server's word");
    let outcome = scene.profile.run(&["callback", &attempt.sign_in()]);
    assert_ne!(outcome.code, 0, "this server binds every token");
    assert!(scene.peer.requests("/token").iter().all(|entry| entry["proof"].is_null()));
}
