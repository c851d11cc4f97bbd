//! What one provider must lead to.

/// A provider, a person's choices, and the outcome; and the lines of its file without which the outcome is another.
pub struct Case {
    /// The server's path: which provider it is.
    pub name: &'static str,
    /// The shipped file, without `.toml`; empty: as the name.
    pub file: &'static str,
    /// The client has a secret.
    pub secret: bool,
    /// The client registers itself.
    pub registers: bool,
    /// Where it comes back to, if not by a deep link.
    pub redirect_uri: Option<&'static str>,
    /// Its tokens are bound to a key: they are not handed out, and the API is asked from here.
    pub bound: bool,
    /// Lines that cannot be met on this machine, and are taken out from the beginning.
    pub apart: &'static [&'static str],
    /// More to say to `add`.
    pub add: &'static [&'static str],
    /// The person enters a code on another page, instead of coming back.
    pub device: bool,
    /// The redirect is refused with this code, and no code reaches a token endpoint.
    pub refused: Option<&'static str>,
    /// Who is connected.
    pub account: Option<&'static str>,
    /// Granted, separated by spaces.
    pub granted: &'static str,
    /// Asked for and not granted.
    pub missing: &'static str,
    /// Seconds until the access token ends.
    pub lifetime: Option<i64>,
    /// Seconds until the refresh token ends.
    pub refresh_lifetime: Option<i64>,
    /// What was learned on the way, `name=value`.
    pub captured: &'static [&'static str],
    /// What becomes of a refresh.
    pub refresh: Refresh,
    /// What becomes of a disconnect.
    pub revocation: &'static str,
    /// Lines of the file: without any one of them this case fails.
    pub lines: &'static [&'static str],
}

/// What becomes of a refresh.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Refresh {
    /// There is no refresh token.
    Never,
    /// New tokens, each time.
    Works,
    /// Nothing is sent, and this code says why.
    Unsent(&'static str),
    /// The person has ended the grant at the provider, which says so in a way nobody can be sure of: this code.
    Refused(&'static str),
    /// The same, and the provider's word is known: the person must sign in again.
    Ended,
}

/// The RFCs' own words.
pub const PLAIN: Case = Case {
    name: "",
    file: "",
    secret: false,
    registers: false,
    redirect_uri: None,
    bound: false,
    apart: &[],
    add: &[],
    device: false,
    refused: None,
    account: None,
    granted: "",
    missing: "",
    lifetime: Some(3600),
    refresh_lifetime: None,
    captured: &[],
    refresh: Refresh::Works,
    revocation: "unsupported",
    lines: &[],
};

impl Case {
    /// The shipped file's id.
    pub fn file(&self) -> &'static str {
        if self.file.is_empty() { self.name } else { self.file }
    }
}
