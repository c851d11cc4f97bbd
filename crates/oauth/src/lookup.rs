//! After a sign-in: which tenants, sites or accounts the token reaches.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::dialect::LookupDialect;
use crate::error::OAuthError;
use crate::http::HttpClient;
use crate::response::{json, text};
use crate::sent;
use crate::template::Values;

/// More are not kept.
pub const MOST_CHOICES: usize = 200;

/// A tenant, site or account of several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The value that is kept and sent.
    pub id: String,
    /// What a person recognises.
    pub label: String,
}

/// Asks with the dialect's own request.
///
/// # Errors
/// [`OAuthError`].
pub async fn ask(
    http: &dyn HttpClient,
    dialect: &LookupDialect,
    values: &Values<'_>,
    now: Timestamp,
) -> Result<Value, OAuthError> {
    json(&sent::ask(http, dialect.request.request("bearer", values)?).await?, None, now)
}

/// What an answer lists, at most [`MOST_CHOICES`]. An item without an id cannot be chosen and is left out.
///
/// # Errors
/// `Missing` when there is no list where the dialect looks for one.
pub fn read(body: &Value, dialect: &LookupDialect) -> Result<Vec<Choice>, OAuthError> {
    let missing = || OAuthError::Missing { pointer: dialect.items.clone(), key: "lookup.items" };
    let items = body.pointer(&dialect.items).and_then(Value::as_array).ok_or_else(missing)?;
    let choice = |item: &Value| {
        let id = text(item, &dialect.id)?;
        let label = text(item, &dialect.label).unwrap_or_else(|| id.clone());
        Some(Choice { id, label })
    };
    Ok(items.iter().filter_map(choice).take(MOST_CHOICES).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_is_read_wherever_it_lies() {
        let mut dialect = LookupDialect { id: "/id".into(), label: "/name".into(), ..Default::default() };
        let sites = json!([{"id": "s1", "name": "Site\u{202e} one"}, {"name": "none"}, {"id": 7}]);
        let expected = [("s1", "Site one"), ("7", "7")];
        let expected = expected.map(|(id, label)| Choice { id: id.into(), label: label.into() });
        assert_eq!(read(&sites, &dialect).unwrap(), expected);
        dialect.items = "/data/sites".into();
        assert_eq!(read(&json!({"data": {"sites": sites}}), &dialect).unwrap(), expected);
        let error = read(&sites, &dialect).unwrap_err();
        assert_eq!(error.to_string(), "the answer has nothing at /data/sites (lookup.items)");
    }

    #[test]
    fn a_list_without_end_is_cut() {
        let all: Vec<u32> = (0..1000).collect();
        let choices = read(&json!(all), &LookupDialect::default()).unwrap();
        assert_eq!(choices.len(), MOST_CHOICES);
        assert_eq!(choices[7], Choice { id: "7".into(), label: "7".into() });
    }
}
