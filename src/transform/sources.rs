//! The values that steps write: constants, expressions and templates.

use super::run::TransformRun;
use crate::event::{Type, Value, format_number, write_json};
use crate::expr::{Budget, Env, LONGEST_TEXT, Limit, TypeRequirement, fits, fits_type};
use crate::rules::{CheckedExpression, FieldPath, SourceValue, TemplatePiece, ValueSource};

/// The largest value that is written into a text, in bytes of its parts: as JSON it is shorter than that.
const LARGEST_IN_TEXT: usize = 4 * LONGEST_TEXT;

impl<'a> TransformRun<'a> {
    /// The value of an expression. Records values that do not have the type it requires.
    pub(super) fn value(&mut self, checked: &'a CheckedExpression) -> Value<'a> {
        for (requirement, shown) in &checked.requirements {
            if let Some(found) = self.mismatch(requirement) {
                self.error(shown, requirement.expected.to_string(), found.to_string());
            }
        }
        let value = self.evaluated(&checked.typed);
        if let Some(time) = self.no_clock.take() {
            self.error("time", Type::TIME.to_string(), time.type_of().to_string());
        }
        value
    }

    /// The type of the first value that does not have the required type.
    fn mismatch(&mut self, requirement: &TypeRequirement) -> Option<Type> {
        let values = requirement.values(self.path(requirement.path));
        self.meter.work(values.len());
        let zone = self.zone();
        values.into_iter().find(|value| !fits_type(*value, requirement.expected, zone)).map(Value::type_of)
    }

    /// The value of a source for a field: that of its first alternative that applies and is not null.
    pub(super) fn source(&mut self, source: &'a ValueSource, field: &FieldPath) -> Value<'a> {
        for (when, value) in &source.alternatives {
            if when.as_ref().is_none_or(|when| self.value(when).is_true()) {
                let value = self.alternative(value, field);
                if !value.is_null() {
                    return value;
                }
            }
        }
        Value::Null
    }

    fn alternative(&mut self, value: &'a SourceValue, field: &FieldPath) -> Value<'a> {
        match value {
            SourceValue::Value(json) => Value::from_json(json, self.arena),
            SourceValue::Expression(checked) => self.value(checked),
            SourceValue::Template(pieces) => self.template(pieces, field),
        }
    }

    /// The text of a template; null, with an error, if it is too long.
    fn template(&mut self, pieces: &'a [TemplatePiece], field: &FieldPath) -> Value<'a> {
        let mut text = String::new();
        for piece in pieces {
            let fits = match piece {
                TemplatePiece::Text(piece) => {
                    text.push_str(piece);
                    true
                }
                TemplatePiece::Expression(checked) => push_text(self.value(checked), &mut text),
            };
            if !fits || text.len() > LONGEST_TEXT {
                let most = Budget { memory: LONGEST_TEXT, ..self.rules.budget }.describe(Limit::Memory);
                self.error(&field.shown, most, String::from("more"));
                return Value::Null;
            }
        }
        match self.meter.allocate(text.len()) {
            true => Value::String(self.arena.alloc_str(&text)),
            false => Value::Null,
        }
    }
}

/// Appends a value to a text: strings and numbers as `string(…)` gives them, nothing for null, lists and objects as JSON. False
/// if the value is too large.
fn push_text(value: Value<'_>, out: &mut String) -> bool {
    match value {
        Value::Null => {}
        Value::Bool(b) => out.push_str(if b { "true" } else { "false" }),
        Value::Number(n) => format_number(n, out),
        Value::String(s) => out.push_str(s),
        Value::Array(_) | Value::Object(_) => {
            if !fits(value, LARGEST_IN_TEXT) {
                return false;
            }
            let mut json = Vec::new();
            write_json(value, &mut json);
            out.push_str(&String::from_utf8_lossy(&json));
        }
    }
    true
}
