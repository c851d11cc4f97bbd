//! `tokenrack providers [QUERY]`

use crate::error::Failure;
use crate::session::Session;
use crate::table::{self, Cell, Tone};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Part of a name; everything without it
    query: Option<String>,
}

pub fn run(args: &Args, session: &Session) -> Result<(), Failure> {
    let found = session.engine()?.providers(args.query.as_deref().unwrap_or_default());
    if session.output.json() {
        return found.iter().try_for_each(|provider| session.output.object(provider));
    }
    if found.is_empty() {
        session
            .output
            .note("No provider of the catalog matches. The URL of an issuer works too: tokenrack add URL");
        return Ok(());
    }
    let rows: Vec<Vec<Cell>> = found
        .into_iter()
        .map(|provider| {
            let verified = match provider.verified {
                Some(day) => Cell::from(day),
                None => Cell::new("not verified here", 48, Tone::Dim),
            };
            vec![provider.id.0.into(), provider.name.into(), provider.category.into(), verified]
        })
        .collect();
    session.output.page(&table::lines(&["ID", "NAME", "CATEGORY", "LAST CHECKED"], &rows))
}
