//! Conjunctions of two equalities as one: where very many targets share each test alone, both together tell them apart.
//!
//! `city == "pune" && tier == "gold"` is registered under the pair of values and the hash of both constants; a hit proves
//! nothing, and the whole condition is looked at.

use super::condition::{Conditions, Node, NodeId, Op, Test};
use super::posting::{HitKind, List, Lists, Posting, PostingArena, PostingList};
use super::values::{ValueId, ValueNode, Values};
use crate::event::Value;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::hash::BuildHasher;

/// A test with more targets than this is crowded.
const CROWD: usize = 16;

/// A pair of values is worth an index from so many targets on: it is asked for every event.
const WORTH: usize = 64;

/// All pairs of a graph.
#[derive(Debug, Default)]
pub(crate) struct Pairs {
    pairs: Vec<Pair>,
    entries: PostingArena,
}

#[derive(Debug)]
struct Pair {
    values: [ValueId; 2],
    runs: FxHashMap<u64, PostingList>,
}

/// What is better found by a pair.
struct Moved {
    leaf: NodeId,
    print: u64,
    entry: Posting,
    condition: NodeId,
}

impl Pairs {
    /// Takes what is better found by a pair out of crowded lists.
    pub(crate) fn relieve(
        lists: &mut Lists,
        target_conditions: &[NodeId],
        conditions: &Conditions,
        values: &Values,
    ) -> Pairs {
        let mut moved: BTreeMap<[ValueId; 2], Vec<Moved>> = BTreeMap::new();
        for (leaf, entries) in lists.iter().filter(|(_, entries)| entries.len() > CROWD) {
            let Some(first) = equality(*leaf, conditions, values) else { continue };
            for entry in entries.iter().filter(|entry| matches!(entry.meaning(), HitKind::Match | HitKind::MatchDedup))
            {
                let Some(condition) = target_conditions.get(entry.target() as usize).copied() else { continue };
                if let Some(second) = partner(first, condition, lists, conditions, values) {
                    let (pair, print) = joined(first, second);
                    moved.entry(pair).or_default().push(Moved { leaf: *leaf, print, entry: *entry, condition });
                }
            }
        }
        let mut all = Pairs::default();
        let mut gone: FxHashSet<(NodeId, Posting)> = FxHashSet::default();
        for (values, targets) in moved.into_iter().filter(|(_, targets)| targets.len() >= WORTH) {
            let mut entries: FxHashMap<u64, List> = FxHashMap::default();
            for Moved { leaf, print, entry, condition } in targets {
                // Of a target with one leaf, one pair is asked, and with one hash: it is still hit once at most.
                let asking = Posting::asking(entry.target(), entry.meaning(), condition);
                entries.entry(print).or_default().push(asking);
                gone.insert((leaf, entry));
            }
            let runs = entries.iter().map(|(print, list)| (*print, all.entries.store(list))).collect();
            all.pairs.push(Pair { values, runs });
        }
        all.entries.seal();
        if !gone.is_empty() {
            lists.iter_mut().for_each(|(leaf, list)| list.retain(|entry| !gone.contains(&(*leaf, *entry))));
        }
        all
    }

    /// The pairs of values, by number.
    pub(crate) fn values(&self) -> impl Iterator<Item = [ValueId; 2]> + '_ {
        self.pairs.iter().map(|pair| pair.values)
    }

    /// All entries.
    pub(crate) fn entries_mut(&mut self) -> impl Iterator<Item = &mut Posting> {
        let singles = self.pairs.iter_mut().flat_map(|pair| pair.runs.values_mut()).filter_map(PostingList::single_mut);
        singles.chain(self.entries.iter_mut())
    }

    /// The entries of a pair whose values are these.
    pub(crate) fn entries(&self, pair: usize, values: [Value<'_>; 2]) -> &[Posting] {
        let [Some(first), Some(second)] = values.map(print) else { return &[] };
        let run = self.pairs.get(pair).and_then(|pair| pair.runs.get(&mix(first, second)));
        run.map_or(&[], |run| self.entries.run(run))
    }
}

/// A test for equality with a scalar, on a path.
fn equality(id: NodeId, conditions: &Conditions, values: &Values) -> Option<(ValueId, u64)> {
    match conditions.get(id) {
        Node::Test(Test { value, op: Op::Equal(literal) }) => match values.get(*value) {
            Some(ValueNode::Path(_)) => Some((*value, print(literal.value())?)),
            _ => None,
        },
        _ => None,
    }
}

/// The other equality in a conjunction that is the least crowded.
fn partner(
    first: (ValueId, u64),
    condition: NodeId,
    lists: &Lists,
    conditions: &Conditions,
    values: &Values,
) -> Option<(ValueId, u64)> {
    let Node::And(parts) = conditions.get(condition) else { return None };
    let others = parts.iter().filter_map(|part| Some((*part, equality(*part, conditions, values)?)));
    let others = others.filter(|(_, (value, _))| *value != first.0);
    others.min_by_key(|(part, _)| lists.get(part).map_or(0, |list| list.len())).map(|(_, second)| second)
}

/// The pair in the order of its values, and the hash of both constants.
fn joined(a: (ValueId, u64), b: (ValueId, u64)) -> ([ValueId; 2], u64) {
    let (a, b) = if a.0 <= b.0 { (a, b) } else { (b, a) };
    ([a.0, b.0], mix(a.1, b.1))
}

fn mix(a: u64, b: u64) -> u64 {
    a.rotate_left(23) ^ b
}

/// The hash of a scalar; equal values have equal hashes.
fn print(value: Value<'_>) -> Option<u64> {
    match value {
        Value::Bool(b) => Some(FxBuildHasher.hash_one(b)),
        Value::Number(n) => Some(FxBuildHasher.hash_one(n)),
        Value::String(s) => Some(FxBuildHasher.hash_one(s)),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
