//! The values of plain scalars: the core schema of YAML 1.2, limited to the values of JSON.

use crate::event::Json;

/// The value of a plain scalar.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Resolved {
    /// Null, a boolean, a number or a string.
    Value(Json),
    /// A number with a leading zero, which is more likely a code or a phone number.
    LeadingZero,
    /// Infinity, not-a-number, or a number too large for a float.
    NotFinite,
}

/// Reads a plain scalar.
pub(super) fn resolve(text: &str) -> Resolved {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Resolved::Value(Json::Null),
        "true" | "True" | "TRUE" => return Resolved::Value(Json::Bool(true)),
        "false" | "False" | "FALSE" => return Resolved::Value(Json::Bool(false)),
        _ => {}
    }
    // Nearly every scalar is decided by its first character.
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return Resolved::Value(Json::from(text));
    }
    number(text).unwrap_or_else(|| Resolved::Value(Json::from(text)))
}

/// True for the words that YAML 1.1 parsers read as booleans. `y` and `n` are not among them: they are in the specification, but
/// hardly any parser reads them so, and they are common names of coordinates and counts.
pub(super) fn is_ambiguous(text: &str) -> bool {
    ["yes", "no", "on", "off"].iter().any(|word| word.eq_ignore_ascii_case(text))
}

fn number(text: &str) -> Option<Resolved> {
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Some(Resolved::NotFinite);
    }
    let parts = NumberParts::of(unsigned)?;
    if parts.whole.len() > 1 && parts.whole.starts_with('0') {
        return Some(Resolved::LeadingZero);
    }
    if parts.is_integer {
        let signed = text.strip_prefix('+').unwrap_or(text);
        if let Ok(n) = signed.parse::<i64>() {
            return Some(Resolved::Value(Json::from(n)));
        }
        if let Ok(n) = signed.parse::<u64>() {
            return Some(Resolved::Value(Json::from(n)));
        }
    }
    Some(float(text.parse().ok()?))
}

/// The digits before the point, and whether the text has other parts.
struct NumberParts<'a> {
    whole: &'a str,
    is_integer: bool,
}

impl<'a> NumberParts<'a> {
    /// `None` if `text` (without its sign) is not a number: `[0-9]+`, `.5`, `5.`, `5.5`, each with an exponent or not.
    fn of(text: &'a str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent)),
            None => (text, None),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (mantissa, None),
        };
        let exponent_fits =
            exponent.is_none_or(|e| is_digits(e.strip_prefix(['+', '-']).unwrap_or(e)) && !e.is_empty());
        let mantissa_fits = match fraction {
            None => is_digits(whole),
            Some("") => is_digits(whole),
            Some(fraction) => is_digits(fraction) && (whole.is_empty() || is_digits(whole)),
        };
        let is_integer = fraction.is_none() && exponent.is_none();
        (exponent_fits && mantissa_fits).then_some(Self { whole, is_integer })
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn radix(digits: &str, radix: u32) -> Option<Resolved> {
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    if let Ok(n) = u64::from_str_radix(digits, radix) {
        return Some(Resolved::Value(Json::from(n)));
    }
    let values = digits.chars().filter_map(|c| c.to_digit(radix));
    Some(float(values.fold(0.0, |sum, digit| sum * f64::from(radix) + f64::from(digit))))
}

fn float(n: f64) -> Resolved {
    if n.is_finite() { Resolved::Value(Json::from(n)) } else { Resolved::NotFinite }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_core_schema() {
        let cases = [
            ("", json!(null)),
            ("~", json!(null)),
            ("NULL", json!(null)),
            ("nULL", json!("nULL")),
            ("True", json!(true)),
            ("tRue", json!("tRue")),
            ("FALSE", json!(false)),
            ("no", json!("no")),
            ("On", json!("On")),
            ("0", json!(0)),
            ("-0", json!(0)),
            ("+91", json!(91)),
            ("0x1F", json!(31)),
            ("0o17", json!(15)),
            ("0x", json!("0x")),
            ("0o8", json!("0o8")),
            ("-0x1", json!("-0x1")),
            ("0.5", json!(0.5)),
            (".5", json!(0.5)),
            ("5.", json!(5.0)),
            ("-1.5e3", json!(-1500.0)),
            ("1e3", json!(1000.0)),
            ("1e", json!("1e")),
            ("e1", json!("e1")),
            (".", json!(".")),
            ("-", json!("-")),
            ("+", json!("+")),
            (".e1", json!(".e1")),
            ("1_000", json!("1_000")),
            ("1.2.3", json!("1.2.3")),
            ("2026-01-01", json!("2026-01-01")),
            ("00:30", json!("00:30")),
            ("18446744073709551615", json!(u64::MAX)),
            ("-9223372036854775808", json!(i64::MIN)),
            ("18446744073709551616", json!(18446744073709551616.0)),
            ("0xFFFFFFFFFFFFFFFFF", json!(295147905179352825856.0)),
            ("0o7777777777777777777777", json!(73786976294838206464.0)),
            ("inf", json!("inf")),
            ("NaN", json!("NaN")),
        ];
        for (text, value) in cases {
            assert_eq!(resolve(text), Resolved::Value(value), "{text}");
        }
    }

    #[test]
    fn numbers_that_are_refused() {
        for text in ["012", "-007", "+01", "012.5", "00", "01e3", "00.5"] {
            assert_eq!(resolve(text), Resolved::LeadingZero, "{text}");
        }
        for text in [".inf", "-.Inf", "+.INF", ".nan", ".NaN", "1e999", "-1e999"] {
            assert_eq!(resolve(text), Resolved::NotFinite, "{text}");
        }
    }

    #[test]
    fn ambiguous_words() {
        for text in ["yes", "No", "ON", "oFf"] {
            assert!(is_ambiguous(text), "{text}");
        }
        for text in ["true", "none", "y", "n", "N"] {
            assert!(!is_ambiguous(text), "{text}");
        }
    }
}
