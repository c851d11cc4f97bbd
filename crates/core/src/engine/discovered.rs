//! The server that a sign-in begins with.

use tokio::sync::OwnedMutexGuard;

use super::{Engine, Flying, Held};
use crate::connection::{Connection, ConnectionId, GrantType};
use crate::flows::server;
use crate::problem::{Code, Problem};
use crate::provider::ProviderSpec;

/// What a sign-in begins with.
pub(super) struct Discovered {
    /// As it is now, with its server.
    pub connection: Connection,
    pub spec: ProviderSpec,
    /// Where the answer brings tokens.
    pub _flight: Option<OwnedMutexGuard<()>>,
    /// The connection's.
    pub lock: Held,
}

impl Engine {
    /// Asks the server what is not known of it. That may take long, so nobody is kept from an edit meanwhile, and what was
    /// found counts only for what it was looked for by: the secret in the vault is for the server that is named now.
    ///
    /// # Errors
    /// As for [`server::resolve`], or a lock's; `AttemptCancelled` where a disconnect has ended the connection meanwhile.
    pub(super) async fn discovered(&self, id: &ConnectionId) -> Result<Discovered, Problem> {
        let mut asked = self.load(id)?;
        loop {
            let spec = self.spec(&asked)?;
            let server = server::resolve(&self.inner.ports, &spec, &asked).await;
            let _flight = match asked.registration.grant_type {
                GrantType::ClientCredentials => Some(self.flight(id, Flying::SignIn).await),
                GrantType::AuthorizationCode | GrantType::DeviceCode => None,
            };
            let lock = self.lock(id).await?;
            let mut connection = self.load(id)?;
            if connection.state.was_ended_since(&asked.state) {
                return Err(Code::AttemptCancelled.into());
            }
            let is_as_asked = connection.registration == asked.registration
                && connection.scopes == asked.scopes
                && self.spec(&connection)? == spec;
            if is_as_asked {
                connection.server = Some(server?);
                return Ok(Discovered { connection, spec, _flight, lock });
            }
            asked = connection;
        }
    }
}
