//! What a person has typed so far, with everything decided that they left open.

use std::collections::BTreeMap;

use tokenrack_oauth::assertion::ClientKey;
use tokenrack_oauth::secret::ClientSecret;

use super::redirect_uri::{check_redirect_uri, default_redirect_uri};
use super::registration::{environment, field_problem, link};
use super::{Engine, locked};
use crate::connection::{
    ClientAuthentication, ClientRegistration, ConnectionId, GrantType, LONGEST_NAME, ProviderRef,
    RedirectMethod,
};
use crate::event::ActivityKind;
use crate::flows::server;
use crate::problem::{Code, Problem, plain};
use crate::provider::{ProviderId, ProviderSpec, ServerMetadata};
use crate::say;
use crate::view::{Draft, DraftPreview, ProviderLink, ProviderPage, SecretNeed};

/// A draft with everything decided.
pub(super) struct Filled {
    pub(super) provider: ProviderRef,
    pub(super) spec: ProviderSpec,
    pub(super) name: String,
    pub(super) registration: ClientRegistration,
    pub(super) scopes: Vec<String>,
    pub(super) resources: Vec<String>,
    /// The client is still to be registered with the server.
    pub(super) registers: bool,
    pub(super) errors: BTreeMap<String, String>,
}

/// Who has filled in a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Author<'a> {
    /// A person at a form: the server is asked what they leave open, and the secret is theirs to give.
    Person,
    /// A file from elsewhere, by its name: nobody is asked because of it, and the secret follows by hand.
    File(ActivityKind, &'a str),
}

impl Author<'_> {
    /// The line of the record for what a person calls `usual`, with more words.
    pub(super) fn line(self, usual: ActivityKind) -> (ActivityKind, Option<String>) {
        match self {
            Self::Person => (usual, None),
            Self::File(kind, file) => (kind, Some(plain(file, 100))),
        }
    }
}

impl Filled {
    /// With what only the secret itself shows: whether a key can sign.
    pub(super) fn checked(mut self, secret: Option<&ClientSecret>) -> Self {
        if self.registration.authentication == ClientAuthentication::PrivateKeyJwt
            && let Some(Err(error)) = secret.map(ClientKey::parse)
        {
            self.errors.insert("secret".into(), error.to_string());
        }
        self
    }
}

impl Engine {
    /// A page of a provider that a person may open before adding.
    ///
    /// # Errors
    /// `UnknownProvider`, or `InvalidInput` when there is no such page or a variable is wrong.
    pub async fn draft_link(&self, draft: &Draft, which: ProviderLink) -> Result<url::Url, Problem> {
        let (_, spec) = self.draft_provider(draft, &mut BTreeMap::new()).await?;
        let spec = spec.resolve(&draft.vars).map_err(|errors| field_problem(&errors))?;
        link(&spec, which)
    }

    /// The draft as it would be added. Field errors are inside; only an unknown provider fails.
    ///
    /// # Errors
    /// `UnknownProvider`, or a discovery problem for a URL.
    pub async fn preview(&self, draft: &Draft) -> Result<DraftPreview, Problem> {
        let filled = self.fill(draft, None, None, Author::Person).await?;
        Ok(DraftPreview {
            redirect_uri: filled.registration.redirect_uri,
            redirect: filled.registration.redirect,
            name: filled.name,
            registers: filled.spec.registers(),
            register_url: link(&filled.spec, ProviderLink::Register).ok().map(Into::into),
            scopes: filled.scopes,
            grant: filled.registration.grant_type,
            grants: filled.spec.grants(),
            authentication: filled.registration.authentication,
            errors: filled.errors,
        })
    }

    /// A catalog id, something learned, or a URL to discover from.
    pub(super) async fn provider(&self, id_or_url: &str) -> Result<(ProviderRef, ProviderSpec), Problem> {
        let wanted = id_or_url.trim();
        if let Some(spec) = locked(&self.inner.learned).get(wanted) {
            return Ok((ProviderRef::Own(Box::new(spec.clone())), spec.clone()));
        }
        let id = ProviderId(wanted.to_owned());
        if let Some(spec) = self.catalog().get(&id) {
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
    pub(super) async fn fill(
        &self,
        draft: &Draft,
        has_secret: Option<bool>,
        editing: Option<&ConnectionId>,
        author: Author<'_>,
    ) -> Result<Filled, Problem> {
        let mut errors = BTreeMap::new();
        let (provider, spec) = self.draft_provider(draft, &mut errors).await?;
        let by_hand = author == Author::Person;
        let has_secret = has_secret.filter(|has| *has || by_hand);
        let spec = match spec.resolve(&draft.vars) {
            Ok(spec) if by_hand => self.with_metadata(spec, &mut errors).await,
            Ok(spec) => spec,
            Err(wrong) => {
                errors.extend(wrong);
                spec
            }
        };
        let registers = by_hand && registers(draft, &spec, has_secret);
        if draft.client_id.trim().is_empty() && !registers {
            errors.insert("client_id".into(), Code::MissingClientId.suggestion().said().into());
        } else if draft.client_id.trim().chars().any(char::is_control) {
            errors.insert("client_id".into(), say!("A client id is one line without control characters."));
        }
        let page = spec.page();
        let redirect = draft.redirect.or(page.redirects.first().copied()).unwrap_or(RedirectMethod::Paste);
        let redirect_uri = match draft.redirect_uri.as_deref().map(str::trim).filter(|uri| !uri.is_empty()) {
            Some(uri) => {
                if let Err(what) = check_redirect_uri(uri, redirect) {
                    errors.insert("redirect_uri".into(), what);
                }
                uri.to_owned()
            }
            None => {
                default_redirect_uri(&spec, redirect, draft.port, self.is_the_usual_server(&provider, &spec))
            }
        };
        let need = spec.secret(draft.grant.unwrap_or_default());
        let authentication = match draft.authentication {
            None if registers => spec.registered_authentication(),
            _ => authentication(draft, &page, (need, has_secret.filter(|_| !registers)), &mut errors),
        };
        let registration = ClientRegistration {
            client_id: draft.client_id.trim().to_owned(),
            authentication,
            redirect,
            redirect_uri,
            grant_type: grant_type(draft, authentication, &mut errors),
        };
        Ok(Filled {
            name: self.name(draft, &spec, editing, author, &mut errors)?,
            scopes: scopes(draft, &spec, &mut errors),
            resources: resources(draft, &mut errors),
            provider,
            spec,
            registration,
            registers,
            errors,
        })
    }

    /// Whether a catalog entry means the one server it means for everybody.
    fn is_the_usual_server(&self, provider: &ProviderRef, spec: &ProviderSpec) -> bool {
        let ProviderRef::Catalog(id) = provider else { return false };
        let catalog = self.catalog();
        let usual = catalog.get(id).and_then(|spec| spec.resolve(&BTreeMap::new()).ok());
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
                errors
                    .insert(field.into(), format!("{}. {}", problem.say(), problem.code.suggestion().said()));
            }
        }
        spec
    }

    fn name(
        &self,
        draft: &Draft,
        spec: &ProviderSpec,
        editing: Option<&ConnectionId>,
        author: Author<'_>,
        errors: &mut BTreeMap<String, String>,
    ) -> Result<String, Problem> {
        // A file has many names; the store refuses what is taken.
        let others = if author == Author::Person { self.names()? } else { Vec::new() };
        let taken = |name: &str| {
            let same = |other: &str| other.to_lowercase() == name.to_lowercase();
            others.iter().any(|(id, other)| Some(id) != editing && same(other))
        };
        if let Some(name) = draft.name.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
            let plain = crate::problem::plain(name, LONGEST_NAME);
            if plain != name {
                errors.insert(
                    "name".into(),
                    say!("One line of at most {longest} visible characters.", longest = LONGEST_NAME),
                );
            } else if taken(name) {
                errors.insert("name".into(), Code::NameTaken.title().said().into());
            }
            return Ok(plain);
        }
        // One provider may stand here twice, with the servers of two environments.
        let labelled =
            environment(draft).map(|label| plain(&format!("{} ({label})", spec.name), LONGEST_NAME));
        let last = labelled.clone().unwrap_or_else(|| spec.name.clone());
        let numbered = (2..).map(|number| format!("{last} {number}"));
        let name =
            std::iter::once(spec.name.clone()).chain(labelled).chain(numbered).find(|name| !taken(name));
        Ok(name.unwrap_or_else(|| spec.name.clone()))
    }
}

/// Whether the client is to be registered with the server: the person has none, and neither a secret nor a key.
fn registers(draft: &Draft, spec: &ProviderSpec, has_secret: Option<bool>) -> bool {
    let has_key = draft.authentication == Some(ClientAuthentication::PrivateKeyJwt);
    draft.client_id.trim().is_empty() && spec.registers() && !has_key && has_secret != Some(true)
}

fn authentication(
    draft: &Draft,
    page: &ProviderPage,
    (need, has_secret): (SecretNeed, Option<bool>),
    errors: &mut BTreeMap<String, String>,
) -> ClientAuthentication {
    let with_secret =
        || page.authentication.iter().copied().find(|method| *method != ClientAuthentication::None);
    let chosen = draft.authentication.unwrap_or(match (need, has_secret) {
        (SecretNeed::Forbidden, _) | (SecretNeed::Optional, None | Some(false)) => ClientAuthentication::None,
        _ => with_secret().unwrap_or(ClientAuthentication::ClientSecretBasic),
    });
    let needs = chosen != ClientAuthentication::None;
    let wrong = match (need, has_secret) {
        (SecretNeed::Forbidden, _) if needs => {
            Some(say!("This provider takes no client secret: leave it empty."))
        }
        (SecretNeed::Forbidden, Some(true)) => {
            Some(say!("This provider takes no client secret: leave it empty."))
        }
        (SecretNeed::Required, _) if !needs => Some(say!("This provider's clients always have a secret.")),
        (_, Some(false)) if needs => Some(say!("The client secret from the provider's page is needed.")),
        (_, Some(true)) if !needs => {
            Some(say!("A public client sends no secret: leave it empty, or choose how it is sent."))
        }
        _ => None,
    };
    if let Some(what) = wrong {
        errors.insert("secret".into(), what);
    }
    chosen
}

/// A client that speaks for itself must prove itself (RFC 6749 §4.4).
fn grant_type(
    draft: &Draft,
    authentication: ClientAuthentication,
    errors: &mut BTreeMap<String, String>,
) -> GrantType {
    let chosen = draft.grant.unwrap_or_default();
    if chosen == GrantType::ClientCredentials && authentication == ClientAuthentication::None {
        let words = || say!("A client without a secret or a key cannot speak for itself.");
        errors.entry("secret".into()).or_insert_with(words);
    }
    chosen
}

/// RFC 8707 §2: absolute URIs without a fragment.
fn resources(draft: &Draft, errors: &mut BTreeMap<String, String>) -> Vec<String> {
    let mut resources: Vec<String> = Vec::new();
    for resource in draft.resources.iter().map(|resource| resource.trim()).filter(|text| !text.is_empty()) {
        let parsed = url::Url::parse(resource);
        if parsed.is_err() || parsed.is_ok_and(|uri| uri.fragment().is_some()) {
            let shown = crate::problem::plain(resource, 60);
            errors.insert(
                "resources".into(),
                say!(
                    "A resource is a whole address without `#`, like https://api.example.com: {resource}",
                    resource = shown
                ),
            );
        }
        if !resources.iter().any(|known| known == resource) {
            resources.push(resource.to_owned());
        }
    }
    resources
}

fn scopes(draft: &Draft, spec: &ProviderSpec, errors: &mut BTreeMap<String, String>) -> Vec<String> {
    let mut scopes = draft.scopes.clone().unwrap_or_else(|| spec.default_scopes());
    // RFC 6749 §3.3: printable ASCII without space, quote and backslash.
    let valid = |scope: &String| {
        !scope.is_empty() && scope.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\')
    };
    if let Some(wrong) = scopes.iter().find(|scope| !valid(scope)) {
        errors.insert(
            "scopes".into(),
            say!("A scope has no spaces or quotes: {scope}", scope = crate::problem::plain(wrong, 60)),
        );
    }
    let mut seen = std::collections::HashSet::new();
    scopes.retain(|scope| seen.insert(scope.clone()));
    scopes
}
