//! `tokenrack provider check PROVIDER`

use tokenrack_core::problem::Class;
use tokenrack_core::view::{CheckOutcome, Draft};

use crate::commands::{add, doctor};
use crate::error::Failure;
use crate::session::Session;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A provider of the catalog, the URL of an issuer, or a provider file (*.toml)
    provider: String,
    /// A variable of the provider, as a tenant or a host
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = add::variable)]
    vars: Vec<(String, String)>,
    /// The loopback port that is registered [default: the provider's]
    #[arg(long)]
    port: Option<u16>,
}

pub async fn run(args: Args, session: &Session) -> Result<(), Failure> {
    let engine = session.engine()?;
    let provider = add::learned(args.provider, &engine, session)?;
    let draft =
        Draft { provider, vars: args.vars.into_iter().collect(), port: args.port, ..Draft::default() };
    let run = engine.check_provider(&draft).await?;
    let mut checks = run.checks;
    if run.deep_link {
        checks.push(doctor::deep_link::check());
    }
    if session.output.json() {
        checks.iter().try_for_each(|check| session.output.object(check))?;
    } else {
        session.output.page(&checks.iter().map(doctor::text).collect::<String>())?;
    }
    let failed = checks.iter().any(|check| check.outcome == CheckOutcome::Failed);
    if failed { Err(Failure::Told(Class::Failed.exit_code())) } else { Ok(()) }
}
