//! Social networks.

use crate::case::{Case, PLAIN, Refresh};

pub const CASES: &[Case] = &[
    Case {
        name: "kakao",
        secret: true,
        add: &["--scope", "profile_nickname", "--scope", "account_email"],
        account: Some("Ada"),
        granted: "profile_nickname account_email",
        lifetime: Some(21_599),
        refresh_lifetime: Some(5_184_000),
        lines: &["scopes.separator", "account.label"],
        ..PLAIN
    },
    Case {
        name: "bluesky",
        registers: true,
        redirect_uri: Some("http://127.0.0.1/callback"),
        bound: true,
        add: &["--var", "handle=ada.test"],
        account: Some("did:plc:ada"),
        granted: "atproto",
        revocation: "revoked",
        lines: &[
            "server.resource",
            "client.dpop_bound_access_tokens",
            "authorize.params",
            "account.from",
            "api.base",
            "hooks.register_client",
        ],
        ..PLAIN
    },
    Case {
        name: "mastodon",
        registers: true,
        add: &["--var", "host=mastodon.example"],
        account: Some("ada"),
        granted: "read",
        lifetime: None,
        refresh: Refresh::Never,
        revocation: "revoked",
        lines: &["server.registration_endpoint", "hooks.register_client", "account.url", "account.label"],
        ..PLAIN
    },
    Case {
        name: "vk-id",
        account: Some("Ada"),
        granted: "email",
        lines: &["authorize.capture", "authorize.forward", "account.body", "account.label"],
        ..PLAIN
    },
    Case {
        name: "tiktok",
        secret: true,
        add: &["--scope", "user.info.basic", "--scope", "video.list"],
        account: Some("Ada"),
        granted: "user.info.basic video.list",
        lifetime: Some(86_400),
        refresh_lifetime: Some(31_536_000),
        captured: &["open_id=open-ada"],
        revocation: "revoked",
        lines: &[
            "client.pkce_encoding",
            "scopes.separator",
            "authorize.rename",
            "token.rename",
            "token.response.refresh_expires",
            "token.response.capture",
            "account.label",
            "revoke",
        ],
        ..PLAIN
    },
    Case {
        name: "reddit",
        account: Some("ada"),
        granted: "identity",
        lifetime: Some(86_400),
        revocation: "revoked",
        lines: &["client.public_basic", "authorize.offline_params"],
        ..PLAIN
    },
    Case {
        name: "facebook",
        secret: true,
        account: Some("Ada"),
        granted: "public_profile email",
        lifetime: Some(5_184_000),
        refresh: Refresh::Never,
        revocation: "revoked",
        lines: &["scopes.separator", "refresh.exchange", "account.label", "account.capture", "revoke"],
        ..PLAIN
    },
    Case {
        name: "instagram",
        secret: true,
        add: &["--scope", "instagram_business_basic", "--scope", "instagram_business_manage_messages"],
        account: Some("ada"),
        granted: "instagram_business_basic instagram_business_manage_messages",
        lifetime: Some(5_184_000),
        lines: &["scopes.separator", "refresh.exchange", "refresh.renew"],
        ..PLAIN
    },
    Case {
        name: "threads",
        secret: true,
        add: &["--scope", "threads_basic", "--scope", "threads_content_publish"],
        account: Some("ada"),
        granted: "threads_basic threads_content_publish",
        lifetime: Some(5_184_000),
        lines: &["scopes.separator", "refresh.exchange", "refresh.renew"],
        ..PLAIN
    },
];
