//! Schemas, inline and in files, and what they say of types.

use super::{check, load_strings, right, right_files, shown};
use serde_json::json;

#[test]
fn inline() {
    let rules =
        right("schemas: {s: {topic: a, schema: {type: object, required: [x]}, target: event, on_invalid: flag}}");
    let schema = &rules.schemas[0];
    assert!(!schema.rejects);
    assert_eq!(schema.validator.validate(&json!({})).len(), 1);
    check("schemas: {s: {topic: a}}", &["E012 {topic: a}"]);
    check("schemas: {s: {schema: {type: strnig}}}", &["E064 strnig"]);
    check("schemas: {s: {schema: 5}}", &["E064 5"]);
    check("schemas: {s: {schema: {}, target: body}}", &["E014 body"]);
    check("schemas: {s: {schema: {$ref: 'http://example.com/x'}}}", &["E064 'http://example.com/x'"]);
}

#[test]
fn in_files() {
    let with = |path: &str, text: &str| {
        let rules = format!("schemas: {{s: {{file: {path}}}}}");
        shown(&load_strings("t", [("a/r.yaml", rules.as_str()), (path.trim_start_matches("../"), text)]))
    };
    assert!(with("../s/x.json", "{}").is_empty());
    assert!(with("../s/y.yaml", "type: object").is_empty());
    assert_eq!(with("../s/x.json", "{\"type\": \"strnig\"}"), ["E064 \"strnig\" + ../s/x.json"]);
    assert_eq!(with("../s/x.json", "{\"type\": }"), ["E064 } + ../s/x.json"]);
    assert_eq!(with("../s/y.yaml", "{type: strnig}"), ["E064 strnig + ../s/y.yaml"]);
    assert_eq!(with("s/z.json", ""), ["E063 s/z.json"]);
}

#[test]
fn references() {
    let rules = "schemas: {s: {file: s/x.json}}";
    let with =
        |x: &str| load_strings("t", [("r.yaml", rules), ("s/x.json", x), ("s/y.json", "{\"type\": \"string\"}")]);
    for address in ["", "\"$id\": \"https://example.com/s/x.json\", "] {
        let loaded = with(&format!("{{{address}\"properties\": {{\"a\": {{\"$ref\": \"y.json\"}}}}}}"));
        assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
        let schema = &loaded.rule_set.unwrap().schemas[0];
        assert_eq!(schema.validator.validate(&json!({"a": 1}))[0].path, "/a");
        assert!(loaded.files.iter().any(|file| file.path == "s/y.json"));
    }
    assert_eq!(with("{\"$ref\": \"z.json\"}").diagnostics[0].code.as_str(), "E064");
}

#[test]
fn types_where_a_schema_vouches() {
    let rules = |schema: &str, rule: &str| {
        format!(
            "schemas: {{s: {{{schema}, schema: {{type: object, properties: {{a: {{type: string}}}}}}}}}}
rules: [{{name: r, subscribers: x, {rule}, when: data.a > 5}}]"
        )
    };
    assert_eq!(shown(&super::load_one(&rules("topic: 'o.#'", "topic: o.x"))).len(), 1);
    // The topics of a group around a rule count like its own.
    let alone = rules("topic: 'o.#'", "enabled: true");
    right(&alone);
    let grouped = alone.replace("rules: [", "rules: [{group: g, topic: o.x, rules: [") + "}]";
    assert_eq!(shown(&super::load_one(&grouped)).len(), 1);
    right(&rules("topic: 'o.#'", "topic: [o.x, p]"));
    right(&rules("topic: 'o.#', on_invalid: flag", "topic: o.x"));
    right(&rules("topic: 'o.#', when: data.b", "topic: o.x"));
    right(&rules("topic: 'o.#', target: event", "topic: o.x"));
}

#[test]
fn yaml_schemas_are_no_rule_files() {
    right_files([("r.yaml", "schemas: {s: {file: s.yaml}}"), ("s.yaml", "type: object")]);
}
