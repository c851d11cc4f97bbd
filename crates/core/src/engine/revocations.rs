//! What a provider is told of a disconnect. Where it cannot be told now, the tokens stay in the vault for that alone; it
//! is tried again, and they are deleted when they are revoked or when trying has no end in sight.

use jiff::Timestamp;

use super::{Engine, locked};
use crate::connection::{Connection, ConnectionId, LostSignIn};
use crate::event::{ActivityKind, Channel, NewActivity};
use crate::flows::revoke;
use crate::lifecycle::{Failure, Grant, RefreshState, Settled};
use crate::ports::Change;
use crate::problem::{Class, Code, Problem};
use crate::provider::ProviderSpec;
use crate::record::{SecretRecord, Tokens};
use crate::scheduler;
use crate::view::Revocation;
use crate::whole_grant::{self, Owner};

/// Why what could be told is not.
const ENDS_ALONG: &str = "it would end a sign-in that is in use too";

/// What came of telling the provider.
#[derive(Clone)]
pub(super) struct Told {
    /// Of all that it was told of.
    pub(super) revocation: Revocation,
    /// Why it did not revoke.
    pub(super) problem: Option<Problem>,
    /// Some tokens are kept, to be told of again.
    pub(super) again: Option<Failure>,
    /// Some of them were not told, because a sign-in in use would end along.
    is_left_alone: bool,
    /// The record has its line already.
    is_written: bool,
}

impl Engine {
    /// Tells the provider once more of what earlier disconnects left, and deletes what it was told of. Does nothing when
    /// they left nothing, or where a sign-in in use would end along, unless a person wants it.
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
        let mut connection = self.load(id)?;
        let mut record = self.read_secrets(&connection).await?;
        let is_there = set_aside(&connection, &mut record);
        if record.tokens.is_some() && connection.state.grant().is_none() {
            // Of a sign-in of which the database was not told: it would end along, and nobody would know.
            connection = self.agree(connection, &record, Channel::Engine)?;
        }
        let told = match connection.undeleted {
            Some(revocation) => Told::before(revocation),
            None if connection.unrevoked.is_none() && !is_there => return Ok(Told::nothing()),
            None => {
                // Where the file is in the way, telling says so.
                let spec = self.spec(&connection).ok().filter(|_| channel == Channel::Engine);
                let owners = connection.owners_left();
                let waits = spec.map(|spec| self.ends_along(&connection, &spec, &owners)).transpose()?;
                if waits == Some(true) {
                    let is_over = |failure: &&Failure| scheduler::given_up_at(failure) <= self.now();
                    let Some(failure) = connection.unrevoked.as_ref().filter(is_over) else {
                        // Whoever thought that it is due has not heard of that sign-in.
                        self.reload()?;
                        return Ok(Told::nothing());
                    };
                    record.unrevoked.clear();
                    Told::never(failure)
                } else if is_there {
                    self.intend(id)?;
                    self.tell_provider(&connection, &mut record, (&before(&connection), usize::MAX)).await
                } else {
                    self.could_not_tell(&connection, Code::VaultItemMissing.into())
                }
            }
        };
        drop(turn);
        self.let_go_of_unsaved(id, &told, &record);
        self.write_told(id, &told, channel)?;
        if is_there {
            record.forget_unused_key();
            self.write_secrets(&connection, &record).await?;
        }
        if !told.is_missing() {
            self.is_deleted(id, channel)?;
        }
        Ok(told)
    }

    /// Ends tokens of a sign-in that nobody will use: they must not live on at the provider, and the record says so where they
    /// do. Where a sign-in in use would end along, they are left to end by themselves.
    pub(super) async fn end_unused(
        &self,
        connection: &Connection,
        spec: &ProviderSpec,
        record: &SecretRecord,
        tokens: &Tokens,
    ) {
        let used = record.tokens.as_ref().filter(|used| used.share_one_with(tokens));
        if used.is_some_and(|used| used.are(tokens)) {
            return;
        }
        let elsewhere = self.used_elsewhere(connection, spec, [tokens]).await;
        let are_used = used.is_some() || elsewhere.iter().any(|used| used.share_one_with(tokens));
        // Where nobody can tell, they are left too.
        let known = self.ends_along(connection, spec, &[connection.owner_of(&tokens.grant)]);
        let ends_along = are_used || known.unwrap_or(spec.revoke.may_end_others());
        let (revocation, problem) = if ends_along {
            (Revocation::Unsupported, None)
        } else {
            let (ports, secret) = (self.ports_with(spec, record), record.client_secret.as_ref());
            revoke::revoke(&ports, connection, spec, tokens, secret).await
        };
        let kind = match revocation {
            Revocation::Revoked | Revocation::Nothing => return,
            Revocation::Unsupported => ActivityKind::RevocationUnsupported,
            Revocation::Failed => ActivityKind::RevocationFailed,
            Revocation::Unknown => ActivityKind::RevocationUnknown,
        };
        let code = problem.as_ref().map(|problem| problem.code);
        let along = ends_along.then(|| ENDS_ALONG.to_owned());
        let words = problem.and_then(|problem| problem.cause).or(along);
        let line = (kind, Channel::Engine, code, words);
        if let Err(problem) = self.update_line(&connection.id, line, |_, _| ()) {
            tracing::warn!(%problem, ?revocation, "tokens that nobody will use may live on");
        }
    }

    /// The tokens of other connections that may be the same ones, as far as the vault gives them out: a server that ends them
    /// one by one may have given them to this client and account twice. Where it ends all together, they end along anyway.
    async fn used_elsewhere<'a>(
        &self,
        connection: &Connection,
        spec: &ProviderSpec,
        tokens: impl IntoIterator<Item = &'a Tokens>,
    ) -> Vec<Tokens> {
        let owners: Vec<_> = tokens.into_iter().map(|tokens| connection.owner_of(&tokens.grant)).collect();
        let is_other = |other: &Connection| {
            let owner = other.state.grant().map(|grant| other.owner_of(grant));
            other.id != connection.id
                && other.provider == connection.provider
                && other.vars == connection.vars
                && owner.is_some_and(|owner| owners.iter().any(|one| one.may_be(&owner)))
        };
        let mut used = vec![];
        if owners.is_empty() || spec.revoke.may_end_others() || revoke::place(spec, connection).is_none() {
            return used;
        }
        let all = self.inner.ports.store.load_all().map(|all| all.connections).unwrap_or_default();
        for other in all.iter().filter(|other| is_other(other)) {
            match self.read_secrets(other).await {
                Ok(record) => used.extend(record.tokens),
                Err(problem) => {
                    tracing::warn!(%problem, connection = %other.id, "what it uses is not known");
                    if problem.code == Code::VaultTimedOut {
                        break;
                    }
                }
            }
        }
        used
    }

    /// Whether a sign-in in use, of any connection, would end along with tokens of one of these owners.
    fn ends_along(&self, of: &Connection, spec: &ProviderSpec, owners: &[Owner]) -> Result<bool, Problem> {
        let all = self.inner.ports.store.load_all()?.connections;
        let all: Vec<_> = all.iter().map(|connection| self.as_of_now(connection)).collect();
        Ok(whole_grant::ends_along(of, spec, owners, all.iter().map(AsRef::as_ref), &self.catalog()))
    }

    /// Tokens in memory that are to be revoked go as soon as the provider was told: were they kept until the vault takes a
    /// record, so would be the lock. Until then they are kept, for the vault has no more than those before.
    pub(super) fn let_go_of_unsaved(&self, id: &ConnectionId, told: &Told, record: &SecretRecord) {
        let mut unsaved = locked(&self.inner.unsaved);
        match unsaved.get_mut(id) {
            Some(kept) if told.again.is_some() || record.tokens.is_some() => kept.record = record.clone(),
            _ => _ = unsaved.remove(id),
        }
    }

    /// What came of it is written down before anything is deleted: afterwards nobody could find it out any more.
    pub(super) fn write_told(&self, id: &ConnectionId, told: &Told, channel: Channel) -> Result<(), Problem> {
        let now = self.now();
        self.update(id, |connection| {
            let activity = told.line(connection, now, channel).into_iter().collect();
            Some(Change { activity, ended: None })
        })?;
        Ok(())
    }

    /// What the provider was told of is no longer in the vault, and with that a disconnect is over.
    pub(super) fn is_deleted(&self, id: &ConnectionId, channel: Channel) -> Result<(), Problem> {
        let now = self.now();
        self.update(id, |connection| {
            let is_ending = matches!(connection.state.settled(), Settled::Disconnecting { .. });
            if connection.undeleted.take().is_none() && !is_ending {
                return None;
            }
            let line = is_ending.then(|| {
                connection.state.forget(now);
                connection.event(now, ActivityKind::Disconnected, channel, None, None)
            });
            Some(Change { activity: line.into_iter().collect(), ended: None })
        })?;
        Ok(())
    }

    /// That the provider may be told is written down before, as a refresh is: then a death in between is known afterwards.
    fn intend(&self, id: &ConnectionId) -> Result<(), Problem> {
        self.update(id, |connection| {
            connection.unrevoked.as_mut()?.answer_may_be_lost = true;
            Some(Change::default())
        })?;
        Ok(())
    }

    /// The vault does not have what it is to be told of: for three days that may be there again. Damage stays.
    pub(super) fn could_not_tell(&self, connection: &Connection, problem: Problem) -> Told {
        let failure = Failure::after(&before(connection), problem.clone(), self.now());
        let again = problem.code == Code::VaultItemMissing && !scheduler::is_chronic(&failure);
        let revocation = failed(&failure, again);
        let again = Some(failure).filter(|_| again);
        Told { revocation, problem: Some(problem), again, ..Told::nothing() }
    }

    /// Tells it of all tokens in `record.unrevoked`, and leaves there those that are worth another try. `tried`: what became of
    /// the first `earlier` of them so far.
    pub(super) async fn tell_provider(
        &self,
        connection: &Connection,
        record: &mut SecretRecord,
        (tried, earlier): (&RefreshState, usize),
    ) -> Told {
        let mut waiting = std::mem::take(&mut record.unrevoked);
        // What the provider has given out again, or a backup has brought back, is in use; it would end along.
        let used = record.tokens.as_ref();
        waiting.retain(|tokens| !used.is_some_and(|used| used.are(tokens)));
        let elsewhere = match self.spec(connection) {
            Ok(spec) => self.used_elsewhere(connection, &spec, &waiting).await,
            Err(_) => vec![],
        };
        let are_left = |tokens: &Tokens| {
            used.is_some_and(|used| used.are_with(tokens))
                || elsewhere.iter().any(|used| used.share_one_with(tokens))
        };
        let (left, waiting): (Vec<_>, Vec<_>) = waiting.into_iter().partition(are_left);
        let is_found = |lost: &LostSignIn| waiting.iter().any(|tokens| tokens.grant.authorized_at == lost.at);
        let lost_sign_in = connection.lost_sign_in.as_ref().filter(|lost| !is_found(lost));
        let newer_may_live = connection.lost_after.is_some_and(|after| are_followed(&waiting, after));
        let mut told = Told::nothing();
        if !waiting.is_empty() || !left.is_empty() {
            told.revocation = Revocation::Unsupported;
            told.is_left_alone = !left.is_empty();
        }
        for (place, tokens) in waiting.into_iter().enumerate() {
            let before = if place < earlier { tried } else { &RefreshState::Idle };
            let secret = record.client_secret.as_ref();
            let (mut revocation, problem) =
                match self.spec_of_tokens(connection, &tokens.grant, revoke::place) {
                    Ok(spec) => {
                        let ports = self.ports_with(&spec, &record.bound_with(&tokens));
                        revoke::revoke(&ports, connection, &spec, &tokens, secret).await
                    }
                    Err(problem) => (Revocation::Failed, Some(problem)),
                };
            if let Some(problem) = &problem {
                let mut failure = Failure::after(before, problem.clone(), self.now());
                failure.answer_may_be_lost |= revocation == Revocation::Unknown;
                // What waits is tried again as one.
                let others = told.again.as_ref().is_some_and(|others| others.answer_may_be_lost);
                let again = is_worth_another_try(&failure);
                revocation = failed(&failure, again);
                if again {
                    failure.answer_may_be_lost |= others;
                    record.unrevoked.push(tokens);
                    told.again = Some(failure);
                }
            }
            told.revocation = worse(told.revocation, revocation);
            told.problem = problem.or(told.problem);
        }
        let lost_sign_in = lost_sign_in.filter(|lost| {
            let is_over = lost.ends_at.is_some_and(|end| end <= self.now());
            // The next disconnect says it where another sign-in is in use.
            connection.state.grant().is_none() && !is_over
        });
        match lost_sign_in {
            Some(LostSignIn { at, .. }) => {
                let words = format!("tokens of the sign-in at {at:.0} were lost before they were saved");
                told.unconfirmed(Problem::new(Code::RefreshInterrupted).because(words))
            }
            None if newer_may_live => told.unconfirmed(Code::RefreshInterrupted.into()),
            None => told,
        }
    }
}

impl Told {
    /// There was nothing to tell.
    pub(super) fn nothing() -> Self {
        Self {
            revocation: Revocation::Nothing,
            problem: None,
            again: None,
            is_left_alone: false,
            is_written: false,
        }
    }

    /// It was told before, and the record says so.
    pub(super) fn before(revocation: Revocation) -> Self {
        Self { revocation, is_written: true, ..Self::nothing() }
    }

    /// It may have been told by a disconnect that was cut short.
    pub(super) fn perhaps() -> Self {
        Self { revocation: Revocation::Unknown, ..Self::nothing() }
    }

    /// Newer tokens were lost on their way, and nobody can tell the provider of those: that it takes the end of the ones before
    /// is no evidence, for it does so of a token that it does not know (RFC 7009 §2.2).
    fn unconfirmed(self, problem: Problem) -> Self {
        match self.revocation {
            Revocation::Revoked | Revocation::Nothing => {
                Self { revocation: Revocation::Unknown, problem: Some(problem), ..self }
            }
            _ => self,
        }
    }

    /// It could not be told for so long that it is given up.
    fn never(failure: &Failure) -> Self {
        let problem = Some(failure.problem.clone());
        Self { revocation: failed(failure, false), problem, ..Self::nothing() }
    }

    /// It is not told again.
    pub(super) fn given_up(self) -> Self {
        let last = self.again.as_ref().map(|failure| failed(failure, false));
        Self { revocation: last.unwrap_or(self.revocation), again: None, ..self }
    }

    /// The vault did not have what it is to be told of.
    fn is_missing(&self) -> bool {
        self.again.as_ref().is_some_and(is_missing)
    }

    /// Writes it into the connection; the line for the record, where there was something to tell.
    fn line(&self, connection: &mut Connection, now: Timestamp, channel: Channel) -> Option<NewActivity> {
        if self.is_written {
            return None;
        }
        let before = std::mem::replace(&mut connection.unrevoked, self.again.clone());
        let was_waiting = before.is_some();
        let code = self.problem.as_ref().map(|problem| problem.code);
        let was_told = self.again.is_none() && self.revocation != Revocation::Nothing;
        connection.undeleted = was_told.then_some(self.revocation);
        if self.again.is_none() {
            connection.unrevoked_of.clear();
            connection.lost_sign_in.take_if(|_| connection.state.grant().is_none());
        }
        let is_same = before.is_some_and(|before| Some(before.problem.code) == code);
        if is_same && self.again.is_some() && code.is_some_and(|code| code.class() != Class::Temporary) {
            // Once is enough, however often the vault or the file is read.
            return None;
        }
        let kind = match self.revocation {
            Revocation::Revoked => ActivityKind::Revoked,
            Revocation::Unsupported => ActivityKind::RevocationUnsupported,
            Revocation::Failed if was_waiting && self.again.is_none() => ActivityKind::RevocationGivenUp,
            Revocation::Failed => ActivityKind::RevocationFailed,
            Revocation::Unknown => ActivityKind::RevocationUnknown,
            Revocation::Nothing => return None,
        };
        let words = self.problem.as_ref().and_then(|problem| problem.cause.clone());
        let is_alone = self.is_left_alone && self.revocation == Revocation::Unsupported;
        let words = words.or_else(|| is_alone.then(|| ENDS_ALONG.to_owned()));
        Some(connection.event(now, kind, channel, code, words))
    }
}

/// Whether tokens were lost after the newest of these that is no newer than `after`, and have not been found since.
fn are_followed(all: &[Tokens], after: u64) -> bool {
    let (found, before): (Vec<&Grant>, Vec<&Grant>) =
        all.iter().map(|tokens| &tokens.grant).partition(|grant| grant.generation > after);
    let last = before.into_iter().max_by_key(|grant| grant.generation);
    last.is_some_and(|last| found.iter().all(|grant| grant.authorized_at != last.authorized_at))
}

/// What disconnects have left is told of, and used for nothing else; what the provider was told of already, is not kept.
/// Answers whether the vault has any of it.
pub(super) fn set_aside(connection: &Connection, record: &mut SecretRecord) -> bool {
    let generation = record.tokens.as_ref().map(|tokens| tokens.grant.generation);
    if generation.is_some_and(|generation| connection.state.has_ended(generation)) {
        record.set_tokens_aside();
    }
    let is_there = !record.unrevoked.is_empty();
    if connection.undeleted.is_some() {
        record.unrevoked.clear();
    }
    is_there
}

/// The tries so far.
pub(super) fn before(connection: &Connection) -> RefreshState {
    match (connection.state.settled(), &connection.unrevoked) {
        // It may have been told: by whoever was cut short, or thought that they were deleted then.
        (Settled::Disconnecting { since, ended }, _) | (Settled::Unauthorized { since, ended, .. }, None) => {
            RefreshState::InFlight { since: *since, generation: *ended }
        }
        (_, Some(failure)) => RefreshState::Failed(failure.clone()),
        (Settled::Authorized(_) | Settled::ReauthorizationRequired { .. }, None) => RefreshState::Idle,
    }
}

/// Of several token sets, what a person should know: one that failed, else one of which nobody knows, else one that was
/// revoked.
fn worse(one: Revocation, other: Revocation) -> Revocation {
    let order = [Revocation::Failed, Revocation::Unknown, Revocation::Revoked];
    order.into_iter().find(|revocation| [one, other].contains(revocation)).unwrap_or(one)
}

/// A server that ended them at a try whose answer was lost may refuse the next one: not all hold to RFC 7009 §2.2.
fn failed(failure: &Failure, again: bool) -> Revocation {
    if failure.answer_may_be_lost && !again { Revocation::Unknown } else { Revocation::Failed }
}

fn is_missing(failure: &Failure) -> bool {
    failure.problem.code == Code::VaultItemMissing
}

/// A refusal stays one, and after three days nobody answers any more. A provider's file that is in the way can be mended.
fn is_worth_another_try(failure: &Failure) -> bool {
    let code = failure.problem.code;
    let is_the_files = matches!(
        code,
        Code::ServerChanged | Code::UnknownProvider | Code::InvalidInput | Code::ValueNotAllowed
    );
    // Nothing was sent, or by the clock alone it was refused.
    let is_this_sides = matches!(code, Code::TlsFailed | Code::ClockWrong);
    (is_the_files || is_this_sides || code.class() == Class::Temporary) && !scheduler::is_chronic(failure)
}
