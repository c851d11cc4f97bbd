//! A person's own scripts in the place of the token request, of the reading of its answer, of the refresh, and as a test.
//! What goes in and what comes out has the names that such scripts have elsewhere.

mod credentials;
mod fetch;
mod seen;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Map, Value};
use tokenrack_oauth::authorization::ValidatedResponse;
use tokenrack_oauth::client::{Client, ClientAuth};
use tokenrack_oauth::dialect::RefreshDialect;
use tokenrack_oauth::error::OAuthError;
use tokenrack_oauth::http::HttpResponse;
use tokenrack_oauth::secret::{ClientSecret, CodeVerifier, Credentials};
use tokenrack_oauth::token::{Salvaged, TokenEndpoint, TokenSet, Unrenewed};
use zeroize::Zeroizing;

use super::refresh::{Refused, with_tokens};
use super::server;
use crate::classify::Verdict;
use crate::connection::Connection;
use crate::engine::Ports;
use crate::problem::{Code, Problem};
use crate::provider::ProviderSpec;
use crate::record::Tokens;
use crate::script::ScriptCall;
pub(super) use credentials::kept_with;
use fetch::Asker;

const TOKEN_REQUEST: &str = "getTokenData";
const CREDENTIALS: &str = "getCredentialsFromTokenResponse";
const REFRESH: &str = "refreshCredentials";
const TEST: &str = "test";

/// What became of an answer.
pub(super) struct Made {
    /// The tokens in it.
    pub(super) tokens: TokenSet,
    /// What a script made of them, where one did.
    pub(super) credentials: Option<Credentials>,
    /// Why the answer could not be read, by a script or at all; then these are the tokens that lay in the usual places.
    pub(super) problem: Option<Problem>,
}

impl From<TokenSet> for Made {
    fn from(tokens: TokenSet) -> Self {
        Self { tokens, credentials: None, problem: None }
    }
}

/// One connection's scripts, and what each of them is told.
pub(super) struct Scripts<'a> {
    ports: &'a Ports,
    connection: &'a Connection,
    /// With everything filled in that is known.
    spec: &'a ProviderSpec,
    /// As the token endpoint would be asked without a script.
    asked: &'a TokenEndpoint<'a>,
    /// What the redirect and the answers have said.
    captured: &'a BTreeMap<String, String>,
    /// Whether a request of a script's own may have arrived.
    has_asked: AtomicBool,
}

impl<'a> Scripts<'a> {
    pub(super) fn new(
        ports: &'a Ports,
        connection: &'a Connection,
        spec: &'a ProviderSpec,
        asked: &'a TokenEndpoint<'a>,
        captured: &'a BTreeMap<String, String>,
    ) -> Self {
        Self { ports, connection, spec, asked, captured, has_asked: AtomicBool::new(false) }
    }

    /// The code's exchange, with the scripts in the places that are theirs.
    ///
    /// # Errors
    /// `ScriptFailed`, `ScriptLimit`, or any protocol problem.
    pub(super) async fn exchange(
        &self,
        response: ValidatedResponse,
        redirect_uri: &str,
        verifier: Option<&CodeVerifier>,
    ) -> Result<Made, Problem> {
        let (asked, scripts) = (self.asked, &self.spec.scripts);
        let forward = response.forward(&self.spec.authorize.forward, self.captured);
        let answer = match (&scripts.token_request, &scripts.credentials) {
            (None, None) => {
                return Ok(asked.exchange(response, redirect_uri, verifier, &forward).await?.into());
            }
            (None, Some(_)) => asked.exchange_unread(&response, redirect_uri, verifier, &forward).await?,
            (Some(source), _) => {
                let mut query: Map<String, Value> =
                    self.captured.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
                query.insert("code".into(), response.code.expose().into());
                let mut more =
                    table([("queryParameters", query.into()), ("redirectUri", redirect_uri.into())]);
                more.extend(verifier.map(|verifier| ("codeVerifier".to_owned(), verifier.expose().into())));
                object(TOKEN_REQUEST, self.call(source, TOKEN_REQUEST, more).await?)?
            }
        };
        match &scripts.credentials {
            Some(source) => self.read(source, answer, Map::new(), &self.spec.token.response.root).await,
            None => {
                let body =
                    serde_json::to_vec(&answer).map_err(|e| Problem::new(Code::Internal).because(e))?;
                Ok(asked.understand(&HttpResponse::new(body).into())?.into())
            }
        }
    }

    /// The refresh, where a script has a part in it; `None` where none has.
    ///
    /// # Errors
    /// [`Refused`]: only `invalid_grant`, or a word the file names for it, thrown as it is, ends the grant.
    pub(super) async fn refresh(
        &self,
        tokens: &Tokens,
        dialect: &RefreshDialect,
    ) -> Option<Result<Made, Refused>> {
        let scripts = &self.spec.scripts;
        let before = credentials::of(tokens);
        let made = match (&scripts.refresh, &scripts.credentials, &tokens.refresh_token) {
            (Some(source), _, _) => return Some(self.by_script(source, before).await),
            (None, Some(source), Some(token)) if self.spec.refresh.renew.is_none() => {
                let redirect_uri = &self.connection.registration.redirect_uri;
                let root = dialect.response_root.as_ref().unwrap_or(&self.spec.token.response.root);
                match self.asked.refresh_unread(token, redirect_uri, dialect).await {
                    Ok(answer) => self.read(source, answer, before, root).await,
                    Err(Unrenewed { error, salvaged: Some(salvaged) }) => {
                        self.rescued(before, salvaged, error)
                    }
                    Err(Unrenewed { error, salvaged: None }) => {
                        return Some(Err(Refused::by(error, &self.spec.refresh.permanent)));
                    }
                }
            }
            _ => return None,
        };
        Some(made.map_err(|problem| Refused { verdict: Verdict::of(&problem), problem }))
    }

    async fn by_script(&self, source: &str, before: Map<String, Value>) -> Result<Made, Refused> {
        let more = table([("credentials", before.clone().into())]);
        let returned = self.call(source, REFRESH, more).await;
        let made = returned.and_then(|returned| {
            let found = credentials::lone_refresh_token(&before, self.asked.salvage(&returned, ""));
            let made = self.made(REFRESH, before.clone(), returned);
            made.or_else(|problem| self.found(before, found, problem))
        });
        made.map_err(|problem| {
            let verdict = match Verdict::of(&problem) {
                // Nothing is spent that nobody was sent.
                Verdict::Unknown if !self.has_asked.load(Ordering::Relaxed) => Verdict::Transient,
                verdict => verdict,
            };
            Refused { problem, verdict }
        })
    }

    /// Has the script read a token response, over what there was before. Where it fails, the tokens that lie in the usual
    /// places below `root` are answered with its failure: the server has issued them, and may have ended the old ones.
    async fn read(
        &self,
        source: &str,
        answer: Value,
        before: Map<String, Value>,
        root: &str,
    ) -> Result<Made, Problem> {
        let kept = tokenrack_oauth::response::values(&answer, &self.spec.token.response.capture);
        let found = self.asked.salvage(&answer, root);
        let returned = self.call(source, CREDENTIALS, table([("tokenResponse", answer)])).await;
        let read = returned.and_then(|returned| self.made(CREDENTIALS, before.clone(), returned));
        let mut made = read.or_else(|problem| self.found(before, found, problem))?;
        made.tokens.captured = kept;
        Ok(made)
    }

    /// What there is all the same where a script has failed, over what there was before.
    fn found(
        &self,
        before: Map<String, Value>,
        found: Map<String, Value>,
        problem: Problem,
    ) -> Result<Made, Problem> {
        if found.is_empty() {
            return Err(problem);
        }
        match self.whole(credentials::over(self.with_its_end(before), found)) {
            Ok(made) => Ok(Made { problem: Some(problem), ..made }),
            Err(_) => Err(problem),
        }
    }

    /// A span that was said of an access token once does not begin anew where that stays.
    fn with_its_end(&self, before: Map<String, Value>) -> Map<String, Value> {
        let end = self.connection.state.grant().and_then(|grant| grant.expires_at);
        credentials::with_end(before, end)
    }

    /// What an answer that no script can be asked about has brought all the same, over what there was before.
    fn rescued(
        &self,
        before: Map<String, Value>,
        salvaged: Salvaged,
        error: OAuthError,
    ) -> Result<Made, Problem> {
        let (access_token, end) = salvaged.access_token.unzip();
        let refresh_token = salvaged.refresh_token.as_ref();
        let found = credentials::known(access_token.as_ref(), refresh_token, end.flatten());
        match self.whole(credentials::over(self.with_its_end(before), found)) {
            Ok(made) => Ok(Made { problem: Some(with_tokens(error)), ..made }),
            Err(_) => Err(error.into()),
        }
    }

    fn made(
        &self,
        function: &'static str,
        before: Map<String, Value>,
        mut returned: Value,
    ) -> Result<Made, Problem> {
        let failed = |what| failed(&format!("{function} {what}"));
        // New tokens are good whatever is said of their end: those before may be spent.
        let problem = credentials::take_odd_end(&mut returned, self.asked.now).map(failed);
        let made = credentials::merge(before, returned).and_then(|whole| self.whole(whole));
        match made {
            Ok(made) => Ok(Made { problem, ..made }),
            Err(what) => Err(problem.unwrap_or_else(|| failed(what))),
        }
    }

    fn whole(&self, whole: Map<String, Value>) -> Result<Made, &'static str> {
        let tokens = credentials::tokens(&whole, self.spec, self.asked.now)?;
        let credentials = Some(Credentials::new(Value::Object(whole).to_string()));
        Ok(Made { tokens, credentials, problem: None })
    }

    /// Calls one function with what every function is told, and `more`.
    async fn call(
        &self,
        source: &str,
        function: &'static str,
        more: Map<String, Value>,
    ) -> Result<Value, Problem> {
        let mut argument = table([
            ("connectorParameters", self.connector().into()),
            ("connectionParameters", self.variables().into()),
        ]);
        argument.extend(more);
        let argument = Zeroizing::new(Value::Object(argument).to_string());
        let (spec, server) = (self.spec.clone(), self.connection.server.clone());
        let asker = Arc::new(Asker::new(
            Arc::clone(&self.ports.http),
            spec,
            server,
            self.asked.endpoint.url().clone(),
            &argument,
        ));
        let call =
            ScriptCall { source: source.to_owned(), function, argument, fetch: Arc::clone(&asker) as _ };
        let returned = self.ports.scripts.call(call).await;
        self.has_asked.fetch_or(asker.has_asked(), Ordering::Relaxed);
        match returned {
            // What it returned is its own JSON; were it not, it would be no object.
            Ok(returned) => Ok(serde_json::from_str(&returned).unwrap_or_default()),
            Err(error) => Err(asker.explain(function, error)),
        }
    }

    /// `connectorParameters`: the client and where its server is. A private key is not handed out.
    fn connector(&self) -> Map<String, Value> {
        let Client { id, auth, .. } = self.asked.client;
        let secret = match auth {
            ClientAuth::Basic(secret) | ClientAuth::Post(secret) => Some(secret.expose().to_owned()),
            ClientAuth::None | ClientAuth::PrivateKeyJwt(_) => None,
        };
        let authorize = server::place(self.spec, self.connection, |server| &server.authorization_endpoint);
        let api = self.spec.api.base.as_ref().map(|base| base.trim_end_matches('/').to_owned());
        let known = [
            ("clientId", Some(id.clone())),
            ("clientSecret", secret),
            ("authorizeUri", authorize),
            ("tokenUri", Some(self.asked.endpoint.url().to_string())),
            ("apiUri", api),
            ("scope", server::scope(self.connection, self.spec)),
        ];
        let known = known.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into())));
        known.collect()
    }

    /// `connectionParameters`: the variables, and what was captured.
    fn variables(&self) -> Map<String, Value> {
        let defaults = self.spec.vars.iter().filter_map(|(name, var)| Some((name, var.default.as_ref()?)));
        let all = defaults.chain(&self.connection.vars).chain(self.captured);
        all.map(|(name, value)| (name.clone(), value.as_str().into())).collect()
    }
}

/// Asks the provider file's own test whether the tokens work.
///
/// # Errors
/// `InvalidInput` when there is no such test; `ScriptFailed` with its reason when they do not work.
pub async fn test(
    ports: &Ports,
    connection: &Connection,
    spec: &ProviderSpec,
    secret: Option<&ClientSecret>,
    tokens: &Tokens,
) -> Result<(), Problem> {
    let no_test = || {
        let words = "the provider's file has no test ([scripts] test): use `tokenrack request`";
        Problem::new(Code::InvalidInput).because(words)
    };
    let source = spec.scripts.test.as_ref().ok_or_else(no_test)?;
    let client = server::client(ports, spec, connection, secret)?;
    let place = server::token_place(spec, connection);
    let endpoint = server::endpoint(&place.ok_or(Code::DiscoveryIncomplete)?)?;
    let asked = server::token_endpoint(ports, spec, connection, &endpoint, &client);
    let scripts = Scripts::new(ports, connection, spec, &asked, &tokens.grant.captured);
    let more = table([("credentials", credentials::of(tokens).into())]);
    match scripts.call(source, TEST, more).await? {
        Value::Bool(true) => Ok(()),
        Value::Bool(false) => Err(failed("test says that the tokens do not work")),
        _ => Err(failed("test returned neither true nor false")),
    }
}

fn failed(words: &str) -> Problem {
    Problem::new(Code::ScriptFailed).because(words)
}

fn object(function: &str, value: Value) -> Result<Value, Problem> {
    if value.is_object() { Ok(value) } else { Err(failed(&format!("{function} returned no object"))) }
}

fn table<const N: usize>(pairs: [(&str, Value); N]) -> Map<String, Value> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
