//! One thread's use of a router: lines in, decisions out.

use super::events::{DecidedEvent, LineDecider, LineProgress, SplitScratch};
use super::router::Router;
use super::summary::Summary;
use super::{names, write};
use crate::clock::Clock;
use crate::decision::{Decision, Delivered, Input, Part, Status};
use crate::event::Json;
use crate::graph::Scratch;
use crate::options::Options;
use jiff::Timestamp;

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

impl Router {
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
        Session::new(self.clone())
    }
}

/// The part of the output that [`Session::route_each_to`] has written.
#[derive(Clone, Copy, Debug)]
pub enum Written<'s> {
    /// A delivery. More of the same event may follow.
    Delivery,
    /// Everything about one event.
    Event(Summary<'s>),
}

impl Session {
    pub(super) fn new(router: Router) -> Session {
        let (scratch, split) = (Scratch::new(router.graph()), SplitScratch::new(router.graph()));
        Session { router, scratch, split, current: None }
    }

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
        self.only(line, number, None, false, names::decision)
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
        self.each(line, number, 1, false, |decided| each(names::decision(decided)));
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
        self.only(line, number, Some(now), false, names::decision)
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
        self.write_with(line, number, Some(now), out, |_| {})
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
        self.write_with(line, number, None, out, part)
    }

    fn write_with(
        &mut self,
        line: &[u8],
        number: u64,
        now: Option<Timestamp>,
        out: &mut Vec<u8>,
        mut part: impl FnMut(&mut Vec<u8>),
    ) -> Summary<'_> {
        let mut last = Status::Malformed;
        self.rest_with(line, number, 1, now, out, |out, written| match written {
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
        self.rest_with(line, number, first, None, out, written);
    }

    fn rest_with(
        &mut self,
        line: &[u8],
        number: u64,
        first: u64,
        now: Option<Timestamp>,
        out: &mut Vec<u8>,
        mut written: impl FnMut(&mut Vec<u8>, Written<'_>),
    ) {
        let deliver = self.router.options().deliveries;
        self.each_at(line, number, first, now, deliver, |decided| {
            write::decided(decided, out, &mut |out| written(out, Written::Delivery));
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
        let options = router.options();
        let decider = LineDecider { router, options, deliver: options.deliveries };
        let text = part.map_or(line, |part| decider.text(split, line, part));
        decider.refuse(scratch, Input { text, line: number, part }, reason.to_owned(), |decided| {
            write::decided(decided, out, &mut |_| {});
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
        self.only(line, number, None, true, names::delivered)
    }

    /// As [`Session::deliver`], for each event of the line.
    pub fn deliver_each(&mut self, line: &[u8], number: u64, mut each: impl FnMut(Delivered)) {
        self.each(line, number, 1, true, |decided| each(names::delivered(decided)));
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
        let status = self.only(line, 1, None, false, |decided| decided.outcome.status);
        self.summary(status)
    }

    /// As [`Session::decide`], for each event of the line.
    pub fn decide_each(&mut self, line: &[u8], mut each: impl FnMut(Summary<'_>)) {
        self.each(line, 1, 1, false, |decided| each(Summary::new(decided.outcome.status, decided.state)));
    }

    /// The router.
    pub fn router(&self) -> &Router {
        &self.router
    }

    fn summary(&self, status: Status) -> Summary<'_> {
        Summary::new(status, &self.scratch.state)
    }

    /// Decides the event of a line, with `now` as the clock if there is one.
    #[inline]
    fn only<R>(
        &mut self,
        line: &[u8],
        number: u64,
        now: Option<Timestamp>,
        deliver: bool,
        then: impl FnOnce(&DecidedEvent<'_>) -> R,
    ) -> R {
        let Session { router, scratch, split, .. } = self;
        let fixed = now.map(|now| at(router, now));
        let options = fixed.as_ref().unwrap_or(router.options());
        let whole = Input { text: line, line: number, part: None };
        let result = LineDecider { router, options, deliver }.only(scratch, split, whole, then);
        self.release(line.len());
        result
    }

    fn each(&mut self, line: &[u8], number: u64, first: u64, deliver: bool, then: impl FnMut(&DecidedEvent<'_>)) {
        self.each_at(line, number, first, None, deliver, then);
    }

    /// Decides the events of a line from number `first` on, with `now` as the clock if there is one.
    fn each_at(
        &mut self,
        line: &[u8],
        number: u64,
        first: u64,
        now: Option<Timestamp>,
        deliver: bool,
        then: impl FnMut(&DecidedEvent<'_>),
    ) {
        let Session { router, scratch, split, current } = self;
        *current = None;
        let fixed = now.map(|now| at(router, now));
        let options = fixed.as_ref().unwrap_or(router.options());
        let whole = Input { text: line, line: number, part: None };
        LineDecider { router, options, deliver }.each(scratch, split, whole, LineProgress { first, current }, then);
        self.release(line.len());
    }

    #[inline]
    fn release(&mut self, line: usize) {
        if let Some(split) = &mut self.split {
            split.release(self.router.graph(), line);
        }
    }
}

/// The options of a router with a fixed clock.
fn at(router: &Router, now: Timestamp) -> Options {
    router.options().clock(Clock::Fixed(now))
}
