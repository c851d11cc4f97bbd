//! PKCE (RFC 7636), S256 only; `plain` is never sent.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use sha2::{Digest as _, Sha256};

use crate::secret::{CodeVerifier, Nonce, State};

/// 32 random bytes as 43 characters of base64url: fits a verifier (§4.1), a state and a nonce.
fn text(random: [u8; 32]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(random)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl CodeVerifier {
    /// A fresh verifier.
    pub fn from_random(random: [u8; 32]) -> Self {
        Self::new(text(random))
    }

    /// `code_challenge` for `S256` (§4.2).
    pub fn challenge(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(self.expose()))
    }

    /// The same digest in hex, as TikTok's desktop applications send it.
    pub fn challenge_in_hex(&self) -> String {
        hex(&Sha256::digest(self.expose()))
    }
}

impl State {
    /// A fresh state: 256 random bits.
    pub fn from_random(random: [u8; 32]) -> Self {
        Self::new(text(random))
    }

    /// SHA-256 in hex: finds the attempt without storing the secret.
    pub fn digest(state: &str) -> String {
        hex(&Sha256::digest(state))
    }
}

impl Nonce {
    /// A fresh nonce.
    pub fn from_random(random: [u8; 32]) -> Self {
        Self::new(text(random))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_the_rfcs() {
        // RFC 7636, appendix B
        let verifier = CodeVerifier::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into());
        assert_eq!(verifier.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        let hex = "13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3";
        assert_eq!(verifier.challenge_in_hex(), hex);
        assert_eq!(CodeVerifier::from_random([7; 32]).expose().len(), 43);
    }
}
