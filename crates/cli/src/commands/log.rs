//! `tokenrack log [CONNECTION]`

use tokenrack_core::event::{ActivityEntry, ActivityFilter};

use crate::error::Failure;
use crate::session::Session;
use crate::span;
use crate::table::{self, Cell, Tone};
use crate::words;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only this connection's lines
    connection: Option<String>,
    /// At most so many lines
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,
}

pub fn run(args: &Args, session: &Session) -> Result<(), Failure> {
    let engine = session.engine()?;
    let connection =
        args.connection.as_deref().map(|name| engine.find(name)).transpose()?.map(|found| found.id);
    let entries = engine.activity(&ActivityFilter { connection, limit: args.limit as usize })?;
    if session.output.json() {
        return entries.iter().try_for_each(|entry| session.output.object(entry));
    }
    if entries.is_empty() {
        session.output.note("Nothing has happened yet.");
        return Ok(());
    }
    let rows: Vec<Vec<Cell>> = entries.iter().map(row).collect();
    session.output.page(&table::lines(&["WHEN", "CONNECTION", "WHAT", "BY", "WHY", "DETAIL"], &rows))
}

fn row(entry: &ActivityEntry) -> Vec<Cell> {
    let tone = if entry.code.is_some() { Tone::Bad } else { Tone::Plain };
    vec![
        Cell::new(&span::local(entry.at), 48, Tone::Dim),
        entry.connection_name.as_str().into(),
        Cell::new(words::activity(entry.kind), 48, tone),
        words::channel(entry.channel).into(),
        entry.code.map_or_else(|| "".into(), |code| code.as_str().into()),
        Cell::new(entry.detail.as_deref().unwrap_or_default(), 100, Tone::Dim),
    ]
}
