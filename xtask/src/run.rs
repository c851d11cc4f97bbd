//! The app, opened: on a throw-away profile with a local authorization server, or on the person's own.

use anyhow::{Context, Result, ensure};

use crate::project::Project;
use crate::setup::{Need, setup};
use crate::{steps, test};

/// Where the app shows.
#[derive(Clone, Copy)]
pub enum Screen {
    /// The person's own desktop.
    Real,
    /// A virtual one, driven from start to end.
    Virtual,
}

impl Screen {
    /// The real one where there is one and somebody looks at it.
    pub fn detect() -> Self {
        let has = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let unwatched = has("CI");
        let real = !cfg!(target_os = "linux") || has("DISPLAY") || has("WAYLAND_DISPLAY");
        if real && !unwatched { Self::Real } else { Self::Virtual }
    }
}

/// `cargo xtask run`.
pub fn demo(project: &Project, screen: Screen) -> Result<()> {
    let is_virtual = matches!(screen, Screen::Virtual);
    ensure!(!is_virtual || cfg!(target_os = "linux"), "the virtual screen is Xvfb's: Linux only");
    build(project, Need::Session)?;
    let mut demo = project.node("xtask/run/demo.mjs");
    demo.env("TARGET", &project.target).arg(if is_virtual { "--virtual" } else { "--real" });
    let status = demo.status().context("cannot start node")?;
    ensure!(
        status.success(),
        "the run ended with {status}; pictures and logs: {}",
        project.target.join("run").display()
    );
    Ok(())
}

/// `cargo xtask run --mine`.
pub fn mine(project: &Project) -> Result<()> {
    build(project, Need::Build)?;
    let app = project.binary("debug", "tokenrack-desktop");
    let status = project.command(&app.to_string_lossy()).status().context("cannot start the app")?;
    ensure!(status.success(), "the app ended with {status}");
    Ok(())
}

fn build(project: &Project, need: Need) -> Result<()> {
    steps::all(project, "run", |steps| {
        setup(project, steps, need)?;
        test::page_build(project, steps)?;
        test::binaries(project, steps)
    })
}
