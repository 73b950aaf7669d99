//! Canonical JSON after RFC 8785 (JCS), with integers of up to 64 bits written in full.

use super::number::format_number;
use super::value::Value;

/// Appends the canonical text of a value: no white space, members sorted by UTF-16 code units, numbers in the shortest form.
pub fn canonical_json(value: Value<'_>, out: &mut String) {
    canonical_json_within(value, out, usize::MAX);
}

/// As [`canonical_json`], but stops once `out` is longer than `most` bytes, and returns false.
pub fn canonical_json_within(value: Value<'_>, out: &mut String, most: usize) -> bool {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(b) => out.push_str(if b { "true" } else { "false" }),
        Value::Number(n) => format_number(n, out),
        Value::String(s) => write_string(s, out),
        Value::Array(items) => {
            out.push('[');
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    out.push(',');
                }
                if !canonical_json_within(*item, out, most) {
                    return false;
                }
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (n, (key, member)) in sorted.into_iter().enumerate() {
                if n > 0 {
                    out.push(',');
                }
                write_string(key, out);
                out.push(':');
                if !canonical_json_within(*member, out, most) {
                    return false;
                }
            }
            out.push('}');
        }
    }
    out.len() <= most
}

/// XXH3-64 of a text, with the top bit cleared so that it fits a signed integer.
pub fn hash_text(text: &str) -> i64 {
    (xxhash_rust::xxh3::xxh3_64(text.as_bytes()) & (i64::MAX as u64)) as i64
}

/// serde_json escapes exactly the characters that RFC 8785 requires.
fn write_string(s: &str, out: &mut String) {
    out.push_str(&serde_json::to_string(s).unwrap_or_default());
}
