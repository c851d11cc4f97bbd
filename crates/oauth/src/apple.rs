//! Apple's client secret: a statement that the team signs with a key of its own (ES256).
//! <https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret>

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use p256::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _};
use serde_json::json;

use crate::secret::ClientSecret;

/// Seconds a statement lives. One is made for each request, so this only has to bridge two clocks.
const LIFETIME: i64 = 300;

/// The client secret for one request; `key` is the `.p8` file's text. `None` when it is no key for ES256.
pub fn client_secret(
    key: &ClientSecret,
    team_id: &str,
    key_id: &str,
    client_id: &str,
    now: Timestamp,
) -> Option<ClientSecret> {
    let key = p256::SecretKey::from_pkcs8_pem(key.expose().trim()).ok()?.to_pkcs8_der().ok()?;
    let key = EncodingKey::from_ec_der(key.as_bytes());
    let header = Header { kid: Some(key_id.to_owned()), ..Header::new(Algorithm::ES256) };
    let issued = now.as_second();
    let claims = json!({
        "iss": team_id, "sub": client_id, "aud": "https://appleid.apple.com",
        "iat": issued, "exp": issued + LIFETIME,
    });
    jsonwebtoken::encode(&header, &claims, &key).ok().map(ClientSecret::new)
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{DecodingKey, Validation};
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_team_signs_for_the_client() {
        let key = |text: &str| ClientSecret::new(text.to_owned());
        let now = Timestamp::from_second(1_000).unwrap();
        let pem = include_str!("../tests/keys/p256.pem");
        let secret = client_secret(&key(pem), "TEAM", "KEY", "com.example", now).unwrap();
        let header = jsonwebtoken::decode_header(secret.expose()).unwrap();
        assert_eq!((header.alg, header.kid.as_deref()), (Algorithm::ES256, Some("KEY")));
        let mut validation = Validation::new(Algorithm::ES256);
        validation.validate_exp = false;
        validation.set_audience(&["https://appleid.apple.com"]);
        let public = p256::SecretKey::from_pkcs8_pem(pem).unwrap().public_key().to_sec1_bytes();
        let public = DecodingKey::from_ec_der(&public);
        let claims = jsonwebtoken::decode::<Value>(secret.expose(), &public, &validation).unwrap().claims;
        assert_eq!((&claims["iss"], &claims["sub"]), (&json!("TEAM"), &json!("com.example")));
        assert_eq!((&claims["iat"], &claims["exp"]), (&json!(1_000), &json!(1_300)));
        assert!(client_secret(&key("not a key"), "TEAM", "KEY", "com.example", now).is_none());
    }
}
