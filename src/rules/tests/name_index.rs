//! Definitions and uses of names.

use crate::diagnostic::{FileId, SourceFile};
use crate::rules::{LoadOptions, load, load_strings};
use crate::rules::{NameIndex, NameKind, NamePlace};
use crate::yaml::{self, YamlLimits};
use std::path::Path;

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

/// The text of a file without its comments, at the same offsets.
fn without_comments(file: &SourceFile) -> String {
    let document = yaml::parse(FileId(0), &file.text, YamlLimits::default(), &mut Vec::new());
    let mut text = file.text.to_string();
    for comment in &document.comments {
        let range = comment.span.start as usize..comment.span.end as usize;
        text.replace_range(range.clone(), &" ".repeat(range.len()));
    }
    text
}

/// Where `word` is in `text`, not within a longer word or path, in quotes, or as a key.
fn occurrences(text: &str, word: &str) -> Vec<u32> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '"');
    let starts = text.match_indices(word).map(|(at, _)| at);
    let whole = starts.filter(|at| {
        let (before, after) = (text.get(..*at).unwrap(), text.get(at + word.len()..).unwrap());
        !before.ends_with(is_part) && !after.starts_with(is_part) && !after.starts_with(':')
    });
    whole.map(|at| at as u32).collect()
}

#[test]
fn uses_in_the_example_rule_sets_resolve_and_are_complete() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut kinds = std::collections::BTreeSet::new();
    for name in ["food-delivery", "notifications", "payments", "rail-booking", "restaurant-events"] {
        let loaded = load(&folder.join(name), &LoadOptions::default());
        let names = loaded.names().unwrap();
        for place in names.uses() {
            kinds.insert(place.kind);
            let is_free = matches!(place.kind, NameKind::Subscriber | NameKind::Topic | NameKind::Label);
            assert!(is_free || names.definition(place.kind, &place.name).is_some(), "{name}: {place:?}");
            let text = loaded.sources.snippet(place.span).trim_matches(['"', '\'']);
            assert!(place.name.ends_with(text) || text.starts_with(&*place.name), "{name}: {place:?}: {text}");
        }
        for place in names.definitions() {
            assert_eq!(names.definition(place.kind, &place.name).map(|found| found.kind), Some(place.kind));
        }
        // Every occurrence of a named value in the text of the rules is found.
        let files =
            || loaded.sources.iter().filter(|(_, file)| file.path.ends_with(".yaml") && !file.path.contains("/data/"));
        // (`amount` is also a field that a step writes to.)
        let defines = names.definitions().filter(|place| place.kind == NameKind::Define && &*place.name != "amount");
        for define in defines {
            let indexed: Vec<(FileId, u32)> = names
                .uses()
                .filter(|place| place.kind == NameKind::Define && place.name == define.name)
                .map(|place| (place.span.file, place.span.start))
                .collect();
            let written: Vec<(FileId, u32)> = files()
                .flat_map(|(id, file)| {
                    occurrences(&without_comments(file), &define.name).into_iter().map(move |at| (id, at))
                })
                .collect();
            assert_eq!(indexed, written, "{name}: {}", define.name);
        }
        // So is every call of `lookup`.
        let calls: usize = files().map(|(_, file)| without_comments(file).matches("lookup(\"").count()).sum();
        let indexed = names.uses().filter(|place| place.kind == NameKind::Lookup);
        let in_calls = indexed.filter(|place| loaded.sources.snippet(place.span).starts_with('"')).count();
        assert_eq!(calls, in_calls, "{name}");
    }
    let all = [NameKind::Define, NameKind::Lookup, NameKind::Subscriber, NameKind::Topic];
    assert!(all.iter().all(|kind| kinds.contains(kind)), "{kinds:?}");
    assert!(kinds.contains(&NameKind::Transform));
}

#[test]
fn a_use_without_a_definition_is_a_diagnostic() {
    let text = "rules: [{name: r, when: nowhere == 1, subscribers: [s]}, {name: q, when: 'lookup(\"no.x\", id) == 1'}]
subscribers: {s: {transform: none}}
ingest: [neither]";
    let loaded = load_strings("t", [("r.yaml", text)]);
    let names = loaded.names().unwrap();
    let reported_at =
        |span| loaded.diagnostics.iter().any(|one| one.primary.as_ref().is_some_and(|at| at.span == span));
    let unresolved: Vec<_> = names.uses().filter(|place| names.definition(place.kind, &place.name).is_none()).collect();
    assert!(unresolved.iter().all(|place| reported_at(place.span)), "{unresolved:?}");
    let reported: Vec<&str> = loaded
        .diagnostics
        .iter()
        .filter_map(|diagnostic| diagnostic.primary.as_ref())
        .map(|label| loaded.sources.snippet(label.span))
        .collect();
    for name in ["nowhere", "no.x", "none", "neither"] {
        assert!(reported.iter().any(|text| text.trim_matches('"') == name), "{name}: {reported:?}");
    }
}
