//! Comparison of values.

use super::Comparison;
use super::time::instant;
use crate::event::Value;
use jiff::tz::TimeZone;
use std::cmp::Ordering;

/// Compares two values; as instants, read in `zone`, if a zone is given.
pub(super) fn compare(operator: Comparison, a: Value<'_>, b: Value<'_>, zone: Option<&TimeZone>) -> bool {
    let order = match zone {
        Some(zone) => instant(a, zone).zip(instant(b, zone)).map(|(a, b)| a.cmp(&b)),
        None => a.order(b),
    };
    match operator {
        Comparison::Equal => order.map_or_else(|| a == b, Ordering::is_eq),
        Comparison::NotEqual => order.map_or_else(|| a != b, Ordering::is_ne),
        Comparison::Less => order.is_some_and(Ordering::is_lt),
        Comparison::LessEqual => order.is_some_and(Ordering::is_le),
        Comparison::Greater => order.is_some_and(Ordering::is_gt),
        Comparison::GreaterEqual => order.is_some_and(Ordering::is_ge),
    }
}
