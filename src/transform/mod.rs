//! Transforms at work: what `ingest` makes of an event, and what each subscriber is sent of it.
//!
//! A tree is never changed but made anew where a step writes, so that what several subscribers are sent shares everything
//! that they have in common. The plain evaluator and the decision graph both use this; it knows neither.

mod apply;
mod chains;
mod tree;

pub(crate) use chains::{ChainPlan, Made};

use crate::clock::Clock;
use crate::decision::TypeError;
use crate::event::{Json, Step as PathStep, Value, cloud_event};
use crate::expr::{self, DefineId, Env, LookupId, Path, PathId, PathTable, Root, evaluate, holds};
use crate::lookup::Lookup;
use crate::rules::{Envelope, Layout, Named, Transform, TransformId};
use bumpalo::Bump;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// What transforms may ask of the rule set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct World<'a> {
    pub(crate) paths: &'a PathTable,
    pub(crate) envelope: &'a Envelope,
    pub(crate) defines: &'a [Named],
    pub(crate) lookups: &'a [Lookup],
    pub(crate) transforms: &'a [Transform],
    pub(crate) zone: &'a TimeZone,
}

/// What has been decided about an event before it is sent. (In `ingest` nothing has.)
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Decided<'a> {
    pub(crate) topic: Value<'a>,
    pub(crate) id: Value<'a>,
    pub(crate) time: Value<'a>,
    /// The clock that the decision was made by.
    pub(crate) now: Option<Timestamp>,
}

/// An event on its way through transforms.
pub(crate) struct Stage<'a> {
    world: World<'a>,
    arena: &'a Bump,
    /// The event as it is now.
    pub(crate) tree: Value<'a>,
    /// Values of another type than some step needs.
    pub(crate) errors: Vec<TypeError>,
    /// What each step did, if somebody wants to know.
    pub(crate) log: Option<Vec<StepLog<'a>>>,
    decided: Option<Decided<'a>>,
    /// The clock of `ingest`; with [`Clock::Event`] it is the time of the event as it is at each step.
    clock: Clock,
    /// The system's clock, read once.
    system: Option<Timestamp>,
    /// True while the event's time is evaluated, which itself sees no event clock.
    timing: bool,
    /// The event's time, if `now` was read and that is not a time.
    no_clock: Option<Value<'a>>,
    /// The elements that the `for_each` around are at, the innermost last.
    elements: Vec<Value<'a>>,
    /// The transform that is at work.
    at: Option<TransformId>,
    /// Grows with every change of the tree; named values are good for one version.
    version: u64,
    defines: Vec<Option<(u64, Value<'a>)>>,
    /// How many values steps have added.
    made: usize,
}

/// What a step did.
#[derive(Clone, Debug)]
pub(crate) struct StepLog<'a> {
    /// The transform it stands in.
    pub(crate) transform: TransformId,
    /// The step.
    pub(crate) step: &'a crate::rules::Step,
    /// False if its condition does not hold.
    pub(crate) applied: bool,
    /// Where something was set, and to what; none: taken away.
    pub(crate) changes: Vec<(&'a str, Option<Json>)>,
}

impl<'a> Stage<'a> {
    /// A stage for an event; `decided` is none in `ingest`.
    pub(crate) fn new(
        world: World<'a>,
        arena: &'a Bump,
        tree: Value<'a>,
        decided: Option<Decided<'a>>,
        clock: Clock,
    ) -> Stage<'a> {
        Stage {
            world,
            arena,
            tree,
            errors: Vec::new(),
            log: None,
            decided,
            clock,
            system: None,
            timing: false,
            no_clock: None,
            elements: Vec::new(),
            at: None,
            version: 0,
            defines: Vec::new(),
            made: 0,
        }
    }

    /// The clock, if it was read and does not depend on the event.
    pub(crate) fn clock_read(&self) -> Option<Timestamp> {
        if self.clock == Clock::System { self.system } else { None }
    }

    fn change(&mut self, tree: Value<'a>) {
        self.tree = tree;
        self.version += 1;
    }

    /// The layout of the event as it is now; none for a CloudEvent.
    fn layout(&self) -> Option<&'a Layout> {
        match self.world.envelope {
            Envelope::Plain(layout) => Some(layout),
            Envelope::CloudEvents => None,
            Envelope::Auto(layout) => self.attribute("specversion").is_null().then_some(layout),
        }
    }

    fn attribute(&self, name: &str) -> Value<'a> {
        match self.tree {
            Value::Object(members) => {
                members.iter().find(|(key, _)| *key == name).map_or(Value::Null, |(_, member)| *member)
            }
            _ => Value::Null,
        }
    }

    fn data(&self) -> Value<'a> {
        match self.layout() {
            Some(layout) => self.tree.first_of(&layout.data),
            None => self.attribute("data"),
        }
    }

    fn headers(&self, steps: &[PathStep]) -> Value<'a> {
        if let Some(layout) = self.layout() {
            return self.tree.first_of(&layout.headers).walk(steps);
        }
        match (steps, self.tree) {
            ([PathStep::Key(name), ..], tree) if cloud_event::is_header(name) => tree.walk(steps),
            ([], tree) => cloud_event::headers(tree, self.arena),
            _ => Value::Null,
        }
    }

    fn topic(&mut self) -> Value<'a> {
        match (self.decided, self.layout()) {
            (Some(decided), _) => decided.topic,
            (None, Some(layout)) => evaluate(&layout.topic, self),
            (None, None) => self.attribute("type"),
        }
    }

    fn id(&mut self) -> Value<'a> {
        match (self.decided, self.layout()) {
            (Some(decided), _) => decided.id,
            (None, Some(layout)) => evaluate(&layout.id, self),
            (None, None) => self.attribute("id"),
        }
    }

    fn time(&mut self) -> Value<'a> {
        match (self.decided, self.layout()) {
            (Some(decided), _) => decided.time,
            (None, Some(layout)) => {
                let outer = std::mem::replace(&mut self.timing, true);
                let time = evaluate(&layout.time, self);
                self.timing = outer;
                time
            }
            (None, None) => self.attribute("time"),
        }
    }

    /// What `now` is; none if it is the event's time and the event has none.
    fn instant(&mut self) -> Option<Timestamp> {
        if let Some(decided) = self.decided {
            self.no_clock = self.no_clock.or(decided.now.is_none().then_some(decided.time));
            return decided.now;
        }
        match self.clock {
            Clock::Fixed(now) => Some(now),
            Clock::System => Some(self.system()),
            // The time may be defined by `now`.
            Clock::Event if self.timing => None,
            Clock::Event => {
                let time = self.time();
                let now = expr::time::instant(time, self.world.zone).map(|instant| instant.timestamp);
                self.no_clock = self.no_clock.or(now.is_none().then_some(time));
                now
            }
        }
    }

    fn system(&mut self) -> Timestamp {
        *self.system.get_or_insert_with(Timestamp::now)
    }

    fn root(&mut self, path: &Path) -> Value<'a> {
        match path.root {
            Root::Event => self.tree.walk(&path.steps),
            Root::Data => self.data().walk(&path.steps),
            Root::Headers => self.headers(&path.steps),
            Root::It => self.elements.last().copied().unwrap_or_default().walk(&path.steps),
            Root::Topic => self.topic(),
            Root::Id => self.id(),
            Root::Time => self.time(),
            Root::Now => {
                let now = self.instant();
                expr::time::now_value(now, self.world.zone, self.arena)
            }
        }
    }

    fn named(&mut self, named: &'a Named) -> Value<'a> {
        for alternative in &named.cases.alternatives {
            if alternative.when.as_ref().is_none_or(|when| holds(when, self)) {
                let value = evaluate(&alternative.value, self);
                if !value.is_null() {
                    return value;
                }
            }
        }
        Value::Null
    }
}

impl<'a> Env<'a> for Stage<'a> {
    fn arena(&self) -> &'a Bump {
        self.arena
    }

    fn path(&mut self, path: PathId) -> Value<'a> {
        let paths = self.world.paths;
        paths.get(path).map_or(Value::Null, |path| self.root(path))
    }

    fn define(&mut self, id: DefineId) -> Value<'a> {
        let (world, at) = (self.world, id.0 as usize);
        if let Some(Some((version, value))) = self.defines.get(at)
            && *version == self.version
        {
            return *value;
        }
        let value = world.defines.get(at).map_or(Value::Null, |named| self.named(named));
        self.defines.resize(world.defines.len(), None);
        if let Some(slot) = self.defines.get_mut(at) {
            *slot = Some((self.version, value));
        }
        value
    }

    fn zone(&self) -> &'a TimeZone {
        self.world.zone
    }

    fn lookup(&mut self, table: LookupId, column: u32, key: &[Value<'a>]) -> Value<'a> {
        let row = self.world.lookups.get(table.0 as usize).and_then(|lookup| lookup.row(key));
        let cell = row.and_then(|row| row.get(column as usize));
        cell.map_or(Value::Null, |cell| Value::from_json(cell, self.arena))
    }

    fn event_id(&mut self) -> Value<'a> {
        self.id()
    }
}

/// Adds type errors to those of a decision: one entry for each path and type.
pub(crate) fn add_errors(errors: &mut Vec<TypeError>, more: Vec<TypeError>) {
    for error in more {
        match errors.iter_mut().find(|known| known.path == error.path && known.expected == error.expected) {
            Some(known) => {
                let room = crate::decision::MAX_ASKED_BY.saturating_sub(known.asked_by.len());
                known.count += error.count;
                known.asked_by.extend(error.asked_by.into_iter().take(room));
            }
            None => errors.push(error),
        }
    }
    errors.sort_by(|a, b| (&a.path, &a.expected).cmp(&(&b.path, &b.expected)));
}

#[cfg(test)]
mod tests;
