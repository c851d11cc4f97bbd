//! Rules for requests of the provider's own: what fills their braces, and where a token may be written.

use std::collections::BTreeSet;

use tokenrack_oauth::dialect::RequestTemplate;

use super::parse::Report;
use super::template::{Piece, pieces};
use super::{ProviderSpec, lint_vars, places, secrets, template};

/// Reports every rule that a request breaks.
pub(super) fn check(spec: &ProviderSpec, report: &mut Report<'_>) {
    let known = known(spec);
    for (table, request) in spec.clone().requests_mut() {
        let table: Vec<&str> = table.split('.').collect();
        if request.url.is_some() {
            shape(&table, request, report);
            texts(&table, request, &known, report);
        }
        headers(&[&table[..], &["headers"]].concat(), &request.headers, &known, report);
    }
    whether_used(spec, report);
    headers(&["token", "headers"], &spec.token.headers, &BTreeSet::new(), report);
    api(spec, &known, report);
}

/// What the braces of a request can mean.
fn known(spec: &ProviderSpec) -> BTreeSet<String> {
    let later = places::FILLED_LATER.iter().map(|name| (*name).to_owned());
    let captured = spec.captures().into_iter().map(|(_, name)| name);
    later.chain(captured).chain(spec.vars.keys().cloned()).collect()
}

fn inside<'a>(table: &[&'a str], key: &'a str) -> Vec<&'a str> {
    [table, &[key]].concat()
}

fn shape(table: &[&str], request: &RequestTemplate, report: &mut Report<'_>) {
    if request.graphql.is_some() && !request.body.is_empty() {
        report.wrong(&inside(table, "body"), "`graphql` is sent in its place", None);
    }
    if request.method == "GET" && (request.graphql.is_some() || !request.body.is_empty()) {
        report.wrong(&inside(table, "method"), "GET has no body", Some("\"POST\"".into()));
    }
    if request.graphql.as_ref().is_some_and(|query| query.trim().is_empty()) {
        report.wrong(&inside(table, "graphql"), "an empty query", None);
    }
    if request.body.is_empty() && !request.body_format.is_empty() {
        report.wrong(&inside(table, "body_format"), "there is no `body`", None);
    }
}

/// Braces of query and body, and secrets written out.
fn texts(table: &[&str], request: &RequestTemplate, known: &BTreeSet<String>, report: &mut Report<'_>) {
    for (key, fields) in [("query", &request.query), ("body", &request.body)] {
        for (name, value) in fields {
            let path = [table, &[key, name.as_str()]].concat();
            if let Err(message) = braces(value, known) {
                report.wrong(&path, message, Some("{access_token} or another name that is filled in".into()));
            } else if secrets::is_name(name) && !is_one_name(value) {
                let instead = Some("\"{access_token}\"".into());
                report.wrong(&path, "a provider file never holds a secret", instead);
            } else if key == "query"
                && table[0] == "lookup"
                && template::names(value).iter().any(|name| is_secret(name))
            {
                let instead = Some("auth = \"bearer\"".into());
                report.wrong(&path, "a lookup sends no secret in its address", instead);
            }
        }
    }
}

/// Braces that mean a secret.
pub(super) fn is_secret(name: &str) -> bool {
    places::FILLED_LATER.contains(&name) && name != "client_id"
}

/// What is wrong with the braces of a text.
fn braces(text: &str, known: &BTreeSet<String>) -> Result<(), String> {
    pieces(text)?;
    match template::names(text).into_iter().find(|name| !known.contains(*name)) {
        Some(name) => Err(format!("`{{{name}}}` is not filled in here")),
        None => Ok(()),
    }
}

fn is_one_name(text: &str) -> bool {
    matches!(pieces(text).as_deref(), Ok([Piece::Var(_)]))
}

fn headers(
    table: &[&str],
    headers: &std::collections::BTreeMap<String, String>,
    known: &BTreeSet<String>,
    report: &mut Report<'_>,
) {
    for (name, value) in headers {
        let path = [table, &[name.as_str()]].concat();
        if !is_header(name) || value.chars().any(|c| c.is_control() || !c.is_ascii()) {
            report.wrong(&path, "not a header (RFC 9110 §5)", None);
        } else if ["host", "content-length", "transfer-encoding", "connection"]
            .contains(&name.to_ascii_lowercase().as_str())
        {
            report.wrong(&path, "this header belongs to the connection", None);
        } else if let Err(message) = braces(value, known) {
            report.wrong(&path, message, None);
        } else if secrets::is_name(name) && !is_scheme_and_name(value) {
            let message = "a file never holds a secret, only the scheme and the name of one";
            report.wrong(&path, message, Some("\"Bearer {access_token}\"".into()));
        }
    }
}

/// RFC 9110 §5.1.
fn is_header(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

/// `{access_token}`, or `OAuth {access_token}`.
fn is_scheme_and_name(value: &str) -> bool {
    let scheme = |text: &str| {
        let word = text.strip_suffix(' ').unwrap_or("");
        !word.is_empty() && word.len() <= 20 && word.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-')
    };
    match pieces(value).as_deref() {
        Ok([Piece::Var(_)]) => true,
        Ok([Piece::Text(text), Piece::Var(_)]) => scheme(text),
        _ => false,
    }
}

/// A request that is described and never made, or chosen and not described.
fn whether_used(spec: &ProviderSpec, report: &mut Report<'_>) {
    let revoke = &spec.revoke;
    if revoke.style == "request" && revoke.request.url.is_none() {
        report.wrong(&["revoke"], "style \"request\" needs `url`", None);
    } else if revoke.style != "request"
        && revoke.request != RequestTemplate::default()
        && report.is_own(&["revoke", "url"])
    {
        report.wrong(&["revoke"], "a request is described, and not used", Some("style = \"request\"".into()));
    }
    for (key, request) in [("exchange", &spec.refresh.exchange), ("renew", &spec.refresh.renew)] {
        let Some(request) = request else { continue };
        if request.url.is_none() && *request != RequestTemplate::default() {
            report.wrong(&["refresh", key], "a request needs `url`", None);
        }
    }
    for (index, lookup) in spec.lookup.iter().enumerate() {
        let index = index.to_string();
        for (key, value) in [("store", &lookup.store), ("id", &lookup.id)] {
            if value.is_empty() {
                report.wrong(&["lookup", &index], format!("needs `{key}`"), None);
            }
        }
        if !lookup.store.is_empty()
            && (!template::is_name(&lookup.store) || places::FILLED_LATER.contains(&lookup.store.as_str()))
        {
            let message = "a name is a letter, then letters, digits and `_`";
            report.wrong(&["lookup", &index, "store"], message, None);
        }
        if lookup.request.url.is_none() && !asks_who_is_there(spec) {
            report.wrong(&["lookup", &index], "needs `url`, or an `account.url` whose answer it reads", None);
        }
    }
}

/// Whether there is an answer that says who is connected.
fn asks_who_is_there(spec: &ProviderSpec) -> bool {
    let server = &spec.server;
    spec.account.request.url.is_some()
        || server.metadata.userinfo_endpoint.is_some()
        || server.metadata.issuer.is_some()
        || server.metadata_url.is_some()
}

fn api(spec: &ProviderSpec, known: &BTreeSet<String>, report: &mut Report<'_>) {
    headers(&["api", "headers"], &spec.api.headers, known, report);
    let header = &spec.api.header;
    let parts = header.split_once(": ");
    if !header.is_empty() && !parts.is_some_and(|(name, value)| is_header(name) && is_scheme_and_name(value))
    {
        let instead = Some("\"Authorization: Bearer {access_token}\"".into());
        report.wrong(&["api", "header"], "a header's name, and the token with its scheme", instead);
    }
    for host in &spec.api.hosts {
        let fits = match host.strip_prefix('*') {
            Some(rest) => lint_vars::is_domain(rest),
            None => super::pattern::check("host", host).as_deref() == Ok(host),
        };
        if !fits {
            let message = format!("{host:?} is not a host, nor `*.` and a domain");
            report.wrong(&["api", "hosts"], message, Some("\"api.example.com\"".into()));
        }
    }
}
