//! Finds a server's metadata: RFC 8414 §3 first, OpenID Connect Discovery §4 second; the issuer is checked.

use jiff::Timestamp;

use crate::endpoint::{Endpoint, is_loopback};
use crate::error::OAuthError;
use crate::http::{HttpClient, HttpRequest};
use crate::metadata::ServerMetadata;
use crate::response::json_object;
use crate::sent::ask;

/// Reads the metadata of `issuer`. A document that names another issuer ends the search: it is an attack or a
/// mistake, never a reason to look further.
///
/// # Errors
/// [`OAuthError`].
pub async fn discover(
    http: &dyn HttpClient,
    issuer: &str,
    now: Timestamp,
) -> Result<ServerMetadata, OAuthError> {
    let base = parse(issuer)?;
    let mut first_failure = None;
    for place in well_known(&base) {
        match fetch(http, &place, now).await {
            Ok(metadata) => return checked(metadata, issuer),
            Err(failure @ OAuthError::Http(_)) => return Err(failure),
            Err(failure) => first_failure = first_failure.or(Some(failure)),
        }
    }
    Err(match first_failure {
        // "Not found" twice says nothing; what the person gave says where to look.
        None | Some(OAuthError::Status { status: 404, .. }) => OAuthError::NoMetadata(base.host().to_owned()),
        Some(failure) => failure,
    })
}

/// Reads the metadata at a known place; `issuer` is checked when given.
///
/// # Errors
/// [`OAuthError`].
pub async fn read(
    http: &dyn HttpClient,
    metadata_url: &str,
    issuer: Option<&str>,
    now: Timestamp,
) -> Result<ServerMetadata, OAuthError> {
    let metadata = fetch(http, &parse(metadata_url)?, now).await?;
    match issuer {
        Some(issuer) => checked(metadata, issuer),
        None => Ok(metadata),
    }
}

/// Reads the metadata of the server that a protected resource names in its own (RFC 9728 §2, the first of several). A
/// resource without such a document is its own server.
///
/// # Errors
/// [`OAuthError`]; `MetadataIssuer` for a document that speaks of another resource (§3.3).
pub async fn discover_by_resource(
    http: &dyn HttpClient,
    resource: &str,
    now: Timestamp,
) -> Result<ServerMetadata, OAuthError> {
    let base = parse(resource)?;
    let path = base.url().path().trim_end_matches('/');
    let place = at(&base, &format!("/.well-known/oauth-protected-resource{path}"));
    let place = place.ok_or(OAuthError::Invalid("is not about a resource"))?;
    let document = match get_json(http, &place, now).await {
        Ok(document) => document,
        Err(OAuthError::Status { status: 404, .. }) => return discover(http, resource, now).await,
        Err(failure) => return Err(failure),
    };
    discover(http, &named_by(&document, resource)?, now).await
}

/// The issuer that a resource's metadata names.
fn named_by(document: &serde_json::Value, resource: &str) -> Result<String, OAuthError> {
    let found = document["resource"].as_str().unwrap_or_default();
    if bare(found) != bare(resource) {
        return Err(OAuthError::MetadataIssuer { found: crate::response::plain(found, 120) });
    }
    let issuer = document["authorization_servers"][0].as_str();
    let issuer = issuer.ok_or(OAuthError::Invalid("names no authorization server"))?;
    if is_local(issuer) && !is_local(resource) {
        return Err(INWARD);
    }
    Ok(issuer.to_owned())
}

/// Fetches a JSON document by GET. Redirects are not followed.
pub(crate) async fn get_json(
    http: &dyn HttpClient,
    place: &Endpoint,
    now: Timestamp,
) -> Result<serde_json::Value, OAuthError> {
    let mut request = HttpRequest::new(Vec::new());
    *request.uri_mut() =
        place.url().as_str().parse().map_err(|_| {
            OAuthError::endpoint(place.url().as_str(), crate::endpoint::EndpointError::Malformed)
        })?;
    request.headers_mut().insert(http::header::ACCEPT, http::HeaderValue::from_static("application/json"));
    json_object(&ask(http, request).await?, None, now)
}

async fn fetch(
    http: &dyn HttpClient,
    place: &Endpoint,
    now: Timestamp,
) -> Result<ServerMetadata, OAuthError> {
    let document = get_json(http, place, now).await?;
    serde_json::from_value(document).map_err(|_| OAuthError::Invalid("is not authorization server metadata"))
}

/// RFC 8414 §3.3: identical, as strings. A single trailing slash is the one difference people type.
fn checked(metadata: ServerMetadata, issuer: &str) -> Result<ServerMetadata, OAuthError> {
    let found = metadata.issuer.as_deref().unwrap_or_default();
    if bare(found) != bare(issuer) {
        return Err(OAuthError::MetadataIssuer { found: crate::response::plain(found, 120) });
    }
    for endpoint in [&metadata.authorization_endpoint, &metadata.token_endpoint] {
        let text = endpoint.as_deref().ok_or(OAuthError::Invalid("lacks an endpoint"))?;
        parse(text)?;
    }
    let all = [
        &metadata.authorization_endpoint,
        &metadata.token_endpoint,
        &metadata.revocation_endpoint,
        &metadata.userinfo_endpoint,
        &metadata.jwks_uri,
        &metadata.registration_endpoint,
        &metadata.pushed_authorization_request_endpoint,
    ];
    if !is_local(issuer) && all.into_iter().flatten().any(|url| is_local(url)) {
        return Err(INWARD);
    }
    Ok(metadata)
}

/// A server elsewhere has no business with programs of this machine.
const INWARD: OAuthError = OAuthError::Invalid("points at this machine");

fn is_local(url: &str) -> bool {
    Endpoint::parse(url).is_ok_and(|endpoint| is_loopback(endpoint.url()))
}

fn bare(issuer: &str) -> &str {
    issuer.strip_suffix('/').unwrap_or(issuer)
}

fn parse(url: &str) -> Result<Endpoint, OAuthError> {
    Endpoint::parse(url).map_err(|error| OAuthError::endpoint(url, error))
}

/// RFC 8414 §3.1 puts the well-known part before the path, OpenID after it.
fn well_known(issuer: &Endpoint) -> Vec<Endpoint> {
    let path = issuer.url().path().trim_end_matches('/');
    [
        at(issuer, &format!("/.well-known/oauth-authorization-server{path}")),
        at(issuer, &format!("{path}/.well-known/openid-configuration")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Another path of the same server.
fn at(base: &Endpoint, path: &str) -> Option<Endpoint> {
    let mut url = base.url().clone();
    url.set_path(path);
    url.set_query(None);
    Endpoint::parse(url.as_str()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_places() {
        let places = |issuer| {
            well_known(&Endpoint::parse(issuer).unwrap())
                .iter()
                .map(|e| e.url().to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            places("https://as.example/tenant/"),
            [
                "https://as.example/.well-known/oauth-authorization-server/tenant",
                "https://as.example/tenant/.well-known/openid-configuration"
            ]
        );
        assert_eq!(places("https://as.example")[1], "https://as.example/.well-known/openid-configuration");
    }

    #[test]
    fn a_resource_names_its_server_and_no_program_of_this_machine() {
        let named = |document| named_by(&document, "https://pds.example");
        let good = serde_json::json!({
            "resource": "https://pds.example/", "authorization_servers": ["https://as.example", "https://other.example"],
        });
        assert_eq!(named(good).as_deref(), Ok("https://as.example"));
        let other = serde_json::json!({"resource": "https://evil.example", "authorization_servers": ["https://as.example"]});
        assert!(matches!(named(other), Err(OAuthError::MetadataIssuer { .. })));
        for servers in [serde_json::json!([]), serde_json::json!(["http://127.0.0.1:8080"])] {
            let document =
                serde_json::json!({"resource": "https://pds.example", "authorization_servers": servers});
            assert!(matches!(named(document), Err(OAuthError::Invalid(_))));
        }
    }

    #[test]
    fn another_issuer_is_refused() {
        let metadata = |issuer: &str| ServerMetadata {
            issuer: Some(issuer.into()),
            authorization_endpoint: Some("https://as.example/a".into()),
            token_endpoint: Some("https://as.example/t".into()),
            ..Default::default()
        };
        assert!(checked(metadata("https://as.example"), "https://as.example/").is_ok());
        assert!(matches!(
            checked(metadata("https://evil.example"), "https://as.example"),
            Err(OAuthError::MetadataIssuer { .. })
        ));
        let inward = ServerMetadata {
            jwks_uri: Some("http://127.0.0.1:8080/".into()),
            ..metadata("https://as.example")
        };
        assert!(matches!(checked(inward, "https://as.example"), Err(OAuthError::Invalid(_))));
        let no_endpoint = ServerMetadata { issuer: Some("https://as.example".into()), ..Default::default() };
        assert!(matches!(checked(no_endpoint, "https://as.example"), Err(OAuthError::Invalid(_))));
    }
}
