//! Asks the server what it says of the access token (RFC 7662).

use tokenrack_oauth::introspection::{self, Introspection};
use tokenrack_oauth::secret::ClientSecret;

use super::server;
use crate::connection::Connection;
use crate::engine::Ports;
use crate::problem::{Code, Problem};
use crate::provider::ProviderSpec;
use crate::record::Tokens;

/// Asks once.
///
/// # Errors
/// `NoIntrospection` without an endpoint, or any protocol problem.
pub async fn introspect(
    ports: &Ports,
    connection: &Connection,
    spec: &ProviderSpec,
    tokens: &Tokens,
    secret: Option<&ClientSecret>,
) -> Result<Introspection, Problem> {
    let known = connection.server.as_ref().and_then(|server| server.introspection_endpoint.as_ref());
    let place =
        spec.server.metadata.introspection_endpoint.as_ref().or(known).ok_or(Code::NoIntrospection)?;
    let endpoint = server::endpoint(place)?;
    let client = server::client(ports, spec, connection, secret)?;
    let (http, now) = (ports.http.as_ref(), ports.clock.now());
    Ok(introspection::introspect(http, &endpoint, &client, &tokens.access_token, now).await?)
}
