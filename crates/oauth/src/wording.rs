//! A request's parameters as a provider wants them: renamed, with another value, left out, and more beside them.

use std::collections::BTreeMap;

/// The deviations of one request. The protocol comes first: what it sets, no extra parameter and no new name replaces.
#[derive(Default)]
pub(crate) struct Wording<'a> {
    /// Parameters under another name.
    pub rename: Vec<(&'a str, &'a str)>,
    /// Parameters with another value.
    pub values: Option<&'a BTreeMap<String, String>>,
    /// Parameters that are not sent.
    pub omit: &'a [String],
    /// More parameters, the first of a name counts.
    pub extra: Vec<(&'a str, &'a str)>,
    /// Names that only the protocol uses.
    pub protocol: &'static [&'static str],
    /// Parameters that are always sent, with their own value.
    pub kept: &'static [&'static str],
}

/// A name of the protocol that a request may lack, and a provider still wants a word under (BambooHR).
const ADDED: &str = "request";

impl Wording<'_> {
    /// The parameters as they are sent.
    pub fn apply(&self, request: Vec<(String, String)>) -> Vec<(String, String)> {
        let mut sent: Vec<(String, String)> = Vec::with_capacity(request.len() + self.extra.len());
        for (name, value) in request {
            let kept = self.kept.contains(&name.as_str());
            if !kept && self.omit.contains(&name) {
                continue;
            }
            let other = if kept { None } else { self.values.and_then(|values| values.get(&name)) };
            let value = other.cloned().unwrap_or(value);
            let name = self.new_name(&name, &sent).map_or(name, str::to_owned);
            sent.push((name, value));
        }
        let added = self.values.and_then(|values| values.get(ADDED));
        if let Some(value) = added.filter(|_| !sent.iter().any(|(other, _)| other == ADDED)) {
            sent.push((ADDED.to_owned(), value.clone()));
        }
        for (name, value) in &self.extra {
            if !self.protocol.contains(name) && !sent.iter().any(|(other, _)| other == name) {
                sent.push(((*name).to_owned(), (*value).to_owned()));
            }
        }
        sent
    }

    /// The provider's name for a parameter, unless the protocol or an earlier parameter has it.
    fn new_name(&self, name: &str, sent: &[(String, String)]) -> Option<&str> {
        let (_, new) = self.rename.iter().find(|(old, _)| *old == name)?;
        let taken = self.protocol.contains(new) || sent.iter().any(|(other, _)| other == new);
        (!taken).then_some(*new)
    }
}

/// A table of the provider's file as pairs.
pub(crate) fn pairs(table: &BTreeMap<String, String>) -> impl Iterator<Item = (&str, &str)> {
    table.iter().map(|(name, value)| (name.as_str(), value.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(wording: &Wording<'_>) -> Vec<String> {
        let request = [("grant_type", "authorization_code"), ("client_id", "me"), ("code", "c")];
        let request = request.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        wording.apply(request).into_iter().map(|(name, value)| format!("{name}={value}")).collect()
    }

    fn basecamp() -> Wording<'static> {
        Wording {
            protocol: &["grant_type", "client_id", "code", "redirect_uri"],
            kept: &["code"],
            ..Wording::default()
        }
    }

    #[test]
    fn names_values_and_omissions_are_the_providers() {
        let values = [("grant_type", "web_server"), ("code", "evil")];
        let values = values.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let wording = Wording {
            rename: vec![("grant_type", "type")],
            values: Some(&values),
            omit: &["client_id".to_owned(), "code".to_owned()],
            extra: vec![("audience", "api")],
            ..basecamp()
        };
        assert_eq!(sent(&wording), ["type=web_server", "code=c", "audience=api"]);
    }

    #[test]
    fn a_word_of_the_providers_own_is_added_under_a_protocol_name() {
        let values = [("request", "token"), ("scope", "never asked for")];
        let values = values.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let whole = ["grant_type=authorization_code", "client_id=me", "code=c", "request=token"];
        assert_eq!(sent(&Wording { values: Some(&values), ..basecamp() }), whole);
    }

    #[test]
    fn the_protocol_is_never_replaced() {
        let wording = Wording {
            extra: vec![("code", "evil"), ("redirect_uri", "evil"), ("a", "1"), ("a", "2")],
            ..basecamp()
        };
        let plain = ["grant_type=authorization_code", "client_id=me", "code=c"];
        assert_eq!(sent(&wording), [&plain[..], &["a=1"]].concat());
        let into_another =
            Wording { rename: vec![("client_id", "code"), ("grant_type", "code")], ..basecamp() };
        assert_eq!(sent(&into_another), plain);
        let onto_one = Wording { rename: vec![("grant_type", "x"), ("client_id", "x")], ..basecamp() };
        assert_eq!(sent(&onto_one), ["x=authorization_code", "client_id=me", "code=c"]);
        let extra_under_a_new_name = Wording {
            rename: vec![("client_id", "client_key")],
            extra: vec![("client_key", "evil")],
            ..basecamp()
        };
        assert_eq!(
            sent(&extra_under_a_new_name),
            ["grant_type=authorization_code", "client_key=me", "code=c"]
        );
    }
}
