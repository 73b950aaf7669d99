//! Numbers: integers of up to 64 bits are exact, signed or not; everything else is a finite float.

use serde_json::Value as Json;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

/// A JSON number. Integers and floats compare by their exact values: `1 == 1.0`, and
/// `9007199254740993 > 9007199254740992.0`.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    /// An integer from -2⁶³ to 2⁶⁴ - 1.
    Int(i128),
    /// A finite float.
    Float(f64),
}

const INT_MIN: i128 = i64::MIN as i128;
const INT_MAX: i128 = u64::MAX as i128;

impl Number {
    /// An integer; a float if it has more than 64 bits.
    pub fn int(n: i128) -> Number {
        if (INT_MIN..=INT_MAX).contains(&n) { Number::Int(n) } else { Number::Float(n as f64) }
    }

    /// A float; none if it is not finite.
    pub fn float(n: f64) -> Option<Number> {
        n.is_finite().then_some(Number::Float(n))
    }

    /// From a parsed number.
    pub fn from_json(n: &serde_json::Number) -> Option<Number> {
        let int = n.as_i64().map(i128::from).or_else(|| n.as_u64().map(i128::from));
        int.map(Number::Int).or_else(|| n.as_f64().and_then(Number::float))
    }

    /// As an owned JSON value.
    pub fn to_json(self) -> Json {
        match self {
            Number::Int(n) => match (i64::try_from(n), u64::try_from(n)) {
                (Ok(n), _) => Json::from(n),
                (_, Ok(n)) => Json::from(n),
                _ => Json::from(n as f64),
            },
            Number::Float(n) => Json::from(n),
        }
    }

    /// The nearest float.
    pub fn as_f64(self) -> f64 {
        match self {
            Number::Int(n) => n as f64,
            Number::Float(n) => n,
        }
    }

    /// Its value as an integer, if it is whole and has at most 64 bits.
    pub fn as_int(self) -> Option<i128> {
        match self {
            Number::Int(n) => Some(n),
            Number::Float(n) => {
                let whole = n.fract() == 0.0 && n >= INT_MIN as f64 && n < INT_MAX as f64;
                whole.then_some(n as i128)
            }
        }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Number) -> Ordering {
        match (*self, *other) {
            (Number::Int(a), Number::Int(b)) => a.cmp(&b),
            // Neither float is a NaN; -0.0 and 0.0 are one number.
            (Number::Float(a), Number::Float(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
            (Number::Int(a), Number::Float(b)) => int_float(a, b),
            (Number::Float(a), Number::Int(b)) => int_float(b, a).reverse(),
        }
    }
}

/// Compares exactly: by the whole part first, then by the fraction.
fn int_float(a: i128, b: f64) -> Ordering {
    if b >= 2e19 {
        return Ordering::Less;
    }
    if b <= -1e19 {
        return Ordering::Greater;
    }
    let whole = b.trunc();
    a.cmp(&(whole as i128)).then_with(|| whole.partial_cmp(&b).unwrap_or(Ordering::Equal))
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl Hash for Number {
    /// Equal numbers have equal hashes, as integers and as floats.
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self.as_int() {
            Some(n) => n.hash(state),
            None => self.as_f64().to_bits().hash(state),
        }
    }
}

/// The value of a JSON literal: an integer if it is written as one and fits 64 bits, else the nearest
/// float; none if it is out of the range of floats.
pub fn parse_number(literal: &str) -> Option<Number> {
    let written_as_int = !literal.bytes().any(|b| matches!(b, b'.' | b'e' | b'E'));
    if written_as_int && let Ok(n) = literal.parse::<i128>() {
        return Some(Number::int(n));
    }
    literal.parse::<f64>().ok().and_then(Number::float)
}

/// Writes a number the way `string(x)`, templates and canonical JSON show it: integers in full, floats in the shortest
/// form that reads back as the same float, laid out as ECMAScript does (RFC 8785, 3.2.2.3): `1` for `1.0`, `1e+21`. If there are
/// two shortest forms, the nearer one is written; if both are equally near, the one whose last digit is even.
pub fn format_number(number: Number, out: &mut String) {
    use std::fmt::Write;
    if let Number::Int(n) = number {
        let _ = write!(out, "{n}");
        return;
    }
    let mut buffer = ryu_js::Buffer::new();
    out.push_str(buffer.format(number.as_f64()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn float(n: f64) -> Number {
        Number::float(n).unwrap()
    }

    #[test]
    fn compares_integers_and_floats_exactly() {
        assert_eq!(Number::int(1), float(1.0));
        assert!(Number::int(9_007_199_254_740_993) > float(9_007_199_254_740_992.0));
        assert!(Number::int(u64::MAX.into()) < float(18_446_744_073_709_551_616.0));
        assert!(Number::int(-2) < float(-1.5));
        assert!(Number::int(-1) > float(-1.5));
        assert!(Number::int(0) < float(1e300));
        assert_eq!(float(-0.0), Number::int(0));
    }

    #[test]
    fn reads_and_writes() {
        let shown = |literal: &str| {
            let mut out = String::new();
            format_number(parse_number(literal).unwrap(), &mut out);
            out
        };
        assert_eq!(shown("18446744073709551615"), "18446744073709551615");
        assert_eq!(shown("18446744073709551616"), "18446744073709552000");
        assert_eq!(shown("1.0"), "1");
        assert_eq!(shown("1e21"), "1e+21");
        assert_eq!(shown("1.5e-7"), "1.5e-7");
        assert_eq!(shown("-0"), "0");
        assert!(parse_number("1e999").is_none());
    }

    /// ECMAScript's `Number::toString` by exact decimal arithmetic: the fewest digits that read back as the same float; if
    /// there are several, the nearest, then the even one. The standard library's `{:.N e}` rounds the exact value, half to even.
    fn oracle(n: f64) -> String {
        let (digits, exponent) = (0..17).find_map(|precision| shortest(n.abs(), precision)).unwrap();
        let (count, point) = (digits.len() as i32, exponent + 1);
        let split = |at: i32| digits.split_at(at as usize);
        let sign = if n < 0.0 { "-" } else { "" };
        let zeros = |n: i32| "0".repeat(n as usize);
        let shown = if (count..=21).contains(&point) {
            format!("{digits}{}", zeros(point - count))
        } else if (1..=21).contains(&point) {
            format!("{}.{}", split(point).0, split(point).1)
        } else if (-5..=0).contains(&point) {
            format!("0.{}{digits}", zeros(-point))
        } else {
            let fraction = if count > 1 { format!(".{}", split(1).1) } else { String::new() };
            format!("{}{fraction}e{}{}", split(1).0, if exponent < 0 { "-" } else { "+" }, exponent.abs())
        };
        sign.to_owned() + &shown
    }

    /// The digits and the exponent of the nearest decimal with `precision` digits after the first that reads back as `n`.
    fn shortest(n: f64, precision: usize) -> Option<(String, i32)> {
        let rounded = format!("{n:.precision$e}");
        let (mantissa, exponent) = rounded.split_once('e').unwrap();
        let digits: i128 = mantissa.replace('.', "").parse().unwrap();
        let exponent: i32 = exponent.parse().unwrap();
        // Below a power of two floats lie closer together, so the nearest decimal may fail where its neighbour reads back.
        let reads_back = |digits: &i128| format!("{digits}e{}", exponent - precision as i32).parse() == Ok(n);
        let found = [digits, digits + 1, digits - 1].into_iter().find(reads_back)?;
        let text = found.to_string();
        let exponent = exponent + (text.len() as i32 - precision as i32 - 1);
        Some((text.trim_end_matches('0').to_owned(), exponent))
    }

    fn shown(n: f64) -> String {
        let mut out = String::new();
        format_number(float(n), &mut out);
        out
    }

    #[test]
    fn writes_floats_as_ecmascript_does() {
        let cases = [
            ("5.9604644775390625e-07".parse().unwrap(), "5.960464477539062e-7"),
            (9.007_199_254_740_992e15, "9007199254740992"),
            (1e21, "1e+21"),
            (1e20, "100000000000000000000"),
            (1e-6, "0.000001"),
            (1e-7, "1e-7"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (-0.0, "0"),
            (333_333_333.333_333_3, "333333333.3333333"),
            (295_147_905_179_352_830_000.0, "295147905179352830000"),
        ];
        for (n, expected) in cases {
            assert_eq!(shown(n), expected);
            assert!(n == 0.0 || oracle(n) == expected, "{n:e}");
        }
    }

    #[test]
    fn writes_the_shortest_digits_of_any_float() {
        let powers = (-1074..1024).map(|power| 2f64.powi(power)).filter(|n| *n > 0.0);
        let tens = (0..40_u32)
            .flat_map(|power| (1..20).map(move |n| f64::from(n) * 2f64.powi(-24) * 10f64.powi(power as i32)));
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            f64::from_bits(state ^ (state >> 29))
        };
        let random: Vec<f64> = (0..30_000).map(|_| random()).filter(|n| n.is_finite() && *n != 0.0).collect();
        // Small multiples of a power of two: two shortest forms can be equally near.
        let ties = (1..20_000_u32).map(|n| f64::from(n) * 2f64.powi(-40));
        for n in powers.chain(tens).chain(random).chain(ties) {
            assert_eq!(shown(n), oracle(n), "{n:e}");
        }
    }
}
