//! Desktop notifications of what needs a person who is not looking at the window. Once for each reason: the engine
//! remembers what was delivered.

use std::sync::{Mutex, PoisonError};

use tauri::{AppHandle, Manager as _};
use tokenrack_core::connection::ConnectionId;
use tokenrack_core::event::{Reason, Reminder};
use tokenrack_core::say;
use tokio::sync::mpsc;

use crate::events::{FaceEvent, ShellEvent};
use crate::face::Face;
use crate::window;

/// Reminders on their way to the desktop; filled before there is a window.
pub(crate) struct Reminders {
    sender: mpsc::UnboundedSender<Reminder>,
    receiver: Mutex<Option<mpsc::UnboundedReceiver<Reminder>>>,
}

impl Default for Reminders {
    fn default() -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        Self { sender, receiver: Mutex::new(Some(receiver)) }
    }
}

impl Reminders {
    /// Takes one.
    pub(crate) fn push(&self, reminder: Reminder) {
        // The desktop's side lives as long as the app.
        let _ = self.sender.send(reminder);
    }
}

/// Shows them for as long as the app lives.
pub(crate) async fn run(app: AppHandle) {
    let receiver =
        app.state::<Face>().reminders.receiver.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(mut receiver) = receiver else { return };
    while let Some(reminder) = receiver.recv().await {
        let face = app.state::<Face>();
        let Ok(core) = face.core() else { continue };
        // It may have been told, or have ended, since it was offered.
        let is_news = core.engine.untold().contains(&reminder);
        let wanted = is_news && core.engine.settings().is_ok_and(|settings| settings.notifications);
        // Whoever looks at the window sees it there.
        match window::is_in_front(&app) {
            true => told(&app, &reminder),
            false if wanted => show(app.clone(), reminder),
            false => {}
        }
    }
}

/// Told is what was delivered: anything else is told after the next start.
fn told(app: &AppHandle, reminder: &Reminder) {
    let told = app.state::<Face>().core().and_then(|core| core.engine.told(reminder));
    if let Err(problem) = told {
        tracing::warn!(%problem, "a person will be told of {} once more", reminder.name);
    }
}

/// Says once, the first time, that closing the window has not ended the app.
pub(crate) fn goes_on(face: &Face) {
    match face.core().and_then(|core| core.engine.first_time("goes_on_in_tray")) {
        Ok(true) => {}
        Ok(false) => return,
        Err(problem) => {
            tracing::warn!(%problem, "whether this was said before is not known");
            return;
        }
    }
    let shown = std::thread::Builder::new().name("notification".into()).spawn(|| {
        let body = say!(
            "It keeps your connections fresh. Quit it in its menu there; the settings decide what closing does."
        );
        if let Err(error) = notification(&say!("Tokenrack goes on in the tray"), &body).show() {
            tracing::warn!(%error, "the desktop takes no notification");
        }
    });
    if let Err(error) = shown {
        tracing::warn!(%error, "a notification could not be shown");
    }
}

fn notification(title: &str, body: &str) -> notify_rust::Notification {
    let mut notification = notify_rust::Notification::new();
    notification.appname("Tokenrack").summary(title).body(body).icon(crate::SCHEME);
    notification
}

/// On a thread of its own: it waits until the person has acted or dismissed it.
fn show(app: AppHandle, reminder: Reminder) {
    let shown = std::thread::Builder::new().name("notification".into()).spawn(move || {
        let (title, body) = words(&reminder);
        #[cfg_attr(not(all(unix, not(target_os = "macos"))), expect(unused_mut, reason = "no button there"))]
        let mut notification = notification(&title, &body);
        #[cfg(all(unix, not(target_os = "macos")))]
        notification.action("default", &say!("Show"));
        match notification.show() {
            Ok(handle) => {
                told(&app, &reminder);
                on_click(handle, &app, &reminder.connection);
            }
            Err(error) => tracing::warn!(%error, "the desktop takes no notification"),
        }
    });
    if let Err(error) = shown {
        tracing::warn!(%error, "a notification could not be shown");
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn on_click(handle: notify_rust::NotificationHandle, app: &AppHandle, connection: &ConnectionId) {
    handle.wait_for_action(|action| {
        if action == "default" {
            app.state::<Face>()
                .pages
                .tell(FaceEvent::Shell(ShellEvent::Focus { connection: connection.clone() }));
            window::open(app);
        }
    });
}

/// There the system brings the app to the front by itself.
#[cfg(not(all(unix, not(target_os = "macos"))))]
fn on_click<T>(_handle: T, _app: &AppHandle, _connection: &ConnectionId) {}

/// Names the connection and what to do. No instant: the desktop may show it much later.
fn words(reminder: &Reminder) -> (String, String) {
    let name = &reminder.name;
    match reminder.attention.reason {
        Reason::SignInSoon => (
            say!("“{name}” will need a sign-in soon", name = name),
            say!("Connect again before its tokens end."),
        ),
        Reason::SignInNeeded => (
            say!("“{name}” needs a sign-in", name = name),
            say!("The provider no longer accepts the last one. Connect again."),
        ),
        Reason::SettingsRefused => (
            say!("“{name}” cannot be refreshed", name = name),
            say!("The client's settings or the provider's file have to be corrected."),
        ),
        Reason::FailingForDays => (
            say!("“{name}” could not be refreshed for three days", name = name),
            say!("Tokenrack goes on trying once an hour."),
        ),
        Reason::Unsaved => (
            say!("New tokens of “{name}” are not saved", name = name),
            say!("Unlock the keychain before you close Tokenrack: they are only in its memory."),
        ),
        Reason::TokensMissing => (
            say!("The keychain has no tokens of “{name}”", name = name),
            say!("Start or unlock the keyring that has them, or connect again."),
        ),
    }
}

#[cfg(test)]
mod tests {
    use tokenrack_core::event::Attention;

    use super::*;

    #[test]
    fn each_reason_names_the_connection_and_what_to_do() {
        let at = tokenrack_core::Timestamp::UNIX_EPOCH;
        for reason in [
            Reason::SignInSoon,
            Reason::SignInNeeded,
            Reason::SettingsRefused,
            Reason::FailingForDays,
            Reason::Unsaved,
            Reason::TokensMissing,
        ] {
            let reminder = Reminder {
                connection: ConnectionId("000000000000".into()),
                name: "GitHub (work)".into(),
                attention: Attention { reason, at },
            };
            let (title, body) = words(&reminder);
            assert!(title.contains("“GitHub (work)”") && body.ends_with('.'), "{title}: {body}");
        }
    }
}
