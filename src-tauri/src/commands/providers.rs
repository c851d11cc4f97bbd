//! The gallery.

use tauri::State;
use tokenrack_core::view::{Endpoints, ProviderPage, ProviderView};

use super::Answer;
use crate::face::Face;

#[tauri::command]
pub(crate) async fn providers(face: State<'_, Face>, query: String) -> Answer<Vec<ProviderView>> {
    Ok(face.core()?.engine.providers(&query))
}

/// By catalog id, or discovered from a URL.
#[tauri::command]
pub(crate) async fn provider(face: State<'_, Face>, id: String) -> Answer<ProviderPage> {
    Ok(face.core()?.engine.provider_page(&id).await?)
}

/// A server that does not say itself where its endpoints are.
#[tauri::command]
pub(crate) async fn server(face: State<'_, Face>, url: String, endpoints: Endpoints) -> Answer<ProviderPage> {
    Ok(face.core()?.engine.server_page(&url, endpoints).await?)
}
