//! `tokenrack log [CONNECTION]`

use clap::ValueEnum;
use tokenrack_core::activity::{ActivityFilter, Topic};
use tokenrack_core::event::{ActivityEntry, Channel};

use crate::error::Failure;
use crate::session::Session;
use crate::span::{self, Moment};
use crate::table::{self, Cell, Tone};
use crate::words;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only this connection's lines
    connection: Option<String>,
    /// Only lines of this kind
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// Only what came through this door
    #[arg(long, value_enum)]
    channel: Option<Door>,
    /// Only lines that contain these words: in the connection's name, the code or the detail
    #[arg(long, value_name = "WORDS", default_value = "", hide_default_value = true)]
    search: String,
    /// Not before: a time, or how long ago (2026-11-20, "2026-11-20 14:00", 30m, 7d)
    #[arg(long, value_name = "WHEN", value_parser = span::parse_moment)]
    since: Option<Moment>,
    /// Before: a time, or how long ago
    #[arg(long, value_name = "WHEN", value_parser = span::parse_moment)]
    until: Option<Moment>,
    /// At most so many lines
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// Sign-ins, and what became of them
    SignIns,
    /// Refreshes, and questions whether a token is active
    Refreshes,
    /// Access tokens that were handed out
    Releases,
    /// What did not work
    Failures,
    /// Connections added, edited, disconnected, forgotten
    Changes,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Door {
    /// The desktop app
    App,
    /// This command
    Command,
    /// A redirect by deep link
    DeepLink,
    /// A redirect to the loopback address
    Loopback,
    /// A redirect that was pasted
    Paste,
    /// Tokenrack by itself
    Engine,
}

pub fn run(args: &Args, session: &Session) -> Result<(), Failure> {
    let engine = session.engine()?;
    let connection =
        args.connection.as_deref().map(|name| engine.find(name)).transpose()?.map(|found| found.id);
    let instant = |moment: Option<&Moment>| moment.map(|moment| moment.instant(session.now())).transpose();
    let filter = ActivityFilter {
        connection,
        topic: args.kind.map(Topic::from),
        channel: args.channel.map(Channel::from),
        since: instant(args.since.as_ref())?,
        until: instant(args.until.as_ref())?,
        words: args.search.clone(),
        limit: args.limit as usize,
        ..ActivityFilter::default()
    };
    let everything = ActivityFilter { limit: filter.limit, ..ActivityFilter::default() };
    let entries = engine.activity(&filter)?;
    if session.output.json() {
        return entries.iter().try_for_each(|entry| session.output.object(entry));
    }
    if entries.is_empty() {
        let nothing = if filter == everything {
            "Nothing has happened yet."
        } else {
            "Nothing like that has happened."
        };
        session.output.note(nothing);
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

impl From<Kind> for Topic {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::SignIns => Self::SignIns,
            Kind::Refreshes => Self::Refreshes,
            Kind::Releases => Self::Releases,
            Kind::Failures => Self::Failures,
            Kind::Changes => Self::Changes,
        }
    }
}

impl From<Door> for Channel {
    fn from(door: Door) -> Self {
        match door {
            Door::App => Self::App,
            Door::Command => Self::Command,
            Door::DeepLink => Self::DeepLink,
            Door::Loopback => Self::Loopback,
            Door::Paste => Self::Paste,
            Door::Engine => Self::Engine,
        }
    }
}
