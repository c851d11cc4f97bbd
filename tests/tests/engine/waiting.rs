//! Whoever waits for a sign-in hears how it ended, and is not left waiting.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use tokenrack_core::connection::{ConnectionId, GrantType};
use tokenrack_core::engine::{Connecting, Engine, Started, Step};
use tokenrack_core::event::Channel;
use tokenrack_core::ports::{ConnectionLock, LockError, LockGuard};
use tokenrack_core::problem::Code;
use tokenrack_core::view::{Revocation, StatusKind};
use tokenrack_platform::FileLock;

use super::background::settle;
use super::world::{OPTIONS, World, redirect};
use super::{FRESH, kind, token};

async fn started(engine: &Engine, id: &ConnectionId) -> Started {
    match engine.connect(id, OPTIONS).await.unwrap() {
        Connecting::Waiting(started) => started,
        Connecting::Connected(_) => panic!("somebody has to sign in"),
    }
}

#[tokio::test]
async fn whoever_waits_for_a_sign_in_hears_of_a_vault_that_alone_knows_how_it_ended() {
    let world = World::new();
    let engine = world.engine();
    let id = world.add(&engine).await;
    let started = started(&engine, &id).await;
    world.network.answer(200, FRESH);
    let dies = world.network.hold();
    let (other, back) = (world.engine(), redirect(&started));
    let exchange = tokio::spawn(async move { other.deliver(&back, Channel::DeepLink).await });
    while world.network.sent().is_empty() {
        tokio::task::yield_now().await;
    }
    exchange.abort();
    assert!(exchange.await.unwrap_err().is_cancelled());
    drop(dies);
    world.vault.lock(true);
    world.clock.forward(301);
    let told = tokio::time::timeout(Duration::from_secs(5), engine.wait(&started)).await;
    assert_eq!(told.expect("an end to the waiting").unwrap_err().code, Code::VaultLocked);
    assert_eq!(kind(&engine, &id), StatusKind::ActionNeeded, "somebody has to open it");
    world.vault.lock(false);
    let told = engine.wait(&started).await;
    assert_eq!(told.unwrap_err().code, Code::AttemptTimedOut);
}

#[tokio::test]
async fn whoever_waits_for_a_sign_in_waits_on_while_the_database_cannot_be_read() {
    let world = World::new();
    let engine = world.engine();
    let id = world.add(&engine).await;
    let started = started(&engine, &id).await;
    let back = redirect(&started);
    world.tamper("ALTER TABLE connections RENAME TO away");
    let waits = tokio::spawn({
        let engine = engine.clone();
        async move { engine.wait(&started).await }
    });
    while !world.clock.slept().iter().any(|span| span.as_secs() >= 1) {
        tokio::task::yield_now().await;
    }
    world.tamper("ALTER TABLE away RENAME TO connections");
    world.network.answer(200, FRESH);
    engine.deliver(&back, Channel::Loopback).await.unwrap();
    waits.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_sign_in_that_failed_is_told_as_that_whatever_happens_next() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let started = started(&engine, &id).await;
    world.network.answer(400, r#"{"error":"invalid_client"}"#);
    engine.deliver(&redirect(&started), Channel::Loopback).await.unwrap_err();
    world.network.answer(200, FRESH);
    engine.refresh(&id, Channel::App).await.unwrap();
    assert_eq!(engine.wait(&started).await.unwrap_err().code, Code::InvalidClient);
}

#[tokio::test]
async fn a_sign_in_whose_tokens_were_saved_later_is_told_as_one_that_succeeded() {
    let world = World::new();
    let engine = world.engine();
    let id = world.add(&engine).await;
    let started = started(&engine, &id).await;
    world.vault.refuse_writes(true);
    world.network.answer(200, FRESH);
    engine.deliver(&redirect(&started), Channel::Loopback).await.unwrap_err();
    world.vault.refuse_writes(false);
    engine.refresh(&id, Channel::App).await.unwrap();
    // Another process may look only now.
    assert_eq!(world.engine().wait(&started).await.unwrap().status.kind, StatusKind::Connected);
}

#[tokio::test]
async fn whoever_waits_for_a_sign_in_hears_that_its_connection_was_forgotten() {
    let world = World::new();
    let engine = world.engine();
    let id = world.add(&engine).await;
    let started = started(&engine, &id).await;
    let waits = tokio::spawn({
        let engine = engine.clone();
        async move { engine.wait(&started).await }
    });
    settle().await;
    world.engine().disconnect(&id, true, Channel::Command).await.unwrap();
    let told = tokio::time::timeout(Duration::from_secs(5), waits).await.expect("an end to the waiting");
    assert_eq!(told.unwrap().unwrap_err().code, Code::NoSuchConnection);
}

/// Looks how the attempt stands whenever a lock is given back.
struct Looking {
    lock: FileLock,
    engine: Engine,
    waits: Arc<Mutex<Vec<bool>>>,
}

#[async_trait]
impl ConnectionLock for Looking {
    async fn acquire(&self, id: &ConnectionId, patience: Duration) -> Result<LockGuard, LockError> {
        let guard = self.lock.acquire(id, patience).await?;
        let (engine, id, waits) = (self.engine.clone(), id.clone(), self.waits.clone());
        let look = move || waits.lock().unwrap().push(kind(&engine, &id) == StatusKind::WaitingForBrowser);
        Ok(LockGuard::new((Given(look), guard)))
    }

    fn is_held(&self, id: &ConnectionId) -> bool {
        self.lock.is_held(id)
    }
}

struct Given<F: Fn()>(F);

impl<F: Fn()> Drop for Given<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[tokio::test]
async fn no_answer_is_exchanged_while_its_sign_in_is_cancelled() {
    let world = World::new();
    let id = world.add(&world.engine()).await;
    world.start(&world.engine(), &id).await;
    let waits = Arc::<Mutex<Vec<bool>>>::default();
    let looking = Looking { lock: world.lock(), engine: world.engine(), waits: waits.clone() };
    world.engine_with(Arc::new(looking)).cancel(&id, Channel::App).await.unwrap();
    assert_eq!(waits.lock().unwrap().first(), Some(&false), "it has ended when the lock is given back");
}

/// A connection whose requests are pushed to the server first (RFC 9126): there a test can hold them.
async fn pushing() -> (World, Engine, ConnectionId) {
    let world = World::new();
    world.own_provider(
        "acme.toml",
        "schema = 1\nid = \"acme\"\nname = \"Acme\"\n[server]\n\
         authorization_endpoint = \"https://as.example/authorize\"\ntoken_endpoint = \"https://as.example/token\"\n\
         revocation_endpoint = \"https://as.example/revoke\"\n\
         pushed_authorization_request_endpoint = \"https://as.example/par\"\nrequire_pushed_authorization_requests = true\n",
    );
    let engine = world.engine();
    let id = world.add_acme(&engine, GrantType::AuthorizationCode).await;
    (world, engine, id)
}

fn push(world: &World, n: u32) {
    world.network.answer(201, &format!(r#"{{"request_uri":"urn:{n}","expires_in":60}}"#));
}

/// The redirect of what was pushed last; the state is in that.
fn pushed_back(world: &World, step: &Step) -> String {
    let sent = world.network.sent().remove(0);
    let state = url::form_urlencoded::parse(sent.as_bytes()).find(|(name, _)| name == "state").unwrap().1;
    let Step::Redirect { redirect_uri, .. } = step else { panic!("the browser is to come back") };
    format!("{redirect_uri}?code=c&state={state}")
}

#[tokio::test]
async fn tokens_that_wait_are_saved_as_soon_as_a_sign_in_has_begun_beside_them() {
    let (world, engine, id) = pushing().await;
    push(&world, 1);
    let back = pushed_back(&world, &started(&engine, &id).await.step);
    world.network.answer(200, FRESH);
    engine.deliver(&back, Channel::DeepLink).await.unwrap();
    world.vault.refuse_writes(true);
    world.network.answer(200, &FRESH.replace("t-2", "t-3"));
    engine.refresh(&id, Channel::App).await.unwrap_err();
    world.vault.refuse_writes(false);
    let gate = world.network.hold();
    push(&world, 2);
    let begins = tokio::spawn({
        let (engine, id) = (engine.clone(), id.clone());
        async move { started(&engine, &id).await }
    });
    settle().await;
    let saves = tokio::spawn({
        let (engine, id) = (engine.clone(), id.clone());
        async move { engine.refresh(&id, Channel::App).await.map(drop) }
    });
    settle().await;
    gate.add_permits(1);
    begins.await.unwrap();
    tokio::time::timeout(Duration::from_secs(5), saves).await.expect("soon").unwrap().unwrap();
    assert_eq!(token(&world.engine(), &id).await.unwrap(), "at-3");
}

#[tokio::test]
async fn a_code_that_nobody_exchanged_has_brought_nothing() {
    let (world, engine, id) = pushing().await;
    let pushed = |n| push(&world, n);
    let back = |step: &Step| pushed_back(&world, step);
    pushed(1);
    let first = back(&started(&engine, &id).await.step);
    let gate = world.network.hold();
    pushed(2);
    let again = tokio::spawn({
        let (engine, id) = (engine.clone(), id.clone());
        async move { started(&engine, &id).await }
    });
    settle().await;
    let waits = tokio::spawn({
        let engine = engine.clone();
        async move { engine.deliver(&first, Channel::DeepLink).await.map(drop) }
    });
    settle().await;
    gate.add_permits(1);
    let second = again.await.unwrap();
    assert_eq!(waits.await.unwrap().unwrap_err().problem.code, Code::AttemptCancelled);
    let back = back(&second.step);
    world.clock.forward(10);
    world.network.answer(200, FRESH);
    engine.deliver(&back, Channel::DeepLink).await.unwrap();
    world.network.answer(200, "{}");
    world.network.answer(200, "{}");
    let view = engine.disconnect(&id, false, Channel::App).await.unwrap();
    assert_eq!(view.revocation, Revocation::Revoked, "one code was exchanged");
}

#[tokio::test]
async fn whoever_waits_for_a_sign_in_hears_that_its_tokens_wait_for_the_vault() {
    let world = World::new();
    let engine = world.engine();
    let id = world.add(&engine).await;
    let started = started(&engine, &id).await;
    world.vault.refuse_writes(true);
    world.refuse_records_with("vault/unsaved");
    world.network.answer(200, FRESH);
    engine.deliver(&redirect(&started), Channel::Loopback).await.unwrap_err();
    let told = tokio::time::timeout(Duration::from_secs(5), engine.wait(&started)).await;
    assert_eq!(told.expect("an end to the waiting").unwrap_err().code, Code::Unsaved);
    world.vault.refuse_writes(false);
    world.accept_all_records();
    engine.save_before_the_end(&id, Duration::ZERO, Channel::Command).await.unwrap();
    assert_eq!(token(&world.engine(), &id).await.unwrap(), "at-2");
}

#[tokio::test]
async fn a_redirect_to_a_process_that_cannot_read_the_vault_is_left_to_one_that_can() {
    let world = World::new();
    let engine = world.engine();
    let id = world.add(&engine).await;
    let redirect = world.start(&engine, &id).await;
    world.vault.lock(true);
    let refusal = engine.deliver(&redirect, Channel::DeepLink).await.unwrap_err();
    assert_eq!(refusal.problem.code, Code::VaultLocked);
    assert_eq!(kind(&engine, &id), StatusKind::WaitingForBrowser);
    world.vault.lock(false);
    world.network.answer(200, FRESH);
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
    assert_eq!(kind(&engine, &id), StatusKind::Connected);
}
