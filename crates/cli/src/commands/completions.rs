//! `tokenrack completions SHELL`

use clap::CommandFactory as _;

use crate::args::Cli;
use crate::error::{Failure, invalid};
use crate::session::Session;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// For which shell
    shell: clap_complete::Shell,
}

pub fn run(args: &Args, session: &Session) -> Result<(), Failure> {
    if session.output.json() {
        return Err(invalid("completions are a script, not JSON"));
    }
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "tokenrack", &mut script);
    session.output.value(String::from_utf8_lossy(&script).trim_end())
}
