//! Asks the server what it says of the access token (RFC 7662).

use tokenrack_oauth::introspection::{self, Introspection};
use tokenrack_oauth::secret::ClientSecret;

use super::server;
use crate::connection::Connection;
use crate::engine::Ports;
use crate::problem::{Code, Problem};
use crate::provider::ProviderSpec;
use crate::record::Tokens;

/// Where.
pub fn place(spec: &ProviderSpec, connection: &Connection) -> Option<String> {
    server::place(spec, connection, |server| &server.introspection_endpoint)
}

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
    let endpoint = server::endpoint(&place(spec, connection).ok_or(Code::NoIntrospection)?)?;
    let client = server::client(ports, spec, connection, secret)?;
    let (http, now) = (ports.http.as_ref(), ports.clock.now());
    Ok(introspection::introspect(http, &endpoint, &client, &tokens.access_token, now).await?)
}
