//! A sign-in that ends when nobody uses it for half an hour: it is used before, whatever was seen of its end.

use std::collections::HashMap;
use std::time::Duration;

use tokenrack_core::connection::ConnectionId;
use tokenrack_core::engine::Engine;
use tokenrack_core::event::Channel;
use tokenrack_oauth::secret::SecretBytes;

use super::background::settle;
use super::world::World;

const IDLE: i64 = 1_800;

fn answer(token: u32, left: i64) -> String {
    format!(
        r#"{{"access_token":"at","refresh_token":"rt-{token}","token_type":"bearer","expires_in":86400,
        "refresh_token_expires_in":{left}}}"#
    )
}

async fn signed_in(world: &World, engine: &Engine) -> ConnectionId {
    let id = world.add(engine).await;
    world.signed_in(engine, &id, &answer(1, IDLE)).await;
    id
}

/// Somebody refreshes after so many seconds, and the refresh token lives for `left`.
async fn refreshed(
    world: &World,
    engine: &Engine,
    id: &ConnectionId,
    passed: i64,
    (token, left): (u32, i64),
) {
    world.clock.forward(passed);
    world.network.answer(200, &answer(token, left));
    engine.refresh(id, Channel::App).await.unwrap();
}

/// Whether the app refreshes by itself before the end.
async fn is_used(world: &World, engine: &Engine) -> bool {
    world.network.sent();
    engine.keep_fresh();
    settle().await;
    world.network.answer(200, &answer(9, IDLE));
    let mut asked = 0;
    for _ in 0..80 {
        world.clock.forward(20);
        tokio::time::sleep(Duration::from_millis(30)).await;
        asked += world.network.sent().len();
    }
    asked > 0
}

#[tokio::test]
async fn one_that_has_been_seen_to_move() {
    for presses in [false, true] {
        let world = World::new();
        let engine = world.engine();
        let id = signed_in(&world, &engine).await;
        refreshed(&world, &engine, &id, 1_400, (2, IDLE)).await;
        assert!(engine.view(&id).unwrap().sign_in_by.unwrap().moves);
        if presses {
            refreshed(&world, &engine, &id, 120, (2, IDLE - 120)).await;
        }
        assert!(is_used(&world, &engine).await, "presses: {presses}");
    }
}

/// Its server gives a new token each time, and writes down once in five minutes when it was used.
#[tokio::test]
async fn one_that_moves_by_steps() {
    for presses in [false, true] {
        let world = World::new();
        let engine = world.engine();
        let id = signed_in(&world, &engine).await;
        refreshed(&world, &engine, &id, 1_400, (2, IDLE)).await;
        if presses {
            refreshed(&world, &engine, &id, 120, (3, IDLE - 120)).await;
        }
        assert!(is_used(&world, &engine).await, "presses: {presses}");
    }
}

/// Nobody has seen yet that the end moves, and a person presses *Refresh* two minutes after the sign-in.
#[tokio::test]
async fn one_that_a_refresh_came_too_soon_for() {
    let world = World::new();
    let engine = world.engine();
    let id = signed_in(&world, &engine).await;
    refreshed(&world, &engine, &id, 120, (1, IDLE - 120)).await;
    assert!(is_used(&world, &engine).await);
}

/// The app was updated: the record does not say how the end has moved, only that it does.
#[tokio::test]
async fn one_that_an_older_version_has_seen_to_move() {
    let world = World::new();
    let engine = world.engine();
    let id = signed_in(&world, &engine).await;
    refreshed(&world, &engine, &id, 1_400, (2, IDLE)).await;
    drop(engine);
    let path = "$.state.settled.authorized.refresh_end_moved";
    world.tamper(&format!("UPDATE connections SET record = json_remove(record, '{path}')"));
    let mut item = world.item(&id);
    item["tokens"]["grant"].as_object_mut().unwrap().remove("refresh_end_moved").unwrap();
    let text = SecretBytes::new(item.to_string().into_bytes());
    world.vault.restore(HashMap::from([(id.0.clone(), text)]));
    let engine = world.engine();
    refreshed(&world, &engine, &id, 120, (2, IDLE - 120)).await;
    assert!(is_used(&world, &engine).await);
}

/// The clock was an hour ahead, for a while.
#[tokio::test]
async fn one_that_moves_once_the_clock_is_right() {
    let world = World::new();
    let engine = world.engine();
    let id = signed_in(&world, &engine).await;
    for (passed, token) in [(1_400, 2), (1_400 - 3_600, 3), (1_400, 4)] {
        refreshed(&world, &engine, &id, passed, (token, IDLE)).await;
    }
    assert!(engine.view(&id).unwrap().sign_in_by.unwrap().moves);
    refreshed(&world, &engine, &id, 120, (4, IDLE - 120)).await;
    assert!(is_used(&world, &engine).await);
}
