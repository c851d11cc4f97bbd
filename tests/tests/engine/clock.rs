//! A clock that a server contradicts: the failure says so.

use tokenrack_core::event::Channel;
use tokenrack_core::problem::Code;
use tokenrack_core::view::StatusKind;

use super::background::{pass, settle};
use super::world::World;
use super::{FRESH, kind};

const REFUSED: &str = r#"{"error":"invalid_grant","error_description":"not yet valid"}"#;
/// The test's clock shows 12:00 on 1 January.
const TOMORROW: &str = "Fri, 02 Jan 2026 12:00:00 GMT";
const NOW: &str = "Thu, 01 Jan 2026 12:04:00 GMT";

#[tokio::test]
async fn a_refresh_that_fails_says_that_the_clock_is_wrong() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.network.answer_at(NOW, 503, "");
    let problem = engine.refresh(&id, Channel::App).await.unwrap_err();
    assert_eq!((problem.code, problem.cause), (Code::ServerError, None), "four minutes are no wrong clock");
    world.network.answer_at(TOMORROW, 503, "");
    let problem = engine.refresh(&id, Channel::App).await.unwrap_err();
    assert_eq!(problem.code, Code::ServerError, "what it means for the grant is as before");
    let cause = problem.cause.unwrap();
    assert!(
        cause.contains("clock is wrong by 1440 minutes, slow") && cause.contains("Set this machine's clock")
    );
    let view = engine.view(&id).unwrap();
    assert_eq!(view.problem.unwrap().cause.as_deref(), Some(cause.as_str()), "a person reads it");
    world.network.answer_at(TOMORROW, 200, FRESH);
    engine.refresh(&id, Channel::App).await.unwrap();
    world.network.answer_at(TOMORROW, 400, REFUSED);
    let cause = engine.refresh(&id, Channel::App).await.unwrap_err().cause.unwrap();
    assert!(cause.contains("1440 minutes") && cause.contains("not yet valid"), "the server's own words stay");
}

#[tokio::test]
async fn a_sign_in_that_fails_says_it_too() {
    let world = World::new();
    let engine = world.engine();
    let id = world.add(&engine).await;
    let redirect = world.start(&engine, &id).await;
    world.network.answer_at(TOMORROW, 400, REFUSED);
    let refusal = engine.deliver(&redirect, Channel::DeepLink).await.unwrap_err();
    assert_eq!(refusal.problem.code, Code::InvalidGrant);
    assert!(refusal.problem.cause.unwrap().contains("clock is wrong by 1440 minutes, slow"));
}

/// What a client signs to prove itself (RFC 7523) is refused by a server that has another time.
#[tokio::test]
async fn a_client_that_is_refused_while_the_clock_is_wrong_is_no_wrong_client() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.network.answer_at(TOMORROW, 401, r#"{"error":"invalid_client"}"#);
    let problem = engine.refresh(&id, Channel::App).await.unwrap_err();
    assert_eq!(problem.code, Code::ClockWrong);
    assert!(problem.cause.unwrap().contains("invalid_client"), "the server's own words stay");
    drop(engine);
    // Somebody has set it.
    let engine = world.engine();
    world.network.sent();
    world.network.answer_at(NOW, 200, FRESH);
    engine.keep_fresh();
    settle().await;
    pass(&world, 25).await;
    assert_eq!(world.network.sent().len(), 1);
    assert_eq!(kind(&engine, &id), StatusKind::Connected);
}
