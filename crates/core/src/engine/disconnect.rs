//! Disconnecting: the provider is asked to revoke, the tokens are deleted here, and both are written down.

use super::agreement::is_away;
use super::revocations::{Told, before, set_aside};
use super::{Engine, Flying};
use crate::connection::{Connection, ConnectionId};
use crate::event::{ActivityKind, Channel, NewActivity};
use crate::lifecycle::{ConnectionState, Grant, Settled};
use crate::ports::{AttemptEnd, Change, VaultItem};
use crate::problem::{Code, Problem};
use crate::record::SecretRecord;
use crate::view::{DisconnectView, Revocation};

/// Token sets that were saved while the database took nothing: what the vault does not show can be so much newer.
const UNSEEN: u64 = 16;

impl Engine {
    /// Revokes at the provider, deletes the tokens regardless; `forget` deletes the connection too.
    ///
    /// # Errors
    /// A vault or store problem. Where nothing was changed yet, everything is as before; later the connection says that
    /// its disconnect was cut short, and the next one finishes it. What the provider did is part of the answer, not an
    /// error.
    pub async fn disconnect(
        &self,
        id: &ConnectionId,
        forget: bool,
        channel: Channel,
    ) -> Result<DisconnectView, Problem> {
        let _flight = self.flight(id, Flying::Disconnect).await;
        let lock = self.lock(id).await?;
        let connection = match self.load(id) {
            Err(problem) if forget && problem.code == Code::RecordUnreadable => {
                return self.forget_unreadable(id, problem, channel).await;
            }
            other => other?,
        };
        let (mut record, unread) = match self.read_secrets(&connection).await {
            // Damaged secrets must not keep a person from removing them.
            Err(problem) if problem.code == Code::VaultCorrupt => (SecretRecord::default(), Some(problem)),
            Ok(record) if is_away(&connection, &record) => (record, Some(Code::VaultItemMissing.into())),
            other => (other?, None),
        };
        // What was not there stays as it is: once it is back, it is revoked.
        let was_there =
            !record.is_empty() || unread.as_ref().is_some_and(|problem| problem.code == Code::VaultCorrupt);
        // What is not there may come up late, also where no record speaks of it: of a sign-in that was cut short.
        let unseen = connection.state.generation().saturating_add(UNSEEN);
        let is_over = matches!(connection.state, ConnectionState::Settled(Settled::Unauthorized { .. }));
        if record.tokens.is_none() && is_over && connection.lost_sign_in.is_none() && !forget {
            self.update(id, |connection| {
                connection.state.ends_at_least(unseen);
                Some(Change::default())
            })?;
            drop(lock);
            let told = self.revoke_again(id, channel, ()).await?;
            return Ok(self.disconnected(&connection, &told, forget));
        }
        let was_begun = matches!(connection.state.settled(), Settled::Disconnecting { .. });
        let seen = record.tokens.as_ref().map(|tokens| tokens.grant.generation);
        let known = seen.filter(|_| !connection.state.may_be_followed());
        let newest = known.unwrap_or_else(|| unseen.max(seen.unwrap_or_default()));
        // Before anything is revoked or deleted, so that whatever ends in between, nobody speaks of tokens that are gone.
        let now = self.now();
        let stored = record.tokens.as_ref().map(|tokens| &tokens.grant);
        // What is in memory alone is lost if this process ends before the provider is told of it.
        let unsaved = stored.filter(|_| self.is_unsaved(id)).map(Grant::before_its_refresh_token);
        let rotates = self.rotates(&connection);
        let begun = self.update(id, |connection| {
            let lost_after = connection.state.lost_tokens_after(stored, rotates).max(unsaved);
            connection.lost_after = connection.lost_after.max(lost_after);
            connection.unrevoked_of = connection.owners_left();
            let owner = stored.or(connection.state.grant()).map(|grant| connection.owner_of(grant));
            connection.unrevoked_of.extend(owner.filter(|owner| !connection.unrevoked_of.contains(owner)));
            // What was told before was of others.
            connection.undeleted.take_if(|_| connection.state.grant().is_some());
            connection.abandon_attempt();
            let ended = connection.state.begin_disconnect(newest, now);
            Some(Change { activity: vec![], ended: ended.map(|digest| (digest, AttemptEnd::Cancelled)) })
        })?;
        // With what earlier disconnects left, also one that was cut short.
        set_aside(&connection, &mut record);
        let is_first = connection.state.grant().is_some();
        let earlier = if is_first { record.unrevoked.len() } else { usize::MAX };
        record.set_tokens_aside();
        let told = match (unread, connection.undeleted) {
            (Some(problem), _) if record.unrevoked.is_empty() => self.could_not_tell(&connection, problem),
            (None, Some(revocation)) if record.unrevoked.is_empty() => Told::before(revocation),
            (None, None) if record.unrevoked.is_empty() && was_begun => Told::perhaps(),
            _ => self.tell_provider(&begun, &mut record, (&before(&connection), earlier)).await,
        };
        let told = if forget { told.given_up() } else { told };
        self.let_go_of_unsaved(id, &told, &record);
        self.write_told(id, &told, channel)?;
        if forget {
            self.delete_secrets(&connection).await?;
        } else {
            self.forget_attempt(&connection).await;
            if was_there {
                record.forget_unused_key();
                self.write_secrets(&connection, &record).await?;
            }
        }
        self.is_deleted(id, channel)?;
        if forget {
            self.remove(id, &connection.name, None, channel)?;
        }
        Ok(self.disconnected(&connection, &told, forget))
    }

    fn disconnected(&self, connection: &Connection, told: &Told, forgotten: bool) -> DisconnectView {
        DisconnectView {
            connection: connection.id.clone(),
            revocation: told.revocation,
            problem: told.problem.as_ref().map(Into::into),
            user_revoke_url: self.spec(connection).ok().and_then(|spec| spec.links.user_revoke),
            tried_again: told.again.is_some(),
            forgotten,
        }
    }

    /// A damaged record says neither the provider nor where it revokes, so the tokens, if there are any, may live on
    /// there. The vault's item goes first: a row without it claims nothing.
    async fn forget_unreadable(
        &self,
        id: &ConnectionId,
        problem: Problem,
        channel: Channel,
    ) -> Result<DisconnectView, Problem> {
        let (_, name) = self.identify(&id.0)?;
        let item = VaultItem { id: id.clone(), label: format!("Tokenrack: {name}") };
        let vault = &self.inner.ports.vault;
        let stored = vault.read(&item).await?;
        let record = stored.map(|bytes| SecretRecord::decode(&bytes)).transpose();
        let revocation = match record {
            Ok(None) => Revocation::Nothing,
            Ok(Some(record)) if record.tokens.is_none() && record.unrevoked.is_empty() => Revocation::Nothing,
            // Damaged there too: it may have held tokens.
            Ok(Some(_)) | Err(_) => Revocation::Failed,
        };
        vault.delete(&VaultItem::of_attempt(&item.id, &item.label)).await?;
        vault.delete(&item).await?;
        let problem = Some(problem).filter(|_| revocation == Revocation::Failed);
        self.remove(id, &name, problem.as_ref(), channel)?;
        Ok(DisconnectView {
            connection: id.clone(),
            revocation,
            problem: problem.as_ref().map(Into::into),
            user_revoke_url: None,
            tried_again: false,
            forgotten: true,
        })
    }

    fn remove(
        &self,
        id: &ConnectionId,
        name: &str,
        problem: Option<&Problem>,
        channel: Channel,
    ) -> Result<(), Problem> {
        let line = NewActivity {
            at: self.now(),
            connection: Some(id.clone()),
            connection_name: name.to_owned(),
            kind: ActivityKind::Forgotten,
            channel,
            code: problem.map(|problem| problem.code),
            detail: problem.and_then(|problem| problem.cause.clone()),
        };
        let revision = self.inner.ports.store.remove(id, line)?;
        self.show_removed(revision, id);
        Ok(())
    }
}
