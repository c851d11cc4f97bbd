//! Authenticated requests: a fresh token, one more try when the API refuses it, and the truth about the token afterwards.

use std::collections::BTreeMap;
use std::time::Duration;

use tokenrack_oauth::api::ApiAnswer;
use tokenrack_oauth::secret::AccessToken;
use zeroize::Zeroizing;

use super::Engine;
use super::tokens::Asks;
use crate::connection::{Connection, ConnectionId};
use crate::event::{ActivityKind, Channel, NewActivity};
use crate::flows::request::{self, ApiCall};
use crate::flows::server;
use crate::lifecycle::{Grant, Settled};
use crate::ports::Change;
use crate::problem::{Code, Problem};
use crate::provider::{ProviderSpec, place};
use crate::record::{SecretRecord, Tokens};
use crate::refused::{Refused, RefusedBy};
use crate::view::ResponseView;

/// A token that ends sooner is renewed first.
const MIN_VALID: Duration = Duration::from_secs(60);

/// Bytes of a body in `--json`, and in the window.
pub const MOST_IN_JSON: usize = 1 << 20;
const MOST_IN_WINDOW: usize = 64 << 10;

/// What the API answered.
#[derive(Debug)]
pub struct Response {
    /// The answer, its body to the letter.
    pub answer: ApiAnswer,
    /// From sending the last try to its whole answer.
    pub duration: Duration,
    /// What was sent; the vault may hold a newer one by now.
    sent: AccessToken,
}

impl Engine {
    /// Sends a request with the connection's token, which is renewed when it ends soon, and once when the API does not
    /// take it; then the request is sent once more. Nothing is sent to a host that the provider's file does not name.
    ///
    /// # Errors
    /// `InvalidInput`, `InsecureUrl` or `HostNotAllowed` before anything is sent; why there is no token; why no answer came.
    /// Any status is an answer.
    pub async fn request(
        &self,
        id: &ConnectionId,
        call: &ApiCall,
        channel: Channel,
    ) -> Result<Response, Problem> {
        let connection = self.load(id)?;
        let spec = self.spec_of_requests(&connection)?;
        let asked = request::check(call, &connection, &spec)?;
        let begun = self.now();
        let mut tokens = self.usable_tokens(id, MIN_VALID, channel).await?;
        let mut response = self.send(&connection, &spec, &asked, &tokens, channel).await?;
        let is_new = tokens.grant.issued_at >= begun;
        if response.answer.refuses_token() && tokens.grant.refreshable && !is_new {
            match self.insist(id, tokens.grant.generation, Asks::Program(channel)).await {
                Err(problem) if problem.code == Code::RefreshTooEarly => {}
                other => {
                    other?;
                    let newest =
                        self.read_secrets(&connection).await?.tokens.ok_or(Code::VaultItemMissing)?;
                    // The record may count an older copy by a higher number: that brought no other token.
                    if !newest.grant.speaks_of(&tokens.grant) {
                        tokens = newest;
                        response = self.send(&connection, &spec, &asked, &tokens, channel).await?;
                    }
                }
            }
        }
        self.note_whether_taken(id, &tokens.grant, &response.answer, &place(asked.endpoint().url()))?;
        Ok(response)
    }

    /// A GET as the window tests a connection: none of the connection's secrets is in the answer.
    ///
    /// # Errors
    /// As [`Engine::request`].
    pub async fn test_request(
        &self,
        id: &ConnectionId,
        url: &str,
        channel: Channel,
    ) -> Result<ResponseView, Problem> {
        let call =
            ApiCall { method: "GET".into(), url: url.trim().to_owned(), headers: Vec::new(), body: None };
        let response = self.request(id, &call, channel).await?;
        let record = self.read_secrets(&self.load(id)?).await?;
        let secrets = secrets(&record);
        let secrets: Vec<&str> =
            secrets.iter().map(|secret| secret.as_str()).chain([response.sent.expose()]).collect();
        Ok(ResponseView::new(&response, MOST_IN_WINDOW, &secrets))
    }

    /// What a test of the connection asks for unless the person says otherwise.
    ///
    /// # Errors
    /// `NoSuchConnection`, `UnknownProvider`.
    pub fn usual_request(&self, id: &ConnectionId) -> Result<Option<String>, Problem> {
        let connection = self.load(id)?;
        let spec = self.spec_of_requests(&connection)?;
        Ok(request::usual_url(&connection, &spec))
    }

    /// The spec with what was captured filled in.
    fn spec_of_requests(&self, connection: &Connection) -> Result<ProviderSpec, Problem> {
        match connection.state.grant() {
            Some(grant) => {
                let spec = self.spec_of_tokens(connection, grant, server::token_place)?;
                server::with_captured(&spec, &grant.captured)
            }
            None => server::with_captured(&self.spec(connection)?, &BTreeMap::new()),
        }
    }

    async fn send(
        &self,
        connection: &Connection,
        spec: &ProviderSpec,
        asked: &tokenrack_oauth::api::ApiRequest,
        tokens: &Tokens,
        channel: Channel,
    ) -> Result<Response, Problem> {
        let ports = self.ports_of(connection, spec).await?;
        let begun = self.now();
        let outcome = request::send(&ports, asked, connection, spec, tokens).await;
        let duration = Duration::try_from(self.now().duration_since(begun)).unwrap_or_default();
        // Path and query may hold what is nobody else's business.
        let sent = format!("{} {}", asked.method(), place(asked.endpoint().url()));
        let ended = match &outcome {
            Ok(answer) => answer.status().as_u16().to_string(),
            Err(problem) => problem.code.as_str().to_owned(),
        };
        self.inner.ports.store.record(NewActivity {
            at: self.now(),
            connection: Some(connection.id.clone()),
            connection_name: connection.name.clone(),
            kind: ActivityKind::TokenReleased,
            channel,
            code: None,
            detail: Some(format!("{sent}: {ended}")),
        })?;
        Ok(Response { answer: outcome?, duration, sent: tokens.access_token.clone() })
    }

    /// Keeps whether the API still takes the token set that it was asked with. Only a 401 and a success say so.
    fn note_whether_taken(
        &self,
        id: &ConnectionId,
        asked: &Grant,
        answer: &ApiAnswer,
        host: &str,
    ) -> Result<(), Problem> {
        let known = self.load(id)?;
        let was_refused = known.state.grant().is_some_and(|grant| grant.refused.is_some());
        let is_refused = answer.refuses_token();
        let is_news = is_refused || (was_refused && answer.takes_token());
        if !is_news {
            return Ok(());
        }
        let now = self.now();
        self.update(id, |connection| {
            let Settled::Authorized(grant) = connection.state.settled() else { return None };
            if !grant.speaks_of(asked) {
                return None;
            }
            let by = RefusedBy::Api(host.to_owned());
            connection.state.with_grant(|grant| {
                grant.refused = Refused::after(grant.refused.take(), by, !is_refused, now);
            });
            Some(Change::default())
        })?;
        Ok(())
    }
}

/// Everything of a connection that no page may see.
pub(super) fn secrets(record: &SecretRecord) -> Vec<Zeroizing<String>> {
    let mut all = Vec::new();
    let mut add = |secret: &str| all.push(Zeroizing::new(secret.to_owned()));
    record.client_secret.iter().for_each(|secret| add(secret.expose()));
    record.proof_key.iter().for_each(|key| add(&key.expose()));
    if let Some(tokens) = &record.tokens {
        let former = tokens.client.iter().filter_map(|client| client.secret.as_ref());
        former.for_each(|secret| add(secret.expose()));
        tokens.proof_key.iter().for_each(|key| add(&key.expose()));
        add(tokens.access_token.expose());
        tokens.refresh_token.iter().for_each(|token| add(token.expose()));
        // What a script keeps may be secret whatever it calls it.
        let made = tokens.credentials.iter().filter_map(|made| serde_json::from_str(made.expose()).ok());
        let made = made.flat_map(|made: serde_json::Map<String, serde_json::Value>| made.into_iter());
        made.for_each(|(_, value)| value.as_str().into_iter().for_each(&mut add));
    }
    all
}
