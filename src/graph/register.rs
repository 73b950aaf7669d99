//! Registers targets under their access predicates: which hits lead to a target, and what a hit leaves to be asked.
//!
//! What a hit has proved is not asked again: of `a == "k" && b == "E"`, registered under `a == "k"`, only `b == "E"` is left.
//! That is the smaller part of the saving. A test like it is shared by many rules and is in the cache, while the whole
//! condition of one rule among 100,000 is in none, and neither are the tests and constants below it.

use super::access::{Access, Selectivity};
use super::condition::{Conditions, Node, NodeId, Test};
use super::index::{Entry, Indexes, Meaning};
use super::pairs::Pairs;
use super::targets::{ByDefault, Extras, RulePlan, Targets};
use super::topics::Topics;
use super::values::Values;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

/// A test that is hit more often than this, as far as can be guessed, selects little.
const WEAK: f64 = 0.3;

/// What a hit leaves to be asked is worked out for each leaf of a target, in time that grows with the parts of its condition. If
/// the product is larger than this, a hit leaves the whole condition.
const MAX_RESTS: usize = 1 << 16;

/// What is registered under each leaf.
pub(crate) type Lists = FxHashMap<NodeId, List>;

/// Entries of one leaf: mostly one.
pub(crate) type List = SmallVec<[Entry; 2]>;

/// Targets under their access predicates, before these are indexed.
pub(crate) struct Registered {
    targets: Targets,
    pairs: Pairs,
    tests: Vec<(Test, List)>,
    sets: Vec<(u32, List)>,
}

impl Registered {
    /// Registers every target.
    pub(crate) fn new(
        conditions: Vec<NodeId>,
        rules: (Vec<RulePlan>, Vec<Extras>),
        graph: &mut Conditions,
        values: &Values,
        topics: &Topics,
    ) -> Registered {
        let mut targets = Targets { count: conditions.len(), rules: rules.0, extras: rules.1, ..Targets::default() };
        let mut lists = Lists::default();
        let accesses: Vec<_> = {
            let mut selectivity = Selectivity::new(graph, values, topics);
            conditions.iter().map(|condition| selectivity.of_target(*condition)).collect()
        };
        for ((target, condition), access) in (0u32..).zip(&conditions).zip(accesses) {
            targets.register(target, *condition, access.as_deref(), graph, &mut lists);
        }
        let pairs = Pairs::relieve(&mut lists, &conditions, graph, values);
        let mut all = Registered { targets, pairs, tests: Vec::with_capacity(lists.len()), sets: Vec::new() };
        for (leaf, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            match graph.get(leaf) {
                Node::Test(test) => all.tests.push((test.clone(), list)),
                Node::Topic(set) => all.sets.push((*set, list)),
                // (Access sets and what defeats have no other leaves.)
                _ => {}
            }
        }
        all
    }

    /// All conditions that may be asked when an event comes.
    pub(crate) fn conditions_mut(&mut self) -> impl Iterator<Item = &mut NodeId> {
        let tests = self.tests.iter_mut().map(|(_, list)| list);
        let lists = tests.chain(self.sets.iter_mut().map(|(_, list)| list)).flatten();
        let entries = lists.chain(&mut self.targets.always).chain(self.pairs.entries_mut());
        entries.map(Entry::rest_mut).chain(self.targets.by_default.iter_mut().map(|by_default| &mut by_default.rest))
    }

    /// Builds the indexes.
    pub(crate) fn index(self, topics: &mut Topics) -> (Targets, Indexes, Pairs) {
        for (set, list) in self.sets {
            topics.register(set, list.into_iter().map(Entry::packed));
        }
        (self.targets, Indexes::new(self.tests), self.pairs)
    }
}

impl Targets {
    fn register(
        &mut self,
        target: u32,
        condition: NodeId,
        access: Option<&Access>,
        graph: &mut Conditions,
        lists: &mut Lists,
    ) {
        let defeats = defeats(condition, graph);
        match access {
            // What is hit often anyway is not worth a look at each target: the hits on its negations say more.
            Some(Access { rate, leaves })
                if *rate > WEAK && !defeats.is_empty() && is_proof(leaves, condition, graph) =>
            {
                let number = self.by_default.len() as u32;
                for leaf in leaves {
                    lists.entry(*leaf).or_default().push(Entry::new(number, Meaning::Enabled));
                }
                self.defeat(target, condition, defeats, 1, graph, lists);
            }
            Some(Access { leaves, .. }) => {
                let meaning = meaning(leaves, graph);
                self.has_repeats |= meaning == Meaning::Again;
                let is_large = leaves.len().saturating_mul(parts(&condition, graph).len()) > MAX_RESTS;
                for leaf in leaves {
                    let rest = if is_large { condition } else { rest(*leaf, condition, graph) };
                    lists.entry(*leaf).or_default().push(Entry::asking(target, meaning, rest));
                }
            }
            None => self.without_access(target, condition, defeats, graph, lists),
        }
    }

    /// A target that nothing selects: it holds by default and is taken away, or it is looked at for every event.
    fn without_access(
        &mut self,
        target: u32,
        condition: NodeId,
        defeats: Vec<NodeId>,
        graph: &Conditions,
        lists: &mut Lists,
    ) {
        match graph.get(condition) {
            Node::Const(false) => {}
            _ if defeats.is_empty() => self.always.push(Entry::asking(target, Meaning::Once, condition)),
            _ => {
                self.defaults.insert(self.by_default.len());
                self.defeat(target, condition, defeats, 0, graph, lists);
            }
        }
    }

    /// Registers what takes a target away. `known` of its parts are seen to otherwise; if there are more, its condition has to
    /// be looked at in the end.
    fn defeat(
        &mut self,
        target: u32,
        condition: NodeId,
        defeats: Vec<NodeId>,
        known: usize,
        graph: &Conditions,
        lists: &mut Lists,
    ) {
        let is_sure = defeats.len() + known >= parts(&condition, graph).len();
        let number = self.by_default.len() as u32;
        self.by_default.push(ByDefault { target, rest: if is_sure { NodeId::TRUE } else { condition } });
        for leaf in defeats {
            lists.entry(leaf).or_default().push(Entry::new(number, Meaning::Defeated));
        }
    }
}

/// Whether one event can hit a target several times that is registered under these leaves.
fn meaning(leaves: &[NodeId], graph: &Conditions) -> Meaning {
    match leaves {
        [only] => match graph.get(*only) {
            Node::Test(test) if test.op.hits_again() => Meaning::Again,
            _ => Meaning::Once,
        },
        _ => Meaning::Again,
    }
}

/// What a hit on a leaf leaves to be asked of a condition: the conjunction without the parts that the hit proves.
///
/// All that several leaves leave comes to the same truth, that of the condition, so that the first hit settles it.
fn rest(leaf: NodeId, condition: NodeId, graph: &mut Conditions) -> NodeId {
    if !is_exact(leaf, graph) {
        return condition;
    }
    let all = parts(&condition, graph);
    let left: Vec<NodeId> = all.iter().copied().filter(|part| !is_implied(*part, leaf, graph)).collect();
    if left.len() == all.len() { condition } else { graph.conjunction(left) }
}

/// True if a part of a conjunction holds wherever a leaf does.
fn is_implied(part: NodeId, leaf: NodeId, graph: &Conditions) -> bool {
    part == leaf || matches!(graph.get(part), Node::Or(any) if any.binary_search(&leaf).is_ok())
}

/// True if there is one leaf, which is itself a part of the condition, and a hit on it proves it.
fn is_proof(leaves: &[NodeId], condition: NodeId, graph: &Conditions) -> bool {
    let [leaf] = leaves else { return false };
    is_exact(*leaf, graph) && parts(&condition, graph).contains(leaf)
}

/// True if a hit on a leaf proves it.
fn is_exact(leaf: NodeId, graph: &Conditions) -> bool {
    match graph.get(leaf) {
        Node::Test(test) => test.op.is_exact(),
        node => matches!(node, Node::Topic(_)),
    }
}

/// The parts of a conjunction; of another condition, that itself.
fn parts<'p>(condition: &'p NodeId, graph: &'p Conditions) -> &'p [NodeId] {
    match graph.get(*condition) {
        Node::And(parts) => parts,
        _ => std::slice::from_ref(condition),
    }
}

/// The tests whose hits prove that a condition does not hold.
fn defeats(condition: NodeId, graph: &Conditions) -> Vec<NodeId> {
    let defeated_by = |part: NodeId| match graph.get(part) {
        Node::Not(inner) => match graph.get(*inner) {
            Node::Test(test) if test.op.is_exact() => Some(*inner),
            _ => None,
        },
        _ => None,
    };
    parts(&condition, graph).iter().copied().filter_map(defeated_by).collect()
}
