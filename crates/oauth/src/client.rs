//! The client as the token, revocation and introspection endpoints meet it.

use std::borrow::Cow;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use http::HeaderValue;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use url::form_urlencoded;
use zeroize::Zeroizing;

use crate::assertion::{ASSERTION_TYPE, Signer};
use crate::http::HttpRequest;
use crate::secret::ClientSecret;
use crate::sent::Sent;

/// How a client proves itself (`token_endpoint_auth_method`, RFC 7591 §2). Exactly one method is ever sent.
#[derive(Debug, Clone)]
pub enum ClientAuth {
    /// A public client: only the id.
    None,
    /// RFC 6749 §2.3.1, Authorization header, id and secret form-encoded first.
    Basic(ClientSecret),
    /// RFC 6749 §2.3.1, in the body.
    Post(ClientSecret),
    /// RFC 7523 §2.2, a statement signed anew for each request, in the body.
    PrivateKeyJwt(Box<Signer>),
}

/// How a provider wants Basic, where not as RFC 6749 §2.3.1 says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BasicStyle {
    /// Id and secret are not form-encoded first (Epic Games).
    pub verbatim: bool,
    /// A public client sends its id and an empty password, and no `client_id` in the body (Reddit).
    pub public: bool,
}

/// A registered client.
#[derive(Debug, Clone)]
pub struct Client {
    /// Public.
    pub id: String,
    /// How it proves itself.
    pub auth: ClientAuth,
    /// How Basic is written.
    pub basic: BasicStyle,
}

impl Client {
    /// A form POST with this client's authentication.
    pub fn post_form(&self, url: &url::Url, fields: &[(&str, &str)]) -> HttpRequest {
        let own = self.fields();
        let own = own.iter().map(|(name, value)| (*name, value.as_ref()));
        let form: Vec<(&str, &str)> = fields.iter().copied().chain(own).collect();
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&form).finish();
        let mut request = http::Request::new(body.into_bytes());
        request.extensions_mut().insert(Sent::by(self, form.into_iter()));
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = url.as_str().parse().unwrap_or_default();
        let headers = request.headers_mut();
        headers.extend(self.basic().map(|value| (AUTHORIZATION, value)));
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        request
    }

    /// What this client says of itself in the body of one request.
    pub fn fields(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        let id = ("client_id", Cow::from(self.id.as_str()));
        match &self.auth {
            ClientAuth::Basic(_) => vec![],
            ClientAuth::None if self.basic.public => vec![],
            ClientAuth::None => vec![id],
            ClientAuth::Post(secret) => vec![id, ("client_secret", secret.expose().into())],
            ClientAuth::PrivateKeyJwt(signer) => vec![
                id,
                ("client_assertion_type", ASSERTION_TYPE.into()),
                ("client_assertion", signer.sign(&self.id).expose().to_owned().into()),
            ],
        }
    }

    /// What it shares with the server.
    pub(crate) fn secret(&self) -> Option<&ClientSecret> {
        match &self.auth {
            ClientAuth::Basic(secret) | ClientAuth::Post(secret) => Some(secret),
            ClientAuth::None | ClientAuth::PrivateKeyJwt(_) => None,
        }
    }

    /// The Authorization header, for a client that proves itself by one.
    pub fn basic(&self) -> Option<HeaderValue> {
        match &self.auth {
            ClientAuth::Basic(secret) => self.basic_with(secret.expose()),
            ClientAuth::None if self.basic.public => self.basic_with(""),
            ClientAuth::None | ClientAuth::Post(_) | ClientAuth::PrivateKeyJwt(_) => None,
        }
    }

    /// The Basic credential. `None` never comes: base64 makes no invalid header.
    pub(crate) fn basic_with(&self, password: &str) -> Option<HeaderValue> {
        let encode = |text: &str| match self.basic.verbatim {
            true => text.to_owned(),
            false => form_urlencoded::byte_serialize(text.as_bytes()).collect(),
        };
        let pair = Zeroizing::new(format!("{}:{}", encode(&self.id), encode(password)));
        let mut value =
            HeaderValue::try_from(format!("Basic {}", BASE64_STANDARD.encode(pair.as_bytes()))).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(auth: ClientAuth, basic: BasicStyle) -> HttpRequest {
        let url = url::Url::parse("https://as.example/revoke").unwrap();
        Client { id: "a b".into(), auth, basic }.post_form(&url, &[("token", "t&1")])
    }

    fn secret() -> ClientSecret {
        ClientSecret::new("s:/%+".into())
    }

    #[test]
    fn each_method_sends_only_itself() {
        let ask = |auth| ask(auth, BasicStyle::default());
        let none = ask(ClientAuth::None);
        assert_eq!(none.body(), b"token=t%261&client_id=a+b");
        assert!(none.headers().get("authorization").is_none());
        let post = ask(ClientAuth::Post(secret()));
        assert_eq!(post.body(), b"token=t%261&client_id=a+b&client_secret=s%3A%2F%25%2B");
        let basic = ask(ClientAuth::Basic(secret()));
        assert_eq!(basic.body(), b"token=t%261");
        let expected = format!("Basic {}", BASE64_STANDARD.encode("a+b:s%3A%2F%25%2B"));
        assert_eq!(basic.headers()["authorization"], expected.as_str());
    }

    #[test]
    fn basic_as_a_provider_wants_it() {
        let verbatim = ask(ClientAuth::Basic(secret()), BasicStyle { verbatim: true, public: false });
        let expected = format!("Basic {}", BASE64_STANDARD.encode("a b:s:/%+"));
        assert_eq!(verbatim.headers()["authorization"], expected.as_str());
        let public = ask(ClientAuth::None, BasicStyle { verbatim: false, public: true });
        assert_eq!(public.body(), b"token=t%261");
        let expected = format!("Basic {}", BASE64_STANDARD.encode("a+b:"));
        assert_eq!(public.headers()["authorization"], expected.as_str());
    }
}
