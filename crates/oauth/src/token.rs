//! The token endpoint: a code's exchange (RFC 6749 §4.1.3, RFC 7636 §4.5) and a refresh (§6).
//!
//! The standard `oauth2` client writes the request and reads the answer. Around it, one HTTP function translates:
//! the dialect's extra words go out, and whatever came back is made a standard answer or a typed failure before
//! the client sees it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use jiff::{SignedDuration, Timestamp};
use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType,
};
use oauth2::{EndpointNotSet, EndpointSet, RequestTokenError, StandardRevocableToken, TokenResponse as _};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::authorization::ValidatedResponse;
use crate::client::{Client, ClientAuth};
use crate::dialect::{Expiry, RefreshDialect, TokenDialect, TokenResponseDialect};
use crate::endpoint::Endpoint;
use crate::error::OAuthError;
use crate::http::{HttpClient, HttpRequest, HttpResponse};
use crate::response::json_object;
use crate::secret::{AccessToken, CodeVerifier, IdToken, RefreshToken};

/// A success from the token endpoint (RFC 6749 §5.1).
#[derive(Debug, Clone)]
pub struct TokenSet {
    /// Usable at once.
    pub access_token: AccessToken,
    /// Absent when the server gave none; then an older one stays valid.
    pub refresh_token: Option<RefreshToken>,
    /// OpenID Connect Core §3.1.3.3; not verified yet.
    pub id_token: Option<IdToken>,
    /// When the access token ends; `None` when the server does not say.
    pub expires_at: Option<Timestamp>,
    /// When the refresh token ends, when the server says so.
    pub refresh_expires_at: Option<Timestamp>,
    /// Granted scopes; `None`: as asked for (§5.1).
    pub scopes: Option<Vec<String>>,
    /// What the dialect keeps of the answer besides.
    pub captured: BTreeMap<String, String>,
}

/// Who asks, where, and how the provider deviates.
pub struct TokenEndpoint<'a> {
    /// The way out.
    pub http: &'a dyn HttpClient,
    /// Where.
    pub endpoint: &'a Endpoint,
    /// Who.
    pub client: &'a Client,
    /// Deviations.
    pub dialect: &'a TokenDialect,
    /// When the request is made: lifetimes count from here, so they are never too long.
    pub now: Timestamp,
}

impl TokenEndpoint<'_> {
    /// Exchanges a validated code.
    ///
    /// # Errors
    /// [`OAuthError`]; after `Http` with a request that may have arrived, the code is spent or not: start again.
    pub async fn exchange(
        &self,
        response: ValidatedResponse,
        redirect_uri: &str,
        verifier: Option<&CodeVerifier>,
    ) -> Result<TokenSet, OAuthError> {
        let redirect = oauth2::RedirectUrl::new(redirect_uri.to_owned())
            .map_err(|_| OAuthError::endpoint(redirect_uri, crate::endpoint::EndpointError::Malformed))?;
        let client = self.standard_client();
        let mut request = client
            .exchange_code(oauth2::AuthorizationCode::new(response.code.expose().to_owned()))
            .set_redirect_uri(Cow::Owned(redirect));
        if let Some(verifier) = verifier {
            request = request.set_pkce_verifier(oauth2::PkceCodeVerifier::new(verifier.expose().to_owned()));
        }
        for (name, value) in &self.dialect.params {
            request = request.add_extra_param(name, value);
        }
        let root = &self.dialect.response.root;
        let http = Translator { asked: self, root };
        self.read(request.request_async(&http).await)
    }

    /// Renews with a refresh token. `redirect_uri` is repeated where the dialect asks for it.
    ///
    /// # Errors
    /// [`OAuthError`].
    pub async fn refresh(
        &self,
        refresh_token: &RefreshToken,
        redirect_uri: &str,
        dialect: &RefreshDialect,
    ) -> Result<TokenSet, OAuthError> {
        let token = oauth2::RefreshToken::new(refresh_token.expose().to_owned());
        let client = self.standard_client();
        let mut request = client.exchange_refresh_token(&token);
        for (name, value) in &self.dialect.params {
            request = request.add_extra_param(name, value);
        }
        if dialect.repeat.iter().any(|name| name == "redirect_uri") {
            request = request.add_extra_param("redirect_uri", redirect_uri);
        }
        let root = dialect.response_root.as_ref().unwrap_or(&self.dialect.response.root);
        let http = Translator { asked: self, root };
        self.read(request.request_async(&http).await)
    }

    fn standard_client(&self) -> StandardClient {
        let client = oauth2::Client::new(oauth2::ClientId::new(self.client.id.clone()));
        let client = match &self.client.auth {
            ClientAuth::None => client.set_auth_type(oauth2::AuthType::RequestBody),
            ClientAuth::Basic(secret) => client
                .set_auth_type(oauth2::AuthType::BasicAuth)
                .set_client_secret(oauth2::ClientSecret::new(secret.expose().to_owned())),
            ClientAuth::Post(secret) => client
                .set_auth_type(oauth2::AuthType::RequestBody)
                .set_client_secret(oauth2::ClientSecret::new(secret.expose().to_owned())),
        };
        client.set_token_uri(oauth2::TokenUrl::from_url(self.endpoint.url().clone()))
    }

    fn read(
        &self,
        answer: Result<Answer, RequestTokenError<OAuthError, BasicErrorResponse>>,
    ) -> Result<TokenSet, OAuthError> {
        let answer = answer.map_err(|error| match error {
            RequestTokenError::Request(error) => error,
            // The body was rewritten above, so what remains is a field of the wrong type.
            _ => OAuthError::Invalid("has a field of the wrong type"),
        })?;
        let after = |seconds: u64| {
            i64::try_from(seconds).ok().and_then(|s| self.now.checked_add(SignedDuration::from_secs(s)).ok())
        };
        Ok(TokenSet {
            access_token: AccessToken::new(answer.access_token().secret().clone()),
            refresh_token: answer.refresh_token().map(|token| RefreshToken::new(token.secret().clone())),
            id_token: answer.extra_fields().id_token.clone().map(IdToken::new),
            expires_at: answer.expires_in().and_then(|span| after(span.as_secs())),
            refresh_expires_at: answer.extra_fields().refresh_token_expires_in.and_then(after),
            scopes: answer.scopes().map(|scopes| {
                scopes
                    .iter()
                    .map(|scope| scope.as_str().to_owned())
                    .filter(|scope| !scope.is_empty())
                    .collect()
            }),
            captured: answer.extra_fields().captured.clone(),
        })
    }
}

/// The HTTP function of the standard client: sends, then answers with a standard success or a typed failure.
struct Translator<'a> {
    asked: &'a TokenEndpoint<'a>,
    root: &'a str,
}

impl<'c> oauth2::AsyncHttpClient<'c> for Translator<'_> {
    type Error = OAuthError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, OAuthError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let TokenEndpoint { http, dialect, now, .. } = self.asked;
            let answer = http.send(request).await?;
            let body = json_object(&answer, dialect.response.success.as_ref(), *now)?;
            let standard = standard_answer(&body, self.root, &dialect.response, *now)?;
            let body =
                serde_json::to_vec(&standard).map_err(|_| OAuthError::Invalid("cannot be rewritten"))?;
            Ok(http::Response::new(body))
        })
    }
}

type Answer = oauth2::StandardTokenResponse<Extra, BasicTokenType>;
type StandardClient = oauth2::Client<
    BasicErrorResponse,
    Answer,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

#[derive(Debug, Serialize, Deserialize)]
struct Extra {
    #[serde(default)]
    id_token: Option<String>,
    #[serde(default)]
    refresh_token_expires_in: Option<u64>,
    #[serde(default)]
    captured: BTreeMap<String, String>,
}

impl oauth2::ExtraTokenFields for Extra {}

/// The answer with RFC names, RFC types and nothing else.
fn standard_answer(
    body: &Value,
    root: &str,
    dialect: &TokenResponseDialect,
    now: Timestamp,
) -> Result<Map<String, Value>, OAuthError> {
    let body =
        body.pointer(root).filter(|value| value.is_object()).ok_or(OAuthError::Invalid("has no token"))?;
    let at = |pointer: &str| {
        if pointer.is_empty() { None } else { body.pointer(pointer).filter(|value| !value.is_null()) }
    };
    let text = |pointer: &str| at(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
    let mut standard = Map::new();
    let access_token = text(&dialect.access_token).ok_or(OAuthError::Invalid("has no access_token"))?;
    // RFC 6749 appendix A.12: what no header can carry is no token.
    let visible = |token: &str| token.bytes().all(|byte| (0x20..=0x7e).contains(&byte));
    if !visible(access_token) || !text(&dialect.refresh_token).is_none_or(visible) {
        return Err(OAuthError::Invalid("has a token with characters that no token has"));
    }
    standard.insert("access_token".into(), access_token.into());
    if !dialect.token_type.is_empty() {
        let kind = text(&dialect.token_type).ok_or(OAuthError::Invalid("has no token_type"))?;
        if !kind.eq_ignore_ascii_case("bearer") {
            return Err(OAuthError::TokenType(crate::response::plain(kind, 40)));
        }
    }
    standard.insert("token_type".into(), "bearer".into());
    for (name, pointer) in [("refresh_token", dialect.refresh_token.as_str()), ("id_token", "/id_token")] {
        if let Some(value) = text(pointer) {
            standard.insert(name.into(), value.into());
        }
    }
    for (name, expiry) in
        [("expires_in", &dialect.expires), ("refresh_token_expires_in", &dialect.refresh_expires)]
    {
        if let Some(seconds) = seconds_left(at(&expiry.pointer), expiry, now)? {
            standard.insert(name.into(), seconds.into());
        }
    }
    if let Some(scope) = scopes(at(&dialect.scope), &dialect.scope_separator) {
        standard.insert("scope".into(), scope.join(" ").into());
    }
    Ok(standard)
}

/// Seconds until an end; `None` when the answer does not say, or says it in a way nobody can read. `never` and
/// `assume:` speak only for an answer that says nothing: a provider may give some clients an end.
fn seconds_left(value: Option<&Value>, expiry: &Expiry, now: Timestamp) -> Result<Option<u64>, OAuthError> {
    let Some(value) = value else {
        return Ok(expiry.format.strip_prefix("assume:").and_then(|seconds| seconds.parse().ok()));
    };
    #[allow(clippy::cast_possible_truncation, reason = "a lifetime of 2^63 seconds is not one")]
    let number = || match value {
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().map(|n| n as i64)),
        Value::String(text) => text.trim().parse::<i64>().ok(),
        _ => None,
    };
    let left = match expiry.format.as_str() {
        "epoch" => number().and_then(|at| at.checked_sub(now.as_second())),
        "rfc3339" => value
            .as_str()
            .and_then(|t| t.parse::<Timestamp>().ok())
            .map(|at| at.as_second() - now.as_second()),
        _ => number(),
    };
    left.map(|left| u64::try_from(left).map_err(|_| OAuthError::Invalid("has a lifetime below zero")))
        .transpose()
}

/// A string with separators, or a list.
fn scopes(value: Option<&Value>, separator: &str) -> Option<Vec<String>> {
    match value? {
        Value::String(text) => {
            let split = |c: char| c.is_whitespace() || separator.contains(c);
            Some(text.split(split).filter(|scope| !scope.is_empty()).map(str::to_owned).collect())
        }
        Value::Array(list) => Some(list.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: Value, dialect: &TokenResponseDialect) -> Result<Map<String, Value>, OAuthError> {
        standard_answer(&body, &dialect.root, dialect, "2026-01-01T00:00:00Z".parse().unwrap())
    }

    fn rfc(body: Value) -> Result<Map<String, Value>, OAuthError> {
        read(body, &TokenResponseDialect::default())
    }

    #[test]
    fn sloppy_but_clear_answers_are_taken() {
        let good =
            rfc(json!({"access_token": "a", "token_type": "bEARER", "expires_in": "3600", "scope": "x  y"}))
                .unwrap();
        assert_eq!(good["expires_in"], 3600);
        assert_eq!(good["scope"], "x y");
        let bare = rfc(json!({"access_token": "a", "token_type": "Bearer", "refresh_token": null})).unwrap();
        assert!(!bare.contains_key("expires_in") && !bare.contains_key("refresh_token"));
    }

    #[test]
    fn wrong_answers_are_refused() {
        assert!(matches!(rfc(json!({"token_type": "bearer"})), Err(OAuthError::Invalid(_))));
        assert!(matches!(
            rfc(json!({"access_token": "", "token_type": "bearer"})),
            Err(OAuthError::Invalid(_))
        ));
        assert!(matches!(rfc(json!({"access_token": "a"})), Err(OAuthError::Invalid(_))));
        assert!(matches!(
            rfc(json!({"access_token": "a", "token_type": "mac"})),
            Err(OAuthError::TokenType(_))
        ));
        let negative = json!({"access_token": "a", "token_type": "bearer", "expires_in": -1});
        assert!(matches!(rfc(negative), Err(OAuthError::Invalid(_))));
    }

    #[test]
    fn dialects_are_data() {
        let slack = TokenResponseDialect {
            root: "/authed_user".into(),
            token_type: String::new(),
            scope_separator: ",".into(),
            ..Default::default()
        };
        let body =
            json!({"ok": true, "authed_user": {"access_token": "xoxp", "scope": "users:read,chat:write"}});
        let good = read(body, &slack).unwrap();
        assert_eq!(good["scope"], "users:read chat:write");
        let dated = TokenResponseDialect {
            expires: Expiry { pointer: "/expires_at".into(), format: "rfc3339".into() },
            ..Default::default()
        };
        let body = json!({"access_token": "a", "token_type": "bearer", "expires_at": "2026-01-01T01:00:00Z"});
        assert_eq!(read(body, &dated).unwrap()["expires_in"], 3600);
    }
}
