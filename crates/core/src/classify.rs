//! From typed failures to [`Problem`]s: transient, permanent, configuration, or a person's turn.

use tokenrack_oauth::authorization::RedirectError;
use tokenrack_oauth::error::{OAuthError, ServerError};

use crate::ports::{HttpErrorKind, ListenError, LockError, SealError, StoreError, VaultError};
use crate::problem::{Code, Problem};

impl From<OAuthError> for Problem {
    fn from(error: OAuthError) -> Self {
        match &error {
            OAuthError::Http(failure) => Problem::new(network(failure.kind)).because(&failure.detail),
            OAuthError::Server(answer) => server(answer),
            OAuthError::Status { status, retry_after } => {
                let mut problem = Problem::new(by_status(*status).unwrap_or(match status {
                    300..400 => Code::UnreadableAnswer,
                    _ => Code::ServerRefused,
                }))
                .with_status(*status);
                problem.retry_after = *retry_after;
                if (300..400).contains(status) {
                    problem = problem.because("it redirects, and a secret is never sent on");
                }
                problem
            }
            OAuthError::Unreadable { status, .. } => {
                Problem::new(Code::UnreadableAnswer).because(&error).with_status(*status)
            }
            OAuthError::Invalid(_) | OAuthError::Missing { .. } => {
                Problem::new(Code::InvalidTokenResponse).because(&error)
            }
            OAuthError::TokenType(_) => Problem::new(Code::UnsupportedTokenType).because(&error),
            OAuthError::IdToken(_) => Problem::new(Code::InvalidIdToken).because(&error),
            OAuthError::Endpoint(..) => Problem::new(Code::InsecureUrl).because(&error),
            OAuthError::MetadataIssuer { .. } => Problem::new(Code::DiscoveryIssuerMismatch).because(&error),
            OAuthError::NoMetadata(_) => Problem::new(Code::DiscoveryFailed).because(&error),
            OAuthError::UserinfoMismatch => Problem::new(Code::UserinfoMismatch),
        }
    }
}

/// The same failures, met while looking for a server's metadata or keys.
pub fn discovery(error: OAuthError) -> Problem {
    match &error {
        OAuthError::Server(answer) if by_status(answer.status).is_none() => {
            Problem::new(Code::DiscoveryFailed).because(&error).with_status(answer.status)
        }
        OAuthError::Unreadable { .. } => Problem::new(Code::DiscoveryFailed).because(&error),
        OAuthError::Status { status, .. } if by_status(*status).is_none() => {
            Problem::new(Code::DiscoveryFailed).because(&error).with_status(*status)
        }
        OAuthError::Invalid("lacks an endpoint") => Problem::new(Code::DiscoveryIncomplete),
        OAuthError::Invalid(_) => Problem::new(Code::DiscoveryFailed).because(&error),
        _ => error.into(),
    }
}

/// The same failures, met while registering a client: what the server does not like of it, only a person can mend.
pub fn registration(error: OAuthError) -> Problem {
    let refused = match &error {
        OAuthError::Server(answer) => by_status(answer.status).is_none(),
        OAuthError::Status { status, .. } => by_status(*status).is_none(),
        OAuthError::Invalid(_) => true,
        _ => false,
    };
    let problem = Problem::from(error);
    let code = if refused { Code::RegistrationRefused } else { problem.code };
    Problem { code, ..problem }
}

fn network(kind: HttpErrorKind) -> Code {
    match kind {
        HttpErrorKind::NameResolution => Code::Offline,
        HttpErrorKind::Connect => Code::Unreachable,
        HttpErrorKind::Tls => Code::TlsFailed,
        HttpErrorKind::Timeout => Code::TimedOut,
        HttpErrorKind::Interrupted => Code::Interrupted,
        HttpErrorKind::BodyTooLarge => Code::AnswerTooLarge,
    }
}

/// Statuses that mean "later", whatever the body says.
fn by_status(status: u16) -> Option<Code> {
    match status {
        408 => Some(Code::TimedOut),
        429 => Some(Code::RateLimited),
        500.. => Some(Code::ServerError),
        _ => None,
    }
}

/// RFC 6749 §5.2 and §4.1.2.1.
fn server(answer: &ServerError) -> Problem {
    let code = by_status(answer.status).unwrap_or(match answer.code.as_str() {
        "access_denied" => Code::AccessDenied,
        "invalid_grant" => Code::InvalidGrant,
        // RFC 8628 §3.5.
        "expired_token" => Code::AttemptTimedOut,
        // RFC 8707 §2.
        "invalid_target" => Code::InvalidTarget,
        "invalid_client" => Code::InvalidClient,
        "invalid_scope" => Code::InvalidScope,
        "invalid_request" => Code::InvalidRequest,
        "unauthorized_client" | "unsupported_grant_type" | "unsupported_response_type" => {
            Code::UnauthorizedClient
        }
        "server_error" | "temporarily_unavailable" => Code::ServerError,
        "slow_down" => Code::RateLimited,
        _ => Code::ServerRefused,
    });
    let words = match &answer.description {
        Some(description) => format!("{}: {description}", answer.code),
        None => answer.code.clone(),
    };
    let mut problem = Problem::new(code).because(words);
    problem.http_status = (answer.status != 0).then_some(answer.status);
    problem.retry_after = answer.retry_after;
    problem
}

impl From<RedirectError> for Problem {
    fn from(error: RedirectError) -> Self {
        match &error {
            RedirectError::TooLarge => Problem::new(Code::OversizedCallback),
            RedirectError::Malformed(_) => Problem::new(Code::MalformedCallback).because(&error),
            RedirectError::WrongTarget => Problem::new(Code::WrongRedirectUri),
            RedirectError::IssuerMismatch => Problem::new(Code::IssuerMismatch),
            RedirectError::IssuerMissing => Problem::new(Code::IssuerMissing),
            RedirectError::Signature(_) => Problem::new(Code::RedirectSignature).because(&error),
            RedirectError::Server(answer) => server(answer),
        }
    }
}

impl From<VaultError> for Problem {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Locked => Problem::new(Code::VaultLocked),
            VaultError::Absent(words) => Problem::new(Code::VaultAbsent).because(words),
            VaultError::Away(place) => Problem::new(Code::VaultAway).because(place),
            VaultError::Denied(words) => Problem::new(Code::VaultDenied).because(words),
            VaultError::TimedOut => Problem::new(Code::VaultTimedOut),
            VaultError::WrongPassphrase => Problem::new(Code::VaultWrongPassphrase),
            VaultError::Corrupt(words) => Problem::new(Code::VaultCorrupt).because(words),
            VaultError::Failed(words) => Problem::new(Code::VaultFailed).because(words),
        }
    }
}

impl From<SealError> for Problem {
    fn from(error: SealError) -> Self {
        match error {
            SealError::WrongPassphrase => Problem::new(Code::FileWrongPassphrase),
            SealError::Damaged(words) => Problem::new(Code::FileDamaged).because(words),
            SealError::Failed(words) => Problem::new(Code::FileFailed).because(words),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::NotFound => Problem::new(Code::NoSuchConnection),
            StoreError::NameTaken(name) => Problem::new(Code::NameTaken).because(name),
            StoreError::Unreadable(words) => Problem::new(Code::RecordUnreadable).because(words),
            StoreError::TooNew { .. } => Problem::new(Code::StoreTooNew).because(&error),
            StoreError::Failed(words) => Problem::new(Code::StoreFailed).because(words),
        }
    }
}

impl From<LockError> for Problem {
    fn from(error: LockError) -> Self {
        match error {
            LockError::Busy => Problem::new(Code::Busy),
            LockError::Failed(words) => Problem::new(Code::StoreFailed).because(words),
        }
    }
}

impl From<ListenError> for Problem {
    fn from(error: ListenError) -> Self {
        match &error {
            ListenError::PortInUse(_) => Problem::new(Code::PortInUse).because(&error),
            ListenError::Failed(words) => Problem::new(Code::ListenFailed).because(words),
        }
    }
}

/// What a failed refresh means for the grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The provider has ended it: only a person helps. The record stays.
    Permanent,
    /// The client or its settings are refused: nothing is lost, and asking again would not help before a person has
    /// mended them.
    Configuration,
    /// Not now: the same tokens are tried again later.
    Transient,
    /// It was sent, and what was answered is not known: it may have spent the refresh token. It is tried again.
    Unknown,
}

impl Verdict {
    /// By what went wrong, whatever the provider.
    pub fn of(problem: &Problem) -> Self {
        // Whatever its body says, a refusal is no lost success.
        let refused = problem.http_status.is_some_and(|status| !(200..300).contains(&status));
        match problem.code {
            Code::InvalidGrant => Self::Permanent,
            // Except of a server that failed on the way, or whose gateway did: it may have renewed them before (RFC 9110
            // §15.6). A 503 comes from one that has not begun (§15.6.4).
            Code::ServerError if problem.http_status != Some(503) => Self::Unknown,
            Code::InvalidClient
            | Code::InvalidScope
            | Code::InvalidTarget
            | Code::InvalidClientKey
            | Code::InvalidRequest
            | Code::UnauthorizedClient
            | Code::ServerChanged
            | Code::MissingClientSecret => Self::Configuration,
            Code::TimedOut
            | Code::Interrupted
            | Code::AnswerTooLarge
            | Code::UnreadableAnswer
            | Code::InvalidTokenResponse
            | Code::UnsupportedTokenType
            // It may have asked before it failed: whoever knows that it has not says so (`Refused`).
            | Code::ScriptFailed
            | Code::ScriptLimit
                if !refused =>
            {
                Self::Unknown
            }
            _ => Self::Transient,
        }
    }
}

/// A refusal of a refresh: what the provider's file names as the end of a grant (`permanent`) counts as the RFC's word for it.
pub fn refused_refresh(error: OAuthError, permanent: &[String]) -> (Problem, Verdict) {
    let is_end = match &error {
        OAuthError::Server(answer) => by_status(answer.status).is_none() && permanent.contains(&answer.code),
        _ => false,
    };
    let problem = Problem::from(error);
    let problem = if is_end { Problem { code: Code::InvalidGrant, ..problem } } else { problem };
    let is_success = problem.http_status.is_some_and(|status| (200..300).contains(&status));
    let verdict = match problem.code {
        // In words only: some of it may have been done.
        Code::ServerRefused if is_success => Verdict::Unknown,
        _ => Verdict::of(&problem),
    };
    (problem, verdict)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, code: &str) -> OAuthError {
        OAuthError::Server(ServerError { code: code.into(), description: None, status, retry_after: None })
    }

    #[test]
    fn only_a_clear_word_ends_a_grant() {
        let named = ["token_revoked".to_owned(), "access_denied".to_owned()];
        let verdict = |status, code| refused_refresh(answered(status, code), &named).1;
        assert_eq!(verdict(400, "invalid_grant"), Verdict::Permanent);
        assert_eq!(verdict(200, "token_revoked"), Verdict::Permanent);
        assert_eq!(
            verdict(401, "access_denied"),
            Verdict::Permanent,
            "the file's word, whatever it means elsewhere"
        );
        assert_eq!(verdict(429, "token_revoked"), Verdict::Transient);
        assert_eq!(verdict(500, "token_revoked"), Verdict::Unknown);
        for (status, code) in [(503, "invalid_grant"), (429, "invalid_grant"), (403, "odd"), (408, "")] {
            assert_eq!(verdict(status, code), Verdict::Transient, "{status} {code}");
        }
        assert_eq!(verdict(401, "invalid_client"), Verdict::Configuration);
        let failed = [(500, "invalid_grant"), (500, ""), (502, ""), (504, ""), (507, ""), (524, "")];
        for (status, code) in failed.into_iter().chain([(400, "server_error"), (200, "fatal_error")]) {
            assert_eq!(verdict(status, code), Verdict::Unknown, "{status} {code}");
        }
        let unanswered = Problem::new(Code::TimedOut);
        assert_eq!(Verdict::of(&unanswered), Verdict::Unknown);
        let html = |status| Problem::new(Code::UnreadableAnswer).with_status(status);
        assert_eq!(Verdict::of(&html(200)), Verdict::Unknown, "tokens may have been in it");
        assert_eq!(Verdict::of(&html(302)), Verdict::Transient);
    }

    #[test]
    fn where_an_answer_may_be_lost_nobody_is_told_that_nothing_is() {
        // Nor where an earlier one may be, over which a later failure is shown, whatever it is but one of a file's.
        for code in Code::ALL.iter().filter(|code| !code.as_str().starts_with("file/")) {
            assert!(!code.suggestion().english().contains("lost"), "{code:?}");
        }
    }
}
