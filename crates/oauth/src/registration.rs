//! Dynamic client registration (RFC 7591 §3), and Mastodon's request for the same, which is older.

use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use jiff::Timestamp;
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::endpoint::Endpoint;
use crate::error::OAuthError;
use crate::http::{HttpClient, HttpRequest};
use crate::response::{json_object, plain};
use crate::secret::ClientSecret;
use crate::sent::ask;

/// What is asked for (RFC 7591 §2).
#[derive(Debug, Clone, Copy)]
pub struct Registration<'a> {
    /// Shown to the person who signs in.
    pub client_name: &'a str,
    /// Absent for a grant that comes back to nowhere.
    pub redirect_uri: Option<&'a str>,
    /// Everything that may be asked for later.
    pub scopes: &'a [String],
    /// `authorization_code` and its kind.
    pub grant_types: &'a [&'a str],
    /// How the client would prove itself.
    pub token_endpoint_auth_method: &'a str,
}

/// How the request is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// JSON with the names of RFC 7591 §2.
    Rfc7591,
    /// A form with names of its own; the client always has a secret.
    /// <https://docs.joinmastodon.org/methods/apps/#create>
    Mastodon,
}

/// A client as the server has registered it (RFC 7591 §3.2.1).
#[derive(Debug)]
pub struct Registered {
    /// Public.
    pub client_id: String,
    /// Absent for a public client.
    pub client_secret: Option<ClientSecret>,
    /// The server's word, which may differ from what was asked for.
    pub token_endpoint_auth_method: Option<String>,
}

/// Registers a client. No initial access token is sent: servers that want one are registered with by hand.
///
/// # Errors
/// [`OAuthError`]; `Invalid` for an answer without a usable `client_id`.
pub async fn register(
    http: &dyn HttpClient,
    endpoint: &Endpoint,
    style: Style,
    wanted: &Registration<'_>,
    now: Timestamp,
) -> Result<Registered, OAuthError> {
    let (kind, body) = match style {
        Style::Rfc7591 => ("application/json", wanted.json().to_string()),
        Style::Mastodon => ("application/x-www-form-urlencoded", wanted.form()),
    };
    let mut request = HttpRequest::new(body.into_bytes());
    *request.method_mut() = http::Method::POST;
    *request.uri_mut() = endpoint.url().as_str().parse().unwrap_or_default();
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    read(&json_object(&ask(http, request).await?, None, now)?)
}

impl Registration<'_> {
    fn json(&self) -> Value {
        let mut metadata = json!({
            "client_name": self.client_name,
            "application_type": "native",
            "grant_types": self.grant_types,
            "response_types": self.redirect_uri.iter().map(|_| "code").collect::<Vec<_>>(),
            "redirect_uris": self.redirect_uri.iter().collect::<Vec<_>>(),
            "token_endpoint_auth_method": self.token_endpoint_auth_method,
        });
        if !self.scopes.is_empty() {
            metadata["scope"] = self.scopes.join(" ").into();
        }
        metadata
    }

    fn form(&self) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("client_name", self.client_name);
        form.extend_pairs(self.redirect_uri.iter().map(|uri| ("redirect_uris", uri)));
        form.append_pair("scopes", &self.scopes.join(" ")).finish()
    }
}

fn read(body: &Value) -> Result<Registered, OAuthError> {
    let text = |name: &str| body[name].as_str().filter(|text| !text.is_empty());
    let client_id = text("client_id").ok_or(OAuthError::Invalid("has no client_id"))?;
    if plain(client_id, client_id.len()) != client_id {
        return Err(OAuthError::Invalid("has a client_id with characters that no client id has"));
    }
    Ok(Registered {
        client_id: client_id.to_owned(),
        client_secret: text("client_secret").map(|secret| ClientSecret::new(secret.to_owned())),
        token_endpoint_auth_method: text("token_endpoint_auth_method").map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_style_has_its_own_names() {
        let scopes = ["read".to_owned(), "write".to_owned()];
        let wanted = Registration {
            client_name: "Tokenrack",
            redirect_uri: Some("http://127.0.0.1/callback"),
            scopes: &scopes,
            grant_types: &["authorization_code"],
            token_endpoint_auth_method: "none",
        };
        let json = wanted.json();
        assert_eq!(json["redirect_uris"], json!(["http://127.0.0.1/callback"]));
        assert_eq!((&json["scope"], &json["response_types"]), (&json!("read write"), &json!(["code"])));
        let form = "client_name=Tokenrack&redirect_uris=http%3A%2F%2F127.0.0.1%2Fcallback&scopes=read+write";
        assert_eq!(wanted.form(), form);
    }

    #[test]
    fn an_answer_without_a_client_registers_none() {
        let good = read(&json!({"client_id": "c", "client_secret": "", "id": "7"})).unwrap();
        assert!(good.client_id == "c" && good.client_secret.is_none());
        for wrong in
            [json!({}), json!({"client_id": ""}), json!({"client_id": 7}), json!({"client_id": "a\nb"})]
        {
            assert!(read(&wrong).is_err(), "{wrong}");
        }
    }
}
