//! `it in list` for each element of another list: a set of the list is built once, so that the work is proportional to the sum
//! of the lengths of both lists, not to their product.

use crate::event::Value;
use crate::expr::Typed;
use crate::expr::budget::Meter;
use crate::expr::scalar_set::{ScalarKey, WORTH_A_SET, scalar_set};
use std::collections::HashSet;

/// The sets of one evaluation, by the place of the list in the expression. (Paths and named values do not change while an
/// expression is evaluated.)
#[derive(Default)]
pub(super) struct Members<'a> {
    sets: Vec<(*const Typed, Option<HashSet<ScalarKey<'a>>>)>,
}

impl<'a> Members<'a> {
    /// `item in items`, where `items` is the value of the expression `list`.
    pub(super) fn contains(&mut self, list: &Typed, items: &[Value<'a>], item: Value<'_>, meter: &Meter) -> bool {
        if items.len() < WORTH_A_SET {
            return meter.work(items.len()) && items.iter().any(|other| meter.equal(*other, item));
        }
        let place: *const Typed = list;
        let known = self.sets.iter().position(|(known, _)| *known == place);
        let at = known.unwrap_or_else(|| {
            self.sets.push((place, meter.work(items.len()).then(|| scalar_set(items, meter)).flatten()));
            self.sets.len() - 1
        });
        match (self.sets.get(at), ScalarKey::new(item)) {
            (Some((_, Some(_))), None) => false,
            (Some((_, Some(set))), Some(scalar)) => meter.visit(item) && set.contains(&scalar),
            _ => meter.work(items.len()) && items.iter().any(|other| meter.equal(*other, item)),
        }
    }
}
