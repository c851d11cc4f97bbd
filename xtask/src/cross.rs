//! Whether the code for Windows and macOS compiles, seen from Debian. No release build: nothing is linked.

use anyhow::{Context, Result, ensure};

use crate::project::Project;
use crate::setup::{Need, setup};
use crate::steps;
use crate::test;

const WINDOWS: &str = "x86_64-pc-windows-gnu";
const MACOS: &str = "x86_64-apple-darwin";

/// `cargo xtask cross`.
pub fn check(project: &Project) -> Result<()> {
    ensure!(cfg!(target_os = "linux"), "cross checks run on Debian; here `cargo check` checks this system");
    steps::all(project, "cross", |steps| {
        setup(project, steps, Need::Build)?;
        test::page_build(project, steps)?;
        let home = project.target.join("cross");
        steps.step("toolchain", |log| {
            let mut script = project.command("bash");
            script.arg(project.root.join("xtask/cross/setup.sh")).arg(&home);
            log.run(&mut script)?;
            Ok(String::new())
        })?;
        for target in [WINDOWS, MACOS] {
            steps.step(target, |log| {
                let mut check = project.cargo(&["check", "--locked", "--workspace", "--target", target]);
                check.args(["--exclude", "xtask", "--exclude", "tokenrack-tests"]);
                let path = std::env::var_os("PATH").context("no PATH")?;
                let first = [home.join("rust/bin"), home.join("mingw/usr/bin")];
                let path = std::env::join_paths(first.into_iter().chain(std::env::split_paths(&path)))?;
                let compiler = home.join("empty-cc");
                check
                    .env("PATH", path)
                    .env_remove("RUSTUP_TOOLCHAIN")
                    .env("CARGO_TARGET_DIR", home.join("target"));
                check.env("CC_x86_64_apple_darwin", &compiler).env("CXX_x86_64_apple_darwin", &compiler);
                check.env("AR_x86_64_apple_darwin", "ar");
                log.run(&mut check)?;
                Ok(String::new())
            })?;
        }
        Ok(())
    })
}
