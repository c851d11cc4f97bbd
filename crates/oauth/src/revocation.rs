//! Token revocation: RFC 7009, or the provider's own request.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::client::{Client, ClientAuth};
use crate::dialect::RevokeDialect;
use crate::endpoint::Endpoint;
use crate::error::OAuthError;
use crate::http::{HttpClient, HttpRequest};
use crate::response::{json_object, passes, success_only};
use crate::secret::{AccessToken, RefreshToken};

/// Which token (RFC 7009 §2.1).
#[derive(Debug, Clone, Copy)]
pub enum Revocable<'a> {
    /// `token_type_hint=refresh_token`
    Refresh(&'a RefreshToken),
    /// `token_type_hint=access_token`
    Access(&'a AccessToken),
}

/// RFC 7009 §2.1. A token the server does not know is a success (§2.2).
///
/// # Errors
/// [`OAuthError`].
pub async fn revoke(
    http: &dyn HttpClient,
    endpoint: &Endpoint,
    client: &Client,
    token: Revocable<'_>,
    now: Timestamp,
) -> Result<(), OAuthError> {
    let (token, hint) = match token {
        Revocable::Refresh(token) => (token.expose(), "refresh_token"),
        Revocable::Access(token) => (token.expose(), "access_token"),
    };
    let request = client.post_form(endpoint.url(), &[("token", token), ("token_type_hint", hint)]);
    success_only(&http.send(request).await?, now)
}

/// The provider's own request, as its spec writes it.
///
/// # Errors
/// [`OAuthError`]; an answer that the dialect does not take for a success is `Invalid`.
pub async fn revoke_by_request(
    http: &dyn HttpClient,
    dialect: &RevokeDialect,
    client: &Client,
    access_token: &AccessToken,
    refresh_token: Option<&RefreshToken>,
    now: Timestamp,
) -> Result<(), OAuthError> {
    let request = build(dialect, client, access_token, refresh_token)?;
    let answer = http.send(request).await?;
    success_only(&answer, now)?;
    if let Some(check) = &dialect.success {
        let body = json_object(&answer, Some(check), now)?;
        if !passes(&body, check) {
            return Err(OAuthError::Invalid("does not confirm the revocation"));
        }
    }
    Ok(())
}

fn build(
    dialect: &RevokeDialect,
    client: &Client,
    access_token: &AccessToken,
    refresh_token: Option<&RefreshToken>,
) -> Result<HttpRequest, OAuthError> {
    let id: String = url::form_urlencoded::byte_serialize(client.id.as_bytes()).collect();
    let place = dialect.url.replace("{client_id}", &id);
    let endpoint = Endpoint::parse(&place).map_err(|error| OAuthError::endpoint(&place, error))?;
    let bad = |_| OAuthError::Invalid("cannot be asked for: the spec's request is malformed");
    let mut request = HttpRequest::new(Vec::new());
    *request.method_mut() = dialect.method.parse().unwrap_or(http::Method::POST);
    *request.uri_mut() = endpoint.url().as_str().parse().map_err(|_| bad(()))?;
    let headers = request.headers_mut();
    headers.insert(http::header::ACCEPT, http::HeaderValue::from_static("application/json"));
    match (dialect.auth.as_str(), &client.auth) {
        ("basic", ClientAuth::Basic(secret) | ClientAuth::Post(secret)) => {
            headers.insert(http::header::AUTHORIZATION, client.basic(secret).map_err(|_| bad(()))?);
        }
        ("bearer", _) => {
            headers.insert(http::header::AUTHORIZATION, crate::userinfo::bearer(access_token)?);
        }
        _ => {}
    }
    if !dialect.body.is_empty() {
        let refresh = refresh_token.map(RefreshToken::expose).unwrap_or_default();
        let fill = |text: &String| {
            text.replace("{access_token}", access_token.expose()).replace("{refresh_token}", refresh)
        };
        let fields: BTreeMap<&String, String> = dialect.body.iter().map(|(k, v)| (k, fill(v))).collect();
        let (kind, body) = if dialect.body_format == "json" {
            ("application/json", serde_json::to_vec(&fields).map_err(|_| bad(()))?)
        } else {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            form.extend_pairs(fields);
            ("application/x-www-form-urlencoded", form.finish().into_bytes())
        };
        request.headers_mut().insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static(kind));
        *request.body_mut() = body;
    }
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::ClientSecret;

    #[test]
    fn githubs_request() {
        let dialect = RevokeDialect {
            style: "request".into(),
            method: "DELETE".into(),
            url: "https://api.github.com/applications/{client_id}/token".into(),
            auth: "basic".into(),
            body: [("access_token".to_owned(), "{access_token}".to_owned())].into(),
            body_format: "json".into(),
            success: None,
        };
        let client = Client { id: "Iv1/x".into(), auth: ClientAuth::Post(ClientSecret::new("s".into())) };
        let request = build(&dialect, &client, &AccessToken::new("gho".into()), None).unwrap();
        assert_eq!(request.method(), http::Method::DELETE);
        assert_eq!(request.uri(), "https://api.github.com/applications/Iv1%2Fx/token");
        assert_eq!(request.body(), br#"{"access_token":"gho"}"#);
        assert!(request.headers()["authorization"].to_str().unwrap().starts_with("Basic "));
    }
}
