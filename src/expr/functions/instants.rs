//! Functions that yield times.

use super::Call;
use super::text_builder::kept;
use crate::event::{Number, Value};
use crate::expr::Arithmetic;
use crate::expr::arithmetic::calculate;
use crate::expr::time::{Instant, format_instant, instant};

/// The first argument as a time in the rule set's zone.
pub(super) fn time<'a>(call: &Call<'_, 'a>) -> Option<Value<'a>> {
    written(instant(call.arg(0), call.zone())?, call)
}

/// The time of the first argument, milliseconds since 1970.
pub(super) fn from_unix_ms<'a>(call: &Call<'_, 'a>) -> Option<Value<'a>> {
    // The quotient is exact for every integer of milliseconds up to the year 9999.
    let seconds = calculate(Arithmetic::Divide, call.number(0)?, Number::Int(1000)).as_number()?;
    written(Instant::from_seconds(seconds)?, call)
}

/// The first argument, the second argument's seconds later.
pub(super) fn add_seconds<'a>(call: &Call<'_, 'a>) -> Option<Value<'a>> {
    written(instant(call.arg(0), call.zone())?.plus(call.number(1)?)?, call)
}

fn written<'a>(at: Instant, call: &Call<'_, 'a>) -> Option<Value<'a>> {
    kept(&format_instant(at, call.zone())?, call).map(Value::String)
}
