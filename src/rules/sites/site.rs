//! A site, its kinds and its identity.

use crate::diagnostic::Span;
use std::fmt;
use std::sync::Arc;

/// The number of a site, from 0. A parent has a smaller number than its children.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteId(pub u32);

/// The kinds of sites.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum SiteKind {
    Topic,
    Rule,
    Group,
    Table,
    Define,
    Label,
    Filter,
    Schema,
    Subscriber,
    Transform,
    /// A part of a condition that joins others: `all`, `any` or `not`.
    Node,
    /// A part of a condition that joins no others.
    Leaf,
    /// An alternative of a named value, a label, a table's key or a step's source.
    Case,
    /// A row of a table.
    Row,
    /// The target of a table without a matching row.
    Otherwise,
    /// The key that a table uses in place of null.
    Default,
    /// A subscriber's filter.
    SubscriberFilter,
    /// A subscriber that a rule excludes.
    Exclude,
    /// The `stop` of a rule.
    Stop,
    /// The `active` of a rule or a group.
    Active,
    /// A step of a transform.
    Step,
}

impl SiteKind {
    /// The kind in a message, and in JSON: `subscriber filter`.
    pub fn word(self) -> &'static str {
        match self {
            SiteKind::Topic => "topic",
            SiteKind::Rule => "rule",
            SiteKind::Group => "group",
            SiteKind::Table => "table",
            SiteKind::Define => "define",
            SiteKind::Label => "label",
            SiteKind::Filter => "filter",
            SiteKind::Schema => "schema",
            SiteKind::Subscriber => "subscriber",
            SiteKind::Transform => "transform",
            SiteKind::Node => "node",
            SiteKind::Leaf => "leaf",
            SiteKind::Case => "case",
            SiteKind::Row => "row",
            SiteKind::Otherwise => "otherwise",
            SiteKind::Default => "default",
            SiteKind::SubscriberFilter => "subscriber filter",
            SiteKind::Exclude => "exclude",
            SiteKind::Stop => "stop",
            SiteKind::Active => "active",
            SiteKind::Step => "step",
        }
    }
}

/// The identity of a site: a hash of its kind, the names around it and its normalized text, with its rank among equal texts. It
/// does not depend on spans, on the order of names, or on neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteIdentity(pub u128);

impl fmt::Display for SiteIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// Where a condition is written in the part that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConditionRole {
    /// The condition under which the part applies.
    When,
    /// The value of an alternative, if it is a condition.
    Value,
}

/// A part of a rule set.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Site {
    /// Its kind.
    pub kind: SiteKind,
    /// Its place.
    pub span: Span,
    /// The part that contains it. For a rule in a group, the group.
    pub parent: Option<SiteId>,
    /// Its name for people, which no other site has: `rule:big/when.all[0]`.
    pub path: Arc<str>,
    /// Its identity.
    pub identity: SiteIdentity,
    /// For the outermost part of a condition.
    pub role: Option<ConditionRole>,
    pub(super) first_child: Option<SiteId>,
    pub(super) next: Option<SiteId>,
}
