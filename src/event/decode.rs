//! Values from spans of scanned JSON.
//!
//! The text has passed the scanner, so it is not checked again; an invalid value would be read as null.

use super::number::{Number, parse_number};
use super::scan::{Captures, Fault, Found, Limits, MAX_DEPTH, Mode, Tag, Trie, ascii, is_value, scan, unescape};
use super::value::Value;
use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

/// Up to this number of members, the keys of an object are compared with one another to find repeated ones; more are sorted.
const FEW: usize = 16;

/// The value of a capture in `line`, which the scanner has passed. Strings without escapes are borrowed.
pub fn decode<'a>(line: &'a [u8], found: Found, arena: &'a Bump) -> Value<'a> {
    let text = line.get(found.start..found.end).unwrap_or_default();
    let inside = || text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
    match found.tag {
        Tag::Missing | Tag::Null => Value::Null,
        Tag::True => Value::Bool(true),
        Tag::False => Value::Bool(false),
        Tag::Number => number(text),
        Tag::String => Value::String(plain(inside(), arena)),
        Tag::EscapedString => Value::String(unescaped(inside(), arena)),
        Tag::Array | Tag::Object => ValueDecoder { text, at: 0, arena }.value(0),
    }
}

/// Parses a whole JSON text strictly (as `scan` in strict mode does), for callers that need the whole event.
pub fn parse<'a>(line: &'a [u8], limits: Limits, arena: &'a Bump) -> Result<Value<'a>, Fault> {
    scan(&Trie::default(), line, Mode::Strict, limits, &mut Captures::default())?;
    Ok(ValueDecoder { text: line, at: 0, arena }.value(0))
}

/// Parses a JSON text that is a value of any type; none if it is invalid or exceeds a limit.
pub fn parse_value<'a>(text: &'a str, limits: Limits, arena: &'a Bump) -> Option<Value<'a>> {
    is_value(text.as_bytes(), limits).then(|| ValueDecoder { text: text.as_bytes(), at: 0, arena }.value(0))
}

/// A number; null if it is out of the range of floats.
fn number(text: &[u8]) -> Value<'_> {
    if let Some(int) = short_int(text) {
        return Value::Number(Number::Int(int.into()));
    }
    std::str::from_utf8(text).ok().and_then(parse_number).map_or(Value::Null, Value::Number)
}

/// An integer of at most 18 digits.
fn short_int(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let mut int = 0i64;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        int = int * 10 + i64::from(digit);
    }
    Some(if negative { -int } else { int })
}

/// The inside of a string without escapes. In trusted mode it may be invalid UTF-8: invalid bytes become U+FFFD.
fn plain<'a>(inside: &'a [u8], arena: &'a Bump) -> &'a str {
    ascii(inside).unwrap_or_else(|| unicode(inside, arena))
}

#[cold]
fn unicode<'a>(inside: &'a [u8], arena: &'a Bump) -> &'a str {
    std::str::from_utf8(inside).unwrap_or_else(|_| arena.alloc_str(&String::from_utf8_lossy(inside)))
}

fn unescaped<'a>(inside: &[u8], arena: &'a Bump) -> &'a str {
    // No escape is shorter than the character it represents.
    let mut bytes = ArenaVec::with_capacity_in(inside.len(), arena);
    unescape(inside, |piece| bytes.extend_from_slice_copy(piece));
    plain(bytes.into_bump_slice(), arena)
}

/// Reads valid JSON from front to back.
struct ValueDecoder<'a> {
    text: &'a [u8],
    at: usize,
    arena: &'a Bump,
}

impl<'a> ValueDecoder<'a> {
    fn value(&mut self, depth: usize) -> Value<'a> {
        match self.peek() {
            b'"' => Value::String(self.string()),
            b'{' if depth < MAX_DEPTH => self.object(depth),
            b'[' if depth < MAX_DEPTH => self.array(depth),
            _ => self.scalar(),
        }
    }

    /// The next byte that is not white space; 0 at the end.
    fn peek(&mut self) -> u8 {
        while let Some(byte) = self.text.get(self.at) {
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return *byte;
            }
            self.at += 1;
        }
        0
    }

    /// Steps over the next byte if it is this one.
    fn take(&mut self, byte: u8) -> bool {
        let is = self.peek() == byte;
        self.at += usize::from(is);
        is
    }

    fn scalar(&mut self) -> Value<'a> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = |byte: &u8| matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r');
        let text = rest.iter().position(end).and_then(|len| rest.get(..len)).unwrap_or(rest);
        self.at += text.len();
        match text {
            b"true" => Value::Bool(true),
            b"false" => Value::Bool(false),
            b"null" => Value::Null,
            _ => number(text),
        }
    }

    fn string(&mut self) -> &'a str {
        let rest = self.text.get(self.at + 1..).unwrap_or_default();
        let mut escaped = false;
        let mut end = 0;
        while let Some(next) = rest.get(end..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
            end += next;
            if rest.get(end) == Some(&b'"') {
                break;
            }
            escaped = true;
            end += 2;
        }
        let inside = rest.get(..end).unwrap_or(rest);
        self.at += inside.len() + 2;
        if escaped { unescaped(inside, self.arena) } else { plain(inside, self.arena) }
    }

    fn array(&mut self, depth: usize) -> Value<'a> {
        let mut items = ArenaVec::new_in(self.arena);
        self.at += 1;
        if !self.take(b']') {
            loop {
                items.push(self.value(depth + 1));
                if !self.take(b',') {
                    break;
                }
            }
            self.take(b']');
        }
        Value::Array(items.into_bump_slice())
    }

    fn object(&mut self, depth: usize) -> Value<'a> {
        let mut members: ArenaVec<'a, (&'a str, Value<'a>)> = ArenaVec::new_in(self.arena);
        self.at += 1;
        while self.peek() == b'"' {
            let key = self.string();
            self.take(b':');
            let value = self.value(depth + 1);
            let earlier = if members.len() < FEW { members.iter_mut().find(|(name, _)| *name == key) } else { None };
            match earlier {
                Some(earlier) => earlier.1 = value,
                None => members.push((key, value)),
            }
            if !self.take(b',') {
                break;
            }
        }
        self.take(b'}');
        if members.len() > FEW {
            keep_last(&mut members);
        }
        Value::Object(members.into_bump_slice())
    }
}

/// Keeps one member for each key: the last value, at the position of the first.
fn keep_last<'a>(members: &mut ArenaVec<'a, (&'a str, Value<'a>)>) {
    let mut sorted: Vec<(&str, usize)> = members.iter().enumerate().map(|(n, (key, _))| (*key, n)).collect();
    sorted.sort_unstable();
    if !sorted.windows(2).any(|pair| matches!(pair, [(a, _), (b, _)] if a == b)) {
        return;
    }
    let mut keep = vec![true; members.len()];
    for same in sorted.chunk_by(|a, b| a.0 == b.0) {
        let (Some((_, first)), Some((_, last))) = (same.first(), same.last()) else { continue };
        let value = members.get(*last).map(|(_, value)| *value).unwrap_or_default();
        if let Some(member) = members.get_mut(*first) {
            member.1 = value;
        }
        for (_, n) in same.iter().skip(1) {
            if let Some(keep) = keep.get_mut(*n) {
                *keep = false;
            }
        }
    }
    let mut keep = keep.into_iter();
    members.retain(|_| keep.next().unwrap_or(true));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Json;
    use proptest::prelude::*;

    proptest! {
        /// A text is a value exactly if `serde_json` reads one, and both read the same value.
        #[test]
        fn values_of_any_type(text in "[]\\[{}, :\"\\\\u0-2d.tnabl\u{e9}\n-]{0,12}|(\\[|\\{\"a\":|1|\"b\"|,|]|\\}|null|true| ){1,12}") {
            let arena = Bump::new();
            let found = parse_value(&text, Limits::default(), &arena).map(Value::to_json);
            let wanted = serde_json::from_str::<Json>(&text).ok();
            prop_assert_eq!(found.is_some(), wanted.is_some(), "{}", text);
            let wanted = wanted.unwrap_or_default();
            let wanted = Value::from_json(&wanted, &arena);
            let found = found.unwrap_or_default();
            prop_assert_eq!(Value::from_json(&found, &arena), wanted, "{}", text);
        }
    }
}
