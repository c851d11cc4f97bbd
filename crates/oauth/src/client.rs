//! The client as the token, revocation and introspection endpoints meet it.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use url::form_urlencoded;
use zeroize::Zeroizing;

use crate::http::HttpRequest;
use crate::secret::ClientSecret;

/// How a client proves itself (`token_endpoint_auth_method`, RFC 7591 §2). Exactly one method is ever sent.
#[derive(Debug, Clone)]
pub enum ClientAuth {
    /// A public client: only the id.
    None,
    /// RFC 6749 §2.3.1, Authorization header, id and secret form-encoded first.
    Basic(ClientSecret),
    /// RFC 6749 §2.3.1, in the body.
    Post(ClientSecret),
}

/// A registered client.
#[derive(Debug, Clone)]
pub struct Client {
    /// Public.
    pub id: String,
    /// How it proves itself.
    pub auth: ClientAuth,
}

impl Client {
    /// A form POST with this client's authentication.
    pub fn post_form(&self, url: &url::Url, fields: &[(&str, &str)]) -> HttpRequest {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        let mut request = http::Request::new(Vec::new());
        match &self.auth {
            ClientAuth::Basic(secret) => {
                if let Ok(value) = self.basic(secret) {
                    request.headers_mut().insert(http::header::AUTHORIZATION, value);
                }
            }
            ClientAuth::Post(secret) => {
                form.append_pair("client_id", &self.id).append_pair("client_secret", secret.expose());
            }
            ClientAuth::None => {
                form.append_pair("client_id", &self.id);
            }
        }
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = url.as_str().parse().unwrap_or_default();
        let headers = request.headers_mut();
        headers.insert(http::header::ACCEPT, http::HeaderValue::from_static("application/json"));
        headers.insert(
            http::header::CONTENT_TYPE,
            http::HeaderValue::from_static("application/x-www-form-urlencoded"),
        );
        *request.body_mut() = form.finish().into_bytes();
        request
    }

    /// The Basic credential; base64 never makes an invalid header.
    pub fn basic(
        &self,
        secret: &ClientSecret,
    ) -> Result<http::HeaderValue, http::header::InvalidHeaderValue> {
        let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let pair = Zeroizing::new(format!("{}:{}", encode(&self.id), encode(secret.expose())));
        let mut value =
            http::HeaderValue::try_from(format!("Basic {}", BASE64_STANDARD.encode(pair.as_bytes())))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_method_sends_only_itself() {
        let url = url::Url::parse("https://as.example/revoke").unwrap();
        let ask = |auth| Client { id: "a b".into(), auth }.post_form(&url, &[("token", "t&1")]);
        let secret = || ClientSecret::new("s:/%+".into());
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
}
