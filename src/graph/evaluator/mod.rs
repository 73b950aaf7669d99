//! The evaluation of one event: its values, its conditions and the candidates that match.

mod envelope;
mod matching;
mod values;

use super::DecisionGraph;
use super::readers::Reader;
use super::scratch::State;
use super::slots::Slots;
use super::topics::TopicEntry;
use crate::clock::Clock;
use crate::event::Value;
use crate::expr::{Budget, PathId};
use crate::split::Batch;
use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;
use envelope::{Chosen, Now};
use jiff::tz::TimeZone;

/// How many values an event usually needs: space for them is reserved at once.
const USUAL_VALUES: usize = 16;

/// The evaluation of one event. `'a` is the lifetime of the event, its arena and the graph.
pub(crate) struct Evaluator<'a, 's> {
    pub(crate) graph: &'a DecisionGraph,
    slots: Slots<'a>,
    arena: &'a Bump,
    pub(crate) state: &'s mut State,
    values: ArenaVec<'a, Value<'a>>,
    pub(crate) topic: Option<&'a TopicEntry>,
    clock: Clock,
    pub(crate) budget: Budget,
    /// The values below `batch`.
    pub(crate) batch: &'a Batch<'a>,
    now: Now,
    /// The event's time, once it has become the clock.
    time: Option<Value<'a>>,
    chosen: Chosen,
    /// False if no slot has a type that some type requirement excludes.
    needs_type_check: bool,
}

impl<'a, 's> Evaluator<'a, 's> {
    /// The evaluation of an event whose slots are known.
    #[inline(always)]
    pub(crate) fn new(
        graph: &'a DecisionGraph,
        slots: Slots<'a>,
        arena: &'a Bump,
        state: &'s mut State,
        clock: Clock,
        budget: Budget,
        batch: &'a Batch<'a>,
    ) -> Evaluator<'a, 's> {
        Evaluator {
            graph,
            slots,
            arena,
            state,
            values: ArenaVec::with_capacity_in(USUAL_VALUES, arena),
            topic: None,
            clock,
            budget,
            batch,
            now: Now::Unread,
            time: None,
            chosen: Chosen::new(&graph.envelope, slots, arena),
            needs_type_check: true,
        }
    }

    /// The zone of the rule set.
    pub(crate) fn zone(&self) -> &'a TimeZone {
        &self.graph.zone
    }

    /// The paths in slots whose type some type requirement excludes.
    pub(crate) fn paths_to_check(&self) -> impl Iterator<Item = PathId> + use<'a> {
        let (slots, chosen, graph) = (self.slots, self.chosen, self.graph);
        let found = if self.needs_type_check { slots.found() } else { &[] };
        found.iter().flat_map(move |slot| {
            let found = slots.type_of(*slot as usize);
            let readers = graph.readers.of_slot(*slot).iter();
            let needs_check = move |reader: &&Reader| reader.needs_check.intersects(found) && chosen.reads(reader.slot);
            readers.filter(needs_check).map(|reader| reader.slot.path)
        })
    }
}
