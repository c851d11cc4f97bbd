//! A provider file of the person's own: written, tried, saved, shared. A text goes only where the engine could read it.

use std::collections::BTreeMap;

use tauri::{AppHandle, State};
use tokenrack_core::provider::ProviderId;
use tokenrack_core::view::{CheckView, ImportView, SpecView};
use tokenrack_platform::files::{self, Readers};

use super::Answer;
use crate::diagnostics;
use crate::face::Face;

/// What is wrong with a text, and what saving it would mean.
#[tauri::command]
pub(crate) async fn lintspec(face: State<'_, Face>, text: String) -> Answer<SpecView> {
    Ok(face.core()?.engine.look_at_spec(&text))
}

/// What a sign-in would stand on, each with its cure.
#[tauri::command]
pub(crate) async fn checkspec(
    app: AppHandle,
    face: State<'_, Face>,
    text: String,
    vars: BTreeMap<String, String>,
) -> Answer<Vec<CheckView>> {
    let mut run = face.core()?.engine.check_spec(&text, &vars).await?;
    if run.deep_link {
        run.checks.push(diagnostics::deep_link(&app, &face));
    }
    Ok(run.checks)
}

/// A provider file made of another program's document; `id` names it, or one of several in the document.
#[tauri::command]
pub(crate) async fn importspec(
    face: State<'_, Face>,
    file: String,
    text: String,
    id: Option<String>,
) -> Answer<ImportView> {
    Ok(face.core()?.engine.import_spec(&file, &text, id.as_deref())?)
}

/// Saves a text without mistakes; answers its id. `before` is what the file said when it was read, if it was.
#[tauri::command]
pub(crate) async fn savespec(
    face: State<'_, Face>,
    text: String,
    before: Option<String>,
) -> Answer<ProviderId> {
    let core = face.core()?;
    let spec = core.engine.read_spec(&text)?;
    core.profile.save_provider(&spec.id.0, &text, before.as_deref())?;
    core.read_providers()?;
    Ok(spec.id)
}

/// The person's own file, to edit.
#[tauri::command]
pub(crate) async fn ownspec(face: State<'_, Face>, id: ProviderId) -> Answer<String> {
    let core = face.core()?;
    // A file behind a link may have changed without a word.
    core.read_providers()?;
    Ok(core.engine.own_spec(&id)?)
}

/// A text with everything it inherits, so that it stands by itself.
#[tauri::command]
pub(crate) async fn exportspec(face: State<'_, Face>, text: String) -> Answer<String> {
    Ok(face.core()?.engine.read_spec(&text)?.to_file()?)
}

/// The same of a provider: by catalog id, or discovered from a URL.
#[tauri::command]
pub(crate) async fn exportprovider(face: State<'_, Face>, id: String) -> Answer<String> {
    Ok(face.core()?.engine.export_provider(&id).await?)
}

/// Writes a provider file where the person's downloads go; answers where.
#[tauri::command]
pub(crate) async fn downloadspec(face: State<'_, Face>, text: String) -> Answer<String> {
    let spec = face.core()?.engine.read_spec(&text)?;
    let path = files::download(&spec.id.0, "toml", text.as_bytes(), Readers::Anybody)?;
    Ok(path.display().to_string())
}
