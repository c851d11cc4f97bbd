//! `tokenrack import FILE`

use std::path::PathBuf;

use tokenrack_core::problem::Code;
use tokenrack_platform::files;

use crate::commands::bundle::{self, Options};
use crate::error::{Failure, invalid};
use crate::session::Session;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A file that `tokenrack export` has written
    file: PathBuf,
    #[command(flatten)]
    options: Options,
}

pub async fn run(args: &Args, session: &Session) -> Result<(), Failure> {
    let engine = session.engine()?;
    let name = bundle::file_name(&args.file);
    let bytes = files::read(&args.file)?;
    let view = match engine.open_bundle(&name, bytes, None).await {
        Err(problem) if problem.code == Code::FileLocked => {
            return Err(invalid(format_args!("{name} is a backup: use tokenrack restore")));
        }
        other => other?,
    };
    if !args.options.dry_run {
        // An edit looks at the secret that is there.
        session.unlock(&engine).await?;
    }
    bundle::take(&engine, &view, &args.options, false, session).await
}
