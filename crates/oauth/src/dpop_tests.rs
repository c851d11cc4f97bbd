use std::sync::Mutex;

use jsonwebtoken::{Algorithm, DecodingKey, Validation};

use super::*;

/// Answers from a list, and keeps what was sent.
struct Server {
    answers: Mutex<Vec<HttpResponse>>,
    sent: Mutex<Vec<HttpRequest>>,
}

#[async_trait]
impl HttpClient for Server {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        self.sent.lock().unwrap().push(request);
        Ok(self.answers.lock().unwrap().remove(0))
    }
}

fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> HttpResponse {
    let mut answer = HttpResponse::new(body.as_bytes().to_vec());
    *answer.status_mut() = StatusCode::from_u16(status).unwrap();
    for (name, value) in headers {
        answer.headers_mut().append(*name, value.parse().unwrap());
    }
    answer
}

fn request(method: Method, token: Option<&str>) -> HttpRequest {
    let mut request = HttpRequest::new(Vec::new());
    *request.method_mut() = method;
    *request.uri_mut() = "https://as.example:8443/token?x=y".parse().unwrap();
    let value = |token| HeaderValue::try_from(format!("Bearer {token}")).unwrap();
    request.headers_mut().extend(token.map(|token| (AUTHORIZATION, value(token))));
    request
}

fn key() -> ProofKey {
    ProofKey::from_random([7; 32])
}

/// Sends one request; answers what reached the server.
async fn sent(answers: Vec<HttpResponse>, request: HttpRequest, nonces: &Arc<Nonces>) -> Vec<HttpRequest> {
    let server = Arc::new(Server { answers: Mutex::new(answers), sent: Mutex::default() });
    let now = Timestamp::from_second(1_000).unwrap();
    let client = BoundClient::new(server.clone(), key(), nonces.clone(), now, [1; 16]);
    client.send(request).await.unwrap();
    std::mem::take(&mut *server.sent.lock().unwrap())
}

/// The claims of a proof that its own key has signed.
fn claims(request: &HttpRequest) -> Value {
    let proof = request.headers()["dpop"].to_str().unwrap();
    let header: Value =
        serde_json::from_slice(&BASE64.decode(proof.split('.').next().unwrap()).unwrap()).unwrap();
    assert_eq!((&header["typ"], &header["alg"]), (&json!("dpop+jwt"), &json!("ES256")));
    assert!(header["jwk"].get("d").is_none(), "the private half stays here");
    let (x, y) = (header["jwk"]["x"].as_str().unwrap(), header["jwk"]["y"].as_str().unwrap());
    let mut validation = Validation::new(Algorithm::ES256);
    validation.validate_exp = false;
    validation.required_spec_claims.clear();
    let key = DecodingKey::from_ec_components(x, y).unwrap();
    jsonwebtoken::decode::<Value>(proof, &key, &validation).unwrap().claims
}

#[tokio::test]
async fn a_token_request_carries_a_proof() {
    let nonces = Arc::default();
    let sent = sent(vec![answer(200, &[], "{}")], request(Method::POST, None), &nonces).await;
    let claims = claims(&sent[0]);
    assert_eq!((&claims["htm"], &claims["htu"]), (&json!("POST"), &json!("https://as.example:8443/token")));
    assert_eq!(claims["iat"], 1_000);
    assert!(claims["jti"].as_str().unwrap().len() >= 16);
    assert!(claims.get("ath").is_none() && claims.get("nonce").is_none());
}

/// RFC 9449 §7.1, whose `ath` is that of its own example.
#[tokio::test]
async fn a_bearer_token_is_sent_as_a_bound_one() {
    let token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
    let sent = sent(vec![answer(200, &[], "{}")], request(Method::GET, Some(token)), &Arc::default()).await;
    assert_eq!(sent[0].headers()[AUTHORIZATION], format!("DPoP {token}").as_str());
    assert!(sent[0].headers()[AUTHORIZATION].is_sensitive());
    assert_eq!(claims(&sent[0])["ath"], "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
}

#[tokio::test]
async fn a_document_is_read_without_saying_who_reads() {
    let sent = sent(vec![answer(200, &[], "{}")], request(Method::GET, None), &Arc::default()).await;
    assert!(sent[0].headers().get(DPOP).is_none());
}

#[tokio::test]
async fn a_nonce_that_is_asked_for_is_sent_once_more_and_remembered() {
    let wanted = r#"{"error":"use_dpop_nonce"}"#;
    let challenge = r#"DPoP error="use_dpop_nonce", error_description="x""#;
    for refusal in [
        answer(400, &[("dpop-nonce", "n-1")], wanted),
        answer(401, &[("dpop-nonce", "n-1"), ("www-authenticate", challenge)], ""),
    ] {
        let nonces = Arc::default();
        let good = answer(200, &[("dpop-nonce", "n-2")], "{}");
        let sent_now = sent(vec![refusal, good], request(Method::POST, None), &nonces).await;
        let (first, second) = (claims(&sent_now[0]), claims(&sent_now[1]));
        assert_eq!((first.get("nonce"), &second["nonce"]), (None, &json!("n-1")));
        assert_ne!(first["jti"], second["jti"]);
        let later = sent(vec![answer(200, &[], "{}")], request(Method::POST, None), &nonces).await;
        assert_eq!(claims(&later[0])["nonce"], "n-2");
    }
}

#[tokio::test]
async fn nothing_else_is_sent_twice() {
    let nonce = [("dpop-nonce", "n-1")];
    for last in [
        answer(400, &nonce, r#"{"error":"invalid_grant"}"#),
        answer(400, &[], r#"{"error":"use_dpop_nonce"}"#),
        answer(500, &nonce, r#"{"error":"use_dpop_nonce"}"#),
    ] {
        assert_eq!(sent(vec![last], request(Method::POST, None), &Arc::default()).await.len(), 1);
    }
    let again = || answer(400, &nonce, r#"{"error":"use_dpop_nonce"}"#);
    assert_eq!(sent(vec![again(), again()], request(Method::POST, None), &Arc::default()).await.len(), 2);
}

#[test]
fn a_key_comes_back_from_the_vault_and_shows_itself_nowhere() {
    let text = key().expose();
    assert_eq!(ProofKey::parse(&text).unwrap().jwk(), key().jwk());
    assert!(ProofKey::parse("").is_none() && ProofKey::parse("AAAA").is_none());
    assert!(!format!("{:?}", key()).contains(text.as_str()));
}
