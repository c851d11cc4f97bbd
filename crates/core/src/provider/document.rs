//! A TOML text whose keys and values remember their lines.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeString, DeTable, DeValue};

/// Where something is in a document: keys and list positions, outermost first.
pub(super) type Path = Vec<String>;

/// A parsed text.
pub(super) struct Document<'a> {
    text: &'a str,
    root: Spanned<DeTable<'a>>,
}

/// What a visitor of a document is shown: each value, after the table it is in.
pub(super) struct Visit<'d> {
    /// Where it is; the last part is its key or its position.
    pub(super) path: &'d [String],
    /// What it is.
    pub(super) value: &'d DeValue<'d>,
    /// The line of its key.
    pub(super) line: usize,
    /// False for an item of a list.
    pub(super) keyed: bool,
}

/// What is wrong, and on which line.
pub(super) type Located = (Option<usize>, String);

impl<'a> Document<'a> {
    /// Parses TOML.
    ///
    /// # Errors
    /// Everything that is not TOML.
    pub(super) fn parse(text: &'a str) -> Result<Self, Vec<Located>> {
        let (root, errors) = DeTable::parse_recoverable(text);
        if errors.is_empty() { Ok(Self { text, root }) } else { Err(locate(text, &errors)) }
    }

    /// The text of a key at the top.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.root.get_ref().get(key)?.get_ref().as_str()
    }

    /// The line of the deepest part of `path` that exists.
    pub(super) fn line(&self, path: &[&str]) -> Option<usize> {
        self.find(path).0
    }

    /// The line of the deepest part of `path` that exists, and how many parts exist.
    pub(super) fn find(&self, path: &[&str]) -> (Option<usize>, usize) {
        let mut found = (None, 0);
        let mut table = Some(self.root.get_ref());
        let mut list: Option<&DeArray<'_>> = None;
        for part in path {
            let item = list.and_then(|list| list.get(part.parse::<usize>().ok()?));
            let entry = table.and_then(|table| table.iter().find(|(key, _)| key.get_ref() == part));
            let (span, value) = match (item, entry) {
                (Some(item), _) => (item.span(), item),
                (None, Some((key, value))) => (key.span(), value),
                (None, None) => break,
            };
            found = (Some(self.line_at(span)), found.1 + 1);
            (table, list) = (value.get_ref().as_table(), value.get_ref().as_array());
        }
        found
    }

    /// Shows every value to `visitor`. It answers whether to look inside.
    pub(super) fn walk(&self, visitor: &mut dyn FnMut(&Visit<'_>) -> bool) {
        self.walk_table(self.root.get_ref(), &mut Path::new(), visitor);
    }

    fn walk_table(&self, table: &DeTable<'_>, path: &mut Path, visitor: &mut dyn FnMut(&Visit<'_>) -> bool) {
        for (key, value) in table.iter() {
            let key: &Spanned<DeString<'_>> = key;
            path.push(key.get_ref().to_string());
            self.walk_value(value, self.line_at(key.span()), true, path, visitor);
            path.pop();
        }
    }

    fn walk_value(
        &self,
        value: &Spanned<DeValue<'_>>,
        line: usize,
        keyed: bool,
        path: &mut Path,
        visitor: &mut dyn FnMut(&Visit<'_>) -> bool,
    ) {
        let value = value.get_ref();
        if !visitor(&Visit { path, value, line, keyed }) {
            return;
        }
        if let Some(table) = value.as_table() {
            self.walk_table(table, path, visitor);
        }
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            path.push(index.to_string());
            self.walk_value(item, self.line_at(item.span()), false, path, visitor);
            path.pop();
        }
    }

    fn line_at(&self, span: Range<usize>) -> usize {
        line_at(self.text, span.start)
    }
}

fn locate(text: &str, errors: &[toml::de::Error]) -> Vec<Located> {
    let one = |error: &toml::de::Error| {
        (error.span().map(|span| line_at(text, span.start)), error.message().to_owned())
    };
    errors.iter().map(one).collect()
}

fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}
