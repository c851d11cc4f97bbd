//! The record, the settings, the doctor.

use super::Engine;
use crate::activity::{ActivityFilter, ActivityFormat};
use crate::connection::ConnectionId;
use crate::event::ActivityEntry;
use crate::language::again;
use crate::ports::{Unreadable, VaultItem, VaultKind, VaultState, VaultStatus};
use crate::problem::{Code, Problem, plain};
use crate::say;
use crate::view::{CheckOutcome, CheckView, ProviderLink, Settings};
use tokenrack_oauth::secret::SecretBytes;

const SETTINGS: &str = "settings";

impl Engine {
    /// The activity record, newest first.
    ///
    /// # Errors
    /// A store problem.
    pub fn activity(&self, filter: &ActivityFilter) -> Result<Vec<ActivityEntry>, Problem> {
        Ok(self.inner.ports.store.activity(filter)?)
    }

    /// All that a filter takes of the record, to be written to a file. No secret: the record holds none.
    ///
    /// # Errors
    /// A store problem.
    pub fn export_activity(&self, filter: ActivityFilter, format: ActivityFormat) -> Result<String, Problem> {
        let lines = self.activity(&ActivityFilter { limit: usize::MAX, ..filter })?;
        format.write(&lines).map_err(|error| Problem::new(Code::Internal).because(error))
    }

    /// The person's settings; the defaults until they are saved.
    ///
    /// # Errors
    /// A store problem.
    pub fn settings(&self) -> Result<Settings, Problem> {
        let Some(text) = self.inner.ports.store.setting(SETTINGS)? else { return Ok(Settings::default()) };
        Ok(serde_json::from_str(&text).unwrap_or_else(|error| {
            tracing::warn!(%error, "the saved settings could not be read; the defaults are used");
            Settings::default()
        }))
    }

    /// Saves the settings.
    ///
    /// # Errors
    /// `InvalidInput` for a value out of range, or a store problem.
    pub fn set_settings(&self, settings: &Settings) -> Result<(), Problem> {
        if !(5..=300).contains(&settings.clipboard_seconds) {
            return Err(Problem::new(Code::InvalidInput).because("the clipboard time is 5 to 300 seconds"));
        }
        let text =
            serde_json::to_string(settings).map_err(|error| Problem::new(Code::Internal).because(error))?;
        self.inner.ports.store.set_setting(SETTINGS, &text)?;
        Ok(())
    }

    /// Whether this profile does it for the first time: answers so once for each name.
    ///
    /// # Errors
    /// A store problem.
    pub fn first_time(&self, name: &str) -> Result<bool, Problem> {
        let key = format!("done.{name}");
        if self.inner.ports.store.setting(&key)?.is_some() {
            return Ok(false);
        }
        self.inner.ports.store.set_setting(&key, "true")?;
        Ok(true)
    }

    /// A page of the connection's provider that a person may open.
    ///
    /// # Errors
    /// `InvalidInput` when the provider has no such page.
    pub fn provider_link(&self, id: &ConnectionId, which: ProviderLink) -> Result<url::Url, Problem> {
        super::registration::link(&self.spec(&self.load(id)?)?, which)
    }

    /// Vault, database, own providers and clock checked; faces add what only they can check.
    pub async fn doctor(&self) -> Vec<CheckView> {
        let mut checks = vec![self.vault_check().await, self.database_check()];
        // What keeps all of them from being read, the check before says.
        checks.extend(self.unreadable().unwrap_or_default());
        checks.extend(self.catalog().check());
        checks.push(self.clock_check());
        checks
    }

    /// A failed check for each connection whose record is damaged: it is in no snapshot.
    ///
    /// # Errors
    /// A store problem.
    pub fn unreadable(&self) -> Result<Vec<CheckView>, Problem> {
        Ok(self.inner.ports.store.load_all()?.unreadable.iter().map(record_check).collect())
    }

    /// A vault that says that it is ready shows it: it keeps an item of ours, gives it back and deletes it.
    async fn vault_check(&self) -> CheckView {
        let status = self.vault_status().await;
        let mut check = vault_check(&status);
        if status.state != VaultState::Ready {
            return check;
        }
        let began = self.now();
        match self.try_vault().await {
            Ok(()) => {
                let took = self.now().duration_since(began).as_millis();
                check.finding = say!(
                    "{backend}: an item was written, read and deleted in {took} ms",
                    backend = status.backend,
                    took = took
                );
            }
            Err(problem) => {
                check.outcome = CheckOutcome::Failed;
                check.finding = format!("{}: {}", status.backend, problem.say());
                check.cure = Some(problem.code.suggestion().said().to_owned());
            }
        }
        check
    }

    async fn try_vault(&self) -> Result<(), Problem> {
        let vault = &self.inner.ports.vault;
        let mut bytes = [0; 16];
        self.inner.ports.entropy.fill(&mut bytes);
        let name: String = bytes.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        // Of its own, so that two tests at once do not meet.
        let item =
            VaultItem { id: ConnectionId(format!("test-{name}")), label: "Tokenrack: test".to_owned() };
        let tried = async {
            vault.write(&item, SecretBytes::new(bytes.to_vec())).await?;
            vault.read(&item).await
        };
        let read = tried.await;
        // Also what a write has left that came too late.
        let deleted = vault.delete(&item).await;
        let read = read?;
        deleted?;
        match read {
            Some(read) if read.expose() == bytes => Ok(()),
            _ => Err(Problem::new(Code::VaultFailed).because("it did not give back what it was given")),
        }
    }

    fn database_check(&self) -> CheckView {
        let all = self.inner.ports.store.load_all();
        let (outcome, finding, cure) = match all {
            Ok(all) => {
                let finding = match all.connections.len() {
                    1 => say!("readable, 1 connection"),
                    count => say!("readable, {count} connections", count = count),
                };
                (CheckOutcome::Ok, finding, None)
            }
            Err(error) => {
                let problem = Problem::from(error);
                (CheckOutcome::Failed, problem.say(), Some(problem.code.suggestion().said().to_owned()))
            }
        };
        CheckView { name: "database".into(), title: say!("Database"), outcome, finding, cure }
    }

    /// Without asking the network, a clock that went back is all that can be seen.
    fn clock_check(&self) -> CheckView {
        let now = self.now();
        let newest = self.activity(&ActivityFilter { limit: 1, ..ActivityFilter::default() }).ok();
        let newest = newest.and_then(|lines| lines.first().map(|line| line.at));
        let behind = newest.filter(|at| at.duration_since(now).as_secs() > 300);
        let (outcome, finding, cure) = match behind {
            None => (
                CheckOutcome::Ok,
                say!("{now}, after everything in the record", now = format_args!("{now:.0}")),
                None,
            ),
            Some(at) => (
                CheckOutcome::Warning,
                say!(
                    "{now}, but the record goes on until {at}",
                    now = format_args!("{now:.0}"),
                    at = format_args!("{at:.0}")
                ),
                Some(say!("Set this machine's clock: sign-ins fail when it is wrong by minutes.")),
            ),
        };
        CheckView { name: "clock".into(), title: say!("Clock"), outcome, finding, cure }
    }
}

fn record_check(row: &Unreadable) -> CheckView {
    let Unreadable { id, name, cause } = row;
    CheckView {
        name: "record".into(),
        title: say!("Record"),
        outcome: CheckOutcome::Failed,
        finding: say!(
            "of “{name}” ({id}) cannot be read: {cause}",
            name = plain(name, 80),
            id = id,
            cause = plain(cause, 300)
        ),
        cure: Some(say!(
            "Where a newer Tokenrack wrote it, update this program. Otherwise remove it with `tokenrack disconnect {id} --forget`, then add it again.",
            id = id
        )),
    }
}

fn vault_check(status: &VaultStatus) -> CheckView {
    let (outcome, words, code) = match status.state {
        VaultState::Ready => (CheckOutcome::Ok, say!("ready"), None),
        // In the place of another.
        VaultState::New if status.detail.is_some() => {
            (CheckOutcome::Failed, say!("absent"), Some(Code::VaultAway))
        }
        VaultState::New => (CheckOutcome::Warning, say!("not created yet"), None),
        VaultState::Locked => (CheckOutcome::Warning, say!("locked"), Some(Code::VaultLocked)),
        VaultState::Absent => (CheckOutcome::Failed, say!("absent"), Some(Code::VaultAbsent)),
        VaultState::Denied => (CheckOutcome::Failed, say!("denied"), Some(Code::VaultDenied)),
        VaultState::Unresponsive => {
            (CheckOutcome::Failed, say!("does not answer"), Some(Code::VaultTimedOut))
        }
    };
    let mut finding = format!("{}: {words}", status.backend);
    if let Some(detail) = &status.detail {
        finding = format!("{finding} ({})", again(detail));
    }
    let cure = match (status.state, code) {
        (VaultState::New, None) => Some(say!("Choose a passphrase; the first one creates the vault.")),
        (_, code) => code.map(|code| code.suggestion().said().to_owned()),
    };
    let (name, title) = match status.kind {
        VaultKind::Keychain => ("keychain", say!("Keychain")),
        VaultKind::File => ("keychain", say!("Encrypted file")),
    };
    CheckView { name: name.into(), title, outcome, finding, cure }
}
