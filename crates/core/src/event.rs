//! What the engine tells faces, and what the activity record keeps. No type here can hold a secret.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::connection::ConnectionId;
use crate::language::again;
use crate::ports::{Revision, VaultStatus};
use crate::problem::Code;
use crate::view::ConnectionView;

/// State arrives as events, after one `Snapshot`. A face ignores a revision older than what it shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EngineEvent {
    /// Connections as they are now, and those that are gone.
    Connections {
        /// When this was true.
        #[cfg_attr(test, ts(type = "number"))]
        revision: Revision,
        /// New or changed.
        changed: Vec<ConnectionView>,
        /// Forgotten.
        removed: Vec<ConnectionId>,
    },
    /// A person who is not looking should hear of this. A face that has told them says so.
    NeedsPerson(Reminder),
    /// The activity record has new lines that changed no connection.
    Recorded {
        /// Of which connections; a line may be of none.
        connections: Vec<ConnectionId>,
    },
    /// The person's own provider files are others now.
    Providers,
    /// The vault became usable, or stopped being so.
    Vault {
        /// As it is now.
        status: VaultStatus,
    },
}

/// What an end of the process would cut short, and with it new tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Unfinished {
    /// Whose.
    pub connection: ConnectionId,
    /// What.
    pub work: UnderWay,
}

/// What brings new tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum UnderWay {
    /// They have come, and the vault does not take them.
    Saving,
    /// The provider may have answered a refresh.
    Refresh,
    /// The provider may have answered at the end of a sign-in.
    SignIn,
}

/// What a person should hear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Reminder {
    /// Of which connection.
    pub connection: ConnectionId,
    /// Its name.
    pub name: String,
    /// Why.
    pub attention: Attention,
}

/// Why a person should hear of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Attention {
    /// What it is.
    pub reason: Reason,
    /// Since when; by when, for what lies ahead.
    #[cfg_attr(test, ts(type = "string"))]
    pub at: Timestamp,
}

impl Attention {
    /// Whether a person who was told of that should hear of this. An end that a server counts down moves by seconds.
    pub(crate) fn is_news_after(self, told: Option<Self>) -> bool {
        let tolerance = if self.reason == Reason::SignInSoon { 60 } else { 0 };
        told.is_none_or(|told| {
            told.reason != self.reason || told.at.duration_since(self.at).as_secs().abs() > tolerance
        })
    }
}

/// What only a person mends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A sign-in will be needed soon.
    SignInSoon,
    /// The provider has ended the grant.
    SignInNeeded,
    /// The provider refuses the client or its settings, or its file leads to another server.
    SettingsRefused,
    /// No refresh has succeeded for three days.
    FailingForDays,
    /// New tokens wait in memory for the vault.
    Unsaved,
    /// The vault does not have the tokens.
    TokensMissing,
}

/// Which door a request or a redirect came through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The desktop app.
    App,
    /// The command line.
    Command,
    /// A private-use scheme redirect.
    DeepLink,
    /// The loopback listener.
    Loopback,
    /// A pasted redirect URL.
    Paste,
    /// The engine itself: a time limit, the scheduler.
    Engine,
    /// One that only a newer Tokenrack has.
    #[serde(other)]
    FromNewer,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ActivityKind {
    /// The connection was added.
    Added,
    /// A sign-in was started.
    AuthorizationStarted,
    /// Tokens arrived.
    Connected,
    /// A sign-in failed.
    AuthorizationFailed,
    /// A sign-in was cancelled.
    AuthorizationCancelled,
    /// A redirect was refused.
    CallbackRefused,
    /// New tokens by refresh.
    Refreshed,
    /// A refresh failed.
    RefreshFailed,
    /// An access token was handed out.
    TokenReleased,
    /// The tokens were revoked at the provider.
    Revoked,
    /// The provider has no way to revoke.
    RevocationUnsupported,
    /// The provider did not revoke; the tokens may live on there.
    RevocationFailed,
    /// The provider could not be told for so long that it is no longer tried; the tokens may live on there.
    RevocationGivenUp,
    /// The provider was told, and what it answered was lost; the tokens may live on there.
    RevocationUnknown,
    /// The local tokens were deleted.
    Disconnected,
    /// The connection was deleted.
    Forgotten,
    /// Its settings were changed.
    Edited,
    /// The server was asked whether the access token is active.
    Introspected,
    /// Connections were written to a file, without secrets.
    Exported,
    /// The connection came from such a file.
    Imported,
    /// Everything was written to an encrypted file.
    BackedUp,
    /// The connection came from such a file.
    Restored,
    /// What a newer Tokenrack noted and this one has no word for.
    #[serde(other)]
    FromNewer,
}

/// A line for the record, before it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct NewActivity {
    /// When.
    pub at: Timestamp,
    /// Which connection, if one.
    pub connection: Option<ConnectionId>,
    /// Its name at the time.
    pub connection_name: String,
    /// What happened.
    pub kind: ActivityKind,
    /// Through which door.
    pub channel: Channel,
    /// Why it failed.
    pub code: Option<Code>,
    /// More words: a format, a provider's sentence. Never a secret.
    pub detail: Option<String>,
}

/// A line of the record.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ActivityEntry {
    /// Grows with every line.
    #[cfg_attr(test, ts(type = "number"))]
    pub seq: i64,
    /// When.
    #[cfg_attr(test, ts(type = "string"))]
    pub at: Timestamp,
    /// Which connection, if one; it may have been forgotten since.
    pub connection: Option<ConnectionId>,
    /// Its name at the time.
    pub connection_name: String,
    /// What happened.
    pub kind: ActivityKind,
    /// Through which door.
    pub channel: Channel,
    /// Why it failed.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub code: Option<Code>,
    /// More words.
    pub detail: Option<String>,
}

impl ActivityEntry {
    /// In the language of this process, as far as the words are ours.
    #[must_use]
    pub fn said(self) -> Self {
        Self { detail: self.detail.as_deref().map(again), ..self }
    }
}
