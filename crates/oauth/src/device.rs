//! Device authorization (RFC 8628): a code for the person, and how often the server is asked whether they are done.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::client::Client;
use crate::dialect::DeviceDialect;
use crate::endpoint::Endpoint;
use crate::error::{OAuthError, ServerError};
use crate::http::{HttpClient, HttpErrorKind};
use crate::response::{json_object, plain};
use crate::secret::DeviceCode;
use crate::sent::ask;
use crate::token::{TokenEndpoint, TokenSet};

/// RFC 8628 §3.4.
const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// RFC 8628 §3.5: seconds between questions when the server says nothing.
const DEFAULT_INTERVAL: u32 = 5;
/// No server makes a client wait longer between two questions.
const LONGEST_INTERVAL: u32 = 300;
/// How far a failing network stretches the wait, unless the interval itself is longer.
const LONGEST_BACKOFF: u32 = 60;
/// A code longer than this is none that a person enters.
const LONGEST_USER_CODE: usize = 60;

/// What the server answers (RFC 8628 §3.2).
#[derive(Debug)]
pub struct DeviceAuthorization {
    /// For the questions.
    pub device_code: DeviceCode,
    /// For the person.
    pub user_code: String,
    /// Where the person enters it.
    pub verification_uri: String,
    /// The same with the code filled in.
    pub verification_uri_complete: Option<String>,
    /// How long both codes live; absent although REQUIRED: not known.
    pub expires_in: Option<SignedDuration>,
    /// How often to ask.
    pub polling: Polling,
}

/// Who asks for a code, where, and how the provider deviates.
pub struct DeviceEndpoint<'a> {
    /// The way out.
    pub http: &'a dyn HttpClient,
    /// `device_authorization_endpoint`.
    pub endpoint: &'a Endpoint,
    /// Who; proves itself as at the token endpoint (§3.1).
    pub client: &'a Client,
    /// Deviations.
    pub dialect: &'a DeviceDialect,
    /// Now.
    pub now: Timestamp,
}

impl DeviceEndpoint<'_> {
    /// Asks for a code (§3.1). `fields`: `scope` and `resource`.
    ///
    /// # Errors
    /// [`OAuthError`]; `Endpoint` for a page no browser should be sent to.
    pub async fn authorize(&self, fields: &[(&str, &str)]) -> Result<DeviceAuthorization, OAuthError> {
        let extra = self.dialect.params.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let fields: Vec<_> = fields.iter().copied().chain(extra).collect();
        let request = self.client.post_form(self.endpoint.url(), &fields);
        let body = json_object(&ask(self.http, request).await?, None, self.now)?;
        read(&body, self.dialect)
    }
}

impl DeviceDialect {
    /// Asks whether the person is done (§3.4).
    ///
    /// # Errors
    /// [`OAuthError`]; [`Polling::after`] says what it means.
    pub async fn ask(
        &self,
        asked: &TokenEndpoint<'_>,
        device_code: &DeviceCode,
        user_code: &str,
    ) -> Result<TokenSet, OAuthError> {
        let or =
            |own: &'_ str, rfc: &'static str| if own.is_empty() { rfc.to_owned() } else { own.to_owned() };
        let grant_type = or(&self.grant_type, GRANT_TYPE);
        let code_parameter = or(&self.code_parameter, "device_code");
        let mut fields =
            vec![("grant_type", grant_type.as_str()), (code_parameter.as_str(), device_code.expose())];
        if self.repeat.iter().any(|name| name == "user_code") {
            fields.push(("user_code", user_code));
        }
        asked.grant(&fields).await.map_err(|error| self.in_words(error))
    }

    /// RFC 8628 §3.5 for a provider that says by the status alone that the person is not done.
    fn in_words(&self, error: OAuthError) -> OAuthError {
        match error {
            OAuthError::Status { status, retry_after } if status == self.pending_status => {
                let code = "authorization_pending".to_owned();
                OAuthError::Server(ServerError { code, description: None, status, retry_after })
            }
            other => other,
        }
    }
}

fn read(body: &Value, dialect: &DeviceDialect) -> Result<DeviceAuthorization, OAuthError> {
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
    let device_code = text("/device_code").ok_or(OAuthError::Invalid("has no device_code"))?;
    let user_code = text("/user_code").ok_or(OAuthError::Invalid("has no user_code"))?;
    if plain(user_code, LONGEST_USER_CODE) != user_code {
        return Err(OAuthError::Invalid("has a user_code that nobody can enter"));
    }
    let pointer =
        if dialect.verification_uri.is_empty() { "/verification_uri" } else { &dialect.verification_uri };
    let verification_uri = text(pointer).ok_or(OAuthError::Invalid("has no verification_uri"))?;
    // A browser is sent there: no other scheme may come out of an answer.
    let page =
        Endpoint::parse(verification_uri).map_err(|error| OAuthError::endpoint(verification_uri, error))?;
    let complete = text("/verification_uri_complete").and_then(|uri| Endpoint::parse(uri).ok());
    let seconds = |pointer: &str| match body.pointer(pointer) {
        Some(Value::Number(number)) => number.as_u64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        _ => None,
    };
    Ok(DeviceAuthorization {
        device_code: DeviceCode::new(device_code.to_owned()),
        user_code: user_code.to_owned(),
        // As parsed: what a terminal would act on is encoded there.
        verification_uri: page.url().to_string(),
        verification_uri_complete: complete.map(|page| page.url().to_string()),
        expires_in: seconds("/expires_in").and_then(|s| i64::try_from(s).ok()).map(SignedDuration::from_secs),
        polling: Polling::new(seconds("/interval").map(|s| u32::try_from(s).unwrap_or(u32::MAX))),
    })
}

/// How often the server is asked (RFC 8628 §3.5). Pure: an answer makes the next from the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Polling {
    /// Seconds between two questions, as the server wants it; only grows.
    interval: u32,
    /// Questions in a row that got no answer.
    failures: u32,
}

impl Polling {
    /// As the server says; 5 seconds when it does not.
    pub fn new(interval: Option<u32>) -> Self {
        Self { interval: interval.unwrap_or(DEFAULT_INTERVAL).clamp(1, LONGEST_INTERVAL), failures: 0 }
    }

    /// How long to wait before the next question: the interval, doubled for each one that failed.
    pub fn wait(self) -> SignedDuration {
        let stretched = self.interval.saturating_mul(2_u32.saturating_pow(self.failures));
        SignedDuration::from_secs(stretched.min(LONGEST_BACKOFF.max(self.interval)).into())
    }

    /// What an answer without tokens means for the next question; `None`: there is none, the attempt is over.
    #[must_use]
    pub fn after(self, error: &OAuthError) -> Option<Self> {
        let on_time = Self { failures: 0, ..self };
        let later = Self { failures: self.failures.saturating_add(1), ..self };
        match error {
            OAuthError::Server(answer) => match answer.code.as_str() {
                "authorization_pending" => Some(on_time),
                "slow_down" => Some(Self { interval: (self.interval + 5).min(LONGEST_INTERVAL), ..on_time }),
                _ => is_transient(answer.status).then_some(later),
            },
            OAuthError::Status { status, .. } => is_transient(*status).then_some(later),
            // A portal or a proxy stands between for a while.
            OAuthError::Unreadable { .. } => Some(later),
            OAuthError::Http(failure) => match failure.kind {
                HttpErrorKind::NameResolution
                | HttpErrorKind::Connect
                | HttpErrorKind::Timeout
                | HttpErrorKind::Interrupted
                | HttpErrorKind::Tls => Some(later),
                HttpErrorKind::BodyTooLarge => None,
            },
            _ => None,
        }
    }
}

fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 429 | 500..)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::http::HttpError;

    fn answered(code: &str, status: u16) -> OAuthError {
        OAuthError::Server(ServerError { code: code.into(), description: None, status, retry_after: None })
    }

    fn failed(kind: HttpErrorKind) -> OAuthError {
        OAuthError::Http(HttpError { kind, detail: String::new() })
    }

    fn seconds(polling: Polling) -> i64 {
        polling.wait().as_secs()
    }

    #[test]
    fn slow_down_counts_for_this_and_every_later_question() {
        let polling = Polling::new(Some(2));
        let slower = polling.after(&answered("slow_down", 400)).unwrap();
        assert_eq!(seconds(slower), 7);
        assert_eq!(seconds(slower.after(&answered("authorization_pending", 400)).unwrap()), 7);
        assert_eq!(seconds(slower.after(&answered("slow_down", 429)).unwrap()), 12);
        assert_eq!(seconds(Polling::new(None)), 5);
        assert_eq!(seconds(Polling::new(Some(0))), 1);
    }

    #[test]
    fn a_failing_network_stretches_the_wait_until_it_works_again() {
        let mut polling = Polling::new(Some(5));
        let waits: Vec<i64> = (0..6)
            .map(|_| {
                polling = polling.after(&failed(HttpErrorKind::Timeout)).unwrap();
                seconds(polling)
            })
            .collect();
        assert_eq!(waits, [10, 20, 40, 60, 60, 60]);
        assert_eq!(seconds(polling.after(&answered("authorization_pending", 400)).unwrap()), 5);
        assert_eq!(seconds(Polling::new(Some(120)).after(&answered("server_error", 503)).unwrap()), 120);
    }

    #[test]
    fn only_a_clear_word_ends_the_attempt() {
        let polling = Polling::new(None);
        for ends in ["access_denied", "expired_token", "invalid_grant", "invalid_client"] {
            assert_eq!(polling.after(&answered(ends, 400)), None, "{ends}");
        }
        use HttpErrorKind::{Connect, Interrupted, NameResolution, Tls};
        for kind in [NameResolution, Connect, Interrupted, Tls] {
            assert!(polling.after(&failed(kind)).is_some(), "{kind:?}");
        }
        assert!(polling.after(&OAuthError::Status { status: 502, retry_after: None }).is_some());
        assert!(polling.after(&OAuthError::Unreadable { status: 200, what: "not JSON" }).is_some());
    }

    #[test]
    fn a_status_without_words_means_what_the_file_says() {
        let bare = |status| OAuthError::Status { status, retry_after: None };
        let trakt = DeviceDialect { pending_status: 400, ..Default::default() };
        assert_eq!(trakt.in_words(bare(400)), answered("authorization_pending", 400));
        assert_eq!(trakt.in_words(bare(410)), bare(410));
        assert_eq!(DeviceDialect::default().in_words(bare(400)), bare(400));
    }

    #[test]
    fn an_answer_is_read_as_the_provider_writes_it() {
        let google = DeviceDialect { verification_uri: "/verification_url".into(), ..Default::default() };
        let body = json!({"device_code": "d", "user_code": "GQVQ-JKEC", "expires_in": 1800, "interval": "5",
            "verification_url": "https://www.google.com/device"});
        let good = read(&body, &google).unwrap();
        assert_eq!(good.verification_uri, "https://www.google.com/device");
        assert_eq!(good.expires_in.map(|span| span.as_secs()), Some(1800));
        assert!(matches!(read(&body, &DeviceDialect::default()), Err(OAuthError::Invalid(_))));
        for uri in ["javascript:alert(1)", "http://as.example/", "dev.tokenrack.desktop:/x"] {
            let body = json!({"device_code": "d", "user_code": "u", "verification_uri": uri});
            assert!(matches!(read(&body, &DeviceDialect::default()), Err(OAuthError::Endpoint(..))), "{uri}");
            let body = json!({"device_code": "d", "user_code": "u", "verification_uri": "https://as.example/",
                "verification_uri_complete": uri});
            assert_eq!(read(&body, &DeviceDialect::default()).unwrap().verification_uri_complete, None);
        }
        let body = json!({"device_code": "d", "user_code": "u", "verification_uri": "https://as.example/\u{1b}[2J",
            "verification_uri_complete": "https://as.example/?code=\u{1b}]0;x\u{7}y"});
        let page = read(&body, &DeviceDialect::default()).unwrap();
        assert_eq!(page.verification_uri, "https://as.example/%1B[2J");
        assert_eq!(page.verification_uri_complete.unwrap(), "https://as.example/?code=%1B]0;x%07y");
        let hidden =
            json!({"device_code": "d", "user_code": "A\u{202e}B", "verification_uri": "https://as.example/"});
        assert!(matches!(read(&hidden, &DeviceDialect::default()), Err(OAuthError::Invalid(_))));
    }
}
