//! Every chore of the project, on every system: `cargo xtask run | test | bench | simulate | gallery | bundle | cross`.
//!
//! Each chore sets up what it needs, so that a fresh machine needs Rust, Node and the package registries only.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it speaks to the person who started it")]
#![allow(clippy::disallowed_methods, reason = "a chore measures time and lives in its environment")]

mod bench;
mod bundle;
mod cross;
mod desktop_entry;
mod gallery;
mod project;
mod race;
mod run;
mod setup;
mod simulate;
mod steps;
mod test;

use std::process::ExitCode;

use anyhow::Result;

use project::Project;

const USAGE: &str = "\
cargo xtask run              open the app on a throw-away profile with a local authorization server
            --virtual        in a virtual display, driven from start to end (the default without a display)
            --mine           on your own profile, without the server
cargo xtask test             every check, set-up included
            PART...          only these parts (cargo xtask test --list names them)
cargo xtask bench            the promised speeds and sizes, each beside its peer
cargo xtask simulate [COUNT] the core in so many random schedules of faults (a million)
cargo xtask gallery          the pictures of the documentation, drawn anew (docs/images/gallery)
cargo xtask bundle           .deb and .rpm, checked
cargo xtask cross            cargo check for Windows and macOS, from Debian
cargo xtask setup            only install what is missing";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match chore(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn chore(arguments: &[String]) -> Result<()> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let Some((&chore, rest)) = words.split_first() else { anyhow::bail!("which chore?\n\n{USAGE}") };
    if let ("race", []) = (chore, rest) {
        return race::run(); // called by the benchmarks' scripts, from outside cargo
    }
    let project = Project::find()?;
    let _alone = match chore {
        "run" | "test" | "bench" | "simulate" | "gallery" | "bundle" | "cross" | "setup" => {
            Some(project.alone(chore)?)
        }
        _ => None,
    };
    match (chore, rest) {
        ("run", []) => run::demo(&project, run::Screen::detect()),
        ("run", ["--virtual"]) => run::demo(&project, run::Screen::Virtual),
        ("run", ["--mine"]) => run::mine(&project),
        ("test", ["--list"]) => test::list(),
        ("test", parts) => test::all(&project, parts),
        ("bench", []) => bench::all(&project),
        ("simulate", []) => simulate::search(&project, None),
        ("simulate", [count]) => simulate::search(&project, Some(count)),
        ("gallery", []) => gallery::draw(&project),
        ("bundle", []) => bundle::release(&project),
        ("cross", []) => cross::check(&project),
        ("setup", []) => setup::only(&project),
        ("help" | "--help" | "-h", _) => {
            println!("{USAGE}");
            Ok(())
        }
        _ => anyhow::bail!("unknown: {}\n\n{USAGE}", words.join(" ")),
    }
}
