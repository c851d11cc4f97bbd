//! What a token says of itself can be looked at; the token itself stays.

use tokenrack_core::activity::ActivityFilter;
use tokenrack_core::connection::ConnectionId;
use tokenrack_core::engine::Engine;
use tokenrack_core::event::Channel;
use tokenrack_core::problem::Code;

use crate::world::World;
use crate::{FRESH, token};

/// `{"alg":"none"}` and `{"sub":"ada","jti":"rt-jwt","exp":1767229200}`.
const HEADER: &str = "eyJhbGciOiJub25lIn0";
const CLAIMS: &str = "eyJzdWIiOiJhZGEiLCJqdGkiOiJydC1qd3QiLCJleHAiOjE3NjcyMjkyMDB9";
const SIGNATURE: &str = "c2lnLWNhbmFyeQ";

async fn refreshed(world: &World, engine: &Engine, answer: &str) -> ConnectionId {
    let id = world.connected(engine).await;
    world.network.answer(200, answer);
    engine.refresh(&id, Channel::App).await.unwrap();
    id
}

#[tokio::test]
async fn a_jwt_shows_its_claims_and_nothing_it_could_be_made_of() {
    let world = World::new();
    let engine = world.engine();
    let answer = format!(
        r#"{{"access_token":"{HEADER}.{CLAIMS}.{SIGNATURE}","refresh_token":"rt-jwt","token_type":"bearer","expires_in":7200}}"#
    );
    let id = refreshed(&world, &engine, &answer).await;
    let lines = || {
        engine.activity(&ActivityFilter { connection: Some(id.clone()), ..Default::default() }).unwrap().len()
    };
    let before = lines();
    let view = engine.claims(&id).await.unwrap().unwrap();
    let names: Vec<_> = view.claims.iter().map(|claim| (claim.name.as_str(), claim.at.is_some())).collect();
    assert_eq!(names, [("exp", true), ("jti", false), ("sub", false)]);
    assert_eq!(view.header[0].value, "none");
    let text = serde_json::to_string(&view).unwrap();
    for secret in [SIGNATURE, HEADER, CLAIMS, "rt-jwt"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert!(text.contains("ada"), "the rest is there: {text}");
    assert_eq!(lines(), before, "looking hands out no token");
}

#[tokio::test]
async fn an_opaque_token_has_no_claims_and_is_left_alone() {
    let world = World::new();
    let engine = world.engine();
    let id = refreshed(&world, &engine, FRESH).await;
    assert_eq!(engine.claims(&id).await.unwrap(), None);
    assert_eq!(token(&engine, &id).await.unwrap(), "at-2");
    (0..2).for_each(|_| world.network.answer(200, "{}"));
    engine.disconnect(&id, false, Channel::App).await.unwrap();
    assert_eq!(engine.claims(&id).await.unwrap_err().code, Code::NotConnected);
}
