//! One file per grant or conversation: the sequence of steps over the ports. No state is changed here.

pub mod authorization_code;
pub mod refresh;
pub mod revoke;
pub mod server;
