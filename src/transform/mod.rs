//! Transforms at work: what `ingest` makes of an event, and what each subscriber is sent of it.
//!
//! A tree is never changed but made anew where a step writes, so that what several subscribers are sent shares everything
//! that they have in common. The plain evaluator and the decision graph both use this; it knows neither.

mod apply;
mod chains;
mod errors;
mod tree;

pub(crate) use chains::{ChainPlan, Made};
pub(crate) use errors::StepErrors;

use crate::clock::Clock;
use crate::event::{Json, Step as PathStep, Value, cloud_event};
use crate::expr::{
    self, Budget, DefineId, Env, Exceeded, LookupId, MeasuredValue, Meter, Path, PathId, PathTable, Root, Typed,
    evaluate, evaluate_measured,
};
use crate::lookup::{self, Lookup};
use crate::rules::{Envelope, Layout, NamedCases, Transform, TransformId, shown_computation};
use bumpalo::Bump;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// What transforms may ask of the rule set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct World<'a> {
    pub(crate) paths: &'a PathTable,
    pub(crate) envelope: &'a Envelope,
    pub(crate) defines: &'a [NamedCases],
    pub(crate) lookups: &'a [Lookup],
    pub(crate) transforms: &'a [Transform],
    pub(crate) zone: &'a TimeZone,
    pub(crate) budget: Budget,
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
    pub(crate) errors: StepErrors,
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
    /// The roots that have to be made, each with the version of the tree that it was made of.
    roots: [Option<(u64, Value<'a>)>; MADE_ROOTS.len()],
    /// How many bytes steps have added to what is sent.
    made: usize,
    /// What all transforms of the event together may take.
    ledger: Meter,
}

/// The roots that are computed, or copied together.
const MADE_ROOTS: [Root; 5] = [Root::Topic, Root::Id, Root::Time, Root::Now, Root::Headers];

/// So many times the budget of one computation is what all transforms of an event together may take.
const COMPUTATIONS: u32 = 8;

/// What a step did.
#[derive(Clone, Debug)]
pub(crate) struct StepLog<'a> {
    /// The transform it stands in.
    pub(crate) transform: TransformId,
    /// The step.
    pub(crate) step: &'a crate::rules::TransformStep,
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
            errors: StepErrors::default(),
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
            roots: [None; MADE_ROOTS.len()],
            made: 0,
            ledger: ledger(world.budget),
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
        let topic = match (self.decided, self.layout()) {
            (Some(decided), _) => decided.topic,
            (None, Some(layout)) => evaluate(&layout.topic, self),
            (None, None) => self.attribute("type"),
        };
        // A topic is always text; while the envelope finds no text, it is null.
        if matches!(topic, Value::String(_)) { topic } else { Value::Null }
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
                let now = expr::time::instant(time, self.world.zone).and_then(expr::time::Instant::timestamp);
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
            Root::Headers if !path.steps.is_empty() => self.headers(&path.steps),
            Root::It => self.elements.last().copied().unwrap_or_default().walk(&path.steps),
            root => self.made_root(root),
        }
    }

    /// A root that is computed; once for each version of the tree, since the body of a quantifier may read it for every
    /// element.
    fn made_root(&mut self, root: Root) -> Value<'a> {
        let at = MADE_ROOTS.iter().position(|known| *known == root);
        if let Some(Some((version, value))) = at.and_then(|at| self.roots.get(at))
            && *version == self.version
        {
            return *value;
        }
        let value = match root {
            Root::Topic => self.topic(),
            Root::Id => self.id(),
            Root::Time => self.time(),
            Root::Headers => self.headers(&[]),
            _ => {
                let now = self.instant();
                expr::time::now_value(now, self.world.zone, self.arena)
            }
        };
        // While the event's time is worked out for the clock, `now` is another; and who reads a clock that is null is noted.
        if let Some(slot) = at.and_then(|at| self.roots.get_mut(at))
            && !(self.timing || value.is_null())
        {
            *slot = Some((self.version, value));
        }
        value
    }

    fn named(&mut self, named: &'a NamedCases) -> Value<'a> {
        for alternative in &named.cases.alternatives {
            if alternative.when.as_ref().is_none_or(|when| self.evaluated(when).is_true()) {
                let value = self.evaluated(&alternative.value);
                if !value.is_null() {
                    return value;
                }
            }
        }
        Value::Null
    }

    /// The value of an expression, taken from the budget of all transforms; notes a computation that has used up its own.
    fn evaluated(&mut self, typed: &'a Typed) -> Value<'a> {
        let MeasuredValue { value, exceeded, memory, work } = evaluate_measured(typed, self);
        self.ledger.allocate(memory);
        self.ledger.work(usize::try_from(work).unwrap_or(usize::MAX));
        if let Some(Exceeded { computation, limit }) = exceeded {
            let shown = shown_computation(computation, self.world.paths);
            self.error(&shown, self.world.budget.describe(limit), String::from("more"));
        }
        value
    }
}

/// What all transforms of one event together may take.
fn ledger(budget: Budget) -> Meter {
    let meter = Meter::default();
    meter.start(budget.times(COMPUTATIONS));
    meter
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

    fn lookup(&mut self, table: LookupId, column: u32, key: &[Value<'_>]) -> Value<'a> {
        lookup::cell(self.world.lookups, table, column, key, self.arena)
    }

    fn event_id(&mut self) -> Value<'a> {
        self.made_root(Root::Id)
    }

    fn budget(&self) -> Budget {
        self.world.budget
    }
}

#[cfg(test)]
mod tests;
