//! A test of a connection: one GET with its token. The page gets the answer, and never the token.

use tauri::State;
use tokenrack_core::connection::ConnectionId;
use tokenrack_core::event::Channel;
use tokenrack_core::view::ResponseView;

use super::Answer;
use crate::face::Face;

/// What a test asks for unless the person says otherwise.
#[tauri::command]
pub(crate) async fn usualrequest(face: State<'_, Face>, id: ConnectionId) -> Answer<Option<String>> {
    Ok(face.core()?.engine.usual_request(&id)?)
}

#[tauri::command]
pub(crate) async fn testrequest(
    face: State<'_, Face>,
    id: ConnectionId,
    url: String,
) -> Answer<ResponseView> {
    Ok(face.core()?.engine.test_request(&id, &url, Channel::App).await?)
}
