//! Writing of times.

use super::Instant;
use super::instant::CYCLE_YEARS;
use crate::event::Value;
use bumpalo::Bump;
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

/// The value of `now`: null if there is no clock.
pub(crate) fn now_value<'a>(now: Option<Timestamp>, zone: &TimeZone, arena: &'a Bump) -> Value<'a> {
    now.map_or(Value::Null, |now| Value::String(arena.alloc_str(&format_time(now, zone))))
}

/// An instant, written as `now` is; none before the year 0, and in the last minute.
///
/// If the year would be 10000 in the zone, another offset is used: RFC 3339 has years of four digits.
pub(in crate::expr) fn format_instant(at: Instant, zone: &TimeZone) -> Option<String> {
    if let Some(timestamp) = at.timestamp() {
        return (at.in_zone(zone).year() >= 0).then(|| format_time(timestamp, zone));
    }
    let earlier = at.cycle_earlier()?;
    let last = Offset::from_seconds(-(23 * 60 + 59) * 60).map(TimeZone::fixed).unwrap_or(TimeZone::UTC);
    [zone, &TimeZone::UTC, &last].into_iter().find_map(|zone| {
        let text = format_time(earlier, zone);
        let (year, rest) = text.split_at_checked(4)?;
        let year = year.parse::<i16>().ok()? + CYCLE_YEARS;
        (year <= 9999).then(|| format!("{year}{rest}"))
    })
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
