//! An access token in the shape its reader wants: one format, one file.
//!
//! This and the clipboard are the only ways an access token leaves. Refresh tokens have none.

mod curl;
mod dotenv;
mod env;
mod header;
mod json;
mod powershell;
mod quote;
mod raw;

use std::fmt;

use serde::Deserialize;
use zeroize::Zeroizing;

use crate::engine::ReleasedToken;
use crate::problem::{Code, Problem};

/// What a token can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// The token alone.
    Raw,
    /// `Authorization: Bearer …` (RFC 6750 §2.1).
    Header,
    /// One JSON object with the names of RFC 6749 §5.1.
    Json,
    /// `export NAME_TOKEN='…'`, for `eval` in a POSIX shell.
    Env,
    /// `NAME_TOKEN='…'`, a line of a `.env` file.
    Dotenv,
    /// `$env:NAME_TOKEN = '…'`, for `Invoke-Expression` in PowerShell.
    PowerShell,
    /// A line for `curl --config -`, which keeps the token out of the process list.
    Curl,
}

impl Format {
    /// All formats, in the order of the help.
    pub const ALL: &[Self] =
        &[Self::Raw, Self::Header, Self::Json, Self::Env, Self::Dotenv, Self::PowerShell, Self::Curl];

    /// The stable name, for the command and the activity record.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Header => "header",
            Self::Json => "json",
            Self::Env => "env",
            Self::Dotenv => "dotenv",
            Self::PowerShell => "powershell",
            Self::Curl => "curl",
        }
    }

    /// Writes the token: one line, without a newline at the end.
    ///
    /// # Errors
    /// [`Code::InvalidTokenResponse`] when the token has a control character (RFC 6749 §A.12 knows visible ones
    /// only): a line break in a header or a script would be read as a second line.
    pub fn write(self, token: &ReleasedToken) -> Result<Export, Problem> {
        if token.access_token.expose().chars().any(char::is_control) {
            return Err(Problem::new(Code::InvalidTokenResponse)
                .because("the access token contains a control character"));
        }
        // The longest any format can become, so that no shorter copy is left behind by growing.
        let scopes = token.scopes.iter().flatten().map(|scope| scope.len() + 1).sum::<usize>();
        let room = 6 * (token.access_token.expose().len() + token.connection.len() + scopes) + 256;
        let mut out = Zeroizing::new(String::with_capacity(room));
        match self {
            Self::Raw => raw::write(token, &mut out),
            Self::Header => header::write(token, &mut out),
            Self::Json => json::write(token, &mut out)?,
            Self::Env => env::write(token, &mut out),
            Self::Dotenv => dotenv::write(token, &mut out),
            Self::PowerShell => powershell::write(token, &mut out),
            Self::Curl => curl::write(token, &mut out),
        }
        Ok(Export(out))
    }
}

/// A written token; wiped when dropped, and as hard to print by accident as the token itself.
pub struct Export(Zeroizing<String>);

impl Export {
    /// The text with the secret in it. Every use is a place where it can leak.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Export {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Export([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokenrack_oauth::secret::AccessToken;

    /// Every visible character a token may have (RFC 6749 §A.12), the awkward ones twice and at both ends.
    pub(super) fn awkward() -> String {
        let visible: String = (' '..='~').collect();
        format!("'\"\\{visible}$(id)`id`${{HOME}}\\'\"")
    }

    pub(super) fn released(token: &str) -> ReleasedToken {
        ReleasedToken {
            access_token: AccessToken::new(token.to_owned()),
            connection: "GitHub (work)".to_owned(),
            expires_at: Some("2026-11-20T14:32:00Z".parse().unwrap()),
            scopes: Some(vec!["read".to_owned(), "write".to_owned()]),
        }
    }

    /// What a POSIX shell prints for a script.
    #[cfg(unix)]
    pub(super) fn shell(script: &str) -> String {
        let out = std::process::Command::new("sh").args(["-c", script]).env_clear().output().unwrap();
        assert!(out.status.success() && out.stderr.is_empty(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap()
    }

    #[test]
    fn every_format_is_one_line_and_never_grows_its_buffer() {
        for format in Format::ALL {
            for token in ["a.b-c_d~e+f/g=", &awkward(), &"'".repeat(5000), &"\\".repeat(5000)] {
                let export = format.write(&released(token)).unwrap();
                assert!(!export.expose().contains('\n'), "{format:?}");
                assert!(export.0.capacity() >= export.0.len());
                let room = 6 * (token.len() + "GitHub (work)".len() + 11) + 256;
                assert!(export.0.len() <= room, "{format:?} outgrew its buffer");
            }
        }
    }

    #[test]
    fn the_page_calls_a_format_as_the_command_does() {
        for format in Format::ALL {
            let read: Format = serde_json::from_value(format.as_str().into()).unwrap();
            assert_eq!(read, *format);
        }
    }

    #[test]
    fn control_characters_are_refused_in_every_format() {
        for format in Format::ALL {
            let problem = format.write(&released("abc\r\nX-Evil: 1")).unwrap_err();
            assert_eq!(problem.code, Code::InvalidTokenResponse, "{format:?}");
            assert!(!problem.to_string().contains("X-Evil"));
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let export = Format::Raw.write(&released("canary")).unwrap();
        assert!(!format!("{export:?}").contains("canary"));
    }
}
