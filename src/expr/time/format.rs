//! Writing of times.

use crate::event::Value;
use bumpalo::Bump;
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

/// The value of `now`: null if there is no clock.
pub(crate) fn now_value<'a>(now: Option<Timestamp>, zone: &TimeZone, arena: &'a Bump) -> Value<'a> {
    now.map_or(Value::Null, |now| Value::String(arena.alloc_str(&format_time(now, zone))))
}

/// How the value of `now` is written: RFC 3339 in `zone`, with `Z` where that is UTC.
pub fn format_time(timestamp: Timestamp, zone: &TimeZone) -> String {
    use std::fmt::Write;
    // RFC 3339 knows no seconds in an offset; some zones had them long ago.
    let minutes = zone.to_offset(timestamp).seconds() / 60;
    let offset = Offset::from_seconds(minutes * 60).unwrap_or(Offset::UTC);
    let at = offset.to_datetime(timestamp);
    let mut out = String::with_capacity(36);
    let (date, time) = (at.date(), at.time());
    let _ = write!(out, "{:04}-{:02}-{:02}T", date.year(), date.month(), date.day());
    let _ = write!(out, "{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second());
    if at.subsec_nanosecond() != 0 {
        let fraction = format!(".{:09}", at.subsec_nanosecond());
        out.push_str(fraction.trim_end_matches('0'));
    }
    if minutes == 0 {
        out.push('Z');
    } else {
        let sign = if minutes < 0 { '-' } else { '+' };
        let _ = write!(out, "{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60);
    }
    out
}
