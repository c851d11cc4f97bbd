//! What goes to the token endpoint, and where.

use std::sync::Mutex;

use async_trait::async_trait;

use super::*;
use crate::authorization::{AuthorizationResponse, Expected};
use crate::client::{BasicStyle, ClientAuth};
use crate::http::HttpError;
use crate::secret::ClientSecret;

/// Keeps the request, answers with a token.
#[derive(Default)]
struct Server {
    heard: Mutex<Option<HttpRequest>>,
}

#[async_trait]
impl HttpClient for Server {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        *self.heard.lock().unwrap() = Some(request);
        Ok(http::Response::new(br#"{"access_token":"a","token_type":"bearer","hint":"h"}"#.to_vec()))
    }
}

fn words<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

/// A code's exchange and a refresh, as they go out.
async fn asked(dialect: TokenDialect, refresh: RefreshDialect, client: Client) -> [HttpRequest; 2] {
    let redirect_uri = "http://127.0.0.1:9/callback";
    let server = Server::default();
    let endpoint = Endpoint::parse("https://as.example/token").unwrap();
    let asked = TokenEndpoint {
        http: &server,
        endpoint: &endpoint,
        client: &client,
        dialect: &dialect,
        account: &AccountDialect::default(),
        resources: &["urn:a".into(), "urn:b".into()],
        token_type: TokenType::Bearer,
        now: Timestamp::UNIX_EPOCH,
    };
    let response = AuthorizationResponse::parse(&format!("{redirect_uri}?code=c&state=s")).unwrap();
    let expected = Expected { redirect_uri, issuer: None, issuer_announced: false };
    let verifier = CodeVerifier::new("v".into());
    let forward = words([("device_id", "d 1"), ("code", "evil")]);
    let response = response.validate(&expected).unwrap();
    asked.exchange(response, redirect_uri, Some(&verifier), &forward).await.unwrap();
    let exchange = server.heard.lock().unwrap().take().unwrap();
    asked.refresh(&RefreshToken::new("r".into()), redirect_uri, &refresh).await.unwrap();
    [exchange, server.heard.lock().unwrap().take().unwrap()]
}

fn client(auth: ClientAuth) -> Client {
    Client { id: "me".into(), auth, basic: BasicStyle::default() }
}

fn fields(request: &HttpRequest) -> Vec<String> {
    let form = form_urlencoded::parse(request.body()).map(|(name, value)| format!("{name}={value}"));
    let mut fields: Vec<_> = form.collect();
    fields.sort();
    fields
}

#[tokio::test]
async fn without_a_dialect_the_request_is_the_rfcs() {
    let post = client(ClientAuth::Post(ClientSecret::new("s".into())));
    let [exchange, refresh] = asked(TokenDialect::default(), RefreshDialect::default(), post).await;
    let expected = [
        "client_id=me",
        "client_secret=s",
        "code=c",
        "code_verifier=v",
        "device_id=d 1",
        "grant_type=authorization_code",
        "redirect_uri=http://127.0.0.1:9/callback",
        "resource=urn:a",
        "resource=urn:b",
    ];
    assert_eq!(fields(&exchange), expected);
    assert_eq!(exchange.headers()["accept"], "application/json");
    assert_eq!(exchange.headers()["content-type"], "application/x-www-form-urlencoded");
    assert!(exchange.headers().get("authorization").is_none());
    let is_waited_for_longer = |request: &HttpRequest| request.extensions().get::<Spends>().is_some();
    assert!(is_waited_for_longer(&exchange) && is_waited_for_longer(&refresh));
    let renewed = ["client_id=me", "client_secret=s", "grant_type=refresh_token", "refresh_token=r"];
    assert_eq!(fields(&refresh), [&renewed[..], &["resource=urn:a", "resource=urn:b"]].concat());
}

#[tokio::test]
async fn basecamp_calls_the_grant_a_type() {
    let dialect = TokenDialect {
        rename: words([("grant_type", "type")]),
        values: words([("grant_type", "web_server"), ("code", "evil")]),
        params: words([("audience", "x"), ("client_secret", "evil"), ("refresh_token", "evil")]),
        omit: vec!["code_verifier".into(), "resource".into()],
        ..Default::default()
    };
    let refresh = RefreshDialect {
        values: words([("grant_type", "refresh")]),
        params: words([("audience", "y")]),
        repeat: vec!["redirect_uri".into()],
        ..Default::default()
    };
    let [exchange, refresh] = asked(dialect, refresh, client(ClientAuth::None)).await;
    let sent = fields(&exchange);
    let both = ["audience=x", "client_id=me", "code=c", "code_verifier=v", "device_id=d 1"];
    let own = ["redirect_uri=http://127.0.0.1:9/callback", "type=web_server"];
    assert_eq!(sent, [&both[..], &own].concat());
    let renewed = ["audience=y", "client_id=me", "redirect_uri=http://127.0.0.1:9/callback"];
    assert_eq!(fields(&refresh), [&renewed[..], &["refresh_token=r", "type=refresh"]].concat());
}

#[tokio::test]
async fn notion_takes_json_and_basic() {
    let dialect = TokenDialect {
        body: "json".into(),
        accept: "application/vnd.example+json".into(),
        headers: words([("Notion-Version", "2026-01-01"), ("Authorization", "evil")]),
        omit: vec!["resource".into()],
        ..Default::default()
    };
    let basic = client(ClientAuth::Basic(ClientSecret::new("s".into())));
    let [exchange, _] = asked(dialect, RefreshDialect::default(), basic).await;
    assert_eq!(
        serde_json::from_slice::<serde_json::Value>(exchange.body()).unwrap(),
        serde_json::json!({
            "grant_type": "authorization_code", "code": "c", "code_verifier": "v", "device_id": "d 1",
            "redirect_uri": "http://127.0.0.1:9/callback",
        })
    );
    assert_eq!(exchange.headers()["content-type"], "application/json");
    assert_eq!(exchange.headers()["accept"], "application/vnd.example+json");
    assert_eq!(exchange.headers()["notion-version"], "2026-01-01");
    assert_eq!(exchange.headers()["authorization"], "Basic bWU6cw==");
}

#[tokio::test]
async fn a_long_lived_token_is_asked_for_in_the_providers_way() {
    let server = Server::default();
    let endpoint = Endpoint::parse("https://as.example/token").unwrap();
    let mut dialect = TokenDialect::default();
    dialect.response.capture = words([("hint", "/hint")]);
    let client = client(ClientAuth::Post(ClientSecret::new("s".into())));
    let asked = TokenEndpoint {
        http: &server,
        endpoint: &endpoint,
        client: &client,
        dialect: &dialect,
        account: &AccountDialect::default(),
        resources: &[],
        token_type: TokenType::Bearer,
        now: Timestamp::UNIX_EPOCH,
    };
    let exchange = RequestTemplate {
        url: Some("https://graph.example/access_token".into()),
        query: words([("client_secret", "{client_secret}"), ("fb_exchange_token", "{access_token}")]),
        ..Default::default()
    };
    let short = AccessToken::new("short".into());
    let captured = BTreeMap::new();
    let values = Values::new(&client, &short, &captured);
    let tokens = asked.by_request(&exchange, &values).await.unwrap();
    let heard = server.heard.lock().unwrap().take().unwrap();
    assert_eq!(heard.uri(), "https://graph.example/access_token?client_secret=s&fb_exchange_token=short");
    assert_eq!(heard.method(), http::Method::GET);
    assert!(heard.extensions().get::<Spends>().is_some());
    assert_eq!(tokens.access_token.expose(), "a");
    assert_eq!(tokens.captured["hint"], "h");
}
