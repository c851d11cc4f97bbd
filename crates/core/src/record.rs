//! The one vault item of a connection: its secrets, and the facts of its tokens beside them.
//!
//! The facts are in the database too. The vault is written first, so after a crash between the two it knows more,
//! and the engine adopts what it finds here.

use serde::{Deserialize, Serialize};
use tokenrack_oauth::secret::{
    AccessToken, ClientSecret, CodeVerifier, Nonce, RefreshToken, SecretBytes, State,
};
use zeroize::Zeroizing;

use crate::lifecycle::Grant;
use crate::ports::VaultError;

/// A connection's secrets.
#[derive(Debug, Clone, Default)]
pub struct SecretRecord {
    /// The client's own.
    pub client_secret: Option<ClientSecret>,
    /// After a sign-in.
    pub tokens: Option<Tokens>,
    /// While a redirect is awaited.
    pub pending: Option<Pending>,
}

/// Tokens and what is known of them.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// The access token.
    pub access_token: AccessToken,
    /// The refresh token.
    pub refresh_token: Option<RefreshToken>,
    /// Their facts.
    pub grant: Grant,
}

/// An attempt's secrets.
#[derive(Debug, Clone)]
pub struct Pending {
    /// Single use.
    pub state: State,
    /// With `openid`.
    pub nonce: Option<Nonce>,
    /// Unless the provider refuses PKCE.
    pub verifier: Option<CodeVerifier>,
}

/// How it lies in the vault: JSON with a version.
#[derive(Serialize, Deserialize)]
struct Stored {
    v: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client_secret: Option<Zeroizing<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tokens: Option<StoredTokens>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pending: Option<StoredPending>,
}

#[derive(Serialize, Deserialize)]
struct StoredTokens {
    access_token: Zeroizing<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token: Option<Zeroizing<String>>,
    grant: Grant,
}

#[derive(Serialize, Deserialize)]
struct StoredPending {
    state: Zeroizing<String>,
    nonce: Option<Zeroizing<String>>,
    verifier: Option<Zeroizing<String>>,
}

const VERSION: u32 = 1;

impl SecretRecord {
    /// Nothing worth keeping.
    pub fn is_empty(&self) -> bool {
        self.client_secret.is_none() && self.tokens.is_none() && self.pending.is_none()
    }

    /// As it lies in the vault.
    ///
    /// # Errors
    /// `Corrupt` if it cannot be written as JSON, which would be a mistake of ours.
    pub fn encode(&self) -> Result<SecretBytes, VaultError> {
        let text = |secret: &str| Zeroizing::new(secret.to_owned());
        let stored = Stored {
            v: VERSION,
            client_secret: self.client_secret.as_ref().map(|secret| text(secret.expose())),
            tokens: self.tokens.as_ref().map(|tokens| StoredTokens {
                access_token: text(tokens.access_token.expose()),
                refresh_token: tokens.refresh_token.as_ref().map(|token| text(token.expose())),
                grant: tokens.grant.clone(),
            }),
            pending: self.pending.as_ref().map(|pending| StoredPending {
                state: text(pending.state.expose()),
                nonce: pending.nonce.as_ref().map(|nonce| text(nonce.expose())),
                verifier: pending.verifier.as_ref().map(|verifier| text(verifier.expose())),
            }),
        };
        serde_json::to_vec(&stored)
            .map(SecretBytes::new)
            .map_err(|_| VaultError::Corrupt("not writable".into()))
    }

    /// Reads what lies in the vault.
    ///
    /// # Errors
    /// `Corrupt`, without any of the content.
    pub fn decode(bytes: &SecretBytes) -> Result<Self, VaultError> {
        // serde's own message could quote the value, so it is not passed on.
        let stored: Stored = serde_json::from_slice(bytes.expose())
            .map_err(|_| VaultError::Corrupt("not a Tokenrack record".into()))?;
        if stored.v != VERSION {
            return Err(VaultError::Corrupt(format!("record version {} is not known here", stored.v)));
        }
        let own = |secret: Zeroizing<String>| String::clone(&secret);
        Ok(Self {
            client_secret: stored.client_secret.map(|secret| ClientSecret::new(own(secret))),
            tokens: stored.tokens.map(|tokens| Tokens {
                access_token: AccessToken::new(own(tokens.access_token)),
                refresh_token: tokens.refresh_token.map(|token| RefreshToken::new(own(token))),
                grant: tokens.grant,
            }),
            pending: stored.pending.map(|pending| Pending {
                state: State::new(own(pending.state)),
                nonce: pending.nonce.map(|nonce| Nonce::new(own(nonce))),
                verifier: pending.verifier.map(|verifier| CodeVerifier::new(own(verifier))),
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_comes_back_as_it_went() {
        let record = SecretRecord {
            client_secret: Some(ClientSecret::new("basic-secret+/%:".into())),
            tokens: None,
            pending: Some(Pending { state: State::new("s".into()), nonce: None, verifier: None }),
        };
        let back = SecretRecord::decode(&record.encode().unwrap()).unwrap();
        assert_eq!(back.client_secret.unwrap().expose(), "basic-secret+/%:");
        assert!(back.pending.unwrap().state.matches("s"));
    }

    #[test]
    fn damage_is_an_error_that_quotes_nothing() {
        let error = SecretRecord::decode(&SecretBytes::new(b"{\"v\":1,\"client_secret\":canary".to_vec()))
            .unwrap_err();
        assert!(!error.to_string().contains("canary"));
        assert!(SecretRecord::decode(&SecretBytes::new(b"{\"v\":9}".to_vec())).is_err());
    }
}
