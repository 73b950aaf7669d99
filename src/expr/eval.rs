//! Evaluation. Total: it yields a value for every event, null where something does not work out.

use super::arithmetic::{calculate, negate};
use super::functions::{Call, text};
use super::time::instant;
use super::{Arithmetic, Comparison, Env, Function, Prepared, Quantifier, Typed, TypedNode};
use crate::event::{Json, Number, Type, Value};
use bumpalo::collections::Vec as BumpVec;
use jiff::tz::TimeZone;
use smallvec::SmallVec;
use std::cmp::Ordering;

/// The value of an expression.
pub fn evaluate<'a, E: Env<'a>>(typed: &'a Typed, env: &mut E) -> Value<'a> {
    Evaluator { env, elements: SmallVec::new() }.value(typed)
}

/// True if the value of an expression is `true`.
pub fn holds<'a, E: Env<'a>>(typed: &'a Typed, env: &mut E) -> bool {
    evaluate(typed, env).is_true()
}

/// An environment, and the elements that the quantifiers around are at, the innermost last.
struct Evaluator<'e, 'a, E> {
    env: &'e mut E,
    elements: SmallVec<[Value<'a>; 2]>,
}

impl<'a, E: Env<'a>> Evaluator<'_, 'a, E> {
    fn holds(&mut self, typed: &'a Typed) -> bool {
        self.value(typed).is_true()
    }

    fn value(&mut self, typed: &'a Typed) -> Value<'a> {
        match &typed.node {
            TypedNode::Const(json) => Value::from_json(json, self.env.arena()),
            TypedNode::List(items) => self.list(items),
            TypedNode::Path(id) => self.env.path(*id),
            TypedNode::Define(id) => self.env.define(*id),
            TypedNode::It(level) => self.element(*level),
            TypedNode::Steps(base, steps) => self.value(base).walk(steps),
            TypedNode::Index(base, at) => index(self.value(base), self.value(at)),
            TypedNode::Not(inner) => Value::Bool(!self.holds(inner)),
            TypedNode::Negate(inner) => self.value(inner).as_number().map_or(Value::Null, |n| Value::Number(negate(n))),
            TypedNode::And(parts) => Value::Bool(parts.iter().all(|part| self.holds(part))),
            TypedNode::Or(parts) => Value::Bool(parts.iter().any(|part| self.holds(part))),
            TypedNode::Arithmetic(operator, a, b) => self.arithmetic(*operator, a, b),
            TypedNode::Compare(operator, a, b) => Value::Bool(self.compare(*operator, a, b)),
            TypedNode::In(item, list) => Value::Bool(self.is_in(item, list)),
            TypedNode::Coalesce(a, b) => match self.value(a) {
                Value::Null => self.value(b),
                value => value,
            },
            TypedNode::If(condition, then, other) => {
                let taken = if self.holds(condition) { then } else { other };
                self.value(taken)
            }
            TypedNode::Quantified(quantifier, list, body) => self.quantified(*quantifier, list, body),
            TypedNode::Call(function, args, prepared) => self.call(function, args, prepared),
        }
    }

    // Apart, lest its arguments take room on the stack at every level.
    #[inline(never)]
    fn call(&mut self, function: &'static Function, args: &'a [Typed], prepared: &'a Prepared) -> Value<'a> {
        let times = args.iter().any(is_time);
        let args: SmallVec<[Value<'a>; 4]> = args.iter().map(|arg| self.value(arg)).collect();
        let arena = self.env.arena();
        (function.eval)(&mut Call { args: &args, prepared, arena, env: self.env, times })
    }

    fn list(&mut self, items: &'a [Typed]) -> Value<'a> {
        let mut values = BumpVec::with_capacity_in(items.len(), self.env.arena());
        values.extend(items.iter().map(|item| self.value(item)));
        Value::Array(values.into_bump_slice())
    }

    fn element(&self, level: u32) -> Value<'a> {
        self.elements.iter().rev().nth(level as usize).copied().unwrap_or_default()
    }

    fn arithmetic(&mut self, operator: Arithmetic, a: &'a Typed, b: &'a Typed) -> Value<'a> {
        match (self.value(a), self.value(b)) {
            (Value::Number(a), Value::Number(b)) => calculate(operator, a, b),
            (Value::String(a), Value::String(b)) if operator == Arithmetic::Add => {
                text::joined(&[a, b], self.env.arena()).map_or(Value::Null, Value::String)
            }
            _ => Value::Null,
        }
    }

    fn compare(&mut self, operator: Comparison, a: &'a Typed, b: &'a Typed) -> bool {
        let times = is_time(a) || is_time(b);
        let (a, b) = (self.value(a), self.value(b));
        compare(operator, a, b, times.then(|| self.env.zone()))
    }

    fn is_in(&mut self, item: &'a Typed, list: &'a Typed) -> bool {
        let item = self.value(item);
        match &list.node {
            // Lists that are written out need not be built.
            TypedNode::Const(Json::Array(items)) => items.iter().any(|json| equals_json(item, json)),
            TypedNode::List(items) => items.iter().any(|other| self.value(other) == item),
            _ => self.value(list).as_array().is_some_and(|items| items.contains(&item)),
        }
    }

    fn quantified(&mut self, quantifier: Quantifier, list: &'a Typed, body: &'a Typed) -> Value<'a> {
        let Some(items) = self.value(list).as_array() else {
            return match quantifier {
                Quantifier::Any | Quantifier::All => Value::Bool(false),
                Quantifier::Filter | Quantifier::Map => Value::Null,
            };
        };
        match quantifier {
            Quantifier::Any => Value::Bool(items.iter().any(|item| self.at(*item, body).is_true())),
            Quantifier::All => Value::Bool(items.iter().all(|item| self.at(*item, body).is_true())),
            Quantifier::Filter => {
                let mut kept = BumpVec::new_in(self.env.arena());
                kept.extend(items.iter().filter(|item| self.at(**item, body).is_true()).copied());
                Value::Array(kept.into_bump_slice())
            }
            Quantifier::Map => {
                let mut values = BumpVec::with_capacity_in(items.len(), self.env.arena());
                values.extend(items.iter().map(|item| self.at(*item, body)));
                Value::Array(values.into_bump_slice())
            }
        }
    }

    /// The value of a quantifier's body with `it` being `element`.
    fn at(&mut self, element: Value<'a>, body: &'a Typed) -> Value<'a> {
        self.elements.push(element);
        let value = self.value(body);
        self.elements.pop();
        value
    }
}

fn is_time(typed: &Typed) -> bool {
    typed.ty.meets(Type::TIME)
}

/// `base[at]` with an integer or a key.
fn index<'a>(base: Value<'a>, at: Value<'a>) -> Value<'a> {
    match (base, at) {
        (Value::Array(items), Value::Number(at)) => {
            let at = at.as_int().and_then(|at| usize::try_from(at).ok());
            at.and_then(|at| items.get(at)).copied().unwrap_or_default()
        }
        (Value::Object(members), Value::String(key)) => {
            members.iter().find(|(name, _)| *name == key).map_or(Value::Null, |&(_, member)| member)
        }
        _ => Value::Null,
    }
}

/// A comparison; of instants, read in `zone`, if there is one.
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

/// `value == json`, without building a value of the constant.
fn equals_json(value: Value<'_>, json: &Json) -> bool {
    match (value, json) {
        (Value::Null, Json::Null) => true,
        (Value::Bool(a), Json::Bool(b)) => a == *b,
        (Value::Number(a), Json::Number(b)) => Number::from_json(b).is_some_and(|b| a == b),
        (Value::String(a), Json::String(b)) => a == b,
        (Value::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equals_json(*a, b)),
        (Value::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(*key).is_some_and(|b| equals_json(*a, b)))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
