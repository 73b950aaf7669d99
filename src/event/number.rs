//! Numbers: integers of up to 64 bits are exact, signed or not; everything else is a finite float.

use super::value::Json;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

/// A JSON number. Integers and floats compare by what they stand for, exactly: `1 == 1.0`, and
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
    /// An integer; a float where it has more than 64 bits.
    pub fn int(n: i128) -> Number {
        if (INT_MIN..=INT_MAX).contains(&n) { Number::Int(n) } else { Number::Float(n as f64) }
    }

    /// A float; none where it is not finite.
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

    /// The integer it stands for, if it is whole and has at most 64 bits.
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

/// Compares exactly: by the whole part first, then by what is behind the point.
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
    /// Equal numbers hash alike, whichever way they are held.
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self.as_int() {
            Some(n) => n.hash(state),
            None => self.as_f64().to_bits().hash(state),
        }
    }
}

/// The number that a JSON literal stands for: an integer where it is written as one and fits 64 bits, else the nearest
/// float; none where it is beyond every float.
pub fn parse_number(literal: &str) -> Option<Number> {
    let written_as_int = !literal.bytes().any(|b| matches!(b, b'.' | b'e' | b'E'));
    if written_as_int && let Ok(n) = literal.parse::<i128>() {
        return Some(Number::int(n));
    }
    literal.parse::<f64>().ok().and_then(Number::float)
}

/// Writes a number the way `string(x)`, templates and canonical JSON show it: integers whole, floats in the shortest
/// form that reads back as the same float, laid out as ECMAScript does (RFC 8785, 3.2.2.3): `1` for `1.0`, `1e+21`.
pub fn format_number(number: Number, out: &mut String) {
    use std::fmt::Write;
    if let Number::Int(n) = number {
        let _ = write!(out, "{n}");
        return;
    }
    let n = number.as_f64();
    if n == 0.0 {
        out.push('0');
        return;
    }
    let magnitude = n.abs();
    if (1e-6..1e21).contains(&magnitude) {
        let _ = write!(out, "{n}");
        return;
    }
    // Rust writes `1.5e21` and `1e-7`; ECMAScript puts a sign before every exponent.
    let text = format!("{n:e}");
    match text.split_once('e') {
        Some((digits, exponent)) if !exponent.starts_with('-') => {
            let _ = write!(out, "{digits}e+{exponent}");
        }
        _ => out.push_str(&text),
    }
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
}
