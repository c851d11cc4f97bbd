//! What another program keeps about a server becomes a provider file: a YAML or JSON document with the names of
//! docs/providers.md ("Importing"), or a metadata document (RFC 8414).

mod document;
mod metadata;
mod names;
mod read;

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Catalog, LintError, ProviderSpec};
use crate::language::Sentence;
use crate::problem::{Code, Problem, plain};

/// What became of a document.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The id of the new provider.
    pub id: String,
    /// The provider file.
    pub text: String,
    /// What of the document is not in it, in the document's order of keys.
    pub left_out: Vec<LeftOut>,
    /// What a person has to correct before the file can be used.
    pub wrong: Vec<LintError>,
}

/// A key of the document that is not in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LeftOut {
    /// Where it is: keys from the top, with dots between.
    pub path: String,
    /// Why, as a sentence without a full stop.
    #[cfg_attr(test, ts(type = "string"))]
    pub why: Sentence,
}

const UNKNOWN: Sentence = Sentence::of("not understood");
const SECRET: Sentence = Sentence::of("a secret, which a provider file never holds");

impl Catalog {
    /// Makes a provider file of `text`, the content of `file`. `id` names the new provider, or chooses one of several
    /// in the document.
    ///
    /// # Errors
    /// `InvalidSpec`: not YAML or JSON, too large, or nothing in it that leads to a server.
    pub fn import(&self, file: &str, text: &str, id: Option<&str>) -> Result<Imported, Problem> {
        let (mut found, mut left_out) = document::choose(document::parse(text)?, id)?;
        let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
        let mut table = match metadata::read(&found.table, &mut left_out)? {
            Some(table) => table,
            None => read::read(&mut found, &mut left_out),
        };
        let stem = name.split('.').next().unwrap_or(name);
        let said = |key: &str| table.get(key).and_then(Value::as_str).map(str::to_owned);
        let named = [id.map(str::to_owned), found.key, said("id"), said("name"), Some(stem.to_owned())];
        let id = named.into_iter().flatten().map(|text| slug(&text)).find(|id| !id.is_empty());
        let id = id.unwrap_or_else(|| "imported".into());
        table.insert("schema".into(), 1.into());
        table.insert("id".into(), id.clone().into());
        table.entry("name").or_insert_with(|| id.clone().into());
        let source = format!("Imported from {}", plain(name, 80));
        table.insert("sources".into(), vec![source.clone()].into());
        let spec: ProviderSpec = serde_json::from_value(Value::Object(table)).map_err(refused)?;
        let text = format!("{}{}", head(&source, &left_out), spec.to_file()?);
        let wrong = self.parse(&format!("{id}.toml"), &text).err().unwrap_or_default();
        Ok(Imported { id, text, left_out, wrong })
    }
}

/// Says what the file was made from, for whoever reads it later.
fn head(source: &str, left_out: &[LeftOut]) -> String {
    let mut head = format!("# {source}. Check it against the provider's documentation.\n");
    if !left_out.is_empty() {
        head += "# Left out:\n";
    }
    for LeftOut { path, why } in left_out {
        head += &format!("#   {path}: {}\n", why.english());
    }
    head + "\n"
}

fn refused(why: impl std::fmt::Display) -> Problem {
    Problem::new(Code::InvalidSpec).because(why)
}

pub(super) fn slug(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("-").to_ascii_lowercase()
}

/// A table of the document, and where it is.
struct Found {
    /// The key it stands under, which is its id.
    key: Option<String>,
    /// Its own place; empty at the top.
    path: String,
    table: Map<String, Value>,
}

fn below(path: &str, key: &str) -> String {
    let key = plain(key, 60);
    if path.is_empty() { key } else { plain(&format!("{path}.{key}"), 200) }
}

/// Every value in `value` by its path, as left out.
fn leave_out(path: &str, value: &Value, why: Sentence, left_out: &mut Vec<LeftOut>) {
    let why_of = |path: &str, value: &Value| if read::is_secret(path, value) { SECRET } else { why };
    match value {
        Value::Object(table) if !table.is_empty() => {
            table.iter().for_each(|(key, value)| leave_out(&below(path, key), value, why, left_out));
        }
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            let each = items.iter().enumerate();
            each.for_each(|(at, item)| leave_out(&below(path, &at.to_string()), item, why, left_out));
        }
        Value::Array(items) if items.iter().any(|item| read::is_secret(path, item)) => {
            left_out.push(LeftOut { path: path.to_owned(), why: SECRET });
        }
        value => left_out.push(LeftOut { path: path.to_owned(), why: why_of(path, value) }),
    }
}
