//! Whether an endpoint is there. The request carries nothing: no parameter, no client, no secret.

use http::Method;
use http::header::DATE;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

use crate::endpoint::{Endpoint, EndpointError};
use crate::error::OAuthError;
use crate::http::{HttpClient, HttpErrorKind, HttpRequest, HttpResponse};

/// What an endpoint said to a request without content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Any status: an endpoint that is there may well refuse an empty request.
    pub status: u16,
    /// What the server takes for the time (RFC 9110 §6.6.1).
    pub date: Option<Timestamp>,
}

/// Asks by HEAD, and by GET where a server hangs up on that.
///
/// # Errors
/// [`OAuthError::Http`] when nothing answers, or nothing that can be trusted.
pub async fn answer(http: &dyn HttpClient, endpoint: &Endpoint) -> Result<Answer, OAuthError> {
    match http.send(request(endpoint, Method::HEAD)?).await {
        Ok(answer) => Ok(read(&answer)),
        Err(error) if error.kind == HttpErrorKind::Interrupted => {
            let answer = http.send(request(endpoint, Method::GET)?).await.map_err(OAuthError::Http)?;
            Ok(read(&answer))
        }
        Err(error) => Err(OAuthError::Http(error)),
    }
}

fn request(endpoint: &Endpoint, method: Method) -> Result<HttpRequest, OAuthError> {
    let url = endpoint.url().as_str();
    let mut request = HttpRequest::new(Vec::new());
    *request.method_mut() = method;
    *request.uri_mut() = url.parse().map_err(|_| OAuthError::endpoint(url, EndpointError::Malformed))?;
    Ok(request)
}

fn read(answer: &HttpResponse) -> Answer {
    Answer { status: answer.status().as_u16(), date: date(answer) }
}

/// What the server takes for the time (RFC 9110 §6.6.1).
pub fn date(answer: &HttpResponse) -> Option<Timestamp> {
    static PARSER: DateTimeParser = DateTimeParser::new();
    PARSER.parse_timestamp(answer.headers().get(DATE)?.to_str().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_header_is_read() {
        let mut answer = HttpResponse::new(Vec::new());
        assert_eq!(read(&answer), Answer { status: 200, date: None });
        answer.headers_mut().insert(DATE, "Sun, 06 Nov 1994 08:49:37 GMT".parse().unwrap());
        assert_eq!(read(&answer).date, Some("1994-11-06T08:49:37Z".parse().unwrap()));
        answer.headers_mut().insert(DATE, "tomorrow".parse().unwrap());
        assert_eq!(read(&answer).date, None);
    }
}
