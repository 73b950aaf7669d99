//! The plain evaluator: it walks the rule set in the order of the stages and notes what each part made of the event. The
//! decision is read off that trace. It has no indexes and keeps nothing but the named values of one event, so that one can
//! see that it is right; the decision graph is held against it.
//!
//! Knows nothing of the graph, and has no words for people: those are in [`crate::explain`].

mod budget;
mod condition;
mod context;
mod expression;
mod outcome;
mod requirements;
mod rules;
mod sent;
mod stages;
#[cfg(test)]
mod tests;

use crate::clock::Clock;
use crate::decision::{Decision, Delivered, Delivery, Status, TypeError, add_errors, shown_id};
use crate::event::{self, Value};
use crate::expr::{Budget, DefineId, Env, Typed, holds};
use crate::options::Options;
use crate::rules::{Computations, Group, GroupId, Name, NamedCases, RuleSet};
use crate::topic::TopicPattern;
use crate::trace::{Condition, DefineTrace, EventTrace, SchemaOutcome, SentTrace, Trace};
use bumpalo::Bump;
use context::EventContext;
use requirements::Requirements;
use std::sync::Arc;

pub use expression::Expression;

/// Decides about one line, slowly and plainly, as [`crate::Router`] does; for several, [`Interpreter`] saves working out who asks for which types again.
pub fn decide(rules: &RuleSet, line: &[u8], number: u64, options: &Options) -> Decision {
    Interpreter::new(rules).decide(line, number, options)
}

/// What each part of the rule set made of one line; [`crate::explain`] puts it into words.
///
/// ```
/// use dadar::{Options, Router, explain, load_strings};
///
/// let rules = load_strings("shop", [("rules.yaml", "
/// rules: [{name: big, when: data.amount > 5000, subscribers: [review]}]
/// ")]).rule_set.unwrap();
/// let event = br#"{"type": "order.created", "data": {"amount": 900}}"#;
/// let trace = explain::trace(&rules, event, 1, &Options::default());
/// assert!(trace.decision.rules.is_empty());
/// assert_eq!(&*trace.rules[0].name, "big");
/// assert_eq!(Router::new(&rules).route(event), trace.decision);
/// ```
pub fn trace(rules: &RuleSet, line: &[u8], number: u64, options: &Options) -> Trace {
    Interpreter::new(rules).trace(line, number, options)
}

/// A rule set with what can be known of it without an event.
#[derive(Clone, Debug)]
pub struct Interpreter<'r> {
    rules: &'r RuleSet,
    /// For each topic node: its pattern followed by `.#`, for which its settings hold.
    below: Vec<TopicPattern>,
    requirements: Requirements,
    computations: Computations<'r>,
    chains: sent::Chains,
}

impl<'r> Interpreter<'r> {
    /// Works out who asks for which types.
    pub fn new(rules: &'r RuleSet) -> Interpreter<'r> {
        let below = rules.topics.iter().map(|node| node.pattern.and_below()).collect();
        Interpreter {
            rules,
            below,
            requirements: Requirements::new(rules),
            computations: Computations::new(rules),
            chains: sent::Chains::new(rules),
        }
    }

    /// Decides about one line, whose number (from 1) stands on the decision if it is malformed.
    pub fn decide(&self, line: &[u8], number: u64, options: &Options) -> Decision {
        self.walk(line, number, options, Detail { parts: false, sent: false }).decision
    }

    /// As [`Interpreter::decide`], with what everybody is sent.
    pub fn deliver(&self, line: &[u8], number: u64, options: &Options) -> Delivered {
        let trace = self.walk(line, number, options, Detail { parts: false, sent: true });
        let id = trace.decision.id.clone();
        let delivery = |sent: SentTrace| Delivery {
            id: id.clone(),
            subscriber: sent.subscriber,
            event: sent.value,
            errors: trace.ingest_errors.iter().cloned().chain(sent.errors).collect(),
        };
        Delivered { deliveries: trace.sent.into_iter().map(delivery).collect(), decision: trace.decision }
    }

    /// As [`Interpreter::deliver`], with every condition and every step taken apart.
    pub fn trace(&self, line: &[u8], number: u64, options: &Options) -> Trace {
        self.walk(line, number, options, Detail { parts: true, sent: true })
    }

    fn walk(&self, line: &[u8], number: u64, options: &Options, detail: Detail) -> Trace {
        let arena = Bump::new();
        let version = &self.rules.version;
        let malformed = |error: &str| Decision::malformed(version.clone(), line, number, error, options.input_echo);
        let event = match event::parse(line, options.limits, &arena) {
            Ok(event @ Value::Object(_)) => event,
            Ok(_) => return self.unread(number, malformed("not a JSON object"), detail),
            Err(fault) => return self.unread(number, malformed(&fault.to_string()), detail),
        };
        let ingest = sent::ingest(self.rules, &arena, event, options, detail.parts);
        let clock = ingest.clock_read().map_or(options.clock, Clock::Fixed);
        let context = EventContext::new(self.rules, &arena, ingest.tree, clock, options.budget);
        let mut event = Interpretation {
            interpreter: self,
            context,
            parts: detail.parts,
            clock,
            ingest_errors: ingest.errors.into_list(),
        };
        let mut trace = if event.context.topic().is_some() {
            event.whole(number)
        } else {
            let decision = Decision {
                id: shown_id(event.context.id),
                ..malformed(&self.rules.no_topic(event.context.cloud_event))
            };
            let mut trace = self.unread(number, decision, Detail { parts: false, sent: false });
            trace.event = event.event();
            add_errors(&mut trace.decision.errors, event.ingest_errors.clone());
            trace
        };
        trace.ingest = sent::steps(self.rules, ingest.log.unwrap_or_default());
        trace.ingest_errors = event.ingest_errors;
        if detail.sent {
            trace.sent = self.chains.sent(&event.context, &trace.decision, detail.parts);
        }
        trace
    }

    /// The trace of a line that is no event: nothing was reached.
    fn unread(&self, number: u64, decision: Decision, detail: Detail) -> Trace {
        let arena = Bump::new();
        let context = EventContext::new(self.rules, &arena, Value::Null, Clock::Event, Budget::default());
        let mut event =
            Interpretation { interpreter: self, context, parts: false, clock: Clock::Event, ingest_errors: Vec::new() };
        let mut trace = event.stages(number, decision);
        trace.event = EventTrace::default();
        if detail.sent {
            trace.sent = sent::nothing(&trace.decision);
        }
        trace
    }
}

/// What a caller needs beside the decision.
#[derive(Clone, Copy)]
struct Detail {
    /// Every condition and step taken apart.
    parts: bool,
    /// What everybody is sent.
    sent: bool,
}

/// One event on its way through the stages.
struct Interpretation<'a> {
    interpreter: &'a Interpreter<'a>,
    context: EventContext<'a>,
    /// Whether conditions are taken apart.
    parts: bool,
    clock: Clock,
    /// What steps of `ingest` found to be of another type than they need.
    ingest_errors: Vec<TypeError>,
}

impl<'a> Interpretation<'a> {
    /// An event with a topic.
    fn whole(&mut self, number: u64) -> Trace {
        let decision = Decision {
            id: shown_id(self.context.id),
            topic: self.context.topic().map(str::to_owned),
            ..Decision::empty(self.rules().version.clone(), Status::Unrouted)
        };
        self.stages(number, decision)
    }

    /// The stages in their order; a decision that is malformed passes none of them.
    fn stages(&mut self, number: u64, mut decision: Decision) -> Trace {
        let filters = self.filters(decision.status != Status::Malformed);
        decision.dropped_by = filters.iter().find(|filter| filter.dropped).map(|filter| filter.name.clone());
        if decision.dropped_by.is_some() {
            decision.status = Status::Dropped;
        }
        let schemas = self.schemas(decision.status == Status::Unrouted);
        decision.invalid = schemas.iter().flat_map(|schema| schema.faults.iter().cloned()).collect();
        if schemas.iter().any(|schema| schema.rejects && schema.outcome == SchemaOutcome::Invalid) {
            decision.status = Status::Rejected;
        }
        let open = decision.status == Status::Unrouted;
        let topics = self.topics(open);
        let (groups, rules) = self.content(open);
        let tables = self.tables(open);
        let event = self.event();
        let (labels, subscribers) = (Vec::new(), Vec::new());
        let mut trace = Trace {
            line: number,
            event,
            defines: Vec::new(),
            filters,
            schemas,
            topics,
            rules,
            groups,
            tables,
            labels,
            subscribers,
            decision,
            ingest: Vec::new(),
            ingest_errors: Vec::new(),
            sent: Vec::new(),
        };
        self.conclude(&mut trace);
        if self.parts {
            trace.defines = self.defines(&trace);
        }
        trace
    }

    /// The named values that a trace reads.
    fn defines(&mut self, trace: &Trace) -> Vec<DefineTrace> {
        let reads = trace.reads();
        let numbered = (0..).map(DefineId).zip(&self.rules().defines);
        let read = numbered.filter(|(_, named)| reads.contains(&*named.name.text));
        let define = |(id, named): (DefineId, &'a NamedCases)| DefineTrace {
            name: named.name.text.clone(),
            span: named.name.span,
            value: self.context.define(id).to_json(),
            cases: condition::behind(id, &mut self.context),
        };
        read.map(define).collect()
    }

    fn event(&mut self) -> EventTrace {
        let zone = &self.rules().zone;
        let now = self.context.now.map(|now| crate::expr::time::format_time(now, zone));
        EventTrace {
            id: shown_id(self.context.id),
            topic: self.context.topic().map(str::to_owned),
            time: self.context.time.to_json(),
            now,
            layout: if self.context.cloud_event { "cloudevents" } else { "plain" },
        }
    }

    fn rules(&self) -> &'a RuleSet {
        self.interpreter.rules
    }

    /// Whether a condition holds (none always does), with its parts if they are needed.
    fn evaluate(&mut self, condition: Option<&'a Typed>) -> (bool, Option<Condition>) {
        match condition {
            None => (true, None),
            Some(condition) if self.parts => {
                let result = condition::trace(condition, &mut self.context);
                (result.held, Some(result))
            }
            Some(condition) => (holds(condition, &mut self.context), None),
        }
    }

    /// True if the event's topic matches any of some patterns, of which none at all is every topic.
    fn topic_in(&self, patterns: &[TopicPattern]) -> bool {
        let topic = self.context.topic().unwrap_or_default();
        patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(topic))
    }
}

/// The groups around something, the innermost first.
fn groups_around(rules: &RuleSet, innermost: Option<GroupId>) -> Vec<&Group> {
    let group = |id: Option<GroupId>| id.and_then(|id| rules.groups.get(id.0 as usize));
    std::iter::successors(group(innermost), |inner| group(inner.parent)).collect()
}

/// The bare names.
fn texts(names: &[Name]) -> Vec<Arc<str>> {
    names.iter().map(|name| name.text.clone()).collect()
}

/// Patterns as written.
fn written(patterns: &[TopicPattern]) -> Vec<Arc<str>> {
    patterns.iter().map(|pattern| pattern.text.clone()).collect()
}
