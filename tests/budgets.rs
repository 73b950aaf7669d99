//! Events that are crafted to be expensive: each has a defined outcome, the same in both evaluators, and a session's memory stays
//! small.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use dadar::Budget;
use dadar::unstable::interpreter::Interpreter;
use dadar::{Decision, load_strings};
use dadar::{Options, Router};
use serde_json::{Value as Json, json};

/// The decision of both evaluators about an event with this data, by one rule.
fn decide(when: &str, data: &Json, budget: Budget) -> Decision {
    let yaml = serde_json::to_string(&json!({"rules": [{"name": "r", "when": when, "subscribers": ["s"]}]})).unwrap();
    let rules = load_strings("cost", [("rules.yaml", yaml.as_str())]).rule_set.unwrap();
    let event = serde_json::to_vec(&json!({"type": "x", "data": data})).unwrap();
    let options = Options::default().budget(budget);
    let decision = Router::with_options(&rules, options).route(&event);
    let other = options.budget(Budget::DEFAULT.memory(1 << 30).work(1 << 30));
    assert_eq!(decision, Router::with_options(&rules, other).and_options(options).route(&event), "{when}");
    assert_eq!(decision, Interpreter::new(&rules).decide(&event, 1, &options), "{when}");
    decision
}

const SMALL: Budget = Budget::DEFAULT.memory(1 << 20).work(2_000_000);

#[test]
fn what_costs_too_much_is_null_and_reported() {
    let numbers = |count: u32| (0..count).collect::<Vec<_>>();
    let long = "aB ".repeat(20_000);
    let cases = [
        (
            "any(data.words, contains(lower(data.text), it))",
            json!({"words": vec!["zz"; 5000], "text": long}),
            "any(data.words, …)",
            "at most 2000000 steps",
        ),
        (
            "len(map(data.l, concat(data.text, it))) > 0",
            json!({"l": numbers(100), "text": long}),
            "len(…)",
            "at most 1 MiB of memory",
        ),
        ("len(string(map(data.l, data.l))) > 0", json!({"l": numbers(2000)}), "len(…)", "at most 2000000 steps"),
        (
            "any(data.l, any(data.l, it == 2000000))",
            json!({"l": numbers(1000)}),
            "any(data.l, …)",
            "at most 2000000 steps",
        ),
        ("len(replace(data.text, \" \", data.text)) > 0", json!({"text": long}), "len(…)", "at most 1 MiB of memory"),
        ("len(split(data.text, \"\")) > 0", json!({"text": long}), "len(…)", "at most 1 MiB of memory"),
        (
            "len(parse_json(data.text)) > 0",
            json!({"text": format!("[{}0]", "0,".repeat(40_000))}),
            "len(…)",
            "at most 1 MiB of memory",
        ),
        (
            "len(unique(data.l)) > 0",
            json!({"l": (0..3000).map(|n| [n]).collect::<Vec<_>>()}),
            "len(…)",
            "at most 2000000 steps",
        ),
        (
            "first(sort(data.l)) == \"\"",
            json!({"l": (0..2000).map(|n| format!("{}{n}", "x".repeat(1000))).collect::<Vec<_>>()}),
            "first(…)",
            "at most 2000000 steps",
        ),
        ("len(flatten(map(data.l, data.l))) > 0", json!({"l": numbers(300)}), "len(…)", "at most 1 MiB of memory"),
        (
            "len(base64_encode(base64_encode(data.text))) > 0",
            json!({"text": "x".repeat(500_000)}),
            "len(…)",
            "at most 1 MiB of memory",
        ),
        (
            "count(data.l, count(data.l, it > 5) > 5) > 5",
            json!({"l": numbers(1000)}),
            "count(data.l, …)",
            "at most 2000000 steps",
        ),
        (
            "exists([data.text, [data.text, data.text]])",
            json!({"text": "x".repeat(400_000)}),
            "[…]",
            "at most 1 MiB of memory",
        ),
    ];
    for (when, data, path, expected) in cases {
        let decision = decide(when, &data, SMALL);
        let found: Vec<_> =
            decision.errors.iter().map(|error| (&*error.path, &*error.expected, &*error.found)).collect();
        assert_eq!(found, [(path, expected, "more")], "{when}");
        assert_eq!(decision.errors[0].required_by.iter().map(ToString::to_string).collect::<Vec<_>>(), ["r"], "{when}");
        assert!(decision.rules.is_empty(), "{when}");
    }
}

/// Memory for an element is freed after it, and sets replace linear searches.
#[test]
fn what_is_linear_stays_within_the_budget() {
    let numbers = |from: u32| (from..from + 20_000).collect::<Vec<_>>();
    let (low, high) = (numbers(0), numbers(20_000));
    let items: Vec<Json> = (0..1000).map(|n| json!({"n": format!("{n}-x"), "i": n})).collect();
    let cases = [
        ("contains_any(data.l, data.m)", json!({"l": low, "m": high}), false),
        ("len(unique(data.l)) == 20000", json!({"l": low}), true),
        ("last(sort(data.l)) == 19999", json!({"l": low}), true),
        ("len(parse_json(data.text)) == 20001", json!({"text": format!("[{}0]", "0,".repeat(20_000))}), true),
        ("none(data.l, it < 0)", json!({"l": low}), true),
        ("first(slice(data.l, -1)) == 19999 && data.l[-1] == 19999", json!({"l": low}), true),
        ("any(data.l, it in data.m)", json!({"l": low, "m": high}), false),
        ("any(data.l, it in data.m)", json!({"l": low, "m": [19_999]}), true),
        (
            "any(data.items, it.n == concat(data.prefix, \"-\", it.i))",
            json!({"items": items, "prefix": "p".repeat(2000)}),
            false,
        ),
        ("all(data.items, it.n == concat(it.i, \"-x\"))", json!({"items": items}), true),
    ];
    let budget = Budget::DEFAULT.memory(4 << 20).work(2_000_000);
    for (when, data, holds) in cases {
        let decision = decide(when, &data, budget);
        assert_eq!(decision.errors, [], "{when}");
        assert_eq!(!decision.rules.is_empty(), holds, "{when}");
    }
}

/// Tests of elements, nested three deep, cost in proportion to the elements in the event; those that the graph indexes cost no
/// budget.
#[test]
fn nested_elements_are_linear() {
    let indexed = "any(each(data.a), x -> any(each(x.b), y -> any(each(y.c), z -> z == \"q\")))";
    let evaluated = "any(each(data.a), x -> any(each(x.b), y -> any(each(y.c), z -> z == x.k)))";
    for outer in [10, 100, 1_000] {
        let inner: Vec<Json> = (0..10).map(|n| json!({"c": vec![n.to_string(); 10]})).collect();
        let data = json!({"a": vec![json!({"b": inner}); outer]});
        let errors = |when: &str, work: u64| decide(when, &data, Budget::DEFAULT.work(work)).errors.len();
        assert_eq!(errors(indexed, 1), 0, "{outer}");
        // There are 100 innermost elements in each of the outermost.
        assert_eq!(errors(evaluated, 1_000 * outer as u64), 0, "{outer}");
        assert_eq!(errors(evaluated, 100 * outer as u64), 1, "{outer}");
    }
}

/// Steps that keep enlarging a string or a tree are stopped; the event as it was until then is sent.
#[test]
fn transforms_come_to_an_end() {
    let quadruple = "    - set: {data.t: {template: '${data.t}${data.t}${data.t}${data.t}'}}\n".repeat(13);
    let many: String = (0..2000).map(|n| format!("    - set: {{data.k{n}: 1}}\n")).collect();
    let each = "    - for_each: data.l\n      do:\n        - set: {it.x: 'concat(data.t, it.n)'}\n".to_owned();
    let list: Vec<Json> = (0..3000).map(|n| json!({"n": n})).collect();
    let cases = [
        (quadruple, json!({"t": "0123456789"}), "at most 1 MiB of memory"),
        (many, json!({}), "at most 8 MiB of memory"),
        (each, json!({"l": list, "t": "x".repeat(5000)}), "at most 1 MiB of memory"),
    ];
    for (steps, data, expected) in cases {
        let yaml = format!(
            "transforms:\n  t:\n{steps}subscribers: {{s: {{transform: t}}}}\nrules: [{{name: r, topic: x, subscribers: [s]}}]\n"
        );
        let loaded = load_strings("cost", [("rules.yaml", yaml.as_str())]);
        let rules = loaded.rule_set.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
        let event = serde_json::to_vec(&json!({"type": "x", "data": data})).unwrap();
        let options = Options::default().budget(SMALL);
        let delivered = Router::with_options(&rules, options).deliver(&event);
        assert_eq!(delivered, Interpreter::new(&rules).deliver(&event, 1, &options));
        let errors = &delivered.deliveries[0].errors;
        assert!(errors.iter().any(|error| error.expected == expected && error.found == "more"), "{errors:?}");
    }
}

/// Moving a part of the event does not allocate memory for it again.
#[test]
fn moves_add_nothing() {
    let there_and_back = "    - move: {data.b: data.a}\n    - move: {data.a: data.b}\n".repeat(20);
    let yaml = format!("transforms:\n  t:\n{there_and_back}subscribers: {{s: {{transform: t}}}}\ntopics: {{x: [s]}}\n");
    let rules = load_strings("cost", [("rules.yaml", yaml.as_str())]).rule_set.unwrap();
    let data = json!({"a": "x".repeat(100_000)});
    let event = serde_json::to_vec(&json!({"type": "x", "data": data})).unwrap();
    let delivered = Router::with_options(&rules, Options::default().budget(SMALL)).deliver(&event);
    assert_eq!(delivered.deliveries[0].errors, []);
    assert_eq!(delivered.deliveries[0].event["data"], data);
}

/// The sets that speed up searches count towards the budget: if they might not fit, both evaluators search linearly.
#[test]
fn sets_of_long_lists_are_counted() {
    let data = json!({"x": [1], "l": (0..1000).collect::<Vec<_>>()});
    let budget = |shift: u32| Budget::DEFAULT.memory(1 << shift).work(1 << 30);
    let held = (10..22).filter(|shift| {
        let decision = decide("any(data.x, it in data.l)", &data, budget(*shift));
        assert_eq!(decision.rules.is_empty(), !decision.errors.is_empty());
        decision.errors.is_empty()
    });
    let held: Vec<u32> = held.collect();
    assert!(!held.is_empty() && held.len() < 12 && held.last() == Some(&21), "{held:?}");
}
