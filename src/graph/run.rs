//! One event on its way through the graph: slots, values, conditions, matching targets.

use super::bits::WORD;
use super::condition::{Node, NodeId, Op, Test};
use super::demand::Demands;
use super::labels::CasesPlan;
use super::layout::{Part, Source};
use super::posting::{HitKind, Posting};
use super::scratch::State;
use super::slots::Slots;
use super::targets::ByDefault;
use super::topics::TopicEntry;
use super::values::{ValueId, ValueNode};
use super::{DecisionGraph, Reader, at};
use crate::clock::Clock;
use crate::decision::TypeError;
use crate::event::{Tag, Value, cloud_event};
use crate::expr::{
    Budget, DefineId, Env, Limit, LookupId, MeasuredValue, PathId, Root, Typed, TypedNode, evaluate_measured, time,
};
use crate::lookup;
use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// How many values an event usually asks for: room for them is taken at once.
const USUAL_VALUES: usize = 16;

/// What `now` is for one event.
#[derive(Clone, Copy, Debug)]
enum Now {
    /// Not asked for yet.
    Unread,
    /// None if there is no clock.
    Known(Option<Timestamp>),
}

/// The state of one event. `'a` is the life of the event, its arena and the graph.
pub(crate) struct Run<'a, 's> {
    pub(crate) graph: &'a DecisionGraph,
    slots: Slots<'a>,
    arena: &'a Bump,
    pub(crate) state: &'s mut State,
    values: ArenaVec<'a, Value<'a>>,
    pub(crate) topic: Option<&'a TopicEntry>,
    clock: Clock,
    pub(super) budget: Budget,
    now: Now,
    /// The event's time, once the clock has been set to it.
    time: Option<Value<'a>>,
    is_cloud: bool,
    data: Option<usize>,
    headers: Option<usize>,
    /// False if no value has a type that somebody may object to.
    suspects: bool,
}

impl<'a, 's> Run<'a, 's> {
    /// A run over an event whose slots are known.
    pub(crate) fn new(
        graph: &'a DecisionGraph,
        slots: Slots<'a>,
        arena: &'a Bump,
        state: &'s mut State,
        clock: Clock,
        budget: Budget,
    ) -> Run<'a, 's> {
        let is_there = |slot: usize| slots.is_there(slot, arena);
        let layout = &graph.layout;
        let is_cloud = layout.plain.is_none() || layout.specversion.is_some_and(is_there);
        Run {
            graph,
            slots,
            arena,
            state,
            values: ArenaVec::with_capacity_in(USUAL_VALUES, arena),
            topic: None,
            clock,
            budget,
            now: Now::Unread,
            time: None,
            is_cloud,
            data: layout.choose(Part::Data, is_cloud, is_there),
            headers: layout.choose(Part::Headers, is_cloud, is_there),
            suspects: true,
        }
    }

    /// The zone of the rule set.
    pub(crate) fn zone(&self) -> &'a TimeZone {
        &self.graph.zone
    }

    /// The raw bytes that the topic is made from, if it is made from nothing else. True if `key` was filled.
    pub(crate) fn topic_key(&self, key: &mut Vec<u8>) -> bool {
        key.clear();
        let Slots::Scanned { line, captures } = self.slots else { return false };
        let cloud;
        let slots: &[usize] = match (&self.graph.layout.plain, self.graph.layout.cloud) {
            (_, Some([_, topic, _])) if self.is_cloud => {
                key.push(b'c');
                cloud = [topic];
                &cloud
            }
            (Some(plain), _) => match &plain.topic_slots {
                Some(slots) => {
                    // Never empty: `memcmp` of nothing at a dangling pointer costs 100 ns where it uses masked loads.
                    key.push(b'p');
                    slots
                }
                None => return false,
            },
            _ => return false,
        };
        for slot in slots {
            let found = captures.get(*slot);
            // A quote cannot stand inside of a value's text unescaped, so that no two keys are confused.
            key.push(if found.tag == Tag::Missing { b'"' } else { b':' });
            key.extend_from_slice(line.get(found.start..found.end).unwrap_or(&[]));
        }
        true
    }

    /// Why the event is malformed if it has no topic.
    pub(crate) fn no_topic(&self) -> String {
        let [plain, cloud] = &self.graph.no_topic;
        String::from(if self.is_cloud { &**cloud } else { &**plain })
    }

    /// The topic, worked out.
    pub(crate) fn topic_text(&mut self) -> Option<&'a str> {
        let value = match (&self.graph.layout.plain, self.graph.layout.cloud) {
            (_, Some([_, topic, _])) if self.is_cloud => self.slot(topic),
            (Some(plain), _) => self.value(plain.topic),
            _ => Value::Null,
        };
        value.as_str().filter(|topic| !topic.is_empty())
    }

    /// The event's id.
    pub(crate) fn id(&mut self) -> Value<'a> {
        match (&self.graph.layout.plain, self.graph.layout.cloud) {
            (_, Some([id, ..])) if self.is_cloud => self.slot(id),
            (Some(plain), _) => self.value(plain.id),
            _ => Value::Null,
        }
    }

    /// The event's time.
    pub(super) fn time(&mut self) -> Value<'a> {
        if let Some(time) = self.time {
            return time;
        }
        match (&self.graph.layout.plain, self.graph.layout.cloud) {
            (_, Some([_, _, time])) if self.is_cloud => self.slot(time),
            (Some(plain), _) => plain.time.map_or(Value::Null, |time| self.value(time)),
            _ => Value::Null,
        }
    }

    fn slot(&self, slot: usize) -> Value<'a> {
        self.slots.get(slot, self.arena)
    }

    /// The value at a path, decoded at most once.
    pub(crate) fn path_value(&mut self, path: PathId) -> Value<'a> {
        let event = self.state.event();
        if let Some(known) = self.state.paths.get(event, at(path)) {
            return self.values.get(known as usize).copied().unwrap_or_default();
        }
        let value = self.read_path(path);
        self.state.paths.set(event, at(path), self.values.len() as u32);
        self.values.push(value);
        value
    }

    fn read_path(&mut self, path: PathId) -> Value<'a> {
        match self.graph.layout.sources.get(at(path)) {
            Some(Source::Slot(slot)) => self.slot(*slot),
            Some(Source::Choice(part, slots)) => self.chosen_slot(*part, slots).map_or(Value::Null, |n| self.slot(n)),
            Some(Source::AllHeaders(_)) if self.is_cloud => self.cloud_headers(),
            Some(Source::AllHeaders(slots)) => {
                self.chosen_slot(Part::Headers, slots).map_or(Value::Null, |n| self.slot(n))
            }
            Some(Source::Root(root)) => self.root(*root),
            Some(Source::Unread) | None => Value::Null,
        }
    }

    fn chosen_slot(&self, part: Part, slots: &[Option<usize>]) -> Option<usize> {
        slots.get(self.chosen(part)?).copied().flatten()
    }

    fn chosen(&self, part: Part) -> Option<usize> {
        match part {
            Part::Data => self.data,
            Part::Headers => self.headers,
        }
    }

    /// All attributes of a CloudEvent that are headers.
    fn cloud_headers(&self) -> Value<'a> {
        let whole = self.graph.layout.whole().map(|slot| self.slot(slot));
        whole.map_or(Value::Null, |event| cloud_event::headers(event, self.arena))
    }

    fn root(&mut self, root: Root) -> Value<'a> {
        match root {
            Root::Topic => self.topic.map_or(Value::Null, |entry| Value::String(&entry.topic)),
            Root::Id => self.id(),
            Root::Time => self.time(),
            Root::Now => {
                let now = self.clock();
                time::now_value(now, self.zone(), self.arena)
            }
            Root::Event | Root::Data | Root::Headers | Root::It => Value::Null,
        }
    }

    /// Sets the clock to the event's time, before anything else is evaluated. While the time itself is evaluated, `now` is
    /// null; values that saw it so are forgotten.
    pub(crate) fn set_event_clock(&mut self) {
        if self.clock != Clock::Event || !self.graph.reads_clock {
            return;
        }
        self.now = Now::Known(None);
        let time = self.time();
        self.state.forget_values(self.graph);
        self.time = Some(time);
        self.now = Now::Known(time::instant(time, self.zone()).and_then(time::Instant::timestamp));
    }

    /// The event's time, if the clock is to be that and it is not a time.
    pub(crate) fn no_clock(&self) -> Option<Value<'a>> {
        self.time.filter(|_| matches!(self.now, Now::Known(None)))
    }

    /// The clock, read at most once.
    pub(super) fn clock(&mut self) -> Option<Timestamp> {
        if let Now::Known(now) = self.now {
            return now;
        }
        let now = match self.clock {
            Clock::Fixed(now) => Some(now),
            Clock::System => Some(Timestamp::now()),
            // It is set before anything that reads it.
            Clock::Event => None,
        };
        self.now = Now::Known(now);
        now
    }

    /// A value, worked out at most once.
    pub(crate) fn value(&mut self, id: ValueId) -> Value<'a> {
        let graph = self.graph;
        let number = id.0 as usize;
        match graph.values.get(id) {
            Some(ValueNode::Path(path)) => self.path_value(*path),
            Some(ValueNode::Expression(Typed { node: TypedNode::Const(json), .. })) => {
                Value::from_json(json, self.arena)
            }
            Some(ValueNode::Expression(Typed { node: TypedNode::Coalesce(first, second), .. }))
                if let (TypedNode::Path(first), TypedNode::Path(second)) = (&first.node, &second.node) =>
            {
                match self.path_value(*first) {
                    Value::Null => self.path_value(*second),
                    there => there,
                }
            }
            Some(node) => {
                let event = self.state.event();
                if let Some(known) = self.state.values.get(event, number) {
                    return self.values.get(known as usize).copied().unwrap_or_default();
                }
                let value = match node {
                    ValueNode::Define(define) => self.define_value(*define),
                    ValueNode::Expression(typed) => self.evaluate(id, typed),
                    ValueNode::Path(_) => Value::Null,
                };
                self.state.values.set(event, number, self.values.len() as u32);
                self.values.push(value);
                value
            }
            None => Value::Null,
        }
    }

    fn evaluate(&mut self, id: ValueId, typed: &'a Typed) -> Value<'a> {
        let MeasuredValue { value, exceeded, .. } = evaluate_measured(typed, self);
        if let Some(exceeded) = exceeded
            && std::ptr::eq(exceeded.computation, typed)
        {
            self.state.exceeded.push((id, exceeded.limit));
        }
        value
    }

    /// The limit that a computation has reached, once it was asked for its value.
    pub(super) fn exceeded(&self, id: ValueId) -> Option<Limit> {
        self.state.exceeded.iter().find(|(exceeded, _)| *exceeded == id).map(|(_, limit)| *limit)
    }

    fn define_value(&mut self, id: DefineId) -> Value<'a> {
        let graph = self.graph;
        graph.defines.get(id.0 as usize).map_or(Value::Null, |cases| self.cases(cases))
    }

    /// The first alternative that applies and is not null.
    pub(crate) fn cases(&mut self, cases: &CasesPlan) -> Value<'a> {
        for (when, value) in &cases.alternatives {
            if self.holds(*when) {
                let value = self.value(*value);
                if !value.is_null() {
                    return value;
                }
            }
        }
        Value::Null
    }

    /// True if a condition holds. What several conditions share is worked out once.
    pub(crate) fn holds(&mut self, id: NodeId) -> bool {
        let graph = self.graph;
        let node = graph.conditions.get(id);
        let worth_keeping = match node {
            Node::And(_) | Node::Or(_) => true,
            Node::Test(Test { op, .. }) => matches!(op, Op::Matches(_) | Op::Glob(_) | Op::Has(_) | Op::Contains(_)),
            _ => false,
        };
        if !(worth_keeping && graph.conditions.is_shared(id)) {
            return self.work_out(node);
        }
        let event = self.state.event();
        if let Some(known) = self.state.conditions.get(event, id.0 as usize) {
            return known == 1;
        }
        let holds = self.work_out(node);
        self.state.conditions.set(event, id.0 as usize, u32::from(holds));
        holds
    }

    fn work_out(&mut self, node: &'a Node) -> bool {
        match node {
            Node::Const(truth) => *truth,
            Node::Test(Test { value, op }) => op.holds(self.value(*value)),
            Node::Not(inner) => !self.holds(*inner),
            Node::And(parts) => parts.iter().all(|part| self.holds(*part)),
            Node::Or(parts) => parts.iter().any(|part| self.holds(*part)),
            Node::Topic(set) => self.topic.is_some_and(|entry| entry.sets.contains(*set as usize)),
            Node::Active(active) => active.holds(self.clock()),
        }
    }

    /// Finds every target whose condition holds: rules into `state.rules`, rows into `state.rows`, in any order.
    pub(crate) fn match_targets(&mut self) {
        let graph = self.graph;
        // (Nothing is done to sets of nothing: filling no bytes at a dangling pointer costs 50 ns, see `Run::topic_key`.)
        if !graph.targets.by_default.is_empty() {
            self.state.enabled.copy_from(&graph.targets.defaults);
            self.state.defeated.clear();
        }
        self.hit(&graph.targets.always);
        if let Some(topic) = self.topic {
            self.hit(&topic.entries);
        }
        let mut suspects = false;
        for slot in self.slots.found() {
            let Some(readers) = graph.readers.get(*slot as usize) else { continue };
            let found = self.slots.type_of(*slot as usize);
            for reader in readers {
                if !self.is_chosen(reader) {
                    continue;
                }
                suspects |= reader.suspicious.intersects(found);
                if let Some(index) = reader.index {
                    let value = self.path_value(reader.path);
                    self.probe(index as usize, value);
                }
            }
        }
        self.suspects = suspects;
        for index in &graph.computed_indexes {
            let index = *index as usize;
            if let Some(value) = graph.indexes.as_slice().get(index).map(|index| index.value) {
                let value = self.value(value);
                self.probe(index, value);
            }
        }
        for (number, values) in graph.pairs.values().enumerate() {
            let values = values.map(|value| self.value(value));
            self.hit(graph.pairs.entries(number, values));
        }
        self.match_defaults();
    }

    fn is_chosen(&self, reader: &Reader) -> bool {
        reader.choice.is_none_or(|(part, number)| self.chosen(part) == Some(number))
    }

    fn probe(&mut self, index: usize, value: Value<'a>) {
        let graph = self.graph;
        graph.indexes.probe(index, value, &mut |entries| self.hit(entries));
    }

    /// What is left of the targets that hold by default.
    fn match_defaults(&mut self) {
        let graph = self.graph;
        for word in 0..self.state.enabled.words() {
            let mut left = self.state.enabled.word(word) & !self.state.defeated.word(word);
            while left != 0 {
                let number = word * WORD + left.trailing_zeros() as usize;
                left &= left - 1;
                let Some(ByDefault { target, rest }) = graph.targets.by_default.get(number) else { continue };
                if *rest == NodeId::TRUE || self.holds(*rest) {
                    self.matched(*target);
                }
            }
        }
    }

    /// Deals with the entries of a test that holds.
    fn hit(&mut self, entries: &[Posting]) {
        for entry in entries {
            let (word, mask) = entry.bits();
            match entry.meaning() {
                HitKind::Match => self.candidate(*entry),
                HitKind::MatchDedup if self.is_first_hit(entry.target()) => self.candidate(*entry),
                HitKind::MatchDedup => {}
                HitKind::Disable => self.state.defeated.add(word, mask),
                HitKind::Enable => self.state.enabled.add(word, mask),
            }
        }
    }

    /// A target that matches if the rest of its condition holds.
    #[inline]
    fn candidate(&mut self, entry: Posting) {
        if entry.rest() == NodeId::TRUE || self.holds(entry.rest()) {
            self.matched(entry.target());
        }
    }

    /// True if a target has not been hit before in this event; now it has.
    fn is_first_hit(&mut self, target: u32) -> bool {
        let event = self.state.event();
        let is_first = self.state.targets.get(event, target as usize).is_none();
        self.state.targets.set(event, target as usize, 1);
        is_first
    }

    fn matched(&mut self, target: u32) {
        let is_rule = (target as usize) < self.graph.targets.rules.len();
        let list = if is_rule { &mut self.state.rules } else { &mut self.state.rows };
        list.push(target);
    }

    /// Adds values of another type than some rule needs, by path.
    pub(crate) fn type_errors(&mut self, demands: &Demands, errors: &mut Vec<TypeError>) {
        let graph = self.graph;
        let found = if self.suspects { self.slots.found() } else { &[] };
        for slot in found {
            let found = self.slots.type_of(*slot as usize);
            for reader in graph.readers.get(*slot as usize).into_iter().flatten() {
                if reader.suspicious.intersects(found) && self.is_chosen(reader) {
                    demands.check(reader.path, self, errors);
                }
            }
        }
        for path in &graph.suspicious_roots {
            demands.check(*path, self, errors);
        }
        if errors.len() > 1 {
            errors.sort_by(|a, b| (&a.path, &a.expected).cmp(&(&b.path, &b.expected)));
        }
    }
}

impl<'a> Env<'a> for Run<'a, '_> {
    fn arena(&self) -> &'a Bump {
        self.arena
    }

    fn path(&mut self, path: PathId) -> Value<'a> {
        self.path_value(path)
    }

    fn define(&mut self, id: DefineId) -> Value<'a> {
        match self.graph.define_values.get(id.0 as usize).copied() {
            Some(value) => self.value(value),
            None => Value::Null,
        }
    }

    fn zone(&self) -> &'a TimeZone {
        &self.graph.zone
    }

    fn lookup(&mut self, table: LookupId, column: u32, key: &[Value<'_>]) -> Value<'a> {
        lookup::cell(&self.graph.lookups, table, column, key, self.arena)
    }

    fn event_id(&mut self) -> Value<'a> {
        self.id()
    }

    fn budget(&self) -> Budget {
        self.budget
    }
}
