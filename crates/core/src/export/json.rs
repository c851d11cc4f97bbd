//! One JSON object, named as in RFC 6749 §5.1, with the instant of expiry in place of `expires_in`:
//! a duration would be wrong by the time it is read.

use jiff::Timestamp;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::engine::ReleasedToken;
use crate::problem::{Code, Problem};

#[derive(Serialize)]
struct Document<'a> {
    connection: &'a str,
    access_token: &'a str,
    token_type: &'static str,
    expires_at: Option<Timestamp>,
    scope: Option<String>,
}

pub(super) fn write(token: &ReleasedToken, out: &mut String) -> Result<(), Problem> {
    let document = Document {
        connection: &token.connection,
        access_token: token.access_token.expose(),
        token_type: "Bearer",
        expires_at: token.expires_at,
        scope: token.scopes.as_ref().map(|scopes| scopes.join(" ")),
    };
    let mut buffer = Zeroizing::new(Vec::with_capacity(out.capacity()));
    // The error texts are not passed on: they could quote the value.
    serde_json::to_writer(&mut *buffer, &document).map_err(|_| Problem::new(Code::Internal))?;
    out.push_str(std::str::from_utf8(&buffer).map_err(|_| Problem::new(Code::Internal))?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::export::{Format, tests};

    #[test]
    fn reads_back_to_the_letter() {
        let token = tests::awkward();
        let export = Format::Json.write(&tests::released(&token)).unwrap();
        let value: serde_json::Value = serde_json::from_str(export.expose()).unwrap();
        assert_eq!(value["access_token"], token);
        assert_eq!(value["token_type"], "Bearer");
        assert_eq!(value["expires_at"], "2026-11-20T14:32:00Z");
        assert_eq!(value["scope"], "read write");
        assert_eq!(value["connection"], "GitHub (work)");
    }

    #[test]
    fn what_is_unknown_is_null() {
        let mut token = tests::released("abc");
        (token.expires_at, token.scopes) = (None, None);
        let export = Format::Json.write(&token).unwrap();
        let value: serde_json::Value = serde_json::from_str(export.expose()).unwrap();
        assert!(value["expires_at"].is_null() && value["scope"].is_null());
    }
}
