//! Lists of patterns: each pattern is a test of its own, which other rules share.

use super::{data, graph, matching};
use serde_json::{Value as Json, json};

const RULES: &str = r#"
rules:
  - {name: starts, when: 'starts_with(data.a, ["ab", "x"])', subscribers: s}
  - {name: ends, when: 'ends_with(data.a, ["bc", "z"])', subscribers: s}
  - {name: has, when: 'contains(data.a, ["b", 5])', subscribers: s}
  - {name: glob, when: 'glob(data.a, ["a?c", "*z"])', subscribers: s}
  - {name: matches, when: 'matches(data.a, ["^.bc$", "x+y"])', subscribers: s}
  - {name: not, when: '!starts_with(data.a, ["a", "x"])', subscribers: s}
"#;

#[test]
fn lists_are_indexed() {
    let graph = graph(RULES);
    assert!(graph.candidates.always.is_empty() && graph.readers.computed_indexes().is_empty());
}

#[test]
fn lists_match_where_a_pattern_does() {
    let events = [
        (json!("abc"), "starts ends has glob matches"),
        (json!("xxyz"), "starts ends glob matches"),
        (json!("zb"), "has not"),
        (json!(["b"]), "has not"),
        (json!([5.0, "abc"]), "has not"),
        (json!(5), "not"),
        (json!(null), "not"),
    ];
    let (values, wanted): (Vec<Json>, Vec<&str>) = events.into_iter().unzip();
    let events: Vec<Json> = values.into_iter().map(|a| data(json!({ "a": a }))).collect();
    assert_eq!(matching(RULES, &events), wanted);
}
