//! Partial rule sets: everything that could be decoded in spite of errors.

use super::*;

const WITH_ERRORS: &str = r#"
ruleset: {name: shop, timezone: Nowhere/City, envelope: {id: event.key}}
define: {city: lower(data.city), broken: 'lower(', near: city == "pune"}
labels: {where: city, wrong: 'city +'}
topics:
  order: {subscribers: [kitchen], topics: {created: [desk], "b ad": [x]}}
rules:
  - {name: one, topic: order.created, when: near, subscribers: [kitchen]}
  - {name: two, when: 'data.x ==', subscribers: [desk], labels: {where: a}}
  - {name: three, wen: true, exclude: [kitchen]}
  - group: g
    mode: frist
    rules:
      - {name: four, when: nowhere, subscribers: [desk]}
      - {name: five, subscribers: 7}
tables:
  by_city: {key: city, rows: {pune: {subscribers: [kitchen]}, delhi: {subscriber: [desk]}}}
filters:
  - {name: f, drop: data.test}
  - {name: g, drop: 'data.test =='}
lookups:
  good: {key: k, columns: [v], rows: [[a, 1]]}
  bad: {key: k, rows: 7}
schemas:
  s: {schema: {type: object}}
  t: {schema: {type: nothing}}
subscribers: {kitchen: {transform: t}, desk: {filter: 'data.x <', owner: me}}
ingest: [t, nowhere]
transforms:
  t: [{set: {data.city: city}}, {sett: {a: 1}}, {remove: [data.x]}]
  u: [{use: nowhere}]
"#;

#[test]
fn every_part_without_errors_is_decoded() {
    let loaded = load_strings(
        "test",
        [("a.yaml", WITH_ERRORS), ("b.yaml", "rules: [{name: six"), ("c.yaml", "rules: [{name: seven}]")],
    );
    assert!(loaded.rule_set.is_none());
    let rules = loaded.partial.as_ref().unwrap();
    assert_eq!(&*rules.name, "shop");
    let names = |names: &mut dyn Iterator<Item = &crate::rules::Name>| {
        names.map(|name| name.text.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(names(&mut rules.rules.iter().map(|rule| &rule.name)), ["one", "two", "three", "four", "five", "seven"]);
    let rule = |name: &str| rules.rules.iter().find(|rule| &*rule.name.text == name).unwrap();
    assert!(rule("one").when.is_some() && rule("two").when.is_none());
    assert_eq!(rule("two").labels.len(), 1);
    assert_eq!(rule("three").exclude.len(), 1);
    assert_eq!(names(&mut rules.groups.iter().map(|group| &group.name)), ["g"]);
    let defines = names(&mut rules.defines.iter().map(|named| &named.name));
    assert!(defines.contains(&"city".to_owned()) && defines.contains(&"near".to_owned()), "{defines:?}");
    assert!(names(&mut rules.labels.iter().map(|named| &named.name)).contains(&"where".to_owned()));
    let topics: Vec<&str> = rules.topics.iter().map(|node| &*node.pattern.text).collect();
    assert!(topics.contains(&"order") && topics.contains(&"order.created"), "{topics:?}");
    assert_eq!(names(&mut rules.tables.iter().map(|table| &table.name)), ["by_city"]);
    assert!(matches!(&rules.tables[0].kind, TableKind::Key { rows, .. } if rows.len() == 2));
    assert_eq!(names(&mut rules.filters.iter().map(|filter| &filter.name)), ["f"]);
    assert_eq!(rules.lookups.iter().map(|lookup| &*lookup.name).collect::<Vec<_>>(), ["good", "bad"]);
    assert_eq!(names(&mut rules.schemas.iter().map(|schema| &schema.name)), ["s"]);
    assert_eq!(rules.subscribers.len(), 2);
    assert_eq!(rules.subscribers["desk"].owner.as_deref(), Some("me"));
    assert_eq!(rules.ingest.len(), 1);
    assert_eq!(names(&mut rules.transforms.iter().map(|transform| &transform.name)), ["t", "u"]);
    assert_eq!(rules.transforms[0].steps.len(), 2);
    // Names of the parts without errors are indexed.
    let index = loaded.names().unwrap();
    assert_eq!(index.places(crate::rules::NameKind::Define, "near").count(), 2);
}

#[test]
fn a_rule_set_without_errors_has_no_partial_one() {
    let loaded = load_one("rules: [{name: r, subscribers: [s]}]");
    assert!(loaded.rule_set.is_some() && loaded.partial.is_none());
}

#[test]
fn the_error_lists_all_errors() {
    let error =
        load_one("rules: [{name: a, wen: 1}, {name: b, when: '1 +', subscribers: [s]}]").into_result().unwrap_err();
    let shown = error.to_string();
    assert!(shown.contains("unknown key `wen`") && shown.contains("rules.yaml:1:"), "{shown}");
    assert!(shown.matches("error").count() >= 2, "{shown}");
    assert!(
        format!("{error:?}").starts_with("Invalid(2 errors: E003 unknown key `wen` in a rule (rules.yaml:1:19)"),
        "{error:?}"
    );
    let crate::rules::LoadError::Invalid { errors, sources } = &error else { panic!("{error:?}") };
    let plain = crate::rules::load_error::plain(errors, sources);
    assert!(
        plain.starts_with("rules.yaml:1:19: error[E003]: unknown key `wen` in a rule (did you mean `when`?)\n"),
        "{plain}"
    );
    assert_eq!(plain.lines().count(), 2);
}
