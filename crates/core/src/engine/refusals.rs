//! A refusal is one of the settings that were asked with. Where a person has put the provider's file or the client right
//! since, the tokens are tried once more. Nobody writes to a record when a file changes, so it is seen where one is read.

use std::borrow::Cow;

use super::{Engine, locked};
use crate::connection::Connection;
use crate::flows::refresh;
use crate::lifecycle::{Asked, RefreshState};
use crate::status;

impl Engine {
    /// What a refresh would ask by the settings of now.
    pub(super) fn asked(&self, connection: &Connection) -> Option<Asked> {
        let catalog = self.catalog();
        let url = refresh::place(status::spec(connection, &catalog)?, connection)?;
        Some(Asked { url, client_id: connection.registration.client_id.clone() })
    }

    /// Forgets a refusal of other settings than those of now.
    pub(super) fn forget_refusal(&self, connection: &mut Connection) {
        if connection.state.refused().is_some()
            && let Some(now) = self.asked(connection)
        {
            connection.asks(&now);
        }
    }

    /// The connection without such a refusal, and with what failed here that could not be written down.
    pub(super) fn as_of_now<'a>(&self, connection: &'a Connection) -> Cow<'a, Connection> {
        let mut connection = Cow::Borrowed(connection);
        if connection.state.refused().is_some() {
            self.forget_refusal(connection.to_mut());
        }
        let unwritten = locked(&self.inner.background).unwritten.get(&connection.id).cloned();
        if let Some((generation, failure)) = unwritten
            && connection.state.grant().is_some_and(|grant| grant.generation == generation)
        {
            connection.to_mut().state.with_grant(|grant| {
                if grant.refresh == RefreshState::Idle {
                    grant.refresh = RefreshState::Failed(failure);
                }
            });
        }
        connection
    }
}
