//! Decisions as lines of JSON, written from prepared strings without building values.
//!
//! The order and the presence of keys are those of [`Decision`](crate::decision::Decision) when it is serialised.

use super::events::DecidedEvent;
use super::names::{chosen_by, is_routed};
use crate::decision::{Input, Part, Status, TypeError, input_echo};
use crate::event::{Limits, Number, Value, parse, write_json};
use crate::graph::{Outcome, SentEvent, json_string};
use crate::options::Options;
use bumpalo::Bump;
use serde::Serialize;

/// Appends the decision, or the deliveries if the options ask for them.
pub(super) fn decided(decided: &DecidedEvent<'_>, out: &mut Vec<u8>, written: &mut dyn FnMut(&mut Vec<u8>)) {
    match decided.options.deliveries {
        false => line(decided, out),
        true => deliveries(decided, out, written),
    }
}

/// Appends a decision and a line break.
fn line(decided: &DecidedEvent<'_>, out: &mut Vec<u8>) {
    let DecidedEvent { graph, outcome, state, input, options } = *decided;
    out.extend_from_slice(b"{\"id\":");
    value(outcome.id, out);
    out.extend_from_slice(b",\"topic\":");
    out.extend_from_slice(outcome.topic.map_or(b"null", |entry| &entry.json));
    out.extend_from_slice(b",\"status\":\"");
    out.extend_from_slice(outcome.status.as_str().as_bytes());
    out.extend_from_slice(b"\",\"subscribers\":[");
    list(state.chosen.iter().map(|number| graph.subscribers.json(*number)), out);
    out.extend_from_slice(b"],\"rules\":[");
    list(state.rules.iter().map(|number| graph.rules.json(*number)), out);
    out.push(b']');
    if !outcome.labels.is_empty() {
        out.extend_from_slice(b",\"labels\":{");
        for (n, (label, set)) in outcome.labels.iter().enumerate() {
            if n > 0 {
                out.push(b',');
            }
            out.extend_from_slice(graph.labels.names.json(*label));
            out.push(b':');
            value(*set, out);
        }
        out.push(b'}');
    }
    if let Some(entry) = outcome.topic.filter(|entry| is_routed(outcome.status) && !entry.settings_json.is_empty()) {
        out.extend_from_slice(b",\"settings\":");
        out.extend_from_slice(&entry.settings_json);
    }
    if !state.filtered.is_empty() {
        out.extend_from_slice(b",\"filtered\":[");
        list(state.filtered.iter().map(|number| graph.subscribers.json(*number)), out);
        out.push(b']');
    }
    if outcome.chosen_by().is_some() {
        out.extend_from_slice(b",\"chosen_by\":");
        // Writing to memory does not fail.
        let _ = serde_json::to_writer(&mut *out, &chosen_by(graph, outcome));
    }
    if let Some(filter) = outcome.dropped_by {
        out.extend_from_slice(b",\"dropped_by\":");
        out.extend_from_slice(&filter.json);
    }
    rare("invalid", outcome.invalid(), out);
    rare("errors", outcome.errors(), out);
    part(input, out);
    fault(outcome, input, options, out);
    out.extend_from_slice(b",\"ruleset\":");
    out.extend_from_slice(&graph.version_json);
    out.extend_from_slice(b"}\n");
}

/// Appends a line for each subscriber, or one line with the status if nobody is sent the event. Every line says why an event is not
/// routed, since no decision is written with it.
fn deliveries(decided: &DecidedEvent<'_>, out: &mut Vec<u8>, written: &mut dyn FnMut(&mut Vec<u8>)) {
    let DecidedEvent { graph, outcome, input, options, .. } = *decided;
    for sent in outcome.sent() {
        out.extend_from_slice(b"{\"id\":");
        value(outcome.id, out);
        out.extend_from_slice(b",\"subscriber\":");
        out.extend_from_slice(graph.subscribers.json(sent.subscriber));
        out.extend_from_slice(b",\"event\":");
        match sent.event {
            SentEvent::Nothing => out.extend_from_slice(b"null"),
            SentEvent::Line => whole(input.text, options.limits, out),
            SentEvent::Tree(tree) => write_json(tree, out),
        }
        let errors: Vec<&TypeError> = outcome.ingest_errors().iter().chain(&sent.errors).collect();
        rare("errors", &errors, out);
        if outcome.status != Status::Routed {
            status(outcome, out);
        }
        reasons(outcome, input, options, out);
        out.extend_from_slice(b"}\n");
        written(out);
    }
    if outcome.sent().is_empty() {
        out.extend_from_slice(b"{\"id\":");
        value(outcome.id, out);
        status(outcome, out);
        rare("errors", outcome.ingest_errors(), out);
        reasons(outcome, input, options, out);
        out.extend_from_slice(b"}\n");
    }
}

fn status(outcome: &Outcome<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"status\":\"");
    out.extend_from_slice(outcome.status.as_str().as_bytes());
    out.push(b'"');
}

/// The reason for the status: the filter that dropped the event, the faults that schemas found, or the error in the line.
fn reasons(outcome: &Outcome<'_>, input: Input<'_>, options: &Options, out: &mut Vec<u8>) {
    if let Some(filter) = outcome.dropped_by {
        out.extend_from_slice(b",\"dropped_by\":");
        out.extend_from_slice(&filter.json);
    }
    rare("invalid", outcome.invalid(), out);
    part(input, out);
    fault(outcome, input, options, out);
}

/// A line of input as JSON on one line. A caller of the library may pass an event with line breaks.
fn whole(line: &[u8], limits: Limits, out: &mut Vec<u8>) {
    if memchr::memchr2(b'\n', b'\r', line).is_none() {
        out.extend_from_slice(line.trim_ascii());
        return;
    }
    let arena = Bump::new();
    write_json(parse(line, limits, &arena).unwrap_or_default(), out);
}

/// The number of the event in its line.
fn part(input: Input<'_>, out: &mut Vec<u8>) {
    let Some(Part { part, parts }) = input.part else { return };
    if part > 0 {
        out.extend_from_slice(format!(",\"part\":{part}").as_bytes());
    }
    out.extend_from_slice(format!(",\"parts\":{parts}").as_bytes());
}

/// The error in a malformed line.
fn fault(outcome: &Outcome<'_>, input: Input<'_>, options: &Options, out: &mut Vec<u8>) {
    let Some(fault) = outcome.fault() else { return };
    out.extend_from_slice(format!(",\"line\":{},\"error\":", input.line).as_bytes());
    out.extend_from_slice(&json_string(fault));
    if options.input_echo {
        out.extend_from_slice(b",\"input\":");
        out.extend_from_slice(&json_string(&input_echo(input.text)));
    }
}

/// Prepared strings, separated by commas.
fn list<'j>(items: impl Iterator<Item = &'j [u8]>, out: &mut Vec<u8>) {
    for (n, item) in items.enumerate() {
        if n > 0 {
            out.push(b',');
        }
        out.extend_from_slice(item);
    }
}

/// A list that few decisions have.
fn rare<T: Serialize>(key: &str, items: &[T], out: &mut Vec<u8>) {
    if !items.is_empty() {
        out.extend_from_slice(format!(",\"{key}\":").as_bytes());
        // Writing to memory does not fail.
        let _ = serde_json::to_writer(out, items);
    }
}

/// A value; the frequent kinds are written directly.
fn value(value: Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::String(s) if is_plain(s) => {
            out.push(b'"');
            out.extend_from_slice(s.as_bytes());
            out.push(b'"');
        }
        Value::Number(Number::Int(n)) => match i64::try_from(n) {
            // Writing to memory does not fail.
            Ok(n) => drop(serde_json::to_writer(out, &n)),
            Err(_) => write_value(value, out),
        },
        other => write_value(other, out),
    }
}

/// True if no character needs an escape.
fn is_plain(s: &str) -> bool {
    s.bytes().all(|b| b >= 0x20 && b != b'"' && b != b'\\')
}

/// A value as JSON.
fn write_value(value: Value<'_>, out: &mut Vec<u8>) {
    // Writing to memory does not fail.
    let _ = serde_json::to_writer(out, &value.to_json());
}
