//! Tokens that are bound to a key of the connection's own (RFC 9449): the key, and the way out that proves it.

use std::sync::Arc;

use tokenrack_oauth::dpop::{BoundClient, ProofKey};

use super::{Engine, Ports};
use crate::connection::Connection;
use crate::problem::{Code, Problem};
use crate::provider::ProviderSpec;
use crate::record::SecretRecord;

impl Engine {
    /// The secrets with a key, where the tokens are to be bound to one: made once, and kept until a disconnect.
    pub(super) fn with_proof_key(&self, spec: &ProviderSpec, record: SecretRecord) -> SecretRecord {
        if !spec.client.dpop_bound_access_tokens || record.proof_key.is_some() {
            return record;
        }
        let mut random = [0; 32];
        self.inner.ports.entropy.fill(&mut random);
        SecretRecord { proof_key: Some(ProofKey::from_random(random)), ..record }
    }

    /// The outside world as this connection meets it: with its key, every request that needs one carries a proof.
    pub(super) fn ports_with(&self, spec: &ProviderSpec, record: &SecretRecord) -> Ports {
        let ports = self.inner.ports.clone();
        let Some(key) = record.proof_key.clone().filter(|_| spec.client.dpop_bound_access_tokens) else {
            return ports;
        };
        let mut random = [0; 16];
        ports.entropy.fill(&mut random);
        let (http, nonces) = (ports.http.clone(), self.inner.nonces.clone());
        let http = Arc::new(BoundClient::new(http, key, nonces, self.now(), random));
        Ports { http, ..ports }
    }

    /// The same, for whoever has not read the secrets: only where there can be a key, the vault is asked.
    ///
    /// # Errors
    /// `VaultItemMissing` where the key is not there: without a proof a bound token is sent to nobody.
    pub(super) async fn ports_of(
        &self,
        connection: &Connection,
        spec: &ProviderSpec,
    ) -> Result<Ports, Problem> {
        if !spec.client.dpop_bound_access_tokens {
            return Ok(self.inner.ports.clone());
        }
        let record = self.read_secrets(connection).await?;
        match record.proof_key {
            Some(_) => Ok(self.ports_with(spec, &record)),
            None => Err(Code::VaultItemMissing.into()),
        }
    }
}
