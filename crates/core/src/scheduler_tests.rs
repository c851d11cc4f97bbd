use std::collections::BTreeMap;

use super::*;
use crate::connection::{
    ClientAuthentication, ClientRegistration, GrantType, LastEvent, ProviderRef, RedirectMethod,
};
use crate::event::ActivityKind;
use crate::lifecycle::{self, ConnectionState};
use crate::problem::Problem;
use crate::provider::ProviderId;
use crate::refresh_end::RefreshEnd;
use crate::refused::{Refused, RefusedBy};

fn at(text: &str) -> Timestamp {
    format!("2026-01-01T{text}Z").parse().unwrap()
}

fn seconds(span: SignedDuration) -> f64 {
    span.as_secs_f64()
}

fn grant(lifetime: i64) -> Grant {
    let grant = lifecycle::tests::grant(1);
    Grant { expires_at: grant.issued_at.checked_add(SignedDuration::from_secs(lifetime)).ok(), ..grant }
}

fn connection(id: &str, grant: Grant) -> Connection {
    Connection {
        id: ConnectionId(id.into()),
        name: id.into(),
        provider: ProviderRef::Catalog(ProviderId("gitlab".into())),
        environment: None,
        registration: ClientRegistration {
            client_id: "me".into(),
            authentication: ClientAuthentication::None,
            redirect: RedirectMethod::DeepLink,
            redirect_uri: "dev.tokenrack.desktop:/oauth/callback".into(),
            grant_type: GrantType::AuthorizationCode,
        },
        scopes: vec![],
        resources: vec![],
        vars: BTreeMap::new(),
        server: None,
        choices: BTreeMap::new(),
        state: ConnectionState::Settled(Settled::Authorized(grant)),
        unrevoked: None,
        unrevoked_of: vec![],
        undeleted: None,
        lost_after: None,
        lost_sign_in: None,
        sign_in_seconds: vec![],
        told: vec![],
        created_at: at("12:00:00"),
        last_event: LastEvent { at: at("12:00:00"), kind: ActivityKind::Added, code: None },
    }
}

fn due(connection: &Connection, spec: Option<&ProviderSpec>) -> Option<Timestamp> {
    due_at(connection, spec, None, at("12:00:01"))
}

/// Seconds before the end at which each of many connections is due.
fn margins(lifetime: i64, spec: Option<&ProviderSpec>) -> Vec<f64> {
    margins_of(&grant(lifetime), spec)
}

fn margins_of(grant: &Grant, spec: Option<&ProviderSpec>) -> Vec<f64> {
    let margin = |i: u32| {
        let connection = connection(&format!("c{i}"), grant.clone());
        let end = connection.state.grant().unwrap().expires_at.unwrap();
        seconds(end.duration_since(due(&connection, spec).unwrap()))
    };
    (0..200).map(margin).collect()
}

fn range(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::MAX, f64::MIN), |(least, most), value| (least.min(*value), most.max(*value)))
}

#[test]
fn a_long_life_is_renewed_five_minutes_before_its_end_give_or_take_a_tenth() {
    let (least, most) = range(&margins(3_600, None));
    assert!((270.0..280.0).contains(&least) && (320.0..=330.0).contains(&most), "{least}..{most}");
}

#[test]
fn a_short_life_is_renewed_a_quarter_before_and_never_in_its_last_minute() {
    let (least, most) = range(&margins(600, None));
    assert!((135.0..140.0).contains(&least) && (160.0..=165.0).contains(&most), "{least}..{most}");
    let (least, most) = range(&margins(180, None));
    assert_eq!((least, most), (60.0, 60.0));
    // Half of a life of ten seconds: a minute before its end it has not begun.
    assert_eq!(range(&margins(10, None)), (5.0, 5.0));
}

#[test]
fn a_provider_that_refuses_early_refreshes_is_asked_late_and_a_token_that_renews_itself_early() {
    let text = "schema=1\nid=\"x\"\nname=\"X\"\n[refresh]\nmin_remaining_s=30";
    let late = toml::from_str::<ProviderSpec>(text).unwrap();
    assert_eq!(range(&margins(600, Some(&late))), (30.0, 30.0));
    let renews_itself = Grant { renews_itself: true, ..grant(60 * 86_400) };
    let (least, most) = range(&margins_of(&renews_itself, None));
    assert!(least > 13.0 * 86_400.0 && most < 17.0 * 86_400.0, "{least}..{most}");
}

/// A session that ends when nobody uses it for half an hour (Keycloak's SSO idle).
#[test]
fn a_refresh_token_that_ends_before_the_access_token_is_renewed_before_its_end_if_that_helps() {
    let issued_at = grant(1).issued_at;
    let idle = issued_at.checked_add(SignedDuration::from_mins(30)).ok();
    // The redirect is claimed before its code is exchanged.
    let authorized_at = issued_at.checked_sub(SignedDuration::from_millis(34)).unwrap();
    let first = Grant { refresh_end: idle.into(), authorized_at, ..grant(86_400) };
    let left = |grant: &Grant| {
        let due = due(&connection("a", grant.clone()), None)?;
        Some(seconds(idle?.duration_since(due)))
    };
    assert!((270.0..=330.0).contains(&left(&first).unwrap()));
    let without_end = Grant { expires_at: None, ..first.clone() };
    assert_eq!(left(&without_end), left(&first));
    // Another refresh would not move it either.
    let stays = Grant { refresh_end: RefreshEnd { stays: true, ..idle.into() }, ..first.clone() };
    assert!(left(&stays).unwrap() < 0.0);
    let moves = Grant { refresh_end: RefreshEnd { moves: true, ..stays.refresh_end.clone() }, ..stays };
    assert_eq!(left(&moves), left(&first));
    // One that does not move would be renewed in each half of what is left of it.
    let end = issued_at.checked_add(SignedDuration::from_secs(60)).ok();
    let too_short = connection("a", Grant { refresh_end: end.into(), ..first });
    assert!(due(&too_short, None) > end);
}

#[test]
fn what_cannot_be_renewed_or_has_no_end_is_never_due() {
    assert_eq!(due(&connection("a", Grant { refreshable: false, ..grant(60) }), None), None);
    assert_eq!(due(&connection("a", Grant { expires_at: None, ..grant(60) }), None), None);
    let now = at("12:00:01");
    let refused = Grant { refused: Some(Refused { since: now, by: RefusedBy::Server }), ..grant(3_600) };
    assert_eq!(due(&connection("a", refused), None), Some(now));
    let set_back = due_at(&connection("a", grant(3_600)), None, None, at("11:00:00"));
    assert_eq!(set_back, Some(at("11:00:00")), "an end that a clock set back speaks of says nothing");
}

fn failing(times: u32, code: Code) -> Failure {
    let mut state = RefreshState::Idle;
    for _ in 0..times {
        state = RefreshState::Failed(Failure::after(&state, Problem::new(code), at("12:10:00")));
    }
    let RefreshState::Failed(failure) = state else { panic!("it has failed") };
    failure
}

#[test]
fn tokens_of_an_answer_that_could_not_be_read_are_renewed_when_they_end_and_not_before() {
    let failed = |code| RefreshState::Failed(Failure { at: at("12:00:00"), ..failing(1, code) });
    let due = |code| due(&connection("a", Grant { refresh: failed(code), ..grant(3_600) }), None).unwrap();
    for code in [Code::ScriptFailed, Code::InvalidTokenResponse, Code::UnreadableAnswer, Code::ServerRefused]
    {
        assert!(due(code) > at("12:50:00"), "{code:?}");
    }
    assert!(due(Code::Interrupted) < at("12:10:00"));
}

fn waits(failure: &Failure) -> (f64, f64) {
    let wait = |i: u32| {
        let grant = Grant { refresh: RefreshState::Failed(failure.clone()), ..grant(600) };
        let due = due_at(&connection(&format!("c{i}"), grant), None, None, failure.at);
        seconds(due.unwrap().duration_since(failure.at))
    };
    range(&(0..400).map(wait).collect::<Vec<_>>())
}

#[test]
fn tries_double_with_full_jitter_up_to_five_minutes() {
    assert_eq!(waits(&failing(1, Code::ServerError)), (1.0, 1.0));
    let (least, most) = waits(&failing(5, Code::ServerError));
    assert!(least < 2.0 && most > 14.0 && most <= 16.0, "{least}..{most}");
    let (least, most) = waits(&failing(40, Code::TimedOut));
    assert!(least < 10.0 && most > 290.0 && most <= 300.0, "{least}..{most}");
}

#[test]
fn what_the_server_asks_for_is_the_least() {
    let mut failure = failing(1, Code::RateLimited);
    failure.problem.retry_after = Some(120);
    assert_eq!(waits(&failure), (120.0, 120.0));
}

#[test]
fn after_three_days_once_an_hour() {
    let failure = Failure {
        since: Some(at("12:10:00").checked_sub(SignedDuration::from_hours(73)).unwrap()),
        tried_seconds: 13 * 3_600,
        ..failing(200, Code::Unreachable)
    };
    let (least, most) = waits(&failure);
    assert!(least >= 3_240.0 && most <= 3_960.0 && is_chronic(&failure), "{least}..{most}");
    assert!(!is_chronic(&failing(200, Code::Unreachable)));
    assert!(
        !is_chronic(&Failure { tried_seconds: 11 * 3_600, ..failure }),
        "nobody was there for most of it"
    );
}

#[test]
fn only_a_person_mends_settings_and_the_vault_is_asked_again_soon() {
    let grant = |failure| Grant { refresh: RefreshState::Failed(failure), ..grant(600) };
    assert_eq!(due(&connection("a", grant(failing(1, Code::InvalidClient))), None), None);
    assert_eq!(waits(&failing(4, Code::Unsaved)), (8.0, 8.0));
    assert_eq!(waits(&failing(30, Code::Unsaved)), (60.0, 60.0));
}

/// When many connections that have failed so are due after the network came up, in seconds from then.
fn after_coming_up(failure: &Failure) -> (f64, f64) {
    let up = at("12:10:30");
    let wait = |i: u32| {
        let grant = Grant { refresh: RefreshState::Failed(failure.clone()), ..grant(600) };
        let due = due_at(&connection(&format!("c{i}"), grant), None, Some(up), up);
        seconds(due.unwrap().duration_since(up))
    };
    range(&(0..200).map(wait).collect::<Vec<_>>())
}

#[test]
fn a_network_that_comes_up_ends_the_wait_for_it() {
    let (_, most) = after_coming_up(&failing(60, Code::Offline));
    assert!((1.0..=5.0).contains(&most), "spread over five seconds: {most}");
    let mut asked = failing(60, Code::RateLimited);
    asked.problem.retry_after = Some(3_600);
    let (least, _) = after_coming_up(&asked);
    assert!(least > 3_500.0, "a server that asked to wait is not asked sooner: {least}");
}

#[test]
fn what_was_written_before_the_clock_was_set_back_is_due_now() {
    let now = at("10:00:00");
    let due = |refresh| {
        let grant = Grant { refresh, ..grant(600) };
        due_at(&connection("a", grant), None, None, now)
    };
    assert_eq!(due(RefreshState::Failed(failing(9, Code::ServerError))), Some(now));
    let mut asked_for = failing(1, Code::RateLimited);
    asked_for.problem.retry_after = Some(30);
    assert_eq!(due(RefreshState::Failed(asked_for)), Some(now));
    assert_eq!(due(RefreshState::InFlight { since: at("12:10:00"), generation: 1 }), Some(now));
    assert_eq!(due(RefreshState::Failed(failing(1, Code::InvalidClient))), None);
}

fn entry(id: &str, host: &str, time: &str) -> Due {
    let (id, host, at) = (ConnectionId(id.into()), host.into(), at(time));
    Due { id, work: Work::Refresh, generation: 1, host, has_failed: false, since: at, at }
}

fn ids(plan: &Plan) -> Vec<&str> {
    plan.start.iter().map(|due| due.id.0.as_str()).collect()
}

#[test]
fn four_at_once_and_one_for_each_host_the_longest_due_first() {
    let now = at("12:00:00");
    let all = vec![
        entry("a", "one", "11:59:03"),
        entry("b", "one", "11:59:01"),
        entry("c", "two", "11:59:02"),
        entry("d", "three", "11:59:04"),
        entry("e", "four", "11:59:05"),
        entry("f", "five", "11:59:06"),
        entry("g", "six", "12:30:00"),
    ];
    let plan_now = plan(all.clone(), &Load::default(), now);
    assert_eq!(ids(&plan_now), ["b", "c", "d", "e"]);
    assert_eq!(plan_now.wake_at, Some(at("12:30:00")));
    let load = Load {
        running: ["b", "c", "d"].map(|id| ConnectionId(id.into())).into(),
        asked: ["two".to_owned()].into(),
    };
    assert_eq!(ids(&plan(all, &load, now)), ["a"], "b's host has answered, and three are at work");
}

#[test]
fn what_rests_waits_and_names_the_moment() {
    let now = at("12:00:00");
    let rest = |until| Rest { failures: 1, until: at(until) };
    let rests = Rests {
        connections: [(ConnectionId("c".into()), rest("12:00:09"))].into(),
        hosts: [("one".to_owned(), rest("12:00:07"))].into(),
        quiet_until: None,
    };
    let after = |entry: Due| Due { at: rests.shared(rests.own(entry.at, &entry.id), &entry.host), ..entry };
    let all: Vec<_> = [("a", "one"), ("b", "one"), ("c", "two")]
        .map(|(id, host)| after(entry(id, host, "11:00:00")))
        .into();
    let load = Load::default();
    assert_eq!(plan(all.clone(), &load, now), Plan { start: vec![], wake_at: Some(at("12:00:07")) });
    let later = plan(all, &load, at("12:00:07"));
    assert_eq!((ids(&later), later.wake_at), (vec!["a"], Some(at("12:00:09"))));
    let quiet = Rests { quiet_until: Some(at("12:00:03")), ..Rests::default() };
    assert_eq!(quiet.shared(at("11:00:00"), "one"), at("12:00:03"));
}

#[test]
fn after_a_rest_one_that_works_goes_first_and_then_the_longest_due() {
    let now = at("12:00:00");
    let resting = |id, since, has_failed| Due { at: now, has_failed, ..entry(id, "one", since) };
    let mut all = vec![
        resting("a", "11:50:00", true),
        resting("b", "11:40:00", true),
        resting("c", "11:45:00", true),
        resting("d", "11:58:00", false),
    ];
    let mut turns = vec![];
    while let Some(due) = plan(all.clone(), &Load::default(), now).start.pop() {
        all.retain(|other| other.id != due.id);
        turns.push(due.id.0);
    }
    assert_eq!(turns, ["d", "b", "c", "a"]);
}

#[test]
fn one_thing_at_a_time_is_done_for_a_connection() {
    let refresh = entry("a", "one", "11:59:00");
    let revocation = Due { work: Work::Revocation, has_failed: true, ..entry("a", "two", "11:58:00") };
    let plan = plan(vec![revocation, refresh.clone()], &Load::default(), at("12:00:00"));
    assert_eq!(plan, Plan { start: vec![refresh], wake_at: None });
}
