//! German.

use super::Table;

pub(super) const GERMAN: Table = &[];
