//! A sign-in by a code that the person enters on another page (RFC 8628), and the questions until they have.
//!
//! Everything a question needs is in the record and the vault, so any process may ask the next one: the one that
//! started the attempt does, and so does every face that watches. The connection's lock and `next_poll_at` keep them
//! from asking twice. When nobody is left to ask, the attempt ends by its time limit.

use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokenrack_oauth::device::Polling;
use tokenrack_oauth::error::OAuthError;
use tokenrack_oauth::token::TokenSet;

use super::ending::may_have_brought_tokens;
use super::{ConnectOptions, Engine, Flying, Held, Started, Step};
use crate::connection::{Connection, ConnectionId};
use crate::event::Channel;
use crate::flows::authorization_code::Unusable;
use crate::flows::clock::Heard;
use crate::flows::device::{self, Keys};
use crate::lifecycle::{Attempt, Awaited, ConnectionState};
use crate::ports::{Change, StateDigest};
use crate::problem::{Code, Problem};
use crate::provider::ProviderSpec;
use crate::record::{AttemptSecrets, DeviceSecrets, Pending, SecretRecord};

/// After a question that could not even be asked: the vault is locked, another process is at work.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(5);

/// What one look at an attempt came to.
enum Look {
    /// Nothing to ask before this span has passed.
    Later(SignedDuration),
    /// The attempt has ended, here or elsewhere.
    Over,
}

impl Engine {
    pub(super) async fn start_device(
        &self,
        connection: &Connection,
        spec: &ProviderSpec,
        options: ConnectOptions,
        lock: Held,
    ) -> Result<Started, Problem> {
        let id = &connection.id;
        let record = self.with_proof_key(spec, self.secrets_to_sign_in(connection).await?);
        let (ports, secret) = (self.ports_with(spec, &record), record.client_secret.as_ref());
        let prepared = device::prepare(&ports, connection, spec, secret, options.time_limit).await;
        let (attempt, secrets) = prepared?;
        let secrets = AttemptSecrets { proof_key: record.proof_key, pending: Pending::DeviceCode(secrets) };
        self.begin(connection, secrets, &attempt, options.channel, lock).await?;
        self.keep_asking(id, &attempt);
        let page = attempt.verification_page().and_then(|page| url::Url::parse(page).ok());
        self.started(&attempt, id, step(&attempt)?, &page.ok_or(Code::Internal)?, options).await
    }

    /// Asks for every waiting code.
    pub(super) fn keep_asking_for_all<'a>(&self, all: impl Iterator<Item = &'a Connection>) {
        for connection in all {
            if let Some(attempt) = connection.state.attempt()
                && matches!(attempt.awaited, Awaited::DeviceCode { .. })
            {
                self.keep_asking(&connection.id, attempt);
            }
        }
    }

    /// Asks in the background until the attempt ends, unless this process does already.
    fn keep_asking(&self, id: &ConnectionId, attempt: &Attempt) {
        if self.is_live(id, &attempt.state_digest) {
            return;
        }
        self.remember(id, attempt, String::new());
        let engine = self.clone();
        let (owner, digest) = (id.clone(), attempt.state_digest.clone());
        // Never aborted: an answer that is under way may hold tokens, to be kept or revoked. It ends by itself.
        tokio::spawn(async move {
            let mut keys = None;
            loop {
                let pause = match engine.look(&owner, &digest, &mut keys).await {
                    Ok(Look::Over) => break,
                    Ok(Look::Later(span)) => span,
                    Err(problem) => {
                        tracing::warn!(%problem, "a sign-in by code is asked about again later");
                        AGAIN_AFTER
                    }
                };
                let pause = Duration::try_from(pause).unwrap_or_default();
                engine.inner.ports.clock.sleep(pause).await;
            }
            engine.forget_live(&owner, &digest);
        });
    }

    /// Asks the server, if it is time. An error leaves the attempt as it was. `keys`: the server's, once it was asked for them.
    async fn look(
        &self,
        id: &ConnectionId,
        digest: &StateDigest,
        keys: &mut Option<Keys>,
    ) -> Result<Look, Problem> {
        if self.inner.is_ending.load(Ordering::Relaxed) {
            // A person may have stayed after all.
            return Ok(Look::Later(AGAIN_AFTER));
        }
        // What is asked may be answered with tokens.
        let _flight = self.flight(id, Flying::SignIn).await;
        let lock = self.lock(id).await?;
        let connection = match self.load(id) {
            Err(problem) if problem.code == Code::NoSuchConnection => return Ok(Look::Over),
            loaded => loaded?,
        };
        let Some(attempt) = connection.state.attempt().filter(|attempt| attempt.state_digest == *digest)
        else {
            return Ok(Look::Over);
        };
        let Awaited::DeviceCode { user_code, polling, next_poll_at, .. } = &attempt.awaited else {
            return Ok(Look::Over);
        };
        let now = self.now();
        if attempt.is_late(now) {
            drop(lock);
            self.end_late_attempts().await?;
            return Ok(Look::Over);
        }
        if attempt.exchanging_since.is_some() && attempt.unread_since.is_none() {
            // Whoever had its answer has died with it.
            self.update(id, |connection| match &mut connection.state {
                ConnectionState::Authorizing { attempt, .. } if attempt.state_digest == *digest => {
                    attempt.unread_since = attempt.exchanging_since;
                    Some(Change::default())
                }
                _ => None,
            })?;
        }
        let left = next_poll_at.min(&attempt.expires_at).duration_since(now);
        if left.is_positive() {
            return Ok(Look::Later(left));
        }
        if self.is_unsaved(id) {
            // The database has refused them when they came, as the vault had, and the code is spent.
            let record = self.read_secrets(&connection).await?;
            self.save_again(&connection, record, Channel::Engine).await?;
            // They may be a refresh's all the same.
            let awaits = self.load(id)?.state.awaits(digest);
            return Ok(if awaits { Look::Later(SignedDuration::ZERO) } else { Look::Over });
        }
        let record = self.read_secrets(&connection).await?;
        let known = connection.state.generation();
        if record.tokens.as_ref().is_some_and(|tokens| tokens.grant.generation > known) {
            // The database may have refused them when they came, and the code is spent.
            let agreed = self.agree(connection, &record, Channel::Engine)?;
            return Ok(if agreed.state.attempt().is_none() { Look::Over } else { Look::Later(AGAIN_AFTER) });
        }
        let waiting = self.read_attempt(&connection).await?;
        // What is away may be there for the next question; after the time limit there is none.
        let waiting = waiting.as_ref().and_then(|waiting| secrets(waiting, attempt));
        let (waiting, secrets) = waiting.ok_or(Code::VaultItemMissing)?;
        let record = record.bound_as(waiting);
        let spec = self.spec_of_attempt(&connection)?;
        self.has_room(&connection).await?;
        let (ports, secret) = (self.ports_with(&spec, &record), record.client_secret.as_ref());
        let asked = (attempt, user_code.as_str(), secrets);
        let heard = Heard::by(&ports);
        let found = match keys {
            Some(found) => found,
            None => keys.insert(device::keys(&heard.ports, &connection, &spec).await?),
        };
        match device::ask(&heard.ports, &connection, &spec, secret, asked).await? {
            Ok(answer) => {
                let answer = (answer, found.clone());
                self.accept_device(&connection, &spec, digest, record, answer, &heard).await
            }
            Err(error) => Ok(self.not_yet(&connection, digest, *polling, error, &heard)),
        }
    }

    /// The person has agreed. Whoever claims the attempt keeps the tokens; those of a cancelled one are revoked.
    async fn accept_device(
        &self,
        connection: &Connection,
        spec: &ProviderSpec,
        digest: &StateDigest,
        record: SecretRecord,
        (answer, keys): ((TokenSet, Timestamp), Keys),
        heard: &Heard,
    ) -> Result<Look, Problem> {
        let ports = &self.ports_with(spec, &record);
        let secret = record.client_secret.as_ref();
        let claimed = self.claim(&connection.id, digest);
        let tokens = device::finish(ports, connection, spec, secret, keys, answer).await;
        // Where the database fails the code is spent all the same: then what counts is that the vault takes them.
        let connection = claimed.as_ref().unwrap_or(connection);
        if let Err(problem) = claimed.as_ref()
            && problem.code != Code::StoreFailed
        {
            let unused = tokens.map_or_else(|unusable| unusable.tokens, |tokens| Some(Box::new(tokens)));
            if let Some(tokens) = unused {
                self.end_unused(connection, spec, &record, &tokens).await;
            }
            return if problem.code == Code::AlreadyAnswered { Ok(Look::Over) } else { Err(problem.clone()) };
        }
        match tokens {
            Ok(tokens) => {
                let grant = self.keep(connection, spec, record, tokens).await;
                self.forget_attempt(connection).await;
                if let Err(refusal) = self.conclude(&connection.id, Some(digest), Channel::Engine, Ok(grant))
                {
                    tracing::warn!(problem = %refusal.problem, "a sign-in by code has ended without saved tokens");
                    if refusal.problem.code == Code::StoreFailed {
                        // They are found in the vault when the database is asked again.
                        return Ok(Look::Later(AGAIN_AFTER));
                    }
                }
            }
            Err(Unusable { problem, tokens }) => {
                if let Some(tokens) = tokens {
                    self.end_unused(connection, spec, &record, &tokens).await;
                }
                self.give_up(connection, digest, heard.explain(problem));
            }
        }
        Ok(Look::Over)
    }

    /// Writes down when to ask next, or how it ended. The server's interval counts also where it cannot be written down.
    fn not_yet(
        &self,
        connection: &Connection,
        digest: &StateDigest,
        polling: Polling,
        error: OAuthError,
        heard: &Heard,
    ) -> Look {
        let Some(next) = polling.after(&error) else {
            let problem = heard.explain(error.into());
            // Written down before it ends: tokens may have come that nobody has.
            if may_have_brought_tokens(problem.code)
                && let Err(problem) = self.claim(&connection.id, digest)
            {
                tracing::warn!(%problem, "it is not known who had the answer to a sign-in by code");
            }
            self.give_up(connection, digest, problem);
            return Look::Over;
        };
        let wanted = SignedDuration::from_secs(error.retry_after().unwrap_or(0).into());
        let wait = next.wait().max(wanted);
        let now = self.now();
        let at = now.checked_add(wait).unwrap_or(Timestamp::MAX);
        let written = self.update(&connection.id, |connection| match &mut connection.state {
            ConnectionState::Authorizing { attempt, .. } if attempt.state_digest == *digest => {
                match &error {
                    OAuthError::Unreadable { status: 200..300, .. } => {
                        attempt.unread_since.get_or_insert(now);
                    }
                    // It knows the code still.
                    OAuthError::Server(answer) if answer.status < 429 => attempt.unread_since = None,
                    _ => {}
                }
                if let Awaited::DeviceCode { polling, next_poll_at, .. } = &mut attempt.awaited {
                    (*polling, *next_poll_at) = (next, at);
                }
                Some(Change::default())
            }
            _ => None,
        });
        if let Err(problem) = written {
            tracing::warn!(%problem, "when to ask next could not be written down");
        }
        Look::Later(wait)
    }

    fn give_up(&self, connection: &Connection, digest: &StateDigest, problem: Problem) {
        // The record tells it; nobody waits here for the answer.
        let ended = self.conclude(&connection.id, Some(digest), Channel::Engine, Err(problem));
        if let Err(refusal) = ended {
            tracing::info!(problem = %refusal.problem, "a sign-in by code has ended");
        }
        self.tidy_later(connection, digest.clone());
    }
}

/// The attempt's own secrets, and no other attempt's.
fn secrets<'a>(
    waiting: &'a AttemptSecrets,
    attempt: &Attempt,
) -> Option<(&'a AttemptSecrets, &'a DeviceSecrets)> {
    match &waiting.pending {
        Pending::DeviceCode(secrets) if attempt.is_of(&secrets.state) => Some((waiting, secrets)),
        _ => None,
    }
}

fn step(attempt: &Attempt) -> Result<Step, Problem> {
    match &attempt.awaited {
        Awaited::DeviceCode { user_code, verification_uri, verification_uri_complete, .. } => {
            Ok(Step::DeviceCode {
                user_code: user_code.clone(),
                verification_uri: verification_uri.clone(),
                verification_uri_complete: verification_uri_complete.clone(),
            })
        }
        Awaited::Redirect { .. } => Err(Code::Internal.into()),
    }
}
