//! `private_key_jwt` (RFC 7523 §2.2): a client proves itself by a statement signed with its own key.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use ed25519_dalek::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rsa::BigUint;
use rsa::pkcs1::EncodeRsaPrivateKey as _;
use rsa::traits::PublicKeyParts as _;
use serde::Deserialize;
use zeroize::{Zeroize as _, Zeroizing};

use crate::secret::{ClientAssertion, ClientSecret};

/// RFC 7523 §2.2.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Seconds a statement lives. It is sent at once, so this only has to bridge two clocks.
const LIFETIME: i64 = 60;
/// RFC 7518 §3.3.
const SHORTEST_RSA_BYTES: usize = 256;

/// Why a text is no key that can sign. Never any of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Neither a PEM block nor a JSON Web Key.
    #[error("this is neither a PKCS#8 private key (-----BEGIN PRIVATE KEY-----) nor a JSON Web Key")]
    Unknown,
    /// `-----BEGIN RSA PRIVATE KEY-----` and its kind.
    #[error("this key is in an older form; convert it: openssl pkcs8 -topk8 -nocrypt -in key.pem")]
    NotPkcs8,
    /// `-----BEGIN ENCRYPTED PRIVATE KEY-----`.
    #[error(
        "this key has a passphrase of its own; take it off: openssl pkcs8 -in key.pem (it is kept in the vault)"
    )]
    Encrypted,
    /// A certificate, a public key, or a JWK without its private part.
    #[error("this is the public half; the private key is needed")]
    Public,
    /// Another curve or kind, or damaged.
    #[error("this key cannot be used: RSA (2048 bits or more), P-256, P-384 and Ed25519 can")]
    Unusable,
}

/// A client's private key.
#[derive(Clone)]
pub struct ClientKey {
    header: Header,
    key: EncodingKey,
}

impl std::fmt::Debug for ClientKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ClientKey({:?}, [redacted])", self.header.alg)
    }
}

impl ClientKey {
    /// Reads a PKCS#8 PEM or a JSON Web Key (RFC 7517), and lets it sign once.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn parse(text: &ClientSecret) -> Result<Self, KeyError> {
        let text = text.expose().trim();
        let key = if text.starts_with('{') { Jwk::parse(text)?.key()? } else { from_pem(text)? };
        let signed = jsonwebtoken::encode(&key.header, &serde_json::json!({}), &key.key);
        signed.map(|_| key).map_err(|_| KeyError::Unusable)
    }

    /// Whether this is a private key, and no secret that is shared with a server.
    pub fn is_one(text: &ClientSecret) -> bool {
        let start = text.expose().trim_start();
        start.starts_with("-----BEGIN") || start.starts_with('{') && Self::parse(text).is_ok()
    }

    fn new(algorithm: Algorithm, der: &[u8]) -> Self {
        let key = match algorithm {
            Algorithm::EdDSA => EncodingKey::from_ed_der(der),
            Algorithm::ES256 | Algorithm::ES384 => EncodingKey::from_ec_der(der),
            _ => EncodingKey::from_rsa_der(der),
        };
        Self { header: Header::new(algorithm), key }
    }

    fn rsa(key: &rsa::RsaPrivateKey) -> Result<Self, KeyError> {
        if key.size() < SHORTEST_RSA_BYTES {
            return Err(KeyError::Unusable);
        }
        let der = key.to_pkcs1_der().map_err(|_| KeyError::Unusable)?;
        Ok(Self::new(Algorithm::RS256, der.as_bytes()))
    }
}

fn from_pem(text: &str) -> Result<ClientKey, KeyError> {
    let label = text.strip_prefix("-----BEGIN ").and_then(|rest| rest.split_once("-----"));
    match label.ok_or(KeyError::Unknown)?.0 {
        "PRIVATE KEY" => {}
        "ENCRYPTED PRIVATE KEY" => return Err(KeyError::Encrypted),
        "RSA PRIVATE KEY" | "EC PRIVATE KEY" | "OPENSSH PRIVATE KEY" => return Err(KeyError::NotPkcs8),
        "PUBLIC KEY" | "RSA PUBLIC KEY" | "CERTIFICATE" => return Err(KeyError::Public),
        _ => return Err(KeyError::Unknown),
    }
    let der = ed25519_dalek::pkcs8::SecretDocument::from_pem(text).map_err(|_| KeyError::Unusable)?.1;
    let der = der.as_bytes();
    if let Ok(key) = rsa::RsaPrivateKey::from_pkcs8_der(der) {
        return ClientKey::rsa(&key);
    }
    let algorithm = if ed25519_dalek::SigningKey::from_pkcs8_der(der).is_ok() {
        Algorithm::EdDSA
    } else if p256::SecretKey::from_pkcs8_der(der).is_ok() {
        Algorithm::ES256
    } else if p384::SecretKey::from_pkcs8_der(der).is_ok() {
        Algorithm::ES384
    } else {
        return Err(KeyError::Unusable);
    };
    Ok(ClientKey::new(algorithm, der))
}

/// RFC 7517 §4, RFC 7518 §6, RFC 8037 §2: the private members, base64url.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    crv: Option<String>,
    kid: Option<String>,
    alg: Option<String>,
    d: Option<Zeroizing<String>>,
    n: Option<String>,
    e: Option<String>,
    p: Option<Zeroizing<String>>,
    q: Option<Zeroizing<String>>,
}

impl Jwk {
    fn parse(text: &str) -> Result<Self, KeyError> {
        serde_json::from_str(text).map_err(|_| KeyError::Unknown)
    }

    fn key(&self) -> Result<ClientKey, KeyError> {
        let d = bytes(self.d.as_deref().ok_or(KeyError::Public)?)?;
        let mut key = match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", _) => self.rsa(&d)?,
            ("EC", Some("P-256")) => {
                let key = p256::SecretKey::from_slice(&d).map_err(|_| KeyError::Unusable)?;
                let der = key.to_pkcs8_der().map_err(|_| KeyError::Unusable)?;
                ClientKey::new(Algorithm::ES256, der.as_bytes())
            }
            ("EC", Some("P-384")) => {
                let key = p384::SecretKey::from_slice(&d).map_err(|_| KeyError::Unusable)?;
                let der = key.to_pkcs8_der().map_err(|_| KeyError::Unusable)?;
                ClientKey::new(Algorithm::ES384, der.as_bytes())
            }
            ("OKP", Some("Ed25519")) => {
                let key =
                    ed25519_dalek::SigningKey::try_from(d.as_slice()).map_err(|_| KeyError::Unusable)?;
                let der = key.to_pkcs8_der().map_err(|_| KeyError::Unusable)?;
                ClientKey::new(Algorithm::EdDSA, der.as_bytes())
            }
            _ => return Err(KeyError::Unusable),
        };
        // §4.4: a key may be meant for one algorithm of its family only (PS256).
        if let Some(meant) = self.alg.as_deref().and_then(|name| name.parse::<Algorithm>().ok()) {
            key.header.alg = meant;
        }
        key.header.kid = self.kid.clone();
        Ok(key)
    }

    fn rsa(&self, d: &[u8]) -> Result<ClientKey, KeyError> {
        let number = |text: Option<&str>| {
            bytes(text.ok_or(KeyError::Unusable)?).map(|bytes| BigUint::from_bytes_be(&bytes))
        };
        let (n, e) = (number(self.n.as_deref())?, number(self.e.as_deref())?);
        let mut d = BigUint::from_bytes_be(d);
        let primes = match (&self.p, &self.q) {
            (Some(p), Some(q)) => vec![number(Some(p))?, number(Some(q))?],
            _ => vec![],
        };
        // The library subtracts before it looks: numbers that no key has must not reach it (RFC 7518 §3.3: 2048 bits).
        if n.bits() < 2048
            || e.bits() < 2
            || d.bits() < n.bits() / 2
            || primes.iter().any(|prime| prime.bits() < 2)
        {
            d.zeroize();
            return Err(KeyError::Unusable);
        }
        let key = rsa::RsaPrivateKey::from_components(n, e, d.clone(), primes);
        d.zeroize();
        ClientKey::rsa(&key.map_err(|_| KeyError::Unusable)?)
    }
}

fn bytes(text: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    BASE64_URL_SAFE_NO_PAD.decode(text).map(Zeroizing::new).map_err(|_| KeyError::Unusable)
}

/// Makes a client's statements, each with an id of its own.
#[derive(Debug, Clone)]
pub struct Signer {
    key: ClientKey,
    audience: String,
    now: Timestamp,
    seed: String,
    signed: Arc<AtomicU64>,
}

impl Signer {
    /// For one conversation at `now` with the server that `audience` means: its token endpoint or its issuer
    /// (RFC 7523 §3). `random` is used once.
    pub fn new(key: ClientKey, audience: String, now: Timestamp, random: [u8; 16]) -> Self {
        let seed = BASE64_URL_SAFE_NO_PAD.encode(random);
        Self { key, audience, now, seed, signed: Arc::default() }
    }

    /// A statement for one request: whoever sees it can use it once, and not for long.
    pub fn sign(&self, client_id: &str) -> ClientAssertion {
        let count = self.signed.fetch_add(1, Ordering::Relaxed);
        let issued = self.now.as_second();
        let claims = serde_json::json!({
            "iss": client_id, "sub": client_id, "aud": self.audience, "jti": format!("{}-{count}", self.seed),
            "iat": issued, "exp": issued + LIFETIME,
        });
        // The key has signed when it was read; should it not now, the server refuses the empty statement.
        let signed = jsonwebtoken::encode(&self.key.header, &claims, &self.key.key);
        ClientAssertion::new(signed.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{DecodingKey, Validation};
    use serde_json::{Value, json};

    use super::*;

    fn parse(text: &str) -> Result<ClientKey, KeyError> {
        ClientKey::parse(&ClientSecret::new(text.to_owned()))
    }

    fn sign(key: ClientKey) -> (Header, String) {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let text =
            Signer::new(key, "https://as.example/token".into(), now, [7; 16]).sign("me").expose().to_owned();
        (jsonwebtoken::decode_header(&text).unwrap(), text)
    }

    fn verified(text: &str, alg: Algorithm, key: &DecodingKey) -> Value {
        let mut validation = Validation::new(alg);
        validation.validate_exp = false;
        validation.set_audience(&["https://as.example/token"]);
        jsonwebtoken::decode::<Value>(text, key, &validation).unwrap().claims
    }

    /// RFC 8037, appendix A.1.
    const ED25519: &str = r#"{"kty":"OKP","crv":"Ed25519","kid":"k-1","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    /// RFC 7517, appendix A.2.
    const P256: &str = r#"{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","d":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE","use":"enc","kid":"1"}"#;

    #[test]
    fn a_statement_says_what_the_rfc_wants_and_is_signed() {
        let (header, text) = sign(parse(ED25519).unwrap());
        assert_eq!((header.alg, header.kid.as_deref()), (Algorithm::EdDSA, Some("k-1")));
        let key = DecodingKey::from_ed_components("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
        let claims = verified(&text, Algorithm::EdDSA, &key);
        assert_eq!((&claims["iss"], &claims["sub"]), (&json!("me"), &json!("me")));
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 60);
        let (header, text) = sign(parse(P256).unwrap());
        assert_eq!(header.alg, Algorithm::ES256);
        let (x, y) =
            ("MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM");
        verified(&text, Algorithm::ES256, &DecodingKey::from_ec_components(x, y).unwrap());
    }

    #[test]
    fn no_two_statements_are_alike() {
        let now = Timestamp::UNIX_EPOCH;
        let signer = Signer::new(parse(ED25519).unwrap(), "https://as.example".into(), now, [7; 16]);
        let again = signer.clone();
        let all = [signer.sign("me"), again.sign("me"), signer.sign("me")].map(|one| one.expose().to_owned());
        assert!(all[0] != all[1] && all[1] != all[2]);
    }

    #[test]
    fn pem_and_jwk_of_every_kind_are_read() {
        let jwk = |text: &str| parse(text).map(|key| key.header.alg);
        let rsa = include_str!("../tests/keys/rsa.jwk.json");
        assert_eq!(jwk(rsa), Ok(Algorithm::RS256));
        assert_eq!(jwk(&rsa.replace("\"kty\"", "\"alg\":\"PS384\",\"kty\"")), Ok(Algorithm::PS384));
        assert_eq!(jwk(&rsa.replace("\"kty\"", "\"alg\":\"ES256\",\"kty\"")), Err(KeyError::Unusable));
        for (name, pem, algorithm) in [
            ("RSA", include_str!("../tests/keys/rsa.pem"), Algorithm::RS256),
            ("P-256", include_str!("../tests/keys/p256.pem"), Algorithm::ES256),
            ("P-384", include_str!("../tests/keys/p384.pem"), Algorithm::ES384),
            ("Ed25519", include_str!("../tests/keys/ed25519.pem"), Algorithm::EdDSA),
        ] {
            assert_eq!(parse(pem).map(|key| key.header.alg), Ok(algorithm), "{name}");
        }
    }

    #[test]
    fn what_cannot_sign_is_refused_with_what_to_do() {
        for (text, why) in [
            ("a secret", KeyError::Unknown),
            ("{\"kty\":", KeyError::Unknown),
            ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", KeyError::Unusable),
            ("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----", KeyError::NotPkcs8),
            ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n", KeyError::Encrypted),
            ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", KeyError::Public),
            (r#"{"kty":"EC","crv":"P-256","x":"x","y":"y"}"#, KeyError::Public),
            (r#"{"kty":"EC","crv":"P-521","d":"AAAA"}"#, KeyError::Unusable),
            (r#"{"kty":"EC","crv":"P-256","d":"AAAA"}"#, KeyError::Unusable),
            (r#"{"kty":"oct","k":"AAAA","d":"AAAA"}"#, KeyError::Unusable),
            (r#"{"kty":"RSA","n":"","e":"AQAB","d":""}"#, KeyError::Unusable),
            (r#"{"kty":"RSA","n":"AQAB","e":"","d":"AA"}"#, KeyError::Unusable),
        ] {
            assert_eq!(parse(text).unwrap_err(), why, "{text}");
        }
        assert!(!format!("{:?}", parse(ED25519).unwrap()).contains("nWGx"));
    }
}
