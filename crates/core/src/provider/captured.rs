//! Values that a server says: kept from the redirect and from answers, and let into a URL only as far as the provider's
//! file allows. Without that list, whoever answers first could move the next request, with its code or token, to a host
//! of their own (mix-up, RFC 9700 §4.4).

use std::collections::BTreeMap;
use std::fmt;

use super::places::in_braces;
use super::{ProviderSpec, Variable, VariableSource, pattern, template};
use crate::problem::plain;

/// A server said a value that the provider's file does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAllowed {
    /// The variable.
    pub variable: String,
    /// What was said, fit to show.
    pub value: String,
    /// The provider's file.
    pub file: String,
}

impl fmt::Display for NotAllowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { variable, value, file } = self;
        write!(f, "the server says {variable} is \"{value}\", which {file} does not allow")
    }
}

impl std::error::Error for NotAllowed {}

impl ProviderSpec {
    /// Fills the variables that a server says into every URL. A name may be as the server writes it
    /// (`accounts-server`). Before the sign-in, and when nothing was captured, the default is used; without one the
    /// braces stay.
    ///
    /// # Errors
    /// A value outside the variable's pattern or `allow`.
    pub fn with_captured(&self, captured: &BTreeMap<String, String>) -> Result<Self, NotAllowed> {
        let said: BTreeMap<String, &str> =
            captured.iter().map(|(name, value)| (in_braces(name), value.as_str())).collect();
        let mut values = BTreeMap::new();
        for (name, variable) in self.vars.iter().filter(|(_, var)| var.source != VariableSource::User) {
            let value = match said.get(name).map(|value| value.trim()).filter(|value| !value.is_empty()) {
                Some(value) => Some(variable.allowed(value).ok_or_else(|| NotAllowed {
                    variable: name.clone(),
                    value: plain(value, 80),
                    file: format!("{}.toml", self.id),
                })?),
                None => variable.default.clone(),
            };
            values.extend(value.map(|value| (name.as_str(), value)));
        }
        let mut filled = self.clone();
        for (_, url) in filled.urls_mut() {
            *url = template::fill(url, |name| values.get(name).cloned());
        }
        Ok(filled)
    }
}

impl Variable {
    /// A value a server says, in the form it is used in; `None` when it is not on the list. Servers write a host as a
    /// whole address (`https://accounts.zoho.eu`).
    pub(super) fn allowed(&self, said: &str) -> Option<String> {
        let bare = match self.pattern.as_str() {
            "host" => {
                said.strip_prefix("https://").map_or(said, |rest| rest.strip_suffix('/').unwrap_or(rest))
            }
            _ => said,
        };
        let value = pattern::check(&self.pattern, bare).ok()?;
        self.allow.iter().any(|allowed| matches(allowed, &value)).then_some(value)
    }

    /// Values to try a template with: every word the file itself names, else one that the pattern takes.
    pub(super) fn samples(&self) -> Vec<String> {
        if !self.choices.is_empty() {
            return self.choices.clone();
        }
        let listed = self.allow.iter().filter(|allowed| *allowed != "*");
        let samples: Vec<String> = listed.map(|allowed| allowed.replacen('*', "sample", 1)).collect();
        if samples.is_empty() { vec![pattern::sample(&self.pattern).to_owned()] } else { samples }
    }
}

/// `*` allows what the pattern takes, `*.example.com` every host below it, anything else itself.
pub(super) fn matches(allowed: &str, value: &str) -> bool {
    match allowed.strip_prefix('*') {
        Some("") => true,
        Some(domain) => value.strip_suffix(domain).is_some_and(|before| !before.is_empty()),
        None => allowed == value,
    }
}
