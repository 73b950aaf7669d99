//! Sorting, within the budget.

use super::Call;
use crate::event::Value;
use crate::expr::budget::{BYTES_PER_STEP, ELEMENT, Meter};
use crate::expr::cost::{CallCost, Cost, PER_ELEMENT, PER_STEP};
use bumpalo::collections::Vec as BumpVec;
use std::cmp::Ordering;

/// The first argument in order; none unless its elements are all numbers or all texts.
pub(super) fn ordered<'a>(call: &Call<'_, 'a>) -> Option<Value<'a>> {
    let items = call.arg(0).as_array()?;
    if !call.meter.work(items.len()) || !call.meter.allocate(items.len().saturating_mul(2 * ELEMENT)) {
        return None;
    }
    let numbers = items.iter().all(|item| item.as_number().is_some());
    if !numbers && !items.iter().all(|item| item.as_str().is_some()) {
        return None;
    }
    let mut sorted = BumpVec::with_capacity_in(items.len(), call.arena);
    sorted.extend_from_slice_copy(items);
    sorted.sort_by(|a, b| measured(*a, *b, call.meter));
    call.meter.spent().is_none().then(|| Value::Array(sorted.into_bump_slice()))
}

/// The members of an object by key.
pub(super) fn ordered_keys<'a>(members: &[(&'a str, Value<'a>)], meter: &Meter) -> Option<Vec<(&'a str, Value<'a>)>> {
    if !meter.work(members.len()) || !meter.allocate(members.len().saturating_mul(2 * ELEMENT)) {
        return None;
    }
    let mut sorted = members.to_vec();
    sorted.sort_by(|(a, _), (b, _)| measured(Value::String(a), Value::String(b), meter));
    meter.spent().is_none().then_some(sorted)
}

/// The order of two values, with the steps that the comparison takes. The order holds where they run out as well: a sort needs
/// a consistent one.
fn measured(a: Value<'_>, b: Value<'_>, meter: &Meter) -> Ordering {
    let length = |value: Value<'_>| value.as_str().map_or(0, str::len);
    meter.work(1 + length(a).min(length(b)) / BYTES_PER_STEP);
    a.order(b).unwrap_or(Ordering::Equal)
}

/// The cost of sorting the elements or members of the first argument. No sort of the standard library compares an element more
/// than some times the logarithm of their number.
pub(super) fn ordering_cost(call: &CallCost<'_>) -> Cost {
    const TIMES: f64 = 100.0;
    let size = call.size(0);
    let read = call.read();
    let work = TIMES * (size / PER_STEP + size / PER_ELEMENT + 1.0);
    Cost { work: read.work + work, memory: read.memory + 2.0 * size, ..read }.making(size)
}
