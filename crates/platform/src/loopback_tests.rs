//! Over real sockets, as browsers and as those who mean harm.

use super::*;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::time::Instant;

use tokenrack_core::ports::ResultPage;

const SOON: Duration = Duration::from_secs(5);

async fn bound() -> Box<dyn BoundListener> {
    let patience = Patience { headers: Duration::from_millis(400), page: Duration::from_millis(800) };
    LoopbackListener::new(patience).bind("127.0.0.1", None, "/callback").await.unwrap()
}

fn send(port: u16, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    stream.write_all(request.replace("HOST", &format!("127.0.0.1:{port}")).as_bytes()).unwrap();
    stream
}

fn answer(mut stream: TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

async fn ask(port: u16, request: &str) -> String {
    let request = request.to_owned();
    tokio::task::spawn_blocking(move || answer(send(port, &request))).await.unwrap()
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("nothing")
}

async fn nothing_came(listener: &mut Box<dyn BoundListener>) -> bool {
    tokio::time::timeout(Duration::from_millis(50), listener.next()).await.is_err()
}

async fn next(listener: &mut Box<dyn BoundListener>) -> IncomingRedirect {
    tokio::time::timeout(SOON, listener.next()).await.unwrap().unwrap()
}

fn connected(name: &str) -> ResultPage {
    ResultPage::Connected { name: name.into(), accounts: None }
}

const GENUINE: &str = "GET /callback?code=a%2Fb&state=s HTTP/1.1\r\nHost: HOST\r\nAccept: text/html\r\n\r\n";

#[tokio::test]
async fn a_redirect_waits_for_its_page() {
    let mut listener = bound().await;
    let port = listener.port();
    let browser = tokio::spawn(async move { ask(port, GENUINE).await });
    let redirect = next(&mut listener).await;
    assert_eq!(redirect.url, format!("http://127.0.0.1:{port}/callback?code=a%2Fb&state=s"));
    assert!(!browser.is_finished());
    redirect.page.send(connected("Git<b>Hub</b>")).unwrap();
    let answer = browser.await.unwrap();
    assert_eq!(status(&answer), "200");
    assert!(
        answer.contains("Connected: Git&lt;b&gt;Hub&lt;/b&gt;") && answer.contains("return to Tokenrack")
    );
    assert!(!answer.contains("a%2Fb") && !answer.contains("<script"));
    for header in [
        "cache-control: no-store",
        "referrer-policy: no-referrer",
        "x-content-type-options: nosniff",
        "content-security-policy: default-src 'none'; style-src 'sha256-",
        "connection: close",
    ] {
        assert!(answer.to_ascii_lowercase().contains(header), "{header}: {answer}");
    }
}

#[tokio::test]
async fn the_page_says_that_another_account_came() {
    let mut listener = bound().await;
    let port = listener.port();
    let browser = tokio::spawn(async move { ask(port, GENUINE).await });
    let accounts = Some(("<b>ob".into(), "ada".into()));
    next(&mut listener).await.page.send(ResultPage::Connected { name: "x".into(), accounts }).unwrap();
    let answer = browser.await.unwrap();
    assert!(answer.contains("<p>Signed in as &lt;b&gt;ob; before it was ada.</p>"), "{answer}");
}

#[tokio::test]
async fn success_is_said_only_for_success() {
    let mut listener = bound().await;
    let port = listener.port();
    let browser = tokio::spawn(async move { ask(port, GENUINE).await });
    let failed = ResultPage::Failed { title: "Declined".into(), suggestion: "Try <again>.".into() };
    next(&mut listener).await.page.send(failed).unwrap();
    let answer = browser.await.unwrap();
    assert_eq!(status(&answer), "400");
    assert!(
        answer.contains("Declined") && answer.contains("Try &lt;again&gt;.") && !answer.contains("Connected")
    );

    let dropped = tokio::spawn(async move { ask(port, GENUINE).await });
    drop(next(&mut listener).await);
    let neutral = dropped.await.unwrap();
    assert!(status(&neutral) == "202" && !neutral.contains("Connected"), "{neutral}");

    let slow = tokio::spawn(async move { ask(port, GENUINE).await });
    let held = next(&mut listener).await;
    assert_eq!(status(&slow.await.unwrap()), "202", "nobody answered in time");
    drop(held);
}

#[tokio::test]
async fn what_is_not_a_redirect_is_refused_and_does_not_end_the_wait() {
    let mut listener = bound().await;
    let port = listener.port();
    for (expected, request) in [
        ("404", "GET /favicon.ico HTTP/1.1\r\nHost: HOST\r\n\r\n"),
        ("404", "GET /callback/?code=x HTTP/1.1\r\nHost: HOST\r\n\r\n"),
        ("404", "GET //callback?code=x HTTP/1.1\r\nHost: HOST\r\n\r\n"),
        ("404", "GET /CALLBACK?code=x HTTP/1.1\r\nHost: HOST\r\n\r\n"),
        ("400", "GET /callback HTTP/1.1\r\nHost: HOST\r\n\r\n"),
        ("400", "GET /callback? HTTP/1.1\r\nHost: HOST\r\n\r\n"),
        ("405", "HEAD /callback?code=x HTTP/1.1\r\nHost: HOST\r\n\r\n"),
        ("405", "POST /callback?code=x HTTP/1.1\r\nHost: HOST\r\nContent-Length: 2\r\n\r\nab"),
        ("405", "OPTIONS /callback?code=x HTTP/1.1\r\nHost: HOST\r\n\r\n"),
        ("421", "GET /callback?code=x HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
        ("421", "GET /callback?code=x HTTP/1.1\r\nHost: localhost:1\r\n\r\n"),
        ("421", "GET /callback?code=x HTTP/1.1\r\n\r\n"),
        ("421", "GET http://evil.example/callback?code=x HTTP/1.1\r\nHost: HOST\r\n\r\n"),
        ("400", "nonsense\r\n\r\n"),
    ] {
        let answer = ask(port, request).await;
        assert_eq!(status(&answer), expected, "{request}{answer}");
        assert!(!answer.contains("code=x"));
    }
    assert!(nothing_came(&mut listener).await);
    let genuine = tokio::spawn(async move { ask(port, GENUINE).await });
    next(&mut listener).await.page.send(connected("x")).unwrap();
    assert_eq!(status(&genuine.await.unwrap()), "200");
}

#[tokio::test]
async fn sizes_are_limited() {
    let mut listener = bound().await;
    let port = listener.port();
    let url = |n: usize| format!("GET /callback?code={} HTTP/1.1\r\nHost: HOST\r\n\r\n", "x".repeat(n));
    assert_eq!(status(&ask(port, &url(16 << 10)).await), "414");
    let cookie =
        |n: usize| format!("GET /callback HTTP/1.1\r\nHost: HOST\r\nCookie: {}\r\n\r\n", "x".repeat(n));
    assert_eq!(status(&ask(port, &cookie(40 << 10)).await), "400", "large cookies of other ports do no harm");
    let huge = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        let _ = stream.write_all(cookie(1 << 20).as_bytes());
        let mut text = Vec::new();
        let _ = stream.read_to_end(&mut text);
        String::from_utf8_lossy(&text).into_owned()
    });
    let huge = huge.await.unwrap();
    assert!(huge.is_empty() || status(&huge) == "431", "{huge}");
    assert!(nothing_came(&mut listener).await);
    let long = tokio::spawn(async move { ask(port, &url(15 << 10)).await });
    next(&mut listener).await.page.send(connected("x")).unwrap();
    assert_eq!(status(&long.await.unwrap()), "200");
}

#[tokio::test]
async fn silent_and_slow_clients_are_cut_off_and_hold_up_nobody() {
    let mut listener = bound().await;
    let port = listener.port();
    let silent = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let slow = send(port, "GET /callback?code=x HTT");
    let genuine = tokio::spawn(async move { ask(port, GENUINE).await });
    next(&mut listener).await.page.send(connected("x")).unwrap();
    assert_eq!(status(&genuine.await.unwrap()), "200");
    for mut stream in [silent, slow] {
        let before = Instant::now();
        let ended = tokio::task::spawn_blocking(move || {
            stream.set_read_timeout(Some(SOON)).unwrap();
            let mut text = String::new();
            let _ = stream.read_to_string(&mut text);
            text
        });
        assert!(matches!(status(&ended.await.unwrap()), "408" | "nothing"));
        assert!(before.elapsed() < Duration::from_secs(2));
    }
}

/// With the usual patience, under which 64 silent sockets at a time would hold a redirect up for many seconds.
#[tokio::test]
async fn hundreds_of_silent_and_dripping_sockets_hold_up_nobody() {
    let mut listener = LoopbackListener::default().bind("127.0.0.1", None, "/callback").await.unwrap();
    let port = listener.port();
    let connect = move || TcpStream::connect(("127.0.0.1", port)).unwrap();
    let crowd = tokio::task::spawn_blocking(move || {
        let silent: Vec<_> = (0..400).map(|_| connect()).collect();
        let dripping: Vec<_> = (0..400).map(|_| send(port, "G")).collect();
        (silent, dripping)
    });
    let (silent, mut dripping) = crowd.await.unwrap();
    let over = Arc::new(AtomicBool::new(false));
    let end = Arc::clone(&over);
    let drip = tokio::task::spawn_blocking(move || {
        while !end.load(Ordering::SeqCst) {
            for socket in &mut dripping {
                // Whoever was shown out comes back.
                if socket.write_all(b"E").is_err() {
                    *socket = connect();
                }
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    for _ in 0..5 {
        let before = Instant::now();
        let genuine = tokio::spawn(async move { ask(port, GENUINE).await });
        next(&mut listener).await.page.send(connected("x")).unwrap();
        assert_eq!(status(&genuine.await.unwrap()), "200");
        assert!(before.elapsed() < Duration::from_secs(1), "{:?}", before.elapsed());
    }
    over.store(true, Ordering::SeqCst);
    drip.await.unwrap();
    drop(silent);
}

/// Whoever waits for a page keeps the place, however many come after.
#[tokio::test]
async fn a_redirect_that_waits_for_its_page_gives_way_to_nobody() {
    let mut listener = bound().await;
    let port = listener.port();
    let genuine = tokio::spawn(async move { ask(port, GENUINE).await });
    let redirect = next(&mut listener).await;
    let crowd: Vec<_> = (0..200).map(|_| TcpStream::connect(("127.0.0.1", port)).unwrap()).collect();
    tokio::time::sleep(Duration::from_millis(50)).await;
    redirect.page.send(connected("x")).unwrap();
    assert_eq!(status(&genuine.await.unwrap()), "200");
    drop(crowd);
}

#[tokio::test]
async fn a_forged_redirect_does_not_hold_up_the_genuine_one() {
    let mut listener = bound().await;
    let port = listener.port();
    let forged =
        tokio::spawn(
            async move { ask(port, "GET /callback?state=forged HTTP/1.1\r\nHost: HOST\r\n\r\n").await },
        );
    let held = next(&mut listener).await;
    let genuine = tokio::spawn(async move { ask(port, GENUINE).await });
    next(&mut listener).await.page.send(connected("x")).unwrap();
    assert_eq!(status(&genuine.await.unwrap()), "200");
    drop(held);
    assert_eq!(status(&forged.await.unwrap()), "202");
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let listener = bound().await;
    let port = listener.port();
    let again = LoopbackListener::default().bind("127.0.0.1", Some(port), "/callback").await;
    assert_eq!(again.err(), Some(ListenError::PortInUse(port)));
    drop(listener);
    assert!(LoopbackListener::default().bind("127.0.0.1", Some(port), "/callback").await.is_ok());
}

#[tokio::test]
async fn only_loopback_is_bound_and_localhost_is_both_families() {
    for host in ["0.0.0.0", "example.com", "", "192.168.0.1"] {
        let refused = LoopbackListener::default().bind(host, None, "/callback").await;
        assert!(matches!(refused.err(), Some(ListenError::Failed(_))), "{host}");
    }
    let listener = LoopbackListener::default().bind("localhost", None, "callback").await.unwrap();
    let port = listener.port();
    let request = format!("GET /callback HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n");
    assert_eq!(status(&ask(port, &request).await), "400");
    if TcpListener::bind("[::1]:0").is_ok() {
        assert!(TcpStream::connect(("::1", port)).is_ok());
        let other = TcpListener::bind("[::1]:0").unwrap();
        let taken = other.local_addr().unwrap().port();
        let refused = LoopbackListener::default().bind("localhost", Some(taken), "/callback").await;
        assert_eq!(
            refused.err(),
            Some(ListenError::PortInUse(taken)),
            "another program there would get the redirect"
        );
    }
}

/// What a command does: it answers the page and ends at once.
#[test]
fn the_page_arrives_although_the_listener_is_dropped_at_once() {
    for _ in 0..20 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut listener = runtime.block_on(bound());
        let port = listener.port();
        let browser = std::thread::spawn(move || answer(send(port, GENUINE)));
        let redirect = runtime.block_on(next(&mut listener));
        redirect.page.send(connected("x")).unwrap();
        let before = Instant::now();
        drop(listener);
        drop(runtime);
        assert!(before.elapsed() < Duration::from_millis(250), "{:?}", before.elapsed());
        assert_eq!(status(&browser.join().unwrap()), "200");
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "the port is closed");
    }
}

#[tokio::test]
async fn a_dropped_listener_closes_idle_connections_and_answers_waiting_ones() {
    let listener = bound().await;
    let port = listener.port();
    let mut idle = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let waiting = tokio::task::spawn_blocking(move || answer(send(port, GENUINE)));
    tokio::time::sleep(Duration::from_millis(100)).await;
    let before = Instant::now();
    drop(listener);
    assert!(before.elapsed() < Duration::from_millis(200), "{:?}", before.elapsed());
    assert_eq!(status(&waiting.await.unwrap()), "202");
    idle.set_read_timeout(Some(SOON)).unwrap();
    assert!(matches!(idle.read(&mut [0; 8]), Ok(0) | Err(_)));
}

#[tokio::test]
async fn strangers_who_do_not_wait_keep_no_redirect_out() {
    let mut listener = bound().await;
    let port = listener.port();
    let forged = GENUINE.replace("a%2Fb", "forged");
    for _ in 0..100 {
        drop(send(port, &forged));
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let browser = tokio::spawn(async move { ask(port, GENUINE).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    loop {
        let redirect = next(&mut listener).await;
        if redirect.url.contains("a%2Fb") {
            redirect.page.send(connected("GitHub")).unwrap();
            break;
        }
    }
    assert_eq!(status(&browser.await.unwrap()), "200");
}
