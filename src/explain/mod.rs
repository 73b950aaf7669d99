//! Renders a trace as text: the result of each part of the rule set for an event, and the reasons. Also renders it as JSON.
//!
//! Does not access the terminal; the caller chooses the colours.

mod define;
mod expression;
mod focus;
mod json;
mod page;
mod phrases;
mod sections;
mod sent;
#[cfg(test)]
mod tests;

use crate::diagnostic::{Sources, nearest};
use page::TextPage;
use std::sync::Arc;

pub use crate::interpreter::trace;
pub use crate::trace::Trace;
#[doc(hidden)]
pub use expression::{expression_to_json, render_expression};
pub use json::{to_json, to_short_json};

/// The subject of an explanation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Focus<'f> {
    /// The whole decision.
    #[default]
    All,
    /// Why this subscriber did or did not get the event.
    Subscriber(&'f str),
    /// Why this rule did or did not match.
    Rule(&'f str),
}

/// The escape sequences that are written before pieces of text to colour them; empty for plain text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextStyle {
    /// Before headings.
    pub heading: &'static str,
    /// Before names.
    pub name: &'static str,
    /// Before parts that matched.
    pub yes: &'static str,
    /// Before parts that did not match.
    pub no: &'static str,
    /// Before places.
    pub faint: &'static str,
    /// After each of them.
    pub reset: &'static str,
}

impl TextStyle {
    /// No colours.
    pub const PLAIN: TextStyle = TextStyle { heading: "", name: "", yes: "", no: "", faint: "", reset: "" };

    /// The colours of a terminal.
    pub const COLOURED: TextStyle = TextStyle {
        heading: "\u{1b}[1;36m",
        name: "\u{1b}[1m",
        yes: "\u{1b}[32m",
        no: "\u{1b}[31m",
        faint: "\u{1b}[2m",
        reset: "\u{1b}[0m",
    };
}

/// The error about a focus on a name that is not in the rule set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no {kind} is named `{name}`{}", self.hint())]
#[non_exhaustive]
pub struct UnknownNameError {
    /// `subscriber` or `rule`.
    pub kind: &'static str,
    /// The name that was requested.
    pub name: String,
    /// The other kind of part that has this name: `group`, `table` …
    pub other: Option<&'static str>,
    /// A similar name.
    pub near: Option<String>,
}

impl UnknownNameError {
    fn hint(&self) -> String {
        match (self.other, &self.near) {
            (Some(other), _) => format!("; it is the name of a {other}"),
            (None, Some(near)) => format!("; did you mean `{near}`?"),
            (None, None) => String::new(),
        }
    }
}

/// A trace as text. Every line ends in a line break; control characters in the event are made visible.
///
/// ```
/// use dadar::explain::{Focus, TextStyle, render};
/// use dadar::{Options, explain, load_strings};
///
/// let loaded = load_strings("shop", [("rules.yaml", "
/// rules: [{name: big, when: data.amount > 5000, subscribers: [review]}]
/// ")]);
/// let rules = loaded.rule_set.unwrap();
/// let event = br#"{"type": "order.created", "data": {"amount": 900}}"#;
/// let trace = explain::trace(&rules, event, 1, &Options::default());
/// let why = render(&trace, &loaded.sources, Focus::Rule("big"), &TextStyle::PLAIN).unwrap();
/// assert!(why.contains("data.amount > 5000  where data.amount = 900"));
/// assert!(render(&trace, &loaded.sources, Focus::Rule("bog"), &TextStyle::PLAIN).is_err());
/// ```
///
/// # Errors
///
/// If the rule set has no rule or subscriber with the name in `focus`.
pub fn render(
    trace: &Trace,
    sources: &Sources,
    focus: Focus<'_>,
    style: &TextStyle,
) -> Result<String, UnknownNameError> {
    check(trace, focus)?;
    let mut page = TextPage::new(style);
    match focus {
        Focus::All => sections::all(&mut page, trace, sources),
        Focus::Subscriber(name) => focus::subscriber(&mut page, trace, sources, name),
        Focus::Rule(name) => focus::rule(&mut page, trace, sources, name),
    }
    Ok(page.finish())
}

/// Checks that the rule set has the rule or subscriber in focus.
pub fn check(trace: &Trace, focus: Focus<'_>) -> Result<(), UnknownNameError> {
    let (kind, name, known): (_, _, Vec<&Arc<str>>) = match focus {
        Focus::All => return Ok(()),
        Focus::Subscriber(name) => ("subscriber", name, trace.subscribers.iter().map(|known| &known.name).collect()),
        Focus::Rule(name) => ("rule", name, trace.rules.iter().map(|known| &known.name).collect()),
    };
    if known.iter().any(|known| ***known == *name) {
        return Ok(());
    }
    let near = nearest(name, known.into_iter().map(|known| &**known)).map(str::to_owned);
    Err(UnknownNameError { kind, name: name.to_owned(), other: part_named(trace, name), near })
}

/// The kind of the part of the rule set that has a name.
fn part_named(trace: &Trace, name: &str) -> Option<&'static str> {
    let is_named = |other: &Arc<str>| **other == *name;
    let kinds = [
        ("rule", trace.rules.iter().any(|rule| is_named(&rule.name))),
        ("subscriber", trace.subscribers.iter().any(|subscriber| is_named(&subscriber.name))),
        ("group", trace.groups.iter().any(|group| is_named(&group.name))),
        ("table", trace.tables.iter().any(|table| is_named(&table.name))),
        ("filter", trace.filters.iter().any(|filter| is_named(&filter.name))),
        ("schema", trace.schemas.iter().any(|schema| is_named(&schema.name))),
        ("named value", trace.defines.iter().any(|define| is_named(&define.name))),
    ];
    kinds.into_iter().find(|(_, is_named)| *is_named).map(|(kind, _)| kind)
}
