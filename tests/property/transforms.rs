//! Random transforms, for `ingest` and for subscribers, as YAML.

use crate::conditions::{condition, value};
use proptest::collection::{btree_map, vec};
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value as Json, json};

/// Transforms use only later ones, so that there are no cycles.
const NAMES: [&str; 4] = ["t0", "t1", "t2", "t3"];

const PATHS: [&str; 22] = [
    "data",
    "data.amount",
    "data.amount",
    "data.city",
    "data.city",
    "data.tier",
    "data.copy",
    "data.user.name",
    "data.items",
    "data.items[0].price",
    "data.items[1]",
    "data[\"odd key\"]",
    "data.flag",
    "payload",
    "payload.city",
    "headers",
    "headers.tier",
    "extra",
    "event_type",
    "event_id",
    "timestamp",
    "specversion",
];

fn path() -> BoxedStrategy<String> {
    select(&PATHS[..]).prop_map(str::to_owned).boxed()
}

/// Paths in an element.
fn element_path() -> BoxedStrategy<String> {
    select(&["it.price", "it.sku", "it.total", "it.subs", "it.subs[0]", "it.new.x"][..]).prop_map(str::to_owned).boxed()
}

fn source(expression: BoxedStrategy<String>) -> BoxedStrategy<Json> {
    let literal = select(vec![json!("order.created"), json!(5), json!(null), json!({"a": [1]}), json!(true)]);
    let case = (condition(), expression.clone()).prop_map(|(when, expr)| json!({"when": when, "expr": expr}));
    prop_oneof![
        4 => expression.clone().prop_map(Json::from),
        2 => literal.prop_map(|value| json!({ "value": value })),
        1 => expression.clone().prop_map(|expr| json!({"template": format!("<${{{expr}}}> ₹")})),
        1 => (case, expression).prop_map(|(case, last)| json!([case, last])),
    ]
    .boxed()
}

fn element_value() -> BoxedStrategy<String> {
    let own = select(
        &["it.price * 2", "it.sku", "lower(it.sku)", "any(it.subs, it > 1)", "it", "data.amount + it.price", "[it]"][..],
    );
    prop_oneof![3 => own.prop_map(str::to_owned), 1 => value()].boxed()
}

fn entries(targets: BoxedStrategy<String>, sources: BoxedStrategy<Json>) -> BoxedStrategy<Json> {
    btree_map(targets, sources, 1..3).prop_map(|entries| json!(entries)).boxed()
}

fn paths(path: BoxedStrategy<String>) -> BoxedStrategy<Json> {
    let many = vec(path.clone(), 1..3).prop_map(|paths| json!(paths));
    prop_oneof![2 => path.prop_map(Json::from), 1 => many].boxed()
}

/// Steps that are allowed everywhere.
fn plain_step(path: BoxedStrategy<String>, expression: BoxedStrategy<String>) -> BoxedStrategy<(&'static str, Json)> {
    let sources = source(expression);
    let step = |word: &'static str, json: BoxedStrategy<Json>| json.prop_map(move |json| (word, json)).boxed();
    let lookup = (select(&["data.user.name", "\"asha\"", "data.city"][..]), weighted(0.5, Just("c_")));
    let lookup = (lookup, path.clone()).prop_map(|((key, prefix), into)| {
        let mut step = json!({"table": "cust", "key": key, "into": into});
        if let (Some(prefix), Some(step)) = (prefix, step.as_object_mut()) {
            step.insert("prefix".into(), json!(prefix));
        }
        step
    });
    prop_oneof![
        3 => step("set", entries(path.clone(), sources.clone())),
        2 => step("default", entries(path.clone(), sources.clone())),
        2 => step("copy", entries(path.clone(), paths(path.clone()))),
        2 => step("move", entries(path.clone(), paths(path.clone()))),
        2 => step("remove", paths(path.clone())),
        1 => step("lookup", lookup.boxed()),
    ]
    .boxed()
}

fn with_when(step: BoxedStrategy<Map<String, Json>>) -> BoxedStrategy<Json> {
    (step, weighted(0.3, condition()))
        .prop_map(|(mut step, when)| {
            step.extend(when.map(|when| ("when".to_owned(), json!(when))));
            Json::Object(step)
        })
        .boxed()
}

fn one((word, value): (&str, Json)) -> Map<String, Json> {
    Map::from_iter([(word.to_owned(), value)])
}

fn step(at: usize) -> BoxedStrategy<Json> {
    let fields = select(&["id", "kind", "tax.amount", "data.city", "items", "event_type"][..]).prop_map(str::to_owned);
    let project = entries(fields.boxed(), source(value()));
    let keep = subsequence(vec!["data", "headers", "event_type", "event_id", "data.city", "timestamp"], 1..5);
    let inner = with_when(plain_step(element_path(), element_value()).prop_map(one).boxed());
    let each = (select(&["data.items", "data.tags", "extra", "data"][..]), vec(inner, 1..3));
    let each = each.prop_map(|(list, steps)| {
        Map::from_iter([("for_each".to_owned(), json!(list)), ("do".to_owned(), json!(steps))])
    });
    let plain = plain_step(path(), value()).prop_map(one);
    let later: Vec<&str> = NAMES.iter().skip(at + 1).copied().collect();
    let mut kinds = vec![
        (12, plain.boxed()),
        (2, each.boxed()),
        (1, project.prop_map(|fields| one(("project", fields))).boxed()),
        (1, keep.prop_map(|paths| one(("keep_only", json!(paths)))).boxed()),
    ];
    if !later.is_empty() {
        kinds.push((1, select(later).prop_map(|name| one(("use", json!(name)))).boxed()));
    }
    with_when(proptest::strategy::Union::new_weighted(kinds).boxed())
}

/// `transforms:` with its lines.
pub(crate) fn transforms() -> BoxedStrategy<String> {
    let all: Vec<BoxedStrategy<Vec<Json>>> = (0..NAMES.len()).map(|at| vec(step(at), 1..4).boxed()).collect();
    all.prop_map(|all| {
        let line = |(name, steps): (&&str, &Vec<Json>)| format!("  {name}: {}\n", json!(steps));
        NAMES.iter().zip(&all).map(line).collect()
    })
    .boxed()
}

/// A list of transforms; usually empty.
pub(crate) fn some_transforms(chance: f64) -> BoxedStrategy<Option<Json>> {
    weighted(chance, subsequence(NAMES.to_vec(), 1..3).prop_shuffle().prop_map(|names| json!(names))).boxed()
}
