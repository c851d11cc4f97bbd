//! Adding a connection: find the provider, fill in the draft, say exactly what to register.

use std::collections::BTreeMap;

use tokenrack_oauth::endpoint::Endpoint;
use tokenrack_oauth::secret::{ClientSecret, State};

use super::{Engine, locked};
use crate::connection::{
    ClientAuthentication, ClientRegistration, Connection, ConnectionId, LastEvent, ProviderRef,
    RedirectMethod,
};
use crate::event::{ActivityKind, Channel};
use crate::flows::server;
use crate::lifecycle::{ConnectionState, Settled};
use crate::problem::{Code, Problem};
use crate::provider::{ProviderId, ProviderSpec, RedirectKind, ServerMetadata};
use crate::record::SecretRecord;
use crate::view::{ConnectionView, Draft, DraftPreview, ProviderPage, ProviderView, SecretNeed};

/// The private-use scheme: the reverse of a name under our control (RFC 8252 §7.1).
pub const SCHEME: &str = "dev.tokenrack.desktop";
/// For providers that want the port registered: one port, so that one registration is enough.
pub const LOOPBACK_PORT: u16 = 45873;

const LONGEST_NAME: usize = 80;

/// A draft with everything decided.
struct Filled {
    provider: ProviderRef,
    spec: ProviderSpec,
    name: String,
    registration: ClientRegistration,
    scopes: Vec<String>,
    errors: BTreeMap<String, String>,
}

impl Engine {
    /// The catalog, best match first; everything for an empty query.
    pub fn providers(&self, query: &str) -> Vec<ProviderView> {
        self.inner.catalog.search(query).into_iter().map(ProviderSpec::view).collect()
    }

    /// A provider's page; a URL is discovered from.
    ///
    /// # Errors
    /// `UnknownProvider`, or a discovery problem.
    pub async fn provider_page(&self, id_or_url: &str) -> Result<ProviderPage, Problem> {
        let (_, spec) = self.provider(id_or_url).await?;
        Ok(spec.page())
    }

    /// A person's own spec for this process; the answer is what a draft's `provider` says to mean it.
    pub fn learn(&self, spec: ProviderSpec) -> String {
        // Two servers may have the same id; their specs differ.
        let text = serde_json::to_string(&spec).unwrap_or_default();
        let key = format!("own:{}:{}", spec.id, short_digest(&text));
        locked(&self.inner.learned).insert(key.clone(), spec);
        key
    }

    /// A page of a provider a person may open before adding: `register`, `docs` or `user_revoke`.
    ///
    /// # Errors
    /// `UnknownProvider`, or `InvalidInput` when there is no such page or a variable is wrong.
    pub async fn draft_link(&self, draft: &Draft, which: &str) -> Result<url::Url, Problem> {
        let (_, spec) = self.provider(&draft.provider).await?;
        let spec = spec.resolve(&draft.vars).map_err(|errors| field_problem(&errors))?;
        link(&spec, which)
    }

    /// The draft as it would be added. Field errors are inside; only an unknown provider fails.
    ///
    /// # Errors
    /// `UnknownProvider`, or a discovery problem for a URL.
    pub async fn preview(&self, draft: &Draft) -> Result<DraftPreview, Problem> {
        let filled = self.fill(draft, None, None).await?;
        Ok(DraftPreview {
            redirect_uri: filled.registration.redirect_uri,
            redirect: filled.registration.redirect,
            name: filled.name,
            register_url: link(&filled.spec, "register").ok().map(Into::into),
            scopes: filled.scopes,
            authentication: filled.registration.authentication,
            errors: filled.errors,
        })
    }

    /// Adds the connection; the secret goes to the vault.
    ///
    /// # Errors
    /// `InvalidInput` naming the fields, `NameTaken`, or a vault problem: then nothing was added.
    pub async fn add(
        &self,
        draft: &Draft,
        secret: Option<ClientSecret>,
        channel: Channel,
    ) -> Result<ConnectionView, Problem> {
        let filled = self.fill(draft, Some(secret.is_some()), None).await?;
        if !filled.errors.is_empty() {
            return Err(field_problem(&filled.errors));
        }
        let now = self.now();
        let mut connection = Connection {
            id: self.fresh_id(),
            name: filled.name,
            provider: filled.provider,
            environment: environment(draft),
            registration: filled.registration,
            scopes: filled.scopes,
            vars: draft.vars.clone(),
            server: None,
            state: ConnectionState::Settled(Settled::Unauthorized { since: now, problem: None }),
            created_at: now,
            last_event: LastEvent { at: now, kind: ActivityKind::Added, code: None },
        };
        let line = connection.event(now, ActivityKind::Added, channel, None, None);
        let revision = self.inner.ports.store.insert(&connection, line)?;
        if let Some(secret) = secret {
            let record = SecretRecord { client_secret: Some(secret), ..SecretRecord::default() };
            if let Err(problem) = self.write_secrets(&connection, &record).await {
                // A connection without its secret would be a trap; the person still has the form.
                let line =
                    connection.event(now, ActivityKind::Forgotten, Channel::Engine, Some(problem.code), None);
                self.inner.ports.store.remove(&connection.id, line)?;
                return Err(problem);
            }
        }
        self.show(revision, &connection);
        Ok(self.view_of(&connection))
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
            authentication: Some(registration.authentication),
            scopes: Some(connection.scopes),
            vars: connection.vars,
            environment: connection.environment,
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
        let _lock = self.lock(id).await?;
        let connection = self.load(id)?;
        if connection.state.attempt().is_some() {
            return Err(Problem::new(Code::Busy).because("a sign-in is waiting; cancel it first"));
        }
        let mut record = self.read_secrets(&connection).await?;
        let (provider, _) = self.provider(&draft.provider).await?;
        let other_server = provider != connection.provider || draft.vars != connection.vars;
        if other_server && connection.state.grant().is_some() {
            let words = "the tokens belong to the server it has now; disconnect first";
            return Err(Problem::new(Code::InvalidInput).because(words));
        }
        if other_server {
            // What one server knows is not shown to another.
            record.client_secret = None;
        }
        let public = draft.authentication == Some(ClientAuthentication::None);
        let has_secret = secret.is_some() || (record.client_secret.is_some() && !public);
        let filled = self.fill(draft, Some(has_secret), Some(id)).await?;
        if !filled.errors.is_empty() {
            return Err(field_problem(&filled.errors));
        }
        if secret.is_some() || other_server {
            record.client_secret = secret.or(record.client_secret);
            self.write_secrets(&connection, &record).await?;
        }
        self.update_with(id, ActivityKind::Edited, channel, None, |connection, now| {
            connection.name = filled.name.clone();
            connection.provider = filled.provider.clone();
            connection.environment = environment(draft);
            connection.registration = filled.registration.clone();
            connection.scopes = filled.scopes.clone();
            connection.vars = draft.vars.clone();
            if other_server {
                connection.server = None;
            }
            connection.state.settings_changed(now);
        })?;
        self.view(id)
    }

    fn fresh_id(&self) -> ConnectionId {
        let mut bytes = [0; 6];
        self.inner.ports.entropy.fill(&mut bytes);
        ConnectionId(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// A catalog id, something learned, or a URL to discover from.
    async fn provider(&self, id_or_url: &str) -> Result<(ProviderRef, ProviderSpec), Problem> {
        let wanted = id_or_url.trim();
        if let Some(spec) = locked(&self.inner.learned).get(wanted) {
            return Ok((ProviderRef::Own(Box::new(spec.clone())), spec.clone()));
        }
        let id = ProviderId(wanted.to_owned());
        if let Some(spec) = self.inner.catalog.get(&id) {
            return Ok((ProviderRef::Catalog(id), spec.clone()));
        }
        if !wanted.contains("://") {
            return Err(Problem::new(Code::UnknownProvider).because(wanted));
        }
        server::endpoint(wanted)?;
        let metadata = self.discover(wanted).await?;
        let issuer = metadata.issuer.clone().unwrap_or_else(|| wanted.to_owned());
        let spec = ProviderSpec::from_issuer(&issuer, &metadata);
        locked(&self.inner.learned).insert(wanted.to_owned(), spec.clone());
        Ok((ProviderRef::Own(Box::new(spec.clone())), spec))
    }

    async fn discover(&self, issuer: &str) -> Result<ServerMetadata, Problem> {
        let ports = &self.inner.ports;
        tokenrack_oauth::discovery::discover(ports.http.as_ref(), issuer, self.now())
            .await
            .map_err(crate::classify::discovery)
    }

    /// Decides everything the draft leaves open. `has_secret` is unknown while the person still types.
    async fn fill(
        &self,
        draft: &Draft,
        has_secret: Option<bool>,
        editing: Option<&ConnectionId>,
    ) -> Result<Filled, Problem> {
        let (provider, spec) = self.provider(&draft.provider).await?;
        let mut errors = BTreeMap::new();
        let spec = match spec.resolve(&draft.vars) {
            Ok(spec) => self.with_metadata(spec, &mut errors).await,
            Err(wrong) => {
                errors.extend(wrong);
                spec
            }
        };
        if draft.client_id.trim().is_empty() {
            errors.insert("client_id".into(), Code::MissingClientId.suggestion().into());
        } else if draft.client_id.trim().chars().any(char::is_control) {
            errors.insert("client_id".into(), "A client id is one line without control characters.".into());
        }
        let page = spec.page();
        let redirect = draft.redirect.or(page.redirects.first().copied()).unwrap_or(RedirectMethod::Paste);
        let redirect_uri = match draft.redirect_uri.as_deref().map(str::trim).filter(|uri| !uri.is_empty()) {
            Some(uri) => {
                if let Err(what) = check_redirect_uri(uri, redirect) {
                    errors.insert("redirect_uri".into(), what.into());
                }
                uri.to_owned()
            }
            None => {
                default_redirect_uri(&spec, redirect, draft.port, self.is_the_usual_server(&provider, &spec))
            }
        };
        let registration = ClientRegistration {
            client_id: draft.client_id.trim().to_owned(),
            authentication: authentication(draft, &page, has_secret, &mut errors),
            redirect,
            redirect_uri,
        };
        Ok(Filled {
            name: self.name(draft, &spec, editing, &mut errors)?,
            scopes: scopes(draft, &spec, &mut errors),
            provider,
            spec,
            registration,
            errors,
        })
    }

    /// Whether a catalog entry means the one server it means for everybody.
    fn is_the_usual_server(&self, provider: &ProviderRef, spec: &ProviderSpec) -> bool {
        let ProviderRef::Catalog(id) = provider else { return false };
        let usual = self.inner.catalog.get(id).and_then(|spec| spec.resolve(&BTreeMap::new()).ok());
        let place = &spec.server.metadata.token_endpoint;
        usual.is_some_and(|usual| place.is_some() && usual.server.metadata.token_endpoint == *place)
    }

    /// Where a spec names only an issuer, the server itself says which redirect URI is its own.
    async fn with_metadata(
        &self,
        mut spec: ProviderSpec,
        errors: &mut BTreeMap<String, String>,
    ) -> ProviderSpec {
        let (None, Some(issuer)) = (&spec.server.metadata.token_endpoint, &spec.server.metadata.issuer)
        else {
            return spec;
        };
        let key = format!("issuer:{issuer}");
        let known = locked(&self.inner.learned).get(&key).map(|spec| spec.server.metadata.clone());
        let found = match known {
            Some(metadata) => Ok(metadata),
            None => self.discover(issuer).await,
        };
        match found {
            Ok(metadata) => {
                spec.server.metadata = metadata;
                locked(&self.inner.learned).insert(key, spec.clone());
            }
            Err(problem) => {
                let field = if spec.vars.contains_key("issuer") { "issuer" } else { "provider" };
                errors.insert(field.into(), format!("{problem}. {}", problem.code.suggestion()));
            }
        }
        spec
    }

    fn name(
        &self,
        draft: &Draft,
        spec: &ProviderSpec,
        editing: Option<&ConnectionId>,
        errors: &mut BTreeMap<String, String>,
    ) -> Result<String, Problem> {
        let (_, all) = self.inner.ports.store.load_all()?;
        let others = || all.iter().filter(|other| Some(&other.id) != editing);
        let taken = |name: &str| others().any(|other| other.name.to_lowercase() == name.to_lowercase());
        if let Some(name) = draft.name.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
            let plain = crate::problem::plain(name, LONGEST_NAME);
            if plain != name {
                errors.insert("name".into(), format!("One line of at most {LONGEST_NAME} characters."));
            } else if taken(name) {
                errors.insert("name".into(), Code::NameTaken.title().into());
            }
            return Ok(plain);
        }
        let numbered = (2..).map(|number| format!("{} {number}", spec.name));
        let name = std::iter::once(spec.name.clone()).chain(numbered).find(|name| !taken(name));
        Ok(name.unwrap_or_else(|| spec.name.clone()))
    }
}

fn short_digest(text: &str) -> String {
    let mut digest = State::digest(text);
    digest.truncate(8);
    digest
}

fn environment(draft: &Draft) -> Option<String> {
    let word = crate::problem::plain(draft.environment.as_deref()?, 40);
    (!word.is_empty()).then_some(word)
}

fn authentication(
    draft: &Draft,
    page: &ProviderPage,
    has_secret: Option<bool>,
    errors: &mut BTreeMap<String, String>,
) -> ClientAuthentication {
    let with_secret =
        || page.authentication.iter().copied().find(|method| *method != ClientAuthentication::None);
    let chosen = draft.authentication.unwrap_or(match (page.secret, has_secret) {
        (SecretNeed::Forbidden, _) | (SecretNeed::Optional, None | Some(false)) => ClientAuthentication::None,
        _ => with_secret().unwrap_or(ClientAuthentication::ClientSecretBasic),
    });
    let needs = chosen != ClientAuthentication::None;
    let wrong = match (page.secret, has_secret) {
        (SecretNeed::Forbidden, _) if needs => Some("This provider takes no client secret: leave it empty."),
        (SecretNeed::Forbidden, Some(true)) => Some("This provider takes no client secret: leave it empty."),
        (SecretNeed::Required, _) if !needs => Some("This provider's clients always have a secret."),
        (_, Some(false)) if needs => Some("The client secret from the provider's page is needed."),
        (_, Some(true)) if !needs => {
            Some("A public client sends no secret: leave it empty, or choose how it is sent.")
        }
        _ => None,
    };
    if let Some(what) = wrong {
        errors.insert("secret".into(), what.into());
    }
    chosen
}

fn scopes(draft: &Draft, spec: &ProviderSpec, errors: &mut BTreeMap<String, String>) -> Vec<String> {
    let mut scopes = draft.scopes.clone().unwrap_or_else(|| {
        let mut scopes = spec.scopes.default.clone();
        scopes.extend(spec.scopes.offline.clone());
        scopes
    });
    // RFC 6749 §3.3: printable ASCII without space, quote and backslash.
    let valid = |scope: &String| {
        !scope.is_empty() && scope.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\')
    };
    if let Some(wrong) = scopes.iter().find(|scope| !valid(scope)) {
        errors.insert(
            "scopes".into(),
            format!("A scope has no spaces or quotes: {}", crate::problem::plain(wrong, 60)),
        );
    }
    let mut seen = std::collections::HashSet::new();
    scopes.retain(|scope| seen.insert(scope.clone()));
    scopes
}

/// A URI of the server's own where its answers do not name their issuer (RFC 9700 §4.4.2.2). Servers that are not
/// everybody's are told apart by a digest: of two with one name, one could be made for the purpose.
fn default_redirect_uri(
    spec: &ProviderSpec,
    redirect: RedirectMethod,
    port: Option<u16>,
    usual_server: bool,
) -> String {
    let metadata = &spec.server.metadata;
    let server = metadata.issuer.as_ref().or(metadata.token_endpoint.as_ref()).map_or("", String::as_str);
    let own = match (metadata.authorization_response_iss_parameter_supported, usual_server) {
        (true, _) => String::new(),
        (false, true) => format!("/{}", spec.id),
        (false, false) => format!("/{}-{}", spec.id, short_digest(server)),
    };
    if redirect == RedirectMethod::DeepLink {
        return format!("{SCHEME}:/oauth/callback{own}");
    }
    let host = &spec.redirect.loopback_host;
    let any_port = spec.redirect.kinds.contains(&RedirectKind::LoopbackAny) || spec.redirect.kinds.is_empty();
    match port.or((redirect == RedirectMethod::Paste || !any_port).then_some(LOOPBACK_PORT)) {
        Some(port) => format!("http://{host}:{port}/callback{own}"),
        None => format!("http://{host}/callback{own}"),
    }
}

fn check_redirect_uri(uri: &str, redirect: RedirectMethod) -> Result<(), &'static str> {
    let url = url::Url::parse(uri).map_err(|_| "This is not a URL.")?;
    if url.fragment().is_some() {
        return Err("A redirect URI has no fragment (#).");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("A redirect URI has no user name or password.");
    }
    match redirect {
        RedirectMethod::DeepLink if url.scheme() != SCHEME => {
            Err("A deep link starts with dev.tokenrack.desktop:/")
        }
        RedirectMethod::Loopback
            if url.scheme() != "http"
                || !matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost")) =>
        {
            Err("A loopback redirect starts with http://127.0.0.1, http://[::1] or http://localhost")
        }
        RedirectMethod::Paste if url.scheme() != SCHEME && Endpoint::parse(uri).is_err() => {
            Err("The address must be https, or http on this machine's loopback.")
        }
        _ => Ok(()),
    }
}

fn field_problem(errors: &BTreeMap<String, String>) -> Problem {
    let code = match errors.iter().next() {
        Some((field, _)) if errors.len() == 1 && field == "client_id" => Code::MissingClientId,
        Some((field, what)) if errors.len() == 1 && field == "name" && what == Code::NameTaken.title() => {
            Code::NameTaken
        }
        _ => Code::InvalidInput,
    };
    let words: Vec<String> = errors.iter().map(|(field, what)| format!("{field}: {what}")).collect();
    Problem::new(code).because(words.join("; "))
}

/// A page of the provider, variables filled in; https only.
pub(super) fn link(spec: &ProviderSpec, which: &str) -> Result<url::Url, Problem> {
    let text = match which {
        "register" => &spec.links.register,
        "docs" => &spec.links.docs,
        "user_revoke" => &spec.links.user_revoke,
        _ => &None,
    };
    let text =
        text.as_deref().ok_or(Problem::new(Code::InvalidInput).because("the provider has no such page"))?;
    Ok(server::endpoint(text)?.url().clone())
}
