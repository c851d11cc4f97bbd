//! Cargo tools that are missing, built into `target/tools`.

use anyhow::Result;

use crate::project::{Project, output};
use crate::steps::Log;

/// A tool: its subcommand, and the version installed where there is none.
const TOOLS: &[(&str, &str)] = &[("nextest", "0.9.143"), ("deny", "0.20.2")];

/// Installs what neither `PATH` nor an earlier run has; the note says what.
pub fn install(project: &Project, log: &mut Log) -> Result<String> {
    let mut fresh = Vec::new();
    for (name, version) in TOOLS {
        if output(&mut project.cargo(&[name, "--version"])).is_ok() {
            continue;
        }
        // Unoptimised: they run for seconds, and compile in a third of the time.
        let tool = format!("cargo-{name}@{version}");
        let mut install = project.cargo(&["install", "--locked", "--debug", &tool, "--root"]);
        install.arg(project.tools()).env("CARGO_PROFILE_DEV_DEBUG", "0");
        log.run(&mut install)?;
        fresh.push(*name);
    }
    Ok(if fresh.is_empty() {
        "nothing missing".to_owned()
    } else {
        format!("installed {}", fresh.join(", "))
    })
}
