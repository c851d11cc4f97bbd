//! One file per grant or conversation: the sequence of steps over the ports. No state is changed here.

mod account;
pub mod authorization_code;
pub mod client_credentials;
pub mod clock;
pub mod device;
mod hooks;
pub mod introspect;
pub mod lookup;
pub mod refresh;
pub mod registration;
pub mod request;
pub mod revoke;
pub mod script;
pub mod server;
