//! Conditions in normal form: a boolean DAG whose leaves are tests `value op constant`, negations at the leaves alone.
//!
//! The constructors simplify: constants vanish, nested conjunctions are flattened, ranges of one value are intersected.
//! Equal nodes are one node. What is not of the form `value op constant` becomes the test `expression == true`.

use super::literal::{Literal, Range};
use super::values::ValueId;
use crate::event::Value;
use crate::expr::{Glob, Pattern};
use crate::rules::Active;
use fixedbitset::FixedBitSet;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::Arc;

/// The number of a condition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct NodeId(pub(crate) u32);

impl NodeId {
    /// Never holds.
    pub(crate) const FALSE: NodeId = NodeId(0);
    /// Always holds.
    pub(crate) const TRUE: NodeId = NodeId(1);
}

/// A condition.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) enum Node {
    Const(bool),
    And(Box<[NodeId]>),
    Or(Box<[NodeId]>),
    /// Of a test, always.
    Not(NodeId),
    Test(Test),
    /// The topic is in a set of patterns.
    Topic(u32),
    /// `now` is within.
    Active(Box<Active>),
}

impl Node {
    /// The conditions it is made of.
    fn parts(&self) -> &[NodeId] {
        match self {
            Node::And(parts) | Node::Or(parts) => parts,
            Node::Not(inner) => std::slice::from_ref(inner),
            Node::Const(_) | Node::Test(_) | Node::Topic(_) | Node::Active(_) => &[],
        }
    }

    fn parts_mut(&mut self) -> &mut [NodeId] {
        match self {
            Node::And(parts) | Node::Or(parts) => parts,
            Node::Not(inner) => std::slice::from_mut(inner),
            Node::Const(_) | Node::Test(_) | Node::Topic(_) | Node::Active(_) => &mut [],
        }
    }
}

/// Writes the new number of a condition.
fn move_to(moved: &[NodeId], id: &mut NodeId) {
    *id = moved.get(id.0 as usize).copied().unwrap_or(NodeId::FALSE);
}

/// Counts one more use of a condition.
fn count(uses: &mut [u32], id: NodeId) {
    if let Some(uses) = uses.get_mut(id.0 as usize) {
        *uses = uses.saturating_add(1);
    }
}

/// A leaf: what is asked of a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Test {
    pub(crate) value: ValueId,
    pub(crate) op: Op,
}

/// What can be asked. Null passes none of them. (What is large and rare is in a box: there may be a million of them.)
#[derive(Clone, Debug)]
pub(crate) enum Op {
    /// Is this scalar.
    Equal(Literal),
    /// Is one of these scalars.
    OneOf(Arc<FxHashSet<Literal>>),
    /// Is a number within.
    Range(Box<Range>),
    /// Is not null.
    Exists,
    /// Is a string that begins so.
    Prefix(Box<str>),
    /// Is a string that ends so.
    Suffix(Box<str>),
    /// Is a string that has this in it.
    Has(Box<str>),
    /// Is a string that has this in it, or a list with this element.
    Contains(Box<Literal>),
    /// Is a string that the glob matches.
    Glob(Arc<Glob>),
    /// Is a string that the regular expression matches.
    Matches(Arc<Pattern>),
}

impl Op {
    /// True if the value passes.
    pub(crate) fn holds(&self, value: Value<'_>) -> bool {
        match (self, value) {
            (_, Value::Null) => false,
            (Op::Equal(literal), _) => value == literal.value(),
            (Op::OneOf(set), _) => contains_literal(set, value),
            (Op::Range(range), Value::Number(n)) => range.holds(n),
            (Op::Exists, _) => true,
            (Op::Prefix(text), Value::String(s)) => s.starts_with(&**text),
            (Op::Suffix(text), Value::String(s)) => s.ends_with(&**text),
            (Op::Has(text), Value::String(s)) => has(s, text),
            (Op::Contains(literal), Value::String(s)) => {
                matches!(&**literal, Literal::String(text) if has(s, text))
            }
            (Op::Contains(literal), Value::Array(items)) => items.iter().any(|item| *item == literal.value()),
            (Op::Glob(glob), Value::String(s)) => glob.is_match(s),
            (Op::Matches(regex), Value::String(s)) => regex.is_match(s),
            _ => false,
        }
    }

    /// True if one value can hit it several times.
    pub(crate) fn hits_again(&self) -> bool {
        matches!(self, Op::Has(_) | Op::Contains(_) | Op::Glob(_) | Op::Matches(_))
    }

    /// True if an index answers it exactly, so that a hit needs no second look.
    pub(crate) fn is_exact(&self) -> bool {
        !matches!(self, Op::Glob(_) | Op::Matches(_))
    }
}

fn has(s: &str, text: &str) -> bool {
    memchr::memmem::find(s.as_bytes(), text.as_bytes()).is_some()
}

/// True if one of the literals is equal to the value.
fn contains_literal(set: &FxHashSet<Literal>, value: Value<'_>) -> bool {
    match value {
        Value::Bool(b) => set.contains(&Literal::Bool(b)),
        Value::Number(n) => set.contains(&Literal::Number(n)),
        // A set of a few is searched without building a key.
        Value::String(s) if set.len() <= 8 => set.iter().any(|literal| literal.value() == Value::String(s)),
        Value::String(s) => set.contains(&Literal::String(s.into())),
        _ => false,
    }
}

impl PartialEq for Op {
    fn eq(&self, other: &Op) -> bool {
        match (self, other) {
            (Op::Equal(a), Op::Equal(b)) => a == b,
            (Op::Contains(a), Op::Contains(b)) => a == b,
            (Op::OneOf(a), Op::OneOf(b)) => a == b,
            (Op::Range(a), Op::Range(b)) => a == b,
            (Op::Exists, Op::Exists) => true,
            (Op::Prefix(a), Op::Prefix(b)) | (Op::Suffix(a), Op::Suffix(b)) | (Op::Has(a), Op::Has(b)) => a == b,
            (Op::Glob(a), Op::Glob(b)) => a.source() == b.source(),
            (Op::Matches(a), Op::Matches(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Op {}

impl Hash for Op {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Op::Equal(literal) => literal.hash(state),
            Op::Contains(literal) => literal.hash(state),
            // Whatever order the set is in.
            Op::OneOf(set) => set.iter().fold(0u64, |all, item| all ^ FxBuildHasher.hash_one(item)).hash(state),
            Op::Range(range) => range.hash(state),
            Op::Exists => {}
            Op::Prefix(text) | Op::Suffix(text) | Op::Has(text) => text.hash(state),
            Op::Glob(glob) => glob.source().hash(state),
            Op::Matches(regex) => regex.source().hash(state),
        }
    }
}

/// All conditions of a graph.
#[derive(Debug)]
pub(crate) struct Conditions {
    nodes: Vec<Node>,
    /// How many conditions and roots lead to each; counted when the graph is sealed.
    uses: Vec<u32>,
    /// By hash; of several with one hash, the next ones stand under the numbers that follow it.
    known: FxHashMap<u64, NodeId>,
    /// The negations of conjunctions and disjunctions, each worked out once: conditions share their parts.
    negations: FxHashMap<NodeId, NodeId>,
}

/// A nested conjunction or disjunction with more parts than this stays a node of its own instead of being merged into the
/// one around it. Merged, named values that add one part to one another (`d2: d1 && data.b`, `d3: d2 && data.c` …) would
/// take room in proportion to the square of their number.
const MAX_MERGED: usize = 64;

impl Conditions {
    pub(crate) fn new() -> Conditions {
        let mut all = Conditions {
            nodes: Vec::new(),
            uses: Vec::new(),
            known: FxHashMap::default(),
            negations: FxHashMap::default(),
        };
        all.intern(Node::Const(false));
        all.intern(Node::Const(true));
        all
    }

    /// A condition by number.
    pub(crate) fn get(&self, id: NodeId) -> &Node {
        self.nodes.get(id.0 as usize).unwrap_or(&Node::Const(false))
    }

    /// True if several conditions share it.
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

    /// Keeps only what these lead to, under new numbers, which are written to where the old ones stood.
    ///
    /// Most conditions of rules with an access predicate are asked by an index and never as themselves.
    pub(crate) fn seal<'r>(&mut self, roots: impl IntoIterator<Item = &'r mut NodeId>) {
        self.known = FxHashMap::default();
        self.negations = FxHashMap::default();
        let roots: Vec<&mut NodeId> = roots.into_iter().collect();
        let mut kept = FixedBitSet::with_capacity(self.nodes.len());
        [NodeId::FALSE, NodeId::TRUE].iter().for_each(|id| kept.insert(id.0 as usize));
        roots.iter().for_each(|id| kept.insert(id.0 as usize));
        // A condition comes after all of its parts.
        for (number, node) in self.nodes.iter().enumerate().rev() {
            if kept.contains(number) {
                node.parts().iter().for_each(|part| kept.insert(part.0 as usize));
            }
        }
        let mut moved: Vec<NodeId> = Vec::with_capacity(self.nodes.len());
        let mut nodes = Vec::with_capacity(kept.count_ones(..));
        for (number, mut node) in std::mem::take(&mut self.nodes).into_iter().enumerate() {
            moved.push(NodeId(nodes.len() as u32));
            if kept.contains(number) {
                node.parts_mut().iter_mut().for_each(|part| move_to(&moved, part));
                nodes.push(node);
            }
        }
        self.nodes = nodes;
        self.uses = vec![0; self.nodes.len()];
        let parts = self.nodes.iter().flat_map(Node::parts);
        for id in parts.copied() {
            count(&mut self.uses, id);
        }
        for id in roots {
            move_to(&moved, id);
            count(&mut self.uses, *id);
        }
    }

    fn intern(&mut self, node: Node) -> NodeId {
        let mut print = FxBuildHasher.hash_one(&node);
        while let Some(id) = self.known.get(&print).copied() {
            if self.get(id) == &node {
                return id;
            }
            print = print.wrapping_add(1);
        }
        let id = NodeId(self.nodes.len() as u32);
        self.nodes.push(node);
        self.known.insert(print, id);
        id
    }

    /// A constant.
    pub(crate) fn constant(&self, truth: bool) -> NodeId {
        if truth { NodeId::TRUE } else { NodeId::FALSE }
    }

    /// A test; one that can never pass is false.
    pub(crate) fn test(&mut self, value: ValueId, op: Op) -> NodeId {
        if matches!(&op, Op::Range(range) if range.is_empty()) || matches!(&op, Op::OneOf(set) if set.is_empty()) {
            return NodeId::FALSE;
        }
        self.intern(Node::Test(Test { value, op }))
    }

    /// The topic is in a set of patterns.
    pub(crate) fn topic(&mut self, set: u32) -> NodeId {
        self.intern(Node::Topic(set))
    }

    /// `now` is within.
    pub(crate) fn active(&mut self, active: Active) -> NodeId {
        if active.is_always() { NodeId::TRUE } else { self.intern(Node::Active(Box::new(active))) }
    }

    /// All of them.
    pub(crate) fn and(&mut self, parts: impl IntoIterator<Item = NodeId>) -> NodeId {
        let mut flat = Vec::new();
        for part in parts {
            match self.get(part) {
                Node::Const(true) => {}
                Node::Const(false) => return NodeId::FALSE,
                Node::And(inner) if inner.len() <= MAX_MERGED => flat.extend_from_slice(inner),
                _ => flat.push(part),
            }
        }
        let mut flat = self.intersect(flat);
        flat.sort_unstable();
        flat.dedup();
        match flat.first() {
            Some(first) if *first == NodeId::FALSE => NodeId::FALSE,
            _ => self.conjunction(flat),
        }
    }

    /// All of them, which are some of the parts of a conjunction, in their order.
    pub(crate) fn conjunction(&mut self, parts: Vec<NodeId>) -> NodeId {
        match parts.as_slice() {
            [] => NodeId::TRUE,
            [one] => *one,
            _ => self.intern(Node::And(parts.into_boxed_slice())),
        }
    }

    /// Any of them.
    pub(crate) fn or(&mut self, parts: impl IntoIterator<Item = NodeId>) -> NodeId {
        let mut flat = Vec::new();
        for part in parts {
            match self.get(part) {
                Node::Const(false) => {}
                Node::Const(true) => return NodeId::TRUE,
                Node::Or(inner) if inner.len() <= MAX_MERGED => flat.extend_from_slice(inner),
                _ => flat.push(part),
            }
        }
        flat.sort_unstable();
        flat.dedup();
        match flat.as_slice() {
            [] => NodeId::FALSE,
            [one] => *one,
            _ => self.intern(Node::Or(flat.into_boxed_slice())),
        }
    }

    /// The negation, pushed down to the leaves.
    pub(crate) fn not(&mut self, id: NodeId) -> NodeId {
        if let Some(known) = self.negations.get(&id) {
            return *known;
        }
        let (parts, is_and) = match self.get(id) {
            Node::Const(truth) => return self.constant(!truth),
            Node::Not(inner) => return *inner,
            Node::Test(_) | Node::Topic(_) | Node::Active(_) => return self.intern(Node::Not(id)),
            Node::And(parts) => (parts.clone(), true),
            Node::Or(parts) => (parts.clone(), false),
        };
        let parts: Vec<_> = parts.iter().map(|part| self.not(*part)).collect();
        let negation = if is_and { self.or(parts) } else { self.and(parts) };
        self.negations.insert(id, negation);
        negation
    }

    /// Ranges of one value become one range.
    fn intersect(&mut self, parts: Vec<NodeId>) -> Vec<NodeId> {
        let range = |node: &Node| match node {
            Node::Test(Test { value, op: Op::Range(range) }) => Some((*value, **range)),
            _ => None,
        };
        let ranges: Vec<_> = parts.iter().filter_map(|part| range(self.get(*part))).collect();
        if ranges.len() < 2 {
            return parts;
        }
        let mut rest: Vec<_> = parts.into_iter().filter(|part| range(self.get(*part)).is_none()).collect();
        let mut merged: BTreeMap<ValueId, Range> = BTreeMap::new();
        for (value, range) in ranges {
            merged.entry(value).and_modify(|all| *all = all.meet(range)).or_insert(range);
        }
        rest.extend(merged.into_iter().map(|(value, range)| self.test(value, Op::Range(Box::new(range)))));
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_small() {
        assert!(size_of::<Node>() <= 48, "{}", size_of::<Node>());
    }

    #[test]
    fn sealing_keeps_what_is_asked() {
        let mut all = Conditions::new();
        let mut test = |n: u32| all.test(ValueId(n), Op::Exists);
        let [a, b, c, d] = [0, 1, 2, 3].map(&mut test);
        let not = all.not(c);
        let either = all.or([b, not]);
        all.and([a, either]);
        let mut both = all.and([either, d]);
        let (mut truth, mut alone) = (NodeId::TRUE, d);
        all.seal([&mut both, &mut truth, &mut alone]);
        assert_eq!(truth, NodeId::TRUE);
        // Constants, b, c, d, not c, either, both.
        assert_eq!(all.len(), 8);
        let exists = |id: NodeId| match all.get(id) {
            Node::Test(Test { value, op: Op::Exists }) => Some(value.0),
            _ => None,
        };
        assert_eq!(exists(alone), Some(3));
        let Node::And(parts) = all.get(both) else { panic!("{:?}", all.get(both)) };
        assert!(parts.contains(&alone));
        let Some(Node::Or(parts)) = parts.iter().map(|part| all.get(*part)).find(|node| matches!(node, Node::Or(_)))
        else {
            panic!("{:?}", all)
        };
        let negated = parts.iter().find_map(|part| match all.get(*part) {
            Node::Not(inner) => exists(*inner),
            _ => None,
        });
        assert_eq!((parts.iter().find_map(|part| exists(*part)), negated), (Some(1), Some(2)));
    }
}
