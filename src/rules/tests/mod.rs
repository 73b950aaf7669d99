//! Loading: the examples of the language, every diagnostic, and folders on disk.

use super::{Envelope, LoadOptions, Loaded, MatchMode, Member, RuleId, RuleSet, TableKind, load, load_strings};
use crate::diagnostic::Code;
use serde_json::json;

mod cancellation;
mod disk;
mod errors;
mod lints;
mod lookups;
mod name_index;
mod overlay;
mod overrides;
mod partial;
mod schemas;
mod sites;
mod suppressions;
mod walk;

/// Loads one file `rules.yaml`.
fn load_one(text: &str) -> Loaded {
    load_strings("test", [("rules.yaml", text)])
}

/// Diagnostics in one line each: the code and the underlined text, with secondary places after `+`.
fn shown(loaded: &Loaded) -> Vec<String> {
    let snippet = |span| loaded.sources.snippet(span);
    let one = |diagnostic: &crate::diagnostic::Diagnostic| {
        let primary = diagnostic.primary.as_ref().map_or("-", |label| snippet(label.span));
        let also: String = diagnostic.secondary.iter().map(|label| format!(" + {}", snippet(label.span))).collect();
        format!("{} {primary}{also}", diagnostic.code.as_str())
    };
    loaded.diagnostics.iter().map(one).collect()
}

/// What goes wrong with one file.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let loaded = load_one(text);
    assert_eq!(shown(&loaded), expected, "{:#?}", loaded.diagnostics);
}

/// A rule set that must be right.
#[track_caller]
fn right(text: &str) -> RuleSet {
    right_files([("rules.yaml", text)])
}

#[track_caller]
fn right_files<'f>(files: impl IntoIterator<Item = (&'f str, &'f str)>) -> RuleSet {
    let loaded = load_strings("test", files);
    loaded.rule_set.unwrap_or_else(|| panic!("{:#?}", loaded.diagnostics))
}

const EXAMPLES: [(&str, &str); 6] = [
    ("a/ruleset.yaml", include_str!("ruleset.yaml")),
    ("a/define.yaml", include_str!("define.yaml")),
    ("a/topics.yaml", include_str!("topics.yaml")),
    ("a/rules.yaml", include_str!("rules.yaml")),
    ("a/tables.yaml", include_str!("tables.yaml")),
    ("a/b/others.yaml", include_str!("others.yaml")),
];

const SCHEMA: &str = r#"{"type": "object", "properties": {"total_amount": {"type": "number"}}}"#;
const CUSTOMERS: &str = "customer_id,city,score\nc1,mumbai,4.5\nc2,,\n";

#[test]
fn the_examples_of_the_language_load() {
    let others = [("schemas/order-placed.json", SCHEMA), ("a/b/data/customers.csv", CUSTOMERS)];
    let loaded = load_strings("test", EXAMPLES.into_iter().chain(others));
    let rules = loaded.rule_set.as_ref().unwrap_or_else(|| panic!("{:#?}", loaded.diagnostics));
    assert_eq!(&*rules.name, "food-delivery");
    assert!(rules.version.starts_with("food-delivery@") && rules.version.len() == "food-delivery@".len() + 12);
    assert_eq!(rules.zone.iana_name(), Some("Asia/Kolkata"));
    let Envelope::Plain(layout) = &rules.envelope else { panic!() };
    assert_eq!(layout.headers.len(), 1);
    assert_eq!(rules.defines.len(), 2);
    assert_eq!(rules.defines.iter().map(|named| &*named.name.text).collect::<Vec<_>>(), ["city", "region"]);
    assert_eq!(rules.labels.len(), 1);
    let topics: Vec<_> = rules.topics.iter().map(|node| &*node.pattern.text).collect();
    assert_eq!(topics, ["order", "order.created", "order.confirmed", "payment.completed", "order.*", "delivery.#"]);
    let names: Vec<_> = rules.rules.iter().map(|rule| &*rule.name.text).collect();
    assert_eq!(names, ["high-value-order", "mumbai-lunch", "big", "rest"]);
    assert_eq!(rules.groups[0].mode, MatchMode::First);
    assert_eq!(rules.groups[0].members, [Member::Rule(RuleId(2)), Member::Rule(RuleId(3))]);
    assert_eq!(rules.tables.len(), 2);
    assert_eq!(rules.schemas.len(), 1);
    assert_eq!(rules.filters.len(), 2);
    assert_eq!(rules.subscribers.len(), 1);
    assert_eq!(rules.lookups.len(), 2);
    let files: Vec<_> = loaded.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(files[..2], ["a/b/data/customers.csv", "a/b/others.yaml"]);
    assert_eq!(files.len(), 8);
}

#[test]
fn defaults_where_nothing_is_said() {
    let rules = right("rules: [{name: a, when: true, subscribers: x}]\n");
    assert_eq!(&*rules.name, "test");
    assert!(matches!(rules.envelope, Envelope::Auto(_)));
    let rule = &rules.rules[0];
    assert!(rule.enabled && !rule.stop && rule.priority == 0 && rule.active.is_always() && rule.topics.is_empty());
    assert!(matches!(right("ruleset: {envelope: cloudevents}").envelope, Envelope::CloudEvents));
    assert!(matches!(right("ruleset: {envelope: plain}").envelope, Envelope::Plain(_)));
    let Envelope::Plain(layout) = right("ruleset: {envelope: {data: event.payload ?? event}}").envelope else {
        panic!()
    };
    assert_eq!(layout.data.len(), 2);
    assert!(layout.data[1].is_empty());
}

#[test]
fn ranks_rules_and_lists_the_groups() {
    let rules = right(
        "rules:
  - {name: a, subscribers: x}
  - {name: b, subscribers: x, priority: 5}
  - group: g
    priority: 7
    rules:
      - {name: c, subscribers: x}
      - {name: d, subscribers: x, priority: -1}
      - {group: h, rules: [{name: e, subscribers: x}]}
",
    );
    let names: Vec<_> = rules.rules.iter().map(|rule| (&*rule.name.text, rule.priority)).collect();
    assert_eq!(names, [("c", 7), ("e", 7), ("b", 5), ("a", 0), ("d", -1)]);
    let members = |at: usize| rules.groups[at].members.clone();
    use super::GroupId;
    assert_eq!(members(0), [Member::Rule(RuleId(0)), Member::Rule(RuleId(4)), Member::Group(GroupId(1))]);
    assert_eq!(members(1), [Member::Rule(RuleId(1))]);
    assert_eq!(rules.groups[1].parent, Some(GroupId(0)));
}

#[test]
fn defines_stand_behind_what_they_need() {
    let rules = right(
        "define: {a: b + 1, b: c + 1, c: data.x ?? 1, d: a}
rules: [{name: r, when: a + d > 1, subscribers: x}]",
    );
    let names: Vec<_> = rules.defines.iter().map(|named| &*named.name.text).collect();
    assert_eq!(names, ["c", "b", "a", "d"]);
}

#[test]
fn tables_of_both_kinds() {
    let rules = right(
        "tables:
  t: {key: [headers.a, headers.b], default: 5, rows: {5: x, \"5\": [x, y], true: {labels: {l: 1}}}, otherwise: {subscribers: z}}
  d:
    inputs: {a: data.a, n: data.n}
    rows:
      - {when: {a: {in: [1, 2], not_in: [3]}, n: {gte: 1, lt: 2}}, subscribers: x}
      - {when: {a: {glob: 'x-*'}, n: {exists: true}}, subscribers: x}
      - {when: {}, subscribers: x}
    otherwise: y
",
    );
    let TableKind::Key { key, default, rows } = &rules.tables[0].kind else { panic!() };
    assert_eq!((key.alternatives.len(), default), (2, &Some(json!(5))));
    assert_eq!(rows.iter().map(|row| row.key.clone()).collect::<Vec<_>>(), [json!(5), json!("5"), json!(true)]);
    let TableKind::Decision { inputs, mode, rows } = &rules.tables[1].kind else { panic!() };
    assert_eq!((inputs.len(), *mode, rows.len()), (2, MatchMode::First, 3));
    assert!(rows[2].when.is_none());
}

#[test]
fn topics_may_be_spread() {
    let rules = right_files([
        ("a.yaml", "topics: {order: {topics: {created: [x]}, settings: {p: 1}}}"),
        ("b.yaml", "topics: {order.created: {settings: {p: 2}}, order: {settings: {q: 1}, subscribers: y}}"),
    ]);
    assert_eq!(rules.topics.len(), 2);
    assert_eq!(rules.topics[0].settings.len(), 2);
    assert_eq!(rules.topics[1].subscribers.len(), 1);
}

#[test]
fn versions_have_different_digests() {
    let version = |files: &[(&str, &str)]| right_files(files.iter().copied()).version;
    let one = version(&[("a.yaml", "filters: []"), ("b.yaml", "filters: []")]);
    assert_eq!(one, version(&[("b.yaml", "filters: []"), ("a.yaml", "filters: []")]));
    assert_ne!(one, version(&[("a.yaml", "filters: [] "), ("b.yaml", "filters: []")]));
    assert_ne!(one, version(&[("a.yaml", "filters: []"), ("c.yaml", "filters: []")]));
    assert_eq!(one, version(&[("a.yaml", "filters: []"), ("b.yaml", "filters: []"), ("x.test.yaml", "tests: []")]));
}

/// Many rules and topics load in seconds even without optimisation.
#[test]
fn nothing_is_quadratic() {
    use std::fmt::Write;
    let mut text = String::from("rules:\n");
    for n in 0..20_000 {
        let _ = writeln!(
            text,
            "  - {{name: rule-{n}, topic: order.t{n}, when: 'data.a == \"v{n}\"', subscribers: [s{}]}}",
            n % 50
        );
    }
    text.push_str("topics:\n  plain: [x]\n");
    for n in 0..3_000 {
        let _ = writeln!(text, "  order.t{n}: {{settings: {{p: {n}}}}}\n  'wide.*.t{n}': {{settings: {{p: {n}}}}}");
    }
    let loaded = load_one(&text);
    assert!(loaded.rule_set.is_some(), "{:?}", loaded.diagnostics.first());
    let warnings = loaded.diagnostics.iter().filter(|diagnostic| diagnostic.code == Code::UnmatchedTopic).count();
    assert_eq!(warnings, 17_000);
}

/// Any part of the examples may be missing: there are diagnostics, but never a panic, and every span is within its file.
#[test]
fn broken_files_are_only_diagnosed() {
    for (path, text) in EXAMPLES {
        for start in (0..text.len()).step_by(23) {
            for len in [1, 5, 40] {
                let Some((before, after)) = text.get(..start).zip(text.get(start + len..)) else { continue };
                let broken = format!("{before}{after}");
                let loaded = load_strings("test", [(path, broken.as_str())]);
                let labels = loaded.diagnostics.iter().flat_map(|one| one.primary.iter().chain(&one.secondary));
                for label in labels {
                    let file = loaded.sources.get(label.span.file).unwrap();
                    assert!(file.text.get(label.span.start as usize..label.span.end as usize).is_some(), "{label:?}");
                }
            }
        }
    }
}

#[test]
fn keys_of_different_types_are_different() {
    for keys in super::keys::ALL {
        let unique: std::collections::HashSet<_> = keys.keys.iter().collect();
        assert_eq!(unique.len(), keys.keys.len(), "{}", keys.of);
        assert!(keys.instead.iter().all(|(tried, _)| !keys.has(tried)), "{}", keys.of);
    }
}
