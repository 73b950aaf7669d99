//! The text of explanations. (They are snapshots: `cargo insta review` shows the differences.)

use super::*;
use crate::interpreter;
use crate::route::{Clock, Options};
use crate::rules::{Loaded, load_strings};

const RULES: &str = r##"ruleset: {name: food, timezone: Asia/Kolkata, defaults: {always: [audit-log], unrouted: [catch-all]}}
define:
  city: lower(data.delivery_city ?? "")
topics:
  order:
    settings: {priority: high}
    topics: {created: [inventory, payment]}
  payment.completed: [accounting]
rules:
  - name: high-value-order
    topic: order.created
    when: data.amount > 5000
    subscribers: [high-value-handler, fraud-detection]
    priority: 10
    labels: {lane: slow}
  - name: mumbai-lunch
    when:
      all:
        - city == "mumbai"
        - any: ['between(hour(now), 12, 14)', 'between(hour(now), 19, 21)']
        - not: data.test == true
    subscribers: lunch-rush
    exclude: [payment]
  - group: payment-lane
    mode: first
    when: exists(data.amount)
    rules:
      - {name: big, when: data.amount > 50000, subscribers: [manual-review]}
      - {name: rest, subscribers: [straight-through]}
      - {name: never, subscribers: [manual-review]}
  - {name: refunds, topic: payment.refund, subscribers: [refund]}
  - {name: pricey, when: 'any(data.items, it.price > 100)', subscribers: [insurance]}
tables:
  priority:
    key: headers.priority
    default: medium
    rows:
      critical: [immediate-alerts]
      medium: [standard-queue]
  lanes:
    inputs: {tier: headers.tier, total: data.amount}
    rows:
      - {when: {tier: gold, total: {gt: 1000}}, subscribers: [fast-lane]}
      - {subscribers: [slow-lane]}
filters:
  - {name: no-tests, drop: data.test == true}
schemas:
  order: {topic: order.*, on_invalid: flag, schema: {type: object, required: [customer]}}
subscribers:
  inventory: {filter: '!(data.digital == true)'}
"##;

const EVENT: &str = r#"{"event_id": "evt-1", "event_type": "ORDER_CREATED", "timestamp": "2026-01-10T12:59:00+05:30",
    "data": {"amount": 7500, "delivery_city": "Mumbai", "digital": true, "items": [{"price": 40}, {"price": 60}]}}"#;

fn explain(event: &str, focus: Focus<'_>) -> String {
    let loaded = load();
    let now = "2026-01-10T13:00:00+05:30".parse().unwrap();
    let options = Options { clock: Clock::Fixed(now), ..Options::default() };
    let trace = interpreter::trace(loaded.rule_set.as_ref().unwrap(), event.as_bytes(), 1, &options);
    render(&trace, &loaded.sources, focus, &TextStyle::PLAIN).unwrap_or_else(|error| error.to_string())
}

fn load() -> Loaded {
    let loaded = load_strings("food", [("food.yaml", RULES)]);
    assert!(loaded.rule_set.is_some(), "{:#?}", loaded.diagnostics);
    loaded
}

/// The explanations for several questions, one after the other.
fn all(asked: &[(&str, Focus<'_>)]) -> String {
    asked.iter().map(|(event, focus)| format!("=== {focus:?}\n\n{}\n", explain(event, *focus))).collect()
}

#[test]
fn a_whole_event() {
    insta::assert_snapshot!(explain(EVENT, Focus::All));
}

#[test]
fn why_a_subscriber() {
    let names = ["payment", "inventory", "manual-review", "fast-lane", "standard-queue", "audit-log", "catch-all"];
    let asked: Vec<_> = names.iter().map(|name| (EVENT, Focus::Subscriber(name))).collect();
    insta::assert_snapshot!(all(&asked));
}

#[test]
fn why_a_rule() {
    let names = ["pricey", "mumbai-lunch", "refunds", "never", "rest"];
    let asked: Vec<_> = names.iter().map(|name| (EVENT, Focus::Rule(name))).collect();
    insta::assert_snapshot!(all(&asked));
}

#[test]
fn events_that_do_not_get_far() {
    let dropped = r#"{"event_type": "a.b", "data": {"test": true, "amount": "x", "delivery_city": "Pune"}}"#;
    let wrong = r#"{"event_type": "a.b", "data": {"amount": "x", "delivery_city": "Pune"}}"#;
    let asked = [
        (dropped, Focus::All),
        (dropped, Focus::Subscriber("payment")),
        (wrong, Focus::All),
        ("{", Focus::All),
        ("{", Focus::Subscriber("payment")),
    ];
    insta::assert_snapshot!(all(&asked));
}

#[test]
fn what_a_subscriber_is_sent() {
    let rules = r##"
ingest: tidy
topics: {"#": [billing]}
subscribers: {billing: {transform: billing}}
transforms:
  tidy:
    - for_each: data.items
      do: [{set: {it.total: it.price}}]
  billing:
    - project: {zone: {value: b}, amount: data.amount * 2, nested.z: id, nested.a: topic}
"##;
    let loaded = load_strings("sent", [("rules.yaml", rules)]);
    let event = br#"{"id": "1", "type": "A", "data": {"items": {"a": 1}, "amount": "x"}}"#;
    let trace = interpreter::trace(loaded.rule_set.as_ref().unwrap(), event, 1, &Options::default());
    let page = render(&trace, &loaded.sources, Focus::Subscriber("billing"), &TextStyle::PLAIN).unwrap();
    assert!(page.contains("type error  `data.items` is an object, not an array"), "{page}");
    assert!(page.contains("type error  `data.amount` is a string, not a number"), "{page}");
    // The event as it is sent, with its members in their original order.
    let sent: String = page.lines().skip_while(|line| line.trim() != "{").map(str::trim).collect();
    assert_eq!(sent, r#"{"zone": "b","amount": null,"nested": {"z": "1","a": "a"}}"#, "{page}");
}

/// Rules and rows that do not concern the event are abbreviated if there are more than the limit.
#[test]
fn long_lists_are_cut_short() {
    let page = |rules: usize, rows: usize| {
        let rules: String = (0..rules).map(|n| format!("  - {{name: r{n}, topic: b, subscribers: [s]}}\n")).collect();
        let rows: String = (0..rows).map(|n| format!("      - {{when: {{n: {n}}}, subscribers: [s]}}\n")).collect();
        let text = format!("rules:\n{rules}tables:\n  t:\n    inputs: {{n: data.n}}\n    rows:\n{rows}");
        let loaded = load_strings("long", [("rules.yaml", text.as_str())]);
        let event = br#"{"type": "a", "data": {"n": 99}}"#;
        let trace = interpreter::trace(loaded.rule_set.as_ref().unwrap(), event, 1, &Options::default());
        render(&trace, &loaded.sources, Focus::All, &TextStyle::PLAIN).unwrap()
    };
    assert!(page(4, 1).contains("4 rules for other topics: r0, r1, r2, r3\n"), "{}", page(4, 1));
    assert!(page(5, 1).contains("5 rules for other topics: r0, r1, r2, r3, …\n"), "{}", page(5, 1));
    assert_eq!(page(1, 5).matches("row at").count(), 5);
    assert_eq!(page(1, 9).matches("row at").count(), 5);
}

#[test]
fn unknown_names_have_a_hint() {
    assert_eq!(
        explain(EVENT, Focus::Subscriber("catch-al")),
        "no subscriber is named `catch-al`; did you mean `catch-all`?"
    );
    assert_eq!(explain(EVENT, Focus::Rule("zzz")), "no rule is named `zzz`");
    assert_eq!(
        explain(EVENT, Focus::Rule("catch-all")),
        "no rule is named `catch-all`; it is the name of a subscriber"
    );
}

#[test]
fn as_data_places_are_spelt_out() {
    let loaded = load();
    let trace = interpreter::trace(loaded.rule_set.as_ref().unwrap(), EVENT.as_bytes(), 1, &Options::default());
    let json = to_json(&trace, &loaded.sources);
    let leaf = &json["rules"][0]["condition"];
    let place = serde_json::json!({"file": "food.yaml", "line": 12, "column": 11, "text": "data.amount > 5000"});
    assert_eq!(leaf["span"], place);
    assert_eq!(leaf["read"][0], serde_json::json!({"path": "data.amount", "value": 7500}));
    assert_eq!(json["subscribers"][0]["name"], "accounting");
    assert_eq!(json["decision"]["topic"], "order.created");
}

#[test]
fn colours_are_put_around_pieces() {
    let loaded = load();
    let trace = interpreter::trace(loaded.rule_set.as_ref().unwrap(), b"{", 1, &Options::default());
    let text = render(&trace, &loaded.sources, Focus::All, &TextStyle::COLOURED).unwrap();
    assert!(text.contains("\u{1b}[31mmalformed\u{1b}[0m"), "{text:?}");
}
