//! The words: values, readings, conditions and reasons as people read them.

use super::page::{Line, Page};
use crate::diagnostic::{Sources, Span};
use crate::event::Json;
use crate::reference::{Condition, Reading, RuleOutcome, RuleTrace};
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

/// A value as JSON, cut to a readable length.
pub(super) fn value(json: &Json) -> String {
    short(&json.to_string())
}

/// `data.amount = 4200`, `data.amount is missing`.
pub(super) fn reading(reading: &Reading) -> String {
    let what = match (&reading.value, reading.missing) {
        (_, true) => format!("{} is missing", reading.path),
        (Json::Null, false) => format!("{} is null", reading.path),
        (json, false) => format!("{} = {}", reading.path, value(json)),
    };
    if reading.from.is_empty() {
        return what;
    }
    format!("{what} ({})", readings(&reading.from))
}

pub(super) fn readings(all: &[Reading]) -> String {
    all.iter().map(reading).collect::<Vec<_>>().join(", ")
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

/// The parts that decided a condition, a line each: its text, what it read, where it stands.
pub(super) fn why(page: &mut Page<'_>, depth: usize, condition: &Condition, sources: &Sources) {
    for part in condition.why() {
        let text = short(sources.snippet(part.span));
        let verdict = match (part.held, condition.held) {
            (true, false) => "holds, but must not",
            (false, true) => "does not hold, as it should be",
            (false, false) if !part.value.is_boolean() && !part.value.is_null() => "is not a boolean",
            _ => "",
        };
        let read = readings(&part.read);
        let read = if read.is_empty() || read == text { String::new() } else { format!("where {read}") };
        page.line(depth, Line::new().plain(text).plain(verdict).plain(read).faint(place(sources, part.span)));
    }
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
