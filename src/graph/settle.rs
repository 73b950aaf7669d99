//! From an event to an outcome: the stages in their order.
//!
//! ingest → envelope → filters → schemas → topics, rules, tables → `exclude` → subscriber filters → status → `defaults`.

use super::budget::{Thresholds, size_of_line};
use super::cache::TopicCache;
use super::outcome::{Outcome, SentEvent, SentTo};
use super::run::Run;
use super::scratch::{Scratch, State};
use super::slots::Slots;
use super::targets::{RowPlan, TableKindPlan, TablePlan};
use super::transforms;
use super::values::ValueId;
use super::{DecisionGraph, schemas};
use crate::clock::Clock;
use crate::decision::{Status, TypeError, add_errors};
use crate::event::{Limits, Mode, Value, parse, scan};
use crate::expr::Budget;
use bumpalo::Bump;

/// The mark of a subscriber that something chose.
const CHOSEN: u32 = 1;

/// The mark of a subscriber that `exclude` or its own filter removed.
const REMOVED: u32 = 2;

/// So many are worth a set to be sorted in.
const MANY: usize = 16;

/// How lines are read, and what is wanted of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading<'g> {
    pub(crate) mode: Mode,
    pub(crate) limits: Limits,
    pub(crate) clock: Clock,
    /// What everybody is sent.
    pub(crate) deliver: bool,
    /// What each computation may take, and from which size on an event can take more.
    pub(crate) budget: Budget,
    pub(crate) thresholds: &'g Thresholds,
}

/// Decides about one line and hands the outcome to `then`, together with who gets the event and which rules matched.
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
    let mut run = Run::new(graph, slots, arena, state, clock, reading.budget);
    run.set_event_clock();
    // Filled in where it stands: it is large, and copies of it would be felt in every event.
    let mut outcome = Outcome::new(arena, Status::Unrouted, Value::Null);
    match find_topic(&mut run, topics, topic_key).and_then(|number| topics.get(number)) {
        Some(topic) => {
            run.topic = Some(topic);
            Settling { run: &mut run }.settle(&mut outcome);
            let tree = ingested.as_ref().map(|(tree, _)| *tree);
            report_budgets(&mut run, tree, line, reading.thresholds, &mut outcome);
        }
        None => {
            outcome.id = shown_id(run.id());
            run.state.chosen.extend_from_slice(&graph.defaults.rejected);
            (outcome.status, outcome.fault) = (Status::Malformed, Some(run.no_topic()));
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
        outcome.sent = transforms::sent(&mut run, tree, line, reading.limits, arena);
    }
    then(&outcome, state)
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

/// Reports budgets that were used up, where the event is large enough for that.
fn report_budgets<'a>(
    run: &mut Run<'a, '_>,
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
        let graph = run.graph;
        graph.budgets.report(run, size, thresholds, &mut outcome.errors);
    }
}

/// A line that is no JSON object.
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

/// The entry of the event's topic: known by what it is made from, or worked out.
fn find_topic(run: &mut Run<'_, '_>, topics: &mut TopicCache, key: &mut Vec<u8>) -> Option<usize> {
    topics.begin();
    let has_key = run.topic_key(key);
    if has_key && let Some(known) = topics.find(key) {
        return Some(known);
    }
    let topic = run.topic_text()?;
    if !has_key {
        // The text itself is the key then. (No key of raw bytes begins with a `t`.)
        key.clear();
        key.push(b't');
        key.extend_from_slice(topic.as_bytes());
        if let Some(known) = topics.find(key) {
            return Some(known);
        }
    }
    let entry = run.graph.topics.entry(topic);
    Some(topics.keep(key, entry))
}

/// Only scalars are shown as an id.
fn shown_id(id: Value<'_>) -> Value<'_> {
    match id {
        Value::Array(_) | Value::Object(_) => Value::Null,
        scalar => scalar,
    }
}

impl State {
    /// Removes from `chosen` the subscribers marked as removed.
    fn keep_chosen(&mut self) {
        let (event, subscribers) = (self.event(), &self.subscribers);
        self.chosen.retain(|subscriber| subscribers.get(event, *subscriber as usize) != Some(REMOVED));
    }

    /// True if no label of this number is set yet.
    fn label_is_free(&self, label: u32) -> bool {
        self.labels.get(self.event(), label as usize).is_none()
    }
}

/// The stages after the envelope.
struct Settling<'r, 'a, 's> {
    run: &'r mut Run<'a, 's>,
}

impl<'a> Settling<'_, 'a, '_> {
    fn settle(&mut self, outcome: &mut Outcome<'a>) {
        let graph = self.run.graph;
        outcome.id = shown_id(self.run.id());
        outcome.topic = self.run.topic;
        if let Some(filter) = graph.filters.iter().find(|filter| self.run.holds(filter.condition) == filter.drop) {
            outcome.status = Status::Dropped;
            outcome.dropped_by = Some(filter);
        } else if schemas::validate(&graph.schemas, self.run, &mut outcome.invalid) {
            outcome.status = Status::Rejected;
        } else {
            self.route(outcome);
        }
        let defaults = &graph.defaults;
        match outcome.status {
            Status::Routed => self.add_defaults(&[&defaults.always]),
            Status::Unrouted => self.add_defaults(&[&defaults.always, &defaults.unrouted]),
            Status::Dropped => self.add_defaults(&[&defaults.dropped]),
            Status::Rejected | Status::Malformed => self.add_defaults(&[&defaults.rejected]),
        }
        self.run.type_errors(&graph.demands, &mut outcome.errors);
        if let Some(time) = self.run.no_clock() {
            self.run.state.no_clock = true;
            add_errors(&mut outcome.errors, vec![TypeError::no_clock(time)]);
        }
    }

    fn route(&mut self, outcome: &mut Outcome<'a>) {
        let graph = self.run.graph;
        self.run.match_targets();
        self.strike_alternatives();
        self.cut_at_stop();
        if let Some(topic) = self.run.topic {
            self.choose(&topic.subscribers);
        }
        for number in 0..self.run.state.rules.len() {
            let Some(rule) = self.run.state.rules.get(number).copied() else { continue };
            if let Some(plan) = graph.targets.rules.get(rule as usize) {
                self.choose(&plan.subscribers);
            }
            if let Some(extras) = graph.targets.extras(rule) {
                self.label(&extras.labels, outcome);
            }
        }
        self.run.state.rows.sort_unstable();
        for table in &graph.tables {
            self.table(table, outcome);
        }
        for (label, cases) in &graph.labels.own {
            if self.run.state.label_is_free(*label) {
                let value = self.run.cases(cases);
                self.set_label(*label, value, outcome);
            }
        }
        outcome.labels.sort_unstable_by_key(|(label, _)| *label);
        self.exclude();
        self.filter_subscribers();
        if !self.run.state.chosen.is_empty() {
            outcome.status = Status::Routed;
        }
    }

    /// In each `first` group, strikes out what is behind the first alternative that matched; sorts the rest by rank.
    fn strike_alternatives(&mut self) {
        let graph = self.run.graph;
        let state = &mut *self.run.state;
        state.rules.sort_unstable();
        if graph.targets.is_plain() {
            return;
        }
        let event = state.event();
        let places = |rule: &u32| graph.targets.extras(*rule).map_or(&[][..], |extras| &extras.firsts);
        for rule in &state.rules {
            for (group, place) in places(rule) {
                let first = state.groups.get(event, *group as usize).unwrap_or(u32::MAX);
                state.groups.set(event, *group as usize, first.min(*place));
            }
        }
        let groups = &state.groups;
        state.rules.retain(|rule| {
            places(rule).iter().all(|(group, place)| groups.get(event, *group as usize) == Some(*place))
        });
    }

    fn cut_at_stop(&mut self) {
        let targets = &self.run.graph.targets;
        if targets.is_plain() {
            return;
        }
        let stops = |rule: &u32| targets.extras(*rule).is_some_and(|extras| extras.stop);
        if let Some(stop) = self.run.state.rules.iter().position(stops) {
            self.run.state.rules.truncate(stop + 1);
        }
    }

    fn table(&mut self, table: &'a TablePlan, outcome: &mut Outcome<'a>) {
        match &table.kind {
            TableKindPlan::Key { key, default, strings, others } => {
                let key = match (self.run.cases(key), default) {
                    (Value::Null, Some(default)) => default.value(),
                    (key, _) => key,
                };
                let row = TableKindPlan::row(strings, others, key);
                let row = row.and_then(|row| table.rows.get(row as usize)).unwrap_or(&table.otherwise);
                self.row(row, outcome);
            }
            TableKindPlan::Decision { first, start } => {
                let end = start + table.rows.len() as u32;
                let state = &self.run.state;
                let from = state.rows.partition_point(|row| row < start);
                let to = state.rows.partition_point(|row| *row < end);
                if from == to {
                    return self.row(&table.otherwise, outcome);
                }
                let to = if *first { from + 1 } else { to };
                for number in from..to {
                    let row = self.run.state.rows.get(number).map(|row| (row - start) as usize);
                    if let Some(row) = row.and_then(|row| table.rows.get(row)) {
                        self.row(row, outcome);
                    }
                }
            }
        }
    }

    fn row(&mut self, row: &'a RowPlan, outcome: &mut Outcome<'a>) {
        self.choose(&row.subscribers);
        self.label(&row.labels, outcome);
    }

    /// Adds subscribers, each once.
    fn choose(&mut self, subscribers: &[u32]) {
        let state = &mut *self.run.state;
        let event = state.event();
        for subscriber in subscribers {
            if state.subscribers.get(event, *subscriber as usize).is_none() {
                state.subscribers.set(event, *subscriber as usize, CHOSEN);
                state.chosen.push(*subscriber);
            }
        }
    }

    /// Sets labels that nobody of higher rank has set.
    fn label(&mut self, labels: &[(u32, ValueId)], outcome: &mut Outcome<'a>) {
        for (label, value) in labels {
            if self.run.state.label_is_free(*label) {
                let value = self.run.value(*value);
                self.set_label(*label, value, outcome);
            }
        }
    }

    fn set_label(&mut self, label: u32, value: Value<'a>, outcome: &mut Outcome<'a>) {
        if !value.is_null() {
            let state = &mut *self.run.state;
            state.labels.set(state.event(), label as usize, 1);
            outcome.labels.push((label, value));
        }
    }

    /// Removes subscribers that a matching rule excludes.
    fn exclude(&mut self) {
        let graph = self.run.graph;
        let state = &mut *self.run.state;
        if graph.targets.is_plain() {
            return;
        }
        let event = state.event();
        let mut excludes = false;
        for rule in &state.rules {
            for subscriber in graph.targets.extras(*rule).map_or(&[][..], |extras| &extras.exclude) {
                excludes = true;
                state.subscribers.set(event, *subscriber as usize, REMOVED);
            }
        }
        if excludes {
            state.keep_chosen();
        }
    }

    /// Removes subscribers whose own filter does not hold.
    fn filter_subscribers(&mut self) {
        let graph = self.run.graph;
        if graph.subscriber_filters.is_empty() {
            return;
        }
        let chosen = std::mem::take(&mut self.run.state.chosen);
        for subscriber in &chosen {
            let filter = graph.subscriber_filters.get(*subscriber as usize).copied().flatten();
            if !filter.is_none_or(|filter| self.run.holds(filter)) {
                let state = &mut *self.run.state;
                state.filtered.push(*subscriber);
                state.subscribers.set(state.event(), *subscriber as usize, REMOVED);
            }
        }
        let state = &mut *self.run.state;
        state.chosen = chosen;
        if !state.filtered.is_empty() {
            state.keep_chosen();
            state.filtered.sort_unstable();
        }
    }

    /// Adds who gets events whatever the rules say, and sorts by name.
    fn add_defaults(&mut self, defaults: &[&[u32]]) {
        let State { chosen, sorter, .. } = &mut *self.run.state;
        defaults.iter().for_each(|subscribers| chosen.extend(subscribers.iter()));
        match chosen.len() {
            0 | 1 => {}
            // As many as there are words of a set: going through the set is cheaper than comparing.
            many if many >= sorter.words().max(MANY) => {
                chosen.drain(..).for_each(|subscriber| sorter.insert(subscriber as usize));
                sorter.drain(|subscriber| chosen.push(subscriber as u32));
            }
            _ => {
                chosen.sort_unstable();
                chosen.dedup();
            }
        }
    }
}
