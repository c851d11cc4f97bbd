//! What a connection's access token says of itself, for a person who looks.

use tokenrack_oauth::jwt;

use super::Engine;
use super::requests::secrets;
use crate::connection::ConnectionId;
use crate::problem::{Code, Problem};
use crate::view::ClaimsView;

impl Engine {
    /// Header and claims of the access token as they stand there, not verified: to the client it is opaque (RFC 6749
    /// §1.4, RFC 9068 §6), and nothing here depends on them. `None` when it is no JWT. No token is handed out, so the
    /// record has no line of it.
    ///
    /// # Errors
    /// `NotConnected`, or a vault problem.
    pub async fn claims(&self, id: &ConnectionId) -> Result<Option<ClaimsView>, Problem> {
        let connection = self.load(id)?;
        connection.state.grant().ok_or(Code::NotConnected)?;
        let record = self.read_secrets(&connection).await?;
        let tokens = record.tokens.as_ref().ok_or(Code::NotConnected)?;
        let secrets = secrets(&record);
        let secrets: Vec<&str> = secrets.iter().map(|secret| secret.as_str()).collect();
        Ok(jwt::read(&tokens.access_token).map(|content| ClaimsView::new(id.clone(), &content, &secrets)))
    }
}
