//! Backups that are put back over a connection whose tokens, client or keychain have changed since.

use std::collections::HashMap;

use tokenrack_core::event::Channel;
use tokenrack_core::ports::HttpErrorKind;
use tokenrack_core::problem::Code;
use tokenrack_core::view::{Choice, Draft, Revocation, Taken};
use tokenrack_oauth::secret::Passphrase;

use super::sharing::{back_up, open, restored, take};
use super::told_later::told_since;
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

/// A system that was set up anew over the same home, or a keychain that is late: where the database speaks of tokens that are not
/// there, nothing less is written in their place unless a person says so.
#[tokio::test]
async fn a_backup_brings_back_the_tokens_that_the_keychain_has_lost() {
    for (database, older_tokens) in [("lost", false), ("kept", false), ("kept", true)] {
        let world = World::new();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        let backup = back_up(&engine).await;
        world.vault.restore(HashMap::new());
        assert_eq!(token(&engine, &id).await, Err(Code::VaultItemMissing));
        let is_lost = database == "lost";
        if is_lost {
            world.tamper("DELETE FROM connections");
        }
        open(&engine, &backup).await;
        let choice = if is_lost { Choice::Add } else { Choice::Replace };
        let taken = take(&engine, choice, older_tokens).await;
        assert!(!taken.kept_tokens, "there are none to keep");
        if is_lost || older_tokens {
            assert_eq!(token(&engine, &id).await, Ok("at-1".into()), "database: {database}");
        } else {
            assert_eq!(
                (taken.outcome, taken.problem.unwrap().code.as_str()),
                (Taken::Failed, "vault/item_missing")
            );
        }
    }
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

/// "Death between 7 and 9: new tokens in the vault, old facts in the database." The keychain comes up late, the status says that
/// the tokens are missing, and the person puts the backup back.
#[tokio::test]
async fn a_restore_beside_a_late_keychain_takes_nothing_newer_than_the_record() {
    for dies in [false, true] {
        let world = World::new();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        let backup = back_up(&engine).await;
        world.clock.forward(60);
        world.network.answer(200, FRESH);
        if dies {
            world.refuse_records_with("\"generation\":2");
            assert_eq!(engine.refresh(&id, Channel::Command).await.unwrap_err().code, Code::StoreFailed);
            world.accept_all_records();
        } else {
            engine.refresh(&id, Channel::Command).await.unwrap();
        }
        drop(engine);
        assert_eq!(world.item(&id)["tokens"]["refresh_token"].as_str(), Some("rt-2"));
        let engine = world.engine();
        world.vault.hide(Some(&id));
        assert_eq!(token(&engine, &id).await, Err(Code::VaultItemMissing));
        open(&engine, &backup).await;
        let taken = take(&engine, Choice::Replace, false).await;
        world.vault.hide(None);
        assert_eq!(
            world.item(&id)["tokens"]["refresh_token"].as_str(),
            Some("rt-2"),
            "dies: {dies}: {:?}",
            taken.outcome
        );
    }
}

/// "That an answer may have been lost is remembered over everything that follows it."
#[tokio::test]
async fn a_lost_answer_is_remembered_over_a_restore_of_what_the_keychain_has_lost() {
    for restores in [false, true] {
        let world = World::new();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        let backup = back_up(&engine).await;
        world.clock.forward(60);
        world.network.fail(HttpErrorKind::Timeout);
        engine.refresh(&id, Channel::App).await.unwrap_err();
        if restores {
            world.vault.restore(HashMap::new());
            assert_eq!(token(&engine, &id).await, Err(Code::VaultItemMissing));
            restored(&engine, &backup, true).await;
        }
        world.network.answer(400, r#"{"error":"invalid_grant"}"#);
        let code = engine.refresh(&id, Channel::App).await.unwrap_err().code;
        assert_eq!(code, Code::RefreshInterrupted, "restores: {restores}");
    }
}

/// "Newer ones that it so replaces live on at the provider: a disconnect says unconfirmed."
#[tokio::test]
async fn newer_ones_that_a_restore_of_a_lost_database_replaces_are_not_said_to_be_revoked() {
    for database in ["kept", "lost"] {
        let world = World::new();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        let backup = back_up(&engine).await;
        world.clock.forward(60);
        world.network.answer(200, FRESH);
        engine.refresh(&id, Channel::Command).await.unwrap();
        if database == "lost" {
            world.tamper("DELETE FROM connections");
        }
        open(&engine, &backup).await;
        let (choice, outcome) = match database {
            "lost" => (Choice::Add, Taken::Added),
            _ => (Choice::Replace, Taken::Replaced),
        };
        assert_eq!(take(&engine, choice, true).await.outcome, outcome);
        world.network.sent();
        for _ in 0..4 {
            world.network.answer(200, "");
        }
        let told = engine.disconnect(&id, false, Channel::App).await.unwrap();
        let sent = world.network.sent();
        let is_told = sent.iter().any(|body| body.contains("token=rt-2"));
        assert!(
            is_told || told.revocation != Revocation::Revoked,
            "{database}: {:?} {sent:?}",
            told.revocation
        );
    }
}

/// "Tokens are ended as the client they were given to, with its secret", also after the database was lost.
#[tokio::test]
async fn what_waits_keeps_its_secret_over_a_restore_of_a_lost_database() {
    for database in ["kept", "lost"] {
        let world = World::new();
        let engine = world.engine();
        let id = world.confidential(&engine).await;
        world.signed_in(&engine, &id, &FRESH.replace('2', "1")).await;
        let backup = back_up(&engine).await;
        let draft = engine.draft(&id).unwrap();
        engine.edit(&id, &draft, secret("the second secret"), Channel::App).await.unwrap();
        world.clock.forward(60);
        world.signed_in(&engine, &id, &FRESH.replace('2', "5")).await;
        world.unheard(&engine, &id).await;
        if database == "lost" {
            world.tamper("DELETE FROM connections");
        }
        open(&engine, &backup).await;
        let choice = if database == "lost" { Choice::Add } else { Choice::Replace };
        take(&engine, choice, false).await;
        let sent = told_since(&world, &engine).await;
        let told: Vec<_> = sent.iter().filter(|body| body.contains("token=rt-5")).collect();
        assert!(
            !told.is_empty() && told.iter().all(|body| body.contains("client_secret=the+second+secret")),
            "{database}: {sent:?}"
        );
    }
}

/// What the refused restore tells the person to do where the keychain has lost the newer tokens.
#[tokio::test]
async fn newer_ones_that_the_keychain_has_lost_are_not_said_to_be_revoked_after_older_ones() {
    for is_lost in [false, true] {
        let world = World::new();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        let backup = back_up(&engine).await;
        world.clock.forward(60);
        world.network.answer(200, FRESH);
        engine.refresh(&id, Channel::Command).await.unwrap();
        if is_lost {
            world.vault.restore(HashMap::new());
            assert_eq!(token(&engine, &id).await, Err(Code::VaultItemMissing));
            open(&engine, &backup).await;
            assert_eq!(take(&engine, Choice::Replace, false).await.outcome, Taken::Failed);
        }
        restored(&engine, &backup, true).await;
        world.network.sent();
        for _ in 0..4 {
            world.network.answer(200, "");
        }
        let told = engine.disconnect(&id, false, Channel::App).await.unwrap();
        assert_ne!(told.revocation, Revocation::Revoked, "lost: {is_lost}: {:?}", world.network.sent());
    }
}

/// "Keeps the tokens that are here where they are newer, with their client and its secret … of a profile whose database is gone, it
/// may still have newer ones."
#[tokio::test]
async fn newer_ones_in_a_keychain_that_outlived_its_database_are_renewed_as_their_own_client() {
    for database in ["kept", "lost"] {
        let world = World::new();
        let engine = world.engine();
        let id = world.confidential(&engine).await;
        world.signed_in(&engine, &id, &FRESH.replace('2', "1")).await;
        let backup = back_up(&engine).await;
        let draft = Draft { client_id: "another".into(), ..engine.draft(&id).unwrap() };
        engine.edit(&id, &draft, secret("the second secret"), Channel::App).await.unwrap();
        world.clock.forward(60);
        world.signed_in(&engine, &id, &FRESH.replace('2', "5")).await;
        if database == "lost" {
            world.tamper("DELETE FROM connections");
        }
        open(&engine, &backup).await;
        let choice = if database == "lost" { Choice::Add } else { Choice::Replace };
        take(&engine, choice, false).await;
        assert_eq!(world.item(&id)["tokens"]["refresh_token"].as_str(), Some("rt-5"));
        world.network.sent();
        world.network.answer(200, FRESH);
        drop(engine.refresh(&id, Channel::App).await);
        let sent = world.network.sent();
        assert!(
            sent[0].contains("client_id=another&client_secret=the+second+secret"),
            "{database}: {sent:?}"
        );
    }
}

/// The client's secret was changed since the backup, nothing was renewed, and the keychain comes up late: the tokens are the same,
/// the secret is not.
#[tokio::test]
async fn a_restore_beside_a_late_keychain_takes_no_newer_secret() {
    for is_late in [false, true] {
        let world = World::new();
        let engine = world.engine();
        let id = world.confidential(&engine).await;
        world.signed_in(&engine, &id, &FRESH.replace('2', "1")).await;
        let backup = back_up(&engine).await;
        let draft = engine.draft(&id).unwrap();
        engine.edit(&id, &draft, secret("the second secret"), Channel::App).await.unwrap();
        world.clock.forward(60);
        world.vault.hide(Some(&id).filter(|_| is_late));
        open(&engine, &backup).await;
        take(&engine, Choice::Replace, false).await;
        world.vault.hide(None);
        assert_eq!(world.item(&id)["client_secret"].as_str(), Some("the second secret"), "late: {is_late}");
    }
}

/// What waits to be revoked is in the same item, which comes up late; the backup has the tokens that are in use.
#[tokio::test]
async fn a_restore_beside_a_late_keychain_takes_nothing_that_waits() {
    for is_late in [false, true] {
        let world = World::new();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        world.unheard(&engine, &id).await;
        world.network.forget_answers();
        world.clock.forward(60);
        world.signed_in(&engine, &id, &FRESH.replace('2', "5")).await;
        let backup = back_up(&engine).await;
        world.vault.hide(Some(&id).filter(|_| is_late));
        open(&engine, &backup).await;
        take(&engine, Choice::Replace, false).await;
        world.vault.hide(None);
        let sent = told_since(&world, &engine).await;
        assert!(sent.iter().any(|body| body.contains("token=rt-1")), "late: {is_late}: {sent:?}");
    }
}

/// A lost answer, and a sign-in that ended with its process: an older backup's word is not put over either.
#[tokio::test]
async fn a_lost_answer_is_remembered_over_a_restore_of_older_ones() {
    for hides in [false, true] {
        let world = World::new();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        let backup = back_up(&engine).await;
        world.clock.forward(60);
        world.network.fail(HttpErrorKind::Timeout);
        engine.refresh(&id, Channel::App).await.unwrap_err();
        world.vault.hide(Some(&id).filter(|_| hides));
        open(&engine, &backup).await;
        take(&engine, Choice::Replace, false).await;
        world.vault.hide(None);
        world.network.sent();
        for _ in 0..4 {
            world.network.answer(200, "");
        }
        let told = engine.disconnect(&id, false, Channel::App).await.unwrap();
        assert_ne!(told.revocation, Revocation::Revoked, "hides: {hides}");
    }
}

/// The client was changed after the sign-in: a backup has the newer one's secret beside the former one's tokens.
#[tokio::test]
async fn a_restore_of_all_that_was_lost_has_the_client_of_the_backup() {
    let world = World::new();
    let engine = world.engine();
    let id = world.confidential(&engine).await;
    world.signed_in(&engine, &id, &FRESH.replace('2', "1")).await;
    let draft = Draft { client_id: "another".into(), ..engine.draft(&id).unwrap() };
    engine.edit(&id, &draft, secret("the second secret"), Channel::App).await.unwrap();
    let backup = back_up(&engine).await;
    world.tamper("DELETE FROM connections");
    world.vault.restore(HashMap::new());
    open(&engine, &backup).await;
    assert_eq!(take(&engine, Choice::Add, false).await.outcome, Taken::Added);
    assert_eq!(engine.draft(&id).unwrap().client_id, "another");
}

/// An answer was lost, and the refresh token was refused for it; the same tokens are put back.
#[tokio::test]
async fn an_interruption_is_remembered_over_a_restore_of_the_same_tokens() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let backup = back_up(&engine).await;
    world.clock.forward(60);
    world.network.fail(HttpErrorKind::Timeout);
    engine.refresh(&id, Channel::App).await.unwrap_err();
    for restores in [false, true] {
        if restores {
            restored(&engine, &backup, true).await;
        }
        world.network.answer(400, r#"{"error":"invalid_grant"}"#);
        let refused = engine.refresh(&id, Channel::App).await.unwrap_err();
        assert_eq!(refused.code, Code::RefreshInterrupted, "restores: {restores}");
    }
}

/// A newer backup of the same sign-in: what it replaces was renewed by it, and nothing was lost.
#[tokio::test]
async fn a_disconnect_after_a_newer_backup_says_that_all_is_revoked() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let older = back_up(&engine).await;
    world.clock.forward(60);
    world.network.answer(200, FRESH);
    engine.refresh(&id, Channel::App).await.unwrap();
    let newer = back_up(&engine).await;
    world.tamper("DELETE FROM connections");
    world.vault.restore(HashMap::new());
    open(&engine, &older).await;
    assert_eq!(take(&engine, Choice::Add, false).await.outcome, Taken::Added);
    restored(&engine, &newer, false).await;
    for _ in 0..2 {
        world.network.answer(200, "");
    }
    let told = engine.disconnect(&id, false, Channel::App).await.unwrap();
    assert_eq!(told.revocation, Revocation::Revoked);
}
