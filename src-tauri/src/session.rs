//! What this process was started with, read once.

use std::path::{Path, PathBuf};

use tokenrack_core::problem::Problem;
use tokenrack_platform::Environment;

/// Arguments and environment, as the app uses them.
#[derive(Debug)]
pub struct Session {
    /// The arguments after the program's name; what is not text cannot be a link and is made harmless.
    pub(crate) arguments: Vec<String>,
    /// What every face of Tokenrack reads, or what is wrong with it.
    pub(crate) environment: Result<Environment, Problem>,
    /// This program.
    pub(crate) program: Option<PathBuf>,
    /// A display server is announced (always, except on Linux).
    pub(crate) display: bool,
    /// A Wayland session, and GTK was not told to use X11.
    pub(crate) wayland: bool,
    /// Where desktop entries of the system are: `$XDG_DATA_DIRS`.
    #[cfg(target_os = "linux")]
    pub(crate) data_dirs: Vec<PathBuf>,
    /// Where the person's own desktop entries are: `$XDG_DATA_HOME`.
    #[cfg(target_os = "linux")]
    pub(crate) data_home: Option<PathBuf>,
    /// The system's languages, the preferred first, as tags of BCP 47; none where only the page can ask for them.
    pub(crate) languages: Vec<String>,
    /// What is logged to standard error: `TOKENRACK_LOG`, a level.
    pub(crate) log: Option<String>,
}

impl Session {
    /// Reads both, and prepares the environment for the web view. Must be called before any thread is started.
    #[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
    pub fn read() -> Self {
        let text = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let path = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());

        let environment = Environment::read();
        let session = Self {
            arguments: std::env::args_os()
                .skip(1)
                .map(|argument| argument.to_string_lossy().into_owned())
                .collect(),
            program: path("APPIMAGE").or_else(|| std::env::current_exe().ok()),
            display: !cfg!(target_os = "linux")
                || text("DISPLAY").is_some()
                || text("WAYLAND_DISPLAY").is_some(),
            wayland: text("WAYLAND_DISPLAY").is_some()
                && text("GDK_BACKEND").is_none_or(|backend| backend.starts_with("wayland")),
            #[cfg(target_os = "linux")]
            data_dirs: std::env::split_paths(
                &text("XDG_DATA_DIRS").unwrap_or_else(|| "/usr/local/share:/usr/share".to_owned()),
            )
            .collect(),
            #[cfg(target_os = "linux")]
            data_home: path("XDG_DATA_HOME").or_else(|| path("HOME").map(|home| home.join(".local/share"))),
            // In gettext's order.
            languages: ["LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"]
                .into_iter()
                .find_map(text)
                .map(|locales| locales.split(':').map(tag).collect())
                .unwrap_or_default(),
            log: text("TOKENRACK_LOG"),
            environment,
        };
        session.prepare();
        session
    }

    /// The folder of a profile of its own (`TOKENRACK_HOME`), if one was given.
    pub(crate) fn home(&self) -> Option<&Path> {
        self.environment.as_ref().ok()?.home.as_deref()
    }

    /// Settles the variables that the web view's libraries read themselves.
    #[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
    fn prepare(&self) {
        // WebKitGTK's DMA-BUF renderer leaves blank windows with some drivers. A person may decide otherwise.
        if cfg!(target_os = "linux") && std::env::var_os("WEBKIT_DISABLE_DMABUF_RENDERER").is_none() {
            change("WEBKIT_DISABLE_DMABUF_RENDERER", Some("1"));
        }
        // The web view can be remote-controlled when this is set. That is for tests, which use a profile of their
        // own; the person's own profile can never be opened that way.
        if self.home().is_none() {
            change("TAURI_WEBVIEW_AUTOMATION", None);
        }
    }
}

/// The tag of a locale: `de-AT` of `de_AT.UTF-8`.
fn tag(locale: &str) -> String {
    locale.split(['.', '@']).next().unwrap_or_default().replace('_', "-")
}

#[expect(unsafe_code, reason = "changing the environment is only sound while there is one thread")]
fn change(name: &str, value: Option<&str>) {
    // SAFETY: called from `Session::read`, the first thing `main` does; no other thread exists that could read the
    // environment at the same time.
    unsafe {
        match value {
            Some(value) => std::env::set_var(name, value),
            None => std::env::remove_var(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_is_a_tag_without_its_encoding() {
        assert_eq!(["de_AT.UTF-8", "de@euro", "en", "C"].map(tag), ["de-AT", "de", "en", "C"]);
    }
}
