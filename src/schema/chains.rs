//! Limits the chains of references and combinations in a schema that apply to the same part of a value.
//!
//! Validation recurses through them at every level of a value, so their number is limited, and so is its product with the
//! depth of the value.

use super::references::References;
use crate::event::Json;
use std::collections::HashMap;

/// The limit for references and combinations in a chain.
const MAX_LEVELS: usize = 64;

/// Keywords whose value is a schema for the same part of a value.
const ONE: [&str; 4] = ["not", "if", "then", "else"];
/// Keywords whose value is a list or a mapping of schemas for the same part of a value.
const MANY: [&str; 5] = ["allOf", "anyOf", "oneOf", "dependentSchemas", "dependencies"];

/// The message about a chain that is too long.
pub(super) fn too_long() -> String {
    format!("references and combinations lead to one another more than {MAX_LEVELS} times from here")
}

/// The length of the longest chain. If a chain exceeds the limit, the error is the pointer to its first schema in its document.
pub(super) fn levels(references: &References) -> Result<usize, String> {
    let mut search = LevelSearch { references, known: HashMap::new() };
    let mut most = 0;
    for document in references.documents() {
        most = most.max(search.everywhere(document, &mut String::new())?);
    }
    Ok(most)
}

struct LevelSearch<'s> {
    references: &'s References,
    /// Levels of schemas by their address; `None` while a schema is being visited.
    known: HashMap<*const Json, Option<usize>>,
}

impl<'s> LevelSearch<'s> {
    /// Visits every object and list of the document, since a reference may lead to any. (Recurses no deeper than the document.)
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

    /// The levels from here; `None` if there are too many. A reference back to a schema of the chain adds none: the validator
    /// does not follow cycles.
    fn at(&mut self, schema: &'s Json, depth: usize) -> Option<usize> {
        let Json::Object(keywords) = schema else { return Some(0) };
        if let Some(known) = self.known.get(&std::ptr::from_ref(schema)) {
            return Some(known.unwrap_or_default());
        }
        if depth > MAX_LEVELS {
            return None;
        }
        self.known.insert(schema, None);
        let references = self.references;
        let ones = ONE.iter().filter_map(|keyword| keywords.get(*keyword));
        let many = MANY.iter().filter_map(|keyword| keywords.get(*keyword)).flat_map(items);
        let mut most = 0;
        for next in references.targets(schema).chain(ones).chain(many) {
            most = most.max(1 + self.at(next, depth + 1)?);
        }
        self.known.insert(schema, Some(most));
        (most <= MAX_LEVELS).then_some(most)
    }
}

fn items(value: &Json) -> Box<dyn Iterator<Item = &Json> + '_> {
    match value {
        Json::Array(items) => Box::new(items.iter()),
        Json::Object(members) => Box::new(members.values()),
        _ => Box::new(std::iter::empty()),
    }
}
