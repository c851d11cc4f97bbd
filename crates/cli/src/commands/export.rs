//! `tokenrack export [CONNECTION]...`

use std::path::PathBuf;

use tokenrack_core::connection::ConnectionId;
use tokenrack_core::event::Channel;
use tokenrack_core::problem::Problem;
use tokenrack_platform::files::{self, Readers};

use crate::commands::bundle;
use crate::error::Failure;
use crate::session::Session;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Their names or ids [default: all]
    connections: Vec<String>,
    /// Write to this file, as a rule NAME.tokenrack.json [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Take the place of a file that is there
    #[arg(long, requires = "output")]
    force: bool,
    /// Also say who is connected: the file then names persons
    #[arg(long)]
    with_accounts: bool,
}

pub fn run(args: &Args, session: &Session) -> Result<(), Failure> {
    let engine = session.engine()?;
    let ids = match args.connections.as_slice() {
        [] => engine.connections()?,
        names => {
            let found = names.iter().map(|name| engine.find(name).map(|connection| connection.id));
            found.collect::<Result<Vec<ConnectionId>, Problem>>()?
        }
    };
    let mut text = String::new();
    let written =
        engine.export(&ids, args.with_accounts, Channel::Command, |content| match &args.output {
            Some(path) => {
                let path = files::write(path, content.as_bytes(), Readers::Anybody, args.force)?;
                Ok(path.display().to_string())
            }
            None => {
                content.clone_into(&mut text);
                Ok(String::new())
            }
        })?;
    match args.output {
        Some(_) => bundle::written(&written, session),
        None if session.output.json() => {
            let file: serde_json::Value = serde_json::from_str(&text).map_err(std::io::Error::other)?;
            session.output.object(&file)
        }
        None => session.output.bytes(text.as_bytes()),
    }
}
