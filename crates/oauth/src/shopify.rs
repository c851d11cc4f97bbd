//! Shopify signs its redirects: HMAC-SHA256 over the sorted parameters, keyed with the client secret.
//! <https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant>

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use jsonwebtoken::{Algorithm, DecodingKey, crypto};

use crate::authorization::{RedirectError, ValidatedResponse};
use crate::secret::ClientSecret;

/// Checks that the redirect comes from `shop`, a host name, and is signed.
///
/// # Errors
/// `Signature`, or `Malformed` for a parameter that comes twice.
pub fn verify(response: &ValidatedResponse, secret: &ClientSecret, shop: &str) -> Result<(), RedirectError> {
    let mut parameters: Vec<(String, String)> = response.parameters().into_owned().collect();
    parameters.sort();
    if parameters.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return Err(RedirectError::Malformed("a parameter comes twice"));
    }
    let text = |name: &str| parameters.iter().find(|(other, _)| other == name).map(|(_, value)| value);
    if !text("shop").is_some_and(|named| named.eq_ignore_ascii_case(shop) && is_shop(named)) {
        return Err(RedirectError::Signature("it names another shop"));
    }
    let signature =
        text("hmac").and_then(|hex| bytes(hex)).ok_or(RedirectError::Signature("it has no hmac"))?;
    let message: Vec<String> = parameters
        .iter()
        .filter(|(name, _)| name != "hmac" && name != "signature")
        .map(|(name, value)| format!("{}={}", escaped(name).replace('=', "%3D"), escaped(value)))
        .collect();
    // The JWT library compares in constant time.
    let key = DecodingKey::from_secret(secret.expose().as_bytes());
    let signature = BASE64_URL_SAFE_NO_PAD.encode(signature);
    let genuine = crypto::verify(&signature, message.join("&").as_bytes(), &key, Algorithm::HS256);
    if genuine.unwrap_or(false) { Ok(()) } else { Err(RedirectError::Signature("its hmac is wrong")) }
}

/// A shop's own host, and nothing that only looks like one.
fn is_shop(host: &str) -> bool {
    let name = host.to_ascii_lowercase();
    let label = name.strip_suffix(".myshopify.com").unwrap_or_default();
    !label.is_empty()
        && !label.starts_with('-')
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// What would end a parameter is escaped, the rest is signed as it was before encoding.
fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('&', "%26")
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let digits: Vec<u8> = hex.as_bytes().iter().map(digit).collect::<Option<_>>()?;
    (digits.len() == 64).then(|| digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authorization::{AuthorizationResponse, Expected};

    const REDIRECT: &str = "http://127.0.0.1:9/callback";
    /// `printf 'code=c&shop=rack.myshopify.com&state=s&timestamp=1' | openssl dgst -sha256 -hmac hush`
    const HMAC: &str = "4f5bdd575416a4aac0e3f1b5240fd003ea2ad82976e483333eba581862bea245";

    fn check(query: &str, secret: &str) -> Result<(), RedirectError> {
        let expected = Expected { redirect_uri: REDIRECT, issuer: None, issuer_announced: false };
        let response = AuthorizationResponse::parse(&format!("{REDIRECT}?{query}")).unwrap();
        let secret = ClientSecret::new(secret.into());
        verify(&response.validate(&expected).unwrap(), &secret, "rack.myshopify.com")
    }

    #[test]
    fn only_the_shops_own_signature_counts() {
        let good = format!("timestamp=1&state=s&shop=rack.myshopify.com&hmac={HMAC}&code=c");
        assert_eq!(check(&good, "hush"), Ok(()));
        let wrong = Err(RedirectError::Signature("its hmac is wrong"));
        assert_eq!(check(&good, "hush!"), wrong);
        assert_eq!(check(&good.replace("code=c", "code=d"), "hush"), wrong);
        assert_eq!(check(&format!("{good}&more=1"), "hush"), wrong);
        assert_eq!(check(&good.replace(HMAC, &"0".repeat(64)), "hush"), wrong);
        let none = Err(RedirectError::Signature("it has no hmac"));
        assert_eq!(check(&good.replace(HMAC, ""), "hush"), none);
        assert_eq!(check(&good.replace(HMAC, "\u{e9}"), "hush"), none);
        let another = Err(RedirectError::Signature("it names another shop"));
        assert_eq!(check(&good.replace("rack.my", "evil.my"), "hush"), another);
        assert_eq!(check(&good.replace("&shop=rack.myshopify.com", ""), "hush"), another);
        assert!(matches!(check(&format!("{good}&timestamp=1"), "hush"), Err(RedirectError::Malformed(_))));
    }

    #[test]
    fn a_shop_has_shopifys_host() {
        assert!(is_shop("rack-2.myshopify.com"));
        for other in ["myshopify.com", ".myshopify.com", "-a.myshopify.com", "a.b.myshopify.com", "evil.com"]
        {
            assert!(!is_shop(other), "{other}");
        }
    }
}
