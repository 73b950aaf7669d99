//! `it in list` for each element of another list: a set of the list is built once, so that the work is the sum of both
//! lists and not their product.

use super::ELEMENT;
use crate::event::Value;
use crate::expr::Typed;
use crate::expr::budget::Meter;
use std::collections::HashSet;
use std::hash::{Hash, Hasher};

/// Shorter lists are searched.
const WORTH_A_SET: usize = 32;

/// A scalar that can be looked up in a set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::expr) struct Scalar<'a>(Value<'a>);

impl<'a> Scalar<'a> {
    /// None for lists and objects.
    pub(in crate::expr) fn new(value: Value<'a>) -> Option<Scalar<'a>> {
        (!matches!(value, Value::Array(_) | Value::Object(_))).then_some(Scalar(value))
    }
}

impl Eq for Scalar<'_> {}

impl Hash for Scalar<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self.0 {
            Value::Bool(b) => b.hash(state),
            Value::Number(n) => n.hash(state),
            Value::String(text) => text.hash(state),
            Value::Null | Value::Array(_) | Value::Object(_) => {}
        }
    }
}

/// The scalars of a list; none where the list is short, has something else in it, or the budget is used up. The keys come
/// from events, so the hash is one that cannot be provoked into collisions.
pub(in crate::expr) fn set<'a>(items: &[Value<'a>], meter: &Meter) -> Option<HashSet<Scalar<'a>>> {
    if items.len() < WORTH_A_SET || !meter.allocate(items.len() * 2 * ELEMENT) {
        return None;
    }
    let read = |item: &Value<'a>| meter.visit(*item).then(|| Scalar::new(*item)).flatten();
    items.iter().map(read).collect()
}

/// The sets of one evaluation, by the place of the list in the expression. (Paths and named values do not change while an
/// expression is evaluated.)
#[derive(Default)]
pub(super) struct Members<'a> {
    sets: Vec<(*const Typed, Option<HashSet<Scalar<'a>>>)>,
}

impl<'a> Members<'a> {
    /// `item in items`, where `list` is the expression that `items` are the value of.
    pub(super) fn contains(&mut self, list: &Typed, items: &[Value<'a>], item: Value<'_>, meter: &Meter) -> bool {
        if items.len() < WORTH_A_SET {
            return meter.work(items.len()) && items.iter().any(|other| meter.equal(*other, item));
        }
        let place: *const Typed = list;
        let known = self.sets.iter().position(|(known, _)| *known == place);
        let at = known.unwrap_or_else(|| {
            self.sets.push((place, meter.work(items.len()).then(|| set(items, meter)).flatten()));
            self.sets.len() - 1
        });
        match (self.sets.get(at), Scalar::new(item)) {
            (Some((_, Some(_))), None) => false,
            (Some((_, Some(set))), Some(scalar)) => meter.visit(item) && set.contains(&scalar),
            _ => meter.work(items.len()) && items.iter().any(|other| meter.equal(*other, item)),
        }
    }
}
