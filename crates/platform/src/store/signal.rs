//! Tells other processes of a commit, without anyone polling: a small file of its own that each writer touches
//! after its commit, and that the system watches for those who asked. Of two writers the later one may touch it first, so
//! whoever is woken asks the database how far it is.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use tokenrack_core::ports::{Revision, StoreError};
use tokio::sync::watch;

use crate::private;
use crate::thread::on_a_thread;

/// Asks the database, and tells those who subscribed.
type Look = Arc<dyn Fn() + Send + Sync>;

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

    /// The number is for older programs, which believe it: one write of a fixed length, without truncating, so that they
    /// meet the old one or the new.
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
        current: impl Fn() -> Result<Revision, StoreError> + Send + Sync + 'static,
    ) -> watch::Receiver<u64> {
        let mut watching = self.watching.lock().unwrap_or_else(PoisonError::into_inner);
        if watching.is_none() {
            let look = self.look(current);
            *watching = Some(self.watch(Arc::clone(&look)).unwrap_or_else(|error| {
                tracing::warn!(%error, "the profile cannot be watched; looking every second instead");
                poll(Arc::clone(&look))
            }));
            // After the watch stands, so that no commit falls between.
            look();
        }
        self.heard.subscribe()
    }

    fn look(&self, current: impl Fn() -> Result<Revision, StoreError> + Send + Sync + 'static) -> Look {
        let heard = Arc::clone(&self.heard);
        Arc::new(move || match current() {
            Ok(revision) => newer(&heard, revision),
            Err(error) => tracing::warn!(%error, "what has changed will be seen at the next change"),
        })
    }

    fn watch(&self, look: Look) -> notify::Result<Watching> {
        private::create_dir(self.folder())?;
        let mut watcher =
            notify::recommended_watcher(move |event: notify::Result<notify::Event>| match event {
                Ok(event) if event.kind.is_access() => {}
                Ok(_) => look(),
                Err(error) => tracing::warn!(%error, "watching the profile failed for a moment"),
            })?;
        watcher.watch(self.folder(), RecursiveMode::NonRecursive)?;
        Ok(Watching::System(watcher))
    }
}

fn poll(look: Look) -> Watching {
    let alive = Arc::new(());
    let owner: Weak<()> = Arc::downgrade(&alive);
    let started = on_a_thread("watch-profile", move || {
        while owner.upgrade().is_some() {
            look();
            std::thread::sleep(POLL);
        }
    });
    if let Err(error) = started {
        tracing::error!(%error, "changes by other processes will not be seen");
    }
    Watching::Polling(alive)
}

/// Own commits arrive twice, and one look may find those of several: only a newer one wakes.
fn newer(heard: &watch::Sender<u64>, revision: Revision) {
    heard.send_if_modified(|last| {
        let is_newer = revision > *last;
        *last = revision.max(*last);
        is_newer
    });
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    /// What two signals share: how far the database is.
    fn database(at: u64) -> (Arc<AtomicU64>, impl Fn() -> Result<Revision, StoreError>) {
        let revision = Arc::new(AtomicU64::new(at));
        let counted = Arc::clone(&revision);
        (revision, move || Ok(counted.load(Ordering::SeqCst)))
    }

    fn commit(database: &AtomicU64, signal: &Signal, revision: u64) {
        database.fetch_max(revision, Ordering::SeqCst);
        signal.raise(revision);
    }

    async fn wakes(receiver: &mut watch::Receiver<u64>) -> u64 {
        tokio::time::timeout(Duration::from_secs(5), receiver.changed()).await.unwrap().unwrap();
        *receiver.borrow_and_update()
    }

    #[tokio::test]
    async fn another_ones_commit_wakes_and_an_old_one_does_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tokenrack.db");
        let (ours, theirs) = (Signal::new(&path), Signal::new(&path));
        let (database, current) = database(7);
        let mut changes = ours.subscribe(current);
        assert_eq!(*changes.borrow_and_update(), 7);
        assert!(matches!(*ours.watching.lock().unwrap(), Some(Watching::System(_))), "inotify works here");
        commit(&database, &theirs, 8);
        assert_eq!(wakes(&mut changes).await, 8);
        commit(&database, &theirs, 6);
        assert!(tokio::time::timeout(Duration::from_millis(200), changes.changed()).await.is_err());
    }

    #[tokio::test]
    async fn the_newest_commit_is_heard_whichever_writer_says_so_last() {
        for polls in [false, true] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("tokenrack.db");
            let (ours, theirs) = (Signal::new(&path), Signal::new(&path));
            let (database, current) = database(6);
            let current = Arc::new(current);
            if polls {
                let current = Arc::clone(&current);
                *ours.watching.lock().unwrap() = Some(poll(ours.look(move || current())));
            }
            let mut changes = ours.subscribe(move || current());
            // The system put us aside between our commit and its signal.
            database.store(8, Ordering::SeqCst);
            theirs.raise(8);
            ours.raise(7);
            let newest = changes.wait_for(|heard| *heard == 8);
            tokio::time::timeout(Duration::from_secs(5), newest).await.unwrap().unwrap();
        }
    }

    #[tokio::test]
    async fn polling_sees_it_within_a_second_or_so() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tokenrack.db");
        let (ours, theirs) = (Signal::new(&path), Signal::new(&path));
        let (database, current) = database(0);
        *ours.watching.lock().unwrap() = Some(poll(ours.look(current)));
        let mut changes = ours.subscribe(|| Ok(0));
        commit(&database, &theirs, 3);
        assert_eq!(wakes(&mut changes).await, 3);
    }

    #[tokio::test]
    async fn a_deleted_file_does_not_end_the_watching() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tokenrack.db");
        let (ours, theirs) = (Signal::new(&path), Signal::new(&path));
        let (database, current) = database(0);
        let mut changes = ours.subscribe(current);
        commit(&database, &theirs, 1);
        assert_eq!(wakes(&mut changes).await, 1);
        std::fs::remove_file(dir.path().join("signal/revision")).unwrap();
        commit(&database, &theirs, 2);
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
