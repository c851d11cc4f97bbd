//! Which tenant, site or account of several: listed after a sign-in, chosen by the person.

use super::Engine;
use super::agreement::nothing_is_away;
use crate::connection::{Connection, ConnectionId};
use crate::flows::lookup;
use crate::ports::Change;
use crate::problem::{Code, Problem};
use crate::record::{SecretRecord, Tokens};
use crate::view::ConnectionView;

impl Engine {
    /// Lists what new tokens reach, where the provider's file asks for it, and puts the first of each list into them,
    /// or what was chosen before. A list that cannot be had is no reason to lose the tokens.
    pub(super) async fn list_choices(
        &self,
        connection: &Connection,
        record: &SecretRecord,
        tokens: &mut Tokens,
    ) {
        let Ok(spec) = self.spec(connection) else { return };
        if spec.lookup.is_empty() {
            return;
        }
        let (ports, secret) = (self.ports_with(&spec, record), record.client_secret.as_ref());
        let lists = lookup::find(&ports, connection, &spec, secret, tokens).await;
        let kept = self.update(&connection.id, |connection| {
            connection.choices = lists.clone();
            Some(Change::default())
        });
        if let Err(problem) = kept {
            tracing::warn!(%problem, "what the token reaches could not be kept");
        }
    }

    /// Chooses by id, or by label ignoring case, what the lists of the last sign-in hold as `store`.
    ///
    /// # Errors
    /// `InvalidInput` with what can be chosen, `NotConnected`, a vault problem.
    pub async fn choose(
        &self,
        id: &ConnectionId,
        store: &str,
        wanted: &str,
    ) -> Result<ConnectionView, Problem> {
        let _lock = self.lock(id).await?;
        let connection = self.load(id)?;
        let chosen = chosen(&connection, store, wanted)?;
        let mut record = self.read_secrets(&connection).await?;
        nothing_is_away(&connection, &record)?;
        let tokens = record.tokens.as_mut().ok_or(Code::NotConnected)?;
        tokens.grant.captured.insert(store.to_owned(), chosen.clone());
        self.write_secrets(&connection, &record).await?;
        let connection = self.update(id, |connection| {
            connection
                .state
                .with_grant(|grant| drop(grant.captured.insert(store.to_owned(), chosen.clone())));
            Some(Change::default())
        })?;
        Ok(self.view_of(&connection))
    }
}

/// The id of what is wanted.
fn chosen(connection: &Connection, store: &str, wanted: &str) -> Result<String, Problem> {
    let invalid = |words: String| Problem::new(Code::InvalidInput).because(words);
    let Some(choices) = connection.choices.get(store) else {
        let stores: Vec<&str> = connection.choices.keys().map(String::as_str).collect();
        return Err(invalid(format!("there is no {store} to choose; there is: {}", stores.join(", "))));
    };
    let by_label = || choices.iter().find(|choice| choice.label.to_lowercase() == wanted.to_lowercase());
    let found = choices.iter().find(|choice| choice.id == wanted).or_else(by_label);
    found.map(|choice| choice.id.clone()).ok_or_else(|| {
        let labels: Vec<&str> = choices.iter().map(|choice| choice.label.as_str()).collect();
        invalid(format!("{store} is one of: {}", labels.join(", ")))
    })
}
