//! Answers that cannot be read or verified, or that say more than they may: no token is lost by them, and none is shown.

use std::time::Duration;

use serde_json::{Value, json};
use tokenrack_core::connection::{ConnectionId, GrantType};
use tokenrack_core::engine::{ApiCall, ConnectOptions, Engine};
use tokenrack_core::event::{ActivityKind, Channel};
use tokenrack_core::ports::HttpErrorKind;
use tokenrack_core::problem::Code;
use tokenrack_core::view::{Revocation, StatusKind};

use crate::background::{pass, settle};
use crate::world::World;
use crate::{FRESH, kind, token};

const ACME: &str = r#"
schema = 1
id = "acme"
name = "Acme"

[server]
issuer = "https://as.example"
authorization_endpoint = "https://as.example/authorize"
token_endpoint = "https://as.example/token"
revocation_endpoint = "https://as.example/revoke"
device_authorization_endpoint = "https://as.example/device"
jwks_uri = "https://as.example/keys"
token_endpoint_auth_methods_supported = ["none"]
"#;

const SCRIPT: &str = "
[scripts]
credentials = \"exports.getCredentialsFromTokenResponse = () => ({})\"
";

const REFRESH_SCRIPT: &str = "
[scripts]
refresh = \"exports.refreshCredentials = () => ({})\"
";

const REGION: &str = r#"
[vars.region]
title = "Region"
default = "eu.acme.example"
pattern = "host"
source = "token"
allow = ["*.acme.example"]

[token.response]
capture = { region = "/region" }

[api]
base = "https://{region}/v1"
"#;

/// An engine that knows Acme, with `more` in its file.
fn acme(world: &World, more: &str) -> Engine {
    world.own_provider("acme.toml", &format!("{ACME}{more}"));
    world.engine()
}

/// A connection that has signed in.
async fn connected(world: &World, engine: &Engine) -> ConnectionId {
    let id = world.add_acme(engine, GrantType::AuthorizationCode).await;
    let redirect = world.start(engine, &id).await;
    world.network.answer(200, &FRESH.replace('2', "1"));
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
    world.network.sent();
    id
}

/// What a script will find again.
fn credentials(world: &World, id: &ConnectionId) -> Value {
    let items = world.vault.snapshot();
    let item: Value = serde_json::from_slice(items[&id.0].expose()).unwrap();
    serde_json::from_str(item["tokens"]["credentials"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn tokens_a_script_cannot_read_are_kept_and_its_failure_is_shown() {
    let world = World::new();
    let engine = acme(&world, SCRIPT);
    world.scripts.returns(r#"{"access_token":"at-1","refresh_token":"rt-1","expires_in":7200,"kept":"k"}"#);
    let id = connected(&world, &engine).await;

    world.network.answer(200, FRESH);
    assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::ScriptFailed);
    let view = engine.view(&id).unwrap();
    assert_eq!(view.problem.unwrap().code, Code::ScriptFailed.as_str());
    let other_process = world.engine();
    assert_eq!(token(&other_process, &id).await.unwrap(), "at-2");

    world.network.sent();
    world.network.answer(200, r#"{"token":"at-3","refresh_token":"rt-3"}"#);
    assert_eq!(other_process.refresh(&id, Channel::App).await.unwrap_err().code, Code::ScriptFailed);
    assert_eq!(token(&engine, &id).await.unwrap(), "at-2", "the newest that could be found");

    world.scripts.returns(r#"{"access_token":"at-4"}"#);
    world.network.answer(200, r#"{"token":"at-4"}"#);
    engine.refresh(&id, Channel::App).await.unwrap();
    assert_eq!((kind(&engine, &id), engine.view(&id).unwrap().problem), (StatusKind::Connected, None));
    let sent = world.network.sent();
    assert!(sent[0].contains("refresh_token=rt-2") && sent[1].contains("refresh_token=rt-3"), "{sent:?}");
}

#[tokio::test]
async fn tokens_that_a_script_has_fetched_are_kept_whatever_it_says_of_their_end() {
    let world = World::new();
    let engine = acme(&world, REFRESH_SCRIPT);
    let id = connected(&world, &engine).await;
    world.scripts.returns(
        r#"{"access_token":"at-2","refresh_token":"rt-2","expires_at":"2026-01-01 14:00:00","kept":"k"}"#,
    );
    let problem = engine.refresh(&id, Channel::App).await.unwrap_err();
    let words = "refreshCredentials returned an expires_at that is no time";
    assert_eq!((problem.code, problem.cause.as_deref()), (Code::ScriptFailed, Some(words)));
    assert_eq!(token(&engine, &id).await.unwrap(), "at-2");
    assert_eq!(engine.view(&id).unwrap().expires_at, None);
    let kept = json!({"access_token": "at-2", "refresh_token": "rt-2", "kept": "k"});
    assert_eq!(credentials(&world, &id), kept);
}

#[tokio::test]
async fn a_refresh_token_that_a_script_returns_with_nothing_usable_beside_it_is_kept() {
    for returned in [
        r#"{"refresh_token":"rt-2"}"#,
        r#"{"refresh_token":"rt-2","access_token":{"value":"at-2"},"expires_at":1}"#,
    ] {
        let world = World::new();
        let engine = acme(&world, REFRESH_SCRIPT);
        let id = connected(&world, &engine).await;
        world.scripts.returns(returned);
        let problem = engine.refresh(&id, Channel::App).await.unwrap_err();
        let words = "refreshCredentials returned no access_token";
        assert_eq!((problem.code, problem.cause.as_deref()), (Code::ScriptFailed, Some(words)));
        let other_process = world.engine();
        assert_eq!(token(&other_process, &id).await.unwrap(), "at-1");
        assert_eq!(credentials(&world, &id)["refresh_token"], "rt-2");

        for word in [
            r#"{"refresh_token":"rt-2"}"#,
            r#"{"refresh_token":"This field may not be blank."}"#,
            r#"{"refresh_token":["This field may not be blank."]}"#,
            r#"{"error":"temporarily_unavailable","refresh_token":"unchanged"}"#,
        ] {
            world.scripts.returns(word);
            assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::ScriptFailed);
            assert_eq!(credentials(&world, &id)["refresh_token"], "rt-2", "{word} is nothing new");
        }
    }
}

/// There is no object that the script could be given.
#[tokio::test]
async fn a_new_refresh_token_in_an_answer_that_no_script_can_be_asked_about_is_kept() {
    for answer in [format!("<b>Warning</b>\n{FRESH}"), FRESH.replacen('{', "{\"error\":\"odd\",", 1)] {
        let world = World::new();
        let engine = acme(&world, SCRIPT);
        world
            .scripts
            .returns(r#"{"access_token":"at-1","refresh_token":"rt-1","expires_in":7200,"kept":"k"}"#);
        let id = connected(&world, &engine).await;
        world.network.answer(200, &answer);
        engine.refresh(&id, Channel::App).await.unwrap_err();
        let other_process = world.engine();
        assert_eq!(token(&other_process, &id).await.unwrap(), "at-2", "{answer}");
        world.network.sent();
        world.scripts.returns(r#"{"access_token":"at-3"}"#);
        world.network.answer(200, "{}");
        other_process.refresh(&id, Channel::App).await.unwrap();
        assert!(world.network.sent()[0].contains("refresh_token=rt-2"), "{answer}");
        let items = world.vault.snapshot();
        let item = String::from_utf8_lossy(items[&id.0].expose());
        assert!(item.contains("kept"), "what the script keeps for itself goes on");
    }
}

#[tokio::test]
async fn what_a_script_keeps_outlasts_a_file_that_lacks_it_for_a_while() {
    let world = World::new();
    let engine = acme(&world, SCRIPT);
    world.scripts.returns(r#"{"access_token":"at-1","refresh_token":"rt-1","expires_in":7200,"kept":"k"}"#);
    let id = connected(&world, &engine).await;
    world.own_provider("acme.toml", ACME);
    engine.set_catalog(world.catalog());
    world.network.answer(200, FRESH);
    engine.refresh(&id, Channel::App).await.unwrap();
    let end = 1_767_276_000_000_i64;
    let kept = json!({"access_token": "at-2", "refresh_token": "rt-2", "expires_at": end, "kept": "k"});
    assert_eq!(credentials(&world, &id), kept);
}

#[tokio::test]
async fn an_answer_with_nothing_to_keep_leaves_what_was() {
    let world = World::new();
    let engine = acme(&world, SCRIPT);
    world.scripts.returns(r#"{"access_token":"at-1","refresh_token":"rt-1"}"#);
    let id = connected(&world, &engine).await;
    world.network.answer(200, r#"{"odd":true}"#);
    assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::ScriptFailed);
    assert_eq!(token(&engine, &id).await.unwrap(), "at-1");
}

/// Once it has rotated, the token before is spent: what comes is kept, whatever else is wrong with the answer.
#[tokio::test]
async fn a_new_refresh_token_in_an_answer_that_is_wrong_otherwise_is_kept() {
    for (answer, code, access_token) in [
        (
            r#""access_token":"at-2","token_type":"bearer","expires_in":-1"#,
            Code::InvalidTokenResponse,
            "at-2",
        ),
        (r#""access_token":"at-2","expires_in":7200"#, Code::InvalidTokenResponse, "at-2"),
        (r#""access_token":"at-2","token_type":"mac","expires_in":7200"#, Code::UnsupportedTokenType, "at-1"),
        (r#""token_type":"bearer","expires_in":7200"#, Code::InvalidTokenResponse, "at-1"),
        (
            r#""access_token":"at-2","token_type":"bearer","expires_in":7200,"error":"odd""#,
            Code::ServerRefused,
            "at-2",
        ),
        (r#""access_token":"at-2","token_type":"bearer","expires_in":7200"#, Code::UnreadableAnswer, "at-2"),
    ] {
        let world = World::new();
        let engine = acme(&world, "");
        let id = connected(&world, &engine).await;
        world.clock.forward(60);
        world.network.sent();
        let body = format!(r#"{{{answer},"refresh_token":"rt-2"}}"#);
        match code {
            Code::UnreadableAnswer => world.network.answer_as("text/html", &body),
            _ => world.network.answer(200, &body),
        }
        assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, code, "{answer}");
        assert_eq!(token(&world.engine(), &id).await.unwrap(), access_token, "{answer}");
        world.network.answer(200, r#"{"access_token":"at-3","token_type":"bearer","expires_in":7200}"#);
        engine.refresh(&id, Channel::App).await.unwrap();
        let sent = world.network.sent();
        assert!(sent[1].contains("refresh_token=rt-2"), "{answer}: {sent:?}");
        assert_eq!(kind(&engine, &id), StatusKind::Connected);
    }
}

/// The access token too: every refresh would end like this one.
#[tokio::test]
async fn a_new_access_token_in_an_answer_that_is_wrong_otherwise_is_kept() {
    let world = World::new();
    let engine = acme(&world, "");
    let id = connected(&world, &engine).await;
    world.network.sent();
    for (answer, kept) in [
        (r#"{"access_token":"at-2","expires_in":7200}"#, "at-2"),
        (r#"{"access_token":"at-3","expires_in":7200,"refresh_token":"rt-1"}"#, "at-3"),
        (r#"{"access_token":"at-4","token_type":"bearer","expires_in":-1}"#, "at-4"),
        (r#"{"access_token":"at-5","token_type":"mac","expires_in":7200}"#, "at-4"),
        (r#"{"access_token":"no","error":"odd"}"#, "at-4"),
    ] {
        world.network.answer(200, answer);
        engine.refresh(&id, Channel::App).await.unwrap_err();
        assert!(world.network.sent()[0].contains("refresh_token=rt-1"), "{answer}");
        assert_eq!(token(&world.engine(), &id).await.unwrap(), kept, "{answer}");
        assert_eq!(kind(&engine, &id), StatusKind::Connected);
    }
}

/// A server that fails once it has written its tokens, or calls them something else.
#[tokio::test]
async fn new_tokens_are_kept_whatever_their_answer_calls_itself() {
    for status in [500, 400, 302] {
        let world = World::new();
        let engine = acme(&world, "");
        let id = connected(&world, &engine).await;
        world.clock.forward(60);
        world.network.sent();
        world.network.answer(status, FRESH);
        engine.refresh_insistently(&id, Channel::App).await.unwrap_err();
        assert_eq!(token(&engine, &id).await.unwrap(), "at-2", "{status}");
        world.network.answer(200, &FRESH.replace('2', "3"));
        engine.refresh(&id, Channel::App).await.unwrap();
        assert!(world.network.sent()[1].contains("refresh_token=rt-2"), "{status}");
    }
}

/// A file with a mistake in the place of the tokens.
#[tokio::test]
async fn a_refresh_token_is_found_by_its_name_where_the_file_is_wrong() {
    let deep = |tokens: &str| format!(r#"{{"meta":[{{"took":1}}],"data":{tokens}}}"#);
    let world = World::new();
    let engine = acme(&world, "[token.response]\nroot = \"/dat\"\nrefresh_token = \"/refreshtoken\"\n");
    let id = world.add_acme(&engine, GrantType::AuthorizationCode).await;
    let redirect = world.start(&engine, &id).await;
    world.network.answer(200, &format!(r#"{{"dat":{}}}"#, FRESH.replace('2', "1")));
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
    world.network.answer(200, &deep(FRESH));
    assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::InvalidTokenResponse);
    assert_eq!(token(&engine, &id).await.unwrap(), "at-2");
    world.network.sent();
    world.network.answer(200, &deep(&FRESH.replace('2', "3")));
    engine.refresh(&id, Channel::App).await.unwrap_err();
    assert!(world.network.sent()[0].contains("refresh_token=rt-2"));
}

/// A file that says where tokens are at the sign-in, and not that a refresh answers otherwise.
#[tokio::test]
async fn a_new_refresh_token_is_found_where_the_rfc_has_it_too() {
    let world = World::new();
    let engine = acme(&world, "[token.response]\nroot = \"/data\"\n");
    let id = world.add_acme(&engine, GrantType::AuthorizationCode).await;
    let redirect = world.start(&engine, &id).await;
    world.network.answer(200, &format!(r#"{{"data":{}}}"#, FRESH.replace('2', "1")));
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
    world.network.answer(200, FRESH);
    assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::InvalidTokenResponse);
    assert_eq!(token(&engine, &id).await.unwrap(), "at-2");
    world.network.sent();
    world.network.answer(200, &format!(r#"{{"data":{}}}"#, FRESH.replace('2', "3")));
    engine.refresh(&id, Channel::App).await.unwrap();
    assert!(world.network.sent()[0].contains("refresh_token=rt-2"));
}

#[tokio::test]
async fn a_new_refresh_token_in_an_answer_that_is_no_proper_json_is_kept() {
    let form = "access_token=at-2&refresh_token=rt-2&expires_in=7200";
    let lines = format!("{{\"level\":\"debug\"}}\n{FRESH}");
    for body in [&format!("\u{feff}{FRESH}"), &format!("<b>Warning</b> {FRESH} <!-- 0.2 s -->"), &lines, form]
    {
        let world = World::new();
        let engine = acme(&world, "");
        let id = connected(&world, &engine).await;
        world.network.sent();
        world.network.answer(200, body);
        assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::UnreadableAnswer);
        assert_eq!(token(&world.engine(), &id).await.unwrap(), "at-2", "{body}");
        world.network.answer(200, &FRESH.replace('2', "3"));
        engine.refresh(&id, Channel::App).await.unwrap();
        assert!(world.network.sent()[1].contains("refresh_token=rt-2"), "{body}");
    }
}

/// It may be anything: a good one does not go for it.
#[tokio::test]
async fn a_word_in_the_place_of_a_refresh_token_is_none() {
    for body in [
        r#"{"error":"temporarily_unavailable","refresh_token":"is locked, try again"}"#,
        r#"{"error":"validation_failed","refresh_token":"r***1"}"#,
        r#"{"errors":["odd"],"refresh_token":"invalid"}"#,
        r#"{"success":false,"refresh_token":"invalid"}"#,
        r#"{"ok":false,"refresh_token":"invalid"}"#,
        r#"{"refresh_token":"is locked, try again"}"#,
        "<b>Warning</b> {\"refresh_token\":\"invalid\"}",
        "refresh_token=invalid",
    ] {
        for more in ["", SCRIPT] {
            let world = World::new();
            let engine = acme(&world, more);
            world.scripts.returns(r#"{"access_token":"at-1","refresh_token":"rt-1","expires_in":7200}"#);
            let id = connected(&world, &engine).await;
            world.network.answer(200, body);
            engine.refresh(&id, Channel::App).await.unwrap_err();
            world.network.sent();
            world.scripts.returns(r#"{"access_token":"at-2"}"#);
            world.network.answer(200, FRESH);
            engine.refresh(&id, Channel::App).await.unwrap();
            assert!(world.network.sent()[0].contains("refresh_token=rt-1"), "{body} {more}");
        }
    }
}

#[tokio::test]
async fn white_space_around_tokens_is_none_of_theirs() {
    let world = World::new();
    let engine = acme(&world, "");
    let id = connected(&world, &engine).await;
    world.network.answer(200, &FRESH.replace("t-2\"", "t-2\\n\""));
    engine.refresh(&id, Channel::App).await.unwrap();
    assert_eq!(token(&engine, &id).await.unwrap(), "at-2");
    world.network.sent();
    world.network.answer(200, FRESH);
    engine.refresh(&id, Channel::App).await.unwrap();
    let sent = world.network.sent();
    assert!(sent[0].contains("refresh_token=rt-2") && !sent[0].contains("rt-2%0A"), "{sent:?}");
}

#[tokio::test]
async fn a_refresh_by_a_request_of_the_providers_own_keeps_what_came_as_well() {
    let world = World::new();
    let renew = r#"
[refresh.renew]
url = "https://as.example/renew"
method = "POST"
body = { old = "{refresh_token}" }
"#;
    let engine = acme(&world, renew);
    let id = connected(&world, &engine).await;
    for token in ["rt-1", "rt-2"] {
        world.network.sent();
        world.network.answer(200, &format!("<b>Warning</b> {FRESH}"));
        engine.refresh(&id, Channel::App).await.unwrap_err();
        let sent = world.network.sent();
        assert!(sent[0].contains(&format!("old={token}")), "{sent:?}");
    }
}

#[tokio::test]
async fn what_came_in_an_answer_that_cannot_be_read_was_not_lost() {
    let world = World::new();
    let engine = acme(&world, "");
    let id = connected(&world, &engine).await;
    world.network.answer(200, &format!("<b>Warning</b> {FRESH}"));
    engine.refresh(&id, Channel::App).await.unwrap_err();
    world.network.answer(400, r#"{"error":"invalid_grant"}"#);
    let refused = engine.refresh(&id, Channel::App).await.unwrap_err();
    assert_eq!(refused.code, Code::InvalidGrant, "it has ended, and not with an answer");
}

/// As one that cannot be read as JavaScript, or throws before it asks anybody.
#[tokio::test]
async fn a_script_that_has_asked_nobody_has_lost_no_answer() {
    let world = World::new();
    let engine = acme(&world, REFRESH_SCRIPT);
    let id = connected(&world, &engine).await;
    assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::ScriptFailed);
    world.scripts.returns("{}");
    assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::ScriptFailed);
    assert!(world.network.sent().is_empty());
    world.network.answer(200, "");
    world.network.answer(200, "");
    let told = engine.disconnect(&id, false, Channel::App).await.unwrap();
    assert_eq!(told.revocation, Revocation::Revoked);
}

/// A script reads the refresh token where nobody else looks.
#[tokio::test]
async fn an_answer_of_which_only_the_access_token_could_be_read_may_be_lost() {
    let world = World::new();
    let engine = acme(&world, SCRIPT);
    world.scripts.returns(r#"{"access_token":"at-1","refresh_token":"rt-1","expires_in":7200}"#);
    let id = connected(&world, &engine).await;
    world.network.answer(200, r#"{"access_token":"at-2","next":"rt-2","expires_in":7200}"#);
    engine.refresh(&id, Channel::App).await.unwrap_err();
    world.network.answer(400, r#"{"error":"invalid_grant"}"#);
    let refused = engine.refresh(&id, Channel::App).await.unwrap_err();
    assert_eq!(refused.code, Code::RefreshInterrupted);
}

#[tokio::test]
async fn an_error_member_that_says_nothing_is_no_error() {
    for nothing in ["null", "false", "0", "\"\"", "[]"] {
        let world = World::new();
        let engine = acme(&world, "");
        let id = connected(&world, &engine).await;
        world.network.answer(200, &FRESH.replacen('{', &format!("{{\"error\":{nothing},"), 1));
        engine.refresh(&id, Channel::App).await.unwrap();
        assert_eq!(token(&engine, &id).await.unwrap(), "at-2", "{nothing}");
    }
}

#[tokio::test]
async fn first_tokens_a_script_cannot_read_are_revoked() {
    let world = World::new();
    let engine = acme(&world, SCRIPT);
    let id = world.add_acme(&engine, GrantType::AuthorizationCode).await;
    let redirect = world.start(&engine, &id).await;
    world.network.answer(200, FRESH);
    world.network.answer(200, "");
    world.network.answer(200, "");
    let refusal = engine.deliver(&redirect, Channel::DeepLink).await.unwrap_err();
    assert_eq!(refusal.problem.code, Code::ScriptFailed);
    let sent = world.network.sent();
    assert!(sent[1].contains("token=rt-2") && sent[2].contains("token=at-2"), "{sent:?}");
    assert_eq!(kind(&engine, &id), StatusKind::NotConnected);
}

#[tokio::test]
async fn first_tokens_that_are_not_believed_and_not_revoked_are_said() {
    let world = World::new();
    let engine = acme(&world, SCRIPT);
    let id = world.add_acme(&engine, GrantType::AuthorizationCode).await;
    let redirect = world.start(&engine, &id).await;
    world.network.answer(200, FRESH);
    world.network.answer(503, "");
    world.network.answer(503, "");
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap_err();
    let lines = engine.activity(&Default::default()).unwrap();
    let kinds: Vec<_> = lines.iter().take(2).map(|line| line.kind).collect();
    assert_eq!(kinds, [ActivityKind::AuthorizationFailed, ActivityKind::RevocationFailed]);
}

#[tokio::test]
async fn tokens_of_a_sign_in_that_nobody_can_read_may_live_on() {
    let world = World::new();
    let engine = acme(&world, "");
    let id = connected(&world, &engine).await;
    world.clock.forward(60);
    let redirect = world.start(&engine, &id).await;
    world.network.answer(200, &format!("<b>Warning</b> {FRESH}"));
    let refusal = engine.deliver(&redirect, Channel::DeepLink).await.unwrap_err();
    assert_eq!(refusal.problem.code, Code::UnreadableAnswer);
    world.network.answer(200, "");
    world.network.answer(200, "");
    let told = engine.disconnect(&id, false, Channel::App).await.unwrap();
    assert_eq!(told.revocation, Revocation::Unknown);
}

#[tokio::test]
async fn a_second_sign_in_that_fails_does_not_end_the_first_along() {
    let world = World::new();
    let engine = acme(&world, &format!("{SCRIPT}[revoke]\neffect = \"whole_grant\"\n"));
    world.scripts.returns(r#"{"access_token":"at-1","refresh_token":"rt-1","expires_in":7200}"#);
    let id = connected(&world, &engine).await;
    let redirect = world.start(&engine, &id).await;
    world.network.answer(200, FRESH);
    let refusal = engine.deliver(&redirect, Channel::DeepLink).await.unwrap_err();
    assert_eq!(refusal.problem.code, Code::ScriptFailed);
    assert_eq!(world.network.sent().len(), 1, "the provider would end all tokens of this account");
    assert_eq!(token(&engine, &id).await.unwrap(), "at-1");
}

#[tokio::test]
async fn tokens_of_a_device_that_nobody_can_verify_are_revoked() {
    let world = World::new();
    let engine = acme(&world, "[scopes]\ndefault = [\"openid\"]\n");
    let id = world.add_acme(&engine, GrantType::DeviceCode).await;
    let code =
        r#"{"device_code":"d","user_code":"U","verification_uri":"https://as.example/d","interval":5}"#;
    world.network.answer(200, code);
    let options = ConnectOptions {
        open_browser: false,
        time_limit: Duration::from_secs(300),
        channel: Channel::Command,
    };
    engine.connect(&id, options).await.unwrap();
    world.network.answer(200, &FRESH.replace('{', r#"{"id_token":"e30.e30.e30","#));
    world.network.answer(200, "");
    world.network.answer(200, "");
    world.clock.forward(5);
    for _ in 0..400 {
        tokio::task::yield_now().await;
    }
    let sent = world.network.sent();
    assert!(sent[2].contains("token=rt-2") && sent[3].contains("token=at-2"), "{sent:?}");
    assert_eq!(kind(&engine, &id), StatusKind::NotConnected);
}

#[tokio::test]
async fn a_shown_answer_hides_the_token_that_was_sent_and_the_one_that_took_its_place() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.network.page("sent at-1, now at-2");
    let gate = world.network.hold();
    let asked = tokio::spawn({
        let (engine, id) = (engine.clone(), id.clone());
        async move { engine.test_request(&id, "https://gitlab.com/api/v4/user", Channel::App).await }
    });
    while world.network.sent().is_empty() {
        tokio::task::yield_now().await;
    }
    world.network.answer(200, FRESH);
    world.engine().refresh(&id, Channel::Command).await.unwrap();
    gate.add_permits(1);
    assert_eq!(asked.await.unwrap().unwrap().body, "sent [redacted], now [redacted]");
}

#[tokio::test]
async fn a_value_that_is_not_allowed_is_left_out_of_a_refresh() {
    let world = World::new();
    let engine = acme(&world, REGION);
    let id = connected(&world, &engine).await;
    for (said, kept) in [("us.acme.example", "us"), ("evil.example", "us"), ("asia.acme.example", "asia")] {
        let answer = format!(r#"{{"access_token":"at-2","token_type":"bearer","region":"{said}"}}"#);
        world.network.answer(200, &answer);
        engine.refresh(&id, Channel::App).await.unwrap();
        let base = engine.usual_request(&id).unwrap().unwrap();
        assert!(base.starts_with(&format!("https://{kept}.acme.example/")), "{said}: {base}");
    }
}

#[tokio::test]
async fn a_server_that_asks_to_wait_is_asked_by_nobody_but_a_person() {
    let world = World::new();
    let engine = world.engine();
    let first = world.connected(&engine).await;
    let second = world.connected_as(&engine, world.named("second")).await;
    world.clock.forward(7200 - 30);
    world.network.answer_after(503, 90);
    assert_eq!(token(&engine, &first).await, Err(Code::ServerError));
    assert_eq!(world.network.sent().len(), 1);

    let other = world.engine();
    assert_eq!(token(&engine, &first).await, Err(Code::RateLimited));
    assert_eq!(token(&other, &second).await, Err(Code::RateLimited), "the same server");
    let call = ApiCall {
        method: "GET".into(),
        url: "https://gitlab.com/api/v4/user".into(),
        headers: vec![],
        body: None,
    };
    let told = other.request(&second, &call, Channel::Command).await.unwrap_err();
    assert_eq!((told.code, told.retry_after), (Code::RateLimited, Some(90)));
    assert_eq!(told.cause.as_deref(), Some("gitlab.com is to be asked again at 2026-01-01T14:01:00Z"));
    assert_eq!(other.view(&second).unwrap().problem, None, "nothing was asked, so nothing has failed");
    other.keep_fresh();
    settle().await;
    pass(&world, 25).await;
    assert!(world.network.sent().is_empty(), "also after a restart");

    world.network.answer(200, FRESH);
    engine.refresh(&second, Channel::App).await.unwrap();
    assert_eq!(world.network.sent().len(), 1, "a person may know better");
    world.network.answer(200, FRESH);
    for _ in 0..3 {
        pass(&world, 25).await;
    }
    assert_eq!(world.network.sent().len(), 1);
    assert_eq!(token(&engine, &first).await.unwrap(), "at-2");
}

#[tokio::test]
async fn nothing_is_spent_while_there_is_no_room_for_the_answer() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let waits = world.add_as(&engine, world.named("waits")).await;
    let redirect = world.start(&engine, &waits).await;
    world.vault.fill(true);
    assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::VaultFailed);
    let refused = engine.deliver(&redirect, Channel::DeepLink).await.unwrap_err();
    assert_eq!(refused.problem.code, Code::VaultFailed);
    assert!(world.network.sent().is_empty());
    let cause = engine.view(&id).unwrap().problem.unwrap().cause;
    assert!(cause.unwrap().contains("no space left"));
    assert_eq!(token(&engine, &id).await.unwrap(), "at-1");
    let problem = engine.view(&id).unwrap().problem.map(|problem| problem.code);
    assert_eq!(problem.as_deref(), Some("vault/failed"), "what can be read takes nothing of it back");
    world.vault.fill(false);
    world.network.answer(200, FRESH);
    engine.refresh(&id, Channel::App).await.unwrap();
    assert_eq!(token(&engine, &id).await.unwrap(), "at-2");
}

#[tokio::test]
async fn tokens_that_came_in_a_refusal_are_renewed_in_time() {
    for error in ["invalid_request", "invalid_grant"] {
        let world = World::new();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        engine.keep_fresh();
        settle().await;
        world.network.answer(400, &FRESH.replacen('{', &format!(r#"{{"error":"{error}","#), 1));
        let problem = engine.refresh(&id, Channel::App).await.unwrap_err();
        assert_eq!((problem.code, problem.cause.as_deref()), (Code::ServerRefused, Some(error)));
        world.network.sent();
        world.network.answer(200, &FRESH.replace("t-2", "t-3"));
        pass(&world, 6_900).await;
        pass(&world, 60).await;
        pass(&world, 25).await;
        assert_eq!(world.network.sent().len(), 1, "{error}");
        assert_eq!(kind(&engine, &id), StatusKind::Connected);
    }
}

#[tokio::test]
async fn a_new_refresh_token_that_cannot_be_read_may_have_replaced_the_former_one() {
    let world = World::new();
    world.does_not_say_whether_it_rotates();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.network.answer(200, &FRESH.replace("rt-2", "rt\\n2"));
    engine.refresh(&id, Channel::App).await.unwrap_err();
    world.network.answer(400, r#"{"error":"invalid_grant"}"#);
    assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::RefreshInterrupted);
}

#[tokio::test]
async fn a_sign_in_whose_answer_came_and_could_not_be_read_is_not_confirmed() {
    for what in ["no JSON", "too long", "a script that fails"] {
        let world = World::new();
        let engine = acme(&world, if what == "a script that fails" { SCRIPT } else { "" });
        let id = world.add_acme(&engine, GrantType::AuthorizationCode).await;
        let redirect = world.start(&engine, &id).await;
        match what {
            "no JSON" => world.network.answer_as("text/html", "at-1 rt-1"),
            "too long" => world.network.fail(HttpErrorKind::BodyTooLarge),
            _ => world.network.answer(200, r#"{"data":{"token":"at-1","refresh":"rt-1"}}"#),
        }
        engine.deliver(&redirect, Channel::DeepLink).await.unwrap_err();
        let told = engine.disconnect(&id, false, Channel::App).await.unwrap();
        assert_eq!(told.revocation, Revocation::Unknown, "{what}");
    }
}
