//! Schemas and the events that they validate.

use super::name::Name;
use crate::diagnostic::Span;
use crate::expr::Typed;
use crate::schema::Validator;
use crate::topic::TopicPattern;

/// A schema and the events it is for.
#[derive(Clone, Debug)]
pub struct Schema {
    /// Its name.
    pub name: Name,
    /// Any of these; empty: every topic.
    pub topics: Vec<TopicPattern>,
    /// Where each of them is written.
    pub topic_spans: Vec<Span>,
    /// A condition that must hold, if there is one.
    pub when: Option<Typed>,
    /// What is validated.
    pub target: SchemaTarget,
    /// If true, a fault rejects the event; otherwise the fault is only reported on the decision.
    pub rejects: bool,
    /// The compiled schema.
    pub validator: Validator,
}

/// What a schema validates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub enum SchemaTarget {
    #[default]
    Data,
    Headers,
    Event,
}
