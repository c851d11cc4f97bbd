//! Where secrets live: the system's keychain, or encrypted files.

mod file;
mod keychain;

pub use file::FileVault;
pub use keychain::{KeychainVault, SessionBus};
