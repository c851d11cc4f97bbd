//! The providers a person can choose from: those that ship with Tokenrack, and their own files.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::extends::{assemble, extends};
use super::scripts::Beside;
use super::search::Card;
use super::{LintError, ProviderId, ProviderSpec};
use crate::language::again;
use crate::problem::plain;
use crate::say;
use crate::view::{CheckOutcome, CheckView, Origin};

/// A file of `providers/`, with what the search looks at (build.rs).
pub(super) struct Shipped {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) category: &'static str,
    pub(super) aliases: &'static [&'static str],
    pub(super) icon: Option<&'static str>,
    pub(super) verified: Option<&'static str>,
    text: &'static str,
}

/// The files of `providers/`, by id.
pub(super) static SHIPPED: &[Shipped] = include!(concat!(env!("OUT_DIR"), "/providers.rs"));

/// The providers that ship with Tokenrack and those a person wrote. A file is parsed when it is first asked for.
pub struct Catalog {
    pub(super) builtin: BTreeMap<&'static str, Entry>,
    pub(super) own: BTreeMap<String, Entry>,
    pub(super) cards: OnceLock<Vec<Card>>,
    broken: OnceLock<Vec<LintError>>,
    /// The text of a `.js` file beside the person's own files, by its name.
    pub(super) beside: Box<Beside>,
}

/// A file.
pub(super) struct Entry {
    /// Its name.
    pub(super) file: String,
    text: Cow<'static, str>,
    extends: OnceLock<Option<String>>,
    parsed: OnceLock<Result<ProviderSpec, Vec<LintError>>>,
}

impl Entry {
    pub(super) fn new(file: String, text: impl Into<Cow<'static, str>>) -> Self {
        Self { file, text: text.into(), extends: OnceLock::new(), parsed: OnceLock::new() }
    }

    pub(super) fn id(&self) -> &str {
        self.file.strip_suffix(".toml").unwrap_or(&self.file)
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn is_shipped(&self) -> bool {
        matches!(self.text, Cow::Borrowed(_))
    }

    pub(super) fn extends(&self) -> Option<&str> {
        self.extends.get_or_init(|| extends(&self.text)).as_deref()
    }
}

impl Catalog {
    /// The built-in catalog. Cheap: nothing is parsed yet.
    pub fn builtin() -> Self {
        let entry = |file: &Shipped| (file.id, Entry::new(format!("{}.toml", file.id), file.text));
        Self {
            builtin: SHIPPED.iter().map(entry).collect(),
            own: BTreeMap::new(),
            cards: OnceLock::new(),
            broken: OnceLock::new(),
            beside: Box::new(|_| None),
        }
    }

    /// Where the scripts of a person's own files are: `beside` answers the text of a `.js` file by its name, as far as
    /// one byte more than [`LARGEST_SCRIPT`](super::LARGEST_SCRIPT), and nothing where it cannot.
    #[must_use]
    pub fn with_scripts(self, beside: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self { beside: Box::new(beside), ..self }
    }

    /// Adds a person's own files, given as name and text. A file takes the place of the built-in entry of the same id,
    /// and starts from it when it says so (`extends`); a broken one is reported by [`Catalog::broken`], and the
    /// built-in entry stays in its place.
    #[must_use]
    pub fn with_folder_texts(self, files: Vec<(String, String)>) -> Self {
        let entries = files.into_iter().map(|(file, text)| Entry::new(file, text));
        let own = entries.map(|entry| (entry.id().to_owned(), entry)).collect();
        // What was read so far may look different beside the new files.
        Self { own, beside: self.beside, ..Self::builtin() }
    }

    /// What is wrong with the person's own files, by file.
    pub fn broken(&self) -> &[LintError] {
        self.broken.get_or_init(|| {
            let mut errors = Vec::new();
            for error in self.own.values().filter_map(|entry| self.parsed(entry).as_ref().err()).flatten() {
                // What is wrong with a file is not said again by those that start from it.
                if !errors.contains(error) {
                    errors.push(error.clone());
                }
            }
            errors
        })
    }

    /// The provider with this id.
    pub fn get(&self, id: &ProviderId) -> Option<&ProviderSpec> {
        let own = self.own.get(&id.0).and_then(|entry| self.spec(entry));
        own.or_else(|| self.builtin.get(id.0.as_str()).and_then(|entry| self.spec(entry)))
    }

    /// Where the entry with this id comes from.
    pub fn origin(&self, id: &ProviderId) -> Option<Origin> {
        let own = self.own.get(&id.0).filter(|entry| self.spec(entry).is_some());
        let own = own.map(|entry| Origin::Own { file: entry.file.clone() });
        own.or_else(|| self.builtin.contains_key(id.0.as_str()).then_some(Origin::Shipped))
    }

    /// Whether the entry with this id is the one that ships, so that every Tokenrack has it.
    pub(crate) fn is_shipped(&self, id: &ProviderId) -> bool {
        self.origin(id) == Some(Origin::Shipped)
    }

    /// The ids of the person's own files.
    pub(crate) fn own_ids(&self) -> impl Iterator<Item = ProviderId> {
        self.own.keys().map(|id| ProviderId(id.clone()))
    }

    pub(super) fn spec<'a>(&self, entry: &'a Entry) -> Option<&'a ProviderSpec> {
        self.parsed(entry).as_ref().ok()
    }

    pub(super) fn parsed<'a>(&self, entry: &'a Entry) -> &'a Result<ProviderSpec, Vec<LintError>> {
        entry.parsed.get_or_init(|| match &entry.text {
            // A test has held every shipped file to the rules.
            Cow::Borrowed(_) => self.read(entry),
            Cow::Owned(own) => self.parse(&entry.file, own),
        })
    }

    /// Reads a file that is known to keep the rules: its types are checked and nothing else.
    fn read(&self, entry: &Entry) -> Result<ProviderSpec, Vec<LintError>> {
        let wrong = |message| LintError { file: entry.file.clone(), line: None, message, instead: None };
        let parents =
            self.parents(entry.id(), entry.extends(), true).map_err(|(message, _)| vec![wrong(message)])?;
        let texts: Vec<&str> = std::iter::once(entry).chain(parents).map(Entry::text).collect();
        let spec = assemble(&texts).map_err(|error| vec![wrong(error.message().to_owned())])?;
        if !spec.scripts.is_empty() {
            return Err(vec![wrong("scripts: a file of the catalog never carries code".to_owned())]);
        }
        Ok(spec)
    }

    /// What a person should know before they sign in: that a file of their own stands in for the built-in provider
    /// with this id.
    pub fn caution(&self, id: &ProviderId) -> Option<String> {
        self.stands_in(self.own.get(&id.0).and_then(|entry| self.spec(entry))?)
    }

    /// The same for a file that is not among them yet.
    pub(super) fn stands_in(&self, own: &ProviderSpec) -> Option<String> {
        let id = &own.id;
        let builtin = self.builtin.get(id.0.as_str()).and_then(|entry| self.spec(entry))?;
        let (file, name) = (format!("providers/{id}.toml"), &builtin.name);
        Some(if own.extends.as_ref() == Some(id) {
            say!(
                "Your file {file} changes the built-in {name} and decides where codes and tokens go.",
                file = file,
                name = name
            )
        } else {
            say!(
                "Your file {file} replaces the built-in {name} and decides where codes and tokens go.",
                file = file,
                name = name
            )
        })
    }

    /// The doctor's look at the person's own files; nothing where all is usual.
    pub fn check(&self) -> Option<CheckView> {
        let replacing = self.own.keys().filter_map(|id| self.caution(&ProviderId(id.clone())));
        let replacing = replacing.map(|sentence| sentence.trim_end_matches('.').to_owned());
        let findings: Vec<String> =
            self.broken().iter().map(|error| again(&error.to_string())).chain(replacing).collect();
        let cure = match self.broken() {
            [] => say!("Remove the file, unless you put it there for this."),
            _ => say!("Correct the file."),
        };
        (!findings.is_empty()).then(|| CheckView {
            name: "providers".to_owned(),
            title: say!("Own providers"),
            outcome: CheckOutcome::Warning,
            finding: plain(&findings.join("; "), 4096),
            cure: Some(cure),
        })
    }
}
