//! The number of times that schemas are applied while a value is validated.
//!
//! A schema that refers to another one several times (`anyOf` of two references to the schema itself, a chain of `allOf`)
//! is applied a number of times that doubles with each level. The number is computed before validation. Each pair of a schema
//! and a part of the value is counted once, so counting takes time at most proportional to their product.

use super::references::References;
use crate::event::Json;
use std::collections::HashMap;

/// The limit for applications of schemas to one value. If it is exceeded, the value is not validated.
pub(super) const MOST: u64 = 1_000_000;

/// The limit for applications up to which all faults are listed. If it is exceeded, there is one fault for the whole value.
pub(super) const MOST_WITH_FAULTS: u64 = 10_000;

/// The limit for the depth of the recursion: each level of a value, reference and combination takes one.
const DEEPEST: u32 = 500;

/// Keywords with one schema that is applied to the value itself.
const SAME: [&str; 4] = ["not", "if", "then", "else"];
/// Keywords with a list of schemas that are applied to the value itself.
const SAME_EACH: [&str; 3] = ["allOf", "anyOf", "oneOf"];
/// Keywords with named schemas that are applied to the value itself.
const SAME_NAMED: [&str; 2] = ["dependentSchemas", "dependencies"];
/// Keywords with a schema, or a list of them, that are applied to the elements or members.
const CHILDREN: [&str; 7] = [
    "items",
    "prefixItems",
    "additionalItems",
    "contains",
    "additionalProperties",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// The number of times that the schema and the schemas in it are applied to `value` and its parts; at most a little more than [`MOST`].
pub(super) fn applications(references: &References, value: &Json) -> u64 {
    let mut count = Count { references, known: HashMap::new(), depth: 0 };
    references.documents().next().map_or(0, |schema| count.of(schema, value))
}

struct Count<'s> {
    references: &'s References,
    /// By the addresses in memory of the schema and of the value. (0 while it is being counted: a schema that leads to itself without
    /// going into the value is an error of the schema.)
    known: HashMap<(*const Json, *const Json), u64>,
    depth: u32,
}

impl<'s> Count<'s> {
    fn of(&mut self, schema: &'s Json, value: &Json) -> u64 {
        let Json::Object(keywords) = schema else { return 1 };
        if self.depth >= DEEPEST || self.known.len() as u64 > MOST {
            return MOST + 1;
        }
        let place: (*const Json, *const Json) = (schema, value);
        if let Some(known) = self.known.get(&place) {
            return *known;
        }
        self.known.insert(place, 0);
        self.depth += 1;
        let count = self.within(schema, keywords, value).min(MOST + 1);
        self.depth -= 1;
        self.known.insert(place, count);
        count
    }

    fn within(&mut self, schema: &'s Json, keywords: &'s serde_json::Map<String, Json>, value: &Json) -> u64 {
        let mut count = 1u64;
        let mut add = |more: u64| count = count.saturating_add(more);
        // A dynamic reference leads to one of its targets.
        let references = self.references;
        add(references.targets(schema).map(|target| self.of(target, value)).max().unwrap_or_default());
        for same in SAME.iter().filter_map(|keyword| keywords.get(*keyword)) {
            add(self.of(same, value));
        }
        for each in SAME_EACH.iter().filter_map(|keyword| keywords.get(*keyword)?.as_array()).flatten() {
            add(self.of(each, value));
        }
        for named in SAME_NAMED.iter().filter_map(|keyword| keywords.get(*keyword)?.as_object()) {
            named.values().for_each(|schema| add(self.of(schema, value)));
        }
        let children: Vec<&Json> = match value {
            Json::Array(items) => items.iter().collect(),
            Json::Object(members) => members.values().collect(),
            _ => return count,
        };
        if let (Some(properties), Json::Object(members)) = (keywords.get("properties").and_then(Json::as_object), value)
        {
            let both = members.iter().filter_map(|(key, member)| Some((properties.get(key)?, member)));
            both.for_each(|(schema, member)| add(self.of(schema, member)));
        }
        let patterns = keywords.get("patternProperties").and_then(Json::as_object);
        for schema in patterns.into_iter().flat_map(serde_json::Map::values) {
            children.iter().for_each(|child| add(self.of(schema, child)));
        }
        for schemas in CHILDREN.iter().filter_map(|keyword| keywords.get(*keyword)) {
            let schemas = schemas.as_array().map_or(std::slice::from_ref(schemas), Vec::as_slice);
            for schema in schemas {
                children.iter().for_each(|child| add(self.of(schema, child)));
            }
        }
        count
    }
}
