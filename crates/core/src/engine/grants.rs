//! Ways to tokens that need nobody in a browser: the client speaks for itself, or a person brings a refresh token.

use tokenrack_oauth::secret::{AccessToken, ClientSecret, RefreshToken};
use tokenrack_oauth::token::TokenSet;

use super::{Engine, Flying, Refusal};
use crate::classify::Verdict;
use crate::connection::{Connection, ConnectionId, GrantType};
use crate::event::Channel;
use crate::flows::{client_credentials, refresh, server};
use crate::ports::Change;
use crate::problem::{Code, Problem};
use crate::provider::ProviderSpec;
use crate::record::Tokens;
use crate::view::{ConnectionView, Draft};

impl Engine {
    /// Tokens by the client's own credentials (RFC 6749 §4.4), under the connection's lock.
    pub(super) async fn obtain(
        &self,
        connection: &Connection,
        spec: &ProviderSpec,
        channel: Channel,
    ) -> Result<ConnectionView, Problem> {
        self.server_is_known(connection)?;
        let record = self.with_proof_key(spec, self.secrets_to_sign_in(connection).await?);
        let (ports, secret) = (self.ports_with(spec, &record), record.client_secret.as_ref());
        let tokens = client_credentials::obtain(&ports, connection, spec, secret).await?;
        let grant = self.keep(connection, spec, record, tokens).await;
        self.conclude(&connection.id, None, channel, Ok(grant)).map_err(|refusal| refusal.problem)
    }

    /// Adds a connection with a refresh token from elsewhere, and renews it at once: a working access token is the
    /// evidence, and the token that was pasted may be spent from then on.
    ///
    /// # Errors
    /// As for [`Engine::add`], or why the provider gave no token: then nothing was added. `Unsaved`, told by the
    /// connection, when the new tokens wait in memory for the vault.
    pub async fn import(
        &self,
        draft: &Draft,
        secret: Option<ClientSecret>,
        refresh_token: RefreshToken,
        channel: Channel,
    ) -> Result<ConnectionView, Refusal> {
        if draft.grant == Some(GrantType::ClientCredentials) {
            let words = "grant: a client that speaks for itself has no refresh token";
            return Err(Problem::new(Code::InvalidInput).because(words).into());
        }
        if draft.client_id.trim().is_empty() {
            // A refresh token belongs to the client it was given to (RFC 6749 §6): another one cannot use it.
            return Err(Problem::new(Code::MissingClientId).into());
        }
        let id = self.add(draft, secret, channel).await?.id;
        match self.first_refresh(&id, refresh_token, channel).await {
            Err(problem) => {
                if let Err(problem) = self.disconnect(&id, true, Channel::Engine).await {
                    tracing::warn!(%problem, "a connection that was added for a refused token is left");
                }
                Err(problem.into())
            }
            Ok(Err(refusal)) if !self.is_unsaved(&id) => match self.look_again(&id, channel).await {
                // The database has refused what the vault has: the token that was brought is spent, these are not.
                Ok((connection, _)) => Ok(self.view_of(&connection)),
                Err(_) => Err(refusal),
            },
            Ok(concluded) => concluded,
        }
    }

    /// An error is one before any tokens came.
    async fn first_refresh(
        &self,
        id: &ConnectionId,
        refresh_token: RefreshToken,
        channel: Channel,
    ) -> Result<Result<ConnectionView, Refusal>, Problem> {
        let _flight = self.flight(id, Flying::SignIn).await;
        let _lock = self.lock(id).await?;
        let mut connection = self.load(id)?;
        let spec = self.spec(&connection)?;
        // Nobody edits it meanwhile: what was brought is for the server that it was added with.
        connection.server = Some(server::resolve(&self.inner.ports, &spec, &connection).await?);
        self.server_is_known(&connection)?;
        let record = self.with_proof_key(&spec, self.read_secrets(&connection).await?);
        let brought = TokenSet {
            access_token: AccessToken::new(String::new()),
            refresh_token: Some(refresh_token),
            id_token: None,
            expires_at: Some(self.now()),
            refresh_expires_at: None,
            scopes: None,
            captured: Default::default(),
            account: None,
        };
        let brought = Tokens::first(brought, 0, self.now(), None);
        let (ports, secret) = (self.ports_with(&spec, &record), record.client_secret.as_ref());
        self.has_room(&connection).await?;
        let fresh = refresh::refresh(&ports, &connection, &spec, &brought, secret).await;
        let tokens = fresh.map_err(|refused| match refused.verdict {
            Verdict::Unknown if spec.refresh.rotates != Some(false) => may_be_spent(refused.problem),
            _ => refused.problem,
        })?;
        let grant = self.keep(&connection, &spec, record, tokens).await;
        Ok(self.conclude(id, None, channel, Ok(grant)))
    }

    /// Keeps the endpoints that were found, for later requests.
    fn server_is_known(&self, found: &Connection) -> Result<(), Problem> {
        self.update(&found.id, |connection| {
            connection.server = found.server.clone();
            Some(Change::default())
        })?;
        Ok(())
    }
}

/// Says so: nothing is kept that could say it when the token is brought again and refused.
fn may_be_spent(problem: Problem) -> Problem {
    let words = match &problem.cause {
        Some(why) => format!("the refresh token that was brought may be spent; {why}"),
        None => "the refresh token that was brought may be spent".to_owned(),
    };
    problem.because(words)
}
