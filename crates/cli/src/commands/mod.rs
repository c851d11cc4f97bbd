//! One command, one file.

pub mod add;
pub mod backup;
mod bundle;
pub mod callback;
pub mod choose;
pub mod completions;
pub mod connect;
pub mod disconnect;
pub mod doctor;
pub mod export;
pub mod import;
pub mod introspect;
pub mod log;
pub mod provider;
pub mod providers;
pub mod refresh;
pub mod request;
pub mod restore;
pub mod status;
pub mod token;

use crate::args::Command;
use crate::error::Failure;
use crate::session::Session;

/// Carries out a command.
pub async fn run(command: Command, session: &Session) -> Result<(), Failure> {
    match command {
        Command::Providers(args) => providers::run(&args, session),
        Command::Provider(args) => provider::run(args, session).await,
        Command::Add(args) => add::run(*args, session).await,
        Command::Connect(args) => connect::run(&args, session).await,
        Command::Callback(args) => callback::run(&args, session).await,
        Command::Status(args) => status::run(&args, session).await,
        Command::Refresh(args) => refresh::run(&args, session).await,
        Command::Request(args) => request::run(args, session).await,
        Command::Introspect(args) => introspect::run(&args, session).await,
        Command::Choose(args) => choose::run(&args, session).await,
        Command::Token(args) => token::run(&args, session).await,
        Command::Disconnect(args) => disconnect::run(&args, session).await,
        Command::Export(args) => export::run(&args, session),
        Command::Import(args) => import::run(&args, session).await,
        Command::Backup(args) => backup::run(&args, session).await,
        Command::Restore(args) => restore::run(&args, session).await,
        Command::Log(args) => log::run(&args, session),
        Command::Doctor => doctor::run(session).await,
        Command::Completions(args) => completions::run(&args, session),
    }
}
