//! Codes to enter, clients that speak for themselves, and tokens that are brought, while something fails.

use std::time::Duration;

use tokenrack_core::connection::{ClientAuthentication, ConnectionId, GrantType};
use tokenrack_core::engine::{ConnectOptions, Connecting, Engine};
use tokenrack_core::event::{ActivityKind, Channel};
use tokenrack_core::ports::HttpErrorKind;
use tokenrack_core::problem::Code;
use tokenrack_core::view::{Draft, StatusKind};
use tokenrack_oauth::secret::{ClientSecret, RefreshToken};

use crate::background::settle;
use crate::world::World;

const CODE: &str = r#"{"device_code":"d-1","user_code":"WDJB-MJHT","verification_uri":"https://gitlab.com/device",
    "expires_in":600,"interval":5}"#;
const PENDING: &str = r#"{"error":"authorization_pending"}"#;
const SLOW_DOWN: &str = r#"{"error":"slow_down"}"#;
const TOKENS: &str =
    r#"{"access_token":"at-1","refresh_token":"rt-1","token_type":"bearer","expires_in":7200}"#;

fn draft(grant: GrantType) -> Draft {
    Draft {
        provider: "gitlab".into(),
        client_id: "me".into(),
        scopes: Some(vec!["api".into()]),
        grant: Some(grant),
        ..Draft::default()
    }
}

fn kind(engine: &Engine, id: &ConnectionId) -> StatusKind {
    engine.view(id).unwrap().status.kind
}

async fn connect(engine: &Engine, id: &ConnectionId) -> Result<Connecting, Code> {
    let options = ConnectOptions {
        open_browser: false,
        time_limit: Duration::from_secs(300),
        channel: Channel::Command,
    };
    engine.connect(id, options).await.map_err(|problem| problem.code)
}

/// A sign-in by code that has begun; the server wants to be asked every 5 seconds.
async fn begun(world: &World, engine: &Engine) -> ConnectionId {
    let id = engine.add(&draft(GrantType::DeviceCode), None, Channel::Command).await.unwrap().id;
    world.network.answer(200, CODE);
    let Connecting::Waiting(_) = connect(engine, &id).await.unwrap() else { panic!("a person is needed") };
    world.network.sent();
    id
}

/// Lets whoever wants to ask do so; answers how often they did.
async fn asked(world: &World) -> usize {
    for _ in 0..400 {
        tokio::task::yield_now().await;
    }
    world.network.sent().len()
}

async fn token(engine: &Engine, id: &ConnectionId) -> Result<String, Code> {
    let released = engine.release_token(id, Duration::from_secs(60), Channel::Command, "raw").await;
    released.map(|released| released.access_token.expose().to_owned()).map_err(|problem| problem.code)
}

#[tokio::test]
async fn scopes_that_an_answer_does_not_name_are_those_that_were_asked_for() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let edited = Draft { scopes: Some(vec!["api".into(), "sudo".into()]), ..engine.draft(&id).unwrap() };
    let view = engine.edit(&id, &edited, None, Channel::App).await.unwrap();
    assert_eq!(view.scopes_granted.unwrap(), ["api"], "nobody has been asked for the other yet");
    assert_eq!(view.scopes_missing, ["sudo"]);
    let released = engine.release_token(&id, Duration::ZERO, Channel::Command, "json").await.unwrap();
    assert_eq!(released.scopes.unwrap(), ["api"], "the command says what the window says");
}

#[tokio::test]
async fn the_server_is_asked_as_often_as_it_wants() {
    let world = World::new();
    let engine = world.engine();
    let id = begun(&world, &engine).await;
    assert_eq!(asked(&world).await, 0, "not before the first interval has passed");
    for (answer, seconds) in [(PENDING, 5), (SLOW_DOWN, 5), (PENDING, 10)] {
        world.network.answer(400, answer);
        world.clock.forward(seconds - 1);
        assert_eq!(asked(&world).await, 0, "{answer}: a second too early");
        world.clock.forward(1);
        assert_eq!(asked(&world).await, 1, "{answer}");
    }
    world.network.fail(HttpErrorKind::Timeout);
    world.clock.forward(10);
    assert_eq!(asked(&world).await, 1);
    world.clock.forward(19);
    assert_eq!(asked(&world).await, 0, "an answer that did not come doubles the wait");
    world.network.answer(200, TOKENS);
    world.clock.forward(1);
    assert_eq!(asked(&world).await, 1);
    assert_eq!(kind(&engine, &id), StatusKind::Connected);
    assert_eq!(token(&world.engine(), &id).await.unwrap(), "at-1");
    world.clock.forward(60);
    assert_eq!(asked(&world).await, 0, "nobody asks for what is there");
}

#[tokio::test]
async fn a_server_that_wants_more_time_gets_it() {
    let world = World::new();
    let engine = world.engine();
    begun(&world, &engine).await;
    world.network.answer_after(503, 45);
    world.clock.forward(5);
    assert_eq!(asked(&world).await, 1);
    world.clock.forward(44);
    assert_eq!(asked(&world).await, 0, "longer than twice the interval");
    world.network.answer(400, PENDING);
    world.clock.forward(1);
    assert_eq!(asked(&world).await, 1);
}

#[tokio::test]
async fn the_interval_counts_also_where_it_cannot_be_written_down() {
    let world = World::new();
    let engine = world.engine();
    begun(&world, &engine).await;
    let first = world.network.hold();
    world.network.answer(400, SLOW_DOWN);
    world.clock.forward(5);
    assert_eq!(asked(&world).await, 1);
    world.refuse_records_with("authorizing");
    let _second = world.network.hold();
    world.clock.slept();
    first.add_permits(1);
    asked(&world).await;
    assert_eq!(world.clock.slept(), [Duration::from_secs(10)]);
}

#[tokio::test]
async fn nobody_asks_for_a_connection_that_is_gone() {
    let world = World::new();
    let engine = world.engine();
    begun(&world, &engine).await;
    world.tamper("DELETE FROM connections");
    asked(&world).await;
    world.clock.slept();
    asked(&world).await;
    assert_eq!(world.clock.slept(), []);
}

#[tokio::test]
async fn two_processes_that_watch_ask_once() {
    let world = World::new();
    let engine = world.engine();
    begun(&world, &engine).await;
    let window = world.engine();
    let _events = window.subscribe();
    window.snapshot().await.unwrap();
    world.network.answer(400, PENDING);
    world.clock.forward(5);
    assert_eq!(asked(&world).await, 1);
}

#[test]
fn a_window_goes_on_asking_when_the_process_that_began_dies() {
    let world = World::new();
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let dies = runtime();
    let id = dies.block_on(async { begun(&world, &world.engine()).await });
    drop(dies);
    runtime().block_on(async {
        let window = world.engine();
        let _events = window.subscribe();
        window.snapshot().await.unwrap();
        world.network.answer(200, TOKENS);
        world.clock.forward(5);
        assert_eq!(asked(&world).await, 1);
        assert_eq!(kind(&window, &id), StatusKind::Connected);
    });
}

#[tokio::test]
async fn tokens_for_a_code_the_vault_refuses_are_kept_and_saved_later() {
    let world = World::new();
    let engine = world.engine();
    let id = begun(&world, &engine).await;
    world.vault.refuse_writes(true);
    world.network.answer(200, TOKENS);
    world.clock.forward(5);
    assert_eq!(asked(&world).await, 1);
    assert_eq!(kind(&engine, &id), StatusKind::Unsaved);
    world.vault.refuse_writes(false);
    engine.refresh(&id, Channel::App).await.unwrap();
    assert_eq!(token(&world.engine(), &id).await.unwrap(), "at-1");
}

#[tokio::test]
async fn tokens_for_a_code_that_neither_vault_nor_database_takes_are_not_called_saved() {
    let world = World::new();
    let engine = world.engine();
    let id = begun(&world, &engine).await;
    world.vault.refuse_writes(true);
    world.refuse_records_with("vault/unsaved");
    world.network.answer(200, TOKENS);
    world.clock.forward(5);
    assert_eq!(asked(&world).await, 1);
    world.accept_all_records();
    let _events = engine.subscribe();
    engine.snapshot().await.unwrap();
    settle().await;
    assert_eq!(kind(&engine, &id), StatusKind::Unsaved);
    world.vault.refuse_writes(false);
    settle().await;
    assert_eq!(kind(&engine, &id), StatusKind::Connected);
    assert_eq!(token(&world.engine(), &id).await.unwrap(), "at-1");
}

#[tokio::test]
async fn tokens_that_come_while_the_person_cancels_are_revoked() {
    let world = World::new();
    let engine = world.engine();
    let id = begun(&world, &engine).await;
    let gate = world.network.hold();
    world.network.answer(200, TOKENS);
    world.network.answer(200, "{}");
    world.network.answer(200, "{}");
    world.clock.forward(5);
    assert_eq!(asked(&world).await, 1);
    let cancelled = tokio::spawn({
        let (engine, id) = (engine.clone(), id.clone());
        async move { engine.cancel(&id, Channel::App).await }
    });
    assert_eq!(asked(&world).await, 0);
    gate.add_permits(1);
    cancelled.await.unwrap().unwrap();
    let revoked = world.network.sent().join(" ");
    assert!(revoked.contains("token=rt-1") && revoked.contains("token=at-1"), "{revoked}");
    assert_eq!(kind(&engine, &id), StatusKind::NotConnected);
    assert_eq!(token(&engine, &id).await.unwrap_err(), Code::NotConnected);
}

#[tokio::test]
async fn tokens_of_a_cancelled_code_that_could_not_be_revoked_are_said() {
    let world = World::new();
    let engine = world.engine();
    let id = begun(&world, &engine).await;
    let gate = world.network.hold();
    world.network.answer(200, TOKENS);
    world.network.answer(503, "");
    world.network.answer(503, "");
    world.clock.forward(5);
    assert_eq!(asked(&world).await, 1);
    let cancelled = tokio::spawn({
        let (engine, id) = (engine.clone(), id.clone());
        async move { engine.cancel(&id, Channel::App).await }
    });
    asked(&world).await;
    gate.add_permits(1);
    cancelled.await.unwrap().unwrap();
    let lines = engine.activity(&Default::default()).unwrap();
    assert_eq!(lines[0].kind, ActivityKind::RevocationFailed);
}

#[tokio::test]
async fn tokens_of_a_cancelled_code_that_are_left_alive_are_said() {
    let world = World::new();
    let file = "schema = 1\nid = \"acme\"\nname = \"Acme\"\n[server]\n\
        authorization_endpoint = \"https://as.example/authorize\"\n\
        token_endpoint = \"https://as.example/token\"\n\
        device_authorization_endpoint = \"https://as.example/device\"\n";
    world.own_provider("acme.toml", file);
    let engine = world.engine();
    let id = world.add_acme(&engine, GrantType::DeviceCode).await;
    world.network.answer(200, CODE);
    connect(&engine, &id).await.unwrap();
    let gate = world.network.hold();
    world.network.answer(200, TOKENS);
    world.clock.forward(5);
    asked(&world).await;
    let cancelled = tokio::spawn({
        let (engine, id) = (engine.clone(), id.clone());
        async move { engine.cancel(&id, Channel::App).await }
    });
    asked(&world).await;
    gate.add_permits(1);
    cancelled.await.unwrap().unwrap();
    let lines = engine.activity(&Default::default()).unwrap();
    assert_eq!(lines[0].kind, ActivityKind::RevocationUnsupported);
}

#[tokio::test]
async fn twitch_says_by_a_message_that_the_person_is_not_done() {
    let world = World::new();
    let engine = world.engine();
    let draft = Draft { provider: "twitch".into(), scopes: None, ..draft(GrantType::DeviceCode) };
    let id = engine.add(&draft, None, Channel::Command).await.unwrap().id;
    world.network.answer(200, CODE);
    connect(&engine, &id).await.unwrap();
    world.network.answer(400, r#"{"status":400,"message":"authorization_pending"}"#);
    world.network.answer(200, TOKENS);
    for _ in 0..2 {
        world.clock.forward(5);
        asked(&world).await;
    }
    assert_eq!(kind(&engine, &id), StatusKind::Connected);
}

#[tokio::test]
async fn a_cancelled_attempt_leaves_a_newer_ones_secrets() {
    let world = World::new();
    let engine = world.engine();
    let id = begun(&world, &engine).await;
    let gate = world.network.hold();
    world.network.answer(200, CODE);
    let newer = tokio::spawn({
        let (engine, id) = (world.engine(), id.clone());
        async move { connect(&engine, &id).await }
    });
    assert_eq!(asked(&world).await, 1, "it holds the connection's lock");
    let cancelled = tokio::spawn({
        let (engine, id) = (engine.clone(), id.clone());
        async move { engine.cancel(&id, Channel::App).await }
    });
    asked(&world).await;
    assert_eq!(kind(&engine, &id), StatusKind::NotConnected);
    gate.add_permits(1);
    newer.await.unwrap().unwrap();
    cancelled.await.unwrap().unwrap();
    world.network.answer(200, TOKENS);
    world.clock.forward(5);
    assert_eq!(asked(&world).await, 1);
    assert_eq!(kind(&engine, &id), StatusKind::Connected);
}

#[tokio::test]
async fn a_code_that_could_not_be_kept_is_never_shown() {
    let world = World::new();
    let engine = world.engine();
    let id = engine.add(&draft(GrantType::DeviceCode), None, Channel::Command).await.unwrap().id;
    world.network.answer(200, CODE);
    world.vault.refuse_writes(true);
    assert_eq!(connect(&engine, &id).await.unwrap_err(), Code::VaultLocked);
    assert_eq!(kind(&engine, &id), StatusKind::NotConnected);
    world.network.sent();
    world.clock.forward(60);
    assert_eq!(asked(&world).await, 0);
}

#[tokio::test]
async fn a_client_that_speaks_for_itself_loses_nothing_by_a_lost_answer() {
    let world = World::new();
    let engine = world.engine();
    let draft = Draft {
        authentication: Some(ClientAuthentication::ClientSecretPost),
        ..draft(GrantType::ClientCredentials)
    };
    let secret = || Some(ClientSecret::new("a secret of some length".into()));
    let id = engine.add(&draft, secret(), Channel::Command).await.unwrap().id;
    world.network.answer(200, r#"{"access_token":"at-1","token_type":"bearer","expires_in":100}"#);
    let Connecting::Connected(view) = connect(&engine, &id).await.unwrap() else {
        panic!("nobody is needed")
    };
    assert!(view.refreshable);
    world.clock.forward(50);
    world.network.fail(HttpErrorKind::Interrupted);
    assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::Interrupted);
    world.network.answer(200, r#"{"access_token":"at-2","token_type":"bearer","expires_in":100}"#);
    assert_eq!(token(&engine, &id).await.unwrap(), "at-2");
    world.clock.forward(50);
    world.network.answer(401, r#"{"error":"invalid_client"}"#);
    assert_eq!(token(&engine, &id).await.unwrap_err(), Code::InvalidClient);
    assert_eq!(kind(&engine, &id), StatusKind::ProviderError);
}

#[tokio::test]
async fn a_client_that_speaks_for_itself_has_no_use_for_a_refresh_token() {
    let world = World::new();
    let engine = world.engine();
    let draft = Draft {
        authentication: Some(ClientAuthentication::ClientSecretPost),
        ..draft(GrantType::ClientCredentials)
    };
    let secret = Some(ClientSecret::new("a secret of some length".into()));
    let id = engine.add(&draft, secret, Channel::Command).await.unwrap().id;
    world.network.answer(
        200,
        r#"{"access_token":"at-1","token_type":"bearer","expires_in":7200,
            "refresh_token":"rt-1","refresh_token_expires_in":100}"#,
    );
    connect(&engine, &id).await.unwrap();
    let view = engine.view(&id).unwrap();
    assert_eq!((view.refresh_expires_at, view.sign_in_by), (None, None), "its end is nobody's concern");
}

#[tokio::test]
async fn tokens_of_one_grant_are_not_renewed_by_another() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let machine = Draft {
        name: Some("GitLab".into()),
        authentication: Some(ClientAuthentication::ClientSecretPost),
        ..draft(GrantType::ClientCredentials)
    };
    let secret = Some(ClientSecret::new("a secret of some length".into()));
    let refused = engine.edit(&id, &machine, secret, Channel::App).await.unwrap_err();
    assert_eq!(refused.code, Code::InvalidInput);
    assert_eq!(engine.draft(&id).unwrap().grant, Some(GrantType::AuthorizationCode));
}

#[tokio::test]
async fn a_brought_token_is_added_whole_or_not_at_all() {
    let world = World::new();
    let engine = world.engine();
    let bring = || {
        let draft = draft(GrantType::AuthorizationCode);
        let engine = engine.clone();
        async move { engine.import(&draft, None, RefreshToken::new("rt-0".into()), Channel::Command).await }
    };
    world.network.answer(400, r#"{"error":"invalid_grant"}"#);
    let refusal = bring().await.unwrap_err();
    assert_eq!((refusal.problem.code, refusal.told_by), (Code::InvalidGrant, None));
    world.network.fail(HttpErrorKind::Connect);
    let unreached = bring().await.unwrap_err().problem;
    assert_eq!(unreached.code, Code::Unreachable);
    assert!(!unreached.cause.unwrap_or_default().contains("spent"), "nothing was sent");
    world.network.fail(HttpErrorKind::Interrupted);
    let lost = bring().await.unwrap_err().problem;
    assert_eq!(lost.code, Code::Interrupted);
    assert!(lost.cause.unwrap().starts_with("the refresh token that was brought may be spent"));
    assert!(engine.snapshot().await.unwrap().connections.is_empty());

    world.network.answer(200, TOKENS);
    world.vault.refuse_writes(true);
    let refusal = bring().await.unwrap_err();
    let id = refusal.told_by.expect("the token that was brought is spent: the new ones are kept");
    assert_eq!((refusal.problem.code, kind(&engine, &id)), (Code::Unsaved, StatusKind::Unsaved));
    world.vault.refuse_writes(false);
    engine.refresh(&id, Channel::App).await.unwrap();
    assert_eq!(token(&world.engine(), &id).await.unwrap(), "at-1");
}

#[tokio::test]
async fn what_came_for_a_brought_token_is_kept_though_the_database_refuses_it() {
    let world = World::new();
    let engine = world.engine();
    world.refuse_records_with("\"authorized\"");
    world.network.answer(200, TOKENS);
    let brought = RefreshToken::new("rt-0".into());
    let draft = draft(GrantType::AuthorizationCode);
    let refusal = engine.import(&draft, None, brought, Channel::Command).await.unwrap_err();
    assert_eq!(refusal.problem.code, Code::StoreFailed);
    world.accept_all_records();
    assert_eq!(world.network.sent().len(), 1, "nothing is revoked");
    let id = engine.find("GitLab").unwrap().id;
    assert_eq!(token(&engine, &id).await.unwrap(), "at-1");
    assert_eq!(kind(&engine, &id), StatusKind::Connected);
}

#[tokio::test]
async fn a_database_that_is_full_just_then_spends_no_code_for_nothing() {
    // What it refuses: that the answer has come, or all that follows too.
    for refused in [r#""exchanging_since":"2026"#, r#""generation""#] {
        let world = World::new();
        let engine = world.engine();
        let id = begun(&world, &engine).await;
        let _events = engine.subscribe();
        world.refuse_records_with(refused);
        world.network.answer(200, TOKENS);
        world.clock.forward(5);
        super::background::settle().await;
        assert_eq!(world.network.sent().len(), 1, "and nothing was revoked");
        world.accept_all_records();
        world.clock.forward(5);
        super::background::settle().await;
        assert_eq!(kind(&engine, &id), StatusKind::Connected, "{refused}");
        assert_eq!(token(&engine, &id).await.unwrap(), "at-1");
    }
}

#[tokio::test]
async fn an_answer_that_is_on_its_way_at_the_time_limit_counts() {
    let world = World::new();
    let engine = world.engine();
    let id = begun(&world, &engine).await;
    let gate = world.network.hold();
    world.clock.forward(299);
    assert_eq!(asked(&world).await, 1);
    world.clock.forward(2);
    engine.snapshot().await.unwrap();
    assert_eq!(kind(&engine, &id), StatusKind::WaitingForBrowser, "the person may have agreed in time");
    world.network.answer(200, TOKENS);
    gate.add_permits(1);
    super::background::settle().await;
    assert_eq!(kind(&engine, &id), StatusKind::Connected);
    assert!(world.network.sent().is_empty(), "and nothing was revoked");
}

const LONG_LIVED: &str = r#"
schema = 1
id = "acme"
name = "Acme"
[server]
authorization_endpoint = "https://as.example/authorize"
token_endpoint = "https://as.example/token"
revocation_endpoint = "https://as.example/revoke"
[refresh.exchange]
url = "https://as.example/long"
query = { token = "{access_token}" }
"#;

/// As Facebook's: a short-lived token is exchanged for a long-lived one.
#[tokio::test]
async fn a_token_is_not_thrown_away_because_its_exchange_for_a_better_one_fails_for_a_moment() {
    let world = World::new();
    world.own_provider("acme.toml", LONG_LIVED);
    let engine = world.engine();
    let id = world.add_acme(&engine, GrantType::AuthorizationCode).await;
    let redirect = world.start(&engine, &id).await;
    world.network.answer(200, r#"{"access_token":"at-short","token_type":"bearer","expires_in":7200}"#);
    world.network.refuse_page(503);
    world.network.page(r#"{"access_token":"at-long","token_type":"bearer","expires_in":5184000}"#);
    let deliver = tokio::spawn(async move { engine.deliver(&redirect, Channel::DeepLink).await });
    for _ in 0..10 {
        world.clock.forward(1);
        settle().await;
    }
    assert_eq!(deliver.await.unwrap().unwrap().status.kind, StatusKind::Connected);
    let sent = world.network.sent();
    assert!(!sent.iter().any(|body| body.contains("token=at-short")), "{sent:?}");
}
