//! `tokenrack callback URL`: the redirect of a sign-in that any process of this profile waits for.

use std::io::Read as _;

use tokenrack_core::event::Channel;
use zeroize::Zeroizing;

use crate::error::{Failure, invalid};
use crate::session::Session;
use crate::words;

/// More is no redirect; the engine's own limit is far below.
const LARGEST: u64 = 256 * 1024;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The whole address, as the browser shows it after signing in; `-` reads it from standard input
    url: String,
}

pub async fn run(args: &Args, session: &Session) -> Result<(), Failure> {
    let mut url = Zeroizing::new(args.url.clone());
    if *url == "-" {
        url.clear();
        let input = std::io::stdin().lock().take(LARGEST).read_to_string(&mut url);
        input.map_err(|error| invalid(format_args!("the redirect URL could not be read: {error}")))?;
    }
    let engine = session.unlocked().await?;
    let view = match engine.deliver(url.trim(), Channel::Paste).await {
        Ok(view) => view,
        Err(refusal) => engine.view(&session.rescue(&engine, refusal.problem).await?)?,
    };
    if session.output.json() {
        return session.output.object(&view);
    }
    session.output.note(&words::signed_in(&view, session.now()));
    Ok(())
}
