//! A trace as JSON: all of it, or the parts that took part in the decision.

use super::Focus;
use crate::diagnostic::{FileId, Sources, Span};
use crate::event::Json;
use crate::trace::{
    CasesTrace, GroupTrace, RowTrace, RuleOutcome, RuleTrace, SchemaOutcome, SchemaTrace, SubscriberTrace, TableTrace,
    TopicTrace, Trace,
};
use serde::Serialize;
use std::sync::Arc;

/// A trace as JSON, with each place as its file, line, column and text.
pub fn to_json(trace: &Trace, sources: &Sources) -> Json {
    with_places(serde_json::to_value(trace).unwrap_or_default(), sources)
}

/// As [`to_json`], but only the parts that took part in the decision, and those that `focus` is about. `left_out` counts the
/// others.
///
/// ```
/// use dadar::explain::{self, Focus};
/// use dadar::{Options, load_strings};
///
/// let loaded = load_strings("shop", [("rules.yaml", "
/// rules:
///   - {name: big, when: data.amount > 5000, subscribers: [review]}
///   - {name: all, subscribers: [audit]}
/// ")]);
/// let rules = loaded.rule_set.unwrap();
/// let event = br#"{"type": "order.created", "data": {"amount": 900}}"#;
/// let trace = explain::trace(&rules, event, 1, &Options::default());
/// let json = explain::to_short_json(&trace, &loaded.sources, Focus::All);
/// assert_eq!(json["format"], "dadar-trace/1");
/// assert_eq!((json["rules"][0]["site"].as_str(), &json["left_out"]["rules"]), (Some("rule:all"), &1.into()));
/// ```
pub fn to_short_json(trace: &Trace, sources: &Sources, focus: Focus<'_>) -> Json {
    let (short, left_out) = shortened(trace, focus);
    let mut json = to_json(&short, sources);
    if let Some(members) = json.as_object_mut() {
        members.insert(String::from("left_out"), serde_json::to_value(left_out).unwrap_or_default());
    }
    json
}

/// How many parts of each kind are left out.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct LeftOut {
    defines: usize,
    filters: usize,
    groups: usize,
    label_cases: usize,
    rows: usize,
    rules: usize,
    schemas: usize,
    subscribers: usize,
    tables: usize,
    topics: usize,
}

fn shortened(trace: &Trace, focus: Focus<'_>) -> (Trace, LeftOut) {
    let mut left_out = LeftOut::default();
    let rules = kept(&trace.rules, |rule| keeps_rule(rule, focus), &mut left_out.rules);
    let is_around = |group: &GroupTrace| rules.iter().any(|rule| rule.groups.contains(&group.name));
    let groups = kept(&trace.groups, is_around, &mut left_out.groups);
    let topics = kept(&trace.topics, |topic| keeps_topic(topic, focus), &mut left_out.topics);
    let mut tables = kept(&trace.tables, |table| keeps_table(table, focus), &mut left_out.tables);
    // Those of tables that are left out count as well.
    let dropped = trace.tables.iter().filter(|table| !keeps_table(table, focus));
    left_out.rows = dropped.map(|table| table.rows.len()).sum();
    for table in &mut tables {
        table.rows = kept(&table.rows, |row| keeps_row(row, focus), &mut left_out.rows);
    }
    let short = Trace {
        format: trace.format,
        line: trace.line,
        ingest: trace.ingest.clone(),
        ingest_errors: trace.ingest_errors.clone(),
        event: trace.event.clone(),
        defines: kept(&trace.defines, is_asked, &mut left_out.defines),
        filters: kept(&trace.filters, |filter| filter.reached, &mut left_out.filters),
        schemas: kept(&trace.schemas, took_part, &mut left_out.schemas),
        topics,
        rules,
        groups,
        tables,
        labels: trace.labels.clone(),
        label_cases: kept(&trace.label_cases, is_asked, &mut left_out.label_cases),
        subscribers: kept(&trace.subscribers, |person| keeps_subscriber(person, focus), &mut left_out.subscribers),
        decision: trace.decision.clone(),
        sent: trace.sent.clone(),
    };
    (short, left_out)
}

/// The parts that are kept; the number of the others is added to `left_out`.
fn kept<T: Clone>(parts: &[T], keeps: impl Fn(&T) -> bool, left_out: &mut usize) -> Vec<T> {
    let kept: Vec<T> = parts.iter().filter(|part| keeps(part)).cloned().collect();
    *left_out += parts.len() - kept.len();
    kept
}

fn is_asked(cases: &CasesTrace) -> bool {
    cases.asked
}

fn took_part(schema: &SchemaTrace) -> bool {
    matches!(schema.outcome, SchemaOutcome::Valid | SchemaOutcome::Invalid)
}

fn names(focus: Focus<'_>, names: &[Arc<str>]) -> bool {
    matches!(focus, Focus::Subscriber(name) if names.iter().any(|one| **one == *name))
}

/// Rules whose conditions hold, even if another one kept them from counting.
fn keeps_rule(rule: &RuleTrace, focus: Focus<'_>) -> bool {
    let holds = matches!(rule.outcome, RuleOutcome::Matched | RuleOutcome::Struck { .. } | RuleOutcome::Stopped { .. });
    let is_meant = matches!(focus, Focus::Rule(name) if *rule.name == *name);
    holds || is_meant || names(focus, &rule.all_subscribers()) || names(focus, &rule.exclude)
}

fn keeps_topic(topic: &TopicTrace, focus: Focus<'_>) -> bool {
    topic.matched || !topic.settings.is_empty() || names(focus, &topic.subscribers)
}

fn keeps_table(table: &TableTrace, focus: Focus<'_>) -> bool {
    let named = || table.rows.iter().any(|row| names(focus, &row.target.all_subscribers()));
    table.reached || named()
}

fn keeps_row(row: &RowTrace, focus: Focus<'_>) -> bool {
    row.chosen || names(focus, &row.target.all_subscribers())
}

fn keeps_subscriber(person: &SubscriberTrace, focus: Focus<'_>) -> bool {
    !person.chosen_by.is_empty() || names(focus, std::slice::from_ref(&person.name))
}

/// Replaces each span in a trace by its file, line, column and text.
pub(super) fn with_places(mut json: Json, sources: &Sources) -> Json {
    let mut left = vec![&mut json];
    while let Some(value) = left.pop() {
        match value {
            Json::Array(items) => left.extend(items),
            Json::Object(members) => {
                for (key, member) in members {
                    match span_of(key, member) {
                        Some(span) => *member = place(sources, span),
                        None if is_of_the_event(key) => {}
                        None => left.push(member),
                    }
                }
            }
            _ => {}
        }
    }
    json
}

/// Keys whose values come from the event or the rules, so that they contain no spans.
fn is_of_the_event(key: &str) -> bool {
    matches!(key, "value" | "id" | "time" | "key" | "decision")
}

/// The span that the trace wrote as three numbers.
fn span_of(key: &str, member: &Json) -> Option<Span> {
    let number = |at: usize| member.get(at).and_then(Json::as_u64).and_then(|n| u32::try_from(n).ok());
    let is_place = matches!(key, "span" | "declared") && member.is_array();
    is_place.then_some(())?;
    Some(Span { file: FileId(number(0)?), start: number(1)?, end: number(2)? })
}

fn place(sources: &Sources, span: Span) -> Json {
    let Some(file) = sources.get(span.file) else { return Json::Null };
    let position = file.position(span.start);
    serde_json::json!({
        "file": file.path,
        "line": position.line,
        "column": position.column,
        "text": sources.snippet(span),
    })
}
