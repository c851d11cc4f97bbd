//! Secrets as types: they cannot be printed, serialised or compared by accident, and are wiped when dropped.
//!
//! There is no `Serialize`, `Display` or `Deref`; reading one is a call to `expose()`, which can be searched for.
//!
//! ```compile_fail
//! fn reaches_the_page(value: impl serde::Serialize) {}
//! reaches_the_page(tokenrack_oauth::secret::AccessToken::new("at-1".to_owned()));
//! ```

use std::fmt;

use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

macro_rules! secret_string {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(Zeroizing<String>);

        impl $name {
            /// Takes ownership of the secret text.
            pub fn new(secret: String) -> Self {
                Self(Zeroizing::new(secret))
            }

            /// The secret itself. Every use is a place where it can leak.
            pub fn expose(&self) -> &str {
                &self.0
            }

            /// Equality in constant time for equal lengths.
            pub fn matches(&self, other: &str) -> bool {
                self.0.as_bytes().ct_eq(other.as_bytes()).into()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "([redacted])"))
            }
        }
    )*};
}

secret_string! {
    /// RFC 6749 §1.4.
    AccessToken;
    /// RFC 6749 §1.5.
    RefreshToken;
    /// OpenID Connect Core §2; kept only until it is verified.
    IdToken;
    /// RFC 6749 §2.3.1.
    ClientSecret;
    /// RFC 7521 §4.2: proves the client, once and for a minute.
    ClientAssertion;
    /// RFC 6749 §1.3.1.
    AuthorizationCode;
    /// What came with a redirect: the code is in it.
    RedirectQuery;
    /// RFC 7636 §4.1.
    CodeVerifier;
    /// RFC 8628 §3.2: whoever has it gets the tokens once the person has agreed.
    DeviceCode;
    /// RFC 6749 §10.12: 256 random bits that tie a redirect to its attempt.
    State;
    /// OpenID Connect Core §3.1.2.1.
    Nonce;
    /// What a person's script made of a token response: a JSON object with the tokens and whatever it wants to find
    /// again.
    Credentials;
    /// What unlocks the encrypted-file vault.
    Passphrase;
}

/// Bytes on their way into or out of a vault.
#[derive(Clone)]
pub struct SecretBytes(Zeroizing<Vec<u8>>);

impl SecretBytes {
    /// Takes ownership of the secret bytes.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes themselves. Every use is a place where they can leak.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretBytes([redacted], {} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        assert_eq!(format!("{:?}", AccessToken::new("canary".into())), "AccessToken([redacted])");
        assert!(!format!("{:?}", SecretBytes::new(b"canary".to_vec())).contains("canary"));
    }

    #[test]
    fn comparison_is_exact() {
        let state = State::new("abc".into());
        assert!(state.matches("abc"));
        assert!(!state.matches("abd") && !state.matches("ab") && !state.matches(""));
    }
}
