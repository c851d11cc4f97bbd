//! Providers that end all tokens of a client and account together (`revoke.effect = "whole_grant"`), or may do so as far as
//! anybody knows: who tells one of them of tokens that nobody uses may end a sign-in that is in use.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::connection::{Connection, ConnectionId};
use crate::flows::{revoke, server};
use crate::lifecycle::{Account, Grant};
use crate::provider::{Catalog, ProviderSpec};
use crate::status;

/// To whom tokens were given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The client.
    pub client_id: String,
    /// Whose sign-in it was; `None` where nobody knows, so that it may be anyone's.
    pub account: Option<Account>,
}

impl Owner {
    /// Whether both may be the same. Only two ids are proof of two accounts: what a person is called may change.
    pub fn may_be(&self, other: &Self) -> bool {
        let id = |owner: &Self| owner.account.as_ref()?.id.clone();
        self.client_id == other.client_id && id(self).zip(id(other)).is_none_or(|(one, other)| one == other)
    }
}

impl Connection {
    /// To whom these tokens were given.
    pub fn owner_of(&self, grant: &Grant) -> Owner {
        let client_id = grant.client_id.as_ref().unwrap_or(&self.registration.client_id).clone();
        Owner { client_id, account: grant.account.clone() }
    }

    /// To whom the tokens were given that disconnects have left.
    pub fn owners_left(&self) -> Vec<Owner> {
        if self.unrevoked.is_some() && self.unrevoked_of.is_empty() {
            return vec![Owner { client_id: self.registration.client_id.clone(), account: None }];
        }
        self.unrevoked_of.clone()
    }
}

/// Whether the provider would end a sign-in in use, of any connection, along with tokens of one of these owners that
/// `connection` has left; where nobody knows what it ends (`revoke.effect`), it would. Of one that cannot be told: no.
pub fn ends_along<'a>(
    connection: &Connection,
    spec: &ProviderSpec,
    owners: &[Owner],
    all: impl IntoIterator<Item = &'a Connection>,
    catalog: &Catalog,
) -> bool {
    let place = server::token_place(spec, connection);
    // To the same provider, by this file or by another.
    let is_there = |other: &Connection| {
        other.provider.id() == connection.provider.id()
            || (place.is_some()
                && resolved(other, catalog).is_some_and(|spec| server::token_place(&spec, other) == place))
    };
    spec.revoke.may_end_others()
        && revoke::place(spec, connection).is_some()
        && all.into_iter().any(|other| {
            // What was refused may work again, once the settings are what they were.
            let owner = other.state.grant().map(|grant| other.owner_of(grant));
            owner.is_some_and(|other_owner| owners.iter().any(|owner| owner.may_be(&other_owner)))
                && is_there(other)
        })
}

fn resolved(connection: &Connection, catalog: &Catalog) -> Option<ProviderSpec> {
    status::spec(connection, catalog)?.resolve(&connection.vars).ok()
}

/// The connections of which the provider is not told by itself what their disconnects have left: a sign-in in use would end
/// along.
pub fn held(all: &[Cow<'_, Connection>], catalog: &Catalog) -> Vec<ConnectionId> {
    let left = all.iter().filter(|connection| connection.unrevoked.is_some());
    let waits = |connection: &&Cow<'_, Connection>| {
        let others = || all.iter().map(AsRef::as_ref);
        resolved(connection, catalog)
            .is_some_and(|spec| ends_along(connection, &spec, &connection.owners_left(), others(), catalog))
    };
    left.filter(waits).map(|connection| connection.id.clone()).collect()
}
