use super::*;

fn at(text: &str) -> Timestamp {
    format!("2026-01-01T{text}Z").parse().unwrap()
}

pub(crate) fn grant(generation: u64) -> Grant {
    Grant {
        generation,
        issued_at: at("12:00:00"),
        expires_at: Some(at("13:00:00")),
        refused: None,
        scopes: None,
        refreshable: true,
        renews_itself: false,
        refresh_end: RefreshEnd::default(),
        captured: BTreeMap::new(),
        account: None,
        account_before: None,
        client_id: None,
        refresh: RefreshState::Idle,
        is_bound: None,
        reach: None,
        refresh_token_since: None,
        authorized_at: at("12:00:00"),
    }
}

fn attempt(digest: &str) -> Attempt {
    Attempt {
        state_digest: StateDigest(digest.into()),
        started_at: at("12:00:00"),
        expires_at: at("12:05:00"),
        issuer: None,
        token_endpoint: "https://as.example/token".into(),
        client_id: "me".into(),
        browser_opened: true,
        exchanging_since: None,
        unread_since: None,
        awaited: Awaited::Redirect {
            redirect: RedirectMethod::DeepLink,
            redirect_uri: "dev.tokenrack.desktop:/oauth/callback".into(),
        },
    }
}

#[test]
fn a_cancelled_sign_in_leaves_the_old_tokens() {
    let mut state = ConnectionState::Settled(Settled::Authorized(grant(3)));
    assert_eq!(state.begin(attempt("a")), None);
    assert_eq!(state.begin(attempt("b")), Some(StateDigest("a".into())));
    state.end_attempt(Some(Problem::new(Code::AccessDenied)), at("12:01:00"));
    assert_eq!(state, ConnectionState::Settled(Settled::Authorized(grant(3))));
}

#[test]
fn an_older_failure_is_over_when_a_sign_in_begins() {
    let problem = Some(Problem::new(Code::AccessDenied));
    let mut state =
        ConnectionState::Settled(Settled::Unauthorized { since: at("11:00:00"), problem, ended: 3 });
    state.begin(attempt("a"));
    state.end_attempt(None, at("12:01:00"));
    let clean = Settled::Unauthorized { since: at("11:00:00"), problem: None, ended: 3 };
    assert_eq!(state, ConnectionState::Settled(clean));
}

#[test]
fn an_attempt_from_before_device_codes_is_a_redirect() {
    let old = r#"{"state_digest":"a","started_at":"2026-01-01T12:00:00Z","expires_at":"2026-01-01T12:05:00Z",
        "redirect":"deep_link","redirect_uri":"dev.tokenrack.desktop:/oauth/callback","issuer":null,
        "token_endpoint":"https://as.example/token","client_id":"me","browser_opened":true,
        "exchanging_since":null}"#;
    assert_eq!(serde_json::from_str::<Attempt>(old).unwrap(), attempt("a"));
    let device = Attempt {
        awaited: Awaited::DeviceCode {
            user_code: "WDJB-MJHT".into(),
            verification_uri: "https://as.example/device".into(),
            verification_uri_complete: None,
            polling: Polling::new(Some(7)),
            next_poll_at: at("12:00:07"),
        },
        ..attempt("b")
    };
    let text = serde_json::to_string(&device).unwrap();
    assert_eq!(serde_json::from_str::<Attempt>(&text).unwrap(), device);
}

#[test]
fn a_refresh_counts_also_under_a_waiting_sign_in() {
    let mut state = ConnectionState::Settled(Settled::Authorized(grant(3)));
    state.begin(Attempt { started_at: at("12:00:05"), ..attempt("a") });
    state.refreshed(grant(4));
    assert_eq!(state.grant().unwrap().generation, 4);
    assert!(state.attempt().is_some());
}

#[test]
fn the_tokens_of_a_sign_in_end_it_whoever_finds_them() {
    let mut state = ConnectionState::Settled(Settled::Authorized(grant(3)));
    state.begin(Attempt { started_at: at("12:00:05"), ..attempt("a") });
    state.refreshed(grant(4));
    assert!(state.attempt().is_some(), "those of a refresh do not");
    state.begin(Attempt { started_at: at("11:00:00"), ..attempt("b") });
    state.refreshed(grant(5));
    assert!(state.attempt().is_some(), "nor where the clock was set back since the sign-in before");
    state.begin(Attempt { started_at: at("12:00:05"), ..attempt("c") });
    state.refreshed(Grant { authorized_at: at("12:00:11"), ..grant(6) });
    assert!(matches!(&state, ConnectionState::Settled(Settled::Authorized(grant)) if grant.generation == 6));
}

#[test]
fn another_account_is_known_by_its_id_and_without_one_by_its_label() {
    let signed_in = |id: Option<&str>, label: &str, client: &str| Grant {
        account: Some(Account { id: id.map(Into::into), label: label.into() }),
        client_id: Some(client.into()),
        ..grant(1)
    };
    let before = signed_in(Some("1"), "ada", "me");
    for (now, change) in [
        (signed_in(Some("1"), "ada", "me"), None),
        (signed_in(Some("1"), "ada lovelace", "me"), None),
        (signed_in(Some("2"), "bob", "me"), Some(("bob", "ada"))),
        (signed_in(Some("2"), "ada", "me"), Some(("ada (2)", "ada (1)"))),
        (signed_in(Some("2"), "ada", "other"), None),
        (signed_in(None, "ada", "me"), None),
        (signed_in(None, "bob", "me"), Some(("bob", "ada"))),
        (grant(2), None),
    ] {
        let mut now = now;
        now.replaces(&before);
        let told = now.accounts_now_and_before();
        assert_eq!(told, change.map(|(now, before)| (now.to_owned(), before.to_owned())), "{now:?}");
        now.replaces(&grant(1));
        assert_eq!(now.account_before, None, "nobody was known before");
    }
}

#[test]
fn only_newer_tokens_count_and_only_their_own_end() {
    let mut state = ConnectionState::Settled(Settled::Authorized(grant(4)));
    state.refreshed(grant(3));
    assert_eq!(state.grant().unwrap().generation, 4);
    state.end_grant(3, Problem::new(Code::InvalidGrant), None, at("12:30:00"));
    assert!(matches!(state.settled(), Settled::Authorized(_)));
    state.end_grant(4, Problem::new(Code::InvalidGrant), None, at("12:30:00"));
    assert!(matches!(state.settled(), Settled::ReauthorizationRequired { .. }));
}

#[test]
fn soon_is_a_quarter_of_a_short_life_and_five_minutes_of_a_long_one() {
    assert_eq!(grant(1).expires_soon_at(), Some(at("12:55:00")));
    let short = Grant { expires_at: Some(at("12:01:00")), ..grant(1) };
    assert_eq!(short.expires_soon_at(), Some(at("12:00:45")));
}
