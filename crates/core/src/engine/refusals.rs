//! A refusal is one of the settings that were asked with. Where a person has put the provider's file or the client right
//! since, the tokens are tried once more. Nobody writes to a record when a file changes, so it is seen where one is read.

use std::borrow::Cow;

use super::background::Unwritten;
use super::{Engine, locked};
use crate::connection::{Connection, ConnectionId};
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
        let mut connection = self.with_unwritten(connection);
        if connection.state.refused().is_some() {
            self.forget_refusal(connection.to_mut());
        }
        connection
    }

    /// The connection with what has failed here, or was said, since it was written down.
    pub(super) fn with_unwritten<'a>(&self, connection: &'a Connection) -> Cow<'a, Connection> {
        let mut connection = Cow::Borrowed(connection);
        let unwritten = locked(&self.inner.background).unwritten.get(&connection.id).cloned();
        if let Some(Unwritten { generation, intent, failure }) = unwritten
            && connection.state.grant().is_some_and(|grant| grant.generation == generation)
        {
            connection.to_mut().state.with_grant(|grant| {
                let is_known = match &grant.refresh {
                    RefreshState::Idle => true,
                    // Of another's request nobody knows here what came of it.
                    RefreshState::InFlight { since, .. } => intent == Some(*since),
                    RefreshState::Failed(_) => false,
                };
                if is_known {
                    grant.refresh = RefreshState::Failed(failure);
                }
            });
        }
        connection
    }

    /// What came of a refresh, where it could not be written down; `None` where it could.
    pub(super) fn remember_unwritten(&self, id: &ConnectionId, unwritten: Option<Unwritten>) {
        let mut knows = locked(&self.inner.background);
        let before = match unwritten {
            Some(unwritten) => knows.unwritten.insert(id.clone(), unwritten),
            None => knows.unwritten.remove(id),
        };
        let is_same = before.as_ref() == knows.unwritten.get(id);
        drop(knows);
        if !is_same {
            self.read_again();
        }
    }
}
