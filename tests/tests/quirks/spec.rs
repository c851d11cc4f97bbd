//! A shipped provider file, moved to a server on this machine.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

/// A provider file as a table.
#[derive(Clone)]
pub struct Spec(Table);

impl Spec {
    /// As it is shipped, with what it extends.
    pub fn shipped(id: &str) -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../providers/{id}.toml"));
        let text = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        let mut table: Table = text.parse().unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        match table.remove("extends") {
            Some(parent) => Self(merged(Self::shipped(parent.as_str().unwrap()).0, table)),
            None => Self(table),
        }
    }

    /// Every endpoint at `base` (`http://127.0.0.1:PORT/slack`) instead of the provider's hosts. A host that is learned
    /// by the redirect stays learned: it may be this server under either of its names.
    pub fn moved_to(mut self, base: &url::Url) -> Self {
        let here = base.as_str().trim_end_matches('/');
        let host = format!("127.0.0.1:{}", base.port().unwrap());
        let vars = self.0.get("vars").and_then(Value::as_table).cloned().unwrap_or_default();
        let named_by_redirect =
            |var: &Value| var.get("source").is_some_and(|s| s.as_str() == Some("callback"));
        let learned = |name: &str| vars.get(name).is_some_and(named_by_redirect);
        for address in addresses(&mut self.0) {
            let Some(rest) = address.strip_prefix("https://") else { continue };
            let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
            let variable = authority.strip_prefix('{').and_then(|name| name.strip_suffix('}'));
            *address = match variable.filter(|name| learned(name)) {
                Some(_) => format!("http://{authority}{}{path}", base.path()),
                None => format!("{here}{path}"),
            };
        }
        let text = toml::to_string(&self.0).unwrap();
        for (name, var) in &vars {
            let table = self.0["vars"].as_table_mut().unwrap();
            if !text.contains(&format!("{{{name}}}")) {
                table.remove(name);
            } else if named_by_redirect(var) {
                let var = table[name].as_table_mut().unwrap();
                let other = host.replace("127.0.0.1", "localhost");
                var.insert("allow".into(), Value::Array(vec![host.clone().into(), other.into()]));
                var.insert("default".into(), host.clone().into());
                var.remove("example");
            }
        }
        self
    }

    /// Without one line, named by its path: `token.response.success`.
    pub fn without(&self, line: &str) -> Self {
        let mut spec = self.clone();
        let (tables, key) = line.rsplit_once('.').unwrap_or(("", line));
        let table =
            tables.split('.').filter(|name| !name.is_empty()).try_fold(
                &mut spec.0,
                |table, name| match table.get_mut(name)? {
                    Value::Table(table) => Some(table),
                    Value::Array(items) => items.first_mut()?.as_table_mut(),
                    _ => None,
                },
            );
        let removed = table.and_then(|table| table.remove(key));
        assert!(removed.is_some(), "the file has no {line}");
        spec
    }

    /// Writes it into a folder of its own: a file's name is its id.
    pub fn save(&self, folder: &Path) -> PathBuf {
        std::fs::create_dir_all(folder).unwrap();
        let file = folder.join(format!("{}.toml", self.0["id"].as_str().unwrap()));
        std::fs::write(&file, toml::to_string(&self.0).unwrap()).unwrap();
        file
    }
}

/// Tables key by key, the child's word last.
fn merged(mut parent: Table, child: Table) -> Table {
    for (key, value) in child {
        let value = match (parent.remove(&key), value) {
            (Some(Value::Table(old)), Value::Table(new)) => Value::Table(merged(old, new)),
            (_, value) => value,
        };
        parent.insert(key, value);
    }
    parent
}

/// Every URL that a request goes to.
fn addresses(table: &mut Table) -> Vec<&mut String> {
    let asked = |key: &str| {
        ["url", "base", "endpoint", "metadata_url", "resource", "issuer", "id_token_issuer", "jwks_uri"]
            .contains(&key)
            || key.ends_with("_endpoint")
    };
    let mut found = Vec::new();
    for (key, value) in table.iter_mut().filter(|(key, _)| *key != "links") {
        match value {
            Value::String(text) if asked(key) => found.push(text),
            Value::Table(table) => found.extend(addresses(table)),
            Value::Array(items) => {
                found.extend(items.iter_mut().filter_map(Value::as_table_mut).flat_map(addresses));
            }
            _ => {}
        }
    }
    found
}
