//! The server that forgives nothing, and its ledger.

use std::time::Duration;

use serde_json::Value;

use crate::peer::Peer;
use crate::process::eventually;

/// Rotates refresh tokens, detects reuse, counts.
pub struct Strict(Peer);

/// Tokens that follow from one sign-in.
#[derive(Debug, Clone)]
pub struct Family {
    /// Its name: that of its seed, where it began with one.
    pub name: String,
    /// The newest access token.
    pub token: String,
    /// A refresh token was sent again after it was spent.
    pub ended: bool,
    /// How often the refresh token of each generation was sent.
    pub sent: Vec<u64>,
}

impl Strict {
    /// Starts it. Settings: `AT_TTL`, `TOKEN_DELAY`.
    pub fn with(settings: &[(&str, &str)]) -> Self {
        Self(Peer::start("strict.mjs", settings))
    }

    /// Its address.
    pub fn issuer(&self) -> &str {
        self.0.issuer()
    }

    /// The next refresh stops at this stage: `unread`, `acted`, `half`; or the next sign-in: `exchanged`.
    pub fn hold(&self, stage: &str) {
        self.control(&format!("hold/{stage}"));
    }

    /// Waits until one has.
    pub fn await_held(&self) {
        eventually("a request to be held", Duration::from_secs(20), || {
            self.ledger()["held"].as_bool().unwrap().then_some(())
        });
    }

    /// The one that is held goes on.
    pub fn release(&self) {
        self.control("release");
    }

    fn control(&self, command: &str) {
        ureq::post(format!("{}/_peer/{command}", self.issuer())).send_empty().unwrap();
    }

    fn ledger(&self) -> Value {
        ureq::get(format!("{}/ledger", self.issuer())).call().unwrap().body_mut().read_json().unwrap()
    }

    /// All families, in the order in which they began.
    pub fn families(&self) -> Vec<Family> {
        self.ledger()["families"].as_array().unwrap().iter().map(family).collect()
    }

    /// The family whose newest access token this is.
    pub fn family_of(&self, token: &str) -> Option<Family> {
        self.families().into_iter().find(|family| family.token == token)
    }

    /// The family of this name.
    pub fn family(&self, name: &str) -> Family {
        self.families().into_iter().find(|family| family.name == name).unwrap()
    }
}

fn family(entry: &Value) -> Family {
    let text = |name: &str| entry[name].as_str().unwrap().to_owned();
    Family {
        name: text("name"),
        token: text("access_token"),
        ended: entry["ended"].as_bool().unwrap(),
        sent: entry["sent"].as_array().unwrap().iter().map(|times| times.as_u64().unwrap()).collect(),
    }
}
