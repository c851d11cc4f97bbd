//! Against real sockets that misbehave, each on loopback.

use super::*;
use base64::Engine as _;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

fn short() -> ReqwestClient {
    let ms = Duration::from_millis;
    let usual = Patience { read: ms(300), total: ms(900) };
    let spending = Patience { read: ms(1500), total: ms(3000) };
    ReqwestClient::new(Limits { connect: ms(200), usual, spending, body: 4096 })
}

/// A server that treats each connection so; answers its address.
fn serve(treat: impl Fn(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            treat(stream.unwrap());
        }
    });
    format!("http://{address}/token?code=canary")
}

fn read_request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    let mut piece = [0; 1024];
    while !request.windows(4).any(|w| w == b"\r\n\r\n") {
        let n = stream.read(&mut piece).unwrap();
        assert!(n > 0);
        request.extend_from_slice(&piece[..n]);
    }
    String::from_utf8(request).unwrap()
}

fn answer(stream: &mut TcpStream, head: &str, body: &[u8]) {
    // The client may have had enough before the end.
    let _ = write!(stream, "HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n", body.len());
    let _ = stream.write_all(body);
}

async fn post(client: &ReqwestClient, url: &str) -> Result<HttpResponse, HttpError> {
    let request =
        http::Request::post(url).header("authorization", "canary").body(b"canary".to_vec()).unwrap();
    let result = client.send(request).await;
    if let Err(error) = &result {
        assert!(!error.detail.contains("canary"), "{error}");
        assert!(!error.detail.is_empty());
    }
    result
}

async fn failure(url: &str) -> HttpError {
    post(&short(), url).await.unwrap_err()
}

async fn kind(url: &str) -> HttpErrorKind {
    failure(url).await.kind
}

#[tokio::test]
async fn any_status_is_an_answer_and_redirects_are_not_followed() {
    let url = serve(|mut stream| {
        let request = read_request(&mut stream).to_ascii_lowercase();
        assert!(request.starts_with("post /token?code=canary http/1.1"));
        assert!(request.contains(concat!("user-agent: tokenrack/", env!("CARGO_PKG_VERSION"))));
        answer(&mut stream, "307 Go\r\nlocation: http://169.254.169.254/\r\nx-a: 1\r\nx-a: 2", b"moved");
    });
    let answer = post(&short(), &url).await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.body().as_slice()), (307, &b"moved"[..]));
    assert_eq!(answer.headers().get_all("x-a").iter().count(), 2);
}

#[tokio::test]
async fn a_name_without_address() {
    assert_eq!(kind("http://no-such-host.invalid/").await, HttpErrorKind::NameResolution);
}

#[tokio::test]
async fn a_refused_connection() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = failure(&format!("http://{free}/")).await;
    assert_eq!(error.kind, HttpErrorKind::Connect);
    assert_eq!(error.detail, "nothing listens at this address and port");
}

#[tokio::test]
async fn a_server_that_accepts_and_says_nothing() {
    let url = serve(|mut stream| {
        read_request(&mut stream);
        thread::sleep(Duration::from_secs(2));
    });
    assert_eq!(kind(&url).await, HttpErrorKind::Timeout);
}

#[tokio::test]
async fn a_hang_after_the_headers() {
    let url = serve(|mut stream| {
        read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{").unwrap();
        thread::sleep(Duration::from_secs(2));
    });
    assert_eq!(kind(&url).await, HttpErrorKind::Timeout);
}

#[tokio::test]
async fn a_slow_drip_ends_with_the_total_limit() {
    let url = serve(|mut stream| {
        read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n").unwrap();
        while stream.write_all(b" ").is_ok() {
            thread::sleep(Duration::from_millis(50));
        }
    });
    let usual = Patience { read: Duration::from_secs(9), ..short().limits.usual };
    let client = ReqwestClient::new(Limits { usual, ..short().limits });
    let before = tokio::time::Instant::now();
    assert_eq!(post(&client, &url).await.unwrap_err().kind, HttpErrorKind::Timeout);
    assert!(before.elapsed() >= Duration::from_millis(800) && before.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn an_answer_that_nobody_gives_again_is_waited_for_longer() {
    let slow = || {
        serve(|mut stream| {
            read_request(&mut stream);
            for piece in ["HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n{\"a\"", ":1}"] {
                thread::sleep(Duration::from_millis(600));
                let _ = stream.write_all(piece.as_bytes());
            }
        })
    };
    assert_eq!(kind(&slow()).await, HttpErrorKind::Timeout);
    let mut request = http::Request::post(slow()).body(Vec::new()).unwrap();
    request.extensions_mut().insert(Spends);
    assert_eq!(short().send(request).await.unwrap().body(), br#"{"a":1}"#);
}

/// The other side's window is full, which is as good as a line that is down: the kernel tries on.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_the_other_side_does_not_take_is_not_sent_any_more() {
    let patience = Duration::from_secs(6);
    let url = serve(move |stream| {
        thread::sleep(patience);
        drop(stream);
    });
    let usual = Patience { read: patience, total: patience };
    let client = ReqwestClient::new(Limits { usual, ..short().limits });
    let request = http::Request::post(url).body(vec![b'x'; 16 << 20]).unwrap();
    let before = tokio::time::Instant::now();
    let error = client.send(request).await.unwrap_err();
    assert_eq!(
        (error.kind, error.detail.as_str()),
        (HttpErrorKind::Timeout, "the network did not take what was sent")
    );
    assert!(before.elapsed() < patience / 2, "{:?}", before.elapsed());
}

#[tokio::test]
async fn a_reset_after_the_request() {
    // Closing with unread bytes in the buffer makes the kernel send a reset.
    let url = serve(|stream| {
        stream.peek(&mut [0; 8]).unwrap();
    });
    assert_eq!(kind(&url).await, HttpErrorKind::Interrupted);
}

/// As Apache and Node do some seconds after an answer: what is sent at that moment meets a connection that is closed.
#[tokio::test]
async fn no_request_meets_a_connection_that_its_server_closes_after_an_answer() {
    let url = serve(|mut stream| {
        read_request(&mut stream);
        answer(&mut stream, "200 OK", b"{}");
        // Closes in the moment in which more comes, if it does.
        let _ = stream.peek(&mut [0; 1]);
    });
    let client = short();
    for _ in 0..3 {
        post(&client, &url).await.unwrap();
    }
}

#[tokio::test]
async fn what_is_safe_to_ask_twice_is_asked_again_where_no_answer_began() {
    let get = || http::Request::get("/").body(Vec::new()).unwrap();
    let (mut spending, mut proven, mut post) = (get(), get(), get());
    spending.extensions_mut().insert(Spends);
    proven.headers_mut().insert("dpop", http::HeaderValue::from_static("once"));
    *post.method_mut() = http::Method::POST;
    let begins = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{";
    let whole = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
    let broken = Err(HttpErrorKind::Interrupted);
    for (request, says, expected, asked) in [
        (get(), ["", whole, ""], Ok(200), 2),
        (get(), ["", "", whole], broken, 2),
        (get(), [begins, whole, ""], broken, 1),
        (spending, ["", whole, ""], broken, 1),
        (proven, ["", whole, ""], broken, 1),
        (post, ["", whole, ""], broken, 1),
    ] {
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        let url = serve(move |mut stream| {
            read_request(&mut stream);
            stream.write_all(says[counted.fetch_add(1, Ordering::Relaxed)].as_bytes()).unwrap();
        });
        let line = format!("{} {:?}", request.method(), request.headers());
        let (mut head, body) = request.into_parts();
        head.uri = url.parse().unwrap();
        let result = short().send(HttpRequest::from_parts(head, body)).await;
        let result = result.map(|answer| answer.status().as_u16()).map_err(|error| error.kind);
        assert_eq!((result, count.load(Ordering::Relaxed)), (expected, asked), "{line}: {says:?}");
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off() {
    let url = serve(|mut stream| {
        read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\nhalf").unwrap();
    });
    assert_eq!(kind(&url).await, HttpErrorKind::Interrupted);
    let url = serve(|mut stream| {
        read_request(&mut stream);
        answer(&mut stream, "200 OK", &gzip(b"half")[..20]);
    });
    let error = failure(&url).await;
    assert_eq!(error.kind, HttpErrorKind::Interrupted);
    assert_eq!(error.detail, "the answer is packed and cannot be unpacked");
}

/// A body that is sent so and has no proper end: the connection is closed, or nothing comes after it.
async fn without_end(
    head: &'static str,
    body: &'static str,
    closes: bool,
) -> Result<HttpResponse, HttpError> {
    let url = serve(move |mut stream| {
        read_request(&mut stream);
        write!(stream, "HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}").unwrap();
        if !closes {
            thread::sleep(Duration::from_secs(2));
        }
    });
    post(&short(), &url).await
}

#[tokio::test]
async fn an_object_that_came_whole_is_an_answer_however_it_ends() {
    let too_long = ("content-length: 900", r#"{"a":1}"#);
    let no_last_chunk = ("transfer-encoding: chunked", "7\r\n{\"a\":1}\r\n");
    for (head, body) in [too_long, no_last_chunk] {
        for closes in [true, false] {
            let answer = without_end(head, body, closes).await.unwrap();
            assert_eq!(answer.body(), br#"{"a":1}"#, "{head}, {closes}");
            assert_eq!(answer.headers().len(), 1);
        }
    }
    // Also where it is no proper JSON, as that of an answer that ends well.
    for around in ["\u{feff}{\"a\":1}", "{\"a\":1}\0", "<b>Warning</b>{\"a\":1}"] {
        let answer = without_end("content-length: 900", around, true).await.unwrap();
        assert_eq!(answer.body(), around.as_bytes());
    }
    for part in [r#"{"a":1,"b":"#, r#"{"a":"1"#, "12", "[1]", "", "a=1"] {
        let error = without_end("content-length: 900", part, true).await.unwrap_err();
        assert_eq!(error.kind, HttpErrorKind::Interrupted, "{part}");
    }
}

#[tokio::test]
async fn of_an_api_one_object_may_not_be_all() {
    let url = serve(|mut stream| {
        read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"a\":1}\n").unwrap();
    });
    let mut request = http::Request::post(url).body(Vec::new()).unwrap();
    request.extensions_mut().insert(BodyLimit(8192));
    assert_eq!(short().send(request).await.unwrap_err().kind, HttpErrorKind::Interrupted);
}

/// On one thread, which sleeps for longer than any limit while the answer arrives.
#[tokio::test]
async fn what_arrived_while_the_process_was_stopped_is_read() {
    for pieces in [1, 2] {
        let url = serve(move |mut stream| {
            read_request(&mut stream);
            if pieces == 2 {
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n{").unwrap();
                thread::sleep(Duration::from_millis(200));
                stream.write_all(b"\"a\":1}").unwrap();
            } else {
                thread::sleep(Duration::from_millis(200));
                answer(&mut stream, "200 OK", br#"{"a":1}"#);
            }
        });
        let stopped = async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            thread::sleep(Duration::from_millis(1500));
        };
        let client = short();
        let (answer, ()) = tokio::join!(post(&client, &url), stopped);
        assert_eq!(answer.unwrap().body(), br#"{"a":1}"#, "{pieces}");
    }
}

#[tokio::test]
async fn a_body_over_the_cap() {
    let exact = serve(|mut stream| {
        read_request(&mut stream);
        answer(&mut stream, "200 OK", &[b'x'; 4096]);
    });
    assert_eq!(post(&short(), &exact).await.unwrap().body().len(), 4096);
    let over = serve(|mut stream| {
        read_request(&mut stream);
        answer(&mut stream, "200 OK", &[b'x'; 4097]);
    });
    assert_eq!(kind(&over).await, HttpErrorKind::BodyTooLarge);
}

#[tokio::test]
async fn a_gzip_bomb() {
    let bomb = gzip(&[0; 1 << 19]);
    assert!(bomb.len() < 4096, "under the cap before it is unpacked");
    let url = serve(move |mut stream| {
        read_request(&mut stream);
        answer(&mut stream, "200 OK\r\ncontent-encoding: gzip", &bomb);
    });
    assert_eq!(kind(&url).await, HttpErrorKind::BodyTooLarge);
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut file = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    file.write_all(content).unwrap();
    file.finish().unwrap()
}

#[tokio::test]
async fn an_answer_is_read_however_it_is_wrapped() {
    const BODY: &[u8] = br#"{"a":1}"#;
    let (packed, many) = (gzip(BODY), "x-a: 1\r\n".repeat(300));
    let broken = [&packed[..packed.len() - 8], b"12345678"].concat();
    for (head, body) in [
        ("content-encoding: gzip", &*packed),
        ("content-encoding: GZIP", &packed),
        ("content-encoding: x-gzip", &packed),
        ("x-a: 1", &packed),
        ("content-encoding: gzip", &broken),
        ("content-encoding: gzip", &packed[..packed.len() - 8]),
        ("content-encoding: gzip", BODY),
        ("x-a: 1\r\n and one", BODY),
        ("x-a : 1", BODY),
        ("no header at all", BODY),
        ("x-\u{e9}: 1", BODY),
        (many.trim_end(), BODY),
    ] {
        let (status, body) = (format!("200 OK\r\n{head}"), body.to_vec());
        let url = serve(move |mut stream| {
            let request = read_request(&mut stream).to_ascii_lowercase();
            assert!(!request.contains("accept-encoding"));
            answer(&mut stream, &status, &body);
        });
        let answer = post(&short(), &url).await.unwrap_or_else(|error| panic!("{head}: {error}"));
        assert_eq!(answer.body(), BODY, "{head}");
        let said = answer.headers().get("x-a").map(|value| value.to_str().unwrap());
        let expected = if head.contains("one") { "1 and one" } else { "1" };
        assert_eq!(said, head.starts_with("x-a").then_some(expected), "{head}");
    }
}

#[tokio::test]
async fn a_packed_file_of_an_api_stays_packed() {
    let file = gzip(b"text");
    for (head, body) in [("x-a: 1", file.as_slice()), ("content-encoding: gzip", b"text")] {
        let (status, packed) = (format!("200 OK\r\n{head}"), file.clone());
        let url = serve(move |mut stream| {
            read_request(&mut stream);
            answer(&mut stream, &status, &packed);
        });
        let mut request = http::Request::get(url).body(Vec::new()).unwrap();
        request.extensions_mut().insert(BodyLimit(8192));
        let answer = short().send(request).await.unwrap();
        assert_eq!(answer.body(), body);
        assert_eq!(answer.headers().contains_key("content-length"), head == "x-a: 1");
    }
}

#[tokio::test]
async fn plain_http_on_the_tls_port() {
    let url = serve(|mut stream| {
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        thread::sleep(Duration::from_millis(200));
    });
    let error = failure(&url.replace("http:", "https:")).await;
    assert_eq!(error.kind, HttpErrorKind::Tls);
    assert_eq!(error.detail, "what listens there does not speak TLS; does the address begin with http:?");
}

fn certificate() -> rcgen::CertifiedKey<rcgen::KeyPair> {
    rcgen::generate_simple_self_signed(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap()
}

fn pem(made: &rcgen::CertifiedKey<rcgen::KeyPair>) -> String {
    let content = base64::engine::general_purpose::STANDARD.encode(made.cert.der());
    format!("-----BEGIN CERTIFICATE-----\n{content}\n-----END CERTIFICATE-----\n")
}

/// Like [`serve`], over TLS with this certificate; `treat` gets what comes after the handshake.
fn serve_tls(
    made: &rcgen::CertifiedKey<rcgen::KeyPair>,
    treat: impl Fn(rustls::Stream<'_, rustls::ServerConnection, TcpStream>) + Send + 'static,
) -> String {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![made.cert.der().clone()],
            rustls::pki_types::PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()).into(),
        )
        .unwrap();
    let config = Arc::new(config);
    let url = serve(move |mut stream| {
        let mut tls = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
        // May end with the client's refusal.
        let _ = tls.complete_io(&mut stream);
        treat(rustls::Stream::new(&mut tls, &mut stream));
    });
    url.replace("http:", "https:")
}

#[tokio::test]
async fn a_certificate_nobody_vouches_for() {
    let url = serve_tls(&certificate(), |mut stream| {
        let mut got = Vec::new();
        let _ = stream.read_to_end(&mut got);
        assert!(!got.windows(6).any(|w| w == b"canary"), "nothing is sent to a server that is not trusted");
    });
    let error = post(&short(), &url).await.unwrap_err();
    assert_eq!(error.kind, HttpErrorKind::Tls, "{error}");
}

#[test]
fn what_the_system_trusts_by_now_is_asked_a_minute_after_it_was_asked_last() {
    let dir = tempfile::tempdir().unwrap();
    let trusted = dir.path().join("trusted.pem");
    std::fs::write(&trusted, pem(&certificate())).unwrap();
    crate::testing::in_child(
        "http::tests::what_the_system_trusts_by_now_is_asked_a_minute_after_it_was_asked_last",
        &[("SSL_CERT_FILE", trusted.to_str().unwrap())],
        || {
            let (made, trusted) = (certificate(), crate::testing::handed("SSL_CERT_FILE"));
            let url = serve_tls(&made, |mut stream| {
                let _ = stream.read(&mut [0; 1024]);
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
            });
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let client = short();
                let refused = async || post(&client, &url).await.unwrap_err().kind == HttpErrorKind::Tls;
                let pass = async |seconds| {
                    tokio::time::pause();
                    tokio::time::advance(Duration::from_secs(seconds)).await;
                    tokio::time::resume();
                };
                assert!(refused().await);
                std::fs::write(&trusted, pem(&made)).unwrap();
                pass(50).await;
                assert!(refused().await && refused().await, "not asked again so soon");
                pass(20).await;
                assert!(refused().await, "the last one with what it said before");
                post(&client, &url).await.unwrap();
            });
        },
    );
}

#[tokio::test]
async fn a_connection_that_never_stands_means_nothing_was_sent() {
    // A full backlog swallows the handshake: connecting runs into its limit.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let fillers: Vec<_> = (0..400)
        .map_while(|_| TcpStream::connect_timeout(&address, Duration::from_millis(100)).ok())
        .collect();
    let error = post(&short(), &format!("http://{address}/")).await.unwrap_err();
    assert_eq!(error.kind, HttpErrorKind::Connect, "{error} after {} fillers", fillers.len());
    assert!(!error.kind.may_have_arrived());
}

#[test]
fn loopback_does_not_go_through_the_systems_proxy() {
    let dead = "http://127.0.0.1:9";
    crate::testing::in_child(
        "http::tests::loopback_does_not_go_through_the_systems_proxy",
        &[
            ("http_proxy", dead),
            ("HTTP_PROXY", dead),
            ("ALL_PROXY", dead),
            ("NO_PROXY", ""),
            ("no_proxy", ""),
        ],
        || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let url = serve(|mut stream| {
                read_request(&mut stream);
                answer(&mut stream, "200 OK", b"direct");
            });
            assert_eq!(runtime.block_on(post(&short(), &url)).unwrap().body(), b"direct");
            let outside = runtime.block_on(post(&short(), "http://no-such-host.invalid/")).unwrap_err();
            assert_eq!(outside.kind, HttpErrorKind::Connect, "everything else goes to the proxy: {outside}");
        },
    );
}

#[tokio::test]
async fn making_one_costs_nothing() {
    let before = std::time::Duration::from_micros(500);
    let clock = tokio::time::Instant::now();
    let client = ReqwestClient::new(Limits::default());
    assert!(clock.elapsed() < before && client.outside.lock().await.is_none());
}
