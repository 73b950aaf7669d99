//! Lines with several events. The list is found by the scanner, as for the graph; values below `batch` are read from the tree
//! of the line.

use super::{Detail, Interpreter, delivered};
use crate::decision::{Decision, Delivered, Input, Part, Status};
use crate::event::{Elements, Limits, Mode};
use crate::options::Options;
use crate::rules::RuleSet;
use crate::split::{self, Batch, Located, Splitter};
use crate::trace::Trace;
use bumpalo::Bump;

/// One of the events of a line.
pub(super) enum LineEvent<'e> {
    /// The line is malformed, for this reason.
    Malformed(String),
    /// The line has an empty list of events.
    EmptyList,
    /// An event: its text, its number in the list of the line, and the values below `batch`.
    Event(&'e [u8], Option<Part>, &'e Batch<'e>),
}

/// Calls `each` with every event of a line.
pub(super) fn each_event(
    splitter: Option<&Splitter>,
    rules: &RuleSet,
    line: &[u8],
    limits: Limits,
    each: &mut dyn FnMut(LineEvent<'_>),
) {
    let Some(splitter) = splitter else {
        return each(LineEvent::Event(line, None, &Batch::NONE));
    };
    let located = match splitter.locate(line, Mode::Strict, limits, &mut splitter.captures()) {
        Ok(located) => located,
        Err(fault) => return each(LineEvent::Malformed(fault.to_string())),
    };
    let arena = Bump::new();
    let batch = splitter.batch_of_tree(line, &rules.paths, &arena);
    let Located::List(list) = located else {
        return each(LineEvent::Event(line, None, &batch));
    };
    let parts = Elements::new(list).count() as u64;
    for (part, text) in (1..).zip(Elements::new(list)) {
        each(LineEvent::Event(text, Some(Part { part, parts }), &batch));
    }
    if parts == 0 {
        each(LineEvent::EmptyList);
    }
}

impl Interpreter<'_> {
    /// Decides about each event of a line, in their order. Without `ruleset.split`, a line is one event.
    pub fn decide_each(&self, line: &[u8], number: u64, options: &Options, mut each: impl FnMut(Decision)) {
        let detail = Detail { parts: false, sent: false };
        self.walk_each(line, number, options, detail, &mut |trace| each(trace.decision));
    }

    /// As [`Interpreter::decide_each`], with the event that each subscriber is sent.
    pub fn deliver_each(&self, line: &[u8], number: u64, options: &Options, mut each: impl FnMut(Delivered)) {
        let detail = Detail { parts: false, sent: true };
        self.walk_each(line, number, options, detail, &mut |trace| each(delivered(trace)));
    }

    /// As [`Interpreter::deliver_each`], with every condition and every step taken apart.
    pub fn trace_each(&self, line: &[u8], number: u64, options: &Options, mut each: impl FnMut(Trace)) {
        self.walk_each(line, number, options, Detail { parts: true, sent: true }, &mut each);
    }

    /// The event of a line that has only one.
    pub(super) fn walk_one(&self, line: &[u8], number: u64, options: &Options, detail: Detail) -> Trace {
        let parts = self.parts(line, options);
        if parts > 1 {
            let error = split::too_many(parts);
            return self.malformed(line, number, &error, options, detail);
        }
        let mut only = None;
        self.walk_each(line, number, options, detail, &mut |trace| only = Some(trace));
        only.unwrap_or_else(|| self.malformed(line, number, "no event", options, detail))
    }

    /// How many events a line has.
    fn parts(&self, line: &[u8], options: &Options) -> u64 {
        let mut parts = 0;
        let count = &mut |event: LineEvent<'_>| parts += u64::from(matches!(event, LineEvent::Event(..)));
        each_event(self.splitter.as_ref(), self.rules, line, options.limits, count);
        parts
    }

    fn walk_each(&self, line: &[u8], number: u64, options: &Options, detail: Detail, each: &mut dyn FnMut(Trace)) {
        each_event(self.splitter.as_ref(), self.rules, line, options.limits, &mut |event| {
            each(match event {
                LineEvent::Malformed(error) => self.malformed(line, number, &error, options, detail),
                LineEvent::EmptyList => self.empty_list(number, detail),
                LineEvent::Event(text, part, batch) => {
                    self.walk(Input { text, line: number, part }, batch, options, detail)
                }
            });
        });
    }

    fn malformed(&self, line: &[u8], number: u64, error: &str, options: &Options, detail: Detail) -> Trace {
        let version = self.rules.version.clone();
        self.unread(number, Decision::malformed(version, line, number, error, options.input_echo), detail)
    }

    /// A line with an empty list: there is no event, and no subscriber is sent anything.
    fn empty_list(&self, number: u64, detail: Detail) -> Trace {
        let version = &self.rules.version;
        let mut trace = self.unread(number, Decision::empty(version.clone(), Status::Malformed), detail);
        let dropped = Decision::empty(version.clone(), Status::Dropped);
        trace.decision = Decision { dropped_by: Some(split::NAME.into()), ..dropped };
        trace.decision.set_part(Some(Part::EMPTY));
        trace.sent.clear();
        for subscriber in &mut trace.subscribers {
            subscriber.gets = false;
            subscriber.chosen_by.clear();
        }
        trace
    }
}
