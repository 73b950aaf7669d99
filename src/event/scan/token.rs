//! Numbers, words and escapes, by RFC 8259's grammar.

use super::simd;

/// The end of the number that begins at `start`; or the position at which it is malformed.
#[inline]
pub(super) fn number(line: &[u8], start: usize) -> Result<usize, usize> {
    let window = line.get(start..).and_then(|rest| rest.first_chunk::<32>());
    let digits = match window {
        Some(window) => u64::from(simd::digits(window)),
        None => last_digits(line, start),
    };
    match short_number(line, start, digits) {
        Some(end) => Ok(end),
        None => any_number(line, start),
    }
}

/// Which bytes from `start` on are digits, if the line ends within 32 bytes.
fn last_digits(line: &[u8], start: usize) -> u64 {
    let before = start.saturating_sub(line.len().saturating_sub(32));
    line.last_chunk::<32>().map_or(0, |window| u64::from(simd::digits(window)) >> before)
}

/// The end of a number that has no exponent and ends within 32 bytes, as nearly all do. Bit n of `digits` is set if the byte
/// at `start + n` is a digit.
#[inline(always)]
fn short_number(line: &[u8], start: usize, digits: u64) -> Option<usize> {
    let byte = |at: u32| line.get(start + at as usize).copied();
    // `digits` has 32 bits in a word of 64, so no shift below overflows, and the digits end within the word.
    let first = u32::from(byte(0) == Some(b'-'));
    let whole = (digits >> first).trailing_ones();
    let mut end = first + whole;
    if whole == 0 || (whole > 1 && byte(first) == Some(b'0')) {
        return None;
    }
    if byte(end) == Some(b'.') {
        let fraction = (digits >> (end + 1)).trailing_ones();
        if fraction == 0 {
            return None;
        }
        end += 1 + fraction;
    }
    let is_end = end < 32 && byte(end).is_none_or(ends);
    is_end.then_some(start + end as usize)
}

/// The end of any number.
#[inline(never)]
fn any_number(line: &[u8], start: usize) -> Result<usize, usize> {
    let byte = |at: usize| line.get(at).copied().unwrap_or(0);
    let mut at = start + usize::from(byte(start) == b'-');
    at = match byte(at) {
        b'0' => at + 1,
        b'1'..=b'9' => digits(line, at),
        _ => return Err(at),
    };
    if byte(at) == b'.' {
        at = some_digits(line, at + 1)?;
    }
    if byte(at) | 0x20 == b'e' {
        at += 1;
        at += usize::from(matches!(byte(at), b'+' | b'-'));
        at = some_digits(line, at)?;
    }
    if is_end(line, at) { Ok(at) } else { Err(at) }
}

/// True if a number or word may end before this byte: an operator, a quote (which the scan refuses), or white space.
/// A table, since a `match` is compiled to a jump for each byte.
#[inline(always)]
fn ends(byte: u8) -> bool {
    ENDS.get(usize::from(byte)).copied().unwrap_or(false)
}

static ENDS: [bool; 256] = {
    let mut ends = [false; 256];
    let mut left: &[u8] = b",}] \n\r\t:[{\"";
    while let [byte, rest @ ..] = left {
        #[expect(clippy::indexing_slicing, reason = "a byte is within 256, and a constant cannot go wrong later")]
        {
            ends[*byte as usize] = true;
        }
        left = rest;
    }
    ends
};

fn is_end(line: &[u8], at: usize) -> bool {
    line.get(at).is_none_or(|byte| ends(*byte))
}

fn some_digits(line: &[u8], at: usize) -> Result<usize, usize> {
    let end = digits(line, at);
    if end > at { Ok(end) } else { Err(at) }
}

fn digits(line: &[u8], mut at: usize) -> usize {
    while line.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    at
}

/// The end of `true`, `false` or `null` at `start`.
pub(super) fn word(line: &[u8], start: usize, word: &[u8]) -> Option<usize> {
    let end = start + word.len();
    (line.get(start..end) == Some(word) && is_end(line, end)).then_some(end)
}

/// The first invalid escape in a text all of whose backslashes are within strings, and the reason.
#[cold]
pub(super) fn bad_escape(text: &[u8]) -> Option<(usize, &'static str)> {
    let mut at = 0;
    while let Some(next) = text.get(at..).and_then(|rest| memchr::memchr(b'\\', rest)) {
        at += next;
        match escape(text, at) {
            Ok((_, len)) => at += len,
            Err(message) => return Some((at, message)),
        }
    }
    None
}

/// The character that the escape at `at` represents, and the length of the escape. A pair of surrogates is one escape.
fn escape(text: &[u8], at: usize) -> Result<(char, usize), &'static str> {
    const UNKNOWN: &str = "unknown escape";
    const LONE: &str = "lone surrogate";
    let char = match text.get(at + 1).ok_or("unexpected end")? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => {
            let unit = hex(text, at + 2).ok_or("expected four hexadecimal digits after `\\u`")?;
            if let Some(char) = char::from_u32(unit) {
                return Ok((char, 6));
            }
            let low = if text.get(at + 6..at + 8) == Some(b"\\u") { hex(text, at + 8) } else { None };
            let pair = low.and_then(|low| char::decode_utf16([unit as u16, low as u16]).next()?.ok());
            // Two surrogates are one character; without the second, the first is invalid.
            return pair.filter(|char| *char as u32 > 0xffff).map(|char| (char, 12)).ok_or(LONE);
        }
        _ => return Err(UNKNOWN),
    };
    Ok((char, 2))
}

/// The number in `\uXXXX` at `at`.
fn unit(text: &[u8], at: usize) -> Option<u32> {
    if text.get(at + 1) == Some(&b'u') { hex(text, at + 2) } else { None }
}

fn hex(text: &[u8], at: usize) -> Option<u32> {
    let digits = text.get(at..at + 4)?;
    digits.iter().try_fold(0, |unit, digit| Some(unit << 4 | (*digit as char).to_digit(16)?))
}

/// True if a text has escapes. `backslash` is true if the line has any.
#[inline(always)]
pub(super) fn has_escapes(text: &[u8], backslash: bool) -> bool {
    backslash && memchr::memchr(b'\\', text).is_some()
}

/// A key with its escapes resolved, in `room` if there are any.
#[inline(always)]
pub(super) fn key<'k>(key: &'k [u8], backslash: bool, room: &'k mut Vec<u8>) -> &'k [u8] {
    if !has_escapes(key, backslash) {
        return key;
    }
    room.clear();
    unescape(key, |piece| room.extend_from_slice(piece));
    room
}

/// Calls `push` with each piece of the inside of a string, escapes resolved. An invalid escape becomes U+FFFD.
pub(in crate::event) fn unescape(inside: &[u8], mut push: impl FnMut(&[u8])) {
    let mut rest = inside;
    while let Some(next) = memchr::memchr(b'\\', rest) {
        push(rest.get(..next).unwrap_or_default());
        let invalid = || (char::REPLACEMENT_CHARACTER, if unit(rest, next).is_some() { 6 } else { 2 });
        let (char, len) = escape(rest, next).unwrap_or_else(|_| invalid());
        push(char.encode_utf8(&mut [0; 4]).as_bytes());
        rest = rest.get(next + len..).unwrap_or_default();
    }
    push(rest);
}
