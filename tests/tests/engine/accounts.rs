//! Who is connected, where it is another than before, and whose redirect was refused.

use tokenrack_core::activity::ActivityFilter;
use tokenrack_core::connection::{ConnectionId, GrantType};
use tokenrack_core::engine::Engine;
use tokenrack_core::event::{ActivityEntry, ActivityKind, Channel};
use tokenrack_core::ports::HttpErrorKind;
use tokenrack_core::problem::Code;
use tokenrack_core::view::ConnectionView;

use crate::world::World;

const ACME: &str = r#"
schema = 1
id = "acme"
name = "Acme"

[server]
authorization_endpoint = "https://as.example/authorize"
token_endpoint = "https://as.example/token"

[account]
from = "token_response"
id = "/user/id"
label = ["/user/login"]
"#;

fn answer(id: u32, login: &str) -> String {
    format!(
        r#"{{"access_token":"at-{id}","refresh_token":"rt-{id}","token_type":"bearer","expires_in":7200,
            "user":{{"id":"{id}","login":"{login}"}}}}"#
    )
}

async fn acme(world: &World) -> (Engine, ConnectionId) {
    world.own_provider("acme.toml", ACME);
    let engine = world.engine();
    let id = world.add_acme(&engine, GrantType::AuthorizationCode).await;
    (engine, id)
}

async fn sign_in(world: &World, engine: &Engine, id: &ConnectionId, answer: &str) -> ConnectionView {
    let redirect = world.start(engine, id).await;
    world.network.answer(200, answer);
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap()
}

fn newest(engine: &Engine) -> ActivityEntry {
    engine.activity(&ActivityFilter { limit: 1, ..ActivityFilter::default() }).unwrap().remove(0)
}

#[tokio::test]
async fn a_sign_in_that_brings_another_account_says_whose_tokens_it_replaced() {
    let world = World::new();
    let (engine, id) = acme(&world).await;
    let first = sign_in(&world, &engine, &id, &answer(1, "alice")).await;
    assert_eq!((first.account_before, newest(&engine).detail), (None, None));
    assert_eq!(first.account_id.as_deref(), Some("1"));
    assert_eq!(first.server.as_deref(), Some("https://as.example/token"), "there is no issuer");

    let other = sign_in(&world, &engine, &id, &answer(2, "Bob B.")).await;
    assert_eq!(other.account.as_deref(), Some("Bob B."));
    assert_eq!(other.account_before.as_deref(), Some("alice"));
    let told = "The last sign-in was as Bob B.; before it was alice.";
    assert!(other.cautions.iter().any(|caution| caution.starts_with(told)), "{:?}", other.cautions);
    let line = newest(&engine);
    assert_eq!(line.kind, ActivityKind::Connected);
    assert_eq!(line.detail.as_deref(), Some("signed in as “Bob B.”; before it was “alice”"));

    world.network.answer(200, &answer(2, "Bob B."));
    let refreshed = engine.refresh(&id, Channel::App).await.unwrap();
    assert_eq!(refreshed.account_before.as_deref(), Some("alice"), "until the next sign-in");
    let same = sign_in(&world, &engine, &id, &answer(2, "bob")).await;
    assert_eq!((same.account_before, newest(&engine).detail), (None, None));
}

#[tokio::test]
async fn another_account_is_told_also_by_whoever_finds_its_tokens() {
    let world = World::new();
    let (dies, id) = acme(&world).await;
    sign_in(&world, &dies, &id, &answer(1, "alice")).await;
    world.clock.forward(60);
    let redirect = world.start(&dies, &id).await;
    world.network.answer(200, &answer(2, "bob"));
    world.refuse_records_with("bob");
    dies.deliver(&redirect, Channel::DeepLink).await.unwrap_err();
    drop(dies);
    world.accept_all_records();

    let next = world.engine();
    next.snapshot().await.unwrap();
    assert_eq!(next.view(&id).unwrap().account_before.as_deref(), Some("alice"));
    assert_eq!(newest(&next).detail.as_deref(), Some("signed in as “bob”; before it was “alice”"));
}

#[tokio::test]
async fn a_refused_redirect_is_of_the_connection_whose_sign_in_it_answers() {
    let world = World::new();
    let (engine, id) = acme(&world).await;
    let redirect = world.start(&engine, &id).await;
    let elsewhere = redirect.replace("/oauth/callback", "/oauth/other");
    let refused = engine.deliver(&elsewhere, Channel::DeepLink).await.unwrap_err();
    assert_eq!(refused.problem.code, Code::WrongRedirectUri);
    let line = newest(&engine);
    assert_eq!((line.kind, line.connection), (ActivityKind::CallbackRefused, Some(id.clone())));
    assert_eq!(line.connection_name, "Acme");

    engine.cancel(&id, Channel::App).await.unwrap();
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap_err();
    let line = newest(&engine);
    assert_eq!((line.code, line.connection), (Some(Code::AttemptCancelled), Some(id.clone())));

    engine.disconnect(&id, true, Channel::App).await.unwrap();
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap_err();
    assert_eq!(newest(&engine).connection, None, "it is gone");
    engine.deliver(&redirect.replace("state=", "state=x"), Channel::DeepLink).await.unwrap_err();
    assert_eq!((newest(&engine).code, newest(&engine).connection), (Some(Code::UnknownState), None));
}

/// Some servers give a refresh token at the first consent only.
#[tokio::test]
async fn a_sign_in_that_brings_no_refresh_token_goes_on_with_the_one_before_where_it_is_the_same_persons() {
    let bare =
        |id: u32, more: &str| answer(id, "alice").replace(&format!("\"refresh_token\":\"rt-{id}\","), more);
    for (second, is_kept) in [
        (bare(1, ""), true),
        (bare(2, ""), false),
        (bare(1, "").replace("\"user\"", "\"other\""), false),
        (bare(1, "\"scope\":\"more\","), false),
    ] {
        let world = World::new();
        let (engine, id) = acme(&world).await;
        sign_in(&world, &engine, &id, &answer(1, "alice")).await;
        world.clock.forward(3_600);
        let view = sign_in(&world, &engine, &id, &second.replace("at-", "new-at-")).await;
        assert_eq!(view.refreshable, is_kept, "{second}");
        assert!(super::token(&engine, &id).await.unwrap().starts_with("new-at-"));
        world.network.sent();
        world.network.answer(200, &answer(1, "alice"));
        let refreshed = engine.refresh(&id, Channel::App).await;
        assert_eq!(refreshed.is_ok(), is_kept, "{second}");
        assert_eq!(world.network.sent().iter().any(|body| body.contains("refresh_token=rt-1")), is_kept);
    }
}

#[tokio::test]
async fn a_refresh_token_that_was_refused_or_may_be_spent_does_not_go_on() {
    for refused in [true, false] {
        let world = World::new();
        let (engine, id) = acme(&world).await;
        sign_in(&world, &engine, &id, &answer(1, "alice")).await;
        if refused {
            world.network.answer(400, r#"{"error":"invalid_grant"}"#);
        } else {
            world.network.fail(HttpErrorKind::Timeout);
        }
        engine.refresh(&id, Channel::App).await.unwrap_err();
        let second = answer(1, "alice").replace("\"refresh_token\":\"rt-1\",", "");
        let view = sign_in(&world, &engine, &id, &second).await;
        assert!(!view.refreshable, "refused: {refused}");
    }
}

fn without_refresh_token(answer: &str, id: u32) -> String {
    answer.replace(&format!("\"refresh_token\":\"rt-{id}\","), "")
}

/// A lost answer spends nothing where a refresh token is not replaced, and a file that names more places changes nothing of
/// where it may go.
#[tokio::test]
async fn what_spends_no_refresh_token_does_not_keep_it_from_going_on() {
    let with = |more: &str| ACME.replace("\n[account]", &format!("{more}\n[account]"));
    let says_not = format!("{ACME}[refresh]\nrotates = false\n");
    let asks_more = with("introspection_endpoint = \"https://introspect.as.example/i\"\n");
    for (file, later, fails) in [(&says_not[..], &says_not[..], true), (ACME, &asks_more, false)] {
        let world = World::new();
        world.own_provider("acme.toml", file);
        let engine = world.engine();
        let id = world.add_acme(&engine, GrantType::AuthorizationCode).await;
        sign_in(&world, &engine, &id, &answer(1, "alice")).await;
        if fails {
            world.network.fail(HttpErrorKind::Timeout);
            engine.refresh(&id, Channel::App).await.unwrap_err();
        }
        world.own_provider("acme.toml", later);
        engine.set_catalog(world.catalog());
        let second = without_refresh_token(&answer(1, "alice"), 1);
        assert!(sign_in(&world, &engine, &id, &second).await.refreshable, "{later}");
    }
}

#[tokio::test]
async fn a_refresh_token_that_goes_on_has_not_shown_whether_it_is_replaced() {
    let world = World::new();
    let (engine, id) = acme(&world).await;
    sign_in(&world, &engine, &id, &answer(1, "alice")).await;
    sign_in(&world, &engine, &id, &without_refresh_token(&answer(1, "alice"), 1)).await;
    world.network.fail(HttpErrorKind::Timeout);
    engine.refresh(&id, Channel::App).await.unwrap_err();
    world.network.answer(400, r#"{"error":"invalid_grant"}"#);
    let refused = engine.refresh(&id, Channel::App).await.unwrap_err();
    assert_eq!(refused.code, Code::RefreshInterrupted, "the answer that was lost may have had the next one");
}

/// Two people may have one name.
#[tokio::test]
async fn a_name_is_no_proof_that_a_refresh_token_is_the_same_persons() {
    let world = World::new();
    world.own_provider("acme.toml", &ACME.replace("id = \"/user/id\"\n", ""));
    let engine = world.engine();
    let id = world.add_acme(&engine, GrantType::AuthorizationCode).await;
    sign_in(&world, &engine, &id, &answer(1, "alice")).await;
    let view = sign_in(&world, &engine, &id, &without_refresh_token(&answer(2, "alice"), 2)).await;
    assert!(!view.refreshable);
}
