//! Transforms in the graph: `ingest` before everything else, and what everybody on a decision is sent.

use super::DecisionGraph;
use super::outcome::{SentEvent, SentTo};
use super::run::Run;
use super::slots::SlotTree;
use crate::clock::Clock;
use crate::event::{Limits, RawPath, Value, parse};
use crate::expr::{Budget, PathTable};
use crate::rules::{Envelope, Named, RuleSet, Transform, TransformId};
use crate::transform::{Decided, Deliveries, PrefixPlan, RuleContext, TransformRun};
use bumpalo::Bump;

/// What transforms need beside the graph.
#[derive(Debug)]
pub(crate) struct TransformPlan {
    /// All paths, those that only transforms read included.
    paths: PathTable,
    envelope: Envelope,
    defines: Vec<Named>,
    transforms: Vec<Transform>,
    ingest: Vec<TransformId>,
    /// Where the slots are in an event that `ingest` has made; none where nothing is ingested.
    pub(super) slots: Option<SlotTree>,
    chains: PrefixPlan,
    /// By subscriber.
    chain_of: Vec<Option<u32>>,
}

impl TransformPlan {
    /// None where no transform is ever used.
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

fn rule_context<'a>(graph: &'a DecisionGraph, plan: &'a TransformPlan, budget: Budget) -> RuleContext<'a> {
    RuleContext {
        budget,
        paths: &plan.paths,
        envelope: &plan.envelope,
        defines: &plan.defines,
        lookups: &graph.lookups,
        transforms: &plan.transforms,
        zone: &graph.zone,
    }
}

/// What `ingest` makes of an event.
pub(super) fn ingest<'a>(
    graph: &'a DecisionGraph,
    plan: &'a TransformPlan,
    event: Value<'a>,
    arena: &'a Bump,
    clock: Clock,
    budget: Budget,
) -> TransformRun<'a> {
    let mut stage = TransformRun::new(rule_context(graph, plan, budget), arena, event, None, clock);
    stage.run(&plan.ingest);
    stage
}

/// What everybody is sent who gets the event of a run. `tree`: the event, where it was read into one.
pub(super) fn sent<'a>(
    run: &mut Run<'a, '_>,
    tree: Option<Value<'a>>,
    line: &'a [u8],
    limits: Limits,
    arena: &'a Bump,
) -> Vec<SentTo<'a>> {
    let graph = run.graph;
    let as_it_came = tree.map_or(SentEvent::Line, SentEvent::Tree);
    let chosen = run.state.chosen.clone();
    let plan = graph.transforms.as_deref();
    let chain_of = |number: u32| plan.and_then(|plan| plan.chain_of.get(number as usize).copied().flatten());
    let plain = |subscriber| SentTo { subscriber, event: as_it_came, errors: Vec::new() };
    let Some(plan) = plan.filter(|_| chosen.iter().any(|number| chain_of(*number).is_some())) else {
        return chosen.into_iter().map(plain).collect();
    };
    // The scan has found nothing wrong with it.
    let event = tree.unwrap_or_else(|| parse(line, limits, arena).unwrap_or_default());
    let topic = run.topic.map_or(Value::Null, |entry| Value::String(&entry.topic));
    let decided = Decided { topic, id: run.id(), time: run.time(), now: run.clock() };
    let mut made = Deliveries::new(rule_context(graph, plan, run.budget), &plan.chains, arena, event, decided);
    let send = |subscriber: u32| match chain_of(subscriber) {
        None => plain(subscriber),
        chain => {
            let sent = made.of(chain);
            SentTo { subscriber, event: SentEvent::Tree(sent.event), errors: sent.errors.into_list() }
        }
    };
    chosen.into_iter().map(send).collect()
}
