//! The format of a provider file (docs/providers.md).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tokenrack_oauth::dialect::{
    AccountDialect, ApiDialect, AuthorizeDialect, DeviceDialect, LookupDialect, RefreshDialect,
    RevokeDialect, ScopeDialect, TokenDialect,
};

use super::ServerMetadata;
use crate::view::SecretNeed;

/// Lower-case letters, digits and hyphens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, derive(ts_rs::TS), ts(type = "string"))]
#[serde(transparent)]
pub struct ProviderId(pub String);

impl ProviderId {
    /// Whether it can be one, and so a file's name.
    pub fn is_well_formed(&self) -> bool {
        !self.0.is_empty()
            && self.0.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    }
}

impl std::fmt::Display for ProviderId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// How to talk to an authorization server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProviderSpec {
    /// The format's version: 1.
    pub schema: u32,
    /// Unique in the catalog; the file's name without `.toml`.
    pub id: ProviderId,
    /// The provider this one starts from: tables are merged key by key, this file's word counts. Never in a circle. Its
    /// own id, in a person's file, is the shipped entry it changes.
    #[serde(default)]
    pub extends: Option<ProviderId>,
    /// For people.
    pub name: String,
    /// One sentence for people.
    #[serde(default)]
    pub description: Option<String>,
    /// For filtering.
    #[serde(default)]
    pub category: String,
    /// Other words a person may search for.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Its icon's name at simple-icons, where that is not the id. Without an icon a monogram is drawn.
    #[serde(default)]
    pub icon: Option<String>,
    /// The day somebody last connected with it, `YYYY-MM-DD`; absent: never.
    #[serde(default)]
    pub verified: Option<String>,
    /// Where the facts come from.
    #[serde(default)]
    pub sources: Vec<String>,
    /// Pages for people.
    #[serde(default)]
    pub links: Links,
    /// What to do on the registration page.
    #[serde(default)]
    pub setup: Setup,
    /// Variables, used as `{name}` in URLs.
    #[serde(default)]
    pub vars: BTreeMap<String, Variable>,
    /// The server, RFC 8414 names.
    #[serde(default)]
    pub server: Server,
    /// The client.
    #[serde(default)]
    pub client: Client,
    /// Ways back.
    #[serde(default)]
    pub redirect: Redirect,
    /// Scopes.
    #[serde(default)]
    pub scopes: ScopeDialect,
    /// The authorization request.
    #[serde(default)]
    pub authorize: AuthorizeDialect,
    /// The token endpoint.
    #[serde(default)]
    pub token: TokenDialect,
    /// The refresh.
    #[serde(default)]
    pub refresh: RefreshDialect,
    /// Who is connected.
    #[serde(default)]
    pub account: AccountDialect,
    /// Which tenant, site or account of several.
    #[serde(default)]
    pub lookup: Vec<LookupDialect>,
    /// Revocation.
    #[serde(default)]
    pub revoke: RevokeDialect,
    /// Device authorization.
    #[serde(default)]
    pub device: DeviceDialect,
    /// How the token is used.
    #[serde(default)]
    pub api: ApiDialect,
    /// What data cannot say, from a closed list.
    #[serde(default)]
    pub hooks: Hooks,
    /// What neither data nor a hook can say, in a person's own file.
    #[serde(default)]
    pub scripts: Scripts,
}

/// Pages for people.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Links {
    /// Where the person registers the client.
    pub register: Option<String>,
    /// The provider's documentation.
    pub docs: Option<String>,
    /// Where the person can cut the access by hand.
    pub user_revoke: Option<String>,
}

/// What to do on the registration page.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Setup {
    /// Which application type to choose.
    pub app_type: Option<String>,
    /// Steps, in order.
    pub checklist: Vec<String>,
    /// What is special.
    pub warnings: Vec<String>,
}

/// A variable of a provider's URLs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Variable {
    /// For people.
    pub title: String,
    /// Used when the person leaves it empty.
    pub default: Option<String>,
    /// Shown in the empty field.
    pub example: Option<String>,
    /// `host`, `host_port`, `host_path`, `label`, `uuid`, `slug`, `path`, `tenant` (Microsoft's), `issuer` (a whole
    /// https URL), `text` (for parameters and headers only), or empty for `slug`.
    pub pattern: String,
    /// The only values allowed, if any.
    #[serde(rename = "enum")]
    pub choices: Vec<String>,
    /// Who says the value.
    pub source: VariableSource,
    /// With another source than the person: the only values taken. `*.example.com` is every host below it, `*` whatever
    /// the pattern takes, where that is no host.
    pub allow: Vec<String>,
}

/// Who says a variable's value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum VariableSource {
    /// The person, when adding the connection.
    #[default]
    User,
    /// A redirect parameter that `authorize.capture` keeps.
    Callback,
    /// A value of the token response that `token.response.capture` keeps.
    Token,
    /// A value of the answer to `[account]` that `account.capture` keeps.
    Whoami,
    /// What a `[[lookup]]` stores.
    Lookup,
}

/// What data cannot say. Each word is compiled in; a file only chooses. (The loader refuses other keys; a connection's
/// stored copy may still have one that is gone.)
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Hooks {
    /// `shopify_hmac`: the redirect carries a signature of its parameters.
    pub verify_callback: Option<String>,
    /// `apple_jwt`: the client secret is a signed statement, made anew for each request.
    pub client_secret: Option<String>,
    /// `mastodon`: the `registration_endpoint` takes Mastodon's own form instead of RFC 7591's JSON. `atproto_localhost`:
    /// nobody is asked; the client id is the AT Protocol's development client, which says itself where it comes back to.
    pub register_client: Option<String>,
}

/// A person's own JavaScript for steps of a sign-in by the browser and of what follows. In a file: the name of a `.js`
/// file beside it, or the text itself; in a spec that was read: always the text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Scripts {
    /// `exports.getTokenData`, in the place of the token request.
    pub token_request: Option<String>,
    /// `exports.getCredentialsFromTokenResponse`, which reads the token response.
    pub credentials: Option<String>,
    /// `exports.refreshCredentials`, in the place of the refresh.
    pub refresh: Option<String>,
    /// `exports.test`, which says whether the credentials work.
    pub test: Option<String>,
}

/// The server: metadata pinned by the file, and where its own document is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Server {
    /// Where the metadata document is, when not at the issuer's well-known places.
    pub metadata_url: Option<String>,
    /// The API whose own metadata (RFC 9728) names the server, where neither is known before the person has said which API
    /// it is.
    pub resource: Option<String>,
    /// The ID token's `iss` where it differs from the issuer: `{claim}` stands for a claim of the token itself
    /// (Microsoft's `{tid}`).
    pub id_token_issuer: Option<String>,
    /// Pinned metadata. (serde cannot refuse unknown keys through `flatten`; the loader does.)
    #[serde(flatten)]
    pub metadata: ServerMetadata,
}

/// The client a person registers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Client {
    /// Whether it has a secret.
    pub secret: SecretNeed,
    /// The same for a sign-in by a device code, where that differs (GitHub).
    pub device_secret: Option<SecretNeed>,
    /// `default` (S256 is sent), `required`, or `never` with `sources` that say so.
    pub pkce: Pkce,
    /// How the challenge is written: `base64url` (RFC 7636 §4.2, the default) or `hex` (TikTok's desktop apps).
    pub pkce_encoding: String,
    /// `code_challenge_method` as the provider spells it; empty: `S256`. It always means SHA-256.
    pub pkce_method: String,
    /// What the secret is, where it is not one that the provider made up: `vendor_api_key`, `es256_jwt`. For people.
    pub secret_kind: String,
    /// Id and secret are form-encoded inside Basic (RFC 6749 §2.3.1). Epic Games wants them as they are.
    pub basic_form_encode: bool,
    /// A public client sends Basic with an empty password (Reddit).
    pub public_basic: bool,
    /// Whom a statement signed with the client's key is for: its token endpoint (the default), or `issuer`
    /// (RFC 7523 §3).
    pub assertion_audience: String,
    /// RFC 9449 §5.2: tokens are bound to a key of the connection's own, and sent with a proof of it.
    pub dpop_bound_access_tokens: bool,
}

impl Default for Client {
    fn default() -> Self {
        Self {
            secret: SecretNeed::Optional,
            device_secret: None,
            pkce: Pkce::Default,
            pkce_encoding: String::new(),
            pkce_method: String::new(),
            secret_kind: String::new(),
            basic_form_encode: true,
            public_basic: false,
            assertion_audience: String::new(),
            dpop_bound_access_tokens: false,
        }
    }
}

/// Whether PKCE is sent (always S256).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Pkce {
    /// Sent.
    Default,
    /// Sent, and the provider demands it.
    Required,
    /// The provider refuses it: the connection is shown as weaker.
    Never,
}

/// Ways back that the provider takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Redirect {
    /// Best first. Empty: unknown, so all are offered, deep link first.
    pub kinds: Vec<RedirectKind>,
    /// The host in a loopback redirect URI. Microsoft wants `localhost`.
    pub loopback_host: String,
    /// For people: what else is known of the provider's redirect rules.
    pub note: Option<String>,
}

impl Default for Redirect {
    fn default() -> Self {
        Self { kinds: Vec::new(), loopback_host: "127.0.0.1".into(), note: None }
    }
}

/// A way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RedirectKind {
    /// A private-use scheme.
    Scheme,
    /// Loopback, the port does not matter.
    LoopbackAny,
    /// Loopback, the port is part of what is registered.
    LoopbackFixed,
    /// An https page of the person's own; the browser ends there, and its address is pasted.
    Https,
    /// Any address the provider takes; where the browser ends is pasted.
    Paste,
}
