//! The router: decides events by one compiled rule set.

mod events;
mod id;
mod write;

use crate::decision::{Decision, Delivered, Delivery, Input, Part, Requirer, Status, input_echo};
use crate::event::{self, Json, Value};
use crate::graph::{self, DecisionGraph, Outcome, Scratch, SentEvent, SentTo, State, Thresholds};
use crate::rules::{RuleId, RuleSet};
use bumpalo::Bump;
use events::{Decided, Progress, SplitScratch, Stage};
use jiff::Timestamp;
use std::collections::BTreeMap;
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
    /// Only if the rule set splits lines.
    split: Option<SplitScratch>,
    /// The event of a split line that was decided last.
    current: Option<Part>,
}

/// What [`Session::route_each_to`] has written.
#[derive(Clone, Copy, Debug)]
pub enum Written<'s> {
    /// A delivery. More of the same event may follow.
    Delivery,
    /// Everything about one event.
    Event(Summary<'s>),
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
    /// True if an expression under `subscribers` gave a name that is not declared.
    pub undeclared: bool,
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
        let (scratch, split) = (Scratch::new(&self.graph), SplitScratch::new(&self.graph));
        Session { scratch, split, current: None, router: self.clone() }
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
    ///
    /// If the rule set splits lines (`ruleset.split`) and the line has several events, the decision is that the line is
    /// malformed, since one decision cannot be about several events: use [`Session::route_each`].
    pub fn route(&mut self, line: &[u8], number: u64) -> Decision {
        let options = self.router.options;
        self.route_with(line, number, &options)
    }

    /// Decides each event of one line, in their order: one, unless the rule set splits lines (`ruleset.split`).
    ///
    /// ```
    /// let rules = "ruleset: {split: event.Records}\ntopics: {order.created: [inventory]}";
    /// let rules = dadar::load_strings("shop", [("rules.yaml", rules)]).rule_set.unwrap();
    /// let mut session = dadar::Router::new(&rules).session();
    /// let mut parts = Vec::new();
    /// let line = br#"{"Records": [{"type": "order.created"}, {"type": "order.paid"}]}"#;
    /// session.route_each(line, 1, |decision| parts.push((decision.part, decision.subscribers.len())));
    /// assert_eq!(parts, [(Some(1), 1), (Some(2), 0)]);
    /// ```
    pub fn route_each(&mut self, line: &[u8], number: u64, mut each: impl FnMut(Decision)) {
        let options = self.router.options;
        self.each(line, number, 1, false, &options, |decided| each(decision(&decided, &options)));
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
        self.only(line, number, false, options, |decided| decision(&decided, options))
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
    ///
    /// If the rule set splits lines, it writes the decisions on all events of the line, and returns the last.
    /// [`Session::route_each_to`] reports each.
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
        let mut last = Status::Malformed;
        self.rest_with(line, number, 1, options, out, |out, written| match written {
            Written::Delivery => part(out),
            Written::Event(summary) => last = summary.status,
        });
        self.summary(last)
    }

    /// As [`Session::route_to`], and calls `written` after each delivery and after each event of the line, so that `out` can
    /// be written and cleared before the next one, and each decision can be counted.
    pub fn route_each_to(
        &mut self,
        line: &[u8],
        number: u64,
        out: &mut Vec<u8>,
        written: impl FnMut(&mut Vec<u8>, Written<'_>),
    ) {
        self.route_rest_to(line, number, 1, out, written);
    }

    /// As [`Session::route_each_to`], beginning with the event of number `first` (from 1).
    pub(crate) fn route_rest_to(
        &mut self,
        line: &[u8],
        number: u64,
        first: u64,
        out: &mut Vec<u8>,
        written: impl FnMut(&mut Vec<u8>, Written<'_>),
    ) {
        let options = self.router.options;
        self.rest_with(line, number, first, &options, out, written);
    }

    fn rest_with(
        &mut self,
        line: &[u8],
        number: u64,
        first: u64,
        options: &Options,
        out: &mut Vec<u8>,
        mut written: impl FnMut(&mut Vec<u8>, Written<'_>),
    ) {
        self.each(line, number, first, options.deliveries, options, |decided| {
            write(&decided, options, out, &mut |out| written(out, Written::Delivery));
            written(out, Written::Event(Summary::new(decided.outcome.status, decided.state)));
        });
    }

    /// Appends the decision that a line is malformed for this reason, or one event of it; it is not read.
    #[cfg(feature = "pipeline")]
    pub(crate) fn refuse(
        &mut self,
        line: &[u8],
        number: u64,
        part: Option<Part>,
        reason: &str,
        out: &mut Vec<u8>,
    ) -> Summary<'_> {
        let Session { router, scratch, split, .. } = self;
        let options = router.options;
        let stage = Stage { router, options: &options, deliver: options.deliveries };
        let text = part.map_or(line, |part| stage.text(split, line, part));
        stage.refuse(scratch, Input { text, line: number, part }, reason.to_owned(), |decided| {
            write(&decided, &options, out, &mut |_| {});
        });
        self.summary(Status::Malformed)
    }

    /// The event of a split line that was being decided last.
    #[cfg(feature = "pipeline")]
    pub(crate) fn current(&self) -> Option<Part> {
        self.current
    }

    /// Decides one line, and produces the event that each subscriber is sent. The line is read strictly. A line with several
    /// events is malformed, as for [`Session::route`].
    pub fn deliver(&mut self, line: &[u8], number: u64) -> Delivered {
        let options = self.router.options;
        self.only(line, number, true, &options, |decided| delivered(&decided, &options))
    }

    /// As [`Session::deliver`], for each event of the line.
    pub fn deliver_each(&mut self, line: &[u8], number: u64, mut each: impl FnMut(Delivered)) {
        let options = self.router.options;
        self.each(line, number, 1, true, &options, |decided| each(delivered(&decided, &options)));
    }

    /// Decides one line. Returns numbers only: does not resolve names or build a [`Decision`]. A line with several events is
    /// malformed, as for [`Session::route`].
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
        let status = self.only(line, 1, false, &options, |decided| decided.outcome.status);
        self.summary(status)
    }

    /// As [`Session::decide`], for each event of the line.
    pub fn decide_each(&mut self, line: &[u8], mut each: impl FnMut(Summary<'_>)) {
        let options = self.router.options;
        self.each(line, 1, 1, false, &options, |decided| each(Summary::new(decided.outcome.status, decided.state)));
    }

    /// The router.
    pub fn router(&self) -> &Router {
        &self.router
    }

    fn summary(&self, status: Status) -> Summary<'_> {
        Summary::new(status, &self.scratch.state)
    }

    fn only<R>(
        &mut self,
        line: &[u8],
        number: u64,
        deliver: bool,
        options: &Options,
        then: impl FnOnce(Decided<'_>) -> R,
    ) -> R {
        let Session { router, scratch, split, .. } = self;
        let whole = Input { text: line, line: number, part: None };
        let result = Stage { router, options, deliver }.only(scratch, split, whole, then);
        self.release(line.len());
        result
    }

    fn each(
        &mut self,
        line: &[u8],
        number: u64,
        first: u64,
        deliver: bool,
        options: &Options,
        then: impl FnMut(Decided<'_>),
    ) {
        let Session { router, scratch, split, current } = self;
        *current = None;
        let whole = Input { text: line, line: number, part: None };
        Stage { router, options, deliver }.each(scratch, split, whole, Progress { first, current }, then);
        self.release(line.len());
    }

    #[inline]
    fn release(&mut self, line: usize) {
        if let Some(split) = &mut self.split {
            split.release(&self.router.graph, line);
        }
    }
}

impl Summary<'_> {
    fn new(status: Status, state: &State) -> Summary<'_> {
        Summary {
            status,
            subscribers: &state.chosen,
            rules: &state.rules,
            no_clock: state.no_clock,
            undeclared: state.undeclared,
        }
    }
}

/// Appends the decision or the deliveries.
fn write(decided: &Decided<'_>, options: &Options, out: &mut Vec<u8>, written: &mut dyn FnMut(&mut Vec<u8>)) {
    let Decided { graph, outcome, state, input } = decided;
    match options.deliveries {
        false => write::line(graph, outcome, state, *input, options, out),
        true => write::deliveries(graph, outcome, *input, options, out, written),
    }
}

/// The decision, and the event that each subscriber is sent.
fn delivered(decided: &Decided<'_>, options: &Options) -> Delivered {
    let Decided { graph, outcome, input, .. } = decided;
    let decision = decision(decided, options);
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
fn decision(decided: &Decided<'_>, options: &Options) -> Decision {
    let Decided { graph, outcome, state, input } = decided;
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
fn chosen_by(graph: &DecisionGraph, outcome: &Outcome<'_>) -> BTreeMap<Arc<str>, Vec<Requirer>> {
    let named = |(number, by): (&u32, &Vec<Requirer>)| (graph.subscribers.name(*number), by.clone());
    outcome.chosen_by().into_iter().flatten().map(named).collect()
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
