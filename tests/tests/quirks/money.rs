//! Shops, payments and books.

use crate::case::{Case, PLAIN, Refresh};

pub const CASES: &[Case] = &[
    Case {
        name: "shopify",
        secret: true,
        add: &["--scope", "read_products", "--scope", "read_orders"],
        // The redirect must name a shop's own host, and this machine has none.
        apart: &["hooks"],
        account: Some("Acme"),
        granted: "read_products read_orders",
        revocation: "revoked",
        lines: &[
            "scopes.separator",
            "token.params",
            "token.response.token_type",
            "account.headers",
            "revoke",
        ],
        ..PLAIN
    },
    Case {
        name: "shopify-forged",
        file: "shopify",
        secret: true,
        add: &["--scope", "read_products", "--scope", "read_orders"],
        refused: Some("callback/bad_signature"),
        lines: &["hooks.verify_callback"],
        ..PLAIN
    },
    Case {
        name: "bigcommerce",
        secret: true,
        account: Some("stores/abc123"),
        granted: "store_v2_products",
        lifetime: None,
        refresh: Refresh::Never,
        captured: &["context=stores/abc123"],
        lines: &["authorize.capture", "authorize.forward", "token.response.token_type", "account.from"],
        ..PLAIN
    },
    Case {
        name: "stripe-connect",
        secret: true,
        account: Some("acct_ada"),
        granted: "read_write",
        lifetime: None,
        captured: &["account=acct_ada"],
        lines: &["token.response.capture", "account.from"],
        ..PLAIN
    },
    Case {
        name: "square",
        secret: true,
        granted: "MERCHANT_PROFILE_READ",
        lifetime: Some(2_592_000),
        captured: &["merchant_id=M1"],
        revocation: "revoked",
        lines: &[
            "authorize.params",
            "token.body",
            "token.response.expires",
            "token.response.capture",
            "revoke",
            "revoke.headers",
        ],
        ..PLAIN
    },
    Case {
        name: "quickbooks",
        secret: true,
        account: Some("ada@example.com"),
        granted: "openid email com.intuit.quickbooks.accounting",
        refresh_lifetime: Some(8_640_000),
        captured: &["realmId=4620816365"],
        revocation: "revoked",
        lines: &["authorize.capture", "token.response.refresh_expires"],
        ..PLAIN
    },
    Case {
        name: "xero",
        account: Some("ada@example.com"),
        granted: "openid profile email offline_access",
        lifetime: Some(1800),
        refresh_lifetime: Some(5_184_000),
        captured: &["tenant_id=t1"],
        revocation: "revoked",
        lines: &["lookup"],
        ..PLAIN
    },
    Case {
        name: "exact-online",
        secret: true,
        account: Some("ada@example.com"),
        lifetime: Some(25),
        lines: &["account.label"],
        ..PLAIN
    },
    Case {
        name: "exact-online-early",
        file: "exact-online",
        secret: true,
        account: Some("ada@example.com"),
        lifetime: Some(600),
        refresh: Refresh::Unsent("refresh/too_early"),
        lines: &["refresh.min_remaining_s"],
        ..PLAIN
    },
    Case {
        name: "squarespace",
        secret: true,
        add: &["--scope", "website.orders.read", "--scope", "website.inventory.read"],
        granted: "website.orders.read website.inventory.read",
        lifetime: None,
        lines: &["scopes.separator", "authorize.offline_params"],
        ..PLAIN
    },
];
