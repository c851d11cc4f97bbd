//! The packages a person installs: built, checked, weighed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::project::Project;
use crate::setup::{Need, setup};
use crate::steps::{self, Log, Steps};
use crate::{desktop_entry, test};

const MEGABYTE: u64 = 1_000_000;
/// The promised sizes.
pub const DEB_LIMIT: u64 = 12 * MEGABYTE;
/// The promised sizes.
pub const CLI_LIMIT: u64 = 10 * MEGABYTE;

/// Which build is packed.
#[derive(Clone, Copy)]
pub enum Profile {
    /// What people get.
    Release,
    /// What the tests built anyway.
    Debug,
}

impl Profile {
    /// Its folder below `target`.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Debug => "debug",
        }
    }
}

/// `cargo xtask bundle`.
pub fn release(project: &Project) -> Result<()> {
    let mut packages = Vec::new();
    steps::all(project, "bundle", |steps| {
        setup(project, steps, Need::Build)?;
        packages = build_release(project, steps)?;
        Ok(())
    })?;
    println!();
    let cli = project.binary("release", "tokenrack");
    for path in packages.iter().chain([&cli, &project.binary("release", "tokenrack-desktop")]) {
        println!("{:>9}  {}", megabytes(fs::metadata(path)?.len()), path.display());
    }
    Ok(())
}

/// Release binaries and packages, each within its limit; answers the packages.
pub fn build_release(project: &Project, steps: &mut Steps) -> Result<Vec<PathBuf>> {
    test::page_build(project, steps)?;
    steps.step("release build", |log| {
        let arguments = ["build", "--release", "--locked", "-p", "tokenrack", "-p", "tokenrack-desktop"];
        log.run(&mut project.cargo(&arguments))?;
        let size = fs::metadata(project.binary("release", "tokenrack"))?.len();
        ensure!(
            size < CLI_LIMIT,
            "the command is too big: {}, limit {}",
            megabytes(size),
            megabytes(CLI_LIMIT)
        );
        Ok(format!("tokenrack {}", megabytes(size)))
    })?;
    let mut packages = Vec::new();
    steps.step("packages", |log| {
        packages = pack(project, log, Profile::Release)?;
        if let Some(deb) = packages.iter().find(|path| path.extension().is_some_and(|ending| ending == "deb"))
        {
            let size = fs::metadata(deb)?.len();
            ensure!(
                size < DEB_LIMIT,
                "the .deb is too big: {}, limit {}",
                megabytes(size),
                megabytes(DEB_LIMIT)
            );
            return Ok(format!(".deb {}", megabytes(size)));
        }
        Ok(String::new())
    })?;
    Ok(packages)
}

/// Packs what is built already, with the command beside the app, and checks what the desktop will read.
pub fn pack(project: &Project, log: &mut Log, profile: Profile) -> Result<Vec<PathBuf>> {
    let folder = project.target.join(profile.folder()).join("bundle");
    // Only this build's packages shall be found below.
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let files = json!({ "/usr/bin/tokenrack": project.binary(profile.folder(), "tokenrack") });
    let config = json!({
        "build": { "beforeBundleCommand": null }, // it is built
        "bundle": { "linux": { "deb": { "files": files }, "rpm": { "files": files } } },
    });
    let mut tauri = project.node("ui/node_modules/@tauri-apps/cli/tauri.js");
    tauri.args(["bundle", "--ci", "--bundles", kinds(), "--config", &config.to_string()]);
    if matches!(profile, Profile::Debug) {
        tauri.arg("--debug");
    }
    log.run(&mut tauri)?;
    let mut packages = Vec::new();
    find_packages(&folder, &mut packages)?;
    ensure!(!packages.is_empty(), "the bundler left nothing in {}", folder.display());
    if cfg!(target_os = "linux") {
        for package in &packages {
            desktop_entry::check_package(project, package)?;
            log.say(&format!("a link reaches the app: {}", package.display()))?;
        }
    }
    Ok(packages)
}

fn kinds() -> &'static str {
    match std::env::consts::OS {
        "macos" => "app,dmg",
        "windows" => "nsis",
        _ => "deb,rpm",
    }
}

fn find_packages(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    for kind in fs::read_dir(folder).with_context(|| format!("no {}", folder.display()))? {
        let kind = kind?.path();
        if !kind.is_dir() {
            continue;
        }
        for entry in fs::read_dir(kind)? {
            let path = entry?.path();
            let ending = path.extension().and_then(|ending| ending.to_str());
            if matches!(ending, Some("deb" | "rpm" | "dmg" | "exe")) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(())
}

/// `8.3 MB`, in millions of bytes.
pub fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / MEGABYTE as f64)
}
