//! Runs tests: each event is routed with the test's clock, and each expectation is compared with the decision.

use super::expectation::Matcher;
use super::{FileReport, Report, Suite, TestCase, TestClock, TestFailure, TestInput, TestOutcome};
use crate::clock::Clock;
use crate::decision::Delivered;
use crate::diagnostic::Sources;
use crate::event::Json;
use crate::expr::{Budget, time};
use crate::options::Options;
use crate::route::Router;
use crate::rules::RuleSet;
use jiff::Timestamp;
use std::time::Instant;

/// Runs the tests whose names contain `filter` (all without one).
pub fn run(rules: &RuleSet, suite: &Suite, filter: Option<&str>) -> Report {
    run_within(rules, suite, filter, Budget::default())
}

/// As [`run`], with the budget of each computation on an event.
pub fn run_within(rules: &RuleSet, suite: &Suite, filter: Option<&str>, budget: Budget) -> Report {
    let router = Router::with_options(rules, Options { budget, ..Options::default() });
    let chosen = |test: &&TestCase| filter.is_none_or(|part| test.name.contains(part));
    let runner = Runner { rules, reads_clock: rules.reads_clock(), router, sources: &suite.sources };
    let mut files = Vec::new();
    for file in &suite.files {
        let outcomes = file.tests.iter().filter(chosen).map(|test| runner.outcome(test)).collect();
        files.push(FileReport { path: file.path.clone(), outcomes });
    }
    Report { files }
}

/// A rule set that can decide with any clock.
struct Runner<'r> {
    rules: &'r RuleSet,
    reads_clock: bool,
    router: Router,
    sources: &'r Sources,
}

impl Runner<'_> {
    fn outcome(&self, test: &TestCase) -> TestOutcome {
        let start = Instant::now();
        let mut outcome = TestOutcome {
            name: test.name.clone(),
            place: self.sources.place(test.span),
            failures: Vec::new(),
            failed_event: None,
            now: test.now.argument(),
            events: test.inputs.len(),
            duration: start.elapsed(),
        };
        match self.clock(test) {
            Ok(clock) => self.route(test, clock, &mut outcome),
            Err(found) => outcome.failures.push(self.no_clock(test, found)),
        }
        outcome.duration = start.elapsed();
        outcome
    }

    /// The clock of a test; a failure if it needs one and has none.
    fn clock(&self, test: &TestCase) -> Result<Clock, String> {
        match &test.now {
            TestClock::Event => Ok(Clock::Event),
            TestClock::At(text) => {
                match time::parse_time(text, &self.rules.zone).and_then(|time| time.instant.timestamp()) {
                    Some(now) => Ok(Clock::Fixed(now)),
                    None => Err(text.clone()),
                }
            }
            TestClock::None if self.reads_clock => Err(String::from("nothing")),
            // The rules do not read it.
            TestClock::None => Ok(Clock::Fixed(Timestamp::UNIX_EPOCH)),
        }
    }

    /// The failure of a test that needs a clock.
    fn no_clock(&self, test: &TestCase, found: String) -> TestFailure {
        TestFailure {
            event: None,
            field: String::from("now"),
            expected: String::from("a time such as 2026-01-10T13:00:00+05:30, since the rules read the clock"),
            found,
            note: None,
            place: Some(self.sources.place(test.span)),
        }
    }

    /// Routes the events of a test and compares its expectations with the decisions.
    fn route(&self, test: &TestCase, clock: Clock, outcome: &mut TestOutcome) {
        let mut session = self.router.and_options(Options { clock, ..*self.router.options() }).session();
        let wants_sent = test.expectations.iter().any(|expectation| matches!(expectation.matcher, Matcher::Sent(_)));
        for (at, input) in test.inputs.iter().enumerate() {
            let decision = match wants_sent {
                true => with_sent(session.deliver(&input.line, input.number)),
                false => serde_json::to_value(session.route(&input.line, input.number)).unwrap_or_default(),
            };
            let expectations =
                test.expectations.iter().filter_map(|expectation| expectation.check(&decision, self.sources));
            let recorded = test.recorded.as_ref().and_then(|lines| lines.get(at));
            let found = expectations.chain(recorded.into_iter().flat_map(|line| line.check(&decision)));
            let before = outcome.failures.len();
            outcome.failures.extend(found.map(|failure| of_event(failure, input)));
            if before == 0 && !outcome.failures.is_empty() {
                outcome.failed_event = Some(String::from_utf8_lossy(&input.line).into_owned());
            }
        }
    }
}

impl TestClock {
    /// In the form that `--now` accepts.
    fn argument(&self) -> Option<String> {
        match self {
            TestClock::None => None,
            TestClock::Event => Some(String::from("event")),
            TestClock::At(text) => Some(text.clone()),
        }
    }
}

/// A decision as data, with the event that each subscriber receives under `sent`.
fn with_sent(delivered: Delivered) -> Json {
    let mut decision = serde_json::to_value(&delivered.decision).unwrap_or_default();
    let sent = delivered.deliveries.into_iter().map(|delivery| (delivery.subscriber.to_string(), delivery.event));
    if let Json::Object(members) = &mut decision {
        members.insert(String::from("sent"), sent.collect());
    }
    decision
}

fn of_event(failure: TestFailure, input: &TestInput) -> TestFailure {
    TestFailure { event: input.shown.clone(), ..failure }
}
