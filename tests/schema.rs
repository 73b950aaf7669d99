//! The JSON Schema of rule files and their decoder are both written by hand, so they must accept the same keys.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use dadar::diagnostic::FileId;
use dadar::unstable::rules::keys;
use dadar::unstable::yaml::{self, YamlLimits};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const SCHEMA: &str = include_str!("../schemas/rule-file.schema.json");

fn validator() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    jsonschema::meta::validate(&schema).expect("the schema is a JSON Schema");
    jsonschema::validator_for(&schema).unwrap()
}

/// The YAML as JSON; none if it is empty or not YAML.
fn json(text: &str) -> Option<Value> {
    let mut diagnostics = Vec::new();
    let node = yaml::parse(FileId(0), text, YamlLimits::default(), &mut diagnostics).root;
    node.filter(|_| diagnostics.is_empty()).map(|node| node.to_json())
}

#[track_caller]
fn valid(name: &str, text: &str) {
    let json = json(text).unwrap_or_else(|| panic!("{name} is no YAML:\n{text}"));
    let faults: Vec<String> =
        validator().iter_errors(&json).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(faults.is_empty(), "{name}: {faults:#?}");
}

#[track_caller]
fn invalid(text: &str) {
    let json = json(text).unwrap_or_else(|| panic!("no YAML: {text}"));
    assert!(!validator().is_valid(&json), "{text}");
}

/// Every file in a folder and its subfolders.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

#[test]
fn example_rules_are_valid() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for folder in ["rules", "src/cli/init"] {
        for path in files(&root.join(folder)) {
            let name = path.display().to_string();
            // Files in a folder `data` are used by lookups.
            let is_rules = name.ends_with(".yaml") && !name.ends_with(".test.yaml") && !name.contains("/data/");
            if is_rules {
                valid(&name, &fs::read_to_string(&path).unwrap());
                count += 1;
            }
        }
    }
    assert!(count > 4);
}

#[test]
fn the_language_reference_is_valid() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("docs/language.md")).unwrap();
    let mut blocks = 0;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim() == "```yaml" {
            let block: Vec<&str> = lines.by_ref().take_while(|line| line.trim() != "```").collect();
            valid("docs/language.md", &block.join("\n"));
            blocks += 1;
        }
    }
    assert!(blocks > 10, "{blocks}");
}

#[test]
fn every_key_of_the_decoder_occurs() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let mut known = BTreeSet::new();
    let mut left = vec![&schema];
    while let Some(value) = left.pop() {
        match value {
            Value::Object(members) => {
                if let Some(Value::Object(properties)) = members.get("properties") {
                    known.extend(properties.keys().cloned());
                }
                left.extend(members.values());
            }
            Value::Array(items) => left.extend(items),
            _ => {}
        }
    }
    for mapping in keys::ALL {
        for key in mapping.keys {
            assert!(known.contains(*key), "`{key}` of {} is not in the schema", mapping.of);
        }
    }
    let decoded: BTreeSet<&str> = keys::ALL.iter().flat_map(|mapping| mapping.keys.iter().copied()).collect();
    let more: Vec<&String> = known.iter().filter(|key| !decoded.contains(key.as_str())).collect();
    assert!(more.is_empty(), "the decoder does not know {more:?}");
}

#[test]
fn mistakes_are_found() {
    invalid("rulez: []");
    invalid("rules: [{name: x, whn: 'true'}]");
    invalid("rules: [{when: 'true'}]");
    invalid("rules: [{group: x, rules: [{name: z, stop: 'yes'}]}]");
    invalid("rules: [{group: x, mode: some, rules: []}]");
    invalid("tables: {t: {key: a, rows: []}}");
    invalid("tables: {t: {inputs: {a: b}, rows: [{when: {a: {gte: 1, than: 2}}}]}}");
    invalid("filters: [{name: x, keep: 'true', drop: 'true'}]");
    invalid("schemas: {s: {target: data}}");
    invalid("define: {a: [{when: 'true'}]}");
    invalid("ruleset: {envelope: plane}");
    invalid("overrides: {rules: {a: {name: b}}}");
    invalid("overrides: {rules: {a: {}}}");
    invalid("overrides: {rules: [{name: a, stop: true}]}");
    invalid("overrides: {tables: {t: {key: a, mode: all}}}");
    invalid("overrides: {filters: {f: {drop: a, keep: b}}}");
    invalid("overrides: {subscribers: {s: {filtre: a}}}");
    invalid("overrides: {groups: {g: {enabled: false}}}");
}
