//! The second look at a provider file: rules that hold between values.

use tokenrack_oauth::dialect::TokenResponseDialect;

use super::lint_parameters::is_protocol;
use super::parse::Report;
use super::{Pkce, ProviderId, ProviderSpec, lint_parameters, lint_requests, lint_urls, lint_vars, page};
use crate::connection::LONGEST_NAME;
use crate::problem::plain;
use crate::view::SecretNeed;

/// Reports every rule that a spec breaks.
pub(super) fn check(spec: &ProviderSpec, report: &mut Report<'_>) {
    head(spec, report);
    lint_vars::check(spec, report);
    lint_urls::check(spec, report);
    lint_parameters::check(spec, report);
    lint_requests::check(spec, report);
    scopes(spec, report);
    pointers(spec, report);
    client(spec, report);
    revocation(spec, report);
}

fn head(spec: &ProviderSpec, report: &mut Report<'_>) {
    if spec.schema != 1 {
        report.wrong(
            &["schema"],
            format!("this program reads schema 1, not {}", spec.schema),
            Some("1".into()),
        );
    }
    let stem = report.stem().to_owned();
    if !spec.id.is_well_formed() {
        let instead = Some(stem).filter(|stem| ProviderId(stem.clone()).is_well_formed());
        report.wrong(&["id"], "lower-case letters, digits and hyphens only", instead);
    } else if spec.id.0 != stem {
        report.wrong(
            &["id"],
            format!("the file is called {stem:?}"),
            Some(format!("{stem:?}, or rename the file")),
        );
    }
    if spec.name.trim().is_empty() {
        report.wrong(&["name"], "people need a name", None);
    } else if plain(&spec.name, LONGEST_NAME) != spec.name {
        let message = format!("one line of at most {LONGEST_NAME} visible characters");
        report.wrong(&["name"], message, Some(format!("{:?}", plain(&spec.name, LONGEST_NAME))));
    }
    if let Some(day) = &spec.verified
        && day.parse::<jiff::civil::Date>().map(|date| date.to_string()).ok().as_ref() != Some(day)
    {
        report.wrong(&["verified"], "not a date", Some("\"2026-01-31\"".into()));
    }
    if spec.sources.iter().any(|source| source.trim().is_empty()) {
        report.wrong(&["sources"], "an empty source", None);
    }
    let server = &spec.server.metadata;
    let pinned = server.authorization_endpoint.is_some() && server.token_endpoint.is_some();
    let found = [&server.issuer, &spec.server.metadata_url, &spec.server.resource];
    if !pinned && found.iter().all(|url| url.is_none()) {
        let message =
            "needs `issuer`, `metadata_url`, `resource`, or `authorization_endpoint` with `token_endpoint`";
        report.wrong(&["server"], message, None);
    }
}

fn scopes(spec: &ProviderSpec, report: &mut Report<'_>) {
    let scopes = &spec.scopes;
    if scopes.separator.is_empty() {
        report.wrong(&["scopes", "separator"], "scopes need something between them", Some("\" \"".into()));
    }
    if scopes.parameter != "scope" && (is_protocol(&scopes.parameter) || scopes.parameter.is_empty()) {
        report.wrong(
            &["scopes", "parameter"],
            "this parameter means something else",
            Some("\"scope\"".into()),
        );
    }
    // RFC 6749 §3.3.
    let is_scope = |scope: &str| {
        !scope.is_empty() && scope.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\')
    };
    for scope in scopes.default.iter().chain(&scopes.offline) {
        if !is_scope(scope) || (!scopes.separator.is_empty() && scope.contains(&scopes.separator)) {
            let message = format!("{scope:?} is not one scope (RFC 6749 §3.3)");
            report.wrong(&["scopes", "default"], message, None);
        }
    }
    for scope in scopes.explain.keys().filter(|scope| !is_scope(scope)) {
        report.wrong(&["scopes", "explain", scope], "not a scope (RFC 6749 §3.3)", None);
    }
    if scopes.defined_on_app && !scopes.default.is_empty() {
        report.wrong(&["scopes", "default"], "with `defined_on_app` no scope is sent", Some("[]".into()));
    }
}

fn pointers(spec: &ProviderSpec, report: &mut Report<'_>) {
    let response = &spec.token.response;
    let mut all: Vec<(Vec<&str>, &str)> = vec![
        (vec!["token", "response", "root"], &response.root),
        (vec!["token", "response", "access_token"], &response.access_token),
        (vec!["token", "response", "refresh_token"], &response.refresh_token),
        (vec!["token", "response", "token_type"], &response.token_type),
        (vec!["token", "response", "scope"], &response.scope),
        (vec!["token", "response", "expires", "pointer"], &response.expires.pointer),
        (vec!["token", "response", "refresh_expires", "pointer"], &response.refresh_expires.pointer),
        (vec!["account", "id"], &spec.account.id),
        (vec!["device", "verification_uri"], &spec.device.verification_uri),
    ];
    all.extend(spec.account.label.iter().map(|label| (vec!["account", "label"], label.as_str())));
    all.extend(
        spec.refresh.response_root.iter().map(|root| (vec!["refresh", "response_root"], root.as_str())),
    );
    let captures = [
        (["token", "response", "capture"].as_slice(), &response.capture),
        (&["account", "capture"], &spec.account.capture),
    ];
    for (table, captures) in captures {
        all.extend(captures.iter().map(|(name, pointer)| ([table, &[name]].concat(), pointer.as_str())));
    }
    let numbers: Vec<String> = (0..spec.lookup.len()).map(|index| index.to_string()).collect();
    for (number, lookup) in numbers.iter().zip(&spec.lookup) {
        let keys = [("items", &lookup.items), ("id", &lookup.id), ("label", &lookup.label)];
        all.extend(keys.map(|(key, pointer)| (vec!["lookup", number, key], pointer.as_str())));
    }
    let checks: [(&[&str], _); 2] = [
        (&["token", "response", "success"], &response.success),
        (&["revoke", "success"], &spec.revoke.success),
    ];
    for (path, check) in checks {
        let Some(check) = check else { continue };
        let pointers = [&check.absent, &check.pointer, &check.error].into_iter().flatten();
        all.extend(pointers.map(|pointer| (path.to_vec(), pointer.as_str())));
        let complete = check.pointer.is_some() == check.equals.is_some();
        if !complete || (check.absent.is_none() && check.pointer.is_none()) {
            report.wrong(path, "needs `absent`, or `pointer` with `equals`", None);
        }
    }
    for (path, pointer) in all {
        if let Some(message) = pointer_error(pointer) {
            let instead = (!pointer.contains('~'))
                .then(|| format!("\"/{}\"", pointer.trim_start_matches("$.").replace('.', "/")));
            report.wrong(&path, format!("{pointer:?} {message} (RFC 6901)"), instead);
        }
    }
    expiry(response, report);
}

fn expiry(response: &TokenResponseDialect, report: &mut Report<'_>) {
    for (key, expiry) in [("expires", &response.expires), ("refresh_expires", &response.refresh_expires)] {
        let said = expiry.format != "never" && !expiry.format.starts_with("assume:");
        if expiry.pointer.is_empty() && said && !expiry.format.is_empty() {
            let instead = Some("pointer = \"/expires_in\"".into());
            report.wrong(&["token", "response", key], "needs a `pointer`", instead);
        }
    }
    if response.access_token.is_empty() {
        report.wrong(&["token", "response", "access_token"], "there must be an access token", None);
    }
}

fn pointer_error(pointer: &str) -> Option<&'static str> {
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return Some("is not a pointer: it begins with `/`");
    }
    let escaped = pointer.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    (!escaped).then_some("is not a pointer: `~` is written `~0`, and `/` inside a name `~1`")
}

fn client(spec: &ProviderSpec, report: &mut Report<'_>) {
    if spec.client.pkce == Pkce::Never && spec.sources.is_empty() {
        report.wrong(&["client", "pkce"], "never needs `sources` that say so", Some("\"default\"".into()));
    }
    let metadata = &spec.server.metadata;
    let by_code = metadata.device_authorization_endpoint.is_some();
    let may_be_found = metadata.issuer.is_some() || spec.server.metadata_url.is_some();
    if spec.client.device_secret.is_some() && !by_code && !may_be_found {
        let path = ["client", "device_secret"];
        report.wrong(&path, "needs `server.device_authorization_endpoint`", None);
    }
    let own_form = spec.hooks.register_client.as_deref() == Some("mastodon");
    if own_form && spec.server.metadata.registration_endpoint.is_none() {
        report.wrong(&["hooks", "register_client"], "needs `server.registration_endpoint`", None);
    }
    let Some(methods) = &spec.server.metadata.token_endpoint_auth_methods_supported else { return };
    let known: Vec<_> = methods.iter().filter_map(|name| page::method(name)).collect();
    let needed = [Some(spec.client.secret), spec.client.device_secret].contains(&Some(SecretNeed::Required));
    let path = ["server", "token_endpoint_auth_methods_supported"];
    if known.is_empty() {
        report.wrong(
            &path,
            "none of these can be done here",
            Some("client_secret_basic, client_secret_post or none".into()),
        );
    } else if needed && known.iter().all(|m| *m == crate::connection::ClientAuthentication::None) {
        report.wrong(&path, "the client has a secret and no way to send it", None);
    }
}

fn revocation(spec: &ProviderSpec, report: &mut Report<'_>) {
    let metadata = &spec.server.metadata;
    if spec.revoke.style == "rfc7009"
        && metadata.revocation_endpoint.is_none()
        && metadata.issuer.is_none()
        && spec.server.metadata_url.is_none()
        && spec.server.resource.is_none()
    {
        report.wrong(&["revoke", "style"], "rfc7009 needs `server.revocation_endpoint`", None);
    }
    if spec.revoke.style == "none" && metadata.revocation_endpoint.is_some() {
        report.wrong(&["revoke", "style"], "none, although `server.revocation_endpoint` is there", None);
    }
}
