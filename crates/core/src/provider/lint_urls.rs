//! Rules for URLs and the variables in them: a value may fill its place, and never reach beyond it.

use super::lint_parameters::is_protocol;
use super::parse::Report;
use super::template::Piece;
use super::{ProviderSpec, Variable, VariableSource, lint_requests, places, secrets, template, urls};

/// Reports every rule that a URL breaks.
pub(super) fn check(spec: &ProviderSpec, report: &mut Report<'_>) {
    for (path, url) in spec.clone().urls_mut() {
        let parts: Vec<&str> = path.split('.').collect();
        if let Err((message, instead)) = (Address { spec, path: &path }).check(url) {
            report.wrong(&parts, message, instead);
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

type Wrong = (String, Option<String>);

/// A URL with braces, and where it stands.
struct Address<'a> {
    spec: &'a ProviderSpec,
    path: &'a str,
}

/// Stands for what is filled in when a request is made.
const LATER: &str = "filled-in-later";

impl Address<'_> {
    /// Each name declared, and where its pattern may stand; each value the file names itself leads to a good URL.
    fn check(&self, url: &str) -> Result<(), Wrong> {
        let pieces = template::pieces(url).map_err(|message| (message, None))?;
        let names = template::names(url);
        let samples = |name: &str| self.spec.vars.get(name).map_or(vec![LATER.into()], Variable::samples);
        let most = names.iter().map(|name| samples(name).len()).max().unwrap_or(1);
        for turn in 0..most {
            let mut before = String::new();
            for (index, piece) in pieces.iter().enumerate() {
                match piece {
                    Piece::Text(text) => before.push_str(text),
                    Piece::Var(name) => {
                        self.place(name, &before, &text_of(&pieces[index + 1..]))?;
                        let samples = samples(name);
                        before.push_str(&samples[turn.min(samples.len() - 1)]);
                    }
                }
            }
            let parsed = urls::check_at(self.path, &before)
                .map_err(|(message, instead)| (message.to_owned(), instead.filter(|_| names.is_empty())))?;
            self.parameters(&parsed)?;
        }
        Ok(())
    }

    /// Parameters that a file may not write: those of the protocol, and secrets.
    fn parameters(&self, url: &url::Url) -> Result<(), Wrong> {
        let own = places::is_request(self.path);
        let smuggled = |name: &str, value: &str| {
            if own {
                secrets::is_name(name) && value != LATER
            } else {
                is_protocol(name) || secrets::is_name(name)
            }
        };
        match url.query_pairs().find(|(name, value)| smuggled(name, value)) {
            Some((name, _)) => Err((format!("the parameter `{name}` is not for a file to set"), None)),
            None => Ok(()),
        }
    }

    /// Whether a name may stand between `before` and `rest`: only a host-like variable may decide the host.
    fn place(&self, name: &str, before: &str, rest: &str) -> Result<(), Wrong> {
        let after_scheme = before.split_once("://").map(|(_, after)| after);
        let in_path = after_scheme.is_some_and(|after| after.contains(['/', '?', '#']));
        match self.spec.vars.get(name) {
            Some(var) => {
                self.time(name, var)?;
                in_host(name, var, before, rest)
            }
            None if !self.is_known(name) => {
                Err((format!("`{{{name}}}` is not declared"), Some(format!("[vars.{name}]"))))
            }
            None if !in_path => {
                let instead = Some(format!("[vars.{name}] with `source`, `pattern` and `allow`"));
                Err((format!("`{{{name}}}` stands in the host, and is no variable"), instead))
            }
            None if self.path.starts_with("lookup.") && lint_requests::is_secret(name) => {
                Err(("a lookup sends no secret in its address".into(), Some("auth = \"bearer\"".into())))
            }
            None => Ok(()),
        }
    }

    /// What is filled in when the request is made.
    fn is_known(&self, name: &str) -> bool {
        places::is_request(self.path)
            && (places::FILLED_LATER.contains(&name)
                || self.spec.captures().iter().any(|(_, captured)| captured == name))
    }

    /// Before the sign-in no server has said anything yet.
    fn time(&self, name: &str, var: &Variable) -> Result<(), Wrong> {
        let before = matches!(
            self.path,
            "server.metadata_url"
                | "server.resource"
                | "server.issuer"
                | "server.authorization_endpoint"
                | "server.device_authorization_endpoint"
                | "server.pushed_authorization_request_endpoint"
                | "server.registration_endpoint"
        );
        if var.source == VariableSource::User {
            Ok(())
        } else if self.path.starts_with("links.") {
            Err((format!("`{{{name}}}` is not known yet when a person opens this page"), None))
        } else if before && var.default.is_none() {
            let instead = Some(format!("a `default` in [vars.{name}]"));
            Err((format!("`{{{name}}}` is not known yet when this is used"), instead))
        } else {
            Ok(())
        }
    }
}

fn text_of(pieces: &[Piece<'_>]) -> String {
    let text =
        |piece: &Piece<'_>| if let Piece::Text(text) = piece { (*text).to_owned() } else { String::new() };
    pieces.iter().map(text).collect()
}

fn in_host(name: &str, var: &Variable, before: &str, rest: &str) -> Result<(), Wrong> {
    let wrong = |message: String| Err((message, None));
    let pattern = var.pattern.as_str();
    if pattern == "text" {
        return wrong(format!("`{{{name}}}` is free text, and stands in parameters and headers only"));
    }
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
        let fits = !matches!(pattern, "host_port" | "host_path");
        return if fits {
            Ok(())
        } else {
            wrong(format!("`{{{name}}}` with a port or path can only be the host"))
        };
    }
    let host_rest = rest.split(['/', '?', '#']).next().unwrap_or("");
    match pattern {
        // The file's own words, each of which is tried.
        "" if !var.choices.is_empty() => Ok(()),
        "host" if host_rest.is_empty() => Ok(()),
        "host_port" | "host_path" if host_rest.is_empty() && after_scheme.is_empty() => Ok(()),
        "label" if host_rest.contains('.') => Ok(()),
        "label" => wrong(format!("`{{{name}}}` is one part of a host name: a fixed domain must follow")),
        "host" | "host_port" | "host_path" => wrong(format!("`{{{name}}}` must be the end of the host")),
        _ => Err((
            format!("`{{{name}}}` stands in the host, so its pattern must be host, host_port or label"),
            Some("pattern = \"host\"".into()),
        )),
    }
}
