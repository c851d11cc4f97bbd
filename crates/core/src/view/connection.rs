//! One connection as a face shows it: its status, what it waits for, what became of it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokenrack_oauth::introspection::Introspection;

use crate::connection::{ClientAuthentication, ConnectionId, GrantType, LastEvent, RedirectMethod};
use crate::language::{Sentence, again, is_ours};
use crate::provider::ProviderId;
use crate::say;

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
    /// The authorization server, once it is known: its issuer, or where its tokens come from.
    pub server: Option<String>,
    /// dev, staging, prod or the person's own word.
    pub environment: Option<String>,
    /// Who is connected.
    pub account: Option<String>,
    /// The provider's own name for them (`sub`), where it says one.
    pub account_id: Option<String>,
    /// Who was until the last sign-in, where that has brought another account.
    pub account_before: Option<String>,
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
    /// Whether the tokens are bound to a key that stays in the vault (RFC 9449): of no use elsewhere, so never copied.
    pub dpop_bound: bool,
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
    pub fn word(self) -> Sentence {
        match self {
            Self::NotConnected => const { Sentence::of("Not connected") },
            Self::WaitingForBrowser => const { Sentence::of("Waiting for browser") },
            Self::Connected => const { Sentence::of("Connected") },
            Self::ExpiresSoon => const { Sentence::of("Expires soon") },
            Self::Refreshing => const { Sentence::of("Refreshing") },
            Self::Expired => const { Sentence::of("Expired") },
            Self::Offline => const { Sentence::of("Offline") },
            Self::Retrying => const { Sentence::of("Retrying") },
            Self::ActionNeeded => const { Sentence::of("Action needed") },
            Self::ProviderError => const { Sentence::of("Provider error") },
            Self::KeychainLocked => const { Sentence::of("Keychain locked") },
            Self::Unsaved => const { Sentence::of("Unsaved") },
        }
    }

    /// The token can be used now.
    pub fn is_connected(self) -> bool {
        matches!(self, Self::Connected | Self::ExpiresSoon | Self::Refreshing)
    }

    /// Only a person helps.
    pub fn needs_person(self) -> bool {
        matches!(
            self,
            Self::ActionNeeded | Self::ProviderError | Self::KeychainLocked | Self::Expired | Self::Unsaved
        )
    }
}

/// `42 connected, 2 need you.`
pub fn summary(connections: &[StatusKind]) -> String {
    let count = |is: fn(StatusKind) -> bool| connections.iter().filter(|kind| is(**kind)).count();
    let connected = count(StatusKind::is_connected);
    match count(StatusKind::needs_person) {
        0 => say!("{connected} connected.", connected = connected),
        1 => say!("{connected} connected, 1 needs you.", connected = connected),
        need => say!("{connected} connected, {need} need you.", connected = connected, need = need),
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
    /// Why: plain text, capped.
    pub cause: Option<String>,
    /// Whether that is said by Tokenrack, and not in the other side's words.
    pub ours: bool,
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
            message: problem.code.title().said().to_owned(),
            cause: problem.cause.as_deref().map(again),
            ours: problem.cause.as_deref().is_some_and(is_ours),
            suggestion: problem.code.suggestion().said().to_owned(),
            action: problem.code.action(),
            http_status: problem.http_status,
            docs_url: problem.docs_url(),
        }
    }
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Revocation {
    /// It ended them.
    Revoked,
    /// It has no way to.
    Unsupported,
    /// It did not; they may live on until they expire.
    Failed,
    /// It was told, and what it answered is not known; they may live on until they expire.
    Unknown,
    /// There was nothing to revoke.
    Nothing,
}
