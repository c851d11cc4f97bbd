//! Authenticated requests: where a token goes, when it is renewed, and what is said afterwards.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use serde_json::Value;
use tokenrack_tests::{Keyring, Peer, Profile, Secrets, Session, tokenrack};

/// A connection to a server of its own, whose provider's API is a peer too.
struct Scene {
    session: Session,
    profile: Profile,
    server: Peer,
    api: Peer,
}

const FILE: &str = r#"
schema = 1
id = "with-api"
name = "With API"
sources = ["a test"]

[server]
authorization_endpoint = "{base}/authorize"
token_endpoint = "{base}/token"

[api]
base = "{api}/v1/"
headers = { X-Client = "{client_id}", Accept = "application/vnd.acme+json" }
"#;

impl Scene {
    /// Connected as "demo" at this issuer of the odd server.
    fn at(issuer: &str) -> Self {
        let (session, server, api) = (Session::start(Keyring::Unlocked), Peer::odd(), Peer::api());
        let profile = Profile::new(&session);
        let text = FILE.replace("{base}", &server.odd_issuer(issuer)).replace("{api}", api.issuer());
        let file = profile.folder().join("with-api.toml");
        std::fs::write(&file, text).unwrap();
        profile.connected("demo", &file.display().to_string());
        Self { session, profile, server, api }
    }

    fn request(&self, more: &[&str]) -> tokenrack_tests::Outcome {
        self.profile.run(&[&["request", "demo"], more].concat())
    }

    /// The tokens that reached a path of the API, in order.
    fn tokens(&self, path: &str) -> Vec<Value> {
        self.api.requests(path).iter().map(|entry| entry["authorization"].clone()).collect()
    }

    fn refreshes(&self) -> usize {
        self.server.token_requests("refresh_token").len()
    }
}

#[test]
fn the_body_is_the_output_and_the_rest_stands_beside_it() {
    let scene = Scene::at("none");
    let token = scene.profile.token("demo");
    let plain = ["request", "demo", "get", "/me?q=private"];
    let outcome = scene.profile.run_plain(&plain).done();
    assert_eq!(outcome.stdout.trim(), r#"{"path":"/v1/me"}"#);
    assert!(
        outcome.stderr.starts_with("200 OK, ") && outcome.stderr.contains(" 17 bytes"),
        "{}",
        outcome.stderr
    );
    let sent = scene.api.requests("/v1/me").remove(0);
    assert_eq!(sent["authorization"], format!("Bearer {token}"));
    assert_eq!((&sent["method"], &sent["search"]), (&"GET".into(), &"?q=private".into()));
    assert_eq!(sent["headers"]["x-client"], "desktop");
    assert_eq!(sent["headers"]["accept"], "application/vnd.acme+json");

    let view =
        scene.request(&["POST", "me", "--data", r#"{"a":1}"#, "-H", "Accept: text/csv"]).done().value();
    assert_eq!((&view["status"], &view["encoding"]), (&200.into(), &"text".into()), "{view}");
    assert_eq!(view["body"], r#"{"path":"/v1/me"}"#);
    let sent = scene.api.requests("/v1/me").remove(1);
    assert_eq!((&sent["method"], &sent["body"]), (&"POST".into(), &r#"{"a":1}"#.into()));
    assert_eq!(
        (&sent["headers"]["content-type"], &sent["headers"]["accept"]),
        (&"application/json".into(), &"text/csv".into())
    );
    let typed = ["--json", "request", "demo", "PUT", "me", "--data-stdin", "-H", "Content-Type: text/plain"];
    scene.profile.spawn(&typed, Some("hello")).finish().done();
    let sent = scene.api.requests("/v1/me").remove(2);
    assert_eq!((&sent["headers"]["content-type"], &sent["body"]), (&"text/plain".into(), &"hello".into()));

    let log = scene.profile.run(&["log", "demo"]).done();
    let host = scene.api.issuer().trim_start_matches("http://");
    assert!(log.stdout.contains(&format!("GET {host}: 200")), "{}", log.stdout);
    assert!(!log.stdout.contains("private"));
    assert_eq!(scene.refreshes(), 0);
    Secrets::of(&[&scene.server]).are_nowhere_in(&scene.profile);
}

#[test]
fn a_status_is_the_exit_code_and_only_harmless_headers_are_shown() {
    let scene = Scene::at("none");
    for (status, exit) in [("404", 1), ("429", 5), ("503", 5)] {
        let outcome = scene.request(&["GET", &format!("me?status={status}")]);
        assert_eq!((outcome.code, outcome.value()["status"].to_string()), (exit, status.to_owned()));
    }
    let outcome = scene.profile.run_plain(&["request", "demo", "GET", "body?bytes=3", "--include"]).done();
    assert!(
        outcome.stdout.starts_with("HTTP 200 OK\n") && outcome.stdout.trim_end().ends_with("\n\nxxx"),
        "{}",
        outcome.stdout
    );
    assert!(outcome.stdout.contains("x-ratelimit-left: 9") && !outcome.stdout.contains("cookie"));
    assert_eq!(scene.profile.status("demo"), "connected");
}

#[test]
fn a_token_that_ends_soon_is_renewed_first() {
    let (session, server, api) =
        (Session::start(Keyring::Unlocked), Peer::oidc_with(&[("AT_TTL", "50")]), Peer::api());
    let profile = Profile::new(&session);
    let text = "schema = 1\nid = \"with-api\"\nname = \"With API\"\nsources = [\"a test\"]\n[server]\nissuer = \"{base}\"\n\
                [scopes]\ndefault = [\"openid\", \"offline_access\"]\n[api]\nbase = \"{api}\"\n";
    let file = profile.folder().join("with-api.toml");
    std::fs::write(&file, text.replace("{base}", server.issuer()).replace("{api}", api.issuer())).unwrap();
    profile.connected("demo", &file.display().to_string());
    let before = profile.token("demo");
    profile.run(&["request", "demo", "GET", "/me"]).done();
    let sent = api.requests("/me").remove(0);
    assert_ne!(sent["authorization"], format!("Bearer {before}"));
    assert_eq!(sent["authorization"], format!("Bearer {}", profile.token("demo")));
    assert_eq!(server.token_requests("refresh_token").len(), 1);
    // It was new and is refused: a newer one would be no better.
    assert_eq!(profile.run(&["request", "demo", "GET", "/never"]).code, 3);
    assert_eq!((server.token_requests("refresh_token").len(), api.requests("/never").len()), (2, 1));
}

#[test]
fn a_refused_token_is_renewed_once_and_the_request_repeated_once() {
    let scene = Scene::at("none");
    let view = scene.request(&["POST", "once", "--data", "{}"]).done().value();
    assert_eq!(view["status"], 200);
    let tokens = scene.tokens("/v1/once");
    assert_eq!((tokens.len(), scene.refreshes()), (2, 1));
    assert_ne!(tokens[0], tokens[1]);
    assert_eq!(scene.profile.status("demo"), "connected");

    let outcome = scene.request(&["GET", "never"]);
    assert_eq!((outcome.code, &outcome.value()["status"]), (3, &401.into()));
    assert_eq!((scene.tokens("/v1/never").len(), scene.refreshes()), (2, 2));
    let view = scene.profile.view("demo");
    assert_eq!(
        (&view["status"]["kind"], &view["status"]["next"]),
        (&"action_needed".into(), &"connect".into())
    );
    assert!(view["status"]["evidence"].as_str().unwrap().contains("no longer takes this token"), "{view}");

    scene.request(&["GET", "me?status=404"]);
    assert_eq!(scene.profile.status("demo"), "action_needed", "404 says nothing of the token");
    scene.request(&["GET", "me"]).done();
    assert_eq!(scene.profile.status("demo"), "connected");
    Secrets::of(&[&scene.server]).are_nowhere_in(&scene.profile);
}

#[test]
fn a_token_that_cannot_be_renewed_is_tried_once() {
    let scene = Scene::at("token-no-refresh-at-all");
    assert_eq!(scene.request(&["GET", "never"]).code, 3);
    assert_eq!((scene.tokens("/v1/never").len(), scene.refreshes()), (1, 0));
    assert_eq!(scene.profile.status("demo"), "action_needed");
    scene.request(&["GET", "me"]).done();
    assert_eq!(scene.profile.status("demo"), "connected");
}

#[test]
fn a_redirect_to_another_origin_loses_the_token() {
    let (scene, other) = (Scene::at("none"), Peer::api());
    let to = |place: &str| format!("redirect?to={place}");
    scene.request(&["GET", &to("/v1/me")]).done();
    assert!(scene.tokens("/v1/me")[0].as_str().unwrap().starts_with("Bearer "));

    let there = to(&format!("{}/elsewhere", other.issuer()));
    scene.request(&["GET", &there, "-H", "X-Api-Key: mine"]).done();
    // And it does not come back with it.
    let back = to(&format!("{}/redirect%3Fto%3D{}/v1/back", other.issuer(), scene.api.issuer()));
    scene.request(&["GET", &back]).done();
    // A 401 to a request without the token says nothing of the token.
    let away = to(&format!("{}/never", other.issuer()));
    assert_eq!(scene.request(&["GET", &away]).code, 3);
    assert_eq!((scene.refreshes(), scene.profile.status("demo").as_str()), (0, "connected"));
    let received = [other.log(), scene.api.requests("/v1/back")].concat();
    assert_eq!(received.len(), 4, "{received:?}");
    for entry in received {
        let headers = entry["headers"].as_object().unwrap();
        assert_eq!(headers["accept"], "application/vnd.acme+json");
        for secret in ["authorization", "x-api-key", "x-client", "referer"] {
            assert!(!headers.contains_key(secret), "{entry}");
        }
    }
    assert_eq!(scene.request(&["GET", &format!("{}/loop", scene.api.issuer())]).value()["status"], 302);
    assert_eq!(scene.api.requests("/loop").len(), 6);
}

#[test]
fn what_writes_is_not_sent_on() {
    let scene = Scene::at("none");
    for status in ["302", "303", "307", "308"] {
        let view = scene
            .request(&["POST", &format!("redirect?to=/v1/me&status={status}"), "--data", "{}"])
            .done()
            .value();
        assert_eq!(view["status"].to_string(), status);
        assert!(view["headers"]["location"].as_str().is_some(), "{view}");
    }
    assert_eq!(scene.api.requests("/v1/me").len(), 0);
}

#[test]
fn nothing_is_sent_to_another_host() {
    let (scene, other) = (Scene::at("none"), Peer::api());
    let error =
        scene.request(&["GET", &format!("{}/me", other.issuer())]).failed(2, "request/host_not_allowed");
    let host = other.issuer().trim_start_matches("http://");
    assert!(error["cause"].as_str().unwrap().contains(&format!("[api] hosts = [\"{host}\"]")), "{error}");
    let api = scene.api.issuer();
    for wrong in ["http://example.com/", "http://127.0.0.1.example.com/"] {
        scene.request(&["GET", wrong]).failed(2, "url/insecure");
    }
    for wrong in [&api.replace("://", "://user@"), &format!("{api}/#x")] {
        scene.request(&["GET", wrong]).failed(2, "input/invalid");
    }
    // Below the base whatever it looks like.
    scene.request(&["GET", &format!("//{host}/me")]).done();
    for wrong in ["Authorization: Bearer x", "Host: example.com"] {
        let error = scene.request(&["GET", "me", "-H", wrong]).failed(2, "input/invalid");
        assert!(error["cause"].as_str().unwrap().contains("not yours to set"), "{error}");
    }
    scene.request(&["TRACE", "me"]).failed(2, "input/invalid");
    assert_eq!((other.log().len(), scene.api.log().len(), scene.refreshes()), (0, 1, 0));
}

#[test]
fn a_large_or_binary_body_comes_whole() {
    let scene = Scene::at("none");
    let raw = |path: &str| {
        let mut command = scene.profile.command(&tokenrack());
        command.args(["request", "demo", "GET", path]).output().unwrap().stdout
    };
    assert_eq!(raw("body?kind=binary"), [0xff, 0x00, 0xfe, 0x0a]);
    assert_eq!(raw("body?bytes=3000000").len(), 3_000_000);
    let view = scene.request(&["GET", "body?kind=binary"]).done().value();
    assert_eq!((&view["encoding"], &view["body"]), (&"base64".into(), &"/wD+Cg==".into()));
    let view = scene.request(&["GET", "body?bytes=3000000"]).done().value();
    assert_eq!((view["body"].as_str().unwrap().len(), &view["size"]), (1 << 20, &3_000_000.into()));
    assert_eq!(view["truncated"], true);
    scene.request(&["GET", "body?bytes=34000000"]).failed(1, "network/too_large");
}

#[test]
fn an_api_that_hangs_costs_nothing() {
    let scene = Scene::at("none");
    scene.request(&["GET", "hang"]).failed(5, "network/timeout");
    assert_eq!(scene.profile.status("demo"), "connected");
    let log = scene.profile.run(&["log", "demo"]).done();
    assert!(log.stdout.contains("network/timeout"), "{}", log.stdout);
    drop(scene.session);
}
