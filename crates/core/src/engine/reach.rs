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
    /// Where the tokens of a sign-in may be sent that ends now, with the file as it was read for that.
    pub(super) fn reach(&self, connection: &Connection, spec: &ProviderSpec) -> Reach {
        let asked = [
            server::giver(spec, connection),
            refresh::own_place(spec),
            revoke::place(spec, connection),
            introspect::place(spec, connection),
        ];
        let is_as_read = self.spec(connection).is_ok_and(|now| now == *spec);
        Reach::new(asked.into_iter().flatten(), is_as_read && self.is_shipped(connection))
    }

    /// As `spec`, for a sign-in that waits, and for what it brings.
    ///
    /// # Errors
    /// `ServerChanged` where the file names another server than when it began, and as for `spec`.
    pub(super) fn spec_of_attempt(&self, connection: &Connection) -> Result<ProviderSpec, Problem> {
        let spec = self.spec(connection)?;
        self.hold(connection, &spec, &giver(connection, &spec), server::token_place)?;
        Ok(spec)
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
        match &grant.reach {
            Some(reach) => self.hold(connection, &spec, reach, place)?,
            // Of a sign-in with a first version no more is known than who gave the tokens.
            None => self.hold(connection, &spec, &giver(connection, &spec), server::token_place)?,
        }
        Ok(spec)
    }

    fn hold(
        &self,
        connection: &Connection,
        spec: &ProviderSpec,
        reach: &Reach,
        place: Place,
    ) -> Result<(), Problem> {
        let Some(url) = place(spec, connection) else { return Ok(()) };
        // What a server says of itself may change with a sign-in that nobody finishes.
        let by_file = place(spec, &Connection { server: None, ..connection.clone() });
        let is_shipped = self.is_shipped(connection) && by_file.as_ref() == Some(&url);
        let held = reach.check(&url, is_shipped);
        held.map_err(|words| Problem::new(Code::ServerChanged).because(words))
    }

    fn is_shipped(&self, connection: &Connection) -> bool {
        matches!(&connection.provider, ProviderRef::Catalog(id) if self.catalog().is_shipped(id))
    }
}

fn giver(connection: &Connection, spec: &ProviderSpec) -> Reach {
    Reach::new(server::giver(spec, connection).into_iter(), false)
}
