//! Sealing: from draft conditions to those of a graph.

use super::draft::DraftConditions;
use super::node::{DraftId, Node, NodeId};

/// A part of a graph under construction that holds draft conditions.
///
/// Sealing changes the type ([`DraftId`] becomes [`NodeId`]), so that a condition that is not sealed does not compile.
pub(crate) trait Seal {
    /// The same part with sealed conditions.
    type Sealed;

    /// Seals the conditions that the part holds.
    fn seal(self, sealer: &mut Sealer) -> Self::Sealed;
}

impl Seal for DraftId {
    type Sealed = NodeId;

    fn seal(self, sealer: &mut Sealer) -> NodeId {
        sealer.seal(self)
    }
}

impl<T: Seal> Seal for Vec<T> {
    type Sealed = Vec<T::Sealed>;

    fn seal(self, sealer: &mut Sealer) -> Self::Sealed {
        let mut sealed: Self::Sealed = self.into_iter().map(|part| part.seal(sealer)).collect();
        sealed.shrink_to_fit();
        sealed
    }
}

impl<T: Seal> Seal for Option<T> {
    type Sealed = Option<T::Sealed>;

    fn seal(self, sealer: &mut Sealer) -> Self::Sealed {
        self.map(|part| part.seal(sealer))
    }
}

/// Keeps the conditions that something refers to, and drops all others.
///
/// Most conditions of rules with an access predicate are tested by an index and never as a whole.
#[derive(Debug)]
pub(crate) struct Sealer {
    drafts: Vec<Node<DraftId>>,
    /// By draft number: the sealed number.
    sealed: Vec<Option<NodeId>>,
    nodes: Vec<Node>,
    uses: Vec<u32>,
}

impl Sealer {
    pub(crate) fn new(drafts: DraftConditions) -> Sealer {
        let drafts = drafts.nodes;
        let sealed = vec![None; drafts.len()];
        let mut sealer = Sealer { drafts, sealed, nodes: Vec::new(), uses: Vec::new() };
        // The first two are constants, which keep their numbers.
        sealer.keep(DraftId::FALSE);
        sealer.keep(DraftId::TRUE);
        sealer
    }

    /// Seals a condition, which has one more use.
    fn seal(&mut self, id: DraftId) -> NodeId {
        let sealed = self.keep(id);
        if let Some(uses) = self.uses.get_mut(sealed.0 as usize) {
            *uses = uses.saturating_add(1);
        }
        sealed
    }

    /// The sealed number of a condition, which is kept with its parts. (The recursion is as deep as that of evaluation.)
    fn keep(&mut self, id: DraftId) -> NodeId {
        let at = id.0 as usize;
        if let Some(Some(sealed)) = self.sealed.get(at) {
            return *sealed;
        }
        let Some(draft) = self.drafts.get_mut(at) else { return NodeId::FALSE };
        let node = match std::mem::replace(draft, Node::Const(false)) {
            Node::Const(truth) => Node::Const(truth),
            Node::And(parts) => Node::And(self.parts(&parts)),
            Node::Or(parts) => Node::Or(self.parts(&parts)),
            Node::Not(inner) => Node::Not(self.seal(inner)),
            Node::Test(test) => Node::Test(test),
            Node::Topic(set) => Node::Topic(set),
            Node::Active(active) => Node::Active(active),
        };
        let sealed = NodeId(self.nodes.len() as u32);
        self.nodes.push(node);
        self.uses.push(0);
        if let Some(slot) = self.sealed.get_mut(at) {
            *slot = Some(sealed);
        }
        sealed
    }

    fn parts(&mut self, parts: &[DraftId]) -> Box<[NodeId]> {
        parts.iter().map(|part| self.seal(*part)).collect()
    }

    /// The sealed conditions.
    pub(crate) fn finish(mut self) -> Conditions {
        self.nodes.shrink_to_fit();
        self.uses.shrink_to_fit();
        Conditions { nodes: self.nodes, uses: self.uses }
    }
}

/// The conditions of a graph.
#[derive(Debug)]
pub(crate) struct Conditions {
    nodes: Vec<Node>,
    /// How many conditions and other parts of the graph refer to each.
    uses: Vec<u32>,
}

impl Conditions {
    /// A condition by number.
    pub(crate) fn get(&self, id: NodeId) -> &Node {
        self.nodes.get(id.0 as usize).unwrap_or(&Node::Const(false))
    }

    /// True if it is referred to more than once.
    pub(crate) fn is_shared(&self, id: NodeId) -> bool {
        self.uses.get(id.0 as usize).is_some_and(|uses| *uses > 1)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// How many parts all conditions have.
    #[cfg(test)]
    pub(crate) fn parts(&self) -> usize {
        self.nodes.iter().map(|node| node.parts().len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logic::{Op, Test, ValueId};

    #[test]
    fn sealing_keeps_what_is_referred_to() {
        let mut drafts = DraftConditions::default();
        let [a, b, c, d] = [0, 1, 2, 3].map(|n| drafts.test(ValueId(n), Op::Exists));
        let not = drafts.not(c);
        let either = drafts.or([b, not]);
        drafts.and([a, either]);
        let both = drafts.and([either, d]);
        let mut sealer = Sealer::new(drafts);
        let sealed = vec![both, DraftId::TRUE, d].seal(&mut sealer);
        let [both, truth, alone] = sealed[..] else { panic!("{sealed:?}") };
        let all = sealer.finish();
        assert_eq!(truth, NodeId::TRUE);
        // Constants, b, c, d, not c, either, both.
        assert_eq!(all.len(), 8);
        assert!(all.is_shared(alone) && !all.is_shared(both));
        let exists = |id: NodeId| match all.get(id) {
            Node::Test(Test { value, op: Op::Exists }) => Some(value.0),
            _ => None,
        };
        assert_eq!(exists(alone), Some(3));
        let Node::And(parts) = all.get(both) else { panic!("{:?}", all.get(both)) };
        assert!(parts.contains(&alone));
        let Some(Node::Or(parts)) = parts.iter().map(|part| all.get(*part)).find(|node| matches!(node, Node::Or(_)))
        else {
            panic!("{all:?}")
        };
        let negated = parts.iter().find_map(|part| match all.get(*part) {
            Node::Not(inner) => exists(*inner),
            _ => None,
        });
        assert_eq!((parts.iter().find_map(|part| exists(*part)), negated), (Some(1), Some(2)));
    }

    #[test]
    fn constants_keep_their_numbers() {
        let mut sealer = Sealer::new(DraftConditions::default());
        let sealed = [DraftId::TRUE, DraftId::FALSE].map(|id| id.seal(&mut sealer));
        assert_eq!(sealed, [NodeId::TRUE, NodeId::FALSE]);
        let all = sealer.finish();
        assert!(matches!(all.get(NodeId::TRUE), Node::Const(true)));
        assert!(matches!(all.get(NodeId::FALSE), Node::Const(false)));
    }
}
