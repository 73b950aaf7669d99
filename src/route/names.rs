//! A decision with names in place of numbers.

use super::events::DecidedEvent;
use crate::decision::{Decision, Delivered, Delivery, Requirer, Status, input_echo};
use crate::event::{self, Json};
use crate::graph::{DecisionGraph, Outcome, SentEvent, SentTo};
use bumpalo::Bump;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The decision, and the event that each subscriber is sent.
pub(super) fn delivered(decided: &DecidedEvent<'_>) -> Delivered {
    let DecidedEvent { graph, outcome, input, options, .. } = decided;
    let decision = decision(decided);
    let delivery = |sent: &SentTo<'_>| Delivery {
        id: decision.id.clone(),
        subscriber: graph.subscribers.name(sent.subscriber),
        event: match sent.event {
            SentEvent::Nothing => Json::Null,
            SentEvent::Tree(tree) => tree.to_json(),
            SentEvent::Line => {
                let arena = Bump::new();
                event::parse(input.text, options.limits, &arena).unwrap_or_default().to_json()
            }
        },
        errors: outcome.ingest_errors().iter().chain(&sent.errors).cloned().collect(),
        part: decision.part,
        parts: decision.parts,
    };
    Delivered { deliveries: outcome.sent().iter().map(delivery).collect(), decision: decision.clone() }
}

/// The decision with its names.
pub(super) fn decision(decided: &DecidedEvent<'_>) -> Decision {
    let DecidedEvent { graph, outcome, state, input, options } = decided;
    let names = |numbers: &[u32]| numbers.iter().map(|number| graph.subscribers.name(*number)).collect();
    let labels = outcome.labels.iter().map(|(label, value)| (graph.labels.names.name(*label), value.to_json()));
    let malformed = outcome.fault().is_some();
    let mut decision = Decision {
        id: outcome.id.to_json(),
        topic: outcome.topic.map(|entry| entry.topic.to_string()),
        status: outcome.status,
        subscribers: names(&state.chosen),
        rules: state.rules.iter().map(|rule| graph.rules.name(*rule)).collect(),
        labels: labels.collect(),
        settings: match outcome.topic {
            Some(entry) if is_routed(outcome.status) => entry.settings.clone(),
            _ => Default::default(),
        },
        filtered: names(&state.filtered),
        chosen_by: chosen_by(graph, outcome),
        dropped_by: outcome.dropped_by.map(|filter| filter.name.clone()),
        invalid: outcome.invalid().to_vec(),
        errors: outcome.errors().to_vec(),
        part: None,
        parts: None,
        line: malformed.then_some(input.line),
        error: outcome.fault().map(str::to_owned),
        input: (malformed && options.input_echo).then(|| input_echo(input.text)),
        ruleset: graph.version.clone(),
    };
    decision.set_part(input.part);
    decision
}

/// The rules and tables whose expressions chose subscribers, by name.
pub(super) fn chosen_by(graph: &DecisionGraph, outcome: &Outcome<'_>) -> BTreeMap<Arc<str>, Vec<Requirer>> {
    let named = |(number, by): (&u32, &Vec<Requirer>)| (graph.subscribers.name(*number), by.clone());
    outcome.chosen_by().into_iter().flatten().map(named).collect()
}

/// True for the statuses of events that have gone through all stages.
pub(super) fn is_routed(status: Status) -> bool {
    matches!(status, Status::Routed | Status::Unrouted)
}
