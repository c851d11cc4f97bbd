//! A person's own script, for the steps of their own provider that data cannot say: what goes in, what comes out, and
//! whom it may ask. The engine that runs it is behind [`ScriptRunner`].

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
pub use zeroize::Zeroizing;

use crate::ports::{HttpRequest, HttpResponse};

/// How long one call may take, its requests included.
pub const TIME_LIMIT: Duration = Duration::from_secs(5);
/// Bytes a script may use.
pub const MEMORY_LIMIT: usize = 32 * 1024 * 1024;

/// One call of one function.
pub struct ScriptCall {
    /// The script: it sets `exports.NAME`.
    pub source: String,
    /// Which of its functions.
    pub function: &'static str,
    /// The function's one argument, as JSON. Holds secrets.
    pub argument: Zeroizing<String>,
    /// What `fetch` reaches.
    pub fetch: Arc<dyn Fetch>,
}

/// The one way out of a script.
#[async_trait]
pub trait Fetch: Send + Sync {
    /// Sends a request, or says in one sentence why not.
    async fn fetch(&self, request: HttpRequest) -> Result<HttpResponse, String>;
}

/// Runs scripts, each call in a fresh sandbox: no files, no environment, no state from the call before, [`TIME_LIMIT`]
/// and [`MEMORY_LIMIT`].
#[async_trait]
pub trait ScriptRunner: Send + Sync {
    /// What the function returned, or what its promise came to, as JSON. Holds secrets.
    ///
    /// # Errors
    /// [`ScriptError`].
    async fn call(&self, call: ScriptCall) -> Result<Zeroizing<String>, ScriptError>;
}

/// Why a call gave no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScriptError {
    /// The script cannot be read as JavaScript, in the engine's words.
    #[error("is not JavaScript: {0}")]
    Syntax(String),
    /// It does not set `exports.NAME`.
    #[error("has no exports.{0}")]
    NoFunction(&'static str),
    /// It threw, in its own words: untrusted, and it may quote a secret.
    #[error("threw: {0}")]
    Threw(String),
    /// It ran longer than [`TIME_LIMIT`].
    #[error("ran longer than 5 seconds")]
    TimedOut,
    /// It wanted more than [`MEMORY_LIMIT`].
    #[error("wanted more than 32 MB of memory")]
    OutOfMemory,
    /// It waits for something that never comes.
    #[error("waits for a promise that nothing settles")]
    NeverSettles,
    /// The sandbox itself failed, in the system's words.
    #[error("could not be run: {0}")]
    Failed(String),
}
