//! The client credentials grant (RFC 6749 §4.4): the client asks for itself. The first token and every later one come by
//! the same request.

use tokenrack_oauth::secret::ClientSecret;

use super::clock::Heard;
use super::server;
use crate::connection::Connection;
use crate::engine::Ports;
use crate::lifecycle::{Account, Grant};
use crate::problem::{Code, Problem};
use crate::provider::ProviderSpec;
use crate::record::Tokens;
use crate::refresh_end::RefreshEnd;

/// Asks for a token.
///
/// # Errors
/// Any protocol problem; nothing is lost.
pub async fn obtain(
    ports: &Ports,
    connection: &Connection,
    spec: &ProviderSpec,
    secret: Option<&ClientSecret>,
) -> Result<Tokens, Problem> {
    let heard = Heard::by(ports);
    ask(&heard.ports, connection, spec, secret).await.map_err(|problem| heard.explain(problem))
}

async fn ask(
    ports: &Ports,
    connection: &Connection,
    spec: &ProviderSpec,
    secret: Option<&ClientSecret>,
) -> Result<Tokens, Problem> {
    let client = server::client(ports, spec, connection, secret)?;
    let place = server::token_place(spec, connection);
    let endpoint = server::endpoint(&place.ok_or(Code::DiscoveryIncomplete)?)?;
    let asked = server::token_endpoint(ports, spec, connection, &endpoint, &client);
    let now = asked.now;
    let answer = asked.client_credentials(server::scope(connection, spec).as_deref()).await;
    let answer = answer.map_err(|error| match Problem::from(error) {
        // There is no grant that could have ended: it is the client that is refused.
        problem if problem.code == Code::InvalidGrant => {
            Problem { code: Code::UnauthorizedClient, ..problem }
        }
        problem => problem,
    })?;
    let before = connection.state.grant();
    let id = connection.registration.client_id.clone();
    let account = Account { id: Some(id.clone()), label: id };
    let mut tokens = Tokens::first(answer, connection.state.generation() + 1, now, Some(account));
    tokens.grant = Grant {
        // Nobody is needed for the next one.
        refreshable: true,
        // Whatever came along (RFC 6749 §4.4.3: it should not) is not used.
        refresh_end: RefreshEnd::default(),
        // RFC 6749 §5.1: an answer without `scope` means "as asked for".
        scopes: tokens.grant.scopes.or_else(|| server::scopes(connection, spec).map(<[_]>::to_vec)),
        authorized_at: before.map_or(now, |grant| grant.authorized_at),
        reach: before.and_then(|grant| grant.reach.clone()),
        client_id: Some(connection.registration.client_id.clone()),
        is_bound: Some(spec.client.dpop_bound_access_tokens),
        ..tokens.grant
    };
    Ok(tokens)
}
