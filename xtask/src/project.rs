//! Where things are, and how a tool is called from here.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

/// The working tree and its build folder.
pub struct Project {
    /// The folder with the workspace's `Cargo.toml`.
    pub root: PathBuf,
    /// Where Cargo builds, `target` unless the person says otherwise.
    pub target: PathBuf,
}

impl Project {
    /// Finds the tree this xtask belongs to.
    pub fn find() -> Result<Self> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR").context("start me as `cargo xtask`")?;
        let root = Path::new(&manifest).parent().context("xtask lies in the project's folder")?.to_owned();
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir));
        Ok(Self { root, target })
    }

    /// Sees to it that a chore runs once at a time here: it clears the logs and profiles of the run before.
    /// Holds until the answer is dropped, or the process ends however it may.
    pub fn alone(&self, chore: &str) -> Result<File> {
        let folder = self.target.join("logs");
        fs::create_dir_all(&folder)?;
        let file = File::create(folder.join(format!("{chore}.lock")))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => {
                anyhow::bail!("another `cargo xtask {chore}` is running in {}", self.root.display())
            }
            Err(TryLockError::Error(error)) => Err(error).context("cannot lock the chore"),
        }
    }

    /// A command in the project's folder, without input, with the project's own tools first in `PATH`.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).stdin(Stdio::null()).env("PATH", self.path());
        // What `cargo run` told this process about xtask means nothing to the next cargo.
        for (name, _) in std::env::vars_os() {
            let Some(text) = name.to_str() else { continue };
            if text.starts_with("CARGO_PKG_")
                || text.starts_with("CARGO_MANIFEST_")
                || text == "LD_LIBRARY_PATH"
            {
                command.env_remove(text);
            }
        }
        command
    }

    /// `cargo` with these arguments.
    pub fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = self.command("cargo");
        command.args(arguments).env("CARGO_TERM_COLOR", "never").env("CARGO_TERM_PROGRESS_WHEN", "never");
        command
    }

    /// `npm` with these arguments, in this folder of the project.
    pub fn npm(&self, folder: &str, arguments: &[&str]) -> Command {
        let mut command = self.command(if cfg!(windows) { "npm.cmd" } else { "npm" });
        command
            .current_dir(self.root.join(folder))
            .args(arguments)
            .env("NO_COLOR", "1")
            .env("FORCE_COLOR", "0");
        command
    }

    /// `node` with a script of the project.
    pub fn node(&self, script: &str) -> Command {
        let mut command = self.command("node");
        command.arg(self.root.join(script));
        command
    }

    /// A built binary: `debug` or `release`, with the system's ending.
    pub fn binary(&self, profile: &str, name: &str) -> PathBuf {
        self.target.join(profile).join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// Where the Cargo tools go that were missing.
    pub fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    fn path(&self) -> OsString {
        let own = self.tools().join("bin");
        let rest = std::env::var_os("PATH").unwrap_or_default();
        std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&rest))).unwrap_or(rest)
    }
}

/// What a command prints, as text, if it succeeds.
pub fn output(command: &mut Command) -> Result<String> {
    let shown = show(command);
    let output = command.output().with_context(|| format!("cannot start: {shown}"))?;
    anyhow::ensure!(
        output.status.success(),
        "{shown} ended with {}: {}",
        output.status,
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The command as a person would type it.
pub fn show(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
