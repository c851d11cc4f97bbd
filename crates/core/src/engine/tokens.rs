//! What happens to tokens after a sign-in: refresh and release.

use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::background::Unwritten;
use super::{Engine, Flying, ReleasedToken};
use crate::classify::Verdict;
use crate::connection::{Connection, ConnectionId, Ended, GrantType};
use crate::event::{ActivityKind, Channel, NewActivity};
use crate::flows::client_credentials;
use crate::flows::refresh::{self, Refused};
use crate::forecast;
use crate::lifecycle::{Asked, Failure, Grant, RefreshState, Settled, is_about_settings};
use crate::ports::Change;
use crate::problem::{Code, Problem};
use crate::record::{SecretRecord, Tokens};
use crate::status;
use crate::view::ConnectionView;

/// Shorter than any time of grace.
const GRACE: Duration = Duration::from_secs(1);

/// Who wants new tokens.
#[derive(Clone, Copy)]
pub(super) enum Asks {
    /// Somebody who says so.
    Person(Channel),
    /// Something that needs a token.
    Program(Channel),
}

impl Engine {
    /// Renews the token, because a person wants it: also while its server asks to wait. Joins a refresh that is under way,
    /// adopts one another process has just made.
    ///
    /// # Errors
    /// Why there are no new tokens. Unless the provider has ended the grant, the old ones are as before.
    pub async fn refresh(&self, id: &ConnectionId, channel: Channel) -> Result<ConnectionView, Problem> {
        let seen = self.load(id)?.state.generation();
        self.refresh_in_turn(id, seen, Asks::Person(channel), ()).await
    }

    /// The same. Where the answer may be lost it is asked for once more after a second: some servers take the former token for a
    /// short time of grace (RFC 9700 §4.14.2 leaves that to them), and who comes next may be too late. Where this process
    /// keeps tokens fresh, it comes in time anyway.
    ///
    /// # Errors
    /// As for [`Engine::refresh`].
    pub async fn refresh_insistently(
        &self,
        id: &ConnectionId,
        channel: Channel,
    ) -> Result<ConnectionView, Problem> {
        let seen = self.load(id)?.state.generation();
        self.insist(id, seen, Asks::Person(channel)).await
    }

    /// Renews the token set of generation `seen`, because something needs a token; a newer one is adopted instead.
    pub(super) async fn refresh_from(
        &self,
        id: &ConnectionId,
        seen: u64,
        channel: Channel,
    ) -> Result<ConnectionView, Problem> {
        self.refresh_in_turn(id, seen, Asks::Program(channel), ()).await
    }

    /// As `refresh_from`, as often as [`Engine::refresh_insistently`] says.
    pub(super) async fn insist(
        &self,
        id: &ConnectionId,
        seen: u64,
        asks: Asks,
    ) -> Result<ConnectionView, Problem> {
        match self.refresh_in_turn(id, seen, asks, ()).await {
            Err(problem) if self.may_be_in_time(id, &problem) => {
                self.inner.ports.clock.sleep(GRACE).await;
                self.refresh_in_turn(id, seen, asks, ()).await
            }
            answered => answered,
        }
    }

    /// Whether a server that may have rotated may still take the former token, and nobody else will ask soon.
    fn may_be_in_time(&self, id: &ConnectionId, problem: &Problem) -> bool {
        let is_lost = |connection: Connection| {
            connection.state.grant().is_some_and(|grant| grant.refresh.answer_may_be_lost())
        };
        matches!(problem.code, Code::Interrupted | Code::ServerError)
            && problem.retry_after.is_none()
            && !self.inner.keeps_fresh.load(Ordering::Relaxed)
            && self.load(id).is_ok_and(is_lost)
    }

    /// As `refresh_from`; `turn` is dropped when the server has answered: the next may ask while these tokens are saved.
    pub(super) async fn refresh_in_turn(
        &self,
        id: &ConnectionId,
        seen: u64,
        asks: Asks,
        turn: impl Send,
    ) -> Result<ConnectionView, Problem> {
        let (Asks::Person(channel) | Asks::Program(channel)) = asks;
        let _flight = self.flight(id, Flying::Refresh).await;
        let lock = self.lock(id).await;
        let connection = self.load(id)?;
        if !self.is_unsaved(id) {
            not_disconnecting(&connection)?;
        }
        let known = connection.state.generation();
        let is_saved = connection.state.grant().is_none_or(|grant| !grant.is_unsaved());
        let _lock = match lock {
            // Whoever had it all that time has renewed the tokens meanwhile.
            Err(busy) if busy.code == Code::Busy && known > seen && is_saved => {
                return Ok(self.view_of(&connection));
            }
            lock => lock?,
        };
        let record = self.read_known(&connection, channel).await?;
        if self.is_unsaved(id) {
            return self.save_again(&connection, record, channel).await;
        }
        let connection = self.agree(connection, &record, channel)?;
        let mut tokens = record.tokens.clone().ok_or(Code::NotConnected)?;
        let known = connection.state.generation();
        if tokens.grant.generation >= known && tokens.grant.generation > seen {
            return Ok(self.view_of(&connection));
        }
        // What has ended with a process counts too, and what the vault had before an older copy.
        if let Some(grant) =
            connection.state.grant().filter(|grant| grant.generation > tokens.grant.generation)
        {
            tokens.grant.generation = grant.generation;
            tokens.grant.refresh_token_since = grant.refresh_token_since;
        }
        self.renew(&connection, record, &tokens, asks, turn).await
    }

    async fn renew(
        &self,
        connection: &Connection,
        record: SecretRecord,
        tokens: &Tokens,
        asks: Asks,
        turn: impl Send,
    ) -> Result<ConnectionView, Problem> {
        let (Asks::Person(channel) | Asks::Program(channel)) = asks;
        let id = &connection.id;
        may_be_sent(connection, asks)?;
        if !tokens.grant.refreshable {
            return Err(Code::NoRefreshToken.into());
        }
        let known = self.with_unwritten(connection);
        let before = known.state.grant().map_or(RefreshState::Idle, |grant| grant.refresh.clone());
        // An answer that was lost has not spent a refresh token that is not replaced.
        let rotates = self.rotates(connection);
        let may_be_spent = [record.tokens.as_ref(), Some(tokens)]
            .into_iter()
            .flatten()
            .any(|tokens| tokens.grant.may_be_rotated(rotates));
        let generation = tokens.grant.generation;
        let mut tried = Tried {
            before,
            generation,
            may_be_spent,
            asked: self.asked(connection),
            ended: None,
            intent: None,
        };
        let spec = match self.spec_of_tokens(connection, &tokens.grant, refresh::place) {
            // Also a file that is away or has a mistake: it may be back for the next try, and until then the status says so.
            Err(problem) => {
                let verdict = Verdict::of(&problem);
                return self.refresh_failed(id, &tried, Refused { problem, verdict }, channel);
            }
            Ok(spec) => spec,
        };
        let known = connection.state.grant().unwrap_or(&tokens.grant);
        if !tokens.grant.can_be_renewed(self.now()) {
            return Err(Code::Expired.into());
        }
        if let Some(problem) = refresh::too_early(&spec, known, self.now()) {
            return Err(problem);
        }
        if matches!(asks, Asks::Program(_)) {
            self.may_be_asked(connection)?;
        }
        if let Err(problem) = self.has_room(connection).await {
            let refused = Refused { problem, verdict: Verdict::Transient };
            return self.refresh_failed(id, &tried, refused, channel);
        }
        let now = self.now();
        // The intent is written before the request, so that a death in between is known afterwards.
        let begun = self.update(id, |connection| {
            if may_be_sent(connection, asks).is_ok() {
                tried.ended = connection.try_once_more();
            }
            // Since it was read, the provider's file may be again what it was when they were refused.
            if let Some(grant) = self.with_unwritten(connection).state.grant() {
                tried.before = grant.refresh.clone();
            }
            connection
                .state
                .with_grant(|grant| grant.refresh = RefreshState::InFlight { since: now, generation });
            Some(Change::default())
        })?;
        tried.intent = Some(now);
        may_be_sent(&begun, asks)?;
        let ports = &self.ports_with(&spec, &record);
        let secret = record.client_secret.as_ref();
        let fresh = match connection.registration.grant_type {
            GrantType::ClientCredentials => {
                client_credentials::obtain(ports, connection, &spec, secret).await.map_err(Into::into)
            }
            GrantType::AuthorizationCode | GrantType::DeviceCode => {
                refresh::refresh(ports, connection, &spec, tokens, secret).await
            }
        };
        drop(turn);
        let mut fresh = match fresh {
            Ok(fresh) => fresh,
            Err(refused) => return self.refresh_failed(id, &tried, refused, channel),
        };
        // Of tokens of a first version it is known from now on.
        fresh.grant.reach.get_or_insert_with(|| self.reach(connection, &spec));
        fresh.grant.client_id.get_or_insert_with(|| connection.registration.client_id.clone());
        fresh.grant.is_bound.get_or_insert(spec.client.dpop_bound_access_tokens);
        // Saved before anyone sees the new access token.
        let mut grant = fresh.grant.clone();
        let saved = self.save_new_tokens(connection, SecretRecord { tokens: Some(fresh), ..record }).await;
        if let Err(problem) = saved {
            grant.refresh = RefreshState::Failed(Failure::after(&RefreshState::Idle, problem, self.now()));
        }
        let problem = match &grant.refresh {
            RefreshState::Failed(failure) => Some(failure.problem.clone()),
            _ => None,
        };
        let kind = if problem.is_some() { ActivityKind::RefreshFailed } else { ActivityKind::Refreshed };
        let connection = self.update_with(id, kind, channel, problem.as_ref(), |connection, _| {
            connection.state.refreshed(grant.clone());
        })?;
        problem.map_or_else(|| Ok(self.view_of(&connection)), Err)
    }

    /// What the provider's file says.
    pub(super) fn rotates(&self, connection: &Connection) -> Option<bool> {
        status::spec(connection, &self.catalog())?.refresh.rotates
    }

    fn refresh_failed(
        &self,
        id: &ConnectionId,
        tried: &Tried,
        refused: Refused,
        channel: Channel,
    ) -> Result<ConnectionView, Problem> {
        let mut problem = refused.problem;
        let permanent = refused.verdict == Verdict::Permanent;
        if permanent && tried.may_be_spent && tried.before.answer_may_be_lost() {
            problem = Problem { code: Code::RefreshInterrupted, ..problem };
        }
        let mut failure = Failure::after(&tried.before, problem.clone(), self.now());
        // Whether it was sent at all is not in the problem.
        failure.answer_may_be_lost = tried.before.answer_may_be_lost() || refused.verdict == Verdict::Unknown;
        failure.asked.clone_from(&tried.asked);
        let is_refused =
            matches!(&tried.before, RefreshState::Failed(before) if is_about_settings(&before.problem));
        let is_nothing_new = refused.verdict == Verdict::Transient && problem.retry_after.is_none();
        let kind = ActivityKind::RefreshFailed;
        let written = self.update_with(id, kind, channel, Some(&problem), |connection, now| {
            // Once more refused, or not asked at all: since when, and why, is as it was.
            if let Some(ended) = tried.ended.as_ref().filter(|_| refused.verdict != Verdict::Unknown) {
                connection.has_ended(ended.clone());
            } else if is_refused && is_nothing_new {
                connection.state.with_grant(|grant| grant.refresh = tried.before.clone());
            } else if permanent {
                // One that was cut short, or that another client was refused, says nothing of how long they last.
                let client_id = &connection.registration.client_id;
                let is_its_own = |grant: &&Grant| grant.client_id.as_ref().is_none_or(|id| id == client_id);
                if problem.code == Code::InvalidGrant
                    && let Some(grant) = connection.state.grant().filter(is_its_own)
                {
                    forecast::remember(&mut connection.sign_in_seconds, grant, now);
                }
                connection.state.end_grant(tried.generation, problem.clone(), tried.asked.clone(), now);
            } else {
                let failed = RefreshState::Failed(failure.clone());
                connection.state.with_grant(|grant| grant.refresh = failed);
            }
        });
        let Tried { generation, intent, .. } = *tried;
        let unwritten = Unwritten { generation, intent, failure };
        self.remember_unwritten(id, written.is_err().then_some(unwritten));
        written?;
        Err(problem)
    }

    /// New tokens wait in memory: only saving is left to do.
    pub(super) async fn save_again(
        &self,
        connection: &Connection,
        record: SecretRecord,
        channel: Channel,
    ) -> Result<ConnectionView, Problem> {
        let Some(grant) = record.tokens.as_ref().map(|tokens| tokens.grant.clone()) else {
            // They are to be revoked, and are no tokens to use.
            self.write_secrets(connection, &record).await?;
            return Err(Code::NotConnected.into());
        };
        self.save_new_tokens(connection, record).await?;
        let connection =
            self.update_with(&connection.id, ActivityKind::Refreshed, channel, None, |connection, _| {
                // The database may have refused them when they came.
                connection.state.refreshed(grant.clone());
                connection.state.with_grant(|now| *now = grant.clone());
            })?;
        Ok(self.view_of(&connection))
    }

    /// The access token, refreshed first when less than `min_valid` is left, or when that is not known
    /// because the clock was set back. `detail` is the format, for the record.
    ///
    /// # Errors
    /// Why there is no token that lives so long; `TokenBound` for one that nobody else could use.
    pub async fn release_token(
        &self,
        id: &ConnectionId,
        min_valid: Duration,
        channel: Channel,
        detail: &str,
    ) -> Result<ReleasedToken, Problem> {
        let connection = self.load(id)?;
        let catalog = self.catalog();
        let spec = status::spec(&connection, &catalog);
        if status::is_bound(&connection, spec) {
            return Err(Code::TokenBound.into());
        }
        let tokens = self.usable_tokens(id, min_valid, channel).await?;
        self.inner.ports.store.record(NewActivity {
            at: self.now(),
            connection: Some(id.clone()),
            connection_name: connection.name.clone(),
            kind: ActivityKind::TokenReleased,
            channel,
            code: None,
            detail: Some(detail.to_owned()),
        })?;
        let scopes = status::granted(&connection, &tokens.grant, spec);
        Ok(ReleasedToken {
            access_token: tokens.access_token,
            expires_at: tokens.grant.expires_at,
            scopes: (!scopes.is_empty()).then_some(scopes),
            connection: connection.name,
        })
    }

    /// Tokens to use now, as [`Engine::release_token`] hands them out, without a line in the record.
    pub(super) async fn usable_tokens(
        &self,
        id: &ConnectionId,
        min_valid: Duration,
        channel: Channel,
    ) -> Result<Tokens, Problem> {
        let mut connection = self.load(id)?;
        not_disconnecting(&connection)?;
        let is_missed = connection.state.misses_tokens();
        let is_unsaved = connection.state.grant().is_some_and(Grant::is_unsaved);
        if !is_missed {
            not_ended(&connection)?;
        }
        let mut record = match self.read_secrets(&connection).await {
            Err(problem) if problem.code == Code::VaultCorrupt => self.look_again(id, channel).await?.1,
            record => record?,
        };
        let wanted = SignedDuration::try_from(min_valid).unwrap_or(SignedDuration::MAX);
        let known = connection.state.generation();
        let is_known = record
            .tokens
            .as_ref()
            .is_some_and(|tokens| connection.state.grant().is_some() && tokens.grant.generation <= known);
        // Older ones still live as long as they do.
        let is_older = record.tokens.as_ref().is_some_and(|tokens| tokens.grant.generation < known);
        // The record may not speak of tokens as saved that are not, or the other way round.
        if (is_missed || is_unsaved && !is_older || !is_known) && !self.is_unsaved(id) {
            (connection, record) = self.look_again(id, channel).await?;
        }
        let tokens = record.tokens.as_ref().ok_or(Code::NotConnected)?;
        // That the server no longer takes it, only the record knows.
        let known = connection.state.grant();
        let known = known.filter(|known| known.speaks_of(&tokens.grant));
        let refused = known.and_then(|known| known.refused.clone());
        let grant = Grant { refused, ..tokens.grant.clone() };
        let in_doubt = grant.refreshable && grant.clock_was_set_back(self.now());
        if in_doubt || !grant.lives(wanted, self.now()) {
            if !grant.refreshable {
                let code = if grant.expired(self.now()) { Code::Expired } else { Code::NoRefreshToken };
                return Err(code.into());
            }
            let seen = tokens.grant.generation.max(connection.state.generation());
            match self.insist(id, seen, Asks::Program(channel)).await {
                // The provider refuses a refresh this early: the token still lives.
                Err(problem) if problem.code == Code::RefreshTooEarly => {}
                other => drop(other?),
            }
            record = self.read_secrets(&connection).await?;
        }
        // What would be lost with this process is given to nobody. What is saved may be newer than what waited.
        if self.is_unsaved(id) {
            self.only_save(id, channel).await?;
            record = self.read_secrets(&connection).await?;
        }
        let mut tokens = record.tokens.ok_or(Code::VaultItemMissing)?;
        // What another process has fetched may have ended before this one, or its machine, went on. What ends as it comes would
        // again.
        let has_lived = tokens.grant.expires_at.is_some_and(|end| end > tokens.grant.issued_at);
        if tokens.grant.expired(self.now()) && tokens.grant.refreshable && has_lived {
            self.insist(id, tokens.grant.generation, Asks::Program(channel)).await?;
            tokens = self.read_secrets(&connection).await?.tokens.ok_or(Code::VaultItemMissing)?;
        }
        // One that was said to live for nothing has just come, and may be good for once.
        if tokens.grant.expired(self.now()) && (has_lived || !tokens.grant.refreshable) {
            return Err(Code::Expired.into());
        }
        Ok(tokens)
    }
}

/// A refresh that is tried.
struct Tried {
    /// What it was doing before.
    before: RefreshState,
    /// Of the tokens that are sent.
    generation: u64,
    /// Their refresh token, by an answer that was lost.
    may_be_spent: bool,
    /// By the settings of now.
    asked: Option<Asked>,
    /// The end that a person does not believe.
    ended: Option<Ended>,
    /// When that it is sent was written down, where it was.
    intent: Option<Timestamp>,
}

/// Tokens that the provider has refused for good are sent again only if a person says so: the refusal may have been one of a
/// network, a place or a policy, also after an answer that may be lost. What is known to be spent is not.
fn may_be_sent(connection: &Connection, asks: Asks) -> Result<(), Problem> {
    match (not_ended(connection), asks) {
        (Err(problem), Asks::Person(_))
            if matches!(problem.code, Code::InvalidGrant | Code::RefreshInterrupted)
                && connection.state.grant().is_some_and(|grant| !grant.is_unsaved()) =>
        {
            Ok(())
        }
        (ended, _) => ended,
    }
}

/// What the provider has ended is said as it said it.
fn not_ended(connection: &Connection) -> Result<(), Problem> {
    match connection.state.settled() {
        Settled::ReauthorizationRequired { problem, .. } => Err(problem.clone()),
        _ => Ok(()),
    }
}

/// What the vault still holds of a connection that is being disconnected is no token to use.
pub(super) fn not_disconnecting(connection: &Connection) -> Result<(), Problem> {
    match connection.state.settled() {
        Settled::Disconnecting { .. } => {
            Err(Problem::new(Code::NotConnected).because("it was being disconnected"))
        }
        _ => Ok(()),
    }
}
