//! Failures: told once, on standard error, with the exit code of their class.

use std::io::{self, Write as _};

use clap::error::ErrorKind;
use serde::Serialize;
use tokenrack_core::problem::{Class, Code, Problem, plain};
use tokenrack_core::view::ProblemView;

use crate::output::Output;

/// Why a command did not end well.
#[derive(Debug)]
pub enum Failure {
    /// Something a person or a program can act on.
    Problem(Problem),
    /// Ended by a signal, with the exit code that shells give it.
    Interrupted(u8),
    /// The command line is wrong, or it asked for the help or the version.
    Arguments(clap::Error),
    /// Standard output cannot be written.
    Output(io::Error),
    /// Everything was said already.
    Told(u8),
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// Wrong input, in words of the command's own.
pub fn invalid(cause: impl std::fmt::Display) -> Failure {
    Failure::Problem(Problem::new(Code::InvalidInput).because(cause))
}

impl Failure {
    /// Tells it and answers the exit code.
    pub fn report(self, output: Output) -> u8 {
        match self {
            Self::Problem(problem) => {
                tell(output, &problem);
                problem.code.class().exit_code()
            }
            Self::Interrupted(code) => {
                tell(output, &Problem::new(Code::AttemptCancelled));
                code
            }
            Self::Arguments(error) => arguments(&error, output),
            // The reader has seen enough: `tokenrack log | head`.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => 0,
            Self::Output(error) => {
                tell(
                    output,
                    &Problem::new(Code::Internal).because(format_args!("cannot write the output: {error}")),
                );
                Class::Failed.exit_code()
            }
            Self::Told(code) => code,
        }
    }
}

/// Tells a problem without ending anything.
pub fn tell(output: Output, problem: &Problem) {
    let mut view = ProblemView::from(problem);
    if let Some(words) = suggestion(problem.code) {
        view.suggestion = words.to_owned();
    }
    if output.json() {
        return tell_json(&view);
    }
    let mut text = format!("error: {}\n", view.message);
    if let Some(cause) = &view.cause {
        text += &format!("  why:  {cause}\n");
    }
    text += &format!("  do:   {}\n", view.suggestion);
    if let Some(seconds) = problem.retry_after {
        text += &format!("  wait: {seconds} s\n");
    }
    let status = view.http_status.map(|status| format!(", HTTP {status}")).unwrap_or_default();
    text += &format!("  see:  {} ({}{status})\n", view.docs_url, view.code);
    output.person(&text);
}

/// What to do where a problem's own words speak of the app's form: here the fields are options.
fn suggestion(code: Code) -> Option<&'static str> {
    match code {
        Code::NameTaken => Some("Choose another name with --name."),
        Code::MissingClientId => {
            Some("Register an application at the provider and give its client id with --client-id.")
        }
        Code::DiscoveryFailed => Some(
            "Check the address; or give --authorization-endpoint and --token-endpoint, or --assume-endpoints for \
            URL/oauth2/auth and URL/oauth2/token.",
        ),
        Code::InvalidInput => {
            Some("Correct what is named and run the command again; --help has the options.")
        }
        _ => None,
    }
}

/// clap's own text for people; for programs the same shape as every other error.
fn arguments(error: &clap::Error, output: Output) -> u8 {
    let asked_for = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if asked_for || !output.json() {
        return match error.print() {
            Err(failed) if failed.kind() != io::ErrorKind::BrokenPipe => Class::Failed.exit_code(),
            _ if asked_for => 0,
            _ => Class::Usage.exit_code(),
        };
    }
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    let mut view = ProblemView::from(&Problem::new(Code::InvalidInput));
    view.message = "The command line is not right".to_owned();
    view.cause = Some(plain(first.trim_start_matches("error: "), 300));
    view.suggestion = "Run the command with --help.".to_owned();
    tell_json(&view);
    Class::Usage.exit_code()
}

fn tell_json(view: &ProblemView) {
    #[derive(Serialize)]
    struct Line<'a> {
        error: &'a ProblemView,
    }
    let line = serde_json::to_string(&Line { error: view }).unwrap_or_default();
    // Nothing can be said about a standard error that cannot be written.
    let _ = writeln!(io::stderr().lock(), "{line}");
}
