//! Linux: the Secret Service (GNOME Keyring, KWallet, KeePassXC) over libdbus.
//!
//! Secrets cross the session bus as they are: its socket is the user's own, and whoever may listen there may ask the
//! keyring for the same secrets. An encrypted transfer would cost every process 13 ms and protect from nobody.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::time::Duration;

use dbus_secret_service::{Collection, EncryptionType, Error, Item, SecretService};
use directories::BaseDirs;
use tokenrack_core::ports::{VaultError, VaultState};
use tokenrack_oauth::secret::SecretBytes;

use crate::disk;

use super::{Backend, Items, SERVICE, SessionBus};

const NO_COLLECTION: &str = "there is no default keyring yet; unlocking makes one";
/// For prompts that need nobody: KeePassXC opens one for each new item.
const NOBODY: Duration = Duration::from_secs(2);
/// What KeePassXC adds to each item's attributes, from its own entry.
const OF_KEEPASSXC: [&str; 7] = ["Title", "UserName", "URL", "Notes", "Uuid", "Path", "TOTP"];
/// How often an item that changes under our hands is looked for.
const PURSUED: usize = 16;

pub(super) struct System {
    bus: SessionBus,
}

impl System {
    pub(super) fn new(bus: SessionBus) -> Self {
        Self { bus }
    }

    fn connect(&self, prompt: Duration) -> Result<SecretService, VaultError> {
        if self.bus == SessionBus::Absent {
            return Err(VaultError::Absent("this session has no message bus (D-Bus)".to_owned()));
        }
        connect(prompt)
    }
}

/// `prompt`: how long one may stand open.
fn connect(prompt: Duration) -> Result<SecretService, VaultError> {
    SecretService::connect_with_max_prompt_timeout(EncryptionType::Plain, prompt.as_secs())
        .map_err(|e| unreachable_service(explain(e)))
}

impl Backend for System {
    fn name(&self) -> String {
        "GNOME Keyring / Secret Service".to_owned()
    }

    fn open(&self) -> Result<Box<dyn Items>, VaultError> {
        Ok(Box::new(Connection { service: self.connect(Duration::ZERO)?, creator: OnceCell::new() }))
    }

    /// Only GNOME Keyring's folder is known.
    fn has_room(&self) -> Result<(), VaultError> {
        let Some(folder) = BaseDirs::new().map(|dirs| dirs.data_dir().join("keyrings")) else {
            return Ok(());
        };
        disk::see_room(&folder)
            .map_err(|(place, error)| VaultError::Failed(format!("{}: {error}", place.display())))
    }

    fn unlock(&self, patience: Duration) -> Result<(), VaultError> {
        let service = self.connect(patience)?;
        let collection = match default_collection(&service)? {
            Some(collection) => collection,
            None => service.create_collection("Login", "default").map_err(explain)?,
        };
        if collection.is_locked().map_err(explain)? {
            collection.unlock().map_err(explain)?;
        }
        // Ours may be in another collection than today's default.
        let found = service.search_items(HashMap::from([("service", SERVICE)])).map_err(explain)?;
        if !found.locked.is_empty() {
            service.unlock_all(&found.locked.iter().collect::<Vec<_>>()).map_err(explain)?;
        }
        Ok(())
    }
}

struct Connection {
    service: SecretService,
    /// For new items, which may need a prompt. Kept: GNOME Keyring may crash, and is locked then, where connections come and go
    /// by the hundred.
    creator: OnceCell<SecretService>,
}

impl Connection {
    fn creator(&self) -> Result<&SecretService, VaultError> {
        match self.creator.get() {
            Some(creator) => Ok(creator),
            None => {
                let creator = connect(NOBODY)?;
                Ok(self.creator.get_or_init(|| creator))
            }
        }
    }

    /// The item with exactly our attributes, which must be unlocked.
    fn find(&self, name: &str) -> Result<Option<Item<'_>>, VaultError> {
        let found = self.service.search_items(attributes(name)).map_err(explain)?;
        if let Some(item) = choose(found.unlocked, name)? {
            return Ok(Some(item));
        }
        // A locked keyring may show its items or hide them: absent is only what an open one does not have.
        if !found.locked.is_empty() {
            return Err(VaultError::Locked);
        }
        match default_collection(&self.service)? {
            Some(collection) if !collection.is_locked().map_err(explain)? => Ok(None),
            // Nor one that has only just started, and has no keyring yet.
            _ => Err(VaultError::Locked),
        }
    }
}

impl Items for Connection {
    /// One that was deleted between the search and the call is searched for again: "absent" is never guessed.
    fn get(&self, name: &str) -> Result<Option<SecretBytes>, VaultError> {
        for _ in 0..PURSUED {
            match self.find(name)?.map(|item| item.get_secret()) {
                None => return Ok(None),
                Some(Ok(value)) => return Ok(Some(SecretBytes::new(value))),
                Some(Err(e)) if is_gone(&e) => {}
                Some(Err(e)) => return Err(explain(e)),
            }
        }
        Err(VaultError::Failed("the item comes and goes".to_owned()))
    }

    fn set(&self, name: &str, label: &str, value: &[u8]) -> Result<(), VaultError> {
        if let Some(item) = self.find(name)? {
            item.set_secret(value, "text/plain").map_err(explain)?;
            if item.get_label().map_err(explain)? != label {
                item.set_label(label).map_err(explain)?;
            }
            return Ok(());
        }
        let collection = default_collection(self.creator()?)?.ok_or(VaultError::Locked)?;
        // Not "replace": that would take another program's item that has our attributes and more.
        collection.create_item(label, attributes(name), value, false, "text/plain").map_err(explain)?;
        Ok(())
    }

    /// All of them, should there be several.
    fn delete(&self, name: &str) -> Result<(), VaultError> {
        for _ in 0..PURSUED {
            let Some(item) = self.find(name)? else {
                return Ok(());
            };
            match item.delete() {
                Err(e) if !is_gone(&e) => return Err(explain(e)),
                _ => {}
            }
        }
        Err(VaultError::Failed("the item comes back".to_owned()))
    }

    fn limit(&self) -> Option<usize> {
        None
    }

    fn state(&self) -> Result<(VaultState, Option<String>), VaultError> {
        Ok(match default_collection(&self.service)? {
            None => (VaultState::Locked, Some(NO_COLLECTION.to_owned())),
            Some(collection) if collection.is_locked().map_err(explain)? => (VaultState::Locked, None),
            Some(_) => (VaultState::Ready, None),
        })
    }
}

fn attributes(name: &str) -> HashMap<&str, &str> {
    HashMap::from([("service", SERVICE), ("username", name)])
}

fn default_collection(service: &SecretService) -> Result<Option<Collection<'_>>, VaultError> {
    match service.get_default_collection() {
        Ok(collection) => Ok(Some(collection)),
        Err(Error::NoResult) => Ok(None),
        Err(e) => Err(explain(e)),
    }
}

/// A search finds every item that has at least our attributes. One that has more is another program's; of several
/// that have no more, the newest is ours as it was last written.
fn choose<'a>(found: Vec<Item<'a>>, name: &str) -> Result<Option<Item<'a>>, VaultError> {
    let ours = attributes(name);
    let mut exact = Vec::new();
    for item in found {
        let has = match item.get_attributes() {
            Ok(has) => has,
            Err(e) if is_gone(&e) => continue,
            Err(e) => return Err(explain(e)),
        };
        let is_the_services = |key: &str| key.starts_with("xdg:") || OF_KEEPASSXC.contains(&key);
        let is_ours = |key: &str, value: &str| ours.get(key) == Some(&value);
        if has.iter().all(|(key, value)| is_the_services(key) || is_ours(key, value)) {
            exact.push(item);
        }
    }
    if exact.len() > 1 {
        exact.sort_by_key(|item| item.get_modified().unwrap_or(0));
    }
    Ok(exact.pop())
}

/// Deleted between the search and the call.
fn is_gone(error: &Error) -> bool {
    matches!(error, Error::Dbus(e) if matches!(
        e.name().unwrap_or_default(),
        "org.freedesktop.Secret.Error.NoSuchObject" | "org.freedesktop.DBus.Error.UnknownObject"
    ))
}

fn explain(error: Error) -> VaultError {
    let Error::Dbus(cause) = &error else {
        return match error {
            Error::Locked | Error::Prompt => VaultError::Locked,
            Error::Unavailable => VaultError::Absent(error.to_string()),
            other => VaultError::Failed(other.to_string()),
        };
    };
    let (name, message) = (cause.name().unwrap_or_default(), cause.message().unwrap_or_default());
    let words = format!("{message} ({name})");
    let short = name.strip_prefix("org.freedesktop.DBus.Error.").unwrap_or(name);
    match short {
        "org.freedesktop.Secret.Error.IsLocked" => VaultError::Locked,
        "NoReply" | "Timeout" | "TimedOut" => VaultError::TimedOut,
        "AccessDenied" | "AuthFailed" => VaultError::Denied(words),
        "ServiceUnknown" | "NameHasNoOwner" | "NoServer" | "Disconnected" => VaultError::Absent(words),
        _ if short.starts_with("Spawn.") => VaultError::Absent(words),
        _ => VaultError::Failed(words),
    }
}

/// Before the first connection stands, whatever keeps it from standing means that there is no service.
fn unreachable_service(error: VaultError) -> VaultError {
    match error {
        VaultError::Failed(words) => VaultError::Absent(words),
        other => other,
    }
}
