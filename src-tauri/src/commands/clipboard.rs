//! Copying. A token goes from the vault to the clipboard without passing the page.

use std::time::Duration;

use tauri::State;
use tokenrack_core::connection::ConnectionId;
use tokenrack_core::event::{ActivityEntry, Channel};
use tokenrack_core::export::Format;
use tokenrack_core::problem::{Code, Problem};

use super::Answer;
use crate::face::Face;

/// A copied token is good for at least so long, where it can be refreshed.
const MIN_VALID: Duration = Duration::from_secs(60);

/// Bytes of public text: a provider file with its scripts is the longest.
const MOST: usize = 512 * 1024;

#[tauri::command]
pub(crate) async fn copytoken(face: State<'_, Face>, id: ConnectionId, format: Format) -> Answer<()> {
    Ok(copy(&face, id, format).await?)
}

/// Copies a connection's token, for as long as the settings say.
pub(crate) async fn copy(face: &Face, id: ConnectionId, format: Format) -> Result<(), Problem> {
    let core = face.core()?;
    let seconds = core.engine.settings()?.clipboard_seconds;
    let detail = format!("clipboard, {}", format.as_str());
    let released = core.engine.release_token(&id, MIN_VALID, Channel::App, &detail).await?;
    face.clipboard.token(id.clone(), format.write(&released)?, seconds).await?;
    face.tray.copied(id);
    Ok(())
}

/// Whether a line of the record is about such a copy.
pub(crate) fn is_copy(entry: &ActivityEntry) -> bool {
    entry.detail.as_ref().is_some_and(|detail| detail.starts_with("clipboard"))
}

#[tauri::command]
pub(crate) async fn clearclipboard(face: State<'_, Face>) -> Answer<()> {
    Ok(face.clipboard.clear().await?)
}

/// Public text: a redirect URI, a client id.
#[tauri::command]
pub(crate) async fn copytext(face: State<'_, Face>, text: String) -> Answer<()> {
    if text.len() > MOST {
        return Err(Problem::new(Code::InvalidInput).because("the text is too long to copy").into());
    }
    Ok(face.clipboard.text(text).await?)
}

/// The authorization URL of a sign-in that waits.
#[tauri::command]
pub(crate) async fn copylink(face: State<'_, Face>, id: ConnectionId) -> Answer<()> {
    let core = face.core()?;
    let url = core.engine.authorization_url(&id)?;
    Ok(face.clipboard.text(url).await?)
}
