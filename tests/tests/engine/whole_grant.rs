//! A provider that ends all tokens of a client and account together, or may: what a disconnect has left may not end what is in
//! use.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokenrack_core::connection::{ConnectionId, RedirectMethod};
use tokenrack_core::engine::Engine;
use tokenrack_core::event::{ActivityKind, Channel};
use tokenrack_core::view::{Draft, Revocation, StatusKind};

use super::background::{pass, settle};
use super::world::World;

const ALL_AT_ONCE: &str = r#"
schema = 1
id = "acme"
name = "Acme"

[server]
authorization_endpoint = "https://as.example/authorize"
token_endpoint = "https://as.example/token"
revocation_endpoint = "https://as.example/revoke"

[account]
from = "token_response"
id = "/id"
label = ["/id"]

[revoke]
effect = "whole_grant"
"#;

async fn add(world: &World, engine: &Engine, name: &str, client: &str) -> ConnectionId {
    let draft = Draft {
        provider: "acme".into(),
        client_id: client.into(),
        redirect: Some(RedirectMethod::DeepLink),
        ..world.named(name)
    };
    engine.add(&draft, None, Channel::Command).await.unwrap().id
}

/// Signs in; `account` is empty where the server does not say whose tokens they are.
async fn signed_in(world: &World, engine: &Engine, id: &ConnectionId, account: &str) {
    let redirect = world.start(engine, id).await;
    let who = if account.is_empty() { String::new() } else { format!(r#""id":"{account}","#) };
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let own = format!("{}-{}", id.0, COUNT.fetch_add(1, Ordering::Relaxed));
    let answer =
        format!(r#"{{{who}"access_token":"at-{own}","refresh_token":"rt-{own}","token_type":"bearer"}}"#);
    world.network.answer(200, &answer);
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
    world.network.sent();
}

/// Two connections of one account.
async fn two_of_ada(world: &World, engine: &Engine) -> (ConnectionId, ConnectionId) {
    let (one, two) = (add(world, engine, "one", "me").await, add(world, engine, "two", "me").await);
    signed_in(world, engine, &one, "ada").await;
    signed_in(world, engine, &two, "ada").await;
    (one, two)
}

/// Disconnects while the provider cannot be told.
async fn left(world: &World, engine: &Engine, id: &ConnectionId) {
    world.network.answer(503, "{}");
    assert!(engine.disconnect(id, false, Channel::App).await.unwrap().tried_again);
    assert_eq!(world.network.sent().len(), 1);
}

/// What is sent in two minutes.
async fn sent_by_itself(world: &World) -> Vec<String> {
    for _ in 0..5 {
        pass(world, 25).await;
    }
    world.network.sent()
}

fn waits_for_a_sign_in(engine: &Engine, id: &ConnectionId) -> bool {
    engine.view(id).unwrap().cautions.iter().any(|caution| caution.contains("in use too"))
}

async fn world() -> (World, Engine) {
    let world = World::new();
    world.own_provider("acme.toml", ALL_AT_ONCE);
    let engine = world.engine();
    engine.keep_fresh();
    settle().await;
    (world, engine)
}

#[tokio::test]
async fn what_would_end_a_new_sign_in_too_waits_for_the_next_disconnect() {
    let (world, engine) = world().await;
    let id = add(&world, &engine, "one", "me").await;
    signed_in(&world, &engine, &id, "ada").await;
    left(&world, &engine, &id).await;
    signed_in(&world, &engine, &id, "ada").await;
    assert!(sent_by_itself(&world).await.is_empty(), "the new sign-in would end with the old one");
    assert!(waits_for_a_sign_in(&engine, &id));
    world.network.answer(200, "{}");
    world.network.answer(200, "{}");
    let view = engine.disconnect(&id, false, Channel::App).await.unwrap();
    assert_eq!((view.revocation, view.tried_again), (Revocation::Revoked, false));
    assert_eq!(world.network.sent().len(), 2, "the old tokens and the new");
    assert!(world.vault.snapshot().is_empty());
}

#[tokio::test]
async fn where_nobody_knows_what_a_revocation_ends_it_waits_too() {
    for (effect, told) in [("", 0), ("token", 2)] {
        let world = World::new();
        world.own_provider("acme.toml", &ALL_AT_ONCE.replace("whole_grant", effect));
        let engine = world.engine();
        engine.keep_fresh();
        settle().await;
        let id = add(&world, &engine, "one", "me").await;
        signed_in(&world, &engine, &id, "ada").await;
        for status in [503, 503] {
            world.network.answer(status, "{}");
        }
        assert!(engine.disconnect(&id, false, Channel::App).await.unwrap().tried_again);
        world.clock.forward(1);
        signed_in(&world, &engine, &id, "ada").await;
        for status in [200, 200] {
            world.network.answer(status, "{}");
        }
        assert_eq!(sent_by_itself(&world).await.len(), told, "{effect:?}");
        assert_eq!(waits_for_a_sign_in(&engine, &id), told == 0);
    }
}

#[tokio::test]
async fn what_would_end_another_connection_too_waits_until_that_is_disconnected() {
    for (mine, other) in [("ada", "ada"), ("ada", ""), ("", "ada")] {
        let (world, engine) = world().await;
        let one = add(&world, &engine, "one", "me").await;
        let two = add(&world, &engine, "two", "me").await;
        signed_in(&world, &engine, &one, mine).await;
        signed_in(&world, &engine, &two, other).await;
        left(&world, &engine, &one).await;
        world.vault.reads();
        assert!(sent_by_itself(&world).await.is_empty(), "the other would end along: {mine:?} {other:?}");
        assert_eq!(world.vault.reads(), 0, "nothing is due");
        assert!(waits_for_a_sign_in(&engine, &one) && waits_for_a_sign_in(&world.engine(), &one));

        world.network.answer(200, "{}");
        engine.disconnect(&two, false, Channel::App).await.unwrap();
        assert!(!waits_for_a_sign_in(&engine, &one));
        world.network.answer(200, "{}");
        let sent = sent_by_itself(&world).await;
        assert!(sent.iter().any(|body| body.contains(&format!("token=rt-{one}"))), "{sent:?}");
        assert!(world.vault.snapshot().is_empty());
        assert!(engine.view(&one).unwrap().cautions.is_empty());
    }
}

#[tokio::test]
async fn a_connection_by_another_file_of_the_same_provider_is_one_of_its_own() {
    let (world, engine) = world().await;
    let one = add(&world, &engine, "one", "me").await;
    signed_in(&world, &engine, &one, "ada").await;
    let work = ALL_AT_ONCE.replace("id = \"acme\"", "id = \"acme-work\"");
    world.own_provider("acme-work.toml", &work);
    engine.set_catalog(world.catalog());
    let draft = Draft {
        provider: "acme-work".into(),
        client_id: "me".into(),
        redirect: Some(RedirectMethod::DeepLink),
        ..world.named("two")
    };
    let two = engine.add(&draft, None, Channel::Command).await.unwrap().id;
    signed_in(&world, &engine, &two, "ada").await;
    left(&world, &engine, &one).await;
    assert!(sent_by_itself(&world).await.is_empty(), "the other would end along");
    assert!(waits_for_a_sign_in(&engine, &one));
}

#[tokio::test]
async fn a_refusal_that_was_put_right_is_a_sign_in_in_use() {
    let (world, engine) = world().await;
    let (one, two) = two_of_ada(&world, &engine).await;
    let wrong = ALL_AT_ONCE.replace("as.example/token", "as.example/tokens");
    world.own_provider("acme.toml", &wrong);
    engine.set_catalog(world.catalog());
    world.network.answer(400, r#"{"error":"invalid_grant"}"#);
    engine.refresh(&two, Channel::App).await.unwrap_err();
    world.network.sent();
    world.own_provider("acme.toml", ALL_AT_ONCE);
    engine.set_catalog(world.catalog());
    left(&world, &engine, &one).await;
    assert!(sent_by_itself(&world).await.is_empty(), "the other is connected again");
    assert!(waits_for_a_sign_in(&engine, &one));
}

#[tokio::test]
async fn another_account_or_client_is_no_reason_to_wait() {
    for (client, account) in [("me", "bob"), ("another", "ada")] {
        let (world, engine) = world().await;
        let one = add(&world, &engine, "one", "me").await;
        let two = add(&world, &engine, "two", client).await;
        signed_in(&world, &engine, &one, "ada").await;
        signed_in(&world, &engine, &two, account).await;
        left(&world, &engine, &one).await;
        world.network.answer(200, "{}");
        assert_eq!(sent_by_itself(&world).await.len(), 1, "{client} {account}");
        assert!(!world.vault.snapshot().contains_key(&one.0));
    }
}

#[tokio::test]
async fn what_waits_for_another_connection_is_deleted_after_three_days_and_said() {
    let (world, engine) = world().await;
    let (one, _) = two_of_ada(&world, &engine).await;
    left(&world, &engine, &one).await;
    pass(&world, 71 * 3_600).await;
    assert!(sent_by_itself(&world).await.is_empty() && world.vault.snapshot().contains_key(&one.0));
    pass(&world, 3_600).await;
    assert!(sent_by_itself(&world).await.is_empty() && !world.vault.snapshot().contains_key(&one.0));
    let lines = engine.activity(&Default::default()).unwrap();
    let given_up = lines.iter().filter(|line| line.kind == ActivityKind::RevocationGivenUp);
    assert_eq!(given_up.count(), 1, "{lines:?}");
    assert!(engine.view(&one).unwrap().cautions.is_empty());
}

#[tokio::test]
async fn a_person_who_says_it_again_does_not_wait() {
    let (world, engine) = world().await;
    let (one, _) = two_of_ada(&world, &engine).await;
    left(&world, &engine, &one).await;
    world.network.answer(200, "{}");
    let view = engine.disconnect(&one, false, Channel::Command).await.unwrap();
    assert_eq!((view.revocation, view.tried_again), (Revocation::Revoked, false));
}

#[tokio::test]
async fn tokens_that_are_not_believed_end_no_other_connection() {
    let none = ALL_AT_ONCE.replace("revocation_endpoint = \"https://as.example/revoke\"\n", "");
    for (file, account, sent, is_held) in
        [(ALL_AT_ONCE, "ada", 1, true), (ALL_AT_ONCE, "", 2, false), (&none, "ada", 1, false)]
    {
        let world = World::new();
        let script = "[scripts]\ncredentials = \"exports.getCredentialsFromTokenResponse = () => ({})\"\n";
        world.own_provider("acme.toml", &format!("{file}{script}"));
        let engine = world.engine();
        let one = add(&world, &engine, "one", "me").await;
        if !account.is_empty() {
            world.scripts.returns(r#"{"access_token":"at-1","refresh_token":"rt-1","expires_in":7200}"#);
            signed_in(&world, &engine, &one, account).await;
        }
        let two = add(&world, &engine, "two", "me").await;
        let redirect = world.start(&engine, &two).await;
        world.network.answer(200, crate::FRESH);
        world.network.answer(200, "");
        engine.deliver(&redirect, Channel::DeepLink).await.unwrap_err();
        assert_eq!(world.network.sent().len(), sent, "{account:?}");
        let lines = engine.activity(&Default::default()).unwrap();
        let said = lines.iter().find(|line| line.kind == ActivityKind::RevocationUnsupported);
        let why = said.and_then(|line| line.detail.as_deref());
        assert_eq!(why, is_held.then_some("it would end a sign-in that is in use too"), "{lines:?}");
        assert_eq!(lines[0].kind, ActivityKind::AuthorizationFailed);
    }
}

#[tokio::test]
async fn what_waits_for_another_files_connection_is_not_asked_about_again_and_again() {
    let world = World::new();
    let with_host = ALL_AT_ONCE.replace("as.example", "{host}");
    let vars = "\n[vars.host]\ntitle = \"Host\"\nexample = \"as.example\"\npattern = \"host\"\n";
    world.own_provider("acme.toml", &format!("{with_host}{vars}"));
    world.own_provider("other.toml", &ALL_AT_ONCE.replace("acme", "other"));
    let engine = world.engine();
    let draft = Draft {
        provider: "acme".into(),
        client_id: "me".into(),
        redirect: Some(RedirectMethod::DeepLink),
        vars: [("host".to_owned(), "as.example".to_owned())].into(),
        ..world.named("one")
    };
    let one = engine.add(&draft, None, Channel::Command).await.unwrap().id;
    let draft = Draft { provider: "other".into(), vars: Default::default(), ..draft };
    let draft = Draft { name: Some("two".into()), ..draft };
    let two = engine.add(&draft, None, Channel::Command).await.unwrap().id;
    signed_in(&world, &engine, &one, "ada").await;
    signed_in(&world, &engine, &two, "ada").await;
    left(&world, &engine, &one).await;
    engine.keep_fresh();
    settle().await;
    world.vault.reads();
    world.clock.forward(10);
    settle().await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let reads = world.vault.reads();
    assert!(reads < 20, "it waits, and was read {reads} times");
}

/// The vault has them, and the database was not told.
#[tokio::test]
async fn a_sign_in_that_only_the_vault_knows_is_one_in_use() {
    let world = World::new();
    let file = ALL_AT_ONCE.replace("label = [\"/id\"]", "label = [\"/name\"]");
    world.own_provider("acme.toml", &file);
    let dies = world.engine();
    let id = add(&world, &dies, "one", "me").await;
    signed_in(&world, &dies, &id, "ada").await;
    left(&world, &dies, &id).await;
    world.clock.forward(1);
    let redirect = world.start(&dies, &id).await;
    let answer =
        r#"{"id":"ada","name":"Ada L.","access_token":"at-2","refresh_token":"rt-2","token_type":"bearer"}"#;
    world.network.answer(200, answer);
    world.refuse_records_with("Ada L.");
    dies.deliver(&redirect, Channel::DeepLink).await.unwrap_err();
    drop(dies);
    world.accept_all_records();
    world.network.sent();
    world.network.answer(200, "{}");
    let next = world.engine();
    next.keep_fresh();
    settle().await;
    assert!(sent_by_itself(&world).await.is_empty(), "it would end along");
    assert!(waits_for_a_sign_in(&next, &id));
    assert_eq!(next.view(&id).unwrap().status.kind, StatusKind::Connected);
}

#[tokio::test]
async fn a_refusal_that_settings_may_have_brought_leaves_a_sign_in_in_use() {
    let (world, engine) = world().await;
    let (one, two) = two_of_ada(&world, &engine).await;
    left(&world, &engine, &one).await;
    let draft = engine.draft(&two).unwrap();
    let mistyped = Draft { client_id: "mee".into(), ..draft };
    engine.edit(&two, &mistyped, None, Channel::App).await.unwrap();
    world.network.answer(400, r#"{"error":"invalid_grant"}"#);
    engine.refresh(&two, Channel::App).await.unwrap_err();
    world.network.sent();
    world.network.answer(200, "{}");
    assert!(sent_by_itself(&world).await.is_empty(), "the other works again once its client is put right");
}

#[tokio::test]
async fn another_name_is_no_other_account() {
    let world = World::new();
    let file = ALL_AT_ONCE.replace("id = \"/id\"\n", "");
    world.own_provider("acme.toml", &file);
    let engine = world.engine();
    engine.keep_fresh();
    settle().await;
    let id = add(&world, &engine, "one", "me").await;
    signed_in(&world, &engine, &id, "ada").await;
    left(&world, &engine, &id).await;
    signed_in(&world, &engine, &id, "Ada L.").await;
    world.network.answer(200, "{}");
    assert!(sent_by_itself(&world).await.is_empty(), "she may have changed it");
}
