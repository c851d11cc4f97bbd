//! What a person has decided on is taken, each thing whole or not at all.

use jiff::Timestamp;

use super::looking::is_newer;
use crate::bundle::{Bundle, Incoming, Thing};
use crate::connection::{Connection, ConnectionId, ProviderRef};
use crate::engine::draft::Author;
use crate::engine::revocations::set_aside;
use crate::engine::{Engine, locked};
use crate::event::{ActivityKind, Channel};
use crate::lifecycle::{ConnectionState, Grant, Settled};
use crate::ports::ProviderFolder;
use crate::problem::{Code, Problem};
use crate::provider::{ProviderId, ProviderSpec};
use crate::record::{SecretRecord, Tokens};
use crate::view::{BundleKind, Choice, Decision, Settings, Taken, TakenView, ThingKind};

const THEY_ARE_AWAY: &str = "the keychain does not have the tokens here just now; where they are lost, restore with --older-tokens at a terminal";

/// How things are taken.
#[derive(Clone, Copy)]
pub struct Taking<'a> {
    /// Tokens of a backup take the place of newer ones too.
    pub older_tokens: bool,
    /// Where provider files of a backup go.
    pub folder: &'a dyn ProviderFolder,
    /// Who asks.
    pub channel: Channel,
}

/// What came of one thing that was taken.
struct Done {
    outcome: Taken,
    name: String,
    connection: Option<ConnectionId>,
    needs_secret: bool,
    kept_tokens: bool,
}

impl Done {
    fn new(outcome: Taken, name: &str) -> Self {
        Self { outcome, name: name.to_owned(), connection: None, needs_secret: false, kept_tokens: false }
    }
}

impl Engine {
    /// Takes what was decided on from the file that was opened last, and lets go of it. Provider files and settings of a
    /// backup take effect when the face reads them again.
    ///
    /// # Errors
    /// `InvalidInput` when no file is open. What becomes of a thing is part of the answer, not an error.
    pub async fn take_from_bundle(
        &self,
        decisions: &[Decision],
        taking: Taking<'_>,
    ) -> Result<Vec<TakenView>, Problem> {
        let opened = locked(&self.inner.opened).take();
        let (bundle, view) = opened
            .ok_or_else(|| Problem::new(Code::InvalidInput).because("no file is open; choose it again"))?;
        let mut all = Vec::new();
        for (place, thing) in bundle.things.iter().enumerate() {
            let decision = decisions.iter().find(|decision| decision.thing == place);
            let (kind, name) = match thing {
                Thing::Connection(incoming) => (ThingKind::Connection, incoming.shared.name.as_str()),
                Thing::Provider(id, _) => (ThingKind::Provider, id.0.as_str()),
                Thing::Settings(_) => (ThingKind::Settings, ""),
            };
            let done = match decision.filter(|decision| decision.choice != Choice::Skip) {
                None => Ok(Done::new(Taken::Skipped, name)),
                // What the person was shown is what can be decided.
                Some(decision) if !view.things[place].choices.contains(&decision.choice) => {
                    Err(Problem::new(Code::InvalidInput).because("this was not among the choices"))
                }
                Some(decision) => self.take(&bundle, thing, decision, taking).await,
            };
            let (done, problem) = match done {
                Ok(done) => (done, None),
                Err(problem) => (Done::new(Taken::Failed, name), Some((&problem).into())),
            };
            all.push(TakenView {
                thing: place,
                kind,
                name: done.name,
                outcome: done.outcome,
                connection: done.connection,
                needs_secret: done.needs_secret,
                kept_tokens: done.kept_tokens,
                problem,
            });
        }
        Ok(all)
    }

    async fn take(
        &self,
        bundle: &Bundle,
        thing: &Thing,
        decision: &Decision,
        taking: Taking<'_>,
    ) -> Result<Done, Problem> {
        match thing {
            Thing::Connection(incoming) => self.take_connection(bundle, incoming, decision, taking).await,
            Thing::Provider(id, text) => self.take_provider(id, text, decision, taking),
            Thing::Settings(settings) => {
                let used = self.settings()?.used;
                self.set_settings(&Settings { used, ..settings.clone() })?;
                Ok(Done::new(Taken::Replaced, ""))
            }
        }
    }

    fn take_provider(
        &self,
        id: &ProviderId,
        text: &str,
        decision: &Decision,
        taking: Taking<'_>,
    ) -> Result<Done, Problem> {
        let catalog = self.catalog();
        let before = catalog.own_text(id).filter(|_| decision.choice == Choice::Replace);
        taking.folder.save(id, text, before)?;
        let outcome = if before.is_some() { Taken::Replaced } else { Taken::Added };
        Ok(Done::new(outcome, &id.0))
    }

    async fn take_connection(
        &self,
        bundle: &Bundle,
        incoming: &Incoming,
        decision: &Decision,
        taking: Taking<'_>,
    ) -> Result<Done, Problem> {
        let (provider, spec) = incoming.provider.as_ref().map_err(Problem::clone)?;
        let name = match decision.choice {
            Choice::Rename => decision.name.as_deref().map(str::trim).filter(|name| !name.is_empty()),
            _ => None,
        };
        let name = name.unwrap_or(&incoming.shared.name);
        let kind = match bundle.kind {
            BundleKind::Connections => ActivityKind::Imported,
            BundleKind::Backup => ActivityKind::Restored,
        };
        let author = Author::File(kind, &bundle.file);
        if decision.choice != Choice::Replace {
            let connection = match &incoming.whole {
                Some((record, secrets)) => self.restore_new(record, secrets, name, author, taking).await?,
                None => {
                    let draft = incoming.shared.draft(self.call(provider, spec), name.to_owned());
                    self.add_by(author, &draft, None, taking.channel).await?.id
                }
            };
            let needs_secret = incoming.needs_secret();
            return Ok(Done { connection: Some(connection), needs_secret, ..Done::new(Taken::Added, name) });
        }
        let here = self.here()?;
        let known = here.matching(incoming, provider).map(|known| known.id.clone());
        let id = known.ok_or_else(|| Problem::new(Code::NoSuchConnection).because(name))?;
        let restored = match &incoming.whole {
            Some((record, secrets)) => self.restore_over(&id, record, secrets, author, taking).await?,
            None => false,
        };
        let (mut needs_secret, mut kept_tokens) = (false, false);
        if !restored {
            kept_tokens = incoming.tokens().is_some();
            needs_secret = self.settings_over(&id, incoming, author, taking).await?;
        }
        Ok(Done { connection: Some(id), needs_secret, kept_tokens, ..Done::new(Taken::Replaced, name) })
    }

    /// What a draft calls this provider.
    fn call(&self, provider: &ProviderRef, spec: &ProviderSpec) -> String {
        match provider {
            ProviderRef::Catalog(id) => id.0.clone(),
            ProviderRef::Own(_) => self.learn(spec.clone()),
        }
    }

    /// The settings alone, as a person would edit them: what is in the vault for one server is not shown to another.
    /// Answers whether the secret has to be added by hand.
    async fn settings_over(
        &self,
        id: &ConnectionId,
        incoming: &Incoming,
        author: Author<'_>,
        taking: Taking<'_>,
    ) -> Result<bool, Problem> {
        let (provider, spec) = incoming.provider.as_ref().map_err(Problem::clone)?;
        let before = self.load(id)?;
        let shared = match &incoming.whole {
            // Tokens stay here, and so does the client that they were given to.
            Some(_) => incoming.shared.clone().with_client_of(&before),
            None => incoming.shared.clone(),
        };
        let other_server = before.provider != *provider || before.vars != shared.vars;
        let other_client = before.registration.client_id != shared.client_id;
        let draft = shared.draft(self.call(provider, spec), shared.name.clone());
        self.edit_by(author, id, &draft, None, taking.channel).await?;
        Ok(incoming.needs_secret() && (other_server || other_client))
    }

    /// A connection of a backup that is not here.
    async fn restore_new(
        &self,
        record: &Connection,
        secrets: &SecretRecord,
        name: &str,
        author: Author<'_>,
        taking: Taking<'_>,
    ) -> Result<ConnectionId, Problem> {
        let mut connection = record.clone();
        connection.name = name.to_owned();
        // It names files and the vault's item.
        let is_taken = !matches!(self.inner.ports.store.load(&record.id), Ok(None));
        if !is_id(&record.id) || is_taken {
            connection.id = self.fresh_id();
        }
        let secrets =
            &if is_taken { without_tokens(&mut connection, secrets, self.now()) } else { secrets.clone() };
        let _lock = self.lock(&connection.id).await?;
        // A profile whose database is gone may have newer tokens in its keychain.
        let before = self.read_or_nothing(&connection).await?;
        let grant = |record: &SecretRecord| record.tokens.as_ref().map(|tokens| tokens.grant.clone());
        let here_is_newer = match (grant(secrets), grant(&before)) {
            (Some(theirs), Some(ours)) => !taking.older_tokens && !is_newer(&theirs, &ours),
            (None, Some(_)) => !taking.older_tokens,
            (_, None) => false,
        };
        let kept = if here_is_newer {
            // They may be another client's than the backup knows.
            if let Some(Tokens { client: None, grant: Grant { client_id: Some(id), .. }, .. }) =
                &before.tokens
            {
                connection.registration.client_id.clone_from(id);
            }
            before.clone()
        } else {
            let mut left = before.clone();
            left.leave(&record.registration);
            secrets.clone().with_waiting(&left.unrevoked)
        };
        // Those that are here and not taken live on.
        let live_on = |ours: &Tokens| kept.tokens.as_ref().is_some_and(|kept| !takes_over(kept, ours));
        if before.tokens.as_ref().is_some_and(live_on) {
            connection.lost_after = connection.lost_after.max(grant(&kept).map(|grant| grant.generation));
        }
        settle(&mut connection, grant(&kept));
        self.change_secrets(&connection, &before, &kept).await?;
        let (kind, detail) = author.line(ActivityKind::Added);
        let line = connection.event(self.now(), kind, taking.channel, None, detail);
        match self.inner.ports.store.insert(&connection, line) {
            Ok(revision) => self.show(revision, &connection, true),
            Err(error) => {
                self.put_back(&connection, &before).await;
                return Err(error.into());
            }
        }
        if !kept.unrevoked.is_empty() {
            self.has_come_back(&connection)?;
        }
        Ok(connection.id)
    }

    /// A connection of a backup in the place of the one here, with its tokens; `false` where those here stay, and
    /// nothing was changed.
    async fn restore_over(
        &self,
        id: &ConnectionId,
        record: &Connection,
        secrets: &SecretRecord,
        author: Author<'_>,
        taking: Taking<'_>,
    ) -> Result<bool, Problem> {
        let _lock = self.lock(id).await?;
        let known = self.load(id)?;
        if known.state.attempt().is_some() {
            return Err(Problem::new(Code::Busy).because("a sign-in is waiting; cancel it first"));
        }
        let mut before = self.read_or_nothing(&known).await?;
        // What a disconnect has ended is nothing to keep in use.
        set_aside(&known, &mut before);
        let saved = before.tokens.as_ref().map(|tokens| &tokens.grant);
        let is_lost =
            known.state.grant().is_some_and(|known| saved.is_none_or(|saved| known.has_replaced(saved)));
        let newest = [saved, known.state.grant()].into_iter().flatten().max_by_key(|grant| grant.generation);
        let Some(theirs) = &secrets.tokens else {
            // Tokens here would be lost for none.
            return if newest.is_some() {
                Ok(false)
            } else {
                self.replace(&known, record, secrets, author, taking).await
            };
        };
        if newest.is_some_and(|ours| !taking.older_tokens && !is_newer(&theirs.grant, ours)) {
            // Those here may be away for a while, or for good; and there may be newer ones than anybody knows.
            return if is_lost {
                Err(Problem::new(Code::VaultItemMissing).because(THEY_ARE_AWAY))
            } else {
                Ok(false)
            };
        }
        self.replace(&known, record, secrets, author, taking).await
    }

    /// Under the connection's lock: the vault first, as always.
    async fn replace(
        &self,
        known: &Connection,
        record: &Connection,
        secrets: &SecretRecord,
        author: Author<'_>,
        taking: Taking<'_>,
    ) -> Result<bool, Problem> {
        let before = self.read_or_nothing(known).await?;
        // Also those of a disconnect that was cut short, or that have come back since: they are to be revoked.
        let mut ended = before.clone();
        set_aside(known, &mut ended);
        if !ended.unrevoked.is_empty() && (known.provider != record.provider || known.vars != record.vars) {
            let words = "tokens of a disconnect still wait to be revoked at the server it has now";
            return Err(Problem::new(Code::InvalidInput).because(words));
        }
        // They are revoked as without the backup.
        ended.leave(&known.registration);
        let mut secrets = SecretRecord { unrevoked: ended.unrevoked, ..secrets.clone() };
        let take = |tokens: &mut Tokens| take_place(tokens, known, &before, ended.tokens.as_ref());
        let Overwritten { lost_after, is_in_doubt } = secrets.tokens.as_mut().map(take).unwrap_or_default();
        self.change_secrets(known, &before, &secrets).await?;
        let grant = secrets.tokens.as_ref().map(|tokens| tokens.grant.clone());
        let (kind, detail) = author.line(ActivityKind::Edited);
        let replaced = self.update_saying(&known.id, kind, taking.channel, detail, |connection, _| {
            let before = connection.clone();
            *connection = Connection {
                id: known.id.clone(),
                created_at: before.created_at,
                unrevoked: before.unrevoked,
                unrevoked_of: before.unrevoked_of,
                undeleted: before.undeleted,
                lost_after: before.lost_after.max(lost_after),
                lost_sign_in: before.lost_sign_in,
                ..record.clone()
            };
            settle(connection, grant.clone());
            if is_in_doubt {
                connection.state.with_grant(|grant| grant.refresh = grant.in_doubt());
            }
            connection.state.ends_at_least(before.state.generation());
        });
        if let Err(problem) = replaced {
            self.put_back(known, &before).await;
            return Err(problem);
        }
        if !secrets.unrevoked.is_empty() {
            self.has_come_back(known)?;
        }
        Ok(true)
    }

    /// Damaged secrets are as good as none to whoever replaces them.
    async fn read_or_nothing(&self, connection: &Connection) -> Result<SecretRecord, Problem> {
        match self.read_secrets(connection).await {
            Err(problem) if problem.code == Code::VaultCorrupt => Ok(SecretRecord::default()),
            other => other,
        }
    }
}

impl Incoming {
    /// Whether the client proves itself with what the file does not hold.
    pub(super) fn needs_secret(&self) -> bool {
        use crate::connection::ClientAuthentication::None as Public;
        let held = self.whole.as_ref().is_some_and(|(_, secrets)| secrets.client_secret.is_some());
        self.shared.authentication != Public && !held
    }
}

/// What is to be known of tokens whose place was taken.
#[derive(Default)]
struct Overwritten {
    /// They live on, and came after this generation as far as anybody can tell.
    lost_after: Option<u64>,
    /// Of the refresh token that takes their place, and was theirs, an answer may be lost.
    is_in_doubt: bool,
}

/// Makes these of a backup newer than those here, whoever has seen those or has ended them. `ours` are those that the vault has
/// in use, of `before`.
fn take_place(
    tokens: &mut Tokens,
    known: &Connection,
    before: &SecretRecord,
    ours: Option<&Tokens>,
) -> Overwritten {
    let here = known.state.grant();
    let live_on = match ours {
        Some(ours) => !takes_over(tokens, ours),
        None => here.is_some_and(|here| here.has_replaced(&tokens.grant)),
    };
    let is_its_own =
        |here: &Grant| here.authorized_at == tokens.grant.authorized_at && !here.has_replaced(&tokens.grant);
    let is_in_doubt = known.state.is_in_doubt() && here.is_some_and(is_its_own);
    let stored = before.tokens.as_ref().map_or(0, |tokens| tokens.grant.generation);
    let newest = stored.max(known.state.generation());
    tokens.grant.generation = tokens.grant.generation.max(newest + 1);
    // Its generations were others.
    tokens.grant.refresh_token_since = None;
    Overwritten { lost_after: live_on.then_some(tokens.grant.generation), is_in_doubt }
}

/// Whether nothing lives on of `ours` where these take their place: they are the same, or the same sign-in's and newer.
fn takes_over(theirs: &Tokens, ours: &Tokens) -> bool {
    let (new, old) = (&theirs.grant, &ours.grant);
    theirs.are(ours) || new.authorized_at == old.authorized_at && new.generation > old.generation
}

/// The record speaks of the tokens that the vault has, and of no sign-in that waits. What ended for good does not end those
/// that came after it.
fn settle(connection: &mut Connection, grant: Option<Grant>) {
    let settled = match (connection.state.settled().clone(), grant) {
        // That an answer may be lost, only the record knows.
        (Settled::Authorized(known), Some(grant)) if known.speaks_of(&grant) => {
            let generation = known.generation.max(grant.generation);
            Settled::Authorized(Grant { refresh: known.after_failures(), generation, ..grant })
        }
        (Settled::Authorized(_) | Settled::Unauthorized { .. }, Some(grant)) => Settled::Authorized(grant),
        (Settled::ReauthorizationRequired { since, problem, grant: ended, asked }, Some(grant))
            if grant.generation <= ended.generation
                || grant.authorized_at == ended.authorized_at && grant.issued_at <= ended.issued_at =>
        {
            Settled::ReauthorizationRequired { since, problem, grant, asked }
        }
        (Settled::ReauthorizationRequired { .. }, Some(grant)) => Settled::Authorized(grant),
        (settled, _) => settled,
    };
    connection.state = ConnectionState::Settled(settled);
}

/// A copy beside the connection that it was made of: each would spend the refresh token that the other needs.
fn without_tokens(connection: &mut Connection, secrets: &SecretRecord, now: Timestamp) -> SecretRecord {
    let none = Settled::Unauthorized { since: now, problem: None, ended: 0 };
    connection.state = ConnectionState::Settled(none);
    (connection.unrevoked, connection.undeleted, connection.lost_after) = (None, None, None);
    (connection.unrevoked_of, connection.lost_sign_in) = (vec![], None);
    SecretRecord { client_secret: secrets.client_secret.clone(), ..SecretRecord::default() }
}

/// Twelve hex digits.
fn is_id(id: &ConnectionId) -> bool {
    id.0.len() == 12 && id.0.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}
