//! A disconnect that the provider is told of later, and what has happened to the connection until then.

use tokenrack_core::connection::{ClientAuthentication, ConnectionId, GrantType};
use tokenrack_core::engine::Engine;
use tokenrack_core::event::{ActivityKind, Channel};
use tokenrack_core::ports::HttpErrorKind;
use tokenrack_core::problem::Code;
use tokenrack_core::view::{Draft, Revocation};

use super::background::{pass, settle};
use super::sharing::{back_up, restored};
use super::world::{OPTIONS, World, secret};
use super::{FRESH, token};

const BOUND: &str = "schema = 1\nid = \"acme\"\nname = \"Acme\"\n[server]\n\
    authorization_endpoint = \"https://as.example/authorize\"\ntoken_endpoint = \"https://as.example/token\"\n\
    revocation_endpoint = \"https://as.example/revoke\"\n[client]\ndpop_bound_access_tokens = true\n\
    [revoke]\neffect = \"token\"\n";

/// A sign-in that brings `at-n` and `rt-n`.
async fn signed_in(world: &World, engine: &Engine, id: &ConnectionId, (n, kind): (u32, &str)) {
    let redirect = world.start(engine, id).await;
    world.network.answer(
        200,
        &format!(
            r#"{{"access_token":"at-{n}","refresh_token":"rt-{n}","token_type":"{kind}","expires_in":7200}}"#
        ),
    );
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
}

/// What the app tells by itself.
pub async fn told_since(world: &World, engine: &Engine) -> Vec<String> {
    world.network.sent();
    for _ in 0..4 {
        world.network.answer(200, "");
    }
    engine.keep_fresh();
    settle().await;
    for _ in 0..3 {
        pass(world, 20).await;
    }
    world.network.sent()
}

/// A captive portal, a proxy that looks into everything: "could not reach the provider".
#[tokio::test]
async fn a_disconnect_behind_a_captive_portal_is_told_again() {
    for kind in [HttpErrorKind::Connect, HttpErrorKind::Tls] {
        let world = World::new();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        world.network.fail(kind);
        let told = engine.disconnect(&id, false, Channel::App).await.unwrap();
        assert!(told.tried_again, "{kind:?}");
    }
}

/// Disconnected while the provider could not be told, and brought back from the backup: the session is in use again.
#[tokio::test]
async fn a_session_that_a_backup_has_brought_back_is_not_revoked_by_its_own_former_token() {
    for renewed_first in [false, true] {
        let world = World::new();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        let backup = back_up(&engine).await;
        world.unheard(&engine, &id).await;
        world.network.sent();
        restored(&engine, &backup, true).await;
        if renewed_first {
            world.network.answer(200, FRESH);
            engine.refresh(&id, Channel::App).await.unwrap();
        }
        let sent = told_since(&world, &engine).await;
        assert!(
            !sent.iter().any(|body| body.contains("token=rt-1")),
            "renewed first: {renewed_first}: {sent:?}"
        );
    }
}

/// The same with nobody but the app at work: the backup's access token has ended, so the renewal always comes first.
#[tokio::test]
async fn nor_where_nobody_but_the_app_is_at_work() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let backup = back_up(&engine).await;
    engine.keep_fresh();
    settle().await;
    world.clock.forward(7_000);
    for _ in 0..2 {
        world.network.answer(503, "");
    }
    world.network.fail(HttpErrorKind::NameResolution);
    // Offline: neither the renewal nor the disconnect gets through.
    settle().await;
    world.network.forget_answers();
    world.network.fail(HttpErrorKind::NameResolution);
    assert!(engine.disconnect(&id, false, Channel::App).await.unwrap().tried_again);
    world.network.sent();
    restored(&engine, &backup, false).await;
    world.network.answer_always("grant_type=refresh_token", 200, FRESH);
    world.network.answer_always("token=rt-1", 200, "");
    world.network.answer_always("token=at-1", 200, "");
    for _ in 0..8 {
        pass(&world, 20).await;
    }
    let sent = world.network.sent();
    assert!(sent.iter().any(|body| body.contains("grant_type=refresh_token")), "it is in use: {sent:?}");
    assert!(!sent.iter().any(|body| body.starts_with("token=rt-1")), "{sent:?}");
}

/// A sign-in that gives out again what waits to be revoked, as `again.rs` has it, and renews it before the app tells.
#[tokio::test]
async fn a_session_that_a_sign_in_has_brought_again_is_not_revoked_by_its_own_former_token() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.unheard(&engine, &id).await;
    world.clock.forward(60);
    let redirect = world.start(&engine, &id).await;
    world.network.answer(
        200,
        r#"{"access_token":"at-9","refresh_token":"rt-1","token_type":"bearer","expires_in":7200}"#,
    );
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
    world.network.answer(200, FRESH);
    engine.refresh(&id, Channel::App).await.unwrap();
    let sent = told_since(&world, &engine).await;
    assert!(!sent.iter().any(|body| body.contains("token=rt-1")), "{sent:?}");
}

/// A client with a secret: what waits to be revoked is told as the client it was given to, and with its secret.
#[tokio::test]
async fn what_waits_to_be_revoked_outlives_another_client_with_another_secret() {
    let world = World::new();
    let engine = world.engine();
    let id = world.confidential(&engine).await;
    signed_in(&world, &engine, &id, (1, "bearer")).await;
    world.unheard(&engine, &id).await;
    world.network.sent();
    let mut draft = engine.draft(&id).unwrap();
    draft.client_id = "another".into();
    engine.edit(&id, &draft, secret("the second secret"), Channel::App).await.unwrap();
    let sent = told_since(&world, &engine).await;
    let is_its = |body: &String| body.contains("client_id=me&client_secret=the+first+secret");
    assert!(sent.len() == 2 && sent.iter().all(is_its), "{sent:?}");
}

/// Under status 200 as elsewhere.
#[tokio::test]
async fn an_answer_that_calls_itself_an_error_revokes_nothing() {
    for body in [
        r#"{"error":"invalid_client","error_description":"unknown client"}"#,
        r#"{"ok":false,"error":"not_allowed"}"#,
    ] {
        let world = World::new();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        for _ in 0..2 {
            world.network.answer(200, body);
        }
        let told = engine.disconnect(&id, false, Channel::App).await.unwrap();
        assert_eq!(told.revocation, Revocation::Failed, "{body}");
    }
}

/// Bound tokens (RFC 9449) wait to be revoked, and a backup with another key is put over the connection: the proof that goes
/// with them is of the key that they were bound to.
#[tokio::test]
async fn bound_tokens_that_wait_to_be_revoked_keep_their_key_over_a_restore() {
    let world = World::new();
    world.own_provider("acme.toml", BOUND);
    let engine = world.engine();
    let id = world.add_acme(&engine, GrantType::AuthorizationCode).await;
    let key = || world.item(&id)["proof_key"].as_str().unwrap().to_owned();
    signed_in(&world, &engine, &id, (1, "DPoP")).await;
    let backup = back_up(&engine).await;
    let first = key();
    for _ in 0..2 {
        world.network.answer(200, "");
    }
    engine.disconnect(&id, false, Channel::App).await.unwrap();
    signed_in(&world, &engine, &id, (2, "DPoP")).await;
    let second = key();
    world.unheard(&engine, &id).await;
    restored(&engine, &backup, false).await;
    assert_ne!(first, second);
    let item = world.item(&id);
    assert_eq!((item["proof_key"].as_str(), item["tokens"]["proof_key"].as_str()), (Some(&*first), None));
    assert_eq!(item["unrevoked"][0]["proof_key"].as_str(), Some(&*second), "it is bound to that one");
}

/// Another client by mistake, and back.
#[tokio::test]
async fn what_waits_to_be_revoked_keeps_its_secret_when_the_client_is_changed_back() {
    let world = World::new();
    let engine = world.engine();
    let id = world.confidential(&engine).await;
    signed_in(&world, &engine, &id, (1, "bearer")).await;
    world.unheard(&engine, &id).await;
    let mut draft = engine.draft(&id).unwrap();
    draft.client_id = "another".into();
    engine.edit(&id, &draft, secret("the second secret"), Channel::App).await.unwrap();
    draft.client_id = "me".into();
    engine.edit(&id, &draft, None, Channel::App).await.unwrap();
    let sent = told_since(&world, &engine).await;
    let is_its = |body: &String| body.contains("client_id=me&client_secret=the+first+secret");
    assert!(sent.len() == 2 && sent.iter().all(is_its), "{sent:?}");
}

/// Bound tokens wait to be revoked; a sign-in is begun while the item is away, and makes a key of its own.
#[tokio::test]
async fn bound_tokens_that_wait_to_be_revoked_keep_their_key_over_a_sign_in() {
    let world = World::new();
    world.own_provider("acme.toml", BOUND);
    let engine = world.engine();
    let id = world.add_acme(&engine, GrantType::AuthorizationCode).await;
    signed_in(&world, &engine, &id, (1, "DPoP")).await;
    world.unheard(&engine, &id).await;
    let first = world.item(&id)["proof_key"].as_str().unwrap().to_owned();
    world.vault.hide(Some(&id));
    let redirect = world.start(&engine, &id).await;
    world.vault.hide(None);
    world.clock.forward(10);
    world.network.answer(
        200,
        r#"{"access_token":"at-2","refresh_token":"rt-2","token_type":"DPoP","expires_in":7200}"#,
    );
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
    let item = world.item(&id);
    let waits = &item["unrevoked"][0];
    let key = waits["proof_key"].as_str().or(item["proof_key"].as_str());
    assert_eq!(
        (waits["refresh_token"].as_str(), key),
        (Some("rt-1"), Some(&*first)),
        "it is bound to the first"
    );
}

/// Disconnected while offline, brought back by a backup, stepped up at a server that gives a refresh token at the first consent
/// only, and renewed once.
#[tokio::test]
async fn a_session_that_a_step_up_goes_on_with_is_not_revoked_by_its_own_former_token() {
    const ACME: &str = "schema = 1\nid = \"acme\"\nname = \"Acme\"\n[server]\n\
        authorization_endpoint = \"https://as.example/authorize\"\ntoken_endpoint = \"https://as.example/token\"\n\
        revocation_endpoint = \"https://as.example/revoke\"\n[account]\nfrom = \"token_response\"\nid = \"/user/id\"\n\
        label = [\"/user/login\"]\n[revoke]\neffect = \"token\"\n";
    let world = World::new();
    world.own_provider("acme.toml", ACME);
    let engine = world.engine();
    let id = world.add_acme(&engine, GrantType::AuthorizationCode).await;
    let answer = |at: &str, rt: &str| {
        format!(
            r#"{{"access_token":"{at}",{rt}"token_type":"bearer","expires_in":7200,"user":{{"id":"7","login":"ada"}}}}"#
        )
    };
    let redirect = world.start(&engine, &id).await;
    world.network.answer(200, &answer("at-1", r#""refresh_token":"rt-1","#));
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
    let backup = back_up(&engine).await;
    world.unheard(&engine, &id).await;
    restored(&engine, &backup, true).await;
    world.clock.forward(60);
    let redirect = world.start(&engine, &id).await;
    world.network.answer(200, &answer("at-5", ""));
    assert!(engine.deliver(&redirect, Channel::DeepLink).await.unwrap().refreshable, "it goes on");
    world.network.answer(200, FRESH);
    engine.refresh(&id, Channel::App).await.unwrap();
    let sent = told_since(&world, &engine).await;
    assert!(!sent.iter().any(|body| body.contains("token=rt-1")), "{sent:?}");
}

/// What is in use since may be spent, and what waits be the live one: nobody can tell, and the record says so.
#[tokio::test]
async fn what_waits_is_left_alone_for_an_older_copy_of_the_same_sign_in() {
    const ACME: &str = "schema = 1\nid = \"acme\"\nname = \"Acme\"\n[server]\n\
        authorization_endpoint = \"https://as.example/authorize\"\ntoken_endpoint = \"https://as.example/token\"\n\
        revocation_endpoint = \"https://as.example/revoke\"\n[refresh]\nrotates = true\n[revoke]\neffect = \"token\"\n";
    let world = World::new();
    world.own_provider("acme.toml", ACME);
    let engine = world.engine();
    let id = world.add_acme(&engine, GrantType::AuthorizationCode).await;
    signed_in(&world, &engine, &id, (1, "bearer")).await;
    let backup = back_up(&engine).await;
    world.clock.forward(60);
    world.network.answer(200, FRESH);
    engine.refresh(&id, Channel::App).await.unwrap();
    world.unheard(&engine, &id).await;
    let has_live = || String::from_utf8_lossy(world.vault.snapshot()[&id.0].expose()).contains("rt-2");
    assert!(has_live());
    restored(&engine, &backup, true).await;
    assert!(has_live(), "it still waits");
    let sent = told_since(&world, &engine).await;
    assert!(!sent.iter().any(|body| body.starts_with("token=")), "{sent:?}");
    let lines = engine.activity(&Default::default()).unwrap();
    let left = lines.iter().find(|line| line.kind == ActivityKind::RevocationUnsupported).unwrap();
    assert_eq!(left.detail.as_deref(), Some("it would end a sign-in that is in use too"));
}

/// The secret was changed since the backup, and the server takes the new one alone.
#[tokio::test]
async fn what_waits_to_be_revoked_keeps_its_secret_over_a_restore_of_the_same_client() {
    let world = World::new();
    let engine = world.engine();
    let id = world.confidential(&engine).await;
    signed_in(&world, &engine, &id, (1, "bearer")).await;
    let backup = back_up(&engine).await;
    let draft = engine.draft(&id).unwrap();
    engine.edit(&id, &draft, secret("the second secret"), Channel::App).await.unwrap();
    world.clock.forward(60);
    signed_in(&world, &engine, &id, (7, "bearer")).await;
    world.unheard(&engine, &id).await;
    restored(&engine, &backup, true).await;
    world.network.sent();
    for _ in 0..4 {
        world.network.answer(200, "");
    }
    engine.disconnect(&id, false, Channel::App).await.unwrap();
    let sent = world.network.sent();
    let told: Vec<_> = sent.iter().filter(|body| body.contains("token=rt-7")).collect();
    assert!(told.len() == 1 && told[0].contains("client_secret=the+second+secret"), "{sent:?}");
}

/// "Those of a sign-in that is in use again, by a backup …, are not [ended]". A server that gives a new refresh token and leaves
/// the old one valid (Keycloak as it comes), with a file that says that the tokens of one sign-in end together.
#[tokio::test]
async fn a_session_that_a_backup_has_brought_back_is_not_revoked_by_its_newer_token() {
    const ACME: &str = "schema = 1\nid = \"acme\"\nname = \"Acme\"\n[server]\n\
        authorization_endpoint = \"https://as.example/authorize\"\ntoken_endpoint = \"https://as.example/token\"\n\
        revocation_endpoint = \"https://as.example/revoke\"\n[revoke]\neffect = \"token\"\n";
    let world = World::new();
    world.own_provider("acme.toml", ACME);
    let engine = world.engine();
    let id = world.add_acme(&engine, GrantType::AuthorizationCode).await;
    world.signed_in(&engine, &id, &FRESH.replace('2', "1")).await;
    let backup = back_up(&engine).await;
    world.clock.forward(60);
    world.network.answer(200, FRESH);
    engine.refresh(&id, Channel::App).await.unwrap();
    world.unheard(&engine, &id).await;
    restored(&engine, &backup, false).await;
    assert_eq!(token(&engine, &id).await, Ok("at-1".into()), "it is in use");
    let sent = told_since(&world, &engine).await;
    assert!(!sent.iter().any(|body| body.starts_with("token=")), "{sent:?}");
}

/// "Tokens are ended as the client they were given to, with its secret …, whatever the settings say since."
#[tokio::test]
async fn tokens_that_are_away_keep_their_client_and_are_revoked_as_it() {
    let world = World::new();
    let engine = world.engine();
    let id = world.confidential(&engine).await;
    world.signed_in(&engine, &id, &FRESH.replace('2', "1")).await;
    world.vault.hide(Some(&id));
    let mut draft = engine.draft(&id).unwrap();
    (draft.client_id, draft.authentication) = ("another".into(), Some(ClientAuthentication::None));
    let refused = engine.edit(&id, &draft, None, Channel::App).await.unwrap_err();
    assert_eq!(refused.code, Code::VaultItemMissing, "their secret is with them");
    world.vault.hide(None);
    for _ in 0..2 {
        world.network.answer(200, "");
    }
    let told = engine.disconnect(&id, false, Channel::App).await.unwrap();
    assert_eq!(told.revocation, Revocation::Revoked);
    let sent = world.network.sent();
    let is_its = |body: &String| body.contains("client_id=me&client_secret=the+first+secret");
    assert!(sent.len() == 2 && sent.iter().all(is_its), "{sent:?}");
}

/// What is in use again is left alone, by a provider that can revoke: the record's line reads "Provider cannot revoke".
#[tokio::test]
async fn what_is_left_alone_is_not_said_to_be_of_a_provider_that_cannot_revoke() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let backup = back_up(&engine).await;
    world.unheard(&engine, &id).await;
    restored(&engine, &backup, false).await;
    world.clock.forward(60);
    world.network.answer(200, FRESH);
    engine.refresh(&id, Channel::App).await.unwrap();
    engine.keep_fresh();
    settle().await;
    for _ in 0..3 {
        pass(&world, 20).await;
    }
    let lines = engine.activity(&Default::default()).unwrap();
    let said: Vec<_> = lines
        .iter()
        .filter(|line| line.kind == ActivityKind::RevocationUnsupported)
        .map(|line| line.detail.clone())
        .collect();
    assert!(said.iter().all(Option::is_some), "it can, and the line says no other reason: {said:?}");
}

/// As `a_session_that_a_backup_has_brought_back_is_not_revoked_by_its_own_former_token`, on a machine whose clock was an hour
/// ahead at first (two systems, one hardware clock).
#[tokio::test]
async fn a_session_that_a_backup_has_brought_back_is_not_revoked_once_the_clock_is_right() {
    for ahead in [0, 3_600] {
        let world = World::new();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        let backup = back_up(&engine).await;
        world.unheard(&engine, &id).await;
        world.clock.forward(60 - ahead);
        restored(&engine, &backup, false).await;
        world.network.answer(200, FRESH);
        engine.refresh(&id, Channel::App).await.unwrap();
        let sent = told_since(&world, &engine).await;
        assert!(!sent.iter().any(|body| body.starts_with("token=")), "ahead: {ahead}: {sent:?}");
    }
}

/// The same of a sign-in that gives out again what waits, and is renewed once the clock is right.
#[tokio::test]
async fn a_session_that_a_sign_in_has_brought_again_is_not_revoked_once_the_clock_is_right() {
    for ahead in [0, 3_600] {
        let world = World::new();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        world.unheard(&engine, &id).await;
        world.clock.forward(60);
        let again =
            r#"{"access_token":"at-9","refresh_token":"rt-1","token_type":"bearer","expires_in":7200}"#;
        world.signed_in(&engine, &id, again).await;
        world.clock.forward(60 - ahead);
        world.network.answer(200, FRESH);
        engine.refresh(&id, Channel::App).await.unwrap();
        let sent = told_since(&world, &engine).await;
        assert!(!sent.iter().any(|body| body.starts_with("token=")), "ahead: {ahead}: {sent:?}");
    }
}

/// An older backup by mistake, a disconnect that nobody heard, then the newer backup: what comes back is live, and what waits is
/// the older token of the same session.
#[tokio::test]
async fn a_session_is_not_revoked_by_an_older_token_that_a_restore_gave_a_higher_number() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.clock.forward(60);
    world.network.answer(200, FRESH);
    engine.refresh(&id, Channel::Command).await.unwrap();
    let older = back_up(&engine).await;
    world.clock.forward(60);
    world.network.answer(200, &FRESH.replace('2', "3"));
    engine.refresh(&id, Channel::Command).await.unwrap();
    let newer = back_up(&engine).await;
    world.clock.forward(60);
    restored(&engine, &older, true).await;
    world.unheard(&engine, &id).await;
    world.clock.forward(60);
    restored(&engine, &newer, false).await;
    assert_eq!(token(&engine, &id).await, Ok("at-3".into()));
    let sent = told_since(&world, &engine).await;
    assert!(!sent.iter().any(|body| body.contains("token=rt-2")), "{sent:?}");
}

/// An older backup by mistake while what was disconnected waits, then the newer one in its place, renewed: what waits is the
/// session's own former token.
#[tokio::test]
async fn what_was_in_use_after_a_wrong_restore_is_left_alone_after_the_right_one() {
    for is_wrong_first in [false, true] {
        let world = World::new();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        let older = back_up(&engine).await;
        world.clock.forward(60);
        world.network.answer(200, FRESH);
        engine.refresh(&id, Channel::Command).await.unwrap();
        let newer = back_up(&engine).await;
        world.clock.forward(60);
        world.unheard(&engine, &id).await;
        world.clock.forward(60);
        if is_wrong_first {
            restored(&engine, &older, false).await;
            world.clock.forward(60);
        }
        restored(&engine, &newer, true).await;
        world.network.answer(200, &FRESH.replace('2', "3"));
        engine.refresh(&id, Channel::App).await.unwrap();
        let sent = told_since(&world, &engine).await;
        assert!(
            !sent.iter().any(|body| body.contains("token=rt-2")),
            "wrong first: {is_wrong_first}: {sent:?}"
        );
    }
}

/// "Those of a sign-in that is in use again, … because the provider gave out the same once more, are not [ended]": here it is in
/// use by another connection of the same client, that the person has added anew.
#[tokio::test]
async fn what_is_in_use_by_another_connection_is_not_revoked_for_an_earlier_disconnect() {
    for same in [true, false] {
        let world = World::new();
        let engine = world.engine();
        let id = world.add(&engine).await;
        world.signed_in(&engine, &id, FRESH).await;
        world.unheard(&engine, &id).await;
        world.clock.forward(60);
        let other = if same { id } else { world.add_as(&engine, world.named("anew")).await };
        world.signed_in(&engine, &other, FRESH).await;
        let sent = told_since(&world, &engine).await;
        assert!(!sent.iter().any(|body| body.contains("token=rt-2")), "same: {same}: {sent:?}");
    }
}

/// Two disconnects that nobody heard, of one session; a sign-in gives out the newer of the two again.
#[tokio::test]
async fn a_session_that_a_sign_in_has_brought_again_is_not_revoked_by_another_of_its_tokens_that_waits() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let backup = back_up(&engine).await;
    world.unheard(&engine, &id).await;
    world.clock.forward(60);
    restored(&engine, &backup, false).await;
    world.network.answer(200, FRESH);
    engine.refresh(&id, Channel::App).await.unwrap();
    for _ in 0..2 {
        world.network.answer(503, "");
    }
    world.unheard(&engine, &id).await;
    world.network.forget_answers();
    world.clock.forward(60);
    world.signed_in(&engine, &id, &FRESH.replace("at-2", "at-9")).await;
    let sent = told_since(&world, &engine).await;
    assert!(!sent.iter().any(|body| body.contains("token=rt-1")), "{sent:?}");
}

/// The same of a code that was cancelled while its answer was on the way: it brings what another connection uses.
#[tokio::test]
async fn what_another_connection_uses_is_not_revoked_with_a_cancelled_code() {
    const CODE: &str = r#"{"device_code":"d-1","user_code":"WDJB-MJHT","verification_uri":"https://gitlab.com/device",
        "expires_in":600,"interval":5}"#;
    for same in [true, false] {
        let world = World::new();
        let engine = world.engine();
        let draft = |name: &str| Draft { grant: Some(GrantType::DeviceCode), ..world.named(name) };
        let id = world.add_as(&engine, draft("first")).await;
        world.network.answer(200, CODE);
        engine.connect(&id, OPTIONS).await.unwrap();
        world.network.answer(200, FRESH);
        world.clock.forward(5);
        settle().await;
        assert_eq!(token(&engine, &id).await, Ok("at-2".into()));
        let other = if same { id } else { world.add_as(&engine, draft("second")).await };
        world.network.answer(200, CODE);
        engine.connect(&other, OPTIONS).await.unwrap();
        let gate = world.network.hold();
        world.network.answer(200, FRESH);
        world.clock.forward(5);
        settle().await;
        let cancelled = tokio::spawn({
            let (engine, other) = (engine.clone(), other.clone());
            async move { engine.cancel(&other, Channel::App).await }
        });
        settle().await;
        world.network.sent();
        for _ in 0..2 {
            world.network.answer(200, "");
        }
        gate.add_permits(1);
        cancelled.await.unwrap().unwrap();
        settle().await;
        let sent = world.network.sent();
        assert!(!sent.iter().any(|body| body.contains("token=rt-2")), "same: {same}: {sent:?}");
    }
}

/// A person disconnects one of two connections that were given the same refresh token, of a provider that ends tokens one by one.
#[tokio::test]
async fn a_disconnect_does_not_end_what_another_connection_uses() {
    let world = World::new();
    let engine = world.engine();
    let id = world.add(&engine).await;
    world.signed_in(&engine, &id, FRESH).await;
    let other = world.add_as(&engine, world.named("other")).await;
    world.signed_in(&engine, &other, FRESH).await;
    for _ in 0..2 {
        world.network.answer(200, "");
    }
    engine.disconnect(&id, false, Channel::App).await.unwrap();
    let sent = world.network.sent();
    assert!(!sent.iter().any(|body| body.contains("token=rt-2")), "{sent:?}");
}
