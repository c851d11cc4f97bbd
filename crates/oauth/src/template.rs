//! A request of the provider's own, written in its file as data: who am I, which tenants, revoke, renew.

use std::collections::BTreeMap;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use url::form_urlencoded;

use crate::client::{Client, ClientAuth};
use crate::dialect::RequestTemplate;
use crate::endpoint::Endpoint;
use crate::error::OAuthError;
use crate::http::HttpRequest;
use crate::secret::{AccessToken, ClientSecret, RefreshToken};
use crate::sent::Sent;

/// What a template's braces can mean.
#[derive(Clone, Copy)]
pub struct Values<'a> {
    /// `{client_id}`, `{client_secret}`, and what `auth = "basic"` sends.
    pub client: &'a Client,
    /// `{access_token}`, and what `auth = "bearer"` sends.
    pub access_token: &'a AccessToken,
    /// `{refresh_token}`; empty without one.
    pub refresh_token: Option<&'a RefreshToken>,
    /// `{token}`: the one that a revocation is about.
    pub token: Option<&'a str>,
    /// What was captured from the redirect and the answers.
    pub captured: &'a BTreeMap<String, String>,
}

impl<'a> Values<'a> {
    /// Without a refresh token and a `{token}`.
    pub fn new(
        client: &'a Client,
        access_token: &'a AccessToken,
        captured: &'a BTreeMap<String, String>,
    ) -> Self {
        Self { client, access_token, refresh_token: None, token: None, captured }
    }

    fn get(&self, name: &str) -> Option<&str> {
        match name {
            "access_token" => Some(self.access_token.expose()),
            "refresh_token" => Some(self.refresh_token.map_or("", RefreshToken::expose)),
            "token" => self.token,
            "client_id" => Some(&self.client.id),
            "client_secret" => Some(self.client.secret().map_or("", ClientSecret::expose)),
            // No `-` can stand in braces: Zoho's `accounts-server` is `{accounts_server}`.
            other => {
                let mut captured = self.captured.iter();
                captured.find(|(name, _)| name.replace('-', "_") == other).map(|(_, value)| value.as_str())
            }
        }
    }

    /// Id and secret as Basic, however the client proves itself at the token endpoint.
    fn basic(&self) -> Option<HeaderValue> {
        match &self.client.auth {
            ClientAuth::Post(secret) => self.client.basic_with(secret.expose()),
            _ => self.client.basic(),
        }
    }

    fn secrets(&self) -> Sent {
        let names = ["access_token", "refresh_token", "token"];
        Sent::by(self.client, names.into_iter().filter_map(|name| Some((name, self.get(name)?))))
    }

    /// Fills the braces in, each value made safe for its place by `encode`.
    fn fill(&self, template: &str, encode: impl Fn(&str) -> String) -> Result<String, OAuthError> {
        let mut filled = String::with_capacity(template.len());
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or(MALFORMED)?;
            let value = self.get(name).ok_or(UNKNOWN_VALUE)?;
            filled.push_str(before);
            filled.push_str(&encode(value));
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

const UNKNOWN_VALUE: OAuthError = OAuthError::Invalid("lacks a value that the provider's file needs");
/// RFC 3986 §5.2.4: the segment, and the one before it, would be gone.
const ANOTHER_PATH: OAuthError = OAuthError::Invalid("has a value that would lead to another path");
const MALFORMED: OAuthError =
    OAuthError::Invalid("cannot be asked for: the request in the provider's file is malformed");

impl RequestTemplate {
    /// The request, `auth` being what an empty `self.auth` means. Its URL may hold a secret and is not for any log.
    ///
    /// # Errors
    /// `Endpoint` for a URL no secret may be sent to, `Invalid` for a template that cannot be filled in.
    pub fn request(&self, auth: &str, values: &Values<'_>) -> Result<HttpRequest, OAuthError> {
        let template = self.url.as_deref().ok_or(MALFORMED)?;
        // What is captured reaches a host only through the loader, which knows the hosts that are allowed.
        let host = template.split("://").nth(1).and_then(|rest| rest.split(['/', '?']).next());
        if host.is_some_and(|host| host.contains('{')) {
            return Err(UNKNOWN_VALUE);
        }
        let place = values.fill(template, in_url)?;
        let path = place.split(['?', '#']).next().unwrap_or_default();
        if path.split('/').any(|segment| matches!(segment, "." | "..")) {
            return Err(ANOTHER_PATH);
        }
        // What is shown of a bad URL is the template: the filled one may hold a token.
        let endpoint = Endpoint::parse(&place).map_err(|error| OAuthError::endpoint(template, error))?;
        let mut url = endpoint.url().clone();
        for (name, value) in &self.query {
            let value = values.fill(value, str::to_owned)?;
            url.query_pairs_mut().append_pair(name, &value);
        }
        let (kind, body) = self.body(values)?;
        let mut request = HttpRequest::new(body);
        request.extensions_mut().insert(values.secrets());
        *request.method_mut() = match (self.method.as_str(), kind) {
            ("", None) => http::Method::GET,
            ("", Some(_)) => http::Method::POST,
            (method, _) => method.parse().map_err(|_| MALFORMED)?,
        };
        *request.uri_mut() = url.as_str().parse().map_err(|_| MALFORMED)?;
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(kind) = kind {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        match if self.auth.is_empty() { auth } else { &self.auth } {
            "basic" => headers.extend(values.basic().map(|value| (AUTHORIZATION, value))),
            "bearer" => drop(headers.insert(AUTHORIZATION, bearer(values.access_token)?)),
            _ => {}
        }
        for (name, template) in &self.headers {
            let name = HeaderName::try_from(name).map_err(|_| MALFORMED)?;
            let mut value =
                HeaderValue::try_from(values.fill(template, str::to_owned)?).map_err(|_| MALFORMED)?;
            value.set_sensitive(template.contains('{'));
            headers.insert(name, value);
        }
        Ok(request)
    }

    /// The body and its content type.
    fn body(&self, values: &Values<'_>) -> Result<(Option<&'static str>, Vec<u8>), OAuthError> {
        if let Some(query) = &self.graphql {
            let body = serde_json::json!({ "query": query }).to_string();
            return Ok((Some("application/json"), body.into_bytes()));
        }
        if self.body.is_empty() {
            return Ok((None, Vec::new()));
        }
        let mut fields = BTreeMap::new();
        for (name, value) in &self.body {
            fields.insert(name, values.fill(value, str::to_owned)?);
        }
        if self.body_format == "json" {
            return Ok((Some("application/json"), serde_json::to_vec(&fields).map_err(|_| MALFORMED)?));
        }
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        Ok((Some("application/x-www-form-urlencoded"), form.finish().into_bytes()))
    }
}

/// One path segment or one query value.
fn in_url(value: &str) -> String {
    form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>().replace('+', "%20")
}

/// RFC 6750 §2.1.
pub(crate) fn bearer(token: &AccessToken) -> Result<HeaderValue, OAuthError> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose()))
        .map_err(|_| OAuthError::Invalid("has an access_token that no header can carry"))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::BasicStyle;
    use crate::secret::ClientSecret;

    fn built(template: &RequestTemplate) -> Result<HttpRequest, OAuthError> {
        let client = Client {
            id: "Iv1/x".into(),
            auth: ClientAuth::Post(ClientSecret::new("s&".into())),
            basic: BasicStyle::default(),
        };
        let captured = words([("my-site", "a b"), ("up", ".."), ("dot", ".")]);
        let token = AccessToken::new("g/ho".into());
        template.request("bearer", &Values::new(&client, &token, &captured))
    }

    fn words<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
    }

    #[test]
    fn githubs_revocation() {
        let request = built(&RequestTemplate {
            method: "DELETE".into(),
            url: Some("https://api.github.com/applications/{client_id}/token".into()),
            auth: "basic".into(),
            body: words([("access_token", "{access_token}")]),
            body_format: "json".into(),
            ..Default::default()
        })
        .unwrap();
        assert_eq!(request.method(), http::Method::DELETE);
        assert_eq!(request.uri(), "https://api.github.com/applications/Iv1%2Fx/token");
        assert_eq!(request.body(), br#"{"access_token":"g/ho"}"#);
        assert!(request.headers()["authorization"].to_str().unwrap().starts_with("Basic "));
    }

    #[test]
    fn every_place_is_encoded_its_own_way() {
        let request = built(&RequestTemplate {
            url: Some("https://as.example/{my_site}/t/{access_token}".into()),
            query: words([("q", "{client_secret}")]),
            headers: words([("X-Token", "{access_token}")]),
            body: words([("token", "{access_token}"), ("refresh", "{refresh_token}")]),
            ..Default::default()
        })
        .unwrap();
        assert_eq!(request.method(), http::Method::POST);
        assert_eq!(request.uri(), "https://as.example/a%20b/t/g%2Fho?q=s%26");
        assert_eq!(request.body(), b"refresh=&token=g%2Fho");
        assert_eq!(request.headers()["x-token"], "g/ho");
        assert!(request.headers()["x-token"].is_sensitive());
        assert_eq!(request.headers()["authorization"], "Bearer g/ho");
    }

    #[test]
    fn dots_are_no_more_than_dots_elsewhere() {
        let url = Some("https://as.example/v{dot}1/a{up}?q={up}".into());
        let request = built(&RequestTemplate { url, ..Default::default() }).unwrap();
        assert_eq!(request.uri(), "https://as.example/v.1/a..?q=..");
    }

    #[test]
    fn graphql_is_sent_to_the_letter() {
        let graphql = Some("{ viewer { email } }".into());
        let url = Some("https://api.example/graphql".into());
        let request = built(&RequestTemplate { url, graphql, ..Default::default() }).unwrap();
        assert_eq!(request.body(), br#"{"query":"{ viewer { email } }"}"#);
        assert_eq!(request.method(), http::Method::POST);
    }

    #[test]
    fn what_cannot_be_filled_in_is_not_sent() {
        for url in [
            "https://as.example/{other}",
            "https://as.example/{token}",
            "https://as.example/{",
            "http://as.example/",
            "https://{my_site}/",
            "https://{my_site}?x",
            "https://as.example/v1/{up}/me",
            "https://as.example/v1/{dot}{dot}",
            "https://as.example/{dot}?x",
        ] {
            assert!(
                built(&RequestTemplate { url: Some(url.into()), ..Default::default() }).is_err(),
                "{url}"
            );
        }
    }
}
