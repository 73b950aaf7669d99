//! Builds strings within the length limit and the budget.

use super::Call;
use crate::event::{Value, canonical_json_within};
use crate::expr::budget::{BYTES_PER_STEP, Meter};
use crate::expr::cost::{CallCost, Cost};
use bumpalo::Bump;
use bumpalo::collections::String as BumpString;

/// The limit for the length of a string that a function makes, in bytes; a longer result is null, so that rules cannot exhaust
/// the memory.
pub(crate) const LONGEST: usize = 16 << 20;

/// A string under construction, of [`LONGEST`] bytes at most.
pub(super) struct TextBuilder<'c, 'a> {
    text: BumpString<'a>,
    meter: &'c Meter,
}

impl<'c, 'a> TextBuilder<'c, 'a> {
    pub(super) fn new(call: &Call<'c, 'a>) -> TextBuilder<'c, 'a> {
        TextBuilder { text: BumpString::new_in(call.arena), meter: call.meter }
    }

    /// None if the text gets too long.
    pub(super) fn push(&mut self, part: &str) -> Option<()> {
        let fits = self.text.len().saturating_add(part.len()) <= LONGEST;
        let fits = fits && self.meter.allocate(part.len()) && self.meter.read(part);
        fits.then(|| self.text.push_str(part))
    }

    /// A value as `string(x)` shows it; none for null.
    pub(super) fn push_shown(&mut self, value: Value<'_>) -> Option<()> {
        match value {
            Value::Null => None,
            Value::String(text) => self.push(text),
            Value::Bool(b) => self.push(if b { "true" } else { "false" }),
            _ => self.push(&canonical(value, LONGEST, self.meter)?),
        }
    }

    pub(super) fn finish(self) -> Value<'a> {
        Value::String(self.text.into_bump_str())
    }
}

/// The concatenation of strings; none if it is too long.
pub(crate) fn joined<'a>(parts: &[&str], arena: &'a Bump, meter: &Meter) -> Option<&'a str> {
    let total = parts.iter().map(|part| part.len()).sum::<usize>();
    if total > LONGEST || !meter.allocate(total) || !meter.work(total / BYTES_PER_STEP) {
        return None;
    }
    let mut out = BumpString::with_capacity_in(total, arena);
    parts.iter().for_each(|part| out.push_str(part));
    Some(out.into_bump_str())
}

/// A value as `string(x)` shows it; none for null.
pub(super) fn shown<'a>(value: Value<'a>, call: &Call<'_, 'a>) -> Option<&'a str> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        Value::Bool(true) => Some("true"),
        Value::Bool(false) => Some("false"),
        _ => kept(&canonical(value, LONGEST, call.meter)?, call),
    }
}

/// The canonical JSON of a value (of a number: its shortest form); none if it is longer than `most`, or the budget is
/// used up.
pub(super) fn canonical(value: Value<'_>, most: usize, meter: &Meter) -> Option<String> {
    if !meter.visit(value) {
        return None;
    }
    let most = if meter.is_running() { most.min(meter.memory_left()) } else { most };
    let mut out = String::new();
    if !canonical_json_within(value, &mut out, most) {
        // Too little memory is detected here.
        meter.allocate(out.len());
        return None;
    }
    Some(out)
}

/// A copy of a text in the arena.
pub(super) fn kept<'a>(text: &str, call: &Call<'_, 'a>) -> Option<&'a str> {
    call.meter.allocate(text.len()).then(|| &*call.arena.alloc_str(text))
}

/// `1 key`, `2 keys`.
pub(super) fn counted(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// The cost of replacing parts of the first argument by the third, which may insert the whole text `groups` times.
pub(super) fn replacing_cost(call: &CallCost<'_>, groups: f64) -> Cost {
    let made = call.text_size() + (call.size(0) + 1.0) * (call.size(2) + 1.0) + groups * call.size(0);
    call.read().making(made).reading(made)
}
