//! The router: decisions for events, by one compiled rule set.

mod write;

use crate::decision::{Decision, MAX_INPUT_ECHO, Status};
use crate::event::{Limits, Mode, Value};
use crate::graph::{self, DecisionGraph, Now, Outcome, Scratch, State};
use crate::rules::RuleSet;
use jiff::Timestamp;
use std::sync::Arc;

/// Where `now` comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// The system's clock, read at most once an event.
    #[default]
    System,
    /// Always this instant.
    Fixed(Timestamp),
    /// Each event's own `time`; the system's clock where it has none.
    Event,
}

/// How events are read.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Where `now` comes from.
    pub clock: Clock,
    /// How much of an event is read.
    pub mode: Mode,
    /// What a line may be at most.
    pub limits: Limits,
    /// Whether malformed decisions show the beginning of their line.
    pub input_echo: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { clock: Clock::System, mode: Mode::Strict, limits: Limits::default(), input_echo: true }
    }
}

/// A compiled rule set. Cheap to clone and to share between threads.
#[derive(Clone, Debug)]
pub struct Router {
    graph: Arc<DecisionGraph>,
    options: Options,
}

/// A router with the scratch memory of one thread, which is reused from event to event.
#[derive(Debug)]
pub struct Session {
    router: Router,
    scratch: Scratch,
}

/// What was decided, by number: cheap to look at where names are not needed.
#[derive(Clone, Copy, Debug)]
pub struct Verdict<'s> {
    /// What became of the event.
    pub status: Status,
    /// Who gets it; numbers for [`Router::subscribers`].
    pub subscribers: &'s [u32],
    /// Which rules matched, by rank; numbers for [`Router::rules`].
    pub rules: &'s [u32],
}

impl Router {
    /// Compiles a rule set, with default options.
    pub fn new(rules: &RuleSet) -> Router {
        Self::with_options(rules, Options::default())
    }

    /// Compiles a rule set.
    pub fn with_options(rules: &RuleSet, options: Options) -> Router {
        Router { graph: Arc::new(graph::compile(rules)), options }
    }

    /// The same rule set with other options; nothing is compiled again.
    #[must_use]
    pub fn and_options(&self, options: Options) -> Router {
        Router { graph: self.graph.clone(), options }
    }

    /// Decides about one event. For many events, [`Router::session`] is faster.
    pub fn route(&self, line: &[u8]) -> Decision {
        self.session().route(line, 1)
    }

    /// A session for one thread.
    pub fn session(&self) -> Session {
        Session { scratch: Scratch::new(&self.graph), router: self.clone() }
    }

    /// The names of all subscribers, sorted; their positions are their numbers.
    pub fn subscribers(&self) -> &[Arc<str>] {
        self.graph.subscribers.as_slice()
    }

    /// The names of all rules, by rank; their positions are their numbers.
    pub fn rules(&self) -> &[Arc<str>] {
        self.graph.rules.as_slice()
    }

    /// `name@version` of the rule set, as every decision bears it.
    pub fn version(&self) -> &Arc<str> {
        &self.graph.version
    }

    /// How events are read.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// True if others have the same graph.
    #[cfg(feature = "watch")]
    pub(crate) fn is_shared(&self) -> bool {
        Arc::strong_count(&self.graph) > 1
    }
}

impl Session {
    /// Decides about one line, whose number (from 1) stands on the decision if it is malformed.
    pub fn route(&mut self, line: &[u8], number: u64) -> Decision {
        let options = self.router.options;
        self.decide(line, |graph, outcome, state| decision(graph, outcome, state, line, number, &options))
    }

    /// Decides about one line and appends the decision to `out` as one line of JSON with its line break.
    pub fn route_to(&mut self, line: &[u8], number: u64, out: &mut Vec<u8>) -> Verdict<'_> {
        let options = self.router.options;
        let status = self.decide(line, |graph, outcome, state| {
            write::line(graph, outcome, state, line, number, &options, out);
            outcome.status
        });
        self.verdict(status)
    }

    /// Decides about one line, for those who need no more than numbers.
    pub fn judge(&mut self, line: &[u8]) -> Verdict<'_> {
        let status = self.decide(line, |_, outcome, _| outcome.status);
        self.verdict(status)
    }

    /// The router.
    pub fn router(&self) -> &Router {
        &self.router
    }

    fn verdict(&self, status: Status) -> Verdict<'_> {
        let state = &self.scratch.state;
        Verdict { status, subscribers: &state.chosen, rules: &state.rules }
    }

    fn decide<R>(&mut self, line: &[u8], then: impl FnOnce(&DecisionGraph, &Outcome<'_>, &State) -> R) -> R {
        let Router { graph, options } = &self.router;
        let clock = match options.clock {
            Clock::System => Now::System,
            Clock::Fixed(now) => Now::Fixed(now),
            Clock::Event => Now::Event,
        };
        let then = |outcome: &Outcome<'_>, state: &State| then(graph, outcome, state);
        graph::decide(graph, &mut self.scratch, line, options.mode, options.limits, clock, then)
    }
}

/// The decision as a value of its own.
fn decision(
    graph: &DecisionGraph,
    outcome: &Outcome<'_>,
    state: &State,
    line: &[u8],
    number: u64,
    options: &Options,
) -> Decision {
    let names = |numbers: &[u32]| numbers.iter().map(|number| graph.subscribers.name(*number)).collect();
    let labels = outcome.labels.iter().map(|(label, value)| (graph.labels.names.name(*label), value.to_json()));
    let malformed = outcome.fault.is_some();
    Decision {
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
        dropped_by: outcome.dropped_by.cloned(),
        invalid: outcome.invalid.clone(),
        errors: outcome.errors.clone(),
        line: malformed.then_some(number),
        error: outcome.fault.clone(),
        input: (malformed && options.input_echo).then(|| echo(line)),
        ruleset: graph.version.clone(),
    }
}

/// True for the statuses that an event has when it went through all the stages.
fn is_routed(status: Status) -> bool {
    matches!(status, Status::Routed | Status::Unrouted)
}

/// The beginning of a line, for a malformed decision.
fn echo(line: &[u8]) -> String {
    let shown = line.get(..MAX_INPUT_ECHO).unwrap_or(line);
    String::from_utf8_lossy(shown).into_owned()
}

/// A value as JSON.
fn write_value(value: Value<'_>, out: &mut Vec<u8>) {
    // Writing to memory does not fail.
    let _ = serde_json::to_writer(out, &value.to_json());
}
