//! Every check, in the order in which they share compiled work: what `cargo check` makes serves the lints and the
//! documentation, what `cargo build` makes serves every test.

use anyhow::{Result, bail};

use crate::bundle::{self, Profile};
use crate::project::Project;
use crate::setup::{Need, setup};
use crate::steps::{self, Log, Steps};

type Part = (&'static str, fn(&Project, &mut Log) -> Result<String>);

const PARTS: &[Part] = &[
    ("format", |p, log| cargo(p, log, &["fmt", "--all", "--check"])),
    ("licences", |p, log| {
        cargo(
            p,
            log,
            &["deny", "--offline", "check", "--hide-inclusion-graph", "licenses", "bans", "sources"],
        )
    }),
    ("page lint", |p, log| npm(p, log, "lint")),
    ("page types", |p, log| npm(p, log, "check")),
    ("page unit tests", |p, log| npm(p, log, "test")),
    ("page build", |p, log| npm(p, log, "build")),
    ("clippy", |p, log| {
        cargo(p, log, &["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"])
    }),
    ("documentation", documentation),
    ("build", |p, log| cargo(p, log, &["build", "--locked", "--workspace", "--all-targets"])),
    ("unit tests", |p, log| nextest(p, log, "not package(tokenrack-tests)")),
    ("doc tests", |p, log| cargo(p, log, &["test", "--locked", "--workspace", "--doc"])),
    ("page in Chromium", page_tests),
    ("black-box tests", |p, log| {
        nextest(p, log, "package(tokenrack-tests) and not (binary(/^window/) or binary(bundle))")
    }),
    ("window tests", |p, log| nextest(p, log, "package(tokenrack-tests) and binary(/^window/)")),
    ("debug package", |p, log| {
        bundle::pack(p, log, Profile::Debug).map(|found| format!("{} packages", found.len()))
    }),
    ("bundle tests", |p, log| nextest(p, log, "package(tokenrack-tests) and binary(bundle)")),
];

/// `cargo xtask test [PART...]`.
pub fn all(project: &Project, wanted: &[&str]) -> Result<()> {
    if let Some(unknown) = wanted.iter().find(|name| !PARTS.iter().any(|(part, _)| part == *name)) {
        bail!("no part {unknown:?}; `cargo xtask test --list` names them");
    }
    steps::all(project, "test", |steps| {
        setup(project, steps, Need::Test)?;
        for (name, work) in PARTS {
            if wanted.is_empty() || wanted.contains(name) {
                steps.step(name, |log| work(project, log))?;
            }
        }
        Ok(())
    })
}

/// `cargo xtask test --list`.
pub fn list() -> Result<()> {
    for (name, _) in PARTS {
        println!("{name}");
    }
    Ok(())
}

/// The page, as the app embeds it.
pub fn page_build(project: &Project, steps: &mut Steps) -> Result<()> {
    steps.step("page build", |log| npm(project, log, "build"))
}

/// The app and the command, unoptimised.
pub fn binaries(project: &Project, steps: &mut Steps) -> Result<()> {
    steps.step("build", |log| {
        cargo(project, log, &["build", "--locked", "-p", "tokenrack", "-p", "tokenrack-desktop"])
    })
}

fn cargo(project: &Project, log: &mut Log, arguments: &[&str]) -> Result<String> {
    log.run(&mut project.cargo(arguments)).map(|()| String::new())
}

fn npm(project: &Project, log: &mut Log, script: &str) -> Result<String> {
    log.run(&mut project.npm("ui", &["run", script])).map(|()| String::new())
}

/// The page in a real browser; the note counts its tests, and those that passed only the second time.
fn page_tests(project: &Project, log: &mut Log) -> Result<String> {
    npm(project, log, "test:page")?;
    let counted =
        |what: &str| log.last_line_with(&format!("ℹ {what} ")).unwrap_or_default().replace("ℹ ", "");
    Ok(format!("{}, flaky {}", counted("pass"), log.lines_with("ℹ flaky: ")))
}

fn documentation(project: &Project, log: &mut Log) -> Result<String> {
    let mut doc = project.cargo(&["doc", "--locked", "--workspace", "--no-deps"]);
    log.run(doc.env("RUSTDOCFLAGS", "-D warnings")).map(|()| String::new())
}

/// Runs the tests that match; the note counts them. A failure's own words come before a trace of the test runner.
fn nextest(project: &Project, log: &mut Log, filter: &str) -> Result<String> {
    // Half of the time most of them wait, for a daemon, a server or a keychain.
    let threads =
        std::thread::available_parallelism().map_or(1, |cores| cores.get() + cores.get().div_ceil(2));
    let threads = threads.to_string();
    let arguments = ["nextest", "run", "--locked", "--workspace", "--test-threads", &threads, "-E", filter];
    let mut run = project.cargo(&arguments);
    log.run(run.env("RUST_BACKTRACE", "0"))?;
    let summary = log.last_line_with("tests run:").or_else(|| log.last_line_with("test run:"));
    Ok(summary
        .and_then(|line| line.split_once(']').map(|(_, counts)| counts.trim().to_owned()))
        .unwrap_or_default())
}
