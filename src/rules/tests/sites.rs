//! Paths and identities of sites.

use crate::rules::{NameKind, SiteKind, Sites, load_strings};

fn sites(yaml: &str) -> Sites {
    let loaded = load_strings("t", [("rules.yaml", yaml)]);
    Sites::new(&loaded.rule_set.or(loaded.partial).unwrap())
}

const EVERY_KIND: &str = "
topics: {order: {subscribers: [a], topics: {created: [b], '*': [c]}}}
rules:
  - group: g
    active: {from: 2026-01-01}
    when: data.x == 1
    rules:
      - {name: big, when: {all: [data.a > 1, {any: [data.b == 2, {not: data.c == 3}]}]}, exclude: [a, b], stop: true}
  - {name: a/b, active: {until: 2026-01-01}, when: is_pune, subscribers: [a]}
tables:
  routing:
    inputs: {country: data.country, 'the total': data.total}
    rows:
      - {when: {country: IN, 'the total': {gte: 1, lt: 5}}, subscribers: [a]}
      - {when: {'the total': {gte: 1, lt: 5}}, subscribers: [b]}
      - {subscribers: [c]}
  keyed: {key: [{when: data.x == 1, expr: data.y}, data.z], default: IN, rows: {IN: [a], 5: [b], '5': [c]}, otherwise: [d]}
define:
  is_pune: data.city == 'pune' || data.city == 'poona'
  region: [{when: is_pune, value: west}, data.region]
labels: {lane: [{when: is_pune, value: fast}, {value: slow}]}
filters: [{name: tests, drop: data.test == true}]
schemas: {order: {schema: {type: object}, when: data.v == 2}}
subscribers: {billing: {filter: data.paid == true && data.total > 0}, a: {transform: t}}
transforms:
  t:
    - {set: {data.kind: [{when: is_pune, value: x}, {value: y}]}, when: data.x == 1}
    - {for_each: data.items, do: [{remove: it.secret}]}
";

#[test]
fn every_part_has_a_path() {
    let loaded = load_strings("t", [("rules.yaml", EVERY_KIND)]);
    assert!(loaded.rule_set.is_some(), "{:?}", loaded.diagnostics);
    let sites = sites(EVERY_KIND);
    let shown: Vec<String> = sites.iter().map(|(_, site)| format!("{} {}", site.kind.word(), site.path)).collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn rules_belong_to_their_groups_and_conditions_to_their_owners() {
    let sites = sites(EVERY_KIND);
    let path_of_parent = |path: &str| {
        let site = sites.get(sites.find(path).unwrap()).unwrap();
        site.parent.map(|parent| sites.path(parent).to_owned())
    };
    assert_eq!(path_of_parent("rule:big").as_deref(), Some("group:g"));
    assert_eq!(path_of_parent("rule:big/when.all[1].any[1].not").as_deref(), Some("rule:big/when.all[1].any[1]"));
    assert_eq!(path_of_parent("table:routing/row[0]/country").as_deref(), Some("table:routing/row[0].all"));
    assert_eq!(path_of_parent("define:region[0]/when").as_deref(), Some("define:region[0]"));
    assert_eq!(path_of_parent("rule:\"a/b\""), None);
    let billing = sites.find("subscriber:billing").unwrap();
    let filters: Vec<_> = sites.children_of_kind(billing, SiteKind::SubscriberFilter).collect();
    assert_eq!(filters.iter().map(|id| sites.path(*id)).collect::<Vec<_>>(), ["subscriber:billing/filter"]);
    assert_eq!(sites.part(NameKind::Table, 1), sites.find("table:keyed"));
}

#[test]
fn an_identity_depends_on_the_text_but_not_on_neighbours_or_layout() {
    let identity = |yaml: &str, path: &str| {
        let sites = sites(yaml);
        sites.get(sites.find(path).unwrap_or_else(|| panic!("{path}"))).unwrap().identity
    };
    let one = |when: &str| format!("rules: [{{name: r, when: '{when}', subscribers: [a]}}]");
    let first = identity(&one("data.a == 1 && data.b == 2"), "rule:r/when.all[0]");
    assert_eq!(first, identity(&one("data.x == 9 && (data.a  ==  1) && data.b == 2"), "rule:r/when.all[1]"));
    assert_eq!(
        first,
        identity("rules: [{name: r, when: {all: [data.a == 1, data.q]}, exclude: [a]}]", "rule:r/when.all[0]")
    );
    assert_ne!(first, identity(&one("data.a == 2 && data.b == 2"), "rule:r/when.all[0]"));
    // The second of two equal texts, and the same text in another rule.
    assert_ne!(first, identity(&one("data.a == 1 && data.a == 1"), "rule:r/when.all[1]"));
    assert_ne!(first, identity("rules: [{name: s, when: data.a == 1, subscribers: [a]}]", "rule:s/when"));
    // A value that is written as another one.
    assert_ne!(identity(&one("data.a == \"1\""), "rule:r/when"), identity(&one("data.a == 1"), "rule:r/when"));
}

#[test]
fn parts_of_a_partial_rule_set_have_paths_of_their_own() {
    let text =
        "rules: [{subscribers: [a]}, {subscribers: [b]}, {name: r, when: data.x ==}, {name: r, when: data.y == 1}]";
    let sites = sites(text);
    let mut paths: Vec<&str> = sites.iter().map(|(_, site)| &*site.path).collect();
    let count = paths.len();
    paths.sort_unstable();
    paths.dedup();
    assert_eq!(paths.len(), count);
}
