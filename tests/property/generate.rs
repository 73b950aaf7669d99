//! Random rule sets, as YAML. Every piece is one line of flow style, so that a failing one is easy to read and to shrink.

use crate::conditions::{condition, value};
use crate::transforms::{some_transforms, transforms};
use proptest::collection::{btree_map, vec};
use proptest::option::{self, weighted};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

const SUBSCRIBERS: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];
const PATTERNS: [&str; 17] = [
    "order",
    "order.created",
    "order.*",
    "order.#",
    "#",
    "*.created",
    "#.created",
    "payment",
    "payment.completed",
    "payment.*.failed",
    "payment.#.failed",
    "a.*.c",
    "order.created.late",
    "*",
    // With equal first and last bytes.
    "aaaaaaaaaa",
    "aaaaaaaaaaaa",
    "payment.*.failed.late",
];

/// A member of `rules:`, still without a name.
#[derive(Clone, Debug)]
enum Member {
    Rule(Map<String, Json>),
    Group(Map<String, Json>, Vec<Member>),
}

fn object(json: Json) -> Map<String, Json> {
    match json {
        Json::Object(members) => members,
        _ => Map::new(),
    }
}

fn subscribers() -> BoxedStrategy<Json> {
    subsequence(SUBSCRIBERS.to_vec(), 1..3).prop_map(|names| json!(names)).boxed()
}

/// Subscribers of a rule or a row: names, and expressions that choose them. (Not all of these names are declared.)
fn destinations() -> BoxedStrategy<Json> {
    let expressions = [
        "headers.route",
        "data.tags",
        "data.city",
        "lookup(\"cust.tier\", data.user)",
        "lookup(\"cust.owner\", data.user)",
        "lookup(\"cust.score\", data.user)",
        "if(is_big, \"c\", [\"a\", \"nobody\"])",
        "split(\"a,b,d,h\", \",\")",
        "[\"e\", data.city, null, data.amount]",
        "lower(data.to)",
    ];
    let chosen = select(expressions.to_vec()).prop_map(|text| json!({ "expr": text })).boxed();
    let mixed = (subsequence(SUBSCRIBERS.to_vec(), 0..2), vec(chosen.clone(), 1..3)).prop_map(|(names, chosen)| {
        let names = names.into_iter().map(Json::from);
        names.chain(chosen).collect::<Json>()
    });
    prop_oneof![6 => subscribers(), 1 => chosen, 1 => mixed].boxed()
}

fn patterns() -> BoxedStrategy<Json> {
    let one = select(&PATTERNS[..]).prop_map(|pattern| json!(pattern));
    let some = subsequence(PATTERNS.to_vec(), 1..3).prop_map(|patterns| json!(patterns));
    prop_oneof![3 => one, 1 => some].boxed()
}

/// A condition as text, or as a tree.
fn when() -> BoxedStrategy<Json> {
    let text = condition().prop_map(Json::from).boxed();
    let tree = text.clone().prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..4).prop_map(|parts| json!({ "all": parts })),
            vec(inner.clone(), 1..4).prop_map(|parts| json!({ "any": parts })),
            inner.prop_map(|part| json!({ "not": part })),
        ]
    });
    prop_oneof![3 => text, 1 => tree].boxed()
}

fn labels() -> BoxedStrategy<Json> {
    let literal = select(&["x", "y", "z"][..]).prop_map(Json::from);
    let computed = value().prop_map(|expr| json!({ "expr": expr }));
    btree_map(select(&["lane", "kind", "sla"][..]), prop_oneof![literal, computed], 1..3)
        .prop_map(|labels| json!(labels))
        .boxed()
}

fn active() -> BoxedStrategy<Json> {
    let windows = [
        json!({"from": "2026-01-01T00:00:00+05:30"}),
        json!({"until": "2026-01-10"}),
        json!({"from": "2026-01-10", "until": "2026-01-11"}),
        json!({"from": "2026-01-10T13:30:00Z"}),
    ];
    select(windows.to_vec()).boxed()
}

/// Writes a value, if there is one, under its key.
fn with(mut base: Map<String, Json>, parts: Vec<(&str, Option<Json>)>) -> Map<String, Json> {
    base.extend(parts.into_iter().filter_map(|(key, part)| part.map(|part| (key.to_owned(), part))));
    base
}

fn rule() -> BoxedStrategy<Member> {
    let first =
        (weighted(0.5, patterns()), weighted(0.9, when()), weighted(0.9, destinations()), weighted(0.3, -5_i64..5));
    let second = (
        weighted(0.15, subscribers()),
        weighted(0.06, Just(json!(true))),
        weighted(0.1, any::<bool>().prop_map(Json::from)),
        weighted(0.15, active()),
        weighted(0.3, labels()),
    );
    (first, second)
        .prop_map(|((topic, when, subscribers, priority), (exclude, stop, enabled, active, labels))| {
            // A rule without an effect is an error.
            let subscribers = subscribers.or_else(|| labels.is_none().then(|| json!(["a"])));
            let parts = vec![
                ("topic", topic),
                ("when", when),
                ("subscribers", subscribers),
                ("priority", priority.map(Json::from)),
                ("exclude", exclude),
                ("stop", stop),
                ("enabled", enabled),
                ("active", active),
                ("labels", labels),
            ];
            Member::Rule(with(Map::new(), parts))
        })
        .boxed()
}

fn member() -> BoxedStrategy<Member> {
    rule()
        .prop_recursive(3, 12, 4, |inner| {
            let group = (
                option::of(select(&["first", "all"][..]).prop_map(Json::from)),
                weighted(0.3, patterns()),
                weighted(0.4, when()),
                weighted(0.1, any::<bool>().prop_map(Json::from)),
                weighted(0.1, active()),
                weighted(0.2, (-5_i64..5).prop_map(Json::from)),
                vec(inner, 1..5),
            );
            group.prop_map(|(mode, topic, when, enabled, active, priority, members)| {
                let parts = vec![
                    ("mode", mode),
                    ("topic", topic),
                    ("when", when),
                    ("enabled", enabled),
                    ("active", active),
                    ("priority", priority),
                ];
                Member::Group(with(Map::new(), parts), members)
            })
        })
        .boxed()
}

/// Adds names, and removes priorities where a `first` group does not allow them.
fn finish(member: Member, in_first: bool, number: &mut usize) -> Json {
    *number += 1;
    let name = format!("n{number}");
    let strip = |mut map: Map<String, Json>| {
        if in_first {
            map.remove("priority");
        }
        map
    };
    match member {
        Member::Rule(map) => {
            Json::Object(with(object(json!({ "name": name })), vec![]).into_iter().chain(strip(map)).collect())
        }
        Member::Group(map, members) => {
            let in_first = in_first || map.get("mode") == Some(&json!("first"));
            let within: Vec<Json> = members.into_iter().map(|member| finish(member, in_first, number)).collect();
            let map = strip(map);
            let own = object(json!({ "group": name, "rules": within }));
            Json::Object(own.into_iter().chain(map).collect())
        }
    }
}

/// The target of a row.
fn target() -> BoxedStrategy<Json> {
    let with_labels =
        (destinations(), labels()).prop_map(|(who, labels)| json!({"subscribers": who, "labels": labels}));
    prop_oneof![2 => destinations(), 1 => with_labels].boxed()
}

/// A table with one key, as the lines below its name.
fn key_table() -> BoxedStrategy<String> {
    let expression =
        select(&["headers.tier", "data.city", "data.amount", "city", "headers.any", "lower(data.tier)"][..]);
    let cases = json!([{"when": "data.amount > 5", "expr": "data.tier"}, "headers.tier", {"value": "gold"}]);
    let key = prop_oneof![4 => expression.prop_map(Json::from), 1 => Just(cases)];
    let keys = ["gold", "mumbai", "pune", "5", "\"5\"", "true", "10.5", "\"\""];
    let rows = subsequence(keys.to_vec(), 1..5).prop_flat_map(|keys| {
        let targets = vec(target(), keys.len());
        targets.prop_map(move |targets| keys.iter().copied().zip(targets).collect::<Vec<_>>())
    });
    let default = weighted(0.4, select(vec![json!("gold"), json!(5), json!("nowhere")]));
    (key, default, rows, weighted(0.4, target()))
        .prop_map(|(key, default, rows, otherwise)| {
            let mut out = format!("    key: {key}\n");
            default.iter().for_each(|default| out += &format!("    default: {default}\n"));
            out += "    rows:\n";
            rows.iter().for_each(|(key, target)| out += &format!("      {key}: {target}\n"));
            otherwise.iter().for_each(|otherwise| out += &format!("    otherwise: {otherwise}\n"));
            out
        })
        .boxed()
}

fn decision_table() -> BoxedStrategy<String> {
    let text_cell = prop_oneof![
        select(vec![json!("gold"), json!("mumbai"), json!(["gold", "mumbai"]), json!({"glob": "*u*"})]),
        select(vec![
            json!({"ne": "gold"}),
            json!({"not_in": ["pune"]}),
            json!({"in": ["gold", 5]}),
            json!({"exists": true}),
            json!({"starts_with": "m"}),
            json!({"starts_with": ["g", "pu"], "ne": "gold"}),
            json!({"ends_with": ["i", "e"]}),
            json!({"matches": "^[mp]u"}),
            json!({"matches": ["^m.*i$", "[0-9]"]}),
            json!({"glob": ["*u*e", "AB-?2"]}),
            json!({"cidr": "10.0.0.0/8"}),
            json!({"cidr": ["10.0.0.0/8", "::1"]}),
            json!({"between": ["a", "n"]}),
        ]),
    ];
    let number_cell = select(vec![
        json!(5),
        json!({"gt": 5}),
        json!({"gte": 1, "lt": 1000}),
        json!({"lte": 10.5}),
        json!({"between": [1, 10.5]}),
        json!({"between": [5, 5], "ne": 5}),
        json!({"eq": 10}),
        json!({"exists": false}),
    ]);
    let cells = (weighted(0.5, text_cell.clone()), weighted(0.4, text_cell), weighted(0.5, number_cell))
        .prop_map(|(tier, city, total)| with(Map::new(), vec![("tier", tier), ("city", city), ("total", total)]));
    let row = (weighted(0.8, cells), destinations(), weighted(0.3, labels())).prop_map(|(when, who, labels)| {
        let when = when.filter(|cells| !cells.is_empty()).map(Json::Object);
        Json::Object(with(Map::new(), vec![("when", when), ("subscribers", Some(who)), ("labels", labels)]))
    });
    let mode = option::of(select(&["first", "all"][..]));
    (mode, vec(row, 1..5), weighted(0.3, target()))
        .prop_map(|(mode, rows, otherwise)| {
            let mut out = "    inputs: {tier: headers.tier, city: city, total: data.amount}\n".to_owned();
            mode.iter().for_each(|mode| out += &format!("    mode: {mode}\n"));
            out += "    rows:\n";
            rows.iter().for_each(|row| out += &format!("      - {row}\n"));
            otherwise.iter().for_each(|otherwise| out += &format!("    otherwise: {otherwise}\n"));
            out
        })
        .boxed()
}

/// The topic tree: dotted patterns, or those below `order` nested. The value of a setting follows from its key and the
/// number of literal segments, so that ties never differ.
fn topics() -> BoxedStrategy<String> {
    let node =
        (weighted(0.8, subscribers()), subsequence(vec!["priority", "retention", "partitions"], 0..3), any::<bool>());
    (btree_map(select(&PATTERNS[..]), node, 0..6), any::<bool>())
        .prop_map(|(nodes, nest)| {
            let mut top: BTreeMap<String, Json> = BTreeMap::new();
            for (pattern, (who, settings, short)) in nodes {
                let literals = pattern.split('.').filter(|segment| !matches!(*segment, "*" | "#")).count();
                let settings: Map<String, Json> =
                    settings.iter().map(|key| ((*key).to_owned(), json!(format!("{key}-{literals}")))).collect();
                let node = match (short && settings.is_empty(), who) {
                    (true, Some(who)) => who,
                    (_, who) => {
                        let settings = (!settings.is_empty()).then_some(Json::Object(settings));
                        Json::Object(with(Map::new(), vec![("subscribers", who), ("settings", settings)]))
                    }
                };
                if node == json!({}) {
                    continue;
                }
                match pattern.strip_prefix("order.").filter(|_| nest) {
                    Some(below) => {
                        let parent = top.entry("order".into()).or_insert_with(|| json!({}));
                        if parent.is_array() {
                            *parent = json!({ "subscribers": parent });
                        }
                        parent["topics"][below] = node;
                    }
                    None => {
                        top.insert(pattern.to_owned(), node);
                    }
                }
            }
            top.iter().map(|(pattern, node)| format!("  {}: {node}\n", json!(pattern))).collect()
        })
        .boxed()
}

fn schema() -> BoxedStrategy<Json> {
    let data = json!({
        "type": "object",
        "properties": {"amount": {"type": "number", "minimum": 0}, "city": {"type": "string"}},
        "required": ["city"],
    });
    let headers = json!({"type": "object", "required": ["tier"]});
    let event = json!({"type": "object", "properties": {"data": {"type": "object"}}, "minProperties": 2});
    let shapes = vec![("data", data), ("headers", headers), ("event", event)];
    let on_invalid = option::of(select(&["reject", "flag"][..]).prop_map(Json::from));
    (select(shapes), weighted(0.8, patterns()), weighted(0.5, when()), on_invalid)
        .prop_map(|((target, schema), topic, when, on_invalid)| {
            let base = object(json!({"schema": schema, "target": target}));
            Json::Object(with(base, vec![("topic", topic), ("when", when), ("on_invalid", on_invalid)]))
        })
        .boxed()
}

fn envelope() -> BoxedStrategy<String> {
    let custom = "  envelope:\n    id: event.event_id ?? event.ref\n    topic: 'event.event_type ?? event.name'\n    \
                  time: event.at ?? event.timestamp\n    headers: event.meta ?? event.headers\n    \
                  data: event.payload ?? event.data\n";
    let timed = "  envelope: {time: 'coalesce(event.at, event.timestamp, now)', id: event.event_id, \
                 topic: 'if(exists(now), event.event_type, event.event_type)'}\n";
    // The time is computed without a clock, and `now` is that time afterwards.
    let asks = "  envelope: {time: 'if(exists(now), event.at, event.timestamp)', id: event.event_id, \
                topic: event.event_type}\n";
    let raw = "  envelope: {data: event, topic: 'lower(event.event_type)'}\n";
    prop_oneof![
        4 => Just(String::new()),
        1 => Just("  envelope: plain\n".to_owned()),
        1 => Just("  envelope: cloudevents\n".to_owned()),
        1 => Just("  envelope: auto\n".to_owned()),
        1 => Just(custom.to_owned()),
        1 => Just(raw.to_owned()),
        1 => Just(timed.to_owned()),
        1 => Just(asks.to_owned()),
    ]
    .boxed()
}

fn head() -> BoxedStrategy<String> {
    let zone = option::of(select(&["Asia/Kolkata", "UTC", "America/New_York"][..]));
    let list = || weighted(0.3, subsequence(vec!["a", "audit", "catch", "dead"], 1..3));
    (zone, envelope(), list(), list(), list(), list())
        .prop_map(|(zone, envelope, always, unrouted, dropped, rejected)| {
            let mut out = "ruleset:\n  name: random\n".to_owned();
            zone.iter().for_each(|zone| out += &format!("  timezone: {zone}\n"));
            out += &envelope;
            let lists = [("always", always), ("unrouted", unrouted), ("dropped", dropped), ("rejected", rejected)];
            if lists.iter().any(|(_, names)| names.is_some()) {
                out += "  defaults:\n";
            }
            for (list, names) in lists {
                names.iter().for_each(|names| out += &format!("    {list}: {}\n", json!(names)));
            }
            out
        })
        .boxed()
}

/// The definitions that the conditions refer to.
const COMMON: &str = r#"define:
  city: lower(data.city ?? "")
  region:
    - headers.region
    - {when: 'starts_with(data.city, "m")', value: mumbai}
    - {when: data.amount > 10, expr: data.to}
    - {value: pune}
  is_big: data.amount > 1000
  tags: each(data.tags ?? data.city)
  shape: [{value: {name: asha}}]
  total: data.amount + data.limit
lookups:
  dist: {keys: [a, b], unordered: true, columns: [km], rows: [[mumbai, pune, 150], [pune, delhi, 5]]}
  cust: {keys: [id], columns: [tier, score, owner], rows: [[asha, gold, 10, b], [ravi, "", 5000, nobody]]}
"#;

/// `section:` with its lines; empty if there are none.
fn section(name: &str, lines: impl IntoIterator<Item = String>) -> String {
    let body: String = lines.into_iter().collect();
    if body.is_empty() { body } else { format!("{name}:\n{body}") }
}

fn numbered(kind: &str, items: Vec<Json>) -> Vec<String> {
    items.iter().enumerate().map(|(n, item)| format!("  {kind}{n}: {item}\n")).collect()
}

/// A whole rule set.
pub(crate) fn rule_set() -> BoxedStrategy<String> {
    let label_cases = vec((weighted(0.5, condition()), value()), 1..3).prop_map(|cases| {
        let case = |(when, expr): (Option<String>, String)| match when {
            Some(when) => json!({"when": when, "expr": expr}),
            None => json!({ "expr": expr }),
        };
        cases.into_iter().map(case).collect::<Json>()
    });
    let all_labels = btree_map(select(&["lane", "kind", "extra"][..]), label_cases, 0..3);
    let filter = (any::<bool>(), condition())
        .prop_map(|(drop, condition)| if drop { json!({ "drop": condition }) } else { json!({ "keep": condition }) });
    let tables = vec(prop_oneof![key_table(), decision_table()], 0..3);
    let declared = btree_map(select(&SUBSCRIBERS[..]), (weighted(0.7, condition()), some_transforms(0.5)), 0..4);
    let transformed = (weighted(0.7, transforms()), some_transforms(0.4));
    let first = (head(), topics(), vec(member(), 0..7), tables);
    let filters = weighted(0.2, vec(filter, 1..3)).prop_map(Option::unwrap_or_default);
    let second = (filters, vec(schema(), 0..2), declared, all_labels, transformed);
    (first, second)
        .prop_map(|((head, topics, members, tables), (filters, schemas, declared, labels, (transforms, ingest)))| {
            let mut number = 0;
            let rules: Vec<Json> = members.into_iter().map(|member| finish(member, false, &mut number)).collect();
            let named =
                |(n, filter): (usize, Json)| format!("  - {}\n", merged(json!({"name": format!("f{n}")}), filter));
            let has_transforms = transforms.is_some();
            let subscriber = |(name, (filter, transform)): (&str, (Option<String>, Option<Json>))| {
                let transform = transform.filter(|_| has_transforms);
                let parts = vec![("filter", filter.map(Json::from)), ("transform", transform)];
                format!("  {name}: {}\n", Json::Object(with(Map::new(), parts)))
            };
            let ingest = ingest.filter(|_| has_transforms).map(|names| format!("ingest: {names}\n"));
            let parts = [
                head,
                COMMON.to_owned(),
                section("labels", labels.iter().map(|(name, cases)| format!("  {name}: {cases}\n"))),
                section("topics", [topics]),
                section("rules", rules.iter().map(|rule| format!("  - {rule}\n"))),
                section("tables", tables.iter().enumerate().map(|(n, table)| format!("  t{n}:\n{table}"))),
                section("filters", filters.into_iter().enumerate().map(named)),
                section("schemas", numbered("s", schemas)),
                section("subscribers", declared.into_iter().map(subscriber)),
                section("transforms", transforms),
                ingest.unwrap_or_default(),
            ];
            parts.concat()
        })
        .boxed()
}

fn merged(base: Json, more: Json) -> Json {
    Json::Object(object(base).into_iter().chain(object(more)).collect())
}
