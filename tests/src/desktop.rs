//! The desktop app in a desktop of its own: a virtual screen, a private session, a WebDriver.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::cli::Profile;
use crate::process::{Lines, Running, eventually};
use crate::session::Session;
use crate::webdriver::Page;

const PATIENCE: Duration = Duration::from_secs(60);

/// A virtual screen for one session.
pub struct Desktop<'s> {
    session: &'s Session,
    display: String,
    _screen: Running,
    _output: Lines,
}

/// The running app and its page.
pub struct App {
    /// Its window's page.
    pub page: Page,
    _driver: Running,
}

impl<'s> Desktop<'s> {
    /// Starts the screen on a free display.
    pub fn start(session: &'s Session) -> Self {
        // `-noreset`: it would begin anew when its last client leaves, and turn away one that is just coming.
        let mut screen = Running::start(
            Command::new("Xvfb")
                .args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"])
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::null()),
        );
        let output = Lines::of(screen.child().stdout.take().unwrap());
        let number = output.next(PATIENCE).expect("Xvfb ended");
        Self { session, display: format!(":{}", number.trim()), _screen: screen, _output: output }
    }

    /// A command that sees this screen and this profile, as if the person had started it.
    pub fn command(&self, profile: &Profile, program: impl AsRef<Path>) -> Command {
        let mut command = profile.command(program.as_ref());
        command
            .env("DISPLAY", &self.display)
            .env("GDK_BACKEND", "x11")
            .env("XDG_CURRENT_DESKTOP", "GNOME")
            .env("NO_AT_BRIDGE", "1")
            .env("GTK_A11Y", "none")
            .current_dir(self.session.folder());
        command
    }

    /// Opens the app under WebDriver.
    pub fn open(&self, profile: &Profile) -> App {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let driver = Running::start(
            self.command(profile, "WebKitWebDriver")
                .args(["--host=127.0.0.1".to_owned(), format!("--port={port}")])
                .env("TAURI_WEBVIEW_AUTOMATION", "true")
                .env("TOKENRACK_LOG", "trace")
                .stdout(Stdio::null())
                .stderr(std::fs::File::create(profile.app_log()).unwrap()),
        );
        let page = Page::open(&format!("http://127.0.0.1:{port}"), &Self::app());
        App { page, _driver: driver }
    }

    /// Starts the app as a person or the system does, with these arguments.
    pub fn start_app(&self, profile: &Profile, arguments: &[&str]) -> Running {
        let log = std::fs::File::options().create(true).append(true).open(profile.app_log()).unwrap();
        let mut command = self.command(profile, Self::app());
        command.args(arguments).env("TOKENRACK_LOG", "trace").stdout(Stdio::null()).stderr(log);
        Running::start(&mut command)
    }

    /// Whether the app's window is on the screen.
    pub fn has_a_window(&self, profile: &Profile) -> bool {
        let mut command = self.command(profile, "xwininfo");
        let output = command.args(["-name", "Tokenrack"]).stderr(Stdio::null()).output().unwrap();
        String::from_utf8_lossy(&output.stdout).contains("IsViewable")
    }

    /// Waits for the app's window to be there, or to be gone.
    #[track_caller]
    pub fn wait_for_window(&self, profile: &Profile, there: bool) {
        let what = if there { "the window" } else { "the window's end" };
        eventually(what, PATIENCE, || (self.has_a_window(profile) == there).then_some(()));
    }

    /// Presses the window's close button.
    pub fn close_window(&self, profile: &Profile) {
        let script = crate::peers().join("close-window.mjs");
        let status = self.command(profile, "node").arg(script).status().unwrap();
        assert!(status.success(), "there is no window to close");
    }

    /// The app's binary (`TOKENRACK_DESKTOP_BIN` overrides).
    pub fn app() -> PathBuf {
        crate::binary("tokenrack-desktop", "TOKENRACK_DESKTOP_BIN")
    }

    /// Opens a link as a browser does: through the desktop's handler for its scheme.
    pub fn open_link(&self, profile: &Profile, link: &str) {
        let status = self.command(profile, "gio").args(["open", link]).status().unwrap();
        assert!(status.success(), "no program opens {}", link.split(['?', '#']).next().unwrap_or_default());
    }

    /// What a paste would give.
    pub fn clipboard(&self, profile: &Profile) -> String {
        let mut command = self.command(profile, "xclip");
        let output =
            command.args(["-out", "-selection", "clipboard"]).stderr(Stdio::null()).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Saves what a person sees as `target/window/NAME.png`.
    pub fn screenshot(&self, profile: &Profile, name: &str) {
        let folder = Self::app().ancestors().nth(2).unwrap().join("window");
        std::fs::create_dir_all(&folder).unwrap();
        // The screen can be one frame behind the document.
        std::thread::sleep(Duration::from_millis(150));
        let file = folder.join(format!("{name}.png"));
        let status = self.command(profile, "import").args(["-window", "root"]).arg(file).status().unwrap();
        assert!(status.success(), "no screenshot");
    }
}

impl Drop for Desktop<'_> {
    fn drop(&mut self) {
        // What a link has started is nobody's child.
        crate::process::end_all_with(&format!("DISPLAY={}", self.display));
    }
}
