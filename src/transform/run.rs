//! An event during its transforms: the state that all steps share.

use super::errors::StepErrors;
use crate::clock::Clock;
use crate::event::{Json, Value};
use crate::expr::{Budget, Meter, PathTable, Root};
use crate::lookup::Lookup;
use crate::rules::{Envelope, NamedCases, Transform, TransformId};
use crate::split::Batch;
use bumpalo::Bump;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The roots that are computed, or assembled from several fields.
pub(super) const COMPUTED_ROOTS: [Root; 5] = [Root::Topic, Root::Id, Root::Time, Root::Now, Root::Headers];

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
    pub(crate) batch: &'a Batch<'a>,
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
    /// Increases with every change of the tree. Named values are valid for one version.
    pub(super) version: u64,
    pub(super) defines: Vec<Option<(u64, Value<'a>)>>,
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
    /// Starts with an event. `decided` is `None` for `ingest`.
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
