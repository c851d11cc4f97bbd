//! What fails on this machine, before anybody is asked: the vault, the lock, the database. It takes nothing from what a server has
//! said, and is said itself.

use tokenrack_core::connection::ConnectionId;
use tokenrack_core::engine::Engine;
use tokenrack_core::event::{Channel, Reason};
use tokenrack_core::ports::HttpErrorKind;
use tokenrack_core::problem::Code;

use super::background::{pass, settle};
use super::reminders::offered;
use super::world::World;
use super::{FRESH, token};

/// A leap is taken for a wake-up from sleep, after which nothing is tried for three seconds.
async fn leap(world: &World, seconds: i64) {
    for seconds in [seconds - 10, 10] {
        world.clock.forward(seconds);
        tokio::time::sleep(std::time::Duration::from_millis(60)).await;
    }
}

/// Four days with the app, in steps in which somebody still counts as trying: the person is told once, and the status says why.
async fn is_told(world: &World, engine: &Engine, id: &ConnectionId, code: &str) {
    let mut events = engine.subscribe();
    engine.keep_fresh();
    settle().await;
    let mut reasons = vec![];
    for _ in 0..20 {
        leap(world, 5 * 3_600).await;
        reasons.extend(offered(&mut events).into_iter().map(|it| it.attention.reason));
    }
    assert_eq!(engine.view(id).unwrap().problem.unwrap().code, code);
    assert_eq!(reasons, [Reason::FailingForDays]);
}

/// Also where the network failed just before.
#[tokio::test]
async fn an_item_that_is_kept_back_after_a_failure_of_the_network_is_said() {
    for fails_before in [false, true] {
        let world = World::new();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        world.clock.forward(7_000);
        if fails_before {
            world.network.fail(HttpErrorKind::NameResolution);
            engine.refresh(&id, Channel::Engine).await.unwrap_err();
        }
        world.network.sent();
        world.vault.keep_back(Some(&id));
        is_told(&world, &engine, &id, "vault/locked").await;
    }
}

/// As for an item that is kept back: what a server wants (Retry-After) outlives a keyring that comes up late.
#[tokio::test]
async fn what_a_server_wants_is_not_forgotten_over_an_item_that_is_missing() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.clock.forward(7_190);
    world.network.answer_after(429, 3_600);
    engine.refresh(&id, Channel::Engine).await.unwrap_err();
    world.network.sent();
    world.clock.forward(20);
    assert_eq!(token(&engine, &id).await, Err(Code::RateLimited));
    world.vault.hide(Some(&id));
    let _ = engine.refresh(&id, Channel::App).await;
    world.vault.hide(None);
    world.network.answer(200, FRESH);
    assert_eq!(token(&engine, &id).await, Err(Code::RateLimited));
    assert!(world.network.sent().is_empty());
}

#[tokio::test]
async fn an_item_that_is_late_is_looked_for_also_while_a_server_wants_to_be_left_alone() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.clock.forward(7_190);
    world.network.answer_after(429, 3_600);
    engine.refresh(&id, Channel::Engine).await.unwrap_err();
    world.network.sent();
    world.vault.hide(Some(&id));
    engine.refresh(&id, Channel::App).await.unwrap_err();
    engine.keep_fresh();
    settle().await;
    world.vault.hide(None);
    for _ in 0..3 {
        pass(&world, 25).await;
    }
    assert_eq!(engine.view(&id).unwrap().problem.unwrap().code, "oauth/rate_limited", "it was found");
    assert!(world.network.sent().is_empty());
}

/// A client that is refused is not asked with again over a keyring that comes up late, at each start.
#[tokio::test]
async fn a_refused_client_is_not_asked_with_again_over_an_item_that_is_missing() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.clock.forward(7_190);
    world.network.answer(401, r#"{"error":"invalid_client"}"#);
    engine.refresh(&id, Channel::Engine).await.unwrap_err();
    world.network.sent();
    world.vault.hide(Some(&id));
    let _ = engine.refresh(&id, Channel::App).await;
    world.vault.hide(None);
    engine.keep_fresh();
    settle().await;
    for _ in 0..6 {
        world.network.answer(401, r#"{"error":"invalid_client"}"#);
        pass(&world, 20).await;
    }
    let sent = world.network.sent();
    assert!(sent.is_empty(), "{sent:?}");
}

/// It has them, and nobody can connect again.
#[tokio::test]
async fn an_item_that_is_kept_back_is_not_told_as_one_that_is_not_there() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let mut events = engine.subscribe();
    world.vault.keep_back(Some(&id));
    engine.refresh(&id, Channel::App).await.unwrap_err();
    engine.keep_fresh();
    settle().await;
    for _ in 0..8 {
        pass(&world, 25).await;
    }
    let reasons: Vec<_> = offered(&mut events).into_iter().map(|it| it.attention.reason).collect();
    assert!(!reasons.contains(&Reason::TokensMissing));
}

#[tokio::test]
async fn an_item_that_is_kept_back_has_one_line_also_where_the_provider_has_ended_the_sign_in() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.network.answer(400, r#"{"error":"invalid_grant"}"#);
    engine.refresh(&id, Channel::App).await.unwrap_err();
    world.vault.keep_back(Some(&id));
    for _ in 0..5 {
        let _ = engine.refresh(&id, Channel::App).await;
    }
    let lines = engine.activity(&Default::default()).unwrap();
    let said = lines.iter().filter(|line| line.code == Some(Code::VaultLocked)).count();
    assert_eq!(said, 0, "that the sign-in has ended says more");
}

/// What the server asks for is the least, also where a person's own try did not even leave the machine.
#[tokio::test]
async fn what_a_server_wants_is_not_forgotten_over_a_try_that_was_not_sent() {
    for why in ["offline", "disk full"] {
        let world = World::new();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        world.clock.forward(7_190);
        world.network.answer_after(429, 3_600);
        engine.refresh(&id, Channel::Engine).await.unwrap_err();
        world.clock.forward(20);
        match why {
            "offline" => world.network.fail(HttpErrorKind::NameResolution),
            _ => world.vault.fill(true),
        }
        engine.refresh(&id, Channel::App).await.unwrap_err();
        world.vault.fill(false);
        world.network.sent();
        world.network.forget_answers();
        world.network.answer(200, FRESH);
        assert_eq!(token(&engine, &id).await, Err(Code::RateLimited), "{why}");
        assert!(world.network.sent().is_empty(), "{why}");
    }
}

/// After three days, in which it was tried for half a day at least: also where the keyring is a second late each morning.
#[tokio::test]
async fn what_fails_for_days_is_told_also_where_the_keyring_is_late_each_morning() {
    let mut told = vec![];
    for is_late in [false, true] {
        let world = World::new();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        drop(engine);
        world.clock.forward(7_200);
        world.network.answer_always("grant_type=refresh_token", 503, "");
        let mut reasons = vec![];
        for _ in 0..8 {
            if is_late {
                world.vault.hide(Some(&id));
            }
            let engine = world.engine();
            let mut events = engine.subscribe();
            engine.keep_fresh();
            settle().await;
            pass(&world, 1).await;
            world.vault.hide(None);
            for _ in 0..2 {
                leap(&world, 5 * 3_600).await;
            }
            settle().await;
            for reminder in offered(&mut events) {
                engine.told(&reminder).unwrap();
                reasons.push(reminder.attention.reason);
            }
            drop(engine);
            world.clock.forward(14 * 3_600);
        }
        told.push(reasons.contains(&Reason::FailingForDays));
    }
    assert_eq!(told, [true, true]);
}

/// The system asks the person whether this program may read the item (macOS after an update), and nobody answers: the vault is
/// open, and each read ends by its time limit.
#[tokio::test]
async fn an_item_whose_read_is_never_answered_is_said() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.clock.forward(6_000);
    world.vault.leave_unanswered(Some(&id));
    is_told(&world, &engine, &id, "vault/timeout").await;
}

/// The lock's file cannot be opened: it is root's since somebody ran the command with sudo, or its folder is gone.
#[tokio::test]
async fn a_lock_that_cannot_be_had_is_said() {
    let world = World::new();
    let before = world.engine();
    let id = world.connected(&before).await;
    drop(before);
    let folder = std::path::PathBuf::from("/nonexistent/locks");
    let engine = world.engine_with(std::sync::Arc::new(tokenrack_platform::FileLock::new(folder)));
    world.clock.forward(6_000);
    is_told(&world, &engine, &id, "store/failed").await;
}

/// The intent cannot be written, so nothing is sent.
#[tokio::test]
async fn a_database_that_takes_no_intent_is_said() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.clock.forward(6_000);
    world.refuse_records_with("in_flight");
    is_told(&world, &engine, &id, "store/failed").await;
}

/// A machine wakes up with a clock that is a day ahead, hears "not now, in a minute", its clock is put right, and the next try
/// finds no network.
#[tokio::test]
async fn a_minute_that_a_server_asked_for_is_no_day_once_the_clock_is_right() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let other = world.connected_as(&engine, world.named("other")).await;
    world.clock.forward(86_400);
    world.network.answer_after(429, 60);
    engine.refresh(&id, Channel::Engine).await.unwrap_err();
    world.clock.forward(-86_400);
    world.network.fail(HttpErrorKind::NameResolution);
    engine.refresh(&id, Channel::Engine).await.unwrap_err();
    world.network.sent();
    world.network.answer_always("grant_type=refresh_token", 200, FRESH);
    engine.keep_fresh();
    settle().await;
    // Both have ended an hour ago.
    leap(&world, 3 * 3_600).await;
    settle().await;
    assert_eq!(
        (token(&engine, &id).await, token(&engine, &other).await),
        (Ok("at-2".into()), Ok("at-2".into()))
    );
}

/// A clock that is a month ahead makes certificates fail.
#[tokio::test]
async fn what_fails_for_days_is_told_also_where_the_clock_was_ahead_at_first() {
    for ahead in [0, 30 * 86_400] {
        let world = World::new();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        world.clock.forward(7_200 + ahead);
        world.network.fail(HttpErrorKind::Tls);
        engine.refresh(&id, Channel::Engine).await.unwrap_err();
        world.clock.forward(-ahead);
        world.network.answer_always("grant_type=refresh_token", 503, "");
        is_told(&world, &engine, &id, "oauth/server_error").await;
    }
}

/// What another process has written is shown within a second.
async fn noticed() {
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
}

/// A keyring that is late, then slow, then there. The command has found the tokens; they have two hours to live.
#[tokio::test]
async fn a_failure_kept_in_memory_is_over_once_somebody_has_found_the_tokens() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    engine.keep_fresh();
    settle().await;
    pass(&world, 300).await;
    let command = world.engine();
    world.vault.hide(Some(&id));
    assert_eq!(token(&command, &id).await, Err(Code::VaultItemMissing));
    world.vault.leave_unanswered(Some(&id));
    world.vault.hide(None);
    noticed().await;
    for _ in 0..4 {
        pass(&world, 10).await;
    }
    assert_eq!(engine.view(&id).unwrap().problem.unwrap().code, "vault/timeout");
    world.vault.leave_unanswered(None);
    assert_eq!(token(&command, &id).await, Ok("at-1".into()));
    noticed().await;
    assert_eq!(command.view(&id).unwrap().problem, None);
    let shown = engine.view(&id).unwrap().problem.map(|problem| problem.code);
    world.network.answer_always("grant_type=refresh_token", 200, FRESH);
    for _ in 0..20 {
        pass(&world, 20).await;
    }
    let sent = world.network.sent();
    assert_eq!((shown, sent), (None, vec![]), "it was read, and nothing is due for an hour and a half");
}

/// The same with the app alone: whoever opens the window has found them.
#[tokio::test]
async fn a_failure_kept_in_memory_is_over_once_the_window_has_found_the_tokens() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    engine.keep_fresh();
    settle().await;
    pass(&world, 300).await;
    world.vault.hide(Some(&id));
    assert_eq!(token(&engine, &id).await, Err(Code::VaultItemMissing));
    world.vault.keep_back(Some(&id));
    world.vault.hide(None);
    for _ in 0..4 {
        pass(&world, 10).await;
    }
    world.vault.keep_back(None);
    let snapshot = engine.snapshot().await.unwrap();
    let shown = snapshot.connections[0].problem.as_ref().map(|problem| problem.code.clone());
    world.network.answer_always("grant_type=refresh_token", 200, FRESH);
    for _ in 0..20 {
        pass(&world, 20).await;
    }
    let sent = world.network.sent();
    assert_eq!((shown, sent), (None, vec![]), "it was read, and nothing is due for an hour and a half");
}

/// "What the server asks for is the least. Whoever needs a token meanwhile, from any connection to that host, is told until when."
#[tokio::test]
async fn what_a_server_wants_counts_for_others_too_while_the_item_of_the_one_it_told_is_missing() {
    for why in ["none", "hidden", "kept back"] {
        let world = World::new();
        let engine = world.engine();
        let told = world.connected(&engine).await;
        let other = world.connected_as(&engine, world.named("other")).await;
        world.clock.forward(7_190);
        world.network.answer_after(429, 3_600);
        engine.refresh(&told, Channel::Engine).await.unwrap_err();
        world.clock.forward(20);
        match why {
            "hidden" => world.vault.hide(Some(&told)),
            "kept back" => world.vault.keep_back(Some(&told)),
            _ => {}
        }
        if why != "none" {
            engine.refresh(&told, Channel::App).await.unwrap_err();
        }
        world.network.sent();
        world.network.answer(200, FRESH);
        assert_eq!(token(&engine, &other).await, Err(Code::RateLimited), "{why}");
        assert!(world.network.sent().is_empty(), "{why}");
    }
}

/// "What fails on this machine (… a database that cannot be used) takes nothing from what a server has said: … its refusal".
#[tokio::test]
async fn a_refusal_that_could_not_be_written_down_is_still_one() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.refuse_records_with("reauthorization_required");
    world.network.answer(400, r#"{"error":"invalid_grant"}"#);
    engine.refresh(&id, Channel::App).await.unwrap_err();
    world.accept_all_records();
    world.network.answer(400, r#"{"error":"invalid_grant"}"#);
    assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::InvalidGrant);
}

/// The same of "not before an hour has passed".
#[tokio::test]
async fn what_a_server_wants_that_could_not_be_written_down_still_counts() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.clock.forward(7_000);
    world.refuse_records_with("\"failed\":");
    for _ in 0..40 {
        world.network.answer_after(429, 3_600);
    }
    engine.keep_fresh();
    settle().await;
    for _ in 0..10 {
        pass(&world, 15).await;
    }
    let asked = world.network.sent().len();
    let problem = engine.view(&id).unwrap().problem.map(|problem| problem.code);
    assert_eq!((asked, problem.as_deref()), (1, Some("store/failed")));
}
