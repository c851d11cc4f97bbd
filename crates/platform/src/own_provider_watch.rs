//! Tells when the person's own provider files change, whoever writes them: the command, or an editor.

use std::time::Duration;

use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use tokenrack_core::problem::{Code, Problem};
use tokio::sync::watch;

use crate::profile::Profile;

/// An editor that saves makes, renames and removes: one change, told as many.
const SETTLE: Duration = Duration::from_millis(100);

/// Watches until it is dropped.
pub struct ProviderWatch {
    changes: watch::Receiver<()>,
    _watcher: RecommendedWatcher,
}

impl Profile {
    /// Watches the person's own provider files.
    ///
    /// # Errors
    /// `StoreFailed` where the system can watch no files.
    pub fn watch_providers(&self) -> Result<ProviderWatch, Problem> {
        let failed = |error: notify::Error| Problem::new(Code::StoreFailed).because(error);
        let (changed, changes) = watch::channel(());
        let mut watcher =
            notify::recommended_watcher(move |event: notify::Result<notify::Event>| match event {
                Ok(event) if event.kind.is_access() => {}
                Ok(_) => drop(changed.send(())),
                Err(error) => tracing::warn!(%error, "watching the provider files failed for a moment"),
            })
            .map_err(failed)?;
        watcher.watch(&self.providers_dir(), RecursiveMode::NonRecursive).map_err(failed)?;
        Ok(ProviderWatch { changes, _watcher: watcher })
    }
}

impl ProviderWatch {
    /// Waits until something has changed since the last call, and no longer does for a moment. False when nothing will
    /// be heard any more.
    pub async fn changed(&mut self) -> bool {
        if self.changes.changed().await.is_err() {
            return false;
        }
        while tokio::time::timeout(SETTLE, self.changes.changed()).await.is_ok_and(|more| more.is_ok()) {}
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_that_is_written_replaced_or_removed_is_told_once_each() {
        let dir = tempfile::tempdir().unwrap();
        let profile = Profile::open(Some(dir.path().into())).unwrap();
        let mut watch = profile.watch_providers().unwrap();
        let patience = Duration::from_secs(5);
        let path = profile.save_provider("acme", "first", None).unwrap();
        assert!(tokio::time::timeout(patience, watch.changed()).await.unwrap());
        profile.save_provider("acme", "second", Some("first")).unwrap();
        assert!(tokio::time::timeout(patience, watch.changed()).await.unwrap());
        assert!(!watch.changes.has_changed().unwrap(), "one change was told twice");
        // Reading is no change.
        std::fs::read(&path).unwrap();
        assert!(tokio::time::timeout(3 * SETTLE, watch.changed()).await.is_err());
        std::fs::remove_file(&path).unwrap();
        assert!(tokio::time::timeout(patience, watch.changed()).await.unwrap());
    }
}
