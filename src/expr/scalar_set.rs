//! Sets of scalars, for lists that are searched for many values.

use super::budget::{ELEMENT, Meter};
use crate::event::Value;
use std::collections::HashSet;
use std::hash::{Hash, Hasher};

/// Lists shorter than this are searched element by element.
pub(super) const WORTH_A_SET: usize = 32;

/// A scalar that can be looked up in a set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ScalarKey<'a>(Value<'a>);

impl<'a> ScalarKey<'a> {
    /// None for lists and objects.
    pub(super) fn new(value: Value<'a>) -> Option<ScalarKey<'a>> {
        (!matches!(value, Value::Array(_) | Value::Object(_))).then_some(ScalarKey(value))
    }
}

impl Eq for ScalarKey<'_> {}

impl Hash for ScalarKey<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self.0 {
            Value::Bool(b) => b.hash(state),
            Value::Number(n) => n.hash(state),
            Value::String(text) => text.hash(state),
            Value::Null | Value::Array(_) | Value::Object(_) => {}
        }
    }
}

/// The scalars of a list; none if the list is short, has an element that is not a scalar, or the budget is exceeded. The keys
/// come from events, so the hash function must resist deliberate collisions.
pub(super) fn scalar_set<'a>(items: &[Value<'a>], meter: &Meter) -> Option<HashSet<ScalarKey<'a>>> {
    if items.len() < WORTH_A_SET || !meter.allocate(items.len() * 2 * ELEMENT) {
        return None;
    }
    let read = |item: &Value<'a>| meter.visit(*item).then(|| ScalarKey::new(*item)).flatten();
    items.iter().map(read).collect()
}
