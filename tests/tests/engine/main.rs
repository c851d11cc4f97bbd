//! The engine through its public API, with ports that fail when they are told to.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a failed step is a failed test")]

mod accounts;
mod again;
mod answers;
mod background;
mod claims;
mod clients;
mod clock;
mod damage;
mod device;
mod discovery;
mod ends;
mod first_consent;
mod grants;
mod idle;
mod local;
mod missing;
mod own_providers;
mod reach;
mod refusals;
mod reminders;
mod restored;
mod revocations;
mod sharing;
mod told_later;
mod waiting;
mod whole_grant;
mod world;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use tokenrack_core::connection::ConnectionId;
use tokenrack_core::engine::{ConnectOptions, Engine};
use tokenrack_core::event::Channel;
use tokenrack_core::ports::{ConnectionLock, HttpErrorKind, LockError, LockGuard};
use tokenrack_core::problem::Code;
use tokenrack_core::view::{Draft, StatusKind};
use tokenrack_platform::FileLock;
use world::{TakenBy, World};

const FRESH: &str =
    r#"{"access_token":"at-2","refresh_token":"rt-2","token_type":"bearer","expires_in":7200}"#;

fn kind(engine: &Engine, id: &ConnectionId) -> StatusKind {
    engine.view(id).unwrap().status.kind
}

async fn token(engine: &Engine, id: &ConnectionId) -> Result<String, Code> {
    let released = engine.release_token(id, Duration::from_secs(60), Channel::Command, "raw").await;
    released.map(|released| released.access_token.expose().to_owned()).map_err(|problem| problem.code)
}

#[tokio::test]
async fn new_tokens_the_vault_refuses_are_kept_and_saved_later() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.network.answer(200, FRESH);
    world.vault.refuse_writes(true);
    assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::Unsaved);
    assert_eq!(kind(&engine, &id), StatusKind::Unsaved);
    assert_eq!(world.network.sent().len(), 1);
    assert_eq!(token(&engine, &id).await, Err(Code::Unsaved), "nobody is given what is not saved");
    world.vault.refuse_writes(false);
    engine.refresh(&id, Channel::App).await.unwrap();
    assert!(world.network.sent().is_empty(), "saving again is no reason to ask the provider again");
    assert_eq!(kind(&engine, &id), StatusKind::Connected);
    assert_eq!(token(&world.engine(), &id).await.unwrap(), "at-2", "another process reads the new token");
}

#[tokio::test]
async fn whoever_waits_for_the_lock_in_vain_takes_what_others_have_fetched_meanwhile() {
    let world = World::new();
    let other = world.engine();
    let id = world.connected(&other).await;
    let waits = world.engine_with(std::sync::Arc::new(TakenBy(other)));
    world.network.answer(200, FRESH);
    waits.refresh(&id, Channel::App).await.unwrap();
    assert_eq!(world.network.sent().len(), 1, "one generation, one request");
    assert_eq!(token(&waits, &id).await.unwrap(), "at-2");
}

#[tokio::test]
async fn tokens_of_a_sign_in_the_vault_refuses_are_kept_too() {
    let world = World::new();
    let engine = world.engine();
    let id = world.add(&engine).await;
    let redirect = world.start(&engine, &id).await;
    world.network.answer(200, FRESH);
    world.vault.refuse_writes(true);
    let refusal = engine.deliver(&redirect, Channel::DeepLink).await.unwrap_err();
    assert_eq!(refusal.problem.code, Code::Unsaved, "what is not saved is no success");
    assert_eq!(refusal.told_by, Some(id.clone()));
    assert_eq!(kind(&engine, &id), StatusKind::Unsaved);
    world.vault.refuse_writes(false);
    engine.refresh(&id, Channel::App).await.unwrap();
    assert_eq!(token(&world.engine(), &id).await.unwrap(), "at-2");
}

#[tokio::test]
async fn tokens_that_ended_with_their_process_are_not_asked_for_with_a_spent_one() {
    let world = World::new();
    let dies = world.engine();
    let id = world.connected(&dies).await;
    world.network.answer(200, FRESH);
    world.vault.refuse_writes(true);
    assert_eq!(dies.refresh(&id, Channel::Command).await.unwrap_err().code, Code::Unsaved);
    drop(dies);
    world.vault.refuse_writes(false);
    world.network.sent();
    let next = world.engine();
    assert_eq!(next.refresh(&id, Channel::Command).await.unwrap_err().code, Code::RefreshInterrupted);
    assert!(world.network.sent().is_empty(), "the refresh token that was spent is not sent again");
    assert_eq!(kind(&next, &id), StatusKind::ActionNeeded);
}

#[tokio::test]
async fn a_refresh_token_that_is_not_rotated_does_not_end_with_a_process() {
    let world = World::new();
    let dies = world.engine();
    let id = world.connected(&dies).await;
    world.network.answer(200, r#"{"access_token":"at-2","token_type":"bearer","expires_in":7200}"#);
    world.vault.refuse_writes(true);
    assert_eq!(dies.refresh(&id, Channel::Command).await.unwrap_err().code, Code::Unsaved);
    drop(dies);
    world.vault.refuse_writes(false);
    let next = world.engine();
    world.network.answer(200, r#"{"access_token":"at-3","token_type":"bearer","expires_in":7200}"#);
    next.refresh(&id, Channel::Command).await.unwrap();
    assert_eq!(kind(&next, &id), StatusKind::Connected);
    assert_eq!(token(&world.engine(), &id).await.unwrap(), "at-3");
}

#[tokio::test]
async fn a_face_that_ends_waits_for_its_tokens_to_be_saved() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.network.answer(200, FRESH);
    world.vault.refuse_writes(true);
    engine.refresh(&id, Channel::Command).await.unwrap_err();
    let patience = Duration::from_secs(3);
    let in_vain = engine.save_before_the_end(&id, patience, Channel::Command).await;
    assert_eq!(in_vain.unwrap_err().code, Code::Unsaved);
    world.vault.refuse_writes(false);
    engine.save_before_the_end(&id, patience, Channel::Command).await.unwrap();
    assert_eq!(token(&world.engine(), &id).await.unwrap(), "at-2");
}

#[tokio::test]
async fn a_face_that_ends_waits_no_longer_than_it_says() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.network.answer(200, FRESH);
    world.vault.refuse_writes(true);
    engine.refresh(&id, Channel::Command).await.unwrap_err();
    world.vault.freeze(true);
    world.clock.slept();
    let patience = Duration::from_secs(20);
    let saving = engine.save_before_the_end(&id, patience, Channel::Command);
    let in_vain = tokio::time::timeout(Duration::from_secs(5), saving).await;
    assert_eq!(in_vain.expect("an end to the waiting").unwrap_err().code, Code::Unsaved);
    assert_eq!(world.clock.slept(), [patience], "by the clock, whatever one try takes");
    world.vault.freeze(false);
    world.vault.refuse_writes(false);
    engine.save_before_the_end(&id, patience, Channel::Command).await.unwrap();
    assert_eq!(token(&world.engine(), &id).await.unwrap(), "at-2");
}

#[tokio::test]
async fn to_save_is_no_reason_to_ask_the_provider_again() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.network.answer(200, FRESH);
    world.vault.refuse_writes(true);
    engine.refresh(&id, Channel::App).await.unwrap_err();
    world.network.sent();
    world.vault.refuse_writes(false);
    let patience = Duration::from_secs(3);
    let save = || engine.save_before_the_end(&id, patience, Channel::App);
    let (one, two) = tokio::join!(save(), save());
    one.and(two).unwrap();
    assert!(world.network.sent().is_empty(), "an end of the process would lose its answer");
}

#[tokio::test]
async fn a_redirect_that_came_in_time_is_not_late_while_it_is_exchanged() {
    let world = World::new();
    let engine = world.engine();
    let id = world.add(&engine).await;
    let redirect = world.start(&engine, &id).await;
    world.clock.forward(299);
    world.network.answer(200, FRESH);
    world.network.take_seconds(&world.clock, 30);
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
    assert_eq!(kind(&engine, &id), StatusKind::Connected);
}

#[tokio::test]
async fn another_server_gets_neither_the_tokens_nor_the_secret() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let mut draft = engine.draft(&id).unwrap();
    draft.vars.insert("host".into(), "gitlab.evil.example".into());
    assert_eq!(engine.edit(&id, &draft, None, Channel::App).await.unwrap_err().code, Code::InvalidInput);
    assert_eq!(token(&engine, &id).await.unwrap(), "at-1");
}

#[tokio::test]
async fn a_sign_in_that_cannot_start_changes_nothing() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.vault.refuse_writes(true);
    let options = ConnectOptions {
        open_browser: false,
        time_limit: Duration::from_secs(300),
        channel: Channel::Command,
    };
    assert_eq!(engine.connect(&id, options).await.unwrap_err().code, Code::VaultLocked);
    world.vault.refuse_writes(false);
    assert_eq!(token(&engine, &id).await.unwrap(), "at-1");
}

#[tokio::test]
async fn a_crash_between_vault_and_database_leaves_the_newer_tokens() {
    let world = World::new();
    let (first, second) = (world.engine(), world.engine());
    let id = world.connected(&first).await;
    world.network.answer(200, FRESH);
    first.refresh(&id, Channel::Command).await.unwrap();
    let newer = world.vault.snapshot();
    // The database of a process that died after the vault's write: it still speaks of the first token set.
    let other = World::new();
    let survivor = other.engine();
    let twin = other.connected(&survivor).await;
    let mut items = other.vault.snapshot();
    items.insert(twin.0.clone(), newer[&id.0].clone());
    other.vault.restore(items);
    survivor.refresh(&twin, Channel::Command).await.unwrap();
    assert!(other.network.sent().is_empty(), "newer tokens are adopted, not renewed");
    assert_eq!(token(&survivor, &twin).await.unwrap(), "at-2");
    drop(second);
}

#[tokio::test]
async fn two_processes_make_one_request() {
    let world = World::new();
    let (first, second) = (world.engine(), world.engine());
    let id = world.connected(&first).await;
    world.clock.forward(7190);
    world.network.answer(200, FRESH);
    let (one, two) = tokio::join!(token(&first, &id), token(&second, &id));
    assert_eq!((one.unwrap(), two.unwrap()), ("at-2".into(), "at-2".into()));
    assert_eq!(world.network.sent().len(), 1);
}

#[tokio::test]
async fn a_lost_answer_is_told_from_a_revocation() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.network.fail(HttpErrorKind::Timeout);
    assert_eq!(engine.refresh(&id, Channel::Command).await.unwrap_err().code, Code::TimedOut);
    assert_eq!(token(&engine, &id).await.unwrap(), "at-1", "the token that still lives is kept");
    world.network.answer(400, r#"{"error":"invalid_grant"}"#);
    assert_eq!(engine.refresh(&id, Channel::Command).await.unwrap_err().code, Code::RefreshInterrupted);
    assert_eq!(kind(&engine, &id), StatusKind::ActionNeeded);
}

#[tokio::test]
async fn what_only_asks_now_and_then_is_in_time_for_a_grace() {
    for lost in [HttpErrorKind::Interrupted, HttpErrorKind::Timeout] {
        let world = World::new();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        world.clock.forward(7_200);
        world.network.fail(lost);
        world.network.answer(200, FRESH);
        let was_in_time = token(&engine, &id).await;
        let sent = world.network.sent();
        // Whoever has waited for a minute and more is late already.
        let (slept, is_late) = (world.clock.slept(), lost == HttpErrorKind::Timeout);
        assert_eq!(was_in_time.is_err(), is_late);
        assert_eq!(
            (sent.len(), slept.contains(&Duration::from_secs(1))),
            (2 - usize::from(is_late), !is_late)
        );
        assert!(sent.iter().all(|body| body.contains("refresh_token=rt-1")));
    }
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.network.answer(502, "");
    world.network.answer(200, FRESH);
    engine.refresh_insistently(&id, Channel::Command).await.unwrap();
    assert_eq!((world.network.sent().len(), token(&engine, &id).await), (2, Ok("at-2".into())));
}

/// Waits for the lock, and is stopped meanwhile, or its machine sleeps.
struct Stopped {
    other: Engine,
    clock: std::sync::Arc<world::TestClock>,
    lock: FileLock,
    went_on: AtomicBool,
}

#[async_trait]
impl ConnectionLock for Stopped {
    async fn acquire(&self, id: &ConnectionId, patience: Duration) -> Result<LockGuard, LockError> {
        if self.went_on.swap(true, Ordering::Relaxed) {
            return self.lock.acquire(id, patience).await;
        }
        self.other.refresh(id, Channel::App).await.unwrap();
        self.clock.forward(10_000);
        Err(LockError::Busy)
    }

    fn is_held(&self, id: &ConnectionId) -> bool {
        self.lock.is_held(id)
    }
}

#[tokio::test]
async fn a_token_that_another_process_fetched_and_that_has_ended_since_is_renewed() {
    let world = World::new();
    let other = world.engine();
    let id = world.connected(&other).await;
    world.clock.forward(7_200);
    world.network.answer(200, FRESH);
    world.network.answer(200, &FRESH.replace('2', "3"));
    let lock = Stopped { other, clock: world.clock.clone(), lock: world.lock(), went_on: false.into() };
    let stopped = world.engine_with(std::sync::Arc::new(lock));
    assert_eq!(token(&stopped, &id).await.unwrap(), "at-3");
}

#[tokio::test]
async fn a_server_that_failed_may_have_spent_the_refresh_token() {
    for status in [500, 502, 504] {
        let world = World::new();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        world.network.answer(status, r#"{"error":"server_error"}"#);
        assert_eq!(engine.refresh(&id, Channel::Command).await.unwrap_err().code, Code::ServerError);
        assert_eq!(token(&engine, &id).await.unwrap(), "at-1", "the token that still lives is kept");
        world.network.answer(400, r#"{"error":"invalid_grant"}"#);
        let refused = engine.refresh(&id, Channel::Command).await.unwrap_err();
        assert_eq!(refused.code, Code::RefreshInterrupted, "{status}");
    }
}

#[tokio::test]
async fn only_invalid_grant_ends_a_grant() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    for (status, body) in
        [(400, ""), (403, r#"{"error":"odd"}"#), (429, ""), (503, r#"{"error":"invalid_grant"}"#)]
    {
        world.network.answer(status, body);
        engine.refresh(&id, Channel::Command).await.unwrap_err();
        assert_eq!(token(&engine, &id).await.unwrap(), "at-1", "after {status}");
    }
    assert!(world.network.sent().iter().all(|body| body.contains("refresh_token=rt-1")));
    world.network.answer(400, r#"{"error":"invalid_grant"}"#);
    assert_eq!(engine.refresh(&id, Channel::Command).await.unwrap_err().code, Code::InvalidGrant);
    assert_eq!(kind(&engine, &id), StatusKind::ActionNeeded);
    assert_eq!(token(&engine, &id).await, Err(Code::InvalidGrant));
    assert_eq!(world.network.sent().len(), 1, "a grant that has ended is not asked for again");
}

#[tokio::test]
async fn a_refresh_answer_without_a_refresh_token_keeps_the_old_one() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.network.answer(200, r#"{"access_token":"at-2","token_type":"bearer","expires_in":7200}"#);
    engine.refresh(&id, Channel::Command).await.unwrap();
    world.network.answer(200, FRESH);
    engine.refresh(&id, Channel::Command).await.unwrap();
    assert!(world.network.sent()[1].contains("refresh_token=rt-1"));
}

#[tokio::test]
async fn time_alone_changes_the_word_and_a_late_redirect_is_told_so() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.clock.forward(7200 - 299);
    assert_eq!(kind(&engine, &id), StatusKind::ExpiresSoon);
    world.clock.forward(300);
    assert_eq!(kind(&engine, &id), StatusKind::Expired);
    let redirect = world.start(&engine, &id).await;
    assert_eq!(kind(&engine, &id), StatusKind::WaitingForBrowser);
    world.clock.forward(301);
    assert_eq!(
        engine.deliver(&redirect, Channel::DeepLink).await.unwrap_err().problem.code,
        Code::AttemptTimedOut
    );
    assert_eq!(kind(&engine, &id), StatusKind::Expired, "what was, is again");
    assert!(world.network.sent().is_empty(), "the code of a late redirect goes nowhere");
}

#[tokio::test]
async fn a_redirect_works_once_and_a_newer_attempt_takes_its_place() {
    let world = World::new();
    let engine = world.engine();
    let id = world.add(&engine).await;
    let old = world.start(&engine, &id).await;
    let new = world.start(&engine, &id).await;
    assert_eq!(
        engine.deliver(&old, Channel::DeepLink).await.unwrap_err().problem.code,
        Code::AttemptSuperseded
    );
    world.network.answer(200, FRESH);
    let other_process = world.engine();
    let (one, two) =
        tokio::join!(engine.deliver(&new, Channel::DeepLink), other_process.deliver(&new, Channel::Paste));
    let refused = one.and(two).unwrap_err();
    assert_eq!(refused.problem.code, Code::AlreadyAnswered);
    assert_eq!(world.network.sent().len(), 1, "one code, one exchange");
    assert_eq!(kind(&engine, &id), StatusKind::Connected);
}

#[tokio::test]
async fn a_redirect_that_waits_for_a_disconnect_to_end_is_not_exchanged() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let redirect = world.start(&engine, &id).await;
    // One after another behind a refresh, while the vault does not let go of what the sign-in ends by.
    world.vault.refuse_writes(true);
    let gate = world.network.hold();
    for body in [FRESH, "{}", "{}"] {
        world.network.answer(200, body);
    }
    let (one, two, three) = (engine.clone(), engine.clone(), engine.clone());
    let (first, second) = (id.clone(), id.clone());
    let refresh = tokio::spawn(async move { one.refresh(&first, Channel::App).await.is_err() });
    background::settle().await;
    let disconnect = tokio::spawn(async move { two.disconnect(&second, false, Channel::App).await.is_err() });
    background::settle().await;
    let redirect = tokio::spawn(async move { three.deliver(&redirect, Channel::DeepLink).await.is_err() });
    background::settle().await;
    gate.add_permits(1);
    let failed = (refresh.await.unwrap(), disconnect.await.unwrap(), redirect.await.unwrap());
    assert_eq!(failed, (true, true, true));
    let sent = world.network.sent();
    assert!(sent.len() == 3 && sent.iter().all(|body| !body.contains("code=")), "{sent:?}");
    assert_eq!(token(&engine, &id).await, Err(Code::NotConnected));
}

#[tokio::test]
async fn settings_can_be_corrected_without_losing_tokens() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.network.answer(401, r#"{"error":"invalid_client"}"#);
    assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::InvalidClient);
    assert_eq!(kind(&engine, &id), StatusKind::ProviderError);

    let mut draft = engine.draft(&id).unwrap();
    draft.client_id = "  ".into();
    assert_eq!(engine.edit(&id, &draft, None, Channel::App).await.unwrap_err().code, Code::MissingClientId);
    draft.client_id = "the-right-one".into();
    draft.name = Some("Renamed".into());
    let view = engine.edit(&id, &draft, None, Channel::App).await.unwrap();
    assert_eq!((view.name.as_str(), view.status.kind), ("Renamed", StatusKind::Connected));
    assert_eq!(view.problem, None);

    world.network.sent();
    world.network.answer(200, FRESH);
    engine.refresh(&id, Channel::App).await.unwrap();
    let sent = world.network.sent();
    assert!(sent[0].contains("client_id=the-right-one") && sent[0].contains("refresh_token=rt-1"));
}

#[tokio::test]
async fn a_lost_answer_stays_lost_when_the_settings_are_corrected() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.network.fail(HttpErrorKind::Timeout);
    engine.refresh(&id, Channel::App).await.unwrap_err();
    world.network.answer(401, r#"{"error":"invalid_client"}"#);
    engine.refresh(&id, Channel::App).await.unwrap_err();
    let draft = engine.draft(&id).unwrap();
    assert_eq!(engine.edit(&id, &draft, None, Channel::App).await.unwrap().problem, None);
    world.network.answer(400, r#"{"error":"invalid_grant"}"#);
    assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::RefreshInterrupted);
}

#[tokio::test]
async fn a_client_id_that_was_wrong_after_an_answer_was_lost_costs_no_session_either() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.network.fail(HttpErrorKind::Timeout);
    engine.refresh(&id, Channel::App).await.unwrap_err();
    let right = engine.draft(&id).unwrap();
    let wrong = Draft { client_id: "somebody-else".into(), ..right.clone() };
    for is_spent in [false, true] {
        engine.edit(&id, &wrong, None, Channel::App).await.unwrap();
        world.network.answer(400, r#"{"error":"invalid_grant"}"#);
        let refused = engine.refresh(&id, Channel::App).await.unwrap_err();
        assert_eq!(refused.code, Code::RefreshInterrupted);
        engine.edit(&id, &right, None, Channel::App).await.unwrap();
        // That the answer may be lost is not forgotten over it.
        let (status, answer) = if is_spent { (400, r#"{"error":"invalid_grant"}"#) } else { (503, "") };
        world.network.answer(status, answer);
        let refused = engine.refresh(&id, Channel::App).await.unwrap_err();
        assert_eq!(refused.code == Code::RefreshInterrupted, is_spent, "{refused}");
    }
}

#[tokio::test]
async fn a_token_that_a_newer_one_replaced_unsaved_is_given_to_nobody() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let redirect = world.start(&engine, &id).await;
    world.network.answer(200, FRESH);
    world.vault.refuse_writes(true);
    engine.refresh(&id, Channel::App).await.unwrap_err();
    let gate = world.network.hold();
    world.network.answer(200, &FRESH.replace('2', "3"));
    let (signing_in, asking) = (engine.clone(), engine.clone());
    let sign_in = tokio::spawn(async move { signing_in.deliver(&redirect, Channel::DeepLink).await });
    background::settle().await;
    let asked = id.clone();
    let asks = tokio::spawn(async move { token(&asking, &asked).await });
    background::settle().await;
    gate.add_permits(1);
    sign_in.await.unwrap().unwrap_err();
    world.vault.refuse_writes(false);
    assert_ne!(asks.await.unwrap(), Ok("at-2".to_owned()), "no other process has it");
    assert_eq!(token(&engine, &id).await.unwrap(), "at-3");
}

#[tokio::test]
async fn a_client_id_that_was_wrong_for_a_while_costs_no_session() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let right = engine.draft(&id).unwrap();
    let wrong = Draft { client_id: "somebody-else".into(), ..right.clone() };
    engine.edit(&id, &wrong, None, Channel::App).await.unwrap();
    // RFC 6749 §5.2: the refresh token "was issued to another client".
    world.network.answer(400, r#"{"error":"invalid_grant"}"#);
    assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::InvalidGrant);
    let renamed = Draft { name: Some("Renamed".into()), ..wrong };
    engine.edit(&id, &renamed, None, Channel::App).await.unwrap();
    assert_eq!(kind(&engine, &id), StatusKind::ActionNeeded, "a name was not what it was refused for");
    engine.edit(&id, &right, None, Channel::App).await.unwrap();
    world.network.answer(200, FRESH);
    engine.refresh(&id, Channel::App).await.unwrap();
    assert_eq!(token(&engine, &id).await.unwrap(), "at-2");
}

#[tokio::test]
async fn a_scope_more_is_asked_for_while_the_tokens_stay() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let mut draft = engine.draft(&id).unwrap();
    draft.scopes.as_mut().unwrap().push("read_user".into());
    engine.edit(&id, &draft, None, Channel::App).await.unwrap();
    assert_eq!(token(&engine, &id).await.unwrap(), "at-1");
    let redirect = world.start(&engine, &id).await;
    assert!(engine.authorization_url(&id).unwrap().contains("scope=api+read_user"));
    assert_eq!(token(&engine, &id).await.unwrap(), "at-1", "until there are new ones");
    world.network.answer(200, FRESH);
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
    assert_eq!(token(&engine, &id).await.unwrap(), "at-2");
}

#[tokio::test]
async fn nothing_hidden_gets_into_a_name_or_an_environment() {
    let world = World::new();
    let engine = world.engine();
    let draft = |name: &str| Draft {
        provider: "gitlab".into(),
        client_id: "me".into(),
        name: Some(name.into()),
        environment: Some("pr\u{202e}o\u{200b}d\u{e0041}".into()),
        ..Draft::default()
    };
    for name in ["a\u{200b}b", "a\u{202e}b", "a\nb", "\u{feff}"] {
        let refused = engine.add(&draft(name), None, Channel::Command).await.unwrap_err();
        assert_eq!(refused.code, Code::InvalidInput, "{name:?}");
    }
    let view = engine.add(&draft("ab"), None, Channel::Command).await.unwrap();
    assert_eq!(view.environment.as_deref(), Some("prod"));
}
