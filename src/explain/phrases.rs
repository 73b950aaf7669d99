//! Phrases: values, readings, conditions and reasons as people read them.

use super::page::{StyledLine, TextPage};
use crate::diagnostic::{Sources, Span};
use crate::event::Json;
use crate::trace::{Condition, Mismatch, ReadValue, RuleOutcome, RuleTrace};
use std::sync::Arc;

/// The longest a value or a piece of source is shown.
const SHOWN: usize = 60;

/// Cut to a readable length, on one line.
pub(super) fn short(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= SHOWN {
        return text;
    }
    text.chars().take(SHOWN - 1).chain(['…']).collect()
}

/// A text of the event by which it is known, as it is if that can be mistaken for nothing else; else in quotes.
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
    let what = match (&reading.value, reading.missing) {
        (_, true) => format!("{name} is missing"),
        (Json::Null, false) => format!("{name} is null"),
        (json, false) => format!("{name} = {}", value(json)),
    };
    let wrong = reading.mismatch.as_ref().map(unusable);
    let from = (!reading.from.is_empty()).then(|| readings(&reading.from, sources));
    let notes: Vec<String> = wrong.into_iter().chain(from).collect();
    if notes.is_empty() { what } else { format!("{what} ({})", notes.join("; ")) }
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

/// Bare names: `a, b`.
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

/// The parts that decided a condition, a line each: its text, what it read, where it is; below it the inside of a named
/// value.
pub(super) fn why(page: &mut TextPage<'_>, depth: usize, condition: &Condition, sources: &Sources) {
    because(page, depth, "", condition, sources);
}

/// As [`why`], for the cells of a row, which are no sentences by themselves.
pub(super) fn why_cells(page: &mut TextPage<'_>, depth: usize, condition: &Condition, sources: &Sources) {
    because(page, depth, "cell ", condition, sources);
}

fn because(page: &mut TextPage<'_>, depth: usize, kind: &str, condition: &Condition, sources: &Sources) {
    for part in condition.why() {
        let text = format!("{kind}{}", short(sources.snippet(part.span)));
        let verdict = match (part.held, condition.held) {
            (true, false) => "holds, but must not",
            (false, true) => "does not hold, as it should be",
            (false, false) if !part.value.is_boolean() && !part.value.is_null() => "is not a boolean",
            _ => "",
        };
        let read = if part.inside.is_empty() { readings(&part.read, sources) } else { outline(&part.read, sources) };
        let read = if read.is_empty() || read == text { String::new() } else { format!("where {read}") };
        page.line(depth, StyledLine::new().plain(text).plain(verdict).plain(read).faint(place(sources, part.span)));
        part.inside.iter().for_each(|inside| because(page, depth + 1, "", inside, sources));
    }
}

/// Readings without what they were made from.
fn outline(all: &[ReadValue], sources: &Sources) -> String {
    let bare = |one: &ReadValue| reading(&ReadValue { from: Vec::new(), ..one.clone() }, sources);
    all.iter().map(bare).collect::<Vec<_>>().join(", ")
}

/// `file:line:column`.
pub(super) fn place(sources: &Sources, span: Span) -> String {
    sources.place(span)
}

/// Why a rule did not match, in a few words; where a condition is to blame, that is shown below instead.
pub(super) fn reason(rule: &RuleTrace, topic: &str) -> String {
    let whose = |group: &Option<Arc<str>>| group.as_ref().map(|group| format!("group `{group}` "));
    match &rule.outcome {
        RuleOutcome::Matched => String::new(),
        RuleOutcome::NotReached => "was not looked at".into(),
        RuleOutcome::Disabled { group } => format!("{}is not enabled", whose(group).unwrap_or_default()),
        RuleOutcome::Inactive { group, from, until } => {
            let from = from.as_ref().map(|from| format!(" from {from}")).unwrap_or_default();
            let until = until.as_ref().map(|until| format!(" until {until}")).unwrap_or_default();
            format!("{}is only active{from}{until}", whose(group).unwrap_or_default())
        }
        RuleOutcome::OtherTopic { group, topics } => {
            format!("{}is for {}, and the topic is `{topic}`", whose(group).unwrap_or_default(), quoted(topics))
        }
        RuleOutcome::Condition { group } => match group {
            Some(group) => format!("the condition of group `{group}` does not hold:"),
            None => "its condition does not hold:".into(),
        },
        RuleOutcome::Struck { group, by } => {
            format!("would match, but `{by}` comes first in group `{group}`, which takes only one")
        }
        RuleOutcome::Stopped { by } => format!("would match, but rule `{by}` ranks higher and says `stop`"),
    }
}
