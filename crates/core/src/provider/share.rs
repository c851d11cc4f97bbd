//! A spec as the text of a provider file, to share.

use serde_json::{Map, Value, json};
use tokenrack_oauth::dialect::{LookupDialect, RequestTemplate, SuccessCheck};

use super::{Catalog, ProviderId, ProviderSpec, Variable};
use crate::problem::{Code, Problem};

/// The tables in the order of docs/provider.schema.json.
pub(super) const ORDER: [&str; 27] = [
    "schema",
    "id",
    "extends",
    "name",
    "description",
    "category",
    "aliases",
    "icon",
    "verified",
    "sources",
    "links",
    "setup",
    "vars",
    "server",
    "client",
    "redirect",
    "scopes",
    "authorize",
    "token",
    "refresh",
    "account",
    "lookup",
    "revoke",
    "device",
    "api",
    "hooks",
    "scripts",
];

/// What has another default inside its table than by itself.
const WHOLE: [&str; 2] = ["expires", "refresh_expires"];

impl ProviderSpec {
    /// The text of a file that says the same and stands by itself: what it inherited is in it, what is the default is
    /// not.
    ///
    /// # Errors
    /// `Internal`: a value that TOML cannot say.
    pub fn to_file(&self) -> Result<String, Problem> {
        let internal = |error: &dyn std::fmt::Display| Problem::new(Code::Internal).because(error);
        let mut whole = table(self).map_err(|error| internal(&error))?;
        let usual = usual().map_err(|error| internal(&error))?;
        whole.remove("extends");
        let mut text = String::new();
        for key in ORDER {
            let Some(value) = whole.remove(key) else { continue };
            let Some(value) = said(key, value, &usual[key]) else { continue };
            let part: Map<String, Value> = [(key.to_owned(), value)].into_iter().collect();
            let part = toml::to_string_pretty(&part).map_err(|error| internal(&error))?;
            if part.starts_with('[') && !text.is_empty() {
                text.push('\n');
            }
            text += &part;
        }
        Ok(text)
    }
}

impl Catalog {
    /// The text of the file of the provider with this id: a shipped file's own, else [`ProviderSpec::to_file`].
    ///
    /// # Errors
    /// `UnknownProvider`, `Internal`.
    pub fn share(&self, id: &ProviderId) -> Result<String, Problem> {
        let spec = self.get(id).ok_or_else(|| Problem::new(Code::UnknownProvider).because(id))?;
        let own = self.own.get(&id.0).is_some_and(|entry| self.spec(entry).is_some());
        match self.builtin.get(id.0.as_str()).filter(|_| !own) {
            Some(shipped) => Ok(shipped.text().to_owned()),
            None => spec.to_file(),
        }
    }
}

/// A spec that says nothing, and inside what it lacks, what that is when it says nothing.
fn usual() -> serde_json::Result<Value> {
    let blank = json!({ "schema": 0, "id": "", "name": "" });
    let mut usual = serde_json::to_value(serde_json::from_value::<ProviderSpec>(blank)?)?;
    let request = serde_json::to_value(RequestTemplate::default())?;
    let success = serde_json::to_value(SuccessCheck::default())?;
    for (place, value) in [
        ("/refresh/exchange", request.clone()),
        ("/refresh/renew", request),
        ("/token/response/success", success.clone()),
        ("/revoke/success", success),
        ("/vars", serde_json::to_value(Variable::default())?),
        ("/lookup", serde_json::to_value(LookupDialect::default())?),
    ] {
        if let Some(slot) = usual.pointer_mut(place) {
            *slot = value;
        }
    }
    Ok(usual)
}

fn table(value: &impl serde::Serialize) -> serde_json::Result<Map<String, Value>> {
    match serde_json::to_value(value)? {
        Value::Object(table) => Ok(table),
        _ => Ok(Map::new()),
    }
}

/// The part of a value that is not the default.
fn said(key: &str, value: Value, usual: &Value) -> Option<Value> {
    match value {
        Value::Null => None,
        value if value == *usual => None,
        // Every variable and every look-up is there, also one that says nothing of itself.
        Value::Object(items) if key == "vars" => {
            let items = items.into_iter().map(|(name, item)| (name, fields(item, usual)));
            Some(Value::Object(items.collect())).filter(|table| table != &json!({}))
        }
        Value::Array(items) if key == "lookup" => {
            let items: Vec<Value> = items.into_iter().map(|item| fields(item, usual)).collect();
            (!items.is_empty()).then_some(Value::Array(items))
        }
        value if WHOLE.contains(&key) => Some(value),
        value => Some(fields(value, usual)).filter(|value| value != &json!({})),
    }
}

fn fields(value: Value, usual: &Value) -> Value {
    let Value::Object(table) = value else { return value };
    let said = table.into_iter().filter_map(|(key, value)| {
        let inner = said(&key, value, &usual[&key])?;
        Some((key, inner))
    });
    Value::Object(said.collect())
}
