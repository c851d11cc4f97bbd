//! Pushed authorization requests (RFC 9126): what is asked for goes straight to the server, and the browser carries only
//! a reference to it.

use jiff::Timestamp;

use crate::client::Client;
use crate::endpoint::Endpoint;
use crate::error::OAuthError;
use crate::http::HttpClient;
use crate::response::{json_object, plain};

/// No genuine `request_uri` is longer.
const LONGEST: usize = 2048;

/// Pushes a request's parameters (§2.1), with the client's own proof; answers the `request_uri` (§2.2).
///
/// # Errors
/// [`OAuthError`]; `Invalid` for an answer without a usable `request_uri`.
pub async fn push(
    http: &dyn HttpClient,
    endpoint: &Endpoint,
    client: &Client,
    parameters: &[(String, String)],
    now: Timestamp,
) -> Result<String, OAuthError> {
    let said: Vec<_> = client.fields().into_iter().map(|(name, _)| name).collect();
    // A client that proves itself in the body names itself there; no parameter comes twice (RFC 6749 §3.1).
    let fields: Vec<(&str, &str)> = parameters
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, _)| !said.contains(name))
        .collect();
    let answer = http.send(client.post_form(endpoint.url(), &fields)).await?;
    let body = json_object(&answer, None, now)?;
    let request_uri = body["request_uri"].as_str().filter(|uri| !uri.is_empty());
    let request_uri = request_uri.ok_or(OAuthError::Invalid("has no request_uri"))?;
    if plain(request_uri, LONGEST) != request_uri {
        return Err(OAuthError::Invalid("has a request_uri that is none"));
    }
    Ok(request_uri.to_owned())
}
