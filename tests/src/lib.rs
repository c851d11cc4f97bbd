//! What the black-box tests share: real servers, a real keychain, a real browser's steps and the real binaries.
//!
//! Nothing here is mocked. Every helper panics when its own set-up fails, because that is a failed test. Everything
//! listens on a free loopback port or a private bus, lives in a folder of its own, and ends when it is dropped, so
//! tests run at the same time and leave nothing behind.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "the harness stands outside the product: it reads the real clock and its own environment, and a failed \
              step is a failed test"
)]

mod bystander;
mod canary;
mod cli;
mod desktop;
mod faults;
mod peer;
mod person;
mod process;
mod session;
mod strict;
mod tray;
mod webdriver;
mod worker;

pub use bystander::Bystander;
pub use canary::Secrets;
pub use cli::{Attempt, Outcome, Profile};
pub use desktop::{App, Desktop};
pub use faults::{Fault, try_all};
pub use peer::Peer;
pub use person::{LinksGoTo, Person, device_page, sign_in};
pub use process::{Lines, Running, eventually, memory, programs, sleeps};
pub use session::{Keyring, Session};
pub use strict::{Family, Strict};
pub use tray::{MenuLine, Tray};
pub use webdriver::Page;
pub use worker::Worker;

use std::path::{Path, PathBuf};

/// A binary of the workspace: beside this test's own executable, or where the variable says.
///
/// # Panics
/// When it was not built.
pub fn binary(name: &str, variable: &str) -> PathBuf {
    let built = std::env::var_os(variable).map_or_else(
        || {
            let test = std::env::current_exe().unwrap();
            test.ancestors().nth(2).unwrap().join(name)
        },
        PathBuf::from,
    );
    assert!(built.is_file(), "{} is missing: cargo build -p {name}, or set {variable}", built.display());
    built
}

/// The `tokenrack` command (`TOKENRACK_BIN` overrides).
pub fn tokenrack() -> PathBuf {
    binary("tokenrack", "TOKENRACK_BIN")
}

/// The folder of the peers' scripts.
pub fn peers() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
    assert!(folder.join("node_modules").is_dir(), "run `npm ci` in {}", folder.display());
    folder
}
