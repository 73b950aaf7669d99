//! The JSON Schemas of test files and of the program's output are written by hand. They must accept all output of the program
//! and nothing else, and describe no key that it never writes.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/program.rs"]
mod program;

use dadar::diagnostic::FileId;
use dadar::unstable::yaml::{self, YamlLimits};
use program::{Place, TESTS};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A schema as `dadar schema --of` prints it.
struct Schema {
    of: &'static str,
    json: Value,
    validator: jsonschema::Validator,
    /// Keys whose value may be anything.
    open: &'static [&'static str],
    /// Keys whose value is an object with any members.
    open_objects: &'static [&'static str],
}

impl Schema {
    fn new(of: &'static str, open: &'static [&'static str], open_objects: &'static [&'static str]) -> Schema {
        let text = Place::new(&[]).call(&["schema", "--of", of], "").code(0).out;
        let json: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["$schema"], "https://json-schema.org/draft/2020-12/schema");
        jsonschema::meta::validate(&json).expect("it is a JSON Schema");
        let validator = jsonschema::validator_for(&json).unwrap();
        Schema { of, json, validator, open, open_objects }
    }

    #[track_caller]
    fn accepts(&self, instance: &Value) {
        let faults: Vec<String> =
            self.validator.iter_errors(instance).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(faults.is_empty(), "{}: {faults:#?}\n{instance}", self.of);
    }

    /// Every instance is accepted. For the first ones, every mutation is rejected: an extra key in each object, and a value of a
    /// wrong type in place of each value.
    #[track_caller]
    fn fits(&self, instances: &[Value], mutated: usize) {
        assert!(!instances.is_empty());
        instances.iter().for_each(|instance| self.accepts(instance));
        for instance in instances.iter().take(mutated) {
            for mutation in self.mutations(instance) {
                assert!(!self.validator.is_valid(&mutation), "{} accepts {mutation}", self.of);
            }
        }
    }

    fn mutations(&self, instance: &Value) -> Vec<Value> {
        let mut all = Vec::new();
        for pointer in self.places(instance, String::new()) {
            let is_open_object = self.open_objects.iter().any(|key| pointer.ends_with(&format!("/{key}")));
            let mut changed = instance.clone();
            let at = changed.pointer_mut(&pointer).unwrap();
            let wrong = if at.is_array() { json!({"x": 1}) } else { json!([[]]) };
            let original = std::mem::replace(at, wrong);
            all.push(changed.clone());
            if let (Value::Object(mut members), false) = (original, is_open_object) {
                members.insert(String::from("unexpected"), json!(1));
                *changed.pointer_mut(&pointer).unwrap() = Value::Object(members);
                all.push(changed);
            }
        }
        all
    }

    /// JSON Pointers to every value that the schema describes.
    fn places(&self, value: &Value, pointer: String) -> Vec<String> {
        let mut places = vec![pointer.clone()];
        match value {
            _ if self.open_objects.iter().any(|key| pointer.ends_with(&format!("/{key}"))) => {}
            Value::Object(members) => {
                for (key, member) in members.iter().filter(|(key, _)| !self.open.contains(&key.as_str())) {
                    places.extend(
                        self.places(member, format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))),
                    );
                }
            }
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    places.extend(self.places(item, format!("{pointer}/{at}")));
                }
            }
            _ => {}
        }
        places
    }

    /// Each key that the schema describes is in one of the instances.
    #[track_caller]
    fn describes_only(&self, instances: &[Value]) {
        let written: BTreeSet<&String> = instances.iter().flat_map(keys).collect();
        let properties = objects(&self.json).filter_map(|object| object.get("properties")?.as_object());
        let described: BTreeSet<&String> = properties.flat_map(|properties| properties.keys()).collect();
        let never: Vec<_> = described.difference(&written).collect();
        assert!(never.is_empty(), "{}: nothing has {never:?}", self.of);
    }
}

/// Every object within a value.
fn objects(value: &Value) -> Box<dyn Iterator<Item = &serde_json::Map<String, Value>> + '_> {
    match value {
        Value::Object(members) => Box::new(std::iter::once(members).chain(members.values().flat_map(objects))),
        Value::Array(items) => Box::new(items.iter().flat_map(objects)),
        _ => Box::new(std::iter::empty()),
    }
}

fn keys(value: &Value) -> impl Iterator<Item = &String> {
    objects(value).flat_map(|object| object.keys())
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folders in a folder of the project.
fn folders(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// A rule set that produces every field of decisions and explanations.
const EVERYTHING: &str = r##"
ruleset: {name: all, defaults: {always: [log], dropped: [bin], rejected: [inbox], unrouted: [nobody]}}
ingest: tidy
define:
  city: [{when: exists(data.town), expr: data.town}, {value: pune}]
  shout: upper(city)
labels: {zone: {value: {any: [thing]}}}
topics:
  order: {settings: {priority: high}, topics: {created: [stock]}}
lookups: {owners: {key: repo, rows: [{repo: api, team: core}]}}
rules:
  - {name: big, when: data.amount > 100 && shout == "PUNE", subscribers: [checks], labels: {size: {expr: data.amount}}}
  - {name: off, enabled: false, when: data.amount > 1, subscribers: [checks]}
  - {name: then, active: {from: 2020-01-01, until: 2020-02-01}, subscribers: [checks]}
  - {name: other, topic: payment.*, subscribers: [checks]}
  - {name: owner, subscribers: [{expr: 'lookup("owners.team", data.repo)'}]}
  - {name: last, priority: -1, stop: true, when: data.stop == true, exclude: [stock]}
  - {name: behind, priority: -2, when: data.amount > 1, subscribers: [checks]}
  - group: one
    mode: first
    when: any(data.items, it.price > 3)
    rules:
      - {name: first, when: 'lookup("owners.team", data.repo) == "core"', subscribers: [team]}
      - {name: second, subscribers: [team]}
tables:
  kind: {key: headers.kind, default: plain, rows: {plain: [post], fast: {subscribers: [air], labels: {lane: air}}}}
  lanes:
    inputs: {amount: data.amount}
    rows: [{when: {amount: {gt: 1000}}, subscribers: [vault]}]
    otherwise: [shelf]
filters: [{name: tests, drop: data.test == true}]
schemas: {order: {topic: order.created, schema: {properties: {bad: {type: string}}}}}
subscribers: {stock: {filter: '!(data.digital == true)', transform: shape}, core: {}}
transforms:
  tidy:
    - {set: {data.seen: {value: true}}}
    - for_each: data.items
      do: [{set: {it.total: it.price}}]
  shape:
    - {remove: data.seen}
    - {set: {data.double: data.amount * 2}}
    - {set: {data.a: data.b}, when: data.amount > 999}
"##;

const EVENTS: &str = r#"{"id":"1","type":"order.created","headers":{"kind":"fast"},"data":{"amount":500,"items":[{"price":5}],"repo":"api"}}
{"id":2,"type":"order.created","data":{"amount":"x","town":"Agra","items":7,"digital":true}}
{"id":null,"type":"order.created","data":{"stop":true,"amount":5,"town":null}}
{"id":true,"type":"order.created","data":{"test":true}}
{"id":"5","type":"order.created","data":{"bad":1}}
{"id":"6","type":"a.b","data":{}}
{"id":"7"}
{"specversion":"1.0","id":"8","type":"order.created","time":"2026-01-10T12:00:00Z","data":{"amount":1001}}
nonsense
"#;

/// The lines of a command on every example rule set, and on the one with everything.
fn lines(args: &[&str]) -> Vec<Value> {
    let everything = Place::new(&[("all.yaml", EVERYTHING), ("events.ndjson", EVENTS)]);
    let own = [&[args[0], "all.yaml", "-i", "events.ndjson"], &args[1..]].concat();
    let mut lines = everything.call(&own, "").code(3).decisions();
    for folder in folders("rules") {
        let (rules, events) = (folder.display().to_string(), folder.join("events.ndjson").display().to_string());
        let called = everything.call(&[&[args[0], &rules, "-i", &events], &args[1..]].concat(), "");
        assert!(matches!(called.code, Some(0 | 3)), "{called:?}");
        lines.extend(called.decisions());
    }
    lines
}

#[test]
fn decisions_and_deliveries() {
    let schema = Schema::new("decision", &[], &["labels", "settings", "chosen_by", "event"]);
    let mut all = lines(&["route"]);
    schema.fits(&all, 40);
    let deliveries = lines(&["route", "--deliveries"]);
    schema.fits(&deliveries, 40);
    let statuses: BTreeSet<&str> = all.iter().map(|line| line["status"].as_str().unwrap()).collect();
    assert_eq!(statuses.len(), 5, "{statuses:?}");
    all.extend(deliveries);
    schema.describes_only(&all);
    // Fields that belong to another status.
    let routed = all.iter().find(|line| line["status"] == "routed").unwrap();
    for (key, value) in
        [("line", json!(1)), ("dropped_by", json!("x")), ("subscribers", json!([])), ("status", json!("sent"))]
    {
        let mut wrong = routed.clone();
        wrong[key] = value;
        assert!(!schema.validator.is_valid(&wrong), "{wrong}");
    }
}

#[test]
fn explanations() {
    let schema = Schema::new("explain", &["value", "time", "key"], &["labels", "settings", "decision/chosen_by"]);
    // `labels` is a list everywhere but in a decision, so that list is looked into by hand.
    let all = lines(&["explain", "--format", "json", "--full"]);
    schema.fits(&all, 9);
    let short = lines(&["explain", "--format", "json"]);
    schema.fits(&short, 9);
    schema.describes_only(&[all.clone(), short.clone()].concat());
    for (full, short) in all.iter().zip(&short) {
        for (kind, left_out) in short["left_out"].as_object().unwrap() {
            let count = |trace: &Value, kind: &str| trace[kind].as_array().map_or(0, Vec::len);
            let rows = |trace: &Value| {
                let tables = trace["tables"].as_array().unwrap();
                tables.iter().map(|table| count(table, "rows")).sum::<usize>()
            };
            let (kept, every) =
                if kind == "rows" { (rows(short), rows(full)) } else { (count(short, kind), count(full, kind)) };
            assert_eq!(kept + left_out.as_u64().unwrap() as usize, every, "{kind} of {short}");
        }
        assert_eq!(short["decision"]["rules"], full["decision"]["rules"]);
    }
    let outcomes: BTreeSet<&str> = all
        .iter()
        .flat_map(|line| line["rules"].as_array().unwrap())
        .map(|rule| rule["outcome"]["result"].as_str().unwrap())
        .collect();
    let every = ["condition", "disabled", "inactive", "matched", "not_reached", "other_topic", "stopped", "struck"];
    assert_eq!(outcomes, every.into());
}

#[test]
fn diagnostics() {
    let schema = Schema::new("check", &[], &[]);
    let place = Place::small();
    let mut all = Vec::new();
    for folder in folders("tests/cases/check") {
        let called = place.call(&["check", &folder.display().to_string(), "--format", "json"], "");
        all.extend(called.decisions());
    }
    schema.fits(&all, 60);
    schema.describes_only(&all);
    assert!(all.len() > 100, "{}", all.len());
}

/// The YAML as JSON.
fn yaml_as_json(text: &str) -> Value {
    let node = yaml::parse(FileId(0), text, YamlLimits::default(), &mut Vec::new());
    node.root.unwrap_or_else(|| panic!("no YAML: {text}")).to_json()
}

#[test]
fn test_files() {
    let schema = Schema::new(
        "tests",
        &["event", "description"],
        &["labels", "settings", "chosen_by", "sent", "invalid", "errors"],
    );
    let mut all = vec![
        yaml_as_json(TESTS),
        yaml_as_json(include_str!("../src/cli/init/rules.test.yaml")),
        yaml_as_json(
            "tests:
              - name: everything
                description: x
                now: event
                event: '{'
                expect: {status: malformed, topic: null, id: 7, subscribers: x, rules: [a], labels: {a: 1}, settings: {},
                  filtered: {includes: [a], excludes: b}, chosen_by: {a: [b]}, dropped_by: null, invalid: [], errors: [data.a, {path: x}],
                  error: no, sent: {a: null}}
              - {name: files, events: a.ndjson, expected: b.ndjson}
              - {name: list, events: [{a: 1}], expect: {status: routed}}",
        ),
    ];
    for folder in folders("rules") {
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let tests = files.filter(|path| path.to_string_lossy().ends_with(".test.yaml"));
        all.extend(tests.map(|path| yaml_as_json(&fs::read_to_string(path).unwrap())));
    }
    schema.fits(&all[..1], 1);
    schema.fits(&all, 0);
    schema.describes_only(&all);
    // The program and the schema reject the same files.
    for wrong in [
        "tests: []",
        "test: []",
        "tests: [{event: {}, expect: {status: routed}}]",
        "tests: [{name: x, event: {}}]",
        "tests: [{name: x, expect: {status: routed}}]",
        "tests: [{name: x, event: {}, expect: {}}]",
        "tests: [{name: x, event: {}, expect: {status: sent}}]",
        "tests: [{name: x, event: {}, events: a.ndjson, expect: {status: routed}}]",
        "tests: [{name: x, event: {}, expected: a.ndjson}]",
        "tests: [{name: x, events: [], expect: {status: routed}}]",
        "tests: [{name: x, event: {}, expect: {subscribers: {}}}]",
        "tests: [{name: x, event: {}, expect: {subscribers: {inclues: [a]}}}]",
        "tests: [{name: x, event: {}, expect: {labels: [a]}}]",
        "tests: [{name: x, event: {}, expect: {errors: data.a}}]",
    ] {
        assert!(!schema.validator.is_valid(&yaml_as_json(wrong)), "{wrong}");
        let place = Place::new(&[("rules.yaml", program::RULES), ("x.test.yaml", wrong)]);
        place.call(&["check", "."], "").code(1);
    }
}

#[test]
fn schemas_of_unknown_things_are_refused() {
    let place = Place::new(&[]);
    place.call(&["schema", "--of", "decisions"], "").code(2).complains("'decision'");
    let rules: Value = serde_json::from_str(&place.call(&["schema"], "").code(0).out).unwrap();
    assert_eq!(rules["title"], "dadar rule file");
}
