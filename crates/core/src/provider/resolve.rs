//! A spec with its variables filled in.

use std::collections::BTreeMap;

use super::{ProviderSpec, Variable, keys, pattern, template, urls};

impl ProviderSpec {
    /// Fills the variables into every URL: of the server, the links, the account, refresh and revocation.
    /// `server.id_token_issuer` and `{client_id}` in `revoke.url` stay as they are.
    ///
    /// # Errors
    /// For each variable that is not right, what to write instead: `Write only the host name: gitlab.com`.
    pub fn resolve(&self, vars: &BTreeMap<String, String>) -> Result<Self, BTreeMap<String, String>> {
        let mut errors = BTreeMap::new();
        let mut values = BTreeMap::new();
        for name in vars.keys().filter(|name| !self.vars.contains_key(*name)) {
            errors.insert(name.clone(), format!("Write {}", unknown(name, &self.vars)));
        }
        for (name, variable) in &self.vars {
            match variable.value(vars.get(name).map(String::as_str)) {
                Ok(value) => drop(values.insert(name.as_str(), value)),
                Err(instead) => drop(errors.insert(name.clone(), format!("Write {instead}"))),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }

        let mut resolved = self.clone();
        for (path, url) in resolved.urls_mut() {
            let filled = template::fill(url, |name| values.get(name).cloned());
            // The patterns leave no way to get here with a bad URL, except through a spec that no loader has seen.
            if let Some(instead) = still_wrong(&path, &filled) {
                let culprit = template::names(url).first().map_or(&*path, |name| name).to_owned();
                errors.insert(culprit, instead);
            }
            *url = filled;
        }
        if errors.is_empty() { Ok(resolved) } else { Err(errors) }
    }
}

impl Variable {
    /// The value to use: what the person wrote, else the default, in the form it is used in.
    ///
    /// # Errors
    /// What to write instead.
    pub(super) fn value(&self, written: Option<&str>) -> Result<String, String> {
        let written = written.map(str::trim).filter(|text| !text.is_empty());
        let Some(value) = written.or(self.default.as_deref()) else {
            let example = self.example.as_deref().or(self.choices.first().map(String::as_str));
            return Err(format!("a value, like {}", example.unwrap_or(pattern::sample(&self.pattern))));
        };
        if !self.choices.is_empty() && !self.choices.iter().any(|choice| choice == value) {
            return Err(format!("one of: {}", self.choices.join(", ")));
        }
        pattern::check(&self.pattern, value)
    }
}

/// What is wrong with a URL that is filled in.
fn still_wrong(path: &str, filled: &str) -> Option<String> {
    let later = |name: &&str| path == "revoke.url" && *name == "client_id";
    if let Some(name) = template::names(filled).into_iter().find(|name| !later(name)) {
        return Some(format!("The provider's file does not declare `{name}`, which its {path} needs"));
    }
    let probe = template::fill(filled, |_| Some("x".into()));
    let (why, _) = urls::check(&probe).err()?;
    Some(format!("The provider's {path} cannot be used: {why}"))
}

fn unknown(name: &str, vars: &BTreeMap<String, Variable>) -> String {
    let known: Vec<&str> = vars.keys().map(String::as_str).collect();
    match keys::nearest(name, known.iter().copied()) {
        _ if known.is_empty() => "nothing: this provider has no variables".into(),
        Some(near) => format!("`{near}`: there is no variable `{name}`"),
        None => format!("one of the variables this provider has: {}", known.join(", ")),
    }
}
