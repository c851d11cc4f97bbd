//! The token endpoint: a code's exchange (RFC 6749 §4.1.3, RFC 7636 §4.5), a refresh (§6), and any other grant (§4.5).
//!
//! The standard `oauth2` client writes the request and reads the answer. Around it, one HTTP function translates:
//! the request goes out in the provider's words, and whatever came back is made a standard answer or a typed failure
//! before the client sees it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType,
};
use oauth2::{EndpointNotSet, EndpointSet, RequestTokenError, StandardRevocableToken, TokenResponse as _};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::authorization::ValidatedResponse;
use crate::client::Client;
use crate::dialect::{AccountDialect, RefreshDialect, RequestTemplate, TokenDialect};
use crate::endpoint::Endpoint;
use crate::error::OAuthError;
use crate::http::{HttpClient, HttpRequest, HttpResponse, Spends};
use crate::response::json_object;
use crate::salvage;
use crate::secret::{AccessToken, CodeVerifier, IdToken, RefreshToken};
use crate::sent::{Answer, Sent, ask};
use crate::template::Values;
use crate::token_answer;
pub use crate::token_answer::refresh_token;
use crate::userinfo::AccountInfo;
use crate::wording::{Wording, pairs};

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
    /// Who is connected, where the answer itself says so.
    pub account: Option<AccountInfo>,
}

/// `token_type` (RFC 6749 §7.1): the kind of token that is taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TokenType {
    /// Whoever has it can use it (RFC 6750).
    #[default]
    Bearer,
    /// Only with a proof of the key it is bound to (RFC 9449).
    Dpop,
}

impl TokenType {
    /// As servers write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
            Self::Dpop => "DPoP",
        }
    }
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
    /// Where the answer says who is connected, if it does.
    pub account: &'a AccountDialect,
    /// What the token is for (RFC 8707 §2.2).
    pub resources: &'a [String],
    /// Another kind is refused.
    pub token_type: TokenType,
    /// When the request is made: lifetimes count from here, so they are never too long.
    pub now: Timestamp,
}

/// Parameters of a token request that only the protocol sets.
pub const PROTOCOL: &[&str] = &[
    "grant_type",
    "code",
    "redirect_uri",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "code_verifier",
    "refresh_token",
    "device_code",
];

/// What makes a request this grant's and this client's: never another value, never left out.
const KEPT: &[&str] =
    &["code", "client_secret", "client_assertion", "code_verifier", "refresh_token", "device_code"];

impl TokenEndpoint<'_> {
    /// Exchanges a validated code. `forward`: values of the redirect that the provider wants repeated.
    ///
    /// # Errors
    /// [`OAuthError`]; after `Http` with a request that may have arrived, the code is spent or not: start again.
    pub async fn exchange(
        &self,
        response: ValidatedResponse,
        redirect_uri: &str,
        verifier: Option<&CodeVerifier>,
        forward: &BTreeMap<String, String>,
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
        let wording = self.wording(Some(&self.dialect.values), pairs(forward));
        let http =
            Translator { asked: self, wording, root: &self.dialect.response.root, unread: Mutex::default() };
        self.read(request.request_async(&http).await)
    }

    /// As [`TokenEndpoint::exchange`], the answer as it came: for somebody who reads it in their own way.
    ///
    /// # Errors
    /// [`OAuthError`].
    pub async fn exchange_unread(
        &self,
        response: &ValidatedResponse,
        redirect_uri: &str,
        verifier: Option<&CodeVerifier>,
        forward: &BTreeMap<String, String>,
    ) -> Result<Value, OAuthError> {
        let code = response.code.expose();
        let mut fields =
            vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirect_uri)];
        fields.extend(verifier.map(|verifier| ("code_verifier", verifier.expose())));
        let answer = self.ask_form(&fields, self.wording(Some(&self.dialect.values), pairs(forward))).await?;
        self.unread(&answer)
    }

    /// As [`TokenEndpoint::refresh`], the answer as it came.
    ///
    /// # Errors
    /// [`Unrenewed`].
    pub async fn refresh_unread(
        &self,
        refresh_token: &RefreshToken,
        redirect_uri: &str,
        dialect: &RefreshDialect,
    ) -> Result<Value, Unrenewed> {
        let mut fields = vec![("grant_type", "refresh_token"), ("refresh_token", refresh_token.expose())];
        if dialect.repeat.iter().any(|name| name == "redirect_uri") {
            fields.push(("redirect_uri", redirect_uri));
        }
        let wording = self.wording(Some(&dialect.values), pairs(&dialect.params));
        let answer = self.ask_form(&fields, wording).await?;
        self.unread(&answer).map_err(|error| {
            let root = dialect.response_root.as_ref().unwrap_or(&self.dialect.response.root);
            self.unrenewed(error, left_in(&answer), root, Some(refresh_token))
        })
    }

    async fn ask_form(&self, fields: &[(&str, &str)], wording: Wording<'_>) -> Result<Answer, OAuthError> {
        let http =
            Translator { asked: self, wording, root: &self.dialect.response.root, unread: Mutex::default() };
        Ok(ask(self.http, http.outgoing(self.form(fields))?).await?)
    }

    fn unread(&self, answer: &Answer) -> Result<Value, OAuthError> {
        json_object(answer, self.dialect.response.success.as_ref(), self.now)
    }

    /// Renews with a refresh token. `redirect_uri` is repeated where the dialect asks for it.
    ///
    /// # Errors
    /// [`Unrenewed`].
    pub async fn refresh(
        &self,
        refresh_token: &RefreshToken,
        redirect_uri: &str,
        dialect: &RefreshDialect,
    ) -> Result<TokenSet, Unrenewed> {
        let token = oauth2::RefreshToken::new(refresh_token.expose().to_owned());
        let client = self.standard_client();
        let mut request = client.exchange_refresh_token(&token);
        if dialect.repeat.iter().any(|name| name == "redirect_uri") {
            request = request.add_extra_param("redirect_uri", redirect_uri);
        }
        let root = dialect.response_root.as_ref().unwrap_or(&self.dialect.response.root);
        let wording = self.wording(Some(&dialect.values), pairs(&dialect.params));
        let http = Translator { asked: self, wording, root, unread: Mutex::default() };
        let answer = self.read(request.request_async(&http).await);
        let unread = http.unread.into_inner().unwrap_or_else(PoisonError::into_inner);
        answer.map_err(|error| self.unrenewed(error, unread, root, Some(refresh_token)))
    }

    /// With what an unread answer has in the place of the refresh token that was sent.
    fn unrenewed(
        &self,
        error: OAuthError,
        unread: Vec<Value>,
        root: &str,
        spent: Option<&RefreshToken>,
    ) -> Unrenewed {
        // Alone in an answer that is none, a token may be anything.
        let is_none = matches!(
            error,
            OAuthError::Server(_) | OAuthError::Status { .. } | OAuthError::Unreadable { .. }
        );
        let salvaged = |answer: &Value| {
            let found = self.salvage(answer, root);
            let text = |name: &str| found.get(name).and_then(Value::as_str);
            let is_new = |token: &&str| spent.is_none_or(|spent| !spent.matches(token));
            let refresh_token = text("refresh_token").filter(is_new);
            let lives = found.get("expires_in").and_then(Value::as_i64);
            let ends = lives.and_then(|s| self.now.checked_add(SignedDuration::from_secs(s)).ok());
            let access_token = text("access_token");
            let is_one = match (refresh_token, access_token) {
                (Some(_), Some(_)) => true,
                (None, None) => false,
                _ => !is_none,
            };
            // Nobody has asked for one of another kind.
            let usable = access_token.filter(|_| !matches!(error, OAuthError::TokenType(_)));
            let usable = usable.map(|token| (AccessToken::new(token.to_owned()), ends));
            let refresh_token = refresh_token.map(|token| RefreshToken::new(token.to_owned()));
            (is_one && (refresh_token.is_some() || usable.is_some()))
                .then_some(Salvaged { refresh_token, access_token: usable })
        };
        let salvaged = unread.iter().find_map(salvaged);
        Unrenewed { error, salvaged }
    }

    /// Asks with any other grant: `fields` are what makes it one.
    ///
    /// # Errors
    /// [`OAuthError`].
    pub(crate) async fn grant(&self, fields: &[(&str, &str)]) -> Result<TokenSet, OAuthError> {
        let wording = self.wording(None, std::iter::empty());
        let http =
            Translator { asked: self, wording, root: &self.dialect.response.root, unread: Mutex::default() };
        let answer = oauth2::AsyncHttpClient::call(&http, self.form(fields)).await?;
        self.success(serde_json::from_slice(answer.body()).map_err(|_| WRONG_TYPE)?)
    }

    /// Asks with a request of the provider's own, whose answer is like a code's: a long-lived token for a short-lived
    /// one, a token that renews itself.
    ///
    /// # Errors
    /// [`Unrenewed`].
    pub async fn by_request(
        &self,
        request: &RequestTemplate,
        values: &Values<'_>,
    ) -> Result<TokenSet, Unrenewed> {
        let mut request = request.request("none", values)?;
        request.extensions_mut().insert(Spends);
        let answer = ask(self.http, request).await?;
        self.understand(&answer).map_err(|error| {
            self.unrenewed(error, left_in(&answer), &self.dialect.response.root, values.refresh_token)
        })
    }

    /// Reads an answer that somebody else has asked for, as a code's.
    ///
    /// # Errors
    /// [`OAuthError`].
    pub fn understand(&self, answer: &Answer) -> Result<TokenSet, OAuthError> {
        let standard = self.standard(answer, &self.dialect.response.root)?;
        self.success(serde_json::from_slice(standard.body()).map_err(|_| WRONG_TYPE)?)
    }

    /// The tokens that an unread answer has below `root`, with the names of RFC 6749 §5.1: for want of anybody who could
    /// read it. A refresh token alone is none where the answer calls itself an error. Holds secrets; perhaps nothing.
    pub fn salvage(&self, answer: &Value, root: &str) -> Map<String, Value> {
        token_answer::salvage(answer, root, &self.dialect.response, self.now)
    }

    /// A form on its way to the endpoint.
    fn form(&self, fields: &[(&str, &str)]) -> HttpRequest {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut request = http::Request::new(form.into_bytes());
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = self.endpoint.url().as_str().parse().unwrap_or_default();
        request
    }

    /// The dialect of one request: `values` are its own, `extra` come before those of every request.
    fn wording<'w>(
        &'w self,
        values: Option<&'w BTreeMap<String, String>>,
        extra: impl Iterator<Item = (&'w str, &'w str)>,
    ) -> Wording<'w> {
        let TokenDialect { rename, omit, params, .. } = self.dialect;
        Wording {
            rename: pairs(rename).collect(),
            values,
            omit,
            extra: extra.chain(pairs(params)).collect(),
            protocol: PROTOCOL,
            kept: KEPT,
        }
    }

    /// How the client proves itself is not its business: see [`Translator::outgoing`].
    fn standard_client(&self) -> StandardClient {
        oauth2::Client::new(oauth2::ClientId::new(self.client.id.clone()))
            .set_auth_type(oauth2::AuthType::RequestBody)
            .set_token_uri(oauth2::TokenUrl::from_url(self.endpoint.url().clone()))
    }

    /// The answer as the standard client reads it.
    fn standard(&self, answer: &Answer, root: &str) -> Result<HttpResponse, OAuthError> {
        let dialect = &self.dialect.response;
        let body = json_object(answer, dialect.success.as_ref(), self.now)?;
        let standard = token_answer::standard(&body, root, dialect, self.account, self.token_type, self.now)
            .map_err(|error| match error {
                OAuthError::TokenType(kind) => OAuthError::TokenType(answer.sent.plain(&kind, 40)),
                other => other,
            })?;
        let body = serde_json::to_vec(&standard).map_err(|_| OAuthError::Invalid("cannot be rewritten"))?;
        Ok(http::Response::new(body))
    }

    fn read(
        &self,
        answer: Result<Standard, RequestTokenError<OAuthError, BasicErrorResponse>>,
    ) -> Result<TokenSet, OAuthError> {
        self.success(answer.map_err(|error| match error {
            RequestTokenError::Request(error) => error,
            // The body was rewritten, so what remains is a field of the wrong type.
            _ => WRONG_TYPE,
        })?)
    }

    fn success(&self, answer: Standard) -> Result<TokenSet, OAuthError> {
        let after = |seconds: u64| {
            i64::try_from(seconds).ok().and_then(|s| self.now.checked_add(SignedDuration::from_secs(s)).ok())
        };
        let extra = answer.extra_fields();
        Ok(TokenSet {
            access_token: AccessToken::new(answer.access_token().secret().clone()),
            refresh_token: answer.refresh_token().map(|token| RefreshToken::new(token.secret().clone())),
            id_token: extra.id_token.clone().map(IdToken::new),
            expires_at: answer.expires_in().and_then(|span| after(span.as_secs())),
            refresh_expires_at: extra.refresh_token_expires_in.and_then(after),
            scopes: answer.scopes().map(|scopes| {
                scopes
                    .iter()
                    .map(|scope| scope.as_str().to_owned())
                    .filter(|scope| !scope.is_empty())
                    .collect()
            }),
            captured: extra.captured.clone(),
            account: extra.account.clone(),
        })
    }
}

const WRONG_TYPE: OAuthError = OAuthError::Invalid("has a field of the wrong type");

/// Why a refresh gave no token set.
#[derive(Debug)]
pub struct Unrenewed {
    /// What was wrong.
    pub error: OAuthError,
    /// What the answer has all the same.
    pub salvaged: Option<Salvaged>,
}

/// Nothing was sent, or nothing has come.
impl<E: Into<OAuthError>> From<E> for Unrenewed {
    fn from(error: E) -> Self {
        Self { error: error.into(), salvaged: None }
    }
}

/// What an answer has that cannot be read as a whole: the refresh token that was sent may be spent. At least one of the two.
#[derive(Debug)]
pub struct Salvaged {
    /// A new one.
    pub refresh_token: Option<RefreshToken>,
    /// The access token and its end, where that can be read.
    pub access_token: Option<(AccessToken, Option<Timestamp>)>,
}

/// The HTTP function of the standard client: asks in the provider's words, then answers with a standard success or a
/// typed failure.
struct Translator<'a> {
    asked: &'a TokenEndpoint<'a>,
    wording: Wording<'a>,
    root: &'a str,
    /// What is in the answer, where it is none that was asked for.
    unread: Mutex<Vec<Value>>,
}

impl Translator<'_> {
    /// The standard request with this client's proof, in the provider's words.
    fn outgoing(&self, request: HttpRequest) -> Result<HttpRequest, OAuthError> {
        let TokenEndpoint { client, dialect, resources, .. } = self.asked;
        let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let mut form: Vec<(String, String)> = form_urlencoded::parse(request.body())
            .into_owned()
            .filter(|(name, _)| name != "client_id")
            .collect();
        form.extend(resources.iter().map(|resource| own(("resource", resource))));
        form.extend(client.fields().iter().map(|(name, value)| own((name, value))));
        let sent = Sent::by(client, form.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let form = self.wording.apply(form);
        let (kind, body) = match dialect.body.as_str() {
            "json" => {
                let fields: BTreeMap<_, _> = form.into_iter().collect();
                ("application/json", serde_json::to_vec(&fields).map_err(|_| UNSENDABLE)?)
            }
            _ => {
                let mut body = form_urlencoded::Serializer::new(String::new());
                ("application/x-www-form-urlencoded", body.extend_pairs(form).finish().into_bytes())
            }
        };
        let mut outgoing = HttpRequest::new(body);
        outgoing.extensions_mut().insert(sent);
        outgoing.extensions_mut().insert(Spends);
        *outgoing.method_mut() = http::Method::POST;
        *outgoing.uri_mut() = request.uri().clone();
        let headers = outgoing.headers_mut();
        for (name, value) in &dialect.headers {
            let name = HeaderName::try_from(name).map_err(|_| UNSENDABLE)?;
            headers.insert(name, HeaderValue::try_from(value).map_err(|_| UNSENDABLE)?);
        }
        let accept = if dialect.accept.is_empty() { "application/json" } else { &dialect.accept };
        headers.insert(ACCEPT, HeaderValue::try_from(accept).map_err(|_| UNSENDABLE)?);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        if let Some(value) = client.basic() {
            headers.insert(AUTHORIZATION, value);
        }
        Ok(outgoing)
    }
}

const UNSENDABLE: OAuthError =
    OAuthError::Invalid("cannot be asked for: `[token]` in the provider's file is malformed");

impl<'c> oauth2::AsyncHttpClient<'c> for Translator<'_> {
    type Error = OAuthError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, OAuthError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let answer = ask(self.asked.http, self.outgoing(request)?).await?;
            self.asked.standard(&answer, self.root).inspect_err(|_| {
                *self.unread.lock().unwrap_or_else(PoisonError::into_inner) = left_in(&answer);
            })
        })
    }
}

/// What an answer has all the same, whatever it calls itself, and whatever it says besides: a server may fail once its tokens are
/// written.
fn left_in(answer: &Answer) -> Vec<Value> {
    salvage::objects(answer.body())
}

type Standard = oauth2::StandardTokenResponse<Extra, BasicTokenType>;
type StandardClient = oauth2::Client<
    BasicErrorResponse,
    Standard,
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
    #[serde(default)]
    account: Option<AccountInfo>,
}

impl oauth2::ExtraTokenFields for Extra {}

#[cfg(test)]
#[path = "token_tests.rs"]
mod tests;
