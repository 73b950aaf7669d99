//! One case for each statement of the language reference.

use super::*;
use crate::route::Clock;
use crate::rules::load_strings;
use serde_json::{Value as Json, json};

const NOON: &str = "2026-01-10T13:00:00+05:30";

fn options() -> Options {
    Options { clock: Clock::Fixed(NOON.parse().unwrap()), ..Options::default() }
}

fn load(yaml: &str) -> RuleSet {
    let loaded = load_strings("t", [("t.yaml", yaml)]);
    let Some(rules) = loaded.rule_set else { panic!("{:#?}", loaded.diagnostics) };
    rules
}

fn decide_on(yaml: &str, event: &str) -> Json {
    let decision = decide(&load(yaml), event.as_bytes(), 7, &options());
    let mut json = serde_json::to_value(decision).unwrap();
    json.as_object_mut().unwrap().remove("ruleset");
    json
}

/// Checks the given keys of the decision.
#[track_caller]
fn check(yaml: &str, event: Json, expected: Json) {
    let decision = decide_on(yaml, &event.to_string());
    for (key, detail) in expected.as_object().unwrap() {
        assert_eq!(&decision[key], detail, "{key} of {decision:#}");
    }
}

fn order(data: Json) -> Json {
    json!({"event_id": "e", "event_type": "ORDER_CREATED", "data": data})
}

#[test]
fn topics_and_settings() {
    let yaml = r##"
topics:
  order:
    settings: {priority: high, partitions: 3}
    subscribers: [self]
    topics:
      created: {subscribers: [b, a], settings: {partitions: 10}}
  "order.*": [c]
  "#": [d]
  payment.#: [e]
"##;
    let detail = json!({
        "id": "e", "topic": "order.created", "status": "routed", "subscribers": ["a", "b", "c", "d"],
        "settings": {"priority": "high", "partitions": 10},
    });
    check(yaml, order(json!({})), detail);
    let deep = json!({"event_type": "order.created.late"});
    check(yaml, deep, json!({"id": null, "subscribers": ["d"], "settings": {"priority": "high", "partitions": 10}}));
}

#[test]
fn rank_stop_and_exclude() {
    let yaml = "
topics: {order.created: [slow]}
rules:
  - {name: low, subscribers: low}
  - {name: high, when: data.n > 1, subscribers: [high], priority: 5, exclude: [slow]}
  - {name: mid, subscribers: mid, priority: 1, stop: true}
  - {name: off, subscribers: off, priority: 9, enabled: false}
  - {name: old, subscribers: old, priority: 9, active: {until: 2026-01-10}}
ruleset: {defaults: {always: [slow], unrouted: [none]}}
";
    check(yaml, order(json!({"n": 2})), json!({"rules": ["high", "mid"], "subscribers": ["high", "mid", "slow"]}));
    check(yaml, order(json!({"n": 1})), json!({"rules": ["mid"], "subscribers": ["mid", "slow"]}));
}

#[test]
fn first_groups_take_one_alternative() {
    let yaml = "
rules:
  - group: outer
    mode: first
    rules:
      - group: inner
        topic: order.#
        rules:
          - {name: big, when: data.n > 10, subscribers: big}
          - {name: huge, when: data.n > 100, subscribers: huge}
      - {name: some, when: data.n > 1, subscribers: some, stop: true}
      - {name: rest, subscribers: rest}
  - {name: after, subscribers: after}
";
    check(yaml, order(json!({"n": 200})), json!({"rules": ["big", "huge", "after"]}));
    check(yaml, order(json!({"n": 5})), json!({"rules": ["some"]}));
    check(yaml, order(json!({})), json!({"rules": ["rest", "after"]}));
}

#[test]
fn labels_go_by_rank() {
    let yaml = "
rules:
  - {name: a, subscribers: x, labels: {one: a, two: {expr: data.two}}}
  - {name: b, subscribers: x, labels: {one: b, two: b}, priority: -1}
tables:
  t: {key: headers.k, rows: {5: {subscribers: [y], labels: {three: t, one: t}}}, otherwise: {subscribers: [z], labels: {three: o}}}
labels:
  three: [{value: l}]
  four: [{when: data.n > 1, value: 1}, {expr: data.city}]
  five: [{expr: data.none}]
";
    let labels = json!({"one": "a", "two": "b", "three": "o", "four": "pune"});
    check(yaml, order(json!({"city": "pune"})), json!({"labels": labels, "subscribers": ["x", "z"]}));
    let event = json!({"event_type": "a", "headers": {"k": 5.0}, "data": {"n": 2, "two": 2}});
    let labels = json!({"one": "a", "two": 2, "three": "t", "four": 1});
    check(yaml, event, json!({"labels": labels, "subscribers": ["x", "y"]}));
}

#[test]
fn tables() {
    let yaml = r#"
tables:
  key:
    key: [headers.a, headers.b]
    default: gold
    rows: {gold: [gold], "5": [text], 5: [number]}
  cells:
    inputs: {tier: headers.a, total: data.total}
    rows:
      - {when: {tier: [x, y], total: {gt: 10}}, subscribers: [fast]}
      - {when: {tier: {ne: x}}, subscribers: [other]}
      - {subscribers: [slow]}
"#;
    let event = |a: Json, total: u32| json!({"event_type": "t", "headers": {"a": a}, "data": {"total": total}});
    check(yaml, event(json!(null), 1), json!({"subscribers": ["gold", "other"]}));
    check(yaml, event(json!("5"), 1), json!({"subscribers": ["other", "text"]}));
    check(yaml, event(json!(5), 1), json!({"subscribers": ["number", "other"]}));
    check(yaml, event(json!("x"), 11), json!({"subscribers": ["fast"]}));
    check(yaml, event(json!("x"), 10), json!({"subscribers": ["slow"]}));
}

#[test]
fn filters_and_defaults() {
    let yaml = r#"
ruleset: {defaults: {always: [log], unrouted: [catch], dropped: [bin], rejected: [dead]}}
filters:
  - {name: no-tests, drop: data.test == true}
  - {name: only-india, keep: '(data.country ?? "IN") == "IN"'}
rules: [{name: r, when: data.n > 1, subscribers: [a, b]}]
subscribers: {a: {filter: data.n > 2}, log: {filter: "false"}}
"#;
    let gone = |by: &str| json!({"status": "dropped", "dropped_by": by, "subscribers": ["bin"], "rules": []});
    check(yaml, order(json!({"test": true, "country": "LK"})), gone("no-tests"));
    check(yaml, order(json!({"country": "LK"})), gone("only-india"));
    check(yaml, order(json!({})), json!({"status": "unrouted", "subscribers": ["catch", "log"]}));
    let routed = json!({"status": "routed", "subscribers": ["b", "log"], "filtered": ["a"], "rules": ["r"]});
    check(yaml, order(json!({"n": 2})), routed);
}

#[test]
fn schemas_reject_or_flag() {
    let yaml = r#"
ruleset: {defaults: {dropped: [bin], rejected: [dead]}}
schemas:
  strict: {topic: order.*, schema: {type: object, required: [n]}}
  loose: {on_invalid: flag, when: data.n > 1, schema: {properties: {m: {type: number}}}}
topics: {order.created: [a]}
"#;
    let decision = decide_on(yaml, &order(json!({})).to_string());
    assert_eq!(decision["status"], "rejected");
    assert_eq!(decision["subscribers"], json!(["dead"]));
    assert_eq!(decision["invalid"][0]["schema"], "strict");
    let decision = decide_on(yaml, &order(json!({"n": 2, "m": "x"})).to_string());
    assert_eq!(decision["status"], "routed");
    assert_eq!(decision["invalid"][0]["path"], "/m");
}

#[test]
fn what_is_no_event_is_malformed() {
    let yaml = "ruleset: {defaults: {rejected: [dead]}}\ntopics: {a: [b]}\n";
    let detail = json!({"status": "malformed", "id": null, "topic": null, "line": 7, "subscribers": ["dead"]});
    for line in ["[1]", "{", "", "nul", r#"{"event_type": 5}"#, r#"{"event_type": ""}"#] {
        let decision = decide_on(yaml, line);
        for (key, detail) in detail.as_object().unwrap() {
            assert_eq!(&decision[key], detail, "{line}: {decision:#}");
        }
        assert_eq!(decision["input"], line);
    }
    check(
        yaml,
        json!({"event_id": "x"}),
        json!({"id": "x", "error": "no topic in event.event_type or event.type", "line": 7}),
    );
}

#[test]
fn envelopes() {
    let cloud = json!({"specversion": "1.0", "id": 5, "type": "Order_X", "data": {"n": 1}, "ext": "e"});
    let yaml = "
topics: {Order_X: [a]}
rules: [{name: r, when: 'headers.ext == \"e\" && headers.specversion == \"1.0\" && !exists(headers.id)', subscribers: b}]
";
    check(yaml, cloud.clone(), json!({"topic": "Order_X", "id": 5, "subscribers": ["a", "b"]}));
    let plain = format!("ruleset: {{envelope: plain}}\n{yaml}");
    check(&plain, cloud, json!({"topic": "order.x", "status": "unrouted", "rules": []}));
}

/// The decision of both evaluators with each event's own time as the clock.
#[track_caller]
fn by_event_time(rules: &RuleSet, event: &str) -> Decision {
    let options = Options { clock: Clock::Event, ..Options::default() };
    let decision = decide(rules, event.as_bytes(), 1, &options);
    let router = crate::Router::with_options(rules, options);
    assert_eq!(router.route(event.as_bytes()), decision);
    let no_clock =
        decision.errors.iter().any(|error| error.required_by.contains(&crate::decision::Requirer::EventClock));
    assert_eq!(router.session().decide(event.as_bytes()).no_clock, no_clock);
    decision
}

#[test]
fn the_clock_may_be_the_events() {
    let yaml = "
rules:
  - {name: nine, when: hour(now) == 9, subscribers: a}
  - {name: not-nine, when: hour(now) != 9, subscribers: a}
  - {name: now-is-there, when: exists(now), subscribers: a}
  - {name: later, when: '!(now < \"2026-01-01\")', subscribers: a}
  - {name: in-force, active: {from: 2020-01-01}, subscribers: a}
  - group: g
    active: {until: 2100-01-01}
    rules: [{name: in-group, subscribers: a}]
";
    let rules = load(yaml);
    let names = |time: &str| {
        let decision = by_event_time(&rules, &format!(r#"{{"event_type": "a"{time}}}"#));
        (decision.rules.join(" "), serde_json::to_value(decision.errors).unwrap())
    };
    let error = |found: &str| json!([{"path": "time", "expected": "time", "found": found, "required_by": ["clock:event"], "count": 1}]);
    let at_nine = names(r#", "timestamp": "2026-05-05T09:30:00Z""#);
    assert_eq!(at_nine, ("nine now-is-there later in-force in-group".into(), json!([])));
    // Without a time `now` is null, and no period holds.
    for (time, found) in [
        ("", "null"),
        (r#", "time": null"#, "null"),
        (r#", "time": "soon""#, "string"),
        (r#", "time": 1768050300123"#, "number"),
        (r#", "time": [1]"#, "array"),
    ] {
        assert_eq!(names(time), ("not-nine later".into(), error(found)), "{time}");
    }
    let fixed = decide(&rules, br#"{"event_type": "a"}"#, 1, &options());
    assert!(fixed.errors.is_empty() && fixed.rules.len() == 5);
}

/// A missing time is reported only for rules that read the clock; if other rules need the time as well, there is one entry.
#[test]
fn a_missing_clock_is_reported_once() {
    let event = r#"{"event_type": "a", "time": "soon"}"#;
    assert!(by_event_time(&load("topics: {a: [x]}"), event).errors.is_empty());
    let rules = load("rules: [{name: r, when: time < now, subscribers: a}]");
    let errors = serde_json::to_value(by_event_time(&rules, event).errors).unwrap();
    assert_eq!(errors[0]["required_by"], json!(["r", "clock:event"]));
    assert_eq!(errors[0]["count"], 2);
    // The time itself may be defined by `now`, which is null until the time is known.
    let timed = |time: &str| {
        load(&format!(
            "ruleset: {{envelope: {{time: '{time}'}}}}\nrules: [{{name: r, when: hour(now) == 9, subscribers: a}}]"
        ))
    };
    for time in ["event.ts ?? now", "coalesce(event.ts, now)", "if(exists(now), event.no, event.ts)"] {
        let rules = timed(time);
        assert_eq!(
            by_event_time(&rules, r#"{"event_type": "a", "ts": "2026-05-05T09:30:00Z"}"#).rules.len(),
            1,
            "{time}"
        );
        assert_eq!(by_event_time(&rules, r#"{"event_type": "a"}"#).errors.len(), 1, "{time}");
    }
}

/// Each step of `ingest` reads the time as it is at that step; a subscriber's transform reads the clock of the decision.
#[test]
fn transforms_have_the_events_clock() {
    let yaml = "
ingest: tidy
topics: {a: [x]}
subscribers: {x: {transform: late}}
transforms:
  tidy:
    - set: {before: 'hour(now)'}
    - copy: {time: when}
    - set: {after: 'hour(now)'}
  late:
    - set: {sent: 'hour(now)'}
";
    let rules = load(yaml);
    let options = Options { clock: Clock::Event, ..Options::default() };
    let sent = |event: &str| {
        let delivered = Interpreter::new(&rules).deliver(event.as_bytes(), 1, &options);
        assert_eq!(crate::Router::with_options(&rules, options).deliver(event.as_bytes()), delivered);
        let by = |errors: &[TypeError]| {
            errors.iter().flat_map(|error| &error.required_by).map(ToString::to_string).collect::<Vec<_>>()
        };
        let delivery = delivered.deliveries.into_iter().next().unwrap();
        let of = |key: &str| delivery.event[key].clone();
        (json!([of("before"), of("after"), of("sent")]), by(&delivered.decision.errors), by(&delivery.errors))
    };
    let (hours, decision, delivery) = sent(r#"{"type": "a", "when": "2026-05-05T09:30:00Z"}"#);
    assert_eq!(hours, json!([null, 9, 9]));
    assert_eq!((decision, delivery), (vec!["transform:tidy".to_owned()], vec!["transform:tidy".to_owned()]));
    let (hours, decision, delivery) = sent(r#"{"type": "a"}"#);
    assert_eq!(hours, json!([null, null, null]));
    assert_eq!(decision, ["clock:event", "transform:tidy"]);
    assert_eq!(delivery, ["transform:tidy", "transform:late"]);
}

#[test]
fn type_errors_name_who_asked() {
    let yaml = "
rules:
  - {name: a, topic: order.*, when: data.n > 1, subscribers: x}
  - {name: other, topic: payment.*, when: data.n > 1, subscribers: x}
  - {name: off, when: data.n > 1, subscribers: x, enabled: false}
  - {name: b, when: 'any(data.items, it.p > 1)', subscribers: x, priority: 1}
  - {name: c, when: hour(data.at) > 1, subscribers: x}
filters: [{name: f, drop: data.n > 1000}]
define: {big: data.n > 10}
";
    let event = order(json!({"n": "1", "items": [{"p": 1}, {"p": true}], "at": "soon"}));
    let errors = json!([
        {"path": "data.at", "expected": "time", "found": "string", "required_by": ["c"], "count": 1},
        {"path": "data.items[].p", "expected": "number", "found": "boolean", "required_by": ["b"], "count": 1},
        {"path": "data.n", "expected": "number", "found": "string", "required_by": ["a", "filter:f", "define:big"], "count": 3},
    ]);
    check(yaml, event, json!({ "errors": errors }));
}

#[test]
fn named_values_that_the_decision_depended_on() {
    let yaml = r#"
define:
  base: data.x
  used: [{when: base == 1, value: one}, {when: base == 2, expr: late}, {value: other}]
  late: data.late
  elsewhere: data.a
  struck: data.b
  failed: data.c
  in_label: data.d
  overridden: data.e
  in_key: data.f
  in_group: data.g
  behind_group: data.h
  in_filter: data.i
rules:
  - {name: first, when: used == "one", subscribers: [s], labels: {over: set}}
  - {name: other, topic: payment, when: elsewhere == 1, subscribers: [s]}
  - {name: fails, when: failed == 1, subscribers: [s]}
  - group: g
    mode: first
    rules:
      - {name: winner, when: in_label == null, subscribers: [s]}
      - {name: loser, when: struck == null, subscribers: [s]}
  - group: closed
    when: in_group == 1
    rules: [{name: within, when: behind_group == 1, subscribers: [s]}]
labels:
  lane: in_label
  over: overridden
tables:
  t: {key: [{when: in_key == 1, value: a}, {value: b}], rows: {b: [s]}}
filters: [{name: keep, keep: in_filter == null}]
"#;
    let rules = load(yaml);
    let trace = |event: Json| trace(&rules, event.to_string().as_bytes(), 1, &options());
    let asked = |trace: &Trace| {
        let asked = trace.defines.iter().filter(|define| define.asked);
        asked.map(|define| define.name.to_string()).collect::<Vec<_>>()
    };
    let one = trace(order(json!({"x": 1})));
    assert_eq!(asked(&one), ["base", "used", "failed", "in_label", "in_key", "in_group", "in_filter"]);
    // The second alternative is reached.
    let two = trace(order(json!({"x": 2, "late": 5})));
    assert!(asked(&two).contains(&String::from("late")) && asked(&two).contains(&String::from("overridden")));
    let used = two.defines.iter().find(|define| &*define.name == "used").unwrap();
    let shown = |case: &crate::trace::AlternativeTrace| (case.reached, case.chosen, case.value.clone());
    let alternatives: Vec<_> = used.alternatives.iter().map(shown).collect();
    assert_eq!(alternatives, [(true, false, Json::Null), (true, true, json!(5)), (false, false, Json::Null)]);
    let over = |trace: &Trace| trace.label_cases.iter().map(|label| label.asked).collect::<Vec<_>>();
    assert_eq!((over(&one), over(&two)), (vec![true, false], vec![true, true]));
    // A dropped event reaches nothing else.
    assert_eq!(asked(&trace(order(json!({"x": 1, "i": 1})))), ["in_filter"]);
}

#[test]
fn a_value_is_not_expected_to_be_a_boolean() {
    let rules = load("define: {kind: headers.kind}\nrules: [{name: r, when: kind == 'a', subscribers: [s]}]");
    let event = json!({"type": "order.created", "headers": {"kind": "a"}});
    let trace = trace(&rules, event.to_string().as_bytes(), 1, &options());
    let result = trace.defines[0].alternatives[0].result.as_ref().unwrap();
    assert!(result.read.iter().all(|read| read.mismatch.is_none()), "{result:?}");
    assert_eq!(result.site, None);
}
