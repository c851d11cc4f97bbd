//! The person's own provider files: while they are written, and when they have become others.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{DryRun, Engine, locked};
use crate::event::EngineEvent;
use crate::flows::server;
use crate::problem::{Code, Problem};
use crate::provider::{Catalog, ProviderId, ProviderSpec};
use crate::view::{ImportView, Origin, SpecView};

impl Engine {
    /// The catalog with the person's files as they were last read.
    pub(super) fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&locked(&self.inner.catalog))
    }

    /// The person's files have been read again: connections use them from now on, and faces are told.
    pub fn set_catalog(&self, catalog: impl Into<Arc<Catalog>>) {
        *locked(&self.inner.catalog) = catalog.into();
        self.tell(EngineEvent::Providers);
        self.read_again();
    }

    /// Where the entry with this id comes from.
    pub fn origin(&self, id: &ProviderId) -> Option<Origin> {
        self.catalog().origin(id)
    }

    /// As [`Catalog::look_at`].
    pub fn look_at_spec(&self, text: &str) -> SpecView {
        self.catalog().look_at(text)
    }

    /// As [`Catalog::read_own`].
    ///
    /// # Errors
    /// `InvalidSpec`.
    pub fn read_spec(&self, text: &str) -> Result<ProviderSpec, Problem> {
        self.catalog().read_own(text)
    }

    /// The text of the person's own file with this id, to edit.
    ///
    /// # Errors
    /// `UnknownProvider`.
    pub fn own_spec(&self, id: &ProviderId) -> Result<String, Problem> {
        let catalog = self.catalog();
        let text = catalog.own_text(id).ok_or_else(|| Problem::new(Code::UnknownProvider).because(id))?;
        Ok(text.to_owned())
    }

    /// Tries the provider of a file that is being written, as [`Engine::check_provider`] tries one that is saved.
    ///
    /// # Errors
    /// `InvalidSpec`, or `InvalidInput` naming the variables that are wrong.
    pub async fn check_spec(&self, text: &str, vars: &BTreeMap<String, String>) -> Result<DryRun, Problem> {
        let spec = self.read_spec(text)?.resolve(vars).map_err(|e| super::registration::field_problem(&e))?;
        Ok(self.dry_run(server::with_captured(&spec, &BTreeMap::new())?, None).await)
    }

    /// As [`Engine::import_document`], for a person who looks at the file before it is saved.
    ///
    /// # Errors
    /// `InvalidSpec`.
    pub fn import_spec(&self, file: &str, text: &str, id: Option<&str>) -> Result<ImportView, Problem> {
        let made = self.import_document(file, text, id)?;
        Ok(ImportView { text: made.text, left_out: made.left_out })
    }
}
