//! The numbers of rules and groups.

/// The number of a rule: its rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(#[doc(hidden)] pub u32);

impl RuleId {
    /// The position in [`RuleSet::rules`](super::RuleSet::rules) and [`Router::rules`](crate::Router::rules).
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The number of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupId(pub u32);
