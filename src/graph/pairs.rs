//! Pairs of equalities: if very many candidates share each of two tests, both tests together distinguish them.
//!
//! `city == "pune" && tier == "gold"` is filed under the pair of values and the hash of both constants. A hit proves nothing,
//! because hashes can be equal by chance, so the complete condition is tested.

use super::posting::{DraftList, DraftLists, DraftPosting, Posting, PostingArena, PostingList, seal_list};
use crate::event::Value;
use crate::logic::{DraftConditions, DraftId, Node, Op, Seal, Sealer, Test, ValueId, ValueNode, Values};
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::hash::BuildHasher;

/// A test with more candidates than this is crowded.
const CROWD: usize = 16;

/// A pair of values has an index if it has at least this many candidates, because it is looked up for every event.
const WORTH: usize = 64;

/// The pairs of a graph.
#[derive(Debug, Default)]
pub(crate) struct Pairs {
    pairs: Vec<Pair>,
    arena: PostingArena,
}

#[derive(Debug)]
struct Pair {
    values: [ValueId; 2],
    lists: FxHashMap<u64, PostingList>,
}

/// Pairs while the graph is built.
#[derive(Debug, Default)]
pub(crate) struct DraftPairs(Vec<([ValueId; 2], FxHashMap<u64, DraftList>)>);

/// A posting that is moved from a leaf to a pair.
struct Moved {
    leaf: DraftId,
    posting: DraftPosting,
    /// Of both constants.
    hash: u64,
    condition: DraftId,
}

impl DraftPairs {
    /// Moves postings from crowded lists to pairs, where these distinguish candidates better.
    pub(crate) fn split_crowded(
        lists: &mut DraftLists,
        candidates: &[DraftId],
        conditions: &DraftConditions,
        values: &Values,
    ) -> DraftPairs {
        let mut all = DraftPairs::default();
        let mut gone: FxHashSet<(DraftId, DraftPosting)> = FxHashSet::default();
        let moved = movable(lists, candidates, conditions, values);
        for (values, moved) in moved.into_iter().filter(|(_, moved)| moved.len() >= WORTH) {
            let mut lists: FxHashMap<u64, DraftList> = FxHashMap::default();
            for Moved { leaf, posting, hash, condition } in moved {
                // (A candidate with one leaf has one pair and one hash, so it is still hit at most once.)
                if let DraftPosting::Match { candidate, dedup, .. } = posting {
                    lists.entry(hash).or_default().push(DraftPosting::Match { candidate, dedup, rest: condition });
                    gone.insert((leaf, posting));
                }
            }
            all.0.push((values, lists));
        }
        if !gone.is_empty() {
            lists.iter_mut().for_each(|(leaf, list)| list.retain(|posting| !gone.contains(&(*leaf, *posting))));
        }
        all
    }
}

/// By pair: the postings in crowded lists that could be moved to it.
fn movable(
    lists: &DraftLists,
    candidates: &[DraftId],
    conditions: &DraftConditions,
    values: &Values,
) -> BTreeMap<[ValueId; 2], Vec<Moved>> {
    let mut movable: BTreeMap<[ValueId; 2], Vec<Moved>> = BTreeMap::new();
    for (leaf, list) in lists.iter().filter(|(_, list)| list.len() > CROWD) {
        let Some(first) = equality(*leaf, conditions, values) else { continue };
        for posting in list {
            let DraftPosting::Match { candidate, .. } = posting else { continue };
            let Some(condition) = candidates.get(*candidate as usize).copied() else { continue };
            if let Some(second) = partner(first, condition, lists, conditions, values) {
                let (pair, hash) = joined(first, second);
                movable.entry(pair).or_default().push(Moved { leaf: *leaf, posting: *posting, hash, condition });
            }
        }
    }
    movable
}

impl Seal for DraftPairs {
    type Sealed = Pairs;

    fn seal(self, sealer: &mut Sealer) -> Pairs {
        let mut all = Pairs::default();
        for (values, lists) in self.0 {
            let mut stored = |list| all.arena.store(&seal_list(list, sealer));
            let lists = lists.into_iter().map(|(hash, list)| (hash, stored(list))).collect();
            all.pairs.push(Pair { values, lists });
        }
        all.arena.shrink_to_fit();
        all
    }
}

impl Pairs {
    /// The pairs of values, by number.
    pub(crate) fn values(&self) -> impl Iterator<Item = [ValueId; 2]> + '_ {
        self.pairs.iter().map(|pair| pair.values)
    }

    /// The postings of a pair for these values.
    pub(crate) fn postings(&self, pair: usize, values: [Value<'_>; 2]) -> &[Posting] {
        let [Some(first), Some(second)] = values.map(scalar_hash) else { return &[] };
        let list = self.pairs.get(pair).and_then(|pair| pair.lists.get(&mix(first, second)));
        list.map_or(&[], |list| self.arena.postings(list))
    }
}

/// A test for equality with a scalar, on a path.
fn equality(id: DraftId, conditions: &DraftConditions, values: &Values) -> Option<(ValueId, u64)> {
    match conditions.get(id) {
        Node::Test(Test { value, op: Op::Equal(literal) }) => match values.get(*value) {
            Some(ValueNode::Path(_)) => Some((*value, scalar_hash(literal.value())?)),
            _ => None,
        },
        _ => None,
    }
}

/// The least crowded of the other equalities of a conjunction.
fn partner(
    first: (ValueId, u64),
    condition: DraftId,
    lists: &DraftLists,
    conditions: &DraftConditions,
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

/// The hash of a scalar. Equal values have equal hashes.
fn scalar_hash(value: Value<'_>) -> Option<u64> {
    match value {
        Value::Bool(b) => Some(FxBuildHasher.hash_one(b)),
        Value::Number(n) => Some(FxBuildHasher.hash_one(n)),
        Value::String(s) => Some(FxBuildHasher.hash_one(s)),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
