//! How a provider deviates from the RFCs, as data.
//!
//! Requests and responses are translated around the standard client, so no quirk reaches a flow. Absent means the
//! RFC's default everywhere. Pointers are RFC 6901; an empty pointer means "the provider has no such field".

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How scopes are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

/// How the authorization request and the redirect deviate. Extra words never override a protocol parameter; a protocol
/// parameter may only be renamed or left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct AuthorizeDialect {
    /// Always sent.
    pub params: BTreeMap<String, String>,
    /// Sent to get a refresh token.
    pub offline_params: BTreeMap<String, String>,
    /// Protocol parameters under another name: `client_id = "client_key"`.
    pub rename: BTreeMap<String, String>,
    /// Protocol parameters sent with another value: `response_type = "web_server"`.
    pub values: BTreeMap<String, String>,
    /// Protocol parameters that are not sent. `state` and `code_challenge` always are.
    pub omit: Vec<String>,
    /// Redirect parameters to keep, beside `code`, `state`, `iss` and `error*`.
    pub capture: Vec<String>,
    /// Captured parameters to repeat at the token endpoint.
    pub forward: Vec<String>,
    /// `query` (the default). Others cannot come back to a desktop app.
    pub response_mode: String,
}

/// How the token endpoint is asked and answers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct TokenDialect {
    /// `form` (the default) or `json`.
    pub body: String,
    /// The `Accept` header; empty: `application/json`.
    pub accept: String,
    /// Extra request headers.
    pub headers: BTreeMap<String, String>,
    /// Extra body parameters, in the code's exchange and in the refresh.
    pub params: BTreeMap<String, String>,
    /// Protocol parameters under another name.
    pub rename: BTreeMap<String, String>,
    /// Protocol parameters of the code's exchange with another value: `grant_type = "web_server"`.
    pub values: BTreeMap<String, String>,
    /// Protocol parameters that are not sent.
    pub omit: Vec<String>,
    /// Where the answer keeps what.
    pub response: TokenResponseDialect,
}

/// Where a token response keeps what (RFC 6749 §5.1 unless said otherwise).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// Values to keep for URLs and for the person: a name of the file's own, and where the answer has it (from the top
    /// of the body).
    pub capture: BTreeMap<String, String>,
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
            capture: BTreeMap::new(),
        }
    }
}

/// Where an answer says when a token ends, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Expiry {
    /// RFC 6901.
    pub pointer: String,
    /// `seconds` or `milliseconds` from now (a number or its text), `epoch` or `epoch_ms`, `rfc3339`, `date` (its last
    /// second, UTC), `never`, or `assume:3600`: seconds from now when the answer says nothing.
    pub format: String,
}

impl Expiry {
    /// Whether it is said as a moment, and not as a span.
    pub fn is_moment(&self) -> bool {
        matches!(self.format.as_str(), "epoch" | "epoch_ms" | "rfc3339" | "date")
    }
}

/// How a success is told from an error with status 200.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct RefreshDialect {
    /// `default`, `scope`, `param`, `app_setting` or `never`; empty: unknown.
    pub issued: String,
    /// Whether a refresh gives a new refresh token, also if only now and then; absent: as it was at the last one.
    pub rotates: Option<bool>,
    /// Where to refresh, if not at the token endpoint.
    pub endpoint: Option<String>,
    /// Parameters of the authorization request to repeat (`redirect_uri`).
    pub repeat: Vec<String>,
    /// Extra body parameters, besides those of `[token]`.
    pub params: BTreeMap<String, String>,
    /// Protocol parameters with another value: `grant_type = "refresh"`.
    pub values: BTreeMap<String, String>,
    /// Codes that mean `invalid_grant` here.
    pub permanent: Vec<String>,
    /// The refresh answer's root, where it differs from the code's answer.
    pub response_root: Option<String>,
    /// The provider refuses a refresh while the access token has more than so many seconds left; 0: it never does.
    pub min_remaining_s: u32,
    /// Directly after the sign-in: the short-lived access token is exchanged for a long-lived one (Meta).
    pub exchange: Option<RequestTemplate>,
    /// In the place of the refresh grant: the access token renews itself by this request (Meta).
    pub renew: Option<RequestTemplate>,
}

/// Records of the first version hold an empty text where there is no URL.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.filter(|text| !text.is_empty()))
}

/// A request of the provider's own: who am I, which tenants, revoke, renew.
///
/// In `url`, `headers`, `query` and `body`, `{access_token}`, `{refresh_token}`, `{client_id}`, `{client_secret}` and
/// captured values are filled in, encoded for their place; in a revocation `{token}` too. In the host, only declared
/// variables are. Nothing is filled in inside `graphql`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct RequestTemplate {
    /// Empty: GET without a body, POST with one.
    pub method: String,
    /// Absent: there is no such request.
    #[serde(deserialize_with = "present")]
    pub url: Option<String>,
    /// `bearer` (the access token), `basic` (client id and secret) or `none`; empty: what the table it stands in says.
    pub auth: String,
    /// Extra headers. One called `Authorization` replaces `auth`.
    pub headers: BTreeMap<String, String>,
    /// Query parameters.
    pub query: BTreeMap<String, String>,
    /// The body's fields.
    pub body: BTreeMap<String, String>,
    /// `form` or `json`, for `body`.
    pub body_format: String,
    /// A GraphQL query, sent as JSON in the place of `body`.
    pub graphql: Option<String>,
}

/// Who is connected, where no ID token says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct AccountDialect {
    /// What is asked. Without a `url`: the OpenID `userinfo_endpoint`, if there is one. (serde cannot refuse unknown
    /// keys through `flatten`; the loader does.)
    #[serde(flatten)]
    pub request: RequestTemplate,
    /// Where the pointers below look: `request`, `token_response` or `id_token`. Empty: the ID token where `openid` is
    /// asked for, and the request. `request` alone passes over an ID token that cannot be believed.
    pub from: String,
    /// RFC 6901; the account's stable id. Default `/sub`.
    pub id: String,
    /// RFC 6901; the first that finds text is the label.
    pub label: Vec<String>,
    /// Only asked when this scope was granted.
    pub needs_scope: Option<String>,
    /// Values to keep from the answer: a name of the file's own, and where it is.
    pub capture: BTreeMap<String, String>,
}

impl Default for AccountDialect {
    fn default() -> Self {
        Self {
            request: RequestTemplate::default(),
            from: String::new(),
            id: "/sub".into(),
            label: ["/email", "/preferred_username", "/name", "/sub"].map(String::from).into(),
            needs_scope: None,
            capture: BTreeMap::new(),
        }
    }
}

/// After the sign-in: the tenants, sites or accounts the token reaches, one of which the person works in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct LookupDialect {
    /// What is asked; absent `url`: the answer to `[account]` is looked into. (Unknown keys: as for the account.)
    #[serde(flatten)]
    pub request: RequestTemplate,
    /// RFC 6901; the list. Empty: the answer is the list.
    pub items: String,
    /// RFC 6901 inside an item: the value to keep.
    pub id: String,
    /// RFC 6901 inside an item: what a person recognises.
    pub label: String,
    /// The name of the captured value.
    pub store: String,
    /// `ask` (the default: the first is used until the person chooses another) or `first`.
    pub choose: String,
}

/// How tokens are revoked, where it is not RFC 7009.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct RevokeDialect {
    /// `rfc7009` (the default where there is a `revocation_endpoint`), `request` or `none`.
    pub style: String,
    /// For `request`. (Unknown keys: as for the account.)
    #[serde(flatten)]
    pub request: RequestTemplate,
    /// For `request`: which token `{token}` means, `access` (the default) or `refresh`.
    pub token: String,
    /// What ends: `token`, the tokens of one sign-in, or `whole_grant`: every token of this client and account ends, or may end.
    /// Empty: nobody knows, so what happens by itself takes it for the latter.
    pub effect: String,
    /// For `request`: success is status 2xx, and this.
    pub success: Option<SuccessCheck>,
}

impl RevokeDialect {
    /// Whether more may end than the tokens of the sign-in that is named: also where nobody knows.
    pub fn may_end_others(&self) -> bool {
        self.effect != "token"
    }
}

/// How device authorization (RFC 8628) deviates.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct DeviceDialect {
    /// Extra parameters of the request for a code: `response_type = "device_code"` (Amazon).
    pub params: BTreeMap<String, String>,
    /// RFC: `/verification_uri`.
    pub verification_uri: String,
    /// RFC: `urn:ietf:params:oauth:grant-type:device_code`.
    pub grant_type: String,
    /// Where to ask for the tokens, if not at the token endpoint.
    pub endpoint: Option<String>,
    /// RFC: `device_code`, in the token request.
    pub code_parameter: String,
    /// The status that says "not yet" by itself, where an answer has no words (Trakt: 400); 0: none.
    pub pending_status: u16,
    /// Values of the device authorization response to repeat in the token request: `user_code` is the only one.
    pub repeat: Vec<String>,
}

/// How the token is used at the provider's API.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ApiDialect {
    /// Where the API begins.
    pub base: Option<String>,
    /// `Authorization: Bearer {access_token}` unless the provider wants another.
    pub header: String,
    /// Headers its requests need: `Notion-Version`.
    pub headers: BTreeMap<String, String>,
    /// Hosts that may receive the token, besides those of the file's URLs: `api.example.com`, `*.example.com`.
    pub hosts: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_that_no_answer_names_counts_as_granted() {
        let words = [("offline".to_owned(), String::new())];
        let scopes = ScopeDialect { granted_as: words.into(), ..Default::default() };
        assert!(scopes.is_granted("offline", &[]) && !scopes.is_granted("read", &[]));
    }

    #[test]
    fn an_empty_url_in_an_old_record_is_none() {
        let read = |text: &str| serde_json::from_str::<RevokeDialect>(text).unwrap().request.url;
        assert_eq!(read(r#"{"style":"","method":"","url":"","auth":""}"#), None);
        assert_eq!(read(r#"{"url":"https://as.example/r"}"#).as_deref(), Some("https://as.example/r"));
    }
}
