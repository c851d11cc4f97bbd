//! Connect, refresh, disconnect, and what belongs to them.

use std::time::Duration;

use tauri::State;
use tokenrack_core::connection::ConnectionId;
use tokenrack_core::engine::{ConnectOptions, Refusal};
use tokenrack_core::event::Channel;
use tokenrack_core::view::{ClaimsView, DisconnectView, Draft, DraftPreview, IntrospectionView};
use tokenrack_oauth::secret::{ClientSecret, RefreshToken};

use super::Answer;
use crate::face::Face;

/// How long a person has to sign in: time for a second factor on another device.
const TIME_LIMIT: Duration = Duration::from_secs(10 * 60);

#[tauri::command]
pub(crate) async fn preview(face: State<'_, Face>, draft: Draft) -> Answer<DraftPreview> {
    Ok(face.core()?.engine.preview(&draft).await?)
}

#[tauri::command]
pub(crate) async fn add(face: State<'_, Face>, draft: Draft, secret: Option<String>) -> Answer<ConnectionId> {
    Ok(face.core()?.engine.add(&draft, client_secret(secret), Channel::App).await?.id)
}

/// Adds with a refresh token from elsewhere, and uses it at once. A connection whose new tokens could not be saved is
/// there and says so itself.
#[tauri::command]
pub(crate) async fn bring(
    face: State<'_, Face>,
    draft: Draft,
    secret: Option<String>,
    token: String,
) -> Answer<ConnectionId> {
    let token = RefreshToken::new(token);
    match face.core()?.engine.import(&draft, client_secret(secret), token, Channel::App).await {
        Ok(view) => Ok(view.id),
        Err(Refusal { told_by: Some(id), .. }) => Ok(id),
        Err(refusal) => Err(refusal.problem.into()),
    }
}

/// An empty field is no secret.
fn client_secret(typed: Option<String>) -> Option<ClientSecret> {
    typed.filter(|secret| !secret.is_empty()).map(ClientSecret::new)
}

/// What a form shows for editing. The secret is not in it, and stays unless a new one is given.
#[tauri::command]
pub(crate) async fn draft(face: State<'_, Face>, id: ConnectionId) -> Answer<Draft> {
    Ok(face.core()?.engine.draft(&id)?)
}

#[tauri::command]
pub(crate) async fn edit(
    face: State<'_, Face>,
    id: ConnectionId,
    draft: Draft,
    secret: Option<String>,
) -> Answer<()> {
    face.core()?.engine.edit(&id, &draft, client_secret(secret), Channel::App).await?;
    Ok(())
}

/// Answers when the browser is open; the rest arrives as events. A browser that could not be opened shows in the row.
#[tauri::command]
pub(crate) async fn connect(face: State<'_, Face>, id: ConnectionId) -> Answer<()> {
    let options = ConnectOptions { open_browser: true, time_limit: TIME_LIMIT, channel: Channel::App };
    face.way_back().await;
    face.core()?.engine.connect(&id, options).await?;
    Ok(())
}

#[tauri::command]
pub(crate) async fn cancel(face: State<'_, Face>, id: ConnectionId) -> Answer<()> {
    Ok(face.core()?.engine.cancel(&id, Channel::App).await?)
}

#[tauri::command]
pub(crate) async fn reopen(face: State<'_, Face>, id: ConnectionId) -> Answer<()> {
    Ok(face.core()?.engine.open_again(&id).await?)
}

/// A redirect URL that a person pasted.
#[tauri::command]
pub(crate) async fn deliver(face: State<'_, Face>, url: String) -> Answer<()> {
    face.core()?.engine.deliver(&url, Channel::Paste).await.map_err(|refusal| refusal.problem)?;
    Ok(())
}

#[tauri::command]
pub(crate) async fn refresh(face: State<'_, Face>, id: ConnectionId) -> Answer<()> {
    face.core()?.engine.refresh(&id, Channel::App).await?;
    Ok(())
}

/// What the server says of the access token.
#[tauri::command]
pub(crate) async fn introspect(face: State<'_, Face>, id: ConnectionId) -> Answer<IntrospectionView> {
    Ok(face.core()?.engine.introspect(&id, Channel::App).await?)
}

/// What the access token says of itself, where it is a JWT.
#[tauri::command]
pub(crate) async fn claims(face: State<'_, Face>, id: ConnectionId) -> Answer<Option<ClaimsView>> {
    Ok(face.core()?.engine.claims(&id).await?)
}

/// Which tenant, site or account of those the token reaches.
#[tauri::command]
pub(crate) async fn choose(
    face: State<'_, Face>,
    id: ConnectionId,
    store: String,
    value: String,
) -> Answer<()> {
    face.core()?.engine.choose(&id, &store, &value).await?;
    Ok(())
}

#[tauri::command]
pub(crate) async fn disconnect(
    face: State<'_, Face>,
    id: ConnectionId,
    forget: bool,
) -> Answer<DisconnectView> {
    Ok(face.core()?.engine.disconnect(&id, forget, Channel::App).await?)
}
