//! Reads and writes fields of the event, or of the element of the innermost `for_each`.

use super::run::TransformRun;
use super::tree::{Blocked, TooLarge, copied, measure, remove, write};
use crate::event::Value;
use crate::expr::{ELEMENT, Limit};
use crate::rules::FieldPath;

/// The deepest nesting of a tree that steps produce. An event has 1,024 levels at most.
const DEEPEST: usize = 2048;
/// The bytes that one member of an object takes in a copy.
const MEMBER: usize = 48;

impl<'a> TransformRun<'a> {
    /// The value that a path starts from.
    pub(super) fn base(&self, field: &FieldPath) -> Value<'a> {
        if field.of_element { self.elements.last().copied().unwrap_or_default() } else { self.tree }
    }

    pub(super) fn set_base(&mut self, of_element: bool, base: Value<'a>) {
        match self.elements.last_mut() {
            Some(element) if of_element => *element = base,
            _ => self.change(base),
        }
    }

    pub(super) fn read(&self, field: &FieldPath) -> Value<'a> {
        self.base(field).walk(&field.path)
    }

    /// Writes a field, and records the change.
    pub(super) fn put(&mut self, field: &'a FieldPath, value: Value<'a>) {
        if self.replace(field, value, true) {
            self.record(&field.shown, Some(value));
        }
    }

    /// Writes a field; false if that is not possible. `adds`: the value counts as added to the event.
    pub(super) fn replace(&mut self, field: &'a FieldPath, value: Value<'a>, adds: bool) -> bool {
        match self.written(self.base(field), field, value, adds) {
            Some(base) => {
                self.set_base(field.of_element, base);
                true
            }
            None => false,
        }
    }

    /// The tree with a value in a field; none, with an error, if that is not possible.
    pub(super) fn written(
        &mut self,
        base: Value<'a>,
        field: &'a FieldPath,
        value: Value<'a>,
        adds: bool,
    ) -> Option<Value<'a>> {
        if matches!(value, Value::Array(_) | Value::Object(_) | Value::String(_)) {
            let room = if adds { self.rules.budget.memory.saturating_sub(self.added) } else { usize::MAX };
            let deepest = DEEPEST.saturating_sub(field.path.len());
            let measured = measure(value, room, deepest);
            self.meter.work(measured.unwrap_or(room.min(self.rules.budget.memory)) / ELEMENT);
            match measured {
                Ok(bytes) => self.added += if adds { bytes } else { 0 },
                Err(TooLarge::Long) => {
                    let most = self.rules.budget.describe(Limit::Memory);
                    self.error(&field.shown, most, String::from("more"));
                    return None;
                }
                Err(TooLarge::Deep) => {
                    let most = format!("at most {DEEPEST} levels");
                    self.error(&field.shown, most, String::from("more"));
                    return None;
                }
            }
        }
        if !self.charge_copies(base, field) {
            return None;
        }
        match write(base, &field.path, value, self.arena) {
            Ok(written) => Some(written),
            Err(Blocked { after, expected, found }) => {
                let rest: String = field.path.iter().skip(after).map(ToString::to_string).collect();
                let shown = field.shown.strip_suffix(&rest).unwrap_or(&field.shown);
                self.error(shown, expected, found);
                None
            }
        }
    }

    /// Records a change of the current step.
    pub(super) fn record(&mut self, shown: &'a str, value: Option<Value<'a>>) {
        if let Some(last) = self.log.as_mut().and_then(|log| log.last_mut()) {
            last.changes.push((shown, value.map(Value::to_json)));
        }
    }

    pub(super) fn remove(&mut self, field: &'a FieldPath) {
        if let Some(without) = self.without(field) {
            self.set_base(field.of_element, without);
            self.record(&field.shown, None);
        }
    }

    /// The tree without a field; none if the field does not exist.
    pub(super) fn without(&mut self, field: &'a FieldPath) -> Option<Value<'a>> {
        let base = self.base(field);
        let fits = self.charge_copies(base, field);
        fits.then(|| remove(base, &field.path, self.arena)).flatten()
    }

    /// Charges the memory and work of copying the objects and arrays on the path to a field.
    fn charge_copies(&self, base: Value<'_>, field: &FieldPath) -> bool {
        let copied = copied(base, &field.path);
        self.meter.work(copied) && self.meter.allocate(copied.saturating_mul(MEMBER))
    }
}
