//! What concerns the whole console: opening it, settings, activity, diagnostics.

use std::sync::atomic::Ordering;

use serde::Serialize;
use tauri::ipc::Channel;
use tauri::{AppHandle, Manager as _, State};
use tokenrack_core::activity::{ActivityFilter, ActivityFormat};
use tokenrack_core::connection::ConnectionId;
use tokenrack_core::event::ActivityEntry;
use tokenrack_core::language::Language;
use tokenrack_core::problem::{Code, Problem};
use tokenrack_core::view::{CheckView, Origin, Settings, Snapshot};
use tokenrack_oauth::secret::Passphrase;
use tokenrack_platform::files::{self, Readers};

use super::Answer;
use crate::events::FaceEvent;
use crate::face::Face;
use crate::{autostart, diagnostics, report, window};

/// Where a file of the profile is.
#[derive(Debug, Serialize)]
pub(crate) struct Place {
    label: String,
    path: String,
}

/// What the desktop offers beside the window.
#[derive(Debug, Serialize)]
pub(crate) struct Desktop {
    /// A place for an icon, from which a closed window is opened again.
    tray: bool,
    /// Whether it starts this program; nothing where that is not offered.
    autostart: Option<bool>,
}

/// Lines of the activity record in a report.
const REPORTED: usize = 20;

/// The page listens before the snapshot is taken, so that nothing falls between. It calls this again to retry when
/// the profile could not be opened.
#[tauri::command]
pub(crate) async fn subscribe(face: State<'_, Face>, channel: Channel<FaceEvent>) -> Answer<Snapshot> {
    face.pages.open(channel);
    let snapshot = face.try_to_open()?.engine.snapshot().await?;
    face.pages.shows(&snapshot);
    Ok(snapshot)
}

/// The language to speak, here and in the page: the person's, or the first of the system's, which the page knows.
#[tauri::command]
pub(crate) async fn language(face: State<'_, Face>, system: Vec<String>) -> Answer<Language> {
    let language = face.speak(&system);
    face.tray.changed();
    Ok(language)
}

#[tauri::command]
pub(crate) fn painted(app: AppHandle) {
    window::show(&app);
}

/// Ends the app, whatever waits to be saved: the person was asked.
#[tauri::command]
pub(crate) fn quit(app: AppHandle) {
    app.exit(0);
}

/// Whether closing the window would lose something that is written there.
#[tauri::command]
pub(crate) async fn unsavedtext(face: State<'_, Face>, now: bool) -> Answer<()> {
    face.unsaved_text.store(now, Ordering::Relaxed);
    Ok(())
}

/// Closes the window, or quits, as a person does who lets go of what is written there.
#[tauri::command]
pub(crate) fn closewindow(app: AppHandle, face: State<'_, Face>, quit: bool) {
    face.unsaved_text.store(false, Ordering::Relaxed);
    if quit {
        crate::app::quit(&app);
    } else {
        window::close(&app);
    }
}

#[tauri::command]
pub(crate) async fn activity(face: State<'_, Face>, filter: ActivityFilter) -> Answer<Vec<ActivityEntry>> {
    Ok(face.core()?.engine.activity(&filter)?.into_iter().map(ActivityEntry::said).collect())
}

/// Writes what a filter takes of the record where the person's downloads go; answers where.
#[tauri::command]
pub(crate) async fn exportactivity(
    face: State<'_, Face>,
    filter: ActivityFilter,
    format: ActivityFormat,
) -> Answer<String> {
    let text = face.core()?.engine.export_activity(filter, format)?;
    let path = files::download("tokenrack-activity", format.extension(), text.as_bytes(), Readers::Anybody)?;
    Ok(path.display().to_string())
}

#[tauri::command]
pub(crate) async fn settings(face: State<'_, Face>) -> Answer<Settings> {
    Ok(face.core()?.engine.settings()?)
}

#[tauri::command]
pub(crate) async fn savesettings(app: AppHandle, face: State<'_, Face>, settings: Settings) -> Answer<()> {
    face.core()?.engine.set_settings(&settings)?;
    window::theme(&app, settings.theme);
    Ok(())
}

/// What the desktop offers beside the window.
#[tauri::command]
pub(crate) async fn desktop(app: AppHandle, face: State<'_, Face>) -> Answer<Desktop> {
    Ok(Desktop { tray: face.tray.is_there(), autostart: autostart::is_on(&app) })
}

#[tauri::command]
pub(crate) async fn setautostart(app: AppHandle, on: bool) -> Answer<()> {
    autostart::set(&app, on).map_err(|error| Problem::new(Code::AutostartFailed).because(error).into())
}

#[tauri::command]
pub(crate) async fn diagnostics(app: AppHandle, face: State<'_, Face>) -> Answer<Vec<CheckView>> {
    Ok(diagnostics::checks(&app, &face).await)
}

/// Sends itself a link through the desktop.
#[tauri::command]
pub(crate) async fn selftest(face: State<'_, Face>) -> Answer<CheckView> {
    Ok(face.selftest.run(&*face.entropy).await)
}

/// The system's own prompt for a keychain, the passphrase for an encrypted file.
#[tauri::command]
pub(crate) async fn unlock(face: State<'_, Face>, passphrase: Option<String>) -> Answer<()> {
    Ok(face.core()?.engine.unlock(passphrase.map(Passphrase::new)).await?)
}

/// Text for an issue, redacted: of one connection, or of what the diagnostics see.
#[tauri::command]
pub(crate) async fn report(
    app: AppHandle,
    face: State<'_, Face>,
    id: Option<ConnectionId>,
) -> Answer<String> {
    let Some(id) = id else {
        let mut checks = diagnostics::checks(&app, &face).await;
        checks.extend(face.selftest.last());
        let files = face.core().map(|core| core.profile.files()).unwrap_or_default();
        return Ok(report::checks(&checks, &files, app.path().home_dir().ok().as_deref()));
    };
    let core = face.core()?;
    let connection = core.engine.view(&id)?;
    let activity = core.engine.activity(&ActivityFilter {
        connection: Some(id),
        limit: REPORTED,
        ..ActivityFilter::default()
    })?;
    let shipped = core.engine.origin(&connection.provider) == Some(Origin::Shipped);
    Ok(report::text(&connection, shipped, &activity))
}

#[tauri::command]
pub(crate) async fn files(face: State<'_, Face>) -> Answer<Vec<Place>> {
    let place =
        |(label, path): (String, std::path::PathBuf)| Place { label, path: path.display().to_string() };
    Ok(face.core()?.profile.files().into_iter().map(place).collect())
}

/// Where what is exported will go.
#[tauri::command]
pub(crate) async fn downloads() -> Answer<String> {
    Ok(files::downloads()?.display().to_string())
}

#[tauri::command]
pub(crate) fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
