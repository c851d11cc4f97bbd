//! The second look at a provider file: rules that hold between values.

use super::parse::Report;
use super::{Pkce, ProviderSpec, lint_urls, page, secrets, template};
use crate::connection::LONGEST_NAME;
use crate::problem::plain;
use crate::view::SecretNeed;

/// Filled in by a revocation request, so no variable may have these names.
pub(super) const RESERVED: [&str; 3] = ["client_id", "access_token", "refresh_token"];

/// Parameters that only the protocol sets (RFC 6749, 7636, 7523, 9101, OpenID Connect Core).
pub(super) const PROTOCOL: &[&str] = &[
    "response_type",
    "response_mode",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "request",
    "request_uri",
    "grant_type",
    "code",
    "code_verifier",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "access_token",
    "refresh_token",
    "username",
    "password",
    "device_code",
];

/// Reports every rule that a spec breaks.
pub(super) fn check(spec: &ProviderSpec, report: &mut Report<'_>) {
    head(spec, report);
    lint_urls::check(spec, report);
    parameters(spec, report);
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
    let is_id = |id: &str| {
        !id.is_empty() && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    if !is_id(&spec.id.0) {
        report.wrong(&["id"], "lower-case letters, digits and hyphens only", is_id(&stem).then_some(stem));
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
    if !pinned && server.issuer.is_none() && spec.server.metadata_url.is_none() {
        let message = "needs `issuer`, `metadata_url`, or `authorization_endpoint` with `token_endpoint`";
        report.wrong(&["server"], message, None);
    }
}

fn parameters(spec: &ProviderSpec, report: &mut Report<'_>) {
    let tables: [(&[&str], _); 3] = [
        (&["authorize", "params"], &spec.authorize.params),
        (&["authorize", "offline_params"], &spec.authorize.offline_params),
        (&["token", "params"], &spec.token.params),
    ];
    for (path, params) in tables {
        for name in params.keys() {
            let path: Vec<&str> = path.iter().copied().chain([name.as_str()]).collect();
            let lower = name.to_ascii_lowercase();
            if PROTOCOL.contains(&lower.as_str()) || lower == spec.scopes.parameter.to_ascii_lowercase() {
                report.wrong(&path, "a parameter of the protocol is not for a file to set", None);
            } else if secrets::is_name(name) {
                report.wrong(&path, "a provider file never holds a secret", None);
            }
        }
    }
    for (name, value) in &spec.account.request.headers {
        let path = ["account", "headers", name.as_str()];
        let token = !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b));
        if !token || value.chars().any(|c| c.is_control() || !c.is_ascii()) {
            report.wrong(&path, "not a header (RFC 9110 §5)", None);
        } else if secrets::is_name(name) {
            report.wrong(
                &path,
                "the token is sent without being named here; a file never holds a secret",
                None,
            );
        } else if ["host", "content-length", "transfer-encoding", "connection"]
            .contains(&name.to_ascii_lowercase().as_str())
        {
            report.wrong(&path, "this header belongs to the connection", None);
        }
    }
}

fn scopes(spec: &ProviderSpec, report: &mut Report<'_>) {
    let scopes = &spec.scopes;
    if scopes.separator.is_empty() {
        report.wrong(&["scopes", "separator"], "scopes need something between them", Some("\" \"".into()));
    }
    if scopes.parameter != "scope"
        && (PROTOCOL.contains(&scopes.parameter.as_str()) || scopes.parameter.is_empty())
    {
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
    let mut all: Vec<(&[&str], &str)> = vec![
        (&["token", "response", "root"], &response.root),
        (&["token", "response", "access_token"], &response.access_token),
        (&["token", "response", "refresh_token"], &response.refresh_token),
        (&["token", "response", "token_type"], &response.token_type),
        (&["token", "response", "scope"], &response.scope),
        (&["token", "response", "expires", "pointer"], &response.expires.pointer),
        (&["token", "response", "refresh_expires", "pointer"], &response.refresh_expires.pointer),
        (&["account", "id"], &spec.account.id),
    ];
    all.extend(spec.account.label.iter().map(|label| (&["account", "label"][..], label.as_str())));
    all.extend(
        spec.refresh.response_root.iter().map(|root| (&["refresh", "response_root"][..], root.as_str())),
    );
    let checks: [(&[&str], _); 2] = [
        (&["token", "response", "success"], &response.success),
        (&["revoke", "success"], &spec.revoke.success),
    ];
    for (path, check) in checks {
        let Some(check) = check else { continue };
        all.extend(
            [&check.absent, &check.pointer, &check.error].into_iter().flatten().map(|p| (path, p.as_str())),
        );
        let complete = check.pointer.is_some() == check.equals.is_some();
        if !complete || (check.absent.is_none() && check.pointer.is_none()) {
            report.wrong(path, "needs `absent`, or `pointer` with `equals`", None);
        }
    }
    for (path, pointer) in all {
        if let Some(message) = pointer_error(pointer) {
            let instead = (!pointer.contains('~'))
                .then(|| format!("\"/{}\"", pointer.trim_start_matches("$.").replace('.', "/")));
            report.wrong(path, format!("{pointer:?} {message} (RFC 6901)"), instead);
        }
    }
    for (key, expiry) in [("expires", &response.expires), ("refresh_expires", &response.refresh_expires)] {
        if expiry.pointer.is_empty() && ["seconds", "epoch", "rfc3339"].contains(&expiry.format.as_str()) {
            report.wrong(
                &["token", "response", key],
                "needs a `pointer`",
                Some("pointer = \"/expires_in\"".into()),
            );
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
    let Some(methods) = &spec.server.metadata.token_endpoint_auth_methods_supported else { return };
    let known: Vec<_> = methods.iter().filter_map(|name| page::method(name)).collect();
    let path = ["server", "token_endpoint_auth_methods_supported"];
    if known.is_empty() {
        report.wrong(
            &path,
            "none of these can be done here",
            Some("client_secret_basic, client_secret_post or none".into()),
        );
    } else if spec.client.secret == SecretNeed::Required
        && known.iter().all(|m| *m == crate::connection::ClientAuthentication::None)
    {
        report.wrong(&path, "the client has a secret and no way to send it", None);
    }
}

fn revocation(spec: &ProviderSpec, report: &mut Report<'_>) {
    let revoke = &spec.revoke;
    let metadata = &spec.server.metadata;
    if revoke.style == "request" {
        for (key, empty) in
            [("method", revoke.request.method.is_empty()), ("url", revoke.request.url.is_none())]
        {
            if empty {
                report.wrong(&["revoke"], format!("style \"request\" needs `{key}`"), None);
            }
        }
        if !revoke.request.body.is_empty() && revoke.request.body_format.is_empty() {
            report.wrong(&["revoke", "body"], "needs `body_format`", Some("body_format = \"json\"".into()));
        }
    } else if revoke.request != Default::default() {
        report.wrong(&["revoke"], "a request is described, and not used", Some("style = \"request\"".into()));
    }
    if revoke.style == "rfc7009"
        && metadata.revocation_endpoint.is_none()
        && metadata.issuer.is_none()
        && spec.server.metadata_url.is_none()
    {
        report.wrong(&["revoke", "style"], "rfc7009 needs `server.revocation_endpoint`", None);
    }
    if revoke.style == "none" && metadata.revocation_endpoint.is_some() {
        report.wrong(&["revoke", "style"], "none, although `server.revocation_endpoint` is there", None);
    }
    for (name, value) in &revoke.request.body {
        let path = ["revoke", "body", name.as_str()];
        if let Err(message) = template::pieces(value) {
            report.wrong(&path, message, None);
        } else if let Some(other) = template::names(value).into_iter().find(|other| !RESERVED.contains(other))
        {
            let message = format!("`{{{other}}}` is not filled in here");
            report.wrong(&path, message, Some("{access_token} or {refresh_token}".into()));
        } else if secrets::is_name(name) && template::names(value).is_empty() {
            report.wrong(&path, "a provider file never holds a secret", Some("\"{access_token}\"".into()));
        }
    }
}
