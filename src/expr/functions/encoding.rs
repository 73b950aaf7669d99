//! Texts that encode other values: JSON and Base64.

use super::definition::{BASE, MAYBE_STRING};
use super::text_builder::{LONGEST, kept};
use super::{Call, Function};
use crate::event::{Limits, Type, Value, parse_value};
use crate::expr::budget::ELEMENT;
use crate::expr::cost::{CallCost, Cost, PER_ELEMENT};

/// How deep the text of `parse_json` may be nested. Its value may become a part of an event, which is nested itself.
const JSON_DEPTH: usize = 128;

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "parse_json",
        usage: "parse_json(text)",
        doc: "The value of a JSON text, into which steps may follow; null for invalid JSON, and for JSON that is nested more \
              than 128 deep. If a key is repeated, the last value wins.",
        examples: &[
            ("parse_json(\"{\\\"order\\\": {\\\"id\\\": 7}}\").order.id", "7"),
            ("parse_json(\"[1, [2]]\")[-1][0]", "2"),
            ("parse_json(\"{order: 7}\")", "null"),
            ("parse_json(data.nope)", "null"),
        ],
        params: &[Type::STRING],
        required: 1,
        eval: |call| parse_json(call).unwrap_or_default(),
        cost: Some(parse_json_cost),
        ..BASE
    },
    Function {
        name: "base64_decode",
        usage: "base64_decode(text)",
        doc: "The text that is encoded in Base64 (RFC 4648), in the standard or the URL-safe alphabet, with or without padding; \
              null for invalid input, and for bytes that are not UTF-8.",
        examples: &[
            ("base64_decode(\"bXVtYmFp\")", "\"mumbai\""),
            ("base64_decode(\"4oK5NTA=\")", "\"₹50\""),
            ("base64_decode(\"Pz8_\")", "\"???\""),
            ("base64_decode(\"Pz8/\")", "\"???\""),
            ("base64_decode(\"no Base64\")", "null"),
            ("base64_decode(\"/w==\")", "null"),
        ],
        params: &[Type::STRING],
        required: 1,
        returns: MAYBE_STRING,
        eval: |call| decode(call).unwrap_or_default(),
        ..BASE
    },
    Function {
        name: "base64_encode",
        usage: "base64_encode(text)",
        doc: "The UTF-8 bytes of the text in Base64 (RFC 4648), in the standard alphabet with padding.",
        examples: &[("base64_encode(\"₹50\")", "\"4oK5NTA=\""), ("base64_encode(\"\")", "\"\"")],
        params: &[Type::STRING],
        required: 1,
        returns: MAYBE_STRING,
        eval: |call| encode(call, STANDARD, true).unwrap_or_default(),
        ..BASE
    },
    Function {
        name: "base64url_encode",
        usage: "base64url_encode(text)",
        doc: "The UTF-8 bytes of the text in Base64 (RFC 4648), in the URL-safe alphabet without padding.",
        examples: &[("base64url_encode(\"???\")", "\"Pz8_\""), ("base64url_encode(\"₹50\")", "\"4oK5NTA\"")],
        params: &[Type::STRING],
        required: 1,
        returns: MAYBE_STRING,
        eval: |call| encode(call, URL_SAFE, false).unwrap_or_default(),
        ..BASE
    },
];

fn parse_json<'a>(call: &Call<'_, 'a>) -> Option<Value<'a>> {
    let text = call.text(0)?;
    // Counted before anything is built: each element and member but the first follows a comma. Unescaped strings are no longer
    // than they are written.
    let most = text.bytes().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count();
    if !call.meter.work(most) || !call.meter.allocate(most.saturating_mul(ELEMENT).saturating_add(text.len())) {
        return None;
    }
    parse_value(text, Limits { depth: JSON_DEPTH, bytes: text.len() }, call.arena)
}

fn parse_json_cost(call: &CallCost<'_>) -> Cost {
    let made = (PER_ELEMENT + 1.0) * call.size(0);
    let read = call.read();
    Cost { work: read.work + call.size(0), ..read }.making(made)
}

fn encode<'a>(call: &Call<'_, 'a>, alphabet: &[u8; 64], padding: bool) -> Option<Value<'a>> {
    let bytes = call.text(0)?.as_bytes();
    let length = bytes.len().div_ceil(3) * 4;
    if length > LONGEST || !call.meter.allocate(length) {
        return None;
    }
    let mut out = String::with_capacity(length);
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | u32::from(group.get(at).copied().unwrap_or_default()));
        for digit in 0..=group.len() {
            let value = bits >> (18 - 6 * digit) & 63;
            out.push(alphabet.get(value as usize).copied().unwrap_or_default().into());
        }
        if padding {
            out.extend(std::iter::repeat_n('=', 3 - group.len()));
        }
    }
    Some(Value::String(call.arena.alloc_str(&out)))
}

fn decode<'a>(call: &Call<'_, 'a>) -> Option<Value<'a>> {
    let text = call.text(0)?.as_bytes();
    let padding = text.iter().rev().take(2).take_while(|byte| **byte == b'=').count();
    let digits = text.get(..text.len() - padding)?;
    if digits.len() % 4 == 1 || padding > 0 && text.len() % 4 != 0 {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    for group in digits.chunks(4) {
        let bits = group.iter().try_fold(0u32, |bits, byte| Some(bits << 6 | digit(*byte)?))?;
        // The bits that an incomplete group has beyond its bytes are zero.
        let (count, unused) = match group.len() {
            4 => (3, 0),
            3 => (2, 2),
            _ => (1, 4),
        };
        if bits & ((1 << unused) - 1) != 0 {
            return None;
        }
        let [_, high, middle, low] = (bits >> unused).to_be_bytes();
        bytes.extend([high, middle, low].into_iter().skip(3 - count));
    }
    kept(std::str::from_utf8(&bytes).ok()?, call).map(Value::String)
}

/// The value of a digit of either alphabet.
fn digit(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    };
    Some(value.into())
}
