//! What only the app can check, beside the engine's own checks.

use tauri::AppHandle;
use tokenrack_core::view::{CheckOutcome, CheckView};

use crate::face::Face;

/// The engine's checks, then ours.
pub(crate) async fn checks(app: &AppHandle, face: &Face) -> Vec<CheckView> {
    let mut checks = match face.core() {
        Ok(core) => core.engine.doctor().await,
        Err(problem) => vec![CheckView {
            name: "profile".to_owned(),
            title: "Profile".to_owned(),
            outcome: CheckOutcome::Failed,
            finding: problem.to_string(),
            cure: Some(problem.code.suggestion().to_owned()),
        }],
    };
    checks.extend(permissions(face));
    checks.push(deep_link(app, face));
    checks.push(display(face));
    checks
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
        Ok(true) => (CheckOutcome::Ok, format!("Links of {scheme} open this program.")),
        Ok(false) => (CheckOutcome::Failed, format!("Links of {scheme} do not open this program.")),
        // macOS does not say; the app's bundle declares it.
        Err(error) => (CheckOutcome::Warning, format!("Not known: {error}. The self-test shows it.")),
    };
    let cure =
        (outcome == CheckOutcome::Failed).then(|| "Start Tokenrack again, or install it again.".to_owned());
    CheckView { name: "deep_link".to_owned(), title: "Deep links".to_owned(), outcome, finding, cure }
}

/// How the window is drawn, and what that means for the clipboard.
fn display(face: &Face) -> CheckView {
    let web_view =
        tauri::webview_version().unwrap_or_else(|error| format!("of an unknown version ({error})"));
    let session = match (cfg!(target_os = "linux"), face.session.wayland) {
        (true, true) => "Wayland, ",
        (true, false) => "X11, ",
        _ => "",
    };
    CheckView {
        name: "display".to_owned(),
        title: "Window".to_owned(),
        outcome: CheckOutcome::Ok,
        finding: if face.session.wayland {
            format!(
                "{session}web view {web_view}. Some Wayland desktops let a copied token be cleared only while this window has the focus."
            )
        } else {
            format!("{session}web view {web_view}.")
        },
        cure: None,
    }
}
