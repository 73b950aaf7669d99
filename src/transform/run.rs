//! An event during its transforms, and the evaluation of expressions on it.

use super::envelope::COMPUTED_ROOTS;
use super::errors::StepErrors;
use crate::clock::Clock;
use crate::event::{Json, Value};
use crate::expr::{
    Budget, DefineId, Env, Exceeded, LookupId, MeasuredValue, Meter, Path, PathId, PathTable, Root, Typed,
    evaluate_measured,
};
use crate::lookup::{self, Lookup};
use crate::rules::{Envelope, NamedCases, Transform, TransformId, shown_computation};
use bumpalo::Bump;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The parts of the rule set that transforms read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RuleContext<'a> {
    pub(crate) paths: &'a PathTable,
    pub(crate) envelope: &'a Envelope,
    pub(crate) defines: &'a [NamedCases],
    pub(crate) lookups: &'a [Lookup],
    pub(crate) transforms: &'a [Transform],
    pub(crate) zone: &'a TimeZone,
    pub(crate) budget: Budget,
}

/// The decision on the event, as far as transforms of subscribers can read it. `ingest` runs before the decision.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Decided<'a> {
    pub(crate) topic: Value<'a>,
    pub(crate) id: Value<'a>,
    pub(crate) time: Value<'a>,
    /// The clock of the decision.
    pub(crate) now: Option<Timestamp>,
}

/// An event during its transforms.
pub(crate) struct TransformRun<'a> {
    pub(super) rules: RuleContext<'a>,
    pub(super) arena: &'a Bump,
    /// The current event.
    pub(crate) tree: Value<'a>,
    /// Type errors of the steps so far.
    pub(crate) errors: StepErrors,
    /// The effect of each step, if it is recorded.
    pub(crate) log: Option<Vec<StepLog<'a>>>,
    pub(super) decided: Option<Decided<'a>>,
    /// The clock of `ingest`. [`Clock::Event`] is the time of the current event at each step.
    pub(super) clock: Clock,
    /// The system clock, read once.
    pub(super) system: Option<Timestamp>,
    /// True while the time of the event is computed: it cannot read the event clock.
    pub(super) computes_time: bool,
    /// The time of the event, if `now` was read and it is not a time.
    pub(super) no_clock: Option<Value<'a>>,
    /// The current elements of the surrounding `for_each` steps, the innermost last.
    pub(super) elements: Vec<Value<'a>>,
    /// The current transform.
    pub(super) current: Option<TransformId>,
    /// Increases with every change of the tree. NamedCases values are valid for one version.
    pub(super) version: u64,
    defines: Vec<Option<(u64, Value<'a>)>>,
    /// Computed roots, each with the version of the tree that it was computed for.
    pub(super) roots: [Option<(u64, Value<'a>)>; COMPUTED_ROOTS.len()],
    /// The number of bytes that steps have added to the event.
    pub(super) added: usize,
    /// The memory and work of all transforms of the event together.
    pub(super) meter: Meter,
}

/// The budget of all transforms of an event together, as a multiple of the budget of one computation.
pub(super) const COMPUTATIONS: u32 = 8;

/// The effect of a step.
#[derive(Clone, Debug)]
pub(crate) struct StepLog<'a> {
    /// The transform that the step belongs to.
    pub(crate) transform: TransformId,
    /// The step.
    pub(crate) step: &'a crate::rules::TransformStep,
    /// False if the condition of the step is false.
    pub(crate) applied: bool,
    /// The fields that were written, with their values; none for a field that was removed.
    pub(crate) changes: Vec<(&'a str, Option<Json>)>,
}

impl<'a> TransformRun<'a> {
    /// Starts with an event; `decided` is none for `ingest`.
    pub(crate) fn new(
        rules: RuleContext<'a>,
        arena: &'a Bump,
        tree: Value<'a>,
        decided: Option<Decided<'a>>,
        clock: Clock,
    ) -> TransformRun<'a> {
        TransformRun {
            rules,
            arena,
            tree,
            errors: StepErrors::default(),
            log: None,
            decided,
            clock,
            system: None,
            computes_time: false,
            no_clock: None,
            elements: Vec::new(),
            current: None,
            version: 0,
            defines: Vec::new(),
            roots: [None; COMPUTED_ROOTS.len()],
            added: 0,
            meter: meter(rules.budget),
        }
    }

    /// The time of the clock, if it was read and does not depend on the event.
    pub(crate) fn clock_read(&self) -> Option<Timestamp> {
        if self.clock == Clock::System { self.system } else { None }
    }

    pub(super) fn change(&mut self, tree: Value<'a>) {
        self.tree = tree;
        self.version += 1;
    }

    pub(super) fn root(&mut self, path: &Path) -> Value<'a> {
        match path.root {
            Root::Event => self.tree.walk(&path.steps),
            Root::Data => self.data().walk(&path.steps),
            Root::Headers if !path.steps.is_empty() => self.headers(&path.steps),
            Root::It => self.elements.last().copied().unwrap_or_default().walk(&path.steps),
            root => self.computed_root(root),
        }
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

    /// The value of an expression, charged to the budget of all transforms. Records an error if the computation exceeds its own
    /// budget.
    pub(super) fn evaluated(&mut self, typed: &'a Typed) -> Value<'a> {
        let MeasuredValue { value, exceeded, memory, work } = evaluate_measured(typed, self);
        self.meter.allocate(memory);
        self.meter.work(usize::try_from(work).unwrap_or(usize::MAX));
        if let Some(Exceeded { computation, limit }) = exceeded {
            let shown = shown_computation(computation, self.rules.paths);
            self.error(&shown, self.rules.budget.describe(limit), String::from("more"));
        }
        value
    }

    /// Records an error of the current transform.
    pub(super) fn error(&mut self, path: &str, expected: String, found: String) {
        if let Some(id) = self.current
            && let Some(transform) = self.rules.transforms.get(id.0 as usize)
        {
            self.errors.add(path, expected, found, id, transform);
        }
    }
}

/// A meter for all transforms of one event.
pub(super) fn meter(budget: Budget) -> Meter {
    let meter = Meter::default();
    meter.start(budget.times(COMPUTATIONS));
    meter
}

impl<'a> Env<'a> for TransformRun<'a> {
    fn arena(&self) -> &'a Bump {
        self.arena
    }

    fn path(&mut self, path: PathId) -> Value<'a> {
        let paths = self.rules.paths;
        paths.get(path).map_or(Value::Null, |path| self.root(path))
    }

    fn define(&mut self, id: DefineId) -> Value<'a> {
        let (rules, at) = (self.rules, id.0 as usize);
        if let Some(Some((version, value))) = self.defines.get(at)
            && *version == self.version
        {
            return *value;
        }
        let value = rules.defines.get(at).map_or(Value::Null, |named| self.named(named));
        self.defines.resize(rules.defines.len(), None);
        if let Some(slot) = self.defines.get_mut(at) {
            *slot = Some((self.version, value));
        }
        value
    }

    fn zone(&self) -> &'a TimeZone {
        self.rules.zone
    }

    fn lookup(&mut self, table: LookupId, column: u32, key: &[Value<'_>]) -> Value<'a> {
        lookup::cell(self.rules.lookups, table, column, key, self.arena)
    }

    fn event_id(&mut self) -> Value<'a> {
        self.computed_root(Root::Id)
    }

    fn budget(&self) -> Budget {
        self.rules.budget
    }
}
