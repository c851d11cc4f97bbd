//! How fast many connections are refreshed, for `cargo xtask bench`: one line of JSON, times in microseconds.
//!
//! `refresh COUNT TOKEN_ENDPOINT`, on an empty profile (`TOKENRACK_HOME`). The server gives what is brought to it tokens
//! for two seconds, and renewed ones for hours.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "this is what it is for; a failed step ends it")]
#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use tokenrack_core::connection::ConnectionId;
use tokenrack_core::engine::Engine;
use tokenrack_core::event::Channel;
use tokenrack_core::ports::{HttpClient, HttpRequest, Vault, VaultItem};
use tokenrack_core::view::Draft;
use tokenrack_oauth::secret::{RefreshToken, SecretBytes};
use tokenrack_platform::{Environment, KeychainVault, Limits, Profile, ReqwestClient, ports};

/// Forced refreshes.
const ROUNDS: u32 = 20;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let count: u32 = arguments.next().unwrap().parse().unwrap();
    let endpoint = arguments.next().unwrap();
    let environment = Environment::read().unwrap();
    let profile = Profile::open(environment.home.clone()).unwrap();
    let file = format!(
        "schema = 1\nid = \"bench\"\nname = \"Bench\"\n\n[server]\nissuer = \"{endpoint}\"\n\
         authorization_endpoint = \"{endpoint}\"\ntoken_endpoint = \"{endpoint}\"\n"
    );
    std::fs::write(profile.providers_dir().join("bench.toml"), file).unwrap();
    let engine =
        Engine::open(ports(&profile, &environment).unwrap(), Arc::new(profile.catalog().unwrap())).unwrap();

    let ids = add(&engine, count).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let looks = tokio::spawn(look(engine.clone(), ids[0].clone()));
    let all = Instant::now();
    engine.keep_fresh();
    while !ids.iter().all(|id| is_renewed(&engine, id)) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let all = all.elapsed();
    looks.abort();
    let worst_look = LONGEST_LOOK.load(std::sync::atomic::Ordering::Relaxed);

    let mut forced = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        engine.refresh(&ids[0], Channel::App).await.unwrap();
        forced.push(start.elapsed());
    }
    let (posts, writes) = baselines(&environment, &endpoint, &ids).await;
    let sum = |times: &[Duration]| times.iter().sum::<Duration>().as_micros();
    println!(
        "{}",
        json!({
            "count": count,
            "all_us": all.as_micros(),
            "posts_us": sum(&posts),
            "writes_us": sum(&writes),
            "longest_look_us": worst_look,
            "forced_us": median(forced),
            "post_us": median(posts),
            "write_us": median(writes),
        })
    );
}

async fn add(engine: &Engine, count: u32) -> Vec<ConnectionId> {
    let mut ids = Vec::new();
    for number in 0..count {
        let draft = Draft {
            provider: "bench".into(),
            name: Some(format!("bench {number}")),
            client_id: "bench".into(),
            scopes: Some(vec![]),
            ..Draft::default()
        };
        let brought = RefreshToken::new(format!("brought-{number}"));
        ids.push(engine.import(&draft, None, brought, Channel::Command).await.unwrap().id);
    }
    ids
}

fn is_renewed(engine: &Engine, id: &ConnectionId) -> bool {
    let view = engine.view(id).unwrap();
    let (Some(issued), Some(end)) = (view.issued_at, view.expires_at) else { return false };
    end.duration_since(issued).as_secs() > 60
}

static LONGEST_LOOK: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);

/// What a face asks for while all are being refreshed.
async fn look(engine: Engine, id: ConnectionId) {
    loop {
        tokio::time::sleep(Duration::from_millis(10)).await;
        let start = Instant::now();
        std::hint::black_box(engine.view(&id).unwrap());
        let took = u64::try_from(start.elapsed().as_micros()).unwrap();
        LONGEST_LOOK.fetch_max(took, std::sync::atomic::Ordering::Relaxed);
    }
}

/// The same requests by the HTTP client alone, and the same writes by the keychain alone, one after the other.
async fn baselines(
    environment: &Environment,
    endpoint: &str,
    ids: &[ConnectionId],
) -> (Vec<Duration>, Vec<Duration>) {
    let client = ReqwestClient::new(Limits::default());
    let vault = KeychainVault::new(environment.session_bus);
    let (mut posts, mut writes) = (Vec::new(), Vec::new());
    for id in ids {
        let item = VaultItem { id: id.clone(), label: format!("Tokenrack: {id}") };
        let value = vault.read(&item).await.unwrap().unwrap();
        let start = Instant::now();
        vault.write(&item, SecretBytes::new(value.expose().to_vec())).await.unwrap();
        writes.push(start.elapsed());

        let mut request =
            HttpRequest::new(b"grant_type=refresh_token&refresh_token=bare&client_id=bench".to_vec());
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = endpoint.parse().unwrap();
        let form = http::HeaderValue::from_static("application/x-www-form-urlencoded");
        request.headers_mut().insert(http::header::CONTENT_TYPE, form);
        let start = Instant::now();
        client.send(request).await.unwrap();
        posts.push(start.elapsed());
    }
    (posts, writes)
}

fn median(mut times: Vec<Duration>) -> u128 {
    times.sort();
    times[times.len() / 2].as_micros()
}
