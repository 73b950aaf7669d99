//! The nodes of conditions.

use super::op::Test;
use crate::rules::Active;

/// The number of a condition while conditions are built.
///
/// It has no meaning for sealed [`Conditions`](super::Conditions); only a [`Sealer`](super::Sealer) turns it into a [`NodeId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct DraftId(pub(super) u32);

impl DraftId {
    /// Is never true.
    pub(crate) const FALSE: DraftId = DraftId(0);
    /// Is always true.
    pub(crate) const TRUE: DraftId = DraftId(1);
}

/// The number of a sealed condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NodeId(pub(crate) u32);

impl NodeId {
    /// Is never true.
    pub(crate) const FALSE: NodeId = NodeId(0);
    /// Is always true.
    pub(crate) const TRUE: NodeId = NodeId(1);
}

/// A condition.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) enum Node<Id = NodeId> {
    Const(bool),
    And(Box<[Id]>),
    Or(Box<[Id]>),
    /// The negation of a leaf.
    Not(Id),
    Test(Test),
    /// The topic matches one of a set of patterns.
    Topic(u32),
    /// `now` is within the period.
    Active(Box<Active>),
}

#[cfg(test)]
impl<Id> Node<Id> {
    /// The conditions that it is made of.
    pub(crate) fn parts(&self) -> &[Id] {
        match self {
            Node::And(parts) | Node::Or(parts) => parts,
            Node::Not(inner) => std::slice::from_ref(inner),
            Node::Const(_) | Node::Test(_) | Node::Topic(_) | Node::Active(_) => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_small() {
        assert!(size_of::<Node>() <= 48, "{}", size_of::<Node>());
    }
}
