//! What a provider has refused, once a person has put right what it was refused for.

use tokenrack_core::connection::{ConnectionId, RedirectMethod};
use tokenrack_core::engine::Engine;
use tokenrack_core::event::{Channel, EngineEvent, Reason};
use tokenrack_core::ports::HttpErrorKind;
use tokenrack_core::problem::Code;
use tokenrack_core::view::{Draft, StatusKind};
use tokenrack_oauth::secret::ClientSecret;
use tokio::sync::broadcast::Receiver;

use super::background::{pass, settle};
use super::reach::{ACME, now_says, signed_in};
use super::reminders::offered;
use super::world::{World, secret};
use super::{FRESH, kind, token};

const INVALID_GRANT: &str = r#"{"error":"invalid_grant"}"#;
const INVALID_CLIENT: &str = r#"{"error":"invalid_client"}"#;

fn wrong() -> String {
    ACME.replace("as.example/token", "as.example/tokens")
}

async fn refused(world: &World, engine: &Engine, id: &ConnectionId, answer: &str) -> Code {
    world.network.answer(400, answer);
    let code = engine.refresh(id, Channel::App).await.unwrap_err().code;
    world.network.sent();
    code
}

#[tokio::test]
async fn a_file_that_was_wrong_for_a_while_costs_no_session() {
    let own_endpoint = format!("{ACME}[refresh]\nendpoint = \"https://as.example/refresh\"\n");
    for wrong in [wrong(), own_endpoint] {
        let world = World::new();
        let (engine, id) = signed_in(&world, ACME).await;
        now_says(&world, &engine, &wrong);
        assert_eq!(refused(&world, &engine, &id, INVALID_GRANT).await, Code::InvalidGrant);
        assert_eq!(kind(&engine, &id), StatusKind::ActionNeeded);
        now_says(&world, &engine, &wrong.replace("\"Acme\"", "\"Renamed\""));
        assert_eq!(kind(&engine, &id), StatusKind::ActionNeeded, "a name was not what it was refused for");
        assert_eq!(token(&engine, &id).await, Err(Code::InvalidGrant));
        assert!(world.network.sent().is_empty(), "nobody is asked again for nothing");

        now_says(&world, &engine, ACME);
        assert_eq!(kind(&engine, &id), StatusKind::Connected, "the access token is as good as before");
        assert_eq!(engine.shown()[0].status.kind, StatusKind::Connected, "and faces are told");
        world.clock.forward(7_200);
        world.network.answer(200, FRESH);
        assert_eq!(token(&world.engine(), &id).await.unwrap(), "at-2", "also by another process");
        assert!(world.network.sent()[0].contains("refresh_token=rt-1"));
    }
}

#[tokio::test]
async fn a_refusal_for_another_reason_is_tried_again_when_a_person_says_so() {
    let world = World::new();
    let (engine, id) = signed_in(&world, ACME).await;
    // A network that the server does not like just now.
    refused(&world, &engine, &id, INVALID_GRANT).await;
    let before = engine.view(&id).unwrap();
    world.clock.forward(600);
    assert_eq!(token(&engine, &id).await, Err(Code::InvalidGrant));
    assert!(world.network.sent().is_empty(), "no program asks again");

    // As before, but for the line in the record: once more refused, offline, asked to wait.
    assert_eq!(refused(&world, &engine, &id, INVALID_GRANT).await, Code::InvalidGrant);
    world.network.fail(HttpErrorKind::Connect);
    assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::Unreachable);
    world.network.answer(503, "");
    engine.refresh(&id, Channel::App).await.unwrap_err();
    let same = engine.view(&id).unwrap();
    assert_eq!((&same.status, &same.problem), (&before.status, &before.problem));
    world.network.sent();

    world.network.answer(200, FRESH);
    engine.refresh(&id, Channel::App).await.unwrap();
    assert!(world.network.sent()[0].contains("refresh_token=rt-1"));
    assert_eq!((kind(&engine, &id), token(&engine, &id).await), (StatusKind::Connected, Ok("at-2".into())));
}

#[tokio::test]
async fn an_answer_that_is_lost_after_an_end_is_remembered() {
    let world = World::new();
    let (engine, id) = signed_in(&world, ACME).await;
    refused(&world, &engine, &id, INVALID_GRANT).await;
    world.network.fail(HttpErrorKind::Interrupted);
    engine.refresh(&id, Channel::App).await.unwrap_err();
    assert_eq!(refused(&world, &engine, &id, INVALID_GRANT).await, Code::RefreshInterrupted);
    assert_eq!(token(&engine, &id).await, Err(Code::RefreshInterrupted));
    assert!(world.network.sent().is_empty(), "no program sends one again that may be spent");
    // It has been refused, so a person may: nothing more can be lost by it.
    world.network.answer(200, FRESH);
    engine.refresh(&id, Channel::App).await.unwrap();
    assert_eq!(token(&engine, &id).await.unwrap(), "at-2");
}

#[tokio::test]
async fn a_sign_in_that_goes_on_has_not_shown_how_long_it_lasts() {
    let world = World::new();
    let (engine, id) = signed_in(&world, ACME).await;
    for day in [30, 31] {
        world.clock.forward(day * 86_400);
        refused(&world, &engine, &id, INVALID_GRANT).await;
        refused(&world, &engine, &id, INVALID_GRANT).await;
        world.network.answer(200, FRESH);
        engine.refresh(&id, Channel::App).await.unwrap();
        world.network.sent();
    }
    assert_eq!(engine.view(&id).unwrap().sign_in_by, None);
}

#[tokio::test]
async fn a_file_that_is_away_is_said_and_tried_again() {
    let world = World::new();
    let (engine, id) = signed_in(&world, ACME).await;
    world.clock.forward(7_200);
    now_says(&world, &engine, &ACME.replace("id = \"acme\"", "id = \"other\""));
    let refused = engine.refresh(&id, Channel::App).await.unwrap_err();
    assert_eq!((refused.code, refused.cause.as_deref()), (Code::UnknownProvider, Some("acme")));
    assert_eq!(engine.view(&id).unwrap().problem.unwrap().code, Code::UnknownProvider.as_str());
    now_says(&world, &engine, ACME);
    world.network.answer(200, FRESH);
    assert_eq!(token(&engine, &id).await.unwrap(), "at-2");
}

#[tokio::test]
async fn a_refusal_by_the_right_settings_is_one() {
    let world = World::new();
    let (engine, id) = signed_in(&world, ACME).await;
    now_says(&world, &engine, &wrong());
    refused(&world, &engine, &id, INVALID_GRANT).await;
    now_says(&world, &engine, ACME);
    assert_eq!(refused(&world, &engine, &id, INVALID_GRANT).await, Code::InvalidGrant);
    assert_eq!(kind(&engine, &id), StatusKind::ActionNeeded);
    assert_eq!(token(&engine, &id).await, Err(Code::InvalidGrant));
    assert!(world.network.sent().is_empty(), "once more is once");
}

#[tokio::test]
async fn that_an_answer_may_be_lost_is_not_forgotten_over_a_file_that_was_wrong() {
    let world = World::new();
    let (engine, id) = signed_in(&world, ACME).await;
    world.network.fail(tokenrack_core::ports::HttpErrorKind::Timeout);
    engine.refresh(&id, Channel::App).await.unwrap_err();
    now_says(&world, &engine, &wrong());
    assert_eq!(refused(&world, &engine, &id, INVALID_GRANT).await, Code::RefreshInterrupted);
    now_says(&world, &engine, ACME);
    assert_eq!(refused(&world, &engine, &id, INVALID_GRANT).await, Code::RefreshInterrupted);
}

/// Expired, and refused because of this file by a process that renews by itself.
async fn stuck(world: &World, file: &str, answer: Option<&str>) -> (Engine, ConnectionId) {
    let (engine, id) = signed_in(world, ACME).await;
    engine.keep_fresh();
    settle().await;
    now_says(world, &engine, file);
    world.network.answer(400, answer.unwrap_or_default());
    for _ in 0..2 {
        pass(world, 7_200).await;
        // What is taken for a wake-up from sleep is followed by some quiet.
        pass(world, 4).await;
    }
    assert_eq!(world.network.sent().len(), usize::from(answer.is_some()), "once, and not again");
    world.network.forget_answers();
    (engine, id)
}

#[tokio::test]
async fn a_file_that_is_right_again_is_noticed_without_anybody_asking() {
    let elsewhere = ACME.replace("as.example", "other.example");
    for (file, answer, status) in [
        (wrong(), Some(INVALID_GRANT), StatusKind::ActionNeeded),
        (wrong(), Some(INVALID_CLIENT), StatusKind::ProviderError),
        (elsewhere, None, StatusKind::ProviderError),
    ] {
        let world = World::new();
        let (engine, id) = stuck(&world, &file, answer).await;
        let view = engine.view(&id).unwrap();
        assert_eq!(view.status.kind, status);
        assert!(view.problem.is_some());
        world.network.answer(200, FRESH);
        now_says(&world, &engine, ACME);
        settle().await;
        assert_eq!(world.network.sent().len(), 1);
        assert_eq!(token(&engine, &id).await.unwrap(), "at-2");
        assert_eq!(engine.view(&id).unwrap().problem, None);
    }
}

fn reasons(events: &mut Receiver<EngineEvent>) -> Vec<Reason> {
    offered(events).into_iter().map(|reminder| reminder.attention.reason).collect()
}

#[tokio::test]
async fn a_person_hears_once_that_the_file_leads_elsewhere() {
    let world = World::new();
    let (engine, id) = signed_in(&world, ACME).await;
    let mut events = engine.subscribe();
    now_says(&world, &engine, &ACME.replace("as.example", "other.example"));
    engine.keep_fresh();
    settle().await;
    pass(&world, 7_200).await;
    pass(&world, 4).await;
    pass(&world, 29).await;
    assert_eq!(reasons(&mut events), [Reason::SettingsRefused]);
    let view = engine.view(&id).unwrap();
    assert!(view.status.evidence.contains("leads to another server"), "{}", view.status.evidence);
}

const DAY: i64 = 86_400;

async fn sign_in(world: &World, engine: &Engine, id: &ConnectionId) {
    let redirect = world.start(engine, id).await;
    world.network.answer(200, FRESH);
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
    world.clock.forward(30 * DAY);
}

#[tokio::test]
async fn how_long_sign_ins_last_is_learned_from_their_ends_alone() {
    for (is_wrong_file, is_other_client) in [(false, false), (true, false), (false, true)] {
        let world = World::new();
        let (engine, id) = signed_in(&world, ACME).await;
        for round in 0..2 {
            sign_in(&world, &engine, &id).await;
            if is_wrong_file {
                now_says(&world, &engine, &wrong());
            }
            if is_other_client {
                let client_id = format!("another-{round}");
                let other = Draft { client_id, ..engine.draft(&id).unwrap() };
                engine.edit(&id, &other, None, Channel::App).await.unwrap();
            }
            refused(&world, &engine, &id, INVALID_GRANT).await;
            now_says(&world, &engine, ACME);
        }
        sign_in(&world, &engine, &id).await;
        let is_known = engine.view(&id).unwrap().sign_in_by.is_some();
        assert_eq!(is_known, !is_wrong_file && !is_other_client, "{is_wrong_file} {is_other_client}");
    }
}

#[tokio::test]
async fn a_refresh_token_that_is_not_replaced_is_not_spent_by_an_answer_that_was_lost() {
    for (fresh, code) in [
        (r#"{"access_token":"at-2","token_type":"bearer","expires_in":7200}"#, Code::InvalidGrant),
        (FRESH, Code::RefreshInterrupted),
    ] {
        let world = World::new();
        world.does_not_say_whether_it_rotates();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        world.network.answer(200, fresh);
        engine.refresh(&id, Channel::App).await.unwrap();
        world.network.answer(500, "");
        engine.refresh(&id, Channel::App).await.unwrap_err();
        assert_eq!(refused(&world, &engine, &id, INVALID_GRANT).await, code);
    }
}

/// Microsoft's word for a policy that wants to see the person, as on another network.
#[tokio::test]
async fn what_a_file_calls_the_end_of_a_grant_is_asked_once_more_by_a_person() {
    let world = World::new();
    let file = format!("{ACME}[refresh]\npermanent = [\"interaction_required\"]\n");
    let (engine, id) = signed_in(&world, &file).await;
    let code = refused(&world, &engine, &id, r#"{"error":"interaction_required"}"#).await;
    assert_eq!((code, kind(&engine, &id)), (Code::InvalidGrant, StatusKind::ActionNeeded));
    assert!(engine.view(&id).unwrap().problem.unwrap().cause.unwrap().contains("interaction_required"));
    assert_eq!(token(&engine, &id).await, Err(Code::InvalidGrant), "a program does not ask");
    assert!(world.network.sent().is_empty());
    world.network.answer(200, FRESH);
    engine.refresh(&id, Channel::App).await.unwrap();
    assert_eq!(kind(&engine, &id), StatusKind::Connected);
}

/// The shipped files of those that have places and words of their own for RFC 6749 §5.2.
#[tokio::test]
async fn what_a_provider_calls_the_end_is_one_and_its_other_refusals_are_not() {
    let strava = |resource: &str, field: &str| {
        let error = format!(r#"{{"resource":"{resource}","field":"{field}","code":"invalid"}}"#);
        format!(r#"{{"message":"Bad Request","errors":[{error}]}}"#)
    };
    let fitbit =
        |kind: &str| format!(r#"{{"errors":[{{"errorType":"{kind}","message":"m"}}],"success":false}}"#);
    let twitch = |message: &str| format!(r#"{{"status":400,"message":"{message}"}}"#);
    for (provider, redirect, refusal, is_end) in [
        ("strava", RedirectMethod::Loopback, strava("RefreshToken", "refresh_token"), true),
        ("strava", RedirectMethod::Loopback, strava("Application", "client_id"), false),
        ("fitbit", RedirectMethod::DeepLink, fitbit("invalid_grant"), true),
        ("fitbit", RedirectMethod::DeepLink, fitbit("invalid_client"), false),
        ("fitbit", RedirectMethod::DeepLink, fitbit("expired_token"), false),
        ("twitch", RedirectMethod::Loopback, twitch("Invalid refresh token"), true),
        ("twitch", RedirectMethod::Loopback, twitch("missing client secret"), false),
    ] {
        let world = World::new();
        let engine = world.engine();
        let draft = Draft {
            provider: provider.into(),
            client_id: "me".into(),
            redirect: Some(redirect),
            ..Draft::default()
        };
        let secret = Some(ClientSecret::new("a secret of some length".into()));
        let id = engine.add(&draft, secret, Channel::Command).await.unwrap().id;
        let redirect = world.start(&engine, &id).await;
        world.network.answer(200, &FRESH.replace('2', "1"));
        engine.deliver(&redirect, Channel::Loopback).await.unwrap();
        world.network.sent();
        world.network.answer(200, FRESH);
        engine.refresh(&id, Channel::App).await.unwrap();
        refused(&world, &engine, &id, &refusal).await;
        assert_eq!(kind(&engine, &id) == StatusKind::ActionNeeded, is_end, "{provider}: {refusal}");
    }
}

/// "Nothing is tried again before a person has changed the settings or the file."
#[tokio::test]
async fn a_refused_client_is_not_asked_with_again_over_a_try_that_was_not_sent() {
    for why in ["offline", "disk full"] {
        let world = World::new();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        world.clock.forward(7_190);
        world.network.answer(401, r#"{"error":"invalid_client"}"#);
        engine.refresh(&id, Channel::Engine).await.unwrap_err();
        assert_eq!(kind(&engine, &id), StatusKind::ProviderError);
        match why {
            "offline" => world.network.fail(HttpErrorKind::NameResolution),
            _ => world.vault.fill(true),
        }
        engine.refresh(&id, Channel::App).await.unwrap_err();
        world.vault.fill(false);
        world.network.sent();
        world.network.answer_always("grant_type=refresh_token", 401, r#"{"error":"invalid_client"}"#);
        engine.keep_fresh();
        settle().await;
        for _ in 0..4 {
            pass(&world, 20).await;
        }
        assert!(world.network.sent().is_empty(), "{why}");
    }
}

/// As `a_client_id_that_was_wrong_for_a_while_costs_no_session`, of a client with a secret, which the vault keeps with the tokens:
/// "the stored secret stays unless a new one is given".
#[tokio::test]
async fn a_client_with_a_secret_that_was_wrong_for_a_while_costs_no_session() {
    let world = World::new();
    let engine = world.engine();
    let id = world.confidential(&engine).await;
    world.signed_in(&engine, &id, &FRESH.replace('2', "1")).await;
    let right = engine.draft(&id).unwrap();
    let wrong = Draft { client_id: "somebody-else".into(), ..right.clone() };
    engine.edit(&id, &wrong, secret("the second secret"), Channel::App).await.unwrap();
    engine.edit(&id, &right, None, Channel::App).await.unwrap();
    let item = world.item(&id);
    assert_eq!(item["client_secret"].as_str(), Some("the first secret"), "it was with the tokens");
    world.network.answer(200, FRESH);
    engine.refresh(&id, Channel::App).await.unwrap();
    let sent = world.network.sent();
    assert!(sent[0].contains("client_id=me&client_secret=the+first+secret"), "{sent:?}");
}
