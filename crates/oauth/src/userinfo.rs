//! Who is connected: the UserInfo endpoint (OpenID Connect Core §5.3) or the provider's own "who am I".

use jiff::Timestamp;
use serde_json::Value;

use crate::dialect::AccountDialect;
use crate::endpoint::Endpoint;
use crate::error::OAuthError;
use crate::http::{HttpClient, HttpRequest};
use crate::response::{json_object, plain};
use crate::secret::AccessToken;

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
    endpoint: &Endpoint,
    dialect: &AccountDialect,
    token: &AccessToken,
    subject: Option<&str>,
    now: Timestamp,
) -> Result<AccountInfo, OAuthError> {
    let mut request = HttpRequest::new(Vec::new());
    *request.method_mut() = dialect.method.parse().unwrap_or(http::Method::GET);
    *request.uri_mut() =
        endpoint.url().as_str().parse().map_err(|_| OAuthError::Invalid("cannot be asked for"))?;
    let headers = request.headers_mut();
    headers.insert(http::header::ACCEPT, http::HeaderValue::from_static("application/json"));
    for (name, value) in &dialect.headers {
        if let (Ok(name), Ok(value)) = (http::HeaderName::try_from(name), http::HeaderValue::try_from(value))
        {
            headers.insert(name, value);
        }
    }
    headers.insert(http::header::AUTHORIZATION, bearer(token)?);
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

/// RFC 6750 §2.1.
pub(crate) fn bearer(token: &AccessToken) -> Result<http::HeaderValue, OAuthError> {
    let mut value = http::HeaderValue::try_from(format!("Bearer {}", token.expose()))
        .map_err(|_| OAuthError::Invalid("has an access_token that no header can carry"))?;
    value.set_sensitive(true);
    Ok(value)
}
