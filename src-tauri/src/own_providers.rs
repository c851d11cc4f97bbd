//! The person's own provider files are used as they are now, whoever changes them: this window, the command, an editor.

use tokenrack_core::engine::Engine;
use tokenrack_platform::Profile;

/// Reads them again whenever they change, for as long as the app runs.
pub(crate) async fn follow(engine: Engine, profile: Profile) {
    let mut watch = match profile.watch_providers() {
        Ok(watch) => watch,
        Err(problem) => {
            tracing::warn!(%problem, "changes of provider files by other programs show after the next start");
            return;
        }
    };
    while watch.changed().await {
        match profile.catalog() {
            Ok(catalog) => engine.set_catalog(catalog),
            Err(problem) => tracing::warn!(%problem, "the provider files could not be read again"),
        }
    }
}
