//! Content rules.

use super::active::Active;
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
    /// Any of these; empty: every topic. (The groups around it have their own.)
    pub topics: Vec<TopicPattern>,
    /// Where each of them is written.
    pub topic_spans: Vec<Span>,
    /// Its condition.
    pub when: Option<Typed>,
    /// Subscribers that get the event.
    pub subscribers: Vec<Name>,
    /// Subscribers that do not get the event, no matter how they were chosen.
    pub exclude: Vec<Name>,
    /// Labels it sets.
    pub labels: Vec<(Name, Typed)>,
    /// Its priority, its own or inherited.
    pub priority: i64,
    /// Rules of lower rank are not considered if it matches.
    pub stop: bool,
    /// If false, it has no effect.
    pub enabled: bool,
    /// When it is in force.
    pub active: Active,
    /// For people.
    pub description: Option<String>,
    /// The group that it belongs to.
    pub group: Option<GroupId>,
    /// Its place among everything that was written: file order.
    pub order: u32,
}
