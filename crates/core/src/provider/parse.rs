//! From the text of a provider file to a spec, or to everything that is wrong with it.

use std::fmt;

use super::document::{Document, Located};
use super::{ProviderSpec, lint, words};

/// One thing that is wrong with a provider file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LintError {
    /// The file's name.
    pub file: String,
    /// Counted from 1; absent when it concerns the file as a whole.
    pub line: Option<usize>,
    /// Where in the format, and what is wrong.
    pub message: String,
    /// What to write instead.
    pub instead: Option<String>,
}

impl fmt::Display for LintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.message)?;
        self.instead.as_ref().map_or(Ok(()), |instead| write!(f, "; write {instead}"))
    }
}

impl std::error::Error for LintError {}

/// Reads a provider file. `file` is its name, `github.toml`; the id must be the part before the dot.
///
/// # Errors
/// Everything wrong at the first of these stages where something is: not TOML; keys and words that the format does
/// not have, and secrets; values of a wrong type; rules (docs/providers.md).
pub fn parse(file: &str, text: &str) -> Result<ProviderSpec, Vec<LintError>> {
    let located =
        |(line, message): Located| LintError { file: file.to_owned(), line, message, instead: None };
    let document =
        Document::parse(text).map_err(|errors| errors.into_iter().map(located).collect::<Vec<_>>())?;

    let mut report = Report { file, document: &document, errors: Vec::new() };
    words::check(&mut report);
    if !report.errors.is_empty() {
        return Err(report.by_line());
    }
    let spec = toml::from_str(text).map_err(|error| vec![located(document.locate(&error))])?;
    lint::check(&spec, &mut report);
    if report.errors.is_empty() { Ok(spec) } else { Err(report.by_line()) }
}

/// Reads a file that is known to keep the rules: its types are checked and nothing else.
pub(super) fn read(file: &str, text: &str) -> Result<ProviderSpec, Vec<LintError>> {
    toml::from_str(text).map_err(|error: toml::de::Error| {
        let message = error.message().to_owned();
        vec![LintError { file: file.to_owned(), line: None, message, instead: None }]
    })
}

/// Collects what is wrong.
pub(super) struct Report<'a> {
    file: &'a str,
    pub(super) document: &'a Document<'a>,
    errors: Vec<LintError>,
}

impl Report<'_> {
    fn by_line(mut self) -> Vec<LintError> {
        self.errors.sort_by_key(|error| error.line.unwrap_or(usize::MAX));
        self.errors
    }

    /// The file's name without its ending.
    pub(super) fn stem(&self) -> &str {
        let name = self.file.rsplit(['/', '\\']).next().unwrap_or(self.file);
        name.strip_suffix(".toml").unwrap_or(name)
    }

    /// Something wrong with the value at `path`.
    pub(super) fn wrong(&mut self, path: &[&str], message: impl fmt::Display, instead: Option<String>) {
        let line = self.document.line(path);
        self.wrong_on(line, path, message, instead);
    }

    /// The same, on a line that is known.
    pub(super) fn wrong_on(
        &mut self,
        line: Option<usize>,
        path: &[&str],
        message: impl fmt::Display,
        instead: Option<String>,
    ) {
        let place = path.join(".");
        let message = if place.is_empty() { message.to_string() } else { format!("{place}: {message}") };
        self.errors.push(LintError { file: self.file.to_owned(), line, message, instead });
    }
}
