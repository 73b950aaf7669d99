//! Values from spans of scanned JSON.

use super::scan::Found;
use super::value::Value;
use bumpalo::Bump;

/// The value of a capture in `line`, which the scanner has passed. Strings without escapes are borrowed.
pub fn decode<'a>(line: &'a [u8], found: Found, arena: &'a Bump) -> Value<'a> {
    todo!("{line:?} {found:?} {arena:?}")
}

/// Parses a whole JSON text strictly (as `scan` in strict mode does), for those who need all of an event.
pub fn parse<'a>(line: &'a [u8], limits: super::Limits, arena: &'a Bump) -> Result<Value<'a>, super::Fault> {
    todo!("{line:?} {limits:?} {arena:?}")
}
