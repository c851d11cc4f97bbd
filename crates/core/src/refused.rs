//! A token that is no longer taken, although its end has not come: who says so, and how the record keeps it.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The access token is no longer taken, before its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Since when.
    pub since: Timestamp,
    /// Who says so.
    pub by: RefusedBy,
}

/// Who no longer takes a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefusedBy {
    /// Its server, asked about it (RFC 7662 §2.2): a renewal may help.
    Server,
    /// The API at this host, by a 401 (RFC 6750 §3.1), although the token was renewed where it can be.
    Api(String),
}

impl Refused {
    /// What is known after an answer of `by`, which takes the token or does not. It says nothing for the other.
    pub fn after(before: Option<Self>, by: RefusedBy, takes: bool, now: Timestamp) -> Option<Self> {
        let is_same = before
            .as_ref()
            .is_some_and(|before| std::mem::discriminant(&before.by) == std::mem::discriminant(&by));
        match (takes, before) {
            (false, Some(before)) if is_same => Some(Self { by, ..before }),
            (false, _) => Some(Self { since: now, by }),
            (true, before) => before.filter(|_| !is_same),
        }
    }
}

/// In the record each has the name that it had when they were two.
#[derive(Default, Serialize, Deserialize)]
struct Kept {
    #[serde(default)]
    inactive_since: Option<Timestamp>,
    #[serde(default)]
    refused: Option<KeptApi>,
}

#[derive(Serialize, Deserialize)]
struct KeptApi {
    since: Timestamp,
    host: String,
}

/// For serde.
///
/// # Errors
/// The serializer's.
pub fn serialize<S: Serializer>(refused: &Option<Refused>, to: S) -> Result<S::Ok, S::Error> {
    let kept = match refused.clone() {
        None => Kept::default(),
        Some(Refused { since, by: RefusedBy::Server }) => {
            Kept { inactive_since: Some(since), ..Kept::default() }
        }
        Some(Refused { since, by: RefusedBy::Api(host) }) => {
            Kept { refused: Some(KeptApi { since, host }), ..Kept::default() }
        }
    };
    kept.serialize(to)
}

/// For serde.
///
/// # Errors
/// The deserializer's.
pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Refused>, D::Error> {
    let Kept { inactive_since, refused } = Kept::deserialize(from)?;
    let by_server = inactive_since.map(|since| Refused { since, by: RefusedBy::Server });
    let by_api = refused.map(|KeptApi { since, host }| Refused { since, by: RefusedBy::Api(host) });
    Ok(by_server.or(by_api))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lifecycle::{Grant, tests::grant};

    fn at(text: &str) -> Timestamp {
        format!("2026-01-01T{text}Z").parse().unwrap()
    }

    #[test]
    fn a_record_keeps_it_as_older_ones_did() {
        let by_api = Refused { since: at("12:30:00"), by: RefusedBy::Api("api.example".into()) };
        let by_server = Refused { since: at("12:30:00"), by: RefusedBy::Server };
        for (refused, kept) in [
            (None, r#""inactive_since":null,"refused":null"#),
            (Some(by_server), r#""inactive_since":"2026-01-01T12:30:00Z","refused":null"#),
            (
                Some(by_api),
                r#""inactive_since":null,"refused":{"since":"2026-01-01T12:30:00Z","host":"api.example"}"#,
            ),
        ] {
            let grant = Grant { refused, ..grant(1) };
            let text = serde_json::to_string(&grant).unwrap();
            assert!(text.contains(kept), "{text}");
            assert_eq!(serde_json::from_str::<Grant>(&text).unwrap(), grant);
            let oldest = text.replace(&format!("{kept},"), "");
            assert_eq!(serde_json::from_str::<Grant>(&oldest).unwrap(), Grant { refused: None, ..grant });
        }
    }

    #[test]
    fn each_speaks_for_itself() {
        let (server, api) = (RefusedBy::Server, RefusedBy::Api("api.example".into()));
        let (one, two) = (at("12:30:00"), at("12:40:00"));
        let refused = Refused::after(None, api.clone(), false, one);
        assert_eq!(Refused::after(refused.clone(), server.clone(), true, two), refused);
        assert_eq!(Refused::after(refused.clone(), api.clone(), false, two), refused);
        assert_eq!(Refused::after(refused.clone(), api, true, two), None);
        let refused = Refused::after(refused, server.clone(), false, two);
        assert_eq!(refused, Some(Refused { since: two, by: server }));
    }
}
