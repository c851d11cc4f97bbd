//! A connection's item in the vault: its secrets, and the facts of its tokens beside them. A sign-in that waits has an
//! item of its own, so that whoever begins or ends one leaves the tokens alone, also where they cannot be read.
//!
//! The facts are in the database too. The vault is written first, so after a crash between the two it knows more,
//! and the engine adopts what it finds here.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokenrack_oauth::dpop::ProofKey;
use tokenrack_oauth::secret::{
    AccessToken, ClientSecret, CodeVerifier, Credentials, DeviceCode, Nonce, RefreshToken, SecretBytes, State,
};
use tokenrack_oauth::token::TokenSet;
use zeroize::Zeroizing;

use crate::connection::{ClientAuthentication, ClientRegistration};
use crate::lifecycle::{Account, Grant, RefreshState};
use crate::ports::VaultError;

/// A connection's secrets.
#[derive(Debug, Clone, Default)]
pub struct SecretRecord {
    /// The client's own: what it shares with the server, or its private key.
    pub client_secret: Option<ClientSecret>,
    /// The key that the connection's tokens are bound to, where they are.
    pub proof_key: Option<ProofKey>,
    /// After a sign-in.
    pub tokens: Option<Tokens>,
    /// Of disconnects that the provider could not be told of: for their revocation, and nothing else.
    pub unrevoked: Vec<Tokens>,
}

/// Tokens and what is known of them.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// The access token.
    pub access_token: AccessToken,
    /// The refresh token.
    pub refresh_token: Option<RefreshToken>,
    /// What a script of the person's made of them.
    pub credentials: Option<Credentials>,
    /// How the client proves itself that they were given to, where the connection has another since.
    pub client: Option<FormerClient>,
    /// The key that they are bound to, where the connection has another since.
    pub proof_key: Option<ProofKey>,
    /// Their facts.
    pub grant: Grant,
}

/// A client that the connection had: for the revocation of its tokens, and nothing else.
#[derive(Debug, Clone)]
pub struct FormerClient {
    /// How.
    pub authentication: ClientAuthentication,
    /// With what.
    pub secret: Option<ClientSecret>,
}

impl Tokens {
    /// The first token set of a new grant.
    pub fn first(tokens: TokenSet, generation: u64, issued_at: Timestamp, account: Option<Account>) -> Self {
        let grant = Grant {
            generation,
            issued_at,
            expires_at: tokens.expires_at,
            refused: None,
            scopes: tokens.scopes,
            refreshable: tokens.refresh_token.is_some(),
            renews_itself: false,
            refresh_end: tokens.refresh_expires_at.into(),
            captured: tokens.captured,
            account,
            account_before: None,
            client_id: None,
            is_bound: None,
            reach: None,
            refresh: RefreshState::Idle,
            refresh_token_since: None,
            authorized_at: issued_at,
        };
        Self {
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token,
            credentials: None,
            client: None,
            proof_key: None,
            grant,
        }
    }

    /// Goes on with the refresh token of the sign-in before where this one brought none: some servers give one at the first
    /// consent only. Both have to be one client's, one account's by its id, with the same permissions, and bound to no key.
    pub fn go_on_from(&mut self, before: &Self) {
        let (old, new) = (&before.grant, &mut self.grant);
        let id = |grant: &Grant| grant.account.as_ref().and_then(|account| account.id.clone());
        let scopes = |grant: &Grant| grant.scopes.clone().map(BTreeSet::from_iter);
        let whose = |grant: &Grant| (grant.client_id.clone(), grant.is_bound, id(grant), scopes(grant));
        let is_wanted =
            self.refresh_token.is_none() && self.credentials.is_none() && new.is_bound == Some(false);
        if is_wanted && before.refresh_token.is_some() && id(old).is_some() && whose(old) == whose(new) {
            self.refresh_token.clone_from(&before.refresh_token);
            new.refreshable = true;
            new.refresh_end.clone_from(&old.refresh_end);
            new.refresh_token_since = old.refresh_token_since;
        }
    }

    /// Whether one of them is one of the others: some servers give out again what they have given.
    pub fn share_one_with(&self, other: &Self) -> bool {
        self.are(other) || self.access_token.matches(other.access_token.expose())
    }

    /// Whether they are of the sign-in of the others: what that has brought ends as one.
    pub fn are_with(&self, other: &Self) -> bool {
        self.share_one_with(other) || self.grant.authorized_at == other.grant.authorized_at
    }

    /// Whether they have one end: the same refresh token, or the same access token where there is none.
    pub fn are(&self, other: &Self) -> bool {
        match (&self.refresh_token, &other.refresh_token) {
            (Some(one), Some(other)) => one.matches(other.expose()),
            (None, None) => self.access_token.matches(other.access_token.expose()),
            _ => false,
        }
    }
}

/// The item of a sign-in that waits.
#[derive(Debug, Clone)]
pub struct AttemptSecrets {
    /// The key that its tokens are to be bound to, where they are.
    pub proof_key: Option<ProofKey>,
    /// What it ends by.
    pub pending: Pending,
}

/// An attempt's secrets.
#[derive(Debug, Clone)]
pub enum Pending {
    /// A redirect is awaited.
    Redirect(RedirectSecrets),
    /// A person is to enter a code.
    DeviceCode(DeviceSecrets),
}

impl Pending {
    /// What the attempt's digest is made of.
    pub fn state(&self) -> &State {
        match self {
            Self::Redirect(secrets) => &secrets.state,
            Self::DeviceCode(secrets) => &secrets.state,
        }
    }
}

/// What a redirect is matched with and exchanged by.
#[derive(Debug, Clone)]
pub struct RedirectSecrets {
    /// Single use.
    pub state: State,
    /// With `openid`.
    pub nonce: Option<Nonce>,
    /// Unless the provider refuses PKCE.
    pub verifier: Option<CodeVerifier>,
}

/// What the server is asked with until the person is done.
#[derive(Debug, Clone)]
pub struct DeviceSecrets {
    /// Names the attempt; never sent.
    pub state: State,
    /// RFC 8628 §3.2.
    pub device_code: DeviceCode,
}

/// How it lies in the vault: JSON with a version.
#[derive(Serialize, Deserialize)]
struct Stored {
    v: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client_secret: Option<Zeroizing<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    proof_key: Option<Zeroizing<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tokens: Option<StoredTokens>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unrevoked: Vec<StoredTokens>,
}

/// The same of an attempt.
#[derive(Serialize, Deserialize)]
struct StoredAttempt {
    v: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    proof_key: Option<Zeroizing<String>>,
    pending: StoredPending,
}

#[derive(Serialize, Deserialize)]
struct StoredTokens {
    access_token: Zeroizing<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token: Option<Zeroizing<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    credentials: Option<Zeroizing<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client: Option<StoredClient>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    proof_key: Option<Zeroizing<String>>,
    grant: Grant,
}

#[derive(Serialize, Deserialize)]
struct StoredClient {
    authentication: ClientAuthentication,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret: Option<Zeroizing<String>>,
}

#[derive(Serialize, Deserialize)]
struct StoredPending {
    state: Zeroizing<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nonce: Option<Zeroizing<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verifier: Option<Zeroizing<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    device_code: Option<Zeroizing<String>>,
}

impl StoredPending {
    fn new(pending: &Pending) -> Self {
        let text = |secret: &str| Zeroizing::new(secret.to_owned());
        let bare =
            Self { state: text(pending.state().expose()), nonce: None, verifier: None, device_code: None };
        match pending {
            Pending::Redirect(secrets) => Self {
                nonce: secrets.nonce.as_ref().map(|nonce| text(nonce.expose())),
                verifier: secrets.verifier.as_ref().map(|verifier| text(verifier.expose())),
                ..bare
            },
            Pending::DeviceCode(secrets) => {
                Self { device_code: Some(text(secrets.device_code.expose())), ..bare }
            }
        }
    }

    fn read(self) -> Pending {
        let own = |secret: Zeroizing<String>| String::clone(&secret);
        let state = State::new(own(self.state));
        match self.device_code {
            Some(code) => {
                Pending::DeviceCode(DeviceSecrets { state, device_code: DeviceCode::new(own(code)) })
            }
            None => Pending::Redirect(RedirectSecrets {
                state,
                nonce: self.nonce.map(|nonce| Nonce::new(own(nonce))),
                verifier: self.verifier.map(|verifier| CodeVerifier::new(own(verifier))),
            }),
        }
    }
}

impl StoredTokens {
    fn new(tokens: &Tokens) -> Self {
        let text = |secret: &str| Zeroizing::new(secret.to_owned());
        Self {
            access_token: text(tokens.access_token.expose()),
            refresh_token: tokens.refresh_token.as_ref().map(|token| text(token.expose())),
            credentials: tokens.credentials.as_ref().map(|all| text(all.expose())),
            client: tokens.client.as_ref().map(|client| StoredClient {
                authentication: client.authentication,
                secret: client.secret.as_ref().map(|secret| text(secret.expose())),
            }),
            proof_key: tokens.proof_key.as_ref().map(ProofKey::expose),
            grant: tokens.grant.clone(),
        }
    }

    fn read(self) -> Result<Tokens, VaultError> {
        let own = |secret: Zeroizing<String>| String::clone(&secret);
        Ok(Tokens {
            access_token: AccessToken::new(own(self.access_token)),
            refresh_token: self.refresh_token.map(|token| RefreshToken::new(own(token))),
            credentials: self.credentials.map(|all| Credentials::new(own(all))),
            client: self.client.map(|client| FormerClient {
                authentication: client.authentication,
                secret: client.secret.map(|secret| ClientSecret::new(own(secret))),
            }),
            proof_key: self.proof_key.map(|key| proof_key(&key)).transpose()?,
            grant: self.grant,
        })
    }
}

const VERSION: u32 = 1;

impl SecretRecord {
    /// Nothing worth keeping.
    pub fn is_empty(&self) -> bool {
        self.client_secret.is_none()
            && self.proof_key.is_none()
            && self.tokens.is_none()
            && self.unrevoked.is_empty()
    }

    /// Drops a key that no token is bound to any more: the next sign-in makes one of its own.
    pub fn forget_unused_key(&mut self) {
        if self.tokens.is_none() && self.unrevoked.is_empty() {
            self.proof_key = None;
        }
    }

    /// Keeps the tokens for their revocation alone.
    pub fn set_tokens_aside(&mut self) {
        if let Some(tokens) = self.tokens.take() {
            // The provider may have given out again what waits already.
            self.unrevoked.retain(|waiting| !waiting.are(&tokens));
            self.unrevoked.push(tokens);
        }
    }

    /// With what waits elsewhere to be revoked.
    #[must_use]
    pub fn with_waiting(mut self, waiting: &[Tokens]) -> Self {
        let known = |tokens: &&Tokens| self.unrevoked.iter().any(|own| own.are(tokens));
        let others: Vec<_> = waiting.iter().filter(|tokens| !known(tokens)).cloned().collect();
        self.unrevoked.extend(others);
        self
    }

    /// The connection gets another client: tokens that were given to this one are revoked as it, with its secret.
    pub fn leave_client(&mut self, registration: &ClientRegistration) {
        let (authentication, secret) = (registration.authentication, self.client_secret.clone());
        let client = FormerClient { authentication, secret };
        for tokens in self.all_tokens() {
            // Those of the first versions do not say whose they are.
            let client_id = tokens.grant.client_id.get_or_insert_with(|| registration.client_id.clone());
            if *client_id == registration.client_id && tokens.client.is_none() {
                tokens.client = Some(client.clone());
            }
        }
    }

    /// What a client proves itself with by this method that the connection had before, and that tokens were given to.
    pub fn former_secret_of(&self, client_id: &str, method: ClientAuthentication) -> Option<&ClientSecret> {
        let all = self.tokens.iter().chain(&self.unrevoked);
        let mut its_own = all.filter(|tokens| tokens.grant.client_id.as_deref() == Some(client_id));
        let is_its_kind = |former: &&FormerClient| former.authentication.is_by_key() == method.is_by_key();
        its_own.find_map(|tokens| tokens.client.as_ref().filter(is_its_kind)?.secret.as_ref())
    }

    /// The connection has this client, and its secret of now.
    pub fn come_back_to(&mut self, registration: &ClientRegistration) {
        for tokens in self.all_tokens() {
            let is_its = tokens.grant.client_id.as_ref() == Some(&registration.client_id);
            tokens.client.take_if(|_| is_its);
        }
    }

    /// The connection gets another key: tokens that are bound to this one keep it.
    pub fn leave_key(&mut self) {
        let key = self.proof_key.clone();
        for tokens in self.all_tokens() {
            tokens.proof_key = tokens.proof_key.take().or_else(|| key.clone());
        }
    }

    /// Another client and another key take the place of these: what is here is revoked by its own.
    pub fn leave(&mut self, registration: &ClientRegistration) {
        self.leave_client(registration);
        self.leave_key();
    }

    fn all_tokens(&mut self) -> impl Iterator<Item = &mut Tokens> {
        self.tokens.iter_mut().chain(&mut self.unrevoked)
    }

    /// With the key that these are bound to.
    pub fn bound_with(&self, tokens: &Tokens) -> Self {
        let proof_key = tokens.proof_key.as_ref().or(self.proof_key.as_ref()).cloned();
        Self { proof_key, ..Self::default() }
    }

    /// With the key that the tokens of this attempt are bound to.
    #[must_use]
    pub fn bound_as(mut self, attempt: &AttemptSecrets) -> Self {
        if let Some(key) = &attempt.proof_key {
            self.leave_key();
            self.proof_key = Some(key.clone());
        }
        self
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
            proof_key: self.proof_key.as_ref().map(ProofKey::expose),
            tokens: self.tokens.as_ref().map(StoredTokens::new),
            unrevoked: self.unrevoked.iter().map(StoredTokens::new).collect(),
        };
        encoded(&stored)
    }

    /// Reads what lies in the vault.
    ///
    /// # Errors
    /// `Corrupt`, without any of the content.
    pub fn decode(bytes: &SecretBytes) -> Result<Self, VaultError> {
        let stored: Stored = decoded(bytes)?;
        check_version(stored.v)?;
        let own = |secret: Zeroizing<String>| String::clone(&secret);
        Ok(Self {
            proof_key: stored.proof_key.map(|key| proof_key(&key)).transpose()?,
            client_secret: stored.client_secret.map(|secret| ClientSecret::new(own(secret))),
            tokens: stored.tokens.map(StoredTokens::read).transpose()?,
            unrevoked: stored.unrevoked.into_iter().map(StoredTokens::read).collect::<Result<_, _>>()?,
        })
    }
}

impl AttemptSecrets {
    /// As it lies in the vault.
    ///
    /// # Errors
    /// As for [`SecretRecord::encode`].
    pub fn encode(&self) -> Result<SecretBytes, VaultError> {
        encoded(&StoredAttempt {
            v: VERSION,
            proof_key: self.proof_key.as_ref().map(ProofKey::expose),
            pending: StoredPending::new(&self.pending),
        })
    }

    /// Reads what lies in the vault.
    ///
    /// # Errors
    /// `Corrupt`, without any of the content.
    pub fn decode(bytes: &SecretBytes) -> Result<Self, VaultError> {
        let stored: StoredAttempt = decoded(bytes)?;
        check_version(stored.v)?;
        Ok(Self {
            proof_key: stored.proof_key.map(|key| proof_key(&key)).transpose()?,
            pending: stored.pending.read(),
        })
    }
}

fn encoded(stored: &impl Serialize) -> Result<SecretBytes, VaultError> {
    serde_json::to_vec(stored).map(SecretBytes::new).map_err(|_| VaultError::Corrupt("not writable".into()))
}

fn decoded<T: DeserializeOwned>(bytes: &SecretBytes) -> Result<T, VaultError> {
    // serde's own message could quote the value, so it is not passed on.
    serde_json::from_slice(bytes.expose()).map_err(|_| VaultError::Corrupt("not a Tokenrack record".into()))
}

fn check_version(version: u32) -> Result<(), VaultError> {
    match version {
        VERSION => Ok(()),
        other => Err(VaultError::Corrupt(format!("record version {other} is not known here"))),
    }
}

fn proof_key(text: &str) -> Result<ProofKey, VaultError> {
    ProofKey::parse(text).ok_or_else(|| VaultError::Corrupt("not a key".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_comes_back_as_it_went() {
        let record = SecretRecord {
            client_secret: Some(ClientSecret::new("basic-secret+/%:".into())),
            proof_key: Some(ProofKey::from_random([7; 32])),
            tokens: None,
            unrevoked: vec![],
        };
        let back = SecretRecord::decode(&record.encode().unwrap()).unwrap();
        assert_eq!(back.client_secret.unwrap().expose(), "basic-secret+/%:");
        assert_eq!(back.proof_key.unwrap().expose(), record.proof_key.unwrap().expose());
        let old =
            br#"{"v":1,"client_secret":"c","pending":{"state":"s","nonce":null,"verifier":"v"}}"#.to_vec();
        let old = SecretRecord::decode(&SecretBytes::new(old)).unwrap();
        assert_eq!(old.client_secret.unwrap().expose(), "c", "a sign-in that waited there is begun again");
    }

    #[test]
    fn an_attempt_comes_back_as_it_went() {
        let device = AttemptSecrets {
            proof_key: Some(ProofKey::from_random([7; 32])),
            pending: Pending::DeviceCode(DeviceSecrets {
                state: State::new("s".into()),
                device_code: DeviceCode::new("d".into()),
            }),
        };
        let back = AttemptSecrets::decode(&device.encode().unwrap()).unwrap();
        assert_eq!(back.proof_key.unwrap().expose(), device.proof_key.unwrap().expose());
        let Pending::DeviceCode(code) = back.pending else { panic!("another kind of attempt") };
        assert!(code.state.matches("s") && code.device_code.matches("d"));
        let redirect = AttemptSecrets {
            proof_key: None,
            pending: Pending::Redirect(RedirectSecrets {
                state: State::new("s".into()),
                nonce: None,
                verifier: Some(CodeVerifier::new("v".into())),
            }),
        };
        let back = AttemptSecrets::decode(&redirect.encode().unwrap()).unwrap();
        let Pending::Redirect(redirect) = back.pending else { panic!("another kind of attempt") };
        assert!(redirect.verifier.unwrap().matches("v"));
    }

    #[test]
    fn a_key_lasts_as_long_as_a_token_is_bound_to_it() {
        let mut record =
            SecretRecord { proof_key: Some(ProofKey::from_random([7; 32])), ..SecretRecord::default() };
        record.unrevoked = vec![Tokens {
            access_token: AccessToken::new("a".into()),
            refresh_token: None,
            credentials: None,
            client: None,
            proof_key: None,
            grant: crate::lifecycle::tests::grant(1),
        }];
        record.forget_unused_key();
        assert!(record.proof_key.is_some() && !record.is_empty());
        record.unrevoked.clear();
        record.forget_unused_key();
        assert!(record.is_empty());
    }

    #[test]
    fn damage_is_an_error_that_quotes_nothing() {
        let error = SecretRecord::decode(&SecretBytes::new(b"{\"v\":1,\"client_secret\":canary".to_vec()))
            .unwrap_err();
        assert!(!error.to_string().contains("canary"));
        assert!(SecretRecord::decode(&SecretBytes::new(b"{\"v\":9}".to_vec())).is_err());
    }
}
