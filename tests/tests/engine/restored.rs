//! Backups that are put back over a connection whose tokens, client or keychain have changed since.

use std::collections::HashMap;

use tokenrack_core::event::Channel;
use tokenrack_core::problem::Code;
use tokenrack_core::view::{Choice, Draft, Revocation, Taken};
use tokenrack_oauth::secret::Passphrase;

use super::sharing::{back_up, open, restored, take};
use super::world::{World, secret};
use super::{FRESH, token};

/// An older backup over what works, then a disconnect: the newer refresh token lives on, and nobody has told the provider of it.
#[tokio::test]
async fn a_disconnect_after_an_older_backup_does_not_say_that_all_is_revoked() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let backup = back_up(&engine).await;
    world.clock.forward(60);
    world.network.answer(200, FRESH);
    engine.refresh(&id, Channel::Command).await.unwrap();
    restored(&engine, &backup, true).await;
    world.network.sent();
    for _ in 0..4 {
        world.network.answer(200, "");
    }
    let told = engine.disconnect(&id, false, Channel::App).await.unwrap();
    let sent = world.network.sent();
    assert!(
        told.revocation != Revocation::Revoked || sent.iter().any(|body| body.contains("token=rt-2")),
        "{:?} {sent:?}",
        told.revocation
    );
}

/// A sign-in after a clock was put right, over one that had ended by the clock before; the database is lost, and a backup of the
/// ended one put back: the keychain has what works.
#[tokio::test]
async fn what_works_is_not_taken_for_what_had_ended_by_a_clock_that_was_ahead() {
    for ahead in [0, 3_600] {
        let world = World::new();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        world.network.answer(400, r#"{"error":"invalid_grant"}"#);
        engine.refresh(&id, Channel::Command).await.unwrap_err();
        let backup = back_up(&engine).await;
        world.clock.forward(60 - ahead);
        world.signed_in(&engine, &id, FRESH).await;
        world.tamper("DELETE FROM connections");
        open(&engine, &backup).await;
        assert_eq!(take(&engine, Choice::Add, false).await.outcome, Taken::Added);
        assert_eq!(token(&engine, &id).await, Ok("at-2".into()), "ahead: {ahead}");
    }
}

/// The keychain was lost, and its connections' database was not: a system that was set up anew over the same home. The backup has
/// these very tokens.
#[tokio::test]
async fn a_backup_brings_back_the_tokens_that_the_keychain_has_lost() {
    for database in ["lost", "kept"] {
        let world = World::new();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        let backup = back_up(&engine).await;
        world.vault.restore(HashMap::new());
        assert_eq!(token(&engine, &id).await, Err(Code::VaultItemMissing));
        if database == "lost" {
            world.tamper("DELETE FROM connections");
        }
        open(&engine, &backup).await;
        let choice = if database == "lost" { Choice::Add } else { Choice::Replace };
        let taken = take(&engine, choice, false).await;
        // "The tokens here are newer and stayed."
        let kept = taken.kept_tokens;
        assert_eq!((token(&engine, &id).await, kept), (Ok("at-1".into()), false), "database: {database}");
    }
}

/// The same of a refresh token that is never replaced: the backup's is as good as the one that was lost.
#[tokio::test]
async fn of_tokens_that_the_keychain_has_lost_it_is_not_said_that_they_stayed() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let backup = back_up(&engine).await;
    world.clock.forward(60);
    world.network.answer(200, r#"{"access_token":"at-2","token_type":"bearer","expires_in":7200}"#);
    engine.refresh(&id, Channel::Command).await.unwrap();
    world.vault.restore(HashMap::new());
    assert_eq!(token(&engine, &id).await, Err(Code::VaultItemMissing));
    open(&engine, &backup).await;
    let taken = take(&engine, Choice::Replace, false).await;
    assert!(!taken.kept_tokens, "the tokens here are newer and stayed: there are none");
}

/// "Keeps the tokens that are here where they are newer", "tokens and secrets stay": the secret was changed since, and the server
/// takes the new one alone.
#[tokio::test]
async fn a_backup_whose_tokens_are_older_puts_no_older_secret_beside_the_newer_ones() {
    let world = World::new();
    let engine = world.engine();
    let id = world.confidential(&engine).await;
    world.signed_in(&engine, &id, &FRESH.replace('2', "1")).await;
    let backup = back_up(&engine).await;
    let draft = engine.draft(&id).unwrap();
    engine.edit(&id, &draft, secret("the second secret"), Channel::App).await.unwrap();
    world.clock.forward(60);
    world.network.answer(200, FRESH);
    engine.refresh(&id, Channel::App).await.unwrap();
    open(&engine, &backup).await;
    assert!(take(&engine, Choice::Replace, false).await.kept_tokens);
    world.network.sent();
    world.network.answer(200, &FRESH.replace('2', "3"));
    engine.refresh(&id, Channel::App).await.unwrap();
    let sent = world.network.sent();
    assert!(sent[0].contains("client_secret=the+second+secret"), "{sent:?}");
}

/// Newer tokens of another client than the backup's, and what they need to be renewed.
#[tokio::test]
async fn a_backup_whose_tokens_are_older_puts_no_other_client_under_the_newer_ones() {
    let world = World::new();
    let engine = world.engine();
    let id = world.confidential(&engine).await;
    world.signed_in(&engine, &id, &FRESH.replace('2', "1")).await;
    let backup = back_up(&engine).await;
    let draft = Draft { client_id: "another".into(), ..engine.draft(&id).unwrap() };
    engine.edit(&id, &draft, secret("the second secret"), Channel::App).await.unwrap();
    world.clock.forward(60);
    world.signed_in(&engine, &id, &FRESH.replace('2', "5")).await;
    open(&engine, &backup).await;
    assert!(take(&engine, Choice::Replace, false).await.kept_tokens);
    world.network.sent();
    world.network.answer(200, FRESH);
    engine.refresh(&id, Channel::App).await.unwrap();
    let sent = world.network.sent();
    assert!(sent[0].contains("client_id=another&client_secret=the+second+secret"), "{sent:?}");
}

/// The client's secret is in an item that the keychain does not show just then: a backup names what it lacks.
#[tokio::test]
async fn a_backup_names_a_connection_whose_client_secret_it_does_not_have() {
    let world = World::new();
    let engine = world.engine();
    let id = world.confidential(&engine).await;
    world.signed_in(&engine, &id, &FRESH.replace('2', "1")).await;
    world.network.answer_always("token=", 200, "");
    engine.disconnect(&id, false, Channel::App).await.unwrap();
    world.vault.hide(Some(&id));
    let passphrase = Passphrase::new("correct horse battery staple".into());
    let written = engine.back_up(passphrase, Channel::Command, |_| Ok("here".into())).await.unwrap();
    assert_eq!((written.connections, written.left_out.len()), (0, 1));
}
