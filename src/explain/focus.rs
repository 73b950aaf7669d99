//! The explanation of one subscriber or one rule: why it received the event or matched, or why not, down to the conditions
//! that decided.

use super::page::{Look, StyledLine, TextPage};
use super::phrases::{place, quoted, reason, why, why_cells};
use super::sections::{event, headline, inputs, one_rule, one_schema, row_name, rule_conditions, topic};
use super::{define, sent};
use crate::decision::Status;
use crate::diagnostic::Sources;
use crate::trace::{Condition, RuleTrace, SchemaOutcome, SubscriberTrace, TableTrace, Trace};
use std::sync::Arc;

/// Why a subscriber received the event or did not: every part that could have chosen it, and the rules and filter that removed it.
pub(super) fn subscriber(page: &mut TextPage<'_>, trace: &Trace, sources: &Sources, name: &str) {
    let Some(person) = trace.subscribers.iter().find(|person| *person.name == *name) else { return };
    let verdict = if person.gets { "gets" } else { "does not get" };
    let look = if person.gets { Look::Yes } else { Look::No };
    let answer = format!("{verdict} {}", event(trace));
    let topic = match topic(trace) {
        topic if topic.is_empty() => topic,
        topic => format!("topic {topic}"),
    };
    page.heading(
        StyledLine::new().mark(person.gets).name(name).add(look, answer).plain(topic).faint(short_of(person, trace)),
    );
    stopped_before(page, trace, sources);
    if matches!(trace.decision.status, Status::Routed | Status::Unrouted) {
        removed_by(page, trace, person, sources);
        page.heading(StyledLine::new().add(Look::Heading, "What could have chosen it"));
        let before = sources_of(page, trace, sources, name);
        let declared = defaults(page, trace, person);
        if !before && !declared {
            page.line(1, StyledLine::new().plain("nothing: no topic, rule, table or default names it"));
        }
        define::section(page, define::read_by(&trace.defines, conditions_about(trace, person)), sources);
    } else {
        page.heading(StyledLine::new().add(Look::Heading, "What could have chosen it"));
        if !defaults(page, trace, person) {
            let status = trace.decision.status;
            let list = if status == Status::Dropped { "dropped" } else { "rejected" };
            let note = format!("nothing: {} events go to `defaults.{list}` only", status.as_str());
            page.line(1, StyledLine::new().plain(note));
        }
    }
    if person.gets {
        sent::subscriber(page, trace, sources, name);
    }
}

/// The short answer.
fn short_of(person: &SubscriberTrace, trace: &Trace) -> String {
    if person.gets {
        return format!(
            "by {}",
            person.chosen_by.iter().map(|by| by.replacen(':', " ", 1)).collect::<Vec<_>>().join(", ")
        );
    }
    match trace.decision.status {
        Status::Dropped | Status::Rejected | Status::Malformed => format!("it is {}", trace.decision.status.as_str()),
        _ if person.chosen_by.is_empty() => "nothing chose it".to_owned(),
        _ if !person.excluded_by.is_empty() => format!("excluded by {}", quoted(&person.excluded_by)),
        _ => "held back by its own filter".to_owned(),
    }
}

/// The filter or schema that dropped or rejected the event before any rule was evaluated.
fn stopped_before(page: &mut TextPage<'_>, trace: &Trace, sources: &Sources) {
    if let Some(error) = &trace.decision.error {
        page.line(1, StyledLine::new().plain(format!("{} is malformed: {error}", super::sections::line(trace))));
    }
    if trace.decision.parts == Some(0) {
        page.line(1, StyledLine::new().plain("the list of events in its line is empty"));
    }
    for filter in trace.filters.iter().filter(|filter| filter.dropped) {
        let note = if filter.drop {
            "drops the event, since this holds:"
        } else {
            "drops the event, since this does not hold:"
        };
        let line = StyledLine::new().mark(false).plain("filter").name(&*filter.name).plain(note);
        page.line(1, line.faint(place(sources, filter.span)));
        filter.condition.iter().for_each(|condition| why(page, 3, condition, sources));
    }
    if trace.decision.status == Status::Rejected {
        let refused = trace.schemas.iter().filter(|schema| schema.rejects && schema.outcome == SchemaOutcome::Invalid);
        refused.for_each(|schema| one_schema(page, trace, schema, sources));
    }
}

/// The rules and the filter that removed a chosen subscriber.
fn removed_by(page: &mut TextPage<'_>, trace: &Trace, person: &SubscriberTrace, sources: &Sources) {
    if person.chosen_by.is_empty() {
        return;
    }
    for rule in trace.rules.iter().filter(|rule| person.excluded_by.contains(&rule.name)) {
        let line = StyledLine::new().mark(false).plain("excluded by rule").name(&*rule.name);
        page.line(1, line.faint(place(sources, rule.span)));
        rule_conditions(page, 3, trace, rule, sources);
    }
    if let Some(filter) = &person.filter {
        let note = if filter.held { "its own filter holds:" } else { "its own filter does not hold:" };
        let span = person.declared.map(|span| place(sources, span)).unwrap_or_default();
        page.line(1, StyledLine::new().mark(filter.held).plain(note).faint(span));
        why(page, 3, filter, sources);
    }
}

/// Topics, rules and table rows that name a subscriber; false if there are none.
fn sources_of(page: &mut TextPage<'_>, trace: &Trace, sources: &Sources, name: &str) -> bool {
    let names = |them: &[Arc<str>]| them.iter().any(|one| **one == *name);
    let topic = &topic(trace);
    let mut any = false;
    for node in trace.topics.iter().filter(|node| names(&node.subscribers)) {
        any = true;
        let note = if node.matched { String::new() } else { format!("does not match `{topic}`") };
        let line = StyledLine::new().mark(node.matched).plain("topic").name(&*node.pattern).plain(note);
        page.line(1, line.faint(place(sources, node.span)));
    }
    for rule in trace.rules.iter().filter(|rule| names(&rule.all_subscribers())) {
        any = true;
        let line =
            StyledLine::new().mark(rule.outcome.matched()).plain("rule").name(&*rule.name).plain(reason(rule, topic));
        page.line(1, line.faint(place(sources, rule.span)));
        rule_conditions(page, 3, trace, rule, sources);
    }
    for table in &trace.tables {
        any |= rows_of(page, table, sources, &names);
    }
    any
}

/// The rows of a table that name a subscriber.
fn rows_of(
    page: &mut TextPage<'_>,
    table: &TableTrace,
    sources: &Sources,
    names: &dyn Fn(&[Arc<str>]) -> bool,
) -> bool {
    let mut any = false;
    for row in table.rows.iter().filter(|row| names(&row.target.all_subscribers())) {
        any = true;
        let note = if row.key.is_some() {
            inputs(table, sources)
        } else if !row.reached {
            "an earlier row was chosen".to_owned()
        } else {
            String::new()
        };
        let title = format!("{} of table", row_name(row, sources));
        let line = StyledLine::new().mark(row.chosen).plain(title).name(&*table.name).plain(note);
        page.line(1, line.faint(if row.key.is_some() { place(sources, row.span) } else { String::new() }));
        row.condition.iter().for_each(|condition| why_cells(page, 3, condition, sources));
    }
    if table.otherwise.as_ref().is_some_and(|otherwise| names(&otherwise.all_subscribers())) {
        any = true;
        let note = if table.fell_through { "no row matches" } else { "a row matches" };
        let line =
            StyledLine::new().mark(table.fell_through).plain("otherwise of table").name(&*table.name).plain(note);
        page.line(1, line.faint(place(sources, table.span)));
    }
    any
}

/// The lists under `defaults` that name a subscriber; false if there are none.
fn defaults(page: &mut TextPage<'_>, trace: &Trace, person: &SubscriberTrace) -> bool {
    for list in &person.defaults {
        let list_name = format!("defaults.{list}");
        let applies = person.chosen_by.contains(&list_name);
        let note = if applies { String::new() } else { format!("the event is {}", trace.decision.status.as_str()) };
        page.line(1, StyledLine::new().mark(applies).name(list_name).plain(note));
    }
    !person.defaults.is_empty()
}

/// Why a rule matched or did not.
pub(super) fn rule(page: &mut TextPage<'_>, trace: &Trace, sources: &Sources, name: &str) {
    headline(page, trace);
    stopped_before(page, trace, sources);
    if trace.decision.status == Status::Malformed {
        return;
    }
    page.heading(StyledLine::new().add(Look::Heading, "Rule"));
    let mut conditions = Vec::new();
    for rule in trace.rules.iter().filter(|rule| *rule.name == *name) {
        one_rule(page, trace, rule, sources);
        conditions.extend(conditions_of(trace, rule));
    }
    define::section(page, define::read_by(&trace.defines, conditions), sources);
}

/// The condition of a rule, and those of its enclosing groups.
fn conditions_of<'t>(trace: &'t Trace, rule: &'t RuleTrace) -> impl Iterator<Item = &'t Condition> {
    let groups = trace.groups.iter().filter(|group| rule.groups.contains(&group.name));
    rule.condition.iter().chain(groups.filter_map(|group| group.condition.as_ref()))
}

/// The conditions that decide whether a subscriber receives the event: those of the rules that name it, and its filter.
fn conditions_about<'t>(trace: &'t Trace, person: &'t SubscriberTrace) -> impl Iterator<Item = &'t Condition> {
    let name = &person.name;
    let rules = trace.rules.iter().filter(|rule| rule.all_subscribers().contains(name) || rule.exclude.contains(name));
    person.filter.iter().chain(rules.flat_map(|rule| conditions_of(trace, rule)))
}
