//! When tokens end, and what is said of it: ends that move, ends that are assumed, and tokens that renew themselves.

use tokenrack_core::connection::{ConnectionId, GrantType, RedirectMethod};
use tokenrack_core::engine::Engine;
use tokenrack_core::event::{Channel, Reason};
use tokenrack_core::problem::Code;
use tokenrack_core::view::{Action, Draft, SignInBasis, StatusKind};
use tokenrack_oauth::secret::ClientSecret;

use super::background::{pass, settle};
use super::reminders::offered;
use super::world::World;
use super::{FRESH, token};

const DAY: i64 = 86_400;
const RENEWS_ITSELF: &str = r#"
schema = 1
id = "acme"
name = "Acme"
[server]
authorization_endpoint = "https://as.example/authorize"
token_endpoint = "https://as.example/token"
[refresh]
issued = "never"
[refresh.renew]
url = "https://as.example/renew"
query = { token = "{access_token}" }
"#;

async fn refreshed(world: &World, engine: &Engine, id: &ConnectionId, answer: &str) {
    world.network.answer(200, answer);
    engine.refresh(id, Channel::App).await.unwrap();
}

/// Keycloak's: a session that ends after half an hour without use, and after ten hours in any case.
#[tokio::test]
async fn an_end_that_has_come_to_the_longest_no_longer_moves() {
    let world = World::new();
    let engine = world.engine();
    let id = world.add(&engine).await;
    let answer = |passed: i64| {
        let left = (36_000 - passed).min(1_800);
        format!(
            r#"{{"access_token":"at","refresh_token":"rt-{passed}","token_type":"bearer","expires_in":{},"refresh_token_expires_in":{left}}}"#,
            left.min(300)
        )
    };
    world.signed_in(&engine, &id, &answer(0)).await;
    let moves = |engine: &Engine| engine.view(&id).unwrap().sign_in_by.unwrap().moves;
    for passed in (255..35_700).step_by(255) {
        world.clock.forward(255);
        refreshed(&world, &engine, &id, &answer(passed)).await;
        assert_eq!(moves(&engine), passed < 34_400, "after {passed} s");
    }
}

#[tokio::test]
async fn a_clock_that_was_set_right_once_makes_no_end_move() {
    let world = World::new();
    let engine = world.engine();
    let id = world.add(&engine).await;
    let answer = |passed: i64| {
        format!(
            r#"{{"access_token":"at","refresh_token":"rt-{passed}","token_type":"bearer","expires_in":7200,"refresh_token_expires_in":{}}}"#,
            365 * DAY - passed
        )
    };
    world.signed_in(&engine, &id, &answer(0)).await;
    // It was five minutes slow.
    world.clock.forward(3_600 + 300);
    refreshed(&world, &engine, &id, &answer(3_600)).await;
    assert!(engine.view(&id).unwrap().sign_in_by.unwrap().moves, "so it seems");
    world.clock.forward(3_600);
    refreshed(&world, &engine, &id, &answer(7_200)).await;
    assert!(!engine.view(&id).unwrap().sign_in_by.unwrap().moves);
}

#[tokio::test]
async fn an_end_that_is_assumed_is_one_of_the_token_that_came() {
    let world = World::new();
    let engine = world.engine();
    let draft = Draft {
        provider: "pinterest".into(),
        client_id: "me".into(),
        redirect: Some(RedirectMethod::DeepLink),
        ..Draft::default()
    };
    let secret = ClientSecret::new("a secret of some length".into());
    let id = engine.add(&draft, Some(secret), Channel::Command).await.unwrap().id;
    let plain = r#"{"access_token":"at","token_type":"bearer","expires_in":2592000}"#;
    world
        .signed_in(&engine, &id, &plain.replace(r#""token_type"#, r#""refresh_token":"rt-1","token_type"#))
        .await;
    let before = engine.view(&id).unwrap().sign_in_by.unwrap();
    assert_eq!(
        (before.basis, before.at.to_string().as_str()),
        (SignInBasis::RefreshToken, "2027-01-01T12:00:00Z")
    );
    world.clock.forward(25 * DAY);
    refreshed(&world, &engine, &id, plain).await;
    assert_eq!(engine.view(&id).unwrap().sign_in_by.unwrap(), before, "its refresh token is the same");
}

#[tokio::test]
async fn a_token_that_renews_itself_is_over_when_it_has_ended() {
    let world = World::new();
    world.own_provider("acme.toml", RENEWS_ITSELF);
    let engine = world.engine();
    let id = world.add_acme(&engine, GrantType::AuthorizationCode).await;
    let answer = r#"{"access_token":"at-1","token_type":"bearer","expires_in":5184000}"#;
    world.signed_in(&engine, &id, answer).await;
    let by = engine.view(&id).unwrap().sign_in_by.unwrap();
    assert_eq!((by.basis, by.moves), (SignInBasis::AccessToken, true));
    drop(engine);
    // The machine is off for nine weeks.
    world.clock.forward(63 * DAY);
    let engine = world.engine();
    let mut events = engine.subscribe();
    engine.keep_fresh();
    settle().await;
    pass(&world, 25).await;
    let status = engine.view(&id).unwrap().status;
    assert_eq!((status.kind, status.next), (StatusKind::Expired, Some(Action::Connect)));
    assert!(status.evidence.contains("could be renewed only before"), "{}", status.evidence);
    let reasons: Vec<_> =
        offered(&mut events).into_iter().map(|reminder| reminder.attention.reason).collect();
    assert_eq!(reasons, [Reason::SignInNeeded]);
    assert_eq!(token(&engine, &id).await, Err(Code::Expired));
    assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::Expired);
    assert!(world.network.sent().is_empty(), "there is nothing to ask with");
    assert_eq!(engine.view(&id).unwrap().status, status);
}

#[tokio::test]
async fn a_token_that_was_saved_from_a_bad_answer_ends_when_it_says_itself() {
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    // {"alg":"none"}, {"exp":1767270600}
    let answer =
        r#"{"access_token":"eyJhbGciOiJub25lIn0.eyJleHAiOjE3NjcyNzA2MDB9.x","refresh_token":"rt-2"}"#;
    world.network.answer(200, answer);
    assert_eq!(engine.refresh(&id, Channel::App).await.unwrap_err().code, Code::InvalidTokenResponse);
    assert_eq!(engine.view(&id).unwrap().expires_at.unwrap().to_string(), "2026-01-01T12:30:00Z");
}

/// The record as the version before had it: the app was updated.
#[tokio::test]
async fn a_record_that_does_not_say_so_yet_is_renewed_in_the_last_quarter() {
    for is_old in [false, true] {
        let world = World::new();
        world.own_provider("acme.toml", RENEWS_ITSELF);
        let engine = world.engine();
        let id = world.add_acme(&engine, GrantType::AuthorizationCode).await;
        let answer = r#"{"access_token":"at-1","token_type":"bearer","expires_in":5184000}"#;
        world.signed_in(&engine, &id, answer).await;
        drop(engine);
        if is_old {
            world.tamper(r#"UPDATE connections SET record = replace(record, '"renews_itself":true,', '')"#);
        }
        // In use each day until the 59th, then one day off.
        world.clock.forward(45 * DAY);
        let engine = world.engine();
        engine.keep_fresh();
        settle().await;
        for _ in 0..14 {
            world.network.page(&answer.replace("at-1", "at-2"));
            pass(&world, DAY).await;
            pass(&world, 5).await;
            pass(&world, 15).await;
        }
        let asked = world.network.sent().len();
        world.clock.forward(2 * DAY);
        settle().await;
        assert!(asked > 0, "is_old: {is_old}");
    }
}

/// QuickBooks: the refresh token is replaced once a day, and its end moves then; until then the same one is answered.
#[tokio::test]
async fn an_end_that_moves_with_a_new_token_alone_is_said_to_move() {
    let world = World::new();
    let engine = world.engine();
    let id = world.add(&engine).await;
    let answer = |token: &str, left: i64| {
        format!(
            r#"{{"access_token":"at","refresh_token":"{token}","token_type":"bearer","expires_in":3600,
            "refresh_token_expires_in":{left}}}"#
        )
    };
    world.signed_in(&engine, &id, &answer("rt-1", 100 * DAY)).await;
    let mut told = vec![];
    for hour in 1..=30 {
        world.clock.forward(3_600);
        let left = if hour < 24 { 100 * DAY - hour * 3_600 } else { 100 * DAY - (hour - 24) * 3_600 };
        let name = if hour < 24 { "rt-1" } else { "rt-2" };
        world.network.answer(200, &answer(name, left));
        engine.refresh(&id, Channel::App).await.unwrap();
        let by = engine.view(&id).unwrap().sign_in_by.unwrap();
        told.push((hour, by.moves));
    }
    assert!(told.last().unwrap().1, "it has moved a few hours ago");
}

#[tokio::test]
async fn a_token_that_is_over_is_told_of_also_where_its_renewal_was_cut_short() {
    for cut_short in [false, true] {
        let world = World::new();
        world.own_provider("acme.toml", RENEWS_ITSELF);
        let engine = world.engine();
        let id = world.add_acme(&engine, GrantType::AuthorizationCode).await;
        let answer = r#"{"access_token":"at-1","token_type":"bearer","expires_in":5184000}"#;
        world.signed_in(&engine, &id, answer).await;
        world.clock.forward(46 * DAY);
        if cut_short {
            let _held = world.network.hold();
            world.network.page(answer);
            let dies = engine.clone();
            let task_id = id.clone();
            let task = tokio::spawn(async move { dies.refresh(&task_id, Channel::App).await });
            settle().await;
            task.abort();
            let _ = task.await;
        }
        drop(engine);
        world.clock.forward(20 * DAY);
        let engine = world.engine();
        let mut events = engine.subscribe();
        engine.keep_fresh();
        settle().await;
        pass(&world, 25).await;
        pass(&world, DAY).await;
        let reasons: Vec<_> = offered(&mut events).into_iter().map(|it| it.attention.reason).collect();
        assert_eq!(reasons, [Reason::SignInNeeded], "cut short: {cut_short}");
    }
}

/// As `a_clock_that_was_set_right_once_makes_no_end_move`, of a refresh token that is never replaced
/// (Google's of an app in testing: seven days, said with each answer).
#[tokio::test]
async fn a_clock_that_was_set_right_once_makes_no_end_move_of_a_token_that_is_not_replaced() {
    for named in [true, false] {
        let world = World::new();
        let file = include_str!("../../../providers/gitlab.toml");
        world.own_provider("gitlab.toml", &file.replace("rotates = true", "rotates = false"));
        let engine = world.engine();
        let id = world.add(&engine).await;
        let answer = |passed: i64, first: bool| {
            let token = if named || first { r#""refresh_token":"rt","# } else { "" };
            format!(
                r#"{{"access_token":"at",{token}"token_type":"bearer","expires_in":3600,"refresh_token_expires_in":{}}}"#,
                7 * DAY - passed
            )
        };
        let redirect = world.start(&engine, &id).await;
        world.network.answer(200, &answer(0, true));
        engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
        // It was an hour slow: the hardware clock of a machine with two systems.
        world.clock.forward(3_300 + 3_600);
        world.network.answer(200, &answer(3_300, false));
        engine.refresh(&id, Channel::Engine).await.unwrap();
        for hours in 2..160 {
            world.clock.forward(3_600);
            world.network.answer(200, &answer(hours * 3_600, false));
            engine.refresh(&id, Channel::Engine).await.unwrap();
        }
        let mut events = engine.subscribe();
        engine.keep_fresh();
        settle().await;
        let by = engine.view(&id).unwrap().sign_in_by.unwrap();
        let reasons: Vec<_> = offered(&mut events).into_iter().map(|it| it.attention.reason).collect();
        assert!(!by.moves, "158 refreshes have left it where it was");
        assert_eq!(reasons, [Reason::SignInSoon]);
    }
}

/// A token without an end, as some servers write it; nothing renews it, and it is never given out.
#[tokio::test]
async fn a_token_that_is_said_to_live_for_nothing_is_given_out_all_the_same() {
    let world = World::new();
    let engine = world.engine();
    let id = world.add(&engine).await;
    let redirect = world.start(&engine, &id).await;
    world.network.answer(200, r#"{"access_token":"at-1","token_type":"bearer","expires_in":0}"#);
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
    assert_eq!(token(&engine, &id).await, Ok("at-1".into()));
}

/// A token that lives for a second or two: how often its server is asked.
#[tokio::test]
async fn a_token_that_lives_for_seconds_is_not_renewed_each_second_for_ever() {
    let world = World::new();
    let engine = world.engine();
    let id = world.add(&engine).await;
    let redirect = world.start(&engine, &id).await;
    let answer = |n: u32| {
        format!(
            r#"{{"access_token":"at-{n}","refresh_token":"rt-{n}","token_type":"bearer","expires_in":2}}"#
        )
    };
    world.network.answer(200, &answer(0));
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
    world.network.sent();
    engine.keep_fresh();
    settle().await;
    let mut asked = 0;
    for n in 1..=60 {
        world.network.answer(200, &answer(n));
        world.clock.forward(1);
        tokio::time::sleep(std::time::Duration::from_millis(60)).await;
        asked += world.network.sent().len();
    }
    assert!(asked < 20, "asked {asked} times in a minute");
}

/// This machine's clock is ahead by two hours at the sign-in.
#[tokio::test]
async fn an_end_that_has_passed_by_a_clock_that_is_ahead_is_no_unknown_end() {
    const ACME: &str = "schema = 1\nid = \"acme\"\nname = \"Acme\"\n[server]\n\
        authorization_endpoint = \"https://as.example/authorize\"\ntoken_endpoint = \"https://as.example/token\"\n\
        [token.response]\nexpires = { pointer = \"/expires_at\", format = \"rfc3339\" }\n";
    let world = World::new();
    world.own_provider("acme.toml", ACME);
    let engine = world.engine();
    let id = world.add_acme(&engine, GrantType::AuthorizationCode).await;
    let redirect = world.start(&engine, &id).await;
    // In an hour by the server's clock: 2026-01-01T11:00 by that, 12:00 here at the sign-in.
    world
        .network
        .answer(200, r#"{"access_token":"at-1","token_type":"bearer","expires_at":"2026-01-01T11:00:00Z"}"#);
    engine.deliver(&redirect, Channel::DeepLink).await.unwrap();
    world.clock.forward(-7_200);
    world.clock.forward(86_400);
    let view = engine.view(&id).unwrap();
    assert_ne!(view.status.kind, StatusKind::Connected);
}

/// A server that hands out the same token until it ends, with the seconds that are left.
#[tokio::test]
async fn a_token_that_ends_in_this_second_is_renewed_where_something_renews_it() {
    let world = World::new();
    let engine = world.engine();
    let id = world.add(&engine).await;
    let first = r#"{"access_token":"at-1","refresh_token":"rt-1","token_type":"bearer","expires_in":7200}"#;
    world.signed_in(&engine, &id, first).await;
    refreshed(&world, &engine, &id, r#"{"access_token":"at-1","token_type":"bearer","expires_in":0}"#).await;
    world.network.answer(200, &first.replace("at-1", "at-2"));
    assert_eq!(token(&engine, &id).await, Ok("at-2".into()));
}

/// A step-up at a server that gives a refresh token at the first consent only, and hands out the access token that is about to
/// end, with the seconds that are left.
#[tokio::test]
async fn a_token_of_no_seconds_that_goes_on_is_renewed() {
    const ACME: &str = "schema = 1\nid = \"acme\"\nname = \"Acme\"\n[server]\n\
        authorization_endpoint = \"https://as.example/authorize\"\ntoken_endpoint = \"https://as.example/token\"\n\
        [account]\nfrom = \"token_response\"\nid = \"/user/id\"\nlabel = [\"/user/login\"]\n";
    let world = World::new();
    world.own_provider("acme.toml", ACME);
    let engine = world.engine();
    let id = world.add_acme(&engine, GrantType::AuthorizationCode).await;
    let answer = |rt: &str, left: i64| {
        format!(
            r#"{{"access_token":"at-1",{rt}"token_type":"bearer","expires_in":{left},"user":{{"id":"7","login":"ada"}}}}"#
        )
    };
    world.signed_in(&engine, &id, &answer(r#""refresh_token":"rt-1","#, 7_200)).await;
    world.clock.forward(7_200);
    world.signed_in(&engine, &id, &answer("", 0)).await;
    assert!(engine.view(&id).unwrap().refreshable, "it goes on");
    world.clock.forward(DAY);
    world.network.answer(200, FRESH);
    assert_eq!(token(&engine, &id).await, Ok("at-2".into()), "the other has ended a day ago");
}

/// "Where an answer names no end, the `exp` of an access token that is a JWT counts": 0 is no end.
#[tokio::test]
async fn a_token_without_an_end_that_is_a_jwt_ends_when_it_says_itself() {
    let world = World::new();
    let engine = world.engine();
    let id = world.add(&engine).await;
    // {"alg":"none"}, {"exp":1767270600}: 2026-01-01T12:30:00Z
    let answer = r#"{"access_token":"eyJhbGciOiJub25lIn0.eyJleHAiOjE3NjcyNzA2MDB9.x","token_type":"bearer","expires_in":0}"#;
    world.signed_in(&engine, &id, answer).await;
    assert_eq!(
        engine.view(&id).unwrap().expires_at.map(|end| end.to_string()).as_deref(),
        Some("2026-01-01T12:30:00Z")
    );
}

/// A server that says 0 for "never" and gives a refresh token all the same: also the renewed one is said to live for nothing.
#[tokio::test]
async fn a_token_that_is_said_to_live_for_nothing_is_given_out_also_where_it_can_be_renewed() {
    let world = World::new();
    let engine = world.engine();
    let id = world.add(&engine).await;
    let answer = |n: u32| {
        format!(
            r#"{{"access_token":"at-{n}","refresh_token":"rt-{n}","token_type":"bearer","expires_in":0}}"#
        )
    };
    world.signed_in(&engine, &id, &answer(1)).await;
    for n in 2..4 {
        world.network.answer(200, &answer(n));
    }
    let got = token(&engine, &id).await;
    assert!(got.is_ok(), "{got:?}, after {} requests", world.network.sent().len());
}

/// A server that says "not active" of an access token, and gives out the same one again: nobody may ask it without a pause.
#[tokio::test]
async fn a_token_that_is_not_active_and_comes_again_is_not_fetched_without_a_pause() {
    const SAME: &str =
        r#"{"access_token":"at-1","refresh_token":"rt-1","token_type":"bearer","expires_in":7200}"#;
    let world = World::new();
    let engine = world.engine();
    let id = world.connected(&engine).await;
    world.network.answer_always("grant_type=refresh_token", 200, SAME);
    world.network.answer(200, r#"{"active":false}"#);
    engine.introspect(&id, Channel::App).await.unwrap();
    world.network.sent();
    engine.keep_fresh();
    settle().await;
    for _ in 0..3 {
        pass(&world, 2).await;
    }
    let sent = world.network.sent().len();
    assert!(sent <= 2, "{sent} refreshes in six seconds");
}
