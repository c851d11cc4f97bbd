//! Against the real GNOME Keyring, on a message bus of the test's own.
//!
//! libdbus takes the bus's address from the environment, so every test starts its bus and then itself again.

use super::*;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};

use tokenrack_core::connection::ConnectionId;

use crate::testing::{handed, in_child, is_child};

const PASSWORD: &str = "correct horse";

/// A bus, and the keyring on it where one was asked for; both end with the test.
struct Session {
    home: tempfile::TempDir,
    address: String,
    bus: Child,
    keyring: Option<Child>,
}

impl Session {
    /// A bus that starts no service by itself, so that only what the test starts is there.
    fn bare() -> Self {
        let home = tempfile::tempdir().unwrap();
        let config = home.path().join("bus.conf");
        let text = format!(
            "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" \
             \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\"><busconfig><type>session</type>\
             <listen>unix:path={}</listen><auth>EXTERNAL</auth><policy context=\"default\">\
             <allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/>\
             <allow own=\"*\"/></policy></busconfig>",
            home.path().join("bus").display()
        );
        std::fs::write(&config, text).unwrap();
        let mut bus = Command::new("dbus-daemon")
            .args(["--nofork", "--print-address=1", "--config-file"])
            .arg(&config)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(bus.stdout.as_mut().unwrap()).read_line(&mut address).unwrap();
        assert!(address.starts_with("unix:"), "{address}");
        Self { home, address: address.trim().to_owned(), bus, keyring: None }
    }

    fn with_keyring() -> Self {
        let mut session = Self::bare();
        session.start_keyring(Some(PASSWORD));
        session
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let home = self.home.path();
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", home)
            .env("XDG_DATA_HOME", home.join("data"))
            .env("XDG_RUNTIME_DIR", home)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address);
        command
    }

    /// Without a password there is no keyring yet, on a first start.
    fn start_keyring(&mut self, password: Option<&str>) {
        let mut keyring = self
            .command("gnome-keyring-daemon")
            .args(["--components=secrets", "--foreground"])
            .args(password.map(|_| "--unlock"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        keyring.stdin.take().unwrap().write_all(password.unwrap_or_default().as_bytes()).unwrap();
        self.keyring = Some(keyring);
        let name = "org.freedesktop.secrets";
        let up = (0..500).any(|_| {
            std::thread::sleep(Duration::from_millis(10));
            self.gdbus("org.freedesktop.DBus", "/", "org.freedesktop.DBus.NameHasOwner", &[name])
                .contains("true")
        });
        assert!(up, "the keyring did not start");
    }

    fn stop_keyring(&mut self) {
        let mut keyring = self.keyring.take().unwrap();
        keyring.kill().unwrap();
        keyring.wait().unwrap();
    }

    fn gdbus(&self, service: &str, path: &str, method: &str, arguments: &[&str]) -> String {
        let output = self
            .command("gdbus")
            .args([
                "call",
                "--session",
                "--timeout",
                "5",
                "--dest",
                service,
                "--object-path",
                path,
                "--method",
                method,
            ])
            .args(arguments)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    fn lock(&self) {
        let collection = "[objectpath '/org/freedesktop/secrets/collection/login']";
        let answer = self.gdbus(
            "org.freedesktop.secrets",
            "/org/freedesktop/secrets",
            "org.freedesktop.Secret.Service.Lock",
            &[collection],
        );
        assert!(answer.contains("login"), "{answer}");
    }

    fn keyring_pid(&self) -> String {
        self.keyring.as_ref().unwrap().id().to_string()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        for child in self.keyring.iter_mut().chain([&mut self.bus]) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// In the parent: starts `session` and this test again inside. In the child: runs `body`.
fn inside(test: &str, session: impl FnOnce() -> Session, body: impl AsyncFnOnce()) {
    let name = format!("vault::keychain::gnome_keyring_tests::{test}");
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(body());
    };
    if is_child() {
        return in_child(&name, &[], run);
    }
    let session = session();
    let pid = session.keyring.as_ref().map(|_| session.keyring_pid()).unwrap_or_default();
    let home = session.home.path().to_str().unwrap();
    let variables = [
        ("DBUS_SESSION_BUS_ADDRESS", session.address.as_str()),
        ("KEYRING_PID", &pid),
        ("KEYRING_HOME", home),
        ("XDG_DATA_HOME", &format!("{home}/data")),
    ];
    in_child(&name, &variables, run);
}

fn vault() -> KeychainVault {
    KeychainVault::new(SessionBus::Present)
}

fn item(id: &str) -> VaultItem {
    VaultItem { id: ConnectionId(id.into()), label: format!("Tokenrack: {id} (work)") }
}

fn secret(text: &str) -> SecretBytes {
    SecretBytes::new(text.as_bytes().to_vec())
}

async fn text(vault: &KeychainVault, id: &str) -> Result<Option<String>, VaultError> {
    Ok(vault.read(&item(id)).await?.map(|value| String::from_utf8(value.expose().to_vec()).unwrap()))
}

fn secret_tool(arguments: &[&str], input: &str) -> String {
    let mut tool = Command::new("secret-tool")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    tool.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let mut output = String::new();
    tool.stdout.take().unwrap().read_to_string(&mut output).unwrap();
    tool.wait().unwrap();
    output
}

fn signal(name: &str) {
    assert!(Command::new("kill").args([name, &handed("KEYRING_PID")]).status().unwrap().success());
}

/// Another keyring in place of the session's, with the right password; ends when it is dropped.
fn restarted() -> Restarted {
    // It may be dead already.
    let _ = Command::new("kill").args(["-KILL", &handed("KEYRING_PID")]).stderr(Stdio::null()).status();
    let mut child = Command::new("gnome-keyring-daemon")
        .args(["--unlock", "--components=secrets", "--foreground"])
        .env("HOME", handed("KEYRING_HOME"))
        .env("XDG_RUNTIME_DIR", handed("KEYRING_HOME"))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
    Restarted(child)
}

struct Restarted(Child);

impl Drop for Restarted {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn once_it_answers(vault: &KeychainVault, id: &str) -> Result<Option<String>, VaultError> {
    let mut value = text(vault, id).await;
    for _ in 0..200 {
        if value.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        value = text(vault, id).await;
    }
    value
}

#[test]
fn what_is_written_is_read_and_deleted() {
    inside("what_is_written_is_read_and_deleted", Session::with_keyring, async || {
        let vault = vault();
        assert_eq!(vault.status().await.state, VaultState::Ready);
        assert_eq!(text(&vault, "a1").await, Ok(None));
        vault.write(&item("a1"), secret("one")).await.unwrap();
        vault.write(&item("a1"), secret("two")).await.unwrap();
        vault.write(&item("a2"), secret("other")).await.unwrap();
        assert_eq!(text(&self::vault(), "a1").await, Ok(Some("two".into())));
        let large: String = (0..65_536).map(|n| char::from(b'a' + u8::try_from(n % 26).unwrap())).collect();
        vault.write(&item("a1"), secret(&large)).await.unwrap();
        assert_eq!(text(&vault, "a1").await, Ok(Some(large)));
        vault.write(&item("a3"), SecretBytes::new((0..=255).collect())).await.unwrap();
        assert_eq!(vault.read(&item("a3")).await.unwrap().unwrap().expose(), (0..=255).collect::<Vec<u8>>());
        vault.delete(&item("a1")).await.unwrap();
        vault.delete(&item("a1")).await.unwrap();
        assert_eq!(text(&vault, "a1").await, Ok(None));
        assert_eq!(text(&vault, "a2").await, Ok(Some("other".into())));
    });
}

#[test]
fn secret_tool_sees_the_same_items() {
    inside("secret_tool_sees_the_same_items", Session::with_keyring, async || {
        let vault = vault();
        vault.write(&item("a1"), secret("ours")).await.unwrap();
        let ours = ["service", SERVICE, "username", "a1"];
        assert_eq!(secret_tool(&[&["lookup"], &ours[..]].concat(), ""), "ours");
        assert!(secret_tool(&[&["search"], &ours[..]].concat(), "").contains("label = Tokenrack: a1 (work)"));

        secret_tool(&["store", "--label", "x", "service", SERVICE, "username", "a2"], "theirs");
        assert_eq!(text(&vault, "a2").await, Ok(Some("theirs".into())));
        // More attributes than ours: another program's.
        secret_tool(
            &["store", "--label", "x", "service", SERVICE, "username", "a3", "extra", "1"],
            "stranger",
        );
        assert_eq!(text(&vault, "a3").await, Ok(None));
        vault.write(&item("a3"), secret("mine")).await.unwrap();
        vault.delete(&item("a3")).await.unwrap();
        assert_eq!(secret_tool(&["lookup", "service", SERVICE, "extra", "1"], ""), "stranger");
        // KeePassXC adds what its own entry has.
        let kept =
            ["username", "a4", "Title", "Tokenrack: a4", "Uuid", "1", "Path", "/x", "URL", "", "Notes", ""];
        secret_tool(&[&["store", "--label", "x", "service", SERVICE], &kept[..]].concat(), "kept");
        assert_eq!(text(&vault, "a4").await, Ok(Some("kept".into())));
        // A new name is shown.
        let renamed = VaultItem { label: "Tokenrack: renamed".into(), ..item("a1") };
        vault.write(&renamed, secret("ours")).await.unwrap();
        assert!(secret_tool(&[&["search"], &ours[..]].concat(), "").contains("label = Tokenrack: renamed"));
    });
}

#[test]
fn a_split_value_in_the_real_keychain() {
    struct Limited(Box<dyn Items>);
    impl Items for Limited {
        fn get(&self, name: &str) -> Result<Option<SecretBytes>, VaultError> {
            self.0.get(name)
        }
        fn set(&self, name: &str, label: &str, value: &[u8]) -> Result<(), VaultError> {
            assert!(value.len() <= 2560);
            self.0.set(name, label, value)
        }
        fn delete(&self, name: &str) -> Result<(), VaultError> {
            self.0.delete(name)
        }
        fn limit(&self) -> Option<usize> {
            Some(2560)
        }
        fn state(&self) -> Result<(VaultState, Option<String>), VaultError> {
            self.0.state()
        }
    }
    inside("a_split_value_in_the_real_keychain", Session::with_keyring, async || {
        let items = Limited(system::System::new(SessionBus::Present).open().unwrap());
        for length in [2560, 2561, 9000, 100] {
            let value = "v".repeat(length);
            chunked::write(&items, "a1", "Tokenrack: a1", value.as_bytes()).unwrap();
            assert_eq!(chunked::read(&items, "a1").unwrap().unwrap().expose(), value.as_bytes());
        }
        chunked::write(&items, "a1", "Tokenrack: a1", &[b'x'; 9000]).unwrap();
        // Another process reads it without knowing of any limit.
        assert_eq!(text(&vault(), "a1").await, Ok(Some("x".repeat(9000))));
        chunked::delete(&items, "a1").unwrap();
        assert!(items.get("a1").unwrap().is_none() && items.get("a1#1.0").unwrap().is_none());
        assert!(!secret_tool(&["search", "--all", "service", SERVICE], "").contains("a1"));
    });
}

#[test]
fn a_locked_keyring_is_told_at_once_and_loses_nothing() {
    let session = || {
        let session = Session::with_keyring();
        let stored = session
            .command("sh")
            .args(["-c", &format!("printf kept | secret-tool store --label x service {SERVICE} username a1")])
            .status();
        assert!(stored.unwrap().success());
        session.lock();
        session
    };
    inside("a_locked_keyring_is_told_at_once_and_loses_nothing", session, async || {
        let vault = vault();
        let before = tokio::time::Instant::now();
        assert_eq!(vault.status().await.state, VaultState::Locked);
        assert_eq!(text(&vault, "a1").await, Err(VaultError::Locked));
        assert_eq!(
            text(&vault, "unknown").await,
            Err(VaultError::Locked),
            "absent is not claimed of a locked one"
        );
        assert_eq!(vault.write(&item("a1"), secret("new")).await, Err(VaultError::Locked));
        assert_eq!(vault.write(&item("a2"), secret("new")).await, Err(VaultError::Locked));
        assert_eq!(vault.delete(&item("a1")).await, Err(VaultError::Locked));
        assert!(before.elapsed() < Duration::from_secs(2), "{:?}", before.elapsed());
        // Nobody can answer a prompt here: unlocking says so instead of waiting.
        assert!(vault.unlock(None).await.is_err());

        // The next sign-in.
        let keyring = restarted();
        assert_eq!(once_it_answers(&vault, "a1").await, Ok(Some("kept".into())));
        assert_eq!(vault.status().await.state, VaultState::Ready);
        vault.unlock(None).await.unwrap();
        drop(keyring);
    });
}

#[test]
fn a_wrong_password_at_sign_in_is_a_locked_keyring() {
    let session = || {
        let mut session = Session::with_keyring();
        session.stop_keyring();
        session.start_keyring(Some("wrong"));
        session
    };
    inside("a_wrong_password_at_sign_in_is_a_locked_keyring", session, async || {
        assert_eq!(vault().status().await.state, VaultState::Locked);
        assert_eq!(text(&vault(), "a1").await, Err(VaultError::Locked));
    });
}

#[test]
fn a_keychain_that_has_no_keyring_yet_has_lost_nothing() {
    let session = || {
        let mut session = Session::bare();
        session.start_keyring(None);
        session
    };
    inside("a_keychain_that_has_no_keyring_yet_has_lost_nothing", session, async || {
        assert_eq!(vault().status().await.state, VaultState::Locked);
        assert_eq!(text(&vault(), "a1").await, Err(VaultError::Locked));
    });
}

#[test]
fn a_bus_without_a_keychain() {
    inside("a_bus_without_a_keychain", Session::bare, async || {
        let vault = vault();
        let status = vault.status().await;
        assert_eq!(status.state, VaultState::Absent);
        assert!(status.detail.unwrap().contains("org.freedesktop.secrets"));
        assert!(matches!(vault.read(&item("a1")).await, Err(VaultError::Absent(_))));
        assert!(matches!(vault.write(&item("a1"), secret("x")).await, Err(VaultError::Absent(_))));
        assert!(matches!(vault.unlock(None).await, Err(VaultError::Absent(_))));
    });
}

#[test]
fn an_address_nobody_listens_at() {
    let session = || {
        let mut session = Session::bare();
        session.address = "unix:path=/nonexistent/bus".into();
        session
    };
    inside("an_address_nobody_listens_at", session, async || {
        assert_eq!(vault().status().await.state, VaultState::Absent);
    });
}

/// A socket left behind by a session that ended. libdbus must not start a bus of its own instead.
#[test]
fn a_runtime_folder_whose_bus_is_dead() {
    let dir = tempfile::tempdir().unwrap();
    drop(std::os::unix::net::UnixListener::bind(dir.path().join("bus")).unwrap());
    let folder = dir.path().to_str().unwrap();
    let name = "vault::keychain::gnome_keyring_tests::a_runtime_folder_whose_bus_is_dead";
    in_child(
        name,
        &[("DBUS_SESSION_BUS_ADDRESS", ""), ("XDG_RUNTIME_DIR", folder), ("DISPLAY", ":9")],
        || {
            let folder = std::path::PathBuf::from(handed("XDG_RUNTIME_DIR"));
            assert_eq!(SessionBus::find(Some(""), Some(&folder)), SessionBus::Present);
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            assert_eq!(runtime.block_on(vault().status()).state, VaultState::Absent);
        },
    );
}

/// libdbus is never asked: it would start a bus and a keyring of its own.
#[tokio::test]
async fn a_session_without_a_bus() {
    let vault = KeychainVault::new(SessionBus::Absent);
    let before = tokio::time::Instant::now();
    assert_eq!(vault.status().await.state, VaultState::Absent);
    assert!(matches!(vault.read(&item("a1")).await, Err(VaultError::Absent(_))));
    assert!(matches!(vault.unlock(None).await, Err(VaultError::Absent(_))));
    assert!(before.elapsed() < Duration::from_millis(500));
}

#[test]
fn a_keychain_that_stops_answering() {
    inside("a_keychain_that_stops_answering", Session::with_keyring, async || {
        let vault = vault().deadline(Duration::from_millis(700));
        vault.write(&item("a1"), secret("kept")).await.unwrap();
        signal("-STOP");
        let before = tokio::time::Instant::now();
        assert_eq!(text(&vault, "a1").await, Err(VaultError::TimedOut));
        assert_eq!(vault.write(&item("a1"), secret("late")).await, Err(VaultError::TimedOut));
        assert_eq!(vault.status().await.state, VaultState::Unresponsive);
        assert!(before.elapsed() < Duration::from_secs(4), "{:?}", before.elapsed());
        signal("-CONT");
        let value = text(&vault, "a1").await;
        assert_eq!(value, Ok(Some("kept".into())));
    });
}

#[test]
fn a_keychain_that_was_started_anew() {
    inside("a_keychain_that_was_started_anew", Session::with_keyring, async || {
        let vault = vault();
        vault.write(&item("a1"), secret("kept")).await.unwrap();
        signal("-KILL");
        while !matches!(vault.read(&item("a1")).await, Err(VaultError::Absent(_))) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let keyring = restarted();
        assert_eq!(once_it_answers(&vault, "a1").await, Ok(Some("kept".into())));
        drop(keyring);
    });
}

#[test]
fn many_calls_at_once() {
    inside("many_calls_at_once", Session::with_keyring, async || {
        let vault = Arc::new(vault());
        let tasks: Vec<_> = (0..32)
            .map(|n| {
                let vault = Arc::clone(&vault);
                tokio::spawn(async move {
                    let id = format!("a{n}");
                    vault.write(&item(&id), secret(&id)).await.unwrap();
                    assert_eq!(text(&vault, &id).await, Ok(Some(id)));
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
}
