//! How a sign-in starts and is awaited: the browser, the loopback port, the wait.

use std::time::Duration;

use tokio::task::AbortHandle;

use super::discovered::Discovered;
use super::ending::ended;
use super::{ConnectOptions, Connecting, Engine, Held, Refusal, Started, Step, locked};
use crate::activity::{ActivityFilter, Topic};
use crate::connection::{Connection, ConnectionId, GrantType, RedirectMethod};
use crate::event::{ActivityKind, Channel};
use crate::flows::authorization_code;
use crate::lifecycle::{Attempt, ConnectionState, Settled};
use crate::ports::{AttemptEnd, BoundListener, Change, ResultPage, StateDigest};
use crate::problem::{Code, Problem};
use crate::provider::ProviderSpec;
use crate::record::{AttemptSecrets, Pending};
use crate::status::INTERRUPTED;
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
    /// Where nobody needs to sign in, returns with the tokens.
    ///
    /// # Errors
    /// Whatever keeps it from starting; then everything is as before. A browser that does not open is no error but
    /// part of the answer.
    pub async fn connect(&self, id: &ConnectionId, options: ConnectOptions) -> Result<Connecting, Problem> {
        match self.start(id, options).await {
            Ok(connecting) => Ok(connecting),
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

    async fn start(&self, id: &ConnectionId, options: ConnectOptions) -> Result<Connecting, Problem> {
        let Discovered { connection, spec, _flight, lock } = self.discovered(id).await?;
        match connection.registration.grant_type {
            GrantType::AuthorizationCode => {
                self.start_redirect(&connection, &spec, options, lock).await.map(Connecting::Waiting)
            }
            GrantType::DeviceCode => {
                self.start_device(&connection, &spec, options, lock).await.map(Connecting::Waiting)
            }
            GrantType::ClientCredentials => {
                let view = self.obtain(&connection, &spec, options.channel).await?;
                Ok(Connecting::Connected(Box::new(view)))
            }
        }
    }

    async fn start_redirect(
        &self,
        connection: &Connection,
        spec: &ProviderSpec,
        options: ConnectOptions,
        lock: Held,
    ) -> Result<Started, Problem> {
        let id = &connection.id;
        let (redirect_uri, listener) = self.redirect(connection).await?;
        let record = self.with_proof_key(spec, self.secrets_to_sign_in(connection).await?);
        let prepared = authorization_code::prepare(
            &self.ports_with(spec, &record),
            connection,
            spec,
            record.client_secret.as_ref(),
            redirect_uri.clone(),
            options.time_limit,
        )
        .await?;
        let attempt = prepared.attempt;
        let secrets =
            AttemptSecrets { proof_key: record.proof_key, pending: Pending::Redirect(prepared.secrets) };
        self.begin(connection, secrets, &attempt, options.channel, lock).await?;
        self.remember(id, &attempt, prepared.url.to_string());
        if let Some(listener) = listener {
            self.listen(id, &attempt, listener);
        }
        let step = Step::Redirect { authorization_url: prepared.url.to_string(), redirect_uri };
        self.started(&attempt, id, step, &prepared.url, options).await
    }

    /// The attempt's secrets into the vault, then the attempt into the record; the lock is held until both are there. When
    /// the database refuses it, the attempt that waited before goes on.
    pub(super) async fn begin(
        &self,
        connection: &Connection,
        secrets: AttemptSecrets,
        attempt: &Attempt,
        channel: Channel,
        lock: Held,
    ) -> Result<(), Problem> {
        let before = self.read_attempt(connection).await?;
        self.write_attempt(connection, Some(&secrets)).await?;
        let (now, server) = (self.now(), &connection.server);
        let begun = self.update(&connection.id, |connection| {
            connection.server = server.clone();
            connection.abandon_attempt();
            let superseded = connection.state.begin(attempt.clone());
            let line = connection.event(now, ActivityKind::AuthorizationStarted, channel, None, None);
            Some(Change {
                activity: vec![line],
                ended: superseded.map(|digest| (digest, AttemptEnd::Superseded)),
            })
        });
        if begun.is_err()
            && let Err(problem) = self.write_attempt(connection, before.as_ref()).await
        {
            tracing::warn!(%problem, "the vault keeps what the database has refused");
        }
        drop(lock);
        begun.map(drop)
    }

    /// Opens the page, if asked to, and says what the person is to do.
    pub(super) async fn started(
        &self,
        attempt: &Attempt,
        id: &ConnectionId,
        step: Step,
        page: &url::Url,
        options: ConnectOptions,
    ) -> Result<Started, Problem> {
        let browser_problem = match options.open_browser {
            true => self.open_browser(id, page).await.err(),
            false => None,
        };
        Ok(Started {
            connection: id.clone(),
            step,
            expires_at: attempt.expires_at,
            digest: attempt.state_digest.clone(),
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

    pub(super) fn remember(&self, id: &ConnectionId, attempt: &Attempt, url: String) {
        let live = Live { digest: attempt.state_digest.clone(), url, listening: None };
        locked(&self.inner.attempts).insert(id.clone(), live);
    }

    /// Whether this process works on the attempt.
    pub(super) fn is_live(&self, id: &ConnectionId, digest: &StateDigest) -> bool {
        locked(&self.inner.attempts).get(id).is_some_and(|live| live.digest == *digest)
    }

    /// What the browser opens for a waiting attempt: a redirect's URL is known where it was started only.
    pub(super) fn live_url(&self, id: &ConnectionId, attempt: &Attempt) -> Option<String> {
        if let Some(page) = attempt.verification_page() {
            return Some(page.to_owned());
        }
        let attempts = locked(&self.inner.attempts);
        attempts.get(id).filter(|live| live.digest == attempt.state_digest).map(|live| live.url.clone())
    }

    /// Forgets a live attempt, which closes its port.
    pub(super) fn forget_live(&self, id: &ConnectionId, digest: &StateDigest) {
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

    /// The page of a sign-in that still waits: of one by redirect only where this process started it.
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
                        biased;
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
        connection.is_some_and(|connection| connection.state.awaits(digest))
    }

    /// Waits for a started sign-in to end, whichever process finishes it.
    ///
    /// # Errors
    /// How it ended, when not with tokens; `Unsaved` as soon as those that came are in this process's memory only, also where
    /// the database refused to be told of it.
    pub async fn wait(&self, started: &Started) -> Result<ConnectionView, Problem> {
        let mut changes = self.inner.ports.store.changes();
        loop {
            if let Some(ended) = self.how_it_ended(started).await {
                self.page_is_sent().await;
                return ended;
            }
            let left = started.expires_at.duration_since(self.now());
            let left = Duration::try_from(left).unwrap_or_default();
            let connection = self.load(&started.connection);
            let attempt = connection.as_ref().ok().and_then(|connection| connection.state.attempt());
            let is_answered = attempt.is_none_or(|attempt| attempt.exchanging_since.is_some());
            // A redirect that came in time may still be exchanged after it. Of what waits for the vault there may be no news.
            let soon = Duration::from_secs(1);
            let left = if is_answered { soon } else { left.max(soon) };
            tokio::select! {
                biased;
                changed = changes.changed() => changed.map_err(|_| Code::Internal)?,
                () = self.inner.ports.clock.sleep(left + Duration::from_millis(20)) => {}
            }
        }
    }

    /// `None` while that is not known. A database that cannot be read says nothing, nor does a vault, while there is time or
    /// somebody at work.
    async fn how_it_ended(&self, started: &Started) -> Option<Result<ConnectionView, Problem>> {
        let id = &started.connection;
        let looked = self.end_late_attempts().await.and_then(|()| self.load(id));
        if self.is_unsaved(id) {
            return Some(Err(Code::Unsaved.into()));
        }
        match &looked {
            Ok(connection) if !connection.state.awaits(&started.digest) => {
                return Some(self.outcome(connection, &started.digest));
            }
            Err(problem) if problem.code == Code::NoSuchConnection => return Some(Err(problem.clone())),
            _ => {}
        }
        if self.now() < started.expires_at || self.inner.ports.lock.is_held(id) {
            return None;
        }
        match looked {
            // Looked for without haste: nobody else does.
            Ok(_) => match self.look_again(id, Channel::Engine).await {
                Ok((connection, _)) if !connection.state.awaits(&started.digest) => None,
                Ok(_) => Some(Err(Code::AttemptTimedOut.into())),
                Err(problem) => Some(Err(problem.because(INTERRUPTED.english()))),
            },
            Err(problem) => Some(Err(problem)),
        }
    }

    /// A face that ends after this must not cut off the page in the browser.
    async fn page_is_sent(&self) {
        drop(tokio::time::timeout(LONGEST_PAGE, self.inner.answering.write()).await);
    }

    fn outcome(&self, connection: &Connection, digest: &StateDigest) -> Result<ConnectionView, Problem> {
        let end = self.inner.ports.store.attempt(digest)?.and_then(|attempt| attempt.end);
        // Others may have written since.
        let of_sign_ins = ActivityFilter {
            connection: Some(connection.id.clone()),
            topic: Some(Topic::SignIns),
            ..ActivityFilter::default()
        };
        let lines = self.inner.ports.store.activity(&of_sign_ins)?;
        let line = lines.into_iter().find(|line| line.kind != ActivityKind::CallbackRefused);
        let is_saved = connection.state.grant().is_some_and(|grant| !grant.is_unsaved());
        let failed = line.filter(|line| {
            let is_over = line.code == Some(Code::Unsaved) && is_saved;
            line.kind == ActivityKind::AuthorizationFailed && !is_over
        });
        match end {
            Some(AttemptEnd::Answered) if failed.is_none() => Ok(self.view_of(connection)),
            Some(AttemptEnd::Answered) => {
                let code = failed.and_then(|line| line.code).unwrap_or(Code::Internal);
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
}

fn page(outcome: Result<ConnectionView, Refusal>) -> ResultPage {
    match outcome {
        Ok(view) => {
            ResultPage::Connected { name: view.name, accounts: view.account.zip(view.account_before) }
        }
        Err(Refusal { problem, .. }) => ResultPage::Failed {
            title: problem.code.title().said().to_owned(),
            suggestion: problem.code.suggestion().said().to_owned(),
        },
    }
}
