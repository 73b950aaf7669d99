//! The plain evaluator: it walks the rule set in the order of the stages and records the result of each part. The decision is
//! derived from that trace. It has no indexes and caches only the named values of one event, so that its correctness is easy
//! to see; tests compare the decision graph with it.
//!
//! It does not use the graph and does not render text: [`crate::explain`] does that.

mod budget;
mod cases;
mod condition;
mod context;
mod destinations;
mod expression;
mod outcome;
mod requirements;
mod rules;
mod sent;
mod sites;
mod split;
mod stages;
#[cfg(test)]
mod tests;

use crate::clock::Clock;
use crate::decision::{Decision, Delivered, Delivery, Input, Status, TypeError, add_errors, shown_id};
use crate::event::{self, Value};
use crate::expr::{Budget, Typed, holds};
use crate::options::Options;
use crate::rules::{Computations, Group, GroupId, Name, RuleSet, Sites};
use crate::split::{Batch, Splitter};
use crate::topic::TopicPattern;
use crate::trace::{Condition, EventTrace, FORMAT, SchemaOutcome, SentTrace, Trace};
use bumpalo::Bump;
use context::EventContext;
use requirements::Requirements;
use std::sync::{Arc, OnceLock};

pub use expression::Expression;

/// Decides one line as [`crate::Router`] does, but slowly. For several lines, an [`Interpreter`] collects the type requirements
/// of the rule set only once.
pub fn decide(rules: &RuleSet, line: &[u8], number: u64, options: &Options) -> Decision {
    Interpreter::new(rules).decide(line, number, options)
}

/// The trace of one line: the result of each part of the rule set. [`crate::explain`] renders it as text.
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

/// A rule set with everything that can be computed without an event.
#[derive(Clone, Debug)]
pub struct Interpreter<'r> {
    rules: &'r RuleSet,
    /// For each topic node: its pattern followed by `.#`, which matches the topics that its settings apply to.
    below: Vec<TopicPattern>,
    requirements: Requirements,
    computations: Computations<'r>,
    chains: sent::Chains,
    splitter: Option<Splitter>,
    /// Collected for the first trace.
    sites: OnceLock<Sites>,
}

impl<'r> Interpreter<'r> {
    /// Collects the type requirements of the rule set.
    pub fn new(rules: &'r RuleSet) -> Interpreter<'r> {
        let below = rules.topics.iter().map(|node| node.pattern.and_below()).collect();
        Interpreter {
            rules,
            below,
            requirements: Requirements::new(rules),
            computations: Computations::new(rules),
            chains: sent::Chains::new(rules),
            splitter: Splitter::new(&rules.split, &rules.paths),
            sites: OnceLock::new(),
        }
    }

    /// Decides about one line, whose number (from 1) is on the decision if it is malformed. A line that is split into
    /// several events is malformed, as for [`Session::route`](crate::Session::route).
    pub fn decide(&self, line: &[u8], number: u64, options: &Options) -> Decision {
        self.walk_one(line, number, options, Detail { parts: false, sent: false }).decision
    }

    /// As [`Interpreter::decide`], with the event as each subscriber receives it.
    pub fn deliver(&self, line: &[u8], number: u64, options: &Options) -> Delivered {
        delivered(self.walk_one(line, number, options, Detail { parts: false, sent: true }))
    }

    /// As [`Interpreter::deliver`], with the result of every part of a condition and of every step.
    pub fn trace(&self, line: &[u8], number: u64, options: &Options) -> Trace {
        self.walk_one(line, number, options, Detail { parts: true, sent: true })
    }

    fn sites(&self) -> &Sites {
        self.sites.get_or_init(|| Sites::new(self.rules))
    }

    /// Evaluates one event. `part` is its number if the line has a list of events.
    fn walk(&self, input: Input<'_>, batch: &Batch<'_>, options: &Options, detail: Detail) -> Trace {
        let mut trace = self.walk_event(input, batch, options, detail);
        trace.decision.set_part(input.part);
        trace
    }

    fn walk_event(&self, input: Input<'_>, batch: &Batch<'_>, options: &Options, detail: Detail) -> Trace {
        let Input { text: line, line: number, .. } = input;
        let arena = Bump::new();
        let version = &self.rules.version;
        let malformed = |error: &str| Decision::malformed(version.clone(), line, number, error, options.input_echo);
        let event = match event::parse(line, options.limits, &arena) {
            Ok(event @ Value::Object(_)) => event,
            Ok(_) => return self.unread(number, malformed("not a JSON object"), detail),
            Err(fault) => return self.unread(number, malformed(&fault.to_string()), detail),
        };
        let ingest = sent::ingest(self.rules, &arena, event, options, batch, detail.parts);
        let clock = ingest.clock_read().map_or(options.clock, Clock::Fixed);
        let context = EventContext::new(self.rules, &arena, ingest.tree, clock, options.budget, batch);
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
            let mut trace = self.unread(number, decision, Detail { sent: false, ..detail });
            trace.event = event.event();
            add_errors(&mut trace.decision.errors, event.ingest_errors.clone());
            trace
        };
        let sites = detail.parts.then(|| self.sites());
        trace.ingest = sent::steps(self.rules, sites, ingest.log.unwrap_or_default());
        trace.ingest_errors = event.ingest_errors;
        if detail.sent {
            trace.sent = self.chains.sent(&event.context, &trace.decision, sites);
        }
        trace
    }

    /// The trace of a line that is not an event: no stage is reached.
    fn unread(&self, number: u64, decision: Decision, detail: Detail) -> Trace {
        let arena = Bump::new();
        let context = EventContext::new(self.rules, &arena, Value::Null, Clock::Event, Budget::default(), &Batch::NONE);
        let mut event =
            Interpretation { interpreter: self, context, parts: false, clock: Clock::Event, ingest_errors: Vec::new() };
        let mut trace = event.stages(number, decision);
        if detail.parts {
            sites::add_sites(&mut trace, self.rules, self.sites());
        }
        trace.event = EventTrace::default();
        if detail.sent {
            trace.sent = sent::nothing(&trace.decision);
        }
        trace
    }
}

/// A trace as a decision with the event that each subscriber is sent.
fn delivered(trace: Trace) -> Delivered {
    let decision = trace.decision;
    let delivery = |sent: SentTrace| Delivery {
        id: decision.id.clone(),
        subscriber: sent.subscriber,
        event: sent.value,
        errors: trace.ingest_errors.iter().cloned().chain(sent.errors).collect(),
        part: decision.part,
        parts: decision.parts,
    };
    Delivered { deliveries: trace.sent.into_iter().map(delivery).collect(), decision: decision.clone() }
}

/// The details that a caller needs besides the decision.
#[derive(Clone, Copy)]
struct Detail {
    /// The parts of conditions, and the steps of transforms.
    parts: bool,
    /// The event as each subscriber receives it.
    sent: bool,
}

/// The evaluation of one event.
struct Interpretation<'a> {
    interpreter: &'a Interpreter<'a>,
    context: EventContext<'a>,
    /// Whether the parts of conditions are recorded.
    parts: bool,
    clock: Clock,
    /// Values whose type is not the one that a step of `ingest` needs.
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

    /// Runs the stages in order; a malformed event reaches none of them.
    fn stages(&mut self, number: u64, mut decision: Decision) -> Trace {
        let filters = self.filters(decision.status == Status::Unrouted);
        if let Some(filter) = filters.iter().find(|filter| filter.dropped) {
            decision.dropped_by = Some(filter.name.clone());
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
        let (labels, label_cases, subscribers) = (Vec::new(), Vec::new(), Vec::new());
        let mut trace = Trace {
            format: FORMAT,
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
            label_cases,
            subscribers,
            decision,
            ingest: Vec::new(),
            ingest_errors: Vec::new(),
            sent: Vec::new(),
        };
        self.conclude(&mut trace);
        if self.parts {
            trace.label_cases = self.label_cases(&trace, open);
            trace.defines = self.defines(&trace);
            sites::add_sites(&mut trace, self.rules(), self.interpreter.sites());
        }
        trace
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

    /// Whether a condition is true (a missing one is), with its parts if they are needed.
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

    /// True if the event's topic matches any of the patterns; an empty list matches every topic.
    fn topic_in(&self, patterns: &[TopicPattern]) -> bool {
        let topic = self.context.topic().unwrap_or_default();
        patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(topic))
    }
}

/// The enclosing groups, the innermost first.
fn groups_around(rules: &RuleSet, innermost: Option<GroupId>) -> Vec<&Group> {
    let group = |id: Option<GroupId>| id.and_then(|id| rules.groups.get(id.0 as usize));
    std::iter::successors(group(innermost), |inner| group(inner.parent)).collect()
}

/// The names without their spans.
fn texts(names: &[Name]) -> Vec<Arc<str>> {
    names.iter().map(|name| name.text.clone()).collect()
}

/// Patterns as written.
fn written(patterns: &[TopicPattern]) -> Vec<Arc<str>> {
    patterns.iter().map(|pattern| pattern.text.clone()).collect()
}
