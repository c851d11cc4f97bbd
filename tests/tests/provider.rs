//! A provider before it is used: tried out, made of another program's document, shared.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use serde_json::Value;
use tokenrack_tests::{Keyring, Peer, Profile, Session};

/// The checks by name, and the exit code.
fn check(profile: &Profile, args: &[&str]) -> (i32, Vec<Value>) {
    let outcome = profile.run(&[&["provider", "check"], args].concat());
    (outcome.code, outcome.values())
}

#[track_caller]
fn named<'a>(checks: &'a [Value], name: &str) -> &'a Value {
    checks.iter().find(|check| check["name"] == name).unwrap_or_else(|| panic!("{name} in {checks:?}"))
}

/// What failed, with words of its finding.
#[track_caller]
fn failed(checks: &[Value], name: &str, words: &str) {
    let check = named(checks, name);
    assert!(check["outcome"] == "failed" && check["cure"].is_string(), "{check}");
    assert!(check["finding"].as_str().unwrap().contains(words), "{words} in {check}");
}

fn file(profile: &Profile, base: &str) -> String {
    let path = profile.folder().join("acme.toml");
    let text = "schema = 1\nid = \"acme\"\nname = \"Acme\"\n[server]\n\
        authorization_endpoint = \"{base}/authorize\"\ntoken_endpoint = \"{base}/token\"\n";
    std::fs::write(&path, text.replace("{base}", base)).unwrap();
    path.display().to_string()
}

#[test]
fn a_good_server_passes_and_learns_nothing() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    let (code, checks) = check(&profile, &[peer.issuer()]);
    assert_eq!(code, 0, "{checks:?}");
    let all = [
        "metadata",
        "authorization_endpoint",
        "token_endpoint",
        "pkce",
        "client_authentication",
        "loopback",
        "clock",
    ];
    for name in all {
        assert_eq!(named(&checks, name)["outcome"], "ok", "{checks:?}");
    }
    assert!(checks.iter().any(|check| check["name"] == "deep_link"));
    assert!(peer.token_requests("authorization_code").is_empty());
    assert_eq!(profile.run(&["status"]).done().stdout, "", "nothing was added");
}

#[test]
fn a_server_that_is_not_what_it_says_fails() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    for (fault, words) in [("other-issuer", "issuer"), ("plain-http", "https"), ("html-200", "metadata")] {
        let (code, checks) = check(&profile, &[&odd.odd_issuer(&format!("discovery-{fault}"))]);
        assert_eq!(code, 1, "{checks:?}");
        failed(&checks, "metadata", words);
    }
    profile.run(&["provider", "check", "http://example.com"]).failed(2, "url/insecure");
    profile.run(&["provider", "check", "no-such-provider"]).failed(2, "provider/unknown");
}

#[test]
fn endpoints_are_asked_and_a_certificate_is_wanted() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    let (code, checks) = check(&profile, &[&file(&profile, peer.issuer())]);
    assert_eq!((code, &named(&checks, "token_endpoint")["outcome"]), (0, &"ok".into()), "{checks:?}");

    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (code, checks) = check(&profile, &[&file(&profile, &format!("http://{closed}"))]);
    assert_eq!(code, 1);
    failed(&checks, "authorization_endpoint", "/authorize");
    failed(&checks, "token_endpoint", "/token");

    let plain = peer.issuer().replace("http:", "https:");
    let (_, checks) = check(&profile, &[&file(&profile, &plain)]);
    failed(&checks, "token_endpoint", "/token");
}

#[test]
fn a_port_that_is_taken_is_said() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    let spec = file(&profile, peer.issuer());
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (code, checks) = check(&profile, &[&spec, "--port", &port]);
    assert_eq!(code, 1);
    failed(&checks, "loopback", &port);
    drop(taken);
    assert_eq!(check(&profile, &[&spec, "--port", &port]).0, 0);
}

#[test]
fn a_clock_that_differs_from_the_servers_is_said() {
    let session = Session::start(Keyring::Unlocked);
    let profile = Profile::new(&session);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let length = stream.read(&mut request).unwrap();
            // HEAD carries no content, and no parameter either.
            assert!(request[..length].starts_with(b"HEAD /") && !request[..length].contains(&b'?'));
            let answer = "HTTP/1.1 400 Bad Request\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
                Content-Length: 0\r\nConnection: close\r\n\r\n";
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    let (code, checks) = check(&profile, &[&file(&profile, &base)]);
    assert_eq!((code, &named(&checks, "token_endpoint")["outcome"]), (1, &"ok".into()), "{checks:?}");
    failed(&checks, "clock", "fast");
}

const DOCUMENT: &str = "displayName: Acme Tracker\nauthorizeUri: https://acme.example/a\n\
    tokenUri: https://acme.example/t\nclientSecret: hunter2-hunter2\ncolour: red\n";

#[test]
fn another_programs_document_becomes_a_provider() {
    let session = Session::start(Keyring::Unlocked);
    let profile = Profile::new(&session);
    let document = profile.folder().join("tracker.yaml");
    std::fs::write(&document, DOCUMENT).unwrap();
    let import = ["provider", "import", document.to_str().unwrap()];
    let made = profile.run(&import).done().value();
    assert_eq!(made["id"], "acme-tracker");
    let left_out: Vec<&str> =
        made["left_out"].as_array().unwrap().iter().map(|left| left["path"].as_str().unwrap()).collect();
    assert_eq!(left_out, ["clientSecret", "colour"]);
    assert!(made["saved"].is_null() && made["wrong"].as_array().unwrap().is_empty(), "{made}");

    let save = [&import[..], &["--id", "acme", "--save"]].concat();
    let saved = profile.run(&save).done().value();
    let text = std::fs::read_to_string(profile.home().join("providers/acme.toml")).unwrap();
    assert_eq!(saved["toml"], text.as_str());
    profile.run(&save).failed(2, "input/invalid");
    profile.run(&["add", "acme", "--client-id", "x"]).done();
    let shared = profile.run(&["provider", "export", "acme"]).done().value();
    assert!(shared["toml"].as_str().unwrap().contains("https://acme.example/t"), "{shared}");
    assert!(!format!("{made}{saved}{shared}{text}").contains("hunter2"));
}

#[test]
fn a_document_that_cannot_be_used_is_not_saved() {
    let session = Session::start(Keyring::Unlocked);
    let profile = Profile::new(&session);
    let document = profile.folder().join("tracker.json");
    let import = |text: &str, more: &[&str]| {
        std::fs::write(&document, text).unwrap();
        profile.run(&[&["provider", "import", document.to_str().unwrap()], more].concat())
    };
    import("{\"name\": \"Acme\"}", &[]).failed(2, "provider/invalid_spec");
    let insecure = DOCUMENT.replace("https://acme.example/t", "http://acme.example/t");
    let shown = import(&insecure, &[]);
    assert_eq!(shown.code, 2);
    assert!(shown.value()["wrong"].to_string().contains("https"), "{}", shown.stdout);
    import(&insecure, &["--id", "acme", "--save"]).failed(2, "provider/invalid_spec");
    assert!(!profile.home().join("providers/acme.toml").exists());
}

#[test]
fn a_discovered_server_is_shared_as_a_file() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    let shared = profile.run(&["provider", "export", peer.issuer()]).done().value();
    let text = shared["toml"].as_str().unwrap();
    let id = text.lines().find_map(|line| line.strip_prefix("id = ")).unwrap().trim_matches('"').to_owned();
    let path = profile.folder().join(format!("{id}.toml"));
    std::fs::write(&path, text).unwrap();
    assert_eq!(check(&profile, &[path.to_str().unwrap()]).0, 0, "{text}");
    let shipped = profile.run(&["provider", "export", "github"]).done().value();
    assert!(shipped["toml"].as_str().unwrap().contains("id = \"github\""), "{shipped}");
}
