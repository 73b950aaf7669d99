//! From an event to an outcome: the stages of a decision in their order.
//!
//! ingest → envelope → filters → schemas → topics, rules, tables → `exclude` → subscriber filters → status → `defaults`.

use super::budget::{Thresholds, size_of_line};
use super::cache::TopicCache;
use super::evaluator::Evaluator;
use super::outcome::{Outcome, SentEvent, SentTo};
use super::routing::Routing;
use super::scratch::{Scratch, State};
use super::slots::Slots;
use super::{DecisionGraph, schemas, transforms};
use crate::clock::Clock;
use crate::decision::{Status, TypeError, add_errors};
use crate::event::{Limits, Mode, Value, parse, scan};
use crate::expr::Budget;
use bumpalo::Bump;

/// How lines are read, and what is returned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading<'g> {
    pub(crate) mode: Mode,
    pub(crate) limits: Limits,
    pub(crate) clock: Clock,
    /// Whether the outcome has what each subscriber is sent.
    pub(crate) deliver: bool,
    /// The budget of each computation.
    pub(crate) budget: Budget,
    /// The sizes of events that cannot exceed it.
    pub(crate) thresholds: &'g Thresholds,
}

/// Decides about one line and passes the outcome to `then`, together with the chosen subscribers and the matching rules.
pub(crate) fn decide<R>(
    graph: &DecisionGraph,
    scratch: &mut Scratch,
    line: &[u8],
    reading: Reading<'_>,
    then: impl FnOnce(&Outcome<'_>, &State) -> R,
) -> R {
    scratch.begin(graph);
    let Scratch { captures, arena, topics, topic_key, state } = scratch;
    let arena = &*arena;
    let mut clock = reading.clock;
    let ingesting = graph.transforms.as_deref().and_then(|plan| plan.slots.as_ref().map(|slots| (plan, slots)));
    let (slots, ingested) = match ingesting {
        None => match scan(&graph.trie, line, reading.mode, reading.limits, captures) {
            Ok(()) => (Slots::Scanned { line, captures }, None),
            Err(fault) => return then(&unreadable(graph, arena, state, fault.to_string(), reading.deliver), state),
        },
        Some((plan, slots)) => match parse(line, reading.limits, arena) {
            Ok(event) => {
                let stage = transforms::ingest(graph, plan, event, arena, clock, reading.budget);
                clock = stage.clock_read().map_or(clock, Clock::Fixed);
                (slots.fill(stage.tree, arena), Some((stage.tree, stage.errors.into_list())))
            }
            Err(fault) => return then(&unreadable(graph, arena, state, fault.to_string(), reading.deliver), state),
        },
    };
    let mut evaluator = Evaluator::new(graph, slots, arena, state, clock, reading.budget);
    evaluator.set_event_clock();
    // It is large, so it is written in place: a copy would slow down every event.
    let mut outcome = Outcome::new(arena, Status::Unrouted, Value::Null);
    match find_topic(&mut evaluator, topics, topic_key).and_then(|number| topics.get(number)) {
        Some(topic) => {
            evaluator.topic = Some(topic);
            decide_on_topic(&mut evaluator, &mut outcome);
            let tree = ingested.as_ref().map(|(tree, _)| *tree);
            report_budgets(&mut evaluator, tree, line, reading.thresholds, &mut outcome);
        }
        None => {
            outcome.id = shown_id(evaluator.id());
            evaluator.state.chosen.extend_from_slice(&graph.defaults.rejected);
            (outcome.status, outcome.fault) = (Status::Malformed, Some(evaluator.no_topic()));
        }
    }
    let tree = ingested.map(|(tree, errors)| {
        if !errors.is_empty() {
            add_errors(&mut outcome.errors, errors.clone());
            outcome.ingest_errors = errors;
        }
        tree
    });
    if reading.deliver {
        outcome.sent = transforms::sent(&mut evaluator, tree, line, reading.limits, arena);
    }
    then(&outcome, state)
}

/// The stages after the envelope. `decide` is compiled once for each use of its result; inlined into each, the stages take 2 % fewer
/// instructions on a small event.
#[inline(always)]
fn decide_on_topic<'a>(evaluator: &mut Evaluator<'a, '_>, outcome: &mut Outcome<'a>) {
    let graph = evaluator.graph;
    outcome.id = shown_id(evaluator.id());
    outcome.topic = evaluator.topic;
    if let Some(filter) = graph.filters.iter().find(|filter| evaluator.holds(filter.condition) == filter.drop) {
        outcome.status = Status::Dropped;
        outcome.dropped_by = Some(filter);
    } else if schemas::validate(&graph.schemas, evaluator, &mut outcome.invalid) {
        outcome.status = Status::Rejected;
    } else {
        Routing { evaluator }.route(outcome);
    }
    let (defaults, state) = (&graph.defaults, &mut *evaluator.state);
    match outcome.status {
        Status::Routed => state.add_defaults(&[&defaults.always]),
        Status::Unrouted => state.add_defaults(&[&defaults.always, &defaults.unrouted]),
        Status::Dropped => state.add_defaults(&[&defaults.dropped]),
        Status::Rejected | Status::Malformed => state.add_defaults(&[&defaults.rejected]),
    }
    graph.requirements.report(evaluator, &mut outcome.errors);
    if let Some(time) = evaluator.no_clock() {
        evaluator.state.no_clock = true;
        add_errors(&mut outcome.errors, vec![TypeError::no_clock(time)]);
    }
}

/// The outcome for a line that is not decided: it is malformed, for the reason given.
#[cfg(feature = "pipeline")]
pub(crate) fn refuse<R>(
    graph: &DecisionGraph,
    scratch: &mut Scratch,
    reason: String,
    deliver: bool,
    then: impl FnOnce(&Outcome<'_>, &State) -> R,
) -> R {
    scratch.begin(graph);
    let Scratch { arena, state, .. } = scratch;
    then(&unreadable(graph, arena, state, reason, deliver), state)
}

/// Reports exceeded budgets, if the event is large enough to exceed one.
#[inline(always)]
fn report_budgets<'a>(
    evaluator: &mut Evaluator<'a, '_>,
    tree: Option<Value<'a>>,
    line: &[u8],
    thresholds: &Thresholds,
    outcome: &mut Outcome<'a>,
) {
    if thresholds.are_beyond_reach() {
        return;
    }
    let size = tree.map_or_else(|| size_of_line(line.len()), crate::expr::size);
    if !thresholds.are_above(size) {
        let graph = evaluator.graph;
        graph.budgets.report(evaluator, size, thresholds, &mut outcome.errors);
    }
}

/// The outcome for a line that is not a JSON object.
fn unreadable<'a>(
    graph: &DecisionGraph,
    arena: &'a Bump,
    state: &mut State,
    message: String,
    deliver: bool,
) -> Outcome<'a> {
    state.chosen.extend_from_slice(&graph.defaults.rejected);
    let mut outcome = Outcome::malformed(arena, Value::Null, message);
    if deliver {
        let sent = |subscriber: &u32| SentTo { subscriber: *subscriber, event: SentEvent::Nothing, errors: Vec::new() };
        outcome.sent = state.chosen.iter().map(sent).collect();
    }
    outcome
}

/// The entry of the event's topic: the cached one for its key, or a new one.
#[inline(always)]
fn find_topic(evaluator: &mut Evaluator<'_, '_>, topics: &mut TopicCache, key: &mut Vec<u8>) -> Option<usize> {
    topics.begin();
    let has_key = evaluator.topic_key(key);
    if has_key && let Some(known) = topics.find(key) {
        return Some(known);
    }
    let topic = evaluator.topic_text()?;
    if !has_key {
        // Then the text itself is the key. (No key of raw bytes begins with a `t`.)
        key.clear();
        key.push(b't');
        key.extend_from_slice(topic.as_bytes());
        if let Some(known) = topics.find(key) {
            return Some(known);
        }
    }
    let entry = evaluator.graph.topics.entry(topic);
    Some(topics.keep(key, entry))
}

/// Only scalars are shown as an id.
fn shown_id(id: Value<'_>) -> Value<'_> {
    match id {
        Value::Array(_) | Value::Object(_) => Value::Null,
        scalar => scalar,
    }
}
