//! ID tokens are verified before anything they say is believed (OpenID Connect Core §3.1.3.7).

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use jiff::Timestamp;
pub use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::jwk::PublicKeyUse;
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, Validation};
use serde_json::Value;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use crate::endpoint::Endpoint;
use crate::error::OAuthError;
use crate::http::HttpClient;
use crate::secret::{AccessToken, ClientSecret, IdToken, Nonce};

/// Clocks differ; more than this is a wrong clock.
const LEEWAY_SECONDS: i64 = 300;

/// Why an ID token is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdTokenError {
    /// Asked for by `openid`, not given.
    #[error("is missing")]
    Missing,
    /// Not a JWT, an algorithm nobody should use, or an unknown key.
    #[error("cannot be verified: {0}")]
    Unverifiable(&'static str),
    /// Signed by somebody else.
    #[error("has a wrong signature")]
    Signature,
    /// A claim is absent or of the wrong type.
    #[error("lacks `{0}`")]
    Lacks(&'static str),
    /// A claim contradicts what was asked for.
    #[error("has a wrong `{0}`")]
    Wrong(&'static str),
    /// `exp` has passed.
    #[error("has expired; is this machine's clock right?")]
    Expired,
    /// `nbf` or `iat` is ahead.
    #[error("is not valid yet; is this machine's clock right?")]
    NotYet,
}

/// What the token must agree with.
pub struct Expected<'a> {
    /// The issuer; `{claim}` stands for a claim of the token (Microsoft's `{tid}`).
    pub issuer: &'a str,
    /// The audience.
    pub client_id: &'a str,
    /// As sent.
    pub nonce: Option<&'a Nonce>,
    /// For `at_hash`, when the token has one.
    pub access_token: &'a AccessToken,
    /// For HMAC algorithms (§10.1), which need one.
    pub client_secret: Option<&'a ClientSecret>,
    /// Now.
    pub now: Timestamp,
}

/// The server's keys (RFC 7517 §5).
///
/// # Errors
/// [`OAuthError`].
pub async fn keys(http: &dyn HttpClient, jwks_uri: &str, now: Timestamp) -> Result<JwkSet, OAuthError> {
    let place = Endpoint::parse(jwks_uri).map_err(|error| OAuthError::endpoint(jwks_uri, error))?;
    let document = crate::discovery::get_json(http, &place, now).await?;
    serde_json::from_value(document).map_err(|_| OAuthError::Invalid("is not a set of keys"))
}

/// Verifies signature, then every claim; answers the claims.
///
/// # Errors
/// [`IdTokenError`].
pub fn verify(token: &IdToken, keys: &JwkSet, expected: &Expected<'_>) -> Result<Value, IdTokenError> {
    let header = jsonwebtoken::decode_header(token.expose())
        .map_err(|_| IdTokenError::Unverifiable("not a JWT with an algorithm that can be trusted"))?;
    if header.crit.is_some() {
        // RFC 7515 §4.1.11: an extension that must be understood, and none is understood here.
        return Err(IdTokenError::Unverifiable("an extension that is not known here"));
    }
    let key = decoding_key(&header, keys, expected.client_secret)?;
    let mut validation = Validation::new(header.alg);
    // Times and audience are checked below: by our clock, and more strictly.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let claims = jsonwebtoken::decode::<Value>(token.expose(), &key, &validation)
        .map_err(|_| IdTokenError::Signature)?
        .claims;
    check_claims(&claims, header.alg, expected)?;
    Ok(claims)
}

fn decoding_key(
    header: &jsonwebtoken::Header,
    keys: &JwkSet,
    secret: Option<&ClientSecret>,
) -> Result<DecodingKey, IdTokenError> {
    if header.alg.family() == AlgorithmFamily::Hmac {
        let secret =
            secret.ok_or(IdTokenError::Unverifiable("a shared-secret signature, and there is no secret"))?;
        return Ok(DecodingKey::from_secret(secret.expose().as_bytes()));
    }
    let fits = |key: &DecodingKey| key.family() == header.alg.family();
    let candidates: Vec<DecodingKey> = keys
        .keys
        .iter()
        .filter(|jwk| header.kid.is_none() || jwk.common.key_id == header.kid)
        .filter(|jwk| jwk.common.public_key_use != Some(PublicKeyUse::Encryption))
        .filter(|jwk| jwk.common.key_algorithm.is_none_or(|alg| alg == header.alg.into()))
        .filter_map(|jwk| DecodingKey::from_jwk(jwk).ok())
        .filter(fits)
        .collect();
    match <[DecodingKey; 1]>::try_from(candidates) {
        Ok([key]) => Ok(key),
        Err(many) if many.is_empty() => Err(IdTokenError::Unverifiable("the server has no such key")),
        Err(_) => Err(IdTokenError::Unverifiable("the server's keys are ambiguous")),
    }
}

fn check_claims(claims: &Value, alg: Algorithm, expected: &Expected<'_>) -> Result<(), IdTokenError> {
    let text = |name| claims.get(name).and_then(Value::as_str);
    let seconds = |name| {
        #[allow(clippy::cast_possible_truncation, reason = "NumericDate may have a fraction")]
        claims.get(name).and_then(Value::as_f64).map(|seconds| seconds as i64)
    };
    if text("iss").ok_or(IdTokenError::Lacks("iss"))? != fill(expected.issuer, claims) {
        return Err(IdTokenError::Wrong("iss"));
    }
    // Another audience beside ours is a party nobody trusts here (§3.1.3.7, item 3).
    let ours = match claims.get("aud").ok_or(IdTokenError::Lacks("aud"))? {
        Value::String(audience) => audience == expected.client_id,
        Value::Array(list) => list.len() == 1 && list[0] == expected.client_id,
        _ => false,
    };
    if !ours {
        return Err(IdTokenError::Wrong("aud"));
    }
    if claims.get("azp").is_some() && text("azp") != Some(expected.client_id) {
        return Err(IdTokenError::Wrong("azp"));
    }
    text("sub").filter(|sub| !sub.is_empty()).ok_or(IdTokenError::Lacks("sub"))?;
    let now = expected.now.as_second();
    if seconds("exp").ok_or(IdTokenError::Lacks("exp"))? <= now - LEEWAY_SECONDS {
        return Err(IdTokenError::Expired);
    }
    let issued = seconds("iat").ok_or(IdTokenError::Lacks("iat"))?;
    if issued.max(seconds("nbf").unwrap_or(issued)) > now + LEEWAY_SECONDS {
        return Err(IdTokenError::NotYet);
    }
    if let Some(nonce) = expected.nonce
        && !nonce.matches(text("nonce").ok_or(IdTokenError::Lacks("nonce"))?)
    {
        return Err(IdTokenError::Wrong("nonce"));
    }
    if let Some(hash) = text("at_hash")
        && half_hash(alg, expected.access_token).is_some_and(|ours| ours != hash)
    {
        return Err(IdTokenError::Wrong("at_hash"));
    }
    Ok(())
}

/// Replaces `{claim}` by that claim's text.
fn fill(template: &str, claims: &Value) -> String {
    let mut issuer = template.to_owned();
    for (name, value) in claims.as_object().into_iter().flatten() {
        if let Some(value) =
            value.as_str().filter(|text| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
        {
            issuer = issuer.replace(&format!("{{{name}}}"), value);
        }
    }
    issuer
}

/// The left half of the hash, by the algorithm's own width (§3.1.3.6). `None` where the width is not defined.
fn half_hash(alg: Algorithm, token: &AccessToken) -> Option<String> {
    let bytes = token.expose().as_bytes();
    let hash = match alg {
        Algorithm::HS256 | Algorithm::RS256 | Algorithm::PS256 | Algorithm::ES256 => {
            Sha256::digest(bytes).to_vec()
        }
        Algorithm::HS384 | Algorithm::RS384 | Algorithm::PS384 | Algorithm::ES384 => {
            Sha384::digest(bytes).to_vec()
        }
        Algorithm::HS512 | Algorithm::RS512 | Algorithm::PS512 => Sha512::digest(bytes).to_vec(),
        _ => return None,
    };
    Some(BASE64_URL_SAFE_NO_PAD.encode(&hash[..hash.len() / 2]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(change: impl FnOnce(&mut Value)) -> Result<(), IdTokenError> {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let mut claims = json!({
            "iss": "https://as.example", "aud": "me", "sub": "ada", "nonce": "n-1",
            "exp": now.as_second() + 60, "iat": now.as_second(),
        });
        change(&mut claims);
        let expected = Expected {
            issuer: "https://as.example",
            client_id: "me",
            nonce: Some(&Nonce::new("n-1".into())),
            access_token: &AccessToken::new("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y".into()),
            client_secret: None,
            now,
        };
        check_claims(&claims, Algorithm::RS256, &expected)
    }

    #[test]
    fn claims_are_checked_one_by_one() {
        assert_eq!(check(|_| {}), Ok(()));
        for claim in ["iss", "aud", "sub", "exp", "iat", "nonce"] {
            let without = check(|claims| drop(claims.as_object_mut().unwrap().remove(claim)));
            assert!(matches!(without, Err(IdTokenError::Lacks(name)) if name == claim), "{claim}");
        }
        let wrong =
            |claim: &'static str, value: Value| check(move |claims| claims[claim] = value).unwrap_err();
        assert_eq!(wrong("iss", json!("https://as.example/")), IdTokenError::Wrong("iss"));
        assert_eq!(wrong("aud", json!(["me", "other"])), IdTokenError::Wrong("aud"));
        assert_eq!(wrong("azp", json!("other")), IdTokenError::Wrong("azp"));
        assert_eq!(wrong("nonce", json!("other")), IdTokenError::Wrong("nonce"));
        assert_eq!(wrong("exp", json!(1)), IdTokenError::Expired);
        assert_eq!(wrong("nbf", json!(9_999_999_999_i64)), IdTokenError::NotYet);
        assert_eq!(wrong("at_hash", json!("AAAA")), IdTokenError::Wrong("at_hash"));
        // OpenID Connect Core, appendix A.3
        assert_eq!(check(|claims| claims["at_hash"] = json!("77QmUPtjPfzWtF2AnpK9RQ")), Ok(()));
    }

    #[test]
    fn an_issuer_template_takes_only_plain_claims() {
        let claims = json!({"tid": "9188040d-6c67", "x": "a/b"});
        assert_eq!(
            fill("https://login.example/{tid}/v2.0", &claims),
            "https://login.example/9188040d-6c67/v2.0"
        );
        assert_eq!(fill("https://{x}/", &claims), "https://{x}/");
    }
}
