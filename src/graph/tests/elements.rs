//! `any(each(x), …)` and `any(list, …)`: found by indexes, without type errors where `each` is written.

use super::{compile, data, graph, load, matching};
use crate::route::Router;
use serde_json::{Value as Json, json};

fn rules(conditions: &[String]) -> String {
    let rules = (0..)
        .zip(conditions)
        .map(|(n, when): (usize, _)| format!("  - {{name: r{n}, when: '{when}', subscribers: s}}\n"));
    format!("rules:\n{}", rules.collect::<String>())
}

#[test]
fn each_test_is_indexed() {
    let tests = [
        "it == \"a\"",
        "it in [\"a\", 5]",
        "starts_with(it, \"a\") || it > 5",
        "ends_with(it.k, \"b\")",
        "glob(it, \"a*b\")",
        "matches(it, \"ab\")",
        "it.k == 1 && it.n > 2 && !(it.m == 3)",
        "exists(it)",
        "!exists(it.k)",
        "any(each(it.k), any(it.n, it == \"a\"))",
        "it",
    ];
    for test in tests {
        for list in ["data.tags", "each(data.tags)", "each(each(data.tags))"] {
            let graph = graph(&rules(&[format!("any({list}, {test})")]));
            assert!(graph.candidates.always.is_empty(), "{list}: {test}");
            assert!(graph.readers.computed_indexes().is_empty(), "{list}: {test}");
        }
    }
    let negated = graph(&rules(&["!any(each(data.tags), it == \"a\")".into()]));
    assert!(negated.candidates.always.is_empty() && negated.candidates.by_default.len() == 1);
}

#[test]
fn values_and_lists_of_them() {
    let conditions = [
        "any(each(data.tags), it == \"a\")",
        "any(data.tags, it == \"a\")",
        "any(each(data.tags), it != \"a\")",
        "any(each(data.tags), it.k == \"a\" && it.n > 2)",
        "any(each(data.tags), any(each(it.k), any(each(it.m), it == \"a\" || it > 3)))",
        "!any(each(data.tags), starts_with(it, \"a\"))",
        "any(each(data.tags), it == \"a\") && any(each(data.tags), it == \"b\")",
    ];
    let events = [
        (json!(null), "r5"),
        (json!("a"), "r0"),
        (json!(["a"]), "r0 r1"),
        (json!(["b", "a", "a"]), "r0 r1 r2 r6"),
        (json!([["a"]]), "r2 r5"),
        (json!([]), "r5"),
        (json!([null]), "r2 r5"),
        (json!({"k": "a", "n": 3}), "r2 r3 r5"),
        (json!([{"k": "a", "n": 1}, {"k": "b", "n": 3}]), "r2 r5"),
        (json!([{"k": [{"m": [1, 4]}]}, {"k": {"m": "x"}}]), "r2 r4 r5"),
        (json!({"k": {"m": "a"}}), "r2 r4 r5"),
    ];
    let (values, wanted): (Vec<Json>, Vec<&str>) = events.into_iter().unzip();
    let events: Vec<Json> = values.into_iter().map(|tags| data(json!({ "tags": tags }))).collect();
    assert_eq!(matching(&rules(&conditions.map(String::from)), &events), wanted);
}

/// Where `each` is written, no type is required, neither of the value nor of its elements.
#[test]
fn each_requires_no_type() {
    let rules = load(&rules(&["any(each(data.tags), it > 3)".into(), "any(data.tags, it > 3)".into()]));
    let mut session = Router::new(&rules).session();
    let mut errors = |tags: Json| {
        let decision = session.route(data(json!({ "tags": tags })).to_string().as_bytes(), 1);
        decision.errors.iter().map(|error| (error.path.clone(), error.count)).collect::<Vec<_>>()
    };
    assert_eq!(errors(json!(4)), [("data.tags".into(), 1)]);
    assert_eq!(errors(json!([4, "x"])), [("data.tags[]".into(), 1)]);
    assert_eq!(errors(json!([4])), []);
}

/// One level more of `any(each(…), …)` adds as much as the level before.
#[test]
fn nesting_does_not_multiply() {
    let size = |levels: usize| {
        let inner = String::from("it == \"a\" || it == \"b\"");
        let when = (0..levels).fold(inner, |inner, level| format!("any(each(it.k{level}), {inner})"));
        let graph = compile(&load(&rules(&[format!("any(each(data.x), {when})")])));
        (graph.conditions.len() + graph.indexes.postings(), format!("{graph:?}").len())
    };
    let (one, two, nine) = (size(1), size(2), size(9));
    assert_eq!((one.0, two.0), (nine.0, nine.0));
    assert!(nine.1 - one.1 <= 9 * (two.1 - one.1), "{one:?} {two:?} {nine:?}");
}

/// A long list hits a test again and again; a rule is considered once.
#[test]
fn long_lists_with_the_same_element() {
    let conditions: Vec<String> = (0..50).map(|n| format!("any(each(data.tags), it == \"a\" || it == {n})")).collect();
    let wanted: Vec<String> = (0..50).map(|n| format!("r{n}")).collect();
    let tags = |count: usize| data(json!({ "tags": vec!["a"; count] }));
    assert_eq!(matching(&rules(&conditions), &[tags(1), tags(16), tags(17), tags(5000)]), vec![wanted.join(" "); 4]);
}
