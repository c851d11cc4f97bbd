//! Rules for URLs and the variables in them: a value may fill its place, and never reach beyond it.

use std::collections::BTreeSet;

use super::lint::{PROTOCOL, RESERVED};
use super::parse::Report;
use super::{ProviderSpec, pattern, secrets, template, urls};

/// Reports every rule that a variable or a URL breaks.
pub(super) fn check(spec: &ProviderSpec, report: &mut Report<'_>) {
    variables(spec, report);
    addresses(spec, report);
}

fn variables(spec: &ProviderSpec, report: &mut Report<'_>) {
    let mut used = BTreeSet::new();
    for (_, url) in spec.clone().urls_mut() {
        used.extend(template::names(url).into_iter().map(str::to_owned));
    }
    for (name, var) in &spec.vars {
        let path = ["vars", name.as_str()];
        if !template::is_name(name) {
            report.wrong(
                &path,
                "a name is a lower-case letter, then lower-case letters, digits and `_`",
                None,
            );
        }
        if RESERVED.contains(&name.as_str()) {
            report.wrong(&path, "this name is filled in by revocation requests", None);
        }
        if var.title.trim().is_empty() {
            report.wrong(&path, "people need a `title`", None);
        }
        if !used.contains(name) {
            report.wrong(&path, "used in no URL", None);
        }
        let examples = [("default", &var.default), ("example", &var.example)];
        let given = examples.into_iter().filter_map(|(key, value)| Some((key, value.as_deref()?)));
        for (key, value) in given.chain(var.choices.iter().map(|choice| ("enum", choice.as_str()))) {
            if let Err(instead) = var.value(Some(value)) {
                report.wrong(&["vars", name, key], format!("{value:?} is no value for it"), Some(instead));
            }
        }
    }
}

fn addresses(spec: &ProviderSpec, report: &mut Report<'_>) {
    for (path, url) in spec.clone().urls_mut() {
        let path: Vec<&str> = path.split('.').collect();
        let found = address(spec, url, if path == ["revoke", "url"] { &RESERVED[..1] } else { &[] });
        if let Err((message, instead)) = found {
            report.wrong(&path, message, instead);
        }
    }
    let Some(issuer) = &spec.server.id_token_issuer else { return };
    let path = ["server", "id_token_issuer"];
    let filled = template::fill(issuer, |_| Some("sample".into()));
    if let Err(message) = template::pieces(issuer) {
        report.wrong(&path, message, None);
    } else if let Err((message, instead)) = urls::check(&filled) {
        report.wrong(&path, message, instead);
    }
    for name in template::names(issuer).into_iter().filter(|name| spec.vars.contains_key(*name)) {
        report.wrong(&path, format!("`{{{name}}}` stands for a claim here, and is also a variable"), None);
    }
}

/// Checks a URL with variables: each declared, and where its pattern may stand.
fn address(spec: &ProviderSpec, url: &str, known: &[&str]) -> Result<(), (String, Option<String>)> {
    let pieces = template::pieces(url).map_err(|message| (message, None))?;
    let mut before = String::new();
    for (index, piece) in pieces.iter().enumerate() {
        let name = match piece {
            template::Piece::Text(text) => {
                before.push_str(text);
                continue;
            }
            template::Piece::Var(name) => *name,
        };
        let Some(var) = spec.vars.get(name) else {
            if known.contains(&name) {
                before.push_str("sample");
                continue;
            }
            return Err((format!("`{{{name}}}` is not declared"), Some(format!("[vars.{name}]"))));
        };
        let rest: String = pieces[index + 1..]
            .iter()
            .map(|piece| match piece {
                template::Piece::Text(text) => *text,
                template::Piece::Var(_) => "",
            })
            .collect();
        place(name, &var.pattern, &before, &rest)?;
        before.push_str(var.choices.first().map_or(pattern::sample(&var.pattern), String::as_str));
    }
    let parsed = urls::check(&before).map_err(|(message, instead)| {
        (message.to_owned(), instead.filter(|_| template::names(url).is_empty()))
    })?;
    let smuggled =
        parsed.query_pairs().find(|(name, _)| PROTOCOL.contains(&name.as_ref()) || secrets::is_name(name));
    match smuggled {
        Some((name, _)) => Err((format!("the parameter `{name}` is not for a file to set"), None)),
        None => Ok(()),
    }
}

/// Whether a value of this pattern may stand between `before` and `rest`: only a host-like one may decide the host.
fn place(name: &str, pattern: &str, before: &str, rest: &str) -> Result<(), (String, Option<String>)> {
    let wrong = |message: String| Err((message, None));
    if pattern == "issuer" {
        let alone = before.is_empty() && (rest.is_empty() || rest.starts_with('/'));
        return if alone {
            Ok(())
        } else {
            wrong(format!("`{{{name}}}` is a whole address and must come first"))
        };
    }
    let Some((_, after_scheme)) = before.split_once("://") else {
        return wrong(format!("must begin with https://, not with `{{{name}}}`"));
    };
    if after_scheme.contains(['/', '?', '#']) {
        let fits = pattern != "host_port";
        return if fits { Ok(()) } else { wrong(format!("`{{{name}}}` with a port can only be the host")) };
    }
    let host_rest = rest.split(['/', '?', '#']).next().unwrap_or("");
    match pattern {
        "host" if host_rest.is_empty() => Ok(()),
        "host_port" if host_rest.is_empty() && after_scheme.is_empty() => Ok(()),
        "label" if host_rest.contains('.') => Ok(()),
        "label" => wrong(format!("`{{{name}}}` is one part of a host name: a fixed domain must follow")),
        "host" | "host_port" => wrong(format!("`{{{name}}}` must be the end of the host")),
        _ => Err((
            format!("`{{{name}}}` stands in the host, so its pattern must be host, host_port or label"),
            Some("pattern = \"host\"".into()),
        )),
    }
}
