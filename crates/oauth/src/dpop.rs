//! DPoP (RFC 9449): tokens that are bound to a key, and the proof of that key with each request.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use base64::prelude::{BASE64_URL_SAFE_NO_PAD as BASE64, Engine as _};
use http::header::{AUTHORIZATION, HeaderName, HeaderValue, WWW_AUTHENTICATE};
use http::{Method, StatusCode, Uri};
use jiff::Timestamp;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::http::{HttpClient, HttpError, HttpRequest, HttpResponse};

const DPOP: HeaderName = HeaderName::from_static("dpop");
const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// No genuine nonce is longer.
const LONGEST_NONCE: usize = 2048;

/// The private key that a connection's tokens are bound to: ES256. It never leaves the vault and this process.
#[derive(Clone)]
pub struct ProofKey(SigningKey);

impl ProofKey {
    /// Makes one of 256 random bits.
    pub fn from_random(random: [u8; 32]) -> Self {
        let random = Zeroizing::new(random);
        // One in 2^32 numbers is no key of this curve: the next one is, all but certainly.
        let mut turn = 0_u64;
        loop {
            let bytes: Zeroizing<[u8; 32]> = Zeroizing::new(
                Sha256::new()
                    .chain_update(random.as_slice())
                    .chain_update(turn.to_be_bytes())
                    .finalize()
                    .into(),
            );
            match SigningKey::from_slice(bytes.as_slice()) {
                Ok(key) => return Self(key),
                Err(_) => turn += 1,
            }
        }
    }

    /// Reads what [`ProofKey::expose`] wrote. `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(BASE64.decode(text).ok()?);
        SigningKey::from_slice(&bytes).ok().map(Self)
    }

    /// The key itself, for the vault. Every other use is a place where it can leak.
    pub fn expose(&self) -> Zeroizing<String> {
        let bytes: Zeroizing<[u8; 32]> = Zeroizing::new(self.0.to_bytes().into());
        Zeroizing::new(BASE64.encode(bytes.as_slice()))
    }

    /// The public half (RFC 7518 §6.2.1).
    fn jwk(&self) -> Value {
        let point = self.0.verifying_key().to_encoded_point(false);
        let coordinate =
            |bytes: Option<&p256::FieldBytes>| BASE64.encode(bytes.map_or(&[][..], |bytes| bytes));
        json!({ "kty": "EC", "crv": "P-256", "x": coordinate(point.x()), "y": coordinate(point.y()) })
    }

    /// A signed statement (RFC 7515 §3.1).
    fn sign(&self, claims: &Value) -> String {
        let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk() });
        let text = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
        let signature: Signature = self.0.sign(text.as_bytes());
        format!("{text}.{}", BASE64.encode(signature.to_bytes()))
    }
}

impl fmt::Debug for ProofKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProofKey([redacted])")
    }
}

/// The newest nonce of each server, by origin (§8.2). No secret.
#[derive(Debug, Default)]
pub struct Nonces(Mutex<HashMap<String, String>>);

impl Nonces {
    fn of(&self, origin: &str) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(origin).cloned()
    }

    /// Keeps what the answer gives; says whether it gives one.
    fn keep(&self, origin: &str, answer: &HttpResponse) -> bool {
        let nonce = answer.headers().get(DPOP_NONCE).and_then(|nonce| nonce.to_str().ok());
        let Some(nonce) = nonce.filter(|nonce| !nonce.is_empty() && nonce.len() <= LONGEST_NONCE) else {
            return false;
        };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(origin.to_owned(), nonce.to_owned());
        true
    }
}

/// The way out for a connection whose tokens are bound: whatever it sends with a token, or to an endpoint that gives
/// tokens, carries a proof. A server that wants its nonce in it is asked once more (§8, §9).
pub struct BoundClient {
    http: Arc<dyn HttpClient>,
    key: ProofKey,
    nonces: Arc<Nonces>,
    now: Timestamp,
    seed: String,
    proofs: AtomicU64,
}

impl BoundClient {
    /// For one conversation at `now`; `random` is used once.
    pub fn new(
        http: Arc<dyn HttpClient>,
        key: ProofKey,
        nonces: Arc<Nonces>,
        now: Timestamp,
        random: [u8; 16],
    ) -> Self {
        Self { http, key, nonces, now, seed: BASE64.encode(random), proofs: AtomicU64::new(0) }
    }

    /// The request with a proof that is good for it alone (§4.2). A bearer token becomes a bound one (§7.1).
    fn proved(&self, mut request: HttpRequest) -> HttpRequest {
        let token = bearer(&request).map(str::to_owned).map(Zeroizing::new);
        let count = self.proofs.fetch_add(1, Ordering::Relaxed);
        let mut claims = json!({
            "jti": format!("{}-{count}", self.seed), "htm": request.method().as_str(), "htu": place(request.uri()),
            "iat": self.now.as_second(),
        });
        if let Some(nonce) = self.nonces.of(&origin(request.uri())) {
            claims["nonce"] = nonce.into();
        }
        if let Some(token) = &token {
            claims["ath"] = BASE64.encode(Sha256::digest(token.as_bytes())).into();
        }
        let headers = request.headers_mut();
        // A JWT and a header that was one before are always headers; a request without them would only be refused.
        headers.extend(HeaderValue::try_from(self.key.sign(&claims)).ok().map(|proof| (DPOP, proof)));
        if let Some(token) = token
            && let Ok(mut value) = HeaderValue::try_from(format!("DPoP {}", token.as_str()))
        {
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        request
    }
}

#[async_trait]
impl HttpClient for BoundClient {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        // Documents and keys are anybody's: who reads them is not told.
        if bearer(&request).is_none() && request.method() != Method::POST {
            return self.http.send(request).await;
        }
        let origin = origin(request.uri());
        let answer = self.http.send(self.proved(request.clone())).await?;
        if !self.nonces.keep(&origin, &answer) || !wants_nonce(&answer) {
            return Ok(answer);
        }
        let answer = self.http.send(self.proved(request)).await?;
        self.nonces.keep(&origin, &answer);
        Ok(answer)
    }
}

/// The token of RFC 6750 §2.1.
fn bearer(request: &HttpRequest) -> Option<&str> {
    request.headers().get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

/// `use_dpop_nonce`, as an authorization server (§8) or an API (§9) says it.
fn wants_nonce(answer: &HttpResponse) -> bool {
    const CODE: &str = "use_dpop_nonce";
    let challenges = answer.headers().get_all(WWW_AUTHENTICATE).into_iter();
    match answer.status() {
        StatusCode::UNAUTHORIZED
            if challenges.filter_map(|it| it.to_str().ok()).any(|it| it.contains(CODE)) =>
        {
            true
        }
        StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED => {
            serde_json::from_slice::<Value>(answer.body()).is_ok_and(|body| body["error"] == CODE)
        }
        _ => false,
    }
}

/// `htu`: without query and fragment.
fn place(uri: &Uri) -> String {
    format!("{}{}", origin(uri), uri.path())
}

fn origin(uri: &Uri) -> String {
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    format!("{}://{authority}", uri.scheme_str().unwrap_or_default())
}

#[cfg(test)]
#[path = "dpop_tests.rs"]
mod tests;
