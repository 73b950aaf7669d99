//! Rule sets for which the graph must agree with the interpreter and remain small.

mod elements;
mod lists;
mod windows;

use super::{DecisionGraph, compile};
use crate::event::Mode;
use crate::interpreter::Interpreter;
use crate::route::{Clock, Options, Router};
use crate::rules::{RuleSet, load_strings};
use serde_json::{Value as Json, json};

fn load(yaml: &str) -> RuleSet {
    let loaded = load_strings("t", [("t.yaml", yaml)]);
    let Some(rules) = loaded.rule_set else { panic!("{:#?}\n{yaml}", loaded.diagnostics) };
    rules
}

/// Decides about events in strict and trusted mode, and compares with the interpreter. Returns the rules that matched each event.
#[track_caller]
fn matching(yaml: &str, events: &[Json]) -> Vec<String> {
    let rules = load(yaml);
    let options = Options { clock: Clock::Fixed("2026-01-10T12:00:00Z".parse().unwrap()), ..Options::default() };
    let interpreter = Interpreter::new(&rules);
    let router = Router::with_options(&rules, options);
    let mut strict = router.session();
    let mut trusted = router.and_options(Options { mode: Mode::Trusted, ..options }).session();
    let decide = |event: &Json| {
        let line = event.to_string();
        let wanted = interpreter.deliver(line.as_bytes(), 1, &options);
        assert_eq!(strict.deliver(line.as_bytes(), 1), wanted, "{line}");
        assert_eq!(trusted.route(line.as_bytes(), 1), wanted.decision, "trusted: {line}");
        wanted.decision.rules.join(" ")
    };
    events.iter().map(decide).collect()
}

fn data(data: Json) -> Json {
    json!({"type": "t", "data": data})
}

fn graph(yaml: &str) -> DecisionGraph {
    compile(&load(yaml))
}

/// Named values, each of which uses the one before.
fn chain(levels: usize, first: &str, next: impl Fn(usize, &str) -> String) -> String {
    let mut yaml = format!("define:\n  d0: {first}\n");
    for level in 1..=levels {
        yaml.push_str(&format!("  d{level}: '{}'\n", next(level, &format!("d{}", level - 1))));
    }
    yaml
}

#[test]
fn named_values_used_twice_do_not_multiply() {
    let rules = |when: &str| format!("rules: [{{name: r, when: '{when}', subscribers: s}}]\n");
    let cases = [
        (chain(60, "data.a", |_, d| format!("{d} ?? {d}")), "d60 == 3", ["r", "", ""]),
        (chain(60, "data.a", |_, d| format!("{d} ?? {d}")), "exists(d60)", ["r", "r", ""]),
        (chain(60, "data.a", |_, d| format!("{d} ?? {d}")), "d60 in [4, 5, null]", ["", "", "r"]),
        (chain(60, "data.a == 3", |n, d| format!("if({d}, data.b != {n}, {d})")), "!d60", ["", "r", "r"]),
        (
            chain(60, "data.a == 3", |n, d| format!("{d} && data.b != {n} || !{d} && data.c == {n}")),
            "d60",
            ["r", "", ""],
        ),
        (chain(60, "data.a", |n, d| format!("if({d} == {n}, {d}, {d})")), "d60 == 3", ["r", "", ""]),
    ];
    let events = [data(json!({"a": 3})), data(json!({"a": "x"})), data(json!({}))];
    for (defines, when, wanted) in cases {
        let yaml = defines + &rules(when);
        assert_eq!(matching(&yaml, &events), wanted, "{when}");
        let nodes = graph(&yaml).conditions.len();
        assert!(nodes < 2_000, "{nodes} conditions for {when}");
    }
}

#[test]
fn nested_choices_do_not_multiply() {
    let nested =
        (1..40).fold(String::from("data.a == 0"), |inner, n| format!("if({inner}, data.b != {n}, data.c == {n})"));
    let yaml = format!(
        "rules:\n  - {{name: r, when: '{nested}', subscribers: s}}\n  - {{name: n, when: '!({nested})', subscribers: s}}\n"
    );
    let events = [data(json!({"a": 0})), data(json!({"a": 1})), data(json!({"a": 1, "c": 39})), data(json!({"b": 39}))];
    assert_eq!(matching(&yaml, &events), ["r", "n", "r", "n"]);
    assert!(graph(&yaml).conditions.len() < 2_000);
}

/// Many rules share a condition with many parts: the space grows with their number, not with its square.
#[test]
fn shared_parts_take_space_once() {
    let entries = |count: usize| {
        let parts: Vec<String> = (0..count).map(|n| format!("data.a == {n}")).collect();
        let mut yaml = format!("define:\n  big: {}\n  c0: data.a == 1\n", parts.join(" || "));
        (1..count).for_each(|n| yaml.push_str(&format!("  c{n}: c{} && data.x{n} == 1\n", n - 1)));
        yaml.push_str("rules:\n");
        for n in 0..count {
            yaml.push_str(&format!("  - {{name: r{n}, when: big || data.b == {n}, subscribers: s{n}}}\n"));
            yaml.push_str(&format!("  - {{name: c{n}, when: c{n}, subscribers: s{n}}}\n"));
        }
        let graph = graph(&yaml);
        (graph.conditions.parts() + graph.indexes.postings(), yaml)
    };
    let (small, yaml) = entries(50);
    let (large, _) = entries(200);
    assert!(large < 6 * small, "{small} and {large}");
    let all = |range: std::ops::Range<usize>| range.map(|n| format!("r{n} c{n}")).collect::<Vec<_>>().join(" ");
    let event = data((1..50).map(|n| (format!("x{n}"), json!(1))).chain([("a".into(), json!(1))]).collect());
    assert_eq!(matching(&yaml, &[event, data(json!({"b": 7}))]), [all(0..50), "r7".into()]);
}

#[test]
fn alternatives_that_are_null() {
    let yaml = "
rules:
  - {name: none, when: (data.a ?? data.b) == null, subscribers: s}
  - {name: some, when: (data.a ?? data.b) != null, subscribers: s}
  - {name: among, when: '(data.a ?? data.b) in [null, 1]', subscribers: s}
  - {name: three, when: (data.a ?? data.b ?? data.c) == null, subscribers: s}
";
    let events = [json!({}), json!({"b": 2}), json!({"a": 2}), json!({"b": 1}), json!({"c": 1, "a": null})];
    let wanted = ["none among three", "some", "some", "some among", "none among"];
    assert_eq!(matching(yaml, &events.map(data)), wanted);
}

/// More alternatives than are split.
#[test]
fn many_alternatives() {
    let paths: Vec<String> = (0..150).map(|n| format!("data.a{n}")).collect();
    let yaml = format!("rules: [{{name: r, when: '({}) == 1', subscribers: s}}]", paths.join(" ?? "));
    let at = |n: usize, value: u32| data(json!({ format!("a{n}"): value }));
    let both = data(json!({"a3": 2, "a140": 1}));
    assert_eq!(matching(&yaml, &[at(0, 1), at(100, 1), at(149, 1), at(149, 2), both]), ["r", "r", "r", "", ""]);
}

/// A trusted scan may skip an alternative after one that is present, unless something else reads it.
#[test]
fn alternatives_that_others_read_too() {
    let yaml = |other: &str| {
        format!(
            "ruleset: {{envelope: {{id: event.a ?? event.b, topic: event.type, time: event.at, data: event}}}}\n\
             rules:\n  - {{name: r, when: '{other}', subscribers: s}}\n"
        )
    };
    let event = json!({"type": "t", "a": 1, "b": 2});
    for other in ["event.b == 2", "lower(string(event.b)) == \"2\"", "data.b == 2", "exists(event.b)"] {
        assert_eq!(matching(&yaml(other), std::slice::from_ref(&event)), ["r"], "{other}");
    }
}

#[test]
fn exclude_and_filters_of_subscribers() {
    let yaml = "
topics: {t: [a, b, c, d]}
subscribers:
  b: {filter: data.n > 1}
  c: {filter: data.n > 5}
rules:
  - {name: r, when: data.n > 0, exclude: [a, x], subscribers: [x, e]}
  - {name: q, when: data.n > 1, exclude: [d], subscribers: [a]}
";
    let rules = load(yaml);
    let mut session = Router::new(&rules).session();
    let mut subscribers = |n: u32| {
        let decision = session.route(data(json!({ "n": n })).to_string().as_bytes(), 1);
        (decision.subscribers.join(" "), decision.filtered.join(" "))
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(subscribers(0), pair("a d", "b c"));
    assert_eq!(subscribers(1), pair("d e", "b c"));
    assert_eq!(subscribers(2), pair("b e", "c"));
    assert_eq!(subscribers(9), pair("b c e", ""));
    matching(yaml, &[0, 1, 2, 9].map(|n| data(json!({ "n": n }))));
}

/// A number of milliseconds is not a valid time in seconds.
#[test]
fn numbers_that_are_not_times() {
    let yaml = "rules: [{name: r, when: data.until < now, subscribers: s}]";
    let events = [json!(1_768_050_300_123_u64), json!(1_700_000_000), json!(9.9e300), json!(-1e18), json!(true)];
    let events = events.map(|until| data(json!({ "until": until })));
    assert_eq!(matching(yaml, &events), ["", "r", "", "", ""]);
    let decision = Router::new(&load(yaml)).session().route(events[0].to_string().as_bytes(), 1);
    let errors =
        json!([{"path": "data.until", "expected": "time", "found": "number", "required_by": ["r"], "count": 1}]);
    assert_eq!(serde_json::to_value(decision.errors).unwrap(), errors);
}

#[test]
fn errors_of_ingest_are_on_each_delivery() {
    let mut yaml = String::from(
        "ingest: tidy\ntransforms:\n  tidy: [{set: {data.m: data.n + 1}}]\ntopics: {t: [audit]}\nrules:\n",
    );
    for n in 0..6 {
        yaml.push_str(&format!("  - {{name: r{n}, when: data.n > {n}, subscribers: s}}\n"));
    }
    yaml.push_str("  - {name: 'transform:x', when: data.k > 1, subscribers: s}\n");
    let event = data(json!({"n": "x", "k": "y"}));
    matching(&yaml, std::slice::from_ref(&event));
    let delivered = Router::new(&load(&yaml)).session().deliver(event.to_string().as_bytes(), 1);
    let on_delivery = serde_json::to_value(&delivered.deliveries[0].errors).unwrap();
    let error = |required_by: Json, count: u32| json!({"path": "data.n", "expected": "number", "found": "string", "required_by": required_by, "count": count});
    assert_eq!(on_delivery, json!([error(json!(["transform:tidy"]), 1)]));
    let on_decision = serde_json::to_value(&delivered.decision.errors).unwrap();
    assert_eq!(on_decision[0]["required_by"], json!(["rule:transform:x"]));
    assert_eq!(on_decision[1], error(json!(["r0", "r1", "r2", "r3", "r4"]), 7));
}
