//! Tokens that are given out twice, come late, or of which the database was not told.

use tokenrack_core::connection::{ClientAuthentication, ConnectionId, GrantType, RedirectMethod};
use tokenrack_core::engine::Engine;
use tokenrack_core::event::{ActivityKind, Channel};
use tokenrack_core::ports::HttpErrorKind;
use tokenrack_core::problem::Code;
use tokenrack_core::view::{Draft, Revocation, StatusKind};
use tokenrack_oauth::secret::{ClientSecret, RefreshToken};

use super::background::{pass, settle};
use super::world::{OPTIONS, World};
use super::{FRESH, kind, token};

const CODE: &str = r#"{"device_code":"d-1","user_code":"WDJB-MJHT","verification_uri":"https://gitlab.com/device",
    "expires_in":600,"interval":5}"#;

/// To a revocation: of the refresh token and of the access token.
fn answer_both(world: &World, status: u16) {
    world.network.answer(status, "{}");
    world.network.answer(status, "{}");
}

/// A connection that waits for a person to enter a code.
async fn with_code(world: &World, engine: &Engine) -> ConnectionId {
    let draft = Draft { grant: Some(GrantType::DeviceCode), ..Draft::default() };
    let id = world.add_as(engine, draft).await;
    world.network.answer(200, CODE);
    engine.connect(&id, OPTIONS).await.unwrap();
    world.network.sent();
    id
}

#[tokio::test]
async fn tokens_that_a_sign_in_brings_again_are_not_revoked_for_an_earlier_disconnect() {
    let world = World::new();
    let engine = world.engine();
    let id = world.add(&engine).await;
    world.signed_in(&engine, &id, FRESH).await;
    engine.keep_fresh();
    settle().await;
    answer_both(&world, 503);
    assert!(engine.disconnect(&id, false, Channel::App).await.unwrap().tried_again);
    world.network.sent();
    world.signed_in(&engine, &id, FRESH).await;
    for _ in 0..3 {
        pass(&world, 2).await;
    }
    assert!(world.network.sent().is_empty(), "they are in use");
    assert_eq!(token(&engine, &id).await.unwrap(), "at-2");
    assert!(engine.view(&id).unwrap().cautions.is_empty(), "nothing waits any more");
}

#[tokio::test]
async fn tokens_that_were_given_out_twice_are_revoked_once() {
    let world = World::new();
    let engine = world.engine();
    let id = world.add(&engine).await;
    world.signed_in(&engine, &id, FRESH).await;
    answer_both(&world, 503);
    assert!(engine.disconnect(&id, false, Channel::App).await.unwrap().tried_again);
    world.signed_in(&engine, &id, FRESH).await;
    answer_both(&world, 200);
    let view = engine.disconnect(&id, false, Channel::App).await.unwrap();
    assert_eq!((view.revocation, view.tried_again), (Revocation::Revoked, false));
    assert_eq!(world.network.sent().len(), 2, "the refresh token and the access token");
}

#[tokio::test]
async fn an_access_token_that_is_given_out_again_does_not_end_with_an_older_refresh_token() {
    let world = World::new();
    let engine = world.engine();
    let id = world.add(&engine).await;
    world.signed_in(&engine, &id, FRESH).await;
    engine.keep_fresh();
    settle().await;
    answer_both(&world, 503);
    assert!(engine.disconnect(&id, false, Channel::App).await.unwrap().tried_again);
    world.network.sent();
    world.signed_in(&engine, &id, &FRESH.replace("rt-2", "rt-3")).await;
    for _ in 0..3 {
        pass(&world, 2).await;
    }
    assert!(world.network.sent().is_empty(), "the access token would end with it");
    let lines = engine.activity(&Default::default()).unwrap();
    assert_eq!(lines[0].kind, ActivityKind::RevocationUnsupported, "it lives on");
}

#[tokio::test]
async fn tokens_in_use_that_a_cancelled_code_brings_again_are_not_revoked() {
    let world = World::new();
    let engine = world.engine();
    let id = with_code(&world, &engine).await;
    world.network.answer(200, FRESH);
    world.clock.forward(5);
    settle().await;
    assert_eq!(token(&engine, &id).await.unwrap(), "at-2");
    world.network.answer(200, CODE);
    engine.connect(&id, OPTIONS).await.unwrap();
    let gate = world.network.hold();
    world.network.answer(200, FRESH);
    world.clock.forward(5);
    settle().await;
    let cancelled = tokio::spawn({
        let (engine, id) = (engine.clone(), id.clone());
        async move { engine.cancel(&id, Channel::App).await }
    });
    settle().await;
    world.network.sent();
    gate.add_permits(1);
    cancelled.await.unwrap().unwrap();
    settle().await;
    assert!(world.network.sent().is_empty(), "they are in use");
    assert_eq!(token(&engine, &id).await.unwrap(), "at-2");
}

#[tokio::test]
async fn what_was_told_of_an_earlier_disconnect_is_not_said_of_the_next() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.vault.refuse_writes(true);
    answer_both(&world, 200);
    engine.disconnect(&id, false, Channel::App).await.unwrap_err();
    world.vault.refuse_writes(false);
    world.signed_in(&engine, &id, FRESH).await;
    let (dies, gate, its) = (world.engine(), world.network.hold(), id.clone());
    let task = tokio::spawn(async move { dies.disconnect(&its, false, Channel::App).await });
    settle().await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    drop(gate);
    world.network.sent();
    answer_both(&world, 200);
    let view = world.engine().disconnect(&id, false, Channel::Command).await.unwrap();
    assert_eq!(view.revocation, Revocation::Revoked);
    let sent = world.network.sent();
    assert!(sent.iter().any(|body| body.contains("rt-2")), "of these nobody was told: {sent:?}");
}

#[tokio::test]
async fn what_is_written_late_is_not_used_after_a_disconnect() {
    for (by_sign_in, is_tried) in [(false, false), (false, true), (true, false)] {
        let world = World::new();
        let dies = world.engine();
        let id = world.connected(&dies).await;
        let redirect = world.start(&dies, &id).await;
        world.network.answer(200, FRESH);
        world.vault.refuse_writes(true);
        world.refuse_records_with("vault/unsaved");
        if by_sign_in {
            dies.deliver(&redirect, Channel::DeepLink).await.unwrap_err();
        } else {
            dies.refresh(&id, Channel::App).await.unwrap_err();
        }
        drop(dies);
        world.vault.refuse_writes(false);
        world.accept_all_records();
        let next = world.engine();
        if is_tried {
            world.network.answer(400, r#"{"error":"invalid_grant"}"#);
            assert_eq!(next.refresh(&id, Channel::App).await.unwrap_err().code, Code::RefreshInterrupted);
        }
        answer_both(&world, 200);
        next.disconnect(&id, false, Channel::App).await.unwrap();
        world.vault.write_late();
        assert_eq!(token(&next, &id).await, Err(Code::NotConnected), "a person has ended it");
        assert_eq!(kind(&next, &id), StatusKind::NotConnected);
    }
}

#[tokio::test]
async fn a_code_that_was_answered_while_the_disk_was_full_is_answered_once_it_is_not() {
    let world = World::new();
    let engine = world.engine();
    let id = with_code(&world, &engine).await;
    let _events = engine.subscribe();
    world.refuse_records_with("");
    world.network.answer(200, FRESH);
    world.clock.forward(5);
    settle().await;
    assert_eq!(world.network.sent().len(), 1);
    world.accept_all_records();
    for _ in 0..4 {
        pass(&world, 5).await;
    }
    assert!(world.network.sent().is_empty(), "the code is spent");
    assert_eq!(kind(&engine, &id), StatusKind::Connected);
}

#[tokio::test]
async fn every_disconnect_that_waits_is_told() {
    let world = World::new();
    let engine = world.engine();
    let id = world.add(&engine).await;
    for n in 1..=9 {
        world.signed_in(&engine, &id, &FRESH.replace("t-2", &format!("t-x{n}"))).await;
        for _ in 0..n {
            answer_both(&world, 503);
        }
        assert!(engine.disconnect(&id, false, Channel::App).await.unwrap().tried_again);
    }
    world.network.sent();
    for _ in 0..9 {
        answer_both(&world, 200);
    }
    let view = engine.disconnect(&id, false, Channel::App).await.unwrap();
    assert_eq!(view.revocation, Revocation::Revoked);
    let sent = world.network.sent();
    for n in 1..=9 {
        assert!(sent.iter().any(|body| body.contains(&format!("token=rt-x{n}&"))), "rt-x{n}: {sent:?}");
    }
}

/// Adds Acme whose refresh tokens change only now and then, as its file says.
async fn at_times_rotated(world: &World) -> (Engine, ConnectionId) {
    world.own_provider(
        "acme.toml",
        "schema = 1\nid = \"acme\"\nname = \"Acme\"\n[server]\n\
         authorization_endpoint = \"https://as.example/authorize\"\ntoken_endpoint = \"https://as.example/token\"\n\
         revocation_endpoint = \"https://as.example/revoke\"\n[refresh]\nrotates = true\n",
    );
    let engine = world.engine();
    let id = world.add_acme(&engine, GrantType::AuthorizationCode).await;
    world.signed_in(&engine, &id, FRESH).await;
    world.network.answer(200, &FRESH.replace("at-2", "at-3"));
    engine.refresh(&id, Channel::App).await.unwrap();
    world.network.fail(HttpErrorKind::Timeout);
    engine.refresh(&id, Channel::App).await.unwrap_err();
    world.network.sent();
    (engine, id)
}

#[tokio::test]
async fn a_lost_answer_of_a_server_that_rotates_now_and_then_may_have_brought_another_token() {
    let world = World::new();
    let (engine, id) = at_times_rotated(&world).await;
    world.network.answer(400, r#"{"error":"invalid_grant"}"#);
    assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::RefreshInterrupted);

    let world = World::new();
    let (engine, id) = at_times_rotated(&world).await;
    answer_both(&world, 200);
    let view = engine.disconnect(&id, false, Channel::App).await.unwrap();
    assert_eq!(view.revocation, Revocation::Unknown, "of another one nobody could tell");
}

#[tokio::test]
async fn tokens_that_a_pasted_one_has_brought_are_not_given_up() {
    let world = World::new();
    let engine = world.engine();
    let draft = Draft {
        provider: "gitlab".into(),
        client_id: "me".into(),
        scopes: Some(vec!["api".into()]),
        redirect: Some(RedirectMethod::DeepLink),
        ..Draft::default()
    };
    world.network.answer(200, FRESH);
    world.refuse_records_with("issued_at");
    world.vault.lose_reads_after_write();
    let pasted = RefreshToken::new("rt-1".into());
    engine.import(&draft, None, pasted, Channel::Command).await.unwrap_err();
    world.vault.hide(None);
    world.accept_all_records();
    assert_eq!(world.network.sent().len(), 1, "nothing was revoked");
    let id = engine.snapshot().await.unwrap().connections[0].id.clone();
    assert_eq!(token(&engine, &id).await.unwrap(), "at-2");
}

#[tokio::test]
async fn what_a_client_was_given_while_the_disk_was_full_is_found() {
    let world = World::new();
    let engine = world.engine();
    let draft = Draft {
        grant: Some(GrantType::ClientCredentials),
        authentication: Some(ClientAuthentication::ClientSecretPost),
        provider: "gitlab".into(),
        client_id: "me".into(),
        scopes: Some(vec!["api".into()]),
        ..Draft::default()
    };
    let id = engine.add(&draft, Some(ClientSecret::new("s".into())), Channel::App).await.unwrap().id;
    world.refuse_records_with("issued_at");
    world.network.answer(200, r#"{"access_token":"at-1","token_type":"bearer","expires_in":7200}"#);
    assert_eq!(engine.connect(&id, OPTIONS).await.map(drop).unwrap_err().code, Code::StoreFailed);
    assert_eq!(kind(&engine, &id), StatusKind::NotConnected);
    world.accept_all_records();
    engine.snapshot().await.unwrap();
    assert_eq!(kind(&engine, &id), StatusKind::Connected);
    assert_eq!(token(&engine, &id).await.unwrap(), "at-1");
    assert_eq!(engine.view(&id).unwrap().last_event.kind, ActivityKind::Connected);
}

#[tokio::test]
async fn a_code_whose_answer_could_not_be_read_may_have_brought_tokens() {
    let world = World::new();
    let engine = world.engine();
    let id = with_code(&world, &engine).await;
    world.network.answer(200, FRESH);
    world.clock.forward(5);
    settle().await;
    assert_eq!(kind(&engine, &id), StatusKind::Connected);
    world.network.answer(200, CODE);
    engine.connect(&id, OPTIONS).await.unwrap();
    world.network.answer(200, r#"{"access_token":"at-3","refresh_token":"rt-3","expires_in":7200}"#);
    world.clock.forward(5);
    settle().await;
    assert_eq!(kind(&engine, &id), StatusKind::Connected, "by the tokens from before");
    answer_both(&world, 200);
    let told = engine.disconnect(&id, false, Channel::App).await.unwrap();
    assert_eq!(told.revocation, Revocation::Unknown, "at-3 and rt-3 may live on");
}

/// "Saving is tried again after 1, 2, 4 … 60 seconds", for a token that nothing renews as for any other (GitHub's).
#[tokio::test]
async fn a_token_that_nothing_renews_is_saved_when_the_vault_takes_it() {
    for refresh_token in [r#""refresh_token":"rt-1","#, ""] {
        let world = World::new();
        let engine = world.engine();
        let id = world.add(&engine).await;
        engine.keep_fresh();
        settle().await;
        let redirect = world.start(&engine, &id).await;
        world
            .network
            .answer(200, &format!(r#"{{"access_token":"at-1",{refresh_token}"token_type":"bearer"}}"#));
        world.vault.refuse_writes(true);
        engine.deliver(&redirect, Channel::DeepLink).await.unwrap_err();
        settle().await;
        pass(&world, 5).await;
        assert_eq!(kind(&engine, &id), StatusKind::Unsaved);
        world.vault.refuse_writes(false);
        for _ in 0..30 {
            pass(&world, 20).await;
        }
        assert!(engine.unsaved().is_empty(), "{refresh_token}: after ten minutes");
    }
}
