//! A page of text: lines of styled pieces, kept within the width where that is possible.

use super::TextStyle;
use crate::diagnostic::printable;

/// How wide a line should be at most.
const WIDTH: usize = 100;

/// What a piece of text is, which decides how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Plain,
    Heading,
    Name,
    Yes,
    No,
    Faint,
}

/// A line to be: pieces that stand beside one another, or below where there is no room.
#[derive(Debug, Default)]
pub(super) struct StyledLine {
    pieces: Vec<(Look, String)>,
}

impl StyledLine {
    pub(super) fn new() -> StyledLine {
        StyledLine::default()
    }

    /// Adds a piece, unless it is empty. Whatever it holds, it is printable and stays on its line.
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

    /// A line, `depth` steps in. What does not fit goes below, two steps further in.
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
                    // Further in than any line that begins at this depth, lest a long text look like one.
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

/// A text that is too wide is broken at its blanks.
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
