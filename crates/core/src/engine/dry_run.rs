//! A provider tried out before anyone signs in: what a sign-in stands on, each with its cure. Nobody's id and no secret
//! is sent: endpoints are only asked whether they are there.

use jiff::Timestamp;
use std::collections::BTreeMap;
use tokenrack_oauth::metadata::ServerMetadata;
use tokenrack_oauth::reach;

use super::Engine;
use super::registration::field_problem;
use crate::classify;
use crate::connection::{ClientAuthentication, RedirectMethod};
use crate::flows::{clock as clocks, server};
use crate::language::{Sentence, again};
use crate::ports::{HttpClient, ListenError};
use crate::problem::{Code, Problem, plain};
use crate::provider::{Pkce, ProviderSpec, RedirectKind};
use crate::say;
use crate::view::{CheckOutcome, CheckView, Draft};

/// What was seen.
#[derive(Debug, Clone)]
pub struct DryRun {
    /// Whether the provider takes a deep link: only a face knows who opens one here.
    pub deep_link: bool,
    /// Each thing, in the order a sign-in meets it.
    pub checks: Vec<CheckView>,
}

impl Engine {
    /// Tries the provider of a draft: a catalog id, something learned, or a server's URL, with its variables and
    /// endpoints.
    ///
    /// # Errors
    /// `UnknownProvider`, `InsecureUrl`, or `InvalidInput` naming the variables and endpoints that are wrong. What a
    /// server does wrong is a check that failed.
    pub async fn check_provider(&self, draft: &Draft) -> Result<DryRun, Problem> {
        Ok(self.dry_run(self.draft_spec(draft).await?, draft.port).await)
    }

    /// Tries a spec whose variables are filled in.
    pub(super) async fn dry_run(&self, mut spec: ProviderSpec, port: Option<u16>) -> DryRun {
        let mut checks = vec![self.metadata(&mut spec).await];
        let mut probe = Probe { http: self.inner.ports.http.as_ref(), hosts: BTreeMap::new(), date: None };
        for (name, url) in endpoints(&spec.server.metadata) {
            checks.push(probe.endpoint(name, url).await);
        }
        checks.push(pkce(&spec));
        checks.push(authentication(&spec));
        let redirects = spec.page().redirects;
        if redirects.contains(&RedirectMethod::Loopback) {
            checks.push(self.loopback(&spec, port).await);
        }
        checks.push(clock(self.now(), probe.date));
        DryRun { deep_link: redirects.contains(&RedirectMethod::DeepLink), checks }
    }

    /// The spec with the draft's variables, as far as it is known without asking a server.
    async fn draft_spec(&self, draft: &Draft) -> Result<ProviderSpec, Problem> {
        let url = draft.provider.trim();
        if url.contains("://") && draft.endpoints.is_none() {
            server::endpoint(url)?;
            return Ok(ProviderSpec::from_issuer(url, &ServerMetadata::default()));
        }
        let mut errors = BTreeMap::new();
        let (_, spec) = self.draft_provider(draft, &mut errors).await?;
        if !errors.is_empty() {
            return Err(field_problem(&errors));
        }
        let spec = spec.resolve(&draft.vars).map_err(|errors| field_problem(&errors))?;
        server::with_captured(&spec, &BTreeMap::new())
    }

    /// Reads the server's own document, and fills the blanks of the spec with it.
    async fn metadata(&self, spec: &mut ProviderSpec) -> CheckView {
        let check = |outcome, finding, cure| view("metadata", say!("Metadata"), outcome, finding, cure);
        let pinned = spec.server.metadata.clone();
        let complete = pinned.authorization_endpoint.is_some() && pinned.token_endpoint.is_some();
        let http = self.inner.ports.http.as_ref();
        let Some(found) = server::document(http, spec, self.now()).await else {
            let words =
                say!("not looked for: the provider's file names no issuer, and has the endpoints itself");
            return check(CheckOutcome::Ok, words, None);
        };
        match found.map_err(classify::discovery) {
            Ok(metadata) => {
                let issuer = metadata.issuer.clone().unwrap_or_default();
                let other = differs(&pinned, &metadata);
                spec.server.metadata = server::merge(pinned, metadata);
                match other {
                    None => {
                        check(CheckOutcome::Ok, say!("read; its issuer is {issuer}", issuer = issuer), None)
                    }
                    Some(name) => {
                        let words = say!(
                            "read; it names another {endpoint} than the provider's file, which counts",
                            endpoint = name
                        );
                        let cure = say!("Compare the file with the provider's documentation.");
                        check(CheckOutcome::Warning, words, Some(cure))
                    }
                }
            }
            // Endpoints that are known need no document, except one that speaks of another server.
            Err(problem) if complete && problem.code != Code::DiscoveryIssuerMismatch => {
                let cure = say!(
                    "Nothing, where the provider publishes none; else correct `issuer` or `metadata_url`."
                );
                check(CheckOutcome::Warning, problem.say(), Some(cure))
            }
            Err(problem) => {
                check(CheckOutcome::Failed, problem.say(), Some(problem.code.suggestion().said().to_owned()))
            }
        }
    }

    /// Takes the port of a redirect, and gives it back.
    async fn loopback(&self, spec: &ProviderSpec, port: Option<u16>) -> CheckView {
        let fixed =
            !spec.redirect.kinds.is_empty() && !spec.redirect.kinds.contains(&RedirectKind::LoopbackAny);
        let port = port.or(fixed.then_some(super::redirect_uri::LOOPBACK_PORT));
        let host = &spec.redirect.loopback_host;
        let (outcome, finding, cure) = match self.inner.ports.listener.bind(host, port, "/callback").await {
            Ok(_) if port.is_none() => {
                (CheckOutcome::Ok, say!("{host} listens, on any free port", host = host), None)
            }
            Ok(bound) => (
                CheckOutcome::Ok,
                say!("port {port} of {host} is free", port = bound.port(), host = host),
                None,
            ),
            Err(ListenError::PortInUse(port)) => {
                let cure = say!("End the program that has it, or choose another port and register that one.");
                (CheckOutcome::Failed, say!("port {port} is in use", port = port), Some(cure))
            }
            Err(ListenError::Failed(words)) => {
                let cure = say!("Use a deep link, or paste the address at the end of the sign-in.");
                (CheckOutcome::Failed, say!("cannot listen: {words}", words = again(&words)), Some(cure))
            }
        };
        view("loopback", say!("Loopback redirect"), outcome, finding, cure)
    }
}

/// Asks endpoints whether they are there.
struct Probe<'a> {
    http: &'a dyn HttpClient,
    /// Hosts that were not reached: they are not waited for again.
    hosts: BTreeMap<String, Problem>,
    /// What the first server that said so took for the time.
    date: Option<Timestamp>,
}

impl Probe<'_> {
    async fn endpoint(&mut self, name: &'static str, url: &str) -> CheckView {
        let (outcome, finding, cure) = match self.ask(url).await {
            Ok(status) => (
                CheckOutcome::Ok,
                say!("{url} answers (status {status})", url = shown(url), status = status),
                None,
            ),
            Err(problem) => {
                let finding = format!("{}: {}", shown(url), problem.say());
                (CheckOutcome::Failed, finding, Some(problem.code.suggestion().said().to_owned()))
            }
        };
        view(name, title(name), outcome, finding, cure)
    }

    /// The status of whatever answers.
    async fn ask(&mut self, url: &str) -> Result<u16, Problem> {
        let endpoint = server::endpoint(url)?;
        let host = endpoint.url().origin().ascii_serialization();
        if let Some(problem) = self.hosts.get(&host) {
            return Err(problem.clone());
        }
        match reach::answer(self.http, &endpoint).await {
            Ok(answer) => {
                self.date = self.date.or(answer.date);
                Ok(answer.status)
            }
            Err(error) => {
                let problem = Problem::from(error);
                self.hosts.insert(host, problem.clone());
                Err(problem)
            }
        }
    }
}

/// What a sign-in and what follows it use; those that only the sign-in will name are left to it.
fn endpoints(metadata: &ServerMetadata) -> Vec<(&'static str, &str)> {
    let all = [
        ("authorization_endpoint", &metadata.authorization_endpoint),
        ("token_endpoint", &metadata.token_endpoint),
        ("device_authorization_endpoint", &metadata.device_authorization_endpoint),
        ("userinfo_endpoint", &metadata.userinfo_endpoint),
        ("revocation_endpoint", &metadata.revocation_endpoint),
        ("jwks_uri", &metadata.jwks_uri),
    ];
    let required = metadata.require_pushed_authorization_requests;
    let pushed = metadata.pushed_authorization_request_endpoint.as_deref().filter(|_| required);
    let pushed = pushed.map(|url| ("pushed_authorization_request_endpoint", url));
    let known = all.into_iter().filter_map(|(name, url)| Some((name, url.as_deref()?))).chain(pushed);
    known.filter(|(_, url)| !server::is_open(url)).collect()
}

fn title(name: &str) -> String {
    match name {
        "authorization_endpoint" => say!("Sign-in page"),
        "token_endpoint" => say!("Token endpoint"),
        "pushed_authorization_request_endpoint" => say!("Pushed requests"),
        "device_authorization_endpoint" => say!("Device codes"),
        "userinfo_endpoint" => say!("User info"),
        "revocation_endpoint" => say!("Revocation"),
        _ => say!("Keys"),
    }
}

/// The endpoint for which the document names another one.
fn differs(pinned: &ServerMetadata, found: &ServerMetadata) -> Option<String> {
    let other =
        |mine: &Option<String>, theirs: &Option<String>| mine.is_some() && theirs.is_some() && mine != theirs;
    if other(&pinned.authorization_endpoint, &found.authorization_endpoint) {
        return Some(say!("authorization endpoint"));
    }
    other(&pinned.token_endpoint, &found.token_endpoint).then(|| say!("token endpoint"))
}

/// RFC 8414 §2: a server that names no method does not say that it supports PKCE.
fn pkce(spec: &ProviderSpec) -> CheckView {
    let methods = &spec.server.metadata.code_challenge_methods_supported;
    let (outcome, finding, cure) = match (spec.client.pkce, methods) {
        (Pkce::Never, _) => (
            CheckOutcome::Warning,
            say!("not used: the provider's file says that it is refused"),
            Some(say!("Try with `pkce = \"default\"`: many servers take it by now.")),
        ),
        (_, Some(methods)) if methods.iter().any(|method| method == "S256") => {
            (CheckOutcome::Ok, say!("S256, announced by the server or its file"), None)
        }
        (Pkce::Required, _) => (CheckOutcome::Ok, say!("S256, which the provider demands"), None),
        (_, Some(methods)) => (
            CheckOutcome::Warning,
            say!("the server announces {methods} and not S256", methods = plain(&methods.join(", "), 80)),
            Some(say!("S256 is sent all the same; ask the provider whether it is checked.")),
        ),
        (_, None) => (
            CheckOutcome::Warning,
            say!("not announced"),
            Some(say!("S256 is sent all the same; ask the provider whether it is checked.")),
        ),
    };
    view("pkce", "PKCE".to_owned(), outcome, finding, cure)
}

const PUBLIC: Sentence = Sentence::of("none (a public client)");

fn authentication(spec: &ProviderSpec) -> CheckView {
    let name = |method: &ClientAuthentication| match method {
        ClientAuthentication::None => PUBLIC.said(),
        other => other.name(),
    };
    let methods = spec.page().authentication;
    let named = spec.server.metadata.token_endpoint_auth_methods_supported.as_deref().unwrap_or_default();
    // A public client is always offered; a server that names only methods that are not here takes none of them.
    let none_of_them =
        !named.is_empty() && methods.iter().all(|method| !named.iter().any(|n| method.name() == n.as_str()));
    let (outcome, finding, cure) = if none_of_them {
        let words = say!("the server takes only {methods}", methods = plain(&named.join(", "), 120));
        let cure =
            say!("Register a client that proves itself by a secret or a key, if the provider has such.");
        (CheckOutcome::Warning, words, Some(cure))
    } else {
        (CheckOutcome::Ok, methods.iter().map(name).collect::<Vec<_>>().join(", "), None)
    };
    view("client_authentication", say!("Authentication"), outcome, finding, cure)
}

fn clock(now: Timestamp, server: Option<Timestamp>) -> CheckView {
    let (outcome, finding, cure) = match server {
        None => (CheckOutcome::Warning, say!("no server has told the time"), None),
        Some(server) => match clocks::wrong(now, server) {
            None => (CheckOutcome::Ok, say!("within five minutes of the server's"), None),
            Some(wrong) => {
                (CheckOutcome::Failed, again(&wrong.to_string()), Some(clocks::CURE.said().to_owned()))
            }
        },
    };
    view("clock", say!("Clock"), outcome, finding, cure)
}

/// An address without its parameters.
fn shown(url: &str) -> String {
    plain(url.split(['?', '#']).next().unwrap_or(url), 200)
}

fn view(
    name: &str,
    title: String,
    outcome: CheckOutcome,
    finding: String,
    cure: Option<String>,
) -> CheckView {
    CheckView { name: name.to_owned(), title, outcome, finding: plain(&finding, 400), cure }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_wrong_by_minutes_is_said() {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let at = |text: &str| clock(now, Some(text.parse().unwrap()));
        assert_eq!(at("2026-03-01T12:04:59Z").outcome, CheckOutcome::Ok);
        let slow = at("2026-03-01T14:07:10Z");
        assert_eq!(slow.outcome, CheckOutcome::Failed);
        assert!(slow.finding.contains("127 minutes, slow"), "{}", slow.finding);
        assert!(at("2026-03-01T11:50:00Z").finding.contains("10 minutes, fast"));
        assert_eq!(clock(now, None).outcome, CheckOutcome::Warning);
    }

    #[test]
    fn what_a_server_announces_decides() {
        let with = |metadata: serde_json::Value| {
            ProviderSpec::from_issuer("https://as.example", &serde_json::from_value(metadata).unwrap())
        };
        let methods = |names: &[&str]| with(serde_json::json!({ "code_challenge_methods_supported": names }));
        assert_eq!(pkce(&methods(&["plain", "S256"])).outcome, CheckOutcome::Ok);
        assert!(pkce(&methods(&["plain"])).finding.contains("plain and not S256"));
        assert_eq!(pkce(&with(serde_json::json!({}))).outcome, CheckOutcome::Warning);

        let takes =
            |names: &[&str]| with(serde_json::json!({ "token_endpoint_auth_methods_supported": names }));
        assert_eq!(authentication(&takes(&["client_secret_post"])).outcome, CheckOutcome::Ok);
        let odd = authentication(&takes(&["tls_client_auth"]));
        assert_eq!(odd.outcome, CheckOutcome::Warning);
        assert!(odd.finding.contains("tls_client_auth"), "{}", odd.finding);
    }
}
