//! A database that is damaged or full, a clock that was set back.

use std::sync::Arc;
use std::time::Duration;

use tokenrack_core::activity::ActivityFilter;
use tokenrack_core::connection::ClientAuthentication;
use tokenrack_core::engine::ConnectOptions;
use tokenrack_core::event::{ActivityKind, Channel};
use tokenrack_core::problem::Code;
use tokenrack_core::view::{CheckOutcome, Draft, Revocation, StatusKind};
use tokenrack_oauth::secret::ClientSecret;

use crate::world::{LockTaken, World};
use crate::{kind, token};

#[tokio::test]
async fn a_damaged_record_stops_nobody_else_and_can_be_removed() {
    let world = World::new();
    let engine = world.engine();
    let (broken, sound) = (world.connected(&engine).await, world.connected(&engine).await);
    world.tamper(&format!("UPDATE connections SET record = '{{}}' WHERE id = '{broken}'"));
    let engine = world.engine();

    let snapshot = engine.snapshot().await.unwrap();
    assert_eq!(snapshot.connections.iter().map(|view| &view.id).collect::<Vec<_>>(), [&sound]);
    assert_eq!(token(&engine, &sound).await.unwrap(), "at-1");
    assert_eq!(token(&engine, &broken).await, Err(Code::RecordUnreadable));
    assert_eq!(engine.find("GitLab").unwrap_err().code, Code::RecordUnreadable, "its name still finds it");
    let check = engine.doctor().await.into_iter().find(|check| check.name == "record").unwrap();
    assert_eq!(check.outcome, CheckOutcome::Failed);
    assert!(check.finding.contains(&broken.0) && check.finding.contains("gitlab"), "{}", check.finding);
    assert!(check.cure.unwrap().contains(&format!("tokenrack disconnect {broken} --forget")));
    world.add(&engine).await;

    let kept = engine.disconnect(&broken, false, Channel::Command).await.unwrap_err();
    assert_eq!(kept.code, Code::RecordUnreadable, "only the person's word removes it");
    let view = engine.disconnect(&broken, true, Channel::Command).await.unwrap();
    assert_eq!((view.revocation, view.forgotten), (Revocation::Failed, true), "its tokens may live on");
    assert_eq!(view.problem.unwrap().code, Code::RecordUnreadable.as_str());
    assert!(world.network.sent().is_empty());
    assert!(!world.vault.snapshot().contains_key(&broken.0));
    assert!(engine.unreadable().unwrap().is_empty());
    let newest = engine
        .activity(&ActivityFilter { connection: Some(broken), limit: 1, ..ActivityFilter::default() })
        .unwrap();
    assert_eq!((newest[0].kind, newest[0].code), (ActivityKind::Forgotten, Some(Code::RecordUnreadable)));
    assert_eq!(kind(&engine, &sound), StatusKind::Connected);
}

#[tokio::test]
async fn the_doctor_tries_a_vault_that_says_it_is_ready_and_leaves_nothing_there() {
    let world = World::new();
    let engine = world.engine();
    let keychain = async || engine.doctor().await.into_iter().find(|check| check.name == "keychain").unwrap();
    let check = keychain().await;
    assert_eq!((check.outcome, check.cure), (CheckOutcome::Ok, None));
    assert!(check.finding.contains("written, read and deleted in"), "{}", check.finding);
    assert!(world.vault.snapshot().is_empty());
    world.vault.refuse_writes(true);
    let check = keychain().await;
    assert_eq!(check.outcome, CheckOutcome::Failed);
    assert!(check.cure.is_some_and(|cure| !cure.is_empty()), "{}", check.finding);
}

#[tokio::test]
async fn what_is_done_for_the_first_time_is_done_so_once() {
    let world = World::new();
    assert!(world.engine().first_time("a").unwrap());
    assert!(!world.engine().first_time("a").unwrap(), "also for another process");
    assert!(world.engine().first_time("b").unwrap());
}

#[tokio::test]
async fn a_damaged_record_without_tokens_leaves_nothing_to_revoke() {
    let world = World::new();
    let engine = world.engine();
    let id = world.add(&engine).await;
    world.tamper("UPDATE connections SET record = 'not JSON'");
    let view = engine.disconnect(&id, true, Channel::Command).await.unwrap();
    assert_eq!((view.revocation, view.problem), (Revocation::Nothing, None));
}

#[tokio::test]
async fn a_disconnect_that_cannot_be_written_down_changes_nothing() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.refuse_records_with("disconnecting");
    assert_eq!(engine.disconnect(&id, false, Channel::App).await.unwrap_err().code, Code::StoreFailed);
    assert!(world.network.sent().is_empty(), "nothing is revoked");
    assert_eq!(kind(&engine, &id), StatusKind::Connected);
    assert_eq!(token(&engine, &id).await.unwrap(), "at-1");
}

#[tokio::test]
async fn a_disconnect_that_is_cut_short_says_so_and_the_next_one_finishes_it() {
    for vault_fails in [false, true] {
        let world = World::new();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        world.vault.refuse_writes(vault_fails);
        world.refuse_records_with("unauthorized");
        world.network.answer(200, "");
        world.network.answer(200, "");
        engine.disconnect(&id, false, Channel::App).await.unwrap_err();
        assert_eq!(world.network.sent().len(), 2, "revoked");
        let next = world.engine();
        let still_disconnecting = world.engine_with(Arc::new(LockTaken));
        assert_eq!(kind(&still_disconnecting, &id), StatusKind::NotConnected);
        assert_eq!(kind(&next, &id), StatusKind::ActionNeeded);
        assert_eq!(token(&next, &id).await, Err(Code::NotConnected));
        assert_eq!(next.refresh(&id, Channel::App).await.unwrap_err().code, Code::NotConnected);
        assert!(world.network.sent().is_empty(), "a revoked token is not used");
        let mut draft = next.draft(&id).unwrap();
        draft.vars.insert("host".into(), "gitlab.evil.example".into());
        let moved = next.edit(&id, &draft, None, Channel::App).await;
        assert_eq!(moved.is_err(), vault_fails, "another server gets no tokens that wait to be deleted");

        world.vault.refuse_writes(false);
        world.accept_all_records();
        world.network.answer(200, "");
        world.network.answer(200, "");
        next.disconnect(&id, false, Channel::App).await.unwrap();
        let view = next.view(&id).unwrap();
        assert_eq!(
            (view.status.kind, view.status.evidence.as_str()),
            (StatusKind::NotConnected, "There are no tokens.")
        );
        assert!(world.vault.snapshot().is_empty());
    }
}

#[tokio::test]
async fn a_disconnect_of_unsaved_tokens_that_is_cut_short_is_finished_by_another_process() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.vault.refuse_writes(true);
    world.network.answer(200, crate::FRESH);
    assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::Unsaved);
    for _ in 0..4 {
        world.network.answer(200, "");
    }
    engine.disconnect(&id, false, Channel::App).await.unwrap_err();
    world.vault.refuse_writes(false);
    let other = world.engine();
    other.disconnect(&id, false, Channel::Command).await.unwrap();
    assert_eq!(kind(&other, &id), StatusKind::NotConnected);
    assert!(world.vault.snapshot().is_empty());
}

#[tokio::test]
async fn a_sign_in_that_cannot_be_written_down_leaves_the_one_that_waits() {
    let world = World::new();
    let engine = world.engine();
    let id = world.add(&engine).await;
    let redirect = world.start(&engine, &id).await;
    let url = engine.authorization_url(&id).unwrap();
    world.refuse_records_with("authorizing");
    let options = ConnectOptions {
        open_browser: false,
        time_limit: Duration::from_secs(300),
        channel: Channel::Command,
    };
    assert_eq!(engine.connect(&id, options).await.unwrap_err().code, Code::StoreFailed);
    world.accept_all_records();
    assert_eq!(engine.authorization_url(&id).unwrap(), url);
    world.network.answer(200, crate::FRESH);
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
    assert_eq!(token(&engine, &id).await.unwrap(), "at-2");
}

#[tokio::test]
async fn an_edit_the_database_refuses_leaves_the_secret_too() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let stored = || world.vault.snapshot()[&id.0].expose().to_vec();
    let before = stored();
    let mut draft = engine.draft(&id).unwrap();
    draft.name = Some("Renamed".into());
    draft.authentication = Some(ClientAuthentication::ClientSecretPost);
    let edit = || engine.edit(&id, &draft, Some(ClientSecret::new("s-2".into())), Channel::App);
    world.refuse_records_with("Renamed");
    assert_eq!(edit().await.unwrap_err().code, Code::StoreFailed);
    assert_eq!(stored(), before);
    world.accept_all_records();
    assert_eq!(edit().await.unwrap().name, "Renamed");
    assert_ne!(stored(), before);
}

/// Its answer came too late, and it was written all the same.
#[tokio::test]
async fn a_secret_that_the_vault_has_written_late_is_not_kept() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let before = world.vault.snapshot();
    let draft = Draft {
        name: Some("Another".into()),
        authentication: Some(ClientAuthentication::ClientSecretPost),
        ..engine.draft(&id).unwrap()
    };
    let secret = || Some(ClientSecret::new("s-2".into()));
    world.vault.answer_late(true);
    let edited = engine.edit(&id, &draft, secret(), Channel::App).await;
    assert_eq!(edited.unwrap_err().code, Code::VaultTimedOut);
    assert_eq!(world.vault.snapshot()[&id.0].expose(), before[&id.0].expose());
    let added = engine.add(&draft, secret(), Channel::App).await;
    assert_eq!(added.unwrap_err().code, Code::VaultTimedOut);
    assert_eq!(world.vault.snapshot().len(), 1, "nobody would find the other");
    assert_eq!(token(&engine, &id).await.unwrap(), "at-1");
}

#[tokio::test]
async fn a_token_from_the_future_is_renewed_before_it_is_handed_out() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.clock.forward(-60);
    assert_eq!(token(&engine, &id).await.unwrap(), "at-1", "a clock that is corrected");
    world.clock.forward(-3600);
    let status = engine.view(&id).unwrap().status;
    assert!(status.evidence.contains("clock was set back"), "{}", status.evidence);
    world.network.answer(200, crate::FRESH);
    assert_eq!(token(&engine, &id).await.unwrap(), "at-2");
    assert_eq!(token(&engine, &id).await.unwrap(), "at-2");
    assert_eq!(world.network.sent().len(), 1, "what came after it is trusted");
    assert!(!engine.view(&id).unwrap().status.evidence.contains("clock"));

    let redirect = world.start(&engine, &id).await;
    world.network.answer(200, r#"{"access_token":"at-3","token_type":"bearer","expires_in":7200}"#);
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
    world.clock.forward(-3600);
    assert_eq!(token(&engine, &id).await.unwrap(), "at-3", "without a refresh token it is all there is");
}

#[tokio::test]
async fn a_damaged_record_says_what_a_disconnect_has_left_to_revoke() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    for _ in 0..2 {
        world.network.answer(503, "");
    }
    assert!(engine.disconnect(&id, false, Channel::App).await.unwrap().tried_again);
    world.tamper("UPDATE connections SET record = '{}'");
    let view = world.engine().disconnect(&id, true, Channel::Command).await.unwrap();
    assert_eq!(view.revocation, Revocation::Failed);
}
