//! Times: RFC 3339 text, or a number of seconds since 1970.

use crate::event::{Number, Value};
use bumpalo::Bump;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

/// An instant with the offset it was written with, if it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instant {
    /// The instant.
    pub timestamp: Timestamp,
    /// The offset as written.
    pub written: Option<Offset>,
}

/// `did you mean …` for the name of a zone that there is not: a slip of one letter, or a city without its continent. Short names
/// are too much alike to be guessed.
pub fn zone_hint(name: &str) -> Option<String> {
    let city = |zone: &str| zone.rsplit('/').next().unwrap_or(zone).to_lowercase();
    let near = |zone: &str| {
        let near = name.len() > 4 && strsim::osa_distance(&zone.to_lowercase(), &name.to_lowercase()) <= 1;
        near || zone.eq_ignore_ascii_case(name) || city(zone) == city(name)
    };
    let db = jiff::tz::db();
    let found = db.available().find(|zone| near(zone.as_str()));
    found.map(|zone| format!("did you mean `{}`?", zone.as_str()))
}

/// Reads RFC 3339; a text without an offset is read in `zone`, and a bare date is midnight there.
///
/// `T` and `Z` may be small, and a space may stand for the `T`. Digits beyond nanoseconds are cut off. A leap second
/// (`23:59:60`) is the second before it. The very end of the year 9999, which people write for "never", is the last
/// instant there is.
pub fn parse_time(text: &str, zone: &TimeZone) -> Option<Instant> {
    let mut rest = Reader(text.as_bytes());
    let year = rest.number(4)?;
    rest.one_of(b"-")?;
    let month = rest.number(2)?;
    rest.one_of(b"-")?;
    let day = rest.number(2)?;
    let [hour, minute, second, nanos] = if rest.0.is_empty() { [0; 4] } else { rest.clock()? };
    let written = rest.offset()?;
    let narrow = |n: i32| i8::try_from(n).ok();
    let civil = DateTime::new(
        i16::try_from(year).ok()?,
        narrow(month)?,
        narrow(day)?,
        narrow(hour)?,
        narrow(minute)?,
        narrow(if second == 60 { 59 } else { second })?,
        nanos,
    );
    let civil = civil.ok()?;
    let timestamp = match written {
        Some(offset) => offset.to_timestamp(civil),
        None => zone.to_timestamp(civil),
    };
    let timestamp = timestamp.ok().or_else(|| (year == 9999).then_some(Timestamp::MAX))?;
    Some(Instant { timestamp, written })
}

/// The instant a value stands for: text as in [`parse_time`], a number as seconds since 1970.
pub fn instant(value: Value<'_>, zone: &TimeZone) -> Option<Instant> {
    match value {
        Value::String(text) => parse_time(text, zone),
        Value::Number(seconds) => Some(Instant { timestamp: from_seconds(seconds)?, written: None }),
        _ => None,
    }
}

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

fn from_seconds(seconds: Number) -> Option<Timestamp> {
    match seconds {
        Number::Int(n) => Timestamp::from_second(i64::try_from(n).ok()?).ok(),
        Number::Float(n) => {
            let whole = n.floor();
            let nanos = ((n - whole) * 1e9).round();
            // Both casts saturate, and the range is checked behind them.
            let timestamp = Timestamp::from_second(whole as i64).ok()?;
            timestamp.checked_add(jiff::SignedDuration::from_nanos(nanos as i64)).ok()
        }
    }
}

/// Bytes still to be read.
struct Reader<'t>(&'t [u8]);

impl Reader<'_> {
    fn one_of(&mut self, wanted: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        wanted.contains(first).then(|| {
            self.0 = rest;
            *first
        })
    }

    /// Exactly so many digits.
    fn number(&mut self, digits: usize) -> Option<i32> {
        let (head, rest) = self.0.split_at_checked(digits)?;
        self.0 = rest;
        head.iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + i32::from(b - b'0')))
    }

    /// `T12:30:00.5`: hour, minute, second, nanoseconds.
    fn clock(&mut self) -> Option<[i32; 4]> {
        self.one_of(b"Tt ")?;
        let hour = self.number(2)?;
        self.one_of(b":")?;
        let minute = self.number(2)?;
        self.one_of(b":")?;
        let second = self.number(2)?;
        let nanos = if self.one_of(b".").is_some() { self.fraction()? } else { 0 };
        Some([hour, minute, second, nanos])
    }

    fn fraction(&mut self) -> Option<i32> {
        let count = self.0.iter().take_while(|b| b.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at_checked(count).filter(|(digits, _)| !digits.is_empty())?;
        self.0 = rest;
        let padded = digits.iter().copied().chain(std::iter::repeat(b'0')).take(9);
        Some(padded.fold(0, |n, b| n * 10 + i32::from(b - b'0')))
    }

    /// What is left: nothing, `Z`, or `+05:30`.
    #[expect(clippy::option_option, reason = "no offset is fine, a bad one is not")]
    fn offset(&mut self) -> Option<Option<Offset>> {
        if self.0.is_empty() {
            return Some(None);
        }
        let sign = match self.one_of(b"Zz+-")? {
            b'+' => 1,
            b'-' => -1,
            _ => return self.0.is_empty().then_some(Some(Offset::UTC)),
        };
        let hours = self.number(2).filter(|hours| *hours < 24)?;
        self.one_of(b":")?;
        let minutes = self.number(2).filter(|minutes| *minutes < 60)?;
        let offset = Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()?;
        self.0.is_empty().then_some(Some(offset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kolkata() -> TimeZone {
        TimeZone::get("Asia/Kolkata").unwrap()
    }

    #[test]
    fn reads_times() {
        let cases = [
            ("2026-01-10T13:00:00+05:30", Some("2026-01-10T07:30:00Z")),
            ("2026-01-10t13:00:00z", Some("2026-01-10T13:00:00Z")),
            ("2026-01-10 13:00:00.25Z", Some("2026-01-10T13:00:00.25Z")),
            ("2026-01-10T13:00:00.1234567899Z", Some("2026-01-10T13:00:00.123456789Z")),
            ("2026-01-10T13:00:00-00:00", Some("2026-01-10T13:00:00Z")),
            ("2026-01-10T13:00:00", Some("2026-01-10T07:30:00Z")),
            ("2026-01-10", Some("2026-01-09T18:30:00Z")),
            ("2016-12-31T23:59:60Z", Some("2016-12-31T23:59:59Z")),
            ("2024-02-29", Some("2024-02-28T18:30:00Z")),
            ("9999-12-31T23:59:59Z", Some("9999-12-30T22:00:00.999999999Z")),
            ("2023-02-29", None),
            ("2026-01-10T13:00Z", None),
            ("2026-01-10T24:00:00Z", None),
            ("2026-01-10T13:00:61Z", None),
            ("2026-01-10T13:00:00.Z", None),
            ("2026-01-10T13:00:00+0530", None),
            ("2026-01-10T13:00:00+24:00", None),
            ("2026-01-10T13:00:00Zx", None),
            ("2026-01-10Z", None),
            ("20260110", None),
            ("", None),
            ("1767225600", None),
            ("२०२६-01-10", None),
        ];
        for (text, expected) in cases {
            let found = parse_time(text, &kolkata()).map(|at| format_time(at.timestamp, &TimeZone::UTC));
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn numbers_are_seconds() {
        let read = |n: Value<'_>| instant(n, &TimeZone::UTC).map(|at| format_time(at.timestamp, &TimeZone::UTC));
        assert_eq!(read(Value::int(0)).as_deref(), Some("1970-01-01T00:00:00Z"));
        assert_eq!(read(Value::float(-0.5)).as_deref(), Some("1969-12-31T23:59:59.5Z"));
        assert_eq!(read(Value::float(1_767_225_600.25)).as_deref(), Some("2026-01-01T00:00:00.25Z"));
        assert_eq!(read(Value::float(0.999_999_999_9)).as_deref(), Some("1970-01-01T00:00:01Z"));
        assert_eq!(read(Value::int(1_767_225_600_000_i64)), None);
        assert_eq!(read(Value::float(1e300)), None);
        assert_eq!(read(Value::Bool(true)), None);
    }

    #[test]
    fn writes_times() {
        let at = parse_time("2026-01-10T07:30:00Z", &TimeZone::UTC).unwrap().timestamp;
        assert_eq!(format_time(at, &kolkata()), "2026-01-10T13:00:00+05:30");
        assert_eq!(format_time(at, &TimeZone::get("America/New_York").unwrap()), "2026-01-10T02:30:00-05:00");
        let old = parse_time("1800-01-01T00:00:00Z", &TimeZone::UTC).unwrap().timestamp;
        let shown = format_time(old, &TimeZone::get("America/New_York").unwrap());
        assert_eq!(parse_time(&shown, &TimeZone::UTC).unwrap().timestamp, old);
    }
}
