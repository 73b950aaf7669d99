//! The types that a schema allows at a path. The result is always a superset: keywords that are ignored could only narrow it.

use crate::event::{Json, Step, Type};

/// The limit for references and combinations that are followed.
const FUEL: u32 = 2_000;

/// The types that a valid value can have at a path. `Type::TIME` is added if a text there has the format `date-time`.
pub(super) fn type_at(schema: &Json, steps: &[Step]) -> Type {
    let mut resolver = TypeResolver { root: schema, fuel: FUEL };
    let ty = resolver.at(schema, steps, 0);
    if ty.difference(Type::TIME) == Type::NONE { Type::ANY } else { ty }
}

struct TypeResolver<'s> {
    root: &'s Json,
    fuel: u32,
}

/// The limit for the depth of references.
const DEPTH: u32 = 64;

impl<'s> TypeResolver<'s> {
    fn at(&mut self, schema: &'s Json, steps: &[Step], depth: u32) -> Type {
        let Json::Object(keywords) = schema else { return Type::ANY };
        // References in a nested schema with its own address are not resolved here.
        let foreign = !std::ptr::eq(schema, self.root) && keywords.contains_key("$id");
        self.fuel = self.fuel.saturating_sub(1);
        if foreign || self.fuel == 0 || depth > DEPTH {
            return Type::ANY;
        }
        if let Some(reference) = keywords.get("$ref") {
            let target = reference.as_str().and_then(|text| self.local(text));
            // Older drafts ignore the other keywords next to a reference.
            return target.map_or(Type::ANY, |target| self.at(target, steps, depth + 1));
        }
        let mut ty = match steps {
            [] => own(schema),
            [step, rest @ ..] => self.below(schema, step, rest, depth),
        };
        for part in parts(schema, "allOf") {
            ty = both(ty, self.at(part, steps, depth + 1));
        }
        for keyword in ["anyOf", "oneOf"] {
            let mut union = Type::NONE;
            let mut texts_are_times = true;
            for part in parts(schema, keyword) {
                let part = self.at(part, steps, depth + 1);
                texts_are_times &= part.intersects(Type::TIME) || !part.intersects(Type::STRING);
                union = union.union(part);
            }
            if keywords.contains_key(keyword) && union != Type::NONE {
                ty = both(ty, if texts_are_times { union } else { union.difference(Type::TIME) });
            }
        }
        ty
    }

    /// The type after a step, including null if the step may have no value.
    fn below(&mut self, schema: &'s Json, step: &Step, rest: &[Step], depth: u32) -> Type {
        let own = own(schema);
        match step {
            Step::Key(key) => {
                let required = parts(schema, "required").iter().any(|name| name.as_str() == Some(key));
                let certain = required && own == Type::OBJECT;
                let found = match schema.get("properties").and_then(|all| all.get(&**key)) {
                    Some(property) => self.at(property, rest, depth + 1),
                    None => Type::ANY,
                };
                if certain { found } else { found.union(Type::NULL) }
            }
            Step::Index(_) => match schema.get("items") {
                Some(items @ Json::Object(_)) if schema.get("prefixItems").is_none() => {
                    self.at(items, rest, depth + 1).union(Type::NULL)
                }
                _ => Type::ANY,
            },
        }
    }

    /// The target of a reference within the document.
    fn local(&self, reference: &str) -> Option<&'s Json> {
        let pointer = reference.strip_prefix('#')?;
        let plain = !pointer.contains('%') && (pointer.is_empty() || pointer.starts_with('/'));
        if plain { self.root.pointer(pointer) } else { None }
    }
}

fn parts<'s>(schema: &'s Json, keyword: &str) -> &'s [Json] {
    schema.get(keyword).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The types that `type`, `const` and `enum` allow.
fn own(schema: &Json) -> Type {
    let named = match schema.get("type") {
        Some(Json::String(name)) => by_name(name),
        Some(Json::Array(names)) => names.iter().filter_map(Json::as_str).map(by_name).fold(Type::NONE, Type::union),
        _ => Type::ANY,
    };
    let constant = schema.get("const").map_or(Type::ANY, Type::of_json);
    let listed = match schema.get("enum") {
        Some(Json::Array(values)) => values.iter().map(Type::of_json).fold(Type::NONE, Type::union),
        _ => Type::ANY,
    };
    let types = named.intersection(constant).intersection(listed);
    let is_time = schema.get("format").and_then(Json::as_str) == Some("date-time") && types.intersects(Type::STRING);
    if is_time { types.union(Type::TIME) } else { types }
}

/// The types that two schemas allow together: if one of them says that a text is a time, it is one.
fn both(a: Type, b: Type) -> Type {
    a.intersection(b).union(a.union(b).intersection(Type::TIME))
}

fn by_name(name: &str) -> Type {
    match name {
        "null" => Type::NULL,
        "boolean" => Type::BOOLEAN,
        "number" | "integer" => Type::NUMBER,
        "string" => Type::STRING,
        "array" => Type::ARRAY,
        "object" => Type::OBJECT,
        _ => Type::ANY,
    }
}
