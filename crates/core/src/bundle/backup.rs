//! The backup: the records of the connections with their items of the vault, own provider files and settings. It exists
//! as text in memory only; what is written is encrypted.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokenrack_oauth::secret::SecretBytes;
use zeroize::Zeroizing;

use super::connections::read_spec;
use super::shared::Shared;
use super::{Bundle, Incoming, ProviderTexts, SCHEMA, Thing, check_count, head, text};
use crate::connection::{Connection, ProviderRef};
use crate::lifecycle::ConnectionState;
use crate::problem::{Code, Problem};
use crate::provider::{Catalog, ProviderSpec};
use crate::record::SecretRecord;
use crate::view::{BundleKind, Settings};

/// As it is encrypted.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BackupFile {
    schema: u32,
    kind: BundleKind,
    made_at: Timestamp,
    connections: Vec<Stored>,
    providers: ProviderTexts,
    settings: Settings,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    record: Connection,
    /// The vault's item, to the letter.
    secrets: Option<Zeroizing<String>>,
}

impl BackupFile {
    /// Settings and provider files; no connection yet.
    pub(crate) fn new(made_at: Timestamp, providers: ProviderTexts, settings: Settings) -> Self {
        let connections = Vec::new();
        Self { schema: SCHEMA, kind: BundleKind::Backup, made_at, connections, providers, settings }
    }

    /// Adds a connection as it is, without a sign-in that waits: its answer belongs to the profile that asked.
    ///
    /// # Errors
    /// `VaultCorrupt`.
    pub(crate) fn add(&mut self, mut record: Connection, mut secrets: SecretRecord) -> Result<(), Problem> {
        record.state = ConnectionState::Settled(record.state.settled().clone());
        secrets.forget_unused_key();
        let secrets = match secrets.is_empty() {
            true => None,
            false => Some(text(secrets.encode()?.expose().to_vec())?),
        };
        self.connections.push(Stored { record, secrets });
        Ok(())
    }

    /// How many connections it has.
    pub(crate) fn count(&self) -> usize {
        self.connections.len()
    }

    /// What is to be encrypted.
    ///
    /// # Errors
    /// `Internal`; `FileUnreadable` for more than could be read again.
    pub(crate) fn encode(&self) -> Result<SecretBytes, Problem> {
        check_count(self.connections.len() + self.providers.len())?;
        // serde's words could quote a secret.
        let bytes = serde_json::to_vec(self).map(SecretBytes::new).map_err(|_| Code::Internal)?;
        super::check_size(bytes.expose())?;
        Ok(bytes)
    }

    /// Reads what a passphrase has opened.
    ///
    /// # Errors
    /// `FileUnreadable` without any of the content, `FileTooNew`.
    pub(crate) fn read(content: &SecretBytes, file: &str, catalog: &Catalog) -> Result<Bundle, Problem> {
        let unreadable = || Problem::new(Code::FileUnreadable);
        let content = std::str::from_utf8(content.expose()).map_err(|_| unreadable())?;
        if head(content)? != BundleKind::Backup {
            return Err(unreadable());
        }
        let read: Self = serde_json::from_str(content).map_err(|_| unreadable())?;
        check_count(read.connections.len() + read.providers.len())?;
        // What the backup's connections were used with, also where this profile has other files.
        let files = read.providers.iter().map(|(id, text)| (format!("{id}.toml"), text.clone())).collect();
        let theirs = Catalog::builtin().with_folder_texts(files);
        let mut things = Vec::new();
        for stored in read.connections {
            let mut secrets = match stored.secrets {
                Some(text) => SecretRecord::decode(&SecretBytes::new(text.as_bytes().to_vec()))?,
                None => SecretRecord::default(),
            };
            let generation = secrets.tokens.as_ref().map(|tokens| tokens.grant.generation);
            if generation.is_some_and(|generation| stored.record.state.has_ended(generation)) {
                // They were away when a person ended them.
                secrets.set_tokens_aside();
            }
            let provider = provider(&stored.record.provider, [&theirs, catalog]);
            let shared = Shared::of(&stored.record);
            let whole = Some((stored.record, secrets));
            things.push(Thing::Connection(Box::new(Incoming { shared, provider, whole })));
        }
        things.extend(read.providers.into_iter().map(|(id, text)| Thing::Provider(id, text)));
        things.push(Thing::Settings(read.settings));
        Ok(Bundle { kind: BundleKind::Backup, file: file.to_owned(), made_at: read.made_at, things })
    }
}

/// How to talk to the server of a record. A spec of the record's own is held to the rules again.
fn provider(known: &ProviderRef, catalogs: [&Catalog; 2]) -> Result<(ProviderRef, ProviderSpec), Problem> {
    let spec = match known {
        ProviderRef::Own(spec) => read_spec(&spec.to_file()?).map(|_| ProviderSpec::clone(spec))?,
        ProviderRef::Catalog(id) => {
            let found = catalogs.iter().find_map(|catalog| catalog.get(id));
            found.cloned().ok_or_else(|| Problem::new(Code::UnknownProvider).because(id))?
        }
    };
    Ok((known.clone(), spec))
}
