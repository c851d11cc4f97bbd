//! Tells other processes of a commit, without anyone polling: a small file of its own that each writer touches
//! after its commit, and that the system watches for those who asked.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use tokenrack_core::ports::{Revision, StoreError};
use tokio::sync::watch;

use crate::private;
use crate::thread::on_a_thread;

/// Only where the system can watch no files.
const POLL: Duration = Duration::from_secs(1);

pub(super) struct Signal {
    file: PathBuf,
    heard: Arc<watch::Sender<u64>>,
    /// Started by the first subscriber; a command that asks nothing watches nothing.
    watching: Mutex<Option<Watching>>,
}

enum Watching {
    System(#[expect(dead_code, reason = "watches until it is dropped")] RecommendedWatcher),
    Polling(#[expect(dead_code, reason = "the polling thread ends when it is dropped")] Arc<()>),
}

impl Signal {
    /// The file is in a folder of its own, so that watching it does not wake for every page the database writes.
    pub(super) fn new(database: &Path) -> Self {
        let file = database.with_file_name("signal").join("revision");
        Self { file, heard: Arc::new(watch::Sender::new(0)), watching: Mutex::new(None) }
    }

    /// After a commit. Its failure only delays what others show, so it does not fail the commit.
    pub(super) fn raise(&self, revision: Revision) {
        if let Err(error) = self.touch(revision) {
            tracing::warn!(%error, file = %self.file.display(), "other processes cannot be told of a change");
        }
        newer(&self.heard, revision);
    }

    /// One write of a fixed length, without truncating: a reader meets the old number or the new.
    fn touch(&self, revision: Revision) -> io::Result<()> {
        let open = || private::options().write(true).create(true).truncate(false).open(&self.file);
        let mut file = match open() {
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                private::create_dir(self.folder())?;
                open()?
            }
            other => other?,
        };
        file.write_all(format!("{revision:020}\n").as_bytes())
    }

    fn folder(&self) -> &Path {
        self.file.parent().unwrap_or(&self.file)
    }

    pub(super) fn subscribe(
        &self,
        current: impl FnOnce() -> Result<Revision, StoreError>,
    ) -> watch::Receiver<u64> {
        let mut watching = self.watching.lock().unwrap_or_else(PoisonError::into_inner);
        if watching.is_none() {
            *watching = Some(self.watch().unwrap_or_else(|error| {
                tracing::warn!(%error, "the profile cannot be watched; looking every second instead");
                self.poll()
            }));
            // Read after the watch stands, so that no commit falls between. On failure the first event tells.
            if let Ok(revision) = current() {
                newer(&self.heard, revision);
            }
        }
        self.heard.subscribe()
    }

    fn watch(&self) -> notify::Result<Watching> {
        private::create_dir(self.folder())?;
        let (file, heard) = (self.file.clone(), Arc::clone(&self.heard));
        let mut watcher =
            notify::recommended_watcher(move |event: notify::Result<notify::Event>| match event {
                Ok(event) if event.kind.is_access() => {}
                Ok(_) => read(&file, &heard),
                Err(error) => tracing::warn!(%error, "watching the profile failed for a moment"),
            })?;
        watcher.watch(self.folder(), RecursiveMode::NonRecursive)?;
        Ok(Watching::System(watcher))
    }

    fn poll(&self) -> Watching {
        let alive = Arc::new(());
        let (owner, file, heard): (Weak<()>, _, _) =
            (Arc::downgrade(&alive), self.file.clone(), Arc::clone(&self.heard));
        let started = on_a_thread("watch-profile", move || {
            while owner.upgrade().is_some() {
                read(&file, &heard);
                std::thread::sleep(POLL);
            }
        });
        if let Err(error) = started {
            tracing::error!(%error, "changes by other processes will not be seen");
        }
        Watching::Polling(alive)
    }
}

/// A file that is absent or half made says nothing; the next write brings another event.
fn read(file: &Path, heard: &watch::Sender<u64>) {
    if let Some(revision) = std::fs::read_to_string(file).ok().and_then(|text| text.trim().parse().ok()) {
        newer(heard, revision);
    }
}

/// Own commits arrive twice, and those of two writers perhaps in the other order: only a newer one wakes.
fn newer(heard: &watch::Sender<u64>, revision: Revision) {
    heard.send_if_modified(|last| {
        let is_newer = revision > *last;
        *last = revision.max(*last);
        is_newer
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn wakes(receiver: &mut watch::Receiver<u64>) -> u64 {
        tokio::time::timeout(Duration::from_secs(5), receiver.changed()).await.unwrap().unwrap();
        *receiver.borrow_and_update()
    }

    #[tokio::test]
    async fn another_ones_commit_wakes_and_an_old_one_does_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tokenrack.db");
        let (ours, theirs) = (Signal::new(&path), Signal::new(&path));
        let mut changes = ours.subscribe(|| Ok(7));
        assert_eq!(*changes.borrow_and_update(), 7);
        assert!(matches!(*ours.watching.lock().unwrap(), Some(Watching::System(_))), "inotify works here");
        theirs.raise(8);
        assert_eq!(wakes(&mut changes).await, 8);
        theirs.raise(6);
        assert!(tokio::time::timeout(Duration::from_millis(200), changes.changed()).await.is_err());
    }

    #[tokio::test]
    async fn polling_sees_it_within_a_second_or_so() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tokenrack.db");
        let (ours, theirs) = (Signal::new(&path), Signal::new(&path));
        *ours.watching.lock().unwrap() = Some(ours.poll());
        let mut changes = ours.subscribe(|| Ok(0));
        theirs.raise(3);
        assert_eq!(wakes(&mut changes).await, 3);
    }

    #[tokio::test]
    async fn a_deleted_file_does_not_end_the_watching() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tokenrack.db");
        let (ours, theirs) = (Signal::new(&path), Signal::new(&path));
        let mut changes = ours.subscribe(|| Ok(0));
        theirs.raise(1);
        assert_eq!(wakes(&mut changes).await, 1);
        std::fs::remove_file(dir.path().join("signal/revision")).unwrap();
        theirs.raise(2);
        assert_eq!(wakes(&mut changes).await, 2);
    }

    #[test]
    fn a_signal_that_cannot_be_given_does_no_harm() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("signal"), b"in the way").unwrap();
        let signal = Signal::new(&dir.path().join("tokenrack.db"));
        signal.raise(4);
        assert_eq!(*signal.heard.borrow(), 4);
    }
}
