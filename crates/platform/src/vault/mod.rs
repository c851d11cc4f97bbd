//! Where secrets live: the system's keychain, or encrypted files.

pub(crate) mod chosen;
mod file;
mod keychain;

pub use file::FileVault;
pub use keychain::{KeychainVault, SessionBus};
