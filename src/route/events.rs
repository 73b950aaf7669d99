//! The events of one line: usually one, several if the rule set splits lines and the line has a list.

use super::router::Router;
use crate::decision::{Input, Part};
use crate::event::{Captures, Elements, Mode};
use crate::graph::{self, DecisionGraph, Outcome, Reading, Scratch, SplitPlan, State};
use crate::options::Options;
use crate::split::{self, Batch, Located};
use bumpalo::Bump;

/// A line of more bytes needs memory that is not kept.
const KEPT: usize = 8 << 20;

/// The memory for the lines of a rule set that splits them.
#[derive(Debug)]
pub(super) struct SplitScratch {
    captures: Captures,
    arena: Bump,
}

impl SplitScratch {
    /// `None` if the rule set does not split lines.
    pub(super) fn new(graph: &DecisionGraph) -> Option<SplitScratch> {
        let split = graph.split.as_ref()?;
        Some(SplitScratch { captures: split.splitter.captures(), arena: Bump::new() })
    }

    /// Releases the memory that a large line needed.
    pub(super) fn release(&mut self, graph: &DecisionGraph, line: usize) {
        if let Some(split) = graph.split.as_ref().filter(|_| line > KEPT || self.arena.allocated_bytes() > KEPT) {
            *self = SplitScratch { captures: split.splitter.captures(), arena: Bump::new() };
        }
    }

    /// Finds the events of a line, and the values below `batch`. The error is the reason why the line is malformed.
    fn read<'a>(
        &'a mut self,
        plan: &'a SplitPlan,
        line: &'a [u8],
        decider: &LineDecider<'_>,
    ) -> Result<(Located<'a>, Batch<'a>), String> {
        self.arena.reset();
        let located = plan.splitter.locate(line, decider.mode(), decider.options.limits, &mut self.captures);
        let located = located.map_err(|fault| fault.to_string())?;
        Ok((located, plan.splitter.batch(line, &self.captures, &self.arena)))
    }
}

/// One event that has been decided.
pub(super) struct DecidedEvent<'d> {
    pub(super) graph: &'d DecisionGraph,
    pub(super) outcome: &'d Outcome<'d>,
    pub(super) state: &'d State,
    pub(super) input: Input<'d>,
    pub(super) options: &'d Options,
}

/// Decides the events of lines.
pub(super) struct LineDecider<'s> {
    pub(super) router: &'s Router,
    pub(super) options: &'s Options,
    /// Whether outcomes have the event that each subscriber is sent.
    pub(super) deliver: bool,
}

impl LineDecider<'_> {
    fn mode(&self) -> Mode {
        if self.deliver { Mode::Strict } else { self.options.mode }
    }

    /// Decides an event.
    #[inline(always)]
    fn decide<R>(
        &self,
        scratch: &mut Scratch,
        input: Input<'_>,
        batch: &Batch<'_>,
        then: impl FnOnce(&DecidedEvent<'_>) -> R,
    ) -> R {
        let (graph, thresholds) = (self.router.graph(), self.router.thresholds());
        let reading = Reading { options: self.options, deliver: self.deliver, thresholds, batch };
        let result = graph::decide(graph, scratch, input.text, reading, |outcome, state| {
            then(&DecidedEvent { graph, outcome, state, input, options: self.options })
        });
        scratch.release(graph, input.text.len());
        result
    }

    /// The outcome for an event that is not decided: it is malformed.
    pub(super) fn refuse<R>(
        &self,
        scratch: &mut Scratch,
        input: Input<'_>,
        reason: String,
        then: impl FnOnce(&DecidedEvent<'_>) -> R,
    ) -> R {
        let graph = self.router.graph();
        graph::refuse(graph, scratch, reason, self.deliver, |outcome, state| {
            then(&DecidedEvent { graph, outcome, state, input, options: self.options })
        })
    }

    fn drop_empty<R>(&self, scratch: &mut Scratch, line: Input<'_>, then: impl FnOnce(&DecidedEvent<'_>) -> R) -> R {
        let graph = self.router.graph();
        let input = Input { part: Some(Part::EMPTY), ..line };
        graph::drop_empty(graph, scratch, |outcome, state| {
            then(&DecidedEvent { graph, outcome, state, input, options: self.options })
        })
    }

    /// Decides the event of a line. A line with several is malformed.
    #[inline(always)]
    pub(super) fn only<R>(
        &self,
        scratch: &mut Scratch,
        split: &mut Option<SplitScratch>,
        line: Input<'_>,
        then: impl FnOnce(&DecidedEvent<'_>) -> R,
    ) -> R {
        match (split, &self.router.graph().split) {
            (Some(split), Some(plan)) => self.only_of_list(scratch, split, plan, line, then),
            _ => self.decide(scratch, line, &Batch::NONE, then),
        }
    }

    /// Decides the event of a line that may have a list.
    #[cold]
    fn only_of_list<R>(
        &self,
        scratch: &mut Scratch,
        split: &mut SplitScratch,
        plan: &SplitPlan,
        line: Input<'_>,
        then: impl FnOnce(&DecidedEvent<'_>) -> R,
    ) -> R {
        let (list, batch) = match split.read(plan, line.text, self) {
            Err(reason) => return self.refuse(scratch, line, reason, then),
            Ok((Located::Event, batch)) => return self.decide(scratch, line, &batch, then),
            Ok((Located::List(list), batch)) => (list, batch),
        };
        let parts = Elements::new(list).count() as u64;
        match Elements::new(list).next() {
            None => self.drop_empty(scratch, line, then),
            Some(_) if parts > 1 => self.refuse(scratch, line, split::too_many(parts), then),
            Some(text) => {
                let input = Input { text, part: Some(Part { part: 1, parts }), ..line };
                self.decide(scratch, input, &batch, then)
            }
        }
    }

    /// Decides all events of a line from number `first` on (from 1). `current` is set to the one that is being decided.
    pub(super) fn each(
        &self,
        scratch: &mut Scratch,
        split: &mut Option<SplitScratch>,
        line: Input<'_>,
        progress: LineProgress<'_>,
        then: impl FnMut(&DecidedEvent<'_>),
    ) {
        match (split, &self.router.graph().split) {
            (Some(split), Some(plan)) => self.each_of_list(scratch, split, plan, line, progress, then),
            _ => self.decide(scratch, line, &Batch::NONE, then),
        }
    }

    /// Decides all events of a line that may have a list.
    fn each_of_list(
        &self,
        scratch: &mut Scratch,
        split: &mut SplitScratch,
        plan: &SplitPlan,
        line: Input<'_>,
        progress: LineProgress<'_>,
        mut then: impl FnMut(&DecidedEvent<'_>),
    ) {
        let (list, batch) = match split.read(plan, line.text, self) {
            Err(reason) => return self.refuse(scratch, line, reason, then),
            Ok((Located::Event, batch)) => return self.decide(scratch, line, &batch, then),
            Ok((Located::List(list), batch)) => (list, batch),
        };
        let parts = Elements::new(list).count() as u64;
        if parts == 0 {
            return self.drop_empty(scratch, line, then);
        }
        for (part, text) in (1..).zip(Elements::new(list)).skip_while(|(part, _)| *part < progress.first) {
            let part = Some(Part { part, parts });
            *progress.current = part;
            self.decide(scratch, Input { text, part, ..line }, &batch, &mut then);
        }
    }

    /// The text of one event of a line; the line if it has no such event.
    #[cfg(feature = "pipeline")]
    pub(super) fn text<'l>(&self, split: &mut Option<SplitScratch>, line: &'l [u8], part: Part) -> &'l [u8] {
        let (Some(split), Some(plan)) = (split, &self.router.graph().split) else { return line };
        let options = self.options;
        let located = plan.splitter.locate(line, self.mode(), options.limits, &mut split.captures);
        let Ok(Located::List(list)) = located else { return line };
        let at = usize::try_from(part.part).unwrap_or(0).saturating_sub(1);
        Elements::new(list).nth(at).unwrap_or(line)
    }
}

/// How far the events of a line are decided.
pub(super) struct LineProgress<'p> {
    /// The number of the first to be decided.
    pub(super) first: u64,
    /// The one that is being decided, if the line has a list.
    pub(super) current: &'p mut Option<Part>,
}
