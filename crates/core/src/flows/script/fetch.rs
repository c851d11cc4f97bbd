//! Whom a script may ask: the hosts of its provider's file. And what becomes of its words when it fails.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use tokenrack_oauth::api::is_framing;
use tokenrack_oauth::endpoint::{Endpoint, EndpointError};
use tokenrack_oauth::error::OAuthError;
use tokenrack_oauth::http::{HttpClient, HttpError, HttpRequest, HttpResponse, Spends};
use tokenrack_oauth::metadata::ServerMetadata;
use url::Url;

use super::seen::Seen;
use crate::problem::{Code, Problem};
use crate::provider::{ProviderSpec, place};
use crate::script::{Fetch, ScriptError};

/// The `fetch` of one call.
pub(super) struct Asker {
    http: Arc<dyn HttpClient>,
    spec: ProviderSpec,
    server: Option<ServerMetadata>,
    token_endpoint: Url,
    told: Mutex<Told>,
}

/// What happened so far.
struct Told {
    seen: Seen,
    /// A request was answered, or may have arrived: it may have spent what it was sent with.
    has_asked: bool,
    /// What became of the newest request, where it brought no answer.
    failed: Option<Failed>,
    /// Who has not answered yet.
    waits_for: Option<String>,
}

enum Failed {
    /// It was not sent; why.
    Refused(String),
    /// No answer came.
    Network(HttpError),
}

impl Asker {
    pub(super) fn new(
        http: Arc<dyn HttpClient>,
        spec: ProviderSpec,
        server: Option<ServerMetadata>,
        token_endpoint: Url,
        argument: &str,
    ) -> Self {
        let mut seen = Seen::default();
        seen.add(argument);
        let told = Mutex::new(Told { seen, has_asked: false, failed: None, waits_for: None });
        Self { http, spec, server, token_endpoint, told }
    }

    fn told<T>(&self, with: impl FnOnce(&mut Told) -> T) -> T {
        with(&mut self.told.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The request as it may be sent, or why not. No redirect is followed, so this is where it ends.
    fn check(&self, mut request: HttpRequest) -> Result<HttpRequest, String> {
        let text = request.uri().to_string();
        let endpoint = Endpoint::parse(&text).map_err(|error| self.not_an_endpoint(&text, error))?;
        let url = endpoint.url();
        let to_token_endpoint = place(url) == place(&self.token_endpoint);
        if !to_token_endpoint && !self.spec.may_receive_token(url, self.server.as_ref()) {
            let host = self.told(|told| told.seen.without(&place(url)));
            let known = self.spec.token_hosts().join(", ");
            return Err(format!(
                "{host} is none of {known}; to let the script ask it: [api] hosts = [\"{host}\"] in {}.toml",
                self.spec.id
            ));
        }
        if matches!(request.method().as_str(), "CONNECT" | "TRACE") {
            return Err(format!("{} is not a method that a script may use", request.method()));
        }
        if let Some(name) = request.headers().keys().find(|name| is_framing(name.as_str())) {
            return Err(format!("the header {name} is not a script's to set"));
        }
        *request.uri_mut() = url.as_str().parse().map_err(|_| "this address cannot be asked".to_owned())?;
        Ok(request)
    }

    fn not_an_endpoint(&self, text: &str, error: EndpointError) -> String {
        match Url::parse(text) {
            Ok(url) => format!("{}: {error}", self.told(|told| told.seen.without(&place(&url)))),
            Err(_) => "fetch needs a whole address, like https://api.example.com/me".to_owned(),
        }
    }

    /// Whether anything was sent that may have spent what it was sent with; what nobody has answered yet, too.
    pub(super) fn has_asked(&self) -> bool {
        self.told(|told| told.has_asked || told.waits_for.is_some())
    }

    /// Why a call gave no result, without anything the script was given or has seen.
    pub(super) fn explain(&self, function: &'static str, error: ScriptError) -> Problem {
        self.told(|told| {
            let failed =
                |words: String| Problem::new(Code::ScriptFailed).because(format!("{function} {words}"));
            let ends_grant = |words: &str| {
                words == "invalid_grant" || self.spec.refresh.permanent.iter().any(|known| known == words)
            };
            match (error, told.failed.take()) {
                (ScriptError::Threw(_), Some(Failed::Refused(why))) => {
                    failed(format!("was not let out: {why}"))
                }
                (ScriptError::Threw(_), Some(Failed::Network(error))) => {
                    let problem = Problem::from(OAuthError::Http(error));
                    // That the newest request was not sent says nothing of those before it.
                    let code = if told.has_asked { Code::Interrupted } else { problem.code };
                    Problem { code, ..problem }
                }
                (ScriptError::Threw(words), None) if ends_grant(words.trim()) => {
                    Problem::new(Code::InvalidGrant).because(format!("{function} says {}", words.trim()))
                }
                (ScriptError::Threw(words), None) => failed(format!("threw: {}", told.seen.clean(&words))),
                (ScriptError::Syntax(words), _) => {
                    failed(format!("cannot be read as JavaScript: {}", told.seen.clean(&words)))
                }
                (ScriptError::NoFunction(_), _) => {
                    failed(format!("is missing: the script sets no exports.{function}"))
                }
                (ScriptError::NeverSettles, _) => {
                    failed("waits for a promise that nothing settles".to_owned())
                }
                (ScriptError::Failed(words), _) => failed(format!("could not be run: {words}")),
                (limit @ (ScriptError::TimedOut | ScriptError::OutOfMemory), _) => {
                    let words = match told.waits_for.clone().filter(|_| limit == ScriptError::TimedOut) {
                        Some(host) => format!("{limit}, while {host} did not answer"),
                        None => limit.to_string(),
                    };
                    Problem::new(Code::ScriptLimit).because(format!("{function} {words}"))
                }
            }
        })
    }
}

#[async_trait]
impl Fetch for Asker {
    async fn fetch(&self, request: HttpRequest) -> Result<HttpResponse, String> {
        let refused = |told: &mut Told, why: String| {
            told.failed = Some(Failed::Refused(why.clone()));
            why
        };
        let mut request = match self.check(request) {
            Ok(request) => request,
            Err(why) => return Err(self.told(|told| refused(told, why))),
        };
        // Whatever its method: only the script knows what it spends.
        request.extensions_mut().insert(Spends);
        let host = request.uri().authority().map(ToString::to_string);
        self.told(|told| told.waits_for = host.clone());
        let answer = self.http.send(request).await;
        self.told(|told| {
            told.waits_for = None;
            told.has_asked |= answer.as_ref().map_or_else(|error| error.kind.may_have_arrived(), |_| true);
            match answer {
                Ok(response) => {
                    told.seen.add(&String::from_utf8_lossy(response.body()));
                    told.failed = None;
                    Ok(response)
                }
                Err(error) => {
                    let words = format!("{} gave no answer", host.unwrap_or_default());
                    told.failed = Some(Failed::Network(error));
                    Err(words)
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokenrack_oauth::http::HttpErrorKind;

    use super::*;
    use crate::classify::Verdict;

    /// Answers so many requests, and is not reached after that.
    struct Answers(Mutex<u32>);

    #[async_trait]
    impl HttpClient for Answers {
        async fn send(&self, _: HttpRequest) -> Result<HttpResponse, HttpError> {
            let mut left = self.0.lock().unwrap();
            if *left == 0 {
                return Err(HttpError { kind: HttpErrorKind::Connect, detail: "refused".into() });
            }
            *left -= 1;
            Ok(HttpResponse::new(Vec::new()))
        }
    }

    fn asker() -> Asker {
        asker_of(Answers(Mutex::new(0)))
    }

    fn asker_of(http: impl HttpClient + 'static) -> Asker {
        let text = "schema = 1\nid = \"acme\"\nname = \"Acme\"\n[api]\nhosts = [\"api.acme.example\"]";
        let token_endpoint = Url::parse("https://acme.example/token").unwrap();
        Asker::new(Arc::new(http), toml::from_str(text).unwrap(), None, token_endpoint, "{}")
    }

    fn request(method: &str, url: &str, header: &'static str) -> HttpRequest {
        let mut request = HttpRequest::new(Vec::new());
        *request.method_mut() = method.parse().unwrap();
        *request.uri_mut() = url.parse().unwrap();
        request.headers_mut().insert(header, "x".parse().unwrap());
        request
    }

    #[test]
    fn only_the_files_hosts_are_asked_and_as_it_is_usual() {
        let (asker, header) = (asker(), "x-tenant");
        for good in ["https://acme.example/other", "https://api.acme.example/me"] {
            assert!(asker.check(request("PATCH", good, header)).is_ok(), "{good}");
        }
        for bad in [
            request("GET", "https://acme.example.evil.example/", header),
            request("GET", "https://acme.example:8443/", header),
            request("GET", "http://acme.example/token", header),
            request("GET", "https://me:secret@acme.example/", header),
            request("GET", "/me", header),
            request("TRACE", "https://acme.example/", header),
            request("GET", "https://acme.example/", "host"),
            request("GET", "https://acme.example/", "transfer-encoding"),
        ] {
            let words = format!("{bad:?}");
            assert!(asker.check(bad).is_err(), "{words}");
        }
    }

    #[tokio::test]
    async fn an_answer_may_be_lost_once_anything_was_sent() {
        for (answers, verdict) in [(0, Verdict::Transient), (1, Verdict::Unknown)] {
            let asker = asker_of(Answers(Mutex::new(answers)));
            for _ in 0..=answers {
                _ = asker.fetch(request("POST", "https://acme.example/token", "x-tenant")).await;
            }
            let problem = asker.explain("refreshCredentials", ScriptError::Threw("no luck".into()));
            assert_eq!(Verdict::of(&problem), verdict, "after {answers}: {problem}");
            assert_eq!(asker.has_asked(), verdict == Verdict::Unknown);
        }
    }

    #[tokio::test]
    async fn what_nobody_has_answered_when_the_time_is_over_may_have_arrived() {
        struct Silent;

        #[async_trait]
        impl HttpClient for Silent {
            async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
                assert!(
                    request.extensions().get::<Spends>().is_some(),
                    "it is sent once, whatever its method"
                );
                std::future::pending().await
            }
        }

        let asker = asker_of(Silent);
        assert!(!asker.has_asked());
        let request = request("POST", "https://acme.example/token", "x-tenant");
        tokio::time::timeout(Duration::ZERO, asker.fetch(request)).await.unwrap_err();
        assert!(asker.has_asked());
    }

    #[tokio::test]
    async fn a_network_that_fails_is_not_the_scripts_mistake() {
        let asker = asker();
        asker.fetch(request("GET", "https://acme.example/", "x-tenant")).await.unwrap_err();
        let problem = asker.explain("test", ScriptError::Threw("no luck".into()));
        assert_eq!(problem.code, Code::Unreachable);
        // It was told once; what is thrown later is another matter.
        let problem = asker.explain("test", ScriptError::Threw("no luck".into()));
        assert_eq!(
            (problem.code, problem.cause.as_deref()),
            (Code::ScriptFailed, Some("test threw: no luck"))
        );
    }
}
