//! Connections in files: exported, backed up, looked at, taken. What is written goes where the person's downloads go, and
//! of what a backup holds the page sees only what a view can hold.

use tauri::{AppHandle, State};
use tokenrack_core::bundle;
use tokenrack_core::connection::ConnectionId;
use tokenrack_core::engine::Taking;
use tokenrack_core::event::Channel;
use tokenrack_core::view::{BundleView, Decision, TakenView, WrittenView};
use tokenrack_oauth::secret::Passphrase;
use tokenrack_platform::files::{self, Readers};

use super::Answer;
use crate::face::Face;
use crate::window;

/// Writes the settings of connections, without any secret.
#[tauri::command]
pub(crate) async fn exportfile(
    face: State<'_, Face>,
    ids: Vec<ConnectionId>,
    accounts: bool,
) -> Answer<WrittenView> {
    let written = face.core()?.engine.export(&ids, accounts, Channel::App, |text| {
        let path = files::download("connections", "tokenrack.json", text.as_bytes(), Readers::Anybody)?;
        Ok(path.display().to_string())
    })?;
    Ok(written)
}

/// Writes everything, encrypted.
#[tauri::command]
pub(crate) async fn backup(face: State<'_, Face>, passphrase: String) -> Answer<WrittenView> {
    let written = face.core()?.engine.back_up(Passphrase::new(passphrase), Channel::App, |content| {
        let path = files::download("backup", "tokenrack.age", content, Readers::Owner)?;
        Ok(path.display().to_string())
    });
    Ok(written.await?)
}

/// Reads a file that the person has chosen; the app holds it until they have decided. `data` is its content in base64.
#[tauri::command]
pub(crate) async fn openfile(
    face: State<'_, Face>,
    file: String,
    data: String,
    passphrase: Option<String>,
) -> Answer<BundleView> {
    let content = bundle::from_base64(&data)?;
    Ok(face.core()?.engine.open_bundle(&file, content, passphrase.map(Passphrase::new)).await?)
}

/// Takes what was decided on.
#[tauri::command]
pub(crate) async fn takefile(
    app: AppHandle,
    face: State<'_, Face>,
    decisions: Vec<Decision>,
    oldertokens: bool,
) -> Answer<Vec<TakenView>> {
    let core = face.core()?;
    let taking = Taking { older_tokens: oldertokens, folder: &core.profile, channel: Channel::App };
    let taken = core.engine.take_from_bundle(&decisions, taking).await?;
    core.read_providers()?;
    window::theme(&app, core.engine.settings()?.theme);
    Ok(taken)
}

/// Lets go of the file.
#[tauri::command]
pub(crate) async fn closefile(face: State<'_, Face>) -> Answer<()> {
    face.core()?.engine.close_bundle();
    Ok(())
}
