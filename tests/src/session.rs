//! A session bus and a GNOME Keyring of a test's own.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Signal, kill_process};
use tempfile::TempDir;

use crate::process::{Lines, Running, eventually, process_id};

const PASSWORD: &[u8] = b"a keyring only for tests";
const PATIENCE: Duration = Duration::from_secs(20);

/// No services can be started from this bus, so what is absent stays absent and no prompt can open.
fn bus_config(socket: &Path) -> String {
    format!(
        r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow own="*"/>
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
  </policy>
</busconfig>
"#,
        socket.display()
    )
}

/// What is behind `org.freedesktop.secrets`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keyring {
    /// A keyring that a person has opened.
    Unlocked,
    /// A keyring that exists and is locked.
    Locked,
    /// Nothing.
    Absent,
}

/// A private session: a bus, a home, and maybe a keyring.
pub struct Session {
    keyring: Option<Running>,
    _bus: Running,
    _bus_output: Lines,
    address: String,
    folder: TempDir,
}

impl Session {
    /// Starts the bus, and the keyring as asked.
    pub fn start(keyring: Keyring) -> Self {
        let folder = tempfile::Builder::new().prefix("trk").tempdir().unwrap();
        for name in ["home", "data", "config", "cache", "run"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let config = folder.path().join("bus.conf");
        std::fs::write(&config, bus_config(&folder.path().join("bus"))).unwrap();
        let mut bus = Running::start(
            Command::new("dbus-daemon")
                .args(["--nofork", "--nopidfile", "--print-address=1"])
                .arg(format!("--config-file={}", config.display()))
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::null()),
        );
        let output = Lines::of(bus.child().stdout.take().unwrap());
        let address = output.next(PATIENCE).expect("dbus-daemon ended");
        let mut session = Self { keyring: None, _bus: bus, _bus_output: output, address, folder };
        match keyring {
            Keyring::Unlocked => session.unlock(),
            Keyring::Locked => {
                session.unlock();
                session.lock();
            }
            Keyring::Absent => {}
        }
        session
    }

    /// The keyring as a person finds it after signing in without its password: there, and locked.
    pub fn lock(&mut self) {
        self.start_keyring(&[], b"");
    }

    /// The keyring as a person finds it after signing in.
    pub fn unlock(&mut self) {
        self.start_keyring(&["--unlock"], PASSWORD);
    }

    /// Ends the keyring; its file stays.
    pub fn stop_keyring(&mut self) {
        self.keyring = None;
        eventually("the keyring to leave the bus", PATIENCE, || (!self.has_keyring()).then_some(()));
    }

    /// The keyring takes calls and answers none, until [`Session::thaw_keyring`].
    pub fn freeze_keyring(&self) {
        self.signal_keyring(Signal::STOP);
    }

    /// It answers again, also what was asked meanwhile.
    pub fn thaw_keyring(&self) {
        self.signal_keyring(Signal::CONT);
    }

    fn signal_keyring(&self, signal: Signal) {
        let keyring = self.keyring.as_ref().unwrap();
        kill_process(process_id(keyring.id()), signal).unwrap();
    }

    fn start_keyring(&mut self, flags: &[&str], password: &[u8]) {
        self.stop_keyring();
        let mut command = self.command("gnome-keyring-daemon");
        command.args(["--foreground", "--components=secrets"]).args(flags);
        let mut keyring =
            Running::start(command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()));
        keyring.child().stdin.take().unwrap().write_all(password).unwrap();
        self.keyring = Some(keyring);
        eventually("the keyring", PATIENCE, || self.has_keyring().then_some(()));
    }

    fn has_keyring(&self) -> bool {
        let question = ["--session", "--print-reply", "--dest=org.freedesktop.DBus", "/"];
        let answer = self
            .command("dbus-send")
            .args(question)
            .args(["org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"])
            .output()
            .unwrap();
        String::from_utf8_lossy(&answer.stdout).contains("boolean true")
    }

    /// The bus's address.
    pub(crate) fn bus(&self) -> &str {
        &self.address
    }

    /// Where everything of this session is.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The variables that make a process part of this session.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let at = |name: &str| self.folder.path().join(name).display().to_string();
        vec![
            ("DBUS_SESSION_BUS_ADDRESS", self.address.clone()),
            ("HOME", at("home")),
            ("XDG_DATA_HOME", at("data")),
            ("XDG_CONFIG_HOME", at("config")),
            ("XDG_CACHE_HOME", at("cache")),
            ("XDG_RUNTIME_DIR", at("run")),
        ]
    }

    /// A command in this session, with nothing of the outer one but `PATH`.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("LANG", "C.UTF-8");
        command.envs(self.variables());
        command
    }
}
