//! Subscribers that an expression chooses from the event.

use crate::decision::{Requirer, TypeError};
use crate::event::{Type, Value};
use crate::expr::Typed;
use std::collections::HashSet;
use std::sync::Arc;

/// How many undeclared names of one value are reported one by one.
const MAX_UNDECLARED: usize = 20;

/// The most characters of an undeclared name that are reported.
const MAX_NAME: usize = 200;

/// The type of a value that chooses subscribers.
const EXPECTED: &str = "string or array of strings";

/// An expression that chooses subscribers: `{expr: …}` under `subscribers`.
#[derive(Clone, Debug)]
pub struct Destination {
    /// Its value: a name, a list of names, or null for nobody.
    pub value: Typed,
    /// The expression as it is written.
    pub text: Arc<str>,
}

/// Passes each name in the value of a destination to `choose`, which returns false for a name that is not declared. Returns
/// the errors for such names, and for values that are not names.
pub(crate) fn choose_by_value<'a>(
    text: &str,
    value: Value<'a>,
    requirer: &Requirer,
    choose: &mut dyn FnMut(&'a str) -> bool,
) -> Vec<TypeError> {
    let mut errors = DestinationErrors { text, requirer, errors: Vec::new(), undeclared: 0 };
    match value {
        Value::Null => {}
        Value::String(name) => errors.choose(name, choose),
        Value::Array(items) => {
            for item in items {
                match item {
                    Value::Null => {}
                    Value::String(name) => errors.choose(name, choose),
                    other => errors.add(EXPECTED, format!("array with {}", with_article(other.type_of()))),
                }
            }
        }
        other => errors.add(EXPECTED, other.type_of().to_string()),
    }
    errors.errors
}

/// Removes repetitions: several expressions of one rule or table may be equal.
pub(crate) fn distinct_errors(mut errors: Vec<TypeError>) -> Vec<TypeError> {
    let mut seen = HashSet::new();
    errors.retain(|error| {
        let TypeError { path, expected, found, required_by, .. } = error;
        seen.insert((path.clone(), expected.clone(), found.clone(), required_by.clone()))
    });
    errors
}

struct DestinationErrors<'e> {
    text: &'e str,
    requirer: &'e Requirer,
    errors: Vec<TypeError>,
    undeclared: usize,
}

impl DestinationErrors<'_> {
    fn choose<'a>(&mut self, name: &'a str, choose: &mut dyn FnMut(&'a str) -> bool) {
        if choose(name) {
            return;
        }
        let shown = match self.undeclared < MAX_UNDECLARED {
            true => name.chars().take(MAX_NAME).collect(),
            false => String::from("more names"),
        };
        let before = self.errors.len();
        self.add(TypeError::DECLARED, shown);
        self.undeclared += self.errors.len() - before;
    }

    /// Adds an entry, unless there is the same one; of wrong types only the first. (There are never many.)
    fn add(&mut self, expected: &str, found: String) {
        if self.errors.iter().any(|error| error.expected == expected && (expected == EXPECTED || error.found == found))
        {
            return;
        }
        self.errors.push(TypeError {
            path: self.text.to_owned(),
            expected: expected.to_owned(),
            found,
            required_by: vec![self.requirer.clone()],
            count: 1,
        });
    }
}

fn with_article(ty: Type) -> String {
    let name = ty.to_string();
    let article = if name.starts_with(['a', 'o']) { "an" } else { "a" };
    format!("{article} {name}")
}
