//! The thread that owns the keychain's connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use tokenrack_core::ports::{VaultError, VaultState};
use tokenrack_oauth::secret::SecretBytes;
use tokio::sync::oneshot;

use super::{Backend, Items};
use crate::thread::on_a_thread;

/// A handle to the thread, which ends when the last handle is gone and its work is done.
#[derive(Clone)]
pub(super) struct Worker {
    jobs: mpsc::Sender<Job>,
    identity: Arc<()>,
}

impl Worker {
    pub(super) fn start(backend: Arc<dyn Backend>) -> Result<Self, String> {
        let (jobs, queue) = mpsc::channel::<Job>();
        on_a_thread("keychain", move || {
            let mut connection = None;
            for job in queue {
                (job.run)(&mut connection, backend.as_ref());
            }
        })?;
        Ok(Self { jobs, identity: Arc::new(()) })
    }

    /// A worker that has ended drops the job, and with it the sender the caller waits for.
    pub(super) fn submit(&self, job: Job) {
        let _ = self.jobs.send(job);
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.identity, &other.identity)
    }
}

type Connection = Option<Box<dyn Items>>;
type Run = dyn FnOnce(&mut Connection, &dyn Backend) + Send;

pub(super) struct Job {
    run: Box<Run>,
    abandoned: Abandon,
}

/// Tells a job that nobody waits for it any more.
#[derive(Clone, Default)]
pub(super) struct Abandon(Arc<AtomicBool>);

impl Abandon {
    pub(super) fn now(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    fn check(&self) -> Result<(), VaultError> {
        if self.0.load(Ordering::SeqCst) { Err(VaultError::TimedOut) } else { Ok(()) }
    }
}

impl Job {
    pub(super) fn new<T: Send + 'static>(
        work: impl Fn(&dyn Items) -> Result<T, VaultError> + Send + 'static,
    ) -> (Self, oneshot::Receiver<Result<T, VaultError>>) {
        let (sender, answer) = oneshot::channel();
        let abandoned = Abandon::default();
        let guard = abandoned.clone();
        let run = Box::new(move |connection: &mut Connection, backend: &dyn Backend| {
            // The caller may have gone away; what it asked for is done all the same, unless it gave up on it.
            let _ = sender.send(attempt(connection, backend, &guard, work));
        });
        (Self { run, abandoned }, answer)
    }

    pub(super) fn abandon(&self) -> Abandon {
        self.abandoned.clone()
    }
}

/// A connection that worked once may have gone stale: the keychain was started anew. Then, once, a fresh one. Not
/// after a time-out, which leaves open what happened.
fn attempt<T>(
    connection: &mut Connection,
    backend: &dyn Backend,
    abandoned: &Abandon,
    work: impl Fn(&dyn Items) -> Result<T, VaultError>,
) -> Result<T, VaultError> {
    abandoned.check()?;
    if let Some(items) = connection.take() {
        let result = work(&Guarded { items: items.as_ref(), abandoned });
        if !matches!(result, Err(VaultError::Failed(_) | VaultError::Absent(_))) {
            return keep(connection, items, result);
        }
        abandoned.check()?;
    }
    let items = backend.open()?;
    let result = work(&Guarded { items: items.as_ref(), abandoned });
    keep(connection, items, result)
}

/// For the next job, unless this one's result makes it doubtful.
fn keep<T>(
    connection: &mut Connection,
    items: Box<dyn Items>,
    result: Result<T, VaultError>,
) -> Result<T, VaultError> {
    if !matches!(result, Err(VaultError::Failed(_) | VaultError::Absent(_) | VaultError::TimedOut)) {
        *connection = Some(items);
    }
    result
}

/// Does no further step of a job that was given up: a late one could undo what was written since.
struct Guarded<'a> {
    items: &'a dyn Items,
    abandoned: &'a Abandon,
}

impl Items for Guarded<'_> {
    fn get(&self, name: &str) -> Result<Option<SecretBytes>, VaultError> {
        self.abandoned.check()?;
        self.items.get(name)
    }

    fn set(&self, name: &str, label: &str, value: &[u8]) -> Result<(), VaultError> {
        self.abandoned.check()?;
        self.items.set(name, label, value)
    }

    fn delete(&self, name: &str) -> Result<(), VaultError> {
        self.abandoned.check()?;
        self.items.delete(name)
    }

    fn limit(&self) -> Option<usize> {
        self.items.limit()
    }

    fn state(&self) -> Result<(VaultState, Option<String>), VaultError> {
        self.abandoned.check()?;
        self.items.state()
    }
}
