//! Sign-ins by a code that is entered elsewhere, where something fails between.

use tokenrack_core::connection::GrantType;
use tokenrack_core::event::Channel;
use tokenrack_core::ports::HttpErrorKind;
use tokenrack_core::view::{Draft, Revocation, StatusKind};

use super::background::{pass, settle};
use super::world::{OPTIONS, World};
use super::{FRESH, kind};

const DEVICE: &str = r#"{"device_code":"dc-1","user_code":"AAAA-BBBB","verification_uri":"https://gitlab.com/device",
    "expires_in":300,"interval":5}"#;

const OPENID_DEVICE: &str = r#"
schema = 1
id = "acme"
name = "Acme"
[server]
issuer = "https://as.example"
authorization_endpoint = "https://as.example/authorize"
token_endpoint = "https://as.example/token"
device_authorization_endpoint = "https://as.example/device"
revocation_endpoint = "https://as.example/revoke"
jwks_uri = "https://as.example/keys"
[scopes]
default = ["openid"]
[revoke]
effect = "token"
"#;

/// The keys come first: a code is spent only where its answer can be verified.
#[tokio::test]
async fn a_device_code_is_not_thrown_away_because_the_keys_cannot_be_had_just_now() {
    let world = World::new();
    world.own_provider("acme.toml", OPENID_DEVICE);
    let engine = world.engine();
    let id = world.add_acme(&engine, GrantType::DeviceCode).await;
    world.network.answer(200, &DEVICE.replace("gitlab.com", "as.example"));
    engine.connect(&id, OPTIONS).await.unwrap();
    world.network.sent();
    world.network.refuse_page(503);
    world.network.page(r#"{"keys":[]}"#);
    world.network.answer(400, r#"{"error":"authorization_pending"}"#);
    world.clock.forward(5);
    settle().await;
    let is_question = |body: &String| body.contains("device_code=dc-1");
    let asked: Vec<_> = world.network.sent().iter().map(is_question).collect();
    assert_eq!(asked, [false, false, true], "twice for the keys, then with the code");
}

/// Tokens of a refresh wait for the vault when a sign-in by code begins: once they are saved, nobody asks for the code any more.
#[tokio::test]
async fn a_code_is_asked_for_also_where_tokens_of_a_refresh_waited_for_the_vault() {
    let world = World::new();
    let engine = world.engine();
    let id = world.add_as(&engine, Draft { grant: Some(GrantType::DeviceCode), ..Draft::default() }).await;
    world.network.answer(200, DEVICE);
    engine.connect(&id, OPTIONS).await.unwrap();
    world.network.answer(
        200,
        r#"{"access_token":"at-1","refresh_token":"rt-1","token_type":"bearer","expires_in":7200}"#,
    );
    world.clock.forward(5);
    settle().await;
    world.vault.refuse_writes(true);
    world.network.answer(200, FRESH);
    engine.refresh(&id, Channel::App).await.unwrap_err();
    world.vault.refuse_writes(false);
    world.network.sent();
    world.network.answer(200, &DEVICE.replace("dc-1", "dc-2"));
    engine.connect(&id, OPTIONS).await.unwrap();
    world.network.answer_always("device_code=dc-2", 400, r#"{"error":"authorization_pending"}"#);
    let mut asked = 0;
    for _ in 0..6 {
        world.clock.forward(5);
        settle().await;
        asked += world.network.sent().iter().filter(|body| body.contains("device_code=dc-2")).count();
    }
    assert!(asked > 3, "asked {asked} times in half a minute");
}

/// It may have brought tokens, as a redirect's.
#[tokio::test]
async fn an_unreadable_answer_to_a_device_code_is_not_forgotten() {
    for then in ["nothing", "503", "offline"] {
        let world = World::new();
        let engine = world.engine();
        let id =
            world.add_as(&engine, Draft { grant: Some(GrantType::DeviceCode), ..Draft::default() }).await;
        world.network.answer(200, DEVICE);
        engine.connect(&id, OPTIONS).await.unwrap();
        world.network.answer_as(
            "text/html",
            r#"{"access_token":"at-1","refresh_token":"rt-1","token_type":"bearer","expires_in":7200}"#,
        );
        match then {
            "503" => world.network.answer(503, ""),
            "offline" => world.network.fail(HttpErrorKind::NameResolution),
            _ => {}
        }
        world.network.answer(400, r#"{"error":"invalid_grant"}"#);
        for _ in 0..12 {
            world.clock.forward(5);
            settle().await;
        }
        let told = engine.disconnect(&id, false, Channel::App).await.unwrap();
        assert_eq!(told.revocation, Revocation::Unknown, "{then}");
    }
}

/// A captive portal's page, a 404 of a deployment.
#[tokio::test]
async fn keys_that_could_not_be_had_at_the_first_question_are_asked_for_again() {
    for first in ["a portal's page", "404", "no failure"] {
        let world = World::new();
        world.own_provider("acme.toml", OPENID_DEVICE);
        let engine = world.engine();
        let id = world.add_acme(&engine, GrantType::DeviceCode).await;
        world.network.answer(200, &DEVICE.replace("gitlab.com", "as.example"));
        engine.connect(&id, OPTIONS).await.unwrap();
        world.network.sent();
        match first {
            "404" => world.network.refuse_page(404),
            "no failure" => world.network.page(r#"{"keys":[]}"#),
            _ => world.network.page("<html>please log in</html>"),
        }
        world.network.answer(400, r#"{"error":"authorization_pending"}"#);
        world.clock.forward(5);
        settle().await;
        // Ten questions later the person has agreed, and the server's keys are there.
        for _ in 0..3 {
            world.network.page(r#"{"keys":[]}"#);
        }
        world.network.sent();
        world.network.answer(200, &FRESH.replace('{', r#"{"id_token":"e30.e30.e30","#));
        world.network.answer(200, "");
        world.network.answer(200, "");
        for _ in 0..3 {
            world.clock.forward(5);
            settle().await;
        }
        let why = engine.view(&id).unwrap().problem.unwrap().code;
        assert!(!why.starts_with("discovery"), "{first}: {why}");
    }
}

/// A process dies when the tokens of a device code have come and are not saved yet; the next one asks with the spent code.
#[test]
fn a_device_code_whose_process_died_with_its_tokens_is_not_confirmed() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let world = World::new();
    let dies = runtime();
    let id = dies.block_on(async {
        let engine = world.engine();
        let id =
            world.add_as(&engine, Draft { grant: Some(GrantType::DeviceCode), ..Draft::default() }).await;
        world.network.answer(200, DEVICE);
        engine.connect(&id, OPTIONS).await.unwrap();
        world.network.answer(200, FRESH);
        world.vault.freeze(true);
        world.clock.forward(5);
        settle().await;
        id
    });
    dies.shutdown_timeout(std::time::Duration::from_secs(2));
    world.vault.freeze(false);
    runtime().block_on(async {
        let engine = world.engine();
        world.network.answer_always("device_code=dc-1", 400, r#"{"error":"invalid_grant"}"#);
        let _events = engine.subscribe();
        let _ = engine.snapshot().await;
        for _ in 0..6 {
            world.clock.forward(5);
            settle().await;
        }
        let told = engine.disconnect(&id, false, Channel::App).await.unwrap();
        assert_eq!(told.revocation, Revocation::Unknown);
    });
}

/// "A certificate that is refused" passes: a captive portal for one question of a sign-in by code.
#[tokio::test]
async fn a_code_to_enter_outlives_a_certificate_that_is_refused_once() {
    const DEVICE: &str = r#"{"device_code":"dc-1","user_code":"AAAA-BBBB","verification_uri":"https://gitlab.com/device",
        "expires_in":300,"interval":5}"#;
    let mut waits = vec![];
    for failure in [HttpErrorKind::Connect, HttpErrorKind::Tls] {
        let world = World::new();
        let engine = world.engine();
        let draft = Draft { grant: Some(GrantType::DeviceCode), ..Draft::default() };
        let id = world.add_as(&engine, draft).await;
        world.network.answer(200, DEVICE);
        engine.connect(&id, OPTIONS).await.unwrap();
        world.network.fail(failure);
        pass(&world, 5).await;
        waits.push(kind(&engine, &id) == StatusKind::WaitingForBrowser);
    }
    assert_eq!(waits, [true, true]);
}
