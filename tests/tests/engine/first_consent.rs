//! A server that gives a refresh token at the first consent only: the next sign-in goes on with it, wherever it was seen last.

use std::collections::HashMap;

use tokenrack_core::connection::{ConnectionId, GrantType};
use tokenrack_core::engine::Engine;
use tokenrack_core::event::Channel;
use tokenrack_core::problem::Code;
use tokenrack_core::view::Revocation;
use tokenrack_oauth::secret::SecretBytes;

use super::token;
use super::world::World;

const DAY: i64 = 86_400;

/// A server that gives a refresh token at the first consent only, and whose file says so of nothing.
const FIRST_CONSENT: &str = "schema = 1\nid = \"acme\"\nname = \"Acme\"\n[server]\n\
    authorization_endpoint = \"https://as.example/authorize\"\ntoken_endpoint = \"https://as.example/token\"\n\
    revocation_endpoint = \"https://as.example/revoke\"\n[account]\nfrom = \"token_response\"\nid = \"/user/id\"\n\
    label = [\"/user/login\"]\n";

/// Its answer, with a refresh token or without.
fn consent(n: u32, refresh_token: Option<u32>) -> String {
    let token = refresh_token.map(|n| format!(r#""refresh_token":"rt-{n}","#)).unwrap_or_default();
    format!(
        r#"{{"access_token":"at-{n}",{token}"token_type":"bearer","expires_in":7200,"user":{{"id":"7","login":"ada"}}}}"#
    )
}

async fn at_first_consent(world: &World, more: &str) -> (Engine, ConnectionId) {
    world.own_provider("acme.toml", &format!("{FIRST_CONSENT}{more}"));
    let engine = world.engine();
    let id = world.add_acme(&engine, GrantType::AuthorizationCode).await;
    world.signed_in(&engine, &id, &consent(1, Some(1))).await;
    world.clock.forward(60);
    (engine, id)
}

/// "Death between 7 and 9: new tokens in the vault, old facts in the database: adopts what the vault has". The next one is a
/// sign-in that brings no refresh token, of the same client, account and permissions: it "goes on with the one before".
#[tokio::test]
async fn a_sign_in_after_a_death_between_vault_and_database_goes_on_with_what_the_vault_has() {
    let mut lost = vec![];
    for (rotates, dies) in [(true, false), (true, true), (false, false), (false, true)] {
        let world = World::new();
        let (engine, id) = at_first_consent(&world, &format!("[refresh]\nrotates = {rotates}\n")).await;
        world.network.answer(200, &consent(2, rotates.then_some(2)));
        if dies {
            world.refuse_records_with("\"generation\":2");
            assert_eq!(engine.refresh(&id, Channel::Command).await.unwrap_err().code, Code::StoreFailed);
            world.accept_all_records();
        } else {
            engine.refresh(&id, Channel::Command).await.unwrap();
        }
        drop(engine);
        let engine = world.engine();
        world.clock.forward(60);
        world.signed_in(&engine, &id, &consent(3, None)).await;
        let live = if rotates { "rt-2" } else { "rt-1" };
        let item = world.item(&id);
        if item["tokens"]["refresh_token"].as_str() != Some(live) {
            lost.push((rotates, dies));
        }
    }
    assert_eq!(lost, [], "rotates, dies");
}

/// The same where the new tokens ended with their process, and the refresh token is not replaced: it is as good as before.
#[tokio::test]
async fn a_sign_in_after_tokens_that_ended_with_their_process_goes_on_with_a_refresh_token_that_stays() {
    for dies in [false, true] {
        let world = World::new();
        let (engine, id) = at_first_consent(&world, "[refresh]\nrotates = false\n").await;
        world.network.answer(200, &consent(2, None));
        world.vault.refuse_writes(dies);
        assert_eq!(engine.refresh(&id, Channel::Command).await.is_err(), dies);
        drop(engine);
        world.vault.refuse_writes(false);
        let engine = world.engine();
        world.clock.forward(60);
        world.signed_in(&engine, &id, &consent(3, None)).await;
        assert_eq!(world.item(&id)["tokens"]["refresh_token"].as_str(), Some("rt-1"), "dies: {dies}");
    }
}

/// "Tokens that the vault took, and of which the database could not even write that it failed, are found": the person, who was
/// told that it failed, signs in again.
#[tokio::test]
async fn a_sign_in_after_one_that_the_database_refused_goes_on_with_its_refresh_token() {
    for is_seen in [true, false] {
        let world = World::new();
        world.own_provider("acme.toml", FIRST_CONSENT);
        let engine = world.engine();
        let id = world.add_acme(&engine, GrantType::AuthorizationCode).await;
        let redirect = world.start(&engine, &id).await;
        world.network.answer(200, &consent(1, Some(1)));
        world.refuse_records_with("\"authorized\":");
        let failed = engine.deliver(&redirect, Channel::DeepLink).await.unwrap_err();
        assert_eq!(failed.problem.code, Code::StoreFailed);
        world.accept_all_records();
        assert_eq!(world.item(&id)["tokens"]["refresh_token"].as_str(), Some("rt-1"));
        if is_seen {
            assert_eq!(token(&engine, &id).await, Ok("at-1".into()));
        }
        world.clock.forward(60);
        world.signed_in(&engine, &id, &consent(2, None)).await;
        assert_eq!(world.item(&id)["tokens"]["refresh_token"].as_str(), Some("rt-1"), "is_seen: {is_seen}");
    }
}

/// The refresh token lives for a week, and this machine's clock is ten days ahead at the next sign-in.
#[tokio::test]
async fn a_refresh_token_goes_on_also_by_a_clock_that_is_ahead() {
    for ahead in [0, 10 * DAY] {
        let world = World::new();
        world.own_provider("acme.toml", FIRST_CONSENT);
        let engine = world.engine();
        let id = world.add_acme(&engine, GrantType::AuthorizationCode).await;
        let first = consent(1, Some(1)).replace("7200", "7200,\"refresh_token_expires_in\":604800");
        world.signed_in(&engine, &id, &first).await;
        world.clock.forward(60 + ahead);
        world.signed_in(&engine, &id, &consent(2, None)).await;
        world.clock.forward(-ahead);
        assert_eq!(world.item(&id)["tokens"]["refresh_token"].as_str(), Some("rt-1"), "ahead: {ahead}");
    }
}

/// "What it wrote last may come late, and is found": here by a sign-in, as the status has asked for.
#[tokio::test]
async fn a_sign_in_goes_on_with_a_refresh_token_that_was_written_late() {
    for is_late in [false, true] {
        let world = World::new();
        let (engine, id) = at_first_consent(&world, "[refresh]\nrotates = true\n").await;
        world.network.answer(200, &consent(2, Some(2)));
        world.vault.refuse_writes(is_late);
        assert_eq!(engine.refresh(&id, Channel::Command).await.is_err(), is_late);
        drop(engine);
        world.vault.refuse_writes(false);
        let engine = world.engine();
        if is_late {
            assert_eq!(token(&engine, &id).await, Ok("at-1".into()), "it lives for two hours");
            assert_eq!(
                engine.refresh(&id, Channel::Command).await.unwrap_err().code,
                Code::RefreshInterrupted
            );
            world.vault.write_late();
        }
        world.clock.forward(60);
        world.signed_in(&engine, &id, &consent(3, None)).await;
        assert_eq!(world.item(&id)["tokens"]["refresh_token"].as_str(), Some("rt-2"), "is_late: {is_late}");
    }
}

/// What was overwritten so is not known any more either.
#[tokio::test]
async fn a_refresh_token_that_a_sign_in_has_overwritten_is_not_said_to_be_revoked() {
    let world = World::new();
    let (engine, id) = at_first_consent(&world, "[refresh]\nrotates = true\n").await;
    world.network.answer(200, &consent(2, Some(2)));
    world.refuse_records_with("\"generation\":2");
    assert_eq!(engine.refresh(&id, Channel::Command).await.unwrap_err().code, Code::StoreFailed);
    world.accept_all_records();
    world.clock.forward(60);
    world.signed_in(&engine, &id, &consent(3, None)).await;
    for _ in 0..2 {
        world.network.answer(200, "");
    }
    let told = engine.disconnect(&id, false, Channel::App).await.unwrap();
    let sent = world.network.sent();
    let is_told = sent.iter().any(|body| body.contains("token=rt-2"));
    assert!(is_told || told.revocation != Revocation::Revoked, "{:?} {sent:?}", told.revocation);
}

/// A connection of the first versions, whose records do not say whose its tokens are, nor whether they are bound: renewed for
/// months since, by the client that it has always had.
#[tokio::test]
async fn a_refresh_token_of_the_first_versions_goes_on() {
    for is_old in [false, true] {
        let world = World::new();
        let (engine, id) = at_first_consent(&world, "[refresh]\nrotates = true\n").await;
        drop(engine);
        if is_old {
            let mut item = world.item(&id);
            let grant = item["tokens"]["grant"].as_object_mut().unwrap();
            for name in ["client_id", "is_bound"] {
                grant.remove(name).unwrap();
                world.tamper(&format!(
                    "UPDATE connections SET record = json_remove(record, '$.state.settled.authorized.{name}')"
                ));
            }
            world
                .vault
                .restore(HashMap::from([(id.0.clone(), SecretBytes::new(item.to_string().into_bytes()))]));
        }
        let engine = world.engine();
        world.network.answer(200, &consent(2, Some(2)));
        engine.refresh(&id, Channel::Command).await.unwrap();
        world.clock.forward(60);
        world.signed_in(&engine, &id, &consent(3, None)).await;
        assert_eq!(world.item(&id)["tokens"]["refresh_token"].as_str(), Some("rt-2"), "is_old: {is_old}");
    }
}
