//! Groups of rules.

use super::active::Active;
use super::id::{GroupId, RuleId};
use super::name::Name;
use crate::diagnostic::Span;
use crate::expr::Typed;
use crate::topic::TopicPattern;

/// A group of rules.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its name.
    pub name: Name,
    /// Whether one alternative may match, or all.
    pub mode: MatchMode,
    /// Topics, of which one must match. Empty: every topic.
    pub topics: Vec<TopicPattern>,
    /// The span of each topic.
    pub topic_spans: Vec<Span>,
    /// A condition that applies to every rule in the group.
    pub when: Option<Typed>,
    /// If false, it has no effect.
    pub enabled: bool,
    /// The period in which it is in force.
    pub active: Active,
    /// The enclosing group.
    pub parent: Option<GroupId>,
    /// Its members, in file order.
    pub members: Vec<Member>,
}

/// A member of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Member {
    /// A rule.
    Rule(RuleId),
    /// A group.
    Group(GroupId),
}

/// How many alternatives of a group or rows of a table may match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum MatchMode {
    /// The first that matches.
    First,
    /// All that match.
    #[default]
    All,
}
