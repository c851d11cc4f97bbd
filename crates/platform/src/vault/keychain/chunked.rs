//! Values larger than the keychain allows, split so that a crash at any moment leaves the old value or the new.
//!
//! A small value is stored as it is. A large one becomes parts `name#<version>.<n>`, and then, last, a manifest
//! under the name itself: version, number of parts, length, SHA-256. There are two versions, and a write takes the
//! one that the manifest does not name: what a torn write leaves behind is never read, and always found again.

use sha2::{Digest as _, Sha256};
use tokenrack_core::ports::VaultError;
use tokenrack_oauth::secret::SecretBytes;
use zeroize::Zeroizing;

use super::Items;

/// What only we write begins with this; a value that happens to begin so is marked as plain.
const MARK: &[u8] = b"tokenrack:";
const PLAIN: &[u8] = b"tokenrack:plain:";
const PARTS: &[u8] = b"tokenrack:parts/1:";
/// A reader that a writer overtakes this often in a row has met something else.
const OVERTAKEN: usize = 8;
/// More than any token set needs; a manifest that claims more is damaged.
const MOST_PARTS: usize = 4096;

#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
struct Manifest {
    version: u8,
    count: usize,
    length: usize,
    sha256: String,
}

enum Stored {
    Nothing,
    Plain(SecretBytes),
    Parts(Manifest),
}

/// The value, if there is one.
pub(super) fn read(items: &dyn Items, name: &str) -> Result<Option<SecretBytes>, VaultError> {
    let mut seen = None;
    for _ in 0..OVERTAKEN {
        let manifest = match stored(items, name)? {
            Stored::Nothing => return Ok(None),
            Stored::Plain(value) => return Ok(Some(value)),
            Stored::Parts(manifest) => manifest,
        };
        if let Some(value) = join(items, name, &manifest)? {
            return Ok(Some(value));
        }
        // Parts that do not fit their manifest: a writer came between, or they are damaged. The same manifest
        // twice settles it.
        if seen.as_ref() == Some(&manifest) {
            break;
        }
        seen = Some(manifest);
    }
    Err(VaultError::Corrupt("its parts do not fit together".to_owned()))
}

/// Replaces the value.
pub(super) fn write(items: &dyn Items, name: &str, label: &str, value: &[u8]) -> Result<(), VaultError> {
    let plain =
        if value.starts_with(MARK) { Zeroizing::new([PLAIN, value].concat()) } else { value.to_vec().into() };
    let Some(limit) = items.limit() else {
        return items.set(name, label, &plain);
    };
    let current = current(items, name)?;
    if plain.len() <= limit {
        items.set(name, label, &plain)?;
        return swept(tidy(items, name, 1, 0, &current).and_then(|()| tidy(items, name, 2, 0, &current)));
    }
    let version = if current.as_ref().is_some_and(|manifest| manifest.version == 1) { 2 } else { 1 };
    let count = write_parts(items, name, label, version, value, limit)?;
    let manifest = Manifest { version, count, length: value.len(), sha256: digest(value) };
    items.set(name, label, &manifest.to_bytes()?)?;
    swept(
        tidy(items, name, 3 - version, 0, &current)
            .and_then(|()| tidy(items, name, version, count, &current)),
    )
}

/// Deletes the value and everything a torn write may have left. What fails can be asked for again.
pub(super) fn delete(items: &dyn Items, name: &str) -> Result<(), VaultError> {
    if items.limit().is_none() {
        return items.delete(name);
    }
    let current = current(items, name)?;
    items.delete(name)?;
    tidy(items, name, 1, 0, &current)?;
    tidy(items, name, 2, 0, &current)
}

/// The manifest that stands. One that cannot be read is as good as none: it is about to be replaced.
fn current(items: &dyn Items, name: &str) -> Result<Option<Manifest>, VaultError> {
    match stored(items, name) {
        Ok(Stored::Parts(manifest)) => Ok(Some(manifest)),
        Ok(_) | Err(VaultError::Corrupt(_)) => Ok(None),
        Err(e) => Err(e),
    }
}

fn stored(items: &dyn Items, name: &str) -> Result<Stored, VaultError> {
    let Some(bytes) = items.get(name)? else {
        return Ok(Stored::Nothing);
    };
    if let Some(value) = bytes.expose().strip_prefix(PLAIN) {
        return Ok(Stored::Plain(SecretBytes::new(value.to_vec())));
    }
    if let Some(json) = bytes.expose().strip_prefix(PARTS) {
        return Manifest::from_json(json).map(Stored::Parts);
    }
    if bytes.expose().starts_with(MARK) {
        return Err(VaultError::Corrupt("it was written by a newer version".to_owned()));
    }
    Ok(Stored::Plain(bytes))
}

impl Manifest {
    fn to_bytes(&self) -> Result<Vec<u8>, VaultError> {
        let json = serde_json::to_vec(self).map_err(|e| VaultError::Failed(e.to_string()))?;
        Ok([PARTS, &json].concat())
    }

    fn from_json(json: &[u8]) -> Result<Self, VaultError> {
        let damaged = || VaultError::Corrupt("its list of parts cannot be read".to_owned());
        let manifest: Self = serde_json::from_slice(json).map_err(|_| damaged())?;
        let sane = matches!(manifest.version, 1 | 2) && manifest.count <= MOST_PARTS;
        if sane { Ok(manifest) } else { Err(damaged()) }
    }
}

/// `None` when a part is missing or the whole is not what the manifest says.
fn join(items: &dyn Items, name: &str, manifest: &Manifest) -> Result<Option<SecretBytes>, VaultError> {
    let mut value = Zeroizing::new(Vec::new());
    for n in 0..manifest.count {
        let Some(piece) = items.get(&part(name, manifest.version, n))? else {
            return Ok(None);
        };
        value.extend_from_slice(piece.expose());
    }
    let fits = value.len() == manifest.length && digest(&value) == manifest.sha256;
    Ok(fits.then(|| SecretBytes::new(std::mem::take(&mut *value))))
}

/// Every part is read back before the manifest may name it.
fn write_parts(
    items: &dyn Items,
    name: &str,
    label: &str,
    version: u8,
    value: &[u8],
    limit: usize,
) -> Result<usize, VaultError> {
    let pieces = split(value, limit);
    if pieces.len() > MOST_PARTS {
        return Err(VaultError::Failed(format!("a value of {} bytes is too large", value.len())));
    }
    for (n, piece) in pieces.iter().enumerate() {
        let name = part(name, version, n);
        items.set(&name, &format!("{label} (part {} of {})", n + 1, pieces.len()), piece)?;
        if items.get(&name)?.is_none_or(|back| back.expose() != *piece) {
            return Err(VaultError::Failed("the keychain did not keep what it was given".to_owned()));
        }
    }
    Ok(pieces.len())
}

/// Text stays text in every part, for keychains that take nothing else.
fn split(value: &[u8], limit: usize) -> Vec<&[u8]> {
    let text = std::str::from_utf8(value).ok();
    let mut pieces = Vec::new();
    let mut from = 0;
    while from < value.len() {
        let mut to = value.len().min(from + limit);
        if let Some(text) = text {
            to = (from + 1..=to).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(to);
        }
        pieces.push(&value[from..to]);
        from = to;
    }
    pieces
}

/// Deletes a version's parts from number `keep` on: as many as `current` names, and whatever follows without a gap.
/// The last first, so that what a crash leaves has no gap either and is found again.
fn tidy(
    items: &dyn Items,
    name: &str,
    version: u8,
    keep: usize,
    current: &Option<Manifest>,
) -> Result<(), VaultError> {
    let named =
        current.as_ref().filter(|manifest| manifest.version == version).map_or(0, |manifest| manifest.count);
    let mut end = keep.max(named);
    while end < MOST_PARTS && items.get(&part(name, version, end))?.is_some() {
        end += 1;
    }
    for n in (keep..end).rev() {
        items.delete(&part(name, version, n))?;
    }
    Ok(())
}

/// The new value stands; old parts that could not be deleted are found by the next write.
fn swept(result: Result<(), VaultError>) -> Result<(), VaultError> {
    if let Err(error) = result {
        tracing::warn!(%error, "old parts of a keychain item could not be deleted yet");
    }
    Ok(())
}

fn part(name: &str, version: u8, n: usize) -> String {
    format!("{name}#{version}.{n}")
}

fn digest(value: &[u8]) -> String {
    Sha256::digest(value).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
#[path = "../../chunked_tests.rs"]
mod tests;
