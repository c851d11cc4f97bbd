//! The words and shapes that people read.

use tokenrack_core::Timestamp;
use tokenrack_core::connection::{ClientAuthentication, GrantType, RedirectMethod};
use tokenrack_core::event::{ActivityKind, Channel};
use tokenrack_core::problem::plain;
use tokenrack_core::view::{Action, ConnectionView, StatusKind};

use crate::span;
use crate::table::Tone;

/// The shape beside a status word: never by colour alone.
pub fn symbol(kind: StatusKind) -> &'static str {
    match kind {
        StatusKind::NotConnected => "○",
        StatusKind::WaitingForBrowser => "◌",
        StatusKind::Connected => "●",
        StatusKind::ExpiresSoon => "◔",
        StatusKind::Refreshing => "↻",
        StatusKind::Expired => "◐",
        StatusKind::Offline => "↯",
        StatusKind::Retrying => "↺",
        StatusKind::ActionNeeded => "▲",
        StatusKind::ProviderError => "■",
        StatusKind::KeychainLocked => "◆",
        StatusKind::Unsaved => "▼",
    }
}

/// How a status is painted.
pub fn tone(kind: StatusKind) -> Tone {
    match kind {
        StatusKind::Connected => Tone::Good,
        StatusKind::NotConnected => Tone::Dim,
        StatusKind::ActionNeeded | StatusKind::ProviderError | StatusKind::Unsaved => Tone::Bad,
        StatusKind::ExpiresSoon
        | StatusKind::Expired
        | StatusKind::Offline
        | StatusKind::Retrying
        | StatusKind::KeychainLocked => Tone::Soon,
        StatusKind::WaitingForBrowser | StatusKind::Refreshing => Tone::Plain,
    }
}

/// Sorts by who needs a person first.
pub fn attention(kind: StatusKind) -> u8 {
    match kind {
        StatusKind::Unsaved => 0,
        StatusKind::ActionNeeded => 1,
        StatusKind::ProviderError => 2,
        StatusKind::KeychainLocked => 3,
        StatusKind::WaitingForBrowser => 4,
        StatusKind::Expired => 5,
        StatusKind::Offline => 6,
        StatusKind::Retrying => 7,
        StatusKind::ExpiresSoon => 8,
        StatusKind::Refreshing => 9,
        StatusKind::Connected => 10,
        StatusKind::NotConnected => 11,
    }
}

/// The command that does the next step.
pub fn next(action: Action, name: &str) -> String {
    let name = argument(name);
    match action {
        Action::Connect => format!("tokenrack connect {name}"),
        Action::Refresh | Action::Retry => format!("tokenrack refresh {name}"),
        Action::CopyToken => format!("tokenrack token {name}"),
        Action::CopyLink => format!("tokenrack connect {name} --no-browser"),
        Action::Unlock => "unlock the keychain".to_owned(),
        Action::EditConnection => "correct the client's settings".to_owned(),
    }
}

/// A name as it is typed: quoted where a shell would split it.
pub fn argument(name: &str) -> String {
    let name = plain(name, 200);
    let bare = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "-_.@:/+".contains(c));
    if bare { name } else { format!("'{}'", name.replace('\'', r"'\''")) }
}

/// `Connected as alice@example.com, 57 min left`.
pub fn headline(view: &ConnectionView, now: Timestamp) -> String {
    let mut text = view.status.kind.word().english().to_owned();
    if let Some(account) = &view.account {
        text += &format!(" as {}", plain(account, 80));
    }
    let usable = matches!(view.status.kind, StatusKind::Connected | StatusKind::ExpiresSoon);
    if let (true, Some(end)) = (usable, view.expires_at) {
        text += &format!(", {} left", span::until(now, end));
    }
    text
}

/// How a sign-in ended: `“work”: Connected as bob, 57 min left. Before this sign-in it was alice.`
pub fn signed_in(view: &ConnectionView, now: Timestamp) -> String {
    let before = view.account_before.as_ref();
    let before = before.map(|before| format!(" Before this sign-in it was {}.", plain(before, 80)));
    format!("“{}”: {}.{}", view.name, headline(view, now), before.unwrap_or_default())
}

/// What happened, for people.
pub fn activity(kind: ActivityKind) -> &'static str {
    match kind {
        ActivityKind::Added => "Added",
        ActivityKind::AuthorizationStarted => "Sign-in started",
        ActivityKind::Connected => "Connected",
        ActivityKind::AuthorizationFailed => "Sign-in failed",
        ActivityKind::AuthorizationCancelled => "Sign-in cancelled",
        ActivityKind::CallbackRefused => "Redirect refused",
        ActivityKind::Refreshed => "Refreshed",
        ActivityKind::RefreshFailed => "Refresh failed",
        ActivityKind::TokenReleased => "Token handed out",
        ActivityKind::Revoked => "Revoked at the provider",
        ActivityKind::RevocationUnsupported => "Provider cannot revoke",
        ActivityKind::RevocationFailed => "Not revoked",
        ActivityKind::RevocationGivenUp => "Revocation given up",
        ActivityKind::RevocationUnknown => "Revocation unconfirmed",
        ActivityKind::Disconnected => "Disconnected",
        ActivityKind::Forgotten => "Forgotten",
        ActivityKind::Edited => "Edited",
        ActivityKind::Introspected => "Introspected",
        ActivityKind::Exported => "Exported",
        ActivityKind::Imported => "Imported",
        ActivityKind::BackedUp => "Backed up",
        ActivityKind::Restored => "Restored",
        ActivityKind::FromNewer => "Noted by a newer Tokenrack",
    }
}

/// Through which door, for people.
pub fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::App => "app",
        Channel::Command => "command",
        Channel::DeepLink => "deep link",
        Channel::Loopback => "loopback",
        Channel::Paste => "pasted",
        Channel::Engine => "by itself",
        Channel::FromNewer => "another way",
    }
}

/// How a redirect comes back, for people.
pub fn redirect(method: RedirectMethod) -> &'static str {
    match method {
        RedirectMethod::DeepLink => "deep link",
        RedirectMethod::Loopback => "loopback",
        RedirectMethod::Paste => "paste",
    }
}

/// As in `--grant`.
pub fn grant(grant: GrantType) -> &'static str {
    match grant {
        GrantType::AuthorizationCode => "authorization-code",
        GrantType::DeviceCode => "device-code",
        GrantType::ClientCredentials => "client-credentials",
    }
}

/// The RFC 7591 name.
pub fn authentication(method: ClientAuthentication) -> &'static str {
    match method {
        ClientAuthentication::None => "none",
        ClientAuthentication::ClientSecretBasic => "client_secret_basic",
        ClientAuthentication::ClientSecretPost => "client_secret_post",
        ClientAuthentication::PrivateKeyJwt => "private_key_jwt",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_where_a_shell_would_split_them() {
        assert_eq!(argument("github"), "github");
        assert_eq!(argument("GitHub (work)"), "'GitHub (work)'");
        assert_eq!(argument("it's"), r"'it'\''s'");
        assert_eq!(argument(""), "''");
    }
}
