//! The parts of a text whose characters must not change: quoted scalars, scalars over several lines, and `{…}` or `[…]` on one
//! line. A placeholder of the same width replaces each of them while the text is laid out.

use super::FormatError;
use crate::yaml::{YamlLimits, YamlToken, YamlTokenKind, tokens};
use granit_parser::ScalarStyle;
use std::fmt::Write;
use std::ops::Range;

/// Lays out a text or a part of it. The flag is true if the result must be on one line.
type LayOut = fn(&str, bool) -> Result<String, FormatError>;

/// A part that is replaced by a placeholder.
struct VerbatimPart {
    range: Range<usize>,
    /// The text that takes the place of the placeholder.
    text: String,
}

/// Lays out a text without changing the parts that must be kept.
pub(super) fn keep(text: &str, limits: YamlLimits, lay_out: LayOut) -> Result<String, FormatError> {
    let tokens = tokens(text, limits).nodes;
    let Some(mark) = unused(text) else { return Err(FormatError::Altered("its characters")) };
    let scalars = scalars(text, &tokens);
    let mut parts = Vec::new();
    let flows = one_line_flows(text, &tokens);
    let mut rest = scalars.as_slice();
    for flow in flows {
        let [before, inner, after] = around(rest, &flow);
        parts.extend(before.iter().map(|range| verbatim(text, range)));
        parts.push(one_line(text, flow, inner, mark, lay_out)?);
        rest = after;
    }
    parts.extend(rest.iter().map(|range| verbatim(text, range)));
    let masked = mask(text, 0, &parts, mark);
    let laid_out = lay_out(&masked, false)?;
    restore(&laid_out, text, &parts, mark).ok_or(FormatError::Altered("its values"))
}

fn verbatim(text: &str, range: &Range<usize>) -> VerbatimPart {
    VerbatimPart { range: range.clone(), text: text.get(range.clone()).unwrap_or_default().to_owned() }
}

/// Splits ranges, which are sorted, into those before, in and after a range.
fn around<'r>(ranges: &'r [Range<usize>], outer: &Range<usize>) -> [&'r [Range<usize>]; 3] {
    let (before, rest) = ranges.split_at(ranges.partition_point(|range| range.start < outer.start));
    let (inner, after) = rest.split_at(rest.partition_point(|range| range.start < outer.end));
    [before, inner, after]
}

/// A `{…}` or `[…]` on one line, with the canonical spacing.
fn one_line(
    text: &str,
    flow: Range<usize>,
    inner: &[Range<usize>],
    mark: char,
    lay_out: LayOut,
) -> Result<VerbatimPart, FormatError> {
    let parts: Vec<VerbatimPart> = inner.iter().map(|range| verbatim(text, range)).collect();
    let source = text.get(..flow.end).unwrap_or_default();
    let laid_out = lay_out(&mask(source, flow.start, &parts, mark), true)?;
    let spaced = restore(laid_out.trim_end(), text, &parts, mark).ok_or(FormatError::Altered("its values"))?;
    Ok(VerbatimPart { range: flow, text: spaced })
}

/// A private-use character that the text does not contain.
fn unused(text: &str) -> Option<char> {
    ('\u{e000}'..='\u{f8ff}').find(|mark| !text.contains(*mark))
}

/// The ranges of the quoted scalars, of the plain ones over several lines, and of the block scalars that keep the empty lines
/// after them.
fn scalars(text: &str, tokens: &[YamlToken]) -> Vec<Range<usize>> {
    let mut end = 0;
    let mut ranges = Vec::new();
    for YamlToken { range, kind } in tokens {
        let YamlTokenKind::Scalar(_, style) = kind else {
            end = end.max(range.end);
            continue;
        };
        match style {
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => ranges.push(range.clone()),
            ScalarStyle::Plain if text.get(range.clone()).is_some_and(|text| text.contains('\n')) => {
                ranges.push(range.clone());
            }
            ScalarStyle::Plain => {}
            _ => ranges.extend(block_with_empty_lines(text, end, range)),
        }
        end = end.max(range.end);
    }
    ranges
}

/// The range of a block scalar with a header such as `|+`, from that header on. Its content is at `content`, and
/// the token before it ends at `before`.
fn block_with_empty_lines(text: &str, before: usize, content: &Range<usize>) -> Option<Range<usize>> {
    let gap = text.get(before..content.start)?;
    let start = before + gap.find(['|', '>'])?;
    let header = text.get(start..content.start)?.split([' ', '\n']).next()?;
    // The last line break ends the line of the placeholder.
    let written = text.get(start..content.end)?.trim_end_matches(' ');
    let written = written.strip_suffix('\n').unwrap_or(written);
    header.contains('+').then(|| start..start + written.len())
}

/// The ranges of the outermost `{…}` and `[…]` that are on one line, by position.
fn one_line_flows(text: &str, tokens: &[YamlToken]) -> Vec<Range<usize>> {
    let mut open: Vec<Option<usize>> = Vec::new();
    let mut found: Vec<Range<usize>> = Vec::new();
    for token in tokens {
        match token.kind {
            YamlTokenKind::Open { flow, .. } => open.push(flow.then_some(token.range.start)),
            YamlTokenKind::Close => {
                let Some(Some(start)) = open.pop() else { continue };
                let range = start..token.range.end;
                let is_flow = |text: &str| text.starts_with(['{', '[']) && text.ends_with(['}', ']']);
                if text.get(range.clone()).is_some_and(|text| is_flow(text) && !text.contains('\n')) {
                    found.truncate(found.partition_point(|inner| inner.start < range.start));
                    found.push(range);
                }
            }
            _ => {}
        }
    }
    found
}

/// The text from `start` on with a placeholder for each part.
fn mask(text: &str, start: usize, parts: &[VerbatimPart], mark: char) -> String {
    let mut masked = String::with_capacity(text.len() - start.min(text.len()));
    let mut at = start;
    for (number, part) in parts.iter().enumerate() {
        masked.push_str(text.get(at..part.range.start).unwrap_or_default());
        let width = part.text.lines().next().map_or(0, |line| line.chars().count());
        let digits = number.to_string();
        let fill = width.saturating_sub(digits.len() + 2);
        let _ = write!(masked, "{mark}{digits}{mark}");
        masked.extend(std::iter::repeat_n(mark, fill));
        at = part.range.end;
        // `"a":1` is allowed in `{…}`; after a placeholder, which is plain, the `:` needs a space.
        let next = text.get(at..).unwrap_or_default();
        if next.starts_with(':') && !next.starts_with(": ") && !next.starts_with(":\n") {
            masked.push_str(": ");
            at += 1;
        }
    }
    masked.push_str(text.get(at..).unwrap_or_default());
    masked
}

/// Puts the parts back. `None` if a placeholder is missing or out of order.
fn restore(laid_out: &str, original: &str, parts: &[VerbatimPart], mark: char) -> Option<String> {
    let mut pieces = laid_out.split(mark);
    let mut text = pieces.next()?.to_owned();
    for (number, part) in parts.iter().enumerate() {
        if pieces.next()? != number.to_string() {
            return None;
        }
        push_shifted(&mut text, original, part);
        // The mark after the number, then those that fill the width, end at the next piece that is not empty.
        let rest = pieces.by_ref().find(|piece| !piece.is_empty()).unwrap_or_default();
        text.push_str(rest);
    }
    pieces.next().is_none().then_some(text)
}

/// Appends a part. Its lines after the first are moved as far as its first line was.
fn push_shifted(text: &mut String, original: &str, part: &VerbatimPart) {
    let mut lines = part.text.split('\n');
    let (old, new) = (base(original.get(..part.range.start).unwrap_or_default()), base(text));
    text.push_str(lines.next().unwrap_or_default());
    for line in lines {
        let content = line.trim_start_matches(' ');
        text.push('\n');
        if !content.trim().is_empty() {
            let indent = (line.len() - content.len() + new).saturating_sub(old);
            text.extend(std::iter::repeat_n(' ', indent));
            text.push_str(content);
        }
    }
}

/// The column at which the node on the last line of a text begins, after spaces and the dashes of lists.
fn base(text: &str) -> usize {
    let line = text.rsplit('\n').next().unwrap_or_default();
    line.len() - line.trim_start_matches([' ', '-']).len()
}
