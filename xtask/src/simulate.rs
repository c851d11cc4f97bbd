//! The simulator of the core (`tests/tests/simulator`), for as many schedules as a person has patience for.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};

use crate::project::Project;

const USUAL: u64 = 1_000_000;

/// `cargo xtask simulate [COUNT]`: schedules that nobody has seen yet. The first that loses something is told whole,
/// with its seed.
pub fn search(project: &Project, count: Option<&str>) -> Result<()> {
    let count = match count {
        Some(text) => text.parse().with_context(|| format!("{text:?} is no count of schedules"))?,
        None => USUAL,
    };
    let start = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs() * 1_000_000;
    println!("{count} schedules from seed {start}");
    let mut test = project.cargo(&[
        "test",
        "--profile=simulator",
        "--locked",
        "-p",
        "tokenrack-tests",
        "--test",
        "simulator",
        "--",
        "no_session",
    ]);
    test.env("SIM_START", start.to_string()).env("SIM_COUNT", count.to_string());
    let status = test.status().context("cannot start cargo")?;
    ensure!(status.success(), "a schedule was lost, or could not be played; its seed is above");
    Ok(())
}
