//! Paths into a JSON value.

use std::fmt;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// The member of an object.
    Key(Box<str>),
    /// The element of an array, from 0. An object has no elements.
    Index(u32),
}

/// Steps from the root of the raw event.
pub type RawPath = Vec<Step>;

impl fmt::Display for Step {
    /// As the rule language writes it: `.name`, `["odd key"]`, `[0]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Key(key) if is_name(key) => write!(f, ".{key}"),
            Step::Key(key) => write!(f, "[{}]", serde_json::Value::from(&**key)),
            Step::Index(index) => write!(f, "[{index}]"),
        }
    }
}

/// True for a key that may be written after a dot.
fn is_name(key: &str) -> bool {
    let mut chars = key.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_') && chars.all(|c| c.is_alphanumeric() || c == '_')
}
