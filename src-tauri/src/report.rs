//! A report a person can paste into an issue: versions, status, codes. No name, no account, no words of the
//! provider, no address, no secret.

use tokenrack_core::event::ActivityEntry;
use tokenrack_core::view::ConnectionView;

/// Writes it.
pub(crate) fn text(connection: &ConnectionView, shipped: bool, activity: &[ActivityEntry]) -> String {
    let web_view = tauri::webview_version().unwrap_or_else(|_| "unknown".to_owned());
    let mut lines = vec![
        format!("Tokenrack {}", env!("CARGO_PKG_VERSION")),
        format!(
            "System: {} {}, Tauri {}, web view {web_view}",
            std::env::consts::OS,
            std::env::consts::ARCH,
            tauri::VERSION
        ),
        // The id of a discovered provider is made of its host, and so may be that of an own file.
        format!("Provider: {}", if shipped { connection.provider.0.as_str() } else { "of one's own" }),
        format!(
            "Redirect: {:?}, client authentication: {:?}",
            connection.registration.redirect, connection.registration.authentication
        ),
        format!("Status: {} since {}", connection.status.kind.word().english(), connection.status.since),
        format!("Refreshable: {}", connection.refreshable),
    ];
    if let Some(problem) = &connection.problem {
        let status = problem.http_status.map_or_else(|| "none".to_owned(), |status| status.to_string());
        lines.push(format!("Problem: {} ({}), HTTP status: {status}", problem.code, problem.message));
    }
    lines.push(String::new());
    lines.push("Activity, newest first:".to_owned());
    lines.extend(activity.iter().map(|entry| {
        let code = entry.code.map_or("", |code| code.as_str());
        format!("{} {:?} {:?} {code}", entry.at, entry.kind, entry.channel).trim_end().to_owned()
    }));
    lines.join("\n")
}
