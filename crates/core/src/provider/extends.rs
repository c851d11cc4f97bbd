//! `extends`: a file that starts from another one.

use serde::Deserialize;
use toml::Table;

use super::catalog::Entry;
use super::{Catalog, ProviderSpec, keys};

/// What is wrong with `extends`, and what to write instead.
type Wrong = (String, Option<String>);

/// Names one entry, and not those that start from it.
const NOT_INHERITED: [&str; 5] = ["name", "description", "aliases", "icon", "verified"];

impl Catalog {
    /// The files that a file with this id starts from, nearest first. A shipped file knows only shipped ones; one of a
    /// person's own finds their own first, and by its own id the shipped one it changes.
    ///
    /// # Errors
    /// No such file, or a circle.
    pub(super) fn parents(
        &self,
        id: &str,
        extends: Option<&str>,
        shipped: bool,
    ) -> Result<Vec<&Entry>, Wrong> {
        // First by name alone: whether a file is good is asked by reading it, and in a circle that would never end.
        self.chain(id, extends, shipped, |_| true)?;
        self.chain(id, extends, shipped, |entry| entry.is_shipped() || self.parsed(entry).is_ok())
    }

    fn chain(
        &self,
        id: &str,
        extends: Option<&str>,
        shipped: bool,
        usable: impl Fn(&Entry) -> bool,
    ) -> Result<Vec<&Entry>, Wrong> {
        let mut chain: Vec<&Entry> = Vec::new();
        let mut at = (id, shipped);
        let mut next = extends;
        while let Some(wanted) = next.filter(|wanted| !wanted.is_empty()) {
            let own = self.own.get(wanted).filter(|_| !at.1 && wanted != at.0);
            let entry = own.filter(|entry| usable(entry)).or_else(|| self.builtin.get(wanted));
            let entry = entry.ok_or_else(|| self.no_such(wanted, own, at.0))?;
            let seen = |id: &str, shipped| wanted == id && entry.is_shipped() == shipped;
            if seen(id, shipped) || chain.iter().any(|other| seen(other.id(), other.is_shipped())) {
                let ids = chain.iter().map(|entry| entry.id()).chain([wanted]);
                let circle: Vec<&str> = std::iter::once(id).chain(ids).collect();
                return Err((format!("goes in a circle: {}", circle.join(" → ")), None));
            }
            at = (entry.id(), entry.is_shipped());
            next = entry.extends();
            chain.push(entry);
        }
        Ok(chain)
    }

    fn no_such(&self, wanted: &str, broken: Option<&Entry>, child: &str) -> Wrong {
        if let Some(entry) = broken {
            return (format!("{} has mistakes of its own", entry.file), None);
        }
        if wanted == child {
            return (format!("there is no built-in provider {wanted:?} to change"), None);
        }
        let known = self.builtin.keys().copied().chain(self.own.keys().map(String::as_str));
        let near = keys::nearest(wanted, known).map(|near| format!("{near:?}"));
        (format!("there is no provider {wanted:?}"), near)
    }
}

/// The id a file starts from; `None` as well where the text is not TOML.
pub(super) fn extends(text: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Head {
        extends: Option<String>,
    }
    toml::from_str::<Head>(text).ok()?.extends
}

/// One spec of several texts, the file itself first. Tables are merged key by key and the nearest word counts; lists are
/// not merged, and an address left empty is none.
///
/// # Errors
/// What does not fit the format.
pub(super) fn assemble(texts: &[&str]) -> Result<ProviderSpec, toml::de::Error> {
    let mut layers = texts.iter().map(|text| toml::from_str::<Table>(text));
    let mut whole = layers.next().transpose()?.unwrap_or_default();
    for parent in layers {
        let mut parent = parent?;
        if parent.get("id") == whole.get("id") {
            // Nobody has connected with it as it is now.
            parent.remove("verified");
        } else {
            parent.retain(|key, _| !NOT_INHERITED.contains(&key));
        }
        overlay(&mut whole, parent);
    }
    let mut spec: ProviderSpec = whole.try_into()?;
    spec.extends = spec.extends.filter(|id| !id.0.is_empty());
    for (_, url) in spec.optional_urls_mut() {
        url.take_if(|url| url.is_empty());
    }
    // A parameter without a value counts as left out (RFC 6749 §3.1): so a child takes a parent's back.
    let refresh = &mut spec.refresh.params;
    for params in
        [&mut spec.authorize.params, &mut spec.authorize.offline_params, &mut spec.token.params, refresh]
    {
        params.retain(|_, value| !value.is_empty());
    }
    Ok(spec)
}

fn overlay(child: &mut Table, parent: Table) {
    for (key, inherited) in parent {
        match (child.get_mut(&key), inherited) {
            (None, inherited) => drop(child.insert(key, inherited)),
            (Some(toml::Value::Table(own)), toml::Value::Table(inherited)) => overlay(own, inherited),
            (Some(_), _) => {}
        }
    }
}
