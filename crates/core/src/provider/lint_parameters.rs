//! Rules for the parameters a file adds, renames, leaves out and keeps: the protocol stays whole.

use std::collections::BTreeMap;

use super::parse::Report;
use super::{ProviderSpec, places, secrets, template};

/// Parameters that only the protocol sets (RFC 6749, 7636, 7523, 9101, OpenID Connect Core).
const PROTOCOL: &[&str] = &[
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

/// Without these the redirect could not be matched, or the code not be bound to who asked for it.
const NEVER_LEFT_OUT: &[&str] =
    &["state", "code_challenge", "code_challenge_method", "code", "code_verifier", "refresh_token"];

/// Protocol parameters whose value a file may change. The last is added where the request lacks it.
const VALUES: &[&str] = &["grant_type", "response_type", "redirect_uri", "request"];

/// The token endpoint may be told the method once more (OpenRouter); it is the one that was sent.
const TOLD_AGAIN: [&str; 3] = ["token", "params", "code_challenge_method"];

/// Those in which no grant is named.
const NO_GRANT: &[&str] = &["redirect_uri", "request"];

/// Grants and response types that are refused here (docs/security.md).
const REFUSED: &[&str] = &["password", "implicit", "token", "id_token"];

/// True for a parameter that only the protocol sets.
pub(super) fn is_protocol(name: &str) -> bool {
    PROTOCOL.contains(&name.to_ascii_lowercase().as_str())
}

/// Reports every rule that a parameter breaks.
pub(super) fn check(spec: &ProviderSpec, report: &mut Report<'_>) {
    let (authorize, token) = (&spec.authorize, &spec.token);
    for (path, params) in [
        (&["authorize", "params"], &authorize.params),
        (&["authorize", "offline_params"], &authorize.offline_params),
        (&["token", "params"], &token.params),
        (&["refresh", "params"], &spec.refresh.params),
    ] {
        for (name, value) in params {
            let path = [path[0], path[1], name.as_str()];
            if path == TOLD_AGAIN && value == "S256" {
                continue;
            }
            if is_protocol(name) || name.eq_ignore_ascii_case(&spec.scopes.parameter) {
                let can_change = VALUES.contains(&name.as_str());
                let instead = can_change.then(|| format!("{}.values.{name}", path[0]));
                report.wrong(&path, "a parameter of the protocol is not for a file to set", instead);
            } else if secrets::is_name(name) {
                report.wrong(&path, "a provider file never holds a secret", None);
            }
        }
    }
    for name in spec.device.params.keys().filter(|name| secrets::is_name(name)) {
        report.wrong(&["device", "params", name], "a provider file never holds a secret", None);
    }
    for (table, changed) in
        [("authorize", &authorize.values), ("token", &token.values), ("refresh", &spec.refresh.values)]
    {
        values(table, changed, report);
    }
    let params =
        |name: &str| authorize.params.contains_key(name) || authorize.offline_params.contains_key(name);
    rename("authorize", &authorize.rename, &authorize.omit, params, report);
    rename("token", &token.rename, &token.omit, |name| token.params.contains_key(name), report);
    omit("authorize", &authorize.omit, report);
    omit("token", &token.omit, report);
    captured(spec, report);
    variables(spec, report);
}

fn values(table: &str, values: &BTreeMap<String, String>, report: &mut Report<'_>) {
    for (name, value) in values {
        let path = [table, "values", name.as_str()];
        if !is_protocol(name) {
            let instead = Some(format!("{table}.params.{name}"));
            report.wrong(&path, "not a parameter of the protocol", instead);
        } else if !VALUES.contains(&name.as_str()) {
            let message =
                format!("its value is not for a file to set; only those of {} are", VALUES.join(", "));
            let instead = (name == "code_challenge_method").then(|| "client.pkce_method".to_owned());
            report.wrong(&path, message, instead);
        } else if !NO_GRANT.contains(&name.as_str())
            && value.split_whitespace().any(|word| REFUSED.contains(&word))
        {
            report.wrong(&path, format!("{value:?} hands tokens or passwords around, and is refused"), None);
        } else if name == "request" && value.contains('.') {
            report.wrong(&path, "a request object (RFC 9101) is not for a file to set", None);
        }
    }
}

fn rename(
    table: &str,
    names: &BTreeMap<String, String>,
    omitted: &[String],
    is_param: impl Fn(&str) -> bool,
    report: &mut Report<'_>,
) {
    for (name, new) in names {
        let path = [table, "rename", name.as_str()];
        let fits = !new.is_empty() && new.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        let gone = |name: &str| names.contains_key(name) || omitted.iter().any(|other| other == name);
        if !is_protocol(name) {
            report.wrong(&path, "not a parameter of the protocol", Some(format!("{table}.params.{new}")));
        } else if !fits {
            report.wrong(&path, format!("{new:?} is no parameter's name"), None);
        } else if names.iter().any(|(other, taken)| other != name && taken == new) || is_param(new) {
            report.wrong(&path, format!("`{new}` would be sent twice"), None);
        } else if is_protocol(new) && !gone(new) {
            report.wrong(&path, format!("`{new}` means something else"), None);
        }
    }
}

fn omit(table: &str, names: &[String], report: &mut Report<'_>) {
    for name in names {
        let path = [table, "omit"];
        if !is_protocol(name) {
            report.wrong(
                &path,
                format!("{name:?} is not a parameter of the protocol, so it is not sent"),
                None,
            );
        } else if NEVER_LEFT_OUT.contains(&name.as_str()) {
            report.wrong(&path, format!("{name:?} is always sent"), None);
        }
    }
}

/// What is kept holds no token, and what is repeated was kept.
fn captured(spec: &ProviderSpec, report: &mut Report<'_>) {
    let path = ["authorize", "capture"];
    for name in &spec.authorize.capture {
        if matches!(name.as_str(), "code" | "state" | "iss") || name.starts_with("error") {
            report.wrong(&path, format!("{name:?} is read anyway"), None);
        } else if is_token(name) {
            report.wrong(&path, format!("{name:?} names a secret, which is never kept this way"), None);
        } else if !template::is_name(&places::in_braces(name)) {
            report.wrong(&path, format!("{name:?} is no parameter's name"), None);
        }
    }
    for name in &spec.authorize.forward {
        if name != "state" && !spec.authorize.capture.contains(name) {
            let instead = Some(format!("authorize.capture = [{name:?}]"));
            report.wrong(&["authorize", "forward"], format!("{name:?} is not kept"), instead);
        }
    }
    for (path, captures) in [
        (["token", "response", "capture"].as_slice(), &spec.token.response.capture),
        (&["account", "capture"], &spec.account.capture),
    ] {
        for (name, pointer) in captures {
            let path = [path, &[name.as_str()]].concat();
            if !template::is_name(&places::in_braces(name)) || places::FILLED_LATER.contains(&name.as_str()) {
                report.wrong(&path, "a name is a letter, then letters, digits and `_`", None);
            } else if is_token(pointer.rsplit('/').next().unwrap_or_default()) {
                report.wrong(&path, "points at a secret, which is never kept this way", None);
            }
        }
    }
}

fn is_token(name: &str) -> bool {
    secrets::is_name(name) || name.ends_with("_token")
}

/// Braces in parameters: variables of the person's, and nothing else.
fn variables(spec: &ProviderSpec, report: &mut Report<'_>) {
    for (path, table) in spec.clone().tables_mut() {
        let parts: Vec<&str> = path.split('.').collect();
        if !matches!(parts[..], ["authorize" | "token", _] | ["refresh", "params" | "values"]) {
            continue;
        }
        for (name, value) in table.iter() {
            let path: Vec<&str> = parts.iter().copied().chain([name.as_str()]).collect();
            match template::pieces(value) {
                Err(message) => report.wrong(&path, message, None),
                Ok(_) => {
                    for other in template::names(value) {
                        if spec.vars.get(other).is_none_or(|var| var.source != super::VariableSource::User) {
                            let message =
                                format!("`{{{other}}}` is not a variable that a person is asked for");
                            report.wrong(&path, message, Some(format!("[vars.{other}]")));
                        }
                    }
                }
            }
        }
    }
}
