//! A server without a metadata document: its endpoints by hand, or the places that are common among older ones. Neither is
//! ever assumed: a person or a script says so.

use std::collections::BTreeMap;

use super::Engine;
use super::registration::field_problem;
use crate::connection::{GrantType, ProviderRef};
use crate::flows::server;
use crate::problem::{Code, Problem};
use crate::provider::{ProviderSpec, ServerMetadata};
use crate::view::{Draft, Endpoints, ProviderPage};

impl Endpoints {
    /// Where servers from before RFC 8414 often have them. `server` is the part before.
    pub fn common(server: &str) -> Self {
        let server = server.trim().trim_end_matches('/');
        Self {
            authorization_endpoint: Some(format!("{server}/oauth2/auth")),
            token_endpoint: Some(format!("{server}/oauth2/token")),
            ..Self::default()
        }
    }

    /// Each with its name, left empty or not.
    fn all(&self) -> [(&'static str, &Option<String>); 8] {
        [
            ("issuer", &self.issuer),
            ("authorization_endpoint", &self.authorization_endpoint),
            ("token_endpoint", &self.token_endpoint),
            ("revocation_endpoint", &self.revocation_endpoint),
            ("introspection_endpoint", &self.introspection_endpoint),
            ("device_authorization_endpoint", &self.device_authorization_endpoint),
            ("userinfo_endpoint", &self.userinfo_endpoint),
            ("jwks_uri", &self.jwks_uri),
        ]
    }

    /// Whether a sign-in needs nothing else.
    fn suffice(&self, grant: GrantType) -> bool {
        let first = match grant {
            GrantType::AuthorizationCode => &self.authorization_endpoint,
            GrantType::DeviceCode => &self.device_authorization_endpoint,
            GrantType::ClientCredentials => &self.token_endpoint,
        };
        [first, &self.token_endpoint].iter().all(|url| url.as_ref().is_some_and(|url| !url.trim().is_empty()))
    }

    /// The given ones, each a URL that a secret may be sent to; what is wrong with the others goes to `errors`.
    fn checked(&self, errors: &mut BTreeMap<String, String>) -> Self {
        let mut given = BTreeMap::new();
        for (name, url) in self.all() {
            let Some(url) = url.as_deref().map(str::trim).filter(|url| !url.is_empty()) else { continue };
            match server::endpoint(url) {
                Ok(_) => drop(given.insert(name, url.to_owned())),
                Err(problem) => {
                    drop(errors.insert(
                        name.into(),
                        format!("{}. {}", problem.say(), problem.code.suggestion().said()),
                    ))
                }
            }
        }
        Self {
            issuer: given.remove("issuer"),
            authorization_endpoint: given.remove("authorization_endpoint"),
            token_endpoint: given.remove("token_endpoint"),
            revocation_endpoint: given.remove("revocation_endpoint"),
            introspection_endpoint: given.remove("introspection_endpoint"),
            device_authorization_endpoint: given.remove("device_authorization_endpoint"),
            userinfo_endpoint: given.remove("userinfo_endpoint"),
            jwks_uri: given.remove("jwks_uri"),
        }
    }

    /// The server as it is known, with these in the place of what it says itself.
    fn over(self, known: ServerMetadata) -> ServerMetadata {
        ServerMetadata {
            issuer: self.issuer.or(known.issuer),
            authorization_endpoint: self.authorization_endpoint.or(known.authorization_endpoint),
            token_endpoint: self.token_endpoint.or(known.token_endpoint),
            revocation_endpoint: self.revocation_endpoint.or(known.revocation_endpoint),
            introspection_endpoint: self.introspection_endpoint.or(known.introspection_endpoint),
            device_authorization_endpoint: self
                .device_authorization_endpoint
                .or(known.device_authorization_endpoint),
            userinfo_endpoint: self.userinfo_endpoint.or(known.userinfo_endpoint),
            jwks_uri: self.jwks_uri.or(known.jwks_uri),
            ..known
        }
    }
}

impl Engine {
    /// The page of a server whose endpoints a person gives.
    ///
    /// # Errors
    /// `InvalidInput` naming the fields, or a discovery problem when they do not suffice.
    pub async fn server_page(&self, url: &str, endpoints: Endpoints) -> Result<ProviderPage, Problem> {
        let draft = Draft { provider: url.to_owned(), endpoints: Some(endpoints), ..Draft::default() };
        let mut errors = BTreeMap::new();
        let (_, spec) = self.draft_provider(&draft, &mut errors).await?;
        if errors.is_empty() { Ok(spec.page()) } else { Err(field_problem(&errors)) }
    }

    /// What a draft's server is: its provider, and over it the endpoints that were given by hand. With those a sign-in
    /// needs, the server is not asked for anything.
    ///
    /// # Errors
    /// `UnknownProvider`, a discovery problem, or `InvalidInput` for endpoints that do not belong to a server's URL.
    pub(super) async fn draft_provider(
        &self,
        draft: &Draft,
        errors: &mut BTreeMap<String, String>,
    ) -> Result<(ProviderRef, ProviderSpec), Problem> {
        let Some(endpoints) = draft.endpoints.as_ref().filter(|given| **given != Endpoints::default()) else {
            return self.provider(&draft.provider).await;
        };
        let url = draft.provider.trim();
        if !url.contains("://") {
            let words =
                "endpoints by hand belong to the URL of a server, not to a provider that knows its own";
            return Err(Problem::new(Code::InvalidInput).because(words));
        }
        server::endpoint(url)?;
        let suffice = endpoints.suffice(draft.grant.unwrap_or_default());
        let given = endpoints.checked(errors);
        let mut spec = if suffice {
            let mut spec = ProviderSpec::from_issuer(url, &ServerMetadata::default());
            // Nobody has named one, so no answer is held against it.
            spec.server.metadata.issuer = None;
            spec.description = Some(format!("{url}, its endpoints given by hand"));
            spec
        } else {
            self.provider(url).await?.1
        };
        spec.server.metadata = given.over(spec.server.metadata);
        Ok((ProviderRef::Own(Box::new(spec.clone())), spec))
    }
}
