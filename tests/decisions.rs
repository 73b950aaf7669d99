//! Decisions that are known to be right: the initial cases, and a case for every bug that was found since.
//!
//! A folder of `tests/cases/regressions` holds `rules.yaml`, `events.ndjson` and `expected.ndjson`. Each decision of both
//! evaluators must have the expected keys with the expected values.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use dadar::unstable::interpreter::Interpreter;
use dadar::{Clock, Options, Router};
use dadar::{LoadOptions, RuleSet, load};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn rule_set(path: &Path) -> RuleSet {
    let loaded = load(path, &LoadOptions::rooted(folder("")));
    loaded.rule_set.unwrap_or_else(|| panic!("{}: {:#?}", path.display(), loaded.diagnostics))
}

fn lines(path: &Path) -> Vec<Vec<u8>> {
    let text = std::fs::read(path).unwrap();
    let text = text.strip_suffix(b"\n").unwrap_or(&text);
    text.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

/// The decisions of both evaluators on the events; they must be identical.
fn decisions(rules: &RuleSet, events: &[Vec<u8>]) -> Vec<Value> {
    let now = "2025-01-10T13:30:00+05:30".parse().unwrap();
    let options = Options::default().clock(Clock::Fixed(now));
    let interpreter = Interpreter::new(rules);
    let mut session = Router::with_options(rules, options).session();
    let mut number = 0;
    let mut decide = |event: &Vec<u8>| {
        number += 1;
        let made = session.route(event, number);
        let decision = serde_json::to_value(&made).unwrap();
        assert_eq!(made, serde_json::from_value(decision.clone()).unwrap(), "it is read back as another one");
        let plain = serde_json::to_value(interpreter.decide(event, number, &options)).unwrap();
        assert_eq!(decision, plain, "the evaluators differ on {}", String::from_utf8_lossy(event));
        let mut written = Vec::new();
        session.route_to(event, number, &mut written);
        assert_eq!(decision, serde_json::from_slice::<Value>(&written).unwrap(), "the line differs from the value");
        decision
    };
    events.iter().map(&mut decide).collect()
}

#[test]
fn the_example_rule_sets_decide_as_the_reference_text_does() {
    for name in ["food-delivery", "payments", "rail-booking", "restaurant-events"] {
        let cases = folder("tests/cases/decisions");
        let rules = rule_set(&folder("rules").join(name));
        let made = decisions(&rules, &lines(&cases.join(format!("{name}.events.ndjson"))));
        let expected = lines(&cases.join(format!("{name}.expected.ndjson")));
        assert_eq!(made.len(), 60);
        assert_eq!(made.len(), expected.len());
        for (made, expected) in made.iter().zip(&expected) {
            let expected: Value = serde_json::from_slice(expected).unwrap();
            let set = |value: &Value| -> BTreeSet<String> {
                value["subscribers"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
            };
            assert_eq!(set(made), set(&expected), "{name}: {made}");
            for key in ["id", "topic", "rules"] {
                if let Some(value) = expected.get(key) {
                    assert_eq!(&made[key], value, "{name}: {made}");
                }
            }
            if let Some(value) = expected.get("booking_type") {
                assert_eq!(&made["labels"]["booking_type"], value, "{name}: {made}");
            }
            if let Some(valid) = expected.get("valid") {
                assert_eq!(made["status"] == "rejected", *valid == Value::Bool(false), "{name}: {made}");
            }
        }
    }
}

#[test]
fn no_bug_comes_back() {
    for entry in std::fs::read_dir(folder("tests/cases/regressions")).unwrap() {
        let case = entry.unwrap().path();
        let made = decisions(&rule_set(&case.join("rules.yaml")), &lines(&case.join("events.ndjson")));
        let expected = lines(&case.join("expected.ndjson"));
        assert_eq!(made.len(), expected.len(), "{}", case.display());
        for (number, (made, expected)) in made.iter().zip(&expected).enumerate() {
            let expected: Value = serde_json::from_slice(expected).unwrap();
            for (key, value) in expected.as_object().unwrap() {
                assert_eq!(&made[key], value, "{} line {}: {made}", case.display(), number + 1);
            }
        }
    }
}

/// Deliveries that are taken one by one are the same as all together.
#[test]
fn deliveries_come_in_parts() {
    let subscribers: Vec<String> = (0..20).map(|n| format!("s{n:02}")).collect();
    let yaml = format!("rules: [{{name: r, when: 'data.n == 1', subscribers: [{}]}}]", subscribers.join(", "));
    let rules = dadar::load_strings("many", [("rules.yaml", yaml.as_str())]).rule_set.unwrap();
    let options = dadar::Options::default().deliveries(true);
    let mut session = dadar::Router::with_options(&rules, options).session();
    let event = br#"{"id": 1, "type": "x", "data": {"n": 1}}"#;
    let (mut whole, mut taken, mut rest) = (Vec::new(), Vec::new(), Vec::new());
    session.route_to(event, 1, &mut whole);
    let (mut parts, mut longest) = (0, 0);
    session.route_in_parts(event, 1, &mut rest, |out| {
        parts += 1;
        longest = longest.max(out.len());
        taken.append(out);
    });
    assert_eq!((parts, &taken), (20, &whole));
    assert!(rest.is_empty() && longest * 20 <= whole.len() + 20);
}

/// An envelope may read `now` while it computes the time that sets the clock: `now` is null then, and the time afterwards.
#[test]
fn the_event_clock_is_set_after_the_time_is_known() {
    let yaml = "
ruleset: {name: late, envelope: {time: 'if(exists(now), event.at, event.timestamp)', topic: event.type}}
rules: [{name: saturday, when: 'weekday(now) == \"sat\"', subscribers: [s]}]
";
    let rules = dadar::load_strings("late", [("rules.yaml", yaml)]).rule_set.unwrap();
    let options = Options::default().clock(Clock::Event);
    let event = br#"{"type": "a", "timestamp": "2026-01-10T13:00:00Z", "at": "2026-01-09T13:00:00Z"}"#;
    let decision = Router::with_options(&rules, options).route(event);
    assert_eq!(decision, Interpreter::new(&rules).decide(event, 1, &options));
    assert_eq!(decision.rules.len(), 1);
}
