//! A connection's settings, as they can be shown to anybody.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::connection::{ClientAuthentication, Connection, GrantType, ProviderRef, RedirectMethod};
use crate::provider::ProviderId;
use crate::view::Draft;

/// A connection without its tokens, its secret and its history: what somebody else needs to have the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shared {
    pub(crate) name: String,
    /// A catalog id, or one of the file's own providers.
    pub(crate) provider: ProviderId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) environment: Option<String>,
    pub(crate) client_id: String,
    pub(crate) authentication: ClientAuthentication,
    #[serde(default)]
    pub(crate) grant_type: GrantType,
    pub(crate) redirect: RedirectMethod,
    pub(crate) redirect_uri: String,
    #[serde(default)]
    pub(crate) scopes: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) resources: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) vars: BTreeMap<String, String>,
    /// Who was connected: for who reads the file. Nothing is made of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) account: Option<String>,
}

impl Shared {
    /// Without the account, which names a person.
    pub(crate) fn of(connection: &Connection) -> Self {
        let registration = &connection.registration;
        Self {
            name: connection.name.clone(),
            provider: provider_id(&connection.provider),
            environment: connection.environment.clone(),
            client_id: registration.client_id.clone(),
            authentication: registration.authentication,
            grant_type: registration.grant_type,
            redirect: registration.redirect,
            redirect_uri: registration.redirect_uri.clone(),
            scopes: connection.scopes.clone(),
            resources: connection.resources.clone(),
            vars: connection.vars.clone(),
            account: None,
        }
    }

    /// With the client of this connection, and the way its tokens come.
    #[must_use]
    pub(crate) fn with_client_of(self, connection: &Connection) -> Self {
        let Self { client_id, authentication, grant_type, redirect, redirect_uri, .. } = Self::of(connection);
        Self { client_id, authentication, grant_type, redirect, redirect_uri, ..self }
    }

    /// The draft that adds it. `provider` is what the engine calls its provider.
    pub(crate) fn draft(&self, provider: String, name: String) -> Draft {
        Draft {
            provider,
            name: Some(name),
            client_id: self.client_id.clone(),
            client_of: None,
            authentication: Some(self.authentication),
            grant: Some(self.grant_type),
            scopes: Some(self.scopes.clone()),
            resources: self.resources.clone(),
            vars: self.vars.clone(),
            environment: self.environment.clone(),
            endpoints: None,
            redirect: Some(self.redirect),
            port: None,
            redirect_uri: Some(self.redirect_uri.clone()),
        }
    }

    /// The settings in which the two differ, by their names in the file. Providers are compared by their specs, not by
    /// what they are called.
    pub(crate) fn differences(&self, other: &Self) -> Vec<String> {
        let same = [
            ("name", self.name == other.name),
            ("environment", self.environment == other.environment),
            ("client_id", self.client_id == other.client_id),
            ("authentication", self.authentication == other.authentication),
            ("grant_type", self.grant_type == other.grant_type),
            ("redirect", self.redirect == other.redirect),
            ("redirect_uri", self.redirect_uri == other.redirect_uri),
            ("scopes", self.scopes == other.scopes),
            ("resources", self.resources == other.resources),
            ("vars", self.vars == other.vars),
        ];
        same.into_iter().filter(|(_, same)| !same).map(|(name, _)| name.to_owned()).collect()
    }
}

pub(crate) fn provider_id(provider: &ProviderRef) -> ProviderId {
    match provider {
        ProviderRef::Catalog(id) => id.clone(),
        ProviderRef::Own(spec) => spec.id.clone(),
    }
}
