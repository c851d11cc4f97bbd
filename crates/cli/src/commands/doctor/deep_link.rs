//! Whether a redirect to the private-use scheme reaches the desktop app.

use tokenrack_core::view::{CheckOutcome, CheckView};

/// The private-use scheme of the desktop app (RFC 8252 §7.1).
const SCHEME: &str = "dev.tokenrack.desktop";

pub fn check() -> CheckView {
    let (outcome, finding, cure) = match handler() {
        Ok(Some(handler)) => (CheckOutcome::Ok, format!("{SCHEME} links open {handler}"), None),
        Ok(None) => (
            CheckOutcome::Warning,
            format!("nothing opens {SCHEME} links here"),
            Some("Start the desktop app once, or use a loopback redirect, or paste the redirect URL."),
        ),
        Err(cause) => (
            CheckOutcome::Warning,
            format!("the system could not be asked who opens {SCHEME} links: {cause}"),
            Some("Use a loopback redirect, or look in the desktop app's diagnostics."),
        ),
    };
    CheckView {
        name: "deep_link".to_owned(),
        title: "Deep link".to_owned(),
        outcome,
        finding,
        cure: cure.map(str::to_owned),
    }
}

/// The desktop entry's name, as the desktop itself would look it up.
#[cfg(target_os = "linux")]
fn handler() -> Result<Option<String>, String> {
    use std::process::Command;
    let scheme = format!("x-scheme-handler/{SCHEME}");
    let output = Command::new("xdg-mime")
        .args(["query", "default", &scheme])
        .output()
        .map_err(|error| format!("xdg-mime: {error}"))?;
    let name = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Ok((!name.is_empty()).then_some(name))
}

/// The command that the registry names for this user.
#[cfg(windows)]
fn handler() -> Result<Option<String>, String> {
    use std::process::Command;
    let key = format!(r"HKCU\Software\Classes\{SCHEME}\shell\open\command");
    let output =
        Command::new("reg").args(["query", &key, "/ve"]).output().map_err(|error| format!("reg: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().find_map(|line| line.split_once("REG_SZ")).map(|(_, command)| command.trim().to_owned()))
}

#[cfg(not(any(target_os = "linux", windows)))]
fn handler() -> Result<Option<String>, String> {
    Err("this system tells the app's bundle only".to_owned())
}
