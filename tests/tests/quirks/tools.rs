//! Where code lives, and tools for people who write and draw.

use crate::case::{Case, PLAIN, Refresh};

pub const CASES: &[Case] = &[
    Case {
        name: "github",
        secret: true,
        account: Some("ada"),
        granted: "read:user user:email",
        lifetime: None,
        refresh: Refresh::Never,
        revocation: "revoked",
        lines: &[
            "token.response.scope_separator",
            "account.headers",
            "account.label",
            "revoke",
            "revoke.body",
        ],
        ..PLAIN
    },
    Case {
        name: "github-device",
        file: "github",
        device: true,
        account: Some("ada"),
        granted: "read:user user:email",
        lifetime: None,
        refresh: Refresh::Never,
        lines: &["client.device_secret"],
        ..PLAIN
    },
    Case {
        name: "gitlab",
        account: Some("ada"),
        granted: "read_user",
        lifetime: Some(7200),
        revocation: "revoked",
        lines: &["refresh.repeat", "account.url", "account.label"],
        ..PLAIN
    },
    Case {
        name: "dropbox",
        account: Some("ada@example.com"),
        granted: "account_info.read",
        lifetime: Some(14_400),
        revocation: "revoked",
        lines: &["authorize.offline_params", "account.method", "revoke.auth"],
        ..PLAIN
    },
    Case {
        name: "bitbucket",
        secret: true,
        add: &["--var", "workspace=acme"],
        account: Some("Ada"),
        granted: "account email",
        lines: &["token.response.scope", "account.label"],
        ..PLAIN
    },
    Case {
        name: "sourcehut",
        add: &["--scope", "meta.sr.ht/PROFILE:RO"],
        granted: "meta.sr.ht/PROFILE:RO",
        refresh: Refresh::Never,
        lines: &["authorize.omit"],
        ..PLAIN
    },
    Case {
        name: "stackexchange",
        secret: true,
        add: &["--scope", "read_inbox", "--scope", "private_info", "--var", "app_key=an-app-key"],
        account: Some("Ada"),
        granted: "read_inbox private_info",
        lifetime: Some(86_400),
        refresh: Refresh::Never,
        lines: &[
            "scopes.separator",
            "token.response.token_type",
            "token.response.expires",
            "account.auth",
            "account.label",
        ],
        ..PLAIN
    },
    Case {
        name: "openrouter",
        lifetime: None,
        refresh: Refresh::Never,
        lines: &[
            "authorize.rename",
            "authorize.omit",
            "token.body",
            "token.omit",
            "token.params",
            "token.response.access_token",
        ],
        ..PLAIN
    },
    Case {
        name: "figma",
        secret: true,
        add: &["--scope", "current_user:read", "--scope", "file_content:read"],
        account: Some("ada@example.com"),
        granted: "current_user:read file_content:read",
        lines: &["scopes.separator", "refresh.endpoint", "account.url"],
        ..PLAIN
    },
    Case {
        name: "canva",
        secret: true,
        account: Some("Ada"),
        granted: "profile:read",
        lifetime: Some(14_400),
        revocation: "revoked",
        lines: &["client.pkce_method", "account.label"],
        ..PLAIN
    },
    Case {
        name: "supabase",
        secret: true,
        revocation: "revoked",
        lines: &["revoke", "revoke.token", "revoke.body"],
        ..PLAIN
    },
];
