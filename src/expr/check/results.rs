//! Comparisons of a call with a value that the function never yields: `hour(now) == 24`, `lower(data.city) == "Pune"`.

use super::types::values_help;
use super::{Checker, constant};
use crate::diagnostic::{Code, Diagnostic, Span, did_you_mean};
use crate::event::{Json, Number};
use crate::expr::{Comparison, Function, Prepared, Typed, TypedNode};

impl Checker<'_, '_> {
    /// Warns of `a == b` or `a != b` if one side is a call and the other a value that the call never yields.
    pub(super) fn possible_result(&mut self, op: Comparison, a: &Typed, b: &Typed, span: Span) {
        let Some(help) = self.impossible(a, b).or_else(|| self.impossible(b, a)) else { return };
        let message = if op == Comparison::Equal { "these are never equal" } else { "these are always different" };
        self.warn(Diagnostic::new(Code::ConstantCondition, span, message).help(help));
    }

    /// Warns of an element of `call in [element, …]` that the call never yields.
    pub(super) fn possible_element(&mut self, call: &Typed, element: &Json, span: Span) {
        let Some(help) = self.impossible(call, &constant(span, element.clone())) else { return };
        let message = format!("`{}` never yields `{element}`", self.shown(call));
        self.warn(Diagnostic::new(Code::ConstantCondition, span, message).help(help));
    }

    /// Why a call never yields a constant; None if it may.
    fn impossible(&self, call: &Typed, constant: &Typed) -> Option<String> {
        let TypedNode::Call(function, arguments, _) = &call.node else { return None };
        let TypedNode::Const(value) = &constant.node else { return None };
        if !value.is_number() && !value.is_string() {
            return None;
        }
        other_text(function, value).or_else(|| out_of_range(function, value)).or_else(|| {
            let [_] = arguments.as_slice() else { return None };
            self.changed(function, constant)
        })
    }

    /// Why an idempotent function never yields a value: it would change it.
    fn changed(&self, function: &'static Function, constant: &Typed) -> Option<String> {
        let TypedNode::Const(value) = &constant.node else { return None };
        if !function.idempotent || !constant.ty.intersects(function.params.first().copied()?) {
            return None;
        }
        let call = TypedNode::Call(function, vec![constant.clone()], Prepared::None);
        let result = self.fold(Typed { span: constant.span, ty: function.returns, node: call });
        match result.node {
            TypedNode::Const(result) if !same(&result, value) => {
                Some(format!("`{}` yields values like `{result}`, never `{value}`", function.name))
            }
            _ => None,
        }
    }
}

/// Why a function that yields few texts never yields this one.
fn other_text(function: &Function, value: &Json) -> Option<String> {
    let text = value.as_str()?;
    if function.values.is_empty() || function.values.contains(&text) {
        return None;
    }
    let lower = text.to_lowercase();
    let prefix = function.values.iter().find(|value| !value.is_empty() && lower.starts_with(**value));
    let near = prefix.map(|value| format!("did you mean `\"{value}\"`?"));
    let near = near.or_else(|| did_you_mean(&lower, function.values.iter().copied()));
    Some(near.map_or_else(|| values_help(function), |near| format!("{near} {}", values_help(function))))
}

/// Why a function that yields integers of a range never yields this number.
fn out_of_range(function: &Function, value: &Json) -> Option<String> {
    let (least, most) = function.integers?;
    let Json::Number(n) = value else { return None };
    let number = Number::from_json(n)?;
    let inside = Number::int(least.into()) <= number && number <= Number::int(most.into());
    let whole = number.as_f64().fract() == 0.0;
    let name = function.name;
    match (whole && inside, most) {
        (true, _) => None,
        (false, i64::MAX) => Some(format!("`{name}` yields integers from {least}")),
        (false, _) => Some(format!("`{name}` yields integers from {least} to {most}")),
    }
}

/// True for equal values; numbers are compared by value.
fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => Number::from_json(a) == Number::from_json(b),
        _ => a == b,
    }
}
