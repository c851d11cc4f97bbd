//! Authorization servers, each a process of its own on a free port.

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::process::{Lines, Running};

/// A running authorization server of `tests/peers`.
pub struct Peer {
    issuer: String,
    _process: Running,
    _output: Lines,
}

impl Peer {
    /// A certified OpenID provider with sign-in and consent pages; rotates refresh tokens and detects reuse.
    pub fn oidc() -> Self {
        Self::start("oidc.mjs", &[])
    }

    /// The same with settings: `AT_TTL`, `DEVICE_TTL`, `JWK`, `TOKEN_DELAY`, `REDIRECTS`, `REGISTRATION`, `BOUND`.
    pub fn oidc_with(settings: &[(&str, &str)]) -> Self {
        Self::start("oidc.mjs", settings)
    }

    /// An OpenID provider whose fault is named by the client id.
    pub fn faults() -> Self {
        Self::start("faults.mjs", &[])
    }

    /// A plain OAuth server whose oddity is named by the issuer's path.
    pub fn odd() -> Self {
        Self::start("odd.mjs", &[])
    }

    /// A server that insists on each provider's quirks, `/slack`, `/github`.
    pub fn quirks() -> Self {
        Self::start("quirks.mjs", &[])
    }

    /// An API that takes any token; its paths say what it does.
    pub fn api() -> Self {
        Self::start("api.mjs", &[])
    }

    /// A server whose token endpoint is nobody's but a script's.
    pub fn scripted() -> Self {
        Self::start("scripted.mjs", &[])
    }

    pub(crate) fn start(script: &str, settings: &[(&str, &str)]) -> Self {
        let mut process = Running::start(
            Command::new("node")
                .arg(crate::peers().join(script))
                .arg("--with-parent")
                .envs(settings.iter().copied())
                .env_remove("PORT")
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null()),
        );
        let output = Lines::of(process.child().stdout.take().unwrap());
        loop {
            let line = output.next(Duration::from_secs(30));
            let line = line.unwrap_or_else(|| panic!("{script} ended before it was ready"));
            if let Some(issuer) = line.strip_prefix("READY ") {
                return Self { issuer: issuer.to_owned(), _process: process, _output: output };
            }
        }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// An issuer of the odd server.
    pub fn odd_issuer(&self, name: &str) -> String {
        format!("{}/{name}", self.issuer)
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        url::Url::parse(&self.issuer).unwrap().port().unwrap()
    }

    /// From now on this issuer of the odd server behaves.
    pub fn heal(&self, name: &str) {
        ureq::post(format!("{}/_peer/heal/{name}", self.issuer)).send_empty().unwrap();
    }

    /// Every request so far that matters, with its parameters and answers.
    pub fn log(&self) -> Vec<Value> {
        let mut answer = ureq::get(format!("{}/_peer/log", self.issuer)).call().unwrap();
        answer.body_mut().read_json().unwrap()
    }

    /// Requests to a path.
    pub fn requests(&self, path: &str) -> Vec<Value> {
        self.log().into_iter().filter(|entry| entry["path"] == path).collect()
    }

    /// Token requests with this grant, over all issuers of this server.
    pub fn token_requests(&self, grant: &str) -> Vec<Value> {
        let of_grant = |entry: &Value| entry["form"]["grant_type"] == grant;
        self.log().into_iter().filter(of_grant).collect()
    }
}
