//! The files that ship.

use std::collections::BTreeMap;

use crate::provider::{Catalog, LintError, ProviderId, ProviderSpec, RedirectKind, parse, urls};
use crate::view::SecretNeed;

/// Name and text of each shipped file, read from the folder itself.
fn files() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../providers");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// Each shipped spec.
fn specs() -> Vec<ProviderSpec> {
    let catalog = Catalog::builtin();
    let all = catalog.search("");
    all.into_iter().map(|found| catalog.get(&found.id).unwrap().clone()).collect()
}

fn get(id: &str) -> ProviderSpec {
    Catalog::builtin().get(&ProviderId(id.into())).unwrap_or_else(|| panic!("no {id}")).clone()
}

#[test]
fn every_file_is_embedded_and_lints_clean() {
    let catalog = Catalog::builtin();
    let files = files();
    assert_eq!(catalog.search("").len(), files.len());
    for (file, text) in files {
        let spec = parse(&file, &text).unwrap_or_else(|errors| panic!("{}", lines(&errors)));
        assert_eq!(catalog.get(&spec.id), Some(&spec), "{file} is not what was embedded");
    }
}

#[test]
fn the_ten_are_there() {
    let ids = "discord dropbox github gitlab google huggingface microsoft openid slack spotify";
    for id in ids.split(' ') {
        get(id);
    }
}

#[test]
fn every_file_says_where_its_facts_come_from_and_what_to_do() {
    for spec in specs() {
        let id = &spec.id;
        assert!(!spec.sources.is_empty(), "{id}: no sources");
        assert!(spec.links.docs.is_some(), "{id}: no documentation");
        assert!(spec.links.register.is_some() || id.0 == "openid", "{id}: no registration page");
        assert!(spec.setup.app_type.is_some() && spec.setup.checklist.len() >= 3, "{id}: what to register?");
        assert!(spec.setup.checklist.iter().all(|step| !step.ends_with('.')), "{id}: a step is no sentence");
        assert!(
            spec.setup.warnings.iter().all(|warning| warning.ends_with('.')),
            "{id}: a warning is a sentence"
        );
        let unexplained = spec.scopes.default.iter().find(|scope| !spec.scopes.explain.contains_key(*scope));
        assert_eq!(unexplained, None, "{id}: a default scope is not explained");
        assert_eq!(spec.verified, None, "{id}: nobody has connected with it here");
    }
}

#[test]
fn every_file_resolves() {
    for spec in specs() {
        let examples: BTreeMap<_, _> = spec
            .vars
            .iter()
            .filter_map(|(name, var)| Some((name.clone(), var.example.clone().or(var.default.clone())?)))
            .collect();
        let defaults_suffice = spec.vars.values().all(|var| var.default.is_some());
        assert_eq!(spec.resolve(&BTreeMap::new()).is_ok(), defaults_suffice, "{}", spec.id);
        let mut resolved = spec.resolve(&examples).unwrap_or_else(|errors| panic!("{}: {errors:?}", spec.id));
        for (path, url) in resolved.urls_mut() {
            let plain = url.replace("{client_id}", "id");
            assert!(!plain.contains('{') && urls::check(&plain).is_ok(), "{}: {path} = {url}", spec.id);
        }
    }
}

#[test]
fn gitlab_of_ones_own() {
    let own = get("gitlab").resolve(&super::vars(&[("host", "GitLab.Example.com")])).unwrap();
    let metadata = &own.server.metadata;
    assert_eq!(metadata.issuer.as_deref(), Some("https://gitlab.example.com"));
    assert_eq!(metadata.token_endpoint.as_deref(), Some("https://gitlab.example.com/oauth/token"));
    assert_eq!(own.account.request.url.as_deref(), Some("https://gitlab.example.com/api/v4/user"));
    assert_eq!(
        own.links.register.as_deref(),
        Some("https://gitlab.example.com/-/user_settings/applications")
    );
    assert_eq!(own.refresh.repeat, ["redirect_uri"]);
}

#[test]
fn microsofts_claim_stays_a_claim() {
    let resolved = get("microsoft").resolve(&BTreeMap::new()).unwrap();
    let template = "https://login.microsoftonline.com/{tid}/v2.0";
    assert_eq!(resolved.server.id_token_issuer.as_deref(), Some(template));
    let token = resolved.server.metadata.token_endpoint.unwrap();
    assert_eq!(token, "https://login.microsoftonline.com/common/oauth2/v2.0/token");
    assert_eq!(resolved.redirect.loopback_host, "localhost");
}

#[test]
fn githubs_client_id_is_left_for_the_revocation() {
    let resolved = get("github").resolve(&BTreeMap::new()).unwrap();
    assert_eq!(
        resolved.revoke.request.url.as_deref(),
        Some("https://api.github.com/applications/{client_id}/token")
    );
    assert_eq!(resolved.client.secret, SecretNeed::Required);
}

#[test]
fn a_private_use_scheme_comes_first_only_where_it_is_confirmed() {
    let confirmed = ["github", "huggingface", "microsoft", "slack", "spotify"];
    for spec in specs() {
        let first = spec.redirect.kinds.first() == Some(&RedirectKind::Scheme);
        assert_eq!(first, confirmed.contains(&spec.id.0.as_str()), "{}", spec.id);
    }
}

#[test]
fn google_names_scopes_by_another_word() {
    let scopes = get("google").scopes;
    let granted = ["openid".to_owned(), "https://www.googleapis.com/auth/userinfo.email".to_owned()];
    assert!(scopes.is_granted("openid", &granted) && scopes.is_granted("email", &granted));
    assert!(!scopes.is_granted("profile", &granted));
    assert!(get("microsoft").scopes.is_granted("offline_access", &[]));
}

#[test]
fn the_documentations_example_is_a_provider_file() {
    let page = include_str!("../../../../../docs/providers.md");
    let example = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let spec = parse("acme.toml", example).unwrap_or_else(|errors| panic!("{}", lines(&errors)));
    assert!(spec.resolve(&BTreeMap::new()).is_ok());
}

/// A connection keeps a spec that is not in the catalog as JSON.
#[test]
fn a_spec_survives_being_stored() {
    for spec in specs() {
        let stored = serde_json::to_string(&spec).unwrap();
        assert_eq!(serde_json::from_str::<ProviderSpec>(&stored).unwrap(), spec);
    }
}

fn lines(errors: &[LintError]) -> String {
    errors.iter().map(|error| format!("{error}\n")).collect()
}
