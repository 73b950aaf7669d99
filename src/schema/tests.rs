use super::validation::DRAFTS;
use super::*;
use serde_json::json;

fn compile(schema: Json) -> Validator {
    Validator::compile(schema, None, NoResources).unwrap()
}

fn key(name: &str) -> Step {
    Step::Key(name.into())
}

#[test]
fn faults_have_pointers() {
    let schema = compile(json!({
        "type": "object",
        "required": ["id"],
        "properties": {"items": {"items": {"properties": {"price": {"type": "number", "minimum": 0}}}}},
    }));
    let faults = schema.validate(&json!({"items": [{"price": -1}, {"price": "x".repeat(500)}]}));
    let shown: Vec<String> = faults.iter().map(|fault| format!("{}: {}", fault.path, fault.message)).collect();
    assert_eq!(
        shown,
        [": `id` is missing", "/items/0/price: `-1` is less than 0", "/items/1/price: expected number, found string"]
    );
    assert!(schema.validate(&json!({"id": 1})).is_empty());
    let closed = compile(json!({"properties": {"x": {}}, "additionalProperties": false}));
    let faults = closed.validate(&json!({"a": 1, "b": 1, "c": 1, "d": 1, "e": 1, "f": 1, "g": 1}));
    assert_eq!(faults[0].message, "unknown `a`, `b`, `c`, `d`, `e` and 2 more");
}

#[test]
fn knows_five_drafts() {
    for (uri, _) in DRAFTS {
        for scheme in ["http", "https"] {
            compile(json!({"$schema": format!("{scheme}://{uri}#"), "type": "object"}));
        }
    }
    let error = Validator::compile(json!({"$schema": "http://json-schema.org/draft-03/schema#"}), None, NoResources);
    assert_eq!(error.unwrap_err().path, "/$schema");
}

#[test]
fn says_what_is_broken_and_where() {
    let broken = |schema| Validator::compile(schema, None, NoResources).unwrap_err();
    assert_eq!(broken(json!({"properties": {"a": {"type": "nmber"}}})).path, "/properties/a/type");
    assert_eq!(broken(json!([])).message, "a schema is an object (or `true` or `false`)");
    let fetched = broken(json!({"$ref": "https://example.com/x.json"}));
    assert_eq!(fetched.message, "`https://example.com/x.json` is not available");
    assert!(!broken(json!({"$ref": "#/$defs/none"})).message.is_empty());
    let below = json!({"properties": {"a/b~c": {"$ref": "#/$defs/none"}}});
    assert_eq!(broken(below).path, "/properties/a~1b~0c/$ref");
    for (address, escaped) in [
        ("#/$defs/Foo<Bar>", "%3C"),
        ("#/$defs/a b", "%20"),
        ("#/$defs/List[x]", "%5B"),
        ("#/$defs/₹", "%E2%82%B9"),
        ("#/$defs/5%", "%25"),
    ] {
        let error = broken(json!({"properties": {"a": {"$ref": address}}}));
        assert_eq!(error.path, "/properties/a/$ref", "{address}");
        assert!(error.message.contains(&format!("write `{escaped}`")), "{}", error.message);
    }
    let escaped = compile(json!({"$ref": "#/$defs/Foo%3CBar%3E", "$defs": {"Foo<Bar>": {"type": "number"}}}));
    assert_eq!(escaped.validate(&json!("x")).len(), 1);
    assert!(!broken(json!({"pattern": "(a{1000}){1000}"})).message.is_empty());
}

#[test]
fn survives_recursion() {
    let schema = compile(json!({"properties": {"next": {"$ref": "#"}}, "type": "object"}));
    let mut value = json!({});
    for _ in 0..1000 {
        value = json!({"next": value});
    }
    assert!(schema.validate(&value).is_empty());
    if let Ok(endless) = Validator::compile(json!({"$ref": "#"}), None, NoResources) {
        endless.validate(&json!(1));
    }
    if let Ok(endless) = Validator::compile(json!({"allOf": [{"$ref": "#"}]}), None, NoResources) {
        endless.validate(&json!(1));
        assert_eq!(endless.type_at(&[]), Type::ANY);
    }
}

#[test]
fn knows_types() {
    let schema = compile(json!({
        "type": "object",
        "required": ["amount", "user"],
        "properties": {
            "amount": {"type": "integer"},
            "note": {"type": "string"},
            "user": {"$ref": "#/$defs/user"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "kind": {"enum": ["a", 1]},
            "either": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        },
        "$defs": {"user": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}},
    }));
    assert_eq!(schema.type_at(&[]), Type::OBJECT);
    assert_eq!(schema.type_at(&[key("amount")]), Type::NUMBER);
    assert_eq!(schema.type_at(&[key("note")]), Type::STRING.union(Type::NULL));
    assert_eq!(schema.type_at(&[key("user"), key("name")]), Type::STRING);
    assert_eq!(schema.type_at(&[key("tags"), Step::Index(0)]), Type::STRING.union(Type::NULL));
    assert_eq!(schema.type_at(&[key("kind")]), Type::STRING.union(Type::NUMBER).union(Type::NULL));
    assert_eq!(schema.type_at(&[key("either")]), Type::STRING.union(Type::NULL));
    assert_eq!(schema.type_at(&[key("other")]), Type::ANY);
    // Next to `prefixItems`, `items` applies to the elements after them.
    let pair = compile(json!({"type": "array", "prefixItems": [{"type": "string"}], "items": {"type": "number"}}));
    assert!(pair.type_at(&[Step::Index(0)]).intersects(Type::STRING));
    // Without `type: object` the value may be another type, and the path is then null.
    let open = compile(json!({"properties": {"a": {"type": "number"}}, "required": ["a"]}));
    assert_eq!(open.type_at(&[key("a")]), Type::NUMBER.union(Type::NULL));
}

#[test]
fn branching_schemas_are_bounded() {
    let node = json!({"$defs": {"node": {"anyOf": [
        {"type": "object", "properties": {"a": {"$ref": "#/$defs/node"}}},
        {"type": "object", "properties": {"a": {"$ref": "#/$defs/node"}}},
        {"type": "integer"},
    ]}}, "$ref": "#/$defs/node"});
    let nested = |depth: usize, leaf: Json| (0..depth).fold(leaf, |inner, _| json!({"a": inner}));
    let messages = |schema: &Json, value: &Json| -> Vec<String> {
        let validator = Validator::compile(schema.clone(), None, NoResources).unwrap();
        validator.validate(value).into_iter().map(|fault| fault.message).collect()
    };
    assert_eq!(messages(&node, &nested(3, json!(1))), Vec::<String>::new());
    assert_eq!(messages(&node, &nested(3, json!("x"))), ["the object fits none of `anyOf`"]);
    let one = messages(&node, &nested(12, json!("x")));
    assert!(one.len() == 1 && one[0].starts_with("does not match the schema"), "{one:?}");
    for depth in [18, 30, 100, 900] {
        let one = messages(&node, &nested(depth, json!("x")));
        assert!(one.len() == 1 && one[0].starts_with("not validated"), "{depth}: {one:?}");
    }
    // Any keyword may apply the schema again.
    for keyword in [
        json!({"patternProperties": {"^a": {"$ref": "#"}}}),
        json!({"dependentSchemas": {"a": {"properties": {"a": {"$ref": "#"}}}}}),
    ] {
        let twice = json!({"anyOf": [keyword.clone(), keyword, {"type": "integer"}], "not": {"type": "string"}});
        let one = messages(&twice, &nested(20, json!("x")));
        assert!(one.len() == 1 && one[0].starts_with("not validated"), "{twice}: {one:?}");
    }
    let mut defs = serde_json::Map::new();
    for level in 0..30 {
        let next = format!("#/$defs/d{}", level + 1);
        defs.insert(format!("d{level}"), json!({"allOf": [{"$ref": next}, {"$ref": next}]}));
    }
    defs.insert("d30".into(), json!({"type": "object"}));
    let chain = json!({"$ref": "#/$defs/d0", "$defs": defs});
    assert!(messages(&chain, &json!({})).iter().all(|message| message.starts_with("not validated")));
    assert_eq!(messages(&chain, &json!({})).len(), 1);
}

/// A chain of references; each through `through`.
fn chain(length: usize, through: &dyn Fn(Json) -> Json) -> Result<Validator, SchemaError> {
    let mut definitions = serde_json::Map::new();
    for n in 0..length {
        definitions.insert(format!("d{n}"), through(json!({"$ref": format!("#/$defs/d{}", n + 1)})));
    }
    definitions.insert(format!("d{length}"), json!({"type": "number"}));
    Validator::compile(json!({"$ref": "#/$defs/d0", "$defs": definitions}), None, NoResources)
}

#[test]
fn bounds_references_that_lead_to_one_another() {
    type Through = fn(Json) -> Json;
    let cases: [(Through, usize); 4] = [
        (|next| next, 1),
        (|next| json!({"allOf": [next]}), 2),
        (|next| json!({"if": true, "then": next}), 2),
        (|next| json!({"dependentSchemas": {"a": next}}), 2),
    ];
    for (through, levels) in cases {
        assert!(chain(60 / levels, &through).is_ok());
        for length in [65, 10_000] {
            let error = chain(length, &through).unwrap_err();
            assert!(error.message.contains("more than 64 times"), "{}", error.message);
        }
    }
    // A step into the value begins a new chain.
    let deep = chain(1_000, &|next| json!({"properties": {"a": next}})).unwrap();
    assert!(deep.validate(&json!({"a": {"a": {}}})).is_empty());
    // Two references at each of 30 levels: 2^30 paths, and no more work than for one.
    chain(30, &|next| json!({"allOf": [next.clone(), next]})).unwrap();
}

#[test]
fn bounds_the_depth_of_values() {
    let tree = json!({"type": "object", "properties": {"a": {"$ref": "#/$defs/again"}}, "$defs": {"again": {"allOf": [{"$ref": "#"}]}}});
    let schema = compile(tree);
    let nested = |depth: usize| (0..depth).fold(json!({}), |value, _| json!({"a": value}));
    assert!(schema.validate(&nested(1_000)).is_empty());
    let faults = schema.validate(&nested(1_024));
    assert!(faults[0].message.contains("nested more than 1024 deep"), "{faults:?}");
}

/// Files by their names under `dadar:///`.
struct Files(Vec<(&'static str, Json)>);

impl Resources for Files {
    fn get(&self, uri: &str) -> Result<Json, String> {
        let found = self.0.iter().find(|(name, _)| uri == format!("dadar:///{name}"));
        found.map(|(_, schema)| schema.clone()).ok_or_else(|| format!("there is no `{uri}`"))
    }
}

fn compile_with(schema: Json, files: Vec<(&'static str, Json)>) -> Result<Validator, SchemaError> {
    Validator::compile(schema, Some("dadar:///main.json"), Files(files))
}

/// Schemas with two references to the schema of a member `a`.
fn two_ways(reference: &Json) -> Json {
    let way = json!({"type": "object", "properties": {"a": reference}});
    json!([way, way, {"type": "integer"}])
}

#[test]
fn branching_is_bounded_through_every_kind_of_reference() {
    let anchor =
        json!({"$ref": "#node", "$defs": {"n": {"$anchor": "node", "anyOf": two_ways(&json!({"$ref": "#node"}))}}});
    let old_anchor = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "allOf": [{"$ref": "#node"}],
        "definitions": {"n": {"$id": "#node", "anyOf": two_ways(&json!({"$ref": "#node"}))}},
    });
    let dynamic = json!({"$dynamicAnchor": "node", "anyOf": two_ways(&json!({"$dynamicRef": "#node"}))});
    let recursive = json!({
        "$schema": "https://json-schema.org/draft/2019-09/schema",
        "$recursiveAnchor": true,
        "anyOf": two_ways(&json!({"$recursiveRef": "#"})),
    });
    let by_id = json!({
        "$id": "dadar:///other/name.json",
        "anyOf": two_ways(&json!({"$ref": "name.json"})),
    });
    // Each reference is written once, but one target is also applied where it is written.
    let overlapping = json!({"anyOf": [
        {"type": "object", "properties": {"a": {"$ref": "#"}}},
        {"allOf": [{"$ref": "#/anyOf/0"}, {"type": "object"}]},
        {"type": "integer"},
    ]});
    let file = |name: &'static str, schema: Json| vec![(name, schema)];
    let in_file = json!({"anyOf": two_ways(&json!({"$ref": "tree.json"}))});
    let anchor_in_file = json!({"$defs": {"n": {"$anchor": "n", "anyOf": two_ways(&json!({"$ref": "#n"}))}}});
    let and_back = json!({"anyOf": two_ways(&json!({"$ref": "main.json"}))});
    let cases = [
        (anchor, vec![]),
        (old_anchor, vec![]),
        (dynamic, vec![]),
        (recursive, vec![]),
        (by_id, vec![]),
        (overlapping, vec![]),
        (json!({"$ref": "tree.json"}), file("tree.json", in_file)),
        (json!({"$ref": "tree.json#n"}), file("tree.json", anchor_in_file)),
        (json!({"allOf": [{"$ref": "back.json"}]}), file("back.json", and_back)),
    ];
    let nested = |depth: usize| (0..depth).fold(json!("x"), |inner, _| json!({"a": inner}));
    for (schema, files) in cases {
        let validator = compile_with(schema.clone(), files).unwrap_or_else(|error| panic!("{schema}: {error:?}"));
        assert!(validator.validate(&json!({"a": {"a": 1}})).is_empty(), "{schema}");
        let few = validator.validate(&nested(2));
        assert!(!few.is_empty() && !few[0].message.starts_with("not validated"), "{schema}: {few:?}");
        for depth in [25, 60] {
            let faults = validator.validate(&nested(depth));
            assert!(faults.len() == 1 && faults[0].message.starts_with("not validated"), "{schema}: {faults:?}");
        }
    }
}

#[test]
fn references_without_branches_are_not_counted() {
    let list = json!({
        "type": "object",
        "properties": {"next": {"$ref": "#"}, "item": {"$ref": "#/$defs/item"}, "other": {"$ref": "item.json"}},
        "$defs": {"item": {"type": "integer"}},
    });
    let validator = compile_with(list, vec![("item.json", json!({"type": "integer"}))]).unwrap();
    let long = (0..900).fold(json!({}), |next, item| json!({"next": next, "item": item, "other": item}));
    assert!(validator.validate(&long).is_empty());
}

#[test]
fn chains_of_anchors_and_files_are_bounded() {
    let chain = |length: usize| {
        let mut definitions = serde_json::Map::new();
        for n in 0..length {
            let link = json!({"$anchor": format!("a{n}"), "$ref": format!("#a{}", n + 1)});
            definitions.insert(format!("d{n}"), link);
        }
        definitions.insert("end".into(), json!({"$anchor": format!("a{length}"), "type": "number"}));
        json!({"$ref": "#a0", "$defs": definitions})
    };
    assert!(compile_with(chain(50), vec![]).unwrap().validate(&json!(1)).is_empty());
    assert!(compile_with(chain(10_000), vec![]).unwrap_err().message.contains("more than 64 times"));
    let through = json!({"$ref": "far.json"});
    assert!(compile_with(through.clone(), vec![("far.json", chain(50))]).is_ok());
    let error = compile_with(through, vec![("far.json", chain(10_000))]).unwrap_err();
    assert!(error.message.contains("more than 64 times"), "{error:?}");
    // Each is short enough alone; together they are too long.
    let first = json!({"allOf": [{"allOf": [{"allOf": [{"$ref": "far.json"}]}]}]});
    let wrap = |inner: Json| (0..40).fold(inner, |inner, _| json!({"allOf": [inner]}));
    let error = compile_with(wrap(first), vec![("far.json", chain(40))]).unwrap_err();
    assert!(error.message.contains("more than 64 times"), "{error:?}");
}

#[test]
fn formats_are_checked_unless_they_are_annotations() {
    let faults = |schema: &Json, formats: bool, value: Json| {
        let compiled = Validator::compile_with_formats(schema.clone(), None, NoResources, formats).unwrap();
        compiled.validate(&value).len()
    };
    let drafts = ["draft-04/schema#", "draft-06/schema#", "draft-07/schema#", "2019-09/schema", "2020-12/schema"];
    for draft in drafts {
        let scheme = if draft.starts_with("draft") { "http" } else { "https" };
        let date = json!({"$schema": format!("{scheme}://json-schema.org/draft/{draft}").replace("draft/draft", "draft"), "format": "date-time"});
        assert_eq!(faults(&date, true, json!("tomorrow")), 1, "{draft}");
        assert_eq!(faults(&date, true, json!("2026-01-10T12:00:00Z")), 0, "{draft}");
        assert_eq!(faults(&date, false, json!("tomorrow")), 0, "{draft}");
    }
    for (format, right, wrong) in
        [("idn-email", "अजय@डाटा.भारत", "@"), ("idn-hostname", "डाटा.भारत", "-a-.-"), ("email", "a@b.in", "a")]
    {
        let schema = json!({ "format": format });
        assert_eq!(faults(&schema, true, json!(right)), 0, "{format}");
        assert_eq!(faults(&schema, true, json!(wrong)), 1, "{format}");
        assert_eq!(faults(&schema, false, json!(wrong)), 0, "{format}");
    }
}
