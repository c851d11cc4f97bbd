//! A report a person can paste into an issue: versions, status, codes. No name, no account, no words of the
//! provider, no address, no secret.

use std::path::{Path, PathBuf};

use tokenrack_core::event::ActivityEntry;
use tokenrack_core::say;
use tokenrack_core::view::{CheckOutcome, CheckView, ConnectionView};

/// Of everything that was checked, and where the files are. The person's own folder is only `~`, and a connection is not
/// named.
pub(crate) fn checks(checks: &[CheckView], files: &[(String, PathBuf)], home: Option<&Path>) -> String {
    let word = |outcome| match outcome {
        CheckOutcome::Ok => say!("ok"),
        CheckOutcome::Warning => say!("limited"),
        CheckOutcome::Failed => say!("failed"),
    };
    let checks = checks.iter().map(|check| match check.name.as_str() {
        "record" => format!("{}: {}, {}", check.title, word(check.outcome), say!("one cannot be read")),
        _ => format!("{}: {}, {}", check.title, word(check.outcome), check.finding),
    });
    let files = files.iter().map(|(label, path)| format!("{label}: {}", path.display()));
    let text = checks.chain(files).collect::<Vec<_>>().join("\n");
    match home.and_then(Path::to_str).filter(|home| home.len() > 1) {
        Some(home) => text.replace(home, "~"),
        None => text,
    }
}

/// Of one connection.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, finding: &str) -> CheckView {
        CheckView {
            name: name.to_owned(),
            title: name.to_uppercase(),
            outcome: CheckOutcome::Failed,
            finding: finding.to_owned(),
            cure: None,
        }
    }

    #[test]
    fn a_report_names_neither_the_person_nor_a_connection() {
        let all = [
            check("files", "others may read /home/octavia/x"),
            check("record", "of “GitHub (work)” is damaged"),
        ];
        let files =
            [("Database".to_owned(), PathBuf::from("/home/octavia/.local/share/tokenrack/tokenrack.db"))];
        assert_eq!(
            checks(&all, &files, Some(Path::new("/home/octavia"))),
            "FILES: failed, others may read ~/x\nRECORD: failed, one cannot be read\n\
             Database: ~/.local/share/tokenrack/tokenrack.db"
        );
    }
}
