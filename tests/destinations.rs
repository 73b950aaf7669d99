//! Subscribers that an expression chooses from the event, in every way in which events can be routed.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/program.rs"]
mod program;

use program::Place;
use serde_json::json;

const RULES: &str = "
subscribers: {a: {transform: marked}, b: {filter: data.n > 1}, c: {}}
transforms: {marked: [{set: {data.mark: '1'}}]}
rules:
  - {name: dynamic, subscribers: {expr: data.to}}
";

const EVENTS: &str = r#"{"id":1,"type":"t","data":{"to":["a","nobody","b"],"n":1}}
{"id":2,"type":"t","data":{"to":"c","n":2}}
{"id":3,"type":"t","data":{"to":7}}
"#;

fn place() -> Place {
    Place::new(&[("rules/rules.yaml", RULES), ("events.ndjson", EVENTS)])
}

#[test]
fn strict_trusted_and_parallel_runs_agree() {
    let place = place();
    let strict = place.call(&["route", "-i", "events.ndjson"], "").code(0);
    let [first, second, third] = strict.decisions().try_into().unwrap();
    assert_eq!((&first["subscribers"], &first["filtered"]), (&json!(["a"]), &json!(["b"])));
    assert_eq!(first["chosen_by"], json!({"a": ["dynamic"], "b": ["dynamic"]}));
    let undeclared = json!([{"path": "data.to", "expected": "declared subscriber", "found": "nobody", "required_by": ["dynamic"], "count": 1}]);
    assert_eq!(first["errors"], undeclared);
    assert_eq!((&second["subscribers"], second.get("errors")), (&json!(["c"]), None));
    assert_eq!((&third["status"], &third["errors"][0]["found"]), (&json!("unrouted"), &json!("number")));
    for more in ["--trusted", "--threads=3"] {
        assert_eq!(place.call(&["route", "-i", "events.ndjson", more], "").code(0).out, strict.out, "{more}");
    }
}

#[test]
fn a_chosen_subscriber_is_sent_what_its_transform_makes() {
    let place = place();
    let sent = place.call(&["route", "-i", "events.ndjson", "--deliveries", "--summary"], "").code(0);
    let [first, second, third] = <[_; 3]>::try_from(sent.decisions()).unwrap();
    assert_eq!((&first["subscriber"], &first["event"]["data"]["mark"]), (&json!("a"), &json!(1)));
    assert_eq!((&second["subscriber"], second["event"]["data"].get("mark")), (&json!("c"), None));
    assert_eq!(third, json!({"id": 3, "status": "unrouted"}));
    // A delivery has no entry for names that are not declared: there may be none. The summary counts them.
    assert!(sent.err.contains("subscribers  not declared       1"), "{}", sent.err);
}

#[test]
fn tests_and_explanations_show_where_a_name_comes_from() {
    let tests = "
x-to-a: &to-a {type: t, data: {to: a}}
tests:
  - {name: one, event: *to-a, expect: {subscribers: [a], chosen_by: {a: [dynamic]}}}
  - {name: wrong, event: *to-a, expect: {subscribers: [a], chosen_by: {a: [other]}}}
";
    let place = place();
    std::fs::write(place.path("rules/rules.test.yaml"), tests).unwrap();
    place.call(&["test"], "").code(1).says("1 passed, 1 failed").says("chosen_by");
    place
        .call(&["explain", "-i", "events.ndjson", "--subscriber", "a", "--line", "1"], "")
        .code(0)
        .says("by rule dynamic");
}
