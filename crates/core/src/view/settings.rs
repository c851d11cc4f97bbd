//! The person's settings, and what the doctor found.

use serde::{Deserialize, Serialize};

use crate::language::Language;

/// One check of the doctor.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CheckView {
    /// keychain, deep_link, clock, database, browser, files.
    pub name: String,
    /// For people.
    pub title: String,
    /// How it went.
    pub outcome: CheckOutcome,
    /// What was seen.
    pub finding: String,
    /// What to do, unless it is well.
    pub cure: Option<String>,
}

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum CheckOutcome {
    /// Well.
    Ok,
    /// Usable, with a limit.
    Warning,
    /// Not usable.
    Failed,
}

/// The person's settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Seconds until a copied token leaves the clipboard, 5 to 300.
    pub clipboard_seconds: u32,
    /// Colours.
    pub theme: Theme,
    /// Row height.
    pub density: Density,
    /// What the table's rows are grouped by.
    pub grouping: Grouping,
    /// Whether the desktop says what needs the person while they do not look at the window.
    pub notifications: bool,
    /// The window's language; absent: the system's.
    pub language: Option<Language>,
    /// Whether the app goes on in the tray when its window is closed, where the desktop has one.
    pub keep_in_tray: bool,
    /// What was done from the palette, the newest first, in the page's words. No backup has it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<Vec<String>>"))]
    pub used: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            clipboard_seconds: 30,
            theme: Theme::System,
            density: Density::Comfortable,
            grouping: Grouping::Nothing,
            notifications: true,
            language: None,
            keep_in_tray: true,
            used: Vec::new(),
        }
    }
}

impl Settings {
    /// What a person has chosen, without what they did.
    #[must_use]
    pub fn chosen(self) -> Self {
        Self { used: Vec::new(), ..self }
    }
}

/// Colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the desktop.
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

/// Row height.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Density {
    /// 40 px.
    Comfortable,
    /// 28 px.
    Compact,
}

/// What the table's rows are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Grouping {
    /// One list.
    Nothing,
    /// The accounts of one provider side by side.
    Provider,
    /// Work, test and the like.
    Environment,
    /// What the summary counts them as.
    Status,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_an_older_version_saved_are_read() {
        let older = r#"{"clipboard_seconds":45,"theme":"dark","density":"compact","notifications":false}"#;
        let settings: Settings = serde_json::from_str(older).unwrap();
        assert_eq!((settings.clipboard_seconds, settings.grouping), (45, Grouping::Nothing));
    }
}
