//! Numbers.

use super::definition::{BASE, MAYBE_NUMBER};
use super::{Call, Function, Predicate, Requires, SpecialForm};
use crate::event::{Number, Type, Value};
use crate::expr::Comparison;
use crate::expr::arithmetic::{negate, whole};
use crate::expr::compare::compare;

const NUMBERS_OR_LIST: &[Type] = &[Type::NUMBER.union(Type::ARRAY)];
const ORDERED: Type = Type::NUMBER.union(Type::STRING);

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "min",
        usage: "min(a, …)",
        doc: "The smallest of the numbers, or of a list of numbers; null if one of them is not a number, or if there are none.",
        examples: &[
            ("min(3, 1.5, 2)", "1.5"),
            ("min([3, 1])", "1"),
            ("min([])", "null"),
            ("min(1, data.nope)", "null"),
        ],
        params: NUMBERS_OR_LIST,
        required: 1,
        variadic: true,
        returns: MAYBE_NUMBER,
        eval: |call| extreme(call, |found, n| n < found),
        requires: Requires::Numbers,
        ..BASE
    },
    Function {
        name: "max",
        usage: "max(a, …)",
        doc: "The largest of the numbers, or of a list of numbers; null if one of them is not a number, or if there are none.",
        examples: &[("max(3, 1.5, 2)", "3"), ("max([3, 1])", "3"), ("max([1, \"2\"])", "null")],
        params: NUMBERS_OR_LIST,
        required: 1,
        variadic: true,
        returns: MAYBE_NUMBER,
        eval: |call| extreme(call, |found, n| n > found),
        requires: Requires::Numbers,
        ..BASE
    },
    Function {
        name: "abs",
        aliases: &["math::abs"],
        usage: "abs(x)",
        doc: "The number without its sign.",
        examples: &[("abs(-3)", "3"), ("abs(2.5)", "2.5"), ("abs(data.nope)", "null")],
        params: &[Type::NUMBER],
        required: 1,
        returns: MAYBE_NUMBER,
        eval: |call| {
            let positive = |n: Number| match n {
                // (-0.0 is not below 0, but has a sign.)
                Number::Float(n) => Number::Float(n.abs()),
                n if n < Number::Int(0) => negate(n),
                n => n,
            };
            call.number(0).map_or(Value::Null, |n| Value::Number(positive(n)))
        },
        idempotent: true,
        ..BASE
    },
    Function {
        name: "floor",
        usage: "floor(x)",
        doc: "The largest integer that is not above the number.",
        examples: &[("floor(2.7)", "2"), ("floor(-2.1)", "-3"), ("floor(5)", "5")],
        params: &[Type::NUMBER],
        required: 1,
        returns: MAYBE_NUMBER,
        eval: |call| rounded(call, f64::floor),
        idempotent: true,
        ..BASE
    },
    Function {
        name: "ceil",
        usage: "ceil(x)",
        doc: "The smallest integer that is not below the number.",
        examples: &[("ceil(2.1)", "3"), ("ceil(-2.7)", "-2")],
        params: &[Type::NUMBER],
        required: 1,
        returns: MAYBE_NUMBER,
        eval: |call| rounded(call, f64::ceil),
        idempotent: true,
        ..BASE
    },
    Function {
        name: "round",
        usage: "round(x)",
        doc: "The nearest integer; halves are rounded away from zero.",
        examples: &[("round(2.5)", "3"), ("round(-2.5)", "-3"), ("round(2.4)", "2")],
        params: &[Type::NUMBER],
        required: 1,
        returns: MAYBE_NUMBER,
        eval: |call| rounded(call, f64::round),
        idempotent: true,
        ..BASE
    },
    Function {
        name: "between",
        usage: "between(x, low, high)",
        doc: "`x >= low && x <= high`: both ends are in, and it is false where a value is missing or has the wrong type.",
        examples: &[
            ("between(12, 12, 14)", "true"),
            ("between(14.5, 12, 14)", "false"),
            ("between(\"b\", \"a\", \"c\")", "true"),
            ("between(data.nope, 12, 14)", "false"),
            ("between(now, \"2020-01-01\", \"2021-01-01\")", "false"),
        ],
        params: &[ORDERED, ORDERED, ORDERED],
        required: 3,
        returns: Type::BOOLEAN,
        eval: |call| {
            let zone = call.times.then(|| call.zone());
            let (x, low, high) = (call.arg(0), call.arg(1), call.arg(2));
            let above = compare(Comparison::GreaterEqual, x, low, zone);
            Value::Bool(above && compare(Comparison::LessEqual, x, high, zone))
        },
        requires: Requires::Ordered,
        predicate: Some(Predicate::Between),
        special_form: Some(SpecialForm::Between),
        ..BASE
    },
];

/// The number that `better` prefers to all others; the first if several are equal.
fn extreme<'a>(call: &Call<'_, 'a>, better: fn(Number, Number) -> bool) -> Value<'a> {
    let numbers = match call.args {
        [Value::Array(items)] if call.meter.work(items.len()) => items,
        [Value::Array(_)] => return Value::Null,
        args => args,
    };
    let mut numbers = numbers.iter().map(|value| value.as_number());
    let first = numbers.next().flatten();
    let best =
        first.and_then(|first| numbers.try_fold(first, |found, n| n.map(|n| if better(found, n) { n } else { found })));
    best.map_or(Value::Null, Value::Number)
}

/// Rounds floats; integers remain unchanged.
fn rounded<'a>(call: &Call<'_, 'a>, round: fn(f64) -> f64) -> Value<'a> {
    match call.number(0) {
        Some(Number::Float(n)) => whole(round(n)),
        Some(n) => Value::Number(n),
        None => Value::Null,
    }
}
