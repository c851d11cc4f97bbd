//! A metadata document (RFC 8414 §2) as it is.

use serde_json::{Map, Value};

use super::{LeftOut, SECRET, read, refused};
use crate::language::Sentence;
use crate::problem::Problem;
use crate::provider::{ProviderSpec, ServerMetadata};

/// The table of a provider file; nothing where it is another document.
///
/// # Errors
/// `InvalidSpec` for metadata with a value of the wrong kind.
pub(super) fn read(
    document: &Map<String, Value>,
    left_out: &mut Vec<LeftOut>,
) -> Result<Option<Map<String, Value>>, Problem> {
    // Required by RFC 8414 §2, and in no other shape.
    let Some(issuer) = document.get("issuer").and_then(Value::as_str) else { return Ok(None) };
    if !document.contains_key("response_types_supported") {
        return Ok(None);
    }
    let used = serde_json::to_value(ServerMetadata::default()).map_err(refused)?;
    let mut kept = Map::new();
    for (key, value) in document {
        let path = super::below("", key);
        if read::is_secret(key, value) {
            left_out.push(LeftOut { path, why: SECRET });
        } else if used.get(key).is_some() {
            kept.insert(key.clone(), value.clone());
        } else {
            left_out.push(LeftOut { path, why: const { Sentence::of("not used by Tokenrack") } });
        }
    }
    let metadata: ServerMetadata = serde_json::from_value(Value::Object(kept))
        .map_err(|error| refused(format_args!("metadata with a wrong value: {error}")))?;
    let mut spec = ProviderSpec::from_issuer(issuer, &metadata);
    spec.description = None;
    spec.category.clear();
    match serde_json::to_value(spec).map_err(refused)? {
        Value::Object(table) => Ok(Some(table)),
        _ => Ok(None),
    }
}
