//! Access predicates: the tests under which a condition is registered, so that it is looked at only when one of them holds.
//!
//! For a condition `f`, an access set `A(f)` is a set of indexable leaves such that `f` implies that one of them holds:
//! of a test, itself; of a conjunction, the best set of a part; of a disjunction, the union over all parts (if each has
//! one). Negations have none. Best is what is hit most rarely. After access predicates in BE-Tree (Sadoghi & Jacobsen,
//! SIGMOD 2011) and A-Tree (Ji & Jacobsen, SIGMOD 2021).

use super::condition::{Conditions, Node, NodeId, Op, Test};
use super::literal::Range;
use super::topics::Topics;
use super::values::{ValueId, ValueNode, Values};
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use std::hash::BuildHasher;
use std::rc::Rc;

/// What is known of a value over all conditions, to guess how often a test on it holds.
#[derive(Debug, Default)]
struct Spread {
    literals: FxHashSet<u64>,
    low: f64,
    high: f64,
}

/// Guesses how often tests hold.
pub(crate) struct Selectivity<'s> {
    conditions: &'s Conditions,
    values: &'s Values,
    topics: &'s Topics,
    spreads: FxHashMap<ValueId, Spread>,
    /// The access sets of conjunctions and disjunctions, each worked out once: conditions share their parts.
    known: FxHashMap<NodeId, Option<Rc<Access>>>,
    /// How many leaves large access sets may still have in all.
    room: usize,
}

/// An access set with at most this many leaves is always used; larger ones only while there is room.
const FEW_LEAVES: usize = 64;

/// The room for large access sets: this many leaves for each condition of the graph. Without a limit, targets that share a
/// disjunction of many leaves would each be registered under all of them, which takes the product of both numbers.
const ROOM: usize = 16;

/// Leaves, and how often one of them is hit (a guess from 0 to 1 and beyond).
#[derive(Debug)]
pub(crate) struct Access {
    pub(crate) rate: f64,
    pub(crate) leaves: Vec<NodeId>,
}

impl<'s> Selectivity<'s> {
    pub(crate) fn new(conditions: &'s Conditions, values: &'s Values, topics: &'s Topics) -> Selectivity<'s> {
        let mut spreads: FxHashMap<ValueId, Spread> = FxHashMap::default();
        for number in 0..conditions.len() {
            if let Node::Test(Test { value, op }) = conditions.get(NodeId(number as u32)) {
                spreads.entry(*value).or_default().note(op);
            }
        }
        let room = conditions.len() * ROOM;
        Selectivity { conditions, values, topics, spreads, known: FxHashMap::default(), room }
    }

    /// The access set that a target with this condition is registered under. Without one, it is looked at for every event.
    pub(crate) fn of_target(&mut self, condition: NodeId) -> Option<Rc<Access>> {
        self.access(condition).filter(|access| self.has_room(access))
    }

    /// True if an access set is small, or there is room for it, which is then taken.
    fn has_room(&mut self, access: &Access) -> bool {
        let leaves = access.leaves.len();
        if leaves <= FEW_LEAVES {
            return true;
        }
        let left = self.room.checked_sub(leaves);
        self.room = left.unwrap_or(self.room);
        left.is_some()
    }

    /// The best access set of a condition, if it has one.
    fn access(&mut self, id: NodeId) -> Option<Rc<Access>> {
        let conditions = self.conditions;
        let (rate, parts) = match conditions.get(id) {
            Node::Test(test) => (self.rate(test), None),
            Node::Topic(set) => (self.topics.rate(*set), None),
            Node::And(parts) => (0.0, Some((parts, true))),
            Node::Or(parts) => (0.0, Some((parts, false))),
            Node::Const(_) | Node::Not(_) | Node::Active(_) => return None,
        };
        let Some((parts, is_and)) = parts else { return Some(Rc::new(Access { rate, leaves: vec![id] })) };
        if let Some(known) = self.known.get(&id) {
            return known.clone();
        }
        let access = if is_and { self.best(parts) } else { self.union(parts) };
        self.known.insert(id, access.clone());
        access
    }

    /// The access set of a conjunction: that of the part that is hit most rarely.
    fn best(&mut self, parts: &[NodeId]) -> Option<Rc<Access>> {
        let all = parts.iter().filter_map(|part| self.access(*part));
        all.min_by(|a, b| a.rate.total_cmp(&b.rate))
    }

    /// The access set of a disjunction: those of all its parts together.
    fn union(&mut self, parts: &[NodeId]) -> Option<Rc<Access>> {
        let mut union = Access { rate: 0.0, leaves: Vec::new() };
        for part in parts {
            let access = self.access(*part)?;
            union.rate += access.rate;
            union.leaves.extend_from_slice(&access.leaves);
        }
        union.leaves.sort_unstable();
        union.leaves.dedup();
        self.has_room(&union).then(|| Rc::new(union))
    }

    /// How often a test holds, as far as can be guessed from the rules alone.
    fn rate(&self, test: &Test) -> f64 {
        let spread = self.spreads.get(&test.value);
        let distinct = spread.map_or(1, |spread| spread.literals.len()) as f64;
        let rate = match &test.op {
            Op::Equal(super::literal::Literal::Bool(_)) => 0.5,
            Op::Equal(_) => 1.0 / (distinct + 1.0),
            Op::OneOf(set) => (set.len() as f64 / (distinct + 1.0)).min(0.9),
            Op::Range(range) => spread.map_or(0.5, |spread| spread.share(range)),
            Op::Exists => 0.8,
            Op::Prefix(text) | Op::Suffix(text) => affix_rate(text),
            Op::Has(text) => 2.0 * affix_rate(text),
            Op::Contains(_) => 0.1,
            Op::Glob(glob) => {
                glob.fragments().iter().max_by_key(|text| text.len()).map_or(0.9, |text| 3.0 * affix_rate(text))
            }
            Op::Matches(_) => 0.4,
        };
        // A computed value has to be worked out for every event before its index can be asked.
        match self.values.get(test.value) {
            Some(ValueNode::Path(_)) => rate,
            _ => rate + 0.05,
        }
    }
}

fn affix_rate(text: &str) -> f64 {
    0.4f64.powi(text.len().min(12) as i32).max(1e-4)
}

impl Spread {
    fn note(&mut self, op: &Op) {
        match op {
            Op::Equal(literal) => {
                self.literals.insert(FxBuildHasher.hash_one(literal));
            }
            Op::OneOf(set) => {
                self.literals.extend(set.iter().map(|literal| FxBuildHasher.hash_one(literal)));
            }
            Op::Range(range) => {
                for bound in [range.low, range.high].into_iter().flatten() {
                    self.low = self.low.min(bound.at.as_f64());
                    self.high = self.high.max(bound.at.as_f64());
                }
            }
            _ => {}
        }
    }

    /// The share of a bounded range in the whole spread; half lines count as half.
    fn share(&self, range: &Range) -> f64 {
        match (range.low, range.high) {
            (Some(low), Some(high)) if self.high > self.low => {
                ((high.at.as_f64() - low.at.as_f64()) / (self.high - self.low)).clamp(1e-4, 0.5)
            }
            _ => 0.5,
        }
    }
}
