//! A file descriptor that the runtime watches.

use std::io;
use std::os::fd::OwnedFd;

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Watched for something to read.
///
/// # Errors
/// The system's, when it cannot be watched.
#[expect(
    deprecated,
    reason = "an OwnedFd stays open and the same for as long as it is held, which is all that its successor's `unsafe` asks"
)]
pub(crate) fn readable(fd: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::with_interest(fd, Interest::READABLE)
}
