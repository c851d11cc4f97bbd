//! `tokenrack connect CONNECTION`

mod paste;

use std::pin::pin;
use std::time::Duration;

use serde::Serialize;
use tokenrack_core::Timestamp;
use tokenrack_core::connection::{ConnectionId, GrantType};
use tokenrack_core::engine::{ConnectOptions, Connecting, Engine, Started, Step};
use tokenrack_core::event::Channel;
use tokenrack_core::problem::Code;
use tokenrack_core::view::ConnectionView;

use crate::error::{Failure, tell};
use crate::session::Session;
use crate::{signal, span, words};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its name or id
    connection: String,
    /// Print the address to open instead of opening the browser
    #[arg(long)]
    no_browser: bool,
    /// How long to wait for the person
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
    DeviceCode {
        user_code: &'a str,
        verification_uri: &'a str,
        verification_uri_complete: Option<&'a str>,
        connection: &'a ConnectionId,
        expires_at: Timestamp,
        browser_opened: bool,
    },
    Connected(&'a ConnectionView),
}

pub async fn run(args: &Args, session: &Session) -> Result<(), Failure> {
    let engine = session.unlocked_unwatched().await?;
    let connection = engine.find(&args.connection)?;
    let options = ConnectOptions {
        open_browser: !args.no_browser,
        time_limit: args.timeout,
        channel: Channel::Command,
    };
    // Where no person is waited for, it is interrupted as a refresh is.
    let is_a_persons = connection.registration.grant_type != GrantType::ClientCredentials;
    if !is_a_persons {
        signal::end_when_saved(engine.clone(), session.output)?;
    }
    let mut interrupted = signal::listen()?;
    let begun = tokio::select! {
        biased;
        begun = engine.connect(&connection.id, options) => begun,
        // Nothing is sent before it has begun that would be worth a wait.
        code = interrupted.recv(), if is_a_persons => return Err(Failure::Interrupted(code)),
    };
    let started = match begun {
        Ok(Connecting::Waiting(started)) => started,
        Ok(Connecting::Connected(view)) => return connected(&view, session),
        Err(problem) => {
            let id = session.rescue(&engine, problem).await?;
            return connected(&engine.view(&id)?, session);
        }
    };

    // What comes is saved also where nobody waits for it any more.
    let mut ended = pin!(saved(&engine, &started, session));
    let outcome = match announce(&started, args, session) {
        Err(failure) => Err(failure),
        Ok(()) => tokio::select! {
            ended = &mut ended => ended,
            view = paste::wait(&engine, &started, session), if comes_back(&started) => Ok(view),
            code = interrupted.recv() => Err(Failure::Interrupted(code)),
        },
    };
    let outcome = match outcome {
        Err(failure @ (Failure::Interrupted(_) | Failure::Output(_))) => tokio::select! {
            ended = give_up(&engine, &started, ended, session) => ended.unwrap_or(Err(failure)),
            () = interrupted.again() => Err(failure),
        },
        outcome => outcome,
    };
    let told = outcome.and_then(|view| connected(&view, session));
    let by_loopback =
        matches!(&started.step, Step::Redirect { redirect_uri, .. } if redirect_uri.starts_with("http:"));
    if by_loopback && !matches!(told, Err(Failure::Interrupted(_))) {
        // The page that says so has been handed over, and is still to be written to the browser's connection.
        tokio::time::sleep(PAGE_DELIVERY).await;
    }
    told
}

const PAGE_DELIVERY: Duration = Duration::from_millis(100);

/// Waits for its end. Tokens that the vault refused are not given up at once.
async fn saved(engine: &Engine, started: &Started, session: &Session) -> Result<ConnectionView, Failure> {
    match engine.wait(started).await {
        Ok(view) => Ok(view),
        Err(problem) => Ok(engine.view(&session.rescue(engine, problem).await?)?),
    }
}

/// Nobody waits any more when the person or the reader has gone: the attempt ends with them. Once the browser has
/// returned, the tokens are on their way, or wait for the vault, and would be lost: then its end is awaited.
async fn give_up<T>(
    engine: &Engine,
    started: &Started,
    ended: impl Future<Output = T>,
    session: &Session,
) -> Option<T> {
    match engine.cancel(&started.connection, Channel::Command).await {
        Ok(()) => None,
        Err(problem) if engine.is_busy() || matches!(problem.code, Code::Busy | Code::UnknownState) => {
            session.output.note("The provider has answered; finishing. Interrupt again to stop at once.");
            Some(ended.await)
        }
        Err(problem) => {
            tell(session.output, &problem);
            None
        }
    }
}

fn comes_back(started: &Started) -> bool {
    matches!(started.step, Step::Redirect { .. })
}

fn announce(started: &Started, args: &Args, session: &Session) -> Result<(), Failure> {
    let browser_opened = !args.no_browser && started.browser_problem.is_none();
    if session.output.json() {
        return session.output.object(&event(started, browser_opened));
    }
    if let Some(problem) = &started.browser_problem {
        tell(session.output, problem);
    }
    match &started.step {
        Step::Redirect { authorization_url, redirect_uri } => {
            announce_redirect(authorization_url, redirect_uri, browser_opened, args, session)
        }
        Step::DeviceCode { user_code, verification_uri, verification_uri_complete } => {
            let page = verification_uri_complete.as_ref().unwrap_or(verification_uri);
            announce_code(user_code, page, browser_opened, started, session)
        }
    }
}

fn event(started: &Started, browser_opened: bool) -> Event<'_> {
    let (connection, expires_at) = (&started.connection, started.expires_at);
    match &started.step {
        Step::Redirect { authorization_url: url, redirect_uri } => {
            Event::AuthorizationUrl { url, redirect_uri, connection, expires_at, browser_opened }
        }
        Step::DeviceCode { user_code, verification_uri, verification_uri_complete } => Event::DeviceCode {
            user_code,
            verification_uri,
            verification_uri_complete: verification_uri_complete.as_deref(),
            connection,
            expires_at,
            browser_opened,
        },
    }
}

/// The page may be opened on any device, so its address is always shown; the code is what was asked for.
fn announce_code(
    user_code: &str,
    page: &str,
    browser_opened: bool,
    started: &Started,
    session: &Session,
) -> Result<(), Failure> {
    let output = session.output;
    output.note(&match browser_opened {
        true => format!("The browser is open at {page}\nCheck that it shows this code, or enter it there:"),
        false => format!("Open {page}\nin any browser, also on another device, and enter this code:"),
    });
    output.value(user_code)?;
    let left = span::until(session.now(), started.expires_at);
    output.note(&format!("Waiting {left} for the provider's word (Ctrl-C cancels)."));
    Ok(())
}

fn announce_redirect(
    authorization_url: &str,
    redirect_uri: &str,
    browser_opened: bool,
    args: &Args,
    session: &Session,
) -> Result<(), Failure> {
    let output = session.output;
    if browser_opened {
        output.note("The browser is open: sign in there.");
    } else {
        output.note("Open this address in a browser and sign in:");
        output.value(authorization_url)?;
    }
    let limit = span::words(args.timeout);
    output.note(&format!("Waiting {limit} for the redirect to {redirect_uri} (Ctrl-C cancels)."));
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
    session.output.note(&words::signed_in(view, session.now()));
    Ok(())
}
