//! Commands for rule writers: their output in each format, and the errors about wrong arguments.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/program.rs"]
mod program;

use dadar::diagnostic::Code;
use dadar::unstable::expr::functions;
use program::Place;
use serde_json::json;

#[test]
fn functions_are_those_of_the_registry() {
    let place = Place::new(&[]);
    let list = place.call(&["functions"], "").code(0).says("Times\n").out;
    let lines = place.call(&["functions", "--format", "json"], "").code(0).decisions();
    assert_eq!(lines.len(), functions::all().count());
    for (function, line) in functions::all().zip(&lines) {
        assert!(list.contains(function.usage), "{}", function.usage);
        assert_eq!(line["name"], function.name);
        assert_eq!(line["parameters"].as_array().unwrap().len().min(function.required), function.required);
        for (example, (expression, value)) in line["examples"].as_array().unwrap().iter().zip(function.examples) {
            assert_eq!(
                (example["expression"].as_str(), example["value"].to_string().as_str()),
                (Some(*expression), *value)
            );
        }
    }
}

#[test]
fn one_function_with_its_types_and_examples() {
    let place = Place::new(&[]);
    let lower = "lower(text)\n  The text in small letters.\n\n  text  string\n  →     string or null\n";
    let called = place.call(&["functions", "lower"], "").code(0).says(lower).says("lower(\"MumBAI\")   → \"mumbai\"");
    for name in ["lower(data.city)", "str::to_lowercase"] {
        assert_eq!(place.call(&["functions", name], "").out, called.out);
    }
    let line = &place.call(&["functions", "hour", "--format", "json"], "").code(0).decisions()[0];
    assert_eq!(
        line["parameters"][1],
        json!({"name": "zone", "type": "time zone", "required": false, "repeated": false})
    );
    place.call(&["functions", "lowr"], "").code(2).complains("no function `lowr`").complains("did you mean `lower`?");
    place.call(&["functions", "xyzzy"], "").code(2).complains("`dadar functions` lists them");
}

#[test]
fn codes_are_those_of_the_registry() {
    let place = Place::new(&[]);
    let list = place.call(&["codes"], "").code(0).out;
    let lines = place.call(&["codes", "--format", "json"], "").code(0).decisions();
    assert_eq!((list.lines().count(), lines.len()), (Code::ALL.len(), Code::ALL.len()));
    for (code, (shown, line)) in Code::ALL.iter().zip(list.lines().zip(&lines)) {
        let parts = [code.as_str(), code.slug(), code.title(), line["severity"].as_str().unwrap()];
        assert!(parts.iter().all(|part| shown.contains(part)), "{shown}");
        assert!(code.title().ends_with('.') && !code.title().contains('\n'), "{code:?}: {}", code.title());
    }
    assert_eq!(lines[0], json!({"code": "E001", "slug": "yaml-syntax", "severity": "error", "title": "Not YAML."}));
}

#[test]
fn the_page_of_one_code() {
    let place = Place::new(&[]);
    let page = place.call(&["codes", "E017"], "").code(0).says("# E017 load-budget").out;
    for name in ["e017", "load-budget"] {
        assert_eq!(place.call(&["codes", name], "").out, page);
    }
    let line = &place.call(&["codes", "E017", "--format", "json"], "").code(0).decisions()[0];
    assert_eq!(line["page"].as_str().unwrap().trim_end(), page.trim_end());
    place.call(&["codes", "E099"], "").code(2).complains("no code `E099`").complains("did you mean `E009`?");
    place.call(&["codes", "unknown-kye"], "").code(2).complains("did you mean `unknown-key`?");
}

const SHOP: &str = "
ruleset: {timezone: Asia/Kolkata}
lookups: {owners: {key: repo, rows: [{repo: api, team: core}]}}
define: {city: 'lower(data.city ?? \"\")'}
rules: [{name: pune, when: 'city == \"pune\" && lookup(\"owners.team\", data.repo) == \"core\"', subscribers: [x]}]
";

#[test]
fn eval_shows_the_value_of_each_part() {
    let place = Place::new(&[("shop.yaml", SHOP)]);
    place.call(&["eval", "(2 + 3) * 4"], "").code(0).says("20  number\n");
    let event = "{\"id\": \"e1\", \"data\": {\"city\": \"Pune\", \"amount\": 3}}";
    let page = "true  boolean\n  data.amount * 2 > 5  true\n    data.amount * 2    6\n      data.amount      3\n  \
                !exists(data.x)      true\n    exists(data.x)     false\n      data.x           missing\n";
    let called = place.call(&["eval", "data.amount * 2 > 5 && !exists(data.x)", "--event", event], "").code(0);
    assert_eq!((called.out.as_str(), called.err.as_str()), (page, ""));
    let args = ["eval", "city == \"pune\"", "-r", "shop.yaml", "--event", event];
    place.call(&args, "").code(0).says("  city                      \"pune\"\n").says("data.city           \"Pune\"\n");
    let at = ["eval", "hour(now)", "--now", "2026-01-10T00:00:00Z"];
    place.call(&at, "").code(0).says("0  number or null");
    place.call(&[&at[..], &["--rules", "shop.yaml"]].concat(), "").code(0).says("5  number or null");
    // An expression may begin with a hyphen, and does not have to be the first argument.
    place.call(&["eval", "--event", event, "-data.amount"], "").code(0).says("-3  ");
    place
        .call(&["eval", "data.amount > 2", "--event", "{\"data\":{\"amount\":\"x\"}}"], "")
        .code(0)
        .says("is a string, not a number");
}

#[test]
fn eval_takes_several_events_and_reports_malformed_ones() {
    let events = "{\"id\": 1, \"data\": {\"a\": 1}}\n[]\n{\n  \"id\": 2,\n  \"data\": {\"a\": 5}\n}\n";
    let place = Place::new(&[("events.ndjson", events), ("shop.yaml", SHOP)]);
    let called = place.call(&["eval", "data.a > 3", "-i", "events.ndjson"], "").code(3);
    let page = "== 1  1\nfalse  boolean\n  data.a  1\n\n== 2\nmalformed: not a JSON object at byte 0\n\n== 3  2\ntrue  boolean\n  data.a  5\n";
    assert_eq!(called.out, page);
    let lines = place.call(&["eval", "data.a > 3", "-i", "-", "--format", "json"], events).code(3).decisions();
    let part = json!({"span": {"file": "<expression>", "line": 1, "column": 1, "text": "data.a"}, "value": 1});
    let first = json!({"line": 1, "id": 1, "type": "boolean", "value": false, "parts": [part]});
    assert_eq!(lines[..2], [first, json!({"line": 2, "malformed": "not a JSON object at byte 0"})]);
    assert_eq!((&lines[2]["line"], &lines[2]["value"], lines.len()), (&json!(3), &json!(true), 3));
    let both = ["eval", "data.a", "--event", "{\"data\":{\"a\":1}}", "--event", "{\"a\":"];
    place.call(&both, "").code(3).says("== 1\n1  ").says("== 2\nmalformed: ");
    place.call(&["eval", "1", "-i", "nowhere.ndjson"], "").code(2).complains("`nowhere.ndjson`");
    place.call(&["eval", "1", "-i", "-", "-r", "-"], "").code(2).complains("cannot both come from standard input");
    place.call(&["eval", "city", "-r", "-", "--event", "{}"], SHOP).code(0).says("\"\"  ");
    place.call(&["eval", "1", "-i", "events.ndjson", "--event", "{}"], "").code(2);
    place.call(&["eval", "now", "--now", "noon"], "").code(2).complains("--now `noon` is not a time");
}

#[test]
fn errors_in_an_expression_point_at_it() {
    let place = Place::new(&[("shop.yaml", SHOP), ("wrong.yaml", "rules: [{name: x, wen: a}]")]);
    let called = place.call(&["eval", "lower(data.city) == pune"], "").code(1);
    assert!(called.out.is_empty());
    let called = called.complains("error[E031]").complains("<expression>:1:21").complains("^^^^");
    assert!(called.err.contains("lower(data.city) == pune"), "{}", called.err);
    place.call(&["eval", "a >"], "").code(1).complains("error[E030]");
    place.call(&["eval", "ciyt", "-r", "shop.yaml"], "").code(1).complains("did you mean `city`?");
    place.call(&["eval", "1", "-r", "wrong.yaml"], "").code(1).complains("error[E003]");
    // A lint is not an error.
    place.call(&["eval", "data.a != 1"], "").code(0).says("true  boolean").complains("warning[W002]");
}

#[test]
fn events_of_tests_and_explain_may_be_pretty_printed() {
    let pretty = "{\n  \"event_type\": \"ORDER_CREATED\",\n  \"event_id\": \"e1\",\n  \"data\": {\n    \"amount\": 500,\n    \
                  \"items\": [\n{\"a\": 1},\n{\"b\": \"}\"}\n]\n  }\n}\n{\"event_type\": \"ORDER_CREATED\", \"event_id\": \"e2\"}\n";
    let tests = "tests:\n  - {name: all, events: events.json, expected: expected.json}\n  - name: text\n    event: |\n      \
                 {\n        \"event_type\": \"ORDER_CREATED\"\n      }\n    expect: {status: routed, subscribers: [stock]}\n";
    let expected = "{\n  \"rules\": [\"big\"]\n}\n{\"id\": \"e2\",\n \"rules\": []}\n";
    let files = [
        ("rules/rules.yaml", program::RULES),
        ("rules/a.test.yaml", tests),
        ("rules/events.json", pretty),
        ("rules/expected.json", expected),
    ];
    let place = Place::new(&files);
    place.call(&["test"], "").code(0).says("2 passed");
    std::fs::write(place.path("rules/expected.json"), expected.replace("[]", "[\"big\"]")).unwrap();
    place.call(&["test"], "").code(1).says("rules of events.json:12").says("expected.json:4");
    std::fs::write(place.path("rules/expected.json"), "{}").unwrap();
    place.call(&["check"], "").code(1).complains("error[E090]");
    // In `explain`, a line within an event and its id both select it.
    let called = place.call(&["explain", "-i", "rules/events.json", "--line", "8", "--event", "e2"], "").code(0);
    assert_eq!(called.out.matches("Decision\n").count(), 2, "{called:?}");
    place.call(&["explain", "-i", "rules/events.json", "--event", "e1", "--event", "e3"], "").code(2).complains("`e3`");
    place.call(&["explain", "-i", "rules/events.json", "--line", "14"], "").code(2).complains("no line 14");
}

#[test]
fn eval_takes_a_rule_set_after_the_expression() {
    let place = Place::new(&[("rules/rules.yaml", "define: {city: lower(data.city)}\n")]);
    let event = r#"{"data": {"city": "Pune"}}"#;
    let called = place.call(&["eval", "city", "rules", "--event", event], "").code(0).says("\"pune\"");
    assert_eq!(place.call(&["eval", "city", "--rules", "rules", "--event", event], "").code(0).out, called.out);
    place.call(&["eval", "city", "rules", "-r", "rules"], "").code(2).complains("cannot be used with");
}
