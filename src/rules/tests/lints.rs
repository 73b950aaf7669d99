//! Lints of whole rule sets.

use super::check;

#[test]
fn rules_without_effect() {
    check("rules: [{name: a, when: data.x}]", &["W003 a"]);
    check("rules: [{name: a, when: data.x, stop: true}]", &[]);
    check("rules: [{group: g, mode: first, rules: [{name: a, when: data.x}, {name: b, subscribers: x}]}]", &[]);
}

#[test]
fn alternatives_that_are_never_reached() {
    let group = |rules: &str| format!("rules: [{{group: g, mode: first, topic: a.*, rules: [{rules}]}}]");
    check(&group("{name: a, subscribers: x}, {name: b, subscribers: x}"), &["W004 b + a"]);
    check(&group("{name: a, topic: 'a.#', subscribers: x}, {name: b, subscribers: x}"), &["W004 b + a"]);
    check(&group("{name: a, topic: a.b, subscribers: x}, {name: b, subscribers: x}"), &[]);
    check(&group("{name: a, enabled: false, subscribers: x}, {name: b, subscribers: x}"), &[]);
    let soon = "{name: a, active: {from: 2026-01-01}, subscribers: x}, {name: b, subscribers: x}";
    check(&group(soon), &[]);
    let group_soon =
        "{group: h, active: {until: 2026-01-01}, rules: [{name: a, subscribers: x}]}, {name: b, subscribers: x}";
    check(&group(group_soon), &[]);
    check(&group("{group: h, rules: [{name: a, subscribers: x}]}, {name: b, subscribers: x}"), &["W004 b + h"]);
}

#[test]
fn rows_that_are_never_reached() {
    let table = |mode: &str| {
        format!(
            "tables: {{t: {{inputs: {{a: id}}, mode: {mode}, rows: [{{subscribers: x}}, {{when: {{a: 1}}, subscribers: z}}]}}}}"
        )
    };
    check(&table("first"), &["W004 {when: {a: 1}, subscribers: z} + {subscribers: x}"]);
    check(&table("all"), &[]);
}

#[test]
fn rules_behind_a_stop() {
    check("rules: [{name: a, stop: true}, {name: b, subscribers: x}, {name: c, subscribers: x}]", &["W004 b + a"]);
    check("rules: [{name: a, stop: true, active: {from: 2026-01-01}}, {name: b, subscribers: x}]", &[]);
    let lane =
        "rules: [{group: g, active: {from: 2026-01-01}, rules: [{name: a, stop: true}]}, {name: b, subscribers: x}]";
    check(lane, &[]);
    check("rules: [{name: a, stop: true, when: data.x}, {name: b, subscribers: x}]", &[]);
    check("rules: [{name: a, stop: true}, {name: b, priority: 1, subscribers: x}]", &[]);
}

#[test]
fn topics_that_a_group_keeps_away() {
    check("rules: [{group: g, topic: a.#, rules: [{name: r, topic: b.c, subscribers: x}]}]", &["W004 r + g"]);
    check("rules: [{group: g, topic: a.#, rules: [{name: r, topic: '*.c', subscribers: x}]}]", &[]);
}

#[test]
fn topics_that_nothing_matches() {
    check(
        "topics: {order.created: [x]}\nrules: [{name: a, topic: order.craeted, subscribers: x}]",
        &["W005 order.craeted"],
    );
    check("topics: {order.created: [x]}\nrules: [{name: a, topic: ['order.*', '#'], subscribers: x}]", &[]);
    let several =
        "topics: {a: [x]}\nrules: [{group: g, topic: b, rules: [{name: r, topic: [a, c, '*.d'], subscribers: x}]}]";
    check(several, &["W005 b", "W004 r + g", "W005 c", "W005 '*.d'"]);
    // Without a topic of its own the rule set does not say which topics there are.
    check("rules: [{name: a, topic: pay, subscribers: x}, {name: b, topic: c.#, subscribers: x}]", &[]);
    check("topics: {'order.#': [x]}\nrules: [{name: a, topic: pay, subscribers: x}]", &[]);
    check("topics: {a: [x], 'order.#': [x]}\nrules: [{name: a, topic: order.x, subscribers: x}]", &[]);
}

#[test]
fn what_nothing_uses() {
    check("define: {a: id, b: a}", &["W007 b"]);
    check("lookups: {t: {key: k, columns: [c], rows: []}}", &["W007 t"]);
    check("lookups: {t: {key: k, columns: [c], rows: []}}\nlabels: {l: 'lookup(\"t.c\", id)'}", &[]);
}

#[test]
fn steps_behind_a_move() {
    let steps = |steps: &str| format!("ingest: t\ntransforms: {{t: [{steps}]}}");
    check(&steps("{keep_only: [b]}, {move: {a: b}}, {copy: {d: b}}"), &["W009 d"]);
    // Only one of several sources is taken away.
    check(&steps("{keep_only: [b, c]}, {move: {a: [b, c]}}, {copy: {d: b}}, {copy: {e: c}}"), &[]);
    // The source stays where the target is there already.
    check(&steps("{move: {a: b}}, {copy: {d: b}}"), &[]);
}
