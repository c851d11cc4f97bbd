//! `tokenrack provider`: one provider before it is used.

mod check;
mod export;
mod import;

use clap::Subcommand;

use crate::error::Failure;
use crate::session::Session;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Try what a sign-in stands on, without signing in: metadata, endpoints, PKCE, redirect, clock
    Check(check::Args),
    /// Make a provider file of a YAML or JSON document of another program
    Import(import::Args),
    /// Print a provider's file, to share
    Export(export::Args),
}

pub async fn run(args: Args, session: &Session) -> Result<(), Failure> {
    match args.command {
        Command::Check(args) => check::run(args, session).await,
        Command::Import(args) => import::run(&args, session),
        Command::Export(args) => export::run(&args, session).await,
    }
}
