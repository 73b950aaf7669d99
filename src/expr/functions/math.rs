//! Functions of evalexpr that the language has no name of its own for.

use super::definition::{BASE, MAYBE_BOOLEAN, MAYBE_NUMBER};
use super::{Call, Function};
use crate::event::{Number, Type, Value};
use crate::expr::Arithmetic;
use crate::expr::arithmetic::{calculate, whole};

/// A function of one float.
macro_rules! unary {
    ($name:literal, $method:ident, $doc:literal, $example:literal => $value:literal) => {
        Function {
            name: concat!("math::", $name),
            usage: concat!("math::", $name, "(x)"),
            doc: $doc,
            examples: &[(concat!("math::", $name, "(", $example, ")"), $value)],
            params: &[Type::NUMBER],
            required: 1,
            returns: MAYBE_NUMBER,
            eval: |call| call.number(0).map_or(Value::Null, |x| whole(x.as_f64().$method())),
            ..BASE
        }
    };
}

/// A function of two floats.
macro_rules! binary {
    ($name:literal, $method:ident, $usage:literal, $doc:literal, $example:literal => $value:literal) => {
        Function {
            name: concat!("math::", $name),
            usage: concat!("math::", $name, $usage),
            doc: $doc,
            examples: &[(concat!("math::", $name, "(", $example, ")"), $value)],
            params: &[Type::NUMBER, Type::NUMBER],
            required: 2,
            returns: MAYBE_NUMBER,
            eval: |call| {
                let numbers = call.number(0).zip(call.number(1));
                numbers.map_or(Value::Null, |(a, b)| whole(a.as_f64().$method(b.as_f64())))
            },
            ..BASE
        }
    };
}

/// A question about a float.
macro_rules! question {
    ($name:literal, $method:ident, $doc:literal, $value:literal) => {
        Function {
            name: concat!("math::", $name),
            usage: concat!("math::", $name, "(x)"),
            doc: $doc,
            examples: &[(concat!("math::", $name, "(1.5)"), $value)],
            params: &[Type::NUMBER],
            required: 1,
            returns: MAYBE_BOOLEAN,
            eval: |call| call.number(0).map_or(Value::Null, |x| Value::Bool(x.as_f64().$method())),
            ..BASE
        }
    };
}

/// A function of two integers of 64 bits.
macro_rules! bits {
    ($name:literal, $doc:literal, $example:literal => $value:literal, $with:expr) => {
        Function {
            name: $name,
            usage: concat!($name, "(a, b)"),
            doc: $doc,
            examples: &[(concat!($name, "(", $example, ")"), $value)],
            params: &[Type::NUMBER, Type::NUMBER],
            required: 2,
            returns: MAYBE_NUMBER,
            eval: |call| bits(call, $with).unwrap_or_default(),
            ..BASE
        }
    };
}

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    unary!("ln", ln, "The natural logarithm.", "1" => "0"),
    binary!("log", log, "(x, base)", "The logarithm to a base.", "8, 2" => "3"),
    unary!("log2", log2, "The logarithm to base 2.", "8" => "3"),
    unary!("log10", log10, "The logarithm to base 10.", "1000" => "3"),
    unary!("exp", exp, "e to the power of the number.", "0" => "1"),
    unary!("exp2", exp2, "2 to the power of the number.", "3" => "8"),
    Function {
        name: "math::pow",
        usage: "math::pow(a, b)",
        doc: "`a ^ b`.",
        examples: &[("math::pow(2, 10)", "1024")],
        params: &[Type::NUMBER, Type::NUMBER],
        required: 2,
        returns: MAYBE_NUMBER,
        eval: |call| {
            let numbers = call.number(0).zip(call.number(1));
            numbers.map_or(Value::Null, |(a, b)| calculate(Arithmetic::Power, a, b))
        },
        ..BASE
    },
    unary!("cos", cos, "The cosine.", "0" => "1"),
    unary!("acos", acos, "The inverse cosine.", "1" => "0"),
    unary!("cosh", cosh, "The hyperbolic cosine.", "0" => "1"),
    unary!("acosh", acosh, "The inverse hyperbolic cosine.", "1" => "0"),
    unary!("sin", sin, "The sine.", "0" => "0"),
    unary!("asin", asin, "The inverse sine.", "2" => "null"),
    unary!("sinh", sinh, "The hyperbolic sine.", "0" => "0"),
    unary!("asinh", asinh, "The inverse hyperbolic sine.", "0" => "0"),
    unary!("tan", tan, "The tangent.", "0" => "0"),
    unary!("atan", atan, "The inverse tangent.", "0" => "0"),
    unary!("tanh", tanh, "The hyperbolic tangent.", "0" => "0"),
    unary!("atanh", atanh, "The inverse hyperbolic tangent.", "1" => "null"),
    binary!("atan2", atan2, "(y, x)", "The angle of a point.", "0, 1" => "0"),
    unary!("sqrt", sqrt, "The square root; null of a negative number.", "9" => "3"),
    unary!("cbrt", cbrt, "The cube root.", "27" => "3"),
    binary!("hypot", hypot, "(a, b)", "The length of the hypotenuse.", "3, 4" => "5"),
    question!("is_nan", is_nan, "Always false: a result that is not a number is null.", "false"),
    question!("is_finite", is_finite, "Always true: what is not finite is null.", "true"),
    question!("is_infinite", is_infinite, "Always false: what is not finite is null.", "false"),
    question!("is_normal", is_normal, "True if the number is neither zero nor closer to it than 2.2e-308.", "true"),
    bits!("bitand", "The bits that both integers have.", "12, 10" => "8", |a, b| Some(a & b)),
    bits!("bitor", "The bits that one of the integers has.", "12, 10" => "14", |a, b| Some(a | b)),
    bits!("bitxor", "The bits that just one of the integers has.", "12, 10" => "6", |a, b| Some(a ^ b)),
    Function {
        name: "bitnot",
        usage: "bitnot(a)",
        doc: "The integer with every bit turned.",
        examples: &[("bitnot(0)", "-1")],
        params: &[Type::NUMBER],
        required: 1,
        returns: MAYBE_NUMBER,
        eval: |call| integer(call, 0).map_or(Value::Null, |a| Value::int(!a)),
        ..BASE
    },
    bits!("shl", "The bits moved to the left by 0 to 63 places.", "1, 4" => "16", |a, b| {
        u32::try_from(b).ok().and_then(|b| a.checked_shl(b))
    }),
    bits!("shr", "The bits moved to the right by 0 to 63 places.", "-16, 2" => "-4", |a, b| {
        u32::try_from(b).ok().and_then(|b| a.checked_shr(b))
    }),
];

/// A signed integer of 64 bits.
fn integer(call: &Call<'_, '_>, at: usize) -> Option<i64> {
    call.number(at).and_then(Number::as_int).and_then(|n| i64::try_from(n).ok())
}

fn bits<'a>(call: &Call<'_, 'a>, with: fn(i64, i64) -> Option<i64>) -> Option<Value<'a>> {
    with(integer(call, 0)?, integer(call, 1)?).map(Value::int)
}
