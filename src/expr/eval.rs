//! Evaluation. Total: it yields a value for every event, null where something does not work out or its budget is used up.

use super::arithmetic::{calculate, negate};
use super::budget::{self, ELEMENT, Limit, Meter};
use super::compare::compare;
use super::functions::{Call, Outside, joined};
use super::{Arithmetic, Comparison, Env, Function, Prepared, Typed, TypedNode};
use crate::event::{Json, Number, Type, Value};
use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;
use members::Members;
use smallvec::SmallVec;

mod access;
mod members;
mod quantified;

/// The value of an expression.
pub fn evaluate<'a, E: Env<'a>>(typed: &'a Typed, env: &mut E) -> Value<'a> {
    evaluate_measured(typed, env).value
}

/// True if the value of an expression is `true`.
pub fn holds<'a, E: Env<'a>>(typed: &'a Typed, env: &mut E) -> bool {
    evaluate(typed, env).is_true()
}

/// A computation that has used up its budget.
#[derive(Clone, Copy, Debug)]
pub struct Exceeded<'a> {
    /// The computation; it is null.
    pub computation: &'a Typed,
    /// The limit that it has reached first.
    pub limit: Limit,
}

/// The outcome of an evaluation.
#[derive(Clone, Copy, Debug)]
pub struct MeasuredValue<'a> {
    /// The value.
    pub value: Value<'a>,
    /// The first computation that has used up its budget.
    pub exceeded: Option<Exceeded<'a>>,
    /// The bytes that all computations together have made.
    pub memory: usize,
    /// The steps that they have taken.
    pub work: u64,
}

/// The value of an expression and its cost.
pub fn evaluate_measured<'a, E: Env<'a>>(typed: &'a Typed, env: &mut E) -> MeasuredValue<'a> {
    let arena = env.arena();
    let mut common =
        Common { meter: Meter::default(), members: Members::default(), exceeded: None, memory: 0, work: 0 };
    let value = ExprEvaluator { env, arena, common: &mut common, element: None }.value(typed);
    MeasuredValue { value, exceeded: common.exceeded, memory: common.memory, work: common.work }
}

/// The state shared by all parts of one evaluation.
struct Common<'a> {
    meter: Meter,
    members: Members<'a>,
    exceeded: Option<Exceeded<'a>>,
    memory: usize,
    work: u64,
}

/// The evaluation of an expression in an environment. `'a` is the life of the event, `'s` that of the values that are
/// made here: within `any`, `all` and `filter` it is one element.
struct ExprEvaluator<'e, 'a, 's, E> {
    env: &'e mut E,
    arena: &'s Bump,
    common: &'e mut Common<'a>,
    /// The elements that the quantifiers around are at, the innermost first.
    element: Option<&'e Element<'e, 's>>,
}

struct Element<'e, 's> {
    value: Value<'s>,
    outer: Option<&'e Element<'e, 's>>,
}

impl<'a: 's, 's, E: Env<'a>> ExprEvaluator<'_, 'a, 's, E> {
    fn holds(&mut self, typed: &'a Typed) -> bool {
        self.value(typed).is_true()
    }

    fn value(&mut self, typed: &'a Typed) -> Value<'s> {
        // Only repeated evaluation is counted: an expression itself is not larger than the rule file.
        if self.element.is_some() && !self.common.meter.work(1) {
            return Value::Null;
        }
        match &typed.node {
            TypedNode::Const(json) => self.constant(json),
            TypedNode::Path(id) => self.env.path(*id),
            TypedNode::Define(id) => self.env.define(*id),
            TypedNode::It(level) => self.at_level(*level),
            TypedNode::Steps(base, steps) => self.steps(base, steps),
            TypedNode::Index(base, at) => self.index(base, at),
            TypedNode::Not(inner) => Value::Bool(!self.holds(inner)),
            TypedNode::Negate(inner) => self.value(inner).as_number().map_or(Value::Null, |n| Value::Number(negate(n))),
            TypedNode::And(parts) => Value::Bool(parts.iter().all(|part| self.holds(part))),
            TypedNode::Or(parts) => Value::Bool(parts.iter().any(|part| self.holds(part))),
            TypedNode::Compare(operator, a, b) => Value::Bool(self.compare(*operator, a, b)),
            TypedNode::In(item, list) => Value::Bool(self.is_in(item, list)),
            TypedNode::Coalesce(a, b) => match self.value(a) {
                Value::Null => self.value(b),
                value => value,
            },
            TypedNode::Present(place) => Value::Bool(self.is_present(place)),
            TypedNode::If(condition, then, other) => {
                let taken = if self.holds(condition) { then } else { other };
                self.value(taken)
            }
            _ if !self.common.meter.is_running() && typed.is_computation() => self.computation(typed),
            TypedNode::List(items) => self.list(items),
            TypedNode::Arithmetic(operator, a, b) => self.arithmetic(*operator, a, b),
            TypedNode::Quantified(quantifier, list, body) => self.quantified(*quantifier, list, body),
            TypedNode::Call(function, args, prepared) => self.call(function, args, prepared),
        }
    }

    /// The value of an operation that has a budget of its own.
    #[inline(never)]
    fn computation(&mut self, typed: &'a Typed) -> Value<'s> {
        let budget = self.env.budget();
        self.common.meter.start(budget);
        let value = self.value(typed);
        let (memory, work) = (self.common.meter.memory_left(), self.common.meter.work_left());
        self.common.memory = self.common.memory.saturating_add(budget.memory - memory);
        self.common.work = self.common.work.saturating_add(budget.work - work);
        let reached = self.common.meter.stop();
        // Parts that a value has several times are written out where it goes, so they count as often.
        let too_large = || (!budget::fits(value, budget.memory)).then_some(Limit::Memory);
        let Some(limit) = reached.or_else(too_large) else { return value };
        self.common.exceeded.get_or_insert(Exceeded { computation: typed, limit });
        Value::Null
    }

    fn constant(&mut self, json: &'a Json) -> Value<'s> {
        let built = matches!(json, Json::Array(_) | Json::Object(_));
        let fits = !built || self.common.meter.allocate(budget::size_of_constant(json));
        if fits { Value::from_json(json, self.arena) } else { Value::Null }
    }

    // A function of its own, so that the arguments take no stack at every level of recursion.
    #[inline(never)]
    fn call(&mut self, function: &'static Function, args: &'a [Typed], prepared: &'a Prepared) -> Value<'s> {
        let times = args.iter().any(is_time);
        // The patterns of a list are prepared.
        let args = if matches!(prepared, Prepared::AnyOf(_)) { args.get(..1).unwrap_or_default() } else { args };
        let args: SmallVec<[Value<'s>; 4]> = args.iter().map(|arg| self.value(arg)).collect();
        let meter = &self.common.meter;
        if meter.is_running() && function.reads_text {
            let mut texts = args.iter().filter_map(|arg| arg.as_str());
            if !texts.all(|text| meter.read(text)) {
                return Value::Null;
            }
        }
        let env = &mut Outside(self.env);
        (function.eval)(&mut Call { args: &args, prepared, arena: self.arena, env, times, meter })
    }

    fn list(&mut self, items: &'a [Typed]) -> Value<'s> {
        if !self.common.meter.allocate(items.len() * ELEMENT) {
            return Value::Null;
        }
        let mut values = BumpVec::with_capacity_in(items.len(), self.arena);
        values.extend(items.iter().map(|item| self.value(item)));
        Value::Array(values.into_bump_slice())
    }

    fn at_level(&self, level: u32) -> Value<'s> {
        let mut element = self.element;
        for _ in 0..level {
            element = element.and_then(|element| element.outer);
        }
        element.map_or(Value::Null, |element| element.value)
    }

    fn arithmetic(&mut self, operator: Arithmetic, a: &'a Typed, b: &'a Typed) -> Value<'s> {
        match (self.value(a), self.value(b)) {
            (Value::Number(a), Value::Number(b)) => calculate(operator, a, b),
            (Value::String(a), Value::String(b)) if operator == Arithmetic::Add => {
                joined(&[a, b], self.arena, &self.common.meter).map_or(Value::Null, Value::String)
            }
            _ => Value::Null,
        }
    }

    fn compare(&mut self, operator: Comparison, a: &'a Typed, b: &'a Typed) -> bool {
        let times = is_time(a) || is_time(b);
        let (a, b) = (self.value(a), self.value(b));
        let meter = &self.common.meter;
        if meter.is_running() {
            match (operator, a, b) {
                (Comparison::Equal, Value::Array(_) | Value::Object(_), _) => return meter.equal(a, b),
                (Comparison::NotEqual, Value::Array(_) | Value::Object(_), _) => return !meter.equal(a, b),
                (_, Value::String(a), Value::String(b)) => _ = meter.read(if a.len() < b.len() { a } else { b }),
                _ => {}
            }
        }
        compare(operator, a, b, times.then(|| self.env.zone()))
    }

    fn is_in(&mut self, item: &'a Typed, list: &'a Typed) -> bool {
        let item = self.value(item);
        match &list.node {
            // Lists that are written out need not be built.
            TypedNode::Const(Json::Array(items)) => {
                self.common.meter.work(items.len()) && items.iter().any(|json| equals_json(item, json))
            }
            TypedNode::List(items) => items.iter().any(|other| {
                let other = self.value(other);
                self.common.meter.equal(other, item)
            }),
            TypedNode::Path(_) | TypedNode::Define(_) if self.element.is_some() => {
                let items = match list.node {
                    TypedNode::Path(id) => self.env.path(id),
                    TypedNode::Define(id) => self.env.define(id),
                    _ => Value::Null,
                };
                let Common { meter, members, .. } = &mut *self.common;
                items.as_array().is_some_and(|items| members.contains(list, items, item, meter))
            }
            _ => {
                let items = self.value(list).as_array().unwrap_or_default();
                let meter = &self.common.meter;
                meter.work(items.len()) && items.iter().any(|other| meter.equal(*other, item))
            }
        }
    }
}

fn is_time(typed: &Typed) -> bool {
    typed.ty.intersects(Type::TIME)
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
