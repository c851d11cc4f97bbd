//! After a sign-in: the tenants, sites or accounts the token reaches. The first is used until the person chooses another.

use std::collections::BTreeMap;

use tokenrack_oauth::dialect::{LookupDialect, RequestTemplate};
use tokenrack_oauth::lookup::{self, Choice};
use tokenrack_oauth::secret::ClientSecret;
use tokenrack_oauth::template::Values;

use super::server;
use crate::connection::Connection;
use crate::engine::Ports;
use crate::problem::Problem;
use crate::provider::ProviderSpec;
use crate::record::Tokens;

/// Asks for each list of the file, keeps a value of each in `tokens`, and answers the lists by the name of their value.
/// A list that cannot be had costs the value, not the sign-in.
pub async fn find(
    ports: &Ports,
    connection: &Connection,
    spec: &ProviderSpec,
    secret: Option<&ClientSecret>,
    tokens: &mut Tokens,
) -> BTreeMap<String, Vec<Choice>> {
    let mut lists = BTreeMap::new();
    for index in 0..spec.lookup.len() {
        let store = &spec.lookup[index].store;
        match list(ports, connection, spec, secret, tokens, index).await {
            Ok(choices) => {
                let before = connection.state.grant().and_then(|grant| grant.captured.get(store));
                if let Some(chosen) = chosen(&choices, before) {
                    tokens.grant.captured.insert(store.clone(), chosen.id.clone());
                }
                lists.insert(store.clone(), choices);
            }
            Err(problem) => tracing::warn!(%problem, store, "what the token reaches could not be listed"),
        }
    }
    lists
}

/// One list, without what the provider's file does not allow.
async fn list(
    ports: &Ports,
    connection: &Connection,
    spec: &ProviderSpec,
    secret: Option<&ClientSecret>,
    tokens: &Tokens,
    index: usize,
) -> Result<Vec<Choice>, Problem> {
    let captured = &tokens.grant.captured;
    let filled = server::with_captured(spec, captured)?;
    let client = server::client(ports, &filled, connection, secret)?;
    let values = Values::new(&client, &tokens.access_token, captured);
    let own = &filled.lookup[index];
    let dialect = match own.request.url {
        Some(_) => own.clone(),
        None => LookupDialect { request: whoami(&filled, connection), ..own.clone() },
    };
    let body = lookup::ask(ports.http.as_ref(), &dialect, &values, ports.clock.now()).await?;
    let mut choices = lookup::read(&body, &dialect)?;
    choices.retain(|choice| allowed(spec, &dialect.store, &choice.id));
    Ok(choices)
}

/// The request that says who is connected, where its answer holds the list too.
fn whoami(spec: &ProviderSpec, connection: &Connection) -> RequestTemplate {
    let own = spec.account.request.clone();
    let place = || server::place(spec, connection, |server| &server.userinfo_endpoint);
    RequestTemplate { url: own.url.clone().or_else(place), ..own }
}

/// Whether the provider's file takes `value` for what it calls `store`.
pub fn allowed(spec: &ProviderSpec, store: &str, value: &str) -> bool {
    spec.with_captured(&[(store.to_owned(), value.to_owned())].into()).is_ok()
}

/// What was chosen before, if it is still there, else the first.
fn chosen<'a>(choices: &'a [Choice], before: Option<&String>) -> Option<&'a Choice> {
    choices.iter().find(|choice| Some(&choice.id) == before).or(choices.first())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_lasts_as_long_as_it_exists() {
        let choices = ["a", "b"].map(|id| Choice { id: id.into(), label: id.to_uppercase() });
        let chosen =
            |before: Option<&str>| chosen(&choices, before.map(str::to_owned).as_ref()).map(|c| &*c.id);
        assert_eq!(chosen(None), Some("a"));
        assert_eq!(chosen(Some("b")), Some("b"));
        assert_eq!(chosen(Some("gone")), Some("a"));
        assert_eq!(super::chosen(&[], None), None);
    }
}
