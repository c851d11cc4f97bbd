//! Aligned columns.

use unicode_width::UnicodeWidthStr as _;

/// A cell: text, and how it is painted.
#[derive(Debug, Clone)]
pub struct Cell {
    text: String,
    tone: Tone,
}

/// How a cell is painted. Never the only carrier of a meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As the rest.
    Plain,
    /// Less important.
    Dim,
    /// Well.
    Good,
    /// Soon.
    Soon,
    /// A person is needed.
    Bad,
}

impl Cell {
    /// Text from anywhere: made one plain line, at most `widest` characters.
    pub fn new(text: &str, widest: usize, tone: Tone) -> Self {
        Self { text: tokenrack_core::problem::plain(text, widest), tone }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::new(text, 48, Tone::Plain)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl Tone {
    /// Paints text; the escape codes are removed where colours are not wanted.
    pub fn paint(self, text: &str) -> String {
        let code = match self {
            Self::Plain => return text.to_owned(),
            Self::Dim => "2",
            Self::Good => "32",
            Self::Soon => "33",
            Self::Bad => "31",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// Lines with every column as wide as its widest cell, two spaces between, nothing at the end of a line.
/// A column without any text is left out.
pub fn lines(header: &[&str], rows: &[Vec<Cell>]) -> String {
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|c| c.text.width()).max().unwrap_or(0)
    };
    let columns: Vec<(usize, usize)> = (0..header.len())
        .map(|column| (column, width(column)))
        .filter(|(_, width)| *width > 0)
        .map(|(column, width)| (column, width.max(header[column].width())))
        .collect();
    let titles = header.iter().map(|title| Cell::new(title, 48, Tone::Dim)).collect();
    std::iter::once(&titles).chain(rows).map(|row| line(row, &columns)).collect()
}

fn line(row: &[Cell], columns: &[(usize, usize)]) -> String {
    let mut out = String::new();
    let mut padding = 0;
    for (column, width) in columns {
        let Some(cell) = row.get(*column) else { continue };
        if !cell.text.is_empty() {
            out.push_str(&" ".repeat(padding));
            out.push_str(&cell.tone.paint(&cell.text));
            padding = 0;
        }
        padding += width - cell.text.width() + 2;
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_whatever_the_letters() {
        let rows = vec![
            vec!["日本".into(), "".into(), "x".into()],
            vec!["a".into(), "".into(), "y".into()],
            vec!["longer name".into(), "".into(), "".into()],
        ];
        let text = lines(&["NAME", "EMPTY", "LAST"], &rows);
        let plain = anstream::adapter::strip_str(&text).to_string();
        assert_eq!(plain, "NAME         LAST\n日本         x\na            y\nlonger name\n");
    }

    #[test]
    fn colours_do_not_count() {
        let rows = vec![vec![Cell::new("ok", 9, Tone::Good), "x".into()], vec!["fine".into(), "y".into()]];
        let text = lines(&["A", "B"], &rows);
        assert!(text.contains("\u{1b}[32mok\u{1b}[0m    x\n"), "{text:?}");
        assert!(text.contains("fine  y\n"));
    }

    #[test]
    fn text_from_outside_cannot_move_the_cursor() {
        let rows = vec![vec!["a\u{1b}[2Jb\nc".into()]];
        assert!(!lines(&["A"], &rows).contains("\u{1b}[2J"));
    }
}
