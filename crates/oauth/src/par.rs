//! Pushed authorization requests (RFC 9126): what is asked for goes straight to the server, and the browser carries only
//! a reference to it.

use jiff::Timestamp;

use crate::client::Client;
use crate::endpoint::Endpoint;
use crate::error::OAuthError;
use crate::http::HttpClient;
use crate::response::{json_object, plain};
use crate::sent::ask;

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
    let answer = ask(http, client.post_form(endpoint.url(), &fields)).await?;
    let body = json_object(&answer, None, now)?;
    let request_uri = body["request_uri"].as_str().filter(|uri| !uri.is_empty());
    let request_uri = request_uri.ok_or(OAuthError::Invalid("has no request_uri"))?;
    if plain(request_uri, LONGEST) != request_uri {
        return Err(OAuthError::Invalid("has a request_uri that is none"));
    }
    Ok(request_uri.to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;

    use super::*;
    use crate::client::{BasicStyle, ClientAuth};
    use crate::http::{HttpError, HttpRequest, HttpResponse};
    use crate::secret::ClientSecret;

    /// Answers alike, and keeps what was sent.
    struct Server(&'static str, Mutex<Vec<HttpRequest>>);

    #[async_trait]
    impl HttpClient for Server {
        async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
            self.1.lock().unwrap().push(request);
            Ok(HttpResponse::new(self.0.as_bytes().to_vec()))
        }
    }

    async fn pushed(answer: &'static str, auth: ClientAuth) -> (Result<String, OAuthError>, String) {
        let server = Server(answer, Mutex::default());
        let endpoint = Endpoint::parse("https://as.example/par").unwrap();
        let client = Client { id: "me".into(), auth, basic: BasicStyle::default() };
        let parameters = [("client_id", "me"), ("scope", "a b")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        let outcome = push(&server, &endpoint, &client, &parameters, Timestamp::UNIX_EPOCH).await;
        let sent = server.1.lock().unwrap().remove(0);
        (outcome, String::from_utf8(sent.into_body()).unwrap())
    }

    #[tokio::test]
    async fn the_client_is_named_once_however_it_proves_itself() {
        let good = r#"{"request_uri": "urn:x:1", "expires_in": 60}"#;
        let secret = || ClientSecret::new("s".into());
        for (auth, body) in [
            (ClientAuth::None, "scope=a+b&client_id=me"),
            (ClientAuth::Post(secret()), "scope=a+b&client_id=me&client_secret=s"),
            (ClientAuth::Basic(secret()), "client_id=me&scope=a+b"),
        ] {
            let (outcome, sent) = pushed(good, auth).await;
            assert_eq!((outcome.as_deref(), sent.as_str()), (Ok("urn:x:1"), body));
        }
    }

    #[tokio::test]
    async fn an_answer_without_a_reference_sends_nobody_anywhere() {
        for wrong in ["{}", r#"{"request_uri": ""}"#, r#"{"request_uri": "a\nb"}"#] {
            assert!(pushed(wrong, ClientAuth::None).await.0.is_err(), "{wrong}");
        }
    }
}
