//! How a provider deviates from the RFCs, as data.
//!
//! Requests and responses are translated around the standard client, so no quirk reaches a flow. Absent means the
//! RFC's default everywhere. Pointers are RFC 6901; an empty pointer means "the provider has no such field".

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How scopes are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScopeDialect {
    /// Asked for unless the person chooses otherwise.
    pub default: Vec<String>,
    /// Between scopes in a request.
    pub separator: String,
    /// The parameter's name in the authorization request.
    pub parameter: String,
    /// Scopes are chosen where the client is registered, and none is sent.
    pub defined_on_app: bool,
    /// What is asked for must equal what the client is registered for.
    pub must_equal_app: bool,
    /// The scope that turns refresh tokens on.
    pub offline: Option<String>,
    /// What a scope means, for people.
    pub explain: BTreeMap<String, String>,
    /// What the answer calls a scope, where it uses another word; empty: the answer never names it.
    pub granted_as: BTreeMap<String, String>,
}

impl ScopeDialect {
    /// Whether a scope that was asked for is among those the answer names.
    pub fn is_granted(&self, asked: &str, granted: &[String]) -> bool {
        let other = self.granted_as.get(asked);
        granted.iter().any(|scope| scope == asked || Some(scope) == other)
            || other.is_some_and(String::is_empty)
    }
}

impl Default for ScopeDialect {
    fn default() -> Self {
        Self {
            default: Vec::new(),
            separator: " ".into(),
            parameter: "scope".into(),
            defined_on_app: false,
            must_equal_app: false,
            offline: None,
            explain: BTreeMap::new(),
            granted_as: BTreeMap::new(),
        }
    }
}

/// Extra words in the authorization request. They can never override a protocol parameter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuthorizeDialect {
    /// Always sent.
    pub params: BTreeMap<String, String>,
    /// Sent to get a refresh token.
    pub offline_params: BTreeMap<String, String>,
}

/// How the token endpoint is asked and answers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TokenDialect {
    /// Extra body parameters.
    pub params: BTreeMap<String, String>,
    /// Where the answer keeps what.
    pub response: TokenResponseDialect,
}

/// Where a token response keeps what (RFC 6749 §5.1 unless said otherwise).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TokenResponseDialect {
    /// Everything below is looked up under here.
    pub root: String,
    /// RFC: `/access_token`.
    pub access_token: String,
    /// RFC: `/refresh_token`.
    pub refresh_token: String,
    /// RFC: `/token_type`. Empty: the provider has none, and the token is a bearer token.
    pub token_type: String,
    /// RFC: `/scope`. A string or a list.
    pub scope: String,
    /// Between scopes in the answer.
    pub scope_separator: String,
    /// When the access token ends.
    pub expires: Expiry,
    /// When the refresh token ends.
    pub refresh_expires: Expiry,
    /// How a success is told from an error with status 200; evaluated on the whole body.
    pub success: Option<SuccessCheck>,
}

impl Default for TokenResponseDialect {
    fn default() -> Self {
        Self {
            root: String::new(),
            access_token: "/access_token".into(),
            refresh_token: "/refresh_token".into(),
            token_type: "/token_type".into(),
            scope: "/scope".into(),
            scope_separator: " ".into(),
            expires: Expiry { pointer: "/expires_in".into(), format: "seconds".into() },
            refresh_expires: Expiry { pointer: "/refresh_token_expires_in".into(), format: "seconds".into() },
            success: None,
        }
    }
}

/// Where an answer says when a token ends, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Expiry {
    /// RFC 6901.
    pub pointer: String,
    /// `seconds` (a number or its text), `epoch`, `rfc3339`, `never`, or `assume:3600`.
    pub format: String,
}

/// How a success is told from an error with status 200.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SuccessCheck {
    /// A success when this pointer finds nothing.
    pub absent: Option<String>,
    /// A success when this pointer finds `equals`.
    pub pointer: Option<String>,
    /// The value that means success.
    pub equals: Option<serde_json::Value>,
    /// Where the error code is. Default `/error`.
    pub error: Option<String>,
}

/// How a refresh differs from the code's exchange.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RefreshDialect {
    /// `default`, `scope`, `param`, `app_setting` or `never`; empty: unknown.
    pub issued: String,
    /// Whether each refresh gives a new refresh token; absent: unknown, treated as yes.
    pub rotates: Option<bool>,
    /// Where to refresh, if not at the token endpoint.
    pub endpoint: Option<String>,
    /// Parameters of the authorization request to repeat (`redirect_uri`).
    pub repeat: Vec<String>,
    /// Codes that mean `invalid_grant` here.
    pub permanent: Vec<String>,
    /// The refresh answer's root, where it differs from the code's answer.
    pub response_root: Option<String>,
}

/// Who is connected, where no ID token says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccountDialect {
    /// GET or POST.
    pub method: String,
    /// Absent: the OpenID `userinfo_endpoint`, if there is one.
    pub url: Option<String>,
    /// Extra request headers.
    pub headers: BTreeMap<String, String>,
    /// RFC 6901; the account's stable id. Default `/sub`.
    pub id: String,
    /// RFC 6901; the first that finds text is the label.
    pub label: Vec<String>,
    /// Only asked when this scope was granted.
    pub needs_scope: Option<String>,
}

impl Default for AccountDialect {
    fn default() -> Self {
        Self {
            method: "GET".into(),
            url: None,
            headers: BTreeMap::new(),
            id: "/sub".into(),
            label: ["/email", "/preferred_username", "/name", "/sub"].map(String::from).into(),
            needs_scope: None,
        }
    }
}

/// How tokens are revoked, where it is not RFC 7009.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RevokeDialect {
    /// `rfc7009` (the default where there is a `revocation_endpoint`), `request` or `none`.
    pub style: String,
    /// For `request`: the HTTP method.
    pub method: String,
    /// For `request`: where; `{client_id}` is filled in.
    pub url: String,
    /// For `request`: `basic` (client id and secret), `bearer` (the access token) or empty.
    pub auth: String,
    /// For `request`: the body's fields; `{access_token}` and `{refresh_token}` are filled in.
    pub body: BTreeMap<String, String>,
    /// For `request`: `json` or `form`.
    pub body_format: String,
    /// For `request`: success is status 2xx, and this.
    pub success: Option<SuccessCheck>,
}
