//! The promised speeds and sizes, each beside its peer, in one run.

use anyhow::{Context, Result, ensure};

use crate::project::Project;
use crate::setup::{Need, setup};
use crate::{bundle, steps};

/// `cargo xtask bench`.
pub fn all(project: &Project) -> Result<()> {
    ensure!(cfg!(target_os = "linux"), "the benchmarks need Xvfb and a private gnome-keyring: Linux only");
    let mut packages = Vec::new();
    steps::all(project, "bench", |steps| {
        setup(project, steps, Need::Session)?;
        packages = bundle::build_release(project, steps)?;
        steps.step("bare window", |log| {
            let arguments =
                ["build", "--release", "--locked", "-p", "tokenrack-desktop", "--example", "bare"];
            log.run(&mut project.cargo(&arguments)).map(|()| String::new())
        })?;
        steps.step("catalog alone", |log| {
            let arguments =
                ["build", "--release", "--locked", "-p", "tokenrack-core", "--example", "catalog"];
            log.run(&mut project.cargo(&arguments)).map(|()| String::new())
        })?;
        steps.step("a tray", |log| {
            log.run(&mut project.cargo(&["build", "--locked", "-p", "tokenrack-tests", "--bin", "tray"]))
                .map(|()| String::new())
        })?;
        steps.step("refreshes alone", |log| {
            let arguments =
                ["build", "--release", "--locked", "-p", "tokenrack-platform", "--example", "refresh"];
            log.run(&mut project.cargo(&arguments)).map(|()| String::new())
        })
    })?;
    let mut bench = project.node("xtask/bench/main.mjs");
    bench.env("TARGET", &project.target).env("XTASK", std::env::current_exe()?).args(&packages);
    let status = bench.status().context("cannot start node")?;
    ensure!(status.success(), "a promise was not kept, or could not be measured");
    Ok(())
}
