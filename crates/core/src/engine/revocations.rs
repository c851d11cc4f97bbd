//! Tokens of a disconnect that the provider could not be told of: kept in the vault for that alone, tried again, and
//! deleted when they are revoked or when trying has no end in sight.

use super::Engine;
use crate::connection::{Connection, ConnectionId};
use crate::event::{ActivityKind, Channel};
use crate::flows::revoke;
use crate::lifecycle::{Failure, RefreshState};
use crate::ports::Change;
use crate::problem::{Class, Problem};
use crate::provider::ProviderSpec;
use crate::record::{SecretRecord, Tokens};
use crate::scheduler;
use crate::view::Revocation;

/// Disconnects of one connection that can wait at once; more than these have failed all alike.
const MOST: usize = 8;

impl Engine {
    /// Asks once more for what earlier disconnects left. Does nothing when they left nothing.
    ///
    /// # Errors
    /// A vault or store problem; what the provider did is part of the answer.
    pub(super) async fn revoke_again(
        &self,
        id: &ConnectionId,
        channel: Channel,
        turn: impl Send,
    ) -> Result<(Revocation, Option<Problem>), Problem> {
        let _lock = self.lock(id).await?;
        let connection = self.load(id)?;
        let mut record = self.read_secrets(&connection).await?;
        if connection.unrevoked.is_none() && record.unrevoked.is_empty() {
            return Ok((Revocation::Nothing, None));
        }
        let spec = self.spec_of_tokens(&connection)?;
        let (left, problem) = self.ask_to_revoke(&connection, &spec, &record).await;
        drop(turn);
        let before = connection.unrevoked.clone().map_or(RefreshState::Idle, RefreshState::Failed);
        let failure = problem.as_ref().map(|problem| Failure::after(&before, problem.clone(), self.now()));
        let failure = failure.filter(is_worth_another_try);
        // Those that were refused for good are not kept with the others.
        let failure = failure.filter(|_| !left.is_empty());
        record.unrevoked = if failure.is_some() { left } else { Vec::new() };
        record.forget_unused_key();
        self.write_secrets(&connection, &record).await?;
        let revocation = if problem.is_some() { Revocation::Failed } else { Revocation::Revoked };
        self.record_revocation(id, revocation, problem.as_ref(), failure, channel)?;
        Ok((revocation, problem))
    }

    /// What another try may still revoke after asking for each, and why; without any left, why one was refused.
    pub(super) async fn ask_to_revoke(
        &self,
        connection: &Connection,
        spec: &ProviderSpec,
        record: &SecretRecord,
    ) -> (Vec<Tokens>, Option<Problem>) {
        let ports = self.ports_with(spec, record);
        let (mut left, mut away, mut refused) = (Vec::new(), None, None);
        for tokens in &record.unrevoked {
            let secret = record.client_secret.as_ref();
            match revoke::revoke(&ports, connection, spec, tokens, secret).await.1 {
                None => {}
                Some(problem) if problem.code.class() == Class::Temporary => {
                    left.push(tokens.clone());
                    away = Some(problem);
                }
                Some(problem) => refused = Some(problem),
            }
        }
        (left, away.or(refused))
    }

    fn record_revocation(
        &self,
        id: &ConnectionId,
        revocation: Revocation,
        problem: Option<&Problem>,
        failure: Option<Failure>,
        channel: Channel,
    ) -> Result<(), Problem> {
        let now = self.now();
        self.update(id, |connection| {
            let given_up = problem.filter(|_| failure.is_none());
            connection.unrevoked = failure.clone();
            let kind = match (revocation, given_up) {
                (Revocation::Failed, None) => ActivityKind::RevocationFailed,
                (Revocation::Failed, Some(_)) => ActivityKind::RevocationGivenUp,
                _ => ActivityKind::Revoked,
            };
            let code = problem.map(|problem| problem.code);
            let words = problem.and_then(|problem| problem.cause.clone());
            Some(Change { activity: vec![connection.event(now, kind, channel, code, words)], ended: None })
        })?;
        Ok(())
    }
}

/// Puts tokens aside that a disconnect could not revoke; answers whether they are kept.
pub(super) fn put_aside(record: &mut SecretRecord, tokens: Tokens, failure: &Failure) -> bool {
    let keep = is_worth_another_try(failure) && record.unrevoked.len() < MOST;
    if keep {
        record.unrevoked.push(tokens);
    }
    keep
}

/// A refusal stays one, and after three days nobody answers any more.
fn is_worth_another_try(failure: &Failure) -> bool {
    failure.problem.code.class() == Class::Temporary && !scheduler::is_chronic(failure)
}
