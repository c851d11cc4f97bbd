//! The keychain, and what may never happen to what lies in it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tokenrack_core::connection::ConnectionId;
use tokenrack_oauth::secret::SecretBytes;

#[derive(Default)]
pub struct Keychain {
    items: BTreeMap<String, (SecretBytes, Option<Item>)>,
    /// Every access token that was ever in it.
    saved: BTreeSet<String>,
    /// Connections a person has asked to disconnect, and whether that has succeeded.
    disconnects: BTreeMap<String, bool>,
    /// Those of them with a newer consent of the person's.
    wanted_again: BTreeSet<String>,
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
    pub access_token: String,
    pub refresh_token: String,
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

    pub fn disconnect_begins(&mut self, id: &ConnectionId) {
        self.disconnects.entry(id.0.clone()).or_insert(false);
    }

    pub fn disconnect_succeeded(&mut self, id: &ConnectionId) {
        self.disconnects.insert(id.0.clone(), true);
        self.wanted_again.remove(&id.0);
    }

    /// Somebody signs in on the provider's page.
    pub fn person_consents(&mut self, id: &ConnectionId) {
        self.wanted_again.insert(id.0.clone());
    }

    pub fn is_disconnecting(&self, id: &ConnectionId) -> bool {
        self.disconnects.contains_key(&id.0)
    }

    /// The write itself; `None` deletes.
    ///
    /// # Errors
    /// What no write may do.
    pub fn write(&mut self, id: &ConnectionId, value: Option<SecretBytes>) -> Result<(), String> {
        let before = self.item(id);
        let after = value.as_ref().and_then(parse);
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
            (None, Some(_))
                if self.disconnects.get(&id.0) == Some(&true) && !self.wanted_again.contains(&id.0) =>
            {
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

fn parse(bytes: &SecretBytes) -> Option<Item> {
    let record: Value = serde_json::from_slice(bytes.expose()).expect("the engine writes JSON");
    let tokens = record.get("tokens")?;
    let text = |name: &str| tokens[name].as_str().unwrap_or_default().to_owned();
    Some(Item {
        generation: tokens["grant"]["generation"].as_u64().expect("a generation"),
        access_token: text("access_token"),
        refresh_token: text("refresh_token"),
    })
}
