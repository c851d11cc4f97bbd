//! The outside world, as adapters for the ports of core: no retries, no OAuth knowledge, no decisions.

mod browser;
mod clock;
mod disk;
mod entropy;
mod environment;
pub mod files;
mod http;
mod lock;
mod loopback;
pub mod memory;
mod network;
mod own_provider;
mod own_provider_watch;
pub mod permissions;
mod private;
pub mod process;
mod profile;
#[cfg(target_os = "linux")]
mod readable;
mod script;
mod sealed;
mod store;
#[cfg(test)]
mod testing;
mod thread;
mod vault;

pub use browser::SystemBrowser;
pub use clock::SystemClock;
pub use entropy::SystemEntropy;
pub use environment::{Environment, ports};
pub use http::{Limits, ReqwestClient};
pub use lock::FileLock;
pub use loopback::{LoopbackListener, Patience};
pub use network::SystemNetwork;
pub use own_provider_watch::ProviderWatch;
pub use profile::Profile;
pub use script::{QuickJs, script_beside};
pub use sealed::AgeSeal;
pub use store::SqliteStore;
pub use vault::{FileVault, KeychainVault, SessionBus};
