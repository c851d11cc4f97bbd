//! `tokenrack disconnect CONNECTION`

use tokenrack_core::event::Channel;
use tokenrack_core::view::{DisconnectView, Revocation};

use crate::error::Failure;
use crate::session::Session;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its name or id
    connection: String,
    /// Delete the connection too, not only its tokens
    #[arg(long)]
    forget: bool,
}

pub async fn run(args: &Args, session: &Session) -> Result<(), Failure> {
    let engine = session.unlocked().await?;
    let (id, name) = engine.identify(&args.connection)?;
    let view = engine.disconnect(&id, args.forget, Channel::Command).await?;
    if session.output.json() {
        return session.output.object(&view);
    }
    session.output.note(&outcome(&view, &name));
    Ok(())
}

/// What became of it, honest about what may still work at the provider.
fn outcome(view: &DisconnectView, name: &str) -> String {
    let done = if view.forgotten { "Disconnected and forgot" } else { "Disconnected" };
    let mut text = format!("{done} “{name}”. ");
    text += match view.revocation {
        Revocation::Revoked => "The provider revoked its tokens.",
        Revocation::Nothing => "There was no token to revoke.",
        Revocation::Unsupported => {
            "The provider cannot revoke: the deleted tokens may work there until they expire."
        }
        Revocation::Failed if view.tried_again => {
            "The provider could not be told to revoke. The keychain keeps the tokens for that alone: the app tries \
             again for three days, and so does this command each time it is given."
        }
        Revocation::Failed => {
            "The provider did not revoke: the deleted tokens may work there until they expire."
        }
        Revocation::Unknown => {
            "The provider was asked to revoke, but its answer, or newer tokens before, may be lost: what it gave may \
             work there until it expires."
        }
    };
    if let Some(problem) = &view.problem {
        text +=
            &format!("\n  why:  {} ({})", problem.cause.as_ref().unwrap_or(&problem.message), problem.code);
    }
    if let (Revocation::Unsupported | Revocation::Failed | Revocation::Unknown, Some(url)) =
        (view.revocation, &view.user_revoke_url)
    {
        text += &format!("\n  do:   cut the access by hand at {url}");
    }
    text
}
