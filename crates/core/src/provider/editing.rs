//! A provider file while it is written: what is wrong with it, and what saving it would mean.

use serde::Deserialize;

use super::import::slug;
use super::{Catalog, LintError, ProviderId, ProviderSpec};
use crate::connection::LONGEST_NAME;
use crate::language::{again, is_ours};
use crate::problem::{Code, Problem, plain};
use crate::view::{FindingView, SpecView};

/// What an id is made of where the text says neither an id nor a name.
const NAMELESS: &str = "my-provider";

impl Catalog {
    /// A text that may become a file of the person's own, as far as it can be read.
    pub fn look_at(&self, text: &str) -> SpecView {
        let head = Head::of(text);
        let (id, file) = (head.id(), head.file());
        let exists = id.as_ref().is_some_and(|id| self.own.contains_key(&id.0));
        match self.parse(&file, text) {
            Ok(spec) => SpecView {
                exists,
                cautions: self.stands_in(&spec).into_iter().chain(spec.cautions()).collect(),
                vars: spec.page().vars,
                id: Some(spec.id),
                findings: Vec::new(),
            },
            Err(errors) => {
                let findings = errors.into_iter().map(|error| finding(error, &file)).collect();
                SpecView { id, findings, exists, cautions: Vec::new(), vars: Vec::new() }
            }
        }
    }

    /// Reads a text that is to become a file of the person's own. It is called by the id it says.
    ///
    /// # Errors
    /// `InvalidSpec` with the first mistake.
    pub fn read_own(&self, text: &str) -> Result<ProviderSpec, Problem> {
        self.parse(&Head::of(text).file(), text).map_err(|errors| {
            let first = errors.first().map(ToString::to_string).unwrap_or_default();
            Problem::new(Code::InvalidSpec).because(first)
        })
    }

    /// The text of the person's own file with this id, also of one with mistakes.
    pub fn own_text(&self, id: &ProviderId) -> Option<&str> {
        self.own.get(&id.0).map(|entry| entry.text())
    }
}

/// How a text calls its provider.
#[derive(Default, Deserialize)]
struct Head {
    id: Option<String>,
    name: Option<String>,
}

impl Head {
    /// Says nothing of a text that is not TOML.
    fn of(text: &str) -> Self {
        toml::from_str(text).unwrap_or_default()
    }

    /// The id, where it can be one.
    fn id(&self) -> Option<ProviderId> {
        self.id.clone().map(ProviderId).filter(ProviderId::is_well_formed)
    }

    /// The file's name: by the id, else by one that could be written instead.
    fn file(&self) -> String {
        let said = self.id().map(|id| id.0);
        let words =
            [&self.id, &self.name].into_iter().flatten().map(|words| slug(&plain(words, LONGEST_NAME)));
        let id = said.into_iter().chain(words).find(|id| !id.is_empty());
        format!("{}.toml", id.as_deref().unwrap_or(NAMELESS))
    }
}

fn finding(LintError { file, line, message, instead }: LintError, own: &str) -> FindingView {
    FindingView {
        file: (file != own).then_some(file),
        line,
        ours: is_ours(&message),
        message: again(&message),
        instead: instead.as_deref().map(again),
    }
}
