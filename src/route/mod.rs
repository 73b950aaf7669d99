//! The router: decides events by one compiled rule set.

mod id;
mod write;

use crate::decision::{Decision, Delivered, Delivery, Status, input_echo};
use crate::event::{self, Json, Value};
use crate::graph::{self, DecisionGraph, Outcome, Reading, Scratch, SentEvent, SentTo, State, Thresholds};
use crate::rules::{RuleId, RuleSet};
use bumpalo::Bump;
use jiff::Timestamp;
use std::sync::Arc;

pub use crate::clock::Clock;
pub use crate::options::Options;
pub use id::SubscriberId;

/// A compiled rule set. Cheap to clone and to share between threads; it never changes.
///
/// ```
/// use dadar::{Router, load_strings};
///
/// let rules = load_strings("shop", [("rules.yaml", "topics: {order.created: [inventory]}")]).rule_set.unwrap();
/// let router = Router::new(&rules);
/// std::thread::scope(|threads| {
///     for _ in 0..2 {
///         threads.spawn(|| {
///             let mut session = router.session();
///             let decision = session.route(br#"{"type": "order.created"}"#, 1);
///             assert_eq!(&*decision.subscribers[0], "inventory");
///         });
///     }
/// });
/// ```
#[derive(Clone, Debug)]
pub struct Router {
    graph: Arc<DecisionGraph>,
    options: Options,
    thresholds: Arc<Thresholds>,
}

/// A router with the scratch memory of one thread, which is reused from event to event.
///
/// ```
/// use dadar::{Router, Status, load_strings};
///
/// let rules = load_strings("shop", [("rules.yaml", "
/// rules: [{name: big, when: data.amount > 5000, subscribers: [review]}]
/// ")]).rule_set.unwrap();
/// let mut session = Router::new(&rules).session();
///
/// let mut out = Vec::new();
/// let event = br#"{"id": "a", "type": "order.created", "data": {"amount": 7500}}"#;
/// assert_eq!(session.route_to(event, 1, &mut out).status, Status::Routed);
/// assert_eq!(session.route_to(b"[1, 2]", 2, &mut out).status, Status::Malformed);
/// assert_eq!(out.iter().filter(|byte| **byte == b'\n').count(), 2);
/// ```
#[derive(Debug)]
pub struct Session {
    router: Router,
    scratch: Scratch,
}

/// A decision by number, for callers that need no names: cheap, since nothing is allocated.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Summary<'s> {
    /// What became of the event.
    pub status: Status,
    /// Indexes into [`Router::subscribers`].
    subscribers: &'s [u32],
    /// Indexes into [`Router::rules`].
    rules: &'s [u32],
    /// True if the clock is the event's time ([`Clock::Event`]), the rules read it, and the event has none.
    pub no_clock: bool,
}

impl<'s> Summary<'s> {
    /// The subscribers that receive the event, sorted by name.
    pub fn subscribers(&self) -> impl ExactSizeIterator<Item = SubscriberId> + use<'s> {
        self.subscribers.iter().map(|number| SubscriberId(*number))
    }

    /// The rules that matched, by rank.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = RuleId> + use<'s> {
        self.rules.iter().map(|number| RuleId(*number))
    }

    /// The indexes of the subscribers and of the rules.
    #[cfg(feature = "pipeline")]
    pub(crate) fn numbers(&self) -> (&'s [u32], &'s [u32]) {
        (self.subscribers, self.rules)
    }
}

impl Router {
    /// Compiles a rule set, with default options: the system's clock, strict reading.
    ///
    /// Compiling takes time and memory in proportion to the number of rules (less than a second for a hundred thousand), and
    /// cannot fail: a [`RuleSet`] has been checked.
    pub fn new(rules: &RuleSet) -> Router {
        Self::with_options(rules, Options::default())
    }

    /// Compiles a rule set.
    ///
    /// ```
    /// use dadar::{Clock, Options, Router, load_strings};
    ///
    /// let rules = "rules: [{name: lunch, when: 'hour(now) == 12', subscribers: [kitchen]}]";
    /// let rules = load_strings("canteen", [("rules.yaml", rules)]).rule_set.unwrap();
    /// let noon = Clock::Fixed("2026-01-10T12:30:00Z".parse().unwrap());
    /// let router = Router::with_options(&rules, Options::default().clock(noon));
    /// assert_eq!(router.route(br#"{"type": "guest.came"}"#).rules.len(), 1);
    /// ```
    pub fn with_options(rules: &RuleSet, options: Options) -> Router {
        Router::over(Arc::new(graph::compile(rules)), options)
    }

    /// The same rule set with other options; nothing is compiled again.
    #[must_use]
    pub fn and_options(&self, options: Options) -> Router {
        if options.budget == self.options.budget {
            return Router { options, ..self.clone() };
        }
        Router::over(self.graph.clone(), options)
    }

    fn over(graph: Arc<DecisionGraph>, options: Options) -> Router {
        let thresholds = Arc::new(graph.thresholds(options.budget));
        Router { graph, options, thresholds }
    }

    /// Decides one event: a JSON object as bytes, without a line break. Anything else is `malformed`, as line 1.
    ///
    /// For many events, [`Router::session`] is faster.
    ///
    /// ```
    /// use dadar::{Router, Status, load_strings};
    ///
    /// let rules = load_strings("shop", [("rules.yaml", "topics: {order.created: [inventory]}")]).rule_set.unwrap();
    /// let router = Router::new(&rules);
    /// let decision = router.route(br#"{"id": 7, "type": "order.created"}"#);
    /// assert_eq!((decision.status, &decision.id), (Status::Routed, &7.into()));
    /// assert_eq!(router.route(b"{").error.as_deref(), Some("unexpected end at byte 1"));
    /// ```
    pub fn route(&self, line: &[u8]) -> Decision {
        self.session().route(line, 1)
    }

    /// Decides one event, and produces the event that each subscriber is sent. For many events, [`Router::session`] is
    /// faster.
    pub fn deliver(&self, line: &[u8]) -> Delivered {
        self.session().deliver(line, 1)
    }

    /// A session for one thread. Its memory grows to the needs of the largest event, and is kept until it is dropped.
    pub fn session(&self) -> Session {
        Session { scratch: Scratch::new(&self.graph), router: self.clone() }
    }

    /// The name of a subscriber; `None` for the number of another router that has more of them. Numbers are valid for one router
    /// and for its clones and [sessions](Router::session), not for a rule set that is loaded again.
    pub fn subscriber(&self, id: SubscriberId) -> Option<&Arc<str>> {
        self.subscribers().get(id.index())
    }

    /// The name of a rule; `None` for the number of another router that has more of them.
    pub fn rule(&self, id: RuleId) -> Option<&Arc<str>> {
        self.rules().get(id.index())
    }

    /// The names of all subscribers, sorted; a position is [`SubscriberId::index`].
    pub fn subscribers(&self) -> &[Arc<str>] {
        self.graph.subscribers.as_slice()
    }

    /// The names of all rules, by rank; a position is [`RuleId::index`].
    pub fn rules(&self) -> &[Arc<str>] {
        self.graph.rules.as_slice()
    }

    /// `name@version` of the rule set, as on every decision.
    pub fn version(&self) -> &Arc<str> {
        &self.graph.version
    }

    /// The options.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// True if the graph is shared.
    #[cfg(feature = "watch")]
    pub(crate) fn is_shared(&self) -> bool {
        Arc::strong_count(&self.graph) > 1
    }
}

impl Session {
    /// Decides one line. Its number (from 1) is on the decision if the line is malformed.
    ///
    /// ```
    /// # let rules = dadar::load_strings("shop", [("rules.yaml", "topics: {order.created: [inventory]}")]).rule_set.unwrap();
    /// let mut session = dadar::Router::new(&rules).session();
    /// assert_eq!(&*session.route(br#"{"type": "order.created"}"#, 1).subscribers[0], "inventory");
    /// assert_eq!(session.route(b"not JSON", 2).line, Some(2));
    /// ```
    pub fn route(&mut self, line: &[u8], number: u64) -> Decision {
        let options = self.router.options;
        self.route_with(line, number, &options)
    }

    /// As [`Session::route`], with `now` as the clock instead of that of the options.
    ///
    /// ```
    /// let rules = "rules: [{name: lunch, when: 'hour(now) == 12', subscribers: [kitchen]}]";
    /// let rules = dadar::load_strings("canteen", [("rules.yaml", rules)]).rule_set.unwrap();
    /// let mut session = dadar::Router::new(&rules).session();
    /// let mut rules_at = |now: &str| session.route_at(br#"{"type": "guest.came"}"#, 1, now.parse().unwrap()).rules.len();
    /// assert_eq!((rules_at("2026-01-10T12:30:00Z"), rules_at("2026-01-10T13:30:00Z")), (1, 0));
    /// ```
    pub fn route_at(&mut self, line: &[u8], number: u64, now: Timestamp) -> Decision {
        let options = self.router.options.clock(Clock::Fixed(now));
        self.route_with(line, number, &options)
    }

    /// Decides an event that has been read already. It is written as a line of JSON and decided as line 1, so the limits for
    /// lines apply, and a value that is not an object is malformed.
    ///
    /// ```
    /// # let rules = dadar::load_strings("shop", [("rules.yaml", "topics: {order.created: [inventory]}")]).rule_set.unwrap();
    /// let mut session = dadar::Router::new(&rules).session();
    /// let decision = session.route_value(&serde_json::json!({"id": 7, "type": "order.created"}));
    /// assert_eq!((decision.id, &*decision.subscribers[0]), (7.into(), "inventory"));
    /// ```
    pub fn route_value(&mut self, event: &Json) -> Decision {
        self.route(event.to_string().as_bytes(), 1)
    }

    fn route_with(&mut self, line: &[u8], number: u64, options: &Options) -> Decision {
        self.run(line, false, options, |graph, outcome, state| decision(graph, outcome, state, line, number, options))
    }

    /// Decides one line and appends the decision to `out` as one line of JSON with its line break. The text is that of
    /// the serialised decision of [`Session::route`], but is written faster. With [`Options::deliveries`] it writes a
    /// line for each delivery instead.
    ///
    /// ```
    /// # let rules = dadar::load_strings("shop", [("rules.yaml", "topics: {order.created: [inventory]}")]).rule_set.unwrap();
    /// let mut session = dadar::Router::new(&rules).session();
    /// let mut out = Vec::new();
    /// session.route_to(br#"{"id": 7, "type": "order.created"}"#, 1, &mut out);
    /// assert!(out.starts_with(br#"{"id":7,"topic":"order.created","status":"routed","subscribers":["inventory"]"#));
    /// assert!(out.ends_with(b"}\n"));
    /// ```
    pub fn route_to(&mut self, line: &[u8], number: u64, out: &mut Vec<u8>) -> Summary<'_> {
        self.route_in_parts(line, number, out, |_| {})
    }

    /// As [`Session::route_to`], with `now` as the clock instead of that of the options.
    pub fn route_to_at(&mut self, line: &[u8], number: u64, now: Timestamp, out: &mut Vec<u8>) -> Summary<'_> {
        let options = self.router.options.clock(Clock::Fixed(now));
        self.write_with(line, number, &options, out, |_| {})
    }

    /// As [`Session::route_to`], and calls `part` after each delivery, so that `out` can be written and cleared before the
    /// next one. 200 deliveries of an event of 5 MB take 1 GB together.
    pub fn route_in_parts(
        &mut self,
        line: &[u8],
        number: u64,
        out: &mut Vec<u8>,
        part: impl FnMut(&mut Vec<u8>),
    ) -> Summary<'_> {
        let options = self.router.options;
        self.write_with(line, number, &options, out, part)
    }

    fn write_with(
        &mut self,
        line: &[u8],
        number: u64,
        options: &Options,
        out: &mut Vec<u8>,
        mut part: impl FnMut(&mut Vec<u8>),
    ) -> Summary<'_> {
        let status = self.run(line, options.deliveries, options, |graph, outcome, state| {
            match options.deliveries {
                false => write::line(graph, outcome, state, line, number, options, out),
                true => write::deliveries(graph, outcome, line, number, options, out, &mut part),
            }
            outcome.status
        });
        self.summary(status)
    }

    /// Appends the decision that a line is malformed for this reason, without reading the line.
    #[cfg(feature = "pipeline")]
    pub(crate) fn refuse(&mut self, line: &[u8], number: u64, reason: &str, out: &mut Vec<u8>) -> Summary<'_> {
        let Router { graph, options, .. } = &self.router;
        let write = |outcome: &Outcome<'_>, state: &State| {
            match options.deliveries {
                false => write::line(graph, outcome, state, line, number, options, out),
                true => write::deliveries(graph, outcome, line, number, options, out, &mut |_| {}),
            }
            outcome.status
        };
        let status = graph::refuse(graph, &mut self.scratch, reason.to_owned(), options.deliveries, write);
        self.summary(status)
    }

    /// Decides one line, and produces the event that each subscriber is sent. The line is read strictly.
    pub fn deliver(&mut self, line: &[u8], number: u64) -> Delivered {
        let options = self.router.options;
        self.run(line, true, &options, |graph, outcome, state| {
            let decision = decision(graph, outcome, state, line, number, &options);
            let delivery = |sent: &SentTo<'_>| Delivery {
                id: decision.id.clone(),
                subscriber: graph.subscribers.name(sent.subscriber),
                event: match sent.event {
                    SentEvent::Nothing => Json::Null,
                    SentEvent::Tree(tree) => tree.to_json(),
                    SentEvent::Line => {
                        let arena = Bump::new();
                        event::parse(line, options.limits, &arena).unwrap_or_default().to_json()
                    }
                },
                errors: outcome.ingest_errors().iter().chain(&sent.errors).cloned().collect(),
            };
            Delivered { deliveries: outcome.sent().iter().map(delivery).collect(), decision: decision.clone() }
        })
    }

    /// Decides one line. Returns numbers only: does not resolve names or build a [`Decision`].
    ///
    /// ```
    /// # let rules = dadar::load_strings("shop", [("rules.yaml", "topics: {order.created: [inventory]}")]).rule_set.unwrap();
    /// let router = dadar::Router::new(&rules);
    /// let mut session = router.session();
    /// let summary = session.decide(br#"{"type": "order.created"}"#);
    /// let names: Vec<&str> = summary.subscribers().filter_map(|id| router.subscriber(id)).map(|name| &**name).collect();
    /// assert_eq!(names, ["inventory"]);
    /// ```
    pub fn decide(&mut self, line: &[u8]) -> Summary<'_> {
        let options = self.router.options;
        let status = self.run(line, false, &options, |_, outcome, _| outcome.status);
        self.summary(status)
    }

    /// The router.
    pub fn router(&self) -> &Router {
        &self.router
    }

    fn summary(&self, status: Status) -> Summary<'_> {
        let state = &self.scratch.state;
        Summary { status, subscribers: &state.chosen, rules: &state.rules, no_clock: state.no_clock }
    }

    fn run<R>(
        &mut self,
        line: &[u8],
        deliver: bool,
        options: &Options,
        then: impl FnOnce(&DecisionGraph, &Outcome<'_>, &State) -> R,
    ) -> R {
        let Router { graph, thresholds, .. } = &self.router;
        let then = |outcome: &Outcome<'_>, state: &State| then(graph, outcome, state);
        let reading = Reading { options, deliver, thresholds };
        let result = graph::decide(graph, &mut self.scratch, line, reading, then);
        self.scratch.release(graph, line.len());
        result
    }
}

/// The decision with its names.
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
    let malformed = outcome.fault().is_some();
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
        dropped_by: outcome.dropped_by.map(|filter| filter.name.clone()),
        invalid: outcome.invalid().to_vec(),
        errors: outcome.errors().to_vec(),
        line: malformed.then_some(number),
        error: outcome.fault().map(str::to_owned),
        input: (malformed && options.input_echo).then(|| input_echo(line)),
        ruleset: graph.version.clone(),
    }
}

/// True for the statuses of events that have gone through all stages.
fn is_routed(status: Status) -> bool {
    matches!(status, Status::Routed | Status::Unrouted)
}

/// A value as JSON.
fn write_value(value: Value<'_>, out: &mut Vec<u8>) {
    // Writing to memory does not fail.
    let _ = serde_json::to_writer(out, &value.to_json());
}
