//! Work that may block, on a thread of its own: unlike a runtime's pool, nothing waits for it at the end of the
//! process, so that a system call that hangs never keeps a command from ending.

/// Starts the work.
///
/// # Errors
/// The system's words when it has no thread to give.
pub(crate) fn on_a_thread(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), String> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map(drop)
        .map_err(|e| format!("no thread can be started: {e}"))
}
