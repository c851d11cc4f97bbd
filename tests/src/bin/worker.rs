//! A process that keeps an engine, as a face does, on a profile's real database, lock and vault. It is told what to do
//! on standard input, and answers each line with one of JSON:
//!
//! `import ISSUER COUNT` adds connections `c0`, `c1`, … with the refresh tokens `seed-c0`, `seed-c1`, …
//! `refresh ROUNDS` refreshes all at once, so many times each; answers the codes of those that failed.
//! `tokens` answers each connection's token as it is.
//! `keep` refreshes by itself from now on.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "the harness: a failed step is a failed test")]

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokenrack_core::connection::ConnectionId;
use tokenrack_core::engine::Engine;
use tokenrack_core::event::Channel;
use tokenrack_core::view::Draft;
use tokenrack_oauth::secret::{Passphrase, RefreshToken};
use tokenrack_platform::{Environment, Profile};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let engine = open().await;
    let mut orders = orders();
    while let Some(order) = orders.recv().await {
        let words: Vec<&str> = order.split(' ').collect();
        let answer = match words[..] {
            ["import", issuer, count] => import(&engine, issuer, count.parse().unwrap()).await,
            ["refresh", rounds] => refresh(&engine, rounds.parse().unwrap()).await,
            ["tokens"] => tokens(&engine).await,
            ["keep"] => keep(&engine).await,
            _ => panic!("{order:?} is no order"),
        };
        println!("{answer}");
    }
}

async fn open() -> Engine {
    let environment = Environment::read().unwrap();
    let profile = Profile::open(environment.home.clone()).unwrap();
    let ports = tokenrack_platform::ports(&profile, &environment).unwrap();
    let engine = Engine::open(ports, Arc::new(profile.catalog().unwrap())).unwrap();
    if let Some(file) = environment.passphrase_file {
        let passphrase = Passphrase::new(std::fs::read_to_string(file).unwrap());
        engine.unlock(Some(passphrase)).await.unwrap();
    }
    engine
}

/// Lines of standard input; no thread of this process looks for them by the clock.
fn orders() -> mpsc::UnboundedReceiver<String> {
    let (sender, orders) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lines() {
            sender.send(line.unwrap()).unwrap();
        }
    });
    orders
}

async fn import(engine: &Engine, issuer: &str, count: usize) -> Value {
    for n in 0..count {
        let name = format!("c{n}");
        let token = RefreshToken::new(format!("seed-{name}"));
        let draft = Draft {
            provider: issuer.to_owned(),
            name: Some(name),
            client_id: "desktop".to_owned(),
            ..Draft::default()
        };
        engine.import(&draft, None, token, Channel::Command).await.unwrap();
    }
    json!(count)
}

async fn all(engine: &Engine) -> Vec<(ConnectionId, String)> {
    let connections = engine.snapshot().await.unwrap().connections;
    connections.into_iter().map(|view| (view.id, view.name)).collect()
}

async fn refresh(engine: &Engine, rounds: usize) -> Value {
    let mut refreshing = JoinSet::new();
    for (id, _) in all(engine).await {
        let engine = engine.clone();
        refreshing.spawn(async move {
            let mut failed = Vec::new();
            for _ in 0..rounds {
                let outcome = engine.refresh(&id, Channel::Command).await;
                failed.extend(outcome.err().map(|problem| problem.to_string()));
            }
            failed
        });
    }
    json!(refreshing.join_all().await.concat())
}

async fn tokens(engine: &Engine) -> Value {
    let mut tokens = Map::new();
    for (id, name) in all(engine).await {
        let token = engine.release_token(&id, Duration::ZERO, Channel::Command, "test").await.unwrap();
        tokens.insert(name, token.access_token.expose().into());
    }
    Value::Object(tokens)
}

async fn keep(engine: &Engine) -> Value {
    engine.keep_fresh();
    json!(engine.snapshot().await.unwrap().connections.len())
}
