//! Tokens go only where they went at their sign-in, whatever the provider's file says by now. A file of the person's own may
//! be edited, broken or gone, and the shipped one be in its place.

use super::Engine;
use crate::connection::{Connection, ProviderRef};
use crate::flows::server::{self, Place};
use crate::flows::{introspect, refresh, revoke};
use crate::lifecycle::Grant;
use crate::problem::{Code, Problem};
use crate::provider::{ProviderSpec, Reach};

impl Engine {
    /// Where the tokens of a sign-in may be sent that ends now.
    pub(super) fn reach(&self, connection: &Connection, spec: &ProviderSpec) -> Reach {
        let asked = [
            server::giver(spec, connection),
            refresh::own_place(spec),
            revoke::place(spec, connection),
            introspect::place(spec, connection),
        ];
        Reach::new(asked.into_iter().flatten(), self.is_shipped(connection))
    }

    /// As `spec`, for what is sent with the tokens of this grant or about them to `place`: with their key where they are
    /// bound to one.
    ///
    /// # Errors
    /// `ServerChanged`, and as for `spec`.
    pub(super) fn spec_of_tokens(
        &self,
        connection: &Connection,
        grant: &Grant,
        place: Place,
    ) -> Result<ProviderSpec, Problem> {
        let mut spec = self.spec(connection)?;
        if let Some(is_bound) = grant.is_bound {
            spec.client.dpop_bound_access_tokens = is_bound;
        }
        // Of a sign-in with a first version no more is known than who gave the tokens.
        let giver = || Reach::new(server::giver(&spec, connection).into_iter(), false);
        let (reach, place) = match &grant.reach {
            Some(reach) => (reach.clone(), place),
            None => (giver(), server::token_place as Place),
        };
        if let Some(url) = place(&spec, connection) {
            let is_shipped = self.is_shipped(connection);
            reach
                .check(&url, is_shipped)
                .map_err(|words| Problem::new(Code::ServerChanged).because(words))?;
        }
        Ok(spec)
    }

    fn is_shipped(&self, connection: &Connection) -> bool {
        matches!(&connection.provider, ProviderRef::Catalog(id) if self.catalog().is_shipped(id))
    }
}
