//! The authorization request (RFC 6749 §4.1.1) and its response (§4.1.2, RFC 9207).

use std::collections::BTreeMap;

use url::Url;

use crate::dialect::{AuthorizeDialect, ScopeDialect};
use crate::endpoint::{Endpoint, EndpointError};
use crate::error::ServerError;
use crate::response::{plain, value};
use crate::secret::{AuthorizationCode, CodeVerifier, Nonce, RedirectQuery, State};
use crate::wording::{Wording, pairs};

/// A redirect longer than this is not read.
pub const LONGEST_REDIRECT: usize = 16 * 1024;

/// What the browser is sent to ask for.
pub struct AuthorizationRequest<'a> {
    /// `authorization_endpoint`.
    pub endpoint: &'a Endpoint,
    /// Public.
    pub client_id: &'a str,
    /// With the port, when on loopback.
    pub redirect_uri: &'a str,
    /// May be empty.
    pub scopes: &'a [String],
    /// What the token is for (RFC 8707 §2.1); may be empty.
    pub resources: &'a [String],
    /// Single use.
    pub state: &'a State,
    /// Only with `openid`.
    pub nonce: Option<&'a Nonce>,
    /// Absent only for a provider whose spec says, with a source, that it refuses PKCE.
    pub verifier: Option<&'a CodeVerifier>,
    /// How its challenge is written.
    pub challenge: ChallengeStyle<'a>,
    /// The provider's extra words.
    pub authorize: &'a AuthorizeDialect,
    /// How it writes scopes.
    pub scope: &'a ScopeDialect,
}

/// How the code challenge is written. It is always made with SHA-256.
#[derive(Debug, Clone, Copy)]
pub struct ChallengeStyle<'a> {
    /// The digest in hex instead of base64url (RFC 7636 §4.2).
    pub hex: bool,
    /// The provider's spelling of `S256`.
    pub method: &'a str,
}

impl Default for ChallengeStyle<'_> {
    fn default() -> Self {
        Self { hex: false, method: "S256" }
    }
}

impl AuthorizationRequest<'_> {
    /// Everything that is asked for, in the provider's words. An extra parameter or a new name never replaces one of the
    /// protocol.
    pub fn parameters(&self) -> Vec<(String, String)> {
        let query = self.query().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        self.wording().apply(query)
    }

    /// The URL for the browser.
    pub fn url(&self) -> Url {
        self.url_with(&self.parameters())
    }

    /// The URL for the browser after the parameters were pushed (RFC 9126 §4).
    pub fn pushed_url(&self, request_uri: String) -> Url {
        let client_id = ("client_id".to_owned(), self.client_id.to_owned());
        self.url_with(&[client_id, ("request_uri".to_owned(), request_uri)])
    }

    fn url_with(&self, query: &[(String, String)]) -> Url {
        let mut url = self.endpoint.url().clone();
        let taken: Vec<String> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
        url.query_pairs_mut().extend_pairs(query.iter().filter(|(name, _)| !taken.contains(name)));
        url
    }

    /// The request as the RFCs have it.
    fn query(&self) -> Vec<(&str, String)> {
        let mut query: Vec<(&str, String)> = vec![
            ("response_type", "code".into()),
            ("client_id", self.client_id.into()),
            ("redirect_uri", self.redirect_uri.into()),
            ("state", self.state.expose().into()),
        ];
        if let Some(verifier) = self.verifier {
            let challenge =
                if self.challenge.hex { verifier.challenge_in_hex() } else { verifier.challenge() };
            query.push(("code_challenge", challenge));
            query.push(("code_challenge_method", self.challenge.method.into()));
        }
        if let Some(nonce) = self.nonce {
            query.push(("nonce", nonce.expose().into()));
        }
        if !self.scopes.is_empty() && !self.scope.defined_on_app {
            query.push(("scope", self.scopes.join(&self.scope.separator)));
        }
        query.extend(self.resources.iter().map(|resource| ("resource", resource.clone())));
        if !matches!(self.authorize.response_mode.as_str(), "" | "query") {
            query.push(("response_mode", self.authorize.response_mode.clone()));
        }
        query
    }

    fn wording(&self) -> Wording<'_> {
        let AuthorizeDialect { params, offline_params, rename, values, omit, .. } = self.authorize;
        let scope = (self.scope.parameter != "scope").then_some(("scope", self.scope.parameter.as_str()));
        Wording {
            rename: scope.into_iter().chain(pairs(rename)).collect(),
            values: Some(values),
            omit,
            extra: pairs(params).chain(pairs(offline_params)).collect(),
            protocol: PROTOCOL,
            kept: KEPT,
        }
    }
}

/// What ties the redirect to its attempt: always sent, with its own value.
const KEPT: &[&str] = &["state", "nonce", "code_challenge"];

/// Parameters that only the protocol sets.
pub const PROTOCOL: &[&str] = &[
    "response_type",
    "client_id",
    "redirect_uri",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "client_secret",
    "scope",
    "request",
    "request_uri",
];

/// Parses the endpoint; a server whose endpoint URL itself sets a protocol parameter is refused.
///
/// # Errors
/// [`EndpointError`].
pub fn endpoint(text: &str) -> Result<Endpoint, EndpointError> {
    let endpoint = Endpoint::parse(text)?;
    let smuggles = endpoint.url().query_pairs().any(|(name, _)| PROTOCOL.contains(&name.as_ref()));
    if smuggles { Err(EndpointError::Decorated) } else { Ok(endpoint) }
}

/// What a redirect says, not yet believed: untrusted input from any process or page.
#[derive(Debug)]
pub struct AuthorizationResponse {
    /// Scheme, host and path: where it came to.
    pub target: Url,
    /// Finds the attempt.
    pub state: State,
    query: RedirectQuery,
    code: Option<AuthorizationCode>,
    error: Option<ServerError>,
    issuer: Option<String>,
}

/// Why a redirect was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RedirectError {
    /// Longer than any genuine one.
    #[error("too large")]
    TooLarge,
    /// Not a URL, no `state`, a parameter twice, or neither code nor error.
    #[error("{0}")]
    Malformed(&'static str),
    /// Came to another redirect URI than the one sent.
    #[error("another redirect URI")]
    WrongTarget,
    /// `iss` differs from the attempt's issuer (RFC 9207 §2.4).
    #[error("another issuer")]
    IssuerMismatch,
    /// `iss` is absent although the server advertises it (RFC 9207 §2.4).
    #[error("no issuer although announced")]
    IssuerMissing,
    /// The provider signs its redirects, and this one is not signed by it.
    #[error("{0}")]
    Signature(&'static str),
    /// The server answered with an error (RFC 6749 §4.1.2.1).
    #[error("{0}")]
    Server(ServerError),
}

/// What the attempt expects.
pub struct Expected<'a> {
    /// As it was sent, with the port.
    pub redirect_uri: &'a str,
    /// When known.
    pub issuer: Option<&'a str>,
    /// The server announces `iss` (RFC 9207 §3).
    pub issuer_announced: bool,
}

/// A code that belongs to the attempt: the only thing an exchange accepts.
#[derive(Debug)]
pub struct ValidatedResponse {
    /// Single use.
    pub code: AuthorizationCode,
    state: State,
    query: RedirectQuery,
}

impl ValidatedResponse {
    /// The redirect's parameters that the provider's file keeps, cleaned. One that did not come is left out, and so is
    /// one that is too long to be a value. What only the protocol reads is never kept.
    ///
    /// # Errors
    /// `Malformed` when one comes twice.
    pub fn captured(&self, names: &[String]) -> Result<BTreeMap<String, String>, RedirectError> {
        let mut captured = BTreeMap::new();
        let wanted = |name: &str| names.iter().any(|wanted| wanted == name) && !READ.contains(&name);
        for (name, value) in self.parameters().filter(|(name, _)| wanted(name)) {
            if captured.insert(name.into_owned(), value.into_owned()).is_some() {
                return Err(TWICE);
            }
        }
        Ok(captured.into_iter().filter_map(|(name, text)| Some((name, value(&text)?))).collect())
    }

    /// What the token request repeats: of what was captured, and `state`.
    pub fn forward(&self, names: &[String], captured: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let value = |name: &String| match name.as_str() {
            "state" => Some(self.state.expose().to_owned()),
            _ => captured.get(name).cloned(),
        };
        names.iter().filter_map(|name| Some((name.clone(), value(name)?))).collect()
    }

    /// All of the redirect's parameters, in order.
    pub fn parameters(&self) -> url::form_urlencoded::Parse<'_> {
        url::form_urlencoded::parse(self.query.expose().as_bytes())
    }
}

/// What the protocol reads of a redirect.
const READ: &[&str] = &["state", "code", "iss", "error", "error_description"];
const TWICE: RedirectError = RedirectError::Malformed("a parameter comes twice");

impl AuthorizationResponse {
    /// Reads `code`, `state`, `iss` and `error*`. The rest is looked at when the attempt is known, and then only what
    /// its provider's file names.
    ///
    /// # Errors
    /// `TooLarge` or `Malformed`.
    pub fn parse(redirect_url: &str) -> Result<Self, RedirectError> {
        if redirect_url.len() > LONGEST_REDIRECT {
            return Err(RedirectError::TooLarge);
        }
        let url = Url::parse(redirect_url.trim()).map_err(|_| RedirectError::Malformed("not a URL"))?;
        let (mut state, mut code, mut issuer, mut error, mut description) = (None, None, None, None, None);
        for (name, value) in url.query_pairs() {
            let slot = match name.as_ref() {
                "state" => &mut state,
                "code" => &mut code,
                "iss" => &mut issuer,
                "error" => &mut error,
                "error_description" => &mut description,
                _ => continue,
            };
            if slot.replace(value.into_owned()).is_some() {
                return Err(TWICE);
            }
        }
        let present = |text: Option<String>| text.filter(|text| !text.is_empty());
        let state = present(state).ok_or(RedirectError::Malformed("no state"))?;
        let error = present(error).map(|code| ServerError {
            code: plain(&code, 80),
            description: present(description).map(|text| plain(&text, 300)),
            status: 0,
            retry_after: None,
        });
        let code = present(code).map(AuthorizationCode::new);
        let query = RedirectQuery::new(url.query().unwrap_or_default().to_owned());
        let mut target = url;
        target.set_query(None);
        target.set_fragment(None);
        Ok(Self { target, state: State::new(state), query, code, error, issuer })
    }

    /// Checks the redirect against the attempt its `state` found. The issuer comes first: on a mismatch the
    /// server's words are not shown.
    ///
    /// # Errors
    /// [`RedirectError`].
    pub fn validate(self, expected: &Expected<'_>) -> Result<ValidatedResponse, RedirectError> {
        let redirect_uri = Url::parse(expected.redirect_uri).map_err(|_| RedirectError::WrongTarget)?;
        let without_query = |mut url: Url| {
            url.set_query(None);
            url
        };
        if without_query(redirect_uri) != self.target {
            return Err(RedirectError::WrongTarget);
        }
        match (&self.issuer, expected.issuer) {
            (Some(found), Some(issuer)) if found != issuer => return Err(RedirectError::IssuerMismatch),
            (None, _) if expected.issuer_announced => return Err(RedirectError::IssuerMissing),
            _ => {}
        }
        match (self.code, self.error) {
            (_, Some(error)) => Err(RedirectError::Server(error)),
            (Some(code), None) => Ok(ValidatedResponse { code, state: self.state, query: self.query }),
            (None, None) => Err(RedirectError::Malformed("neither code nor error")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REDIRECT: &str = "dev.tokenrack.desktop:/oauth/callback";

    fn expected(announced: bool) -> Expected<'static> {
        Expected { redirect_uri: REDIRECT, issuer: Some("https://as.example"), issuer_announced: announced }
    }

    fn check(query: &str, announced: bool) -> Result<ValidatedResponse, RedirectError> {
        AuthorizationResponse::parse(&format!("{REDIRECT}?{query}"))?.validate(&expected(announced))
    }

    #[test]
    fn a_good_response_gives_its_code() {
        let good = check("code=c%2F1&state=s&iss=https://as.example", true).unwrap();
        assert_eq!(good.code.expose(), "c/1");
        assert!(check("code=c&state=s", false).is_ok());
    }

    #[test]
    fn everything_else_is_refused() {
        use RedirectError::*;
        let refused = |query, announced| check(query, announced).unwrap_err();
        assert_eq!(refused("code=c&state=s&iss=https://evil.example", false), IssuerMismatch);
        assert_eq!(refused("error=server_error&state=s&iss=https://evil.example", false), IssuerMismatch);
        assert_eq!(refused("code=c&state=s", true), IssuerMissing);
        assert!(matches!(refused("code=c", false), Malformed(_)));
        assert!(matches!(refused("state=s", false), Malformed(_)));
        assert!(matches!(refused("code=c&state=s&state=t", false), Malformed(_)));
        assert!(matches!(refused("code=c&code=d&state=s", false), Malformed(_)));
        assert!(matches!(refused("error=access_denied&state=s&code=c", false), Server(_)));
        let other =
            AuthorizationResponse::parse("dev.tokenrack.desktop:/oauth/other?code=c&state=s").unwrap();
        assert_eq!(other.validate(&expected(false)).unwrap_err(), WrongTarget);
        let long = format!("{REDIRECT}?state=s&code={}", "x".repeat(LONGEST_REDIRECT));
        assert_eq!(AuthorizationResponse::parse(&long).unwrap_err(), TooLarge);
    }

    #[test]
    fn what_the_file_names_is_kept_of_a_redirect() {
        let names = ["realmId", "scope", "code", "long", "absent"].map(String::from);
        let good = check("code=c&state=s&realmId=%20a%0Ab&scope=x&other=y&other=z&long=", false).unwrap();
        let captured = good.captured(&names).unwrap();
        let expected = [("realmId", "a b"), ("scope", "x")];
        assert_eq!(captured, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
        let forward = good.forward(&["scope", "state", "absent"].map(String::from), &captured);
        let expected = [("scope", "x"), ("state", "s")];
        assert_eq!(forward, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
        let twice = check("code=c&state=s&realmId=1&realmId=2", false).unwrap();
        assert!(matches!(twice.captured(&names), Err(RedirectError::Malformed(_))));
        assert!(twice.captured(&[]).unwrap().is_empty());
        let long = check(&format!("code=c&state=s&long={}", "x".repeat(513)), false).unwrap();
        assert!(long.captured(&names).unwrap().is_empty());
    }

    /// The parameters of a request that deviates so, `name=value`.
    fn asked(
        authorize: &AuthorizeDialect,
        scope: &ScopeDialect,
        challenge: ChallengeStyle<'_>,
    ) -> Vec<String> {
        let url = AuthorizationRequest {
            endpoint: &endpoint("https://as.example/authorize?tenant=1").unwrap(),
            client_id: "me",
            redirect_uri: REDIRECT,
            scopes: &["openid".into(), "a:b".into()],
            resources: &["https://api.example/a".into(), "urn:b".into()],
            state: &State::new("mine".into()),
            nonce: Some(&Nonce::new("n".into())),
            verifier: Some(&CodeVerifier::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into())),
            challenge,
            authorize,
            scope,
        }
        .url();
        url.query_pairs().map(|(name, value)| format!("{name}={value}")).collect()
    }

    fn words<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
    }

    const PLAIN: &[&str] = &[
        "tenant=1",
        "response_type=code",
        "client_id=me",
        "redirect_uri=dev.tokenrack.desktop:/oauth/callback",
        "state=mine",
        "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method=S256",
        "nonce=n",
        "scope=openid a:b",
        "resource=https://api.example/a",
        "resource=urn:b",
    ];

    #[test]
    fn extra_parameters_override_nothing() {
        let authorize = AuthorizeDialect {
            params: words([
                ("state", "evil"),
                ("client_secret", "x"),
                ("prompt", "consent"),
                ("scope", "all"),
                ("tenant", "2"),
            ]),
            values: words([("state", "evil"), ("code_challenge", "evil"), ("nonce", "evil")]),
            rename: words([("client_id", "state"), ("redirect_uri", "request")]),
            omit: ["state", "nonce", "code_challenge"].map(String::from).into(),
            ..Default::default()
        };
        let scope = ScopeDialect { parameter: "state".into(), ..Default::default() };
        let sent = asked(&authorize, &scope, ChallengeStyle::default());
        assert_eq!(sent, [PLAIN, &["prompt=consent"]].concat());
        assert!(endpoint("https://as.example/authorize?state=x").is_err());
    }

    #[test]
    fn a_provider_has_words_of_its_own() {
        let authorize = AuthorizeDialect {
            params: words([("client_key", "evil"), ("audience", "api")]),
            offline_params: words([("access_type", "offline")]),
            rename: words([("client_id", "client_key"), ("response_type", "type")]),
            values: words([("response_type", "web_server")]),
            omit: vec!["nonce".into(), "resource".into(), "redirect_uri".into()],
            response_mode: "form_post".into(),
            ..Default::default()
        };
        let scope =
            ScopeDialect { parameter: "user_scope".into(), separator: ",".into(), ..Default::default() };
        let sent = asked(&authorize, &scope, ChallengeStyle { hex: true, method: "s256" });
        let expected = [
            "tenant=1",
            "type=web_server",
            "client_key=me",
            "state=mine",
            "code_challenge=13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3",
            "code_challenge_method=s256",
            "nonce=n",
            "user_scope=openid,a:b",
            "response_mode=form_post",
            "audience=api",
            "access_type=offline",
        ];
        assert_eq!(sent, expected);
    }

    #[test]
    fn scopes_of_the_app_are_not_sent() {
        let scope = ScopeDialect { defined_on_app: true, ..Default::default() };
        let sent = asked(&AuthorizeDialect::default(), &scope, ChallengeStyle::default());
        assert!(!sent.iter().any(|parameter| parameter.starts_with("scope")));
    }
}
