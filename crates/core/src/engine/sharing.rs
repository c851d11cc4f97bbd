//! Provider files that come from elsewhere and go elsewhere.

use super::Engine;
use crate::connection::ProviderRef;
use crate::problem::Problem;
use crate::provider::Imported;

impl Engine {
    /// As [`Catalog::import`](crate::provider::Catalog::import).
    ///
    /// # Errors
    /// `InvalidSpec`.
    pub fn import_document(&self, file: &str, text: &str, id: Option<&str>) -> Result<Imported, Problem> {
        self.catalog().import(file, text, id)
    }

    /// The text of the provider's file, to share: a catalog id, something learned, or a URL to discover from.
    ///
    /// # Errors
    /// `UnknownProvider`, or a discovery problem.
    pub async fn export_provider(&self, id_or_url: &str) -> Result<String, Problem> {
        match self.provider(id_or_url).await? {
            (ProviderRef::Catalog(id), _) => self.catalog().share(&id),
            (ProviderRef::Own(spec), _) => spec.to_file(),
        }
    }
}
