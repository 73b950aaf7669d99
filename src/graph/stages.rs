//! From an event to an outcome: the stages of a decision in their order.
//!
//! ingest → envelope → filters → schemas → topics, rules, tables → `exclude` → subscriber filters → status → `defaults`.

use super::budget::{Thresholds, size_of_line};
use super::cache::TopicCache;
use super::evaluator::Evaluator;
use super::outcome::{Outcome, SentEvent, SentTo};
use super::routing::Routing;
use super::scratch::{Buffers, Scratch, State};
use super::slots::Slots;
use super::{DecisionGraph, schemas, transforms};
use crate::clock::Clock;
use crate::decision::{Status, TypeError, add_errors};
use crate::event::{Mode, Value, parse, scan};
use crate::options::Options;
use crate::split::Batch;
use bumpalo::Bump;

/// The options for reading lines, and the parts of the outcome that are wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading<'g> {
    pub(crate) options: &'g Options,
    /// Whether the outcome has the event that each subscriber is sent. That takes the whole event, so the line is then read strictly.
    pub(crate) deliver: bool,
    /// The sizes of events that cannot exceed the budget of `options`.
    pub(crate) thresholds: &'g Thresholds,
    /// The values below `batch`.
    pub(crate) batch: &'g Batch<'g>,
}

impl Reading<'_> {
    fn mode(&self) -> Mode {
        if self.deliver { Mode::Strict } else { self.options.mode }
    }
}

/// Decides about one line and passes the outcome to `then`, together with the chosen subscribers and the matching rules. (Inlined into
/// its few callers: of the 2,200 instructions that a small event takes, a call and its arguments are 30.)
#[inline(always)]
pub(crate) fn decide<R>(
    graph: &DecisionGraph,
    scratch: &mut Scratch,
    line: &[u8],
    reading: Reading<'_>,
    then: impl FnOnce(&Outcome<'_>, &State) -> R,
) -> R {
    scratch.begin(graph);
    let Scratch { arena, buffers, state } = scratch;
    let mut outcome = Outcome::new(arena, Status::Unrouted, Value::Null);
    run_stages(graph, arena, buffers, state, line, reading, &mut outcome);
    then(&outcome, state)
}

/// All stages. They do not depend on the use of the outcome, so they are compiled once, into one function.
fn run_stages<'a>(
    graph: &'a DecisionGraph,
    arena: &'a Bump,
    buffers: &'a mut Buffers,
    state: &mut State,
    line: &'a [u8],
    reading: Reading<'a>,
    outcome: &mut Outcome<'a>,
) {
    let Buffers { captures, topics, topic_key } = buffers;
    let Options { mut clock, limits, budget, .. } = *reading.options;
    let ingesting = graph.transforms.as_deref().and_then(|plan| plan.slots.as_ref().map(|slots| (plan, slots)));
    let (slots, ingested) = match ingesting {
        None => match scan(&graph.trie, line, reading.mode(), limits, captures) {
            Ok(()) => (Slots::Scanned { line, captures }, None),
            Err(fault) => return set_unreadable(outcome, graph, state, fault.to_string(), reading.deliver),
        },
        Some((plan, slots)) => match parse(line, limits, arena) {
            Ok(event) => {
                let stage = transforms::ingest(graph, plan, event, arena, clock, budget, reading.batch);
                clock = stage.clock_read().map_or(clock, Clock::Fixed);
                (slots.fill(stage.tree, arena), Some((stage.tree, stage.errors.into_list())))
            }
            Err(fault) => return set_unreadable(outcome, graph, state, fault.to_string(), reading.deliver),
        },
    };
    let mut evaluator = Evaluator::new(graph, slots, arena, state, clock, budget, reading.batch);
    evaluator.set_event_clock();
    match find_topic(&mut evaluator, topics, topic_key).and_then(|number| topics.get(number)) {
        Some(topic) => {
            evaluator.topic = Some(topic);
            decide_on_topic(&mut evaluator, outcome);
            let tree = ingested.as_ref().map(|(tree, _)| *tree);
            report_budgets(&mut evaluator, tree, line, reading.thresholds, outcome);
        }
        None => {
            outcome.id = shown_id(evaluator.id());
            evaluator.state.chosen.extend_from_slice(graph.defaults.of(Status::Malformed));
            outcome.status = Status::Malformed;
            outcome.reports_mut().fault = Some(evaluator.no_topic());
        }
    }
    let tree = ingested.map(|(tree, errors)| {
        if !errors.is_empty() {
            let reports = outcome.reports_mut();
            add_errors(&mut reports.errors, errors.clone());
            reports.ingest_errors = errors;
        }
        tree
    });
    if reading.deliver {
        outcome.reports_mut().sent = transforms::sent(&mut evaluator, tree, line, limits, arena);
    }
}

/// The stages after the envelope.
fn decide_on_topic<'a>(evaluator: &mut Evaluator<'a, '_>, outcome: &mut Outcome<'a>) {
    let graph = evaluator.graph;
    outcome.id = shown_id(evaluator.id());
    outcome.topic = evaluator.topic;
    if let Some(filter) = graph.filters.iter().find(|filter| evaluator.holds(filter.condition) == filter.drop) {
        outcome.status = Status::Dropped;
        outcome.dropped_by = Some(filter);
    } else if schemas::validate(&graph.schemas, evaluator, outcome) {
        outcome.status = Status::Rejected;
    } else {
        Routing { evaluator }.route(outcome);
    }
    evaluator.state.add_defaults(graph.defaults.of(outcome.status));
    graph.requirements.report(evaluator, outcome);
    if let Some(time) = evaluator.no_clock() {
        evaluator.state.no_clock = true;
        add_errors(&mut outcome.reports_mut().errors, vec![TypeError::no_clock(time)]);
    }
}

/// The outcome for a line that is not decided: it is malformed, for the reason given.
pub(crate) fn refuse<R>(
    graph: &DecisionGraph,
    scratch: &mut Scratch,
    reason: String,
    deliver: bool,
    then: impl FnOnce(&Outcome<'_>, &State) -> R,
) -> R {
    scratch.begin(graph);
    let Scratch { arena, state, .. } = scratch;
    let mut outcome = Outcome::new(arena, Status::Malformed, Value::Null);
    set_unreadable(&mut outcome, graph, state, reason, deliver);
    then(&outcome, state)
}

/// The outcome for a line with an empty list of events. Nobody receives it, since there is no event.
pub(crate) fn drop_empty<R>(
    graph: &DecisionGraph,
    scratch: &mut Scratch,
    then: impl FnOnce(&Outcome<'_>, &State) -> R,
) -> R {
    scratch.begin(graph);
    let Scratch { arena, state, .. } = scratch;
    let mut outcome = Outcome::new(arena, Status::Dropped, Value::Null);
    outcome.dropped_by = graph.split.as_ref().map(|split| &split.dropped_by);
    then(&outcome, state)
}

/// Reports exceeded budgets, if the event is large enough to exceed one.
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
    let size = size.saturating_add(size_of_batch(evaluator.batch.bytes));
    if !thresholds.are_above(size) {
        let graph = evaluator.graph;
        graph.budgets.report(evaluator, size, thresholds, outcome);
    }
}

/// An upper bound for the size of the values below `batch`.
fn size_of_batch(bytes: usize) -> usize {
    if bytes == 0 { 0 } else { size_of_line(bytes) }
}

/// Sets the outcome for a line that is not a JSON object.
#[cold]
fn set_unreadable(outcome: &mut Outcome<'_>, graph: &DecisionGraph, state: &mut State, message: String, deliver: bool) {
    state.chosen.extend_from_slice(graph.defaults.of(Status::Malformed));
    outcome.status = Status::Malformed;
    outcome.reports_mut().fault = Some(message);
    if deliver {
        let sent = |subscriber: &u32| SentTo { subscriber: *subscriber, event: SentEvent::Nothing, errors: Vec::new() };
        outcome.reports_mut().sent = state.chosen.iter().map(sent).collect();
    }
}

/// The entry of the event's topic: the cached one for its key, or a new one.
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
