//! Placement: the access predicates under which a candidate is filed, and the tests that remain after a hit.
//!
//! Tests that a hit proves are not repeated: if `a == "k" && b == "E"` is filed under `a == "k"`, only `b == "E"` remains. That a test
//! is saved is the smaller gain. A test like the remaining one is shared by many rules and is in the cache, whereas the complete
//! condition of one rule among 100,000 is not, nor are its tests and constants.

use super::access::{Access, Selectivity};
use super::bits::Bits;
use super::candidates::{ByDefault, Candidates};
use super::index::Indexes;
use super::pairs::{DraftPairs, Pairs};
use super::posting::{DraftList, DraftLists, DraftPosting, seal_list};
use super::topics::Topics;
use crate::logic::{DraftConditions, DraftId, Lowering, Node, Seal, Sealer, Test};

/// A test that is estimated to be hit more often than this selects little.
const WEAK: f64 = 0.3;

/// The rest of a condition is computed for each leaf of a candidate, in time that grows with the number of its parts. If the
/// product is larger than this, the complete condition is tested after a hit.
const MAX_RESTS: usize = 1 << 16;

/// Candidates under their access predicates, before these are indexed.
pub(crate) struct Placement {
    count: usize,
    always: Vec<DraftPosting>,
    by_default: Vec<ByDefault<DraftId>>,
    defaults: Bits,
    has_repeats: bool,
    pairs: DraftPairs,
    tests: Vec<(Test, DraftList)>,
    pattern_sets: Vec<(u32, DraftList)>,
}

impl Placement {
    /// Places all candidates, given their conditions.
    pub(crate) fn new(candidates: &[DraftId], lowering: &mut Lowering<'_>) -> Placement {
        let accesses: Vec<_> = {
            let mut selectivity = Selectivity::new(lowering);
            candidates.iter().map(|condition| selectivity.of_candidate(*condition)).collect()
        };
        let mut placer = Placer::new(&mut lowering.conditions);
        for ((candidate, condition), access) in (0u32..).zip(candidates).zip(accesses) {
            placer.place(candidate, *condition, access.as_deref());
        }
        let Placer { mut lists, always, by_default, defaults, has_repeats, .. } = placer;
        let pairs = DraftPairs::split_crowded(&mut lists, candidates, &lowering.conditions, &lowering.values);
        let (mut tests, mut pattern_sets) = (Vec::with_capacity(lists.len()), Vec::new());
        for (leaf, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            match lowering.conditions.get(leaf) {
                Node::Test(test) => tests.push((test.clone(), list)),
                Node::Topic(set) => pattern_sets.push((*set, list)),
                // (Postings are filed under no other leaves.)
                _ => {}
            }
        }
        Placement { count: candidates.len(), always, by_default, defaults, has_repeats, pairs, tests, pattern_sets }
    }

    /// Seals the conditions that remain after hits, and builds the indexes.
    pub(crate) fn index(self, sealer: &mut Sealer, topics: &mut Topics) -> (Candidates, Indexes, Pairs) {
        let tests = self.tests.into_iter().map(|(test, list)| (test, seal_list(list, sealer))).collect();
        for (set, list) in self.pattern_sets {
            topics.add_postings(set, seal_list(list, sealer));
        }
        let candidates = Candidates {
            count: self.count,
            always: self.always.seal(sealer),
            by_default: self.by_default.seal(sealer),
            defaults: self.defaults,
            has_repeats: self.has_repeats,
        };
        (candidates, Indexes::new(tests), self.pairs.seal(sealer))
    }
}

/// Files candidates one by one.
struct Placer<'c> {
    conditions: &'c mut DraftConditions,
    lists: DraftLists,
    always: Vec<DraftPosting>,
    by_default: Vec<ByDefault<DraftId>>,
    defaults: Bits,
    has_repeats: bool,
}

impl Placer<'_> {
    fn new(conditions: &mut DraftConditions) -> Placer<'_> {
        Placer {
            conditions,
            lists: DraftLists::default(),
            always: Vec::new(),
            by_default: Vec::new(),
            defaults: Bits::default(),
            has_repeats: false,
        }
    }

    fn place(&mut self, candidate: u32, condition: DraftId, access: Option<&Access>) {
        let disabling = disabling_tests(condition, self.conditions);
        match access {
            // If it is hit often anyway, testing each candidate does not pay: hits of the negated tests exclude more.
            Some(Access { rate, leaves })
                if *rate > WEAK && !disabling.is_empty() && is_proof(leaves, condition, self.conditions) =>
            {
                let number = self.by_default.len() as u32;
                leaves.iter().for_each(|leaf| self.file(*leaf, DraftPosting::Enable(number)));
                self.place_by_default(candidate, condition, disabling, 1);
            }
            Some(Access { leaves, .. }) => self.place_under(leaves, candidate, condition),
            None => self.place_without_access(candidate, condition, disabling),
        }
    }

    fn file(&mut self, leaf: DraftId, posting: DraftPosting) {
        self.lists.entry(leaf).or_default().push(posting);
    }

    /// Files a candidate under leaves, one of which is true whenever its condition is.
    fn place_under(&mut self, leaves: &[DraftId], candidate: u32, condition: DraftId) {
        let dedup = may_hit_repeatedly(leaves, self.conditions);
        self.has_repeats |= dedup;
        let is_large = leaves.len().saturating_mul(parts(&condition, self.conditions).len()) > MAX_RESTS;
        for leaf in leaves {
            let rest = if is_large { condition } else { rest(*leaf, condition, self.conditions) };
            self.file(*leaf, DraftPosting::Match { candidate, dedup, rest });
        }
    }

    /// A candidate that no test selects: it is enabled by default and hits disable it, or it is tested for every event.
    fn place_without_access(&mut self, candidate: u32, condition: DraftId, disabling: Vec<DraftId>) {
        if condition == DraftId::FALSE {
            return;
        }
        if disabling.is_empty() {
            self.always.push(DraftPosting::Match { candidate, dedup: false, rest: condition });
            return;
        }
        self.defaults.insert(self.by_default.len());
        self.place_by_default(candidate, condition, disabling, 0);
    }

    /// Files the tests that disable a candidate. Besides the disabling tests, `known` parts of its condition need no test in the end. If
    /// it has more parts, the condition remains to be tested.
    fn place_by_default(&mut self, candidate: u32, condition: DraftId, disabling: Vec<DraftId>, known: usize) {
        let is_proved = disabling.len() + known >= parts(&condition, self.conditions).len();
        let number = self.by_default.len() as u32;
        self.by_default.push(ByDefault { candidate, rest: if is_proved { DraftId::TRUE } else { condition } });
        disabling.into_iter().for_each(|leaf| self.file(leaf, DraftPosting::Disable(number)));
    }
}

/// True if several hits in one event can lead to a candidate that is filed under these leaves.
fn may_hit_repeatedly(leaves: &[DraftId], conditions: &DraftConditions) -> bool {
    match leaves {
        [only] => matches!(conditions.get(*only), Node::Test(test) if test.op.may_hit_repeatedly()),
        _ => true,
    }
}

/// The rest of a condition after a hit of a leaf: the conjunction without the parts that the hit proves.
///
/// If a candidate has several leaves, the rest after each of them is as true as its condition, so that the first hit decides.
fn rest(leaf: DraftId, condition: DraftId, conditions: &mut DraftConditions) -> DraftId {
    if !is_exact(leaf, conditions) {
        return condition;
    }
    let all = parts(&condition, conditions);
    let left: Vec<DraftId> = all.iter().copied().filter(|part| !is_implied(*part, leaf, conditions)).collect();
    if left.len() == all.len() { condition } else { conditions.conjunction(left) }
}

/// True if a part of a conjunction is true whenever a leaf is.
fn is_implied(part: DraftId, leaf: DraftId, conditions: &DraftConditions) -> bool {
    part == leaf || matches!(conditions.get(part), Node::Or(any) if any.binary_search(&leaf).is_ok())
}

/// True if there is one leaf, which is a part of the condition and is proved by a hit.
fn is_proof(leaves: &[DraftId], condition: DraftId, conditions: &DraftConditions) -> bool {
    let [leaf] = leaves else { return false };
    is_exact(*leaf, conditions) && parts(&condition, conditions).contains(leaf)
}

/// True if a hit of a leaf proves it.
fn is_exact(leaf: DraftId, conditions: &DraftConditions) -> bool {
    match conditions.get(leaf) {
        Node::Test(test) => test.op.is_exact(),
        node => matches!(node, Node::Topic(_)),
    }
}

/// The parts of a conjunction. Any other condition has itself as its only part.
fn parts<'p>(condition: &'p DraftId, conditions: &'p DraftConditions) -> &'p [DraftId] {
    match conditions.get(*condition) {
        Node::And(parts) => parts,
        _ => std::slice::from_ref(condition),
    }
}

/// The tests whose hits disprove a condition.
fn disabling_tests(condition: DraftId, conditions: &DraftConditions) -> Vec<DraftId> {
    let negated_test = |part: DraftId| match conditions.get(part) {
        Node::Not(inner) => match conditions.get(*inner) {
            Node::Test(test) if test.op.is_exact() => Some(*inner),
            _ => None,
        },
        _ => None,
    };
    parts(&condition, conditions).iter().copied().filter_map(negated_test).collect()
}
