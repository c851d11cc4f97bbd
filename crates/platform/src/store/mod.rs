//! Everything that is not secret, in one SQLite file per profile.
//!
//! A connection is a row with its record as JSON: SQL knows only what it must find by. Every write is one
//! transaction that also counts the revision, so that "has anything changed" is one number.

mod activity;
mod schema;
mod signal;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{
    Connection as Database, ErrorCode, OptionalExtension as _, Row, Transaction, TransactionBehavior, params,
};
use tokenrack_core::activity::ActivityFilter;
use tokenrack_core::connection::{Connection, ConnectionId};
use tokenrack_core::event::{ActivityEntry, NewActivity};
use tokenrack_core::lifecycle::ConnectionState;
use tokenrack_core::ports::{
    AttemptEnd, AttemptRecord, Change, Clock, Loaded, Revision, StateDigest, Store, StoreError, Unreadable,
};
use tokio::sync::watch;

use signal::Signal;

/// An ended attempt is remembered this long, so that a late or repeated redirect gets a true answer.
const ENDED_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// [`Store`] in a SQLite database.
pub struct SqliteStore {
    database: Arc<Mutex<Database>>,
    signal: Signal,
    clock: Arc<dyn Clock>,
}

impl SqliteStore {
    /// Opens the database, making or migrating it where needed. Its folder exists.
    ///
    /// # Errors
    /// [`StoreError::TooNew`] for a newer version's database; [`StoreError::Failed`] when the file is damaged,
    /// is not ours, or cannot be reached. A file that is not understood is never written to.
    pub fn open(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let database = schema::open(path)?;
        Ok(Self { database: Arc::new(Mutex::new(database)), signal: Signal::new(path), clock })
    }

    fn database(&self) -> MutexGuard<'_, Database> {
        locked(&self.database)
    }

    /// Runs `work` in a write transaction. `None` rolls back.
    fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<(bool, T), StoreError>,
    ) -> Result<(Revision, T), StoreError> {
        let mut database = self.database();
        let transaction =
            database.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let (wrote, answer) = work(&transaction)?;
        if !wrote {
            let revision = revision(&transaction)?;
            transaction.rollback().map_err(failed)?;
            return Ok((revision, answer));
        }
        transaction.execute("UPDATE meta SET revision = revision + 1", []).map_err(failed)?;
        let revision = revision(&transaction)?;
        transaction.commit().map_err(failed)?;
        drop(database);
        self.signal.raise(revision);
        Ok((revision, answer))
    }
}

impl Store for SqliteStore {
    fn load_all(&self) -> Result<Loaded, StoreError> {
        let mut database = self.database();
        let snapshot = database.transaction().map_err(failed)?;
        let mut all = Loaded { revision: revision(&snapshot)?, connections: vec![], unreadable: vec![] };
        let mut statement = snapshot
            .prepare_cached("SELECT record, id, name_key FROM connections ORDER BY rowid")
            .map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            match parse(row) {
                Ok(connection) => all.connections.push(connection),
                Err(cause) => {
                    let id = ConnectionId(row.get(1).map_err(failed)?);
                    all.unreadable.push(Unreadable { id, name: row.get(2).map_err(failed)?, cause });
                }
            }
        }
        Ok(all)
    }

    fn load(&self, id: &ConnectionId) -> Result<Option<Connection>, StoreError> {
        load(&self.database(), id)
    }

    fn insert(&self, connection: &Connection, activity: NewActivity) -> Result<Revision, StoreError> {
        self.write(|transaction| {
            transaction
                .execute(
                    "INSERT INTO connections (id, name_key, record) VALUES (?1, ?2, ?3)",
                    params![connection.id.0, name_key(&connection.name), json(connection)?],
                )
                .map_err(|e| name_taken(e, connection))?;
            self.index_waiting(transaction, connection)?;
            activity::add(transaction, &activity)?;
            Ok((true, ()))
        })
        .map(|(revision, ())| {
            self.fold_in();
            revision
        })
    }

    fn update(
        &self,
        id: &ConnectionId,
        change: &mut dyn FnMut(&mut Connection) -> Option<Change>,
    ) -> Result<(Revision, Connection), StoreError> {
        self.write(|transaction| {
            let before = load(transaction, id)?.ok_or(StoreError::NotFound)?;
            let mut after = before.clone();
            let Some(change) = change(&mut after) else {
                return Ok((false, before));
            };
            // The id names the row, the vault's item and the lock: no change may move it.
            after.id = before.id;
            transaction
                .execute(
                    "UPDATE connections SET name_key = ?2, record = ?3 WHERE id = ?1",
                    params![id.0, name_key(&after.name), json(&after)?],
                )
                .map_err(|e| name_taken(e, &after))?;
            if let Some((digest, end)) = change.ended {
                self.end_attempt(transaction, &digest, id, end)?;
            }
            self.index_waiting(transaction, &after)?;
            for line in &change.activity {
                activity::add(transaction, line)?;
            }
            Ok((true, after))
        })
    }

    fn remove(&self, id: &ConnectionId, activity: NewActivity) -> Result<Revision, StoreError> {
        self.write(|transaction| {
            let gone = transaction.execute("DELETE FROM connections WHERE id = ?1", [&id.0]).map_err(failed)?;
            if gone == 0 {
                return Err(StoreError::NotFound);
            }
            transaction
                .execute(
                    "UPDATE attempts SET ended = ?2, ended_at = ?3 WHERE connection_id = ?1 AND ended IS NULL",
                    params![id.0, word(&AttemptEnd::Cancelled)?, seconds(self.clock.now())],
                )
                .map_err(failed)?;
            activity::add(transaction, &activity)?;
            Ok((true, ()))
        })
        .map(|(revision, ())| revision)
    }

    fn attempt(&self, digest: &StateDigest) -> Result<Option<AttemptRecord>, StoreError> {
        let row: Option<(String, Option<String>)> = self
            .database()
            .prepare_cached("SELECT connection_id, ended FROM attempts WHERE state_digest = ?1")
            .and_then(|mut statement| {
                statement.query_row([&digest.0], |row| Ok((row.get(0)?, row.get(1)?))).optional()
            })
            .map_err(failed)?;
        row.map(|(connection, ended)| {
            let end = ended.map(from_word).transpose()?;
            Ok(AttemptRecord { connection: ConnectionId(connection), end })
        })
        .transpose()
    }

    fn record(&self, activity: NewActivity) -> Result<Revision, StoreError> {
        self.write(|transaction| activity::add(transaction, &activity).map(|()| (true, ())))
            .map(|(revision, ())| revision)
    }

    fn activity(&self, filter: &ActivityFilter) -> Result<Vec<ActivityEntry>, StoreError> {
        activity::list(&self.database(), filter)
    }

    fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.database()
            .prepare_cached("SELECT value FROM settings WHERE key = ?1")
            .and_then(|mut statement| statement.query_row([key], |row| row.get(0)).optional())
            .map_err(failed)
    }

    fn set_setting(&self, key: &str, value: &str) -> Result<Revision, StoreError> {
        self.write(|transaction| {
            transaction
                .execute(
                    "INSERT INTO settings (key, value) VALUES (?1, ?2)
                     ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                    [key, value],
                )
                .map_err(failed)?;
            Ok((true, ()))
        })
        .map(|(revision, ())| revision)
    }

    fn revision(&self) -> Result<Revision, StoreError> {
        revision(&self.database())
    }

    fn changes(&self) -> watch::Receiver<u64> {
        let database = Arc::downgrade(&self.database);
        self.signal.subscribe(move || match database.upgrade() {
            Some(database) => revision(&locked(&database)),
            // Closed: nothing is newer.
            None => Ok(0),
        })
    }
}

impl SqliteStore {
    /// Brings what is in the `-wal` file into the database's own, as far as nobody is in the way: so that whoever copies or
    /// restores that one alone has every connection. A command ends without closing the database, which would do it.
    fn fold_in(&self) {
        if let Err(error) = self.database().query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
            tracing::debug!(%error, "the newest changes stay beside the database");
        }
    }

    /// A waiting attempt can be found by its digest for as long as the record says it waits.
    fn index_waiting(
        &self,
        transaction: &Transaction<'_>,
        connection: &Connection,
    ) -> Result<(), StoreError> {
        let ConnectionState::Authorizing { attempt, .. } = &connection.state else {
            return Ok(());
        };
        transaction
            .execute(
                "INSERT INTO attempts (state_digest, connection_id, expires_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (state_digest) DO UPDATE SET expires_at = excluded.expires_at",
                params![attempt.state_digest.0, connection.id.0, seconds(attempt.expires_at)],
            )
            .map_err(failed)?;
        self.forget_old_attempts(transaction)
    }

    fn end_attempt(
        &self,
        transaction: &Transaction<'_>,
        digest: &StateDigest,
        id: &ConnectionId,
        end: AttemptEnd,
    ) -> Result<(), StoreError> {
        let now = seconds(self.clock.now());
        transaction
            .execute(
                "INSERT INTO attempts (state_digest, connection_id, expires_at, ended, ended_at)
                 VALUES (?1, ?2, ?4, ?3, ?4)
                 ON CONFLICT (state_digest) DO UPDATE SET ended = excluded.ended, ended_at = excluded.ended_at",
                params![digest.0, id.0, word(&end)?, now],
            )
            .map_err(failed)?;
        Ok(())
    }

    /// Also those nobody ended, a day after their time.
    fn forget_old_attempts(&self, transaction: &Transaction<'_>) -> Result<(), StoreError> {
        transaction
            .execute(
                "DELETE FROM attempts WHERE coalesce(ended_at, expires_at) < ?1",
                [seconds(self.clock.now().saturating_sub(ENDED_KEPT).map_err(failed)?)],
            )
            .map_err(failed)?;
        Ok(())
    }
}

/// A panic while the lock was held has rolled its transaction back: the database is as good as before.
fn locked(database: &Mutex<Database>) -> MutexGuard<'_, Database> {
    database.lock().unwrap_or_else(PoisonError::into_inner)
}

fn load(database: &Database, id: &ConnectionId) -> Result<Option<Connection>, StoreError> {
    let record = database
        .prepare_cached("SELECT record FROM connections WHERE id = ?1")
        .and_then(|mut statement| statement.query_row([&id.0], |row| Ok(parse(row))).optional())
        .map_err(failed)?;
    record.transpose().map_err(StoreError::Unreadable)
}

fn revision(database: &Database) -> Result<Revision, StoreError> {
    let counted: i64 = database
        .prepare_cached("SELECT revision FROM meta")
        .and_then(|mut statement| statement.query_row([], |row| row.get(0)))
        .map_err(failed)?;
    Revision::try_from(counted).map_err(failed)
}

/// SQLite's NOCASE knows ASCII only; a person's "Überblick" and "überblick" are one name.
fn name_key(name: &str) -> String {
    name.to_lowercase()
}

fn name_taken(error: rusqlite::Error, connection: &Connection) -> StoreError {
    match &error {
        rusqlite::Error::SqliteFailure(cause, Some(text))
            if cause.code == ErrorCode::ConstraintViolation && text.contains("name_key") =>
        {
            StoreError::NameTaken(connection.name.clone())
        }
        _ => failed(error),
    }
}

/// The record, a row's first column. It may be anything: another program can write to the file.
fn parse(row: &Row<'_>) -> Result<Connection, String> {
    let record: String = row.get(0).map_err(|e| e.to_string())?;
    serde_json::from_str(&record).map_err(|e| e.to_string())
}

fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(failed)
}

/// An enum's serialised name, as a column's plain text.
fn word(value: &impl serde::Serialize) -> Result<String, StoreError> {
    match serde_json::to_value(value).map_err(failed)? {
        serde_json::Value::String(word) => Ok(word),
        other => Err(StoreError::Failed(format!("{other} is not a word"))),
    }
}

fn from_word<T: serde::de::DeserializeOwned>(word: String) -> Result<T, StoreError> {
    serde_json::from_value(serde_json::Value::String(word)).map_err(failed)
}

fn seconds(at: Timestamp) -> i64 {
    at.as_second()
}

fn failed(cause: impl std::fmt::Display) -> StoreError {
    StoreError::Failed(cause.to_string())
}

#[cfg(test)]
#[path = "../store_tests.rs"]
pub(crate) mod tests;
