//! One lock per connection between processes: a file each, locked by the kernel and released by it on death.

use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use tokenrack_core::connection::ConnectionId;
use tokenrack_core::ports::{ConnectionLock, LockError, LockGuard};

use crate::private;

/// Lock files in a folder. They stay when released: deleting one would let two owners hold two files of one name.
#[derive(Debug, Clone)]
pub struct FileLock {
    folder: PathBuf,
}

impl FileLock {
    /// Keeps its files in `folder`, which exists.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Every call opens the file anew, so that two tasks of one process exclude each other as two processes do.
    fn open(&self, id: &ConnectionId) -> Result<File, LockError> {
        if !private::is_plain_name(&id.0) {
            return Err(LockError::Failed(format!("{:?} cannot name a lock file", id.0)));
        }
        let path = self.folder.join(format!("{id}.lock"));
        private::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|e| LockError::Failed(format!("{}: {e}", path.display())))
    }
}

#[async_trait]
impl ConnectionLock for FileLock {
    async fn acquire(&self, id: &ConnectionId, patience: Duration) -> Result<LockGuard, LockError> {
        let file = self.open(id)?;
        let until = tokio::time::Instant::now() + patience;
        let mut pause = Duration::from_millis(2);
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(LockGuard::new(file)),
                Err(TryLockError::Error(e)) => return Err(LockError::Failed(e.to_string())),
                Err(TryLockError::WouldBlock) => {}
            }
            let left = until.saturating_duration_since(tokio::time::Instant::now());
            if left.is_zero() {
                return Err(LockError::Busy);
            }
            tokio::time::sleep(pause.min(left)).await;
            pause = (pause * 2).min(Duration::from_millis(50));
        }
    }

    fn is_held(&self, id: &ConnectionId) -> bool {
        // Shared, so that those who only look do not find each other.
        self.open(id).map_or(true, |file| file.try_lock_shared().is_err())
    }
}

#[cfg(test)]
#[path = "lock_tests.rs"]
mod tests;
