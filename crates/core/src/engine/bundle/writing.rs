//! The two files, written. Where to is the face's choice; that it happened is in the record once it has.

use tokenrack_oauth::secret::Passphrase;

use crate::bundle::{BackupFile, ConnectionsFile, ProviderTexts};
use crate::connection::ConnectionId;
use crate::engine::Engine;
use crate::engine::agreement::lacks_its_secret;
use crate::event::{ActivityKind, Channel, NewActivity};
use crate::lifecycle::Settled;
use crate::ports::{Unreadable, VaultState};
use crate::problem::{Code, Problem, plain};
use crate::provider::{Catalog, ProviderId};
use crate::view::{LeftOutView, WrittenView};

/// Whoever copies the file may try passphrases for as long as they like.
const SHORTEST_PASSPHRASE: usize = 12;

impl Engine {
    /// Every connection that can be read.
    ///
    /// # Errors
    /// A store problem.
    pub fn connections(&self) -> Result<Vec<ConnectionId>, Problem> {
        let all = self.inner.ports.store.load_all()?;
        Ok(all.connections.into_iter().map(|connection| connection.id).collect())
    }

    /// Writes the settings of these connections, without any secret, by `write`, which answers where. `with_accounts`:
    /// also who is connected, for who reads the file.
    ///
    /// # Errors
    /// `InvalidInput` where there is nothing to write, `NoSuchConnection`, `UnknownProvider`, and why it was not
    /// written.
    pub fn export(
        &self,
        ids: &[ConnectionId],
        with_accounts: bool,
        channel: Channel,
        write: impl FnOnce(&str) -> Result<String, Problem>,
    ) -> Result<WrittenView, Problem> {
        if ids.is_empty() {
            return Err(Problem::new(Code::InvalidInput).because("there is no connection to write"));
        }
        let catalog = self.catalog();
        let mut file = ConnectionsFile::new(self.now());
        let mut names = Vec::new();
        for id in ids {
            let connection = self.load(id)?;
            file.add(&connection, &catalog, with_accounts)?;
            names.push(connection.name);
        }
        let path = write(&file.text()?)?;
        self.written(ActivityKind::Exported, channel, &names)?;
        Ok(WrittenView { path, connections: names.len(), left_out: Vec::new() })
    }

    /// Writes everything of this profile, encrypted under the passphrase, by `write`, which answers where. Each
    /// connection is read under its lock, so that no refresh token in it is on its way to being spent.
    ///
    /// # Errors
    /// `InvalidInput` for a passphrase that is too short, `Busy`, a vault problem, and why it was not written.
    pub async fn back_up(
        &self,
        passphrase: Passphrase,
        channel: Channel,
        write: impl FnOnce(&[u8]) -> Result<String, Problem>,
    ) -> Result<WrittenView, Problem> {
        if passphrase.expose().chars().count() < SHORTEST_PASSPHRASE {
            let words = format!("a backup's passphrase has at least {SHORTEST_PASSPHRASE} characters");
            return Err(Problem::new(Code::InvalidInput).because(words));
        }
        let all = self.inner.ports.store.load_all()?;
        let mut file = BackupFile::new(self.now(), own_files(&self.catalog()), self.settings()?.chosen());
        let mut left_out: Vec<LeftOutView> = all.unreadable.iter().map(unreadable).collect();
        let mut names = Vec::new();
        for connection in all.connections {
            let problem = match self.put_into(&mut file, &connection.id).await {
                Ok(()) => {
                    names.push(connection.name);
                    continue;
                }
                Err(problem) => problem,
            };
            // One that is damaged or away, or that an open vault keeps back, must not keep the others from being kept.
            let is_left_out = match problem.code {
                Code::NoSuchConnection => continue,
                Code::VaultCorrupt | Code::VaultItemMissing => true,
                Code::VaultLocked | Code::VaultDenied | Code::VaultFailed | Code::VaultTimedOut => {
                    self.vault_status().await.state == VaultState::Ready
                }
                _ => false,
            };
            if !is_left_out {
                return Err(problem.because(&connection.name));
            }
            left_out.push(LeftOutView { name: connection.name, problem: (&problem).into() });
        }
        let sealed = self.inner.ports.seal.seal(file.encode()?, passphrase).await?;
        let path = write(&sealed)?;
        self.written(ActivityKind::BackedUp, channel, &names)?;
        Ok(WrittenView { path, connections: file.count(), left_out })
    }

    async fn put_into(&self, file: &mut BackupFile, id: &ConnectionId) -> Result<(), Problem> {
        let _lock = self.lock(id).await?;
        let connection = self.load(id)?;
        let secrets = self.read_secrets(&connection).await?;
        if lacks_its_secret(&connection, &secrets) {
            return Err(Code::VaultItemMissing.into());
        }
        if let Settled::Authorized(known) = connection.state.settled() {
            let stored = secrets.tokens.as_ref().map(|tokens| &tokens.grant);
            if stored.is_none_or(|stored| known.has_replaced(stored)) {
                return Err(Code::VaultItemMissing.into());
            }
        }
        file.add(connection, secrets)
    }

    /// One line for the file, not one for each connection: nothing of theirs has changed.
    fn written(&self, kind: ActivityKind, channel: Channel, names: &[String]) -> Result<(), Problem> {
        self.inner.ports.store.record(NewActivity {
            at: self.now(),
            connection: None,
            connection_name: String::new(),
            kind,
            channel,
            code: None,
            detail: Some(plain(&names.join(", "), 300)),
        })?;
        Ok(())
    }
}

/// The person's own files. One with scripts is written so that it stands by itself, with the scripts in it; any other,
/// also one with mistakes, to the letter.
fn own_files(catalog: &Catalog) -> ProviderTexts {
    let text = |id: &ProviderId| {
        let scripted = catalog.get(id).is_some_and(|spec| !spec.scripts.is_empty());
        let whole = if scripted { catalog.share(id).ok() } else { None };
        whole.or_else(|| catalog.own_text(id).map(str::to_owned))
    };
    catalog.own_ids().filter_map(|id| text(&id).map(|text| (id, text))).collect()
}

fn unreadable(row: &Unreadable) -> LeftOutView {
    let problem = Problem::new(Code::RecordUnreadable).because(&row.cause);
    LeftOutView { name: plain(&row.name, 80), problem: (&problem).into() }
}
