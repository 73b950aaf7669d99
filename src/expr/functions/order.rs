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
    if !call.meter.work(items.len()) {
        return None;
    }
    let numbers = items.iter().all(|item| item.as_number().is_some());
    if !numbers && !items.iter().all(|item| item.as_str().is_some()) {
        return None;
    }
    let bytes = items.iter().filter_map(|item| item.as_str()).map(str::len).fold(0, usize::saturating_add);
    if !pay(items.len(), bytes, call.meter) {
        return None;
    }
    let mut sorted = BumpVec::with_capacity_in(items.len(), call.arena);
    sorted.extend_from_slice_copy(items);
    sorted.sort_by(|a, b| a.order(*b).unwrap_or(Ordering::Equal));
    Some(Value::Array(sorted.into_bump_slice()))
}

/// The members of an object by key.
pub(super) fn ordered_keys<'a>(members: &[(&'a str, Value<'a>)], meter: &Meter) -> Option<Vec<(&'a str, Value<'a>)>> {
    let bytes = members.iter().map(|(key, _)| key.len()).fold(0, usize::saturating_add);
    if !pay(members.len(), bytes, meter) {
        return None;
    }
    let mut sorted = members.to_vec();
    sorted.sort_by_key(|(key, _)| *key);
    Some(sorted)
}

/// Takes the memory and the steps of a sort: each element is compared as often as a number of this size has bits. The
/// comparisons that a sort really makes would be another number with each version of the standard library.
fn pay(count: usize, bytes: usize, meter: &Meter) -> bool {
    let rounds = (usize::BITS - count.leading_zeros()) as usize;
    let round = count.saturating_add(bytes / BYTES_PER_STEP);
    meter.work(round.saturating_mul(rounds)) && meter.allocate(count.saturating_mul(2 * ELEMENT))
}

/// The cost of sorting the elements or members of the first argument.
pub(super) fn ordering_cost(call: &CallCost<'_>) -> Cost {
    let size = call.size(0);
    let rounds = (size / PER_ELEMENT + 1.0).log2() + 1.0;
    let read = call.read();
    let work = (rounds + 1.0) * (size / PER_STEP + size / PER_ELEMENT + 1.0);
    Cost { work: read.work + work, memory: read.memory + 2.0 * size, ..read }.making(size)
}
