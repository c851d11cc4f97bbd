//! Providers as data: the catalog, a person's own specs, and what is discovered from a URL.

mod captured;
mod catalog;
mod discovered;
mod document;
mod editing;
mod extends;
mod import;
mod keys;
mod lint;
mod lint_parameters;
mod lint_requests;
mod lint_urls;
mod lint_vars;
mod page;
mod parse;
mod pattern;
mod places;
mod reach;
mod resolve;
mod scripts;
mod search;
mod secrets;
mod share;
mod spec;
mod template;
mod urls;
mod words;

#[cfg(test)]
mod schema;
#[cfg(test)]
mod tests;

pub use captured::NotAllowed;
pub use catalog::Catalog;
pub use import::{Imported, LeftOut};
pub(crate) use page::method;
pub use parse::{LintError, parse};
pub use reach::{Reach, place};
pub use scripts::LARGEST_SCRIPT;
pub use spec::*;
pub use tokenrack_oauth::metadata::ServerMetadata;
