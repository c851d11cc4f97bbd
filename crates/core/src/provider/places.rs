//! Where braces can stand in a provider file, and what they can mean.

use std::collections::BTreeMap;

use tokenrack_oauth::dialect::{
    AccountDialect, LookupDialect, RefreshDialect, RequestTemplate, RevokeDialect,
};

use super::{ProviderSpec, VariableSource};

/// Filled in when a request of the provider's own is made, so no variable may have these names.
pub(super) const FILLED_LATER: [&str; 5] =
    ["client_id", "client_secret", "access_token", "refresh_token", "token"];

/// A table of the file's own words, by its path.
pub(super) type Table<'a> = (String, &'a mut BTreeMap<String, String>);

impl ProviderSpec {
    /// Every request of the provider's own, by its table.
    pub(super) fn requests_mut(&mut self) -> Vec<(String, &mut RequestTemplate)> {
        let RefreshDialect { exchange, renew, .. } = &mut self.refresh;
        requests(exchange, renew, &mut self.account, &mut self.revoke, &mut self.lookup)
    }

    /// Every URL a variable may stand in, by its path in the file. Not `server.id_token_issuer`: its braces name
    /// claims.
    pub(super) fn urls_mut(&mut self) -> Vec<(String, &mut String)> {
        self.optional_urls_mut().into_iter().filter_map(|(path, url)| Some((path, url.as_mut()?))).collect()
    }

    /// The same, with the places of those that are absent.
    pub(super) fn optional_urls_mut(&mut self) -> Vec<(String, &mut Option<String>)> {
        let Self { links, server, refresh, account, revoke, lookup, device, api, .. } = self;
        let metadata = &mut server.metadata;
        let named = [
            ("links.register", &mut links.register),
            ("links.docs", &mut links.docs),
            ("links.user_revoke", &mut links.user_revoke),
            ("server.metadata_url", &mut server.metadata_url),
            ("server.resource", &mut server.resource),
            ("server.issuer", &mut metadata.issuer),
            ("server.authorization_endpoint", &mut metadata.authorization_endpoint),
            ("server.token_endpoint", &mut metadata.token_endpoint),
            ("server.revocation_endpoint", &mut metadata.revocation_endpoint),
            ("server.introspection_endpoint", &mut metadata.introspection_endpoint),
            ("server.device_authorization_endpoint", &mut metadata.device_authorization_endpoint),
            ("server.userinfo_endpoint", &mut metadata.userinfo_endpoint),
            ("server.jwks_uri", &mut metadata.jwks_uri),
            (
                "server.pushed_authorization_request_endpoint",
                &mut metadata.pushed_authorization_request_endpoint,
            ),
            ("server.registration_endpoint", &mut metadata.registration_endpoint),
            ("refresh.endpoint", &mut refresh.endpoint),
            ("device.endpoint", &mut device.endpoint),
            ("api.base", &mut api.base),
        ];
        let named = named.into_iter().map(|(path, url)| (path.to_owned(), url));
        let requests = requests(&mut refresh.exchange, &mut refresh.renew, account, revoke, lookup);
        named.chain(requests.into_iter().map(|(table, it)| (format!("{table}.url"), &mut it.url))).collect()
    }

    /// Every table a variable of the person's may stand in, beside the URLs: parameters, and what the provider's own
    /// requests are made of.
    pub(super) fn tables_mut(&mut self) -> Vec<Table<'_>> {
        let Self { authorize, token, refresh, account, revoke, lookup, .. } = self;
        let mut tables: Vec<Table<'_>> = vec![
            ("authorize.params".into(), &mut authorize.params),
            ("authorize.offline_params".into(), &mut authorize.offline_params),
            ("authorize.values".into(), &mut authorize.values),
            ("token.params".into(), &mut token.params),
            ("token.values".into(), &mut token.values),
            ("refresh.params".into(), &mut refresh.params),
            ("refresh.values".into(), &mut refresh.values),
        ];
        let requests = requests(&mut refresh.exchange, &mut refresh.renew, account, revoke, lookup);
        tables.extend(requests.into_iter().flat_map(|(table, request)| request_tables(&table, request)));
        tables
    }

    /// What is kept of redirects and answers: who says it, and its name in braces.
    pub(super) fn captures(&self) -> Vec<(VariableSource, String)> {
        let callback = self.authorize.capture.iter().map(|name| (VariableSource::Callback, name));
        let token = self.token.response.capture.keys().map(|name| (VariableSource::Token, name));
        let whoami = self.account.capture.keys().map(|name| (VariableSource::Whoami, name));
        let lookup = self.lookup.iter().map(|lookup| (VariableSource::Lookup, &lookup.store));
        let all = callback.chain(token).chain(whoami).chain(lookup);
        all.map(|(source, name)| (source, in_braces(name))).collect()
    }
}

fn requests<'a>(
    exchange: &'a mut Option<RequestTemplate>,
    renew: &'a mut Option<RequestTemplate>,
    account: &'a mut AccountDialect,
    revoke: &'a mut RevokeDialect,
    lookup: &'a mut [LookupDialect],
) -> Vec<(String, &'a mut RequestTemplate)> {
    let mut all =
        vec![("account".to_owned(), &mut account.request), ("revoke".to_owned(), &mut revoke.request)];
    all.extend(exchange.iter_mut().map(|request| ("refresh.exchange".to_owned(), request)));
    all.extend(renew.iter_mut().map(|request| ("refresh.renew".to_owned(), request)));
    for (index, lookup) in lookup.iter_mut().enumerate() {
        all.push((format!("lookup.{index}"), &mut lookup.request));
    }
    all
}

fn request_tables<'a>(path: &str, request: &'a mut RequestTemplate) -> [Table<'a>; 3] {
    [
        (format!("{path}.headers"), &mut request.headers),
        (format!("{path}.query"), &mut request.query),
        (format!("{path}.body"), &mut request.body),
    ]
}

/// Whether a URL's path is that of a request of the provider's own.
pub(super) fn is_request(path: &str) -> bool {
    let table = path.strip_suffix(".url").unwrap_or_default();
    matches!(table, "account" | "revoke" | "refresh.exchange" | "refresh.renew")
        || table.starts_with("lookup.")
}

/// A captured value's name in braces, where no `-` can stand: Zoho's `accounts-server` is `{accounts_server}`.
pub(super) fn in_braces(captured: &str) -> String {
    captured.replace('-', "_")
}
