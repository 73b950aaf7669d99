//! How many references and combinations a schema leads through without a step into the value.
//!
//! Validation recurses through them at every level of a value, so their number has a bound, and with the depth of the value their
//! product has one too.

use super::decode_percent;
use crate::event::Json;
use std::collections::HashMap;

/// How many references and combinations may lead to one another at one place of a value.
const MAX_LEVELS: usize = 64;

/// Keywords whose value is a schema for the same place.
const ONE: [&str; 4] = ["not", "if", "then", "else"];
/// Keywords whose value is a list or a mapping of schemas for the same place.
const MANY: [&str; 5] = ["allOf", "anyOf", "oneOf", "dependentSchemas", "dependencies"];

/// Why a schema leads too far.
pub(super) fn too_long() -> String {
    format!("references and combinations lead to one another more than {MAX_LEVELS} times from here")
}

/// The most levels at one place; the pointer to a schema that leads further than is allowed is the error.
pub(super) fn levels(schema: &Json) -> Result<usize, String> {
    let mut counter = LevelCounter { root: schema, known: HashMap::new() };
    counter.everywhere(schema, &mut String::new())
}

struct LevelCounter<'s> {
    root: &'s Json,
    /// Levels of schemas by their address; none while a schema is being looked at.
    known: HashMap<*const Json, Option<usize>>,
}

impl<'s> LevelCounter<'s> {
    /// Looks at every object and list of the document, since a reference may lead to any. (A document is no deeper than its file.)
    fn everywhere(&mut self, schema: &'s Json, pointer: &mut String) -> Result<usize, String> {
        let mut most = self.at(schema, 0).ok_or_else(|| pointer.clone())?;
        let mut below = |counter: &mut Self, name: &str, value: &'s Json| {
            let end = pointer.len();
            pointer.push('/');
            pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
            let found = counter.everywhere(value, pointer);
            pointer.truncate(end);
            found
        };
        match schema {
            Json::Object(members) => {
                for (name, value) in members {
                    most = most.max(below(self, name, value)?);
                }
            }
            Json::Array(items) => {
                for (at, value) in items.iter().enumerate() {
                    most = most.max(below(self, &at.to_string(), value)?);
                }
            }
            _ => {}
        }
        Ok(most)
    }

    /// The levels from here; none if there are too many. A reference back to a schema that leads here adds none: the validator
    /// does not follow it in circles.
    fn at(&mut self, schema: &'s Json, depth: usize) -> Option<usize> {
        let Json::Object(keywords) = schema else { return Some(0) };
        if let Some(known) = self.known.get(&std::ptr::from_ref(schema)) {
            return Some(known.unwrap_or_default());
        }
        if depth > MAX_LEVELS {
            return None;
        }
        self.known.insert(schema, None);
        let target = keywords.get("$ref").and_then(Json::as_str).and_then(|reference| self.local(reference));
        let ones = ONE.iter().filter_map(|keyword| keywords.get(*keyword));
        let many = MANY.iter().filter_map(|keyword| keywords.get(*keyword)).flat_map(items);
        let mut most = 0;
        for next in target.into_iter().chain(ones).chain(many) {
            most = most.max(1 + self.at(next, depth + 1)?);
        }
        self.known.insert(schema, Some(most));
        (most <= MAX_LEVELS).then_some(most)
    }

    /// What a reference within the document leads to.
    fn local(&self, reference: &str) -> Option<&'s Json> {
        self.root.pointer(&decode_percent(reference.strip_prefix('#')?))
    }
}

fn items(value: &Json) -> Box<dyn Iterator<Item = &Json> + '_> {
    match value {
        Json::Array(items) => Box::new(items.iter()),
        Json::Object(members) => Box::new(members.values()),
        _ => Box::new(std::iter::empty()),
    }
}
