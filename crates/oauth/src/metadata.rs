//! Authorization server metadata (RFC 8414 §2), as far as Tokenrack uses it.

use serde::{Deserialize, Serialize};

/// What is known of a server: pinned by a spec, read from its metadata document, or merged from both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct ServerMetadata {
    /// The server's own name; compared as an exact string.
    pub issuer: Option<String>,
    /// Where the browser goes.
    pub authorization_endpoint: Option<String>,
    /// Where codes and refresh tokens go.
    pub token_endpoint: Option<String>,
    /// RFC 7009.
    pub revocation_endpoint: Option<String>,
    /// RFC 7662.
    pub introspection_endpoint: Option<String>,
    /// RFC 8628.
    pub device_authorization_endpoint: Option<String>,
    /// OpenID Connect Core §5.3.
    pub userinfo_endpoint: Option<String>,
    /// The server's keys.
    pub jwks_uri: Option<String>,
    /// RFC 9126.
    pub pushed_authorization_request_endpoint: Option<String>,
    /// RFC 9126 §5: without it, no authorization request is taken.
    pub require_pushed_authorization_requests: bool,
    /// RFC 7591.
    pub registration_endpoint: Option<String>,
    /// Absent: `client_secret_basic` (RFC 8414 §2).
    pub token_endpoint_auth_methods_supported: Option<Vec<String>>,
    /// PKCE methods.
    pub code_challenge_methods_supported: Option<Vec<String>>,
    /// Grants.
    pub grant_types_supported: Option<Vec<String>>,
    /// Scopes it names.
    pub scopes_supported: Option<Vec<String>>,
    /// RFC 9207: the answer carries `iss`.
    pub authorization_response_iss_parameter_supported: bool,
}
