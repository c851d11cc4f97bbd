//! Installs what is missing, and only that.

mod npm;
mod system;
mod tools;

use anyhow::{Context, Result, bail};

use crate::project::{Project, output};
use crate::steps::{self, Steps};

/// How much a chore needs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// To build the app, the command and the packages.
    Build,
    /// That, and a virtual desktop with real servers in it.
    Session,
    /// That, and what checks the code.
    Test,
}

/// `cargo xtask setup`.
pub fn only(project: &Project) -> Result<()> {
    steps::all(project, "setup", |steps| setup(project, steps, Need::Test))
}

/// Makes the machine ready for `need`.
pub fn setup(project: &Project, steps: &mut Steps, need: Need) -> Result<()> {
    steps.step("system packages", |log| system::install(project, log, need))?;
    node(project)?;
    steps.step("npm packages", |log| npm::install(project, log, need))?;
    if need == Need::Test {
        steps.step("cargo tools", |log| tools::install(project, log))?;
    }
    steps.step("cargo fetch", |log| {
        log.run(&mut project.cargo(&["fetch", "--locked"])).map(|()| String::new())
    })
}

fn node(project: &Project) -> Result<()> {
    const ADVICE: &str = "install Node 20 or newer: https://nodejs.org/en/download";
    let version = output(project.command("node").arg("--version")).context(ADVICE)?;
    let major =
        version.trim().trim_start_matches('v').split('.').next().and_then(|text| text.parse::<u32>().ok());
    match major {
        Some(20..) => Ok(()),
        _ => bail!("Node {} is too old: {ADVICE}", version.trim()),
    }
}
