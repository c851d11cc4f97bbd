//! A request to the provider's API, as a person asks for it: where it may go, and what is sent.

use tokenrack_oauth::api::{ApiAnswer, ApiRequest};
use tokenrack_oauth::client::{BasicStyle, Client, ClientAuth};
use tokenrack_oauth::endpoint::{Endpoint, EndpointError};
use tokenrack_oauth::template::Values;
use url::Url;

use super::server;
use crate::connection::{Connection, ProviderRef};
use crate::engine::Ports;
use crate::problem::{Code, Problem};
use crate::provider::{ProviderSpec, place};
use crate::record::Tokens;

/// A request in the words of whoever asks.
#[derive(Debug, Clone)]
pub struct ApiCall {
    /// `GET`.
    pub method: String,
    /// The whole address, or what follows `api.base` of the provider's file.
    pub url: String,
    /// Name and value.
    pub headers: Vec<(String, String)>,
    /// Sent as JSON unless a header says otherwise.
    pub body: Option<Vec<u8>>,
}

/// Checks everything before anything is sent.
///
/// # Errors
/// `InvalidInput`, `InsecureUrl`, `HostNotAllowed`.
pub fn check(call: &ApiCall, connection: &Connection, spec: &ProviderSpec) -> Result<ApiRequest, Problem> {
    let invalid = |words: String| Problem::new(Code::InvalidInput).because(words);
    let text = whole(&call.url, spec).ok_or_else(|| {
        invalid("there is no api.base that this URL could follow: give the whole address".to_owned())
    })?;
    let endpoint = Endpoint::parse(&text).map_err(|error| match error {
        EndpointError::Insecure => {
            Problem::new(Code::InsecureUrl).because(tokenrack_oauth::endpoint::shown(&text))
        }
        other => invalid(format!("the URL: {other}")),
    })?;
    if !spec.may_receive_token(endpoint.url(), connection.server.as_ref()) {
        return Err(not_allowed(endpoint.url(), connection, spec));
    }
    ApiRequest::new(&call.method, endpoint, &call.headers, call.body.clone(), &spec.api)
        .map_err(|error| invalid(error.to_string()))
}

/// The whole address. What follows a base stays below its host, whatever is in it.
fn whole(url: &str, spec: &ProviderSpec) -> Option<String> {
    let is_scheme = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    };
    if url.split_once("://").is_some_and(|(scheme, _)| is_scheme(scheme)) {
        return Some(url.to_owned());
    }
    let base = spec.api.base.as_deref()?;
    Some(format!("{}/{}", base.trim_end_matches('/'), url.trim_start_matches('/')))
}

fn not_allowed(url: &Url, connection: &Connection, spec: &ProviderSpec) -> Problem {
    let (host, id) = (place(url), &spec.id);
    let file = match &connection.provider {
        ProviderRef::Own(_) => "its provider file".to_owned(),
        ProviderRef::Catalog(_) => {
            format!("a provider file of your own (it may begin with extends = \"{id}\")")
        }
    };
    let known = spec.token_hosts().join(", ");
    Problem::new(Code::HostNotAllowed)
        .because(format!("{host} is none of {known}; to allow it: [api] hosts = [\"{host}\"] in {file}"))
}

/// What a test asks for unless the person says otherwise: who is connected, else the API's base.
pub fn usual_url(connection: &Connection, spec: &ProviderSpec) -> Option<String> {
    let request = &spec.account.request;
    let is_get =
        request.body.is_empty() && request.graphql.is_none() && matches!(request.method.as_str(), "" | "GET");
    let account = request.url.clone().filter(|url| is_get && !server::is_open(url));
    let userinfo = || server::place(spec, connection, |server| &server.userinfo_endpoint);
    account.or_else(userinfo).or_else(|| spec.api.base.clone())
}

/// Sends it once, with these tokens. Of all secrets only the access token can be sent.
///
/// # Errors
/// Why no answer came.
pub async fn send(
    ports: &Ports,
    request: &ApiRequest,
    connection: &Connection,
    spec: &ProviderSpec,
    tokens: &Tokens,
) -> Result<ApiAnswer, Problem> {
    let client = Client {
        id: connection.registration.client_id.clone(),
        auth: ClientAuth::None,
        basic: BasicStyle::default(),
    };
    let values = Values::new(&client, &tokens.access_token, &tokens.grant.captured);
    Ok(request.send(ports.http.as_ref(), &spec.api, &values).await?)
}
