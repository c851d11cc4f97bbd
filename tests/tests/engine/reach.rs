//! Tokens go where they went at their sign-in, whatever the provider's file says by now.

use tokenrack_core::connection::{ClientAuthentication, ConnectionId, GrantType, RedirectMethod};
use tokenrack_core::engine::Engine;
use tokenrack_core::event::{ActivityKind, Channel};
use tokenrack_core::problem::Code;
use tokenrack_core::view::{Action, Draft, Revocation, StatusKind};
use tokenrack_oauth::secret::{ClientSecret, SecretBytes};

use super::background::{pass, settle};
use super::world::{OPTIONS, World};
use super::{FRESH, kind, token};

pub const ACME: &str = r#"
schema = 1
id = "acme"
name = "Acme"

[server]
authorization_endpoint = "https://as.example/authorize"
token_endpoint = "https://as.example/token"
revocation_endpoint = "https://as.example/revoke"
introspection_endpoint = "https://as.example/introspect"
"#;

pub fn now_says(world: &World, engine: &Engine, file: &str) {
    world.own_provider("acme.toml", file);
    engine.set_catalog(world.catalog());
}

/// Signed in with this file.
pub async fn signed_in(world: &World, file: &str) -> (Engine, ConnectionId) {
    world.own_provider("acme.toml", file);
    let engine = world.engine();
    let id = world.add_acme(&engine, GrantType::AuthorizationCode).await;
    let redirect = world.start(&engine, &id).await;
    world.network.answer(200, &FRESH.replace('2', "1"));
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
    world.network.sent();
    (engine, id)
}

#[tokio::test]
async fn a_refresh_goes_to_no_host_that_the_file_names_since() {
    let renew = "[refresh.renew]\nurl = \"https://HOST/renew\"\nquery = { token = \"{access_token}\" }\n";
    for lines in ["[refresh]\nendpoint = \"https://HOST/refresh\"\n", renew] {
        let as_it_was = format!("{ACME}{}", lines.replace("HOST", "as.example"));
        for before in [ACME, &as_it_was] {
            let world = World::new();
            let (engine, id) = signed_in(&world, before).await;
            now_says(&world, &engine, &format!("{ACME}{}", lines.replace("HOST", "other.example")));
            let refused = engine.refresh(&id, Channel::App).await.unwrap_err();
            assert_eq!(refused.code, Code::ServerChanged);
            assert!(refused.to_string().contains("other.example, and at the sign-in it was as.example"));
            assert!(world.network.sent().is_empty(), "neither a token nor the secret left");
            assert_eq!(token(&engine, &id).await.unwrap(), "at-1", "the tokens stay");

            now_says(&world, &engine, &as_it_was);
            world.network.page(FRESH);
            world.network.answer(200, FRESH);
            engine.refresh(&id, Channel::App).await.unwrap();
            assert_eq!(token(&engine, &id).await.unwrap(), "at-2", "another place of the same host is asked");
        }
    }
}

#[tokio::test]
async fn a_revocation_goes_to_no_host_that_the_file_names_since_and_is_told_later() {
    let elsewhere = ACME.replace("as.example/revoke", "other.example/revoke");
    let by_request = format!(
        "{ACME}[revoke]\nstyle = \"request\"\nurl = \"https://other.example/end\"\nbody = {{ token = \"{{token}}\" }}\n"
    );
    for since in [elsewhere, by_request] {
        let world = World::new();
        let (engine, id) = signed_in(&world, ACME).await;
        engine.keep_fresh();
        settle().await;
        now_says(&world, &engine, &since);
        world.network.answer(200, FRESH);
        engine.refresh(&id, Channel::App).await.unwrap();
        assert_eq!(world.network.sent().len(), 1, "what is asked elsewhere is another matter");

        let view = engine.disconnect(&id, false, Channel::App).await.unwrap();
        assert_eq!((view.revocation, view.tried_again), (Revocation::Failed, true));
        assert_eq!(view.problem.unwrap().code, Code::ServerChanged.as_str());
        assert_eq!(kind(&engine, &id), StatusKind::NotConnected);
        assert_eq!(token(&engine, &id).await, Err(Code::NotConnected));
        for _ in 0..3 {
            pass(&world, 2).await;
        }
        assert!(world.network.sent().is_empty(), "nor when it is tried again");
        let record = engine.activity(&Default::default()).unwrap();
        let failed = record.iter().filter(|line| line.kind == ActivityKind::RevocationFailed);
        let codes: Vec<_> = failed.map(|line| line.code).collect();
        assert_eq!(codes, [Some(Code::ServerChanged)], "said once");

        now_says(&world, &engine, ACME);
        (0..2).for_each(|_| world.network.answer(200, "{}"));
        for _ in 0..2 {
            pass(&world, 25).await;
        }
        assert!(world.network.sent()[0].contains("token=rt-2"));
        assert_eq!(engine.activity(&Default::default()).unwrap()[0].kind, ActivityKind::Revoked);
        assert!(world.vault.snapshot().is_empty());
    }
}

#[tokio::test]
async fn a_disconnect_waits_for_a_file_that_is_gone() {
    let world = World::new();
    let (engine, id) = signed_in(&world, ACME).await;
    world.remove_own_provider("acme.toml");
    engine.set_catalog(world.catalog());
    let view = engine.disconnect(&id, false, Channel::App).await.unwrap();
    assert_eq!((view.revocation, view.tried_again), (Revocation::Failed, true));
    assert_eq!(view.problem.unwrap().code, Code::UnknownProvider.as_str());
    let needy = "[vars.realm]\ntitle = \"Realm\"\npattern = \"label\"\n";
    now_says(
        &world,
        &engine,
        &format!("{}{needy}", ACME.replace("as.example/revoke", "as.example/{realm}/revoke")),
    );
    let view = engine.disconnect(&id, false, Channel::App).await.unwrap();
    assert!(view.tried_again, "what the file lacks can be written: {:?}", view.problem);
    now_says(&world, &engine, ACME);
    (0..2).for_each(|_| world.network.answer(200, "{}"));
    let view = engine.disconnect(&id, false, Channel::App).await.unwrap();
    assert_eq!(view.revocation, Revocation::Revoked);
    assert!(world.vault.snapshot().is_empty());
}

#[tokio::test]
async fn nobody_is_asked_about_a_token_whom_the_file_names_since() {
    let world = World::new();
    let (engine, id) = signed_in(&world, ACME).await;
    now_says(&world, &engine, &ACME.replace("as.example/introspect", "other.example/introspect"));
    assert_eq!(engine.introspect(&id, Channel::App).await.unwrap_err().code, Code::ServerChanged);
    assert!(world.network.sent().is_empty());
    now_says(&world, &engine, &ACME.replace("as.example/introspect", "as.example/v2/introspect"));
    world.network.answer(200, r#"{"active":true}"#);
    engine.introspect(&id, Channel::App).await.unwrap();
}

#[tokio::test]
async fn a_sign_in_that_is_cancelled_leads_the_tokens_nowhere_else() {
    let world = World::new();
    let (engine, id) = signed_in(&world, ACME).await;
    now_says(&world, &engine, &ACME.replace("as.example", "other.example"));
    world.start(&engine, &id).await;
    engine.cancel(&id, Channel::App).await.unwrap();
    assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::ServerChanged);

    let redirect = world.start(&engine, &id).await;
    world.network.answer(200, FRESH);
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
    world.network.answer(200, &FRESH.replace('2', "3"));
    engine.refresh(&id, Channel::App).await.unwrap();
    assert_eq!(token(&engine, &id).await.unwrap(), "at-3", "a new sign-in follows the file");
}

/// A shipped file may move with an update; a server that says another address of itself has not.
#[tokio::test]
async fn what_a_server_says_of_itself_at_a_sign_in_that_is_cancelled_leads_the_tokens_nowhere() {
    let says = |token_host: &str| {
        format!(
            r#"{{"issuer":"https://as.example","authorization_endpoint":"https://as.example/authorize",
             "token_endpoint":"https://{token_host}/token","response_types_supported":["code"]}}"#
        )
    };
    let world = World::new();
    let engine = world.engine();
    let draft = Draft {
        provider: "openid".into(),
        client_id: "me".into(),
        scopes: Some(vec!["api".into()]),
        redirect: Some(RedirectMethod::DeepLink),
        vars: [("issuer".to_owned(), "https://as.example".to_owned())].into(),
        ..Draft::default()
    };
    (0..2).for_each(|_| world.network.page(&says("as.example")));
    let id = engine.add(&draft, None, Channel::Command).await.unwrap().id;
    let redirect = world.start(&engine, &id).await;
    world.network.answer(200, &FRESH.replace('2', "1"));
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
    world.network.page(&says("other.example"));
    world.start(&engine, &id).await;
    engine.cancel(&id, Channel::App).await.unwrap();
    world.network.sent();
    assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::ServerChanged);
    assert!(world.network.sent().is_empty(), "neither a token nor the secret left");
}

#[tokio::test]
async fn a_file_that_changes_under_a_sign_in_gets_nothing_of_it() {
    let world = World::new();
    world.own_provider("acme.toml", ACME);
    let engine = world.engine();
    let id = world.add_acme(&engine, GrantType::AuthorizationCode).await;
    let redirect = world.start(&engine, &id).await;
    now_says(&world, &engine, &ACME.replace("as.example", "other.example"));
    let refused = engine.deliver(&redirect, Channel::DeepLink).await.unwrap_err();
    assert_eq!(refused.problem.code, Code::ServerChanged);
    assert!(world.network.sent().is_empty(), "the code stays too: its tokens would be shown there");
    let status = engine.view(&id).unwrap().status;
    assert_eq!((status.kind, status.next), (StatusKind::NotConnected, Some(Action::Connect)));
}

/// A client that speaks for itself is renewed by its secret.
#[tokio::test]
async fn a_clients_secret_stays_held_when_it_renews_its_token() {
    let world = World::new();
    world.own_provider("acme.toml", ACME);
    let engine = world.engine();
    let draft = Draft {
        provider: "acme".into(),
        client_id: "me".into(),
        authentication: Some(ClientAuthentication::ClientSecretPost),
        grant: Some(GrantType::ClientCredentials),
        ..Draft::default()
    };
    let id = engine.add(&draft, Some(ClientSecret::new("s-1".into())), Channel::App).await.unwrap().id;
    let answer = r#"{"access_token":"at-1","token_type":"bearer","expires_in":7200}"#;
    world.network.answer(200, answer);
    engine.connect(&id, OPTIONS).await.unwrap();
    world.network.answer(200, answer);
    engine.refresh(&id, Channel::App).await.unwrap();
    world.network.sent();
    now_says(&world, &engine, &ACME.replace("as.example/introspect", "other.example/introspect"));
    assert_eq!(engine.introspect(&id, Channel::App).await.unwrap_err().code, Code::ServerChanged);
    now_says(&world, &engine, &ACME.replace("as.example/token", "other.example/token"));
    assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::ServerChanged);
    assert!(world.network.sent().is_empty());
}

/// Of tokens from before, only who gave them is known.
#[tokio::test]
async fn tokens_of_a_first_version_go_on() {
    let world = World::new();
    let (engine, id) = signed_in(&world, ACME).await;
    let mut items = world.vault.snapshot();
    let item = items.get_mut(&id.0).unwrap();
    let mut record: serde_json::Value = serde_json::from_slice(item.expose()).unwrap();
    record["tokens"]["grant"].as_object_mut().unwrap().remove("reach").unwrap();
    *item = SecretBytes::new(serde_json::to_vec(&record).unwrap());
    world.vault.restore(items);
    let moved = ACME.replace("as.example/revoke", "other.example/revoke");
    now_says(&world, &engine, &moved.replace("as.example/token", "other.example/token"));
    assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::ServerChanged);
    now_says(&world, &engine, &moved);
    world.network.answer(200, FRESH);
    engine.refresh(&id, Channel::App).await.unwrap();
    now_says(&world, &engine, &ACME.replace("as.example/revoke", "third.example/revoke"));
    let view = engine.disconnect(&id, false, Channel::App).await.unwrap();
    assert_eq!((view.revocation, view.tried_again), (Revocation::Failed, true), "from then on they are held");
    now_says(&world, &engine, &moved);
    (0..2).for_each(|_| world.network.answer(200, "{}"));
    let view = engine.disconnect(&id, false, Channel::App).await.unwrap();
    assert_eq!(view.revocation, Revocation::Revoked);
}
