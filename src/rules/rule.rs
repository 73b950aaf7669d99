//! Content rules.

use super::active::Active;
use super::destination::Destination;
use super::id::GroupId;
use super::name::Name;
use crate::diagnostic::Span;
use crate::expr::Typed;
use crate::topic::TopicPattern;

/// A content rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name.
    pub name: Name,
    /// Topics, of which one must match. Empty: every topic. (Its enclosing groups have their own.)
    pub topics: Vec<TopicPattern>,
    /// The span of each topic.
    pub topic_spans: Vec<Span>,
    /// Its condition.
    pub when: Option<Typed>,
    /// Subscribers that get the event.
    pub subscribers: Vec<Name>,
    /// Expressions that choose further subscribers from the event.
    pub destinations: Vec<Destination>,
    /// Subscribers that do not get the event, no matter how they were chosen.
    pub exclude: Vec<Name>,
    /// Labels that it sets.
    pub labels: Vec<(Name, Typed)>,
    /// Its priority, its own or inherited.
    pub priority: i64,
    /// If it matches, rules of lower rank are skipped.
    pub stop: bool,
    /// If false, it has no effect.
    pub enabled: bool,
    /// The period in which it is in force.
    pub active: Active,
    /// A description for readers.
    pub description: Option<String>,
    /// The group that it belongs to.
    pub group: Option<GroupId>,
    /// Its position in file order.
    pub order: u32,
}

impl Rule {
    /// The expressions of its effects: its labels, and those that choose subscribers.
    pub(crate) fn effect_expressions(&self) -> impl Iterator<Item = &Typed> {
        let labels = self.labels.iter().map(|(_, value)| value);
        labels.chain(self.destinations.iter().map(|destination| &destination.value))
    }
}
