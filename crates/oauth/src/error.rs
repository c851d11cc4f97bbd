//! What a server or the network did instead of answering as asked. Never a raw body, never a secret.

use crate::endpoint::EndpointError;
use crate::http::HttpError;
use crate::id_token::IdTokenError;

/// A typed failure of one conversation with a server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OAuthError {
    /// No complete answer came.
    #[error("{0}")]
    Http(#[from] HttpError),
    /// An error answer in the RFC's form (RFC 6749 §5.2, RFC 7009 §2.2.1).
    #[error("the server answered {0}")]
    Server(ServerError),
    /// An answer that is neither a success nor an RFC error: an empty 400, a 500 page, a redirect.
    #[error("the server answered HTTP {status}")]
    Status {
        /// The HTTP status.
        status: u16,
        /// `Retry-After` in seconds, capped at an hour.
        retry_after: Option<u32>,
    },
    /// A success status whose body cannot be understood.
    #[error("the answer is {what}")]
    Unreadable {
        /// The HTTP status.
        status: u16,
        /// "not JSON", "not an object", …
        what: &'static str,
    },
    /// A readable answer that lacks or contradicts something the RFC demands.
    #[error("the answer {0}")]
    Invalid(&'static str),
    /// A readable answer without something that the provider's file looks for.
    #[error("the answer has nothing at {pointer} ({key})")]
    Missing {
        /// Where: RFC 6901, from the top of the answer, shortened.
        pointer: String,
        /// The key of the file that says so.
        key: &'static str,
    },
    /// Not the kind of token that was asked for (RFC 6749 §7.1).
    #[error("the token type is {0:?}")]
    TokenType(String),
    /// The ID token is not to be believed.
    #[error("the ID token {0}")]
    IdToken(#[from] IdTokenError),
    /// The URL, as it may be shown, is not one a secret may be sent to.
    #[error("{0}: {1}")]
    Endpoint(String, EndpointError),
    /// The metadata names another issuer (RFC 8414 §3.3).
    #[error("the metadata names the issuer {found:?}")]
    MetadataIssuer {
        /// What the document says, shortened.
        found: String,
    },
    /// No metadata document at any of the places.
    #[error("no metadata at {0}")]
    NoMetadata(String),
    /// UserInfo speaks of another account than the ID token (OpenID Connect Core §5.3.2).
    #[error("userinfo names another account")]
    UserinfoMismatch,
}

/// An error answer in the RFC's form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerError {
    /// `error`, at most 80 characters.
    pub code: String,
    /// `error_description`, at most 300 characters of plain text.
    pub description: Option<String>,
    /// The HTTP status.
    pub status: u16,
    /// `Retry-After` in seconds, capped at an hour.
    pub retry_after: Option<u32>,
}

impl std::fmt::Display for ServerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.code)
    }
}

impl OAuthError {
    /// For a URL that is not an [`Endpoint`](crate::endpoint::Endpoint); what it may carry besides is left out.
    pub fn endpoint(url: &str, error: EndpointError) -> Self {
        Self::Endpoint(crate::endpoint::shown(url), error)
    }

    /// Seconds the server asks to wait, with whatever it answered.
    pub fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Server(ServerError { retry_after, .. }) | Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}
