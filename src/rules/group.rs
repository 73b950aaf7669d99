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
    /// First or all.
    pub mode: MatchMode,
    /// Any of these; empty: every topic.
    pub topics: Vec<TopicPattern>,
    /// Where each of them is written.
    pub topic_spans: Vec<Span>,
    /// Holds for every rule within.
    pub when: Option<Typed>,
    /// If false, it has no effect.
    pub enabled: bool,
    /// When it is in force.
    pub active: Active,
    /// The group around it.
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
    /// Every one that matches.
    #[default]
    All,
}
