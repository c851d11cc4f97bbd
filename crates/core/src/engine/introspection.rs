//! What the server says of a connection's token (RFC 7662), and what follows when it no longer takes it.

use super::Engine;
use crate::connection::ConnectionId;
use crate::event::{ActivityKind, Channel};
use crate::flows::introspect;
use crate::lifecycle::Grant;
use crate::ports::Change;
use crate::problem::{Code, Problem};
use crate::refused::{Refused, RefusedBy};
use crate::view::IntrospectionView;

impl Engine {
    /// Asks the server about the access token. When it says that a token is not active before its time, the connection
    /// shows it.
    ///
    /// # Errors
    /// `NotConnected`, `NoIntrospection`, or any protocol problem: then nothing was changed.
    pub async fn introspect(
        &self,
        id: &ConnectionId,
        channel: Channel,
    ) -> Result<IntrospectionView, Problem> {
        let connection = self.load(id)?;
        connection.state.grant().ok_or(Code::NotConnected)?;
        let record = self.read_secrets(&connection).await?;
        let tokens = record.tokens.as_ref().ok_or(Code::NotConnected)?;
        let spec = self.spec_of_tokens(&connection, &tokens.grant, introspect::place)?;
        let secret = record.client_secret.as_ref();
        let ports = self.ports_with(&spec, &record);
        let answer = introspect::introspect(&ports, &connection, &spec, tokens, secret).await?;
        self.write_down(id, &tokens.grant, answer.active, channel)?;
        Ok(IntrospectionView::new(id.clone(), answer))
    }

    /// The answer counts for the token set that was asked about, and no newer one.
    fn write_down(
        &self,
        id: &ConnectionId,
        asked: &Grant,
        active: bool,
        channel: Channel,
    ) -> Result<(), Problem> {
        let now = self.now();
        self.update(id, |connection| {
            connection.state.with_grant(|grant| {
                if grant.speaks_of(asked) {
                    grant.refused = Refused::after(grant.refused.take(), RefusedBy::Server, active, now);
                }
            });
            let words = if active { "active" } else { "not active" };
            let line = connection.event(now, ActivityKind::Introspected, channel, None, Some(words.into()));
            Some(Change { activity: vec![line], ended: None })
        })?;
        Ok(())
    }
}
