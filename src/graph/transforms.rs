//! Transforms in the graph: `ingest` before all other stages, and the event that each subscriber is sent.

use super::DecisionGraph;
use super::evaluator::Evaluator;
use super::outcome::{SentEvent, SentTo};
use super::slots::SlotTree;
use crate::clock::Clock;
use crate::event::{Limits, RawPath, Value, parse};
use crate::expr::{Budget, PathTable};
use crate::rules::{Envelope, NamedCases, RuleSet, Transform, TransformId};
use crate::split::Batch;
use crate::transform::{Decided, Deliveries, PrefixPlan, RuleContext, TransformRun};
use bumpalo::Bump;

/// The parts that transforms need in addition to the graph.
#[derive(Debug)]
pub(crate) struct TransformPlan {
    /// All paths, including those that only transforms read.
    paths: PathTable,
    envelope: Envelope,
    defines: Vec<NamedCases>,
    transforms: Vec<Transform>,
    ingest: Vec<TransformId>,
    /// The places of the slots in an event that `ingest` produced; `None` without `ingest`.
    pub(super) slots: Option<SlotTree>,
    chains: PrefixPlan,
    /// By subscriber.
    chain_of: Vec<Option<u32>>,
}

impl TransformPlan {
    /// `None` if no transform is used.
    pub(super) fn new(rules: &RuleSet, subscribers: &super::Names, slots: &[RawPath]) -> Option<Box<TransformPlan>> {
        let mut chains = PrefixPlan::default();
        let mut chain = |name| rules.subscribers.get(name).and_then(|declared| chains.number(&declared.transform));
        let chain_of: Vec<Option<u32>> = subscribers.as_slice().iter().map(&mut chain).collect();
        if rules.ingest.is_empty() && chain_of.iter().all(Option::is_none) {
            return None;
        }
        Some(Box::new(TransformPlan {
            paths: rules.paths.clone(),
            envelope: rules.envelope.clone(),
            defines: rules.defines.clone(),
            transforms: rules.transforms.clone(),
            ingest: rules.ingest.clone(),
            slots: (!rules.ingest.is_empty()).then(|| SlotTree::new(slots)),
            chains,
            chain_of,
        }))
    }
}

fn rule_context<'a>(
    graph: &'a DecisionGraph,
    plan: &'a TransformPlan,
    budget: Budget,
    batch: &'a Batch<'a>,
) -> RuleContext<'a> {
    RuleContext {
        budget,
        batch,
        paths: &plan.paths,
        envelope: &plan.envelope,
        defines: &plan.defines,
        lookups: &graph.lookups,
        transforms: &plan.transforms,
        zone: &graph.zone,
    }
}

/// Runs `ingest` on an event.
pub(super) fn ingest<'a>(
    graph: &'a DecisionGraph,
    plan: &'a TransformPlan,
    event: Value<'a>,
    arena: &'a Bump,
    clock: Clock,
    budget: Budget,
    batch: &'a Batch<'a>,
) -> TransformRun<'a> {
    let mut stage = TransformRun::new(rule_context(graph, plan, budget, batch), arena, event, None, clock);
    stage.run(&plan.ingest);
    stage
}

/// The event that each chosen subscriber is sent. `tree` is the event, if it was parsed into one.
pub(super) fn sent<'a>(
    evaluator: &mut Evaluator<'a, '_>,
    tree: Option<Value<'a>>,
    line: &'a [u8],
    limits: Limits,
    arena: &'a Bump,
) -> Vec<SentTo<'a>> {
    let graph = evaluator.graph;
    let unchanged = tree.map_or(SentEvent::Line, SentEvent::Tree);
    let chosen = evaluator.state.chosen.clone();
    let plan = graph.transforms.as_deref();
    let chain_of = |number: u32| plan.and_then(|plan| plan.chain_of.get(number as usize).copied().flatten());
    let plain = |subscriber| SentTo { subscriber, event: unchanged, errors: Vec::new() };
    let Some(plan) = plan.filter(|_| chosen.iter().any(|number| chain_of(*number).is_some())) else {
        return chosen.into_iter().map(plain).collect();
    };
    // (The scan found no error in it.)
    let event = tree.unwrap_or_else(|| parse(line, limits, arena).unwrap_or_default());
    let topic = evaluator.topic.map_or(Value::Null, |entry| Value::String(&entry.topic));
    let decided = Decided { topic, id: evaluator.id(), time: evaluator.time(), now: evaluator.clock() };
    let mut made = Deliveries::new(
        rule_context(graph, plan, evaluator.budget, evaluator.batch),
        &plan.chains,
        arena,
        event,
        decided,
    );
    let send = |subscriber: u32| match chain_of(subscriber) {
        None => plain(subscriber),
        chain => {
            let sent = made.of(chain);
            SentTo { subscriber, event: SentEvent::Tree(sent.event), errors: sent.errors.into_list() }
        }
    };
    chosen.into_iter().map(send).collect()
}
