//! Signing in: start, wait, cancel, and the one door every redirect comes through.

use std::time::Duration;

use tokenrack_oauth::authorization::{AuthorizationResponse, Expected, RedirectError, ValidatedResponse};
use tokenrack_oauth::secret::State;
use tokio::task::AbortHandle;

use super::{ConnectOptions, Engine, Refusal, Started, locked};
use crate::connection::{Connection, ConnectionId, RedirectMethod};
use crate::event::{ActivityKind, Channel, NewActivity};
use crate::flows::{authorization_code, server};
use crate::lifecycle::{Attempt, ConnectionState, Grant, RefreshState, Settled};
use crate::ports::{AttemptEnd, BoundListener, Change, ResultPage, StateDigest};
use crate::problem::{Code, Problem};
use crate::record::{Pending, SecretRecord};
use crate::view::ConnectionView;

/// How long the end of a sign-in waits for the page in the browser.
const LONGEST_PAGE: Duration = Duration::from_secs(2);

/// An attempt this process started.
pub(super) struct Live {
    digest: StateDigest,
    url: String,
    listening: Option<AbortHandle>,
}

impl Drop for Live {
    fn drop(&mut self) {
        if let Some(task) = &self.listening {
            task.abort();
        }
    }
}

impl Engine {
    /// Starts a sign-in and returns once the browser was asked; a waiting one of the same connection is superseded.
    ///
    /// # Errors
    /// Whatever keeps it from starting; then everything is as before. A browser that does not open is no error but
    /// part of the answer.
    pub async fn connect(&self, id: &ConnectionId, options: ConnectOptions) -> Result<Started, Problem> {
        match self.start(id, options).await {
            Ok(started) => Ok(started),
            Err(problem) => {
                // A failure to start is worth a line, and a word on the row; it is not worth losing what was.
                let failed = self.update_with(
                    id,
                    ActivityKind::AuthorizationFailed,
                    options.channel,
                    Some(&problem),
                    |connection, now| {
                        if connection.state.attempt().is_none() {
                            connection.state.end_attempt(Some(problem.clone()), now);
                        }
                    },
                );
                failed.and(Err(problem))
            }
        }
    }

    async fn start(&self, id: &ConnectionId, options: ConnectOptions) -> Result<Started, Problem> {
        let ports = &self.inner.ports;
        let connection = self.load(id)?;
        let spec = self.spec(&connection)?;
        let openid = connection.scopes.iter().any(|scope| scope == "openid");
        let metadata = server::resolve(ports, &spec, openid).await?;
        let (redirect_uri, listener) = self.redirect(&connection).await?;
        let prepared = authorization_code::prepare(
            ports,
            &connection,
            &spec,
            &metadata,
            redirect_uri.clone(),
            options.time_limit,
        )?;
        let lock = self.lock(id).await?;
        let mut record = self.read_secrets(&connection).await?;
        record.pending = Some(prepared.pending);
        self.write_secrets(&connection, &record).await?;
        self.remember(id, &prepared.attempt, prepared.url.to_string());
        let now = self.now();
        self.update(id, |connection| {
            connection.server = Some(metadata.clone());
            let superseded = connection.state.begin(prepared.attempt.clone());
            let line = connection.event(now, ActivityKind::AuthorizationStarted, options.channel, None, None);
            Some(Change {
                activity: vec![line],
                ended: superseded.map(|digest| (digest, AttemptEnd::Superseded)),
            })
        })?;
        drop(lock);
        if let Some(listener) = listener {
            self.listen(id, &prepared.attempt, listener);
        }
        let browser_problem = match options.open_browser {
            true => self.open_browser(id, &prepared.url).await.err(),
            false => None,
        };
        Ok(Started {
            connection: id.clone(),
            authorization_url: prepared.url.to_string(),
            redirect_uri,
            expires_at: prepared.attempt.expires_at,
            digest: prepared.attempt.state_digest,
            browser_problem,
        })
    }

    /// The redirect URI as it is sent, and the listener behind it when it is on loopback.
    async fn redirect(
        &self,
        connection: &Connection,
    ) -> Result<(String, Option<Box<dyn BoundListener>>), Problem> {
        let registered = connection.registration.redirect_uri.clone();
        if connection.registration.redirect != RedirectMethod::Loopback {
            return Ok((registered, None));
        }
        let mut url = url::Url::parse(&registered)
            .map_err(|_| Problem::new(Code::InvalidInput).because("the redirect URI is not a URL"))?;
        let host = url.host_str().unwrap_or("127.0.0.1").to_owned();
        let listener = self.inner.ports.listener.bind(&host, url.port(), url.path()).await?;
        if url.port().is_some() {
            return Ok((registered, Some(listener)));
        }
        // RFC 8252 §7.3: the server allows any port.
        url.set_port(Some(listener.port())).map_err(|()| Code::ListenFailed)?;
        Ok((url.to_string(), Some(listener)))
    }

    fn remember(&self, id: &ConnectionId, attempt: &Attempt, url: String) {
        let live = Live { digest: attempt.state_digest.clone(), url, listening: None };
        locked(&self.inner.attempts).insert(id.clone(), live);
    }

    pub(super) fn live_url(&self, id: &ConnectionId, attempt: &Attempt) -> Option<String> {
        let attempts = locked(&self.inner.attempts);
        attempts.get(id).filter(|live| live.digest == attempt.state_digest).map(|live| live.url.clone())
    }

    /// Forgets a live attempt, which closes its port.
    fn forget_live(&self, id: &ConnectionId, digest: &StateDigest) {
        let mut attempts = locked(&self.inner.attempts);
        if attempts.get(id).is_some_and(|live| live.digest == *digest) {
            attempts.remove(id);
        }
    }

    async fn open_browser(&self, id: &ConnectionId, url: &url::Url) -> Result<(), Problem> {
        let opened = self.inner.ports.browser.open(url).await;
        let succeeded = opened.is_ok();
        self.update(id, |connection| match &mut connection.state {
            ConnectionState::Authorizing { attempt, .. } if attempt.browser_opened != succeeded => {
                attempt.browser_opened = succeeded;
                Some(Change::default())
            }
            _ => None,
        })?;
        opened.map_err(|words| Problem::new(Code::BrowserFailed).because(words))
    }

    /// Opens the browser again for a waiting sign-in.
    ///
    /// # Errors
    /// `UnknownState` when nothing waits here, `BrowserFailed`.
    pub async fn open_again(&self, id: &ConnectionId) -> Result<(), Problem> {
        let url = self.authorization_url(id)?;
        let url = url::Url::parse(&url).map_err(|_| Code::Internal)?;
        self.open_browser(id, &url).await
    }

    /// The URL of a sign-in that this process started and that still waits.
    ///
    /// # Errors
    /// `UnknownState`.
    pub fn authorization_url(&self, id: &ConnectionId) -> Result<String, Problem> {
        let connection = self.load(id)?;
        let attempt = connection.state.attempt();
        attempt.and_then(|attempt| self.live_url(id, attempt)).ok_or_else(|| Code::UnknownState.into())
    }

    /// Serves the loopback redirect until the attempt ends, in this or another process.
    fn listen(&self, id: &ConnectionId, attempt: &Attempt, mut listener: Box<dyn BoundListener>) {
        let engine = self.clone();
        let (id, digest) = (id.clone(), attempt.state_digest.clone());
        let mut changes = self.inner.ports.store.changes();
        let task = {
            let (id, digest) = (id.clone(), digest.clone());
            tokio::spawn(async move {
                loop {
                    tokio::select! {
                        incoming = listener.next() => {
                            let Some(incoming) = incoming else { return };
                            let engine = engine.clone();
                            // In parallel: a forged redirect must not hold up the genuine one.
                            let answering = engine.inner.answering.clone().read_owned().await;
                            tokio::spawn(async move {
                                let outcome = engine.deliver(&incoming.url, Channel::Loopback).await;
                                let _ = incoming.page.send(page(outcome));
                                drop(answering);
                            });
                        }
                        changed = changes.changed() => if changed.is_err() { return },
                    }
                    if !engine.waits(&id, &digest) {
                        // The page of the redirect that ended it is still to be sent.
                        engine.inner.ports.clock.sleep(Duration::from_secs(2)).await;
                        return;
                    }
                }
            })
        };
        let mut attempts = locked(&self.inner.attempts);
        match attempts.get_mut(&id) {
            Some(live) if live.digest == digest => live.listening = Some(task.abort_handle()),
            _ => task.abort(),
        }
    }

    fn waits(&self, id: &ConnectionId, digest: &StateDigest) -> bool {
        let connection = self.inner.ports.store.load(id).ok().flatten();
        let waiting = connection.as_ref().and_then(|connection| connection.state.attempt());
        waiting.is_some_and(|attempt| attempt.state_digest == *digest)
    }

    /// Waits for a started sign-in to end, whichever process finishes it.
    ///
    /// # Errors
    /// How it ended, when not with tokens.
    pub async fn wait(&self, started: &Started) -> Result<ConnectionView, Problem> {
        let mut changes = self.inner.ports.store.changes();
        loop {
            self.end_late_attempts().await?;
            let connection = self.load(&started.connection)?;
            if connection.state.attempt().is_none_or(|attempt| attempt.state_digest != started.digest) {
                // A face that ends after this must not cut off the page in the browser.
                let answered = tokio::time::timeout(LONGEST_PAGE, self.inner.answering.write()).await;
                drop(answered);
                return self.outcome(&connection, &started.digest);
            }
            let left = started.expires_at.duration_since(self.now());
            // A redirect that came in time may still be exchanged after it.
            let left = Duration::try_from(left).unwrap_or_default().max(Duration::from_secs(1));
            tokio::select! {
                changed = changes.changed() => changed.map_err(|_| Code::Internal)?,
                () = self.inner.ports.clock.sleep(left + Duration::from_millis(20)) => {}
            }
        }
    }

    fn outcome(&self, connection: &Connection, digest: &StateDigest) -> Result<ConnectionView, Problem> {
        let end = self.inner.ports.store.attempt(digest)?.and_then(|attempt| attempt.end);
        let failed = connection.last_event.kind == ActivityKind::AuthorizationFailed;
        match end {
            Some(AttemptEnd::Answered) if !failed => Ok(self.view_of(connection)),
            Some(AttemptEnd::Answered) => {
                let code = connection.last_event.code.unwrap_or(Code::Internal);
                let told = match connection.state.settled() {
                    Settled::Unauthorized { problem, .. } => problem.clone(),
                    _ => None,
                };
                Err(told.filter(|problem| problem.code == code).unwrap_or(Problem::new(code)))
            }
            Some(end) => Err(ended(end).into()),
            None => Err(Code::UnknownState.into()),
        }
    }

    /// Ends a waiting sign-in; what was before is again.
    ///
    /// # Errors
    /// `UnknownState` when nothing waits, `Busy` when its redirect has come already.
    pub async fn cancel(&self, id: &ConnectionId, channel: Channel) -> Result<(), Problem> {
        let now = self.now();
        let at_work = self.is_at_work(id).await;
        let mut refused = None;
        let mut digest = None;
        let connection = self.update(id, |connection| {
            let Some(attempt) = connection.state.attempt() else {
                refused = Some(Code::UnknownState);
                return None;
            };
            if attempt.exchanging_since.is_some() && at_work {
                refused = Some(Code::Busy);
                return None;
            }
            let ended = attempt.state_digest.clone();
            digest = Some(ended.clone());
            connection.state.end_attempt(None, now);
            let line = connection.event(now, ActivityKind::AuthorizationCancelled, channel, None, None);
            Some(Change { activity: vec![line], ended: Some((ended, AttemptEnd::Cancelled)) })
        })?;
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
        if connection.state.attempt().is_some() || self.is_unsaved(&connection.id) {
            return;
        }
        if let Ok(mut record) = self.read_secrets(connection).await
            && record.pending.take().is_some()
            && let Err(problem) = self.write_secrets(connection, &record).await
        {
            tracing::debug!(%problem, "an ended attempt's secrets stay until the next write");
        }
    }

    /// Attempts whose time has passed end, whichever process started them. One whose redirect came in time is not late
    /// while somebody still works on it.
    pub(super) async fn end_late_attempts(&self) -> Result<(), Problem> {
        let now = self.now();
        let (_, all) = self.inner.ports.store.load_all()?;
        for connection in &all {
            let Some(attempt) = connection.state.attempt().filter(|attempt| attempt.expires_at <= now) else {
                continue;
            };
            if attempt.exchanging_since.is_some() && self.is_at_work(&connection.id).await {
                continue;
            }
            let digest = attempt.state_digest.clone();
            let problem = Problem::new(Code::AttemptTimedOut);
            self.update(&connection.id, |connection| {
                connection.state.attempt().filter(|attempt| attempt.state_digest == digest)?;
                connection.state.end_attempt(Some(problem.clone()), now);
                let kind = ActivityKind::AuthorizationFailed;
                let line = connection.event(now, kind, Channel::Engine, Some(problem.code), None);
                Some(Change { activity: vec![line], ended: Some((digest.clone(), AttemptEnd::TimedOut)) })
            })?;
            self.forget_live(&connection.id, &digest);
        }
        Ok(())
    }

    /// Whether some process holds the connection's lock: the system takes it from one that died.
    async fn is_at_work(&self, id: &ConnectionId) -> bool {
        self.inner.ports.lock.acquire(id, Duration::ZERO).await.is_err()
    }

    /// Hands a redirect URL to the attempt that waits for it, in whichever process. Returns when the tokens are saved.
    ///
    /// # Errors
    /// Why it was not accepted, or how the exchange failed. A redirect that belongs to no attempt ends none.
    pub async fn deliver(&self, redirect_url: &str, channel: Channel) -> Result<ConnectionView, Refusal> {
        let (connection, attempt, response) = match self.match_attempt(redirect_url).await {
            Ok(found) => found,
            Err(refusal) => return Err(self.refused(refusal, channel)?.into()),
        };
        let expected = Expected {
            redirect_uri: &attempt.redirect_uri,
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
            return Err(self.refused(Code::WrongRedirectUri.into(), channel)?.into());
        }
        self.claim(&connection.id, &attempt.state_digest)?;
        let outcome = self.exchange_and_conclude(&connection.id, &attempt, channel, validated).await;
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

    /// Writes a refusal down.
    fn refused(&self, problem: Problem, channel: Channel) -> Result<Problem, Problem> {
        self.inner.ports.store.record(NewActivity {
            at: self.now(),
            connection: None,
            connection_name: String::new(),
            kind: ActivityKind::CallbackRefused,
            channel,
            code: Some(problem.code),
            detail: problem.cause.clone(),
        })?;
        Ok(problem)
    }

    /// Of two redirects for one attempt, in any two processes, one is accepted.
    fn claim(&self, id: &ConnectionId, digest: &StateDigest) -> Result<(), Problem> {
        let now = self.now();
        let mut claimed = false;
        self.update(id, |connection| match &mut connection.state {
            ConnectionState::Authorizing { attempt, .. }
                if attempt.state_digest == *digest && attempt.exchanging_since.is_none() =>
            {
                attempt.exchanging_since = Some(now);
                claimed = true;
                Some(Change { activity: vec![], ended: Some((digest.clone(), AttemptEnd::Answered)) })
            }
            _ => None,
        })?;
        if claimed { Ok(()) } else { Err(Code::AlreadyAnswered.into()) }
    }

    /// Under the connection's lock from the exchange to the record, so that nothing comes between.
    async fn exchange_and_conclude(
        &self,
        id: &ConnectionId,
        attempt: &Attempt,
        channel: Channel,
        response: Result<ValidatedResponse, RedirectError>,
    ) -> Result<ConnectionView, Refusal> {
        let lock = self.lock(id).await;
        let outcome = match (&lock, response) {
            (Ok(_), Ok(response)) => self.exchange(id, attempt, response).await,
            (Ok(_), Err(error)) => Err(error.into()),
            (Err(problem), _) => Err(problem.clone()),
        };
        self.conclude(id, attempt, channel, outcome)
    }

    async fn exchange(
        &self,
        id: &ConnectionId,
        attempt: &Attempt,
        response: ValidatedResponse,
    ) -> Result<Grant, Problem> {
        let connection = &self.load(id)?;
        let spec = self.spec(connection)?;
        let record = self.read_secrets(connection).await?;
        let pending = pending(&record, attempt)?;
        let secret = record.client_secret.as_ref();
        let ports = &self.inner.ports;
        let mut tokens =
            authorization_code::finish(ports, connection, &spec, attempt, pending, secret, response).await?;
        let stored = record.tokens.as_ref().map_or(0, |tokens| tokens.grant.generation);
        tokens.grant.generation = tokens.grant.generation.max(stored + 1);
        let mut grant = tokens.grant.clone();
        let fresh = SecretRecord { client_secret: record.client_secret, tokens: Some(tokens), pending: None };
        if let Err(problem) = self.save_new_tokens(connection, fresh).await {
            grant.refresh = RefreshState::Failed { at: self.now(), attempt: 1, problem };
        }
        Ok(grant)
    }

    /// Writes the outcome into the record. Tokens that could not be saved are no success.
    fn conclude(
        &self,
        id: &ConnectionId,
        attempt: &Attempt,
        channel: Channel,
        outcome: Result<Grant, Problem>,
    ) -> Result<ConnectionView, Refusal> {
        let now = self.now();
        let problem = match &outcome {
            Ok(Grant { refresh: RefreshState::Failed { problem, .. }, .. }) => Some(problem.clone()),
            Ok(_) => None,
            Err(problem) => Some(problem.clone()),
        };
        let connection = self.update(id, |connection| {
            let ours = connection.state.attempt().is_some_and(|now| now.state_digest == attempt.state_digest);
            match &outcome {
                Ok(grant) => connection.state.authorize(grant.clone()),
                Err(problem) if ours => connection.state.end_attempt(Some(problem.clone()), now),
                Err(_) => {}
            }
            let kind = match problem {
                None => ActivityKind::Connected,
                Some(_) => ActivityKind::AuthorizationFailed,
            };
            let code = problem.as_ref().map(|problem| problem.code);
            let words = problem.as_ref().and_then(|problem| problem.cause.clone());
            let line = connection.event(now, kind, channel, code, words);
            Some(Change { activity: vec![line], ended: None })
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
}

/// The attempt's own secrets, and no other attempt's.
fn pending<'a>(record: &'a SecretRecord, attempt: &Attempt) -> Result<&'a Pending, Code> {
    let pending = record.pending.as_ref().ok_or(Code::VaultItemMissing)?;
    let ours = State::digest(pending.state.expose()) == attempt.state_digest.0;
    if ours { Ok(pending) } else { Err(Code::VaultItemMissing) }
}

fn ended(end: AttemptEnd) -> Code {
    match end {
        AttemptEnd::Answered => Code::AlreadyAnswered,
        AttemptEnd::Cancelled => Code::AttemptCancelled,
        AttemptEnd::TimedOut => Code::AttemptTimedOut,
        AttemptEnd::Superseded => Code::AttemptSuperseded,
    }
}

fn page(outcome: Result<ConnectionView, Refusal>) -> ResultPage {
    match outcome {
        Ok(view) => ResultPage::Connected(view.name),
        Err(Refusal { problem, .. }) => ResultPage::Failed {
            title: problem.code.title().to_owned(),
            suggestion: problem.code.suggestion().to_owned(),
        },
    }
}
