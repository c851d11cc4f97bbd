//! The system's packages: installed on Debian and its kin, named elsewhere.

use std::io::IsTerminal;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::Need;
use crate::project::{Project, output};
use crate::steps::Log;

/// What the app is compiled and linked with, and what opens a browser.
const BUILD: &[&str] = &[
    "build-essential",
    "pkg-config",
    "libwebkit2gtk-4.1-dev",
    "libayatana-appindicator3-dev",
    "libdbus-1-dev",
    "xdg-utils",
    "rpm2cpio",
    "cpio",
];

/// A virtual desktop: display, bus, keychain, browser, handlers of links, and eyes to look at it.
const SESSION: &[&str] = &[
    "xvfb",
    "dbus",
    "dbus-bin",
    "dbus-daemon",
    "gnome-keyring",
    "libsecret-tools",
    "libglib2.0-bin",
    "webkit2gtk-driver",
    "chromium",
    "desktop-file-utils",
    "shared-mime-info",
    "xclip",
    "x11-utils",
    "imagemagick",
    "procps",
    "fonts-dejavu-core",
    "adwaita-icon-theme",
];

/// Installs what is missing; the note says how many.
pub fn install(project: &Project, log: &mut Log, need: Need) -> Result<String> {
    if !cfg!(target_os = "linux") {
        return elsewhere(project, need);
    }
    let mut wanted = BUILD.to_vec();
    if need != Need::Build {
        wanted.extend(SESSION);
    }
    if Command::new("dpkg-query").arg("--version").output().is_err() {
        log.say(&format!("not a Debian; these must be there under their local names: {}", wanted.join(" ")))?;
        return webkit(project).map(|()| "not a Debian: trusting what is here".to_owned());
    }
    let missing = missing(project, &wanted)?;
    if missing.is_empty() {
        return Ok("nothing missing".to_owned());
    }
    apt(project, log, &["update"], &missing)?;
    let mut install = vec!["install", "-y", "--no-install-recommends"];
    install.extend(&missing);
    apt(project, log, &install, &missing)?;
    Ok(format!("{} installed", missing.len()))
}

fn missing<'a>(project: &Project, wanted: &[&'a str]) -> Result<Vec<&'a str>> {
    let mut query = project.command("dpkg-query");
    query.args(["-W", "-f", "${Package} ${db:Status-Status}\\n"]).args(wanted);
    // Its exit status only says that some are unknown, which is the question.
    let answer = query.output().context("cannot start dpkg-query")?;
    let answer = String::from_utf8_lossy(&answer.stdout).into_owned();
    let there = |name: &str| answer.lines().any(|line| line.strip_prefix(name) == Some(" installed"));
    Ok(wanted.iter().copied().filter(|name| !there(name)).collect())
}

fn apt(project: &Project, log: &mut Log, arguments: &[&str], missing: &[&str]) -> Result<()> {
    let by_hand =
        || format!("install by hand:\n  apt-get install --no-install-recommends {}", missing.join(" "));
    let root = output(project.command("id").arg("-u"))?.trim() == "0";
    let mut command = project.command(if root { "env" } else { "sudo" });
    if !root {
        // A password can only be asked for where somebody sits.
        if !std::io::stdin().is_terminal() {
            command.arg("-n");
        }
        command.arg("env");
    }
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]).args(arguments);
    log.run(&mut command).with_context(by_hand)
}

fn webkit(project: &Project) -> Result<()> {
    output(project.command("pkg-config").args(["--exists", "webkit2gtk-4.1", "dbus-1"])).map(|_| ()).context(
        "install the development files of WebKitGTK 4.1, libdbus and ayatana-appindicator3: \
         https://v2.tauri.app/start/prerequisites/#linux",
    )
}

fn elsewhere(project: &Project, need: Need) -> Result<String> {
    if cfg!(target_os = "macos") {
        output(project.command("xcode-select").arg("-p")).context("run: xcode-select --install")?;
    }
    if need == Need::Test {
        bail!(
            "the whole test needs Linux: a private keychain, a virtual display, WebKitWebDriver.\n\
             Here run: cargo nextest run --workspace --exclude tokenrack-tests"
        );
    }
    Ok(if cfg!(windows) { "needs the MSVC build tools and WebView2" } else { "Xcode tools are here" }
        .to_owned())
}
