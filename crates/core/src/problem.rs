//! What went wrong, as data: a code for programs, two sentences for people, one text for every face.

use std::fmt;

use serde::{Deserialize, Serialize};
pub use tokenrack_oauth::response::plain;

use crate::language::{Sentence, again};
use crate::view::Action;

/// How a face reacts: the command's exit code, the interface's tone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Failed; exit code 1.
    Failed,
    /// Wrong input; exit code 2.
    Usage,
    /// A person must act, usually sign in again; exit code 3.
    NeedsPerson,
    /// No such connection; exit code 4.
    NotFound,
    /// Try again later; exit code 5.
    Temporary,
}

impl Class {
    /// The command's exit code.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NeedsPerson => 3,
            Self::NotFound => 4,
            Self::Temporary => 5,
        }
    }
}

/// A failure a face can show, store and hand on. It never holds a secret or a raw body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Which failure.
    pub code: Code,
    /// The other side's own words, as plain text, capped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// The HTTP status, when an answer came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// Seconds the server asked to wait (`Retry-After`), capped at an hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

impl Problem {
    /// A failure without more words.
    pub fn new(code: Code) -> Self {
        Self { code, cause: None, http_status: None, retry_after: None }
    }

    /// Adds the other side's words as [`plain`] text, at most 300 characters.
    #[must_use]
    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        let text = plain(&cause.to_string(), 300);
        self.cause = (!text.is_empty()).then_some(text);
        self
    }

    /// Adds the HTTP status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.http_status = Some(status);
        self
    }

    /// What happened and why, in the language of this process; displayed it is English.
    pub fn say(&self) -> String {
        let title = self.code.title().said();
        let cause = self.cause.as_deref().map(again);
        cause.map_or_else(|| title.to_owned(), |cause| format!("{title}: {cause}"))
    }

    /// Where the documentation explains it.
    pub fn docs_url(&self) -> String {
        format!("{DOCS}#{}", self.code.as_str().replace('/', "-"))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.title().english())?;
        self.cause.as_ref().map_or(Ok(()), |cause| write!(f, ": {cause}"))
    }
}

impl std::error::Error for Problem {}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

/// The page that explains every code (docs/errors.md).
const DOCS: &str = "https://tokenrack.dev/docs/errors";

macro_rules! codes {
    ($($(#[$attribute:meta])* $name:ident $code:literal $class:ident $action:expr, $title:literal, $suggestion:literal;)*) => {
        /// Every failure a person or a program can meet.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Code {
            $(#[doc = $title] $(#[$attribute])* #[serde(rename = $code)] $name,)*
        }

        impl Code {
            /// All codes, in the order of the documentation.
            pub const ALL: &[Code] = &[$(Code::$name),*];

            /// The stable name for programs.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            /// How a face reacts.
            pub fn class(self) -> Class {
                match self { $(Self::$name => Class::$class),* }
            }

            /// What happened, in one sentence without a full stop.
            pub fn title(self) -> Sentence {
                match self { $(Self::$name => const { Sentence::of($title) }),* }
            }

            /// What to do, in one sentence.
            pub fn suggestion(self) -> Sentence {
                match self { $(Self::$name => const { Sentence::of($suggestion) }),* }
            }

            /// The button that does it.
            pub fn action(self) -> Option<Action> {
                match self { $(Self::$name => $action),* }
            }
        }
    };
}

codes! {
    // The person's input
    NoSuchConnection "connection/not_found" NotFound None,
        "There is no connection with this name or id", "Run `tokenrack status` to see the connections, or add one.";
    NameTaken "connection/name_taken" Usage None,
        "Another connection has this name", "Choose another name.";
    InvalidInput "input/invalid" Usage None,
        "Something that was entered is not right", "Correct it and try again.";
    UnknownProvider "provider/unknown" Usage None,
        "There is no provider with this id", "Search the catalog, or give the URL of the server.";
    InvalidSpec "provider/invalid_spec" Usage None,
        "The provider's description has a mistake", "Correct the file at the place named.";
    NotSupported "provider/not_supported" Failed None,
        "This provider needs something that Tokenrack cannot do yet", "Use another way to a token, if the provider has one.";
    MissingClientId "client/missing_id" Usage None,
        "A client id is needed", "Register an application at the provider and paste its client id.";
    RegistrationRefused "client/registration_refused" Usage None,
        "The server did not register a client", "Register an application on the provider's page and give its client id.";
    MissingClientSecret "client/missing_secret" NeedsPerson Some(Action::EditConnection),
        "This client needs its secret", "Add the client secret from the provider's page.";
    InvalidClientKey "client/invalid_key" NeedsPerson Some(Action::EditConnection),
        "The client's private key cannot be used", "Give the private key that belongs to the public key at the provider.";
    InsecureUrl "url/insecure" Usage None,
        "Only https addresses are allowed (http on this machine's loopback only)", "Use the https address of the server.";
    HostNotAllowed "request/host_not_allowed" Usage None,
        "This connection's token is not for this host, so nothing was sent", "Check the address; a host of the provider's can be allowed in a provider file of your own.";

    // The redirect
    UnknownState "callback/unknown_state" Failed None,
        "No sign-in is waiting for this redirect", "Start again with Connect; a redirect works once and only for the attempt that asked for it.";
    AlreadyAnswered "callback/already_answered" Failed None,
        "This redirect was used already", "Nothing to do if the connection works; otherwise start again with Connect.";
    AttemptCancelled "callback/cancelled" Failed Some(Action::Connect),
        "This sign-in was cancelled", "Start again with Connect.";
    AttemptSuperseded "callback/superseded" Failed None,
        "A newer sign-in took the place of this one", "Finish in the newest browser tab.";
    AttemptTimedOut "callback/timed_out" NeedsPerson Some(Action::Connect),
        "The sign-in was not finished in time", "Start again with Connect.";
    MalformedCallback "callback/malformed" Usage None,
        "This is not the address that a sign-in ends with", "It begins with the redirect URI that is shown while the sign-in waits, and has `code=` and `state=` in it.";
    OversizedCallback "callback/too_large" Usage None,
        "The redirect is far too long to be genuine", "Start again with Connect.";
    WrongRedirectUri "callback/wrong_redirect_uri" Failed Some(Action::Connect),
        "This is not the address that this sign-in comes back to", "It begins with the redirect URI that is shown while the sign-in waits, and has `code=` and `state=` in it.";
    IssuerMismatch "callback/issuer_mismatch" Failed Some(Action::Connect),
        "The answer came from another server than the one asked", "Start again with Connect; if it happens again, do not trust this server.";
    IssuerMissing "callback/issuer_missing" Failed Some(Action::Connect),
        "The server announces to name itself in its answer, and did not", "Start again with Connect; if it happens again, report it to the server's operator.";
    RedirectSignature "callback/bad_signature" Failed Some(Action::Connect),
        "The redirect is not signed by the provider", "Nothing was sent. Start again with Connect; if it happens again, compare the client secret with the provider's page.";
    ValueNotAllowed "callback/not_allowed" Failed Some(Action::Connect),
        "The answer names a server that the provider's file does not allow", "Nothing was sent there. Start again with Connect; if it happens again, do not trust this answer.";
    ServerChanged "provider/server_changed" NeedsPerson None,
        "The provider's file names another server than at the sign-in", "Nothing was sent there. Put the file back as it was, or connect again.";
    AccessDenied "oauth/access_denied" NeedsPerson Some(Action::Connect),
        "The request was declined at the provider", "Connect again and allow the access, or ask for fewer scopes.";

    // What the server answered
    InvalidGrant "oauth/invalid_grant" NeedsPerson Some(Action::Connect),
        "The provider no longer accepts this sign-in", "Connect again. Refresh asks once more, should it have refused a network or a policy only.";
    InvalidClient "oauth/invalid_client" NeedsPerson Some(Action::EditConnection),
        "The provider does not accept the client id or secret", "Compare both with the provider's page, and how the client authenticates.";
    InvalidScope "oauth/invalid_scope" NeedsPerson Some(Action::EditConnection),
        "The provider does not know, or does not allow, a scope", "Compare the scopes with the provider's documentation.";
    InvalidTarget "oauth/invalid_target" NeedsPerson Some(Action::EditConnection),
        "The provider does not know, or does not allow, the resource the token is for", "Compare the resource with the provider's documentation.";
    InvalidRequest "oauth/invalid_request" NeedsPerson Some(Action::EditConnection),
        "The provider refused the request as malformed", "Compare the redirect URI and the client's settings with the provider's page.";
    UnauthorizedClient "oauth/unauthorized_client" NeedsPerson Some(Action::EditConnection),
        "The provider does not let this client sign in this way", "Check the application's type and grants on the provider's page.";
    ServerRefused "oauth/refused" Failed Some(Action::Retry),
        "The provider refused, with a code Tokenrack does not know", "Read the provider's words below, then try again.";
    ServerError "oauth/server_error" Temporary Some(Action::Retry),
        "The provider has a problem of its own", "Try again in a while; it may have done what it was asked, which the next try will show.";
    RateLimited "oauth/rate_limited" Temporary Some(Action::Retry),
        "The provider asks to wait", "Try again after the time it named.";
    UnreadableAnswer "oauth/unreadable_answer" Temporary Some(Action::Retry),
        "The provider's answer could not be read", "Try again; a proxy or a sign-in page of the network may stand between.";
    InvalidTokenResponse "oauth/invalid_token_response" Failed Some(Action::Connect),
        "The provider's answer lacks something a token needs", "Connect again; if it happens again, report it to the server's operator.";
    UnsupportedTokenType "oauth/unsupported_token_type" Failed None,
        "The provider gave a kind of token Tokenrack cannot use", "Bearer tokens are taken, and bound ones (DPoP) where the provider's file asks for them.";
    TokenBound "token/bound" Failed None,
        "This token is bound to a key that stays in the vault (DPoP), so it is of no use anywhere else", "Send the request from here: `tokenrack request`, or Test request in the window.";
    InvalidIdToken "oauth/invalid_id_token" Failed Some(Action::Connect),
        "The provider's proof of who signed in is not valid", "Connect again; if it happens again, check this machine's clock, and do not trust the server.";
    UserinfoMismatch "oauth/userinfo_mismatch" Failed Some(Action::Connect),
        "The provider named two different accounts for one sign-in", "Connect again; if it happens again, report it to the server's operator.";
    UserinfoRefused "oauth/userinfo_refused" Failed Some(Action::Connect),
        "The provider does not accept the token it has just given", "Connect again; if it happens again, report it to the server's operator.";
    NoIntrospection "oauth/no_introspection" Failed None,
        "This server has no endpoint that says whether a token is active", "Give it as introspection_endpoint in a provider file, if you know it.";
    NoRefreshToken "refresh/no_refresh_token" NeedsPerson Some(Action::Connect),
        "The provider gave no refresh token", "Connect again when the token ends, or ask for offline access where the provider has it.";
    NotConnected "connection/not_connected" NeedsPerson Some(Action::Connect),
        "This connection has no token", "Connect it first.";
    Expired "connection/expired" NeedsPerson Some(Action::Connect),
        "The token has ended and cannot be refreshed", "Connect again.";
    RefreshTooEarly "refresh/too_early" Temporary None,
        "The provider refuses a refresh while the token still lives", "Use the token as it is; it is renewed shortly before its end.";
    RefreshInterrupted "refresh/interrupted" NeedsPerson Some(Action::Connect),
        "The last refresh was interrupted, and its answer may be lost", "Connect again. Refresh asks once more, should it have refused a network or a policy only.";

    // Scripts
    ScriptFailed "script/failed" Failed Some(Action::Retry),
        "The provider's script did not do its part", "Correct the function named below, then try again; a connection that was added from a file keeps its copy, so add it anew.";
    ScriptLimit "script/limit" Failed Some(Action::Retry),
        "The provider's script was stopped", "Make the function named below end sooner and use less memory, then try again; a connection that was added from a file keeps its copy, so add it anew.";

    // Discovery
    DiscoveryFailed "discovery/failed" Failed Some(Action::Retry),
        "No OAuth metadata was found at this address", "Check the address: it should be the issuer, without a path you would see in a browser.";
    DiscoveryIssuerMismatch "discovery/issuer_mismatch" Failed None,
        "The server's metadata belongs to another server", "Use the issuer exactly as the server's documentation writes it.";
    DiscoveryIncomplete "discovery/incomplete" Failed None,
        "The server's metadata lacks an endpoint", "Give the endpoints by hand in a provider file.";

    // The network
    Offline "network/offline" Temporary Some(Action::Retry),
        "The provider's name could not be found", "Check the network and the address, then try again.";
    Unreachable "network/unreachable" Temporary Some(Action::Retry),
        "The provider could not be reached", "Check the address and the network, then try again.";
    TlsFailed "network/tls" Failed Some(Action::Retry),
        "The server did not prove who it is", "Check the address, this machine's clock, and whether a proxy stands between; Tokenrack never continues without a valid certificate.";
    TimedOut "network/timeout" Temporary Some(Action::Retry),
        "The provider did not answer in time", "Try again; it may have done what it was asked, which the next try will show.";
    Interrupted "network/interrupted" Temporary Some(Action::Retry),
        "The connection broke before the answer was complete", "Try again; the provider may have done what it was asked, which the next try will show.";
    AnswerTooLarge "network/too_large" Failed Some(Action::Retry),
        "The provider's answer is far too large to be genuine", "Try again; if it happens again, report it to the server's operator.";

    // This machine
    BrowserFailed "browser/failed" Failed Some(Action::CopyLink),
        "The browser could not be opened", "Copy the link and open it yourself.";
    PortInUse "redirect/port_in_use" Failed Some(Action::Retry),
        "The loopback port is used by another program", "End the other program, or choose another port.";
    ListenFailed "redirect/listen_failed" Failed Some(Action::Retry),
        "The loopback listener could not be opened", "Use the deep link, or paste the redirect URL.";
    ClipboardFailed "clipboard/failed" Failed Some(Action::Retry),
        "The clipboard could not be used", "Try again with Tokenrack's window in front, or use `tokenrack token`.";
    AutostartFailed "autostart/failed" Failed Some(Action::Retry),
        "Starting with the system could not be changed", "Look at the cause, or use the system's own settings.";
    VaultLocked "vault/locked" NeedsPerson Some(Action::Unlock),
        "The keychain is locked", "Unlock it; the connections are safe.";
    VaultAbsent "vault/absent" NeedsPerson None,
        "There is no keychain in this session", "Start a keychain (GNOME Keyring, KWallet, KeePassXC), or choose the encrypted file: TOKENRACK_VAULT=file.";
    VaultDenied "vault/denied" NeedsPerson None,
        "The system does not let Tokenrack use the keychain", "Allow it in the system's keychain program; the connections are safe.";
    VaultTimedOut "vault/timeout" Temporary Some(Action::Retry),
        "The keychain did not answer in time", "Look for a prompt behind other windows, then try again.";
    VaultWrongPassphrase "vault/wrong_passphrase" NeedsPerson Some(Action::Unlock),
        "This passphrase does not open the vault", "Try again; nothing was changed.";
    VaultCorrupt "vault/corrupt" NeedsPerson Some(Action::Connect),
        "The stored tokens are damaged", "Connect again to replace them.";
    VaultFailed "vault/failed" Failed Some(Action::Retry),
        "The keychain failed", "Try again, and look at the keychain itself if it happens again.";
    VaultMismatch "vault/other_backend" Usage None,
        "This profile keeps its secrets in the other kind of vault", "Unset TOKENRACK_VAULT, or use another profile (TOKENRACK_HOME).";
    VaultAway "vault/away" NeedsPerson None,
        "The encrypted file is not where it was", "Bring its folder back, and all is as it was. Where it is gone for good, choose a new passphrase in the app or at a terminal, and connect again.";
    VaultItemMissing "vault/item_missing" NeedsPerson Some(Action::Connect),
        "The keychain does not have this connection's tokens", "Start or unlock the keyring that has them, and they are found again; where something outside Tokenrack deleted them, connect again.";
    Unsaved "vault/unsaved" NeedsPerson Some(Action::Retry),
        "New tokens could not be saved", "Unlock the keychain and try again before closing.";
    Busy "connection/busy" Temporary Some(Action::Retry),
        "Another Tokenrack process is working on this connection", "Try again in a moment.";
    StoreFailed "store/failed" Failed None,
        "The profile's database failed", "Run `tokenrack doctor`; free disk space and file permissions are the usual causes.";
    RecordUnreadable "store/unreadable_record" NeedsPerson None,
        "This connection's record cannot be read", "Where a newer Tokenrack wrote it, update this program. Otherwise remove it with `tokenrack disconnect ID --forget`, then add it again; the others are as before.";
    StoreTooNew "store/too_new" Failed None,
        "The profile was written by a newer Tokenrack", "Update this program.";
    FileUnreadable "file/unreadable" Usage None,
        "This is no file of Tokenrack's that can be read", "Choose a file of connections or a backup; it may be damaged or of another program.";
    FileTooNew "file/too_new" Failed None,
        "The file was written by a newer Tokenrack", "Update this program.";
    FileDamaged "file/damaged" Failed None,
        "The backup is damaged or cut short", "Use another copy of it; nothing was changed.";
    FileLocked "file/passphrase_needed" NeedsPerson None,
        "The backup is encrypted", "Give the passphrase that it was made with.";
    FileWrongPassphrase "file/wrong_passphrase" NeedsPerson None,
        "This passphrase does not open the backup", "Try again; nothing was changed.";
    FileExists "file/exists" Usage None,
        "There is a file with this name already", "Choose another name; a file is never replaced unasked.";
    FileFailed "file/failed" Failed None,
        "The file could not be read or written", "Check its folder, the permissions and the free space; nothing was lost.";
    ClockWrong "machine/clock" Failed Some(Action::Retry),
        "The provider refused, and this machine's clock is wrong, or the provider's", "Set this machine's clock, best by the network, then try again.";
    Internal "internal" Failed None,
        "Tokenrack made a mistake", "Please report it with the details below.";
    #[serde(other)]
    FromNewer "store/from_newer" Failed None,
        "A newer Tokenrack noted a reason that this one does not know", "Update this program to read it.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_whole_and_codes_unique() {
        for (i, code) in Code::ALL.iter().enumerate() {
            assert!(!code.title().english().ends_with('.'), "{code:?}");
            assert!(code.suggestion().english().ends_with('.'), "{code:?}");
            assert!(Code::ALL[..i].iter().all(|other| other.as_str() != code.as_str()), "{code:?}");
        }
    }

    #[test]
    fn a_cause_from_outside_is_one_plain_line() {
        let cause = |words: &str| Problem::new(Code::Internal).because(words).cause;
        assert_eq!(cause("a\nb\u{202e}c\u{e0041}"), Some("a bc".into()));
        assert_eq!(cause("\u{200b}\n"), None);
        assert_eq!(cause(&"x".repeat(999)).map(|text| text.chars().count()), Some(300));
    }
}
