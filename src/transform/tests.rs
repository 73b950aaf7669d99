//! Events before and after steps.

use crate::decision::{Delivered, Delivery};
use crate::event::Json;
use crate::interpreter::Interpreter;
use crate::route::{Clock, Options, Router};
use crate::rules::load_strings;
use serde_json::json;

const NOW: &str = "2026-01-10T13:00:00+05:30";

const TABLES: &str = "
lookups:
  customers: {keys: [id], columns: [name, city], rows: [[C1, Asha, mumbai], [C2, Ravi, null]]}
  km: {keys: [a, b], columns: [km], rows: [[mumbai, pune, 150]]}
define: {doubled: data.amount * 2}
";

/// The delivery to `s` by both evaluators. `s` receives every event; `steps` are the steps of its transform.
fn deliver(head: &str, steps: &str, event: &Json) -> Delivered {
    let yaml = format!(
        "ruleset: {{timezone: Asia/Kolkata, envelope: {{topic: event.type, id: event.id, time: event.at}}}}\n\
         topics: {{\"#\": [s]}}\nsubscribers: {{s: {{transform: t}}}}\n{head}{TABLES}transforms:\n  t:\n{steps}"
    );
    let loaded = load_strings("t", [("t.yaml", &*yaml)]);
    let rules = loaded.rule_set.unwrap_or_else(|| panic!("{yaml}\n{:#?}", loaded.diagnostics));
    let options = Options { clock: Clock::Fixed(NOW.parse().unwrap()), ..Options::default() };
    let line = event.to_string().into_bytes();
    let delivered = Router::with_options(&rules, options).deliver(&line);
    assert_eq!(delivered, Interpreter::new(&rules).deliver(&line, 1, &options));
    delivered
}

/// The event that `s` is sent, and the errors as `path: expected/found`.
fn sent(steps: &str, event: &Json) -> (Json, Vec<String>) {
    let lines: String = steps.lines().map(|line| format!("    {line}\n")).collect();
    let mut delivered = deliver("", &lines, event);
    let Delivery { event, errors, .. } = delivered.deliveries.remove(0);
    let shown = errors.iter().map(|error| format!("{}: {}/{}", error.path, error.expected, error.found));
    (event, shown.collect())
}

#[track_caller]
fn check(cases: &[(&str, Json, Json)]) {
    for (steps, event, expected) in cases {
        let mut event = event.clone();
        let mut expected = expected.clone();
        // Every event needs a topic, which a projection removes.
        event["type"] = json!("x");
        if !steps.starts_with("- project") && !steps.starts_with("- keep_only") {
            expected["type"] = json!("x");
        }
        assert_eq!(sent(steps, &event), (expected, vec![]), "{steps}");
    }
}

#[test]
fn copies_and_moves() {
    check(&[
        ("- copy: {b: a}", json!({"a": 1}), json!({"a": 1, "b": 1})),
        ("- copy: {b: a}", json!({"a": 1, "b": 2}), json!({"a": 1, "b": 2})),
        ("- copy: {b: a}", json!({"a": 1, "b": null}), json!({"a": 1, "b": 1})),
        ("- copy: {b: a}", json!({"a": null}), json!({"a": null})),
        ("- copy: {c: [a, b]}", json!({"a": null, "b": 2}), json!({"a": null, "b": 2, "c": 2})),
        ("- copy: {c.d: a, e: c.d}", json!({"a": 1}), json!({"a": 1, "c": {"d": 1}, "e": 1})),
        (
            "- copy: {'[\"odd key\"]': 'data[\"x-y\"]'}",
            json!({"data": {"x-y": 1}}),
            json!({"data": {"x-y": 1}, "odd key": 1}),
        ),
        ("- move: {b: a}", json!({"a": 1}), json!({"b": 1})),
        ("- move: {b: a}", json!({"a": 1, "b": 2}), json!({"a": 1, "b": 2})),
        ("- move: {data.old: data}", json!({"data": {"x": 1}}), json!({"data": {"old": {"x": 1}}})),
        ("- move: {first: 'list[0]'}", json!({"list": [1, 2]}), json!({"first": 1, "list": [2]})),
    ]);
}

#[test]
fn sets_and_defaults() {
    check(&[
        ("- set: {a: 1, b: {value: {c: [null]}}}", json!({"a": 5}), json!({"a": 1, "b": {"c": [null]}})),
        (
            "- set: {data.sum: data.a + data.b, data.twice: data.sum * 2}",
            json!({"data": {"a": 1, "b": 2}}),
            json!({"data": {"a": 1, "b": 2, "sum": 3, "twice": 6}}),
        ),
        ("- set: {a: data.none}", json!({"a": 1}), json!({"a": null})),
        (
            "- set: {a: [{when: data.x == 1, value: one}, {expr: data.y}, {value: other}]}",
            json!({"data": {"x": 1}}),
            json!({"a": "one", "data": {"x": 1}}),
        ),
        ("- set: {a: [{when: data.x == 1, value: one}, data.y, {value: other}]}", json!({}), json!({"a": "other"})),
        ("- set: {t: topic, n: now}", json!({}), json!({"t": "x", "n": NOW})),
        (
            "- set: {twice: doubled}\n- set: {data.amount: 5, again: doubled}",
            json!({"data": {"amount": 1}}),
            json!({"data": {"amount": 5}, "twice": 2, "again": 10}),
        ),
        ("- default: {a: 1, b: 2}", json!({"a": 5, "b": null}), json!({"a": 5, "b": 2})),
        (
            "- set: {m: {template: '${data.x}-${data.n}-${data.l}-${data.f}$${x}'}}",
            json!({"data": {"x": "a", "l": [1, "b"], "f": 1.0}}),
            json!({"data": {"x": "a", "l": [1, "b"], "f": 1.0}, "m": "a--[1,\"b\"]-1${x}"}),
        ),
        (
            "- set: {m: {template: \"${if(data.x == '}', 'yes', \\\"no\\\")}\"}}",
            json!({"data": {"x": "}"}}),
            json!({"data": {"x": "}"}, "m": "yes"}),
        ),
    ]);
}

#[test]
fn removes_and_projects() {
    check(&[
        ("- remove: [a, b.c, none]", json!({"a": 1, "b": {"c": 1, "d": 2}}), json!({"b": {"d": 2}})),
        ("- remove: a", json!({"a": 1}), json!({})),
        ("- keep_only: [b.c, a, none]", json!({"a": null, "b": {"c": 1, "d": 2}}), json!({"a": null, "b": {"c": 1}})),
        (
            "- project: {x.y: data.a, z: data.none, k: {value: k}}",
            json!({"data": {"a": 1}}),
            json!({"x": {"y": 1}, "z": null, "k": "k"}),
        ),
        (
            "- project: {data.b: data.a}\n- set: {c: data.b, d: data.a}",
            json!({"data": {"a": 1}}),
            json!({"data": {"b": 1}, "c": 1, "d": null}),
        ),
        ("- {when: data.a == 2, remove: data}", json!({"data": {"a": 1}}), json!({"data": {"a": 1}})),
    ]);
}

#[test]
fn looks_up() {
    check(&[
        (
            "- lookup: {table: customers, key: data.id, into: data, prefix: c_}",
            json!({"data": {"id": "C1"}}),
            json!({"data": {"id": "C1", "c_name": "Asha", "c_city": "mumbai"}}),
        ),
        (
            "- lookup: {table: customers, key: data.id}",
            json!({"data": {"id": "C2"}}),
            json!({"data": {"id": "C2"}, "name": "Ravi", "city": null}),
        ),
        (
            "- lookup: {table: customers, key: data.id, into: data}",
            json!({"data": {"id": "C9"}}),
            json!({"data": {"id": "C9"}}),
        ),
        (
            "- lookup: {table: km, key: [data.a, data.b], into: way}",
            json!({"data": {"a": "mumbai", "b": "pune"}}),
            json!({"data": {"a": "mumbai", "b": "pune"}, "way": {"km": 150}}),
        ),
    ]);
}

#[test]
fn goes_through_lists() {
    check(&[
        (
            "- for_each: data.l\n  do: [{set: {it.t: it.p * 2}}, {remove: it.p}]",
            json!({"data": {"l": [{"p": 1}, {"p": 2}]}}),
            json!({"data": {"l": [{"t": 2}, {"t": 4}]}}),
        ),
        (
            "- for_each: data.l\n  do: [{set: {it: it + data.n}}]",
            json!({"data": {"n": 1, "l": [1, 2]}}),
            json!({"data": {"n": 1, "l": [2, 3]}}),
        ),
        (
            "- for_each: l\n  do: [{when: 'present(it.a) && it.a == null', set: {it.t: 1}}]",
            json!({"l": [{"a": null}, {}, {"a": 1}]}),
            json!({"l": [{"a": null, "t": 1}, {}, {"a": 1}]}),
        ),
        (
            "- set: {t: present(data.a), u: present(headers.b), v: present(data.b), w: present(event.headers)}",
            json!({"data": {"a": null}, "headers": {"b": null}}),
            json!({"data": {"a": null}, "headers": {"b": null}, "t": true, "u": true, "v": false, "w": true}),
        ),
        ("- for_each: data.none\n  do: [{set: {it.t: 1}}]", json!({}), json!({})),
        (
            "- for_each: l\n  do: [{for_each: it.m, do: [{when: 'it > 1', set: {it: 'any([5], it > 4)'}}]}]",
            json!({"l": [{"m": [1, 2]}, {}]}),
            json!({"l": [{"m": [1, true]}, {}]}),
        ),
        (
            "- for_each: l\n  do: [{project: {k: it.a}}, {copy: {it.n: id}}]",
            json!({"id": "i", "l": [{"a": 1, "b": 2}]}),
            json!({"id": "i", "l": [{"k": 1, "n": "i"}]}),
        ),
        (
            "- for_each: l\n  do: [{lookup: {table: customers, key: it.id, into: it}}]",
            json!({"l": [{"id": "C1"}]}),
            json!({"l": [{"id": "C1", "name": "Asha", "city": "mumbai"}]}),
        ),
    ]);
}

#[test]
fn wrong_types_are_reported_and_nothing_is_lost() {
    let cases = [
        (
            "- set: {data.t: data.p * 2}",
            json!({"data": {"p": "x"}}),
            json!({"data": {"p": "x", "t": null}}),
            vec!["data.p: number/string"],
        ),
        (
            "- set: {t: doubled}",
            json!({"data": {"amount": "x"}}),
            json!({"data": {"amount": "x"}, "t": null}),
            vec!["data.amount: number/string"],
        ),
        ("- set: {data.x.y: 1}", json!({"data": {"x": 5}}), json!({"data": {"x": 5}}), vec!["data.x: object/number"]),
        ("- move: {a.b: c}", json!({"a": 5, "c": 1}), json!({"a": 5, "c": 1}), vec!["a: object/number"]),
        ("- set: {'l[3]': 1}", json!({"l": [0]}), json!({"l": [0]}), vec!["l: array of 3 or more/array of 1"]),
        (
            "- for_each: data\n  do: [{set: {it.t: 1}}]",
            json!({"data": {"x": 1}}),
            json!({"data": {"x": 1}}),
            vec!["data: array/object"],
        ),
        (
            "- for_each: l\n  do: [{set: {it.t: it.p * 2}}]",
            json!({"l": [{"p": "x"}, {"p": true}, 7]}),
            json!({"l": [{"p": "x", "t": null}, {"p": true, "t": null}, 7]}),
            vec!["l[]: object/number", "l[].p: number/string"],
        ),
        (
            "- {when: data.flag, set: {a: 1}}",
            json!({"data": {"flag": "yes"}}),
            json!({"data": {"flag": "yes"}}),
            vec!["data.flag: boolean/string"],
        ),
    ];
    for (steps, mut event, mut expected, errors) in cases {
        event["type"] = json!("x");
        expected["type"] = json!("x");
        let errors: Vec<String> = errors.into_iter().map(str::to_owned).collect();
        assert_eq!(sent(steps, &event), (expected, errors), "{steps}");
    }
}

#[test]
fn ingest_comes_before_everything() {
    let head = "ingest: [first, second]\n";
    let steps = "    - project: {id: id, topic: topic, time: time, was: event.seen}\n  first:\n    \
                 - copy: {type: kind, at: created}\n    - set: {seen: topic, early: time}\n  second:\n    \
                 - set: {id: {template: 'n-${id}'}, bad: data.x + 1}\n";
    let event = json!({"id": "7", "kind": "a.b", "created": "2026-01-01T00:00:00Z", "data": {"x": "?"}});
    let Delivered { decision, deliveries } = deliver(head, steps, &event);
    assert_eq!((decision.id, decision.topic.as_deref()), (json!("n-7"), Some("a.b")));
    let error = &decision.errors[0];
    assert_eq!((&*error.path, &*error.expected, &*error.found), ("data.x", "number", "string"));
    assert_eq!(error.required_by, [crate::decision::Requirer::Transform("second".into())]);
    let expected = json!({"id": "n-7", "topic": "a.b", "time": "2026-01-01T00:00:00Z", "was": "a.b"});
    assert_eq!(deliveries[0].event, expected);
}

#[test]
fn doubling_comes_to_an_end() {
    let steps = "    - set: {data.a: data, data.b: data}\n".repeat(60);
    let Delivered { deliveries, .. } = deliver("", &steps, &json!({"type": "x", "data": {"x": [1]}}));
    assert_eq!(deliveries[0].errors[0].expected, "at most 64 MiB of memory");
}

/// The codes of what is wrong, with the text that is underlined.
fn problems(yaml: &str) -> Vec<String> {
    let loaded = load_strings("t", [("t.yaml", yaml)]);
    let text = |label: &crate::diagnostic::Label| loaded.sources.snippet(label.span).to_owned();
    let shown = |one: &crate::diagnostic::Diagnostic| {
        format!("{} {}", one.code.as_str(), one.primary.as_ref().map(text).unwrap_or_default())
    };
    loaded.diagnostics.iter().map(shown).collect()
}

#[test]
fn mistakes_are_found_at_load() {
    let cases = [
        ("- sett: {a: 1}", "E003 sett"),
        ("- {set: {a: 1}, remove: b}", "E014 remove"),
        ("- when: data.x == 1", "E012 when: data.x == 1"),
        ("- set: {a-b: 1}", "E081 a-b"),
        ("- copy: {a: lower(b)}", "E081 lower(b)"),
        ("- copy: {a: event.b}", "E081 event.b"),
        ("- copy: {a: {value: 1}}", "E004 {value: 1}"),
        ("- set: {a: dta.x}", "E031 dta"),
        ("- set: {a: {valu: 1}}", "E003 valu"),
        ("- set: {a: it.x}", "E031 it"),
        ("- set: {a: {template: 'x ${lower(1, 2)}'}}", "E033 2"),
        ("- set: {a: {template: 'x ${data.x'}}", "E030 ${"),
        ("- lookup: {table: custmers, key: data.x}", "E060 custmers"),
        ("- lookup: {table: km, key: data.x}", "E033 data.x"),
        ("- set: {a: 'lookup(\"km.kms\", data.a, data.b)'}", "E060 \"km.kms\""),
        ("- use: u", "E080 u"),
        ("- use: t", "E080 t"),
        ("- for_each: l\n      do: [{set: {a: 1}}]", "E081 a"),
        ("- for_each: l\n      do: [{use: t}]", "E080 use"),
        ("- for_each: l\n      do: [{remove: it}]", "E081 it"),
        ("- for_each: l", "E012 for_each: l"),
        ("- {when: 1 > 2, set: {a: 1}}", "W008 1 > 2; W009 set"),
        ("- {when: false, set: {a: 1}}", "W009 set"),
        ("- set: {a: {value: 1}}\n    - default: {a: 2}", "W009 a"),
        ("- remove: a\n    - copy: {b: a}", "W009 b"),
        ("- project: {a: data.a}\n    - remove: data", "W009 data"),
        ("- copy: {a: a}", "W009 a"),
        ("- {when: data.x == 1, remove: a}\n    - copy: {b: a}", ""),
        ("- move: {data: payload}\n    - copy: {b: payload.x}", ""),
    ];
    let mut wrong = Vec::new();
    for (steps, expected) in cases {
        let yaml = format!(
            "ingest: t\nrules: [{{name: r, when: 'data.q > lookup(\"customers.name\", doubled) && lookup(\"km.km\", 1, 2) > 1', subscribers: [s]}}]\n{TABLES}transforms:\n  t:\n    {steps}\n"
        );
        let found = problems(&yaml).join("; ");
        if found != expected {
            wrong.push(format!(
                "{steps}
  found {found}
  not {expected}"
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{}",
        wrong.join(
            "
"
        )
    );
}

#[test]
fn transforms_nobody_uses_and_cycles() {
    assert_eq!(problems("topics: {a: [s]}\ntransforms: {t: [{set: {a: 1}}]}"), ["W007 t"]);
    assert_eq!(problems("subscribers: {s: {transform: u}}"), ["E080 u"]);
    let loaded = load_strings("t", [("t.yaml", "ingest: a\ntransforms: {a: [{use: b}], b: [{use: a}]}")]);
    assert_eq!(loaded.diagnostics[0].message, "the transform `a` uses itself: `a` → `b` → `a`");
    let bomb: String = (0..20).map(|n| format!("  t{n}: [{{use: t{0}}}, {{use: t{0}}}]\n", n + 1)).collect();
    let yaml = format!("ingest: t0\ntransforms:\n{bomb}  t20: [{{set: {{a: 1}}}}]\n");
    assert!(problems(&yaml).iter().all(|problem| problem.starts_with("E080")) && !problems(&yaml).is_empty());
}
