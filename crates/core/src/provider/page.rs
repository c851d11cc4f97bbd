//! A provider as faces show it.

use std::collections::BTreeSet;

use super::discovered::DISCOVERED;
use super::{Links, Pkce, ProviderSpec, RedirectKind, VariableSource};
use crate::connection::{ClientAuthentication, GrantType, RedirectMethod};
use crate::say;
use crate::view::{Origin, ProviderLink, ProviderPage, ProviderView, SecretNeed, VarView};

/// A server may list any number of scopes.
const MOST_SCOPES: usize = 200;

impl Links {
    /// The page's address, if the provider has one; variables may still be in braces.
    pub fn get(&self, link: ProviderLink) -> Option<&str> {
        match link {
            ProviderLink::Register => self.register.as_deref(),
            ProviderLink::Docs => self.docs.as_deref(),
            ProviderLink::UserRevoke => self.user_revoke.as_deref(),
        }
    }

    /// The pages there are.
    pub fn present(&self) -> Vec<ProviderLink> {
        let all = [ProviderLink::Register, ProviderLink::Docs, ProviderLink::UserRevoke];
        all.into_iter().filter(|link| self.get(*link).is_some()).collect()
    }
}

impl ProviderSpec {
    /// A line of the gallery.
    pub fn view(&self) -> ProviderView {
        ProviderView {
            id: self.id.clone(),
            name: self.name.clone(),
            category: self.category.clone(),
            icon: self.icon.clone(),
            verified: self.verified.clone(),
        }
    }

    /// The provider's page, variables still in braces.
    pub fn page(&self) -> ProviderPage {
        let var = |(name, var): (&String, &super::Variable)| VarView {
            name: name.clone(),
            title: var.title.clone(),
            default: var.default.clone(),
            example: var.example.clone(),
            choices: var.choices.clone(),
        };
        ProviderPage {
            provider: self.view(),
            origin: self.origin(),
            sources: self.sources.clone(),
            description: self.description.clone(),
            register_url: self.links.register.clone(),
            docs_url: self.links.docs.clone(),
            app_type: self.setup.app_type.clone(),
            checklist: self.setup.checklist.clone(),
            warnings: self.setup.warnings.clone(),
            vars: self.vars.iter().filter(|(_, var)| var.source == VariableSource::User).map(var).collect(),
            grants: self.grants(),
            secret: self.secret(GrantType::AuthorizationCode),
            device_secret: self.secret(GrantType::DeviceCode),
            authentication: self.authentication(),
            redirects: self.redirects(),
            default_scopes: self.default_scopes(),
            scopes: self.known_scopes(),
            scope_meanings: self.scopes.explain.clone(),
            refreshes: self.refreshes(),
            pkce: self.client.pkce != Pkce::Never,
        }
    }

    /// What is asked for unless a person says otherwise, each once: the scope for refresh tokens may be among the others.
    pub(crate) fn default_scopes(&self) -> Vec<String> {
        let named = &self.scopes.default;
        let offline = self.scopes.offline.iter().filter(|scope| !named.contains(scope));
        named.iter().chain(offline).cloned().collect()
    }

    /// Each once, and no more than a person looks through.
    fn known_scopes(&self) -> Vec<String> {
        let listed = self.server.metadata.scopes_supported.iter().flatten();
        let known: BTreeSet<_> = self.scopes.explain.keys().chain(listed).collect();
        known.into_iter().take(MOST_SCOPES).cloned().collect()
    }

    /// Whether the client has a secret, for one way to tokens.
    pub(crate) fn secret(&self, grant: GrantType) -> SecretNeed {
        let own = self.client.device_secret.filter(|_| grant == GrantType::DeviceCode);
        own.unwrap_or(self.client.secret)
    }

    /// What a person should know before they sign in with it.
    pub(crate) fn cautions(&self) -> Vec<String> {
        let no_pkce = (self.client.pkce == Pkce::Never).then(|| {
            say!(
                "This provider refuses PKCE, so only `state` protects the sign-in against a stolen redirect."
            )
        });
        let scripted = (!self.scripts.is_empty()).then(|| {
            say!(
                "{id}.toml brings scripts of its own, which are given the code, tokens and secret of its connections.",
                id = self.id
            )
        });
        no_pkce.into_iter().chain(scripted).collect()
    }

    /// Where a spec that is in no catalog comes from.
    fn origin(&self) -> Origin {
        if self.category == DISCOVERED {
            Origin::Discovered
        } else {
            Origin::Own { file: format!("{}.toml", self.id) }
        }
    }

    /// Client authentication methods the provider takes, best first. RFC 8414 gives their list no order; Basic is
    /// what RFC 6749 §2.3.1 wants, and a secret is better than none.
    fn authentication(&self) -> Vec<ClientAuthentication> {
        use ClientAuthentication::{ClientSecretBasic, ClientSecretPost, None, PrivateKeyJwt};
        let metadata = &self.server.metadata;
        let mut methods: Vec<_> = match &metadata.token_endpoint_auth_methods_supported {
            Some(names) => names.iter().filter_map(|name| method(name)).collect(),
            // RFC 8414 §2: absent means `client_secret_basic`. Where the server's own document is still to be
            // read, either could be in it.
            _ if metadata.token_endpoint.is_some() => vec![ClientSecretBasic],
            _ => vec![ClientSecretBasic, ClientSecretPost],
        };
        match self.client.secret {
            SecretNeed::Forbidden => methods = vec![None],
            SecretNeed::Required => methods.retain(|method| *method != None),
            SecretNeed::Optional if !methods.contains(&None) => methods.push(None),
            SecretNeed::Optional => {}
        }
        methods.sort_by_key(|method| {
            [ClientSecretBasic, ClientSecretPost, PrivateKeyJwt, None].iter().position(|m| m == method)
        });
        methods.dedup();
        methods
    }

    /// Whether Tokenrack can register a client by itself.
    pub(crate) fn registers(&self) -> bool {
        self.server.metadata.registration_endpoint.is_some() || self.hooks.register_client.is_some()
    }

    /// How a client that registers itself proves itself: without a secret where the server says it takes that, else as it
    /// takes it best.
    pub(crate) fn registered_authentication(&self) -> ClientAuthentication {
        let methods = self.authentication();
        let named = self.server.metadata.token_endpoint_auth_methods_supported.as_deref();
        let takes_none = named.unwrap_or_default().iter().any(|name| name == "none");
        let with_secret = methods.iter().find(|method| method.name().starts_with("client_secret"));
        match (takes_none && methods.contains(&ClientAuthentication::None), with_secret) {
            (false, Some(method)) => *method,
            _ => ClientAuthentication::None,
        }
    }

    /// Ways to tokens that the provider is known to offer, best first. What it says itself counts; without a word of it
    /// the browser always is (RFC 8414 §2), and a code where there is an endpoint for it.
    pub(crate) fn grants(&self) -> Vec<GrantType> {
        let metadata = &self.server.metadata;
        let named =
            |name: &str| metadata.grant_types_supported.as_ref().map(|names| names.iter().any(|n| n == name));
        let has_device = metadata.device_authorization_endpoint.is_some();
        let offered = [
            (GrantType::AuthorizationCode, named("authorization_code").unwrap_or(true)),
            (GrantType::DeviceCode, has_device),
            (GrantType::ClientCredentials, named("client_credentials").unwrap_or(false)),
        ];
        offered.into_iter().filter(|(_, offered)| *offered).map(|(grant, _)| grant).collect()
    }

    /// Ways back the provider takes, best first; pasting always works, and comes first only where an https page is best.
    fn redirects(&self) -> Vec<RedirectMethod> {
        let way = |kind: &RedirectKind| match kind {
            RedirectKind::Scheme => RedirectMethod::DeepLink,
            RedirectKind::LoopbackAny | RedirectKind::LoopbackFixed => RedirectMethod::Loopback,
            RedirectKind::Https | RedirectKind::Paste => RedirectMethod::Paste,
        };
        let mut ways: Vec<_> = match self.redirect.kinds.as_slice() {
            [] => vec![RedirectMethod::DeepLink, RedirectMethod::Loopback],
            kinds => kinds.iter().filter(|kind| **kind != RedirectKind::Paste).map(way).collect(),
        };
        ways.push(RedirectMethod::Paste);
        distinct(ways)
    }

    /// Whether what is asked for by default brings a refresh token, or a token that renews itself.
    fn refreshes(&self) -> Option<bool> {
        match self.refresh.issued.as_str() {
            "never" => Some(self.refresh.renew.is_some() || self.scripts.refresh.is_some()),
            "default" | "param" => Some(true),
            "scope" => self.scopes.offline.as_ref().map(|offline| self.scopes.default.contains(offline)),
            _ => None,
        }
    }
}

/// RFC 7591 §2, as far as Tokenrack can do it.
pub(crate) fn method(name: &str) -> Option<ClientAuthentication> {
    match name {
        "client_secret_basic" => Some(ClientAuthentication::ClientSecretBasic),
        "client_secret_post" => Some(ClientAuthentication::ClientSecretPost),
        "private_key_jwt" => Some(ClientAuthentication::PrivateKeyJwt),
        "none" => Some(ClientAuthentication::None),
        _ => None,
    }
}

fn distinct<T: PartialEq>(items: Vec<T>) -> Vec<T> {
    items.into_iter().fold(Vec::new(), |mut seen, item| {
        if !seen.contains(&item) {
            seen.push(item);
        }
        seen
    })
}
