//! Files that carry connections from one profile to another (docs/sharing.md): one for a team, without any secret, and
//! a backup of everything, encrypted under a passphrase. Both become the same list of things to take.

mod backup;
mod connections;
mod shared;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::connection::{Connection, ProviderRef};
use crate::problem::{Code, Problem};
use crate::provider::{ProviderId, ProviderSpec};
use crate::record::SecretRecord;
use crate::view::{BundleKind, Settings};

pub(crate) use backup::BackupFile;
pub(crate) use connections::ConnectionsFile;
pub(crate) use shared::Shared;

/// The format's version.
pub(crate) const SCHEMA: u32 = 1;
/// Bytes of a file, of either kind.
pub const LARGEST_BUNDLE: usize = 16 * 1024 * 1024;
/// Connections and provider files in one file: more would be no list that a person can look at.
pub(crate) const MOST_THINGS: usize = 5_000;

/// A file that was read, and nothing of it taken yet.
pub(crate) struct Bundle {
    pub(crate) kind: BundleKind,
    /// What the person calls it.
    pub(crate) file: String,
    pub(crate) made_at: Timestamp,
    pub(crate) things: Vec<Thing>,
}

/// One thing that can be taken or left.
pub(crate) enum Thing {
    Connection(Box<Incoming>),
    /// A file of the person's own, with its text.
    Provider(ProviderId, String),
    Settings(Settings),
}

/// A connection in a file.
pub(crate) struct Incoming {
    pub(crate) shared: Shared,
    /// How to talk to its server, or why nobody can.
    pub(crate) provider: Result<(ProviderRef, ProviderSpec), Problem>,
    /// From a backup: the whole record, and what was in the vault.
    pub(crate) whole: Option<(Connection, SecretRecord)>,
}

/// What every file says first.
#[derive(Deserialize)]
struct Head {
    schema: u32,
    kind: BundleKind,
}

/// How a backup starts (age's own first line).
const SEALED: &[u8] = b"age-encryption.org/v1\n";

/// Whether the file is encrypted.
pub(crate) fn is_sealed(bytes: &[u8]) -> bool {
    bytes.starts_with(SEALED)
}

/// A file's content as the page sends it.
///
/// # Errors
/// `FileUnreadable`.
pub fn from_base64(text: &str) -> Result<Vec<u8>, Problem> {
    STANDARD.decode(text).map_err(|_| Code::FileUnreadable.into())
}

/// # Errors
/// `FileUnreadable`.
pub(crate) fn check_size(bytes: &[u8]) -> Result<(), Problem> {
    if bytes.len() <= LARGEST_BUNDLE {
        return Ok(());
    }
    let most = LARGEST_BUNDLE / 1024 / 1024;
    Err(Problem::new(Code::FileUnreadable).because(format_args!("a file has at most {most} MiB")))
}

/// The kind of file that this text is. Only the first words are looked at, which no secret is among.
fn head(text: &str) -> Result<BundleKind, Problem> {
    // Another version's file may be of another shape, so its version is read before anything else.
    #[derive(Deserialize)]
    struct Version {
        schema: u32,
    }
    let unreadable = || Problem::new(Code::FileUnreadable);
    let Version { schema } = serde_json::from_str(text).map_err(|_| unreadable())?;
    if schema > SCHEMA {
        let words = format!("schema {schema}, this program knows {SCHEMA}");
        return Err(Problem::new(Code::FileTooNew).because(words));
    }
    let head: Head = serde_json::from_str(text).map_err(|_| unreadable())?;
    if head.schema == SCHEMA { Ok(head.kind) } else { Err(unreadable()) }
}

fn check_count(things: usize) -> Result<(), Problem> {
    if things <= MOST_THINGS {
        return Ok(());
    }
    let words = format!("it holds {things} things, and a file has at most {MOST_THINGS}");
    Err(Problem::new(Code::FileUnreadable).because(words))
}

/// Text that may hold secrets, as far as it is text.
fn text(bytes: Vec<u8>) -> Result<Zeroizing<String>, Problem> {
    String::from_utf8(bytes).map(Zeroizing::new).map_err(|error| {
        drop(Zeroizing::new(error.into_bytes()));
        Problem::new(Code::FileUnreadable)
    })
}

/// The provider files of a bundle, by what its connections call them.
pub(crate) type ProviderTexts = BTreeMap<ProviderId, String>;

#[cfg(test)]
mod tests;
