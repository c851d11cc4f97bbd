//! Files of connections where something fails in between.

use std::sync::{Arc, Mutex};

use tokenrack_core::activity::ActivityFilter;
use tokenrack_core::connection::ConnectionId;
use tokenrack_core::engine::{Engine, Taking};
use tokenrack_core::event::{ActivityKind, Channel};
use tokenrack_core::ports::{HttpErrorKind, ProviderFolder};
use tokenrack_core::problem::{Code, Problem};
use tokenrack_core::provider::ProviderId;
use tokenrack_core::view::{BundleView, Choice, Decision, Standing, StatusKind, Taken, TakenView};
use tokenrack_oauth::secret::Passphrase;

use crate::world::{LockTaken, World};
use crate::{FRESH, kind, token};

/// What was saved, by id.
#[derive(Default)]
pub struct Folder(Mutex<Vec<(String, Option<String>)>>);

impl ProviderFolder for Folder {
    fn save(&self, id: &ProviderId, _: &str, before: Option<&str>) -> Result<(), Problem> {
        self.0.lock().unwrap().push((id.0.clone(), before.map(str::to_owned)));
        Ok(())
    }
}

pub fn passphrase() -> Passphrase {
    Passphrase::new("correct horse battery staple".into())
}

pub async fn back_up(engine: &Engine) -> Vec<u8> {
    let mut content = Vec::new();
    let written = engine.back_up(passphrase(), Channel::Command, |sealed| {
        content = sealed.to_vec();
        Ok("here".into())
    });
    written.await.unwrap();
    content
}

pub async fn open(engine: &Engine, backup: &[u8]) -> BundleView {
    engine.open_bundle("all.age", backup.to_vec(), Some(passphrase())).await.unwrap()
}

/// Decides on the first thing alone.
pub async fn take(engine: &Engine, choice: Choice, older_tokens: bool) -> TakenView {
    let decision = Decision { thing: 0, choice, name: None };
    let taking = Taking { older_tokens, folder: &Folder::default(), channel: Channel::Command };
    engine.take_from_bundle(&[decision], taking).await.unwrap().remove(0)
}

/// A backup in the place of what is here.
pub async fn restored(engine: &Engine, backup: &[u8], older_tokens: bool) {
    open(engine, backup).await;
    assert_eq!(take(engine, Choice::Replace, older_tokens).await.outcome, Taken::Replaced);
}

/// A connection that has been renewed since it was backed up.
async fn renewed(world: &World, engine: &Engine) -> (ConnectionId, Vec<u8>) {
    let id = world.connected(engine).await;
    let backup = back_up(engine).await;
    world.clock.forward(60);
    world.network.answer(200, FRESH);
    engine.refresh(&id, Channel::Command).await.unwrap();
    (id, backup)
}

#[tokio::test]
async fn a_restore_that_is_refused_half_way_has_changed_nothing() {
    let world = World::new();
    let engine = world.engine();
    let (id, backup) = renewed(&world, &engine).await;
    open(&engine, &backup).await;
    world.refuse_records_with("restored");
    let refused = take(&engine, Choice::Replace, true).await;
    assert_eq!((refused.outcome, refused.problem.unwrap().code.as_str()), (Taken::Failed, "store/failed"));
    assert_eq!(token(&engine, &id).await.unwrap(), "at-2", "the vault has what the database refused");
    world.accept_all_records();

    open(&engine, &backup).await;
    world.vault.refuse_writes(true);
    let refused = take(&engine, Choice::Replace, true).await;
    assert_eq!(refused.problem.unwrap().code.as_str(), "vault/locked");
    world.vault.refuse_writes(false);
    assert_eq!(token(&engine, &id).await.unwrap(), "at-2");

    open(&engine, &backup).await;
    world.vault.answer_late(true);
    let refused = take(&engine, Choice::Replace, true).await;
    assert_eq!(refused.problem.unwrap().code.as_str(), "vault/timeout");
    world.vault.answer_late(false);
    assert_eq!(token(&engine, &id).await.unwrap(), "at-2", "it was written all the same");

    open(&engine, &backup).await;
    assert_eq!(take(&engine, Choice::Replace, true).await.outcome, Taken::Replaced);
    assert_eq!(token(&engine, &id).await.unwrap(), "at-1");
    // Whoever has seen the newer ones adopts these.
    assert_eq!(token(&world.engine(), &id).await.unwrap(), "at-1");
}

#[tokio::test]
async fn tokens_in_a_keychain_that_outlived_its_database_count() {
    let world = World::new();
    let engine = world.engine();
    let (id, backup) = renewed(&world, &engine).await;
    world.tamper("DELETE FROM connections");
    open(&engine, &backup).await;
    world.vault.answer_late(true);
    assert_eq!(take(&engine, Choice::Add, true).await.outcome, Taken::Failed);
    world.vault.answer_late(false);
    for (older_tokens, expected) in [(false, "at-2"), (true, "at-1")] {
        world.tamper("DELETE FROM connections");
        assert_eq!(open(&engine, &backup).await.things[0].standing, Standing::New);
        let taken = take(&engine, Choice::Add, older_tokens).await;
        assert_eq!((taken.outcome, taken.connection), (Taken::Added, Some(id.clone())));
        assert_eq!(token(&engine, &id).await.unwrap(), expected);
    }
}

#[tokio::test]
async fn that_an_answer_was_lost_is_known_after_a_restore() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.network.fail(HttpErrorKind::Timeout);
    engine.refresh(&id, Channel::Command).await.unwrap_err();
    let backup = back_up(&engine).await;
    world.tamper("DELETE FROM connections");
    open(&engine, &backup).await;
    assert_eq!(take(&engine, Choice::Add, false).await.outcome, Taken::Added);
    world.network.answer(400, r#"{"error":"invalid_grant"}"#);
    let refused = engine.refresh(&id, Channel::Command).await.unwrap_err();
    assert_eq!(refused.code, Code::RefreshInterrupted);
}

#[tokio::test]
async fn a_sign_in_after_the_backup_is_not_ended_by_what_had_ended_before() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.network.answer(400, r#"{"error":"invalid_grant"}"#);
    engine.refresh(&id, Channel::Command).await.unwrap_err();
    let backup = back_up(&engine).await;
    world.clock.forward(60);
    let redirect = world.start(&engine, &id).await;
    world.network.answer(200, FRESH);
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
    for (older_tokens, expected) in [(false, Ok("at-2".into())), (true, Err(Code::InvalidGrant))] {
        world.tamper("DELETE FROM connections");
        open(&engine, &backup).await;
        assert_eq!(take(&engine, Choice::Add, older_tokens).await.outcome, Taken::Added);
        assert_eq!(token(&engine, &id).await, expected);
    }
    // Over the connection they get a number of their own, and are no newer for that.
    open(&engine, &backup).await;
    assert_eq!(take(&engine, Choice::Replace, true).await.outcome, Taken::Replaced);
    assert_eq!(token(&engine, &id).await, Err(Code::InvalidGrant));
}

#[tokio::test]
async fn a_connection_that_somebody_works_on_is_left_alone() {
    let world = World::new();
    let engine = world.engine();
    let (id, backup) = renewed(&world, &engine).await;
    let busy = world.engine_with(Arc::new(LockTaken));
    open(&busy, &backup).await;
    let refused = take(&busy, Choice::Replace, true).await;
    assert_eq!(refused.problem.unwrap().code.as_str(), "connection/busy");
    let written = busy.back_up(passphrase(), Channel::Command, |_| panic!("a part was written")).await;
    assert_eq!(written.unwrap_err().code, Code::Busy);

    let redirect = world.start(&engine, &id).await;
    open(&engine, &backup).await;
    let refused = take(&engine, Choice::Replace, true).await;
    assert_eq!(refused.problem.unwrap().code.as_str(), "connection/busy");
    assert_eq!(kind(&engine, &id), StatusKind::WaitingForBrowser);
    // What waits stays in the profile that waits for it.
    let backup = back_up(&engine).await;
    world.tamper("DELETE FROM connections");
    world.vault.restore(Default::default());
    open(&engine, &backup).await;
    take(&engine, Choice::Add, false).await;
    assert_eq!(kind(&engine, &id), StatusKind::Connected);
    assert!(engine.deliver(&redirect, Channel::DeepLink).await.is_err());
}

#[tokio::test]
async fn only_what_was_shown_can_be_decided_and_only_once() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let backup = back_up(&engine).await;
    assert_eq!(open(&engine, &backup).await.things[0].standing, Standing::Same);
    let refused = take(&engine, Choice::Add, false).await;
    assert_eq!(refused.problem.unwrap().code.as_str(), "input/invalid");
    let taking = Taking { older_tokens: false, folder: &Folder::default(), channel: Channel::Command };
    assert_eq!(engine.take_from_bundle(&[], taking).await.unwrap_err().code, Code::InvalidInput);
    open(&engine, &backup).await;
    engine.close_bundle();
    assert_eq!(engine.take_from_bundle(&[], taking).await.unwrap_err().code, Code::InvalidInput);
    assert_eq!(token(&engine, &id).await.unwrap(), "at-1");
}

#[tokio::test]
async fn what_was_not_written_is_not_in_the_record() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let full = || Err(Problem::new(Code::FileFailed).because("No space left on device"));
    let ids = [id];
    assert_eq!(engine.export(&ids, false, Channel::Command, |_| full()).unwrap_err().code, Code::FileFailed);
    let written = engine.back_up(passphrase(), Channel::Command, |_| full()).await;
    assert_eq!(written.unwrap_err().code, Code::FileFailed);
    let lines = engine.activity(&ActivityFilter::default()).unwrap();
    let told = [ActivityKind::Exported, ActivityKind::BackedUp];
    assert!(lines.iter().all(|line| !told.contains(&line.kind)), "{lines:?}");
    engine.export(&ids, false, Channel::Command, |_| Ok("here".into())).unwrap();
    let line = &engine.activity(&ActivityFilter::default()).unwrap()[0];
    assert_eq!((line.kind, line.detail.as_deref()), (ActivityKind::Exported, Some("GitLab")));
}

#[tokio::test]
async fn a_restore_over_a_disconnect_that_was_cut_short_leaves_its_tokens_to_be_revoked() {
    let world = World::new();
    let engine = world.engine();
    let (id, backup) = renewed(&world, &engine).await;
    world.vault.refuse_writes(true);
    for _ in 0..2 {
        world.network.answer(503, "");
    }
    engine.disconnect(&id, false, Channel::Command).await.unwrap_err();
    world.vault.refuse_writes(false);
    world.network.sent();
    open(&engine, &backup).await;
    assert_eq!(take(&engine, Choice::Replace, true).await.outcome, Taken::Replaced);
    assert_eq!(token(&engine, &id).await.unwrap(), "at-1");
    for _ in 0..4 {
        world.network.answer(200, "");
    }
    engine.disconnect(&id, false, Channel::Command).await.unwrap();
    let sent = world.network.sent();
    assert!(sent.iter().any(|body| body.contains("token=rt-2")), "{sent:?}");
}

#[tokio::test]
async fn what_was_disconnected_when_it_was_backed_up_is_not_in_use_again() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.vault.hide(Some(&id));
    engine.disconnect(&id, false, Channel::Command).await.unwrap();
    world.vault.hide(None);
    let backup = back_up(&engine).await;
    world.tamper("DELETE FROM connections");
    world.vault.restore(Default::default());
    open(&engine, &backup).await;
    take(&engine, Choice::Add, false).await;
    assert_eq!(token(&engine, &id).await, Err(Code::NotConnected));
    assert_eq!(kind(&engine, &id), StatusKind::NotConnected);
    for _ in 0..2 {
        world.network.answer(200, "");
    }
    engine.disconnect(&id, false, Channel::Command).await.unwrap();
    assert!(world.network.sent().iter().any(|body| body.contains("token=rt-1")), "they are revoked");
}

#[tokio::test]
async fn a_copy_beside_its_original_does_not_spend_the_same_refresh_token() {
    let world = World::new();
    let engine = world.engine();
    let (id, backup) = renewed(&world, &engine).await;
    world.network.sent();
    open(&engine, &backup).await;
    let decision = Decision { thing: 0, choice: Choice::Rename, name: Some("Copy".into()) };
    let taking = Taking { older_tokens: true, folder: &Folder::default(), channel: Channel::Command };
    let taken = engine.take_from_bundle(&[decision], taking).await.unwrap().remove(0);
    assert_eq!(taken.outcome, Taken::Added);
    let copy = engine.find("Copy").unwrap().id;
    assert_eq!(engine.refresh(&copy, Channel::Command).await.unwrap_err().code, Code::NotConnected);
    assert_eq!(kind(&engine, &copy), StatusKind::NotConnected);
    assert!(world.network.sent().is_empty());
    assert_eq!(token(&engine, &id).await.unwrap(), "at-2");
}

/// A keyring that is late, keeps one item back, or shows an older copy: what is not in the backup is named, and the others are.
#[tokio::test]
async fn a_backup_names_a_connection_whose_tokens_it_does_not_have() {
    for why in ["late", "kept back", "older"] {
        let world = World::new();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        let other = world.connected_as(&engine, world.named("other")).await;
        match why {
            "late" => world.vault.hide(Some(&id)),
            "kept back" => world.vault.keep_back(Some(&id)),
            _ => {
                let older = world.vault.snapshot();
                world.clock.forward(60);
                world.network.answer(200, FRESH);
                engine.refresh(&id, Channel::App).await.unwrap();
                world.vault.restore(older);
            }
        }
        let code = if why == "kept back" { "vault/locked" } else { "vault/item_missing" };
        let mut content = Vec::new();
        let written = engine.back_up(passphrase(), Channel::Command, |sealed| {
            content = sealed.to_vec();
            Ok("here".into())
        });
        let written = written.await.unwrap();
        let left_out: Vec<_> = written.left_out.iter().map(|left| left.problem.code.as_str()).collect();
        assert_eq!((written.connections, left_out), (1, vec![code]), "{why}");

        let anew = World::new();
        let engine = anew.engine();
        open(&engine, &content).await;
        assert_eq!(take(&engine, Choice::Add, false).await.outcome, Taken::Added);
        assert_eq!(token(&engine, &other).await.unwrap(), "at-1");
    }
}
