//! Definitions and uses of names.

use crate::rules::load_strings;
use crate::rules::{NameIndex, NameKind, NamePlace};

const RULES: &str = r#"
define: {city: lower(data.city), near: city == "pune"}
labels: {where: city}
topics: {order: {topics: {created: [kitchen]}}}
rules:
  - group: g
    topic: order.created
    rules:
      - {name: r, topic: [order.created, "order.*"], when: near, subscribers: kitchen, labels: {where: x}}
filters: [{name: f, drop: 'exists(lookup("deny.ip", data.ip))'}]
lookups: {deny: {key: ip, columns: [why], rows: [[1, a]]}}
subscribers: {kitchen: {transform: t}}
ingest: [t]
transforms:
  t: [{use: u}, {lookup: {table: deny, key: data.ip, into: deny}}]
  u: [{remove: [x]}]
"#;

#[test]
fn definitions_and_uses_of_every_kind() {
    let loaded = load_strings("t", [("r.yaml", RULES)]);
    let rules = loaded.rule_set.unwrap_or_else(|| panic!("{:#?}", loaded.diagnostics));
    let names = NameIndex::new(&rules);
    let shown = |kind: NameKind, name: &str| {
        let one = |place: &NamePlace| {
            let text = loaded.sources.snippet(place.span);
            let line = loaded.sources.place(place.span).split(':').nth(1).unwrap_or_default().to_owned();
            format!("{line} {text}{}", if place.is_definition { " =" } else { "" })
        };
        names.places(kind, name).map(one).collect::<Vec<_>>()
    };
    assert_eq!(shown(NameKind::Define, "city"), ["2 city =", "2 city", "3 city"]);
    assert_eq!(shown(NameKind::Define, "near"), ["2 near =", "9 near"]);
    assert_eq!(shown(NameKind::Label, "where"), ["3 where =", "9 where"]);
    assert_eq!(shown(NameKind::Topic, "order.created"), ["4 created =", "7 order.created", "9 order.created"]);
    assert_eq!(shown(NameKind::Topic, "order.*"), ["9 \"order.*\""]);
    assert_eq!(shown(NameKind::Subscriber, "kitchen"), ["4 kitchen", "9 kitchen", "12 kitchen ="]);
    assert_eq!(shown(NameKind::Lookup, "deny"), ["10 \"deny.ip\"", "11 deny =", "15 deny"]);
    assert_eq!(shown(NameKind::Transform, "t"), ["12 t", "13 t", "15 t ="]);
    assert_eq!(shown(NameKind::Transform, "u"), ["15 u", "16 u ="]);
    assert_eq!(shown(NameKind::Filter, "f"), ["10 f ="]);
    // Every place is found from each end of it.
    for place in names.iter() {
        for offset in [place.span.start, place.span.end] {
            assert_eq!(names.at(place.span.file, offset), Some(place));
        }
    }
    assert_eq!(names.at(crate::diagnostic::FileId(0), 0), None);
}

#[test]
fn names_of_a_rule_set_with_errors() {
    let loaded = load_strings("t", [("r.yaml", "define: {a: data.x}\nrules: [{name: r, when: a > 1, subscriber: x}]")]);
    assert!(loaded.rule_set.is_none());
    let partial = loaded.partial.unwrap();
    assert_eq!(NameIndex::new(&partial).places(NameKind::Define, "a").count(), 2);
    assert_eq!(partial.rules.len(), 1);
}
