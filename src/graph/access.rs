//! Access predicates: the tests under which a condition is filed, so that it is considered only when one of them holds.
//!
//! An access set of a condition is a set of indexable leaves such that the condition implies one of them. The access set of a
//! test is the test itself. That of a conjunction is the best access set of its parts: the one that is hit most rarely. That
//! of a disjunction is the union over all parts, if each part has one. Negations have none. The idea is from BE-Tree (Sadoghi &
//! Jacobsen, SIGMOD 2011) and A-Tree (Ji & Jacobsen, SIGMOD 2021).

use crate::logic::{
    DraftConditions, DraftId, Literal, Lowering, Node, Op, PatternSets, Range, Test, ValueId, ValueNode, Values,
};
use crate::topic::Segment;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use std::hash::BuildHasher;
use std::rc::Rc;

/// The constants that all conditions compare a value with, to estimate how often a test of it holds.
#[derive(Debug, Default)]
struct Spread {
    literals: FxHashSet<u64>,
    low: f64,
    high: f64,
}

/// Estimates how often tests hold.
pub(crate) struct Selectivity<'s> {
    conditions: &'s DraftConditions,
    values: &'s Values,
    pattern_sets: &'s PatternSets,
    spreads: FxHashMap<ValueId, Spread>,
    /// The access sets of conjunctions and disjunctions. Conditions share parts, so each is determined once.
    known: FxHashMap<DraftId, Option<Rc<Access>>>,
    /// How many more leaves large access sets may have altogether.
    room: usize,
}

/// An access set with at most this many leaves is always used, a larger one only while there is room.
const FEW_LEAVES: usize = 64;

/// The room for large access sets: this many leaves for each condition of the graph. Without a limit, many candidates that
/// share a disjunction of many leaves would each be filed under all of them, which takes space in proportion to the product.
const ROOM: usize = 16;

/// Leaves, and an estimate of how many of them an event hits (it can exceed 1).
#[derive(Debug)]
pub(crate) struct Access {
    pub(crate) rate: f64,
    pub(crate) leaves: Vec<DraftId>,
}

impl<'s> Selectivity<'s> {
    pub(crate) fn new(lowering: &'s Lowering<'_>) -> Selectivity<'s> {
        let Lowering { conditions, values, pattern_sets, .. } = lowering;
        let mut spreads: FxHashMap<ValueId, Spread> = FxHashMap::default();
        for node in conditions.nodes() {
            if let Node::Test(Test { value, op }) = node {
                spreads.entry(*value).or_default().note(op);
            }
        }
        let room = conditions.nodes().len() * ROOM;
        Selectivity { conditions, values, pattern_sets, spreads, known: FxHashMap::default(), room }
    }

    /// The access set that a candidate with this condition is filed under. Without one, it is tested for every event.
    pub(crate) fn of_candidate(&mut self, condition: DraftId) -> Option<Rc<Access>> {
        self.access(condition).filter(|access| self.has_room(access))
    }

    /// True if an access set is small, or if there is room for it, which is then used up.
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
    fn access(&mut self, id: DraftId) -> Option<Rc<Access>> {
        let conditions = self.conditions;
        let (rate, parts) = match conditions.get(id) {
            Node::Test(test) => (self.rate(test), None),
            Node::Topic(set) => (self.pattern_set_rate(*set), None),
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

    /// The access set of a conjunction: that of a part, the one that is hit most rarely.
    fn best(&mut self, parts: &[DraftId]) -> Option<Rc<Access>> {
        let all = parts.iter().filter_map(|part| self.access(*part));
        all.min_by(|a, b| a.rate.total_cmp(&b.rate))
    }

    /// The access set of a disjunction: the union of those of all parts.
    fn union(&mut self, parts: &[DraftId]) -> Option<Rc<Access>> {
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

    /// An estimate of how often a topic matches one of a set of patterns.
    fn pattern_set_rate(&self, set: u32) -> f64 {
        let sets = self.pattern_sets.as_slice();
        let patterns = sets.get(set as usize).map_or(&[][..], Vec::as_slice);
        let each = patterns.iter().map(|pattern| match pattern.segments.as_slice() {
            [Segment::Many] => 1.0,
            segments if segments.iter().all(|segment| matches!(segment, Segment::Literal(_))) => {
                1.0 / (sets.len() as f64 + 1.0)
            }
            _ => 0.5 / (pattern.literals() as f64 + 1.0),
        });
        each.sum::<f64>().min(1.0)
    }

    /// An estimate of how often a test holds, from the rules alone.
    fn rate(&self, test: &Test) -> f64 {
        let rate = op_rate(&test.op, self.spreads.get(&test.value));
        // A computed value must be evaluated for every event before its index can be probed.
        match self.values.get(test.value) {
            Some(ValueNode::Path(_)) => rate,
            _ => rate + 0.05,
        }
    }
}

/// An estimate of how often a test of a value with this spread holds.
fn op_rate(op: &Op, spread: Option<&Spread>) -> f64 {
    let distinct = spread.map_or(1, |spread| spread.literals.len()) as f64;
    match op {
        Op::Equal(Literal::Bool(_)) => 0.5,
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
        // Most lists are short.
        Op::Element(test) => test.leaves().map_or(0.8, |leaves| {
            let all: f64 = leaves.iter().map(|(_, op)| op_rate(op, spread)).sum();
            (1.5 * all).min(0.9)
        }),
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
            Op::Element(test) => test.leaves().unwrap_or_default().iter().for_each(|(_, op)| self.note(op)),
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
