//! A database that is damaged, full, or not what the engine expects.

use rusqlite::Connection as Database;
use tokenrack_core::event::{ActivityFilter, ActivityKind, Channel};
use tokenrack_core::problem::Code;
use tokenrack_core::view::{CheckOutcome, Revocation, StatusKind};

use crate::world::World;
use crate::{kind, token};

impl World {
    /// Past the engine, as a failing disk or another program would.
    fn tamper(&self, sql: &str) {
        Database::open(self.database()).unwrap().execute_batch(sql).unwrap();
    }
}

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
    let newest = engine.activity(&ActivityFilter { connection: Some(broken), limit: 1 }).unwrap();
    assert_eq!((newest[0].kind, newest[0].code), (ActivityKind::Forgotten, Some(Code::RecordUnreadable)));
    assert_eq!(kind(&engine, &sound), StatusKind::Connected);
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
