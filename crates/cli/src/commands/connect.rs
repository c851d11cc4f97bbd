//! `tokenrack connect CONNECTION`

mod paste;
mod signal;

use std::time::Duration;

use serde::Serialize;
use tokenrack_core::Timestamp;
use tokenrack_core::connection::ConnectionId;
use tokenrack_core::engine::{ConnectOptions, Engine, Started};
use tokenrack_core::event::Channel;
use tokenrack_core::problem::{Code, Problem};
use tokenrack_core::view::ConnectionView;

use crate::error::{Failure, tell};
use crate::session::Session;
use crate::{span, words};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its name or id
    connection: String,
    /// Print the address to open instead of opening the browser
    #[arg(long)]
    no_browser: bool,
    /// How long to wait for the redirect
    #[arg(long, value_name = "SPAN", default_value = "5m", value_parser = span::parse_wait)]
    timeout: Duration,
}

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Event<'a> {
    AuthorizationUrl {
        url: &'a str,
        redirect_uri: &'a str,
        connection: &'a ConnectionId,
        expires_at: Timestamp,
        browser_opened: bool,
    },
    Connected(&'a ConnectionView),
}

pub async fn run(args: &Args, session: &Session) -> Result<(), Failure> {
    let engine = session.unlocked().await?;
    let connection = engine.find(&args.connection)?;
    let options = ConnectOptions {
        open_browser: !args.no_browser,
        time_limit: args.timeout,
        channel: Channel::Command,
    };
    let mut interrupted = signal::listen()?;
    let started = engine.connect(&connection.id, options).await?;

    let outcome = match announce(&started, args, session) {
        Err(failure) => Err(failure),
        Ok(()) => tokio::select! {
            ended = engine.wait(&started) => saved(&engine, &started, session, ended).await,
            view = paste::wait(&engine, &started, session) => Ok(view),
            code = interrupted.recv() => Err(Failure::Interrupted(code)),
        },
    };
    let told = match outcome {
        Ok(view) => connected(&view, session),
        Err(failure) => {
            if let Some(view) = give_up(&engine, &started, &failure, &mut interrupted, session).await {
                return connected(&view, session);
            }
            Err(failure)
        }
    };
    if started.redirect_uri.starts_with("http:") && !matches!(told, Err(Failure::Interrupted(_))) {
        // The page that says so has been handed over, and is still to be written to the browser's connection.
        tokio::time::sleep(PAGE_DELIVERY).await;
    }
    told
}

const PAGE_DELIVERY: Duration = Duration::from_millis(100);

/// Tokens that the vault refused are not given up at once.
async fn saved(
    engine: &Engine,
    started: &Started,
    session: &Session,
    ended: Result<ConnectionView, Problem>,
) -> Result<ConnectionView, Failure> {
    match ended {
        Ok(view) => Ok(view),
        Err(problem) => {
            session.rescue(engine, &started.connection, problem).await?;
            Ok(engine.view(&started.connection)?)
        }
    }
}

/// Nobody waits any more when the person or the reader has gone: the attempt ends with them. Once the browser has
/// returned, the tokens are on their way and would be lost: then it is finished, unless they insist.
async fn give_up(
    engine: &Engine,
    started: &Started,
    failure: &Failure,
    interrupted: &mut signal::Interrupted,
    session: &Session,
) -> Option<ConnectionView> {
    if !matches!(failure, Failure::Interrupted(_) | Failure::Output(_)) {
        return None;
    }
    match engine.cancel(&started.connection, Channel::Command).await {
        Ok(()) => None,
        Err(problem) if problem.code == Code::Busy => {
            session.output.note("The browser has returned; finishing. Interrupt again to stop at once.");
            tokio::select! {
                ended = engine.wait(started) => ended.ok(),
                _ = interrupted.recv() => None,
            }
        }
        Err(problem) => {
            tell(session.output, &problem);
            None
        }
    }
}

fn announce(started: &Started, args: &Args, session: &Session) -> Result<(), Failure> {
    let output = session.output;
    let browser_opened = !args.no_browser && started.browser_problem.is_none();
    if output.json() {
        return output.object(&Event::AuthorizationUrl {
            url: &started.authorization_url,
            redirect_uri: &started.redirect_uri,
            connection: &started.connection,
            expires_at: started.expires_at,
            browser_opened,
        });
    }
    if let Some(problem) = &started.browser_problem {
        tell(output, problem);
    }
    if browser_opened {
        output.note("The browser is open: sign in there.");
    } else {
        output.note("Open this address in a browser and sign in:");
        output.value(&started.authorization_url)?;
    }
    let limit = span::words(args.timeout);
    output.note(&format!("Waiting {limit} for the redirect to {} (Ctrl-C cancels).", started.redirect_uri));
    if paste::offered() {
        output.note(
            "If it does not come back by itself, paste the address that the browser shows at the end here.",
        );
    }
    Ok(())
}

fn connected(view: &ConnectionView, session: &Session) -> Result<(), Failure> {
    if session.output.json() {
        return session.output.object(&Event::Connected(view));
    }
    session.output.note(&format!("“{}”: {}.", view.name, words::headline(view, session.now())));
    Ok(())
}
