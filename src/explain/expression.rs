//! One expression with its value and the values of its parts.

use super::TextStyle;
use super::json::with_places;
use super::page::{Look, StyledLine, TextPage};
use super::phrases::{mismatch, short, value};
use crate::diagnostic::{Sources, printable};
use crate::event::Json;
use crate::trace::{ExpressionTrace, PartTrace};

/// The limit for the width of the column of texts; values after longer texts are not aligned.
const WIDEST: usize = 60;

/// The value and type of an expression, and below it its parts, each with its value. Every line ends in a line break.
pub fn render_expression(trace: &ExpressionTrace, sources: &Sources, style: &TextStyle) -> String {
    // The value stays on its line, however long it is, so that it can be copied.
    let value = trace.value.to_string();
    let coloured = |start: &str, text: &str| match start {
        "" => text.to_owned(),
        _ => format!("{start}{text}{}", style.reset),
    };
    let first = format!("{}  {}\n", coloured(style.name, &printable(&value)), coloured(style.faint, &trace.ty));
    let mut page = TextPage::new(style);
    let widest = widest(&trace.parts, 1, sources).min(WIDEST);
    trace.parts.iter().for_each(|part| self::part(&mut page, 1, part, widest, sources));
    for error in &trace.errors {
        let text = match error.mismatch.found.as_str() {
            "more" => format!("`{}` is null: it would take more than {}", error.path, limit(&error.mismatch.expected)),
            found => format!("`{}` is {}", error.path, mismatch(found, &error.mismatch.expected)),
        };
        page.line(1, StyledLine::new().add(Look::No, "type error").plain(text));
    }
    first + &page.finish()
}

/// `at most 64 MiB of memory` without its beginning.
fn limit(expected: &str) -> &str {
    expected.strip_prefix("at most ").unwrap_or(expected)
}

/// The trace as data, with each place as its file, line, column and text.
pub fn expression_to_json(trace: &ExpressionTrace, sources: &Sources) -> Json {
    with_places(serde_json::to_value(trace).unwrap_or_default(), sources)
}

/// The end of the longest text, if each level is two steps further in.
fn widest(parts: &[PartTrace], depth: usize, sources: &Sources) -> usize {
    let own = |part: &PartTrace| 2 * depth + short(sources.snippet(part.span)).chars().count();
    let ends = parts.iter().map(|part| own(part).max(widest(&part.parts, depth + 1, sources)));
    ends.max().unwrap_or(0)
}

fn part(page: &mut TextPage<'_>, depth: usize, part: &PartTrace, column: usize, sources: &Sources) {
    let text = short(sources.snippet(part.span));
    let width = column.saturating_sub(2 * depth);
    let value = if part.missing { String::from("missing") } else { value(&part.value) };
    let value = if part.each && part.value.is_array() { format!("{value} for each element") } else { value };
    page.line(depth, StyledLine::new().plain(format!("{text:width$}")).plain(value));
    part.parts.iter().for_each(|inner| self::part(page, depth + 1, inner, column, sources));
}
