//! The icon beside the clock, where the desktop has a place for one, and its menu. It changes when something has changed,
//! and never by itself.

mod contents;
#[cfg(target_os = "linux")]
mod host;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tauri::image::Image;
use tauri::menu::{Menu, MenuBuilder, MenuEvent, MenuItemBuilder, SubmenuBuilder};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Manager as _};
use tokenrack_core::activity::{ActivityFilter, Topic};
use tokenrack_core::connection::ConnectionId;
use tokenrack_core::export::Format;
use tokenrack_core::say;
use tokio::sync::Notify;

use crate::commands::clipboard;
use crate::events::{FaceEvent, ShellEvent};
use crate::face::{Core, Face};
use crate::{app, window};
use contents::{Contents, Known, Line, Worst};

const OPEN: &str = "open";
const QUIT: &str = "quit";
/// Before a connection's id: shows it.
const SHOW: &str = "show:";
/// Before a connection's id: copies its token.
const COPY: &str = "copy:";

/// What happens together is shown together.
const BREATH: Duration = Duration::from_millis(100);

/// What the rest of the app knows of the tray.
#[derive(Default)]
pub(crate) struct Tray {
    is_there: AtomicBool,
    changed: Notify,
    /// Whose token was copied to the clipboard, the last of them first; nothing until the record was read.
    copied: Mutex<Option<Vec<ConnectionId>>>,
}

impl Tray {
    /// Whether there is a way back to a window that was closed.
    pub(crate) fn is_there(&self) -> bool {
        self.is_there.load(Ordering::Relaxed)
    }

    /// What it says may be something else now.
    pub(crate) fn changed(&self) {
        self.changed.notify_one();
    }

    /// Its token was copied just now.
    pub(crate) fn copied(&self, id: ConnectionId) {
        if let Some(copied) = &mut *self.copied.lock().unwrap_or_else(PoisonError::into_inner) {
            copied.retain(|other| *other != id);
            copied.insert(0, id);
        }
        self.changed();
    }
}

/// Shows the icon as soon as the desktop can, and keeps it true.
pub(crate) async fn run(app: AppHandle) {
    let face = app.state::<Face>();
    #[cfg(target_os = "linux")]
    match &face.session.environment {
        Ok(environment) if host::arrives(environment.session_bus).await => {}
        _ => return,
    }
    // Until faces have been told of them, there are none.
    if let Ok(core) = face.core()
        && let Err(problem) = core.engine.snapshot().await
    {
        tracing::warn!(%problem, "the tray does not know the connections yet");
    }
    let mut shown = contents(&face);
    let icon = match build(&app, &shown) {
        Ok(icon) => icon,
        Err(error) => {
            tracing::warn!(%error, "the desktop takes no icon");
            return;
        }
    };
    face.tray.is_there.store(true, Ordering::Relaxed);
    tracing::info!("the tray is there");
    loop {
        face.tray.changed.notified().await;
        tokio::time::sleep(BREATH).await;
        let now = contents(&face);
        if now == shown {
            continue;
        }
        if let Err(error) = update(&app, &icon, &shown, &now) {
            tracing::warn!(%error, "the tray could not be changed");
        }
        shown = now;
    }
}

fn contents(face: &Face) -> Contents {
    let Ok(core) = face.core() else { return Contents::unreadable() };
    let known = core.engine.shown().into_iter();
    let known: Vec<_> =
        known.map(|view| Known { id: view.id, name: view.name, kind: view.status.kind }).collect();
    // Nobody else copies, so the record is read once.
    let mut copied = face.tray.copied.lock().unwrap_or_else(PoisonError::into_inner);
    Contents::of(&known, copied.get_or_insert_with(|| recorded_copies(core)))
}

/// What was copied to the clipboard, newest first, as far as the record's last page goes.
fn recorded_copies(core: &Core) -> Vec<ConnectionId> {
    let releases = ActivityFilter { topic: Some(Topic::Releases), ..ActivityFilter::default() };
    let record = core.engine.activity(&releases).unwrap_or_else(|problem| {
        tracing::warn!(%problem, "the tray does not know what was copied last");
        Vec::new()
    });
    record.into_iter().filter(clipboard::is_copy).filter_map(|entry| entry.connection).collect()
}

fn build(app: &AppHandle, contents: &Contents) -> tauri::Result<TrayIcon> {
    // Its file on Linux is named after it: two profiles are two icons.
    TrayIconBuilder::with_id(&app.config().identifier)
        .icon(image(contents.worst)?)
        .icon_as_template(true)
        .tooltip(&contents.sentence)
        .menu(&menu(app, contents)?)
        .on_menu_event(chosen)
        .build(app)
}

fn update(app: &AppHandle, icon: &TrayIcon, before: &Contents, now: &Contents) -> tauri::Result<()> {
    if before.worst != now.worst {
        icon.set_icon_with_as_template(Some(image(now.worst)?), true)?;
    }
    icon.set_tooltip(Some(&now.sentence))?;
    icon.set_menu(Some(menu(app, now)?))
}

fn menu(app: &AppHandle, contents: &Contents) -> tauri::Result<Menu<tauri::Wry>> {
    let sentence = MenuItemBuilder::new(&contents.sentence).enabled(false).build(app)?;
    let mut menu = MenuBuilder::new(app).item(&sentence).separator();
    for Line { id, words } in &contents.needing {
        menu = menu.text(format!("{SHOW}{id}"), plain(words));
    }
    if contents.more > 0 {
        menu = menu.text(OPEN, say!("And {more} more…", more = contents.more));
    }
    if !contents.needing.is_empty() {
        menu = menu.separator();
    }
    if !contents.copying.is_empty() {
        let mut copying = SubmenuBuilder::new(app, say!("Copy token"));
        for Line { id, words } in &contents.copying {
            copying = copying.text(format!("{COPY}{id}"), plain(words));
        }
        menu = menu.item(&copying.build()?);
    }
    menu.text(OPEN, say!("Open Tokenrack")).text(QUIT, say!("Quit")).build()
}

/// In a menu `&` marks a letter.
fn plain(words: &str) -> String {
    words.replace('&', "&&")
}

fn image(worst: Worst) -> tauri::Result<Image<'static>> {
    macro_rules! drawing {
        ($name:literal) => {
            if cfg!(target_os = "macos") {
                include_bytes!(concat!("../../../icons/tray/", $name, "-template.png")).as_slice()
            } else {
                include_bytes!(concat!("../../../icons/tray/", $name, ".png")).as_slice()
            }
        };
    }
    Image::from_bytes(match worst {
        Worst::Well => drawing!("well"),
        Worst::Unreachable => drawing!("unreachable"),
        Worst::NeedsPerson => drawing!("person"),
    })
}

fn chosen(app: &AppHandle, event: MenuEvent) {
    let id = event.id().as_ref();
    let connection = |id: &str| ConnectionId(id.to_owned());
    match id {
        OPEN => window::open(app),
        QUIT => app::quit(app),
        _ => {
            if let Some(id) = id.strip_prefix(SHOW) {
                let face = app.state::<Face>();
                face.pages.tell(FaceEvent::Shell(ShellEvent::Focus { connection: connection(id) }));
                window::open(app);
            } else if let Some(id) = id.strip_prefix(COPY) {
                tauri::async_runtime::spawn(copy(app.clone(), connection(id)));
            }
        }
    }
}

/// As the page does; what goes wrong is told in the window.
async fn copy(app: AppHandle, id: ConnectionId) {
    let face = app.state::<Face>();
    if let Err(problem) = clipboard::copy(&face, id, Format::Raw).await {
        face.pages.tell(FaceEvent::Shell(ShellEvent::Notice { problem: (&problem).into() }));
        window::open(&app);
    }
}
