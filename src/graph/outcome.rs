//! The outcome of one event: the decision with numbers instead of names, and the event that each subscriber is sent.

use super::filters::FilterPlan;
use super::topics::TopicEntry;
use crate::decision::{Invalid, Requirer, Status, TypeError};
use crate::event::Value;
use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;
use std::collections::BTreeMap;

/// The decision about one event, with numbers instead of names.
#[derive(Debug)]
pub(crate) struct Outcome<'a> {
    pub(crate) status: Status,
    pub(crate) id: Value<'a>,
    pub(crate) topic: Option<&'a TopicEntry>,
    /// By label number, ascending.
    pub(crate) labels: ArenaVec<'a, (u32, Value<'a>)>,
    pub(crate) dropped_by: Option<&'a FilterPlan>,
    reports: Option<Box<Reports<'a>>>,
}

/// The parts that few outcomes have. They are separate, because an outcome is written and dropped for every event.
#[derive(Debug, Default)]
pub(crate) struct Reports<'a> {
    /// The reason why the event is malformed.
    pub(crate) fault: Option<String>,
    pub(crate) invalid: Vec<Invalid>,
    pub(crate) errors: Vec<TypeError>,
    /// By subscriber that expressions chose: the rules and tables that have them.
    pub(crate) chosen_by: BTreeMap<u32, Vec<Requirer>>,
    /// The errors of `ingest` alone, which are also among `errors`.
    pub(crate) ingest_errors: Vec<TypeError>,
    /// The event that each subscriber is sent, in their order, if requested.
    pub(crate) sent: Vec<SentTo<'a>>,
}

impl<'a> Outcome<'a> {
    #[inline(always)]
    pub(super) fn new(arena: &'a Bump, status: Status, id: Value<'a>) -> Outcome<'a> {
        Outcome { status, id, topic: None, labels: ArenaVec::new_in(arena), dropped_by: None, reports: None }
    }

    /// The parts that few outcomes have, to be added to.
    #[cold]
    pub(super) fn reports_mut(&mut self) -> &mut Reports<'a> {
        self.reports.get_or_insert_default()
    }

    /// False if the parts that few outcomes have are all empty.
    pub(super) fn has_reports(&self) -> bool {
        self.reports.is_some()
    }

    /// The reason why the event is malformed.
    pub(crate) fn fault(&self) -> Option<&str> {
        self.reports.as_ref()?.fault.as_deref()
    }

    /// The faults that schemas found.
    pub(crate) fn invalid(&self) -> &[Invalid] {
        self.reports.as_ref().map_or(&[], |reports| &reports.invalid)
    }

    /// All type errors.
    pub(crate) fn errors(&self) -> &[TypeError] {
        self.reports.as_ref().map_or(&[], |reports| &reports.errors)
    }

    /// By subscriber that expressions chose: the rules and tables that have them. `None` if there are none.
    pub(crate) fn chosen_by(&self) -> Option<&BTreeMap<u32, Vec<Requirer>>> {
        self.reports.as_ref().map(|reports| &reports.chosen_by).filter(|chosen| !chosen.is_empty())
    }

    /// The errors of `ingest` alone, which are also among `errors`.
    pub(crate) fn ingest_errors(&self) -> &[TypeError] {
        self.reports.as_ref().map_or(&[], |reports| &reports.ingest_errors)
    }

    /// The event that each subscriber is sent, in their order, if requested.
    pub(crate) fn sent(&self) -> &[SentTo<'a>] {
        self.reports.as_ref().map_or(&[], |reports| &reports.sent)
    }
}

/// The event that one subscriber is sent.
#[derive(Debug)]
pub(crate) struct SentTo<'a> {
    pub(crate) subscriber: u32,
    pub(crate) event: SentEvent<'a>,
    pub(crate) errors: Vec<TypeError>,
}

/// The event that a subscriber is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SentEvent<'a> {
    /// Nothing, because the line could not be read.
    Nothing,
    /// The unchanged line.
    Line,
    /// The result of transforms.
    Tree(Value<'a>),
}
