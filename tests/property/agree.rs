//! The decision graph and the plain evaluator always make the same decision.

use crate::{events, generate};
use bumpalo::Bump;
use dadar::Budget;
use dadar::decision::{Decision, Delivered, Status};
use dadar::explain::{Focus, TextStyle};
use dadar::unstable::event::{Json, Limits, Mode, parse};
use dadar::unstable::interpreter::Interpreter;
use dadar::{Clock, Options, Router, Session};
use dadar::{Loaded, RuleSet, load_strings};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};
use serde::Deserialize;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// Runs a test on a number of rule sets, each with a handful of events. A failure prints how to repeat it.
pub(crate) fn check<S: Strategy>(cases: u32, strategy: &S, test: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let mut runner = TestRunner::new(config(cases));
    let what = match runner.run(strategy, test) {
        Ok(()) => return,
        // The reason contains the rule set and the event, in a shorter form than the generated value.
        Err(TestError::Fail(reason, _)) => reason.to_string(),
        Err(other) => other.to_string(),
    };
    let Config { cases, rng_seed, .. } = runner.config();
    let seed = if let RngSeed::Fixed(seed) = rng_seed { seed.to_string() } else { String::from("?") };
    panic!("{what}\n\nTo repeat it: PROPTEST_RNG_SEED={seed} PROPTEST_CASES={cases} cargo test --test property\n");
}

fn config(cases: u32) -> Config {
    let given = |variable: &str| std::env::var_os(variable).is_some();
    let mut config =
        Config { failure_persistence: None, max_shrink_iters: 4096, max_shrink_time: 8_000, ..Config::default() };
    if !given("PROPTEST_CASES") {
        config.cases = cases;
    }
    if !given("PROPTEST_RNG_SEED") {
        config.rng_seed = RngSeed::Fixed(39);
    }
    config
}

pub(crate) fn load(yaml: &str) -> Loaded {
    load_strings("random", [("rules.yaml", yaml)])
}

fn clocks() -> impl Strategy<Value = Clock> {
    let noon: jiff::Timestamp = "2026-01-10T13:00:00+05:30".parse().unwrap();
    prop_oneof![3 => Just(Clock::Fixed(noon)), 1 => Just(Clock::Event)]
}

fn errors(loaded: &Loaded) -> Vec<String> {
    let place = |label: &dadar::diagnostic::Label| {
        format!("{} `{}`", loaded.sources.place(label.span), loaded.sources.snippet(label.span))
    };
    let errors = loaded.diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
    errors
        .map(|error| {
            format!("{:?}: {} at {}", error.code, error.message, error.primary.as_ref().map(place).unwrap_or_default())
        })
        .collect()
}

/// Almost no random rule set has an error, and the decision on every event can be explained.
#[test]
fn random_rule_sets_load() {
    let (all, loads) = (Cell::new(0), Cell::new(0));
    let first_errors = RefCell::new(Vec::new());
    let cases = (generate::rule_set(), vec(events::event(), 4), clocks());
    check(100, &cases, |(yaml, events, clock)| {
        let loaded = load(&yaml);
        all.set(all.get() + 1);
        let Some(rules) = &loaded.rule_set else {
            first_errors.borrow_mut().extend(errors(&loaded));
            return Ok(());
        };
        loads.set(loads.get() + 1);
        for event in &events {
            can_be_explained(rules, &loaded, event, clock).map_err(|error| fail(&error, &yaml, event))?;
        }
        Ok(())
    });
    let (all, loads) = (all.get(), loads.get());
    let first: Vec<_> = first_errors.borrow().iter().take(20).cloned().collect();
    assert!(loads * 100 >= all * 95, "{loads} of {all} rule sets load\n{}", first.join("\n"));
}

/// The trace of an event has the same decision, and `explain` can render all of it.
fn can_be_explained(rules: &RuleSet, loaded: &Loaded, event: &[u8], clock: Clock) -> Result<(), String> {
    let options = Options::default().clock(clock);
    let interpreter = Interpreter::new(rules);
    let trace = interpreter.trace(event, 1, &options);
    let plain = TextStyle::PLAIN;
    if trace.decision != interpreter.decide(event, 1, &options) {
        return Err("trace and decision differ".into());
    }
    let render =
        |focus| dadar::explain::render(&trace, &loaded.sources, focus, &plain).map_err(|error| error.to_string());
    render(Focus::All)?;
    for person in &trace.subscribers {
        let text = render(Focus::Subscriber(&person.name))?;
        let gets = trace.decision.subscribers.contains(&person.name);
        if text.starts_with('✓') != gets {
            return Err(format!("wrong explanation for `{}`:\n{text}", person.name));
        }
    }
    trace.rules.iter().try_for_each(|rule| render(Focus::Rule(&rule.name)).map(drop))?;
    let json = dadar::explain::to_json(&trace, &loaded.sources);
    if json["decision"] != serde_json::to_value(&trace.decision).unwrap_or_default() {
        return Err("the decision within the data differs".into());
    }
    Ok(())
}

#[test]
fn graph_and_interpreter_agree() {
    let cases = (generate::rule_set(), vec(events::event(), 10), clocks());
    let seen = RefCell::new(Seen::default());
    check(200, &cases, |(yaml, events, clock)| {
        let loaded = load(&yaml);
        match &loaded.rule_set {
            Some(rules) => agree(rules, &yaml, &events, clock, &mut seen.borrow_mut()),
            None => Ok(()),
        }
    });
    seen.borrow().check();
}

/// Budgets that are just enough, or too small: every computation may be the one that exceeds its budget.
fn budgets() -> impl Strategy<Value = Budget> {
    let sizes = || prop_oneof![3 => 0..40u32, 3 => 40..4000u32, 1 => 4000..200_000u32, 1 => Just(10_000_000)];
    (sizes(), sizes()).prop_map(|(memory, work)| Budget::DEFAULT.memory(memory as usize).work(u64::from(work)))
}

#[test]
fn graph_and_interpreter_agree_on_small_budgets() {
    let cases = (generate::rule_set(), vec(events::event(), 6), clocks(), budgets());
    let (seen, exceeded) = (RefCell::new(Seen::default()), Cell::new(0));
    check(200, &cases, |(yaml, events, clock, budget)| {
        let loaded = load(&yaml);
        let Some(rules) = &loaded.rule_set else { return Ok(()) };
        let options = Options::default().clock(clock).budget(budget);
        agree_with(rules, &yaml, &events, options, &mut seen.borrow_mut())?;
        let interpreter = Interpreter::new(rules);
        let errors = events.iter().flat_map(|event| interpreter.decide(event, 1, &options).errors);
        exceeded.set(exceeded.get() + errors.filter(|error| error.found == "more").count());
        Ok(())
    });
    let events = seen.borrow().events;
    assert!(exceeded.get() * 20 > events, "budgets are hardly ever used up: {} in {events} events", exceeded.get());
}

/// The example rule sets, on their own events.
#[test]
fn graph_and_interpreter_agree_on_the_examples() {
    let clock = Clock::Fixed("2025-01-10T13:30:00+05:30".parse().unwrap());
    for folder in std::fs::read_dir("rules").unwrap() {
        let folder = folder.unwrap().path();
        let loaded = dadar::load(&folder, &Default::default());
        let (Some(rules), Ok(events)) = (loaded.rule_set, std::fs::read(folder.join("events.ndjson"))) else {
            continue;
        };
        let events: Vec<Vec<u8>> = events.split(|byte| *byte == b'\n').take(300).map(<[u8]>::to_vec).collect();
        let mut seen = Seen::default();
        agree(&rules, &folder.display().to_string(), &events, clock, &mut seen).unwrap();
        assert!(seen.events > 1, "{}", folder.display());
    }
}

/// The number of occurrences of each feature, so that the comparison covers all of them.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) events: usize,
    kinds: BTreeMap<&'static str, usize>,
}

impl Seen {
    fn note(&mut self, decision: &Decision) {
        self.events += 1;
        let kinds = [
            (decision.status.as_str(), true),
            ("rules", !decision.rules.is_empty()),
            ("several rules", decision.rules.len() > 2),
            ("labels", !decision.labels.is_empty()),
            ("settings", !decision.settings.is_empty()),
            ("filtered", !decision.filtered.is_empty()),
            ("invalid", !decision.invalid.is_empty()),
            ("errors", !decision.errors.is_empty()),
        ];
        for (kind, _) in kinds.into_iter().filter(|(_, there)| *there) {
            *self.kinds.entry(kind).or_default() += 1;
        }
    }

    /// The number of occurrences of a feature.
    pub(crate) fn times(&self, kind: &str) -> usize {
        self.kinds.get(kind).copied().unwrap_or(0)
    }

    /// Every feature occurs for at least one event in two hundred.
    fn check(&self) {
        let all = "routed unrouted dropped rejected malformed rules labels settings filtered invalid errors";
        for kind in all.split(' ').chain(["several rules"]) {
            let times = self.times(kind);
            assert!(times * 200 >= self.events, "`{kind}` occurs too rarely: {self:#?}");
        }
    }
}

pub(crate) fn agree(
    rules: &RuleSet,
    yaml: &str,
    events: &[Vec<u8>],
    clock: Clock,
    seen: &mut Seen,
) -> Result<(), TestCaseError> {
    agree_with(rules, yaml, events, Options::default().clock(clock), seen)
}

fn agree_with(
    rules: &RuleSet,
    yaml: &str,
    events: &[Vec<u8>],
    options: Options,
    seen: &mut Seen,
) -> Result<(), TestCaseError> {
    let mut session = Router::with_options(rules, options).session();
    let interpreter = Interpreter::new(rules);
    let mut writing = session.router().and_options(options.deliveries(true)).session();
    for (number, event) in (1..).zip(events) {
        let wanted = interpreter.decide(event, number, &options);
        seen.note(&wanted);
        let got = session.route(event, number);
        if got != wanted {
            let shown = |decision| serde_json::to_string_pretty(decision).unwrap_or_default();
            let differ = difference(&shown(&wanted), &shown(&got));
            return Err(fail(&format!("graph and interpreter differ:\n{differ}"), yaml, event));
        }
        let (mut wanted, mut got) = (Vec::new(), Vec::new());
        interpreter.deliver_each(event, number, &options, |delivered| wanted.push(delivered));
        session.deliver_each(event, number, |delivered| got.push(delivered));
        if got != wanted {
            let shown = |sent| serde_json::to_string_pretty(sent).unwrap_or_default();
            let differ = difference(&shown(&wanted), &shown(&got));
            return Err(fail(&format!("graph and interpreter send different things:\n{differ}"), yaml, event));
        }
        let is_read_back = |one: &Delivered| {
            let read = serde_json::to_string(one).and_then(|line| read_back(&line));
            read.is_ok_and(|read| read == *one)
        };
        if !got.iter().all(is_read_back) {
            return Err(fail("the decision and its deliveries are read back as others", yaml, event));
        }
        written_deliveries(&mut writing, &got, event, number).map_err(|error| fail(&error, yaml, event))?;
    }
    trusted_agrees(&session, yaml, events)
}

/// Reads a decision and its deliveries, which may be nested deeper than serde_json reads by default.
fn read_back(line: &str) -> serde_json::Result<Delivered> {
    let mut reader = serde_json::Deserializer::from_str(line);
    reader.disable_recursion_limit();
    Delivered::deserialize(&mut reader)
}

/// On events without duplicate keys, trusted and strict mode make the same decision.
fn trusted_agrees(strict: &Session, yaml: &str, events: &[Vec<u8>]) -> Result<(), TestCaseError> {
    let router = strict.router();
    let mut strict = router.session();
    let mut trusted = router.and_options(router.options().mode(Mode::Trusted)).session();
    for event in events {
        // Parsing and writing it removes duplicates.
        let Ok(value) = serde_json::from_slice::<serde_json::Value>(event) else { continue };
        let event = serde_json::to_vec(&value).unwrap_or_default();
        let (wanted, got) = (strict.route(&event, 1), trusted.route(&event, 1));
        if wanted.status != Status::Malformed && wanted != got {
            let shown = |decision| serde_json::to_string_pretty(decision).unwrap_or_default();
            let differ = difference(&shown(&wanted), &shown(&got));
            return Err(fail(&format!("strict and trusted differ:\n{differ}"), yaml, &event));
        }
    }
    Ok(())
}

/// What a delivery has of the decision, since no decision is written beside it.
const REASONS: [&str; 7] = ["dropped_by", "invalid", "part", "parts", "line", "error", "input"];

/// The lines that are written of deliveries say the same as their values.
fn written_deliveries(session: &mut Session, all: &[Delivered], event: &[u8], number: u64) -> Result<(), String> {
    let mut out = Vec::new();
    session.route_to(event, number, &mut out);
    let text = String::from_utf8_lossy(&out).into_owned();
    let read = |line: &str| {
        let arena = Bump::new();
        let value = parse(line.as_bytes(), Limits::default(), &arena);
        value.map(dadar::unstable::event::Value::to_json).map_err(|fault| format!("{}: {line}", fault.message))
    };
    if text.contains('\r') {
        return Err(format!("a line break within a line: {text:?}"));
    }
    let lines = text.lines().map(read).collect::<Result<Vec<Json>, _>>()?;
    let mut rest = lines.as_slice();
    for delivered in all {
        let count = delivered.deliveries.len().max(1);
        let own = rest.get(..count).ok_or_else(|| format!("too few lines: {text}"))?;
        written_event(delivered, own, &text)?;
        rest = &rest[count..];
    }
    if rest.is_empty() { Ok(()) } else { Err(format!("too many lines: {text}")) }
}

/// The lines of one event.
fn written_event(delivered: &Delivered, lines: &[Json], text: &str) -> Result<(), String> {
    let decision = serde_json::to_value(&delivered.decision).unwrap_or_default();
    if delivered.deliveries.is_empty() {
        let same = |key: &&str| lines.first().and_then(|first| first.get(*key)) == decision.get(*key);
        let all_same = lines.len() == 1 && ["id", "status"].iter().chain(&REASONS).all(same);
        return if all_same { Ok(()) } else { Err(format!("nobody: {text}")) };
    }
    if lines.len() != delivered.deliveries.len() {
        return Err(format!("{} deliveries, and {text}", delivered.deliveries.len()));
    }
    for (line, delivery) in lines.iter().zip(&delivered.deliveries) {
        let wanted = serde_json::to_value(delivery).unwrap_or_default();
        if ["id", "subscriber", "event", "errors"].into_iter().any(|key| line.get(key) != wanted.get(key)) {
            return Err(format!("{line}\n is not {wanted}"));
        }
        let status = decision.get("status").filter(|status| *status != "routed");
        if line.get("status") != status || REASONS.iter().any(|key| line.get(*key) != decision.get(*key)) {
            return Err(format!("{line}\n does not say why, as {decision} does"));
        }
    }
    Ok(())
}

/// The lines that only one side has.
fn difference(wanted: &str, got: &str) -> String {
    let only = |mark: char, these: &str, those: &str| {
        let lines = these.lines().filter(|line| !those.lines().any(|other| other == *line));
        lines.map(|line| format!("{mark} {line}\n")).collect::<String>()
    };
    format!("{}{}(- interpreter, + graph)\n\ninterpreter: {wanted}", only('-', wanted, got), only('+', got, wanted))
}

fn fail(what: &str, yaml: &str, event: &[u8]) -> TestCaseError {
    let event = String::from_utf8_lossy(event);
    TestCaseError::fail(format!("{what}\n\n--- rules.yaml\n{yaml}\n--- event\n{event}\n"))
}
