//! Providers, their files, and what a person fills in to add a connection.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::connection::{ClientAuthentication, ConnectionId, GrantType, RedirectMethod};
use crate::provider::{LeftOut, ProviderId};

/// A line of the gallery.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ProviderView {
    /// Stable.
    pub id: ProviderId,
    /// For people.
    pub name: String,
    /// For filtering.
    pub category: String,
    /// Its icon's name, where that is not the id.
    pub icon: Option<String>,
    /// The day of the last live check; absent: not verified here.
    pub verified: Option<String>,
}

/// Where a provider's entry comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Origin {
    /// It ships with Tokenrack.
    Shipped,
    /// A file of the person's own.
    Own {
        /// Its name.
        file: String,
    },
    /// The server said it itself.
    Discovered,
}

/// A provider's page: what to register, where, and what is special.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ProviderPage {
    /// The line of the gallery.
    #[serde(flatten)]
    pub provider: ProviderView,
    /// Where the entry comes from.
    pub origin: Origin,
    /// Where its facts come from.
    pub sources: Vec<String>,
    /// One sentence.
    pub description: Option<String>,
    /// Where the person registers the client, with variables still in braces.
    pub register_url: Option<String>,
    /// The provider's documentation.
    pub docs_url: Option<String>,
    /// Which application type to choose there.
    pub app_type: Option<String>,
    /// What to do there, in order.
    pub checklist: Vec<String>,
    /// What is special.
    pub warnings: Vec<String>,
    /// Variables to fill in.
    pub vars: Vec<VarView>,
    /// Ways to tokens that the provider is known to offer, best first.
    pub grants: Vec<GrantType>,
    /// Whether the client has a secret.
    pub secret: SecretNeed,
    /// The same for a sign-in by a device code.
    pub device_secret: SecretNeed,
    /// Client authentication methods the provider takes, best first.
    pub authentication: Vec<ClientAuthentication>,
    /// Ways back the provider takes, best first.
    pub redirects: Vec<RedirectMethod>,
    /// Asked for unless the person chooses otherwise.
    pub default_scopes: Vec<String>,
    /// Scopes that it is known to have: those that are explained, and those that the server lists.
    pub scopes: Vec<String>,
    /// What scopes mean, for people.
    pub scope_meanings: BTreeMap<String, String>,
    /// Whether the provider gives refresh tokens; absent when unknown.
    pub refreshes: Option<bool>,
    /// Whether PKCE is sent.
    pub pkce: bool,
}

/// The text of a provider file that is being written, as far as it can be read.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SpecView {
    /// What it would be saved as; absent where the text says none that can be one.
    pub id: Option<ProviderId>,
    /// What is wrong. A file with mistakes is not saved.
    pub findings: Vec<FindingView>,
    /// Whether there is a file of the person's own with this id.
    pub exists: bool,
    /// What to know before it is saved: that it stands in for a shipped provider, that it brings scripts.
    pub cautions: Vec<String>,
    /// Variables to fill in before it can be tried.
    pub vars: Vec<VarView>,
}

/// One thing that is wrong with a provider file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FindingView {
    /// The file that has it, where that is one this one starts from.
    pub file: Option<String>,
    /// Counted from 1; absent when it concerns the file as a whole.
    pub line: Option<usize>,
    /// Where in the format, and what is wrong.
    pub message: String,
    /// Whether that is said by Tokenrack, and not by the reader of TOML.
    pub ours: bool,
    /// What to write instead.
    pub instead: Option<String>,
}

/// A provider file made of another program's document.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ImportView {
    /// The file.
    pub text: String,
    /// What of the document is not in it.
    pub left_out: Vec<LeftOut>,
}

/// Whether the client has a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SecretNeed {
    /// Always.
    Required,
    /// Depends on how the client is registered.
    Optional,
    /// Never sent.
    Forbidden,
}

/// A variable of a provider: tenant, host.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct VarView {
    /// As in `--var name=value`.
    pub name: String,
    /// For people.
    pub title: String,
    /// Used when left empty.
    pub default: Option<String>,
    /// An example to show in the empty field.
    pub example: Option<String>,
    /// The only values allowed, if any.
    pub choices: Vec<String>,
}

/// What a person fills in to add a connection. The client secret travels beside it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// A catalog id, or the URL of an issuer to discover from.
    pub provider: String,
    /// Empty: the provider's name, with a number if taken.
    #[serde(default)]
    pub name: Option<String>,
    /// Public.
    #[serde(default)]
    pub client_id: String,
    /// A connection with this client at this server, whose client secret is taken where none travels beside.
    #[serde(default)]
    pub client_of: Option<ConnectionId>,
    /// Absent: `none` without a secret, else the first the provider takes.
    #[serde(default)]
    pub authentication: Option<ClientAuthentication>,
    /// Absent: with the browser.
    #[serde(default)]
    pub grant: Option<GrantType>,
    /// Absent: the provider's default.
    #[serde(default)]
    pub scopes: Option<Vec<String>>,
    /// What the token is for: absolute URIs (RFC 8707).
    #[serde(default)]
    #[cfg_attr(test, ts(optional, as = "Option<Vec<String>>"))]
    pub resources: Vec<String>,
    /// Tenant, host.
    #[serde(default)]
    pub vars: BTreeMap<String, String>,
    /// dev, staging, prod or the person's own word.
    #[serde(default)]
    pub environment: Option<String>,
    /// For the URL of a server that does not say itself where they are.
    #[serde(default)]
    pub endpoints: Option<Endpoints>,
    /// Absent: the provider's best.
    #[serde(default)]
    pub redirect: Option<RedirectMethod>,
    /// A fixed loopback port; absent: any free one where the provider allows it.
    #[serde(default)]
    pub port: Option<u16>,
    /// For a client that is registered already: used to the letter.
    #[serde(default)]
    pub redirect_uri: Option<String>,
}

/// A server's endpoints, given by hand (RFC 8414 §2). They count more than what the server says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
#[serde(default, deny_unknown_fields)]
pub struct Endpoints {
    /// Who its answers come from.
    pub issuer: Option<String>,
    /// Where a person signs in.
    pub authorization_endpoint: Option<String>,
    /// Where tokens come from.
    pub token_endpoint: Option<String>,
    /// Where they are ended (RFC 7009).
    pub revocation_endpoint: Option<String>,
    /// Where the server says what it thinks of one (RFC 7662).
    pub introspection_endpoint: Option<String>,
    /// Where a device code comes from (RFC 8628).
    pub device_authorization_endpoint: Option<String>,
    /// Who is connected (OpenID Connect Core §5.3).
    pub userinfo_endpoint: Option<String>,
    /// The keys of its ID tokens.
    pub jwks_uri: Option<String>,
}

/// A draft as it would be added, so that a person can register exactly that.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DraftPreview {
    /// The URI to register.
    pub redirect_uri: String,
    /// How the redirect comes back.
    pub redirect: RedirectMethod,
    /// The name it would have.
    pub name: String,
    /// Where to register, variables filled in.
    pub register_url: Option<String>,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// How tokens would be obtained.
    pub grant: GrantType,
    /// Ways to tokens that the server is known to offer, best first; its own document may add some to the page's.
    pub grants: Vec<GrantType>,
    /// How the client would prove itself.
    pub authentication: ClientAuthentication,
    /// Whether the client id may be left empty, because Tokenrack can register itself with the server.
    pub registers: bool,
    /// Fields that are not right yet: field → what to write instead.
    pub errors: BTreeMap<String, String>,
}
