//! Conditions while they are built.
//!
//! The constructors simplify: constants vanish, nested conjunctions are flattened, ranges of one value are intersected, negations
//! are pushed down to the leaves. Equal conditions are one node.

use super::hash_cons::HashCons;
use super::node::{DraftId, Node};
use super::op::{Op, Test};
use super::range::Range;
use super::values::ValueId;
use crate::rules::Active;
use rustc_hash::{FxBuildHasher, FxHashMap};
use std::collections::BTreeMap;
use std::hash::BuildHasher;

/// Conditions while they are built. Each comes after its parts.
#[derive(Debug)]
pub(crate) struct DraftConditions {
    pub(super) nodes: Vec<Node<DraftId>>,
    known: HashCons,
    /// The negations of conjunctions and disjunctions. Conditions share parts, so each is determined once.
    negations: FxHashMap<DraftId, DraftId>,
}

/// A nested conjunction or disjunction with more parts than this remains a node of its own instead of being merged into the
/// enclosing one. If named values add one part to one another (`d2: d1 && data.b`, `d3: d2 && data.c` …), merging all of them
/// would take space quadratic in their number.
const MAX_MERGED: usize = 64;

impl Default for DraftConditions {
    fn default() -> DraftConditions {
        let mut all =
            DraftConditions { nodes: Vec::new(), known: HashCons::default(), negations: FxHashMap::default() };
        all.intern(Node::Const(false));
        all.intern(Node::Const(true));
        all
    }
}

impl DraftConditions {
    /// A condition by number.
    pub(crate) fn get(&self, id: DraftId) -> &Node<DraftId> {
        self.nodes.get(id.0 as usize).unwrap_or(&Node::Const(false))
    }

    /// All conditions.
    pub(crate) fn nodes(&self) -> &[Node<DraftId>] {
        &self.nodes
    }

    fn intern(&mut self, node: Node<DraftId>) -> DraftId {
        let new = self.nodes.len() as u32;
        let nodes = &self.nodes;
        let is_same = |known: u32| nodes.get(known as usize) == Some(&node);
        match self.known.find_or_insert(FxBuildHasher.hash_one(&node), new, is_same) {
            Some(known) => DraftId(known),
            None => {
                self.nodes.push(node);
                DraftId(new)
            }
        }
    }

    /// A constant.
    pub(crate) fn constant(&self, truth: bool) -> DraftId {
        if truth { DraftId::TRUE } else { DraftId::FALSE }
    }

    /// A test. One that no value passes becomes false.
    pub(crate) fn test(&mut self, value: ValueId, op: Op) -> DraftId {
        if matches!(&op, Op::Range(range) if range.is_empty()) || matches!(&op, Op::OneOf(set) if set.is_empty()) {
            return DraftId::FALSE;
        }
        self.intern(Node::Test(Test { value, op }))
    }

    /// The topic matches one of a set of patterns.
    pub(crate) fn topic(&mut self, set: u32) -> DraftId {
        self.intern(Node::Topic(set))
    }

    /// `now` is within the period.
    pub(crate) fn active(&mut self, active: Active) -> DraftId {
        if active.is_always() { DraftId::TRUE } else { self.intern(Node::Active(Box::new(active))) }
    }

    /// The conjunction.
    pub(crate) fn and(&mut self, parts: impl IntoIterator<Item = DraftId>) -> DraftId {
        let mut flat = Vec::new();
        for part in parts {
            match self.get(part) {
                Node::Const(true) => {}
                Node::Const(false) => return DraftId::FALSE,
                Node::And(inner) if inner.len() <= MAX_MERGED => flat.extend_from_slice(inner),
                _ => flat.push(part),
            }
        }
        let mut flat = self.intersect_ranges(flat);
        flat.sort_unstable();
        flat.dedup();
        match flat.first() {
            Some(first) if *first == DraftId::FALSE => DraftId::FALSE,
            _ => self.conjunction(flat),
        }
    }

    /// The conjunction of some parts of another conjunction, in the same order.
    pub(crate) fn conjunction(&mut self, parts: Vec<DraftId>) -> DraftId {
        match parts.as_slice() {
            [] => DraftId::TRUE,
            [one] => *one,
            _ => self.intern(Node::And(parts.into_boxed_slice())),
        }
    }

    /// The disjunction.
    pub(crate) fn or(&mut self, parts: impl IntoIterator<Item = DraftId>) -> DraftId {
        let mut flat = Vec::new();
        for part in parts {
            match self.get(part) {
                Node::Const(false) => {}
                Node::Const(true) => return DraftId::TRUE,
                Node::Or(inner) if inner.len() <= MAX_MERGED => flat.extend_from_slice(inner),
                _ => flat.push(part),
            }
        }
        flat.sort_unstable();
        flat.dedup();
        match flat.as_slice() {
            [] => DraftId::FALSE,
            [one] => *one,
            _ => self.intern(Node::Or(flat.into_boxed_slice())),
        }
    }

    /// The negation, pushed down to the leaves.
    pub(crate) fn not(&mut self, id: DraftId) -> DraftId {
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

    /// Replaces the ranges of one value by their intersection.
    fn intersect_ranges(&mut self, parts: Vec<DraftId>) -> Vec<DraftId> {
        let range = |node: &Node<DraftId>| match node {
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
            merged.entry(value).and_modify(|all| *all = all.intersection(range)).or_insert(range);
        }
        rest.extend(merged.into_iter().map(|(value, range)| self.test(value, Op::Range(Box::new(range)))));
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Number;
    use crate::logic::range::Bound;

    fn at_least(n: i128) -> Op {
        Op::Range(Box::new(Range { low: Some(Bound { at: Number::int(n), inclusive: true }), high: None }))
    }

    fn below(n: i128) -> Op {
        Op::Range(Box::new(Range { low: None, high: Some(Bound { at: Number::int(n), inclusive: false }) }))
    }

    #[test]
    fn constants_and_nesting_vanish() {
        let mut all = DraftConditions::default();
        let [a, b, c] = [0, 1, 2].map(|n| all.test(ValueId(n), Op::Exists));
        let inner = all.and([a, b]);
        let nested = all.and([inner, DraftId::TRUE, c]);
        assert_eq!(nested, all.and([c, b, a, a]));
        assert_eq!(all.and([nested, DraftId::FALSE]), DraftId::FALSE);
        assert_eq!(all.or([nested, DraftId::TRUE]), DraftId::TRUE);
        assert_eq!((all.and([]), all.or([])), (DraftId::TRUE, DraftId::FALSE));
    }

    #[test]
    fn negations_are_pushed_to_the_leaves() {
        let mut all = DraftConditions::default();
        let [a, b] = [0, 1].map(|n| all.test(ValueId(n), Op::Exists));
        let both = all.and([a, b]);
        let negation = all.not(both);
        let (not_a, not_b) = (all.not(a), all.not(b));
        assert_eq!(negation, all.or([not_a, not_b]));
        assert_eq!(all.not(negation), both);
    }

    #[test]
    fn ranges_of_one_value_are_intersected() {
        let mut all = DraftConditions::default();
        let mut test = |value: u32, op: Op| all.test(ValueId(value), op);
        let (low, high, other) = (test(0, at_least(3)), test(0, below(7)), test(1, below(3)));
        let contradiction = test(0, below(3));
        let range = all.and([low, high, other]);
        let Node::And(parts) = all.get(range) else { panic!("{:?}", all.get(range)) };
        assert_eq!(parts.len(), 2);
        assert_eq!(all.and([low, other, contradiction]), DraftId::FALSE);
    }
}
