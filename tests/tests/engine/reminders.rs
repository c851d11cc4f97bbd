//! What a person who is not looking hears of, and when a sign-in will be needed.

use tokenrack_core::connection::ConnectionId;
use tokenrack_core::engine::Engine;
use tokenrack_core::event::{Channel, EngineEvent, Reason, Reminder};
use tokenrack_core::ports::HttpErrorKind;
use tokenrack_core::problem::Code;
use tokenrack_core::view::SignInBasis;
use tokio::sync::broadcast::Receiver;

use super::background::{pass, settle};
use super::world::World;
use super::{FRESH, token};

const DAY: i64 = 86_400;

/// The reasons since the last look.
pub fn offered(events: &mut Receiver<EngineEvent>) -> Vec<Reminder> {
    let mut reminders = Vec::new();
    while let Ok(event) = events.try_recv() {
        if let EngineEvent::NeedsPerson(reminder) = event {
            reminders.push(reminder);
        }
    }
    reminders
}

/// The same, by a face that tells all of it to somebody.
fn heard(engine: &Engine, events: &mut Receiver<EngineEvent>) -> Vec<Reason> {
    let tell = |reminder: Reminder| {
        engine.told(&reminder).unwrap();
        reminder.attention.reason
    };
    offered(events).into_iter().map(tell).collect()
}

/// A connection whose sign-in brought this.
async fn connected(world: &World, engine: &Engine, answer: &str) -> ConnectionId {
    let id = world.add(engine).await;
    let redirect = world.start(engine, &id).await;
    world.network.answer(200, answer);
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
    world.network.sent();
    id
}

#[tokio::test]
async fn a_refresh_token_that_ends_is_said_ahead_of_time_and_once() {
    let world = World::new();
    let engine = world.engine();
    let id = connected(
        &world,
        &engine,
        r#"{"access_token":"at-1","refresh_token":"rt-1","token_type":"bearer","expires_in":5184000,
            "refresh_token_expires_in":2592000}"#,
    )
    .await;
    let by = engine.view(&id).unwrap().sign_in_by.unwrap();
    assert_eq!((by.basis, by.moves), (SignInBasis::RefreshToken, false));
    assert_eq!(by.at.to_string(), "2026-01-31T12:00:00Z");
    let mut events = engine.subscribe();
    engine.keep_fresh();
    settle().await;
    pass(&world, 26 * DAY).await;
    assert!(heard(&engine, &mut events).is_empty(), "three days ahead are enough");
    pass(&world, DAY + 60).await;
    assert_eq!(heard(&engine, &mut events), [Reason::SignInSoon]);
    pass(&world, DAY).await;
    assert!(heard(&engine, &mut events).is_empty(), "once");
    let restarted = world.engine();
    let mut events = restarted.subscribe();
    restarted.keep_fresh();
    settle().await;
    assert!(heard(&restarted, &mut events).is_empty(), "also after a restart");
}

#[tokio::test]
async fn an_end_that_each_refresh_moves_is_no_reason() {
    let world = World::new();
    let engine = world.engine();
    let answer = r#"{"access_token":"at-1","refresh_token":"rt-1","token_type":"bearer","expires_in":7200,
        "refresh_token_expires_in":864000}"#;
    let id = connected(&world, &engine, answer).await;
    world.clock.forward(7000);
    world.network.answer(200, answer);
    engine.refresh(&id, Channel::App).await.unwrap();
    assert!(engine.view(&id).unwrap().sign_in_by.unwrap().moves);
}

#[tokio::test]
async fn earlier_sign_ins_say_how_long_the_next_one_lasts() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    for _ in 0..2 {
        world.clock.forward(30 * DAY);
        world.network.answer(400, r#"{"error":"invalid_grant"}"#);
        engine.refresh(&id, Channel::App).await.unwrap_err();
        let redirect = world.start(&engine, &id).await;
        world.network.answer(200, super::FRESH);
        engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
    }
    let by = engine.view(&id).unwrap().sign_in_by.unwrap();
    assert_eq!(by.basis, SignInBasis::History);
    assert_eq!(by.at.to_string(), "2026-04-01T12:00:00Z");
}

#[tokio::test]
async fn a_grant_that_ended_is_said_and_said_again_when_the_next_one_ends() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let mut events = engine.subscribe();
    engine.keep_fresh();
    settle().await;
    for _ in 0..2 {
        world.network.answer(400, r#"{"error":"invalid_grant"}"#);
        engine.refresh(&id, Channel::Engine).await.unwrap_err();
        settle().await;
        assert_eq!(heard(&engine, &mut events), [Reason::SignInNeeded]);
        world.clock.forward(10);
        world.network.answer(400, r#"{"error":"invalid_grant"}"#);
        engine.refresh(&id, Channel::App).await.unwrap_err();
        settle().await;
        assert_eq!(heard(&engine, &mut events), [], "it ended once");
        let redirect = world.start(&engine, &id).await;
        world.network.answer(200, super::FRESH);
        engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
        settle().await;
    }
}

#[tokio::test]
async fn what_nobody_could_be_told_is_offered_again() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let mut events = engine.subscribe();
    engine.keep_fresh();
    settle().await;
    world.network.answer(400, r#"{"error":"invalid_grant"}"#);
    engine.refresh(&id, Channel::Engine).await.unwrap_err();
    pass(&world, 60).await;
    let refused = offered(&mut events);
    assert_eq!(refused.len(), 1, "a desktop that refuses it is not asked at once again");
    assert_eq!(engine.untold(), refused, "for a face that has missed it");
    let restarted = world.engine();
    let mut events = restarted.subscribe();
    restarted.keep_fresh();
    settle().await;
    assert_eq!(heard(&restarted, &mut events), [Reason::SignInNeeded]);
    assert!(restarted.untold().is_empty());
}

#[tokio::test]
async fn a_line_that_changes_no_connection_is_told_too_whichever_process_writes_it() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let mut events = engine.subscribe();
    engine.snapshot().await.unwrap();
    settle().await;
    while events.try_recv().is_ok() {}
    for process in [engine.clone(), world.engine()] {
        process.release_token(&id, Default::default(), Channel::Command, "raw").await.unwrap();
        settle().await;
        let mut told = vec![];
        while let Ok(event) = events.try_recv() {
            told.push(event);
        }
        assert_eq!(told, [EngineEvent::Recorded { connections: vec![id.clone()] }]);
    }
}

#[tokio::test]
async fn days_of_sleep_are_no_days_of_failing() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.clock.forward(7_100);
    world.network.fail(HttpErrorKind::NameResolution);
    engine.refresh(&id, Channel::Command).await.unwrap_err();
    drop(engine);
    world.clock.forward(4 * DAY);
    let engine = world.engine();
    let mut events = engine.subscribe();
    world.network.fail(HttpErrorKind::NameResolution);
    engine.keep_fresh();
    settle().await;
    assert_eq!(world.network.sent().len(), 2, "the network is not up yet");
    assert!(heard(&engine, &mut events).is_empty());
    world.network.answer(200, FRESH);
    pass(&world, 25).await;
    assert_eq!(world.network.sent().len(), 1, "nor does it wait for an hour");
}

#[tokio::test]
async fn a_keyring_that_is_late_on_two_mornings_is_not_told_of() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    // When the session ends, the keyring goes first.
    world.vault.hide(Some(&id));
    token(&engine, &id).await.unwrap_err();
    drop(engine);
    world.clock.forward(DAY);
    let engine = world.engine();
    let mut events = engine.subscribe();
    engine.keep_fresh();
    settle().await;
    assert!(heard(&engine, &mut events).is_empty());
    for _ in 0..4 {
        pass(&world, 25).await;
    }
    assert_eq!(heard(&engine, &mut events), [Reason::TokensMissing], "it does not have them a minute later");
}

#[tokio::test]
async fn failures_of_the_network_are_no_minute_of_a_late_keyring() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.clock.forward(7_000);
    for _ in 0..2 {
        world.network.fail(HttpErrorKind::NameResolution);
        engine.refresh(&id, Channel::Engine).await.unwrap_err();
        world.clock.forward(120);
    }
    drop(engine);
    // Off for the night; in the morning the keyring comes up a second late.
    world.clock.forward(DAY / 2);
    world.vault.hide(Some(&id));
    let engine = world.engine();
    let mut events = engine.subscribe();
    engine.keep_fresh();
    settle().await;
    pass(&world, 4).await;
    assert_eq!(token(&engine, &id).await, Err(Code::VaultItemMissing));
    settle().await;
    let reasons: Vec<_> = offered(&mut events).into_iter().map(|it| it.attention.reason).collect();
    assert_eq!(reasons, [] as [Reason; 0], "a notification waits for a minute");
}

/// A provider that fails for days, and a keyring that has to be started in between.
#[tokio::test]
async fn a_failure_of_days_is_told_of_once_also_over_tokens_that_were_missing() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.clock.forward(7_000);
    world.network.answer_always("grant_type=refresh_token", 503, "");
    let mut events = engine.subscribe();
    engine.keep_fresh();
    settle().await;
    let mut told = vec![];
    let leaps = [(20, 5 * 3_600, None), (3, 2 * 3_600, Some(&id)), (3, 2 * 3_600, None)];
    for (times, seconds, hidden) in leaps {
        world.vault.hide(hidden);
        for _ in 0..times {
            for seconds in [seconds - 10, 10] {
                world.clock.forward(seconds);
                tokio::time::sleep(std::time::Duration::from_millis(60)).await;
            }
            told.extend(heard(&engine, &mut events));
        }
    }
    assert_eq!(told, [Reason::FailingForDays, Reason::TokensMissing]);
}
