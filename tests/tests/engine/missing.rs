//! A vault that does not have the tokens: for a while, or for good.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::SignedDuration;
use tokenrack_core::connection::{ClientAuthentication, ConnectionId, GrantType};
use tokenrack_core::engine::Engine;
use tokenrack_core::event::{ActivityKind, Attention, Channel, Reason, Reminder};
use tokenrack_core::ports::{Clock as _, HttpErrorKind};
use tokenrack_core::problem::Code;
use tokenrack_core::view::{Draft, StatusKind};
use tokenrack_oauth::secret::{ClientSecret, SecretBytes};

use super::background::{pass, settle};
use super::reminders::offered;
use super::world::{LockTaken, OPTIONS, World};
use super::{FRESH, kind, token};

/// A connection whose tokens were missed once and are there again.
async fn missed(world: &World) -> (Engine, ConnectionId) {
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let items = world.vault.snapshot();
    world.vault.restore(HashMap::new());
    assert_eq!(token(&engine, &id).await, Err(Code::VaultItemMissing));
    assert_eq!(kind(&engine, &id), StatusKind::ActionNeeded);
    world.vault.restore(items);
    (engine, id)
}

#[tokio::test]
async fn an_item_that_comes_back_is_found_by_whoever_reads() {
    for reads in ["token", "refresh", "status"] {
        let world = World::new();
        let (_, id) = missed(&world).await;
        let engine = world.engine();
        match reads {
            "token" => assert_eq!(token(&engine, &id).await.unwrap(), "at-1"),
            "refresh" => {
                world.network.answer(200, FRESH);
                engine.refresh(&id, Channel::Command).await.unwrap();
            }
            _ => _ = engine.snapshot().await.unwrap(),
        }
        let view = engine.view(&id).unwrap();
        assert_eq!((view.status.kind, view.problem), (StatusKind::Connected, None), "{reads}");
    }
}

#[tokio::test]
async fn a_keyring_that_comes_up_late_is_read_again_without_a_person() {
    for answer in [
        r#"{"access_token":"at-1","refresh_token":"rt-1","token_type":"bearer","expires_in":7200}"#,
        r#"{"access_token":"at-1","token_type":"bearer","expires_in":7200}"#,
    ] {
        let world = World::new();
        let engine = world.engine();
        let id = world.add(&engine).await;
        let redirect = world.start(&engine, &id).await;
        world.network.answer(200, answer);
        engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
        world.network.sent();
        let items = world.vault.snapshot();
        world.vault.restore(HashMap::new());
        let mut events = engine.subscribe();
        engine.keep_fresh();
        settle().await;
        token(&engine, &id).await.unwrap_err();
        pass(&world, 10).await;
        assert!(offered(&mut events).is_empty(), "too soon");
        world.vault.restore(items);
        for _ in 0..4 {
            pass(&world, 20).await;
        }
        assert_eq!(kind(&engine, &id), StatusKind::Connected, "{answer}");
        assert!(world.network.sent().is_empty(), "no reason to ask the provider");
    }
}

#[tokio::test]
async fn a_vault_that_is_locked_while_much_happens_is_seen_open_again() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let _events = engine.subscribe();
    settle().await;
    world.vault.lock(true);
    engine.vault_status().await;
    assert_eq!(kind(&engine, &id), StatusKind::KeychainLocked);
    // More than anybody who waits for events is kept of them.
    for second in 0..300 {
        let at = world.clock.now() + SignedDuration::from_secs(second);
        let attention = Attention { reason: Reason::TokensMissing, at };
        engine.told(&Reminder { connection: id.clone(), name: String::new(), attention }).unwrap();
    }
    world.vault.lock(false);
    settle().await;
    assert_eq!(kind(&engine, &id), StatusKind::Connected);
}

#[tokio::test]
async fn tokens_that_are_damaged_are_no_connection_until_they_are_whole_again() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let whole = world.vault.snapshot();
    let half = SecretBytes::new(whole[&id.0].expose()[..40].to_vec());
    world.vault.restore(HashMap::from([(id.0.clone(), half)]));
    let lines = || engine.activity(&Default::default()).unwrap().len();
    let before = lines();
    for _ in 0..2 {
        assert_eq!(token(&engine, &id).await.unwrap_err(), Code::VaultCorrupt);
        let view = engine.view(&id).unwrap();
        assert_eq!(
            (view.status.kind, view.problem.unwrap().code),
            (StatusKind::ActionNeeded, "vault/corrupt".to_owned())
        );
    }
    assert_eq!(lines(), before + 1, "once is enough");
    world.vault.restore(whole);
    token(&engine, &id).await.unwrap();
    assert_eq!(kind(&engine, &id), StatusKind::Connected);
    assert!(world.network.sent().is_empty());
}

#[tokio::test]
async fn an_item_that_stays_away_is_said_once() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.vault.restore(HashMap::new());
    let mut events = engine.subscribe();
    engine.keep_fresh();
    settle().await;
    token(&engine, &id).await.unwrap_err();
    for _ in 0..12 {
        pass(&world, 25).await;
    }
    let reasons: Vec<_> = offered(&mut events).into_iter().map(|offered| offered.attention.reason).collect();
    assert_eq!(reasons, [Reason::TokensMissing]);
    let lines = engine.activity(&Default::default()).unwrap();
    let said = lines.iter().filter(|line| line.code == Some(Code::VaultItemMissing)).count();
    assert_eq!(said, 1, "one line, however often it was read");
}

#[tokio::test]
async fn an_answer_that_may_be_lost_stays_so_while_the_tokens_are_missing() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.network.fail(HttpErrorKind::Interrupted);
    engine.refresh(&id, Channel::App).await.unwrap_err();
    let items = world.vault.snapshot();
    world.vault.restore(HashMap::new());
    token(&engine, &id).await.unwrap_err();
    world.vault.restore(items);
    assert_eq!(token(&engine, &id).await.unwrap(), "at-1");
    world.network.answer(400, r#"{"error":"invalid_grant"}"#);
    assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::RefreshInterrupted);
}

#[tokio::test]
async fn an_older_copy_is_not_spent_again_and_the_newest_is_found() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let older = world.vault.snapshot();
    world.network.answer(200, FRESH);
    engine.refresh(&id, Channel::App).await.unwrap();
    let newest = world.vault.snapshot();
    world.network.sent();
    world.vault.restore(older);
    assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::VaultItemMissing);
    assert!(world.network.sent().is_empty(), "its refresh token is spent");
    world.vault.restore(newest);
    assert_eq!(token(&engine, &id).await.unwrap(), "at-2");
    assert_eq!(kind(&engine, &id), StatusKind::Connected);
}

#[tokio::test]
async fn a_record_of_the_first_versions_that_took_it_for_an_end_heals_too() {
    let world = World::new();
    let (_, id) = missed(&world).await;
    world.tamper(
        "UPDATE connections SET record = json_set(record, '$.state', json_object('settled', json_object(
             'reauthorization_required', json_object('since', '2026-01-01T12:00:00Z',
                 'problem', json_object('code', 'vault/item_missing'),
                 'grant', json_extract(record, '$.state.settled.authorized')))))",
    );
    let engine = world.engine();
    assert_eq!(kind(&engine, &id), StatusKind::ActionNeeded);
    assert_eq!(token(&engine, &id).await.unwrap(), "at-1");
    assert_eq!(kind(&engine, &id), StatusKind::Connected);
}

#[tokio::test]
async fn tokens_in_the_memory_of_another_process_are_not_missing() {
    let world = World::new();
    let engine = world.engine();
    let id = world.add(&engine).await;
    let redirect = world.start(&engine, &id).await;
    world.network.answer(200, FRESH);
    world.vault.refuse_writes(true);
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap_err();
    let other = world.engine_with(Arc::new(LockTaken));
    assert_eq!(token(&other, &id).await, Err(Code::Busy));
    assert_eq!(kind(&engine, &id), StatusKind::Unsaved);
    world.vault.refuse_writes(false);
    engine.refresh(&id, Channel::App).await.unwrap();
    assert_eq!(kind(&engine, &id), StatusKind::Connected);
}

#[tokio::test]
async fn tokens_that_neither_vault_nor_database_took_at_first_are_not_forgotten() {
    let world = World::new();
    let engine = world.engine();
    let id = world.add(&engine).await;
    let redirect = world.start(&engine, &id).await;
    world.network.answer(200, FRESH);
    world.vault.refuse_writes(true);
    world.refuse_records_with("vault/unsaved");
    assert_eq!(
        engine.deliver(&redirect, Channel::DeepLink).await.unwrap_err().problem.code,
        Code::StoreFailed
    );
    world.vault.refuse_writes(false);
    world.accept_all_records();
    engine.refresh(&id, Channel::App).await.unwrap();
    assert_eq!(engine.view(&id).unwrap().problem, None);
    assert_eq!(token(&world.engine(), &id).await.unwrap(), "at-2");
}

#[tokio::test]
async fn a_sign_in_begun_while_the_tokens_are_missing_takes_nothing_from_them() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.vault.hide(Some(&id));
    token(&engine, &id).await.unwrap_err();
    world.start(&engine, &id).await;
    engine.cancel(&id, Channel::App).await.unwrap();
    world.vault.hide(None);
    assert_eq!(token(&engine, &id).await.unwrap(), "at-1");

    world.vault.hide(Some(&id));
    token(&engine, &id).await.unwrap_err();
    let redirect = world.start(&engine, &id).await;
    world.network.answer(200, FRESH);
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
    world.vault.hide(None);
    assert_eq!(token(&world.engine(), &id).await.unwrap(), "at-2");
    assert_eq!(world.vault.snapshot().len(), 1, "nothing of the sign-ins is left");
}

/// A connection whose client has a secret.
async fn with_secret(world: &World, engine: &Engine) -> ConnectionId {
    let draft = Draft {
        provider: "gitlab".into(),
        client_id: "me".into(),
        scopes: Some(vec!["api".into()]),
        authentication: Some(ClientAuthentication::ClientSecretBasic),
        grant: Some(GrantType::ClientCredentials),
        ..Draft::default()
    };
    let id = engine.add(&draft, Some(secret("s-1")), Channel::Command).await.unwrap().id;
    world.network.answer(200, r#"{"access_token":"at-1","token_type":"bearer","expires_in":7200}"#);
    engine.connect(&id, OPTIONS).await.unwrap();
    id
}

fn secret(text: &str) -> ClientSecret {
    ClientSecret::new(text.into())
}

#[tokio::test]
async fn a_secret_is_not_written_over_what_is_missing() {
    let world = World::new();
    let engine = world.engine();
    let id = with_secret(&world, &engine).await;
    world.vault.hide(Some(&id));
    let draft = engine.draft(&id).unwrap();
    let edited = engine.edit(&id, &draft, Some(secret("s-2")), Channel::App).await;
    assert_eq!(edited.unwrap_err().code, Code::VaultItemMissing);
    let connected = engine.connect(&id, OPTIONS).await;
    assert_eq!(connected.unwrap_err().code, Code::VaultItemMissing, "its secret is not forgotten, but away");
    world.vault.hide(None);
    assert_eq!(token(&engine, &id).await.unwrap(), "at-1");
    engine.edit(&id, &draft, Some(secret("s-2")), Channel::App).await.unwrap();
    assert_eq!(token(&engine, &id).await.unwrap(), "at-1");

    // Where it is gone for good, there is a way on.
    world.vault.restore(HashMap::new());
    engine.disconnect(&id, false, Channel::App).await.unwrap();
    engine.edit(&id, &draft, Some(secret("s-3")), Channel::App).await.unwrap();
}

#[tokio::test]
async fn a_disconnect_of_what_is_missing_deletes_no_secret() {
    let world = World::new();
    let engine = world.engine();
    let id = with_secret(&world, &engine).await;
    world.vault.hide(Some(&id));
    engine.disconnect(&id, false, Channel::App).await.unwrap();
    assert_eq!(engine.connect(&id, OPTIONS).await.unwrap_err().code, Code::VaultItemMissing);
    world.vault.hide(None);
    world.network.sent();
    world.network.answer(200, r#"{"access_token":"at-2","token_type":"bearer","expires_in":7200}"#);
    engine.connect(&id, OPTIONS).await.unwrap();
    assert_eq!(token(&engine, &id).await.unwrap(), "at-2");
    assert!(!engine.view(&id).unwrap().cautions.is_empty(), "at-1 is still to be revoked");
}

#[tokio::test]
async fn a_sign_in_that_the_database_did_not_take_is_shown_as_what_it_is() {
    for (looks, later) in [("status", 0), ("status", 400), ("window", 0)] {
        let world = World::new();
        let engine = world.engine();
        let id = world.add(&engine).await;
        let redirect = world.start(&engine, &id).await;
        world.network.answer(200, FRESH);
        world.refuse_records_with(r#""settled":{"authorized""#);
        let refusal = engine.deliver(&redirect, Channel::DeepLink).await.unwrap_err();
        assert_eq!(refusal.problem.code, Code::StoreFailed);
        let next = world.engine();
        let _events = (looks == "window").then(|| engine.subscribe());
        settle().await;
        world.accept_all_records();
        world.clock.forward(later);
        match looks {
            "window" => pass(&world, 2).await,
            _ => _ = next.snapshot().await.unwrap(),
        }
        assert_eq!(kind(&next, &id), StatusKind::Connected, "{looks} after {later} s");
        let lines = next.activity(&Default::default()).unwrap();
        assert_eq!(lines[0].kind, ActivityKind::Connected);
    }
}

#[tokio::test]
async fn tokens_that_cannot_be_read_are_not_taken_for_older_ones() {
    let world = World::new();
    let dies = world.engine();
    let id = world.connected(&dies).await;
    world.network.answer(200, FRESH);
    world.vault.refuse_writes(true);
    dies.refresh(&id, Channel::App).await.unwrap_err();
    world.vault.refuse_writes(false);
    world.refuse_records_with(r#""refresh":"idle""#);
    assert_eq!(dies.refresh(&id, Channel::App).await.unwrap_err().code, Code::StoreFailed, "but saved");
    drop(dies);
    world.accept_all_records();
    let next = world.engine();
    assert_eq!(kind(&next, &id), StatusKind::Unsaved, "as far as the record knows");
    world.vault.hide(Some(&id));
    assert_eq!(token(&next, &id).await, Err(Code::VaultItemMissing), "nothing has ended");
    world.vault.hide(None);
    world.network.sent();
    assert_eq!(token(&next, &id).await.unwrap(), "at-2");
    assert_eq!(kind(&next, &id), StatusKind::Connected);
    assert!(world.network.sent().is_empty(), "they were saved after all");
}

#[tokio::test]
async fn tokens_that_were_taken_for_lost_and_come_late_are_found() {
    for looks in ["token", "refresh", "status"] {
        let world = World::new();
        let dies = world.engine();
        let id = world.connected(&dies).await;
        world.network.answer(200, FRESH);
        world.vault.refuse_writes(true);
        dies.refresh(&id, Channel::App).await.unwrap_err();
        drop(dies);
        world.vault.refuse_writes(false);
        let next = world.engine();
        assert_eq!(next.refresh(&id, Channel::App).await.unwrap_err().code, Code::RefreshInterrupted);
        assert_eq!(token(&next, &id).await, Err(Code::RefreshInterrupted));
        world.vault.write_late();
        world.network.sent();
        match looks {
            "token" => assert_eq!(token(&next, &id).await.unwrap(), "at-2"),
            "refresh" => {
                world.network.answer(200, &FRESH.replace('2', "3"));
                next.refresh(&id, Channel::App).await.unwrap();
            }
            _ => _ = next.snapshot().await.unwrap(),
        }
        let view = next.view(&id).unwrap();
        assert_eq!((view.status.kind, view.problem), (StatusKind::Connected, None), "{looks}");
        let sent = world.network.sent();
        assert!(sent.iter().all(|body| body.contains("rt-2")), "rt-1 is spent: {sent:?}");
    }
}

#[tokio::test]
async fn a_sign_in_that_ended_with_its_process_takes_nothing_from_the_one_before() {
    for is_in_doubt in [false, true] {
        let world = World::new();
        let dies = world.engine();
        let id = world.connected(&dies).await;
        if is_in_doubt {
            world.network.fail(HttpErrorKind::Timeout);
            dies.refresh(&id, Channel::App).await.unwrap_err();
        }
        let redirect = world.start(&dies, &id).await;
        world.network.answer(200, FRESH);
        world.vault.refuse_writes(true);
        dies.deliver(&redirect, Channel::DeepLink).await.unwrap_err();
        assert_eq!(kind(&dies, &id), StatusKind::Unsaved);
        drop(dies);
        world.vault.refuse_writes(false);
        let next = world.engine();
        world.network.sent();
        let (status, answer) = if is_in_doubt { (400, r#"{"error":"invalid_grant"}"#) } else { (200, FRESH) };
        world.network.answer(status, answer);
        let refreshed = next.refresh(&id, Channel::App).await.map(drop).map_err(|problem| problem.code);
        assert_eq!(refreshed, if is_in_doubt { Err(Code::RefreshInterrupted) } else { Ok(()) });
        assert!(world.network.sent()[0].contains("rt-1"), "nobody has spent it");
    }
}

#[tokio::test]
async fn a_record_speaks_of_no_tokens_that_ended_with_their_process() {
    let world = World::new();
    let dies = world.engine();
    let id = world.connected(&dies).await;
    world.clock.forward(3600);
    world.network.answer(200, r#"{"access_token":"at-2","token_type":"bearer","expires_in":7200}"#);
    world.vault.refuse_writes(true);
    dies.refresh(&id, Channel::App).await.unwrap_err();
    drop(dies);
    world.vault.refuse_writes(false);
    let next = world.engine();
    world.network.answer(503, "");
    assert_eq!(token(&next, &id).await.unwrap(), "at-1", "it still lives");
    next.refresh(&id, Channel::App).await.unwrap_err();
    let end = next.view(&id).unwrap().expires_at.unwrap().to_string();
    assert_eq!(end, "2026-01-01T14:00:00Z", "the end of the token that the vault has");
    assert_eq!(token(&next, &id).await.unwrap(), "at-1");
}

#[tokio::test]
async fn an_older_copy_from_before_a_rotation_is_not_spent_again_where_the_last_refresh_kept_the_token() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let oldest = world.vault.snapshot();
    world.network.answer(200, FRESH);
    engine.refresh(&id, Channel::App).await.unwrap();
    let older = world.vault.snapshot();
    for access_token in ["at-3", "at-4"] {
        let answer =
            format!(r#"{{"access_token":"{access_token}","token_type":"bearer","expires_in":7200}}"#);
        world.network.answer(200, &answer);
        engine.refresh(&id, Channel::App).await.unwrap();
    }
    world.network.sent();
    world.vault.restore(oldest);
    assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::VaultItemMissing);
    assert!(world.network.sent().is_empty(), "its refresh token was spent two refreshes ago");
    world.vault.restore(older);
    world.network.answer(200, FRESH);
    engine.refresh(&id, Channel::App).await.unwrap();
    assert!(world.network.sent()[0].contains("refresh_token=rt-2"), "it is still the newest");
}

/// A connection at its third token set, all with one refresh token; its vault with the first and with the third.
async fn at_the_third(world: &World, engine: &Engine) -> (ConnectionId, Items, Items) {
    let id = world.connected(engine).await;
    let first = world.vault.snapshot();
    for access_token in ["at-2", "at-3"] {
        renew(world, engine, &id, access_token).await;
    }
    (id, first, world.vault.snapshot())
}

type Items = HashMap<String, SecretBytes>;

/// A refresh that does not rotate.
async fn renew(world: &World, engine: &Engine, id: &ConnectionId, access_token: &str) {
    world.clock.forward(60);
    let answer = format!(r#"{{"access_token":"{access_token}","token_type":"bearer","expires_in":7200}}"#);
    world.network.answer(200, &answer);
    engine.refresh(id, Channel::App).await.unwrap();
    world.network.sent();
}

#[tokio::test]
async fn what_came_before_an_older_copy_ends_with_the_disconnect_after_it() {
    let world = World::new();
    let engine = world.engine();
    let (id, first, third) = at_the_third(&world, &engine).await;
    for access_token in ["at-4", "at-5"] {
        world.vault.restore(first.clone());
        world.network.answer(503, "");
        engine.refresh(&id, Channel::App).await.unwrap_err();
        let end = engine.view(&id).unwrap().expires_at.unwrap().to_string();
        assert_eq!(end, "2026-01-01T14:00:00Z", "of the token that the vault has");
        renew(&world, &engine, &id, access_token).await;
        assert_eq!(token(&engine, &id).await.unwrap(), access_token);
    }
    for _ in 0..2 {
        world.network.answer(200, "");
    }
    engine.disconnect(&id, false, Channel::App).await.unwrap();
    world.vault.restore(third);
    assert_eq!(token(&engine, &id).await, Err(Code::NotConnected), "they have ended too");
}

#[tokio::test]
async fn what_the_server_says_of_a_token_counts_also_where_it_is_of_an_older_copy() {
    let world = World::new();
    let engine = world.engine();
    let (id, first, _) = at_the_third(&world, &engine).await;
    world.vault.restore(first);
    world.network.answer(503, "");
    engine.refresh(&id, Channel::App).await.unwrap_err();
    assert_eq!(token(&engine, &id).await.unwrap(), "at-1");
    world.network.answer(200, r#"{"active":false}"#);
    engine.introspect(&id, Channel::App).await.unwrap();
    world.network.answer(200, r#"{"access_token":"at-4","token_type":"bearer","expires_in":7200}"#);
    assert_eq!(token(&engine, &id).await.unwrap(), "at-4");
}

/// Tests the connection with the older copy's token, which the API refuses.
async fn refused_with_an_older_copy(world: &World, taken: bool) -> (Engine, ConnectionId, Items) {
    let engine = world.engine();
    let (id, first, third) = at_the_third(world, &engine).await;
    world.vault.restore(first);
    world.network.answer(503, "");
    engine.refresh(&id, Channel::App).await.unwrap_err();
    world.network.sent();
    world.network.refuse_page(401);
    (if taken { world.engine_with(Arc::new(LockTaken)) } else { engine }, id, third)
}

const API: &str = "https://gitlab.com/api/v4/user";

#[tokio::test]
async fn a_token_that_the_api_has_refused_is_not_sent_again_for_want_of_another() {
    let world = World::new();
    let (engine, id, _) = refused_with_an_older_copy(&world, true).await;
    world.network.page("it was sent twice");
    let answer = engine.test_request(&id, API, Channel::App).await.unwrap();
    assert_eq!((answer.status, world.network.sent().len()), (401, 1));
}

#[tokio::test]
async fn a_token_that_came_back_while_the_api_was_asked_is_used_and_not_renewed() {
    let world = World::new();
    let (engine, id, third) = refused_with_an_older_copy(&world, false).await;
    world.network.page("welcome back");
    let gate = world.network.hold();
    let (asks, its) = (engine.clone(), id.clone());
    let asked = tokio::spawn(async move { asks.test_request(&its, API, Channel::App).await });
    settle().await;
    world.vault.restore(third);
    gate.add_permits(1);
    assert_eq!(asked.await.unwrap().unwrap().status, 200);
    assert_eq!(world.network.sent().len(), 2, "no refresh");
    assert_eq!(token(&engine, &id).await.unwrap(), "at-3");
}

#[tokio::test]
async fn what_was_missing_is_not_called_safe_while_the_keychain_is_locked() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let evidence = |engine: &Engine| engine.view(&id).unwrap().status.evidence;
    world.vault.lock(true);
    engine.vault_status().await;
    assert!(evidence(&engine).contains("safe"));
    world.vault.lock(false);
    world.vault.hide(Some(&id));
    token(&engine, &id).await.unwrap_err();
    world.vault.lock(true);
    engine.vault_status().await;
    assert_eq!(kind(&engine, &id), StatusKind::KeychainLocked);
    assert!(evidence(&engine).contains("did not have the tokens"), "{}", evidence(&engine));
}

#[tokio::test]
async fn an_item_that_a_vault_which_is_open_does_not_give_out_is_said() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    engine.keep_fresh();
    settle().await;
    world.vault.keep_back(Some(&id));
    pass(&world, 6_900).await;
    for _ in 0..6 {
        pass(&world, 25).await;
    }
    let view = engine.view(&id).unwrap();
    assert_eq!(view.status.kind, StatusKind::Retrying);
    assert_eq!(view.problem.unwrap().code, "vault/locked");
    let lines = engine.activity(&Default::default()).unwrap();
    let said = lines.iter().filter(|line| line.code == Some(Code::VaultLocked)).count();
    assert_eq!(said, 1, "however often");
    assert!(world.network.sent().is_empty());
    world.vault.keep_back(None);
    world.network.answer(200, FRESH);
    pass(&world, 60).await;
    pass(&world, 25).await;
    assert_eq!(kind(&engine, &id), StatusKind::Connected);
}

/// What a server wants (Retry-After) outlives a vault that fails for a moment.
#[tokio::test]
async fn what_a_server_wants_is_not_forgotten_over_an_item_that_is_kept_back() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.clock.forward(7_190);
    world.network.answer_after(429, 3_600);
    engine.refresh(&id, Channel::Engine).await.unwrap_err();
    world.network.sent();
    world.clock.forward(20);
    assert_eq!(token(&engine, &id).await, Err(Code::RateLimited));
    world.vault.keep_back(Some(&id));
    let _ = token(&engine, &id).await;
    let _ = engine.refresh(&id, Channel::App).await;
    world.vault.keep_back(None);
    world.network.answer(200, FRESH);
    assert_eq!(token(&engine, &id).await, Err(Code::RateLimited));
    assert!(world.network.sent().is_empty());
}

/// A client that is refused is not asked with again before somebody has changed its settings.
#[tokio::test]
async fn a_refused_client_is_not_asked_with_again_over_an_item_that_is_kept_back() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.network.answer(401, r#"{"error":"invalid_client"}"#);
    engine.refresh(&id, Channel::Engine).await.unwrap_err();
    world.network.sent();
    world.vault.keep_back(Some(&id));
    let _ = engine.refresh(&id, Channel::App).await;
    world.vault.keep_back(None);
    engine.keep_fresh();
    settle().await;
    for _ in 0..6 {
        world.network.answer(401, r#"{"error":"invalid_client"}"#);
        pass(&world, 20).await;
    }
    let sent = world.network.sent();
    assert!(sent.is_empty(), "{sent:?}");
}

#[tokio::test]
async fn an_item_that_is_given_out_again_is_no_problem_any_more() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.vault.keep_back(Some(&id));
    engine.refresh(&id, Channel::App).await.unwrap_err();
    world.vault.keep_back(None);
    assert_eq!(token(&engine, &id).await.unwrap(), "at-1");
    engine.snapshot().await.unwrap();
    let view = engine.view(&id).unwrap();
    assert_eq!(view.problem.map(|problem| problem.code), None);
}

#[tokio::test]
async fn where_an_early_refresh_is_refused_nothing_is_due_over_an_item_that_was_kept_back() {
    let world = World::new();
    let file = include_str!("../../../providers/gitlab.toml");
    world.own_provider("gitlab.toml", &file.replace("[refresh]\n", "[refresh]\nmin_remaining_s = 30\n"));
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.vault.keep_back(Some(&id));
    engine.refresh(&id, Channel::App).await.unwrap_err();
    world.vault.keep_back(None);
    engine.keep_fresh();
    settle().await;
    for _ in 0..5 {
        pass(&world, 20).await;
    }
    world.vault.reads();
    for _ in 0..20 {
        pass(&world, 29).await;
        pass(&world, 29).await;
    }
    assert_eq!(world.vault.reads(), 0, "nothing is due");
}

/// "The vault has … older … ones: until then nothing less is written in its place: … a client secret is not changed."
#[tokio::test]
async fn nothing_is_written_in_the_place_of_an_older_copy() {
    let world = World::new();
    let engine = world.engine();
    let id = world.confidential(&engine).await;
    world.signed_in(&engine, &id, &FRESH.replace('2', "1")).await;
    let older = world.vault.snapshot();
    world.clock.forward(60);
    world.network.answer(200, FRESH);
    engine.refresh(&id, Channel::App).await.unwrap();
    let newest = world.vault.snapshot();
    world.vault.restore(older.clone());
    assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::VaultItemMissing);
    let draft = engine.draft(&id).unwrap();
    let refused = engine.edit(&id, &draft, Some(secret("the second secret")), Channel::App).await;
    assert_eq!(refused.unwrap_err().code, Code::VaultItemMissing);
    // The newest is back, as it was.
    world.vault.restore(newest);
    world.network.sent();
    world.network.answer(200, &FRESH.replace('2', "3"));
    engine.refresh(&id, Channel::App).await.unwrap();
    assert!(world.network.sent()[0].contains("client_secret=the+first+secret"));
}

/// The same of another client alone, for which the vault was not written before.
#[tokio::test]
async fn another_client_writes_no_older_copy_back() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let older = world.vault.snapshot();
    world.clock.forward(60);
    world.network.answer(200, FRESH);
    engine.refresh(&id, Channel::App).await.unwrap();
    world.vault.restore(older.clone());
    assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::VaultItemMissing);
    let draft = Draft { client_id: "another".into(), ..engine.draft(&id).unwrap() };
    let refused = engine.edit(&id, &draft, None, Channel::App).await.unwrap_err();
    assert_eq!(refused.code, Code::VaultItemMissing);
    let (now, then) = (world.vault.snapshot(), older);
    assert_eq!(now[&id.0].expose(), then[&id.0].expose(), "an older copy was written");
}

/// A process died with new tokens in its memory, and the item was damaged for a while.
#[tokio::test]
async fn tokens_that_ended_with_their_process_are_not_looked_for_after_damage() {
    for is_damaged in [false, true] {
        let world = World::new();
        let dies = world.engine();
        let id = world.connected(&dies).await;
        world.network.answer(200, FRESH);
        world.vault.refuse_writes(true);
        assert_eq!(dies.refresh(&id, Channel::Command).await.unwrap_err().code, Code::Unsaved);
        drop(dies);
        world.vault.refuse_writes(false);
        let whole = world.vault.snapshot();
        let next = world.engine();
        if is_damaged {
            let half = SecretBytes::new(whole[&id.0].expose()[..40].to_vec());
            world.vault.restore(HashMap::from([(id.0.clone(), half)]));
            assert_eq!(next.refresh(&id, Channel::Command).await.unwrap_err().code, Code::VaultCorrupt);
            world.vault.restore(whole);
        }
        world.network.sent();
        let refused = next.refresh(&id, Channel::Command).await.unwrap_err();
        assert_eq!(refused.code, Code::RefreshInterrupted, "is_damaged: {is_damaged}");
    }
}
