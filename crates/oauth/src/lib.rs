//! The OAuth protocol as Tokenrack speaks it: what is sent, what comes back, what is refused.
//!
//! One file per endpoint or grant. Nothing here opens a socket, reads a clock or touches a file: requests
//! leave through [`http::HttpClient`], and the time is a parameter.

pub mod api;
pub mod apple;
pub mod assertion;
pub mod authorization;
pub mod client;
mod client_credentials;
pub mod device;
pub mod dialect;
pub mod discovery;
pub mod dpop;
pub mod endpoint;
pub mod error;
pub mod http;
pub mod id_token;
pub mod introspection;
pub mod jwt;
pub mod lookup;
pub mod metadata;
pub mod par;
mod pkce;
pub mod reach;
pub mod registration;
pub mod response;
pub mod revocation;
pub mod salvage;
pub mod secret;
pub mod sent;
pub mod shopify;
pub mod template;
pub mod token;
mod token_answer;
pub mod userinfo;
mod wording;
