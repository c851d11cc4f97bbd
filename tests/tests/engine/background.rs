//! Refreshes that nobody asks for.

use std::time::Duration;

use tokenrack_core::connection::{ClientAuthentication, ConnectionId, GrantType};
use tokenrack_core::engine::{ConnectOptions, Engine};
use tokenrack_core::event::{Channel, EngineEvent, UnderWay, Unfinished};
use tokenrack_core::ports::{Clock as _, HttpErrorKind};
use tokenrack_core::problem::Code;
use tokenrack_core::view::{ConnectionView, Draft, StatusKind};
use tokenrack_oauth::secret::{ClientSecret, RefreshToken};

use super::world::World;
use super::{FRESH, token};

/// Lets everything run that can: the test's clock stands still meanwhile, the lock and the database take real time.
pub async fn settle() {
    tokio::time::sleep(Duration::from_millis(250)).await;
}

/// A process that refreshes by itself, with one connection for two hours.
async fn keeping(world: &World) -> (Engine, ConnectionId) {
    let engine = world.engine();
    let id = world.connected(&engine).await;
    engine.keep_fresh();
    settle().await;
    (engine, id)
}

fn view(engine: &Engine, id: &ConnectionId) -> ConnectionView {
    engine.view(id).unwrap()
}

pub async fn pass(world: &World, seconds: i64) {
    world.clock.forward(seconds);
    settle().await;
}

/// To the moment between 330 and 270 s before the end of two hours at which the token is due; what was sent then.
/// In small steps: a leap is taken for a wake-up from sleep.
async fn until_due(world: &World) -> usize {
    until_due_in(world, 7200).await
}

/// The same for another life.
async fn until_due_in(world: &World, seconds: i64) -> usize {
    pass(world, seconds - 340).await;
    assert!(world.network.sent().is_empty(), "nothing is due yet");
    for _ in 0..5 {
        pass(world, 15).await;
        match world.network.sent().len() {
            0 => {}
            sent => return sent,
        }
    }
    0
}

#[tokio::test]
async fn a_token_is_renewed_before_its_end_and_not_sooner() {
    let world = World::new();
    let (engine, id) = keeping(&world).await;
    world.network.answer(200, FRESH);
    assert_eq!(until_due(&world).await, 1);
    assert_eq!(view(&engine, &id).status.kind, StatusKind::Connected);
    assert_eq!(token(&engine, &id).await.unwrap(), "at-2");
    let record = engine.activity(&Default::default()).unwrap();
    assert!(record.iter().any(|line| line.channel == Channel::Engine), "the record says who asked");
}

/// The access token lives for a day, the refresh token for half an hour: from its last use, or from the sign-in.
#[tokio::test]
async fn a_session_is_used_before_it_ends_of_idleness_if_that_helps() {
    for (way, again_after, stays) in
        [("redirect", 0, false), ("import", 0, false), ("redirect", 30, false), ("redirect", 30, true)]
    {
        let world = World::new();
        let engine = world.engine();
        let answer = |left: i64| {
            let tokens = format!(
                r#"{{"access_token":"at-1","refresh_token":"rt-1","token_type":"bearer","expires_in":86400,
                    "refresh_token_expires_in":{left}}}"#
            );
            world.network.answer(200, &tokens);
        };
        let sign_in = async || match way {
            "redirect" => {
                let id = world.add(&engine).await;
                let redirect = world.start(&engine, &id).await;
                engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
                id
            }
            _ => {
                let (draft, brought) = (world.draft(Draft::default()), RefreshToken::new("rt-0".into()));
                engine.import(&draft, None, brought, Channel::Command).await.unwrap().id
            }
        };
        answer(1800);
        // Between the redirect and the exchange of its code too.
        world.clock.run();
        let id = sign_in().await;
        world.clock.stand_still();
        let left = if stays { 1800 - again_after } else { 1800 };
        if again_after > 0 {
            world.clock.forward(again_after);
            answer(left);
            engine.refresh(&id, Channel::App).await.unwrap();
        }
        engine.keep_fresh();
        settle().await;
        world.network.sent();

        answer(if stays { 300 } else { 1800 });
        assert_eq!(until_due_in(&world, left).await, 1, "{way}, again after {again_after} s");
        answer(1800);
        let again = until_due_in(&world, if stays { 300 + 340 } else { 1800 }).await;
        assert_eq!(again, usize::from(!stays), "{way}: where the end stays, to use it again is no help");
    }
}

#[tokio::test]
async fn a_failure_is_tried_again_and_says_when() {
    let world = World::new();
    let (engine, id) = keeping(&world).await;
    world.network.answer_after(503, 60);
    assert_eq!(until_due(&world).await, 1);
    pass(&world, 29).await;
    pass(&world, 29).await;
    let status = view(&engine, &id).status;
    assert_eq!(status.kind, StatusKind::Retrying);
    assert!(status.until.is_some(), "a person sees when the next try is");
    assert_eq!(token(&engine, &id).await.unwrap(), "at-1", "the token works meanwhile");
    world.network.answer(200, FRESH);
    pass(&world, 3).await;
    assert_eq!(world.network.sent().len(), 1);
    assert_eq!(view(&engine, &id).status.kind, StatusKind::Connected);
}

#[tokio::test]
async fn a_server_that_asks_to_wait_is_not_asked_before() {
    let world = World::new();
    let (_engine, _) = keeping(&world).await;
    world.network.answer_after(503, 90);
    assert_eq!(until_due(&world).await, 1);
    pass(&world, 89).await;
    assert!(world.network.sent().is_empty());
    world.network.answer(200, FRESH);
    pass(&world, 2).await;
    assert_eq!(world.network.sent().len(), 1);
}

#[tokio::test]
async fn the_next_try_that_is_shown_is_after_the_rest_another_connection_was_asked_for() {
    let world = World::new();
    let engine = world.engine();
    let first = world.connected(&engine).await;
    let second = world.connected_as(&engine, world.named("second")).await;
    world.clock.forward(7200 - 200);
    world.network.answer(503, "");
    engine.refresh(&first, Channel::App).await.unwrap_err();
    world.network.answer_after(503, 100);
    engine.refresh(&second, Channel::App).await.unwrap_err();
    world.network.sent();
    let mut events = engine.subscribe();
    engine.keep_fresh();
    settle().await;
    let until = |id| view(&engine, id).status.until.unwrap().to_string();
    assert_eq!(
        (until(&first), until(&second)),
        ("2026-01-01T13:58:20Z".into(), "2026-01-01T13:58:20Z".into())
    );

    while events.try_recv().is_ok() {}
    world.network.answer_after(503, 150);
    engine.refresh(&second, Channel::App).await.unwrap_err();
    assert_eq!(until(&first), "2026-01-01T13:59:10Z");
    let mut told = Vec::new();
    while let Ok(event) = events.try_recv() {
        let EngineEvent::Connections { changed, .. } = event else { continue };
        told.extend(changed.into_iter().filter(|view| view.id == first));
    }
    assert_eq!(told.pop().unwrap().status.until, view(&engine, &first).status.until, "faces hear of it");
    world.network.sent();
    pass(&world, 20).await;
    assert!(world.network.sent().is_empty(), "and it is true");
}

#[tokio::test]
async fn no_try_is_shown_before_the_rest_of_a_host_that_failed() {
    let world = World::new();
    let engine = world.engine();
    let first = world.connected(&engine).await;
    let second = world.connected_as(&engine, world.named("second")).await;
    world.clock.forward(7200 - 200);
    for _ in 0..40 {
        world.network.answer(503, "");
    }
    let mut events = engine.subscribe();
    engine.keep_fresh();
    settle().await;
    let mut waited = 0;
    for _ in 0..12 {
        let shown = [&first, &second].map(|id| view(&engine, id).status.until.unwrap());
        let next = shown.into_iter().min().unwrap();
        let span = next.duration_since(world.clock.now()).as_secs();
        world.network.sent();
        if span > 1 {
            pass(&world, span - 1).await;
            assert_eq!(world.network.sent().len(), 0, "not before {next}");
            waited += 1;
        }
        pass(&world, 2).await;
        assert!(!world.network.sent().is_empty(), "at {next}");
        let mut told = Vec::new();
        while let Ok(event) = events.try_recv() {
            let EngineEvent::Connections { changed, .. } = event else { continue };
            told.extend(changed);
        }
        for id in [&first, &second] {
            let told = told.iter().rev().find(|view| view.id == *id).map(|view| view.status.until);
            assert!(told.is_none_or(|until| until == view(&engine, id).status.until), "faces hear of it");
        }
    }
    assert!(waited > 3);
}

/// Ten that fail keep their host at rest for five minutes at a time.
#[tokio::test]
async fn a_connection_that_works_is_renewed_in_time_beside_many_that_fail_at_its_host() {
    let world = World::new();
    let engine = world.engine();
    let mut all = vec![];
    for n in 0..11 {
        all.push(world.add_as(&engine, world.named(&format!("c{n}"))).await);
    }
    all.sort();
    let works = all[10].clone();
    let tokens = |number: usize, seconds: i64| {
        format!(
            r#"{{"access_token":"at-{number}","refresh_token":"rt-of-{number}-","token_type":"bearer",
                "expires_in":{seconds}}}"#
        )
    };
    for (number, id) in all.iter().enumerate() {
        let redirect = world.start(&engine, id).await;
        world.network.answer(200, &tokens(number, if *id == works { 3600 } else { 600 }));
        engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
        match *id == works {
            true => world.network.answer_always("rt-of-10-", 200, &tokens(10, 3600)),
            false => world.network.answer_always(&format!("rt-of-{number}-"), 502, ""),
        }
    }
    let first_end = view(&engine, &works).expires_at.unwrap();
    world.network.sent();
    engine.keep_fresh();
    let mut failed = 0;
    while world.clock.now() < first_end {
        world.clock.forward(25);
        tokio::time::sleep(Duration::from_millis(30)).await;
        failed += world.network.sent().iter().filter(|sent| !sent.contains("rt-of-10-")).count();
    }
    // The rest that was running when it became due may have been the longest.
    pass(&world, 25).await;
    pass(&world, 25).await;
    assert!(failed > 20, "the others were tried all the time: {failed}");
    let end = view(&engine, &works).expires_at.unwrap();
    assert!(end > world.clock.now(), "renewed at the end of {first_end}, before those that fail");
}

#[tokio::test]
async fn what_ended_while_offline_is_offline_and_renewed_when_the_network_is_up() {
    let world = World::new();
    let (engine, id) = keeping(&world).await;
    for _ in 0..40 {
        world.network.fail(HttpErrorKind::NameResolution);
    }
    for _ in 0..3 {
        pass(&world, 3600).await;
        pass(&world, 4).await;
    }
    assert_eq!(view(&engine, &id).status.kind, StatusKind::Offline);
    world.network.forget_answers();
    world.network.answer(200, FRESH);
    world.network.sent();
    world.online.comes_up();
    settle().await;
    pass(&world, 6).await;
    assert_eq!(world.network.sent().len(), 1, "at once, not after the rest of five minutes");
    assert_eq!(view(&engine, &id).status.kind, StatusKind::Connected);
}

#[tokio::test]
async fn a_machine_that_wakes_up_gives_its_network_a_moment() {
    let world = World::new();
    let (_engine, _) = keeping(&world).await;
    world.network.answer(200, FRESH);
    world.clock.forward(86_400);
    settle().await;
    assert!(world.network.sent().is_empty());
    world.clock.forward(4);
    settle().await;
    assert_eq!(world.network.sent().len(), 1);
}

#[tokio::test]
async fn only_a_person_mends_a_refused_grant_or_client() {
    for (answer, kind) in [
        (r#"{"error":"invalid_grant"}"#, StatusKind::ActionNeeded),
        (r#"{"error":"invalid_client"}"#, StatusKind::ProviderError),
    ] {
        let world = World::new();
        let (engine, id) = keeping(&world).await;
        world.network.answer(400, answer);
        assert_eq!(until_due(&world).await, 1);
        assert_eq!(view(&engine, &id).status.kind, kind);
        pass(&world, 86_400).await;
        pass(&world, 10).await;
        assert!(world.network.sent().is_empty(), "{kind:?} is not asked about again");
    }
}

#[tokio::test]
async fn one_request_at_a_time_for_a_host() {
    let world = World::new();
    let engine = world.engine();
    let first = world.connected(&engine).await;
    let second = world.connected_as(&engine, world.named("second")).await;
    engine.keep_fresh();
    settle().await;
    let gate = world.network.hold();
    world.network.answer(200, FRESH);
    world.network.answer(200, FRESH);
    assert_eq!(until_due(&world).await, 1);
    pass(&world, 29).await;
    pass(&world, 29).await;
    assert!(world.network.sent().is_empty(), "the other waits for its turn");
    gate.add_permits(1);
    settle().await;
    assert_eq!(world.network.sent().len(), 1);
    for id in [first, second] {
        assert_eq!(view(&engine, &id).status.kind, StatusKind::Connected);
    }
}

#[tokio::test]
async fn tokens_that_wait_for_the_vault_are_saved_when_it_takes_them() {
    let world = World::new();
    let (engine, id) = keeping(&world).await;
    world.network.answer(200, FRESH);
    world.vault.refuse_writes(true);
    assert_eq!(until_due(&world).await, 1);
    pass(&world, 0).await;
    assert_eq!(view(&engine, &id).status.kind, StatusKind::Unsaved);
    for _ in 0..3 {
        pass(&world, 10).await;
    }
    assert_eq!(view(&engine, &id).status.kind, StatusKind::Unsaved);
    world.vault.refuse_writes(false);
    pass(&world, 20).await;
    assert_eq!(view(&engine, &id).status.kind, StatusKind::Connected);
    assert!(world.network.sent().is_empty(), "the provider is not asked again");
    assert_eq!(token(&world.engine(), &id).await.unwrap(), "at-2");
}

#[tokio::test]
async fn tokens_that_the_database_refuses_too_are_saved_when_both_take_them() {
    for is_second in [false, true] {
        let world = World::new();
        let engine = world.engine();
        let id = if is_second { world.connected(&engine).await } else { world.add(&engine).await };
        engine.keep_fresh();
        settle().await;
        pass(&world, 10).await;
        let redirect = world.start(&engine, &id).await;
        world.vault.refuse_writes(true);
        world.refuse_records_with("vault/unsaved");
        world.network.answer(200, FRESH);
        engine.deliver(&redirect, Channel::DeepLink).await.unwrap_err();
        for _ in 0..6 {
            pass(&world, 10).await;
            assert_eq!(view(&engine, &id).status.kind, StatusKind::Unsaved);
        }
        assert_eq!(engine.shown()[0].status.kind, StatusKind::Unsaved, "faces are told");
        world.vault.refuse_writes(false);
        world.accept_all_records();
        for _ in 0..4 {
            pass(&world, 20).await;
        }
        assert_eq!(view(&engine, &id).status.kind, StatusKind::Connected);
        assert_eq!(world.network.sent().len(), 1, "the provider is not asked again");
        assert_eq!(token(&world.engine(), &id).await.unwrap(), "at-2");
    }
}

#[tokio::test]
async fn what_a_dead_process_left_in_flight_is_tried_once_and_told_truly() {
    let world = World::new();
    let dying = world.engine();
    let id = world.connected(&dying).await;
    let _gate = world.network.hold();
    let (engine, other) = (dying.clone(), id.clone());
    let task = tokio::spawn(async move { engine.refresh(&other, Channel::App).await });
    settle().await;
    let watching = world.engine();
    assert_eq!(view(&watching, &id).status.kind, StatusKind::Refreshing);
    task.abort();
    let _ = task.await;
    assert_eq!(view(&watching, &id).status.kind, StatusKind::Connected, "nobody is at work any more");
    world.network.sent();
    world.network.answer(400, r#"{"error":"invalid_grant"}"#);
    let engine = world.engine();
    engine.keep_fresh();
    settle().await;
    pass(&world, 6).await;
    assert_eq!(world.network.sent().len(), 1);
    let view = view(&engine, &id);
    assert_eq!(view.status.kind, StatusKind::ActionNeeded);
    assert_eq!(view.problem.unwrap().code, Code::RefreshInterrupted.as_str());
}

#[tokio::test]
async fn an_answer_once_lost_stays_in_mind_whatever_comes_after() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.network.fail(HttpErrorKind::Interrupted);
    engine.refresh(&id, Channel::App).await.unwrap_err();
    world.network.answer(503, "");
    engine.refresh(&id, Channel::App).await.unwrap_err();
    world.network.answer(400, r#"{"error":"invalid_grant"}"#);
    assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::RefreshInterrupted);
}

#[tokio::test]
async fn a_command_says_no_next_try_because_it_makes_none() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.clock.forward(7200 - 260);
    world.network.answer(503, "");
    engine.refresh(&id, Channel::Command).await.unwrap_err();
    assert_eq!(view(&engine, &id).status.kind, StatusKind::ExpiresSoon);
}

#[tokio::test]
async fn a_face_that_ends_waits_for_what_is_under_way() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    let gate = world.network.hold();
    world.network.answer(200, FRESH);
    let (other, theirs) = (engine.clone(), id.clone());
    let refresh = tokio::spawn(async move { other.refresh(&theirs, Channel::App).await });
    settle().await;
    assert!(engine.is_busy(), "the answer may be on its way");
    gate.add_permits(1);
    assert!(engine.save_all_before_the_end(Duration::from_secs(3), Channel::App).await.is_empty());
    assert!(!engine.is_busy());
    refresh.await.unwrap().unwrap();
    assert_eq!(token(&world.engine(), &id).await.unwrap(), "at-2");
}

#[tokio::test]
async fn a_face_that_ends_waits_for_the_tokens_of_a_sign_in() {
    let draft = |grant| Draft {
        provider: "gitlab".into(),
        client_id: "me".into(),
        scopes: Some(vec!["api".into()]),
        grant: Some(grant),
        ..Draft::default()
    };
    let options = ConnectOptions {
        open_browser: false,
        time_limit: Duration::from_secs(300),
        channel: Channel::Command,
    };
    for way in ["redirect", "device code", "client credentials", "import"] {
        let world = World::new();
        let engine = world.engine();
        let other = engine.clone();
        let (gate, signing_in) = match way {
            "redirect" => {
                let id = world.add(&engine).await;
                let redirect = world.start(&engine, &id).await;
                let gate = world.network.hold();
                let deliver = async move { _ = other.deliver(&redirect, Channel::DeepLink).await.unwrap() };
                (gate, tokio::spawn(deliver))
            }
            "device code" => {
                let id = engine.add(&draft(GrantType::DeviceCode), None, Channel::Command).await.unwrap().id;
                world.network.answer(
                    200,
                    r#"{"device_code":"d-1","user_code":"WDJB-MJHT","expires_in":600,"interval":5,
                        "verification_uri":"https://gitlab.com/device"}"#,
                );
                engine.connect(&id, options).await.unwrap();
                let gate = world.network.hold();
                world.clock.forward(5);
                (gate, tokio::spawn(settle()))
            }
            "client credentials" => {
                let draft = Draft {
                    authentication: Some(ClientAuthentication::ClientSecretBasic),
                    ..draft(GrantType::ClientCredentials)
                };
                let secret = Some(ClientSecret::new("s".into()));
                let id = engine.add(&draft, secret, Channel::Command).await.unwrap().id;
                let gate = world.network.hold();
                let connect = async move { _ = other.connect(&id, options).await.unwrap() };
                (gate, tokio::spawn(connect))
            }
            _ => {
                let gate = world.network.hold();
                let brought = RefreshToken::new("rt-0".into());
                let draft = draft(GrantType::AuthorizationCode);
                let import = async move {
                    _ = other.import(&draft, None, brought, Channel::Command).await.unwrap();
                };
                (gate, tokio::spawn(import))
            }
        };
        settle().await;
        world.network.answer(200, FRESH);
        assert!(engine.is_busy(), "{way}: the tokens may be on their way");
        gate.add_permits(1);
        let left = engine.save_all_before_the_end(Duration::from_secs(3), Channel::App).await;
        assert!(left.is_empty() && !engine.is_busy(), "{way}");
        assert_eq!(world.vault.snapshot().len(), 1, "{way}: saved");
        signing_in.await.unwrap();
    }
}

#[tokio::test]
async fn nothing_that_could_bring_tokens_begins_once_the_end_is_decided() {
    let patience = Duration::from_secs(3);
    for face in [Channel::Command, Channel::App] {
        let world = World::new();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        let refresh = || {
            let (engine, id) = (engine.clone(), id.clone());
            tokio::spawn(async move { engine.refresh(&id, face).await })
        };
        let may_end = || async {
            match face {
                Channel::Command => engine.end_if_idle(),
                _ => engine.save_all_before_the_end(patience, face).await.is_empty(),
            }
        };
        let gate = world.network.hold();
        world.network.answer(200, FRESH);
        let on_its_way = refresh();
        settle().await;
        assert!(!may_end().await, "{face:?}: its answer would be lost");
        world.vault.refuse_writes(true);
        gate.add_permits(2);
        on_its_way.await.unwrap().unwrap_err();
        assert!(!may_end().await, "{face:?}: they are not saved");
        world.vault.refuse_writes(false);
        refresh().await.unwrap().expect("what waits is saved, for nobody has ended");
        world.network.sent();
        assert!(may_end().await);
        let too_late = refresh();
        settle().await;
        assert!(world.network.sent().is_empty() && !too_late.is_finished(), "{face:?}");
        assert!(!engine.is_busy());
    }
}

#[tokio::test]
async fn a_face_that_ends_says_what_it_would_cut_short() {
    let world = World::new();
    let engine = world.engine();
    let patience = Duration::from_secs(3);
    let refreshed = world.connected(&engine).await;
    let gate = world.network.hold();
    world.network.answer(200, FRESH);
    let (other, theirs) = (engine.clone(), refreshed.clone());
    let refresh = tokio::spawn(async move { other.refresh(&theirs, Channel::App).await });
    settle().await;
    // One that waits for the refresh has not begun, and brings no tokens.
    let elsewhere = world.engine();
    let (other, theirs) = (elsewhere.clone(), refreshed.clone());
    let disconnect = tokio::spawn(async move { other.disconnect(&theirs, false, Channel::App).await });
    settle().await;
    assert!(elsewhere.is_busy());
    assert_eq!(elsewhere.save_all_before_the_end(patience, Channel::App).await, []);
    disconnect.abort();

    let left = |connection: &ConnectionId, work| Unfinished { connection: connection.clone(), work };
    let asked = engine.save_all_before_the_end(patience, Channel::App).await;
    assert_eq!(asked, [left(&refreshed, UnderWay::Refresh)]);
    world.vault.refuse_writes(true);
    gate.add_permits(1);
    refresh.await.unwrap().unwrap_err();
    let asked = engine.save_all_before_the_end(patience, Channel::App).await;
    assert_eq!(asked, [left(&refreshed, UnderWay::Saving)]);
    world.vault.refuse_writes(false);

    let signing_in = world.add_as(&engine, world.named("second")).await;
    let redirect = world.start(&engine, &signing_in).await;
    let gate = world.network.hold();
    world.network.answer(200, FRESH);
    let other = engine.clone();
    let sign_in = tokio::spawn(async move { other.deliver(&redirect, Channel::DeepLink).await });
    settle().await;
    let asked = engine.save_all_before_the_end(patience, Channel::App).await;
    assert_eq!(asked, [left(&signing_in, UnderWay::SignIn)]);
    gate.add_permits(1);
    sign_in.await.unwrap().unwrap();
    assert_eq!(engine.save_all_before_the_end(patience, Channel::App).await, []);
}

#[tokio::test]
async fn a_face_that_ends_waits_for_a_disconnect_and_asks_nobody_about_it() {
    for is_answered in [true, false] {
        let world = World::new();
        let engine = world.engine();
        let id = world.connected(&engine).await;
        let gate = world.network.hold();
        let (other, theirs) = (engine.clone(), id.clone());
        let disconnect = tokio::spawn(async move { other.disconnect(&theirs, false, Channel::App).await });
        settle().await;
        assert!(engine.is_busy(), "the provider is being asked");
        if is_answered {
            world.network.answer(200, "");
            world.network.answer(200, "");
            gate.add_permits(1);
            settle().await;
        }
        let left = engine.save_all_before_the_end(Duration::from_secs(3), Channel::App).await;
        assert!(left.is_empty(), "no new tokens are lost");
        assert_eq!(world.vault.snapshot().is_empty(), is_answered);
        assert_eq!(engine.is_busy(), !is_answered);
        if is_answered {
            disconnect.await.unwrap().unwrap();
        }
    }
}

#[tokio::test]
async fn tokens_that_come_when_they_have_ended_are_not_fetched_without_a_pause() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    for number in 2..20 {
        let answer = format!(
            r#"{{"access_token":"at-{number}","refresh_token":"rt-{number}","token_type":"bearer","expires_in":0}}"#
        );
        world.network.answer(200, &answer);
    }
    engine.refresh(&id, Channel::App).await.unwrap();
    engine.keep_fresh();
    settle().await;
    pass(&world, 2).await;
    assert_eq!(world.network.sent().len(), 1, "the one that was asked for");
    pass(&world, 400).await;
    pass(&world, 5).await;
    assert_eq!(world.network.sent().len(), 1, "now and then it is tried again");
}
