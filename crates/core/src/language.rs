//! The language in which the window is spoken to. Each sentence of ours stands in the code in English, and in one file a
//! language (`language/`) beside its translation; a sentence that one of them lacks does not compile.
//!
//! Records, logs, `--json` and the command stay English, whoever reads them. Only words that are made for the window
//! while it speaks, by [`say!`](crate::say) or a [`Sentence`], follow the language of the process; what is English before
//! it gets there is translated by [`again`].

mod again;
mod german;

use std::fmt::Display;
use std::sync::atomic::{AtomicU8, Ordering};

use serde::{Deserialize, Serialize};

pub use again::{again, is_ours};
use german::GERMAN;

/// A language of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Language {
    /// English.
    #[serde(rename = "en")]
    English,
    /// German.
    #[serde(rename = "de")]
    German,
}

static SPOKEN: AtomicU8 = AtomicU8::new(Language::English as u8);

impl Language {
    /// All of them.
    pub const ALL: &[Self] = &[Self::English, Self::German];

    /// The tag of BCP 47.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// The first that somebody asks for, by tags of BCP 47 in their order; English where there is none.
    pub fn of_system<S: AsRef<str>>(preferred: &[S]) -> Self {
        let language = |tag: &S| {
            let first = tag.as_ref().split('-').next().unwrap_or_default();
            Self::ALL.iter().find(|language| language.tag().eq_ignore_ascii_case(first)).copied()
        };
        preferred.iter().find_map(language).unwrap_or(Self::English)
    }

    /// Makes it the language of this process. The command never does.
    pub fn speak(self) {
        SPOKEN.store(self as u8, Ordering::Relaxed);
    }

    /// The language of this process.
    pub fn spoken() -> Self {
        let spoken = SPOKEN.load(Ordering::Relaxed);
        Self::ALL.iter().find(|language| **language as u8 == spoken).copied().unwrap_or(Self::English)
    }
}

/// One of our sentences in every language, with its values still in braces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentence {
    english: &'static str,
    german: &'static str,
}

impl Sentence {
    /// Looked up while the program is compiled.
    ///
    /// # Panics
    /// When a language lacks it, which ends the compilation.
    pub const fn of(english: &'static str) -> Self {
        Self { english, german: translation(GERMAN, english) }
    }

    /// For programs and records.
    pub fn english(self) -> &'static str {
        self.english
    }

    /// In one language, without values.
    pub fn within(self, language: Language) -> &'static str {
        match language {
            Language::English => self.english,
            Language::German => self.german,
        }
    }

    /// In the language of this process, where it has no values.
    pub fn said(self) -> &'static str {
        self.within(Language::spoken())
    }

    /// In the language of this process, each `{name}` replaced by its value.
    pub fn say(self, values: &[(&str, &dyn Display)]) -> String {
        let value =
            |name: &str| values.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_string());
        fill(self.said(), value)
    }
}

/// As a face shows it.
impl Serialize for Sentence {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.said())
    }
}

/// A sentence with each `{name}` replaced by its value; in one pass, for a value may hold braces of its own.
fn fill(sentence: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut rest = sentence;
    let mut said = String::with_capacity(rest.len());
    while let Some((before, (name, after))) = rest
        .split_once('{')
        .and_then(|(before, inside)| inside.split_once('}').map(|inside| (before, inside)))
    {
        said.push_str(before);
        match value(name) {
            Some(value) => said.push_str(&value),
            None => said.extend(["{", name, "}"]),
        }
        rest = after;
    }
    said + rest
}

/// Says one of our sentences in the language of this process: `say!("{host} does not answer.", host = url.host())`.
#[macro_export]
macro_rules! say {
    ($english:literal $(, $name:ident = $value:expr)* $(,)?) => {{
        const SENTENCE: $crate::language::Sentence = $crate::language::Sentence::of($english);
        // The compiler sees to it that the sentence has these values, and no others.
        let _ = || ::std::format!($english $(, $name = $value)*);
        SENTENCE.say(&[$((stringify!($name), &$value)),*])
    }};
}

type Table = &'static [(&'static str, &'static str)];

const fn translation(mut tables: &[Table], english: &str) -> &'static str {
    while let [table, rest @ ..] = tables {
        let mut rows = *table;
        while let [(original, translation), others @ ..] = rows {
            if same(original, english) {
                return translation;
            }
            rows = others;
        }
        tables = rest;
    }
    panic!("a file of crates/core/src/language lacks this sentence")
}

const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests;
