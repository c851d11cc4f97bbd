//! The file for a team: settings of connections, and the provider files they need. There is no field for a secret.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Bundle, Incoming, ProviderTexts, SCHEMA, Shared, Thing, check_count, head};
use crate::connection::{Connection, ProviderRef};
use crate::problem::{Code, Problem};
use crate::provider::{Catalog, ProviderId, ProviderSpec};
use crate::view::BundleKind;

/// As it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConnectionsFile {
    schema: u32,
    kind: BundleKind,
    made_at: Timestamp,
    connections: Vec<Shared>,
    #[serde(default, skip_serializing_if = "ProviderTexts::is_empty")]
    providers: ProviderTexts,
}

impl ConnectionsFile {
    /// Nothing yet.
    pub(crate) fn new(made_at: Timestamp) -> Self {
        Self {
            schema: SCHEMA,
            kind: BundleKind::Connections,
            made_at,
            connections: Vec::new(),
            providers: ProviderTexts::new(),
        }
    }

    /// Adds a connection, and the file of its provider where the catalog that ships does not have it.
    ///
    /// # Errors
    /// `UnknownProvider` naming the connection.
    pub(crate) fn add(
        &mut self,
        connection: &Connection,
        catalog: &Catalog,
        with_account: bool,
    ) -> Result<(), Problem> {
        let mut shared = Shared::of(connection);
        if with_account {
            let account = connection.state.grant().and_then(|grant| grant.account.as_ref());
            shared.account = account.map(|account| account.label.clone());
        }
        let unknown = |problem: Problem| match problem.code {
            Code::UnknownProvider => problem.because(&connection.name),
            _ => problem,
        };
        match &connection.provider {
            ProviderRef::Catalog(id) if catalog.is_shipped(id) => {}
            ProviderRef::Catalog(id) => {
                let text = catalog.share(id).map_err(unknown)?;
                shared.provider = self.keep(id, text, |_| false);
            }
            ProviderRef::Own(spec) => {
                // The catalog's own entry of that name means another server.
                let taken = |id: &ProviderId| catalog.get(id).is_some();
                shared.provider = self.keep(&spec.id, spec.to_file()?, taken);
            }
        }
        self.connections.push(shared);
        Ok(())
    }

    /// Keeps a provider's text under its id, or one beside it where that means something else.
    fn keep(&mut self, id: &ProviderId, text: String, taken: impl Fn(&ProviderId) -> bool) -> ProviderId {
        let numbered = (2..).map(|number| ProviderId(format!("{id}-{number}")));
        for key in std::iter::once(id.clone()).chain(numbered) {
            match self.providers.get(&key) {
                Some(known) if *known == text => return key,
                None if !taken(&key) => {
                    self.providers.insert(key.clone(), text);
                    return key;
                }
                _ => {}
            }
        }
        id.clone()
    }

    /// The file's text.
    ///
    /// # Errors
    /// `Internal`.
    pub(crate) fn text(&self) -> Result<String, Problem> {
        check_count(self.connections.len())?;
        let text = serde_json::to_string_pretty(self);
        text.map(|text| text + "\n").map_err(|error| Problem::new(Code::Internal).because(error))
    }

    /// Reads a file from anywhere.
    ///
    /// # Errors
    /// `FileUnreadable` naming the place, `FileTooNew`.
    pub(crate) fn read(text: &str, file: &str, catalog: &Catalog) -> Result<Bundle, Problem> {
        let unreadable = |words: String| Problem::new(Code::FileUnreadable).because(words);
        if head(text)? != BundleKind::Connections {
            return Err(unreadable("a backup is encrypted, and this file is not".to_owned()));
        }
        let read: Self = serde_json::from_str(text).map_err(|error| unreadable(error.to_string()))?;
        check_count(read.connections.len() + read.providers.len())?;
        let things = read.connections.into_iter().map(|shared| {
            let provider = provider(&shared.provider, &read.providers, catalog);
            Thing::Connection(Box::new(Incoming { shared, provider, whole: None }))
        });
        Ok(Bundle {
            kind: BundleKind::Connections,
            file: file.to_owned(),
            made_at: read.made_at,
            things: things.collect(),
        })
    }
}

/// How to talk to the server of a connection: by the file's own word, else by the catalog's.
fn provider(
    id: &ProviderId,
    own: &ProviderTexts,
    catalog: &Catalog,
) -> Result<(ProviderRef, ProviderSpec), Problem> {
    match own.get(id) {
        Some(text) => read_spec(text).map(|spec| adopt(spec, catalog)),
        None => catalog
            .get(id)
            .map(|spec| (ProviderRef::Catalog(id.clone()), spec.clone()))
            .ok_or_else(|| Problem::new(Code::UnknownProvider).because(id)),
    }
}

/// A provider file that came in another file. It may start from a shipped one, and names no script beside it: what it
/// runs is in it.
pub(super) fn read_spec(text: &str) -> Result<ProviderSpec, Problem> {
    Catalog::builtin().read_own(text)
}

/// The catalog's entry where that says the same, so that a later change of it reaches the connection; else the spec is
/// the connection's own, and serves nothing else.
pub(super) fn adopt(spec: ProviderSpec, catalog: &Catalog) -> (ProviderRef, ProviderSpec) {
    if catalog.get(&spec.id) == Some(&spec) {
        return (ProviderRef::Catalog(spec.id.clone()), spec);
    }
    (ProviderRef::Own(Box::new(spec.clone())), spec)
}
