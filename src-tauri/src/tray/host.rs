//! Whether the desktop shows icons of programs. On Linux not every one does; one that does owns a name on the session bus
//! (<https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/>).

use std::time::Duration;

use dbus::blocking::Connection;
use tokenrack_platform::SessionBus;
use tokio::sync::oneshot;

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const OWNER_CHANGED: &str = "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',\
                             member='NameOwnerChanged',arg0='org.kde.StatusNotifierWatcher'";
/// The bus answers at once, or not at all.
const PATIENCE: Duration = Duration::from_secs(5);
/// libdbus wants a limit for waiting; nothing depends on it.
const A_DAY: Duration = Duration::from_secs(86_400);

/// What draws the icon; Tauri ends the process where there is neither.
const LIBRARIES: &[&str] = &["libayatana-appindicator3.so.1", "libappindicator3.so.1"];

/// Waits until the desktop shows icons: its panel may start after us. False when it never will.
pub(super) async fn arrives(bus: SessionBus) -> bool {
    if bus == SessionBus::Absent || !can_be_drawn() {
        return false;
    }
    let (there, arrived) = oneshot::channel();
    let waiting = move || match wait() {
        Ok(()) => _ = there.send(()),
        Err(error) => tracing::warn!(%error, "the desktop could not be asked for its tray"),
    };
    match std::thread::Builder::new().name("tray".to_owned()).spawn(waiting) {
        Ok(_) => arrived.await.is_ok(),
        Err(error) => {
            tracing::warn!(%error, "the tray cannot be waited for");
            false
        }
    }
}

fn wait() -> Result<(), dbus::Error> {
    let connection = Connection::new_session()?;
    // Before the name is asked for, so that it does not appear in between.
    connection.add_match_no_cb(OWNER_CHANGED)?;
    let bus = connection.with_proxy("org.freedesktop.DBus", "/org/freedesktop/DBus", PATIENCE);
    loop {
        let (is_there,): (bool,) = bus.method_call("org.freedesktop.DBus", "NameHasOwner", (WATCHER,))?;
        if is_there {
            return Ok(());
        }
        connection.process(A_DAY)?;
    }
}

#[expect(unsafe_code, reason = "loading a library runs what it does when it is loaded")]
fn can_be_drawn() -> bool {
    // SAFETY: these libraries do nothing by themselves when they are loaded or let go.
    let found = LIBRARIES.iter().any(|name| unsafe { libloading::Library::new(name) }.is_ok());
    if !found {
        tracing::info!("no tray: neither {} is installed", LIBRARIES.join(" nor "));
    }
    found
}
