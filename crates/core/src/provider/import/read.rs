//! Each key to its place.

use serde_json::{Map, Value, json};

use super::names::{Meaning, meaning};
use super::{Found, LeftOut, SECRET, UNKNOWN, below, leave_out};
use crate::language::Sentence;
use crate::provider::{secrets, urls};

const STANDARD: Sentence = Sentence::of("the standard's own value, which needs no word");
const CONNECTION: Sentence = Sentence::of("belongs to a connection, not to a provider");
const TWICE: Sentence = Sentence::of("said twice, in two ways");
const FOREIGN: Sentence = Sentence::of(
    "holds `${…}`, which the other program fills in; write a variable of this file in its place",
);
const SCRIPT_KIND: Sentence = Sentence::of("a script is one text");
const NOT_NEEDED: Sentence = Sentence::of("not needed beside whole addresses");
const PART: Sentence = Sentence::of("a part of an address, and nothing says of which server");

/// The table of a provider file.
pub(super) fn read(found: &mut Found, left_out: &mut Vec<LeftOut>) -> Map<String, Value> {
    let mut reader = Reader { made: json!({}), addresses: Vec::new(), base: None, left_out };
    reader.table(&found.path, std::mem::take(&mut found.table));
    reader.place_addresses();
    match reader.made {
        Value::Object(table) => table,
        _ => Map::new(),
    }
}

/// True for what is called like a secret, looks like one, or has one in its address. No key's own value is a table.
pub(super) fn is_secret(path: &str, value: &Value) -> bool {
    let key = path.rsplit('.').next().unwrap_or(path);
    let is_set = !matches!(value, Value::Null | Value::Bool(_) | Value::Object(_)) && value != "";
    let named = secrets::is_name(&snake(key)) || meaning(key) == Some(Meaning::Secret);
    (is_set && named) || value.as_str().is_some_and(holds_secret)
}

fn holds_secret(text: &str) -> bool {
    let in_address = url::Url::parse(text).is_ok_and(|url| {
        let named = url.query_pairs().any(|(name, _)| secrets::is_name(&name));
        named || urls::authority(text).contains('@')
    });
    in_address || secrets::has_known_form(text) || secrets::looks_random(text)
}

fn snake(key: &str) -> String {
    let mut snake = String::new();
    for c in key.chars() {
        if c.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

struct Reader<'a> {
    made: Value,
    /// Place, value and path in the document: what they are relative to may come later.
    addresses: Vec<(&'static str, String, String)>,
    /// The same for the server's base.
    base: Option<(String, String)>,
    left_out: &'a mut Vec<LeftOut>,
}

impl Reader<'_> {
    fn table(&mut self, path: &str, table: Map<String, Value>) {
        for (key, value) in table {
            let path = below(path, &key);
            self.value(&key, path, value);
        }
    }

    fn value(&mut self, key: &str, path: String, value: Value) {
        let meaning = meaning(key);
        let secret = match (meaning, value.as_str()) {
            // Code has long words of its own.
            (Some(Meaning::Script(_)), Some(code)) => secrets::has_known_form(code),
            _ => is_secret(&path, &value),
        };
        if secret {
            return self.leave(path, SECRET);
        }
        match (meaning, value) {
            (Some(Meaning::Connection), _) => self.leave(path, CONNECTION),
            (Some(Meaning::Text(place)), Value::String(text)) => self.put(place, path, text.into()),
            (Some(Meaning::Address(place)), Value::String(text)) => self.addresses.push((place, text, path)),
            (Some(Meaning::Base), Value::String(text)) if self.base.is_none() => {
                self.base = Some((text, path))
            }
            (Some(Meaning::Nested | Meaning::Base), Value::Object(table)) => self.table(&path, table),
            (Some(Meaning::Scopes), value) => self.scopes(path, &value),
            (Some(Meaning::Texts(place)), value @ Value::Array(_)) if texts(&value).is_some() => {
                self.put(place, path, value);
            }
            (Some(Meaning::Params(place)), Value::Object(table)) => self.params(place, &path, table),
            (Some(Meaning::Switch(when, place, word)), value) => match truth(&value) {
                Some(on) if on == when => self.put(place, path, word.into()),
                Some(_) => {}
                None => self.leave(path, UNKNOWN),
            },
            (Some(Meaning::ClientAuthentication), value) => self.client_authentication(path, &value),
            (Some(Meaning::Script(place)), Value::String(text)) => self.put(place, path, text.into()),
            (Some(Meaning::Script(_)), _) => self.leave(path, SCRIPT_KIND),
            (Some(Meaning::Standard(own)), Value::String(text)) if own.contains(&&*text.to_lowercase()) => {}
            // A key without a value says nothing.
            (Some(_), Value::Null) => {}
            (_, value) => leave_out(&path, &value, UNKNOWN, self.left_out),
        }
    }

    fn scopes(&mut self, path: String, value: &Value) {
        if let Some(text) = value.as_str() {
            // A list with commas and without spaces has them in the request, too.
            let commas = text.contains(',') && !text.trim().contains(char::is_whitespace);
            let scopes: Vec<&str> = text
                .split(|c: char| c.is_whitespace() || c == ',')
                .filter(|scope| !scope.is_empty())
                .collect();
            if commas && self.made.pointer("/scopes/separator").is_none() {
                self.put("scopes.separator", path.clone(), ",".into());
            }
            return self.put("scopes.default", path, scopes.into());
        }
        match texts(value) {
            Some(_) => self.put("scopes.default", path, value.clone()),
            None if value.is_null() => {}
            None => leave_out(&path, value, UNKNOWN, self.left_out),
        }
    }

    fn params(&mut self, place: &'static str, path: &str, table: Map<String, Value>) {
        for (name, value) in table {
            let path = below(path, &name);
            let text = match &value {
                Value::String(text) => text.clone(),
                Value::Bool(_) | Value::Number(_) => value.to_string(),
                _ => {
                    leave_out(&path, &value, UNKNOWN, self.left_out);
                    continue;
                }
            };
            match (name.as_str(), text.as_str()) {
                _ if is_secret(&name, &value) => self.leave(path, SECRET),
                ("response_type", "code") | ("grant_type", "authorization_code" | "refresh_token") => {
                    self.leave(path, STANDARD);
                }
                ("scope", _) => self.scopes(path, &value),
                // A name with a dot in it is still one name.
                _ => self.put_at(
                    &[&place.split('.').collect::<Vec<_>>()[..], &[&name]].concat(),
                    path,
                    text.into(),
                ),
            }
        }
    }

    fn client_authentication(&mut self, path: String, value: &Value) {
        let method = match value.as_str().map(str::to_lowercase).as_deref() {
            // The first that the server takes, as anywhere.
            Some("absent" | "") => return,
            None if value.is_null() => return,
            Some("body" | "params" | "post" | "client_secret_post") => "client_secret_post",
            Some("header" | "headers" | "basic" | "client_secret_basic") => "client_secret_basic",
            Some("none") => "none",
            _ => return self.leave(path, UNKNOWN),
        };
        self.put("server.token_endpoint_auth_methods_supported", path, json!([method]));
    }

    /// A base is what the relative addresses begin with; without addresses it is where the server's metadata is.
    fn place_addresses(&mut self) {
        let addresses = std::mem::take(&mut self.addresses);
        let is_whole = |text: &str| text.contains("://");
        let relative = addresses.iter().any(|(_, text, _)| !is_whole(text));
        let needed = ["server.issuer", "server.metadata_url", "server.token_endpoint"];
        let found = addresses.iter().any(|(place, _, _)| needed.contains(place));
        let base = self.base.take();
        match &base {
            Some((text, path)) if !found && !relative => {
                self.put("server.issuer", path.clone(), text.as_str().into())
            }
            Some((_, path)) if !relative => self.leave(path.clone(), NOT_NEEDED),
            _ => {}
        }
        for (place, text, path) in addresses {
            match &base {
                _ if is_whole(&text) => self.put(place, path, text.into()),
                Some((base, _)) => {
                    let whole = format!("{}/{}", base.trim_end_matches('/'), text.trim_start_matches('/'));
                    self.put(place, path, whole.into());
                }
                None => self.leave(path, PART),
            }
        }
    }

    fn put(&mut self, place: &str, path: String, value: Value) {
        self.put_at(&place.split('.').collect::<Vec<_>>(), path, value);
    }

    fn put_at(&mut self, place: &[&str], path: String, value: Value) {
        if place.first() != Some(&"scripts") && is_foreign(&value) {
            return self.leave(path, FOREIGN);
        }
        let slot = place.iter().fold(&mut self.made, |table, key| &mut table[*key]);
        if slot.is_null() {
            *slot = value;
        } else if *slot != value {
            self.leave(path, TWICE);
        }
    }

    fn leave(&mut self, path: String, why: Sentence) {
        self.left_out.push(LeftOut { path, why });
    }
}

/// True for a template of another program's.
fn is_foreign(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains("${"),
        Value::Array(items) => items.iter().any(is_foreign),
        _ => false,
    }
}

fn texts(value: &Value) -> Option<Vec<&str>> {
    value.as_array()?.iter().map(Value::as_str).collect()
}

fn truth(value: &Value) -> Option<bool> {
    value.as_bool().or_else(|| value.as_str()?.parse().ok())
}
