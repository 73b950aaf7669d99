//! Schemas and the events that they validate.

use super::name::Name;
use crate::diagnostic::Span;
use crate::expr::Typed;
use crate::schema::Validator;
use crate::topic::TopicPattern;

/// A schema and the events that it validates.
#[derive(Clone, Debug)]
pub struct Schema {
    /// Its name.
    pub name: Name,
    /// Topics, of which one must match. Empty: every topic.
    pub topics: Vec<TopicPattern>,
    /// The span of each topic.
    pub topic_spans: Vec<Span>,
    /// A condition that must be true. `None`: always.
    pub when: Option<Typed>,
    /// The part of the event that is validated.
    pub target: SchemaTarget,
    /// If true, a fault rejects the event; otherwise the fault is only reported on the decision.
    pub rejects: bool,
    /// The compiled schema.
    pub validator: Validator,
}

/// The part of an event that a schema validates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub enum SchemaTarget {
    #[default]
    Data,
    Headers,
    Event,
}
