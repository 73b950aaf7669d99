//! The transforms: `ingest`, and those that produce the event as each subscriber receives it.

use super::context::EventContext;
use super::sites;
use crate::decision::Decision;
use crate::event::{Json, Value, write_json};
use crate::expr::Budget;
use crate::options::Options;
use crate::rules::{RuleSet, Sites};
use crate::split::Batch;
use crate::trace::{ChangeTrace, SentTrace, StepTrace};
use crate::transform::{Decided, Deliveries, PrefixPlan, RuleContext, StepLog, TransformRun};
use bumpalo::Bump;
use std::collections::HashMap;
use std::sync::Arc;

/// The lists of transforms that subscribers have.
#[derive(Clone, Debug, Default)]
pub(super) struct Chains {
    plan: PrefixPlan,
    of: HashMap<Arc<str>, u32>,
}

impl Chains {
    pub(super) fn new(rules: &RuleSet) -> Chains {
        let mut chains = Chains::default();
        for (name, subscriber) in &rules.subscribers {
            if let Some(number) = chains.plan.number(&subscriber.transform) {
                chains.of.insert(name.clone(), number);
            }
        }
        chains
    }

    /// The event as each subscriber on a decision receives it; with `sites`, what every step did as well.
    pub(super) fn sent<'a>(
        &'a self,
        context: &EventContext<'a>,
        decision: &Decision,
        sites: Option<&Sites>,
    ) -> Vec<SentTrace> {
        let detail = sites.is_some();
        let decided = Decided {
            topic: context.topic().map_or(Value::Null, Value::String),
            id: context.id,
            time: context.time,
            now: context.now,
        };
        let rule_context = rule_context(context.rules, context.budget, context.batch);
        let mut made =
            Deliveries::new(rule_context, &self.plan, context.arena, context.event, decided).in_detail(detail);
        let sent = |name: &Arc<str>| {
            let sent = made.of(self.of.get(name).copied());
            SentTrace {
                subscriber: name.clone(),
                steps: steps(context.rules, sites, sent.log),
                value: sent.event.to_json(),
                text: if detail { text(sent.event) } else { String::new() },
                errors: sent.errors.into_list(),
            }
        };
        decision.subscribers.iter().map(sent).collect()
    }
}

fn text(event: Value<'_>) -> String {
    let mut json = Vec::new();
    write_json(event, &mut json);
    String::from_utf8_lossy(&json).into_owned()
}

/// The deliveries of a line that cannot be read: they have no event.
pub(super) fn nothing(decision: &Decision) -> Vec<SentTrace> {
    let nothing = |name: &Arc<str>| SentTrace {
        subscriber: name.clone(),
        steps: Vec::new(),
        value: Json::Null,
        text: String::new(),
        errors: Vec::new(),
    };
    decision.subscribers.iter().map(nothing).collect()
}

/// Runs `ingest`, the first stage.
pub(super) fn ingest<'a>(
    rules: &'a RuleSet,
    arena: &'a Bump,
    event: Value<'a>,
    options: &Options,
    batch: &'a Batch<'a>,
    detail: bool,
) -> TransformRun<'a> {
    let mut stage = TransformRun::new(rule_context(rules, options.budget, batch), arena, event, None, options.clock);
    stage.log = detail.then(Vec::new);
    stage.run(&rules.ingest);
    stage
}

/// The log of a transform's steps, as data.
pub(super) fn steps(rules: &RuleSet, sites: Option<&Sites>, log: Vec<StepLog<'_>>) -> Vec<StepTrace> {
    let name = |log: &StepLog<'_>| rules.transform(log.transform).map(|transform| transform.name.text.clone());
    let step = |log: StepLog<'_>| StepTrace {
        site: sites.and_then(|sites| sites::of_step(sites, rules, log.transform.0 as usize, log.step)),
        transform: name(&log).unwrap_or_default(),
        span: log.step.span,
        action: log.step.action.word(),
        applied: log.applied,
        changes: log.changes.into_iter().map(|(path, value)| change(path, value)).collect(),
    };
    log.into_iter().map(step).collect()
}

fn change(path: &str, value: Option<Json>) -> ChangeTrace {
    ChangeTrace { path: path.to_owned(), removed: value.is_none(), value: value.unwrap_or_default() }
}

fn rule_context<'a>(rules: &'a RuleSet, budget: Budget, batch: &'a Batch<'a>) -> RuleContext<'a> {
    RuleContext {
        budget,
        batch,
        paths: &rules.paths,
        envelope: &rules.envelope,
        defines: &rules.defines,
        lookups: &rules.lookups,
        transforms: &rules.transforms,
        zone: &rules.zone,
    }
}
