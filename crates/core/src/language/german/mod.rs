//! German.

mod checks;
mod form;
mod problems;
mod status;

use super::Table;

pub(super) const GERMAN: &[Table] = &[problems::TABLE, status::TABLE, form::TABLE, checks::TABLE];
