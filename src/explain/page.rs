//! A page of text: lines of styled pieces, wrapped to the page width where possible.

use super::TextStyle;
use crate::diagnostic::printable;

/// The width at which lines are wrapped.
const WIDTH: usize = 100;

/// The role of a piece of text, which determines its style.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Plain,
    Heading,
    Name,
    Yes,
    No,
    Faint,
}

/// A line: pieces side by side, continued on the next row where they do not fit.
#[derive(Debug, Default)]
pub(super) struct StyledLine {
    pieces: Vec<(Look, String)>,
}

impl StyledLine {
    pub(super) fn new() -> StyledLine {
        StyledLine::default()
    }

    /// Adds a piece, unless it is empty. Line breaks and control characters in it are made visible.
    #[must_use]
    pub(super) fn add(mut self, look: Look, text: impl Into<String>) -> StyledLine {
        let text = text.into();
        if !text.is_empty() {
            self.pieces.push((look, printable(&text).into_owned()));
        }
        self
    }

    #[must_use]
    pub(super) fn plain(self, text: impl Into<String>) -> StyledLine {
        self.add(Look::Plain, text)
    }

    #[must_use]
    pub(super) fn faint(self, text: impl Into<String>) -> StyledLine {
        self.add(Look::Faint, text)
    }

    #[must_use]
    pub(super) fn name(self, text: impl Into<String>) -> StyledLine {
        self.add(Look::Name, text)
    }

    /// ✓ or ✗.
    #[must_use]
    pub(super) fn mark(self, yes: bool) -> StyledLine {
        if yes { self.add(Look::Yes, "✓") } else { self.add(Look::No, "✗") }
    }
}

/// The page.
#[derive(Debug)]
pub(super) struct TextPage<'s> {
    style: &'s TextStyle,
    text: String,
}

impl<'s> TextPage<'s> {
    pub(super) fn new(style: &'s TextStyle) -> TextPage<'s> {
        TextPage { style, text: String::new() }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    /// A heading, with an empty line before it.
    pub(super) fn heading(&mut self, line: StyledLine) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.line(0, line);
    }

    /// A line, indented by `depth` steps. Pieces that do not fit continue below, two steps further in.
    pub(super) fn line(&mut self, depth: usize, line: StyledLine) {
        let indent = "  ".repeat(depth);
        let mut column = indent.len();
        self.text.push_str(&indent);
        let mut first = true;
        let mut after_mark = false;
        for (look, text) in line.pieces {
            let width = text.chars().count();
            let gap = if first {
                0
            } else if after_mark {
                1
            } else {
                2
            };
            if !first && !after_mark && column + gap + width > WIDTH {
                self.text.push_str(&format!("\n{indent}    "));
                column = indent.len() + 4;
            } else {
                self.text.push_str(&" ".repeat(gap));
                column += gap;
            }
            let rows = wrapped(&text, WIDTH.saturating_sub(column));
            for (n, row) in rows.iter().enumerate() {
                if n > 0 {
                    // Indented further than any line at this depth, so that the rest of a long text does not look like a line.
                    self.text.push_str(&format!("\n{}", " ".repeat(column.max(indent.len() + 4))));
                }
                self.piece(look, row);
            }
            column += rows.last().map_or(0, |row| row.chars().count());
            first = false;
            after_mark = matches!(text.as_str(), "✓" | "✗" | "·");
        }
        self.text.push('\n');
    }

    fn piece(&mut self, look: Look, text: &str) {
        let start = match look {
            Look::Plain => "",
            Look::Heading => self.style.heading,
            Look::Name => self.style.name,
            Look::Yes => self.style.yes,
            Look::No => self.style.no,
            Look::Faint => self.style.faint,
        };
        self.text.push_str(start);
        self.text.push_str(text);
        if !start.is_empty() {
            self.text.push_str(self.style.reset);
        }
    }
}

/// Breaks a text at its spaces into rows that fit the width.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut rows = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        match rows.last_mut() {
            Some(row) if row.is_empty() || used + 1 + length <= width => {
                used += length + usize::from(!row.is_empty());
                if !row.is_empty() {
                    row.push(' ');
                }
                row.push_str(word);
            }
            _ => {
                rows.push(word.to_owned());
                used = length;
            }
        }
    }
    rows
}
