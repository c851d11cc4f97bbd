//! Room for so many connections at once, and who gives way when it is full.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::AbortHandle;

/// Connections at once.
const SEATS: u32 = 64;

/// The connections that are being served. A browser sends its request at once, so when all seats are taken, whoever
/// has been silent or slow for the longest gives way to a newcomer: sockets that say nothing hold up no redirect.
pub(super) struct Room {
    seats: Arc<Semaphore>,
    /// Those without a whole request, the oldest first; some have asked, or left, since.
    silent: Mutex<VecDeque<Guest>>,
}

struct Guest {
    asked: Arc<AtomicBool>,
    task: AbortHandle,
}

impl Guest {
    fn is_silent(&self) -> bool {
        !self.task.is_finished() && !self.asked.load(Ordering::SeqCst)
    }
}

impl Room {
    pub(super) fn new() -> Self {
        Self { seats: Arc::new(Semaphore::new(SEATS as usize)), silent: Mutex::default() }
    }

    /// A seat for a newcomer. Waits only while everybody here has asked and is owed an answer.
    pub(super) async fn seat(&self) -> Option<OwnedSemaphorePermit> {
        if self.seats.available_permits() == 0
            && let Some(guest) = self.oldest_silent()
        {
            guest.task.abort();
        }
        // Never closed while this runs.
        Arc::clone(&self.seats).acquire_owned().await.ok()
    }

    /// Notes who has taken a seat. `asked` becomes true with the guest's request.
    pub(super) fn enter(&self, asked: Arc<AtomicBool>, task: AbortHandle) {
        let mut silent = self.silent();
        silent.retain(Guest::is_silent);
        silent.push_back(Guest { asked, task });
    }

    fn oldest_silent(&self) -> Option<Guest> {
        let mut silent = self.silent();
        silent.retain(Guest::is_silent);
        silent.pop_front()
    }

    fn silent(&self) -> std::sync::MutexGuard<'_, VecDeque<Guest>> {
        self.silent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether everybody has left within `time`.
    pub(super) async fn empty_within(&self, time: Duration) -> bool {
        tokio::time::timeout(time, self.empty()).await.is_ok()
    }

    /// Waits until everybody has left.
    pub(super) async fn empty(&self) {
        // Never closed while this runs.
        let _ = self.seats.acquire_many(SEATS).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_has_asked_or_left_is_not_remembered() {
        let room = Room::new();
        for asked in [true, false].repeat(100) {
            let task = tokio::spawn(async {});
            let guest = task.abort_handle();
            task.await.unwrap();
            let stays = tokio::spawn(std::future::pending::<()>()).abort_handle();
            room.enter(Arc::new(AtomicBool::new(asked)), if asked { stays } else { guest });
        }
        assert_eq!(room.silent().len(), 1);
    }
}
