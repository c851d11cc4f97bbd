//! Where a connection stands, and the pure transitions between.
//!
//! A state owns its data. A token stays usable while it is refreshed, so refresh lives inside [`Grant`]; a sign-in
//! that is cancelled returns to what was before, so [`ConnectionState::Authorizing`] keeps it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokenrack_oauth::device::Polling;
use tokenrack_oauth::secret::State;

use crate::classify::Verdict;
use crate::connection::RedirectMethod;
use crate::ports::StateDigest;
use crate::problem::{Code, Problem};
use crate::provider::Reach;
use crate::refresh_end::RefreshEnd;
use crate::refused::{Refused, RefusedBy};

/// Seconds between two tries, beyond which nobody was trying. Where many connections wait for one server, each has its turn
/// seldom.
const LONGEST_GAP: i64 = 6 * 3_600;

/// Where a connection stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// Nobody is being waited for.
    Settled(Settled),
    /// A person is at work in a browser. Until they are done, everything is as before.
    Authorizing {
        /// What is awaited.
        attempt: Box<Attempt>,
        /// What was, and is again if the attempt ends without tokens.
        prior: Settled,
    },
}

/// The states that last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settled {
    /// No tokens.
    Unauthorized {
        /// Since when.
        since: Timestamp,
        /// Why the last attempt failed, if it did.
        problem: Option<Problem>,
        /// The newest generation that a disconnect has ended: what the vault has of it, or of an older one, is not
        /// adopted. 0 where there never were tokens.
        #[serde(default)]
        ended: u64,
    },
    /// There are tokens in the vault.
    Authorized(Grant),
    /// The provider ended the grant for good; only a person helps. The record stays.
    ReauthorizationRequired {
        /// Since when.
        since: Timestamp,
        /// The provider's answer.
        problem: Problem,
        /// What it was.
        grant: Grant,
        /// What the provider refused, where it was asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asked: Option<Asked>,
    },
    /// A disconnect has begun. It may have been cut short anywhere: there may be tokens, and they may be revoked.
    Disconnecting {
        /// Since when.
        since: Timestamp,
        /// The newest generation that it ends.
        #[serde(default)]
        ended: u64,
    },
}

/// An attempt that waits for a person. Its secrets (`state`, `nonce`, verifier, device code) are in the vault.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// Names the attempt; finds it for a redirect.
    pub state_digest: StateDigest,
    /// Since when.
    pub started_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// Who answers, when known.
    pub issuer: Option<String>,
    /// Where the code goes, and nowhere else.
    pub token_endpoint: String,
    /// For whom.
    pub client_id: String,
    /// Whether the browser could be opened.
    pub browser_opened: bool,
    /// The answer has come, and the tokens are on their way into the vault.
    pub exchanging_since: Option<Timestamp>,
    /// The last answer could not be read: there may have been tokens in it, and the code is spent then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread_since: Option<Timestamp>,
    /// What ends it. Without a tag of its own: records from before device codes read as redirects.
    #[serde(flatten)]
    pub awaited: Awaited,
}

impl Attempt {
    /// Whether these are the attempt's own secrets, by their `state`.
    pub fn is_of(&self, state: &State) -> bool {
        State::digest(state.expose()) == self.state_digest.0
    }

    /// Whether its time has passed, or cannot be told: this machine's clock was set back after it began, by more than
    /// clocks are corrected by.
    pub fn is_late(&self, now: Timestamp) -> bool {
        self.expires_at <= now || self.started_at.duration_since(now).as_secs() > 60
    }

    /// The page for a device code, with the code filled in where the server has it.
    pub fn verification_page(&self) -> Option<&str> {
        match &self.awaited {
            Awaited::Redirect { .. } => None,
            Awaited::DeviceCode { verification_uri, verification_uri_complete, .. } => {
                Some(verification_uri_complete.as_ref().unwrap_or(verification_uri))
            }
        }
    }
}

/// What an attempt waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Awaited {
    /// The browser comes back (RFC 6749 §4.1).
    Redirect {
        /// How.
        redirect: RedirectMethod,
        /// The redirect URI as it was sent, with the port.
        redirect_uri: String,
    },
    /// The person enters a code on another page, perhaps on another device (RFC 8628 §3.3).
    DeviceCode {
        /// For the person to read.
        user_code: String,
        /// The page that takes the code.
        verification_uri: String,
        /// The same with the code filled in, where the server has it.
        verification_uri_complete: Option<String>,
        /// How often the server is asked.
        polling: Polling,
        /// When it is asked next, by whichever process comes first.
        next_poll_at: Timestamp,
    },
}

/// What is known of the tokens in the vault. No secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grant {
    /// Counts the token sets of this connection; grows with every save.
    pub generation: u64,
    /// When this token set was received.
    pub issued_at: Timestamp,
    /// When the access token ends; `None` when the provider does not say.
    pub expires_at: Option<Timestamp>,
    /// It is no longer taken, before that end.
    #[serde(flatten, with = "crate::refused")]
    pub refused: Option<Refused>,
    /// Granted scopes; `None` when the provider does not say (RFC 6749 §5.1: then as asked for).
    pub scopes: Option<Vec<String>>,
    /// Whether it can be renewed without a person: there is a refresh token, or the client's own credentials do.
    pub refreshable: bool,
    /// It renews itself, and nothing does once it has ended.
    #[serde(default)]
    pub renews_itself: bool,
    /// When the refresh token ends, and what is known of that.
    #[serde(flatten)]
    pub refresh_end: RefreshEnd,
    /// What the provider's file keeps of the redirect and the answers: tenant, API host. No secret.
    #[serde(default)]
    pub captured: BTreeMap<String, String>,
    /// Who is connected.
    pub account: Option<Account>,
    /// Who was connected until this sign-in, where that was somebody else. Their tokens were replaced, not revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_before: Option<Account>,
    /// To whom they were given. Records of the first versions lack it.
    #[serde(default)]
    pub client_id: Option<String>,
    /// Whether they are bound to a key (RFC 9449), as the provider's file had it when they came; it may say otherwise since.
    /// Records of the first versions lack it.
    #[serde(default)]
    pub is_bound: Option<bool>,
    /// Where they may be sent. Records of the first versions lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reach: Option<Reach>,
    /// What the refresh is doing.
    pub refresh: RefreshState,
    /// The refresh token came with the token set of this generation, and the provider has not rotated it since; `None`:
    /// with this one. Of a sign-in that is not saved: since when there was the one before it.
    #[serde(default)]
    pub refresh_token_since: Option<u64>,
    /// The person finished a sign-in at this time; refreshes do not move it.
    pub authorized_at: Timestamp,
}

/// What the refresh is doing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshState {
    /// Nothing.
    Idle,
    /// The refresh token of `generation` may have been sent.
    InFlight {
        /// Since when.
        since: Timestamp,
        /// Which token set is being renewed.
        generation: u64,
    },
    /// The last try failed for a while; the tokens are as before.
    Failed(Failure),
}

/// Tries that failed, without one between that succeeded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// When the last one did.
    pub at: Timestamp,
    /// When the first one did. Records of the first versions lack it.
    #[serde(default)]
    pub since: Option<Timestamp>,
    /// How many.
    pub attempt: u32,
    /// Seconds of trying: without the gaps in which nobody did, as while the machine was off. Records of the first versions
    /// lack it.
    #[serde(default)]
    pub tried_seconds: i64,
    /// Why the last one did.
    pub problem: Problem,
    /// One of them may have been answered with new tokens that did not reach us. Records of the first versions lack it.
    #[serde(default)]
    pub answer_may_be_lost: bool,
    /// What the last one asked, where it got so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    /// Where the vault does not give out the tokens: what had failed before, and is so again once they are found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Box<Self>>,
}

/// The settings of a refresh that a server may refuse it for, and that a person may have put right since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Where, as the provider's file and its server have it.
    pub url: String,
    /// By whom.
    pub client_id: String,
}

/// Who is connected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The provider's stable id for the account (`sub`).
    pub id: Option<String>,
    /// What a person recognises: an e-mail address, a login.
    pub label: String,
}

impl ConnectionState {
    /// What lasts, whether or not a redirect is awaited.
    pub fn settled(&self) -> &Settled {
        match self {
            Self::Settled(settled) | Self::Authorizing { prior: settled, .. } => settled,
        }
    }

    /// The attempt that waits.
    pub fn attempt(&self) -> Option<&Attempt> {
        match self {
            Self::Settled(_) => None,
            Self::Authorizing { attempt, .. } => Some(attempt.as_ref()),
        }
    }

    /// Whether somebody said to be at work, on an answer, a refresh or a disconnect. Who died goes on saying so.
    pub fn is_said_under_way(&self) -> bool {
        let in_flight = |grant: &Grant| matches!(grant.refresh, RefreshState::InFlight { .. });
        self.attempt().is_some_and(|attempt| attempt.exchanging_since.is_some())
            || matches!(self.settled(), Settled::Disconnecting { .. })
            || self.grant().is_some_and(in_flight)
    }

    /// Whether this attempt waits.
    pub fn awaits(&self, digest: &StateDigest) -> bool {
        self.attempt().is_some_and(|attempt| attempt.state_digest == *digest)
    }

    /// What is known of the tokens in the vault, also of a grant the provider has ended.
    pub fn grant(&self) -> Option<&Grant> {
        match self.settled() {
            Settled::Unauthorized { .. } | Settled::Disconnecting { .. } => None,
            Settled::Authorized(grant) | Settled::ReauthorizationRequired { grant, .. } => Some(grant),
        }
    }

    /// The newest generation there has been, as far as this record knows; 0 before the first.
    pub fn generation(&self) -> u64 {
        match self.settled() {
            Settled::Unauthorized { ended, .. } | Settled::Disconnecting { ended, .. } => *ended,
            Settled::Authorized(grant) | Settled::ReauthorizationRequired { grant, .. } => grant.generation,
        }
    }

    /// Whether a disconnect has ended the tokens of this generation, so that what the vault has of them is only to be
    /// revoked and deleted.
    pub fn has_ended(&self, generation: u64) -> bool {
        self.grant().is_none() && generation <= self.generation()
    }

    /// Whether a disconnect came between `before` and now, and no sign-in after it.
    pub fn was_ended_since(&self, before: &Self) -> bool {
        self.grant().is_none() && (before.grant().is_some() || self.generation() > before.generation())
    }

    /// What a disconnect has ended here stays so, whatever was put in the record's place.
    pub fn ends_at_least(&mut self, generation: u64) {
        if let Settled::Unauthorized { ended, .. } | Settled::Disconnecting { ended, .. } = self.settled_mut()
        {
            *ended = generation.max(*ended);
        }
    }

    /// The generation after which the provider may have given tokens, with a refresh token of their own, that were lost.
    /// `stored`: the newest that the vault has, where it could be read.
    pub fn lost_tokens_after(&self, stored: Option<&Grant>, rotates: Option<bool>) -> Option<u64> {
        let known = self.grant()?;
        let are_lost = match self.settled() {
            Settled::Authorized(grant) => {
                let is_older = stored.map_or(grant.is_unsaved(), |stored| {
                    let is_spent = !grant.has_refresh_token_of(stored);
                    let is_of_another = stored.authorized_at != grant.authorized_at;
                    stored.generation < grant.generation && (is_spent || is_of_another)
                });
                is_older || grant.may_be_rotated(rotates) && grant.refresh.answer_may_be_lost()
            }
            Settled::ReauthorizationRequired { problem, .. } => problem.code == Code::RefreshInterrupted,
            Settled::Unauthorized { .. } | Settled::Disconnecting { .. } => false,
        };
        let newest = stored.map_or(u64::MAX, |stored| stored.generation);
        are_lost.then_some(known.generation.min(newest))
    }

    /// Whether the refresh token may have been spent by an answer that did not reach us, also where that has ended it.
    pub fn is_in_doubt(&self) -> bool {
        let is_interrupted = matches!(self.settled(), Settled::ReauthorizationRequired { problem, .. }
            if problem.code == Code::RefreshInterrupted);
        is_interrupted || self.grant().is_some_and(|grant| grant.refresh.answer_may_be_lost())
    }

    /// Whether tokens may come into the vault late that are newer than those seen there: of an answer that nobody saw saved.
    pub fn may_be_followed(&self) -> bool {
        let is_answered = self.attempt().is_some_and(|attempt| attempt.exchanging_since.is_some());
        is_answered || self.is_in_doubt() || self.grant().is_some_and(Grant::is_unsaved)
    }

    /// What a sign-in has brought is not saved yet, and may end with its process: then the tokens before it are as good as
    /// they were, because it has spent none of them.
    pub fn is_under(&self, unsaved: &mut Grant) {
        let before = match self.settled() {
            Settled::Authorized(before) => before,
            // Refused: as another client, or under settings that may be put right.
            Settled::ReauthorizationRequired { grant, problem, .. } if problem.code == Code::InvalidGrant => {
                grant
            }
            _ => return,
        };
        let RefreshState::Failed(failure) = &mut unsaved.refresh else { return };
        failure.answer_may_be_lost |= before.refresh.answer_may_be_lost();
        unsaved.refresh_token_since = Some(before.before_its_refresh_token() + 1);
    }

    /// A redirect is awaited from now on. Answers the attempt whose place is taken.
    pub fn begin(&mut self, attempt: Attempt) -> Option<StateDigest> {
        let superseded = self.attempt().map(|attempt| attempt.state_digest.clone());
        let mut prior = self.settled().clone();
        // Why an earlier attempt failed says nothing about this one, however it ends.
        if let Settled::Unauthorized { problem, .. } = &mut prior {
            *problem = None;
        }
        *self = Self::Authorizing { attempt: Box::new(attempt), prior };
        superseded
    }

    /// The attempt has ended without tokens: what was, is again. Without tokens from before, the problem stays.
    pub fn end_attempt(&mut self, problem: Option<Problem>, now: Timestamp) {
        let settled = match (self.settled().clone(), problem) {
            (Settled::Unauthorized { ended, .. }, Some(problem)) => {
                Settled::Unauthorized { since: now, problem: Some(problem), ended }
            }
            (settled, _) => settled,
        };
        *self = Self::Settled(settled);
    }

    /// Tokens have arrived and are saved.
    pub fn authorize(&mut self, grant: Grant) {
        *self = Self::Settled(Settled::Authorized(grant));
    }

    /// The tokens up to this generation are revoked and deleted from now on. Answers the attempt that ends by it.
    pub fn begin_disconnect(&mut self, newest: u64, now: Timestamp) -> Option<StateDigest> {
        let attempt = self.attempt().map(|attempt| attempt.state_digest.clone());
        let ended = self.generation().max(newest);
        *self = Self::Settled(Settled::Disconnecting { since: now, ended });
        attempt
    }

    /// The tokens are gone from here.
    pub fn forget(&mut self, now: Timestamp) {
        let ended = self.generation();
        *self = Self::Settled(Settled::Unauthorized { since: now, problem: None, ended });
    }

    /// The person has changed what a failure may have come from, so it no longer says anything.
    pub fn settings_changed(&mut self, now: Timestamp) {
        match self.settled_mut() {
            Settled::Unauthorized { since, problem, .. } if problem.is_some() => {
                (*since, *problem) = (now, None);
            }
            // Tokens that wait for the vault still do, and a lost answer stays lost.
            Settled::Authorized(grant) => {
                if let RefreshState::Failed(failure) = &mut grant.refresh {
                    failure.before.take_if(|before| is_about_settings(&before.problem));
                    if is_about_settings(&failure.problem) {
                        grant.refresh = grant.after_failures();
                    }
                }
            }
            _ => {}
        }
    }

    /// What a refusal that settings may have brought was of.
    pub fn refused(&self) -> Option<&Asked> {
        match self.settled() {
            Settled::Authorized(grant) => {
                let failure = grant.failure().filter(|failure| is_about_settings(&failure.problem));
                failure.and_then(|failure| failure.asked.as_ref())
            }
            Settled::ReauthorizationRequired { asked, .. } => asked.as_ref(),
            Settled::Unauthorized { .. } | Settled::Disconnecting { .. } => None,
        }
    }

    /// `now` is asked from now on. What was refused when something else was is tried once more, an `invalid_grant` too: by
    /// the same word a client is refused a refresh token that is not its own (RFC 6749 §5.2).
    pub fn asks(&mut self, now: &Asked) {
        if self.refused().is_none_or(|refused| refused == now) {
            return;
        }
        match self.settled_mut() {
            Settled::Authorized(grant) => grant.refresh = grant.after_failures(),
            Settled::ReauthorizationRequired { problem, grant, .. }
                if grant.client_id.as_ref().is_none_or(|id| *id == now.client_id) =>
            {
                let mut grant = grant.clone();
                if problem.code == Code::RefreshInterrupted {
                    grant.refresh = grant.in_doubt();
                }
                *self.settled_mut() = Settled::Authorized(grant);
            }
            _ => {}
        }
    }

    /// Changes the grant in place, also under a waiting attempt. Does nothing without one.
    pub fn with_grant(&mut self, change: impl FnOnce(&mut Grant)) {
        if let Settled::Authorized(grant) = self.settled_mut() {
            change(grant);
        }
    }

    /// New tokens are saved. Only newer ones count: a late writer never blanks a fresh record. Where they are what a waiting
    /// sign-in has brought, it has ended.
    pub fn refreshed(&mut self, fresh: Grant) {
        if fresh.generation <= self.generation() {
            return;
        }
        // A sign-in from before lies ahead of this one where the clock was set back since.
        let is_refresh = self.grant().is_some_and(|known| known.authorized_at == fresh.authorized_at);
        if !is_refresh && self.attempt().is_some_and(|attempt| fresh.authorized_at >= attempt.started_at) {
            self.authorize(fresh);
        } else {
            *self.settled_mut() = Settled::Authorized(fresh);
        }
    }

    /// The vault does not have the tokens of this generation. They may come back: in another keyring, or in one that comes
    /// up late. So it is one more failed try, and ends nothing. Answers whether that is news.
    pub fn miss_tokens(&mut self, generation: u64, problem: Problem, now: Timestamp) -> bool {
        let Settled::Authorized(grant) = self.settled_mut() else { return false };
        if grant.generation != generation {
            return false;
        }
        let is_news = !grant.is_out_of_reach();
        let before = grant.failure().filter(|_| !grant.is_unsaved()).cloned();
        let mut failure = Failure::after(&grant.refresh, problem, now);
        // To look for them asks nobody.
        failure.problem.retry_after = None;
        if is_news {
            (failure.since, failure.attempt, failure.tried_seconds) = (Some(now), 1, 0);
            failure.before = before.map(Box::new);
        } else {
            failure.before = before.and_then(|missing| missing.before);
        }
        grant.refresh = RefreshState::Failed(failure);
        is_news
    }

    /// Whether the vault did not have the tokens when it was read last.
    pub fn misses_tokens(&self) -> bool {
        match self.settled() {
            Settled::Authorized(grant) => grant.is_out_of_reach(),
            // They ended with their process, unless what it wrote last comes late. The first versions took any absence for an
            // end.
            Settled::ReauthorizationRequired { problem, grant, .. } => {
                grant.is_unsaved() || problem.code == Code::VaultItemMissing
            }
            Settled::Unauthorized { .. } | Settled::Disconnecting { .. } => false,
        }
    }

    /// Whether the last sign-in failed here, at the database: the vault may have what it has brought.
    pub fn was_refused_by_database(&self) -> bool {
        matches!(self.settled(), Settled::Unauthorized { problem: Some(problem), .. }
            if problem.code == Code::StoreFailed)
    }

    /// The vault has these tokens, and whoever had newer ones in memory has ended: nothing is missing or unsaved any more.
    /// An answer that may be lost stays so. Where they are older, their facts count, and the number does not go back: newer
    /// ones may come back too, and a disconnect has to end them.
    pub fn find_tokens(&mut self, stored: &Grant) {
        let is_missed = self.misses_tokens();
        let known = match self.settled() {
            Settled::Authorized(grant) => grant,
            Settled::ReauthorizationRequired { grant, .. } if is_missed => grant,
            _ => return,
        };
        let refresh =
            if is_missed || known.is_unsaved() { known.once_found() } else { known.refresh.clone() };
        // What was in a process's memory alone may have been other tokens of the same number.
        let facts = if known.speaks_of(stored) && !known.is_unsaved() { known } else { stored };
        let mut found = Grant { refresh, ..facts.clone() };
        if stored.generation < known.generation {
            (found.generation, found.refresh_token_since) = (known.generation, known.refresh_token_since);
        }
        *self.settled_mut() = Settled::Authorized(found);
    }

    /// As it is once these tokens were seen in the vault: newer ones count, and those that it speaks of are found. Older ones
    /// whose refresh token is spent change nothing.
    #[must_use]
    pub fn with_seen(&self, stored: &Grant) -> Self {
        let mut state = self.clone();
        match state.grant() {
            known if known.is_none_or(|known| known.generation < stored.generation) => {
                state.refreshed(stored.clone());
            }
            Some(known) if !known.has_replaced(stored) => state.find_tokens(stored),
            _ => {}
        }
        state
    }

    /// The grant of this generation has ended for good: by the provider, or with the process that had its tokens. The record
    /// stays.
    pub fn end_grant(&mut self, generation: u64, problem: Problem, asked: Option<Asked>, now: Timestamp) {
        let settled = self.settled_mut();
        if let Settled::Authorized(grant) = settled
            && grant.generation == generation
        {
            let mut grant = grant.clone();
            if !grant.is_unsaved() {
                grant.refresh = RefreshState::Idle;
            }
            *settled = Settled::ReauthorizationRequired { since: now, problem, grant, asked };
        }
    }

    pub(crate) fn settled_mut(&mut self) -> &mut Settled {
        match self {
            Self::Settled(settled) | Self::Authorizing { prior: settled, .. } => settled,
        }
    }
}

impl RefreshState {
    /// Whether the refresh token may have been spent without an answer reaching us.
    pub fn answer_may_be_lost(&self) -> bool {
        match self {
            Self::Idle => false,
            Self::InFlight { .. } => true,
            Self::Failed(failure) => failure.answer_may_be_lost,
        }
    }
}

impl Failure {
    /// Until when the server wants to be left alone (`Retry-After`, RFC 9110 §10.2.3), where it has said so.
    pub fn wanted_at(&self) -> Option<Timestamp> {
        let span = SignedDuration::from_secs(self.problem.retry_after?.into());
        self.at.checked_add(span).ok()
    }

    /// One more failure after what the refresh was doing before. What a server has asked for stands until it says otherwise.
    pub fn after(before: &RefreshState, mut problem: Problem, now: Timestamp) -> Self {
        if let RefreshState::Failed(failure) = before
            && problem.http_status.is_none()
            // Unless the clock was set back since, by which that would last for as long.
            && failure.at.duration_since(now).as_secs() <= 60
        {
            let left = failure.wanted_at().map_or(0, |until| until.duration_since(now).as_secs());
            problem.retry_after = u32::try_from(left).ok().filter(|left| *left > 0).or(problem.retry_after);
        }
        let (since, attempt, tried_seconds) = match before {
            RefreshState::Failed(failure) => {
                let gap = now.duration_since(failure.at).as_secs();
                let tried = if (0..=LONGEST_GAP).contains(&gap) { gap } else { 0 };
                // Whose clock was ahead then would have them begin in days to come.
                let since = failure.since.unwrap_or(failure.at).min(now);
                (since, failure.attempt.saturating_add(1), failure.tried_seconds.saturating_add(tried))
            }
            RefreshState::Idle | RefreshState::InFlight { .. } => (now, 1, 0),
        };
        let answer_may_be_lost = before.answer_may_be_lost() || Verdict::of(&problem) == Verdict::Unknown;
        let since = Some(since);
        Self {
            at: now,
            since,
            attempt,
            tried_seconds,
            problem,
            answer_may_be_lost,
            asked: None,
            before: None,
        }
    }
}

impl Account {
    /// Whether both are one person's. What one client calls somebody says nothing to another, for a server may make up an id
    /// for each (OpenID Connect Core §8.1).
    pub fn is(&self, other: &Self, is_same_client: bool) -> bool {
        match (&self.id, &other.id) {
            (Some(id), Some(other)) if is_same_client => id == other,
            _ => self.label == other.label,
        }
    }
}

impl Grant {
    /// Remembers who was connected by the tokens before, where that was somebody else.
    pub fn replaces(&mut self, before: &Self) {
        let is_same_client = self.client_id == before.client_id;
        let others = |now: &Account| before.account.clone().filter(|before| !now.is(before, is_same_client));
        self.account_before = self.account.as_ref().and_then(others);
    }

    /// The accounts of this sign-in and of the one before, where they are two; by their ids too where one label is both's.
    pub fn accounts_now_and_before(&self) -> Option<(String, String)> {
        let (now, before) = (self.account.as_ref()?, self.account_before.as_ref()?);
        let told = |account: &Account| match &account.id {
            Some(id) if now.label == before.label => format!("{} ({id})", account.label),
            _ => account.label.clone(),
        };
        Some((told(now), told(before)))
    }

    /// For the record: that this sign-in has brought another account than the one before.
    pub fn account_change(&self) -> Option<String> {
        let (account, before) = self.accounts_now_and_before()?;
        Some(format!("signed in as “{account}”; before it was “{before}”"))
    }

    /// Whether it can be renewed without a person: what renews itself only before its end.
    pub fn can_be_renewed(&self, now: Timestamp) -> bool {
        self.refreshable && !(self.renews_itself && self.expired(now))
    }

    /// The tries that failed since the last one that succeeded.
    pub fn failure(&self) -> Option<&Failure> {
        match &self.refresh {
            RefreshState::Failed(failure) => Some(failure),
            RefreshState::Idle | RefreshState::InFlight { .. } => None,
        }
    }

    /// What is left of failures whose reason is gone: that an answer may have been lost.
    pub fn after_failures(&self) -> RefreshState {
        if self.refresh.answer_may_be_lost() { self.in_doubt() } else { RefreshState::Idle }
    }

    /// As `after_failures`, where the reason that is gone is the vault's: what had failed before has its own.
    fn once_found(&self) -> RefreshState {
        let answer_may_be_lost = self.refresh.answer_may_be_lost();
        match self.failure().and_then(|missing| missing.before.as_deref()) {
            Some(before) => RefreshState::Failed(Failure {
                answer_may_be_lost: before.answer_may_be_lost || answer_may_be_lost,
                ..before.clone()
            }),
            None => self.after_failures(),
        }
    }

    /// As after the death of whoever was refreshing.
    pub fn in_doubt(&self) -> RefreshState {
        RefreshState::InFlight { since: self.issued_at, generation: self.generation }
    }

    /// Whether the vault did not give out the tokens when it was read last, for whatever reason.
    pub fn is_out_of_reach(&self) -> bool {
        self.is_missing() || self.is_kept_back()
    }

    /// Whether it did not have them, or not whole.
    pub fn is_missing(&self) -> bool {
        let codes = [Code::VaultItemMissing, Code::VaultCorrupt];
        self.failure().is_some_and(|failure| codes.contains(&failure.problem.code))
    }

    /// Whether it has them, and was open: in another keyring, say, that stays locked.
    pub fn is_kept_back(&self) -> bool {
        let codes = [Code::VaultLocked, Code::VaultDenied, Code::VaultTimedOut];
        self.failure().is_some_and(|failure| codes.contains(&failure.problem.code))
    }

    /// Whether the tokens were in one process's memory only when the record was written.
    pub fn is_unsaved(&self) -> bool {
        self.failure().is_some_and(|failure| failure.problem.code == Code::Unsaved)
    }

    /// The last generation that had another refresh token.
    pub fn before_its_refresh_token(&self) -> u64 {
        self.refresh_token_since.unwrap_or(self.generation).saturating_sub(1)
    }

    /// Whether the provider gives a new refresh token at a refresh: as its file says (`refresh.rotates`), and where it does
    /// not, unless it has shown that it gives none.
    pub fn may_be_rotated(&self, rotates: Option<bool>) -> bool {
        self.refreshable && rotates.unwrap_or(self.refresh_token_since.is_none())
    }

    /// Whether these are the facts of that token set, also where the record counts it by a higher number.
    pub fn speaks_of(&self, stored: &Self) -> bool {
        self.issued_at == stored.issued_at
    }

    /// Whether the refresh token of an older token set is this one's too, so that it is not spent.
    pub fn has_refresh_token_of(&self, older: &Self) -> bool {
        self.refresh_token_since.is_some_and(|since| since <= older.generation)
    }

    /// Whether these are newer than that token set, and its refresh token may be spent.
    pub fn has_replaced(&self, older: &Self) -> bool {
        older.generation < self.generation && !self.has_refresh_token_of(older)
    }

    /// Whether the access token has ended. One without an end has not.
    pub fn expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    /// Whether its server has said that it no longer takes it.
    pub fn is_inactive(&self) -> bool {
        self.refused.as_ref().is_some_and(|refused| refused.by == RefusedBy::Server)
    }

    /// Whether the access token can be expected to work for so long.
    pub fn lives(&self, span: SignedDuration, now: Timestamp) -> bool {
        !self.is_inactive() && self.expires_at.is_none_or(|end| end.duration_since(now) >= span)
    }

    /// Whether this machine's clock was set back after the tokens came, by more than clocks are corrected by: an end that
    /// lies ahead may have passed.
    pub fn clock_was_set_back(&self, now: Timestamp) -> bool {
        self.expires_at.is_some() && self.issued_at.duration_since(now).as_secs() > 60
    }

    /// When to say "expires soon": `min(5 min, 25 % of the lifetime)` before the end.
    pub fn expires_soon_at(&self) -> Option<Timestamp> {
        let end = self.expires_at?;
        let lifetime = end.duration_since(self.issued_at).as_secs().max(0);
        end.checked_sub(jiff::SignedDuration::from_secs((lifetime / 4).min(300))).ok()
    }
}

/// Whether a failure comes from the client or its settings: a person can mend it.
pub fn is_about_settings(problem: &Problem) -> bool {
    Verdict::of(problem) == Verdict::Configuration
}

#[cfg(test)]
#[path = "lifecycle_tests.rs"]
pub(crate) mod tests;
