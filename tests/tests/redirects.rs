//! The ways back: deep link, loopback, and pasting the address. All end in the same matcher.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use tokenrack_tests::{Bystander, Keyring, Peer, Profile, Session, sign_in};

fn loopback(profile: &Profile, name: &str, provider: &str, redirect: &str) {
    profile.add_with(name, provider, &["--client-id", "desktop", "--redirect", redirect]);
}

/// Opens a URL as a browser does; answers the status, the head and the page.
fn open(url: &str) -> (u16, String, String) {
    let url = url::Url::parse(url).unwrap();
    let host = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
    raw(
        &host,
        &format!("GET {}?{} HTTP/1.1\r\nHost: {host}\r\n\r\n", url.path(), url.query().unwrap_or_default()),
    )
}

fn raw(address: &str, request: &str) -> (u16, String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    let mut part = [0; 4096];
    // Until the whole body is there: the other side may keep the connection open.
    loop {
        let read = stream.read(&mut part).unwrap_or(0);
        answer.push_str(&String::from_utf8_lossy(&part[..read]));
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let length = head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
        if read == 0 || length.is_some_and(|length: usize| body.len() >= length) {
            let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
            return (status, head.to_ascii_lowercase(), body.to_owned());
        }
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn loopback_on_any_port_says_success_to_the_person() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let mut profile = Profile::new(&session);
    loopback(&profile, "Demo", peer.issuer(), "loopback");
    let person = profile.with_person(&[]);
    profile.run(&["connect", "Demo", "--timeout", "60s"]).done();
    let page = person.saw();
    assert!(page.contains("Demo") && page.to_lowercase().contains("connected"), "{page}");
    assert_eq!(profile.status("Demo"), "connected");
    let exchange = peer.token_requests("authorization_code").pop().unwrap();
    let redirect_uri = exchange["form"]["redirect_uri"].as_str().unwrap().to_owned();
    assert!(
        redirect_uri.starts_with("http://127.0.0.1:") && redirect_uri.ends_with("/callback"),
        "{redirect_uri}"
    );
}

#[test]
fn a_sign_in_that_brings_another_account_says_so_in_the_browser_and_in_the_terminal() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    let scopes = ["--scope", "openid", "--scope", "email"];
    let flags = [&["--client-id", "desktop", "--redirect", "loopback"], &scopes[..]].concat();
    profile.add_with("demo", peer.issuer(), &flags);
    for (user, told) in [("ada", false), ("grace", true), ("grace", false)] {
        let attempt = profile.begin("demo");
        let (status, _, page) = open(&sign_in(attempt.url(), &["--user", user]));
        let sentence = "Signed in as grace@example.test; before it was ada@example.test.";
        assert_eq!((status, page.contains(sentence)), (200, told), "{page}");
        let connected = attempt.finish().done().values().pop().unwrap();
        assert_eq!(connected["account"], format!("{user}@example.test"));
        assert_eq!(connected["account_before"].as_str(), told.then_some("ada@example.test"), "{connected}");
        let lines = profile.run(&["log", "demo", "--kind", "sign-ins"]).done().values();
        let said = "signed in as “grace@example.test”; before it was “ada@example.test”";
        assert_eq!(lines[0]["detail"].as_str(), told.then_some(said), "{}", lines[0]);
    }
}

#[test]
fn the_listener_is_on_loopback_only_and_only_while_it_waits() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    loopback(&profile, "demo", peer.issuer(), "loopback");
    let attempt = profile.begin("demo");
    let port = url::Url::parse(&attempt.parameter("redirect_uri").unwrap()).unwrap().port().unwrap();
    let listening = || {
        let tables = ["/proc/net/tcp", "/proc/net/tcp6"]
            .map(|table| std::fs::read_to_string(table).unwrap_or_default());
        let of_port = |line: &&str| {
            let fields: Vec<_> = line.split_whitespace().collect();
            fields.get(1).is_some_and(|local| local.ends_with(&format!(":{port:04X}")))
                && fields.get(3) == Some(&"0A")
        };
        let lines: Vec<String> =
            tables.iter().flat_map(|table| table.lines().filter(of_port)).map(str::to_owned).collect();
        lines
    };
    let while_waiting = listening();
    assert_eq!(while_waiting.len(), 1, "{while_waiting:?}");
    assert!(while_waiting[0].contains("0100007F:"), "not 127.0.0.1: {while_waiting:?}");
    open(&attempt.sign_in());
    attempt.finish().done();
    assert!(listening().is_empty(), "the port is still open");
}

#[test]
fn a_fixed_port_is_used_to_the_letter_and_a_taken_one_is_said() {
    let port = free_port();
    let uri = format!("http://127.0.0.1:{port}/callback");
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc_with(&[("REDIRECTS", &uri)]));
    let profile = Profile::new(&session);
    let bystander = Bystander::connected(&profile, peer.issuer());
    loopback(&profile, "demo", peer.issuer(), &format!("loopback:{port}"));

    let occupant = TcpListener::bind(("127.0.0.1", port)).unwrap();
    profile.run(&["connect", "demo", "--no-browser"]).failed(1, "redirect/port_in_use");
    assert_eq!(profile.status("demo"), "not_connected");
    drop(occupant);

    let attempt = profile.begin("demo");
    assert_eq!(attempt.parameter("redirect_uri").unwrap(), uri);
    let (status, _, _) = open(&attempt.sign_in());
    assert_eq!(status, 200);
    attempt.finish().done();
    assert_eq!(profile.status("demo"), "connected");
    bystander.is_untouched();
}

#[test]
fn a_registered_redirect_uri_is_used_to_the_letter() {
    let uri = "dev.tokenrack.desktop:/oauth/callback/demo";
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    profile.add_with("demo", peer.issuer(), &["--client-id", "desktop", "--redirect-uri", uri]);
    let attempt = profile.begin("demo");
    assert_eq!(attempt.parameter("redirect_uri").unwrap(), uri);
    profile.run(&["callback", &attempt.sign_in()]).done();
    attempt.finish().done();
    assert_eq!(profile.status("demo"), "connected");
}

#[test]
fn the_pasted_address_works_where_nothing_else_comes_back() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    // Pasting is always at hand, also for a loopback redirect that the browser could not deliver.
    loopback(&profile, "demo", peer.issuer(), "loopback");
    let attempt = profile.begin("demo");
    let back = attempt.sign_in();
    let padded = format!("  {back}\n");
    profile.run(&["callback", &padded]).done();
    attempt.finish().done();
    assert_eq!(profile.status("demo"), "connected");
}

#[test]
fn what_is_not_the_redirect_does_not_end_the_wait() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc());
    let profile = Profile::new(&session);
    loopback(&profile, "demo", peer.issuer(), "loopback");
    let mut attempt = profile.begin("demo");
    let redirect_uri = attempt.parameter("redirect_uri").unwrap();
    let address = redirect_uri.trim_start_matches("http://").trim_end_matches("/callback").to_owned();

    let get = |path: &str, host: &str| raw(&address, &format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"));
    assert_eq!(get("/favicon.ico", &address).0, 404);
    assert_eq!(get("/", &address).0, 404);
    assert_eq!(get("/callback/more?code=a&state=b", &address).0, 404);
    let rebinding = get("/callback?code=a&state=b", "evil.example").0;
    assert!((400..500).contains(&rebinding), "a foreign Host was answered {rebinding}");
    let post =
        raw(&address, &format!("POST /callback HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\n\r\n")).0;
    assert_eq!(post, 405);
    let forged = open(&format!("{redirect_uri}?code=forged&state=forged"));
    assert!(!forged.2.to_lowercase().contains("connected"), "{}", forged.2);
    open(&format!("{redirect_uri}?error=access_denied&state=forged"));
    // Preconnects: opened, and nothing is said.
    let idle: Vec<_> = (0..30).map(|_| TcpStream::connect(&address).unwrap()).collect();
    let long = raw(
        &address,
        &format!("GET /callback?code={} HTTP/1.1\r\nHost: {address}\r\n\r\n", "x".repeat(200_000)),
    );
    assert!(long.0 == 0 || long.0 >= 400, "{}", long.0);

    assert!(attempt.is_waiting(), "the wait was ended by a stranger");
    assert!(peer.token_requests("authorization_code").is_empty(), "a forged code was sent");
    let (status, head, page) = open(&attempt.sign_in());
    assert_eq!(status, 200, "{page}");
    assert!(head.contains("cache-control: no-store"), "{head}");
    assert!(head.contains("content-security-policy: default-src 'none'"), "{head}");
    attempt.finish().done();
    drop(idle);
    assert_eq!(profile.status("demo"), "connected");
}

#[test]
fn the_page_says_success_only_after_the_exchange_and_escapes_what_it_shows() {
    let (session, odd) = (Session::start(Keyring::Unlocked), Peer::odd());
    let profile = Profile::new(&session);
    let name = "<b>x</b>&";
    loopback(&profile, name, &odd.odd_issuer("code-server-500"), "loopback");
    let attempt = profile.begin(name);
    let (_, _, page) = open(&attempt.sign_in());
    let words = page.to_lowercase();
    assert!(!words.contains("connected") && !words.contains("success"), "{page}");
    assert!(words.contains("try again"), "no advice: {page}");
    attempt.finish().failed(5, "oauth/server_error");

    odd.heal("code-server-500");
    let attempt = profile.begin(name);
    let (_, _, page) = open(&attempt.sign_in());
    assert!(page.contains("&lt;b&gt;x&lt;/b&gt;&amp;") && !page.contains("<b>x"), "{page}");
    assert!(!page.contains("<script") && !page.contains("http://") && !page.contains("https://"), "{page}");
    attempt.finish().done();
}

#[test]
fn two_deliveries_of_one_loopback_redirect_exchange_once() {
    let (session, peer) = (Session::start(Keyring::Unlocked), Peer::oidc_with(&[("TOKEN_DELAY", "400")]));
    let profile = Profile::new(&session);
    loopback(&profile, "demo", peer.issuer(), "loopback");
    let attempt = profile.begin("demo");
    let back = attempt.sign_in();
    // A browser that opens the address twice, and a person who pastes it as well.
    thread::scope(|scope| {
        let tabs = [scope.spawn(|| open(&back)), scope.spawn(|| open(&back))];
        profile.run(&["callback", &back]);
        for tab in tabs {
            tab.join().unwrap();
        }
    });
    attempt.finish().done();
    assert_eq!(peer.token_requests("authorization_code").len(), 1);
    assert_eq!(profile.status("demo"), "connected");
}
