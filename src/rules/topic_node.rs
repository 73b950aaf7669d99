//! Nodes of the topic tree: subscriptions and settings.

use super::name::Name;
use crate::diagnostic::Span;
use crate::event::Json;
use crate::topic::TopicPattern;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A node of the topic tree, or a pattern.
#[derive(Clone, Debug)]
pub struct TopicNode {
    /// The full pattern.
    pub pattern: TopicPattern,
    /// The span of its name, in the first place that has it.
    pub span: Span,
    /// Subscribers to the events of exactly this pattern.
    pub subscribers: Vec<Name>,
    /// Settings, which apply to the pattern and everything below it.
    pub settings: BTreeMap<Arc<str>, Setting>,
}

/// A setting of a topic.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Its value.
    pub value: Json,
    /// Its span in the file.
    pub span: Span,
}
