//! A server that repeats whatever it was sent.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;

use super::*;
use crate::authorization::{AuthorizationResponse, Expected};
use crate::client::{BasicStyle, ClientAuth};
use crate::dialect::{AccountDialect, DeviceDialect, RefreshDialect, RequestTemplate, TokenDialect};
use crate::endpoint::Endpoint;
use crate::error::OAuthError;
use crate::introspection::introspect;
use crate::par::push;
use crate::revocation::{Revocable, revoke};
use crate::secret::{AccessToken, ClientSecret, CodeVerifier, DeviceCode, RefreshToken};
use crate::template::Values;
use crate::token::{TokenEndpoint, TokenType};
use crate::userinfo::account;

/// Says it in one member of its answer.
struct Echo(&'static str);

#[async_trait]
impl HttpClient for Echo {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let headers: Vec<_> =
            request.headers().values().filter_map(|value| value.to_str().ok()).map(str::to_owned).collect();
        let body = String::from_utf8_lossy(request.body());
        let fields: Vec<_> = form_urlencoded::parse(request.body()).map(|(_, value)| value).collect();
        let words = format!("{} {body} {} {}", fields.join(" "), headers.join(" "), request.uri());
        let mut answer = serde_json::json!({"access_token": "at-9", "token_type": "bearer", "active": true});
        answer[self.0] = words.into();
        if self.0 == "error_description" {
            answer["error"] = "invalid_grant".into();
        }
        let mut answer = HttpResponse::new(answer.to_string().into_bytes());
        if self.0 != "token_type" {
            *answer.status_mut() = http::StatusCode::BAD_REQUEST;
        }
        Ok(answer)
    }
}

const ENDPOINT: &str = "https://as.example/token";

/// Every kind of request that a secret is sent with.
async fn failures(http: &Echo, client: &Client, dialect: &TokenDialect) -> Vec<OAuthError> {
    let (endpoint, now) = (Endpoint::parse(ENDPOINT).unwrap(), Timestamp::UNIX_EPOCH);
    let access = AccessToken::new("canary/access".into());
    let refresh = RefreshToken::new("canary+refresh".into());
    let asked = TokenEndpoint {
        http,
        endpoint: &endpoint,
        client,
        dialect,
        account: &AccountDialect::default(),
        resources: &[],
        token_type: TokenType::Bearer,
        now,
    };
    let redirect_uri = "http://127.0.0.1:9/callback";
    let expected = Expected { redirect_uri, issuer: None, issuer_announced: false };
    let back = AuthorizationResponse::parse(&format!("{redirect_uri}?code=canary%2fcode&state=s")).unwrap();
    let back = back.validate(&expected).unwrap();
    let (verifier, none) = (CodeVerifier::new("canary~verifier".into()), BTreeMap::new());
    let device = DeviceDialect { code_parameter: "key".into(), ..DeviceDialect::default() };
    let code = DeviceCode::new("canary=device".into());
    let values = Values::new(client, &access, &none);
    let who = RequestTemplate {
        url: Some("https://as.example/me/{access_token}".into()),
        query: [("proof".to_owned(), "{client_secret}".to_owned())].into(),
        ..RequestTemplate::default()
    };
    let pushed = [("state", "canary-state"), ("nonce", "canary-nonce"), ("response_type", "code")];
    let pushed = pushed.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let whoever = AccountDialect::default();
    [
        asked.exchange_unread(&back, redirect_uri, Some(&verifier), &none).await.err(),
        asked.exchange(back, redirect_uri, Some(&verifier), &none).await.err(),
        asked.refresh(&refresh, redirect_uri, &RefreshDialect::default()).await.err().map(|e| e.error),
        device.ask(&asked, &code, "ABCD").await.err(),
        asked.by_request(&who, &values).await.err().map(|unrenewed| unrenewed.error),
        introspect(http, &endpoint, client, &access, now).await.err(),
        revoke(http, &endpoint, client, Revocable::Refresh(&refresh), now).await.err(),
        push(http, &endpoint, client, &pushed, now).await.err(),
        account(http, &who, &whoever, &values, None, now).await.err(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[tokio::test]
async fn what_a_server_repeats_of_a_request_is_in_no_error() {
    let secret = || ClientSecret::new("canary:secret".into());
    let json = TokenDialect { body: "json".into(), ..TokenDialect::default() };
    for auth in [ClientAuth::Post(secret()), ClientAuth::Basic(secret())] {
        let client = Client { id: "me".into(), auth, basic: BasicStyle::default() };
        let basic = client.basic().map(|value| value.to_str().unwrap()[6..].to_owned());
        for dialect in [&TokenDialect::default(), &json] {
            for (member, count) in [("error", 9), ("error_description", 9), ("token_type", 5)] {
                let errors = failures(&Echo(member), &client, dialect).await;
                assert_eq!(errors.len(), count, "{member}: {errors:?}");
                for error in errors {
                    let shown = format!("{error:?}");
                    let told = basic.as_ref().is_some_and(|basic| shown.contains(basic));
                    assert!(!shown.contains("canary") && !told, "{member}: {shown}");
                }
            }
        }
    }
}

#[tokio::test]
async fn what_is_no_secret_stays_to_be_read() {
    let client = Client {
        id: "me".into(),
        auth: ClientAuth::Post(ClientSecret::new("client".into())),
        basic: BasicStyle::default(),
    };
    let fields = [("scope", "read:all"), ("code", "canary"), ("resource", "urn:x")];
    let sent = Sent::by(&client, fields.into_iter());
    assert_eq!(sent.plain("no read:all at urn:x for me", 80), "no read:all at urn:x for me");
    assert_eq!(sent.plain("canary", 80), REDACTED);
    let answer = HttpResponse::new(br#"{"error":"invalid_client"}"#.to_vec());
    let answer = Answer { response: answer, sent };
    let error = crate::response::json(&answer, None, Timestamp::UNIX_EPOCH).unwrap_err();
    assert!(matches!(error, OAuthError::Server(said) if said.code == "invalid_client"));
}

#[test]
fn a_secret_is_gone_before_words_are_cut_and_however_it_is_written() {
    let sent = Sent(vec![Zeroizing::new("4%2FcanaryAB".into()), Zeroizing::new("abc".into())]);
    for written in ["4%2FcanaryAB", "4/canaryAB", "4%252FcanaryAB", "4%2Fca\u{200b}naryAB"] {
        assert_eq!(sent.plain(&format!("abc <{written}>"), 80), "abc <[redacted]>", "{written}");
    }
    assert_eq!(sent.plain("xxxxx 4/canaryAB", 12), "xxxxx [reda…");
}
