//! Phrases: the text of values, readings, conditions and reasons.

use super::page::{StyledLine, TextPage};
use crate::diagnostic::{Sources, Span};
use crate::event::Json;
use crate::trace::{Condition, Mismatch, ReadValue, RuleOutcome, RuleTrace};
use std::sync::Arc;

/// The limit for the characters of a value or a piece of source that are shown.
const SHOWN: usize = 60;

/// A text cut to a readable length, on one line.
pub(super) fn short(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= SHOWN {
        return text;
    }
    text.chars().take(SHOWN - 1).chain(['…']).collect()
}

/// An id or topic: without quotes if it is unambiguous, else as a JSON string.
pub(super) fn named(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_.:/@+#=*".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) { short(text) } else { value(&Json::from(text)) }
}

/// A value as JSON, cut to a readable length.
pub(super) fn value(json: &Json) -> String {
    short(&json.to_string())
}

/// `data.amount = 4200`, `data.amount is missing`.
pub(super) fn reading(reading: &ReadValue, sources: &Sources) -> String {
    let name = match reading.span {
        Some(span) => short(sources.snippet(span)),
        None => reading.path.clone(),
    };
    let text = match (&reading.value, reading.missing) {
        (_, true) => format!("{name} is missing"),
        (Json::Null, false) => format!("{name} is null"),
        (json, false) => format!("{name} = {}", value(json)),
    };
    let wrong = reading.mismatch.as_ref().map(unusable);
    let from = (!reading.from.is_empty()).then(|| readings(&reading.from, sources));
    let notes: Vec<String> = wrong.into_iter().chain(from).collect();
    if notes.is_empty() { text } else { format!("{text} ({})", notes.join("; ")) }
}

pub(super) fn readings(all: &[ReadValue], sources: &Sources) -> String {
    all.iter().map(|one| reading(one, sources)).collect::<Vec<_>>().join(", ")
}

/// `a string, not a number`: why a value cannot be used.
fn unusable(found: &Mismatch) -> String {
    mismatch(&found.found, &found.expected)
}

/// `a string, not a number`. A number that is not a time is out of the range of times.
pub(super) fn mismatch(found: &str, expected: &str) -> String {
    if (found, expected) == ("number", "time") {
        return "out of range for seconds since 1970 (milliseconds are divided by 1000)".to_owned();
    }
    format!("{}, not {}", with_article(found), with_article(expected))
}

/// `a string`, `an array`.
fn with_article(ty: &str) -> String {
    if ty == "null" {
        return ty.to_owned();
    }
    let article = if ty.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {ty}")
}

/// Names in backticks: "`a`, `b`".
pub(super) fn quoted<'n>(names: impl IntoIterator<Item = &'n Arc<str>>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Names without backticks: `a, b`.
pub(super) fn list<'n>(names: impl IntoIterator<Item = &'n Arc<str>>) -> String {
    names.into_iter().map(|name| &**name).collect::<Vec<_>>().join(", ")
}

/// `→ a, b`, or nothing.
pub(super) fn leads_to(names: &[Arc<str>]) -> String {
    if names.is_empty() { String::new() } else { format!("→ {}", list(names)) }
}

/// `1 rule`, `3 rules`.
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

/// The parts that decided a condition, one line each: its text, the values that it read and its place; below it the definition
/// of a named value.
pub(super) fn why(page: &mut TextPage<'_>, depth: usize, condition: &Condition, sources: &Sources) {
    because(page, depth, "", condition, sources);
}

/// As [`why`], for the cells of a row, which are not complete conditions by themselves.
pub(super) fn why_cells(page: &mut TextPage<'_>, depth: usize, condition: &Condition, sources: &Sources) {
    because(page, depth, "cell ", condition, sources);
}

fn because(page: &mut TextPage<'_>, depth: usize, kind: &str, condition: &Condition, sources: &Sources) {
    for part in condition.why() {
        let text = format!("{kind}{}", short(sources.snippet(part.span)));
        let verdict = match (part.held, condition.held) {
            (true, false) => "holds, but must not",
            (false, true) => "does not hold, as required",
            (false, false) if !part.value.is_boolean() && !part.value.is_null() => "is not a boolean",
            _ => "",
        };
        let read = if part.inside.is_empty() { readings(&part.read, sources) } else { outline(&part.read, sources) };
        let read = if read.is_empty() || read == text { String::new() } else { format!("where {read}") };
        page.line(depth, StyledLine::new().plain(text).plain(verdict).plain(read).faint(place(sources, part.span)));
        part.inside.iter().for_each(|inside| because(page, depth + 1, "", inside, sources));
    }
}

/// Readings without the values that they were computed from.
fn outline(all: &[ReadValue], sources: &Sources) -> String {
    let bare = |one: &ReadValue| reading(&ReadValue { from: Vec::new(), ..one.clone() }, sources);
    all.iter().map(bare).collect::<Vec<_>>().join(", ")
}

/// `file:line:column`.
pub(super) fn place(sources: &Sources, span: Span) -> String {
    sources.place(span)
}

/// The reason why a rule did not match, in a few words; a condition that failed is shown below it.
pub(super) fn reason(rule: &RuleTrace, topic: &str) -> String {
    let subject = |group: &Option<Arc<str>>| group.as_ref().map(|group| format!("group `{group}` "));
    match &rule.outcome {
        RuleOutcome::Matched => String::new(),
        RuleOutcome::NotReached => "was not evaluated".into(),
        RuleOutcome::Disabled { group } => format!("{}is not enabled", subject(group).unwrap_or_default()),
        RuleOutcome::Inactive { group, from, until } => {
            let from = from.as_ref().map(|from| format!(" from {from}")).unwrap_or_default();
            let until = until.as_ref().map(|until| format!(" until {until}")).unwrap_or_default();
            format!("{}is only active{from}{until}", subject(group).unwrap_or_default())
        }
        RuleOutcome::OtherTopic { group, topics } => {
            format!("{}is for {}, and the topic is `{topic}`", subject(group).unwrap_or_default(), quoted(topics))
        }
        RuleOutcome::Condition { group } => match group {
            Some(group) => format!("the condition of group `{group}` does not hold:"),
            None => "its condition does not hold:".into(),
        },
        RuleOutcome::Struck { group, by } => {
            format!("would match, but `{by}` comes first in group `{group}`, which allows only one")
        }
        RuleOutcome::Stopped { by } => format!("would match, but rule `{by}` ranks higher and has `stop`"),
    }
}
