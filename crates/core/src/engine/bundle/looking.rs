//! A file is read and compared with what is here. Nothing is written, nobody is asked, and no keychain is opened.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use tokenrack_oauth::secret::{Passphrase, SecretBytes};

use crate::bundle::{BackupFile, Bundle, ConnectionsFile, Incoming, Shared, Thing, check_size, is_sealed};
use crate::connection::{Connection, LONGEST_NAME, ProviderRef};
use crate::engine::draft::Author;
use crate::engine::registration::field_problem;
use crate::engine::{Engine, locked};
use crate::event::ActivityKind;
use crate::lifecycle::Grant;
use crate::problem::{Code, Problem, plain};
use crate::provider::{Catalog, ProviderId, ProviderSpec};
use crate::say;
use crate::status;
use crate::view::{BundleTokens, BundleView, Choice, Settings, Standing, ThingKind, ThingView};

impl Engine {
    /// Reads a file of either kind and holds it until the person has decided, or opens another. `file` is what they call
    /// it.
    ///
    /// # Errors
    /// `FileUnreadable`, `FileTooNew`, `FileDamaged`; `FileLocked` for a backup without a passphrase,
    /// `FileWrongPassphrase`.
    pub async fn open_bundle(
        &self,
        file: &str,
        bytes: Vec<u8>,
        passphrase: Option<Passphrase>,
    ) -> Result<BundleView, Problem> {
        self.close_bundle();
        check_size(&bytes)?;
        let catalog = self.catalog();
        let bundle = if is_sealed(&bytes) {
            let passphrase = passphrase.ok_or(Code::FileLocked)?;
            let content: SecretBytes = self.inner.ports.seal.open(bytes, passphrase).await?;
            BackupFile::read(&content, file, &catalog)?
        } else {
            let text = std::str::from_utf8(&bytes).map_err(|_| Code::FileUnreadable)?;
            ConnectionsFile::read(text, file, &catalog)?
        };
        let view = self.compare(&bundle).await?;
        *locked(&self.inner.opened) = Some((bundle, view.clone()));
        Ok(view)
    }

    /// Lets go of the file, and of the secrets in it.
    pub fn close_bundle(&self) {
        locked(&self.inner.opened).take();
    }

    async fn compare(&self, bundle: &Bundle) -> Result<BundleView, Problem> {
        let here = self.here()?;
        let mut names = here.names.clone();
        let mut things = Vec::new();
        for thing in &bundle.things {
            things.push(match thing {
                Thing::Connection(incoming) => self.look_at(incoming, &here, &mut names).await?,
                Thing::Provider(id, text) => provider(id, text, &here.catalog),
                Thing::Settings(settings) => self.look_at_settings(settings)?,
            });
        }
        Ok(BundleView { kind: bundle.kind, file: bundle.file.clone(), made_at: bundle.made_at, things })
    }

    async fn look_at(
        &self,
        incoming: &Incoming,
        here: &Here,
        names: &mut HashSet<String>,
    ) -> Result<ThingView, Problem> {
        let shared = &incoming.shared;
        let mut view = blank(ThingKind::Connection, &shared.name);
        let (provider, spec) = match &incoming.provider {
            Ok(known) => known,
            Err(problem) => return Ok(unusable(view, problem)),
        };
        let spec = match spec.resolve(&shared.vars) {
            Ok(spec) => spec,
            Err(errors) => return Ok(unusable(view, &field_problem(&errors))),
        };
        view.provider = Some(spec.name.clone());
        view.hosts = spec.hosts();
        view.cautions = cautions(provider, &spec, here);
        view.has_scripts = !spec.scripts.is_empty();
        view.needs_secret = incoming.needs_secret();
        let free = free_name(&shared.name, names);
        if let Some(problem) = self.mistakes(shared, provider, &free).await? {
            return Ok(unusable(view, &problem));
        }
        // Of two things of one name in a file, the first one has it.
        let name = shared.name.to_lowercase();
        let is_repeated = names.contains(&name) && !here.names.contains(&name);
        let is_taken = !names.insert(name);
        view.tokens =
            incoming.tokens().map(|grant| BundleTokens { issued_at: grant.issued_at, older: false });
        let matching = here.matching(incoming, provider).filter(|_| !is_repeated);
        view.standing = match matching {
            Some(known) => {
                view.differences = differences(incoming, provider, known, here);
                if let (Some(tokens), Some(theirs), Some(ours)) =
                    (&mut view.tokens, incoming.tokens(), known.state.grant())
                {
                    tokens.older = !is_newer(theirs, ours);
                }
                // The secret of the same client is here already.
                view.needs_secret &= ["client_id", "provider", "vars"]
                    .iter()
                    .any(|name| view.differences.iter().any(|differs| differs == name));
                if view.differences.is_empty() { Standing::Same } else { Standing::Differs }
            }
            None if !is_taken => Standing::New,
            None => Standing::NameTaken,
        };
        view.choices = match view.standing {
            Standing::New if view.has_scripts => vec![Choice::Skip, Choice::Add],
            Standing::New => vec![Choice::Add, Choice::Skip],
            // The vault was not asked, and may have another secret than the backup.
            Standing::Same if incoming.whole.is_some() => vec![Choice::Skip, Choice::Replace],
            Standing::Differs => vec![Choice::Skip, Choice::Replace, Choice::Rename],
            Standing::NameTaken => vec![Choice::Skip, Choice::Rename],
            Standing::Same | Standing::Unusable => vec![Choice::Skip],
        };
        view.free_name = view.choices.contains(&Choice::Rename).then_some(free);
        Ok(view)
    }

    /// What a form would say of it.
    async fn mistakes(
        &self,
        shared: &Shared,
        provider: &ProviderRef,
        name: &str,
    ) -> Result<Option<Problem>, Problem> {
        // Only a catalog's entry that is here can be named; any other is known by its spec.
        let provider = match provider {
            ProviderRef::Catalog(id) if self.catalog().get(id).is_none() => return Ok(None),
            ProviderRef::Catalog(id) => id.0.clone(),
            ProviderRef::Own(spec) => self.learn(ProviderSpec::clone(spec)),
        };
        if name.trim().is_empty() {
            return Ok(Some(Problem::new(Code::InvalidInput).because("name: it has none")));
        }
        let draft = shared.draft(provider, name.to_owned());
        let author = Author::File(ActivityKind::Imported, "");
        let errors: BTreeMap<String, String> = self.fill(&draft, None, None, author).await?.errors;
        Ok((!errors.is_empty()).then(|| field_problem(&errors)))
    }

    pub(super) fn here(&self) -> Result<Here, Problem> {
        let all = self.inner.ports.store.load_all()?;
        let names = all.connections.iter().map(|connection| connection.name.to_lowercase());
        let names = names.chain(all.unreadable.iter().map(|row| row.name.clone())).collect();
        Ok(Here { names, connections: all.connections, catalog: self.catalog() })
    }

    fn look_at_settings(&self, settings: &Settings) -> Result<ThingView, Problem> {
        let mut view = blank(ThingKind::Settings, "");
        let same = self.settings()?.chosen() == settings.clone().chosen();
        (view.standing, view.choices) = match same {
            true => (Standing::Same, vec![Choice::Skip]),
            false => (Standing::Differs, vec![Choice::Skip, Choice::Replace]),
        };
        Ok(view)
    }
}

/// What a file is compared with.
pub(super) struct Here {
    /// In lower case, also of records that cannot be read.
    names: HashSet<String>,
    pub(super) connections: Vec<Connection>,
    pub(super) catalog: Arc<Catalog>,
}

impl Here {
    /// The connection that a file means: the one that a backup was made of, else the one of that name, where it is of
    /// the same provider.
    pub(super) fn matching(&self, incoming: &Incoming, provider: &ProviderRef) -> Option<&Connection> {
        let id = incoming.whole.as_ref().map(|(record, _)| &record.id);
        let by_id = self.connections.iter().find(|known| Some(&known.id) == id);
        let name = incoming.shared.name.to_lowercase();
        let by_name = || self.connections.iter().find(|known| known.name.to_lowercase() == name);
        by_id.or_else(|| by_name().filter(|known| provider_name(&known.provider) == provider_name(provider)))
    }
}

/// The first numbered name that nothing has, or the name itself.
fn free_name(name: &str, taken: &HashSet<String>) -> String {
    let base = plain(name, LONGEST_NAME - 7);
    let mut names = std::iter::once(name.to_owned()).chain((2..).map(|number| format!("{base} ({number})")));
    names.find(|name| !taken.contains(&name.to_lowercase())).unwrap_or(base)
}

impl Incoming {
    /// What is known of the tokens in a backup.
    pub(super) fn tokens(&self) -> Option<&Grant> {
        let (_, secrets) = self.whole.as_ref()?;
        secrets.tokens.as_ref().map(|tokens| &tokens.grant)
    }
}

/// Whether tokens of a backup may take the place of those here unasked: they are newer by whichever clock counted.
pub(super) fn is_newer(theirs: &Grant, ours: &Grant) -> bool {
    theirs.issued_at > ours.issued_at && theirs.generation > ours.generation
}

fn provider_name(provider: &ProviderRef) -> &ProviderId {
    match provider {
        ProviderRef::Catalog(id) => id,
        ProviderRef::Own(spec) => &spec.id,
    }
}

/// In which settings the two differ; `tokens` where a backup has others.
fn differences(incoming: &Incoming, provider: &ProviderRef, known: &Connection, here: &Here) -> Vec<String> {
    let mut differences = incoming.shared.differences(&Shared::of(known));
    let theirs = incoming.provider.as_ref().ok().map(|(_, spec)| spec);
    if known.provider != *provider && status::spec(known, &here.catalog) != theirs {
        differences.push("provider".to_owned());
    }
    let stamp = |grant: &Grant| (grant.generation, grant.issued_at);
    if incoming.whole.is_some() && incoming.tokens().map(stamp) != known.state.grant().map(stamp) {
        differences.push("tokens".to_owned());
    }
    differences
}

fn cautions(provider: &ProviderRef, spec: &ProviderSpec, here: &Here) -> Vec<String> {
    let mut cautions = spec.cautions();
    let id = &spec.id;
    match provider {
        ProviderRef::Catalog(id) => cautions.extend(here.catalog.caution(id)),
        ProviderRef::Own(_) if here.catalog.get(id).is_some() => cautions.push(say!(
            "The file brings another provider called {id} than yours. It serves this connection alone; yours stays as it is.",
            id = id
        )),
        ProviderRef::Own(_) => cautions.push(say!(
            "The file brings its provider along, which decides where codes and tokens go."
        )),
    }
    cautions
}

fn provider(id: &ProviderId, text: &str, catalog: &Catalog) -> ThingView {
    let mut view = blank(ThingKind::Provider, &id.0);
    if !id.is_well_formed() {
        return unusable(view, &Problem::new(Code::InvalidSpec).because(id));
    }
    let looked = catalog.look_at(text);
    if let Ok(spec) = catalog.read_own(text) {
        view.provider = Some(spec.name.clone());
        view.hosts = spec.hosts();
        view.has_scripts = !spec.scripts.is_empty();
        view.cautions = looked.cautions;
    }
    (view.standing, view.choices) = match catalog.own_text(id) {
        Some(known) if known == text => (Standing::Same, vec![Choice::Skip]),
        Some(_) => (Standing::Differs, vec![Choice::Skip, Choice::Replace]),
        None if view.has_scripts => (Standing::New, vec![Choice::Skip, Choice::Add]),
        None => (Standing::New, vec![Choice::Add, Choice::Skip]),
    };
    view
}

fn unusable(view: ThingView, problem: &Problem) -> ThingView {
    let choices = vec![Choice::Skip];
    ThingView { standing: Standing::Unusable, problem: Some(problem.into()), choices, ..view }
}

fn blank(kind: ThingKind, name: &str) -> ThingView {
    ThingView {
        kind,
        name: name.to_owned(),
        provider: None,
        hosts: Vec::new(),
        standing: Standing::Unusable,
        differences: Vec::new(),
        cautions: Vec::new(),
        has_scripts: false,
        needs_secret: false,
        tokens: None,
        problem: None,
        choices: Vec::new(),
        free_name: None,
    }
}
