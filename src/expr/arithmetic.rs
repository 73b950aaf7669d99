//! Arithmetic on numbers: exact on integers while 64 bits hold the result, else on floats; null where it is not finite.

use super::Arithmetic;
use crate::event::{Number, Value};

/// The result of an operator.
pub(super) fn calculate<'a>(operator: Arithmetic, a: Number, b: Number) -> Value<'a> {
    let exact = match (a, b) {
        (Number::Int(a), Number::Int(b)) => exactly(operator, a, b),
        _ => None,
    };
    match exact {
        Some(n) => Value::Number(Number::int(n)),
        None => Value::float(nearly(operator, a.as_f64(), b.as_f64())),
    }
}

/// Integer arithmetic in 128 bits; none if the result is not an integer, or must be computed with floats.
fn exactly(operator: Arithmetic, a: i128, b: i128) -> Option<i128> {
    match operator {
        Arithmetic::Add => a.checked_add(b),
        Arithmetic::Subtract => a.checked_sub(b),
        Arithmetic::Multiply => a.checked_mul(b),
        Arithmetic::Divide => a.checked_div(b).filter(|quotient| quotient * b == a),
        Arithmetic::Remainder => a.checked_rem(b),
        Arithmetic::Power => u32::try_from(b).ok().and_then(|exponent| a.checked_pow(exponent)),
    }
}

fn nearly(operator: Arithmetic, a: f64, b: f64) -> f64 {
    match operator {
        Arithmetic::Add => a + b,
        Arithmetic::Subtract => a - b,
        Arithmetic::Multiply => a * b,
        Arithmetic::Divide => a / b,
        Arithmetic::Remainder => a % b,
        Arithmetic::Power => a.powf(b),
    }
}

/// `-n`.
pub(super) fn negate(n: Number) -> Number {
    match n {
        Number::Int(n) => Number::int(-n),
        Number::Float(n) => Number::Float(-n),
    }
}

/// A float as an integer if it is integral and fits into 64 bits, so that `floor(2.5)` is written `2`.
pub(super) fn whole<'a>(n: f64) -> Value<'a> {
    let number = Number::float(n);
    number.map_or(Value::Null, |number| Value::Number(number.as_int().map_or(number, Number::int)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Json;
    use Arithmetic::{Add, Divide, Multiply, Power, Remainder, Subtract};
    use serde_json::json;

    #[test]
    fn operators() {
        let max = u64::MAX;
        let cases = [
            (json!(1), Add, json!(2), json!(3)),
            (json!(max), Add, json!(1), json!(18_446_744_073_709_551_616.0)),
            (json!(i64::MIN), Subtract, json!(1), json!(-9_223_372_036_854_775_808.0)),
            (json!(max), Multiply, json!(max), json!(max as f64 * max as f64)),
            (json!(1), Divide, json!(2), json!(0.5)),
            (json!(4), Divide, json!(2), json!(2)),
            (json!(max), Divide, json!(1), json!(max)),
            (json!(1), Divide, json!(0), json!(null)),
            (json!(0.0), Divide, json!(0.0), json!(null)),
            (json!(-7), Remainder, json!(3), json!(-1)),
            (json!(7), Remainder, json!(-3), json!(1)),
            (json!(-7.5), Remainder, json!(2), json!(-1.5)),
            (json!(7), Remainder, json!(0), json!(null)),
            (json!(7.5), Remainder, json!(0), json!(null)),
            (json!(2), Power, json!(10), json!(1024)),
            (json!(2), Power, json!(-1), json!(0.5)),
            (json!(2), Power, json!(64), json!(18_446_744_073_709_551_616.0)),
            (json!(0), Power, json!(0), json!(1)),
            (json!(0), Power, json!(-1), json!(null)),
            (json!(-8), Power, json!(0.5), json!(null)),
            (json!(10), Power, json!(400), json!(null)),
            (json!(1e308), Add, json!(1e308), json!(null)),
            (json!(0.1), Add, json!(0.2), json!(0.1 + 0.2)),
        ];
        let number = |json: &Json| Number::from_json(json.as_number().unwrap()).unwrap();
        for (a, operator, b, expected) in cases {
            let found = calculate(operator, number(&a), number(&b)).to_json();
            assert_eq!(found, expected, "{a} {operator:?} {b}");
        }
    }
}
