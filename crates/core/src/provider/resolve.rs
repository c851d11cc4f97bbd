//! A spec with its variables filled in.

use std::collections::BTreeMap;

use super::{ProviderSpec, Variable, VariableSource, keys, pattern, places, template, urls};
use crate::language::again;
use crate::say;

impl ProviderSpec {
    /// Fills the variables that the person says into every URL, parameter and request of the provider's own. What a
    /// server says ([`ProviderSpec::with_captured`]), claims in `server.id_token_issuer`, and `{client_id}` and its like
    /// stay in braces. A parameter that a variable leaves empty is left out.
    ///
    /// # Errors
    /// For each variable that is not right, what to write instead: `Write only the host name: gitlab.com`.
    pub fn resolve(&self, vars: &BTreeMap<String, String>) -> Result<Self, BTreeMap<String, String>> {
        let mut errors = BTreeMap::new();
        let mut values = BTreeMap::new();
        let asked = || self.vars.iter().filter(|(_, variable)| variable.source == VariableSource::User);
        for name in vars.keys().filter(|name| !asked().any(|(known, _)| known == *name)) {
            errors.insert(
                name.clone(),
                say!("Write {instead}", instead = unknown(name, asked().map(|(name, _)| name))),
            );
        }
        for (name, variable) in asked() {
            match variable.value(vars.get(name).map(String::as_str)) {
                Ok(value) => drop(values.insert(name.as_str(), value)),
                Err(instead) => {
                    drop(errors.insert(name.clone(), say!("Write {instead}", instead = again(&instead))))
                }
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }

        let fill = |text: &str| template::fill(text, |name| values.get(name).cloned());
        let mut resolved = self.clone();
        for (path, url) in resolved.urls_mut() {
            let filled = fill(url);
            // The patterns leave no way to get here with a bad URL, except through a spec that no loader has seen.
            if let Some(instead) = self.still_wrong(&path, &filled) {
                let culprit = template::names(url).first().map_or(&*path, |name| name).to_owned();
                errors.insert(culprit, instead);
            }
            *url = filled;
        }
        for (_, table) in resolved.tables_mut() {
            table.retain(|_, value| {
                let filled = fill(value);
                let left_empty = filled.is_empty() && !value.is_empty();
                *value = filled;
                !left_empty
            });
        }
        // A scope never holds what stands between scopes, so what is asked for with commas is granted with commas.
        let granted = &mut resolved.token.response.scope_separator;
        if granted.trim().is_empty() {
            granted.clone_from(&self.scopes.separator);
        }
        if errors.is_empty() { Ok(resolved) } else { Err(errors) }
    }

    /// What is wrong with a URL that is filled in.
    fn still_wrong(&self, path: &str, filled: &str) -> Option<String> {
        let captures = self.captures();
        let later = |name: &str| {
            self.vars.get(name).is_some_and(|variable| variable.source != VariableSource::User)
                || (places::is_request(path)
                    && (places::FILLED_LATER.contains(&name)
                        || captures.iter().any(|(_, captured)| captured == name)))
        };
        if let Some(name) = template::names(filled).into_iter().find(|name| !later(name)) {
            return Some(say!(
                "The provider's file does not declare `{name}`, which its {path} needs",
                name = name,
                path = path
            ));
        }
        let sample = |name: &str| match self.vars.get(name) {
            Some(variable) => variable.samples().into_iter().next(),
            None => Some("sample".into()),
        };
        let (why, _) = urls::check_at(path, &template::fill(filled, sample)).err()?;
        Some(say!("The provider's {path} cannot be used: {why}", path = path, why = again(why)))
    }
}

impl Variable {
    /// The value to use: what the person wrote, else the default, in the form it is used in.
    ///
    /// # Errors
    /// What to write instead.
    pub(super) fn value(&self, written: Option<&str>) -> Result<String, String> {
        let is_choice = |value: &str| self.choices.iter().any(|choice| choice == value);
        let written = written.map(str::trim).filter(|text| !text.is_empty() || is_choice(""));
        let Some(value) = written.or(self.default.as_deref()) else {
            let choice = self.choices.iter().find(|choice| !choice.is_empty());
            let example = self.example.as_ref().or(choice).map(String::as_str);
            return Err(say!(
                "a value, like {example}",
                example = example.unwrap_or(pattern::sample(&self.pattern))
            ));
        };
        if !self.choices.is_empty() && !is_choice(value) {
            let shown = |choice: &String| if choice.is_empty() { "\"\"".into() } else { choice.clone() };
            let choices: Vec<String> = self.choices.iter().map(shown).collect();
            return Err(say!("one of: {choices}", choices = choices.join(", ")));
        }
        // The file's own words need no pattern.
        if self.pattern.is_empty() && is_choice(value) {
            return Ok(value.to_owned());
        }
        pattern::check(&self.pattern, value)
    }
}

fn unknown<'a>(name: &str, known: impl Iterator<Item = &'a String>) -> String {
    let known: Vec<&str> = known.map(String::as_str).collect();
    match keys::nearest(name, known.iter().copied()) {
        _ if known.is_empty() => say!("nothing: this provider has no variables"),
        Some(near) => say!("`{near}`: there is no variable `{name}`", near = near, name = name),
        None => say!("one of the variables this provider has: {known}", known = known.join(", ")),
    }
}
