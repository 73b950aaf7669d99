//! Times: RFC 3339 text, or a number of seconds since 1970.

use crate::event::Value;
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

/// An instant with the offset it was written with, if it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instant {
    /// The instant.
    pub timestamp: Timestamp,
    /// The offset as written.
    pub written: Option<Offset>,
}

/// Reads RFC 3339; a text without an offset is read in `zone`, and a bare date is midnight there.
pub fn parse_time(text: &str, zone: &TimeZone) -> Option<Instant> {
    todo!("{text} {zone:?}")
}

/// The instant a value stands for: text as in [`parse_time`], a number as seconds since 1970.
pub fn instant(value: Value<'_>, zone: &TimeZone) -> Option<Instant> {
    todo!("{value:?} {zone:?}")
}

/// How the value of `now` is written: RFC 3339 in `zone`.
pub fn format_time(timestamp: Timestamp, zone: &TimeZone) -> String {
    todo!("{timestamp:?} {zone:?}")
}
