//! The guarantees of a schema about a value. Keywords that are not interpreted can only narrow, so the result is a superset.

use super::sets::{NumberSet, TextAtom, TextSet, ValueSet};
use crate::event::{Json, Number, Step, Type};

/// The limit for references and combinations that are followed.
const FUEL: u32 = 2_000;

/// The limit for the depth of references.
const DEPTH: u32 = 64;

/// The most listed values of an `enum` that are interpreted.
const MAX_LISTED: usize = 1_000;

/// A superset of the values that a valid value of `schema` can have at a path; with null if the path may have no value.
///
/// ```
/// use dadar::unstable::analysis::facts_at;
/// use dadar::unstable::event::Step;
/// use serde_json::json;
///
/// let schema = json!({
///     "type": "object",
///     "required": ["amount"],
///     "properties": {"amount": {"type": "number", "minimum": 0}, "lane": {"enum": ["air", "road"]}},
/// });
/// let amount = facts_at(&schema, &[Step::Key("amount".into())]);
/// assert!(amount.contains(&json!(0)) && !amount.contains(&json!(-1)) && !amount.contains(&json!(null)));
/// let lane = facts_at(&schema, &[Step::Key("lane".into())]);
/// assert!(lane.contains(&json!("air")) && lane.contains(&json!(null)) && !lane.contains(&json!("sea")));
/// ```
pub fn facts_at(schema: &Json, steps: &[Step]) -> ValueSet {
    let mut resolver = Resolver { root: schema, fuel: FUEL };
    resolver.at(schema, steps, 0)
}

struct Resolver<'s> {
    root: &'s Json,
    fuel: u32,
}

impl<'s> Resolver<'s> {
    fn at(&mut self, schema: &'s Json, steps: &[Step], depth: u32) -> ValueSet {
        let keywords = match schema {
            Json::Bool(false) => return ValueSet::none(),
            Json::Object(keywords) => keywords,
            _ => return ValueSet::all(),
        };
        // References in a nested schema with its own address are not resolved here.
        let is_foreign =
            !std::ptr::eq(schema, self.root) && (keywords.contains_key("$id") || keywords.contains_key("id"));
        self.fuel = self.fuel.saturating_sub(1);
        if is_foreign || self.fuel == 0 || depth > DEPTH {
            return ValueSet::all();
        }
        if let Some(reference) = keywords.get("$ref") {
            let target = reference.as_str().and_then(|text| self.local(text));
            // Older drafts ignore the other keywords next to a reference.
            return target.map_or_else(ValueSet::all, |target| self.at(target, steps, depth + 1));
        }
        let mut set = match steps {
            [] => own(schema),
            [step, rest @ ..] => self.below(schema, step, rest, depth),
        };
        for part in parts(schema, "allOf") {
            set = set.intersection(&self.at(part, steps, depth + 1));
        }
        for keyword in ["anyOf", "oneOf"] {
            let alternatives = parts(schema, keyword);
            if !alternatives.is_empty() {
                let union = alternatives
                    .iter()
                    .fold(ValueSet::none(), |union, part| union.union(&self.at(part, steps, depth + 1)));
                set = set.intersection(&union);
            }
        }
        set
    }

    /// The values after a step, with null if the step may have no value.
    fn below(&mut self, schema: &'s Json, step: &Step, rest: &[Step], depth: u32) -> ValueSet {
        let whole = own(schema);
        if is_only_null(&whole) {
            return ValueSet::of_type(Type::NULL);
        }
        match step {
            Step::Key(key) => {
                let is_required = parts(schema, "required").iter().any(|name| name.as_str() == Some(key));
                let is_certain = is_required && is_only_objects(&whole);
                let found = match schema.get("properties").and_then(|all| all.get(&**key)) {
                    Some(property) => self.at(property, rest, depth + 1),
                    None if is_closed(schema) && !is_required => ValueSet::of_type(Type::NULL),
                    None => ValueSet::all(),
                };
                if is_certain { found } else { with_null(found) }
            }
            Step::Index(_) => match schema.get("items") {
                Some(items @ Json::Object(_)) if schema.get("prefixItems").is_none() => {
                    with_null(self.at(items, rest, depth + 1))
                }
                _ => ValueSet::all(),
            },
        }
    }

    /// The target of a reference within the document.
    fn local(&self, reference: &str) -> Option<&'s Json> {
        let pointer = reference.strip_prefix('#')?;
        let is_plain = !pointer.contains('%') && (pointer.is_empty() || pointer.starts_with('/'));
        if is_plain { self.root.pointer(pointer) } else { None }
    }
}

fn with_null(set: ValueSet) -> ValueSet {
    ValueSet { null: true, ..set }
}

fn is_only_null(set: &ValueSet) -> bool {
    *set == ValueSet::of_type(Type::NULL)
}

fn is_only_objects(set: &ValueSet) -> bool {
    *set == ValueSet::of_type(Type::OBJECT)
}

/// True if an object has no other members than those under `properties`.
fn is_closed(schema: &Json) -> bool {
    schema.get("additionalProperties") == Some(&Json::Bool(false)) && schema.get("patternProperties").is_none()
}

fn parts<'s>(schema: &'s Json, keyword: &str) -> &'s [Json] {
    schema.get(keyword).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The values that the keywords of a schema allow, apart from those for members and elements.
fn own(schema: &Json) -> ValueSet {
    let mut set = match schema.get("type") {
        Some(Json::String(name)) => by_name(name),
        Some(Json::Array(names)) => {
            names.iter().filter_map(Json::as_str).fold(ValueSet::none(), |set, name| set.union(&by_name(name)))
        }
        _ => ValueSet::all(),
    };
    if let Some(value) = schema.get("const") {
        set = set.intersection(&ValueSet::only(value));
    }
    if let Some(Json::Array(values)) = schema.get("enum")
        && values.len() <= MAX_LISTED
    {
        set = set.intersection(&listed(values));
    }
    set.numbers = set.numbers.intersection(&bounds(schema));
    set.texts = set.texts.intersection(&lengths(schema));
    set
}

fn listed(values: &[Json]) -> ValueSet {
    let mut set = ValueSet::texts(TextSet::one_of(values.iter().filter_map(Json::as_str)));
    for value in values.iter().filter(|value| !value.is_string()) {
        set = set.union(&ValueSet::only(value));
    }
    set
}

fn bounds(schema: &Json) -> NumberSet {
    let limit = |keyword: &str| schema.get(keyword).and_then(Json::as_number).and_then(Number::from_json);
    // In draft 4, `exclusiveMinimum` is a boolean, which only narrows further.
    let limits = [
        limit("minimum").map(NumberSet::at_least),
        limit("maximum").map(NumberSet::at_most),
        limit("exclusiveMinimum").map(NumberSet::greater_than),
        limit("exclusiveMaximum").map(NumberSet::less_than),
    ];
    limits.iter().flatten().fold(NumberSet::all(), |set, limit| set.intersection(limit))
}

fn lengths(schema: &Json) -> TextSet {
    let limit = |keyword: &str| {
        let whole = schema.get(keyword).and_then(Json::as_number).and_then(Number::from_json).and_then(Number::as_int);
        whole.and_then(|whole| u32::try_from(whole).ok())
    };
    TextSet::atom(TextAtom::Length(limit("minLength").unwrap_or(0), limit("maxLength")))
}

fn by_name(name: &str) -> ValueSet {
    ValueSet::of_type(match name {
        "null" => Type::NULL,
        "boolean" => Type::BOOLEAN,
        "number" | "integer" => Type::NUMBER,
        "string" => Type::STRING,
        "array" => Type::ARRAY,
        "object" => Type::OBJECT,
        _ => return ValueSet::all(),
    })
}
