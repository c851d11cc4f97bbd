//! From the text of a provider file to a spec, or to everything that is wrong with it.

use std::fmt;
use std::sync::OnceLock;

use super::document::{Document, Located};
use super::extends::{assemble, extends};
use super::{Catalog, ProviderSpec, lint, scripts, words};

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
        let message = &self.message;
        let words = self.instead.as_ref().map(|instead| format!("{message}; write {instead}"));
        let words = words.as_ref().unwrap_or(message);
        match self.line {
            Some(line) => write!(f, "{}:{line}: {words}", self.file),
            None => write!(f, "{}: {words}", self.file),
        }
    }
}

impl std::error::Error for LintError {}

/// Reads a provider file. `file` is its name, `github.toml`; the id must be the part before the dot. It may start from a
/// shipped one.
///
/// # Errors
/// As [`Catalog::parse`].
pub fn parse(file: &str, text: &str) -> Result<ProviderSpec, Vec<LintError>> {
    static BUILTIN: OnceLock<Catalog> = OnceLock::new();
    BUILTIN.get_or_init(Catalog::builtin).parse(file, text)
}

impl Catalog {
    /// Reads a provider file that may start from any entry of this catalog.
    ///
    /// # Errors
    /// Everything wrong at the first of these stages where something is: not TOML; keys, words and kinds of values that
    /// the format does not have, and secrets; what it starts from; rules (docs/providers.md). What is wrong with an
    /// inherited value names the file it is in.
    pub fn parse(&self, file: &str, text: &str) -> Result<ProviderSpec, Vec<LintError>> {
        let located =
            |(line, message): Located| LintError { file: file.to_owned(), line, message, instead: None };
        let document =
            Document::parse(text).map_err(|errors| errors.into_iter().map(located).collect::<Vec<_>>())?;
        let mut report = Report { layers: vec![(file, document)], errors: Vec::new() };
        words::check(&mut report);
        if !report.errors.is_empty() {
            return Err(report.by_line());
        }
        let mut texts = vec![text];
        match self.parents(report.stem(), extends(text).as_deref(), false) {
            Ok(parents) => {
                for parent in parents {
                    texts.push(parent.text());
                    report
                        .layers
                        .extend(Document::parse(parent.text()).ok().map(|d| (parent.file.as_str(), d)));
                }
            }
            Err((message, instead)) => {
                report.wrong(&["extends"], message, instead);
                return Err(report.errors);
            }
        }
        let mut spec = assemble(&texts).map_err(|error| vec![located((None, error.message().to_owned()))])?;
        scripts::load(&mut spec, &self.beside, &mut report);
        lint::check(&spec, &mut report);
        if report.errors.is_empty() { Ok(spec) } else { Err(report.by_line()) }
    }
}

/// Collects what is wrong.
pub(super) struct Report<'a> {
    /// The file, and those it starts from.
    layers: Vec<(&'a str, Document<'a>)>,
    errors: Vec<LintError>,
}

impl<'a> Report<'a> {
    fn by_line(mut self) -> Vec<LintError> {
        let file = self.layers[0].0;
        self.errors.sort_by_key(|error| (error.file != file, error.line.unwrap_or(usize::MAX)));
        self.errors
    }

    /// The file itself.
    pub(super) fn document(&self) -> &Document<'a> {
        &self.layers[0].1
    }

    /// Whether the file itself says this, and does not inherit it.
    pub(super) fn is_own(&self, path: &[&str]) -> bool {
        self.layers.len() == 1 || self.document().find(path).1 == path.len()
    }

    /// The file's name without its ending.
    pub(super) fn stem(&self) -> &str {
        let file = self.layers[0].0;
        let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
        name.strip_suffix(".toml").unwrap_or(name)
    }

    /// Something wrong with the value at `path`, said of the file that has it.
    pub(super) fn wrong(&mut self, path: &[&str], message: impl fmt::Display, instead: Option<String>) {
        let (mut file, mut found) = (self.layers[0].0, self.document().find(path));
        for (other, document) in &self.layers[1..] {
            let deeper = document.find(path);
            if deeper.1 > found.1 {
                (file, found) = (other, deeper);
            }
        }
        let (file, line) = (file.to_owned(), found.0);
        self.push(file, line, path, message, instead);
    }

    /// Something wrong with the file itself, on a line that is known.
    pub(super) fn wrong_on(
        &mut self,
        line: Option<usize>,
        path: &[&str],
        message: impl fmt::Display,
        instead: Option<String>,
    ) {
        self.push(self.layers[0].0.to_owned(), line, path, message, instead);
    }

    fn push(
        &mut self,
        file: String,
        line: Option<usize>,
        path: &[&str],
        message: impl fmt::Display,
        instead: Option<String>,
    ) {
        let place = path.join(".");
        let message = if place.is_empty() { message.to_string() } else { format!("{place}: {message}") };
        self.errors.push(LintError { file, line, message, instead });
    }
}
