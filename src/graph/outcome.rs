//! The outcome of one event, by number: the decision before names are put to it, and what subscribers are sent.

use super::FilterPlan;
use super::topics::TopicEntry;
use crate::decision::{Invalid, Status, TypeError};
use crate::event::Value;
use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

/// What was decided, by number.
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
    /// Those of `ingest` alone, which are among `errors` too.
    pub(crate) ingest_errors: Vec<TypeError>,
    /// Why it is malformed.
    pub(crate) fault: Option<String>,
    /// What everybody is sent, if that was asked for; in the order of the subscribers.
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

/// The event that one subscriber is sent.
#[derive(Debug)]
pub(crate) struct SentTo<'a> {
    pub(crate) subscriber: u32,
    pub(crate) event: SentEvent<'a>,
    pub(crate) errors: Vec<TypeError>,
}

/// An event that is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SentEvent<'a> {
    /// The line could not be read.
    Nothing,
    /// The line as it came.
    Line,
    /// What transforms have made.
    Tree(Value<'a>),
}
