//! Who is connected: the UserInfo endpoint (OpenID Connect Core §5.3) or the provider's own "who am I".

use jiff::Timestamp;
use serde_json::Value;

use crate::dialect::{AccountDialect, RequestTemplate};
use crate::error::OAuthError;
use crate::http::HttpClient;
use crate::response::{json_object, plain};
use crate::template::Values;

/// An account as the provider names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountInfo {
    /// Stable at the provider.
    pub id: Option<String>,
    /// What a person recognises.
    pub label: Option<String>,
}

/// Asks who the token belongs to. When an ID token has named a subject, the answer must name the same (§5.3.2).
///
/// # Errors
/// [`OAuthError`]; `UserinfoMismatch` for another subject.
pub async fn account(
    http: &dyn HttpClient,
    request: &RequestTemplate,
    dialect: &AccountDialect,
    values: &Values<'_>,
    subject: Option<&str>,
    now: Timestamp,
) -> Result<AccountInfo, OAuthError> {
    let request = request.request("bearer", values)?;
    let body = json_object(&http.send(request).await?, None, now)?;
    if let Some(subject) = subject
        && body.get("sub").and_then(Value::as_str) != Some(subject)
    {
        return Err(OAuthError::UserinfoMismatch);
    }
    Ok(read(&body, dialect))
}

/// Label and id by the dialect's pointers.
pub fn read(body: &Value, dialect: &AccountDialect) -> AccountInfo {
    let text = |pointer: &str| match body.pointer(pointer)? {
        Value::String(text) => Some(plain(text, 120)).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    AccountInfo { id: text(&dialect.id), label: dialect.label.iter().find_map(|pointer| text(pointer)) }
}
