//! What was found out about a server counts only for the settings that it was found out for.

use std::time::Duration;

use tokenrack_core::connection::{ClientAuthentication, GrantType, RedirectMethod};
use tokenrack_core::engine::{Connecting, Engine, Step};
use tokenrack_core::event::Channel;
use tokenrack_core::ports::ConnectionLock;
use tokenrack_core::problem::Code;
use tokenrack_core::view::{Draft, StatusKind};
use tokenrack_oauth::secret::ClientSecret;

use super::background::settle;
use super::kind;
use super::reach::{ACME, now_says};
use super::world::{OPTIONS, World};

const FILE: &str = "schema = 1\nid = \"acme\"\nname = \"Acme\"\n[server]\nissuer = \"https://{host}\"\n\
    [vars.host]\ntitle = \"Host\"\nexample = \"as.example\"\npattern = \"host\"\n";
const TOKENS: &str = r#"{"access_token":"at-1","token_type":"bearer","expires_in":7200}"#;
const CODE: &str = r#"{"device_code":"d-1","user_code":"WDJB-MJHT","verification_uri":"https://new.example/device",
    "expires_in":600,"interval":5}"#;
const PUSHED: &str = r#"{"request_uri":"urn:1","expires_in":60}"#;

fn metadata(host: &str, pushes: bool) -> String {
    let url = |path: &str| format!("https://{host}/{path}");
    serde_json::json!({
        "issuer": format!("https://{host}"),
        "authorization_endpoint": url("authorize"),
        "token_endpoint": url("token"),
        "jwks_uri": url("keys"),
        "device_authorization_endpoint": url("device"),
        "pushed_authorization_request_endpoint": url("par"),
        "require_pushed_authorization_requests": pushes,
        "response_types_supported": ["code"],
    })
    .to_string()
}

fn draft(grant: GrantType, host: &str) -> Draft {
    Draft {
        provider: "acme".into(),
        client_id: "me".into(),
        scopes: Some(vec!["api".into()]),
        redirect: Some(RedirectMethod::DeepLink),
        authentication: Some(ClientAuthentication::ClientSecretPost),
        grant: Some(grant),
        vars: [("host".to_owned(), host.to_owned())].into(),
        ..Draft::default()
    }
}

fn secret(text: &str) -> Option<ClientSecret> {
    Some(ClientSecret::new(text.into()))
}

fn token_endpoint(engine: &Engine, name: &str) -> Option<String> {
    engine.find(name).unwrap().server.and_then(|server| server.token_endpoint)
}

fn authorization_url(connecting: &Connecting) -> &str {
    match connecting {
        Connecting::Waiting(started) => match &started.step {
            Step::Redirect { authorization_url, .. } => authorization_url,
            Step::DeviceCode { .. } => panic!("the browser is to come back"),
        },
        Connecting::Connected(_) => panic!("a person is needed"),
    }
}

#[tokio::test]
async fn a_sign_in_goes_to_the_server_that_was_named_while_the_one_before_was_looked_for() {
    for (grant, pushes, answer) in [
        (GrantType::AuthorizationCode, false, None),
        (GrantType::AuthorizationCode, true, Some((201, PUSHED))),
        (GrantType::DeviceCode, false, Some((200, CODE))),
        (GrantType::ClientCredentials, false, Some((200, TOKENS))),
    ] {
        let world = World::new();
        world.own_provider("acme.toml", FILE);
        let engine = world.engine();
        world.network.page(&metadata("old.example", pushes));
        let added = engine.add(&draft(grant, "old.example"), secret("s-old"), Channel::App).await;
        let id = added.unwrap().id;

        world.network.page(&metadata("old.example", pushes));
        let old_answers = world.network.hold();
        let (connects, its) = (engine.clone(), id.clone());
        let connecting = tokio::spawn(async move { connects.connect(&its, OPTIONS).await });
        settle().await;
        world.network.page(&metadata("new.example", pushes));
        let edit = draft(grant, "new.example");
        engine.edit(&id, &edit, secret("s-new"), Channel::App).await.unwrap();
        drop((world.network.sent(), world.network.hosts()));
        world.network.page(&metadata("new.example", pushes));
        answer.into_iter().for_each(|(status, body)| world.network.answer(status, body));
        old_answers.add_permits(1);
        let connecting = connecting.await.unwrap().unwrap();

        let hosts = world.network.hosts();
        assert!(hosts.iter().all(|host| host == "new.example"), "{grant:?}: {hosts:?} were asked");
        let sent = world.network.sent();
        assert_eq!(sent.iter().any(|body| body.contains("client_secret=s-new")), answer.is_some());
        assert_eq!(token_endpoint(&engine, &id.0).as_deref(), Some("https://new.example/token"));
        if grant == GrantType::AuthorizationCode {
            assert!(authorization_url(&connecting).starts_with("https://new.example/authorize?"));
        }
    }
}

#[tokio::test]
async fn a_disconnect_that_comes_while_the_server_is_looked_for_is_the_last_word() {
    for grant in [GrantType::AuthorizationCode, GrantType::ClientCredentials] {
        let world = World::new();
        world.own_provider("acme.toml", FILE);
        let engine = world.engine();
        world.network.page(&metadata("as.example", false));
        let added = engine.add(&draft(grant, "as.example"), secret("s"), Channel::App).await;
        let id = added.unwrap().id;
        world.network.page(&metadata("as.example", false));
        let answers = world.network.hold();
        let (connects, its) = (engine.clone(), id.clone());
        let connecting = tokio::spawn(async move { connects.connect(&its, OPTIONS).await });
        settle().await;
        world.engine().disconnect(&id, false, Channel::Command).await.unwrap();
        drop(world.network.sent());
        answers.add_permits(1);
        assert_eq!(connecting.await.unwrap().unwrap_err().code, Code::AttemptCancelled, "{grant:?}");
        assert!(world.network.sent().is_empty(), "{grant:?}");
        assert_eq!(kind(&engine, &id), StatusKind::NotConnected);
    }
}

#[tokio::test]
async fn a_server_that_is_not_found_is_no_failure_of_the_one_that_was_named_since() {
    let world = World::new();
    world.own_provider("acme.toml", FILE);
    let engine = world.engine();
    world.network.page(&metadata("old.example", false));
    let draft = |host: &str| draft(GrantType::ClientCredentials, host);
    let id = engine.add(&draft("old.example"), secret("s-1"), Channel::App).await.unwrap().id;
    world.network.page(&metadata("another.example", false));
    let old_answers = world.network.hold();
    let (connects, its) = (engine.clone(), id.clone());
    let connecting = tokio::spawn(async move { connects.connect(&its, OPTIONS).await });
    settle().await;
    world.network.page(&metadata("new.example", false));
    engine.edit(&id, &draft("new.example"), secret("s-2"), Channel::App).await.unwrap();
    world.network.page(&metadata("new.example", false));
    world.network.answer(200, TOKENS);
    old_answers.add_permits(1);
    connecting.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_providers_file_that_names_another_server_meanwhile_is_followed() {
    let world = World::new();
    let file = |host: &str| FILE.replace("{host}", host).split("[vars").next().unwrap().to_owned();
    world.own_provider("acme.toml", &file("old.example"));
    let engine = world.engine();
    (0..2).for_each(|_| world.network.page(&metadata("old.example", false)));
    let id = world.add_acme(&engine, GrantType::AuthorizationCode).await;
    let old_answers = world.network.hold();
    let (connects, its) = (engine.clone(), id.clone());
    let connecting = tokio::spawn(async move { connects.connect(&its, OPTIONS).await });
    settle().await;
    now_says(&world, &engine, &file("new.example"));
    world.network.page(&metadata("new.example", false));
    old_answers.add_permits(1);
    let connecting = connecting.await.unwrap().unwrap();
    assert!(authorization_url(&connecting).starts_with("https://new.example/authorize?"));
}

/// What the file says is enough for the one, and not for the other.
#[tokio::test]
async fn what_a_grant_and_its_scopes_need_is_looked_for_when_they_have_changed() {
    let pinned = ACME.replace("[server]", "[server]\nissuer = \"https://as.example\"");
    for (file, before, since) in [
        (
            pinned.replace("authorization_endpoint", "userinfo_endpoint"),
            "client_credentials",
            "authorization_code",
        ),
        (pinned, "api", "openid"),
    ] {
        let world = World::new();
        world.own_provider("acme.toml", &file);
        let engine = world.engine();
        let grant = if before == "api" { GrantType::AuthorizationCode } else { GrantType::ClientCredentials };
        let draft = Draft { vars: Default::default(), ..draft(grant, "") };
        let added = engine.add(&draft, secret("s-1"), Channel::App).await;
        let id = added.unwrap().id;
        let other_process = world.lock().acquire(&id, Duration::ZERO).await.unwrap();
        let (connects, its) = (engine.clone(), id.clone());
        let connecting = tokio::spawn(async move { connects.connect(&its, OPTIONS).await });
        settle().await;
        world.tamper(&format!(
            "UPDATE connections SET record = replace(record, '\"{before}\"', '\"{since}\"')"
        ));
        world.network.page(&metadata("as.example", false));
        drop(other_process);
        let connecting = connecting.await.unwrap().unwrap();
        assert!(authorization_url(&connecting).starts_with("https://as.example/authorize?"));
        let server = engine.find(&id.0).unwrap().server.unwrap();
        assert_eq!(server.jwks_uri.as_deref(), Some("https://as.example/keys"), "{since}");
    }
}
