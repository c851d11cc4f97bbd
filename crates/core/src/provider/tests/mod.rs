//! Tests of providers as data: the shipped files, and everything a person's file can get wrong.

mod builtin;
mod captured;
mod catalog;
mod discovered;
mod documentation;
mod editing;
mod extends;
mod import;
mod lint;
mod lint_dialect;
mod page;
mod pattern;
mod reach;
mod resolve;
mod share;

use super::{ProviderSpec, parse};
use crate::language::is_ours;

/// The least a file needs.
const LEAST: &str = r#"
schema = 1
id = "acme"
name = "Acme"

[server]
authorization_endpoint = "https://acme.example/authorize"
token_endpoint = "https://acme.example/token"
"#;

/// What is said of the least file with `more` at its end. `more` begins on line 9, inside `[server]`.
#[track_caller]
fn says(more: &str, expected: &[&str]) {
    let told = parse("acme.toml", &format!("{LEAST}{more}")).err().unwrap_or_default();
    for error in &told {
        assert!(is_ours(&error.message), "not found in German: {error}");
    }
    let told: Vec<String> = told.iter().map(ToString::to_string).collect();
    assert_eq!(told, expected, "{more}");
}

/// A spec of the least a file needs, and `more`.
fn spec(more: &str) -> ProviderSpec {
    parse("acme.toml", &format!("{LEAST}{more}")).unwrap()
}

fn vars(pairs: &[(&str, &str)]) -> std::collections::BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
