//! Connections are added and edited; the catalog they are added from.

use std::collections::BTreeMap;

use tokenrack_oauth::secret::{ClientSecret, State};

use super::agreement::nothing_is_away;
use super::draft::{Author, Filled};
use super::{Engine, locked};
use crate::connection::{ClientAuthentication, Connection, ConnectionId, LastEvent, ProviderRef};
use crate::event::{ActivityKind, Channel};
use crate::flows::{registration, server};
use crate::lifecycle::{ConnectionState, Settled};
use crate::problem::{Code, Problem};
use crate::provider::ProviderSpec;
use crate::record::SecretRecord;
use crate::view::{ConnectionView, Draft, ProviderLink, ProviderPage, ProviderView};

impl Engine {
    /// The catalog, best match first; everything for an empty query.
    pub fn providers(&self, query: &str) -> Vec<ProviderView> {
        self.catalog().search(query)
    }

    /// A provider's page; a URL is discovered from.
    ///
    /// # Errors
    /// `UnknownProvider`, or a discovery problem.
    pub async fn provider_page(&self, id_or_url: &str) -> Result<ProviderPage, Problem> {
        let (provider, spec) = self.provider(id_or_url).await?;
        let mut page = spec.page();
        if let ProviderRef::Catalog(id) = &provider {
            let catalog = self.catalog();
            page.warnings.extend(catalog.caution(id));
            page.origin = catalog.origin(id).unwrap_or(page.origin);
        }
        Ok(page)
    }

    /// A person's own spec for this process; the answer is what a draft's `provider` says to mean it.
    pub fn learn(&self, spec: ProviderSpec) -> String {
        // Two servers may have the same id; their specs differ.
        let text = serde_json::to_string(&spec).unwrap_or_default();
        let key = format!("own:{}:{}", spec.id, short_digest(&text));
        locked(&self.inner.learned).insert(key.clone(), spec);
        key
    }

    /// Adds the connection; the secret goes to the vault. Without a client id a client is registered with the server, where
    /// that is possible.
    ///
    /// # Errors
    /// `InvalidInput` naming the fields, `NameTaken`, `RegistrationRefused`, or a vault problem: then nothing was added.
    pub async fn add(
        &self,
        draft: &Draft,
        secret: Option<ClientSecret>,
        channel: Channel,
    ) -> Result<ConnectionView, Problem> {
        self.add_by(Author::Person, draft, secret, channel).await
    }

    /// As `add`, for whoever has filled in the draft.
    pub(super) async fn add_by(
        &self,
        author: Author<'_>,
        draft: &Draft,
        secret: Option<ClientSecret>,
        channel: Channel,
    ) -> Result<ConnectionView, Problem> {
        let secret = match secret {
            None => self.secret_of_same_client(draft).await?,
            secret => secret,
        };
        let mut filled =
            self.fill(draft, Some(secret.is_some()), None, author).await?.checked(secret.as_ref());
        if !filled.errors.is_empty() {
            return Err(field_problem(&filled.errors));
        }
        let secret = self.registered(&mut filled, secret).await?;
        let now = self.now();
        let mut connection = Connection {
            id: self.fresh_id(),
            name: filled.name,
            provider: filled.provider,
            environment: environment(draft),
            registration: filled.registration,
            scopes: filled.scopes,
            resources: filled.resources,
            vars: draft.vars.clone(),
            server: None,
            choices: BTreeMap::new(),
            state: ConnectionState::Settled(Settled::Unauthorized { since: now, problem: None, ended: 0 }),
            unrevoked: None,
            unrevoked_of: vec![],
            undeleted: None,
            lost_after: None,
            lost_sign_in: None,
            sign_in_seconds: vec![],
            told: vec![],
            created_at: now,
            last_event: LastEvent { at: now, kind: ActivityKind::Added, code: None },
        };
        let (kind, detail) = author.line(ActivityKind::Added);
        let line = connection.event(now, kind, channel, None, detail);
        let revision = self.inner.ports.store.insert(&connection, line)?;
        if let Some(secret) = secret {
            let record = SecretRecord { client_secret: Some(secret), ..SecretRecord::default() };
            let none = SecretRecord::default();
            if let Err(problem) = self.change_secrets(&connection, &none, &record).await {
                // A connection without its secret would be a trap; the person still has the form.
                let line =
                    connection.event(now, ActivityKind::Forgotten, Channel::Engine, Some(problem.code), None);
                self.inner.ports.store.remove(&connection.id, line)?;
                return Err(problem);
            }
        }
        self.show(revision, &connection, true);
        Ok(self.view_of(&connection))
    }

    /// The secret of a client that another connection has already. It is shown to no other server, and by no other client.
    async fn secret_of_same_client(&self, draft: &Draft) -> Result<Option<ClientSecret>, Problem> {
        let Some(id) = &draft.client_of else { return Ok(None) };
        let other = self.load(id)?;
        let (_, spec) = self.draft_provider(draft, &mut BTreeMap::new()).await?;
        let is_same_server = spec.resolve(&draft.vars).is_ok_and(|spec| self.spec(&other) == Ok(spec));
        if !is_same_server || draft.client_id.trim() != other.registration.client_id {
            let words =
                "another connection's client secret is taken for the same client at the same server only";
            return Err(Problem::new(Code::InvalidInput).because(words));
        }
        Ok(self.read_secrets(&other).await?.client_secret)
    }

    /// Registers a client where the draft leaves that to its server; answers the client's secret.
    async fn registered(
        &self,
        filled: &mut Filled,
        secret: Option<ClientSecret>,
    ) -> Result<Option<ClientSecret>, Problem> {
        if !filled.registers {
            return Ok(secret);
        }
        let (ports, wanted) = (&self.inner.ports, filled.registration.clone());
        let (registration, secret) =
            registration::register(ports, &filled.spec, wanted, &filled.scopes).await?;
        filled.registration = registration;
        Ok(secret)
    }

    /// The draft that would add this connection again: what a form shows for editing.
    ///
    /// # Errors
    /// `NoSuchConnection`.
    pub fn draft(&self, id: &ConnectionId) -> Result<Draft, Problem> {
        let connection = self.load(id)?;
        let provider = match &connection.provider {
            ProviderRef::Catalog(id) => id.0.clone(),
            ProviderRef::Own(spec) => self.learn(ProviderSpec::clone(spec)),
        };
        let registration = connection.registration;
        Ok(Draft {
            provider,
            name: Some(connection.name),
            client_id: registration.client_id,
            client_of: None,
            authentication: Some(registration.authentication),
            grant: Some(registration.grant_type),
            scopes: Some(connection.scopes),
            resources: connection.resources,
            vars: connection.vars,
            environment: connection.environment,
            endpoints: None,
            redirect: Some(registration.redirect),
            port: None,
            redirect_uri: Some(registration.redirect_uri),
        })
    }

    /// Changes a connection's settings. Tokens stay as they are: the provider decides whether they still work. The
    /// stored secret stays unless a new one is given.
    ///
    /// # Errors
    /// `InvalidInput` naming the fields, `NameTaken`, `Busy` while a redirect is awaited, or a vault problem: then
    /// nothing was changed.
    pub async fn edit(
        &self,
        id: &ConnectionId,
        draft: &Draft,
        secret: Option<ClientSecret>,
        channel: Channel,
    ) -> Result<ConnectionView, Problem> {
        self.edit_by(Author::Person, id, draft, secret, channel).await
    }

    /// As `edit`, for whoever has filled in the draft.
    pub(super) async fn edit_by(
        &self,
        author: Author<'_>,
        id: &ConnectionId,
        draft: &Draft,
        secret: Option<ClientSecret>,
        channel: Channel,
    ) -> Result<ConnectionView, Problem> {
        let _lock = self.lock(id).await?;
        let connection = self.load(id)?;
        if connection.state.attempt().is_some() {
            return Err(Problem::new(Code::Busy).because("a sign-in is waiting; cancel it first"));
        }
        let before = self.read_secrets(&connection).await?;
        let public = draft.authentication == Some(ClientAuthentication::None);
        let client_id = draft.client_id.trim();
        let registers = client_id.is_empty();
        let names_another = client_id != connection.registration.client_id;
        if secret.is_some() || !public || names_another {
            nothing_is_away(&connection, &before)?;
        }
        // One that it had before has its own, as long as tokens of it are there.
        let method = draft.authentication.unwrap_or(connection.registration.authentication);
        let its_own = before.former_secret_of(client_id, method).filter(|_| names_another && !public);
        let secret = secret.or_else(|| its_own.cloned());
        let mut record = before.clone();
        let (provider, _) = self.draft_provider(draft, &mut BTreeMap::new()).await?;
        let other_server = provider != connection.provider || draft.vars != connection.vars;
        if other_server && (connection.state.grant().is_some() || record.tokens.is_some()) {
            let words = "the tokens belong to the server it has now; disconnect first";
            return Err(Problem::new(Code::InvalidInput).because(words));
        }
        if other_server {
            if connection.unrevoked.is_some() || !record.unrevoked.is_empty() {
                let words = "tokens of a disconnect still wait to be revoked at the server it has now; \
                             disconnect again, or forget the connection and add it anew";
                return Err(Problem::new(Code::InvalidInput).because(words));
            }
            // What one server knows is not shown to another.
            record.client_secret = None;
            record.proof_key = None;
        }
        // Another client is to be registered: it does not have this one's secret.
        // Nor is a key sent as a secret.
        let known_method = connection.registration.authentication;
        let is_its_kind =
            known_method == ClientAuthentication::None || method.is_by_key() == known_method.is_by_key();
        let kept = record.client_secret.is_some() && !public && !registers && is_its_kind;
        let has_secret = secret.is_some() || kept;
        let known = secret.as_ref().or(record.client_secret.as_ref());
        let mut filled = self.fill(draft, Some(has_secret), Some(id), author).await?.checked(known);
        if filled.registration.grant_type != connection.registration.grant_type
            && connection.state.grant().is_some()
        {
            let words = "the tokens belong to the grant it has now; disconnect first";
            return Err(Problem::new(Code::InvalidInput).because(words));
        }
        if !filled.errors.is_empty() {
            return Err(field_problem(&filled.errors));
        }
        let secret = self.registered(&mut filled, secret).await?;
        let other_client = filled.registration.client_id != connection.registration.client_id;
        if other_client {
            record.leave_client(&connection.registration);
        }
        if secret.is_some() {
            record.come_back_to(&filled.registration);
        }
        if filled.registers {
            record.client_secret = None;
        }
        let new_secrets = secret.is_some() || other_server || other_client && !before.is_empty();
        if new_secrets {
            record.client_secret = secret.or(record.client_secret);
            self.change_secrets(&connection, &before, &record).await?;
        }
        let (kind, detail) = author.line(ActivityKind::Edited);
        let edited = self.update_saying(id, kind, channel, detail, |connection, now| {
            connection.state.settings_changed(now);
            connection.name = filled.name.clone();
            connection.provider = filled.provider.clone();
            connection.environment = environment(draft);
            connection.registration = filled.registration.clone();
            connection.scopes = filled.scopes.clone();
            connection.resources = filled.resources.clone();
            connection.vars = draft.vars.clone();
            if other_server {
                connection.server = None;
            }
        });
        if edited.is_err() && new_secrets {
            // Somebody may have taken the name in the meantime.
            self.put_back(&connection, &before).await;
        }
        Ok(self.view_of(&edited?))
    }

    pub(super) fn fresh_id(&self) -> ConnectionId {
        let mut bytes = [0; 6];
        self.inner.ports.entropy.fill(&mut bytes);
        ConnectionId(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// Tells things of one name apart.
pub(super) fn short_digest(text: &str) -> String {
    let mut digest = State::digest(text);
    digest.truncate(8);
    digest
}

pub(super) fn environment(draft: &Draft) -> Option<String> {
    let word = crate::problem::plain(draft.environment.as_deref()?, 40);
    (!word.is_empty()).then_some(word)
}

pub(super) fn field_problem(errors: &BTreeMap<String, String>) -> Problem {
    let code = match errors.iter().next() {
        Some((field, _)) if errors.len() == 1 && field == "client_id" => Code::MissingClientId,
        Some((field, what))
            if errors.len() == 1 && field == "name" && what == Code::NameTaken.title().said() =>
        {
            Code::NameTaken
        }
        _ => Code::InvalidInput,
    };
    let words: Vec<String> = errors.iter().map(|(field, what)| format!("{field}: {what}")).collect();
    Problem::new(code).because(words.join("; "))
}

/// A page of the provider, variables filled in; https only.
pub(super) fn link(spec: &ProviderSpec, which: ProviderLink) -> Result<url::Url, Problem> {
    let text = spec
        .links
        .get(which)
        .ok_or_else(|| Problem::new(Code::InvalidInput).because("the provider has no such page"))?;
    Ok(server::endpoint(text)?.url().clone())
}
