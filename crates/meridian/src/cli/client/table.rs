//! Rows and columns for people, and tabs for `--plain`.
//!
//! What is shown came from elsewhere, so control characters are escaped: an alert can't move a terminal's cursor.

use std::fmt::Write as _;

/// How a cell stands out on a terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Plain,
    Strong,
    Good,
    Bad,
    Warn,
    Faint,
}

impl Tone {
    fn code(self) -> Option<&'static str> {
        match self {
            Tone::Plain => None,
            Tone::Strong => Some("1"),
            Tone::Good => Some("32"),
            Tone::Bad => Some("1;31"),
            Tone::Warn => Some("33"),
            Tone::Faint => Some("2"),
        }
    }

    /// `text` in this tone.
    pub fn paint(self, text: &str, color: bool) -> String {
        match self.code().filter(|_| color && !text.is_empty()) {
            Some(code) => format!("\x1b[{code}m{text}\x1b[0m"),
            None => text.to_owned(),
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    text: String,
    tone: Tone,
}

impl Cell {
    pub fn new(text: impl AsRef<str>, tone: Tone) -> Cell {
        Cell { text: clean(text.as_ref()), tone }
    }
}

impl<T: AsRef<str>> From<T> for Cell {
    fn from(text: T) -> Cell {
        Cell::new(text, Tone::Plain)
    }
}

/// Control characters as escapes, on one line.
pub fn clean(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_control() || is_invisible(c) => shown.extend(c.escape_default()),
            c => shown.push(c),
        }
    }
    shown
}

/// What turns the direction of writing or breaks a line without being a control character.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A table. The last column may be long: nothing is cut.
#[derive(Debug)]
pub struct Table {
    head: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub fn new<const N: usize>(head: [&'static str; N]) -> Table {
        Table { head: head.into(), rows: Vec::new() }
    }

    pub fn row<const N: usize>(&mut self, cells: [Cell; N]) {
        self.rows.push(cells.into());
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Columns of equal width, two spaces apart.
    pub fn aligned(&self, color: bool) -> String {
        let head: Vec<Cell> = self.head.iter().map(|text| Cell::new(text, Tone::Faint)).collect();
        let lines: Vec<&Vec<Cell>> = std::iter::once(&head).chain(&self.rows).collect();
        let width = |column: usize| {
            lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.text.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.head.len()).map(width).collect();
        let mut text = String::new();
        for line in lines {
            let filled = line.iter().rposition(|cell| !cell.text.is_empty()).map_or(0, |last| last + 1);
            for (column, cell) in line.iter().take(filled).enumerate() {
                text += &cell.tone.paint(&cell.text, color);
                if column + 1 < filled {
                    let gap = widths[column] - cell.text.chars().count() + 2;
                    let _ = write!(text, "{:gap$}", "");
                }
            }
            text.push('\n');
        }
        text
    }

    /// Tabs between the cells, and no head.
    pub fn plain(&self) -> String {
        let line = |row: &Vec<Cell>| row.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>().join("\t") + "\n";
        self.rows.iter().map(line).collect()
    }

    /// The first cell of each row.
    pub fn ids(&self) -> String {
        self.rows.iter().filter_map(|row| row.first()).map(|cell| format!("{}\n", cell.text)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(["ID", "STATE", "TITLE"]);
        table.row(["4".into(), Cell::new("open", Tone::Bad), "Überweisung hängt".into()]);
        table.row(["123".into(), Cell::new("resolved", Tone::Good), "".into()]);
        table.row(["5".into(), "".into(), "tab\there\nand \x1b[2J".into()]);
        table
    }

    #[test]
    fn columns_are_aligned() {
        let expected = "ID   STATE     TITLE\n4    open      Überweisung hängt\n123  resolved\n5              tab\\there\\nand \\u{1b}[2J\n";
        assert_eq!(table().aligned(false), expected);
    }

    #[test]
    fn colours_change_no_width() {
        let coloured = table().aligned(true);
        assert!(coloured.contains("\x1b[1;31mopen\x1b[0m      Überweisung"), "{coloured:?}");
        let (mut bare, mut escaped) = (String::new(), false);
        for c in coloured.chars() {
            match c {
                '\x1b' => escaped = true,
                'm' if escaped => escaped = false,
                c if !escaped => bare.push(c),
                _ => {}
            }
        }
        assert_eq!(bare, table().aligned(false));
    }

    #[test]
    fn plain_has_tabs_and_all_cells() {
        assert_eq!(table().plain(), "4\topen\tÜberweisung hängt\n123\tresolved\t\n5\t\ttab\\there\\nand \\u{1b}[2J\n");
        assert_eq!(table().ids(), "4\n123\n5\n");
    }

    #[test]
    fn an_empty_table_is_its_head() {
        assert_eq!(Table::new(["A", "B"]).aligned(false), "A  B\n");
        assert_eq!(Table::new(["A", "B"]).plain(), "");
    }

    #[test]
    fn nothing_moves_a_cursor() {
        assert_eq!(clean("a\u{202e}b\u{7f}\u{9b}c"), "a\\u{202e}b\\u{7f}\\u{9b}c");
    }
}
