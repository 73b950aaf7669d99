//! Maps each decoded byte of a scalar to its position in the file.
//!
//! The scalar is decoded a second time, piece by piece. The map is used only if the result equals that of the YAML
//! parser; otherwise the text is mapped as a whole. So a position may be coarse, but is never wrong.

use crate::diagnostic::{Span, Text};
use std::ops::Range;

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScalarForm {
    /// Without quotes.
    Plain,
    /// `'…'`
    Single,
    /// `"…"`
    Double,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// The text of a scalar that the parser read as `value` from `range` (quotes included) of `source`. `whole` is the
/// span of all of it.
pub(super) fn text(source: &str, range: Range<usize>, whole: Span, style: ScalarForm, value: &str) -> Text {
    let inner = match style {
        ScalarForm::Single | ScalarForm::Double => range.start + 1..range.end.saturating_sub(1),
        _ => range,
    };
    let content = source.get(inner.clone()).unwrap_or("");
    if content == value && matches!(style, ScalarForm::Plain | ScalarForm::Single | ScalarForm::Double) {
        let mut text = Text::building(whole);
        text.push(value, inner);
        return text;
    }
    let mut pieces = Pieces { source, text: Text::building(whole), run: inner.start..inner.start };
    let decoded = match style {
        ScalarForm::Plain | ScalarForm::Single | ScalarForm::Double => flow(&mut pieces, inner, style),
        ScalarForm::Literal | ScalarForm::Folded => block(&mut pieces, inner, style, value),
    };
    pieces.flush();
    if decoded.is_some() && pieces.text.value == value { pieces.text } else { Text::opaque(value, whole) }
}

/// A text that is being built. Consecutive letters become one piece.
struct Pieces<'a> {
    source: &'a str,
    text: Text,
    run: Range<usize>,
}

impl Pieces<'_> {
    /// Adds `range` verbatim.
    fn verbatim(&mut self, range: Range<usize>) {
        if self.run.end != range.start {
            self.flush();
            self.run = range;
        } else {
            self.run.end = range.end;
        }
    }

    /// Adds `decoded`, which is written as `range`.
    fn unit(&mut self, decoded: &str, range: Range<usize>) {
        self.flush();
        self.run = range.end..range.end;
        if !decoded.is_empty() {
            self.text.push(decoded, range);
        }
    }

    fn flush(&mut self) {
        let run = std::mem::replace(&mut self.run, 0..0);
        if let Some(letters) = self.source.get(run.clone()).filter(|letters| !letters.is_empty()) {
            self.text.push(letters, run);
        }
    }

    fn at(&self, offset: usize) -> Option<u8> {
        self.source.as_bytes().get(offset).copied()
    }

    /// The offset after the line break at `offset`, if there is one.
    fn line_break(&self, offset: usize, end: usize) -> Option<usize> {
        let next = match (self.at(offset)?, self.at(offset + 1)) {
            (b'\r', Some(b'\n')) => offset + 2,
            (b'\r' | b'\n', _) => offset + 1,
            _ => return None,
        };
        (next <= end).then_some(next)
    }

    /// The first offset from `offset` on that is not a blank.
    fn skip_blanks(&self, mut offset: usize, end: usize) -> usize {
        while offset < end && matches!(self.at(offset), Some(b' ' | b'\t')) {
            offset += 1;
        }
        offset
    }
}

/// Plain and quoted scalars: escapes, and lines that are folded.
fn flow(pieces: &mut Pieces<'_>, range: Range<usize>, style: ScalarForm) -> Option<()> {
    let mut at = range.start;
    while at < range.end {
        let blanks_end = pieces.skip_blanks(at, range.end);
        if pieces.line_break(blanks_end, range.end).is_some() {
            at = fold(pieces, at, blanks_end, range.end, 1);
            continue;
        }
        if blanks_end > at {
            pieces.verbatim(at..blanks_end);
            at = blanks_end;
            continue;
        }
        at = match (pieces.at(at)?, style) {
            (b'\'', ScalarForm::Single) => {
                pieces.unit("'", at..at + 2);
                at + 2
            }
            (b'\\', ScalarForm::Double) => escape(pieces, at, range.end)?,
            _ => {
                let len = pieces.source.get(at..)?.chars().next()?.len_utf8();
                pieces.verbatim(at..at + len);
                at + len
            }
        };
    }
    Some(())
}

/// Folds the line breaks from `breaks` on. Their result is mapped to everything from `start` to the next letter.
/// `joint` is the number of breaks that become a single space; further ones are kept.
fn fold(pieces: &mut Pieces<'_>, start: usize, breaks: usize, end: usize, joint: usize) -> usize {
    let mut count = 0;
    let mut at = breaks;
    while let Some(next) = pieces.line_break(at, end) {
        count += 1;
        at = pieces.skip_blanks(next, end);
    }
    let decoded = match (joint, count) {
        (1, 1) => String::from(" "),
        (_, count) => "\n".repeat(count - 1),
    };
    pieces.unit(&decoded, start..at);
    at
}

/// An escape of a double-quoted scalar.
fn escape(pieces: &mut Pieces<'_>, at: usize, end: usize) -> Option<usize> {
    if pieces.line_break(at + 1, end).is_some() {
        // An escaped line break joins without a space.
        return Some(fold(pieces, at, at + 1, end, 0));
    }
    let (decoded, len) = escaped(pieces.source.get(at..)?)?;
    pieces.unit(decoded.encode_utf8(&mut [0; 4]), at..at + len);
    Some(at + len)
}

/// The value of the escape at the start of `text`, and its length; `None` if it is invalid.
pub(super) fn escaped(text: &str) -> Option<(char, usize)> {
    let letter = text.chars().nth(1)?;
    let digits = match letter {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => return Some((simple_escape(letter)?, 1 + letter.len_utf8())),
    };
    let first = hex(text, 2, digits)?;
    let next = 2 + digits;
    if letter == 'u' && (0xd800..0xdc00).contains(&first) {
        let low = text.get(next..)?.starts_with("\\u").then(|| hex(text, next + 2, 4))??;
        let low = low.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
        return Some((char::from_u32(0x10000 + ((first - 0xd800) << 10) + low)?, next + 6));
    }
    Some((char::from_u32(first)?, next))
}

fn hex(text: &str, at: usize, digits: usize) -> Option<u32> {
    let digits = text.get(at..at + digits).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    u32::from_str_radix(digits, 16).ok()
}

/// The character of a one-letter escape.
fn simple_escape(letter: char) -> Option<char> {
    Some(match letter {
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\u{b}',
        'f' => '\u{c}',
        'r' => '\r',
        'e' => '\u{1b}',
        ' ' | '"' | '/' | '\\' => letter,
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        _ => return None,
    })
}

/// A line of a block scalar without its indentation.
struct SourceLine {
    content: Range<usize>,
}

/// Literal and folded block scalars. Chomping is derived from `value`: its remaining end consists of line breaks.
fn block(pieces: &mut Pieces<'_>, range: Range<usize>, style: ScalarForm, value: &str) -> Option<()> {
    let first_line = block_start(pieces.source, range.start);
    let lines = lines(pieces, first_line, range.end, range.start - line_start(pieces.source, range.start));
    let filled = lines.iter().rposition(|line| !line.content.is_empty()).map_or(0, |at| at + 1);
    let mut before: Option<&SourceLine> = None;
    let mut gap_start = first_line;
    let mut empty = 0;
    for line in lines.get(..filled)? {
        if line.content.is_empty() {
            empty += 1;
            continue;
        }
        let loose = |line: &SourceLine| matches!(pieces.at(line.content.start), Some(b' ' | b'\t'));
        let gap = match before {
            None => "\n".repeat(empty),
            Some(before) if style == ScalarForm::Literal || loose(before) || loose(line) => "\n".repeat(empty + 1),
            Some(_) if empty == 0 => String::from(" "),
            Some(_) => "\n".repeat(empty),
        };
        pieces.unit(&gap, gap_start..line.content.start);
        pieces.verbatim(line.content.clone());
        gap_start = line.content.end;
        before = Some(line);
        empty = 0;
    }
    pieces.flush();
    let rest = value.strip_prefix(pieces.text.value.as_str())?;
    let breaks = rest.bytes().all(|b| b == b'\n');
    let end = range.end.max(gap_start);
    breaks.then(|| pieces.unit(rest, gap_start..end))
}

/// The start of the line after the header of a block scalar whose content begins at `content`.
fn block_start(source: &str, content: usize) -> usize {
    let mut start = line_start(source, content);
    while let Some(above) = source.get(..start).and_then(without_break) {
        let previous = line_start(source, above.len());
        if !above.get(previous..).unwrap_or("").trim().is_empty() {
            break;
        }
        start = previous;
    }
    start
}

/// `text` without the line break at its end; `None` if it has none.
fn without_break(text: &str) -> Option<&str> {
    text.strip_suffix("\r\n").or_else(|| text.strip_suffix(['\n', '\r']))
}

/// The start of the line that contains `offset`.
pub(super) fn line_start(source: &str, offset: usize) -> usize {
    let before = source.get(..offset).unwrap_or("");
    before.rfind(['\n', '\r']).map_or(0, |at| at + 1)
}

/// The end of the line that contains `offset`, without its line break.
pub(super) fn line_end(source: &str, offset: usize) -> usize {
    let after = source.get(offset..).unwrap_or("");
    offset + after.find(['\n', '\r']).unwrap_or(after.len())
}

/// The lines from `start` to `end`, each without up to `indent` spaces.
fn lines(pieces: &Pieces<'_>, start: usize, end: usize, indent: usize) -> Vec<SourceLine> {
    let mut lines = Vec::new();
    let mut at = start;
    while at < end {
        let stop = line_end(pieces.source, at).min(end);
        let mut from = at;
        while from < stop && from - at < indent && pieces.at(from) == Some(b' ') {
            from += 1;
        }
        lines.push(SourceLine { content: from..stop });
        at = pieces.line_break(stop, end).unwrap_or(end);
    }
    lines
}
