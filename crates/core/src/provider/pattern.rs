//! What a person may write into a variable. A value lands in a URL, so everything that could move it to another
//! host, path or query is refused.

use url::{Host, Url};

use super::urls;

/// The patterns a variable can have.
pub(super) const PATTERNS: &[&str] =
    &["host", "host_port", "host_path", "label", "uuid", "slug", "path", "tenant", "issuer", "text"];

/// A value in the form it is used in.
///
/// # Errors
/// What to write instead.
pub(super) fn check(pattern: &str, value: &str) -> Result<String, String> {
    match pattern {
        "host" => host(value, false),
        "host_port" => host(value, true),
        "host_path" => host_path(value),
        "label" => label(value),
        "uuid" => uuid(value),
        "slug" | "" => slug(value),
        "path" => path(value),
        "text" => text(value),
        "tenant" => tenant(value),
        "issuer" => issuer(value),
        other => Err(format!("nothing: the provider file asks for the unknown pattern `{other}`")),
    }
}

/// A value that the pattern takes, to try a template with.
pub(super) fn sample(pattern: &str) -> &'static str {
    match pattern {
        "host" | "host_port" | "host_path" => "host.example.com",
        "uuid" => "00000000-0000-4000-8000-000000000000",
        "tenant" => "common",
        "issuer" => "https://issuer.example.com",
        _ => "sample",
    }
}

/// A DNS name in lower case, or a loopback address, which may have a port.
fn host(value: &str, any_port: bool) -> Result<String, String> {
    let advice = || {
        let known = value.contains("://").then(|| Url::parse(value).ok()).flatten();
        let ascii =
            || Host::parse(value).ok().filter(|host| matches!(host, Host::Domain(name) if is_dns_name(name)));
        match known.as_ref().and_then(Url::host_str).filter(|host| is_dns_name(host)) {
            Some(host) => format!("only the host name: {host}"),
            None if !value.is_ascii() && ascii().is_some() => {
                format!("the ASCII form: {}", ascii().map(|host| host.to_string()).unwrap_or_default())
            }
            None => "only a host name, like gitlab.example.com, without https:// and without a path".into(),
        }
    };
    if value.contains("://") {
        return Err(advice());
    }
    let (name, port) = split_port(value);
    let name = name.to_ascii_lowercase();
    let loopback = name == "localhost" || name == "127.0.0.1" || name == "[::1]";
    if !loopback && !is_dns_name(&name) {
        return Err(advice());
    }
    match port {
        None => Ok(name),
        Some(_) if !loopback && !any_port => Err(format!("the host name without a port: {name}")),
        Some(port) if is_port(port) => Ok(format!("{name}:{port}")),
        Some(_) => Err("a port from 1 to 65535".into()),
    }
}

fn split_port(value: &str) -> (&str, Option<&str>) {
    match value.rsplit_once(':') {
        Some((name, port)) if !name.contains(':') || name.ends_with(']') => (name, Some(port)),
        _ => (value, None),
    }
}

fn is_port(port: &str) -> bool {
    !port.starts_with('0')
        && port.len() <= 5
        && port.bytes().all(|b| b.is_ascii_digit())
        && port.parse::<u16>().is_ok_and(|port| port > 0)
}

/// RFC 1123 §2.1. A name whose last label is a number is an IPv4 address to a browser, and refused.
pub(super) fn is_dns_name(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or("");
    let number = last.bytes().all(|b| b.is_ascii_digit())
        || last.strip_prefix("0x").is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
    name.len() <= 253 && !number && name.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

fn label(value: &str) -> Result<String, String> {
    let lower = value.to_ascii_lowercase();
    let advice = || "one part of a host name: letters, digits and hyphens, like my-company".to_owned();
    is_label(&lower).then_some(lower).ok_or_else(advice)
}

fn is_uuid(value: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let mut parts = value.split('-');
    lengths.iter().all(|&length| {
        parts.next().is_some_and(|part| part.len() == length && part.bytes().all(|b| b.is_ascii_hexdigit()))
    }) && parts.next().is_none()
}

fn uuid(value: &str) -> Result<String, String> {
    let advice = || "an id like 00000000-0000-0000-0000-000000000000".to_owned();
    is_uuid(value).then(|| value.to_ascii_lowercase()).ok_or_else(advice)
}

/// A path segment. The two that a URL resolves away are refused.
fn slug(value: &str) -> Result<String, String> {
    let fits = (1..=128).contains(&value.len())
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))
        && value != "."
        && value != "..";
    fits.then(|| value.to_owned()).ok_or_else(|| "letters, digits, `-`, `.`, `_` and `~` only".into())
}

/// Path segments.
fn path(value: &str) -> Result<String, String> {
    let fits = value.len() <= 256 && value.split('/').all(|segment| slug(segment).is_ok());
    fits.then(|| value.to_owned())
        .ok_or_else(|| "parts of letters, digits, `-`, `.`, `_` and `~`, with `/` between".into())
}

/// A host name and, after it, path segments: a server that lives under `/auth`.
fn host_path(value: &str) -> Result<String, String> {
    let (name, rest) = value.split_once('/').map_or((value, None), |(name, rest)| (name, Some(rest)));
    let name = host(name, false).map_err(|_| {
        "a host name, and a path if there is one, like sso.example.com/auth, without https://".to_owned()
    })?;
    rest.map_or(Ok(name.clone()), |rest| Ok(format!("{name}/{}", path(rest)?)))
}

/// One line for a parameter or a header. Never for a URL.
fn text(value: &str) -> Result<String, String> {
    let fits =
        value.len() <= 256 && value.bytes().all(|b| (b' '..=b'~').contains(&b) && b != b'{' && b != b'}');
    fits.then(|| value.to_owned()).ok_or_else(|| "one line of ASCII characters, without braces".into())
}

/// A Microsoft tenant.
fn tenant(value: &str) -> Result<String, String> {
    let lower = value.to_ascii_lowercase();
    let fits = ["common", "organizations", "consumers"].contains(&lower.as_str())
        || is_uuid(&lower)
        || (lower.contains('.') && is_dns_name(&lower));
    let advice = "common, organizations, consumers, a tenant id or a domain like contoso.onmicrosoft.com";
    fits.then_some(lower).ok_or_else(|| advice.into())
}

/// An issuer identifier (RFC 8414 §2), kept to the letter: it is compared as an exact string. Only the form a URL
/// parser leaves alone is taken, so that it names the same host to everybody.
fn issuer(value: &str) -> Result<String, String> {
    let example = "an address like https://login.example.com";
    if let Some((base, _)) = value.split_once("/.well-known/") {
        return Err(format!("the issuer itself: {base}"));
    }
    if !value.contains("://") && host(value, true).is_ok() {
        return Err(format!("the whole address: https://{value}"));
    }
    let url = urls::check(value).map_err(|(why, instead)| match instead {
        Some(instead) => instead,
        None => format!("{example} ({why})"),
    })?;
    if url.query().is_some() {
        return Err(format!("{example}, without `?` and what follows"));
    }
    let named = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || is_dns_name(name),
        _ => urls::is_loopback(&url),
    };
    if !named {
        return Err(format!("{example}, with a host name"));
    }
    let canonical = url.as_str();
    if canonical == value || canonical.strip_suffix('/') == Some(value) {
        return Ok(value.to_owned());
    }
    let tidy =
        if value.ends_with('/') { canonical } else { canonical.strip_suffix('/').unwrap_or(canonical) };
    Err(tidy.to_owned())
}
