//! `tokenrack provider export PROVIDER`

use serde::Serialize;

use crate::commands::add;
use crate::error::Failure;
use crate::session::Session;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A provider of the catalog, the URL of an issuer, or a provider file (*.toml)
    provider: String,
}

pub async fn run(args: &Args, session: &Session) -> Result<(), Failure> {
    let engine = session.engine()?;
    let provider = add::learned(args.provider.clone(), &engine, session)?;
    let toml = engine.export_provider(&provider).await?;
    if !session.output.json() {
        return session.output.bytes(toml.as_bytes());
    }
    #[derive(Serialize)]
    struct Exported<'a> {
        provider: &'a str,
        toml: &'a str,
    }
    session.output.object(&Exported { provider: &args.provider, toml: &toml })
}
