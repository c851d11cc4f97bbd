//! A connection's own test: the one in its provider's file.

use std::time::Duration;

use super::Engine;
use crate::connection::ConnectionId;
use crate::event::{ActivityKind, Channel, NewActivity};
use crate::flows::{script, server};
use crate::problem::Problem;

/// A token that ends sooner is renewed first.
const MIN_VALID: Duration = Duration::from_secs(60);

impl Engine {
    /// Runs the test of the connection's provider file (`[scripts] test`) with tokens that are fresh. Says nothing when
    /// they work.
    ///
    /// # Errors
    /// `InvalidInput` when there is no test; why there is no token; `ScriptFailed` with its reason, `ScriptLimit` or a
    /// network problem when it does not say that they work.
    pub async fn check(&self, id: &ConnectionId, channel: Channel) -> Result<(), Problem> {
        let tokens = self.usable_tokens(id, MIN_VALID, channel).await?;
        let connection = self.load(id)?;
        let spec = self.spec_of_tokens(&connection, &tokens.grant, server::token_place)?;
        let spec = server::with_captured(&spec, &tokens.grant.captured)?;
        let record = self.read_secrets(&connection).await?;
        let (ports, secret) = (self.ports_with(&spec, &record), record.client_secret.as_ref());
        let outcome = script::test(&ports, &connection, &spec, secret, &tokens).await;
        let ended = outcome.as_ref().map_or_else(|problem| problem.code.as_str(), |()| "it works");
        self.inner.ports.store.record(NewActivity {
            at: self.now(),
            connection: Some(id.clone()),
            connection_name: connection.name.clone(),
            kind: ActivityKind::TokenReleased,
            channel,
            code: None,
            detail: Some(format!("to the test script: {ended}")),
        })?;
        outcome
    }
}
