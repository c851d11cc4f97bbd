//! Opening, and bringing an older database up to date.

use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection as Database, ErrorCode, OpenFlags, TransactionBehavior};
use tokenrack_core::ports::StoreError;

use super::failed;
use crate::private;

/// One step per version, in order; the database's `user_version` counts those it has had. Never changed once shipped.
const STEPS: &[&str] = &["
    CREATE TABLE connections (id TEXT PRIMARY KEY, name_key TEXT NOT NULL UNIQUE, record TEXT NOT NULL);
    CREATE TABLE attempts (
        state_digest TEXT PRIMARY KEY, connection_id TEXT NOT NULL,
        expires_at INTEGER NOT NULL, ended TEXT, ended_at INTEGER
    ) WITHOUT ROWID;
    CREATE TABLE activity (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, connection_id TEXT,
        connection_name TEXT NOT NULL, kind TEXT NOT NULL, channel TEXT NOT NULL, code TEXT, detail TEXT
    );
    CREATE INDEX activity_by_connection ON activity (connection_id, seq);
    CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE meta (one INTEGER PRIMARY KEY CHECK (one = 1), revision INTEGER NOT NULL);
    INSERT INTO meta VALUES (1, 0);
"];

/// `PRAGMA application_id`: tells our database from another program's. "TkRk".
const APPLICATION: i64 = 0x546b_526b;
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) fn open(path: &Path) -> Result<Database, StoreError> {
    create_private(path).map_err(|e| failed(format!("{}: {e}", path.display())))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut database = Database::open_with_flags(path, flags).map_err(failed)?;
    database.busy_timeout(PATIENCE).map_err(failed)?;
    if version(&database)? != known() {
        migrate(&mut database)?;
    } else if application(&database)? != APPLICATION {
        return Err(not_ours());
    }
    // Per connection. In WAL mode a crash of a process loses nothing; a power cut at worst the newest commits.
    database.execute_batch("PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF;").map_err(failed)?;
    Ok(database)
}

/// SQLite would create the file with the umask's permissions; its `-wal` and `-shm` take after the file.
fn create_private(path: &Path) -> io::Result<()> {
    match private::options().write(true).create_new(true).open(path) {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other.map(drop),
    }
}

fn known() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

fn version(database: &Database) -> Result<i64, StoreError> {
    database.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(failed)
}

fn application(database: &Database) -> Result<i64, StoreError> {
    database.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(failed)
}

fn not_ours() -> StoreError {
    StoreError::Failed("the file is not a Tokenrack database".to_owned())
}

fn migrate(database: &mut Database) -> Result<(), StoreError> {
    // One snapshot for all that is asked: between two of the questions another process may finish its migration.
    refuse_strangers(&*database.transaction().map_err(failed)?)?;
    write_ahead(database)?;
    let transaction = database.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    // Another process may have done it while this one waited.
    refuse_strangers(&transaction)?;
    let found = version(&transaction)?;
    for step in STEPS.iter().skip(usize::try_from(found).map_err(|_| not_ours())?) {
        transaction.execute_batch(step).map_err(failed)?;
    }
    transaction.pragma_update(None, "user_version", known()).map_err(failed)?;
    transaction.pragma_update(None, "application_id", APPLICATION).map_err(failed)?;
    transaction.commit().map_err(failed)
}

/// A newer version's database, another program's, or one that holds tables before our first step.
fn refuse_strangers(database: &Database) -> Result<(), StoreError> {
    let found = version(database)?;
    let ours = application(database)? == APPLICATION;
    let empty = || -> Result<bool, StoreError> {
        database.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0)).map_err(failed)
    };
    if ours && found > known() {
        return Err(StoreError::TooNew { found, known: known() });
    }
    if ours || (found == 0 && empty()?) { Ok(()) } else { Err(not_ours()) }
}

/// Changing the journal's mode does not wait for other connections by itself: `busy_timeout` is not asked.
fn write_ahead(database: &Database) -> Result<(), StoreError> {
    let pause = Duration::from_millis(20);
    let mut left = PATIENCE;
    loop {
        match database.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0)) {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(mode) => {
                return Err(StoreError::Failed(format!("the file system allows no shared memory ({mode})")));
            }
            Err(rusqlite::Error::SqliteFailure(cause, _))
                if cause.code == ErrorCode::DatabaseBusy && !left.is_zero() =>
            {
                std::thread::sleep(pause);
                left = left.saturating_sub(pause);
            }
            Err(e) => return Err(failed(e)),
        }
    }
}
