//! Members of a schema that are probably misspelt keywords. JSON Schema ignores unknown members, so `requird` would require
//! nothing without a word.

use crate::diagnostic::nearest;
use crate::event::Json;

/// The keywords of the drafts 4 to 2020-12.
const KEYWORDS: &[&str] = &[
    "$anchor",
    "$comment",
    "$defs",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$recursiveAnchor",
    "$recursiveRef",
    "$ref",
    "$schema",
    "$vocabulary",
    "additionalItems",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "contains",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "default",
    "definitions",
    "dependencies",
    "dependentRequired",
    "dependentSchemas",
    "deprecated",
    "description",
    "else",
    "enum",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "id",
    "if",
    "items",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "oneOf",
    "pattern",
    "patternProperties",
    "prefixItems",
    "properties",
    "propertyNames",
    "readOnly",
    "required",
    "then",
    "title",
    "type",
    "unevaluatedItems",
    "unevaluatedProperties",
    "uniqueItems",
    "writeOnly",
];

/// Keywords whose value is a schema or a list of schemas.
const SCHEMAS: &[&str] = &[
    "additionalItems",
    "additionalProperties",
    "allOf",
    "anyOf",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "oneOf",
    "prefixItems",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// Keywords whose value is a mapping of names to schemas.
const NAMED_SCHEMAS: &[&str] =
    &["$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"];

/// The limit for misspelt keywords that are reported of one schema.
const MOST: usize = 20;

/// A member of a schema that is probably a misspelt keyword.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Misspelt {
    /// A JSON Pointer to its value.
    pub(crate) path: String,
    /// As it is written.
    pub(crate) found: String,
    /// The keyword.
    pub(crate) keyword: &'static str,
}

/// The members of a schema and of the schemas in it that are probably misspelt keywords. (Recurses no deeper than the schema,
/// whose depth is limited when it is read.)
pub(crate) fn misspelt_keywords(schema: &Json) -> Vec<Misspelt> {
    let mut found = Vec::new();
    visit(schema, &mut String::new(), &mut found);
    found
}

fn visit(schema: &Json, path: &mut String, found: &mut Vec<Misspelt>) {
    let Json::Object(members) = schema else { return };
    for (name, value) in members {
        if found.len() >= MOST {
            return;
        }
        below(path, name, |path| match name.as_str() {
            name if NAMED_SCHEMAS.contains(&name) => {
                for (name, schema) in value.as_object().into_iter().flatten() {
                    below(path, name, |path| visit(schema, path, found));
                }
            }
            name if SCHEMAS.contains(&name) => match value {
                Json::Array(items) => {
                    for (at, item) in items.iter().enumerate() {
                        below(path, &at.to_string(), |path| visit(item, path, found));
                    }
                }
                schema => visit(schema, path, found),
            },
            name => {
                if let Some(keyword) = keyword_for(name, members) {
                    found.push(Misspelt { path: path.clone(), found: name.to_owned(), keyword });
                }
            }
        });
    }
}

/// The keyword that a name probably means. A keyword that the schema has already is not meant.
fn keyword_for(name: &str, members: &serde_json::Map<String, Json>) -> Option<&'static str> {
    if KEYWORDS.contains(&name) || name.starts_with("x-") {
        return None;
    }
    nearest(name, KEYWORDS.iter().copied()).filter(|keyword| !members.contains_key(*keyword))
}

/// Calls `act` with the pointer extended by a name.
fn below(path: &mut String, name: &str, act: impl FnOnce(&mut String)) {
    let before = path.len();
    path.push('/');
    path.push_str(&name.replace('~', "~0").replace('/', "~1"));
    act(path);
    path.truncate(before);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(schema: Json) -> Vec<(String, &'static str)> {
        misspelt_keywords(&schema).into_iter().map(|one| (one.path, one.keyword)).collect()
    }

    #[test]
    fn finds_keywords_wherever_a_schema_is() {
        let schema = json!({
            "requird": ["a"],
            "properties": {"a/b": {"minimun": 1}, "requird": {"type": "string"}},
            "anyOf": [{"additionalPropertys": false}],
            "items": {"items": {"typ": "string"}},
        });
        let mut all = found(schema);
        all.sort();
        let wanted = [
            ("/anyOf/0/additionalPropertys", "additionalProperties"),
            ("/items/items/typ", "type"),
            ("/properties/a~1b/minimun", "minimum"),
            ("/requird", "required"),
        ];
        assert_eq!(all, wanted.map(|(path, keyword)| (path.to_owned(), keyword)));
    }

    #[test]
    fn leaves_other_members_alone() {
        let schema = json!({
            "x-type": 1, "unit": "km", "example": {"requird": 1}, "enum": [{"requird": 1}], "const": {"typ": 1},
            "default": {"minimun": 1}, "examples": [{"typ": 1}], "not": true, "minimum": 1, "minimun": 2,
        });
        assert_eq!(found(schema), []);
    }
}
