//! The keychain, and what may never happen to what lies in it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value;
use tokenrack_core::connection::ConnectionId;
use tokenrack_oauth::secret::SecretBytes;

#[derive(Default)]
pub struct Keychain {
    items: BTreeMap<String, (SecretBytes, Option<Item>)>,
    /// Every access token that was ever in it.
    saved: BTreeSet<String>,
    /// The secrets of clients that have one.
    secrets: BTreeMap<String, String>,
    /// Counts what a person wants, so that the last word is known.
    wishes: u64,
    /// Connections a person has asked to disconnect, and the wish of the last of these that has succeeded.
    disconnects: BTreeMap<String, Option<u64>>,
    /// The last wish to sign in.
    consents: BTreeMap<String, u64>,
    /// Connections a person has asked to forget.
    forgets: BTreeSet<String>,
    pub is_locked: bool,
    /// It can be read, and takes nothing.
    pub refuses_writes: bool,
    /// It has been locked, or has refused something.
    pub has_refused: bool,
    /// Something in it was read as if it were not there.
    pub was_away: bool,
}

/// What lies in an item, as far as the invariants need it.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub generation: u64,
    pub issued_at: Option<Timestamp>,
    pub access_token: String,
    pub refresh_token: String,
    pub client_id: Option<String>,
}

impl Keychain {
    pub fn read(&self, id: &ConnectionId) -> Option<SecretBytes> {
        self.items.get(&id.0).map(|(bytes, _)| bytes.clone())
    }

    /// The tokens in the item.
    pub fn item(&self, id: &ConnectionId) -> Option<Item> {
        self.items.get(&id.0)?.1.clone()
    }

    pub fn was_saved(&self, access_token: &str) -> bool {
        self.saved.contains(access_token)
    }

    /// Answers the wish.
    pub fn disconnect_begins(&mut self, id: &ConnectionId) -> u64 {
        self.wishes += 1;
        self.disconnects.entry(id.0.clone()).or_insert(None);
        self.wishes
    }

    pub fn disconnect_succeeded(&mut self, id: &ConnectionId, wish: u64) {
        let last = self.disconnects.entry(id.0.clone()).or_insert(None);
        *last = (*last).max(Some(wish));
    }

    /// Nothing of it is to be left.
    pub fn forget_begins(&mut self, id: &ConnectionId) {
        self.forgets.insert(id.0.clone());
    }

    pub fn is_to_be_forgotten(&self, id: &ConnectionId) -> bool {
        self.forgets.contains(&id.0)
    }

    /// Whether anybody has ever signed in there: not to a copy of a connection.
    pub fn was_signed_in(&self, id: &ConnectionId) -> bool {
        self.consents.contains_key(&id.0)
    }

    /// Somebody signs in on the provider's page.
    pub fn person_consents(&mut self, id: &ConnectionId) {
        self.wishes += 1;
        self.consents.insert(id.0.clone(), self.wishes);
    }

    pub fn is_disconnecting(&self, id: &ConnectionId) -> bool {
        self.disconnects.contains_key(&id.0)
    }

    /// A person has disconnected it, and has not signed in since.
    pub fn is_ended(&self, id: &ConnectionId) -> bool {
        let consent = self.consents.get(&id.0).copied();
        self.disconnects.get(&id.0).is_some_and(|wish| wish.is_some() && *wish > consent)
    }

    /// Every token that lies there for its revocation, or that a disconnect is about to end.
    pub fn kept_for_revocation(&self, id: &ConnectionId) -> Vec<String> {
        let Some((bytes, _)) = self.items.get(&id.0) else { return vec![] };
        let record: Value = serde_json::from_slice(bytes.expose()).expect("the engine writes JSON");
        let waiting = record["unrevoked"].as_array().cloned().unwrap_or_default();
        waiting.iter().filter_map(|tokens| tokens["access_token"].as_str().map(str::to_owned)).collect()
    }

    /// The write itself; `None` deletes.
    ///
    /// # Errors
    /// What no write may do.
    pub fn write(&mut self, id: &ConnectionId, value: Option<SecretBytes>) -> Result<(), String> {
        let before = self.item(id);
        let after = value.as_ref().and_then(parse);
        let secret = value.as_ref().and_then(secret_of);
        // A copy that could not be added leaves nothing.
        let is_kept = self.was_signed_in(id) && !self.is_to_be_forgotten(id);
        if secret.is_none() && self.secrets.contains_key(&id.0) && is_kept {
            return Err("the secret of a client was deleted from the keychain".into());
        }
        self.secrets.extend(secret.map(|secret| (id.0.clone(), secret)));
        match value {
            Some(value) => self.items.insert(id.0.clone(), (value, after.clone())),
            None => self.items.remove(&id.0),
        };
        if let Some(after) = &after {
            self.saved.insert(after.access_token.clone());
        }
        match (before, after) {
            (Some(_), None) if !self.is_disconnecting(id) => {
                Err("tokens were deleted from the keychain without a disconnect".into())
            }
            (None, Some(_)) if !self.was_signed_in(id) => {
                Err("tokens of a connection that nobody has signed in to".into())
            }
            (None, Some(_)) if self.is_ended(id) => {
                Err("tokens came back into the keychain after a disconnect".into())
            }
            (Some(before), Some(after)) if after.generation < before.generation => {
                Err(format!("a late writer put generation {} over {}", after.generation, before.generation))
            }
            (Some(before), Some(after)) if after.generation == before.generation && before != after => {
                Err(format!("generation {} was written twice, and differently", after.generation))
            }
            _ => Ok(()),
        }
    }
}

fn secret_of(bytes: &SecretBytes) -> Option<String> {
    let record: Value = serde_json::from_slice(bytes.expose()).expect("the engine writes JSON");
    record["client_secret"].as_str().map(str::to_owned)
}

fn parse(bytes: &SecretBytes) -> Option<Item> {
    let record: Value = serde_json::from_slice(bytes.expose()).expect("the engine writes JSON");
    let tokens = record.get("tokens")?;
    let text = |name: &str| tokens[name].as_str().unwrap_or_default().to_owned();
    Some(Item {
        generation: tokens["grant"]["generation"].as_u64().expect("a generation"),
        issued_at: tokens["grant"]["issued_at"].as_str().and_then(|at| at.parse().ok()),
        access_token: text("access_token"),
        refresh_token: text("refresh_token"),
        client_id: tokens["grant"]["client_id"].as_str().map(str::to_owned),
    })
}
