//! What faces see. The same types serve the window and `--json`; none can hold a secret.

mod response;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokenrack_oauth::introspection::Introspection;

use crate::connection::{ClientAuthentication, ConnectionId, GrantType, LastEvent, RedirectMethod};
use crate::ports::{Revision, VaultStatus};
use crate::provider::{LeftOut, ProviderId};

pub use response::{BodyEncoding, ResponseView};

/// Everything a face needs when it opens.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Snapshot {
    /// When this was true.
    #[cfg_attr(test, ts(type = "number"))]
    pub revision: Revision,
    /// All connections.
    pub connections: Vec<ConnectionView>,
    /// The vault.
    pub vault: VaultStatus,
    /// The person's settings.
    pub settings: Settings,
}

/// One connection.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ConnectionView {
    /// Stable.
    pub id: ConnectionId,
    /// The person's name for it.
    pub name: String,
    /// Provider id.
    pub provider: ProviderId,
    /// Provider name.
    pub provider_name: String,
    /// dev, staging, prod or the person's own word.
    pub environment: Option<String>,
    /// Who is connected.
    pub account: Option<String>,
    /// Where it stands.
    pub status: StatusView,
    /// When the current access token was issued.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub issued_at: Option<Timestamp>,
    /// When it ends; absent when unknown or when there is none.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub expires_at: Option<Timestamp>,
    /// When the refresh token ends, where the provider says so.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub refresh_expires_at: Option<Timestamp>,
    /// When a person will have to sign in again, as far as can be told.
    pub sign_in_by: Option<SignInBy>,
    /// Asked for.
    pub scopes_requested: Vec<String>,
    /// Granted; absent when not connected.
    pub scopes_granted: Option<Vec<String>>,
    /// Asked for and not granted; empty when not connected.
    pub scopes_missing: Vec<String>,
    /// What the token is for (RFC 8707).
    pub resources: Vec<String>,
    /// Whether it can be renewed without a person.
    pub refreshable: bool,
    /// The client.
    pub registration: RegistrationView,
    /// While a person is awaited.
    pub waiting: Option<WaitingView>,
    /// The newest failure that still matters.
    pub problem: Option<ProblemView>,
    /// What is weaker than it could be, one sentence each ("This provider cannot do PKCE…").
    pub cautions: Vec<String>,
    /// What its tokens reach, for the person to choose from; one each for a tenant, a site, an account.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<Vec<ChoiceView>>"))]
    pub choices: Vec<ChoiceView>,
    /// What the provider's file keeps of the redirect and of answers: tenant, API host. No secret.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<BTreeMap<String, String>>"))]
    pub captured: BTreeMap<String, String>,
    /// Pages the provider has for a person.
    pub links: Vec<ProviderLink>,
    /// The newest line of its record.
    pub last_event: LastEvent,
}

/// When a person will have to sign in again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SignInBy {
    /// At the latest.
    #[cfg_attr(test, ts(type = "string"))]
    pub at: Timestamp,
    /// How that is known.
    pub basis: SignInBasis,
    /// Each refresh moves it: only who does not refresh until then has to.
    pub moves: bool,
}

/// How it is known when a sign-in will be needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SignInBasis {
    /// The access token ends then, and nothing can renew it.
    AccessToken,
    /// The refresh token ends then, by the provider's answer or its documentation.
    RefreshToken,
    /// This connection's earlier sign-ins lasted so long.
    History,
}

/// One of several tenants, sites or accounts.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ChoiceView {
    /// The name of the value.
    pub store: String,
    /// What it is, for people.
    pub title: String,
    /// The id of the one in use.
    pub chosen: Option<String>,
    /// All of them.
    pub options: Vec<OptionView>,
}

/// Something that can be chosen.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct OptionView {
    /// Sent to the provider.
    pub id: String,
    /// What a person recognises.
    pub label: String,
}

/// One word, one shape, one tone, one next step.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StatusView {
    /// The word.
    pub kind: StatusKind,
    /// Since when.
    #[cfg_attr(test, ts(type = "string"))]
    pub since: Timestamp,
    /// Until when, if time alone will change it.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub until: Option<Timestamp>,
    /// What shows it: "Token valid, received from the provider at 14:32". Times are left to the face: no instants here.
    pub evidence: String,
    /// The one next step.
    pub next: Option<Action>,
}

/// The twelve words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum StatusKind {
    /// No tokens.
    NotConnected,
    /// A person is at work in a browser.
    WaitingForBrowser,
    /// A valid token is in the vault.
    Connected,
    /// Valid, and the end is near.
    ExpiresSoon,
    /// A refresh is under way.
    Refreshing,
    /// The token has ended; a refresh may help.
    Expired,
    /// The provider could not be reached.
    Offline,
    /// A try failed, another follows.
    Retrying,
    /// A person must sign in again.
    ActionNeeded,
    /// The provider refuses the client or its settings.
    ProviderError,
    /// The vault is locked.
    KeychainLocked,
    /// New tokens are not saved yet.
    Unsaved,
}

impl StatusKind {
    /// The word a person reads.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotConnected => "Not connected",
            Self::WaitingForBrowser => "Waiting for browser",
            Self::Connected => "Connected",
            Self::ExpiresSoon => "Expires soon",
            Self::Refreshing => "Refreshing",
            Self::Expired => "Expired",
            Self::Offline => "Offline",
            Self::Retrying => "Retrying",
            Self::ActionNeeded => "Action needed",
            Self::ProviderError => "Provider error",
            Self::KeychainLocked => "Keychain locked",
            Self::Unsaved => "Unsaved",
        }
    }
}

/// What a button does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Start a sign-in.
    Connect,
    /// Renew the token.
    Refresh,
    /// Copy the access token.
    CopyToken,
    /// Do the last thing again.
    Retry,
    /// Copy the authorization URL.
    CopyLink,
    /// Unlock the vault.
    Unlock,
    /// Change the client's settings.
    EditConnection,
}

/// A page the provider has for a person; the address stays with the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ProviderLink {
    /// Where the client is registered.
    Register,
    /// The documentation.
    Docs,
    /// Where a person can cut the access by hand.
    UserRevoke,
}

/// The client a connection uses.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RegistrationView {
    /// Public.
    pub client_id: String,
    /// How tokens are obtained.
    pub grant: GrantType,
    /// How it proves itself.
    pub authentication: ClientAuthentication,
    /// How the redirect comes back, for the grant that has one.
    pub redirect: RedirectMethod,
    /// What is registered at the provider, for the grant that has one.
    pub redirect_uri: String,
}

/// What is awaited while a person signs in.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WaitingView {
    /// The page, to copy or open again; absent for a redirect that another process awaits.
    pub authorization_url: Option<String>,
    /// How the redirect comes back; absent for a code.
    pub redirect: Option<RedirectMethod>,
    /// Where it comes back to; absent for a code.
    pub redirect_uri: Option<String>,
    /// What to enter where; absent for a redirect.
    pub device: Option<DeviceCodeView>,
    /// The host the person signs in at.
    pub host: String,
    /// Since when.
    #[cfg_attr(test, ts(type = "string"))]
    pub started_at: Timestamp,
    /// Until when.
    #[cfg_attr(test, ts(type = "string"))]
    pub expires_at: Timestamp,
    /// False when no browser could be opened: the URL must be copied.
    pub browser_opened: bool,
    /// The answer has come and the tokens are being fetched.
    pub exchanging: bool,
}

/// A code that a person enters on another page (RFC 8628 §3.3).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DeviceCodeView {
    /// To enter; no secret.
    pub user_code: String,
    /// Where.
    pub verification_uri: String,
    /// With the code filled in, where the server has it.
    pub verification_uri_complete: Option<String>,
}

/// A failure in five parts: what happened, why, what to do, details, a link.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ProblemView {
    /// Stable, for programs.
    pub code: String,
    /// What happened.
    pub message: String,
    /// Why, in the other side's words: plain text, capped.
    pub cause: Option<String>,
    /// What to do.
    pub suggestion: String,
    /// The button that does it.
    pub action: Option<Action>,
    /// The HTTP status, when an answer came.
    pub http_status: Option<u16>,
    /// Where it is explained.
    pub docs_url: String,
}

impl From<&crate::problem::Problem> for ProblemView {
    fn from(problem: &crate::problem::Problem) -> Self {
        Self {
            code: problem.code.as_str().to_owned(),
            message: problem.code.title().to_owned(),
            cause: problem.cause.clone(),
            suggestion: problem.code.suggestion().to_owned(),
            action: problem.code.action(),
            http_status: problem.http_status,
            docs_url: problem.docs_url(),
        }
    }
}

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

/// What the server says of the access token (RFC 7662 §2.2). No token.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct IntrospectionView {
    /// Whose.
    pub connection: ConnectionId,
    /// Whether the server takes the token.
    pub active: bool,
    /// What it may do.
    pub scope: Option<Vec<String>>,
    /// For whom it was issued.
    pub client_id: Option<String>,
    /// Who agreed, for people.
    pub username: Option<String>,
    /// `Bearer`, `DPoP`.
    pub token_type: Option<String>,
    /// Who agreed, for programs.
    pub sub: Option<String>,
    /// Who may take the token.
    pub aud: Vec<String>,
    /// Who issued it.
    pub iss: Option<String>,
    /// When it ends.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub exp: Option<Timestamp>,
    /// When it was issued.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub iat: Option<Timestamp>,
    /// From when it is taken.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub nbf: Option<Timestamp>,
}

impl IntrospectionView {
    /// The answer about this connection's token.
    pub fn new(connection: ConnectionId, answer: Introspection) -> Self {
        let Introspection { active, scopes, client_id, username, token_type, sub, aud, iss, exp, iat, nbf } =
            answer;
        let scope = scopes;
        Self { connection, active, scope, client_id, username, token_type, sub, aud, iss, exp, iat, nbf }
    }
}

/// What became of a disconnect.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DisconnectView {
    /// Whose.
    pub connection: ConnectionId,
    /// What the provider did.
    pub revocation: Revocation,
    /// Why it did not, when it failed.
    pub problem: Option<ProblemView>,
    /// Where a person can cut the access by hand.
    pub user_revoke_url: Option<String>,
    /// The tokens are kept for nothing but their revocation, which is tried again.
    pub tried_again: bool,
    /// The connection itself was deleted too.
    pub forgotten: bool,
}

/// What the provider did with the tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Revocation {
    /// It ended them.
    Revoked,
    /// It has no way to.
    Unsupported,
    /// It did not; they may live on until they expire.
    Failed,
    /// There was nothing to revoke.
    Nothing,
}

/// One check of the doctor.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CheckView {
    /// keychain, deep_link, clock, database, browser, files.
    pub name: String,
    /// For people.
    pub title: String,
    /// How it went.
    pub outcome: CheckOutcome,
    /// What was seen.
    pub finding: String,
    /// What to do, unless it is well.
    pub cure: Option<String>,
}

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum CheckOutcome {
    /// Well.
    Ok,
    /// Usable, with a limit.
    Warning,
    /// Not usable.
    Failed,
}

/// The person's settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Seconds until a copied token leaves the clipboard, 5 to 300.
    pub clipboard_seconds: u32,
    /// Colours.
    pub theme: Theme,
    /// Row height.
    pub density: Density,
    /// Whether the desktop says what needs the person while they do not look at the window.
    pub notifications: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            clipboard_seconds: 30,
            theme: Theme::System,
            density: Density::Comfortable,
            notifications: true,
        }
    }
}

/// Colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the desktop.
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

/// Row height.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Density {
    /// 40 px.
    Comfortable,
    /// 28 px.
    Compact,
}
