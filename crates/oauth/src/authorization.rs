//! The authorization request (RFC 6749 §4.1.1) and its response (§4.1.2, RFC 9207).

use url::Url;

use crate::dialect::{AuthorizeDialect, ScopeDialect};
use crate::endpoint::{Endpoint, EndpointError};
use crate::error::ServerError;
use crate::response::plain;
use crate::secret::{AuthorizationCode, CodeVerifier, Nonce, State};

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
    /// Single use.
    pub state: &'a State,
    /// Only with `openid`.
    pub nonce: Option<&'a Nonce>,
    /// Absent only for a provider whose spec says, with a source, that it refuses PKCE.
    pub verifier: Option<&'a CodeVerifier>,
    /// The provider's extra words.
    pub authorize: &'a AuthorizeDialect,
    /// How it writes scopes.
    pub scope: &'a ScopeDialect,
}

impl AuthorizationRequest<'_> {
    /// The URL for the browser. An extra parameter never overrides one of the protocol.
    pub fn url(&self) -> Url {
        let mut query: Vec<(&str, String)> = vec![
            ("response_type", "code".into()),
            ("client_id", self.client_id.into()),
            ("redirect_uri", self.redirect_uri.into()),
            ("state", self.state.expose().into()),
        ];
        if let Some(verifier) = self.verifier {
            query.push(("code_challenge", verifier.challenge()));
            query.push(("code_challenge_method", "S256".into()));
        }
        if let Some(nonce) = self.nonce {
            query.push(("nonce", nonce.expose().into()));
        }
        if !self.scopes.is_empty() && !self.scope.defined_on_app {
            query.push((&self.scope.parameter, self.scopes.join(&self.scope.separator)));
        }
        let mut url = self.endpoint.url().clone();
        let taken: Vec<String> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
        let mut pairs = url.query_pairs_mut();
        pairs.extend_pairs(query.iter().filter(|(name, _)| !taken.iter().any(|other| other == name)));
        for (name, value) in self.authorize.params.iter().chain(&self.authorize.offline_params) {
            if !query.iter().any(|(protocol, _)| protocol == name) && !PROTOCOL.contains(&name.as_str()) {
                pairs.append_pair(name, value);
            }
        }
        drop(pairs);
        url
    }
}

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
}

impl AuthorizationResponse {
    /// Reads `code`, `state`, `iss` and `error*`, and nothing else.
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
                return Err(RedirectError::Malformed("a parameter comes twice"));
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
        let mut target = url;
        target.set_query(None);
        target.set_fragment(None);
        Ok(Self { target, state: State::new(state), code, error, issuer })
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
            (Some(code), None) => Ok(ValidatedResponse { code }),
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
    fn extra_parameters_override_nothing() {
        let authorize = AuthorizeDialect {
            params: [("state", "evil"), ("client_secret", "x"), ("prompt", "consent"), ("scope", "all")]
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .into(),
            ..Default::default()
        };
        let verifier = CodeVerifier::from_random([1; 32]);
        let url = AuthorizationRequest {
            endpoint: &endpoint("https://as.example/authorize?tenant=1").unwrap(),
            client_id: "me",
            redirect_uri: REDIRECT,
            scopes: &["openid".into(), "a b".into()],
            state: &State::new("mine".into()),
            nonce: None,
            verifier: Some(&verifier),
            authorize: &authorize,
            scope: &ScopeDialect::default(),
        }
        .url();
        let all: Vec<_> = url.query_pairs().collect();
        let get =
            |name: &str| all.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_ref()).collect::<Vec<_>>();
        assert_eq!(get("state"), ["mine"]);
        assert_eq!(get("scope"), ["openid a b"]);
        assert_eq!(get("prompt"), ["consent"]);
        assert_eq!(get("tenant"), ["1"]);
        assert_eq!(get("code_challenge_method"), ["S256"]);
        assert!(get("client_secret").is_empty());
        assert!(endpoint("https://as.example/authorize?state=x").is_err());
    }
}
