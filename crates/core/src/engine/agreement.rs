//! What the vault has, against what the record says: they may differ after a death between two writes, while another
//! process is at work, and where something else has a hand in the keychain.

use super::Engine;
use super::tokens::not_disconnecting;
use crate::connection::{ClientAuthentication, Connection, ConnectionId, GrantType};
use crate::event::{ActivityKind, Channel};
use crate::lifecycle::{Failure, Grant, RefreshState, Settled, is_about_settings};
use crate::ports::{Change, VaultState};
use crate::problem::{Code, Problem};
use crate::record::SecretRecord;

const SECRET_IS_THERE: &str =
    "the client's secret is kept with them; where they were deleted, disconnect first";

impl Engine {
    /// Reads the vault once more where it did not have what the record speaks of, or has more: under the connection's
    /// lock, so that nobody is between the two.
    ///
    /// # Errors
    /// `NotConnected`, `VaultItemMissing`, or a vault problem.
    pub(super) async fn look_again(
        &self,
        id: &ConnectionId,
        channel: Channel,
    ) -> Result<(Connection, SecretRecord), Problem> {
        let _lock = self.lock(id).await?;
        let connection = self.load(id)?;
        not_disconnecting(&connection)?;
        if self.is_unsaved(id) {
            // The vault has older ones, and is not asked.
            return Err(Code::Unsaved.into());
        }
        let record = self.read_known(&connection, channel).await?;
        Ok((self.agree(connection, &record, channel)?, record))
    }

    /// As `read_secrets`, under the connection's lock: where the tokens that the record speaks of are damaged, or a vault that is
    /// open does not give them out, it says so.
    pub(super) async fn read_known(
        &self,
        connection: &Connection,
        channel: Channel,
    ) -> Result<SecretRecord, Problem> {
        let read = self.read_secrets(connection).await;
        let (Err(problem), Some(known)) = (&read, connection.state.grant()) else { return read };
        match problem.code {
            Code::VaultCorrupt if !known.is_unsaved() => {
                self.are_missed(connection, known.generation, problem, channel)?;
            }
            // In an older keyring, say, that stays locked beside the one in use. What only a person can mend says more, and so
            // do tokens that are not saved.
            Code::VaultLocked | Code::VaultDenied | Code::VaultFailed | Code::VaultTimedOut
                if !known.is_unsaved()
                    && !known.failure().is_some_and(|failure| is_about_settings(&failure.problem))
                    && self.vault_status().await.state == VaultState::Ready =>
            {
                let code = if problem.code == Code::VaultFailed { Code::VaultDenied } else { problem.code };
                let kept_back = Problem { code, ..problem.clone() };
                self.are_missed(connection, known.generation, &kept_back, channel)?;
            }
            _ => {}
        }
        read
    }

    /// Holds what the vault has against what the record says, and writes down what differs: newer tokens are adopted,
    /// tokens that are not there are missed, and those that are there again are found.
    pub(super) fn agree(
        &self,
        connection: Connection,
        record: &SecretRecord,
        channel: Channel,
    ) -> Result<Connection, Problem> {
        let id = &connection.id;
        let stored = record.tokens.as_ref().map(|tokens| &tokens.grant);
        match (stored, connection.state.grant()) {
            (None, None) => Err(Code::NotConnected.into()),
            // They were away when a person ended them.
            (Some(stored), None) if connection.state.has_ended(stored.generation) => {
                self.has_come_back(&connection)?;
                Err(Code::NotConnected.into())
            }
            // Another process has renewed them, or ended between the vault's write and the database's.
            (Some(stored), known) if known.is_none_or(|known| known.generation < stored.generation) => self
                .update(id, |connection| {
                    let waited =
                        connection.state.attempt().is_some() || connection.state.was_refused_by_database();
                    connection.state.refreshed(stored.clone());
                    let is_answer = waited && connection.state.attempt().is_none();
                    let (kind, words) = (ActivityKind::Connected, stored.account_change());
                    let line = is_answer.then(|| connection.event(self.now(), kind, channel, None, words));
                    Some(Change { activity: line.into_iter().collect(), ended: None })
                }),
            (Some(stored), Some(known))
                if !known.has_replaced(stored)
                    || connection.registration.grant_type == GrantType::ClientCredentials =>
            {
                let mut found = connection.state.clone();
                found.find_tokens(stored);
                if found == connection.state {
                    return Ok(connection);
                }
                self.update(id, |connection| {
                    connection.state.find_tokens(stored);
                    Some(Change::default())
                })
            }
            (None, Some(known)) if known.is_unsaved() => Err(Code::VaultItemMissing.into()),
            (_, Some(known)) => Err(self.not_there(&connection, known, channel)?),
            (Some(_), None) => Err(Code::Internal.into()),
        }
    }

    /// Tokens that a disconnect has ended are in the vault all the same: they are to be revoked and deleted.
    pub(super) fn has_come_back(&self, connection: &Connection) -> Result<(), Problem> {
        let now = self.now();
        self.update(&connection.id, |connection| {
            if connection.unrevoked.is_some() || connection.undeleted.is_some() {
                return None;
            }
            let missing = Failure::after(&RefreshState::Idle, Code::VaultItemMissing.into(), now);
            // The provider may have been told, before they were thought to be deleted.
            connection.unrevoked = Some(Failure { answer_may_be_lost: true, ..missing });
            Some(Change::default())
        })?;
        Ok(())
    }

    /// The secrets that a sign-in needs. One brings new tokens, so those before may be missing; a client that proves
    /// itself cannot do without, and has had a secret if it ever had tokens.
    ///
    /// # Errors
    /// `VaultItemMissing`, or a vault problem.
    pub(super) async fn secrets_to_sign_in(&self, connection: &Connection) -> Result<SecretRecord, Problem> {
        let record = self.read_secrets(connection).await?;
        if lacks_its_secret(connection, &record) {
            return Err(Problem::new(Code::VaultItemMissing).because(SECRET_IS_THERE));
        }
        Ok(record)
    }

    /// The vault has no tokens, or older ones, whose refresh token is spent: to send that again could end more than this
    /// grant.
    fn not_there(
        &self,
        connection: &Connection,
        known: &Grant,
        channel: Channel,
    ) -> Result<Problem, Problem> {
        if let Settled::ReauthorizationRequired { problem, .. } = connection.state.settled() {
            return Ok(problem.clone());
        }
        let generation = known.generation;
        if !known.is_unsaved() {
            let problem = Problem::new(Code::VaultItemMissing);
            self.are_missed(connection, generation, &problem, channel)?;
            return Ok(problem);
        }
        // Whoever had them in its memory would still hold the lock: they ended with it.
        let problem = Problem::new(Code::RefreshInterrupted);
        self.update_with(
            &connection.id,
            ActivityKind::RefreshFailed,
            channel,
            Some(&problem),
            |connection, now| {
                connection.state.end_grant(generation, problem.clone(), None, now);
            },
        )?;
        Ok(problem)
    }

    /// The vault does not have the tokens of this generation, or not whole. Has a line when that is news.
    fn are_missed(
        &self,
        connection: &Connection,
        generation: u64,
        problem: &Problem,
        channel: Channel,
    ) -> Result<(), Problem> {
        let now = self.now();
        self.update(&connection.id, |connection| {
            let is_news = connection.state.miss_tokens(generation, problem.clone(), now);
            let kind = ActivityKind::RefreshFailed;
            let words = problem.cause.clone();
            let line = is_news.then(|| connection.event(now, kind, channel, Some(problem.code), words));
            Some(Change { activity: line.into_iter().collect(), ended: None })
        })?;
        Ok(())
    }
}

/// Whether the client has a secret that was not read: without one there never were tokens.
pub(super) fn lacks_its_secret(connection: &Connection, record: &SecretRecord) -> bool {
    let is_public = connection.registration.authentication == ClientAuthentication::None;
    !is_public && record.client_secret.is_none() && connection.state.generation() > 0
}

/// Whether the record speaks of tokens that were not read, or of an answer that may have brought some. They may be there
/// again. Under the connection's lock: nobody is at work on that answer any more.
pub(super) fn is_away(connection: &Connection, record: &SecretRecord) -> bool {
    let stored = record.tokens.as_ref().map(|tokens| &tokens.grant);
    // What speaks for itself spends nothing.
    let is_its_own = connection.registration.grant_type == GrantType::ClientCredentials;
    let is_missing = |known: &Grant| {
        let is_spent = |stored: &Grant| known.has_replaced(stored) && !known.is_unsaved() && !is_its_own;
        stored.is_none_or(is_spent)
    };
    let are_missing = connection.state.grant().is_some_and(is_missing);
    let was_answered = connection.state.attempt().is_some_and(|attempt| attempt.exchanging_since.is_some());
    are_missing
        || connection.unrevoked.is_some() && record.unrevoked.is_empty()
        || was_answered && record.is_empty()
}

/// For whoever would write something less in the place of what is away. What was away at a disconnect already, nobody
/// waits for.
///
/// # Errors
/// `VaultItemMissing`.
pub(super) fn nothing_is_away(connection: &Connection, record: &SecretRecord) -> Result<(), Problem> {
    let unrevoked = connection.unrevoked.as_ref();
    let was_away = unrevoked.is_some_and(|failure| failure.problem.code == Code::VaultItemMissing);
    let is_over = connection.state.grant().is_none() && was_away;
    if is_away(connection, record) && !is_over {
        return Err(Problem::new(Code::VaultItemMissing).because(SECRET_IS_THERE));
    }
    Ok(())
}
