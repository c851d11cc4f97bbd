//! What a provider is told of a disconnect. Where it cannot be told now, the tokens stay in the vault for that alone; it
//! is tried again, and they are deleted when they are revoked or when trying has no end in sight.

use jiff::Timestamp;

use super::Engine;
use crate::connection::{Connection, ConnectionId};
use crate::event::{ActivityKind, Channel, NewActivity};
use crate::flows::revoke;
use crate::lifecycle::{Failure, RefreshState};
use crate::ports::Change;
use crate::problem::{Class, Code, Problem};
use crate::record::SecretRecord;
use crate::scheduler;
use crate::view::Revocation;

/// Token sets of one connection that can wait at once; more than these have failed all alike.
const MOST: usize = 8;

/// What came of telling the provider.
#[derive(Clone)]
pub(super) struct Told {
    /// Of all that it was told of.
    pub(super) revocation: Revocation,
    /// Why it did not revoke.
    pub(super) problem: Option<Problem>,
    /// Some tokens are kept, to be told of again.
    pub(super) again: Option<Failure>,
}

impl Engine {
    /// Tells the provider once more of what earlier disconnects left. Does nothing when they left nothing.
    ///
    /// # Errors
    /// A vault or store problem; what the provider did is part of the answer.
    pub(super) async fn revoke_again(
        &self,
        id: &ConnectionId,
        channel: Channel,
        turn: impl Send,
    ) -> Result<Told, Problem> {
        let _lock = self.lock(id).await?;
        let connection = self.load(id)?;
        let mut record = self.read_secrets(&connection).await?;
        // Where the file is in the way, a person can mend it: nothing is given up for that.
        self.spec_of_tokens(&connection)?;
        let told = if connection.unrevoked.is_some() && record.unrevoked.is_empty() {
            self.could_not_tell(&connection, Code::VaultItemMissing.into())
        } else {
            let told = self.tell_provider(&connection, &mut record, &before(&connection)).await;
            if told.revocation != Revocation::Nothing {
                self.write_secrets(&connection, &record).await?;
            }
            told
        };
        drop(turn);
        let now = self.now();
        self.update(id, |connection| {
            let activity = told.line(connection, now, channel).into_iter().collect();
            Some(Change { activity, ended: None })
        })?;
        Ok(told)
    }

    /// The vault does not have what it is to be told of. What is kept there for that alone may be there again.
    pub(super) fn could_not_tell(&self, connection: &Connection, problem: Problem) -> Told {
        let again = connection.unrevoked.is_some().then(|| {
            let again = Failure::after(&before(connection), problem.clone(), self.now());
            Some(again).filter(|failure| !scheduler::is_chronic(failure))
        });
        Told { revocation: Revocation::Failed, problem: Some(problem), again: again.flatten() }
    }

    /// Tells it of all tokens in `record.unrevoked`, and leaves there those that are worth another try after the tries
    /// `before`.
    pub(super) async fn tell_provider(
        &self,
        connection: &Connection,
        record: &mut SecretRecord,
        before: &RefreshState,
    ) -> Told {
        let waiting = std::mem::take(&mut record.unrevoked);
        if waiting.is_empty() {
            return Told { revocation: Revocation::Nothing, problem: None, again: None };
        }
        let spec = match self.spec_of_tokens(connection) {
            Ok(spec) => spec,
            Err(problem) => {
                record.forget_unused_key();
                return Told { revocation: Revocation::Failed, problem: Some(problem), again: None };
            }
        };
        let ports = self.ports_with(&spec, record);
        let mut told = Told { revocation: Revocation::Unsupported, problem: None, again: None };
        for tokens in waiting {
            let secret = record.client_secret.as_ref();
            let (revocation, problem) = revoke::revoke(&ports, connection, &spec, &tokens, secret).await;
            let failure = problem.clone().map(|problem| Failure::after(before, problem, self.now()));
            let again = failure.filter(is_worth_another_try);
            if again.is_some() && record.unrevoked.len() < MOST {
                record.unrevoked.push(tokens);
                told.again = again;
            }
            told.revocation = worse(told.revocation, revocation);
            told.problem = problem.or(told.problem);
        }
        record.forget_unused_key();
        told
    }
}

impl Told {
    /// Writes it into the connection; the line for the record, where there was something to tell.
    pub(super) fn line(
        &self,
        connection: &mut Connection,
        now: Timestamp,
        channel: Channel,
    ) -> Option<NewActivity> {
        let before = std::mem::replace(&mut connection.unrevoked, self.again.clone());
        let was_waiting = before.is_some();
        let is_missing = |failure: &Failure| failure.problem.code == Code::VaultItemMissing;
        if before.as_ref().is_some_and(is_missing) && self.again.as_ref().is_some_and(is_missing) {
            // Once is enough, however often it is read.
            return None;
        }
        let kind = match self.revocation {
            Revocation::Revoked => ActivityKind::Revoked,
            Revocation::Unsupported => ActivityKind::RevocationUnsupported,
            Revocation::Failed if was_waiting && self.again.is_none() => ActivityKind::RevocationGivenUp,
            Revocation::Failed => ActivityKind::RevocationFailed,
            Revocation::Nothing => return None,
        };
        let code = self.problem.as_ref().map(|problem| problem.code);
        let words = self.problem.as_ref().and_then(|problem| problem.cause.clone());
        Some(connection.event(now, kind, channel, code, words))
    }
}

/// The tries so far.
fn before(connection: &Connection) -> RefreshState {
    connection.unrevoked.clone().map_or(RefreshState::Idle, RefreshState::Failed)
}

/// Of several token sets, what a person should know: one that failed, else one that was revoked.
fn worse(one: Revocation, other: Revocation) -> Revocation {
    match (one, other) {
        (Revocation::Failed, _) | (_, Revocation::Failed) => Revocation::Failed,
        (Revocation::Revoked, _) | (_, Revocation::Revoked) => Revocation::Revoked,
        (one, _) => one,
    }
}

/// A refusal stays one, and after three days nobody answers any more.
fn is_worth_another_try(failure: &Failure) -> bool {
    failure.problem.code.class() == Class::Temporary && !scheduler::is_chronic(failure)
}
