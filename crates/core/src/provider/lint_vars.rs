//! Rules for variables: what a value can be, who says it, and how far it is trusted.

use std::collections::BTreeSet;

use super::parse::Report;
use super::{Hooks, ProviderSpec, Variable, VariableSource, pattern, places, template};

/// Reports every rule that a variable breaks.
pub(super) fn check(spec: &ProviderSpec, report: &mut Report<'_>) {
    let used = used(spec);
    for (name, var) in &spec.vars {
        let path = ["vars", name.as_str()];
        if !template::is_name(name) {
            report.wrong(&path, "a name is a letter, then letters, digits and `_`", None);
        }
        if places::FILLED_LATER.contains(&name.as_str()) {
            report.wrong(&path, "this name is filled in by requests of the provider's own", None);
        }
        // A hook or a script may read any of them.
        let hooked = spec.hooks != Hooks::default() || !spec.scripts.is_empty();
        if !used.contains(name) && !hooked && report.is_own(&path) {
            report.wrong(&path, "used nowhere", None);
        }
        examples(name, var, report);
        match var.source {
            VariableSource::User => of_the_person(name, var, report),
            _ => of_the_server(spec, name, var, report),
        }
    }
}

/// Every name in braces.
fn used(spec: &ProviderSpec) -> BTreeSet<String> {
    let mut spec = spec.clone();
    let mut used = BTreeSet::new();
    let mut add = |text: &str| used.extend(template::names(text).into_iter().map(str::to_owned));
    spec.urls_mut().iter().for_each(|(_, url)| add(url));
    spec.tables_mut().iter().flat_map(|(_, table)| table.values()).for_each(|value| add(value));
    used
}

fn examples(name: &str, var: &Variable, report: &mut Report<'_>) {
    let examples = [("default", &var.default), ("example", &var.example)];
    let given = examples.into_iter().filter_map(|(key, value)| Some((key, value.as_deref()?)));
    for (key, value) in given {
        if let Err(instead) = var.value(Some(value)) {
            report.wrong(&["vars", name, key], format!("{value:?} is no value for it"), Some(instead));
        }
    }
    for choice in &var.choices {
        // A list may hold the empty word, which no pattern takes.
        let is_empty = var.pattern.is_empty() && choice.is_empty();
        if !is_empty && pattern::check(&var.pattern, choice).is_err() {
            let message = format!("{choice:?} is no value for it");
            let instead = pattern::check(&var.pattern, choice).err();
            report.wrong(&["vars", name, "enum"], message, instead);
        }
    }
}

fn of_the_person(name: &str, var: &Variable, report: &mut Report<'_>) {
    if var.title.trim().is_empty() {
        report.wrong(&["vars", name], "people need a `title`", None);
    }
    if !var.allow.is_empty() {
        let message = "only for a value that a server says; a person's is held to `pattern` and `enum`";
        report.wrong(&["vars", name, "allow"], message, None);
    }
}

fn of_the_server(spec: &ProviderSpec, name: &str, var: &Variable, report: &mut Report<'_>) {
    if !spec.captures().contains(&(var.source, name.to_owned())) {
        let instead = match var.source {
            VariableSource::Callback => format!("authorize.capture = [{name:?}]"),
            VariableSource::Token => format!("token.response.capture.{name} = \"/…\""),
            VariableSource::Whoami => format!("account.capture.{name} = \"/…\""),
            VariableSource::Lookup => format!("store = {name:?} in a [[lookup]]"),
            VariableSource::User => return,
        };
        report.wrong(&["vars", name, "source"], "nothing keeps this value", Some(instead));
    }
    let host = var.pattern == "host";
    if !matches!(var.pattern.as_str(), "" | "host" | "label" | "uuid" | "slug" | "path") {
        let message = "a server may not say a port, a whole address or free text";
        report.wrong(&["vars", name, "pattern"], message, Some("pattern = \"host\"".into()));
        return;
    }
    if var.allow.is_empty() {
        let instead = if host { "allow = [\"*.example.com\"]" } else { "allow = [\"*\"]" };
        let message = "a server says this value, so the file lists what is taken";
        report.wrong(&["vars", name, "allow"], message, Some(instead.into()));
    }
    for allowed in &var.allow {
        let problem = match allowed.strip_prefix('*') {
            Some("") if host => Some(format!("{allowed:?} would let any host in")),
            Some("") => None,
            Some(rest) if host && is_domain(rest) => None,
            Some(_) => Some(format!("{allowed:?} is not `*.` and a domain")),
            None if pattern::check(&var.pattern, allowed).is_ok() => None,
            None => Some(format!("{allowed:?} is no value for it")),
        };
        if let Some(message) = problem {
            let instead = host.then(|| "\"*.example.com\", or the whole host".to_owned());
            report.wrong(&["vars", name, "allow"], message, instead);
        }
    }
    if let Some(default) = &var.default
        && !var.allow.is_empty()
        && var.allowed(default).is_none()
    {
        report.wrong(&["vars", name, "default"], format!("{default:?} is not in `allow`"), None);
    }
}

/// `.example.com`: at least two names, so that nobody lets a whole country in by mistake.
pub(super) fn is_domain(rest: &str) -> bool {
    rest.strip_prefix('.').is_some_and(|domain| domain.contains('.') && pattern::is_dns_name(domain))
}
