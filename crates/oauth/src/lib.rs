//! The OAuth protocol as Tokenrack speaks it: what is sent, what comes back, what is refused.
//!
//! One file per endpoint or grant. Nothing here opens a socket, reads a clock or touches a file: requests
//! leave through [`http::HttpClient`], and the time is a parameter.

pub mod authorization;
pub mod client;
pub mod dialect;
pub mod discovery;
pub mod endpoint;
pub mod error;
pub mod http;
pub mod id_token;
pub mod metadata;
mod pkce;
pub mod response;
pub mod revocation;
pub mod secret;
pub mod template;
pub mod token;
pub mod userinfo;
