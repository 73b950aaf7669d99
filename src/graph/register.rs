//! Registers targets under their access predicates: which hits lead to a target, and what a hit leaves to be asked.
//!
//! What a hit has proved is not asked again: of `a == "k" && b == "E"`, registered under `a == "k"`, only `b == "E"` is left.
//! That is the smaller part of the saving. A test like it is shared by many rules and is in the cache, while the whole
//! condition of one rule among 100,000 is in none, and neither are the tests and constants below it.

use super::access::{Access, Selectivity};
use super::condition::{Conditions, Node, NodeId, Test};
use super::index::{Entry, Indexes, Meaning};
use super::pairs::Pairs;
use super::targets::{Extras, RulePlan, Targets};
use super::topics::Topics;
use super::values::Values;
use fixedbitset::FixedBitSet;
use rustc_hash::FxHashMap;

/// A test that is hit more often than this, as far as can be guessed, selects little.
const WEAK: f64 = 0.3;

/// Registers every target under its access predicates.
pub(crate) fn register(
    conditions: Vec<NodeId>,
    rules: (Vec<RulePlan>, Vec<Extras>),
    graph: &mut Conditions,
    values: &Values,
    topics: &mut Topics,
) -> (Targets, Indexes, Pairs) {
    let mut targets = Targets {
        defaults: FixedBitSet::with_capacity(conditions.len()),
        unsure: FixedBitSet::with_capacity(conditions.len()),
        conditions,
        rules: rules.0,
        extras: rules.1,
        always: Vec::new(),
        has_defaults: false,
        has_repeats: false,
    };
    let mut lists: FxHashMap<NodeId, Vec<Entry>> = FxHashMap::default();
    let accesses: Vec<_> = {
        let selectivity = Selectivity::new(graph, values, topics);
        targets.conditions.iter().map(|condition| selectivity.access(*condition)).collect()
    };
    for (number, access) in accesses.into_iter().enumerate() {
        let target = number as u32;
        let Some(condition) = targets.conditions.get(number).copied() else { continue };
        let defeats = defeats(condition, graph);
        match access {
            // What is hit often anyway is not worth a look at each target: the hits on its negations say more.
            Some(Access { rate, ref leaves })
                if rate > WEAK && !defeats.is_empty() && is_proof(leaves, condition, graph) =>
            {
                for leaf in leaves {
                    lists.entry(*leaf).or_default().push(Entry::new(target, Meaning::Enabled));
                }
                targets.defeat(target, condition, defeats, 1, graph, &mut lists);
            }
            Some(Access { leaves, .. }) => {
                let meaning = meaning(&leaves, graph);
                targets.has_repeats |= meaning == Meaning::Again;
                for leaf in leaves {
                    let rest = rest(leaf, condition, graph);
                    lists.entry(leaf).or_default().push(Entry::asking(target, meaning, rest));
                }
            }
            None => targets.without_access(target, condition, defeats, graph, &mut lists),
        }
    }
    let pairs = Pairs::relieve(&mut lists, &targets.conditions, graph, values);
    let mut tests: Vec<(Test, Vec<Entry>)> = Vec::new();
    for (leaf, entries) in lists.into_iter().filter(|(_, entries)| !entries.is_empty()) {
        match graph.get(leaf) {
            Node::Test(test) => tests.push((test.clone(), entries)),
            Node::Topic(set) => entries.into_iter().for_each(|entry| topics.register(*set, entry)),
            // (Access sets and what defeats have no other leaves.)
            _ => {}
        }
    }
    (targets, Indexes::new(tests), pairs)
}

impl Targets {
    /// A target that nothing selects: it holds by default and is taken away, or it is looked at for every event.
    fn without_access(
        &mut self,
        target: u32,
        condition: NodeId,
        defeats: Vec<NodeId>,
        graph: &Conditions,
        lists: &mut FxHashMap<NodeId, Vec<Entry>>,
    ) {
        match graph.get(condition) {
            Node::Const(false) => {}
            _ if defeats.is_empty() => self.always.push(Entry::asking(target, Meaning::Once, condition)),
            _ => {
                self.defaults.insert(target as usize);
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
        lists: &mut FxHashMap<NodeId, Vec<Entry>>,
    ) {
        self.has_defaults = true;
        self.unsure.set(target as usize, defeats.len() + known < parts(condition, graph).len());
        for leaf in defeats {
            lists.entry(leaf).or_default().push(Entry::new(target, Meaning::Defeated));
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
    let all = parts(condition, graph);
    let left: Vec<NodeId> = all.iter().copied().filter(|part| !is_implied(*part, leaf, graph)).collect();
    if left.len() == all.len() { condition } else { graph.conjunction(left) }
}

/// True if a part of a conjunction holds wherever a leaf does.
fn is_implied(part: NodeId, leaf: NodeId, graph: &Conditions) -> bool {
    part == leaf || matches!(graph.get(part), Node::Or(any) if any.contains(&leaf))
}

/// True if there is one leaf, which is itself a part of the condition, and a hit on it proves it.
fn is_proof(leaves: &[NodeId], condition: NodeId, graph: &Conditions) -> bool {
    let [leaf] = leaves else { return false };
    is_exact(*leaf, graph) && parts(condition, graph).contains(leaf)
}

/// True if a hit on a leaf proves it.
fn is_exact(leaf: NodeId, graph: &Conditions) -> bool {
    match graph.get(leaf) {
        Node::Test(test) => test.op.is_exact(),
        node => matches!(node, Node::Topic(_)),
    }
}

/// The parts of a conjunction.
fn parts(condition: NodeId, graph: &Conditions) -> Vec<NodeId> {
    match graph.get(condition) {
        Node::And(parts) => parts.to_vec(),
        _ => vec![condition],
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
    parts(condition, graph).into_iter().filter_map(defeated_by).collect()
}
