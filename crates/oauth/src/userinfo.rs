//! Who is connected: the UserInfo endpoint (OpenID Connect Core §5.3) or the provider's own "who am I".

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::dialect::{AccountDialect, RequestTemplate};
use crate::error::OAuthError;
use crate::http::HttpClient;
use crate::response::{self, json, plain, values};
use crate::sent::ask;
use crate::template::Values;

/// An account as the provider names it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountInfo {
    /// Stable at the provider.
    pub id: Option<String>,
    /// What a person recognises.
    pub label: Option<String>,
}

/// What the server says of an account.
#[derive(Debug)]
pub struct AccountAnswer {
    /// Whose it is.
    pub info: AccountInfo,
    /// What the dialect keeps of it besides.
    pub captured: BTreeMap<String, String>,
    /// All of it, for a look-up of tenants.
    pub body: Value,
}

/// Asks who the token belongs to. When an ID token has named a subject, the answer must name the same (§5.3.2).
///
/// # Errors
/// [`OAuthError`]; `UserinfoMismatch` for another subject.
pub async fn account(
    http: &dyn HttpClient,
    request: &RequestTemplate,
    dialect: &AccountDialect,
    known: &Values<'_>,
    subject: Option<&str>,
    now: Timestamp,
) -> Result<AccountAnswer, OAuthError> {
    let request = request.request("bearer", known)?;
    let body = json(&ask(http, request).await?, None, now)?;
    if let Some(subject) = subject
        && body.get("sub").and_then(Value::as_str) != Some(subject)
    {
        return Err(OAuthError::UserinfoMismatch);
    }
    Ok(AccountAnswer { info: read(&body, dialect), captured: values(&body, &dialect.capture), body })
}

/// Label and id by the dialect's pointers: the first that finds text is the label.
pub fn read(body: &Value, dialect: &AccountDialect) -> AccountInfo {
    let text = |pointer: &str| response::text(body, pointer).map(|text| plain(&text, 120));
    AccountInfo { id: text(&dialect.id), label: dialect.label.iter().find_map(|pointer| text(pointer)) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_pointer_that_finds_text_is_the_label() {
        let dialect = AccountDialect {
            id: "/data/viewer/id".into(),
            label: ["/data/viewer/email", "/data/viewer/names/0", "/data/viewer/id"].map(String::from).into(),
            ..Default::default()
        };
        let body = json!({"data": {"viewer": {"id": 42, "email": "", "names": ["Ada\nLovelace", "A"]}}});
        let info = read(&body, &dialect);
        assert_eq!(info, AccountInfo { id: Some("42".into()), label: Some("Ada Lovelace".into()) });
        assert_eq!(read(&json!([]), &dialect), AccountInfo::default());
    }
}
