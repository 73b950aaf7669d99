//! The outcome of one event: the decision with numbers instead of names, and what each subscriber is sent.

use super::filters::FilterPlan;
use super::topics::TopicEntry;
use crate::decision::{Invalid, Status, TypeError};
use crate::event::Value;
use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

/// The decision about one event, with numbers instead of names.
#[derive(Debug)]
pub(crate) struct Outcome<'a> {
    pub(crate) status: Status,
    pub(crate) id: Value<'a>,
    pub(crate) topic: Option<&'a TopicEntry>,
    /// By label number, ascending.
    pub(crate) labels: ArenaVec<'a, (u32, Value<'a>)>,
    pub(crate) dropped_by: Option<&'a FilterPlan>,
    pub(crate) invalid: Vec<Invalid>,
    pub(crate) errors: Vec<TypeError>,
    /// The errors of `ingest` alone, which are also among `errors`.
    pub(crate) ingest_errors: Vec<TypeError>,
    /// The reason why the event is malformed.
    pub(crate) fault: Option<String>,
    /// What each subscriber is sent, in their order, if requested.
    pub(crate) sent: Vec<SentTo<'a>>,
}

impl<'a> Outcome<'a> {
    #[inline(always)]
    pub(super) fn new(arena: &'a Bump, status: Status, id: Value<'a>) -> Outcome<'a> {
        Outcome {
            status,
            id,
            topic: None,
            labels: ArenaVec::new_in(arena),
            dropped_by: None,
            invalid: Vec::new(),
            errors: Vec::new(),
            ingest_errors: Vec::new(),
            fault: None,
            sent: Vec::new(),
        }
    }

    pub(super) fn malformed(arena: &'a Bump, id: Value<'a>, fault: String) -> Outcome<'a> {
        Outcome { fault: Some(fault), ..Outcome::new(arena, Status::Malformed, id) }
    }
}

/// What one subscriber is sent.
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
