//! Music, film, games, sport and health.

use crate::case::{Case, PLAIN, Refresh};

pub const CASES: &[Case] = &[
    Case {
        name: "spotify",
        account: Some("Ada"),
        granted: "user-read-email",
        lines: &["account.url", "account.label"],
        ..PLAIN
    },
    Case {
        name: "twitch",
        secret: true,
        add: &["--scope", "user:read:email", "--scope", "channel:read:subscriptions"],
        account: Some("ada"),
        granted: "user:read:email channel:read:subscriptions",
        lifetime: Some(14_400),
        revocation: "revoked",
        lines: &["account.headers", "account.label"],
        ..PLAIN
    },
    Case {
        name: "twitch",
        secret: true,
        add: &["--scope", "user:read:email", "--scope", "channel:read:subscriptions"],
        account: Some("ada"),
        granted: "user:read:email channel:read:subscriptions",
        lifetime: Some(14_400),
        refresh: Refresh::Ended,
        revocation: "revoked",
        lines: &["token.response.success", "refresh.permanent"],
        ..PLAIN
    },
    Case {
        name: "strava",
        secret: true,
        add: &["--scope", "read", "--scope", "activity:read"],
        account: Some("ada"),
        granted: "read",
        missing: "activity:read",
        lifetime: Some(21_600),
        captured: &["athlete_id=1"],
        revocation: "revoked",
        lines: &[
            "scopes.separator",
            "authorize.params",
            "authorize.capture",
            "token.response.expires",
            "token.response.capture",
            "account.label",
            "revoke",
        ],
        ..PLAIN
    },
    Case {
        name: "strava",
        secret: true,
        add: &["--scope", "read", "--scope", "activity:read"],
        account: Some("ada"),
        granted: "read",
        missing: "activity:read",
        lifetime: Some(21_600),
        captured: &["athlete_id=1"],
        refresh: Refresh::Ended,
        revocation: "failed",
        lines: &["token.response.success", "refresh.permanent"],
        ..PLAIN
    },
    Case {
        name: "fitbit",
        account: Some("Ada"),
        granted: "profile",
        lifetime: Some(28_800),
        captured: &["user_id=ABC123"],
        revocation: "revoked",
        lines: &["token.response.capture", "account.label"],
        ..PLAIN
    },
    Case {
        name: "fitbit",
        account: Some("Ada"),
        granted: "profile",
        lifetime: Some(28_800),
        captured: &["user_id=ABC123"],
        refresh: Refresh::Ended,
        revocation: "revoked",
        lines: &["token.response.success"],
        ..PLAIN
    },
    Case {
        name: "withings",
        secret: true,
        add: &["--scope", "user.info", "--scope", "user.metrics"],
        granted: "user.info user.metrics",
        lifetime: Some(10_800),
        lines: &["scopes.separator", "token.params", "token.response.root"],
        ..PLAIN
    },
    Case {
        name: "withings",
        secret: true,
        add: &["--scope", "user.info", "--scope", "user.metrics"],
        granted: "user.info user.metrics",
        lifetime: Some(10_800),
        refresh: Refresh::Refused("oauth/refused"),
        lines: &["token.response.success"],
        ..PLAIN
    },
    Case {
        name: "epic-games",
        secret: true,
        account: Some("ada"),
        granted: "basic_profile",
        lifetime: Some(7200),
        refresh_lifetime: Some(28_800),
        revocation: "revoked",
        lines: &["client.basic_form_encode", "token.response.expires", "token.response.refresh_expires"],
        ..PLAIN
    },
    Case {
        name: "trakt-device",
        file: "trakt",
        secret: true,
        device: true,
        account: Some("ada"),
        revocation: "revoked",
        lines: &["device.endpoint", "device.code_parameter", "device.pending_status", "account.headers"],
        ..PLAIN
    },
];
