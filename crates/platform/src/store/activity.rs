//! The activity record: appended, capped, read newest first.

use rusqlite::{Connection as Database, Row, params};
use tokenrack_core::activity::ActivityFilter;
use tokenrack_core::connection::ConnectionId;
use tokenrack_core::event::{ActivityEntry, ActivityKind, NewActivity};
use tokenrack_core::ports::StoreError;

use super::{failed, from_word, word};

/// The newest lines that are kept.
pub(super) const KEPT: i64 = 10_000;
/// The newest refused redirects that are kept: anybody who reaches the port can make more, and they must not push out
/// the rest.
pub(super) const REFUSALS_KEPT: i64 = 200;
const DEFAULT_LIMIT: usize = 200;

pub(super) fn add(database: &Database, line: &NewActivity) -> Result<(), StoreError> {
    database
        .prepare_cached(
            "INSERT INTO activity (at, connection_id, connection_name, kind, channel, code, detail)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )
        .and_then(|mut statement| {
            statement.execute(params![
                line.at.to_string(),
                line.connection.as_ref().map(|id| &id.0),
                line.connection_name,
                word(&line.kind).map_err(boxed)?,
                word(&line.channel).map_err(boxed)?,
                line.code.map(|code| word(&code)).transpose().map_err(boxed)?,
                line.detail,
            ])
        })
        .map_err(failed)?;
    database
        .prepare_cached("DELETE FROM activity WHERE seq <= ?1")
        .and_then(|mut statement| statement.execute([database.last_insert_rowid() - KEPT]))
        .map_err(failed)?;
    if line.kind == ActivityKind::CallbackRefused {
        let kind = word(&line.kind)?;
        database
            .prepare_cached(
                "DELETE FROM activity WHERE kind = ?1 AND seq <= \
                 (SELECT seq FROM activity WHERE kind = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)",
            )
            .and_then(|mut statement| statement.execute(params![kind, REFUSALS_KEPT]))
            .map_err(failed)?;
    }
    Ok(())
}

pub(super) fn list(database: &Database, filter: &ActivityFilter) -> Result<Vec<ActivityEntry>, StoreError> {
    let limit = if filter.limit == 0 { DEFAULT_LIMIT } else { filter.limit };
    let mut statement = database
        .prepare_cached(
            "SELECT seq, at, connection_id, connection_name, kind, channel, code, detail FROM activity
             WHERE (?1 IS NULL OR connection_id = ?1) AND seq < ?2 AND seq > ?3 ORDER BY seq DESC",
        )
        .map_err(failed)?;
    let (before, after) = (filter.before.unwrap_or(i64::MAX), filter.after.unwrap_or(i64::MIN));
    let only = filter.connection.as_ref().map(|id| &id.0);
    let rows = statement.query_map(params![only, before, after], |row| Ok(entry(row))).map_err(failed)?;
    let mut unreadable = None;
    // SQL narrows what is read; the filter itself decides, and knows more letters than SQLite's LIKE.
    let lines = rows
        .filter_map(|row| match row {
            Ok(Ok(line)) => filter.takes(&line).then_some(Ok(line)),
            // It may be anything, as a connection's record: nothing else is to stop for it.
            Ok(Err(error)) => {
                unreadable = Some(error);
                None
            }
            Err(error) => Some(Err(failed(error))),
        })
        .take(limit)
        .collect();
    if let Some(error) = unreadable {
        tracing::warn!(%error, "a line of the activity record cannot be read, and is passed over");
    }
    lines
}

fn entry(row: &Row<'_>) -> Result<ActivityEntry, StoreError> {
    let text = |column: usize| row.get::<_, String>(column).map_err(failed);
    let maybe = |column: usize| row.get::<_, Option<String>>(column).map_err(failed);
    Ok(ActivityEntry {
        seq: row.get(0).map_err(failed)?,
        at: text(1)?.parse().map_err(failed)?,
        connection: maybe(2)?.map(ConnectionId),
        connection_name: text(3)?,
        kind: from_word(text(4)?)?,
        channel: from_word(text(5)?)?,
        code: maybe(6)?.map(from_word).transpose()?,
        detail: maybe(7)?,
    })
}

fn boxed(error: StoreError) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(Box::new(error))
}
