//! `tokenrack refresh CONNECTION`

use tokenrack_core::event::Channel;

use crate::error::Failure;
use crate::session::Session;
use crate::words;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its name or id
    connection: String,
}

pub async fn run(args: &Args, session: &Session) -> Result<(), Failure> {
    let engine = session.unlocked().await?;
    let id = engine.find(&args.connection)?.id;
    if let Err(problem) = engine.refresh_insistently(&id, Channel::Command).await {
        session.rescue(&engine, problem).await?;
    }
    let view = engine.view(&id)?;
    if session.output.json() {
        return session.output.object(&view);
    }
    session.output.note(&format!("Refreshed “{}”: {}.", view.name, words::headline(&view, session.now())));
    Ok(())
}
