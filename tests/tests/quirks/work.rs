//! Documents, projects, customers and files at work.

use crate::case::{Case, PLAIN, Refresh};

pub const CASES: &[Case] = &[
    Case {
        name: "airtable",
        account: Some("ada@example.com"),
        granted: "user.email:read",
        refresh_lifetime: Some(5_184_000),
        lines: &["token.response.refresh_expires"],
        ..PLAIN
    },
    Case {
        name: "notion",
        secret: true,
        account: Some("ada@example.com"),
        lifetime: None,
        captured: &["workspace_id=w1", "workspace_name=Acme", "bot_id=b1"],
        revocation: "revoked",
        lines: &[
            "client.pkce",
            "authorize.params",
            "token.body",
            "token.response.capture",
            "account.headers",
            "account.label",
        ],
        ..PLAIN
    },
    Case {
        name: "linear",
        secret: true,
        add: &["--scope", "read", "--scope", "write"],
        account: Some("ada@example.com"),
        granted: "read write",
        lifetime: Some(86_400),
        revocation: "revoked",
        lines: &["scopes.separator", "authorize.params", "account.graphql", "account.label"],
        ..PLAIN
    },
    Case {
        name: "monday",
        secret: true,
        account: Some("ada@example.com"),
        granted: "me:read",
        lifetime: None,
        refresh: Refresh::Never,
        lines: &["authorize.omit", "account.graphql", "account.label"],
        ..PLAIN
    },
    Case {
        name: "basecamp",
        secret: true,
        account: Some("ada@example.com"),
        lifetime: Some(1_209_600),
        captured: &["href=https://3.basecampapi.com/7"],
        lines: &[
            "authorize.rename",
            "authorize.values",
            "token.rename",
            "token.values",
            "refresh.values",
            "account.label",
            "lookup",
        ],
        ..PLAIN
    },
    Case {
        name: "jira",
        secret: true,
        account: Some("ada@example.com"),
        granted: "read:me read:jira-user offline_access",
        refresh_lifetime: Some(7_776_000),
        captured: &["cloud_id=00000000-0000-4000-8000-000000000001"],
        lines: &["authorize.params.audience", "authorize.params.prompt", "account.url", "lookup"],
        ..PLAIN
    },
    Case {
        name: "trello",
        account: Some("ada"),
        granted: "read:member:trello read:board:trello offline_access",
        lines: &["authorize.params", "token.body", "account.label"],
        ..PLAIN
    },
    Case {
        name: "todoist",
        secret: true,
        add: &["--scope", "data:read", "--scope", "task:add"],
        account: Some("ada@example.com"),
        granted: "data:read task:add",
        lifetime: Some(315_360_000),
        refresh: Refresh::Never,
        revocation: "revoked",
        lines: &["scopes.separator", "account.body", "account.label", "revoke.query"],
        ..PLAIN
    },
    Case {
        name: "pcloud",
        secret: true,
        account: Some("ada@example.com"),
        lifetime: None,
        refresh: Refresh::Never,
        lines: &["authorize.capture"],
        ..PLAIN
    },
    Case {
        name: "pcloud-mixed-up",
        file: "pcloud",
        secret: true,
        refused: Some("callback/not_allowed"),
        ..PLAIN
    },
    Case {
        name: "zoho",
        secret: true,
        add: &["--scope", "AaaServer.profile.READ", "--scope", "ZohoCRM.modules.READ"],
        account: Some("ada@example.com"),
        granted: "AaaServer.profile.READ ZohoCRM.modules.READ",
        captured: &["api_domain=https://www.zohoapis.eu"],
        revocation: "revoked",
        lines: &[
            "scopes.separator",
            "authorize.offline_params",
            "authorize.capture",
            "token.response.capture",
            "account.label",
        ],
        ..PLAIN
    },
    Case {
        name: "zoho-mixed-up",
        file: "zoho",
        secret: true,
        add: &["--scope", "AaaServer.profile.READ", "--scope", "ZohoCRM.modules.READ"],
        refused: Some("callback/not_allowed"),
        ..PLAIN
    },
    Case {
        name: "salesforce",
        account: Some("ada@example.com"),
        granted: "id offline_access",
        lifetime: None,
        captured: &["instance_url=https://acme.my.salesforce.com"],
        revocation: "revoked",
        lines: &["token.response.capture"],
        ..PLAIN
    },
    Case {
        name: "hubspot",
        secret: true,
        account: Some("ada@example.com"),
        granted: "oauth",
        lifetime: Some(1800),
        captured: &["hub_domain=acme"],
        revocation: "revoked",
        lines: &["scopes.default", "account.label", "account.capture", "revoke"],
        ..PLAIN
    },
];
