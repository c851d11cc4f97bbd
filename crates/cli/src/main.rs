//! The `tokenrack` command: parses, calls the engine, prints. Everything it knows is in core.

mod args;
mod commands;
#[cfg(test)]
mod documentation;
mod error;
mod output;
mod prompt;
mod session;
mod signal;
mod span;
mod table;
mod words;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;
use tokenrack_core::problem::{Code, Problem};

use crate::args::Cli;
use crate::error::Failure;
use crate::output::Output;
use crate::session::Session;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let (output, outcome) = match Cli::try_parse_from(&arguments) {
        Ok(cli) => (Output::new(cli.json), run(cli)),
        // Not parsed, so `--json` is looked for by hand: a program reads this error too.
        Err(error) => {
            let json = arguments.iter().skip(1).take_while(|a| *a != "--").any(|a| a == "--json");
            (Output::new(json), Err(Failure::Arguments(error)))
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => ExitCode::from(failure.report(output)),
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    let session = Session::start(Output::new(cli.json))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Problem::new(Code::Internal).because(error))?;
    let outcome = runtime.block_on(commands::run(cli.command, &session));
    // A keychain call that was given up may still sit in its thread: nobody waits for it.
    runtime.shutdown_background();
    outcome
}
