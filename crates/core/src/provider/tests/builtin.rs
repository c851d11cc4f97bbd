//! The files that ship.

use std::collections::BTreeMap;

use tokenrack_oauth::authorization::{self, AuthorizationRequest, ChallengeStyle};
use tokenrack_oauth::secret::{CodeVerifier, Nonce, State};

use crate::provider::{
    Catalog, Hooks, LintError, Pkce, ProviderId, ProviderSpec, RedirectKind, Variable, VariableSource, parse,
    template, urls,
};
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
fn the_whole_catalog_is_there() {
    assert_eq!(files().len(), 171);
    let aliases = "youtube google, confluence jira, slack-bot slack";
    for pair in aliases.split(", ") {
        let (child, parent) = pair.split_once(' ').unwrap();
        assert_eq!(get(child).extends, Some(ProviderId(parent.into())));
        assert_eq!(get(child).server, get(parent).server, "{child}");
    }
}

#[test]
fn every_file_says_where_its_facts_come_from_and_what_to_do() {
    for spec in specs() {
        let id = &spec.id;
        assert!(!spec.sources.is_empty(), "{id}: no sources");
        assert!(spec.description.as_ref().is_some_and(|text| text.ends_with('.')), "{id}: what is it?");
        assert!(!spec.category.is_empty(), "{id}: no category");
        assert!(spec.setup.checklist.len() >= 2, "{id}: what to register?");
        assert!(spec.setup.checklist.iter().all(|step| !step.ends_with('.')), "{id}: a step is no sentence");
        let sentences = spec.setup.warnings.iter().chain(&spec.redirect.note);
        assert!(sentences.clone().all(|text| text.ends_with('.')), "{id}: {sentences:?}");
        let asked = spec.scopes.default.iter().chain(&spec.scopes.offline);
        let unexplained: Vec<_> = asked.filter(|scope| !spec.scopes.explain.contains_key(*scope)).collect();
        assert!(unexplained.is_empty(), "{id}: {unexplained:?} are not explained");
        assert_eq!(spec.verified, None, "{id}: nobody has connected with it here");
    }
}

/// Something for every variable that a person is asked for.
fn samples(spec: &ProviderSpec) -> BTreeMap<String, String> {
    let asked = spec.vars.iter().filter(|(_, var)| var.source == VariableSource::User);
    let value = |var: &Variable| {
        let words = [&var.example, &var.default, &var.choices.first().cloned()];
        words.into_iter().flatten().next().cloned()
    };
    asked.filter_map(|(name, var)| Some((name.clone(), value(var)?))).collect()
}

#[test]
fn every_file_resolves() {
    for spec in specs() {
        let mut asked = spec.vars.values().filter(|var| var.source == VariableSource::User);
        let defaults_suffice = asked.all(|var| var.default.is_some());
        assert_eq!(spec.resolve(&BTreeMap::new()).is_ok(), defaults_suffice, "{}", spec.id);
        let resolved =
            spec.resolve(&samples(&spec)).unwrap_or_else(|errors| panic!("{}: {errors:?}", spec.id));
        for (path, url) in resolved.with_captured(&BTreeMap::new()).unwrap().urls_mut() {
            let said = template::fill(url, |_| Some("said-by-a-server".into()));
            assert!(
                !said.contains('{') && urls::check_at(&path, &said).is_ok(),
                "{}: {path} = {url}",
                spec.id
            );
        }
    }
}

#[test]
fn each_builds_its_authorization_url_from_data_alone() {
    let (state, nonce, verifier) =
        (State::from_random([1; 32]), Nonce::from_random([2; 32]), CodeVerifier::from_random([3; 32]));
    for spec in specs() {
        let id = spec.id.0.as_str();
        let hooks = spec.hooks != Hooks::default();
        assert_eq!(hooks, ["apple", "bluesky", "mastodon", "shopify"].contains(&id), "{id}");
        let spec = spec.resolve(&samples(&spec)).unwrap().with_captured(&BTreeMap::new()).unwrap();
        let Some(text) = &spec.server.metadata.authorization_endpoint else {
            // Both are found when the person has said where.
            assert!(["bluesky", "openid"].contains(&id), "{id}");
            continue;
        };
        let endpoint = authorization::endpoint(text).unwrap_or_else(|error| panic!("{id}: {error}"));
        let pkce = spec.client.pkce != Pkce::Never;
        let url = AuthorizationRequest {
            endpoint: &endpoint,
            client_id: "me",
            redirect_uri: "http://127.0.0.1/callback",
            scopes: &spec.scopes.default,
            resources: &[],
            state: &state,
            nonce: Some(&nonce),
            verifier: pkce.then_some(&verifier),
            challenge: ChallengeStyle::default(),
            authorize: &spec.authorize,
            scope: &spec.scopes,
        }
        .url();
        assert_eq!((url.scheme(), url.host_str()), ("https", endpoint.url().host_str()), "{id}");
        assert!(!url.as_str().contains(['{', '}']) && !url.as_str().contains("%7B"), "{id}: {url}");
        let pairs: Vec<_> = url.query_pairs().collect();
        let value = |name: &str| {
            let mut found = pairs.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_ref());
            (found.next(), found.next())
        };
        assert_eq!(value("state"), (Some(state.expose()), None), "{id}");
        assert_eq!(value("code_challenge").0.is_some(), pkce, "{id}");
        let renamed = |name: &'static str| spec.authorize.rename.get(name).map_or(name, String::as_str);
        let sent = |name: &'static str| !spec.authorize.omit.iter().any(|other| other == name);
        assert_eq!(value(renamed("client_id")), (sent("client_id").then_some("me"), None), "{id}");
        assert_eq!(value(renamed("redirect_uri")).0.is_some(), sent("redirect_uri"), "{id}");
        let asked = spec.scopes.default.join(&spec.scopes.separator);
        assert_eq!(value(&spec.scopes.parameter).0.unwrap_or_default(), asked, "{id}");
        for (name, expected) in &spec.authorize.params {
            assert_eq!(value(name), (Some(expected.as_str()), None), "{id}: {name}");
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
    let confirmed = "azure-devops basecamp github huggingface microsoft reddit salesforce slack spotify zoho";
    let confirmed: Vec<_> = confirmed.split(' ').collect();
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
