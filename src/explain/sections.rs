//! The whole trace, one section for each stage. Parts that do not concern the event are counted, not listed.

use super::page::{Look, StyledLine, TextPage};
use super::phrases::{
    count, leads_to, list, mismatch, named, place, quoted, reading, readings, reason, short, value, why, why_cells,
};
use super::{define, sent};
use crate::decision::{Decision, Requirer, Status, TypeError};
use crate::diagnostic::Sources;
use crate::trace::{RowTrace, RuleOutcome, RuleTrace, SchemaOutcome, SchemaTrace, SubscriberTrace, TableTrace, Trace};
use std::sync::Arc;

/// All sections.
pub(super) fn all(page: &mut TextPage<'_>, trace: &Trace, sources: &Sources) {
    headline(page, trace);
    sent::ingest(page, trace, sources);
    if trace.decision.status == Status::Malformed || trace.decision.parts == Some(0) {
        return;
    }
    define::section(page, trace.defines.iter().filter(|define| define.asked), sources);
    let open = matches!(trace.decision.status, Status::Routed | Status::Unrouted);
    if open {
        topics(page, trace, sources);
    }
    filters(page, trace, sources);
    schemas(page, trace, sources);
    if open {
        rules(page, trace, sources);
        tables(page, trace, sources);
    }
    subscribers(page, trace, sources);
    decision(page, trace, sources);
}

/// The result, which comes before the reasons.
pub(super) fn headline(page: &mut TextPage<'_>, trace: &Trace) {
    let decision = &trace.decision;
    let good = matches!(decision.status, Status::Routed);
    let look = if good { Look::Yes } else { Look::No };
    let title = StyledLine::new().name(event(trace)).plain(topic(trace));
    page.heading(title.add(look, decision.status.as_str()).plain(leads_to(&decision.subscribers)));
    if let Some(error) = &decision.error {
        page.line(1, StyledLine::new().plain(format!("{}: {error}", line(trace))));
    }
    if let Some(input) = &decision.input {
        page.line(1, StyledLine::new().faint(short(input)));
    }
    if decision.parts == Some(0) {
        page.line(1, StyledLine::new().plain(format!("{}: its list of events is empty", line(trace))));
    } else if decision.status != Status::Malformed {
        let time =
            if trace.event.time.is_null() { String::new() } else { format!("time {}", value(&trace.event.time)) };
        page.line(
            1,
            StyledLine::new()
                .faint(line(trace))
                .faint(time)
                .faint(format!("now {}", trace.event.now.as_deref().unwrap_or("null: the event has no time"))),
        );
    }
}

/// The line of an event, and its number in the line: `line 3, part 1 of 2`.
pub(super) fn line(trace: &Trace) -> String {
    match (trace.decision.part, trace.decision.parts) {
        (Some(part), Some(parts)) => format!("line {}, part {part} of {parts}", trace.line),
        _ => format!("line {}", trace.line),
    }
}

/// The event's topic; empty if it has none.
pub(super) fn topic(trace: &Trace) -> String {
    trace.event.topic.as_deref().map(named).unwrap_or_default()
}

/// How the event is referred to: by its id, or by its line.
pub(super) fn event(trace: &Trace) -> String {
    match &trace.decision.id {
        serde_json::Value::Null => format!("event on {}", line(trace)),
        serde_json::Value::String(id) => named(id),
        id => id.to_string(),
    }
}

fn heading(page: &mut TextPage<'_>, text: &str) {
    page.heading(StyledLine::new().add(Look::Heading, text));
}

fn topics(page: &mut TextPage<'_>, trace: &Trace, sources: &Sources) {
    if trace.topics.is_empty() {
        return;
    }
    heading(page, "Topic");
    let mut others = 0;
    for topic in &trace.topics {
        if !topic.matched && topic.settings.is_empty() {
            others += 1;
            continue;
        }
        let settings =
            if topic.settings.is_empty() { String::new() } else { format!("settings: {}", list(&topic.settings)) };
        let to = if topic.matched { leads_to(&topic.subscribers) } else { String::new() };
        let line = if topic.matched { StyledLine::new().mark(true) } else { StyledLine::new().faint("·") };
        page.line(1, line.name(&*topic.pattern).plain(to).plain(settings).faint(place(sources, topic.span)));
    }
    if others > 0 {
        let matches = if others == 1 { "does not match" } else { "do not match" };
        let counted = count(others, "node or pattern", "nodes and patterns");
        page.line(1, StyledLine::new().faint("·").faint(format!("{counted} {matches}")));
    }
}

fn filters(page: &mut TextPage<'_>, trace: &Trace, sources: &Sources) {
    if trace.filters.is_empty() {
        return;
    }
    heading(page, "Filters");
    for filter in &trace.filters {
        let note = match (filter.reached, filter.dropped, filter.drop) {
            (false, ..) => "was not evaluated, since the event is dropped",
            (_, false, _) => "lets the event through",
            (_, true, true) => "drops the event: its condition holds",
            (_, true, false) => {
                "drops the event: its condition does not hold, and it keeps only events for which it does"
            }
        };
        let mark = if filter.reached { StyledLine::new().mark(!filter.dropped) } else { StyledLine::new().faint("·") };
        page.line(1, mark.name(&*filter.name).plain(note).faint(place(sources, filter.span)));
        if let Some(condition) = &filter.condition {
            why(page, 3, condition, sources);
        }
    }
}

fn schemas(page: &mut TextPage<'_>, trace: &Trace, sources: &Sources) {
    if trace.schemas.is_empty() || trace.decision.status == Status::Dropped {
        return;
    }
    heading(page, "Schemas");
    for schema in &trace.schemas {
        one_schema(page, trace, schema, sources);
    }
}

pub(super) fn one_schema(page: &mut TextPage<'_>, trace: &Trace, schema: &SchemaTrace, sources: &Sources) {
    let topic = &topic(trace);
    let target = schema.target;
    let note = match schema.outcome {
        SchemaOutcome::NotReached => "was not evaluated, since the event is dropped".to_owned(),
        SchemaOutcome::OtherTopic => format!("is for {}, and the topic is `{topic}`", quoted(&schema.topics)),
        SchemaOutcome::Condition => "does not apply: its condition does not hold:".to_owned(),
        SchemaOutcome::Valid => format!("`{target}` is valid"),
        SchemaOutcome::Invalid if schema.rejects => format!("rejects the event, since `{target}` is not valid:"),
        SchemaOutcome::Invalid => format!("flags the event, since `{target}` is not valid:"),
    };
    let line = match schema.outcome {
        SchemaOutcome::Valid => StyledLine::new().mark(true),
        SchemaOutcome::Invalid => StyledLine::new().mark(false),
        _ => StyledLine::new().faint("·"),
    };
    page.line(1, line.name(&*schema.name).plain(note).faint(place(sources, schema.span)));
    if let (SchemaOutcome::Condition, Some(condition)) = (schema.outcome, &schema.condition) {
        why(page, 3, condition, sources);
    }
    for fault in &schema.faults {
        let path = if fault.path.is_empty() { "(the whole)" } else { &fault.path };
        page.line(3, StyledLine::new().plain(path).plain(fault.message.clone()));
    }
}

fn rules(page: &mut TextPage<'_>, trace: &Trace, sources: &Sources) {
    if trace.rules.is_empty() {
        return;
    }
    heading(page, "Rules");
    let mut others = Vec::new();
    for rule in &trace.rules {
        match rule.outcome {
            RuleOutcome::OtherTopic { .. } => others.push(&rule.name),
            _ => one_rule(page, trace, rule, sources),
        }
    }
    if !others.is_empty() {
        page.line(1, StyledLine::new().faint("·").faint(for_other_topics(&others)));
    }
}

/// The rules for other topics: their number, and the names of the first few.
fn for_other_topics(rules: &[&Arc<str>]) -> String {
    let named = list(rules.iter().copied().take(4));
    let more = if rules.len() > 4 { ", …" } else { "" };
    format!("{} for other topics: {named}{more}", count(rules.len(), "rule", "rules"))
}

/// A rule with the reason for its result.
pub(super) fn one_rule(page: &mut TextPage<'_>, trace: &Trace, rule: &RuleTrace, sources: &Sources) {
    let topic = &topic(trace);
    let matched = rule.outcome.matched();
    let priority = if rule.priority == 0 { String::new() } else { format!("priority {}", rule.priority) };
    let mut line = StyledLine::new().mark(matched).name(&*rule.name).faint(priority);
    line = if matched { line.plain(leads_to(&rule.all_subscribers())) } else { line.plain(reason(rule, topic)) };
    page.line(1, line.faint(place(sources, rule.span)));
    rule_conditions(page, 3, trace, rule, sources);
    if matched && !rule.exclude.is_empty() {
        page.line(3, StyledLine::new().plain(format!("excludes {}", quoted(&rule.exclude))));
    }
    if matched && rule.stop {
        page.line(3, StyledLine::new().plain("stop: rules of lower rank are not considered"));
    }
}

/// The conditions that decided a rule: its own and those of its groups, or only that of the group that failed.
pub(super) fn rule_conditions(
    page: &mut TextPage<'_>,
    depth: usize,
    trace: &Trace,
    rule: &RuleTrace,
    sources: &Sources,
) {
    let of_group = |name: &Arc<str>| trace.groups.iter().find(|group| group.name == *name);
    match &rule.outcome {
        RuleOutcome::Matched => {
            let around = rule.groups.iter().filter_map(of_group).filter_map(|group| group.condition.as_ref());
            for condition in around.chain(&rule.condition) {
                why(page, depth, condition, sources);
            }
        }
        RuleOutcome::Condition { group: None } => {
            rule.condition.iter().for_each(|condition| why(page, depth, condition, sources));
        }
        RuleOutcome::Condition { group: Some(group) } => {
            let condition = of_group(group).and_then(|group| group.condition.as_ref());
            condition.into_iter().for_each(|condition| why(page, depth, condition, sources));
        }
        _ => {}
    }
}

fn tables(page: &mut TextPage<'_>, trace: &Trace, sources: &Sources) {
    if trace.tables.is_empty() {
        return;
    }
    heading(page, "Tables");
    for table in &trace.tables {
        let chosen = table.rows.iter().any(|row| row.chosen);
        let line = StyledLine::new().mark(chosen).name(&*table.name).plain(inputs(table, sources));
        page.line(1, line.faint(place(sources, table.span)));
        rows(page, table, sources);
        if table.fell_through {
            let otherwise = table.otherwise.as_ref();
            let to = otherwise.map_or("nobody".to_owned(), |target| leads_to(&target.all_subscribers()));
            page.line(3, StyledLine::new().plain("no row matches; otherwise").plain(to));
        }
    }
}

/// The number of rows that were not chosen that are shown with the reason.
const ROWS_SHOWN: usize = 5;

/// The rows that were chosen; for a table with cells also the first few that were not.
fn rows(page: &mut TextPage<'_>, table: &TableTrace, sources: &Sources) {
    let mut not_chosen = 0;
    for row in &table.rows {
        let line = || StyledLine::new().mark(row.chosen).plain(row_name(row, sources));
        if row.chosen {
            page.line(3, line().plain(leads_to(&row.target.all_subscribers())));
        } else if let Some(condition) = row.condition.as_ref().filter(|_| not_chosen < ROWS_SHOWN) {
            not_chosen += 1;
            page.line(3, line());
            why_cells(page, 5, condition, sources);
        }
    }
}

/// The inputs of a table.
pub(super) fn inputs(table: &TableTrace, sources: &Sources) -> String {
    let default = if table.by_default { ", the default" } else { "" };
    match table.inputs.first() {
        Some(key) if table.rows.iter().any(|row| row.key.is_some()) => format!("{}{default}", reading(key, sources)),
        _ => readings(&table.inputs, sources),
    }
}

/// `row "gold"`, or the place of a row that has no key.
pub(super) fn row_name(row: &RowTrace, sources: &Sources) -> String {
    match &row.key {
        Some(key) => format!("row {}", value(key)),
        None => format!("row at {}", place(sources, row.span)),
    }
}

fn subscribers(page: &mut TextPage<'_>, trace: &Trace, sources: &Sources) {
    let touched = |person: &&SubscriberTrace| person.gets || !person.chosen_by.is_empty();
    let touched: Vec<&SubscriberTrace> = trace.subscribers.iter().filter(touched).collect();
    if touched.is_empty() {
        return;
    }
    heading(page, "Subscribers");
    for person in touched {
        one_subscriber(page, person, sources);
    }
}

/// The parts that chose a subscriber, and the rules or the filter that removed it.
pub(super) fn one_subscriber(page: &mut TextPage<'_>, person: &SubscriberTrace, sources: &Sources) {
    let by = person.chosen_by.iter().map(|by| by.replacen(':', " ", 1)).collect::<Vec<_>>().join(", ");
    let by = if by.is_empty() { "not chosen".to_owned() } else { format!("by {by}") };
    page.line(1, StyledLine::new().mark(person.gets).name(&*person.name).plain(by));
    if !person.gets && !person.excluded_by.is_empty() && !person.chosen_by.is_empty() {
        page.line(3, StyledLine::new().plain(format!("excluded by {}", quoted(&person.excluded_by))));
    } else if let Some(filter) = person.filter.as_ref().filter(|filter| !filter.held && !person.chosen_by.is_empty()) {
        page.line(3, StyledLine::new().plain("held back by its own filter:"));
        why(page, 4, filter, sources);
    }
}

fn decision(page: &mut TextPage<'_>, trace: &Trace, sources: &Sources) {
    let decision = &trace.decision;
    heading(page, "Decision");
    page.line(1, StyledLine::new().faint("status").plain(decision.status.as_str()).plain(status_reason(decision)));
    page.line(1, StyledLine::new().faint("subscribers").plain(or_none(&decision.subscribers)));
    page.line(1, StyledLine::new().faint("rules").plain(or_none(&decision.rules)));
    for label in &trace.labels {
        let by = format!("by {}", label.set_by.replacen(':', " ", 1));
        let text = format!("{} = {}", label.name, value(&label.value));
        page.line(1, StyledLine::new().faint("label").plain(text).plain(by).faint(place(sources, label.span)));
    }
    for (key, setting) in &decision.settings {
        let from = trace.topics.iter().find(|topic| topic.settings.contains(key));
        let place = from.map(|topic| format!("of topic {}", topic.pattern)).unwrap_or_default();
        page.line(1, StyledLine::new().faint("setting").plain(format!("{key} = {}", value(setting))).faint(place));
    }
    for error in &decision.errors {
        let more = error.count.saturating_sub(error.required_by.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let text = type_error(error);
        let required_by: Vec<String> = error.required_by.iter().map(requirer).collect();
        let by = format!("needed by {}{more}", required_by.join(", "));
        page.line(1, StyledLine::new().add(Look::No, "type error").plain(text).plain(by));
    }
}

/// The value of a path that has a wrong type, or an undeclared name that an expression gave.
fn type_error(error: &TypeError) -> String {
    if error.expected == TypeError::DECLARED {
        return format!("`{}` gives `{}`, which is not a declared subscriber", error.path, error.found);
    }
    format!("`{}` is {}", error.path, mismatch(&error.found, &error.expected))
}

/// A rule by its name alone, any other part of the rule set by its kind and name.
fn requirer(requirer: &Requirer) -> String {
    match requirer {
        Requirer::Rule(name) => name.to_string(),
        other => format!("{} {}", other.kind(), other.name()),
    }
}

fn or_none(names: &[Arc<str>]) -> String {
    if names.is_empty() { "none".to_owned() } else { list(names) }
}

fn status_reason(decision: &Decision) -> String {
    match (&decision.dropped_by, decision.status) {
        (Some(filter), _) => format!("by filter `{filter}`"),
        (None, Status::Unrouted) => "no subscriber was chosen, or all were excluded or held back".to_owned(),
        (None, Status::Rejected) => "a schema rejected it".to_owned(),
        _ => String::new(),
    }
}
