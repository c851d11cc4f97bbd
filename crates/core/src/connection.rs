//! A person's named relation to a provider: client registration, account, scopes, and where it stands.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use tokenrack_oauth::lookup::Choice;

use crate::event::{ActivityKind, Attention, Channel, NewActivity};
use crate::forecast;
use crate::lifecycle::{Asked, Attempt, ConnectionState, Failure, Grant, Settled};
use crate::problem::Code;
use crate::provider::{ProviderId, ProviderSpec, ServerMetadata};
use crate::view::Revocation;
use crate::whole_grant::Owner;

/// Characters of a connection's name, so also of a provider's, which is its default.
pub const LONGEST_NAME: usize = 80;

/// Twelve hex digits, unique in a profile.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(type = "string"))]
#[serde(transparent)]
pub struct ConnectionId(pub String);

impl std::fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A connection as it is stored: everything but its secrets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Connection {
    /// Never changes.
    pub id: ConnectionId,
    /// The person's name for it; unique in a profile, ignoring case.
    pub name: String,
    /// How to talk to its server.
    pub provider: ProviderRef,
    /// dev, staging, prod or the person's own word.
    #[serde(default)]
    pub environment: Option<String>,
    /// The person's client at that server.
    pub registration: ClientRegistration,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// What the token is for: absolute URIs (RFC 8707 §2).
    #[serde(default)]
    pub resources: Vec<String>,
    /// Values of the provider's variables: tenant, host.
    #[serde(default)]
    pub vars: BTreeMap<String, String>,
    /// The server as it was resolved last: endpoints pinned by the spec, blanks filled by its metadata.
    #[serde(default)]
    pub server: Option<ServerMetadata>,
    /// What the tokens of the last sign-in reach: lists by the name of the value that is chosen from each.
    #[serde(default)]
    pub choices: BTreeMap<String, Vec<Choice>>,
    /// Where it stands.
    pub state: ConnectionState,
    /// The vault still holds tokens of a disconnect that the provider could not be told of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unrevoked: Option<Failure>,
    /// To whom those were given; empty where nobody knows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unrevoked_of: Vec<Owner>,
    /// What became of telling the provider, once that is over and the tokens have still to be deleted from the vault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undeleted: Option<Revocation>,
    /// The provider may have given tokens after this generation that were lost before a disconnect: nobody can tell it of
    /// those.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost_after: Option<u64>,
    /// A sign-in may have brought tokens that were lost before they were saved, and the connection goes on with others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost_sign_in: Option<LostSignIn>,
    /// Seconds that its sign-ins lasted until the provider ended them, the newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sign_in_seconds: Vec<i64>,
    /// What the person was told of when they were not looking: the last for each reason.
    #[serde(default, deserialize_with = "those_known", skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<Attention>,
    /// When it was added.
    pub created_at: Timestamp,
    /// The newest line of its record.
    pub last_event: LastEvent,
}

/// Where a connection's spec comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderRef {
    /// By id, so that a better catalog entry reaches existing connections.
    Catalog(ProviderId),
    /// Written by the user or discovered from a URL.
    Own(Box<ProviderSpec>),
}

/// The newest line of a connection's record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LastEvent {
    /// When.
    #[cfg_attr(test, ts(type = "string"))]
    pub at: Timestamp,
    /// What.
    pub kind: ActivityKind,
    /// Why it failed.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub code: Option<Code>,
}

/// An end that a person does not believe.
#[derive(Debug, Clone)]
pub struct Ended {
    settled: Settled,
    sign_in_seconds: Vec<i64>,
}

/// A sign-in whose tokens nobody has, and of which nobody can tell the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostSignIn {
    /// When.
    pub at: Timestamp,
    /// When its tokens end by themselves, if that is known.
    pub ends_at: Option<Timestamp>,
}

/// RFC 7591 §2, as far as a person fills it in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientRegistration {
    /// Public.
    pub client_id: String,
    /// How the client proves itself at the token endpoint.
    pub authentication: ClientAuthentication,
    /// How the redirect comes back.
    pub redirect: RedirectMethod,
    /// The registered redirect URI, to the letter. A loopback URI without a port takes any free one.
    pub redirect_uri: String,
    /// How tokens are obtained.
    #[serde(default)]
    pub grant_type: GrantType,
}

/// `grant_types` (RFC 7591 §2): the ways to a token that a desktop program may use. The password grant and the implicit
/// grant are not among them (RFC 9700 §2.4, §2.1.2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// A person signs in with the browser, which comes back (RFC 6749 §4.1).
    #[default]
    AuthorizationCode,
    /// A person enters a code on another page (RFC 8628).
    DeviceCode,
    /// The client speaks for itself; nobody signs in (RFC 6749 §4.4).
    ClientCredentials,
}

/// `token_endpoint_auth_method` (RFC 7591 §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// A public client: no secret.
    None,
    /// The secret in the Authorization header.
    ClientSecretBasic,
    /// The secret in the body.
    ClientSecretPost,
    /// A statement signed with the client's own key (RFC 7523 §2.2). The key is kept in the secret's place.
    PrivateKeyJwt,
}

impl ClientAuthentication {
    /// Whether what stands in the secret's place is a key, which nobody is sent.
    pub fn is_by_key(self) -> bool {
        self == Self::PrivateKeyJwt
    }

    /// Its name in the registry of RFC 7591 §4.2.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }
}

/// How a redirect comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RedirectMethod {
    /// The private-use scheme (RFC 8252 §7.1).
    DeepLink,
    /// A listener on loopback (RFC 8252 §7.3).
    Loopback,
    /// The person copies the address from the browser.
    Paste,
}

/// What a newer Tokenrack told of, and this one could not, is told of again. The first versions kept the last one only.
fn those_known<'de, D: Deserializer<'de>>(told: D) -> Result<Vec<Attention>, D::Error> {
    let all = match serde_json::Value::deserialize(told)? {
        serde_json::Value::Array(all) => all,
        one => vec![one],
    };
    Ok(all.into_iter().filter_map(|told| Attention::deserialize(told).ok()).collect())
}

impl ProviderRef {
    /// The spec's id.
    pub fn id(&self) -> &ProviderId {
        match self {
            Self::Catalog(id) => id,
            Self::Own(spec) => &spec.id,
        }
    }
}

impl Connection {
    /// Remembers a sign-in whose tokens were in memory only, where others have taken their place since; until they are found.
    pub fn follow(&mut self, before: &ConnectionState) {
        let Some(now) = self.state.grant() else { return };
        let is_found = |lost: &LostSignIn| lost.at == now.authorized_at && !now.is_unsaved();
        if self.lost_sign_in.as_ref().is_some_and(is_found) {
            self.lost_sign_in = None;
        }
        let lost = before.grant().filter(|lost| lost.is_unsaved() && lost.authorized_at != now.authorized_at);
        if let Some(Grant { authorized_at: at, refreshable, refresh_end, expires_at, .. }) = lost {
            let ends_at = if *refreshable { &refresh_end.at } else { expires_at };
            self.lost_sign_in = Some(LostSignIn { at: *at, ends_at: *ends_at });
        }
    }

    /// Remembers an attempt that was answered, and ends without a word or by one that nobody could read: its tokens may have
    /// come, and the vault does not have them.
    pub fn abandon_attempt(&mut self) {
        let answered = |attempt: &Attempt| attempt.exchanging_since.or(attempt.unread_since);
        if let Some(at) = self.state.attempt().and_then(answered) {
            // One that may live on already is doubt enough.
            self.lost_sign_in.get_or_insert(LostSignIn { at, ends_at: None });
        }
    }

    /// Whether the vault is to have tokens of it, if only for their revocation.
    pub fn has_tokens(&self) -> bool {
        self.unrevoked.is_some() || !matches!(self.state.settled(), Settled::Unauthorized { .. })
    }

    /// As [`ConnectionState::asks`]. How long a sign-in lasted that goes on is not known yet.
    pub fn asks(&mut self, now: &Asked) {
        let before = self.state.settled().clone();
        self.state.asks(now);
        if let (Settled::ReauthorizationRequired { since, grant, .. }, Settled::Authorized(_)) =
            (&before, self.state.settled())
        {
            forecast::unlearn(&mut self.sign_in_seconds, grant, *since);
        }
    }

    /// What the provider has ended is tried as if it had not. Answers what was before, for when it has.
    pub fn try_once_more(&mut self) -> Option<Ended> {
        let Settled::ReauthorizationRequired { grant, since, .. } = self.state.settled() else { return None };
        let (grant, since, sign_in_seconds) = (grant.clone(), *since, self.sign_in_seconds.clone());
        forecast::unlearn(&mut self.sign_in_seconds, &grant, since);
        let settled = std::mem::replace(self.state.settled_mut(), Settled::Authorized(grant));
        Some(Ended { settled, sign_in_seconds })
    }

    /// All is as before that try.
    pub fn has_ended(&mut self, before: Ended) {
        *self.state.settled_mut() = before.settled;
        self.sign_in_seconds = before.sign_in_seconds;
    }

    /// Builds a line for the record and remembers it as the newest.
    pub fn event(
        &mut self,
        at: Timestamp,
        kind: ActivityKind,
        channel: Channel,
        code: Option<Code>,
        detail: Option<String>,
    ) -> NewActivity {
        self.last_event = LastEvent { at, kind, code };
        NewActivity {
            at,
            connection: Some(self.id.clone()),
            connection_name: self.name.clone(),
            kind,
            channel,
            code,
            detail,
        }
    }
}
