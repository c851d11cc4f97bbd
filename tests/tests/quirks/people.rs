//! Identity providers, and where people talk.

use crate::case::{Case, PLAIN, Refresh};

pub const CASES: &[Case] = &[
    Case {
        name: "google",
        secret: true,
        account: Some("ada@example.com"),
        granted: "openid https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/userinfo.profile",
        revocation: "revoked",
        lines: &[
            "authorize.offline_params.access_type",
            "authorize.offline_params.prompt",
            "scopes.granted_as.email",
            "scopes.granted_as.profile",
        ],
        ..PLAIN
    },
    Case {
        name: "google-partly",
        file: "google",
        secret: true,
        account: Some("ada@example.com"),
        granted: "openid https://www.googleapis.com/auth/userinfo.email",
        missing: "profile",
        revocation: "revoked",
        lines: &["scopes.granted_as.email"],
        ..PLAIN
    },
    Case {
        name: "google-device",
        file: "google",
        secret: true,
        device: true,
        account: Some("ada@example.com"),
        add: &["--scope", "email", "--scope", "profile"],
        granted: "https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/userinfo.profile",
        revocation: "revoked",
        lines: &["device.verification_uri"],
        ..PLAIN
    },
    Case {
        name: "amazon-device",
        file: "amazon",
        secret: true,
        device: true,
        account: Some("ada@example.com"),
        granted: "profile",
        lines: &["device.params", "device.grant_type", "device.repeat"],
        ..PLAIN
    },
    Case {
        name: "microsoft",
        account: Some("ada@contoso.example"),
        granted: "openid profile User.Read offline_access",
        lines: &["server.id_token_issuer", "account.url", "account.label"],
        ..PLAIN
    },
    Case {
        name: "slack",
        add: &["--scope", "users:read", "--scope", "chat:write"],
        account: Some("ada"),
        granted: "users:read chat:write",
        lifetime: Some(43_200),
        refresh_lifetime: Some(2_592_000),
        revocation: "revoked",
        lines: &[
            "scopes.parameter",
            "scopes.separator",
            "token.response.root",
            "token.response.token_type",
            "token.response.refresh_expires",
            "refresh.response_root",
            "account.method",
            "account.label",
            "revoke",
            "revoke.auth",
        ],
        ..PLAIN
    },
    Case {
        name: "slack",
        add: &["--scope", "users:read", "--scope", "chat:write"],
        account: Some("ada"),
        granted: "users:read chat:write",
        lifetime: Some(43_200),
        refresh_lifetime: Some(2_592_000),
        refresh: Refresh::Ended,
        revocation: "failed",
        lines: &["revoke.success", "refresh.permanent"],
        ..PLAIN
    },
    Case {
        name: "slack-bot",
        secret: true,
        add: &["--scope", "users:read", "--scope", "chat:write"],
        account: Some("acme-bot"),
        granted: "users:read chat:write",
        lifetime: Some(43_200),
        captured: &["user_id=B1"],
        revocation: "revoked",
        lines: &["client.pkce", "scopes.separator", "token.response.token_type", "account.label", "revoke"],
        ..PLAIN
    },
    Case {
        name: "keycloak",
        add: &["--var", "realm=acme"],
        account: Some("ada"),
        granted: "openid profile email",
        lifetime: Some(300),
        refresh_lifetime: Some(1800),
        revocation: "revoked",
        lines: &["token.response.refresh_expires"],
        ..PLAIN
    },
];
