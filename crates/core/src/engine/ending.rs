//! How a sign-in ends: by its redirect, through the one door they all come through, by a person, or by time.

use std::time::Duration;

use jiff::Timestamp;
use tokenrack_oauth::authorization::{AuthorizationResponse, Expected, RedirectError, ValidatedResponse};
use tokenrack_oauth::jwt;
use tokenrack_oauth::secret::State;

use super::faces::VAULT_PATIENCE;
use super::revocations::set_aside;
use super::{Engine, Flying, Refusal};
use crate::connection::{Connection, ConnectionId};
use crate::event::{ActivityKind, Channel, NewActivity};
use crate::flows::authorization_code::{self, Unusable};
use crate::flows::refresh;
use crate::lifecycle::{Attempt, Awaited, ConnectionState, Failure, Grant, RefreshState, Settled};
use crate::ports::{AttemptEnd, Change, StateDigest};
use crate::problem::{Code, Problem};
use crate::provider::ProviderSpec;
use crate::record::{AttemptSecrets, Pending, RedirectSecrets, SecretRecord, Tokens};
use crate::view::ConnectionView;

impl Engine {
    /// Hands a redirect URL to the attempt that waits for it, in whichever process. Returns when the tokens are saved.
    ///
    /// # Errors
    /// Why it was not accepted, or how the exchange failed. A redirect that belongs to no attempt ends none.
    pub async fn deliver(&self, redirect_url: &str, channel: Channel) -> Result<ConnectionView, Refusal> {
        let (connection, attempt, response) = match self.match_attempt(redirect_url).await {
            Ok(found) => found,
            Err(refusal) => return Err(self.refused(redirect_url, refusal, channel)?.into()),
        };
        let Awaited::Redirect { redirect_uri, .. } = &attempt.awaited else {
            return Err(self.refused(redirect_url, Code::UnknownState.into(), channel)?.into());
        };
        let expected = Expected {
            redirect_uri,
            issuer: attempt.issuer.as_deref(),
            issuer_announced: attempt.issuer.is_some()
                && connection
                    .server
                    .as_ref()
                    .is_some_and(|server| server.authorization_response_iss_parameter_supported),
        };
        let validated = response.validate(&expected);
        if let Err(RedirectError::WrongTarget) = validated {
            // Not from the server: it sends to the address it was given. The attempt goes on.
            return Err(self.refused(redirect_url, Code::WrongRedirectUri.into(), channel)?.into());
        }
        // Nobody has claimed it, so whoever can read the vault, perhaps this process once it is open, may be given it again.
        if validated.is_ok()
            && let Err(problem) = self.read_attempt(&connection).await
        {
            return Err(self.refused(redirect_url, problem, channel)?.into());
        }
        let claimed = self.claim(&connection.id, &attempt.state_digest)?;
        let attempt = claimed.state.attempt().unwrap_or(&attempt);
        let outcome =
            self.exchange_and_conclude(&connection.id, attempt, redirect_uri, channel, validated).await;
        if outcome.is_err() {
            self.tidy(&connection, None).await;
        }
        self.forget_live_later(&connection.id, &attempt.state_digest, channel);
        outcome
    }

    /// `state` first, before anything else in the redirect is acted on, errors included.
    async fn match_attempt(
        &self,
        redirect_url: &str,
    ) -> Result<(Connection, Attempt, AuthorizationResponse), Problem> {
        let response = AuthorizationResponse::parse(redirect_url)?;
        let digest = StateDigest(State::digest(response.state.expose()));
        self.end_late_attempts().await?;
        let known = self.inner.ports.store.attempt(&digest)?.ok_or(Code::UnknownState)?;
        if let Some(end) = known.end {
            return Err(ended(end).into());
        }
        let connection = self.load(&known.connection).map_err(|_| Code::UnknownState)?;
        let attempt = connection.state.attempt().filter(|attempt| attempt.state_digest == digest);
        let attempt = attempt.cloned().ok_or(Code::UnknownState)?;
        Ok((connection, attempt, response))
    }

    /// Writes a refusal down, for the connection whose sign-in the redirect answers, also where that has ended.
    fn refused(&self, redirect_url: &str, problem: Problem, channel: Channel) -> Result<Problem, Problem> {
        let connection = AuthorizationResponse::parse(redirect_url).ok().and_then(|response| {
            let digest = StateDigest(State::digest(response.state.expose()));
            let known = self.inner.ports.store.attempt(&digest).ok().flatten();
            known.and_then(|known| self.load(&known.connection).ok())
        });
        self.inner.ports.store.record(NewActivity {
            at: self.now(),
            connection: connection.as_ref().map(|connection| connection.id.clone()),
            connection_name: connection.map(|connection| connection.name).unwrap_or_default(),
            kind: ActivityKind::CallbackRefused,
            channel,
            code: Some(problem.code),
            detail: problem.cause.clone(),
        })?;
        Ok(problem)
    }

    /// Of two answers for one attempt, in any two processes, one is accepted.
    pub(super) fn claim(&self, id: &ConnectionId, digest: &StateDigest) -> Result<Connection, Problem> {
        let now = self.now();
        let mut claimed = false;
        let connection = self.update(id, |connection| match &mut connection.state {
            ConnectionState::Authorizing { attempt, .. }
                if attempt.state_digest == *digest && attempt.exchanging_since.is_none() =>
            {
                attempt.exchanging_since = Some(now);
                claimed = true;
                Some(Change { activity: vec![], ended: Some((digest.clone(), AttemptEnd::Answered)) })
            }
            _ => None,
        })?;
        if claimed { Ok(connection) } else { Err(Code::AlreadyAnswered.into()) }
    }

    /// Under the connection's lock from the exchange to the record, so that nothing comes between.
    async fn exchange_and_conclude(
        &self,
        id: &ConnectionId,
        attempt: &Attempt,
        redirect_uri: &str,
        channel: Channel,
        response: Result<ValidatedResponse, RedirectError>,
    ) -> Result<ConnectionView, Refusal> {
        let _flight = self.flight(id, Flying::SignIn).await;
        let lock = self.lock(id).await;
        let outcome = match (&lock, response) {
            (Ok(_), Ok(response)) => self.exchange(id, attempt, redirect_uri, response).await,
            (Ok(_), Err(error)) => Err(error.into()),
            (Err(problem), _) => Err(problem.clone()),
        };
        self.conclude(id, Some(&attempt.state_digest), channel, outcome)
    }

    async fn exchange(
        &self,
        id: &ConnectionId,
        attempt: &Attempt,
        redirect_uri: &str,
        response: ValidatedResponse,
    ) -> Result<Grant, Problem> {
        let connection = &self.load(id)?;
        if !connection.state.awaits(&attempt.state_digest) {
            // A person has ended it before the lock was had, and what it ends by may still be in the vault. It brings nothing.
            self.update(id, |connection| {
                connection.lost_sign_in.take_if(|lost| Some(lost.at) == attempt.exchanging_since)?;
                Some(Change::default())
            })?;
            return Err(Code::AttemptCancelled.into());
        }
        let spec = self.spec_of_attempt(connection)?;
        let waiting = self.read_attempt(connection).await?.ok_or(Code::VaultItemMissing)?;
        let secrets = pending(&waiting, attempt)?;
        let record = self.read_secrets(connection).await?.bound_as(&waiting);
        let secret = record.client_secret.as_ref();
        self.has_room(connection).await?;
        let ports = &self.ports_with(&spec, &record);
        let attempt = (attempt, redirect_uri, secrets);
        let finished = authorization_code::finish(ports, connection, &spec, attempt, secret, response).await;
        let tokens = match finished {
            Ok(tokens) => tokens,
            Err(Unusable { problem, tokens }) => {
                if let Some(tokens) = tokens {
                    self.end_unused(connection, &spec, &record, &tokens).await;
                }
                return Err(problem);
            }
        };
        let grant = self.keep(connection, &spec, record, tokens).await;
        self.forget_attempt(connection).await;
        Ok(grant)
    }

    /// Saves the first tokens of a grant. Where the vault refuses them, the grant says so.
    pub(super) async fn keep(
        &self,
        connection: &Connection,
        spec: &ProviderSpec,
        mut record: SecretRecord,
        mut tokens: Tokens,
    ) -> Grant {
        let stored = record.tokens.as_ref().map_or(0, |tokens| tokens.grant.generation);
        tokens.grant.generation = tokens.grant.generation.max(stored + 1);
        // Of a sign-in that was taken for lost this is all that is known.
        let answered = connection.state.attempt().and_then(|attempt| attempt.exchanging_since);
        tokens.grant.authorized_at = answered.unwrap_or(tokens.grant.authorized_at);
        tokens.grant.client_id = Some(connection.registration.client_id.clone());
        tokens.grant.is_bound = Some(spec.client.dpop_bound_access_tokens);
        tokens.grant.reach = Some(self.reach(connection, spec));
        if set_aside(connection, &mut record)
            && connection.unrevoked.is_none()
            && let Err(problem) = self.has_come_back(connection)
        {
            tracing::warn!(%problem, "tokens of a disconnect wait in the vault for the next one");
        }
        // What the vault has may be newer than what the record says, or found again.
        let known = match &record.tokens {
            Some(stored) => connection.state.with_seen(&stored.grant),
            None => connection.state.clone(),
        };
        if let Some(before) = known.grant() {
            tokens.grant.replaces(before);
        }
        if let (Settled::Authorized(grant), Some(before)) = (known.settled(), &record.tokens)
            && grant.speaks_of(&before.grant)
            && !(grant.may_be_rotated(spec.refresh.rotates) && grant.refresh.answer_may_be_lost())
            && self.spec_of_tokens(connection, &before.grant, refresh::place).is_ok()
        {
            tokens.go_on_from(before);
        }
        tokens.grant.expires_at = believed_end(&tokens, spec);
        // What waits to be revoked is of this sign-in where it is given out again, or goes on in it.
        let goes_on = record.tokens.as_ref().filter(|before| before.are(&tokens));
        let is_of_it = |waiting: &&Tokens| {
            waiting.share_one_with(&tokens) || goes_on.is_some_and(|before| before.are_with(waiting))
        };
        let sign_ins: Vec<_> =
            record.unrevoked.iter().filter(is_of_it).map(|waiting| waiting.grant.authorized_at).collect();
        for Tokens { grant, .. } in &mut record.unrevoked {
            if sign_ins.contains(&grant.authorized_at) {
                grant.authorized_at = tokens.grant.authorized_at;
            }
        }
        let mut grant = tokens.grant.clone();
        record.tokens = Some(tokens.clone());
        // Saved before they are used for anything, a look-up included.
        if let Err(problem) = self.save_new_tokens(connection, record.clone()).await {
            grant.refresh = RefreshState::Failed(Failure::after(&grant.refresh, problem, self.now()));
            known.is_under(&mut grant);
            return grant;
        }
        self.list_choices(connection, &record, &mut tokens).await;
        if tokens.grant != grant {
            record.tokens = Some(tokens.clone());
            match self.write_secrets(connection, &record).await {
                Ok(()) => grant = tokens.grant,
                Err(problem) => tracing::warn!(%problem, "the choice of a tenant could not be saved"),
            }
        }
        grant
    }

    /// Writes the outcome into the record; `digest` names the attempt where there was one. Tokens that could not be
    /// saved are no success.
    pub(super) fn conclude(
        &self,
        id: &ConnectionId,
        digest: Option<&StateDigest>,
        channel: Channel,
        outcome: Result<Grant, Problem>,
    ) -> Result<ConnectionView, Refusal> {
        let now = self.now();
        let problem = match &outcome {
            Ok(grant) => grant.failure().map(|failure| failure.problem.clone()),
            Err(problem) => Some(problem.clone()),
        };
        let connection = self.update(id, |connection| {
            let ours = digest.is_some_and(|digest| connection.state.awaits(digest));
            match &outcome {
                Ok(grant) => connection.state.authorize(grant.clone()),
                Err(problem) if ours => {
                    let is_unread = |attempt: &Attempt| attempt.unread_since.is_some();
                    if may_have_brought_tokens(problem.code)
                        || connection.state.attempt().is_some_and(is_unread)
                    {
                        connection.abandon_attempt();
                    }
                    connection.state.end_attempt(Some(problem.clone()), now);
                }
                Err(_) => {}
            }
            let kind = match problem {
                None => ActivityKind::Connected,
                Some(_) => ActivityKind::AuthorizationFailed,
            };
            let code = problem.as_ref().map(|problem| problem.code);
            let why = problem.as_ref().and_then(|problem| problem.cause.clone());
            let change = outcome.as_ref().ok().and_then(Grant::account_change);
            let words: Vec<_> = why.into_iter().chain(change).collect();
            let words = (!words.is_empty()).then(|| words.join("; "));
            let line = connection.event(now, kind, channel, code, words);
            let ended = digest.filter(|_| ours).map(|digest| (digest.clone(), AttemptEnd::Answered));
            Some(Change { activity: vec![line], ended })
        })?;
        let view = self.view_of(&connection);
        let Some(problem) = problem else { return Ok(view) };
        let told = view.problem.is_some_and(|told| told.code == problem.code.as_str());
        Err(Refusal { problem, told_by: told.then(|| id.clone()) })
    }

    /// Over loopback the browser still waits for its page, so the port closes by itself a little later.
    fn forget_live_later(&self, id: &ConnectionId, digest: &StateDigest, channel: Channel) {
        if channel != Channel::Loopback {
            self.forget_live(id, digest);
        }
    }

    /// Ends a waiting sign-in; what was before is again.
    ///
    /// # Errors
    /// `UnknownState` when nothing waits, `Busy` when its redirect has come already.
    pub async fn cancel(&self, id: &ConnectionId, channel: Channel) -> Result<(), Problem> {
        let now = self.now();
        // Held until it is written down, so that no answer is exchanged meanwhile.
        let lock = self.inner.ports.lock.acquire(id, Duration::ZERO).await;
        let mut refused = None;
        let mut digest = None;
        let connection = self.update(id, |connection| {
            let Some(attempt) = connection.state.attempt() else {
                refused = Some(Code::UnknownState);
                return None;
            };
            if attempt.exchanging_since.is_some() && lock.is_err() {
                refused = Some(Code::Busy);
                return None;
            }
            let ended = attempt.state_digest.clone();
            digest = Some(ended.clone());
            connection.abandon_attempt();
            connection.state.end_attempt(None, now);
            let line = connection.event(now, ActivityKind::AuthorizationCancelled, channel, None, None);
            Some(Change { activity: vec![line], ended: Some((ended, AttemptEnd::Cancelled)) })
        })?;
        drop(lock);
        if let Some(code) = refused {
            return Err(code.into());
        }
        self.tidy(&connection, digest).await;
        Ok(())
    }

    /// Takes an ended attempt's secrets out of the vault. A failure costs nothing: they are worthless now.
    async fn tidy(&self, connection: &Connection, digest: Option<StateDigest>) {
        if let Some(digest) = digest {
            self.forget_live(&connection.id, &digest);
        }
        let Ok(_lock) = self.lock(&connection.id).await else { return };
        // While this waited, a newer attempt may have begun: its secrets are not ours to take.
        let Ok(connection) = &self.load(&connection.id) else { return };
        if connection.state.attempt().is_none() {
            self.forget_attempt(connection).await;
        }
    }

    /// The same for whoever cannot wait for the lock.
    pub(super) fn tidy_later(&self, connection: &Connection, digest: StateDigest) {
        let (engine, connection) = (self.clone(), connection.clone());
        tokio::spawn(async move { engine.tidy(&connection, Some(digest)).await });
    }

    /// Attempts whose time has passed end, whichever process started them. One whose redirect came in time is not late
    /// while somebody still works on it; where nobody does any more, the vault may have its tokens.
    pub(super) async fn end_late_attempts(&self) -> Result<(), Problem> {
        let now = self.now();
        for connection in &self.inner.ports.store.load_all()?.connections {
            let Some(attempt) = connection.state.attempt() else { continue };
            if attempt.exchanging_since.is_some() && !self.was_cut_short(connection).await {
                continue;
            }
            if !attempt.is_late(now) {
                continue;
            }
            // A question that is under way may be answered with tokens.
            let is_code = matches!(attempt.awaited, Awaited::DeviceCode { .. });
            if is_code {
                if self.inner.ports.lock.is_held(&connection.id) {
                    continue;
                }
                // The database may have refused to be told of it.
                self.was_cut_short(connection).await;
            }
            let digest = attempt.state_digest.clone();
            let problem = Problem::new(Code::AttemptTimedOut);
            let ended = self.update(&connection.id, |connection| {
                connection.state.awaits(&digest).then_some(())?;
                connection.abandon_attempt();
                connection.state.end_attempt(Some(problem.clone()), now);
                let kind = ActivityKind::AuthorizationFailed;
                let line = connection.event(now, kind, Channel::Engine, Some(problem.code), None);
                Some(Change { activity: vec![line], ended: Some((digest.clone(), AttemptEnd::TimedOut)) })
            });
            match ended {
                // Forgotten meanwhile.
                Err(problem) if problem.code == Code::NoSuchConnection => continue,
                ended => _ = ended?,
            }
            self.tidy_later(connection, digest);
        }
        Ok(())
    }

    /// Whether a sign-in that was answered ended without a word: then its tokens are adopted if there are any. `false`
    /// while that cannot be known.
    async fn was_cut_short(&self, connection: &Connection) -> bool {
        if self.inner.ports.lock.is_held(&connection.id) {
            return false;
        }
        let look = self.look_again(&connection.id, Channel::Engine);
        match tokio::time::timeout(VAULT_PATIENCE, look).await {
            Ok(Ok(_)) => true,
            Ok(Err(problem)) => !matches!(
                problem.code,
                Code::VaultLocked
                    | Code::VaultAbsent
                    | Code::VaultDenied
                    | Code::VaultTimedOut
                    | Code::VaultFailed
            ),
            Err(_) => false,
        }
    }
}

/// Whether an answer of success came that nobody can read: what is in it lives on at the provider.
pub(super) fn may_have_brought_tokens(code: Code) -> bool {
    matches!(
        code,
        Code::InvalidTokenResponse
            | Code::UnreadableAnswer
            | Code::AnswerTooLarge
            | Code::UnsupportedTokenType
            | Code::ScriptFailed
            | Code::ScriptLimit
    )
}

/// What nothing renews is not born dead: some say 0 for "never", and a JWT says itself when it ends. A moment may have passed by
/// a clock that is wrong.
fn believed_end(tokens: &Tokens, spec: &ProviderSpec) -> Option<Timestamp> {
    let Grant { expires_at, issued_at, refreshable, .. } = tokens.grant;
    let is_span = !spec.token.response.expires.is_moment();
    if refreshable || !is_span || expires_at.is_none_or(|end| end > issued_at) {
        return expires_at;
    }
    let seconds = jwt::seconds_left(tokens.access_token.expose(), issued_at)?;
    issued_at.checked_add(Duration::from_secs(seconds)).ok()
}

/// The attempt's own secrets, and no other attempt's.
fn pending<'a>(waiting: &'a AttemptSecrets, attempt: &Attempt) -> Result<&'a RedirectSecrets, Code> {
    match &waiting.pending {
        Pending::Redirect(secrets) if attempt.is_of(&secrets.state) => Ok(secrets),
        _ => Err(Code::VaultItemMissing),
    }
}

/// What a redirect, or whoever waits for one, is told of an attempt that has ended.
pub(super) fn ended(end: AttemptEnd) -> Code {
    match end {
        AttemptEnd::Answered => Code::AlreadyAnswered,
        AttemptEnd::Cancelled => Code::AttemptCancelled,
        AttemptEnd::TimedOut => Code::AttemptTimedOut,
        AttemptEnd::Superseded => Code::AttemptSuperseded,
    }
}
