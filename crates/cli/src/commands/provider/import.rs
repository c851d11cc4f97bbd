//! `tokenrack provider import FILE`

use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;

use serde::Serialize;
use tokenrack_core::problem::{Class, Code, Problem};
use tokenrack_core::provider::{Imported, LeftOut};
use tokenrack_platform::files;

use crate::error::{Failure, invalid};
use crate::session::Session;

/// More than any document that is taken, so that one which is too large is refused and not cut.
const MOST_READ: u64 = 2 * 1024 * 1024;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A YAML or JSON document that describes a server, or its metadata (RFC 8414); see docs/providers.md
    file: PathBuf,
    /// The id of the new provider, or of one of several in the document [default: as the document says]
    #[arg(long)]
    id: Option<String>,
    /// Save it among your own providers, and not over another; otherwise it is printed
    #[arg(long)]
    save: bool,
}

pub fn run(args: &Args, session: &Session) -> Result<(), Failure> {
    let name = args.file.display().to_string();
    let text = read(args).map_err(|error| invalid(format_args!("{name}: {error}")))?;
    let made = session.engine()?.import_document(&name, &text, args.id.as_deref())?;
    for LeftOut { path, why } in &made.left_out {
        session.output.note(&format!("left out: {path}: {}", why.said()));
    }
    for mistake in &made.wrong {
        session.output.note(&mistake.to_string());
    }
    let saved = save(args, &made, session)?.map(|path| path.display().to_string());
    tell(&made, saved.as_deref(), session)?;
    // The file is of use, but not yet to Tokenrack.
    if made.wrong.is_empty() { Ok(()) } else { Err(Failure::Told(Class::Usage.exit_code())) }
}

fn read(args: &Args) -> std::io::Result<String> {
    let mut text = String::new();
    // A pipe that a shell hands over (`/dev/stdin`, `<(…)`) has somebody who writes to it.
    let is_handed_over = ["/dev", "/proc"].iter().any(|folder| args.file.starts_with(folder));
    let file = if is_handed_over { File::open(&args.file) } else { files::open(&args.file) };
    file?.take(MOST_READ).read_to_string(&mut text)?;
    Ok(text)
}

fn save(args: &Args, made: &Imported, session: &Session) -> Result<Option<PathBuf>, Failure> {
    if !args.save {
        return Ok(None);
    }
    if let Some(mistake) = made.wrong.first() {
        return Err(Problem::new(Code::InvalidSpec).because(mistake).into());
    }
    Ok(Some(session.save_provider(&made.id, &made.text)?))
}

fn tell(made: &Imported, saved: Option<&str>, session: &Session) -> Result<(), Failure> {
    #[derive(Serialize)]
    struct Line<'a> {
        id: &'a str,
        toml: &'a str,
        left_out: &'a [LeftOut],
        wrong: Vec<String>,
        saved: Option<&'a str>,
    }
    if session.output.json() {
        let wrong = made.wrong.iter().map(ToString::to_string).collect();
        return session.output.object(&Line {
            id: &made.id,
            toml: &made.text,
            left_out: &made.left_out,
            wrong,
            saved,
        });
    }
    match saved {
        Some(path) => session.output.value(path),
        None => session.output.bytes(made.text.as_bytes()),
    }
}
