//! What only the app can check, beside the engine's own checks.

use tauri::AppHandle;
use tokenrack_core::say;
use tokenrack_core::view::{CheckOutcome, CheckView};

use crate::face::Face;

/// The engine's checks, then ours.
pub(crate) async fn checks(app: &AppHandle, face: &Face) -> Vec<CheckView> {
    let mut checks = match face.core() {
        Ok(core) => core.engine.doctor().await,
        Err(problem) => vec![CheckView {
            name: "profile".to_owned(),
            title: say!("Profile"),
            outcome: CheckOutcome::Failed,
            finding: problem.say(),
            cure: Some(problem.code.suggestion().said().to_owned()),
        }],
    };
    checks.extend(permissions(face));
    checks.push(deep_link(app, face));
    checks.push(tray(face));
    checks.push(display(face));
    checks.push(system());
    checks
}

/// Whether a closed window can be opened again.
fn tray(face: &Face) -> CheckView {
    let (outcome, finding, cure) = if face.tray.is_there() {
        (CheckOutcome::Ok, say!("The icon is shown."), None)
    } else {
        let cure = say!(
            "Nothing is needed: closing the window ends Tokenrack. On GNOME an extension brings a tray."
        );
        (CheckOutcome::Warning, say!("This desktop shows no icons of programs."), Some(cure))
    };
    CheckView { name: "tray".to_owned(), title: say!("Tray"), outcome, finding, cure }
}

/// What this is, and what it runs on.
fn system() -> CheckView {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    CheckView {
        name: "system".to_owned(),
        title: say!("Versions"),
        outcome: CheckOutcome::Ok,
        finding: format!(
            "Tokenrack {}, Tauri {}, {}, {}.",
            env!("CARGO_PKG_VERSION"),
            tauri::VERSION,
            name(&release).unwrap_or(std::env::consts::OS),
            std::env::consts::ARCH
        ),
        cure: None,
    }
}

/// The system's name in os-release(5).
fn name(release: &str) -> Option<&str> {
    release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME=")).map(|name| name.trim_matches('"'))
}

/// Whether other users can get at the profile, when there is one.
fn permissions(face: &Face) -> Option<CheckView> {
    let (core, environment) = (face.core().ok()?, face.session.environment.as_ref().ok()?);
    Some(tokio::task::block_in_place(|| tokenrack_platform::permissions::check(&core.profile, environment)))
}

/// Who opens our links.
#[cfg(target_os = "linux")]
pub(crate) fn deep_link(_app: &AppHandle, face: &Face) -> CheckView {
    tokio::task::block_in_place(|| crate::handler::check(&face.session))
}

/// Who opens our links.
#[cfg(not(target_os = "linux"))]
pub(crate) fn deep_link(app: &AppHandle, _face: &Face) -> CheckView {
    use tauri_plugin_deep_link::DeepLinkExt as _;
    let scheme = crate::SCHEME;
    let (outcome, finding) = match app.deep_link().is_registered(scheme) {
        Ok(true) => (CheckOutcome::Ok, say!("Links of {scheme} open this program.", scheme = scheme)),
        Ok(false) => {
            (CheckOutcome::Failed, say!("Links of {scheme} do not open this program.", scheme = scheme))
        }
        // macOS does not say; the app's bundle declares it.
        Err(error) => {
            (CheckOutcome::Warning, say!("Not known: {error}. The self-test shows it.", error = error))
        }
    };
    let cure = (outcome == CheckOutcome::Failed).then(|| say!("Start Tokenrack again, or install it again."));
    CheckView { name: "deep_link".to_owned(), title: say!("Deep links"), outcome, finding, cure }
}

/// How the window is drawn, and what that means for the clipboard.
fn display(face: &Face) -> CheckView {
    let web_view = tauri::webview_version()
        .unwrap_or_else(|error| say!("of an unknown version ({error})", error = error));
    let session = match (cfg!(target_os = "linux"), face.session.wayland) {
        (true, true) => "Wayland, ",
        (true, false) => "X11, ",
        _ => "",
    };
    CheckView {
        name: "display".to_owned(),
        title: say!("Window"),
        outcome: CheckOutcome::Ok,
        finding: if face.session.wayland {
            say!(
                "{session}web view {version}. Some Wayland desktops let a copied token be cleared only while this window has the focus.",
                session = session,
                version = web_view
            )
        } else {
            say!("{session}web view {version}.", session = session, version = web_view)
        },
        cure: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_is_named_as_it_names_itself() {
        let debian = "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n";
        assert_eq!(name(debian), Some("Debian GNU/Linux 12 (bookworm)"));
        assert_eq!(name(""), None);
    }
}
