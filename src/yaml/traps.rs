//! The classic traps: expressions without quotes that YAML reads as something else.
//!
//! A trap is reported with the correctly quoted line. Then its text is masked with letters, the file is read again, and the
//! text is put back as a string in place of the mask. So one load reports every trap of a file, and no errors that only follow
//! from one.

use super::source_map::{line_end, line_start};
use crate::diagnostic::{Code, Diagnostic, FileId, Span};
use std::collections::BTreeMap;
use std::ops::Range;

/// A text that should have been quoted, and the diagnostic about it.
pub(super) struct Trap {
    /// The text.
    pub(super) range: Range<usize>,
    /// Its diagnostic.
    pub(super) diagnostic: Diagnostic,
}

impl Trap {
    /// A trap at `range`, with `prefix` (`when: `, `- `) before the text.
    pub(super) fn new(
        code: Code,
        file: FileId,
        source: &str,
        range: Range<usize>,
        prefix: &str,
        message: String,
    ) -> Trap {
        let text = source.get(range.clone()).unwrap_or("");
        let what = if looks_like_expression(text) { "the expression" } else { "it" };
        let quoted = quoted(text);
        let help = if is_key(source, range.end) {
            format!("put the key in single quotes: `{quoted}: …`")
        } else {
            format!("put {what} in single quotes: `{prefix}{quoted}`")
        };
        let diagnostic = Diagnostic::new(code, Span::new(file, range.start, range.end), message).help(help);
        Trap { range, diagnostic }
    }
}

/// A source in which the traps that were found so far are masked.
pub(super) struct QuotingRecovery {
    /// As long as the original, byte for byte.
    pub(super) source: String,
    masked: BTreeMap<usize, usize>,
}

impl QuotingRecovery {
    /// Nothing is masked yet.
    pub(super) fn new(source: &str) -> QuotingRecovery {
        QuotingRecovery { source: source.to_owned(), masked: BTreeMap::new() }
    }

    /// Masks `range`; false if part of it is masked already, so that there is no progress.
    pub(super) fn mask(&mut self, range: Range<usize>) -> bool {
        let overlaps = self.masked.range(..range.end).next_back().is_some_and(|(_, &end)| end > range.start);
        if overlaps || range.is_empty() || self.source.get(range.clone()).is_none() {
            return false;
        }
        self.source.replace_range(range.clone(), &"x".repeat(range.len()));
        self.masked.insert(range.start, range.end);
        true
    }

    /// True if a mask begins at `start`.
    pub(super) fn is_masked(&self, start: usize) -> bool {
        self.masked.contains_key(&start)
    }
}

/// True if a key ends at `end`.
fn is_key(source: &str, end: usize) -> bool {
    let behind = source.get(end..).and_then(|rest| rest.trim_start_matches(' ').strip_prefix(':'));
    behind.is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
}

/// `text` in YAML's single quotes, on one line.
pub(super) fn quoted(text: &str) -> String {
    let line = text.split_whitespace_lines();
    format!("'{}'", line.replace('\'', "''"))
}

/// Joins the lines of a text.
trait Lines {
    fn split_whitespace_lines(&self) -> String;
}

impl Lines for str {
    fn split_whitespace_lines(&self) -> String {
        self.lines().map(str::trim).collect::<Vec<_>>().join(" ")
    }
}

fn looks_like_expression(text: &str) -> bool {
    text.contains(['=', '<', '>', '(', '&', '|', '"']) || text.starts_with('!')
}

/// The quotes and brackets that are open at a point of an expression.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct OpenDelimiters {
    quote: Option<char>,
    /// The number of `(` without `)`; negative if there are more `)`.
    parens: i32,
    /// The same for `[` and `{`.
    brackets: i32,
    escaped: bool,
    last: Option<char>,
}

impl OpenDelimiters {
    /// The state after `text`.
    pub(super) fn behind(text: &str) -> OpenDelimiters {
        let mut open = OpenDelimiters::default();
        text.chars().for_each(|c| open.take(c));
        open
    }

    /// True inside of a string.
    pub(super) fn in_string(self) -> bool {
        self.quote.is_some()
    }

    /// True if a closing quote or parenthesis is missing.
    pub(super) fn is_open(self) -> bool {
        self.in_string() || self.parens > 0
    }

    fn take(&mut self, c: char) {
        match self.quote {
            Some(_) if self.escaped => self.escaped = false,
            Some(_) if c == '\\' => self.escaped = true,
            Some(quote) if c == quote => self.quote = None,
            Some(_) => {}
            None => self.take_outside(c),
        }
        self.last = Some(c);
    }

    fn take_outside(&mut self, c: char) {
        match c {
            // `it's` and `12"` do not begin a string.
            '"' | '\'' if !self.last.is_some_and(char::is_alphanumeric) => self.quote = Some(c),
            '(' => self.parens += 1,
            ')' => self.parens -= 1,
            '[' | '{' => self.brackets += 1,
            ']' | '}' => self.brackets -= 1,
            _ => {}
        }
    }
}

/// The range of the value at `start` that its author probably meant. In a flow collection it extends to the next comma or
/// closing bracket that is not part of the expression; otherwise to the end of the line (or of the lines that continue it),
/// without a comment.
pub(super) fn value_range(source: &str, start: usize, flow: bool) -> Option<Range<usize>> {
    let end = if flow { flow_end(source, start)? } else { block_end(source, start) };
    let text = source.get(start..end)?.trim_end();
    (!text.is_empty()).then(|| start..start + text.len())
}

fn flow_end(source: &str, start: usize) -> Option<usize> {
    let rest = source.get(start..)?;
    let mut open = OpenDelimiters::default();
    let mut end = rest.len();
    for (at, c) in rest.char_indices() {
        if matches!(c, '\n' | '\r') {
            end = at;
            break;
        }
        let depth = open.brackets + open.parens;
        let ends = matches!(c, ',') && depth <= 0 || matches!(c, ']' | '}') && open.brackets <= 0;
        if ends && !open.in_string() {
            return Some(start + at);
        }
        open.take(c);
    }
    (!open.is_open() && open.brackets <= 0).then_some(start + end)
}

fn block_end(source: &str, start: usize) -> usize {
    let base = base_column(source, start);
    let mut end = start + code_len(source.get(start..line_end(source, start)).unwrap_or(""));
    if end < line_end(source, start) {
        return end;
    }
    while let Some(next) = next_line(source, end) {
        let stop = line_end(source, next);
        let line = source.get(next..stop).unwrap_or("");
        let content = line.trim_start_matches(' ');
        if line.len() - content.len() <= base || !is_continuation(content) {
            break;
        }
        end = next + code_len(line);
        if end < stop {
            break;
        }
    }
    end
}

/// True for a line that looks like the continuation of an expression, not like a separate node.
fn is_continuation(content: &str) -> bool {
    let node = content.starts_with(['#', '-', '?']) || content.trim_end().ends_with(':') || content.contains(": ");
    !content.trim().is_empty() && !node
}

/// The start of the line after the one that `offset` is in.
fn next_line(source: &str, offset: usize) -> Option<usize> {
    let end = line_end(source, offset);
    let rest = source.get(end..)?;
    let skipped = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(['\n', '\r']))?;
    Some(source.len() - skipped.len())
}

/// The column of the key, or of the last `-`, that the value at `start` belongs to.
fn base_column(source: &str, start: usize) -> usize {
    let from = line_start(source, start);
    let before = source.get(from..start).unwrap_or("");
    let key = before.trim_start_matches([' ', '-']);
    let column = if key.is_empty() { before.rfind('-') } else { Some(before.len() - key.len()) };
    column.unwrap_or(0)
}

/// The length of a line without its comment. A `#` in a string of an expression does not begin one.
fn code_len(line: &str) -> usize {
    let mut open = OpenDelimiters::default();
    for (at, c) in line.char_indices() {
        if c == '#' && !open.in_string() && matches!(open.last, None | Some(' ' | '\t')) {
            return at;
        }
        open.take(c);
    }
    if !open.in_string() {
        return line.len();
    }
    // A string that does not end cannot contain the `#`.
    line.find(" #").map_or(line.len(), |at| at + 1)
}

/// `when: x == "a #b"`: the whole expression, if the plain scalar at `scalar` was cut off within a string.
pub(super) fn cut_by_comment(source: &str, scalar: Range<usize>, flow: bool) -> Option<Range<usize>> {
    if !OpenDelimiters::behind(source.get(scalar.clone())?).in_string() {
        return None;
    }
    // Stop before the end of the line, so that a long list on one line is scanned once, not once for each item.
    let blank = |c: char| c.is_whitespace() && !matches!(c, '\n' | '\r');
    if !source.get(scalar.end..)?.trim_start_matches(blank).starts_with('#') {
        return None;
    }
    let stop = line_end(source, scalar.end);
    let whole = value_range(source, scalar.start, flow);
    let whole = whole.filter(|whole| {
        whole.end > scalar.end && !OpenDelimiters::behind(source.get(whole.clone()).unwrap_or("")).in_string()
    });
    whole.or_else(|| closed(source, scalar.start, scalar.end, stop))
}

/// True if ` #` is in a string of `text`, which YAML reads as a comment.
pub(super) fn hides_comment(text: &str) -> bool {
    let mut marks = text.match_indices(" #");
    !text.starts_with(['"', '\''])
        && marks.any(|(at, _)| OpenDelimiters::behind(text.get(..at).unwrap_or("")).in_string())
}

/// `- x == "a: b"`: the whole expression, if the plain key at `key` ends within a string.
pub(super) fn cut_by_colon(source: &str, key: Range<usize>, flow: bool) -> Option<Range<usize>> {
    if !OpenDelimiters::behind(source.get(key.clone())?).in_string() {
        return None;
    }
    let whole = value_range(source, key.start, flow)?;
    closed(source, key.start, key.end, whole.end)
}

/// `start..stop` without a comment, if the string that is open at `cut` is closed there.
fn closed(source: &str, start: usize, cut: usize, stop: usize) -> Option<Range<usize>> {
    let text = source.get(start..stop)?;
    let text = text.get(..code_len(text))?.trim_end();
    (start + text.len() > cut && !OpenDelimiters::behind(text).in_string()).then(|| start..start + text.len())
}

/// True for `>5`, which YAML reads as the header of an empty block scalar, but which is meant as a comparison.
/// `|1` and `>1-` are not expressions.
pub(super) fn is_comparison(header: &str) -> bool {
    let digits = header.strip_prefix('>').map(str::trim_end);
    digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// The limit for the pieces into which commas split one expression. Without it, a list in which no quote or bracket is
/// closed would be scanned once for each of its items.
const MAX_PIECES: usize = 200;

/// The ranges of the pieces into which commas of a flow collection split one expression: `[between(a, 1, 2)]`. `pieces` are
/// the texts between the commas.
pub(super) fn split_by_commas(source: &str, mut pieces: &[Range<usize>]) -> Vec<(Range<usize>, usize)> {
    let mut found = Vec::new();
    while !pieces.is_empty() {
        let split = first_split(source, pieces.iter().cloned());
        let taken = split.as_ref().map_or(1, |(_, count)| *count);
        found.extend(split);
        pieces = pieces.get(taken..).unwrap_or_default();
    }
    found
}

/// The range of the expression that begins in the first of these pieces, and the number of its pieces.
pub(super) fn first_split(
    source: &str,
    mut pieces: impl Iterator<Item = Range<usize>>,
) -> Option<(Range<usize>, usize)> {
    let first = pieces.next()?;
    let text = source.get(first.clone())?;
    let mut open = OpenDelimiters::behind(text);
    // A quoted text is complete.
    if text.starts_with(['"', '\'', '[', '{']) || !open.is_open() {
        return None;
    }
    let mut done = first.end;
    for (count, piece) in (2..MAX_PIECES).zip(pieces) {
        source.get(done..piece.end)?.chars().for_each(|c| open.take(c));
        done = piece.end;
        if !open.is_open() {
            return (open.parens == 0).then_some((first.start..done, count));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_end_where_their_writer_meant() {
        let cases = [
            ("when: \"a\" == x # why", 6, false, "\"a\" == x"),
            ("when: *x == \"a #b\" # why", 6, false, "*x == \"a #b\""),
            ("- when: \"a\" == x\n    && y\n  then: z", 8, false, "\"a\" == x\n    && y"),
            ("- \"a\" == x\n- b", 2, false, "\"a\" == x"),
            ("- \"a\" == x\n  && b", 2, false, "\"a\" == x\n  && b"),
            ("{when: x in [\"a\",\"b\"], y: 1}", 7, true, "x in [\"a\",\"b\"]"),
            ("{when: \"a,}\" == x}", 7, true, "\"a,}\" == x"),
            ("note: @it's # a note", 6, false, "@it's"),
        ];
        for (source, start, flow, value) in cases {
            let range = value_range(source, start, flow).unwrap();
            assert_eq!(source.get(range), Some(value), "{source}");
        }
    }

    #[test]
    fn quoting_doubles_quotes_and_joins_lines() {
        assert_eq!(quoted("x == 'a'"), "'x == ''a'''");
        assert_eq!(quoted("a\n   && b"), "'a && b'");
    }

    #[test]
    fn masks_never_overlap() {
        let mut recovery = QuotingRecovery::new("a: ₹5 b");
        assert!(recovery.mask(3..7));
        assert_eq!(recovery.source, "a: xxxx b");
        assert!(!recovery.mask(5..8));
        assert!(!recovery.mask(0..4));
        assert!(recovery.is_masked(3));
    }
}
