//! Disconnects that the provider could not be told of.

use tokenrack_core::connection::ConnectionId;
use tokenrack_core::engine::Engine;
use tokenrack_core::event::{ActivityKind, Channel};
use tokenrack_core::ports::HttpErrorKind;
use tokenrack_core::problem::Code;
use tokenrack_core::view::{DisconnectView, Revocation, StatusKind};

use super::background::{pass, settle};
use super::world::World;
use super::{FRESH, kind, token};

/// A disconnect to which the server answers so, for each of the two tokens.
async fn disconnected(world: &World, engine: &Engine, id: &ConnectionId, status: u16) -> DisconnectView {
    answer_both(world, status);
    let view = engine.disconnect(id, false, Channel::App).await.unwrap();
    world.network.sent();
    view
}

async fn signed_in(world: &World, engine: &Engine, id: &ConnectionId) {
    let redirect = world.start(engine, id).await;
    world.network.answer(200, FRESH);
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
    world.network.sent();
}

fn answer_both(world: &World, status: u16) {
    for _ in 0..2 {
        world.network.answer(status, "{}");
    }
}

fn newest(engine: &Engine) -> ActivityKind {
    engine.activity(&Default::default()).unwrap()[0].kind
}

#[tokio::test]
async fn they_are_told_again_until_it_is_done() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    engine.keep_fresh();
    settle().await;
    let view = disconnected(&world, &engine, &id, 503).await;
    assert_eq!((view.revocation, view.tried_again), (Revocation::Failed, true));
    assert_eq!(kind(&engine, &id), StatusKind::NotConnected);
    assert!(!engine.view(&id).unwrap().cautions.is_empty(), "the person is told");
    assert!(!world.vault.snapshot().is_empty());
    answer_both(&world, 200);
    pass(&world, 2).await;
    let sent = world.network.sent();
    assert!(sent.iter().any(|body| body.contains("token=rt-1")), "{sent:?}");
    assert_eq!(newest(&engine), ActivityKind::Revoked);
    assert!(world.vault.snapshot().is_empty(), "nothing is kept once it is done");
    assert!(engine.view(&id).unwrap().cautions.is_empty());
}

#[tokio::test]
async fn the_same_command_tells_it_again_and_a_new_sign_in_is_not_touched() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    disconnected(&world, &engine, &id, 503).await;
    let redirect = world.start(&engine, &id).await;
    world.network.answer(200, FRESH);
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
    world.network.sent();
    assert_eq!(kind(&engine, &id), StatusKind::Connected);
    answer_both(&world, 503);
    answer_both(&world, 503);
    let view = engine.disconnect(&id, false, Channel::Command).await.unwrap();
    assert!(view.tried_again, "both are kept");
    assert_eq!(world.network.sent().len(), 4);
    answer_both(&world, 200);
    answer_both(&world, 200);
    let view = engine.disconnect(&id, false, Channel::Command).await.unwrap();
    assert_eq!((view.revocation, view.tried_again), (Revocation::Revoked, false));
    assert!(world.vault.snapshot().is_empty());
}

#[tokio::test]
async fn an_access_token_that_the_provider_could_not_end_is_told_again() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.network.answer(200, "{}");
    world.network.answer(503, "{}");
    let view = engine.disconnect(&id, false, Channel::App).await.unwrap();
    assert_eq!((view.revocation, view.tried_again), (Revocation::Failed, true));
    world.network.answer(200, "{}");
    world.network.answer(400, r#"{"error":"unsupported_token_type"}"#);
    let view = engine.disconnect(&id, false, Channel::App).await.unwrap();
    assert_eq!((view.revocation, view.tried_again), (Revocation::Revoked, false));
}

#[tokio::test]
async fn tokens_are_ended_as_the_client_they_were_given_to() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let mut draft = engine.draft(&id).unwrap();
    let given_to = std::mem::replace(&mut draft.client_id, "another".into());
    engine.edit(&id, &draft, None, Channel::App).await.unwrap();
    answer_both(&world, 200);
    engine.disconnect(&id, false, Channel::App).await.unwrap();
    let sent = world.network.sent();
    assert!(sent.iter().all(|body| body.contains(&format!("client_id={given_to}"))), "{sent:?}");
}

#[tokio::test]
async fn a_refusal_is_not_asked_for_again_and_after_three_days_it_is_given_up() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let view = disconnected(&world, &engine, &id, 400).await;
    assert_eq!((view.revocation, view.tried_again), (Revocation::Failed, false));
    assert!(world.vault.snapshot().is_empty());

    let away = world.connected_as(&engine, world.named("away")).await;
    for _ in 0..15 {
        assert!(disconnected(&world, &engine, &away, 503).await.tried_again);
        world.clock.forward(5 * 3_600);
    }
    let view = disconnected(&world, &engine, &away, 503).await;
    assert!(!view.tried_again);
    assert_eq!(newest(&engine), ActivityKind::RevocationGivenUp);
    assert!(!world.vault.snapshot().contains_key(&away.0));
}

#[tokio::test]
async fn days_in_which_the_machine_was_off_are_not_days_of_trying() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    assert!(disconnected(&world, &engine, &id, 503).await.tried_again);
    drop(engine);
    world.clock.forward(4 * 86_400);
    let engine = world.engine();
    world.network.fail(HttpErrorKind::NameResolution);
    engine.keep_fresh();
    settle().await;
    assert_eq!(world.network.sent().len(), 1, "the network is not up yet");
    answer_both(&world, 200);
    pass(&world, 25).await;
    assert_eq!(newest(&engine), ActivityKind::Revoked);
}

#[tokio::test]
async fn they_are_told_to_no_other_server() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    disconnected(&world, &engine, &id, 503).await;
    let mut draft = engine.draft(&id).unwrap();
    draft.vars.insert("host".into(), "gitlab.evil.example".into());
    assert_eq!(engine.edit(&id, &draft, None, Channel::App).await.unwrap_err().code, Code::InvalidInput);
    assert!(world.network.sent().is_empty());
}

#[tokio::test]
async fn forgetting_tells_them_once_more_and_says_what_came_of_it() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    disconnected(&world, &engine, &id, 503).await;
    answer_both(&world, 503);
    let view = engine.disconnect(&id, true, Channel::App).await.unwrap();
    assert_eq!((view.revocation, view.tried_again, view.forgotten), (Revocation::Failed, false, true));
    assert!(!world.network.sent().is_empty() && world.vault.snapshot().is_empty());
}

#[tokio::test]
async fn what_the_vault_does_not_have_is_told_when_it_is_there_again() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    engine.keep_fresh();
    settle().await;
    disconnected(&world, &engine, &id, 503).await;
    world.vault.hide(Some(&id));
    for _ in 0..12 {
        pass(&world, 25).await;
    }
    assert!(world.network.sent().is_empty() && !engine.view(&id).unwrap().cautions.is_empty());
    let lines = engine.activity(&Default::default()).unwrap();
    let said = lines.iter().filter(|line| line.code == Some(Code::VaultItemMissing)).count();
    assert_eq!((said, newest(&engine)), (1, ActivityKind::RevocationFailed), "one line, however often");
    world.vault.hide(None);
    answer_both(&world, 200);
    for _ in 0..12 {
        pass(&world, 25).await;
    }
    assert_eq!(newest(&engine), ActivityKind::Revoked);
    assert!(world.vault.snapshot().is_empty() && engine.view(&id).unwrap().cautions.is_empty());
}

#[tokio::test]
async fn what_stays_missing_is_given_up_after_three_days_and_said() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    disconnected(&world, &engine, &id, 503).await;
    world.vault.restore(std::collections::HashMap::new());
    for _ in 0..15 {
        assert!(engine.disconnect(&id, false, Channel::Command).await.unwrap().tried_again);
        world.clock.forward(5 * 3_600);
    }
    let view = engine.disconnect(&id, false, Channel::Command).await.unwrap();
    assert_eq!((view.revocation, view.tried_again), (Revocation::Failed, false));
    assert_eq!(newest(&engine), ActivityKind::RevocationGivenUp);
    assert!(engine.view(&id).unwrap().cautions.is_empty());
}

#[tokio::test]
async fn a_disconnect_of_missing_tokens_says_that_they_may_live_on() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.vault.restore(std::collections::HashMap::new());
    let view = engine.disconnect(&id, false, Channel::App).await.unwrap();
    assert_eq!(view.revocation, Revocation::Failed);
    assert_eq!(view.problem.unwrap().code, Code::VaultItemMissing.as_str());
    assert_eq!(kind(&engine, &id), StatusKind::NotConnected);
}

/// Whatever somebody does with the connection, its tokens are not in use again.
async fn stays_disconnected(world: &World, engine: &Engine, id: &ConnectionId) {
    assert_eq!(token(engine, id).await, Err(Code::NotConnected));
    assert_eq!(engine.refresh(id, Channel::App).await.unwrap_err().code, Code::NotConnected);
    engine.snapshot().await.unwrap();
    assert_eq!(kind(engine, id), StatusKind::NotConnected);
    assert!(world.network.sent().is_empty());
}

#[tokio::test]
async fn tokens_that_come_back_after_a_disconnect_are_revoked_and_not_adopted() {
    let world = World::new();
    let dies = world.engine();
    let id = world.connected(&dies).await;
    // The vault is ahead of the database, which nobody sees either.
    world.network.answer(200, FRESH);
    world.refuse_records_with(r#""refresh":"idle""#);
    dies.refresh(&id, Channel::App).await.unwrap_err();
    world.accept_all_records();
    drop(dies);
    world.network.sent();
    world.vault.hide(Some(&id));
    let engine = world.engine();
    let view = engine.disconnect(&id, false, Channel::App).await.unwrap();
    assert_eq!((view.revocation, view.tried_again), (Revocation::Failed, true));
    world.vault.hide(None);
    stays_disconnected(&world, &engine, &id).await;
    answer_both(&world, 200);
    engine.keep_fresh();
    settle().await;
    pass(&world, 2).await;
    let sent = world.network.sent();
    assert!(sent.iter().any(|body| body.contains("token=rt-2")), "{sent:?}");
    assert_eq!(newest(&engine), ActivityKind::Revoked);
    assert!(world.vault.snapshot().is_empty() && engine.view(&id).unwrap().cautions.is_empty());
    stays_disconnected(&world, &engine, &id).await;
}

#[tokio::test]
async fn a_sign_in_that_was_cut_short_brings_no_tokens_after_a_disconnect() {
    for is_late in [false, true] {
        let world = World::new();
        let dies = world.engine();
        let id = world.add(&dies).await;
        let redirect = world.start(&dies, &id).await;
        world.network.answer(200, FRESH);
        world.refuse_records_with(r#""settled":{"authorized""#);
        let refusal = dies.deliver(&redirect, Channel::DeepLink).await.unwrap_err();
        assert_eq!(refusal.problem.code, Code::StoreFailed, "and the vault has them");
        drop(dies);
        world.accept_all_records();
        world.network.sent();
        world.vault.hide(Some(&id));
        let engine = world.engine();
        if is_late {
            world.clock.forward(400);
            engine.snapshot().await.unwrap();
            assert_eq!(kind(&engine, &id), StatusKind::NotConnected, "nothing has come of it");
        }
        let view = engine.disconnect(&id, false, Channel::App).await.unwrap();
        let told = if is_late { Revocation::Unknown } else { Revocation::Failed };
        assert_eq!((view.revocation, view.tried_again), (told, !is_late));
        world.vault.hide(None);
        stays_disconnected(&world, &engine, &id).await;
        answer_both(&world, 200);
        engine.keep_fresh();
        settle().await;
        pass(&world, 2).await;
        let sent = world.network.sent();
        assert!(sent.iter().any(|body| body.contains("token=rt-2")), "{sent:?}");
        assert!(world.vault.snapshot().is_empty() && engine.view(&id).unwrap().cautions.is_empty());
        assert_eq!(newest(&engine), ActivityKind::Revoked, "they were found");
        stays_disconnected(&world, &engine, &id).await;
    }
}

#[tokio::test]
async fn a_copy_of_ended_tokens_is_known_for_good_and_a_new_sign_in_is_not_taken_for_one() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let copy = world.vault.snapshot();
    disconnected(&world, &engine, &id, 200).await;
    world.vault.restore(copy);
    stays_disconnected(&world, &engine, &id).await;
    assert!(!engine.view(&id).unwrap().cautions.is_empty(), "they are to be ended again");

    world.clock.forward(1);
    let redirect = world.start(&engine, &id).await;
    world.network.answer(200, FRESH);
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
    assert_eq!(token(&world.engine(), &id).await.unwrap(), "at-2");
    world.network.sent();
    engine.keep_fresh();
    answer_both(&world, 200);
    settle().await;
    pass(&world, 2).await;
    let sent = world.network.sent();
    assert!(sent.iter().any(|body| body.contains("token=rt-1")), "{sent:?}");
    assert_eq!(token(&engine, &id).await.unwrap(), "at-2");
}

/// A disconnect whose process ends once the provider has answered, before any of it is written down.
async fn cut_short_after_the_answer(world: &World, id: &ConnectionId) {
    let dies = world.engine();
    let gate = world.network.hold();
    answer_both(world, 200);
    let theirs = id.clone();
    let disconnect = tokio::spawn(async move { dies.disconnect(&theirs, false, Channel::App).await });
    settle().await;
    world.refuse_records_with("");
    gate.add_permits(1);
    disconnect.await.unwrap().unwrap_err();
    world.accept_all_records();
    world.network.sent();
}

#[tokio::test]
async fn what_was_revoked_before_its_process_died_is_not_said_to_live_on() {
    for is_again in [false, true] {
        for (answer, revocation, line) in [
            (200, Revocation::Revoked, ActivityKind::Revoked),
            // Not all servers hold to RFC 7009 §2.2.
            (400, Revocation::Unknown, ActivityKind::RevocationUnknown),
        ] {
            let world = World::new();
            let engine = world.engine();
            let id = world.connected(&engine).await;
            if is_again {
                assert!(disconnected(&world, &engine, &id, 503).await.tried_again);
            }
            cut_short_after_the_answer(&world, &id).await;
            let view = disconnected(&world, &engine, &id, answer).await;
            assert_eq!((view.revocation, view.tried_again), (revocation, false));
            let lines = engine.activity(&Default::default()).unwrap();
            assert!(lines.iter().any(|told| told.kind == line), "{lines:?}");
            assert!(world.vault.snapshot().is_empty());
            assert_eq!(kind(&engine, &id), StatusKind::NotConnected);
        }
    }
}

#[tokio::test]
async fn what_was_told_and_could_not_be_deleted_is_not_told_again() {
    for is_deleted_after_all in [false, true] {
        for by_itself in [false, true] {
            let world = World::new();
            let engine = world.engine();
            let id = world.connected(&engine).await;
            world.vault.refuse_writes(true);
            answer_both(&world, 200);
            let refused = engine.disconnect(&id, false, Channel::App).await;
            assert_eq!(refused.unwrap_err().code, Code::VaultLocked);
            world.network.sent();
            world.vault.refuse_writes(false);
            if is_deleted_after_all {
                world.vault.restore(std::collections::HashMap::new());
            }
            let next = world.engine();
            if by_itself {
                next.keep_fresh();
                settle().await;
                pass(&world, 2).await;
            } else {
                let view = next.disconnect(&id, false, Channel::Command).await.unwrap();
                assert_eq!((view.revocation, view.tried_again), (Revocation::Revoked, false));
            }
            assert!(world.network.sent().is_empty() && world.vault.snapshot().is_empty());
            assert_eq!(kind(&next, &id), StatusKind::NotConnected);
            assert!(next.view(&id).unwrap().cautions.is_empty());
            let lines = next.activity(&Default::default()).unwrap();
            let told = lines.iter().filter(|line| line.kind == ActivityKind::Revoked).count();
            assert_eq!((told, newest(&next)), (1, ActivityKind::Disconnected));
        }
    }
}

#[tokio::test]
async fn an_answer_that_was_lost_is_no_refusal() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.network.fail(HttpErrorKind::Timeout);
    assert!(engine.disconnect(&id, false, Channel::App).await.unwrap().tried_again);
    let view = disconnected(&world, &engine, &id, 400).await;
    assert_eq!((view.revocation, view.tried_again), (Revocation::Unknown, false));
    assert_eq!(newest(&engine), ActivityKind::RevocationUnknown);
}

#[tokio::test]
async fn unsaved_tokens_that_were_not_revoked_are_kept_for_that() {
    for by_another in [false, true] {
        let world = World::new();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        world.vault.refuse_writes(true);
        world.network.answer(200, FRESH);
        engine.refresh(&id, Channel::App).await.unwrap_err();
        answer_both(&world, 503);
        let refused = engine.disconnect(&id, false, Channel::App).await;
        assert_eq!(refused.unwrap_err().code, Code::VaultLocked);
        assert_eq!(token(&engine, &id).await, Err(Code::NotConnected));
        assert!(engine.is_busy(), "they would end with this process");
        world.vault.refuse_writes(false);
        world.network.sent();
        if by_another {
            let patience = std::time::Duration::from_secs(3);
            assert!(engine.save_all_before_the_end(patience, Channel::App).await.is_empty());
        }
        let next = if by_another { world.engine() } else { engine };
        answer_both(&world, 200);
        next.disconnect(&id, false, Channel::App).await.unwrap();
        let sent = world.network.sent();
        assert!(sent.iter().any(|body| body.contains("token=rt-2")), "{sent:?}");
        assert_eq!(kind(&next, &id), StatusKind::NotConnected);
        assert!(world.vault.snapshot().is_empty());
    }
}

#[tokio::test]
async fn newer_tokens_that_were_lost_are_not_said_to_be_revoked() {
    let kept = r#"{"access_token":"at-2","token_type":"bearer","expires_in":7200}"#;
    for (before, revocation, line) in [
        (FRESH, Revocation::Unknown, ActivityKind::RevocationUnknown),
        // One that does not rotate has lost nothing but an access token.
        (kept, Revocation::Revoked, ActivityKind::Revoked),
    ] {
        let world = World::new();
        world.does_not_say_whether_it_rotates();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        world.network.answer(200, before);
        engine.refresh(&id, Channel::App).await.unwrap();
        world.network.fail(HttpErrorKind::Timeout);
        engine.refresh(&id, Channel::App).await.unwrap_err();
        let view = disconnected(&world, &engine, &id, 200).await;
        assert_eq!((view.revocation, view.tried_again), (revocation, false));
        let lines = engine.activity(&Default::default()).unwrap();
        assert!(lines.iter().any(|told| told.kind == line), "{lines:?}");
        assert_eq!(kind(&engine, &id), StatusKind::NotConnected);
    }
}

#[tokio::test]
async fn that_newer_tokens_were_lost_is_remembered_until_the_disconnect_is_over() {
    for until in ["told again", "finished", "there again", "there after all"] {
        let world = World::new();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        world.network.answer(200, FRESH);
        engine.refresh(&id, Channel::App).await.unwrap();
        world.network.fail(HttpErrorKind::Timeout);
        engine.refresh(&id, Channel::App).await.unwrap_err();
        match until {
            "told again" => assert!(disconnected(&world, &engine, &id, 503).await.tried_again),
            "finished" => cut_short_after_the_answer(&world, &id).await,
            "there after all" => {
                world.vault.refuse_writes(true);
                answer_both(&world, 200);
                engine.disconnect(&id, false, Channel::App).await.unwrap_err();
                world.vault.refuse_writes(false);
                world.vault.hide(Some(&id));
                engine.disconnect(&id, false, Channel::App).await.unwrap();
                world.vault.hide(None);
            }
            _ => {
                world.vault.hide(Some(&id));
                assert!(engine.disconnect(&id, false, Channel::App).await.unwrap().tried_again);
                world.vault.hide(None);
            }
        }
        let view = disconnected(&world, &engine, &id, 200).await;
        assert_eq!(view.revocation, Revocation::Unknown, "{until}");
        assert_eq!(view.problem.unwrap().code, Code::RefreshInterrupted.as_str());

        // It says nothing of the tokens of a later sign-in.
        let redirect = world.start(&engine, &id).await;
        world.network.answer(200, FRESH);
        engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
        let view = disconnected(&world, &engine, &id, 200).await;
        assert_eq!(view.revocation, Revocation::Revoked, "{until}");
    }
}

#[tokio::test]
async fn unsaved_tokens_that_end_with_their_disconnect_are_not_said_to_be_revoked() {
    let world = World::new();
    let dies = world.engine();
    let id = world.connected(&dies).await;
    world.vault.refuse_writes(true);
    world.network.answer(200, FRESH);
    dies.refresh(&id, Channel::App).await.unwrap_err();
    let _gate = world.network.hold();
    let theirs = id.clone();
    let disconnect = tokio::spawn(async move { dies.disconnect(&theirs, false, Channel::App).await });
    settle().await;
    disconnect.abort();
    disconnect.await.unwrap_err();
    world.vault.refuse_writes(false);
    world.network.sent();
    let view = disconnected(&world, &world.engine(), &id, 200).await;
    assert_eq!(view.revocation, Revocation::Unknown);
}

#[tokio::test]
async fn tokens_that_ended_with_their_process_are_not_said_to_be_revoked() {
    let world = World::new();
    let dies = world.engine();
    let id = world.connected(&dies).await;
    world.vault.refuse_writes(true);
    world.network.answer(200, FRESH);
    dies.refresh(&id, Channel::App).await.unwrap_err();
    drop(dies);
    world.vault.refuse_writes(false);
    let view = disconnected(&world, &world.engine(), &id, 200).await;
    assert_eq!(view.revocation, Revocation::Unknown);
    assert_eq!(view.problem.unwrap().code, Code::RefreshInterrupted.as_str());
}

/// A second sign-in whose tokens are in one process's memory only, which ends.
async fn lost_sign_in(world: &World, id: &ConnectionId, answer: &str) {
    let dies = world.engine();
    let redirect = world.start(&dies, id).await;
    world.vault.refuse_writes(true);
    world.network.answer(200, answer);
    let refusal = dies.deliver(&redirect, Channel::DeepLink).await.unwrap_err();
    assert_eq!(refusal.problem.code, Code::Unsaved);
    world.network.sent();
}

#[tokio::test]
async fn a_sign_in_whose_tokens_were_lost_is_not_said_to_be_revoked() {
    const SHORT: &str = r#"{"access_token":"at-9","token_type":"bearer","expires_in":60}"#;
    for (answer, then, revocation) in [
        (FRESH, "those before", Revocation::Unknown),
        (FRESH, "renewed", Revocation::Unknown),
        (FRESH, "another sign-in", Revocation::Unknown),
        (FRESH, "a late write", Revocation::Revoked),
        (SHORT, "its end", Revocation::Revoked),
    ] {
        let world = World::new();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        world.clock.forward(10);
        lost_sign_in(&world, &id, answer).await;
        world.vault.refuse_writes(false);
        world.clock.forward(10);
        match then {
            "a late write" => world.vault.write_late(),
            "another sign-in" => signed_in(&world, &engine, &id).await,
            "its end" => world.clock.forward(60),
            _ => {}
        }
        token(&engine, &id).await.unwrap();
        match then {
            "renewed" => {
                world.network.answer(200, FRESH);
                engine.refresh(&id, Channel::App).await.unwrap();
            }
            "those before" | "its end" => {
                world.network.answer(503, "");
                engine.refresh(&id, Channel::App).await.unwrap_err();
            }
            _ => {}
        }
        let view = disconnected(&world, &engine, &id, 200).await;
        assert_eq!((view.revocation, view.tried_again), (revocation, false), "{then}");
        if revocation == Revocation::Unknown {
            let why = view.problem.unwrap().cause;
            assert!(why.as_ref().is_some_and(|why| why.contains("sign-in at 2")), "{then}: {why:?}");
        }
        // It is said once.
        signed_in(&world, &engine, &id).await;
        assert_eq!(disconnected(&world, &engine, &id, 200).await.revocation, Revocation::Revoked, "{then}");
    }
}

#[tokio::test]
async fn that_a_sign_in_was_lost_is_remembered_until_the_disconnect_is_over() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.clock.forward(10);
    lost_sign_in(&world, &id, FRESH).await;
    world.vault.refuse_writes(false);
    token(&engine, &id).await.unwrap();
    assert!(disconnected(&world, &engine, &id, 503).await.tried_again);
    let view = disconnected(&world, &engine, &id, 200).await;
    assert_eq!((view.revocation, view.tried_again), (Revocation::Unknown, false));
}

/// A sign-in whose process dies while the provider is answering.
async fn dies_in_the_exchange(world: &World, id: &ConnectionId) {
    let dies = world.engine();
    let redirect = world.start(&dies, id).await;
    let _gate = world.network.hold();
    let exchange = tokio::spawn(async move { dies.deliver(&redirect, Channel::DeepLink).await });
    settle().await;
    exchange.abort();
    exchange.await.unwrap_err();
    world.network.sent();
}

#[tokio::test]
async fn a_sign_in_whose_exchange_died_is_not_said_to_be_revoked() {
    for then in ["its time passes", "it is cancelled", "another sign-in", "the disconnect"] {
        let world = World::new();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        world.clock.forward(10);
        dies_in_the_exchange(&world, &id).await;
        world.clock.forward(10);
        match then {
            "its time passes" => {
                world.clock.forward(400);
                engine.snapshot().await.unwrap();
                assert_eq!(token(&engine, &id).await.unwrap(), "at-1", "what was is again");
            }
            "it is cancelled" => engine.cancel(&id, Channel::App).await.unwrap(),
            "another sign-in" => signed_in(&world, &engine, &id).await,
            _ => {}
        }
        let view = disconnected(&world, &engine, &id, 200).await;
        assert_eq!((view.revocation, view.tried_again), (Revocation::Unknown, false), "{then}");
    }
}

#[tokio::test]
async fn a_first_sign_in_whose_exchange_died_may_have_brought_tokens() {
    let world = World::new();
    let engine = world.engine();
    let id = world.add(&engine).await;
    dies_in_the_exchange(&world, &id).await;
    world.clock.forward(400);
    engine.snapshot().await.unwrap();
    let view = engine.disconnect(&id, false, Channel::Command).await.unwrap();
    assert_eq!((view.revocation, view.tried_again), (Revocation::Unknown, false));
    let again = engine.disconnect(&id, false, Channel::Command).await.unwrap();
    assert_eq!(again.revocation, Revocation::Nothing, "it is said once");
}

#[tokio::test]
async fn a_vault_that_is_away_does_not_say_that_a_sign_in_brought_nothing() {
    let world = World::new();
    let dies = world.engine();
    let id = world.add(&dies).await;
    let redirect = world.start(&dies, &id).await;
    world.network.answer(200, FRESH);
    world.refuse_records_with(r#""settled":{"authorized""#);
    dies.deliver(&redirect, Channel::DeepLink).await.unwrap_err();
    drop(dies);
    world.accept_all_records();
    world.clock.forward(400);
    world.vault.take_away(true);
    let engine = world.engine();
    engine.snapshot().await.unwrap();
    assert_eq!(kind(&engine, &id), StatusKind::ActionNeeded, "nobody has looked");
    world.vault.take_away(false);
    engine.snapshot().await.unwrap();
    assert_eq!(kind(&engine, &id), StatusKind::Connected);
    assert_eq!(token(&engine, &id).await.unwrap(), "at-2");
}

#[tokio::test]
async fn a_doubt_about_one_revocation_is_not_forgotten_over_another() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.network.fail(HttpErrorKind::Timeout);
    assert!(engine.disconnect(&id, false, Channel::App).await.unwrap().tried_again);
    signed_in(&world, &engine, &id).await;
    world.network.sent();
    world.network.answer(400, "{}");
    world.network.answer(400, "{}");
    answer_both(&world, 200);
    let view = engine.disconnect(&id, false, Channel::App).await.unwrap();
    assert_eq!((view.revocation, view.tried_again), (Revocation::Unknown, false));
}
