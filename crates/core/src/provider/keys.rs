//! Which keys the format has. Taken from the types themselves, so that the two cannot differ.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::{Value, json};
use tokenrack_oauth::dialect::{LookupDialect, RequestTemplate, SuccessCheck};

use super::{ProviderSpec, Variable};

/// In the place of a key: any key may stand here.
const ANY: &str = "*";

/// A spec with everything in it, as JSON: its keys are the format's, its values show their kind. `null` is a text.
fn format() -> &'static Value {
    static FORMAT: OnceLock<Value> = OnceLock::new();
    FORMAT.get_or_init(|| {
        let blank = json!({ "schema": 1, "id": ANY, "name": ANY });
        let whole = serde_json::from_value::<ProviderSpec>(blank).and_then(|mut spec| {
            for table in spec.words_mut() {
                *table = word();
            }
            spec.vars = [(ANY.to_owned(), Variable::default())].into();
            spec.refresh.rotates = Some(true);
            spec.refresh.exchange = Some(request());
            spec.refresh.renew = Some(request());
            spec.account.request = request();
            spec.revoke.request = request();
            spec.lookup = vec![LookupDialect { request: request(), ..Default::default() }];
            spec.token.response.success = Some(SuccessCheck::default());
            spec.revoke.success = Some(SuccessCheck::default());
            let names = || Some(Vec::new());
            let server = &mut spec.server.metadata;
            server.token_endpoint_auth_methods_supported = names();
            server.code_challenge_methods_supported = names();
            server.grant_types_supported = names();
            server.scopes_supported = names();
            serde_json::to_value(spec)
        });
        whole.unwrap_or_default()
    })
}

fn word() -> BTreeMap<String, String> {
    [(ANY.to_owned(), ANY.to_owned())].into()
}

fn request() -> RequestTemplate {
    RequestTemplate { headers: word(), query: word(), body: word(), ..Default::default() }
}

impl ProviderSpec {
    /// Every table whose keys are the file's own.
    fn words_mut(&mut self) -> [&mut BTreeMap<String, String>; 16] {
        let Self { scopes, authorize, token, refresh, account, device, api, .. } = self;
        [
            &mut scopes.explain,
            &mut scopes.granted_as,
            &mut authorize.params,
            &mut authorize.offline_params,
            &mut authorize.rename,
            &mut authorize.values,
            &mut token.headers,
            &mut token.params,
            &mut token.rename,
            &mut token.values,
            &mut token.response.capture,
            &mut refresh.params,
            &mut refresh.values,
            &mut account.capture,
            &mut device.params,
            &mut api.headers,
        ]
    }
}

/// What the format knows at a path.
pub(super) fn at(path: &[String]) -> Option<&'static Value> {
    path.iter().try_fold(format(), |value, key| match value {
        Value::Object(table) => table.get(key).or_else(|| table.get(ANY)),
        // All items of a list are alike, and texts where none is shown.
        Value::Array(items) => Some(items.first().unwrap_or(&Value::Null)),
        _ => None,
    })
}

/// The key that was probably meant by the last part of `path`, written as from the top of the file where it
/// belongs elsewhere.
pub(super) fn meant(path: &[String]) -> Option<String> {
    let (key, parents) = path.split_last()?;
    let siblings = at(parents).and_then(Value::as_object);
    let near = siblings.and_then(|table| nearest(key, table.keys().map(String::as_str)));
    near.map(str::to_owned).or_else(|| foreign(key).map(str::to_owned)).or_else(|| elsewhere(key))
}

/// The same key where it belongs.
fn elsewhere(key: &str) -> Option<String> {
    let tables = format().as_object()?;
    if tables.contains_key(key) {
        return Some(format!("{key} at the top of the file"));
    }
    let mut homes = tables.iter().filter(|(_, inner)| inner.as_object().is_some_and(|t| t.contains_key(key)));
    let (home, _) = homes.next()?;
    homes.next().is_none().then(|| format!("{home}.{key}"))
}

/// What other programs call it.
fn foreign(key: &str) -> Option<&'static str> {
    let plain: String =
        key.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    Some(match plain.as_str() {
        "authorizeuri" | "authorizeurl" | "authorizationuri" | "authorizationurl" | "authurl" | "authuri"
        | "authorizeendpoint" => "server.authorization_endpoint",
        "tokenuri" | "tokenurl" => "server.token_endpoint",
        "revokeurl" | "revocationurl" => "server.revocation_endpoint",
        "userinfourl" | "whoami" => "account.url",
        "discoveryurl" | "wellknown" => "server.metadata_url",
        "norefreshtoken" => "refresh.issued = \"never\"",
        "skippkce" => "client.pkce = \"never\"",
        "additionalparams" | "extraparams" | "extra" => "authorize.params",
        "displayname" => "name",
        "scope" | "defaultscopes" => "scopes.default",
        "gettokendata" => "scripts.token_request",
        "getcredentialsfromtokenresponse" => "scripts.credentials",
        "refreshcredentials" => "scripts.refresh",
        _ => return None,
    })
}

/// The word that needs the fewest changes, if they are few.
pub(super) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = word.chars().count().div_ceil(3);
    let near = known.filter(|other| *other != ANY).map(|other| (distance(word, other), other)).min();
    near.filter(|(distance, _)| *distance <= allowed).map(|(_, other)| other)
}

/// Levenshtein distance, ignoring case.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.to_lowercase().chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
