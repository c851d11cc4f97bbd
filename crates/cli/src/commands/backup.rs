//! `tokenrack backup FILE`

use std::path::PathBuf;

use tokenrack_core::event::Channel;
use tokenrack_core::problem::{Code, Problem};
use tokenrack_platform::files::{self, Readers};

use crate::commands::bundle;
use crate::error::Failure;
use crate::prompt;
use crate::session::Session;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to, as a rule NAME.tokenrack.age
    file: PathBuf,
    /// Read the passphrase, one line, from this file; `-` is standard input [default: it is asked for]
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Take the place of a file that is there
    #[arg(long)]
    force: bool,
}

pub async fn run(args: &Args, session: &Session) -> Result<(), Failure> {
    // Before the keychain and the passphrase are asked for.
    if !args.force && args.file.exists() {
        return Err(Problem::new(Code::FileExists).because(args.file.display()).into());
    }
    let passphrase = prompt::backup_passphrase(args.passphrase_file.as_deref(), true)?;
    let engine = session.unlocked().await?;
    let written = engine.back_up(passphrase, Channel::Command, |content| {
        let path = files::write(&args.file, content, Readers::Owner, args.force)?;
        Ok(path.display().to_string())
    });
    bundle::written(&written.await?, session)
}
