//! Clients that register themselves, and the keys that tokens are bound to.

use std::collections::BTreeMap;
use std::time::Duration;

use tokenrack_core::connection::{ClientAuthentication, ConnectionId, GrantType};
use tokenrack_core::engine::Engine;
use tokenrack_core::event::Channel;
use tokenrack_core::problem::Code;
use tokenrack_core::view::{Draft, Revocation, StatusKind};
use tokenrack_oauth::secret::ClientSecret;

use super::FRESH;
use super::background::{pass, settle};
use super::world::{OPTIONS, World, secret};

const FILE: &str = "schema = 1\nid = \"acme\"\nname = \"Acme\"\n[server]\n\
    authorization_endpoint = \"https://as.example/authorize\"\ntoken_endpoint = \"https://as.example/token\"\n\
    revocation_endpoint = \"https://as.example/revoke\"\n";
const TOKENS: &str =
    r#"{"access_token":"at-1","refresh_token":"rt-1","token_type":"DPoP","expires_in":7200}"#;

const KEY: &str = include_str!("../../../crates/oauth/tests/keys/p256.pem");

fn draft() -> Draft {
    Draft { provider: "acme".into(), ..Draft::default() }
}

/// An engine whose Acme has these lines besides.
fn engine(world: &World, more: &str) -> Engine {
    world.own_provider("acme.toml", &format!("{FILE}{more}"));
    world.engine()
}

#[tokio::test]
async fn another_client_is_registered_when_the_id_is_emptied() {
    let world = World::new();
    let engine = engine(&world, "registration_endpoint = \"https://as.example/register\"\n");
    let method = "\"token_endpoint_auth_method\":\"client_secret_post\"";
    world.network.answer(201, &format!(r#"{{"client_id":"c-1","client_secret":"s-1",{method}}}"#));
    let added = engine.add(&draft(), None, Channel::App).await.unwrap();
    assert_eq!(added.registration.client_id, "c-1");
    assert_eq!(added.registration.authentication, ClientAuthentication::ClientSecretPost);
    assert!(!world.vault.snapshot().is_empty(), "the secret is kept");

    let mut draft = engine.draft(&added.id).unwrap();
    (draft.client_id, draft.authentication) = (String::new(), None);
    world.network.answer(201, r#"{"client_id":"c-2","token_endpoint_auth_method":"none"}"#);
    let edited = engine.edit(&added.id, &draft, None, Channel::App).await.unwrap();
    assert_eq!(edited.registration.client_id, "c-2");
    assert!(world.vault.snapshot().is_empty(), "one client's secret is not another's");
}

#[tokio::test]
async fn a_second_connection_has_the_secret_of_the_same_client_at_the_same_server() {
    let world = World::new();
    let file = |id: &str| {
        let file = FILE.replace("acme", id).replace("example/token", "example/{tenant}/token");
        world.own_provider(
            &format!("{id}.toml"),
            &format!("{file}[vars.tenant]\ntitle = \"T\"\ndefault = \"one\"\n"),
        );
    };
    file("acme");
    file("other");
    let engine = world.engine();
    let post = Some(ClientAuthentication::ClientSecretPost);
    let with_secret = Draft { client_id: "me".into(), authentication: post, ..draft() };
    let first = engine.add(&with_secret, Some(ClientSecret::new("s-1".into())), Channel::App).await.unwrap();

    let client_of = Some(first.id.clone());
    let second = Draft { client_of, name: Some("Second".into()), ..with_secret };
    let tenant = |name: &str| BTreeMap::from([("tenant".to_owned(), name.to_owned())]);
    for other in [
        Draft { provider: "other".into(), ..second.clone() },
        Draft { client_id: "other".into(), ..second.clone() },
        Draft { vars: tenant("two"), ..second.clone() },
    ] {
        let refused = engine.add(&other, None, Channel::App).await.unwrap_err();
        assert_eq!(refused.code, Code::InvalidInput, "{other:?}");
    }
    let second = Draft { vars: tenant("one"), ..second };
    let added = engine.add(&second, None, Channel::App).await.unwrap();
    let redirect = world.start(&engine, &added.id).await;
    world.network.answer(200, &TOKENS.replace("DPoP", "bearer"));
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
    assert!(world.network.sent()[0].contains("client_secret=s-1"));

    let gone = engine.disconnect(&first.id, true, Channel::App).await;
    assert!(gone.unwrap().forgotten);
    world.network.answer(200, &TOKENS.replace("DPoP", "bearer"));
    engine.refresh(&added.id, Channel::App).await.unwrap();
    assert!(world.network.sent().last().unwrap().contains("client_secret=s-1"), "it is a copy");
}

#[tokio::test]
async fn a_client_that_is_refused_or_cannot_be_kept_is_not_added() {
    let world = World::new();
    let engine = engine(&world, "registration_endpoint = \"https://as.example/register\"\n");
    for (status, answer, code) in [
        (403, r#"{"error":"access_denied"}"#, Code::RegistrationRefused),
        (404, "{}", Code::RegistrationRefused),
        (201, r#"{"client_secret":"s-1"}"#, Code::RegistrationRefused),
        (503, "{}", Code::ServerError),
    ] {
        world.network.answer(status, answer);
        assert_eq!(engine.add(&draft(), None, Channel::App).await.unwrap_err().code, code, "{answer}");
    }
    world.vault.refuse_writes(true);
    world.network.answer(201, r#"{"client_id":"c-1","client_secret":"s-1"}"#);
    assert_eq!(engine.add(&draft(), None, Channel::App).await.unwrap_err().code, Code::VaultLocked);
    assert!(engine.snapshot().await.unwrap().connections.is_empty());
}

async fn bound(world: &World, engine: &Engine) -> ConnectionId {
    let draft = Draft { client_id: "me".into(), ..draft() };
    let id = engine.add(&draft, None, Channel::App).await.unwrap().id;
    let redirect = world.start(engine, &id).await;
    world.network.answer(200, TOKENS);
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
    id
}

/// A disconnect that could not be told needs its key until it was.
#[tokio::test]
async fn the_key_of_bound_tokens_goes_with_the_last_of_them() {
    let world = World::new();
    let engine = engine(&world, "[client]\ndpop_bound_access_tokens = true\n");
    let id = bound(&world, &engine).await;
    let view = engine.view(&id).unwrap();
    assert_eq!((view.dpop_bound, view.status.next), (true, None), "it is not offered for copying");
    let released = engine.release_token(&id, Duration::ZERO, Channel::App, "clipboard, raw").await;
    assert_eq!(released.unwrap_err().code, Code::TokenBound);
    let asked = async |status: u16, body: &str| {
        (0..2).for_each(|_| world.network.answer(status, body));
        engine.disconnect(&id, false, Channel::App).await.unwrap().revocation
    };
    assert_eq!(asked(503, "{}").await, Revocation::Failed);
    assert!(!world.vault.snapshot().is_empty());
    assert_eq!(asked(200, "{}").await, Revocation::Revoked);
    assert!(world.vault.snapshot().is_empty(), "nothing is left to prove");
}

#[tokio::test]
async fn the_key_of_new_tokens_does_not_go_with_those_before() {
    let world = World::new();
    let engine = engine(&world, "[client]\ndpop_bound_access_tokens = true\n");
    let id = bound(&world, &engine).await;
    world.vault.refuse_writes(true);
    (0..2).for_each(|_| world.network.answer(200, "{}"));
    engine.disconnect(&id, false, Channel::App).await.unwrap_err();
    world.vault.refuse_writes(false);
    let redirect = world.start(&engine, &id).await;
    world.network.answer(200, TOKENS);
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
    let item = world.vault.snapshot().remove(&id.0).unwrap();
    let item: serde_json::Value = serde_json::from_slice(item.expose()).unwrap();
    assert!(item["tokens"].is_object() && item["proof_key"].is_string() && item["unrevoked"].is_null());
}

/// What the provider's file says of tokens counts for the next ones.
#[tokio::test]
async fn tokens_stay_bound_or_not_when_the_file_says_otherwise() {
    let world = World::new();
    let engine = engine(&world, "[client]\ndpop_bound_access_tokens = true\n");
    let id = bound(&world, &engine).await;
    world.own_provider("acme.toml", FILE);
    engine.set_catalog(world.catalog());
    assert!(engine.view(&id).unwrap().dpop_bound);
    let released = engine.release_token(&id, Duration::ZERO, Channel::App, "clipboard, raw").await;
    assert_eq!(released.unwrap_err().code, Code::TokenBound);
    world.network.answer(200, &TOKENS.replace("rt-1", "rt-2"));
    engine.refresh(&id, Channel::App).await.unwrap();

    let redirect = world.start(&engine, &id).await;
    world.network.answer(200, super::FRESH);
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
    assert!(!engine.view(&id).unwrap().dpop_bound, "a new sign-in follows the file");
    world.own_provider("acme.toml", &format!("{FILE}[client]\ndpop_bound_access_tokens = true\n"));
    engine.set_catalog(world.catalog());
    world.network.answer(200, &super::FRESH.replace('2', "3"));
    engine.refresh(&id, Channel::App).await.unwrap();
    assert_eq!(super::token(&engine, &id).await.unwrap(), "at-3");
}

#[tokio::test]
async fn a_bearer_token_is_not_taken_for_a_bound_one() {
    let world = World::new();
    let engine = engine(&world, "[client]\ndpop_bound_access_tokens = true\n");
    let id = bound(&world, &engine).await;
    world.network.answer(200, super::FRESH);
    assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::UnsupportedTokenType);
}

#[tokio::test]
async fn a_token_of_a_clients_own_is_ended_as_that_client() {
    let world = World::new();
    let engine = engine(&world, "");
    let own = |client: &str| Draft {
        client_id: client.into(),
        authentication: Some(ClientAuthentication::ClientSecretPost),
        grant: Some(GrantType::ClientCredentials),
        ..draft()
    };
    let secret = || Some(ClientSecret::new("s".into()));
    let token = r#"{"access_token":"at-1","token_type":"bearer","expires_in":7200}"#;
    let id = engine.add(&own("me"), secret(), Channel::Command).await.unwrap().id;
    for _ in 0..2 {
        world.network.answer(200, token);
    }
    engine.connect(&id, OPTIONS).await.unwrap();
    engine.refresh(&id, Channel::App).await.unwrap();
    engine.edit(&id, &own("another"), secret(), Channel::App).await.unwrap();
    world.network.sent();
    world.network.answer(200, "{}");
    engine.disconnect(&id, false, Channel::App).await.unwrap();
    let sent = world.network.sent();
    assert!(sent[0].contains("client_id=me&"), "{sent:?}");
}

/// A mistyped client is refused the tokens, and signs in; what it brings ends with its process. Then it is put right.
#[tokio::test]
async fn tokens_beneath_a_sign_in_that_was_not_saved_work_again_with_their_own_client() {
    let world = World::new();
    world.own_provider("acme.toml", FILE);
    let dies = world.engine();
    let id = world.add_acme(&dies, GrantType::AuthorizationCode).await;
    let redirect = world.start(&dies, &id).await;
    world.network.answer(200, &TOKENS.replace("DPoP", "bearer"));
    dies.deliver(&redirect, Channel::DeepLink).await.unwrap();
    let right = dies.draft(&id).unwrap();
    let mistyped = Draft { client_id: "mee".into(), ..right.clone() };
    dies.edit(&id, &mistyped, None, Channel::App).await.unwrap();
    world.network.answer(400, r#"{"error":"invalid_grant"}"#);
    dies.refresh(&id, Channel::App).await.unwrap_err();
    let redirect = world.start(&dies, &id).await;
    world.network.answer(200, super::FRESH);
    world.vault.refuse_writes(true);
    dies.deliver(&redirect, Channel::DeepLink).await.unwrap_err();
    drop(dies);
    world.vault.refuse_writes(false);
    let next = world.engine();
    assert_eq!(super::token(&next, &id).await.unwrap(), "at-1");
    next.edit(&id, &right, None, Channel::App).await.unwrap();
    world.network.sent();
    world.network.answer(200, super::FRESH);
    next.refresh(&id, Channel::App).await.unwrap();
    assert!(world.network.sent()[0].contains("refresh_token=rt-1"));
}

/// Some servers answer so when the client may not speak for itself: there is no grant that could have ended.
#[tokio::test]
async fn a_client_that_speaks_for_itself_has_no_grant_that_ends() {
    let world = World::new();
    let engine = engine(&world, "");
    let own = Draft {
        client_id: "me".into(),
        grant: Some(GrantType::ClientCredentials),
        authentication: Some(ClientAuthentication::ClientSecretPost),
        ..draft()
    };
    let secret = Some(ClientSecret::new("s-1".into()));
    let id = engine.add(&own, secret, Channel::App).await.unwrap().id;
    world.network.answer(200, r#"{"access_token":"at-1","token_type":"bearer","expires_in":7200}"#);
    engine.connect(&id, OPTIONS).await.unwrap();
    world.network.answer(400, r#"{"error":"invalid_grant"}"#);
    let problem = engine.refresh(&id, Channel::App).await.unwrap_err();
    assert_eq!((problem.code, problem.cause.as_deref()), (Code::UnauthorizedClient, Some("invalid_grant")));
    assert_eq!(engine.view(&id).unwrap().status.kind, StatusKind::ProviderError);
    let edited = Draft { client_id: "another".into(), ..engine.draft(&id).unwrap() };
    engine.edit(&id, &edited, None, Channel::App).await.unwrap();
    world.network.sent();
    world.network.answer(200, r#"{"access_token":"at-2","token_type":"bearer","expires_in":7200}"#);
    engine.keep_fresh();
    settle().await;
    pass(&world, 6_900).await;
    pass(&world, 60).await;
    pass(&world, 25).await;
    assert_eq!(world.network.sent().len(), 1, "another client is asked with");
}

/// A client that speaks for itself, and a keychain that was put back to yesterday's: its tokens are worth nothing, but the secret
/// has to be changed.
#[tokio::test]
async fn a_clients_secret_can_be_changed_beside_an_older_copy_of_its_own_tokens() {
    let world = World::new();
    let engine = world.engine();
    let authentication = Some(ClientAuthentication::ClientSecretPost);
    let draft = Draft { authentication, grant: Some(GrantType::ClientCredentials), ..Draft::default() };
    let text = "schema = 1\nid = \"acme\"\nname = \"Acme\"\n[server]\n\
        authorization_endpoint = \"https://as.example/authorize\"\ntoken_endpoint = \"https://as.example/token\"\n";
    world.own_provider("acme.toml", text);
    engine.set_catalog(world.catalog());
    let draft = Draft { provider: "acme".into(), client_id: "me".into(), ..draft };
    let id = engine.add(&draft, secret("the first secret"), Channel::Command).await.unwrap().id;
    world.network.answer(200, r#"{"access_token":"at-1","token_type":"bearer","expires_in":7200}"#);
    engine.connect(&id, OPTIONS).await.unwrap();
    let yesterday = world.vault.snapshot();
    world.clock.forward(60);
    world.network.answer(200, r#"{"access_token":"at-2","token_type":"bearer","expires_in":7200}"#);
    engine.refresh(&id, Channel::Command).await.unwrap();
    world.vault.restore(yesterday);
    world.network.answer(401, r#"{"error":"invalid_client"}"#);
    engine.refresh(&id, Channel::Command).await.unwrap_err();
    let draft = engine.draft(&id).unwrap();
    let edited = engine.edit(&id, &draft, secret("the second secret"), Channel::App).await;
    assert!(edited.is_ok(), "{:?}", edited.err());
}

/// A connection whose client proves itself by a key, and has signed in.
async fn by_key(world: &World, engine: &Engine) -> ConnectionId {
    let authentication = Some(ClientAuthentication::PrivateKeyJwt);
    let draft = world.draft(Draft { authentication, ..Draft::default() });
    let id = engine.add(&draft, secret(KEY), Channel::Command).await.unwrap().id;
    world.signed_in(engine, &id, FRESH).await;
    id
}

/// A client with a key, another one with a secret, and the first by its name again, while the form says what the other had.
#[tokio::test]
async fn a_former_clients_private_key_is_not_sent_as_a_secret() {
    let world = World::new();
    let engine = world.engine();
    let id = by_key(&world, &engine).await;
    let authentication = Some(ClientAuthentication::ClientSecretPost);
    let another = Draft { client_id: "another".into(), authentication, ..engine.draft(&id).unwrap() };
    engine.edit(&id, &another, secret("the second secret"), Channel::App).await.unwrap();
    let back = Draft { client_id: "me".into(), ..engine.draft(&id).unwrap() };
    engine.edit(&id, &back, None, Channel::App).await.unwrap();
    world.network.answer(200, FRESH);
    engine.refresh(&id, Channel::App).await.unwrap();
    assert!(world.network.sent()[0].ends_with("client_id=me&client_secret=the+second+secret"));
}

/// The same client, by another method, and no new secret.
#[tokio::test]
async fn a_private_key_is_not_kept_for_a_secret_when_another_method_is_chosen() {
    let world = World::new();
    let engine = world.engine();
    let id = by_key(&world, &engine).await;
    let authentication = Some(ClientAuthentication::ClientSecretPost);
    let draft = Draft { authentication, ..engine.draft(&id).unwrap() };
    let refused = engine.edit(&id, &draft, None, Channel::App).await.unwrap_err();
    assert_eq!(refused.code, Code::InvalidInput);
    assert!(refused.cause.unwrap().starts_with("secret: "));
}

/// A key, no proof at all, a shared secret: the key is still in its place.
#[tokio::test]
async fn a_private_key_is_never_sent_as_a_secret_whatever_led_there() {
    use ClientAuthentication::{ClientSecretBasic, ClientSecretPost, None as Public};
    for last in [ClientSecretPost, ClientSecretBasic] {
        let world = World::new();
        let engine = world.engine();
        let id = by_key(&world, &engine).await;
        for method in [Public, last] {
            let draft = Draft { authentication: Some(method), ..engine.draft(&id).unwrap() };
            engine.edit(&id, &draft, None, Channel::App).await.unwrap();
        }
        let refused = engine.refresh(&id, Channel::App).await.unwrap_err();
        assert_eq!(refused.code, Code::MissingClientSecret, "{last:?}");
        assert!(world.network.sent().is_empty(), "{last:?}");
    }
}
