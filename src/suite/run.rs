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
        let parts = test.parts.iter().flat_map(|expected| &expected.parts).flatten();
        let mut all = test.expectations.iter().chain(parts);
        let wants_sent = all.any(|expectation| matches!(expectation.matcher, Matcher::Sent(_)));
        let mut decisions = 0;
        for input in &test.inputs {
            let before = outcome.failures.len();
            let mut parts = 0;
            let mut check = |decision: &Json| {
                let failures = self.failures(test, decision, parts, decisions);
                outcome.failures.extend(failures.into_iter().map(|failure| of_event(failure, input, decision)));
                (parts, decisions) = (parts + 1, decisions + 1);
            };
            match wants_sent {
                true => session.deliver_each(&input.line, input.number, |delivered| check(&with_sent(delivered))),
                false => session.route_each(&input.line, input.number, |decision| {
                    check(&serde_json::to_value(decision).unwrap_or_default());
                }),
            }
            outcome.failures.extend(self.wrong_count(test, parts).map(|one| of_event(one, input, &Json::Null)));
            if before == 0 && !outcome.failures.is_empty() {
                outcome.failed_event = Some(String::from_utf8_lossy(&input.line).into_owned());
            }
        }
        if let Some(recorded) = test.recorded.as_ref().filter(|recorded| recorded.len() != decisions) {
            outcome.failures.push(count(recorded.len(), decisions, None));
        }
    }

    /// What does not hold of a decision: the one of number `part` on its line, and of number `at` in the test.
    fn failures(&self, test: &TestCase, decision: &Json, part: usize, at: usize) -> Vec<TestFailure> {
        let of_part = test.parts.as_ref().and_then(|expected| expected.parts.get(part));
        let expectations = test.expectations.iter().chain(of_part.into_iter().flatten());
        let expected = expectations.filter_map(|expectation| expectation.check(decision, self.sources));
        let recorded = test.recorded.as_ref().and_then(|lines| lines.get(at));
        expected.chain(recorded.into_iter().flat_map(|line| line.check(decision))).collect()
    }

    /// The failure of a line with another number of events than `expect` lists.
    fn wrong_count(&self, test: &TestCase, found: usize) -> Option<TestFailure> {
        let expected = test.parts.as_ref().filter(|expected| expected.parts.len() != found)?;
        Some(count(expected.parts.len(), found, Some(self.sources.place(expected.span))))
    }
}

/// The failure for another number of decisions than expected.
fn count(expected: usize, found: usize, place: Option<String>) -> TestFailure {
    TestFailure {
        event: None,
        field: String::from("decisions"),
        expected: expected.to_string(),
        found: found.to_string(),
        note: None,
        place,
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

/// A failure with its event, and the number of the event in its line.
fn of_event(failure: TestFailure, input: &TestInput, decision: &Json) -> TestFailure {
    let part = decision.get("part").map(|part| format!("part {part}"));
    let event = match (&input.shown, part) {
        (Some(shown), Some(part)) => Some(format!("{shown}, {part}")),
        (shown, part) => shown.clone().or(part),
    };
    TestFailure { event, ..failure }
}
