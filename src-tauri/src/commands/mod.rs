//! The commands the page may call: a few lines each, the work is the engine's.
//!
//! A command answers "accepted", an id, or a problem; state arrives as events. Their names are in `build.rs`,
//! `capabilities/main.json` and `ui/src/lib/ipc/ipc.ts` too, and a test compares them.

pub(crate) mod clipboard;
pub(crate) mod connections;
pub(crate) mod console;
pub(crate) mod links;
pub(crate) mod own_providers;
pub(crate) mod providers;
pub(crate) mod requests;
pub(crate) mod sharing;

use serde::Serialize;
use tokenrack_core::problem::Problem;
use tokenrack_core::view::ProblemView;

/// What a command answers.
pub(crate) type Answer<T> = Result<T, Refusal>;

/// A problem, as the page gets it.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Refusal(ProblemView);

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self(ProblemView::from(&problem))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    /// What stands between `open` and the next `close` after each `start`.
    fn between<'t>(text: &'t str, start: &str, open: &str, close: &str) -> Vec<&'t str> {
        text.match_indices(start)
            .filter_map(|(at, _)| {
                text[at + start.len()..].split_once(open)?.1.split_once(close).map(|(inside, _)| inside)
            })
            .collect()
    }

    fn quoted(text: &str) -> BTreeSet<String> {
        text.split('"').skip(1).step_by(2).map(str::to_owned).collect()
    }

    fn declared() -> BTreeSet<String> {
        quoted(between(include_str!("../../build.rs"), "const COMMANDS", "= &[", "];")[0])
    }

    #[test]
    fn the_capability_allows_our_commands_and_nothing_else() {
        let file: serde_json::Value =
            serde_json::from_str(include_str!("../../capabilities/main.json")).unwrap();
        let allowed: BTreeSet<String> = file["permissions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|name| name.as_str().unwrap().to_owned())
            .collect();
        assert_eq!(allowed, declared().iter().map(|name| format!("allow-{name}")).collect());
        assert_eq!(file["windows"], serde_json::json!(["main"]));
        assert!(file.get("remote").is_none() && file.get("webviews").is_none());
    }

    #[test]
    fn every_declared_command_has_a_handler() {
        let handlers =
            between(include_str!("../app.rs"), "generate_handler!", "[", "]")[0].split(',').filter_map(
                |path| path.trim().rsplit("::").next().filter(|name| !name.is_empty()).map(str::to_owned),
            );
        assert_eq!(handlers.collect::<BTreeSet<_>>(), declared());
    }

    #[test]
    fn the_page_calls_exactly_these() {
        let ipc = include_str!("../../../ui/src/lib/ipc/ipc.ts");
        let called: BTreeSet<String> = between(ipc, "invoke", "('", "'")
            .into_iter()
            .map(str::to_owned)
            .filter(|name| !name.is_empty())
            .collect();
        assert_eq!(called, declared());
    }

    #[test]
    fn the_configuration_is_closed() {
        let file: serde_json::Value = serde_json::from_str(include_str!("../../tauri.conf.json")).unwrap();
        let app = &file["app"];
        assert_eq!(app["withGlobalTauri"], false);
        assert_eq!(app["security"]["freezePrototype"], true);
        assert_eq!(app["security"]["capabilities"], serde_json::json!(["main"]));
        assert!(app["security"].get("dangerousDisableAssetCspModification").is_none());
        assert_eq!(app["windows"].as_array().unwrap().len(), 1);
        let csp = app["security"]["csp"].as_str().unwrap();
        assert!(csp.starts_with("default-src 'none'; script-src 'self';"), "{csp}");
        assert!(!csp.contains("unsafe") && !csp.contains('*') && !csp.contains("https:"), "{csp}");
    }

    /// A secret is read in one place of the app: where it goes to the clipboard.
    #[test]
    fn only_the_clipboard_reads_a_secret() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut folders = vec![folder];
        let mut readers = BTreeSet::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if std::fs::read_to_string(&path).unwrap().contains(concat!(".exp", "ose(")) {
                    readers.insert(path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().to_owned());
                }
            }
        }
        assert_eq!(readers, BTreeSet::from(["src/clipboard.rs".into()]));
    }
}
