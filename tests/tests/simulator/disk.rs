//! The database, as one process after another sees it: whole transactions, nothing lost by a death.

use std::collections::BTreeMap;

use tokenrack_core::connection::{Connection, ConnectionId};
use tokenrack_core::ports::{AttemptEnd, AttemptRecord, Change, Loaded, Revision, StateDigest, StoreError};
use tokio::sync::watch;

#[derive(Default)]
pub struct Disk {
    revision: Revision,
    connections: Vec<Connection>,
    attempts: BTreeMap<String, AttemptRecord>,
    settings: BTreeMap<String, String>,
    /// One for each process: those who wait at one are woken in no particular order.
    changed: BTreeMap<u32, watch::Sender<u64>>,
}

impl Disk {
    pub fn load_all(&self) -> Loaded {
        Loaded { revision: self.revision, connections: self.connections.clone(), unreadable: vec![] }
    }

    pub fn load(&self, id: &ConnectionId) -> Option<&Connection> {
        self.connections.iter().find(|connection| connection.id == *id)
    }

    pub fn insert(&mut self, connection: &Connection) -> Revision {
        self.connections.push(connection.clone());
        self.commit()
    }

    pub fn update(
        &mut self,
        id: &ConnectionId,
        change: &mut dyn FnMut(&mut Connection) -> Option<Change>,
    ) -> Result<(Revision, Connection), StoreError> {
        let place = self.connections.iter().position(|connection| connection.id == *id);
        let place = place.ok_or(StoreError::NotFound)?;
        let mut after = self.connections[place].clone();
        let Some(change) = change(&mut after) else {
            return Ok((self.revision, self.connections[place].clone()));
        };
        if let Some((digest, end)) = change.ended {
            self.attempts.insert(digest.0, AttemptRecord { connection: id.clone(), end: Some(end) });
        }
        if let Some(attempt) = after.state.attempt() {
            let waiting = AttemptRecord { connection: id.clone(), end: None };
            self.attempts.entry(attempt.state_digest.0.clone()).or_insert(waiting);
        }
        self.connections[place] = after.clone();
        Ok((self.commit(), after))
    }

    pub fn remove(&mut self, id: &ConnectionId) -> Result<Revision, StoreError> {
        let place = self.connections.iter().position(|connection| connection.id == *id);
        self.connections.remove(place.ok_or(StoreError::NotFound)?);
        for attempt in self.attempts.values_mut().filter(|attempt| attempt.connection == *id) {
            attempt.end.get_or_insert(AttemptEnd::Cancelled);
        }
        Ok(self.commit())
    }

    pub fn attempt(&self, digest: &StateDigest) -> Option<AttemptRecord> {
        self.attempts.get(&digest.0).cloned()
    }

    pub fn setting(&self, key: &str) -> Option<String> {
        self.settings.get(key).cloned()
    }

    pub fn set_setting(&mut self, key: &str, value: &str) -> Revision {
        self.settings.insert(key.to_owned(), value.to_owned());
        self.commit()
    }

    pub fn revision(&self) -> Revision {
        self.revision
    }

    pub fn changes(&mut self, process: u32) -> watch::Receiver<u64> {
        self.changed.entry(process).or_default().subscribe()
    }

    /// A line of the activity record counts as a change too; the lines themselves decide nothing.
    pub fn commit(&mut self) -> Revision {
        self.revision += 1;
        self.changed.values().for_each(|process| _ = process.send_replace(self.revision));
        self.revision
    }
}
