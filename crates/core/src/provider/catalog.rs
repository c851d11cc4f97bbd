//! The providers a person can choose from: those that ship with Tokenrack, and their own files.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::parse::read;
use super::{LintError, ProviderId, ProviderSpec, parse};
use crate::problem::plain;
use crate::view::{CheckOutcome, CheckView};

/// Id and text of each file in `providers/`, by id.
static BUILTIN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/providers.rs"));

/// The providers that ship with Tokenrack and those a person wrote. A file is parsed when it is first asked for.
pub struct Catalog {
    builtin: BTreeMap<&'static str, Entry>,
    own: BTreeMap<String, Entry>,
    broken: OnceLock<Vec<LintError>>,
}

struct Entry {
    file: String,
    text: Cow<'static, str>,
    parsed: OnceLock<Result<ProviderSpec, Vec<LintError>>>,
}

impl Entry {
    fn new(file: String, text: impl Into<Cow<'static, str>>) -> Self {
        Self { file, text: text.into(), parsed: OnceLock::new() }
    }

    fn parsed(&self) -> &Result<ProviderSpec, Vec<LintError>> {
        self.parsed.get_or_init(|| match &self.text {
            // A test has held every shipped file to the rules.
            Cow::Borrowed(shipped) => read(&self.file, shipped),
            Cow::Owned(own) => parse(&self.file, own),
        })
    }

    fn spec(&self) -> Option<&ProviderSpec> {
        self.parsed().as_ref().ok()
    }
}

impl Catalog {
    /// The built-in catalog. Cheap: nothing is parsed yet.
    pub fn builtin() -> Self {
        let entry = |&(id, text): &(&'static str, &'static str)| (id, Entry::new(format!("{id}.toml"), text));
        Self { builtin: BUILTIN.iter().map(entry).collect(), own: BTreeMap::new(), broken: OnceLock::new() }
    }

    /// Adds a person's own files, given as name and text. A file replaces the built-in entry of the same id as a
    /// whole; a broken one is reported by [`Catalog::broken`], and the built-in entry stays in its place.
    #[must_use]
    pub fn with_folder_texts(mut self, files: Vec<(String, String)>) -> Self {
        for (file, text) in files {
            let id = file.strip_suffix(".toml").unwrap_or(&file).to_owned();
            self.own.insert(id, Entry::new(file, text));
        }
        self.broken = OnceLock::new();
        self
    }

    /// What is wrong with the person's own files, by file.
    pub fn broken(&self) -> &[LintError] {
        self.broken.get_or_init(|| {
            let errors = self.own.values().filter_map(|entry| entry.parsed().as_ref().err());
            errors.flatten().cloned().collect()
        })
    }

    /// The provider with this id.
    pub fn get(&self, id: &ProviderId) -> Option<&ProviderSpec> {
        let own = self.own.get(&id.0).and_then(Entry::spec);
        own.or_else(|| self.builtin.get(id.0.as_str()).and_then(Entry::spec))
    }

    /// What a person should know before they sign in: that a file of their own stands in for the built-in provider
    /// with this id.
    pub fn caution(&self, id: &ProviderId) -> Option<String> {
        self.own.get(&id.0).and_then(Entry::spec)?;
        let builtin = self.builtin.get(id.0.as_str()).and_then(Entry::spec)?;
        let (file, name) = (format!("providers/{id}.toml"), &builtin.name);
        Some(format!("Your file {file} replaces the built-in {name} and decides where codes and tokens go."))
    }

    /// The doctor's look at the person's own files; nothing where all is usual.
    pub fn check(&self) -> Option<CheckView> {
        let replacing = self.own.keys().filter_map(|id| self.caution(&ProviderId(id.clone())));
        let replacing = replacing.map(|sentence| sentence.trim_end_matches('.').to_owned());
        let findings: Vec<String> = self.broken().iter().map(ToString::to_string).chain(replacing).collect();
        let cure = match self.broken() {
            [] => "Remove the file, unless you put it there for this.",
            _ => "Correct the file and start Tokenrack again.",
        };
        (!findings.is_empty()).then(|| CheckView {
            name: "providers".to_owned(),
            title: "Own providers".to_owned(),
            outcome: CheckOutcome::Warning,
            finding: plain(&findings.join("; "), 4096),
            cure: Some(cure.to_owned()),
        })
    }

    /// The providers that match, best first, then by name; all for an empty query. Case does not matter. Every
    /// word of the query must begin a word of the name, the id, an alias or the category.
    pub fn search(&self, query: &str) -> Vec<&ProviderSpec> {
        let query = query.trim().to_lowercase();
        let mut ids: Vec<&str> =
            self.builtin.keys().copied().chain(self.own.keys().map(String::as_str)).collect();
        ids.sort_unstable();
        ids.dedup();
        let specs = ids.into_iter().filter_map(|id| self.get(&ProviderId(id.to_owned())));
        let mut found: Vec<_> = specs
            .filter_map(|spec| rank(spec, &query).map(|rank| (rank, spec.name.to_lowercase(), spec)))
            .collect();
        found.sort_by(|a, b| (a.0, &a.1, &a.2.id).cmp(&(b.0, &b.1, &b.2.id)));
        found.into_iter().map(|(_, _, spec)| spec).collect()
    }
}

/// How well a provider matches, 0 best; `None` when it does not.
fn rank(spec: &ProviderSpec, query: &str) -> Option<u8> {
    let name = spec.name.to_lowercase();
    let aliases: Vec<String> = spec.aliases.iter().map(|alias| alias.to_lowercase()).collect();
    if query.is_empty() || spec.id.0 == query || name == query || aliases.iter().any(|alias| alias == query) {
        return Some(0);
    }
    if name.starts_with(query) {
        return Some(1);
    }
    let begins = |text: &str, word: &str| words(text).any(|other| other.starts_with(word));
    let of_word = |word: &str| {
        if begins(&name, word) {
            Some(2)
        } else if spec.id.0.starts_with(word) || begins(&spec.id.0, word) {
            Some(3)
        } else if aliases.iter().any(|alias| alias.starts_with(word) || begins(alias, word)) {
            Some(4)
        } else if begins(&spec.category.to_lowercase(), word) {
            Some(5)
        } else {
            None
        }
    };
    query.split_whitespace().map(of_word).try_fold(2, |worst, rank| Some(worst.max(rank?)))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}
