//! German.

mod causes;
mod checks;
mod form;
mod problems;
mod provider_files;
mod status;

use super::Table;

pub(super) const GERMAN: &[Table] =
    &[problems::TABLE, status::TABLE, form::TABLE, checks::TABLE, causes::TABLE, provider_files::TABLE];

/// The sentences that are kept, or made where no language is known.
pub(super) const KEPT: &[Table] = &[causes::TABLE, provider_files::TABLE];
