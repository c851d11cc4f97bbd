//! `tokenrack restore FILE`

use std::path::PathBuf;

use tokenrack_core::view::BundleKind;
use tokenrack_platform::files;

use crate::commands::bundle::{self, Options};
use crate::error::{Failure, invalid};
use crate::prompt;
use crate::session::Session;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A file that `tokenrack backup` has written
    file: PathBuf,
    /// Read the passphrase, one line, from this file; `-` is standard input [default: it is asked for]
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    #[command(flatten)]
    options: Options,
    /// With --on-conflict replace: put back tokens that are older than those here too
    #[arg(long)]
    older_tokens: bool,
}

pub async fn run(args: &Args, session: &Session) -> Result<(), Failure> {
    let engine = session.engine()?;
    let name = bundle::file_name(&args.file);
    let bytes = files::read(&args.file)?;
    let passphrase = prompt::backup_passphrase(args.passphrase_file.as_deref(), false)?;
    let view = engine.open_bundle(&name, bytes, Some(passphrase)).await?;
    if view.kind != BundleKind::Backup {
        return Err(invalid(format_args!("{name} is no backup: use tokenrack import")));
    }
    if !args.options.dry_run {
        session.unlock(&engine).await?;
    }
    bundle::take(&engine, &view, &args.options, args.older_tokens, session).await
}
