//! The document: YAML, of which JSON is a part, and the table in it that is meant.

use serde_json::{Map, Value};

use super::{Found, LeftOut, UNKNOWN, below, leave_out, names, refused};
use crate::problem::Problem;

/// Bytes. A description of one server has some hundred, a catalog of a thousand some more.
const LARGEST: usize = 1024 * 1024;
/// Values, those that an anchor repeats counted each time.
const MOST_VALUES: usize = 50_000;
/// Tables inside tables.
const DEEPEST: usize = 32;

/// # Errors
/// `InvalidSpec`, with the line and without the text that is there.
pub(super) fn parse(text: &str) -> Result<Value, Problem> {
    if text.len() > LARGEST {
        return Err(refused(format_args!("the document is larger than {} KiB", LARGEST / 1024)));
    }
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: DEEPEST,
            max_nodes: MOST_VALUES,
            max_documents: 1,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: MOST_VALUES,
        },
    };
    serde_saphyr::from_str_with_options(text, options)
        .map_err(|error| refused(format_args!("not a YAML or JSON document: {}", error.without_snippet())))
}

/// The description of one server: the document itself, or a table in it.
///
/// # Errors
/// `InvalidSpec` where there is none, or several and none that `id` names.
pub(super) fn choose(document: Value, id: Option<&str>) -> Result<(Found, Vec<LeftOut>), Problem> {
    let Value::Object(top) = document else {
        return Err(refused("the document is not a table of keys"));
    };
    if is_server(&top) {
        return Ok((Found { key: None, path: String::new(), table: top }, Vec::new()));
    }
    let mut found = Vec::new();
    let mut left_out = Vec::new();
    collect("", top, 2, &mut found, &mut left_out);
    let ids: Vec<&str> = found.iter().filter_map(|found| found.key.as_deref()).collect();
    let chosen = match (ids.as_slice(), id) {
        ([], _) => return Err(refused("there is no authorization or token endpoint in it")),
        ([_], _) => 0,
        (many, Some(id)) if many.contains(&id) => many.iter().position(|known| *known == id).unwrap_or(0),
        (many, _) => {
            let some = many.iter().take(5).copied().collect::<Vec<_>>().join(", ");
            return Err(refused(format_args!(
                "{} servers are in it; choose one by its id: {some}",
                many.len()
            )));
        }
    };
    Ok((found.swap_remove(chosen), left_out))
}

/// Gathers the tables that describe a server; what stands beside them is left out.
fn collect(
    path: &str,
    table: Map<String, Value>,
    depth: usize,
    found: &mut Vec<Found>,
    left_out: &mut Vec<LeftOut>,
) {
    for (key, value) in table {
        let path = below(path, &key);
        match value {
            Value::Object(table) if is_server(&table) => found.push(Found { key: Some(key), path, table }),
            Value::Object(table) if depth > 1 => collect(&path, table, depth - 1, found, left_out),
            value => leave_out(&path, &value, UNKNOWN, left_out),
        }
    }
}

fn is_server(table: &Map<String, Value>) -> bool {
    table.iter().any(|(key, value)| match (names::meaning(key), value) {
        (Some(names::Meaning::Address(place)), Value::String(_)) => place.starts_with("server."),
        (Some(names::Meaning::Base), Value::String(_)) => true,
        (Some(names::Meaning::Nested), Value::Object(table)) => is_server(table),
        _ => false,
    })
}
