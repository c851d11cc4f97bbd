//! The way to the vault: one record a connection, read whole and written whole, under the connection's lock.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokenrack_oauth::secret::Passphrase;

use super::{Engine, Flight, Flights, Flying, Unsaved, locked};
use crate::connection::{Connection, ConnectionId};
use crate::event::{Channel, UnderWay, Unfinished};
use crate::ports::{VaultError, VaultItem, VaultKind, VaultState, VaultStatus};
use crate::problem::{Code, Problem};
use crate::record::{AttemptSecrets, SecretRecord};
use crate::status::{self, VAULT_IS_AWAY};

/// Waits between tries to save new tokens before they are declared unsaved.
const SAVE_AGAIN_AFTER: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(1)];

impl Engine {
    /// The connection's secrets; empty when the vault has none. Tokens that wait for saving come first.
    pub(super) async fn read_secrets(&self, connection: &Connection) -> Result<SecretRecord, Problem> {
        if let Some(unsaved) = locked(&self.inner.unsaved).get(&connection.id) {
            return Ok(unsaved.record.clone());
        }
        let bytes = self.heard(self.inner.ports.vault.read(&self.item(connection)).await)?;
        match bytes {
            Some(bytes) => Ok(SecretRecord::decode(&bytes)?),
            None => Ok(SecretRecord::default()),
        }
    }

    /// Writes the connection's secrets; an empty record removes the item.
    pub(super) async fn write_secrets(
        &self,
        connection: &Connection,
        record: &SecretRecord,
    ) -> Result<(), Problem> {
        let item = self.item(connection);
        let vault = &self.inner.ports.vault;
        let written = if record.is_empty() {
            vault.delete(&item).await
        } else {
            vault.write(&item, record.encode()?).await
        };
        self.heard(written)?;
        locked(&self.inner.unsaved).remove(&connection.id);
        Ok(())
    }

    /// Asked before something single-use is spent whose answer has to be saved.
    ///
    /// # Errors
    /// A vault problem.
    pub(super) async fn has_room(&self, connection: &Connection) -> Result<(), Problem> {
        let room = self.inner.ports.vault.has_room(&self.item(connection)).await;
        room.map_err(|error| match Problem::from(error) {
            // Not to be written to is not to be kept back: what is read then takes nothing of it back.
            problem if problem.code == Code::VaultDenied => Problem { code: Code::VaultFailed, ..problem },
            problem => problem,
        })
    }

    /// As `write_secrets`, for a change that is made whole or not at all: one that was not answered in time may have happened.
    pub(super) async fn change_secrets(
        &self,
        connection: &Connection,
        before: &SecretRecord,
        record: &SecretRecord,
    ) -> Result<(), Problem> {
        let written = self.write_secrets(connection, record).await;
        if let Err(Problem { code: Code::VaultTimedOut, .. }) = written {
            self.put_back(connection, before).await;
        }
        written
    }

    /// The secrets of the sign-in that waits. Damaged ones are as good as none.
    pub(super) async fn read_attempt(
        &self,
        connection: &Connection,
    ) -> Result<Option<AttemptSecrets>, Problem> {
        let bytes = self.heard(self.inner.ports.vault.read(&self.attempt_item(connection)).await)?;
        Ok(bytes.and_then(|bytes| AttemptSecrets::decode(&bytes).ok()))
    }

    /// Writes them; `None` removes the item.
    pub(super) async fn write_attempt(
        &self,
        connection: &Connection,
        secrets: Option<&AttemptSecrets>,
    ) -> Result<(), Problem> {
        let (item, vault) = (self.attempt_item(connection), &self.inner.ports.vault);
        let written = match secrets {
            Some(secrets) => vault.write(&item, secrets.encode()?).await,
            None => vault.delete(&item).await,
        };
        Ok(self.heard(written)?)
    }

    /// As `write_attempt`, for what is worthless from now on.
    pub(super) async fn forget_attempt(&self, connection: &Connection) {
        if let Err(problem) = self.write_attempt(connection, None).await {
            tracing::debug!(%problem, "an ended attempt's secrets stay until the next attempt");
        }
    }

    /// Undoes a write that went with a change which was not made.
    pub(super) async fn put_back(&self, connection: &Connection, before: &SecretRecord) {
        if let Err(problem) = self.write_secrets(connection, before).await {
            tracing::warn!(%problem, "the vault may keep what was not changed");
        }
    }

    /// As `write_secrets`, for tokens that exist nowhere else: tries again, and keeps them in memory if it must.
    pub(super) async fn save_new_tokens(
        &self,
        connection: &Connection,
        record: SecretRecord,
    ) -> Result<(), Problem> {
        let mut outcome = self.write_secrets(connection, &record).await;
        for pause in SAVE_AGAIN_AFTER {
            if outcome.is_ok() {
                break;
            }
            self.inner.ports.clock.sleep(pause).await;
            outcome = self.write_secrets(connection, &record).await;
        }
        let Err(problem) = outcome else { return Ok(()) };
        locked(&self.inner.unsaved).insert(connection.id.clone(), Unsaved { record, lock: None });
        // Faces hear of it also where the database takes nothing either.
        self.read_again();
        Err(Problem::new(Code::Unsaved).because(&problem))
    }

    /// Saves tokens that wait in memory, again and again for so long: for a face that is about to end, because they
    /// would end with it. Does nothing when none wait.
    ///
    /// # Errors
    /// `Unsaved` when the vault did not take them in that time.
    pub async fn save_before_the_end(
        &self,
        id: &ConnectionId,
        patience: Duration,
        channel: Channel,
    ) -> Result<(), Problem> {
        let clock = &self.inner.ports.clock;
        let mut why = Problem::new(Code::Unsaved);
        let tries = async {
            while self.is_unsaved(id) {
                if let Err(problem) = self.only_save(id, channel).await {
                    why = problem;
                    clock.sleep(Duration::from_secs(1)).await;
                }
            }
        };
        tokio::select! {
            biased;
            () = tries => {}
            () = clock.sleep(patience) => {}
        }
        if self.is_unsaved(id) { Err(why) } else { Ok(()) }
    }

    /// A refresh that asks nobody: generation 0 is older than all there can be.
    pub(super) async fn only_save(&self, id: &ConnectionId, channel: Channel) -> Result<(), Problem> {
        self.refresh_from(id, 0, channel).await.map(drop)
    }

    /// Whether new tokens may be on their way, or wait for the vault, and an end of this process would lose them; or
    /// whether it would cut short a disconnect.
    pub fn is_busy(&self) -> bool {
        self.loses(&locked(&self.inner.flights))
    }

    /// Whether this process may end because it is not busy. Then it has to: nothing that could bring new tokens begins any
    /// more.
    pub fn end_if_idle(&self) -> bool {
        let mut flights = locked(&self.inner.flights);
        flights.are_over |= !self.loses(&flights);
        flights.are_over
    }

    /// What waits is looked at last: a flight that ends may leave it.
    fn loses(&self, flights: &Flights) -> bool {
        flights.under_way().next().is_some() || !self.unsaved().is_empty()
    }

    /// Starts nothing more by itself, and waits, at most for so long in all, until what is under way has ended and what
    /// waits is saved; answers whose new tokens would be lost, by what. A disconnect that is cut short loses none, and says
    /// so when the next face opens. Where nobody's would be, this process has to end, as with `end_if_idle`.
    pub async fn save_all_before_the_end(&self, patience: Duration, channel: Channel) -> Vec<Unfinished> {
        self.inner.is_ending.store(true, Ordering::Relaxed);
        let save = || async {
            for id in self.unsaved() {
                if let Err(problem) = self.only_save(&id, channel).await {
                    tracing::warn!(%problem, connection = %id, "new tokens are not saved");
                }
            }
        };
        let land = async {
            let flights: Vec<Flight> =
                locked(&self.inner.flights).under_way().map(|(_, (flight, _))| flight.clone()).collect();
            for flight in flights {
                drop(flight.lock().await);
            }
        };
        // What has come is saved while others are waited for.
        let all = async {
            tokio::join!(land, save());
            save().await;
        };
        let clock = self.inner.ports.clock.clone();
        tokio::select! {
            biased;
            () = all => {}
            () = clock.sleep(patience) => {}
        }
        let mut flights = locked(&self.inner.flights);
        let flying = flights.under_way().filter_map(|(id, (_, flying))| match flying {
            Flying::Refresh => Some((id.clone(), UnderWay::Refresh)),
            Flying::SignIn => Some((id.clone(), UnderWay::SignIn)),
            Flying::Disconnect => None,
        });
        let mut left: BTreeMap<_, _> = flying.collect();
        // These are tried to be saved as a refresh is.
        left.extend(self.unsaved().into_iter().map(|id| (id, UnderWay::Saving)));
        // The person is asked, and may stay.
        self.inner.is_ending.store(left.is_empty(), Ordering::Relaxed);
        flights.are_over = left.is_empty();
        left.into_iter().map(|(connection, work)| Unfinished { connection, work }).collect()
    }

    /// The connections whose new tokens are in this process's memory only.
    pub fn unsaved(&self) -> Vec<ConnectionId> {
        locked(&self.inner.unsaved).keys().cloned().collect()
    }

    /// Whether those are tokens to use, and not to be revoked alone.
    pub(super) fn keeps_tokens(&self, id: &ConnectionId) -> bool {
        locked(&self.inner.unsaved).get(id).is_some_and(|unsaved| unsaved.record.tokens.is_some())
    }

    /// Whether tokens of this connection wait in memory for the vault.
    pub(super) fn is_unsaved(&self, id: &ConnectionId) -> bool {
        locked(&self.inner.unsaved).contains_key(id)
    }

    /// All of them, for a connection that is forgotten.
    pub(super) async fn delete_secrets(&self, connection: &Connection) -> Result<(), Problem> {
        self.write_attempt(connection, None).await?;
        self.write_secrets(connection, &SecretRecord::default()).await
    }

    /// Where this profile keeps its secrets.
    pub fn vault_kind(&self) -> VaultKind {
        self.inner.ports.vault.kind()
    }

    /// Whether the vault can be used now.
    pub async fn vault_status(&self) -> VaultStatus {
        let status = self.look_at_vault().await;
        self.vault_is(status.clone());
        status
    }

    /// Its state, and whether it is one that somebody would make in the place of another.
    pub(super) async fn look_at_vault(&self) -> VaultStatus {
        let status = self.inner.ports.vault.status().await;
        let all = if status.state == VaultState::New { self.inner.ports.store.load_all().ok() } else { None };
        if all.is_some_and(|all| all.connections.iter().any(Connection::has_tokens)) {
            return VaultStatus { detail: Some(VAULT_IS_AWAY.english().to_owned()), ..status };
        }
        status
    }

    /// Unlocks the vault: the system's prompt for a keychain, the passphrase for a file. A sign-in that was cut short ends, with
    /// the tokens that it has saved.
    ///
    /// # Errors
    /// A vault problem.
    pub async fn unlock(&self, passphrase: Option<Passphrase>) -> Result<(), Problem> {
        let outcome = self.inner.ports.vault.unlock(passphrase).await;
        self.vault_status().await;
        outcome?;
        if let Err(problem) = self.end_late_attempts().await {
            tracing::warn!(%problem, "sign-ins that were cut short are looked at another time");
        }
        Ok(())
    }

    /// A failed call may mean that the vault's state has changed: faces hear of it.
    fn heard<T>(&self, outcome: Result<T, VaultError>) -> Result<T, VaultError> {
        if matches!(outcome, Err(VaultError::Locked | VaultError::Absent(_) | VaultError::Denied(_))) {
            self.vault_failed();
        }
        outcome
    }

    fn item(&self, connection: &Connection) -> VaultItem {
        let catalog = self.catalog();
        let provider = status::spec(connection, &catalog).map_or("provider", |spec| spec.name.as_str());
        VaultItem { id: connection.id.clone(), label: format!("Tokenrack: {} ({provider})", connection.name) }
    }

    fn attempt_item(&self, connection: &Connection) -> VaultItem {
        let VaultItem { id, label } = self.item(connection);
        VaultItem::of_attempt(&id, &label)
    }
}
