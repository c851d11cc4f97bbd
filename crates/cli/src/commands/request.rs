//! `tokenrack request CONNECTION METHOD URL`: the answer's body is what was asked for, the rest is said beside it.

use std::io::{self, IsTerminal as _, Read as _};

use tokenrack_core::engine::{ApiCall, MOST_IN_JSON, Response};
use tokenrack_core::event::Channel;
use tokenrack_core::problem::Class;
use tokenrack_core::view::ResponseView;

use crate::error::{Failure, invalid};
use crate::session::Session;

/// A larger body is no request but a wrong file.
const LARGEST_BODY: u64 = 32 << 20;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its name or id
    connection: String,
    /// GET, POST, PUT, PATCH, DELETE, …
    method: String,
    /// The whole address, or what follows the API's base in the provider's file
    url: String,
    /// A header of the request; may be given several times
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", value_parser = header)]
    headers: Vec<(String, String)>,
    /// The request's body; JSON unless a Content-Type header says otherwise
    #[arg(long, value_name = "TEXT")]
    data: Option<String>,
    /// Read the body from standard input, to its end
    #[arg(long, conflicts_with = "data")]
    data_stdin: bool,
    /// Print the answer's status and headers before its body
    #[arg(short, long)]
    include: bool,
}

pub async fn run(args: Args, session: &Session) -> Result<(), Failure> {
    let body = if args.data_stdin { Some(standard_input()?) } else { args.data.map(String::into_bytes) };
    let call = ApiCall { method: args.method, url: args.url, headers: args.headers, body };
    let engine = session.unlocked().await?;
    let id = engine.find(&args.connection)?.id;
    let response = match engine.request(&id, &call, Channel::Command).await {
        Ok(response) => response,
        Err(problem) => {
            session.rescue(&engine, problem).await?;
            engine.request(&id, &call, Channel::Command).await?
        }
    };
    print(&response, args.include, session)?;
    match exit_code(response.answer.status().as_u16()) {
        0 => Ok(()),
        code => Err(Failure::Told(code)),
    }
}

fn print(response: &Response, include: bool, session: &Session) -> Result<(), Failure> {
    let output = session.output;
    let view = ResponseView::new(response, MOST_IN_JSON, &[]);
    if output.json() {
        return output.object(&view);
    }
    let status = format!("{} {}", view.status, view.reason);
    if include {
        let headers = view.headers.iter().map(|(name, value)| format!("{name}: {value}\n"));
        output.page(&format!("HTTP {status}\n{}\n", headers.collect::<String>()))?;
    }
    let body = response.answer.body();
    if io::stdout().is_terminal() && !is_plain(body) {
        output.note(
            "The body is no plain text; it is not shown on a terminal. Send it to a file or another program.",
        );
    } else {
        output.bytes(body)?;
        if io::stdout().is_terminal() && !body.ends_with(b"\n") {
            output.bytes(b"\n")?;
        }
    }
    output.note(&format!("{}, {} ms, {} bytes", status.trim(), view.duration_ms, view.size));
    if response.answer.refuses_token() {
        output.note("The server no longer takes this token: `tokenrack connect` gets a new one.");
    }
    Ok(())
}

/// What cannot move a terminal's cursor or change its settings.
fn is_plain(body: &[u8]) -> bool {
    let plain = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    std::str::from_utf8(body).is_ok_and(|text| text.chars().all(plain))
}

/// As every command's exit code: what a script may do next.
fn exit_code(status: u16) -> u8 {
    match status {
        ..=399 => 0,
        401 => Class::NeedsPerson.exit_code(),
        408 | 425 | 429 | 500.. => Class::Temporary.exit_code(),
        _ => Class::Failed.exit_code(),
    }
}

fn standard_input() -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    let read = io::stdin().lock().take(LARGEST_BODY + 1).read_to_end(&mut body);
    read.map_err(|error| invalid(format_args!("the body could not be read from standard input: {error}")))?;
    if body.len() as u64 > LARGEST_BODY {
        return Err(invalid(format_args!("the body is larger than {LARGEST_BODY} bytes")));
    }
    Ok(body)
}

fn header(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err("write it like 'Accept: text/csv'".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_says_what_a_script_may_do() {
        let codes = [200, 204, 304, 400, 401, 403, 404, 408, 429, 500, 503].map(exit_code);
        assert_eq!(codes, [0, 0, 0, 1, 3, 1, 1, 5, 5, 5, 5]);
    }

    #[test]
    fn only_plain_text_goes_to_a_terminal() {
        assert!(is_plain("{\"name\": \"Zoë\"}\r\n\t".as_bytes()));
        assert!(!is_plain(b"\x1b]0;title\x07") && !is_plain(&[0xff]) && !is_plain("\u{9b}2J".as_bytes()));
    }

    #[test]
    fn a_headers_value_may_hold_a_colon() {
        assert_eq!(header("Referer: https://a"), Ok(("Referer".to_owned(), "https://a".to_owned())));
        assert!(header("Accept").is_err() && header(": x").is_err());
    }
}
