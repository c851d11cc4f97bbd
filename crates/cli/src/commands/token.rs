//! `tokenrack token CONNECTION`: the only command whose output is a secret.

use std::time::Duration;

use clap::builder::PossibleValue;
use tokenrack_core::event::Channel;
use tokenrack_core::export;

use crate::error::{Failure, invalid};
use crate::session::Session;
use crate::span;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its name or id
    connection: String,
    /// How to write it [default: raw, or json with --json]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Refresh first when it ends sooner than this
    #[arg(long, value_name = "SPAN", default_value = "60s", value_parser = span::parse)]
    min_valid: Duration,
}

/// The formats of core, as clap wants them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Format(export::Format);

impl clap::ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        use export::Format::{Curl, Dotenv, Env, Header, Json, PowerShell, Raw};
        &[Self(Raw), Self(Header), Self(Json), Self(Env), Self(Dotenv), Self(PowerShell), Self(Curl)]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self.0 {
            export::Format::Raw => "the token alone",
            export::Format::Header => "Authorization: Bearer …",
            export::Format::Json => "one JSON object",
            export::Format::Env => "export NAME_TOKEN='…', for eval in a shell",
            export::Format::Dotenv => "NAME_TOKEN='…', for a .env file",
            export::Format::PowerShell => "$env:NAME_TOKEN = '…', for Invoke-Expression in PowerShell",
            export::Format::Curl => "for curl --config -",
        };
        Some(PossibleValue::new(self.0.as_str()).help(help))
    }
}

pub async fn run(args: &Args, session: &Session) -> Result<(), Failure> {
    let format = match (args.format, session.output.json()) {
        (None, false) => export::Format::Raw,
        (None | Some(Format(export::Format::Json)), true) => export::Format::Json,
        (Some(_), true) => return Err(invalid("--json has a format of its own: leave out --format")),
        (Some(Format(format)), false) => format,
    };
    let engine = session.unlocked().await?;
    let id = engine.find(&args.connection)?.id;
    let release = || engine.release_token(&id, args.min_valid, Channel::Command, format.as_str());
    let token = match release().await {
        Ok(token) => token,
        Err(problem) => {
            session.rescue(&engine, problem).await?;
            release().await?
        }
    };
    session.output.value(format.write(&token)?.expose())
}
