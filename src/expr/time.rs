//! Times: RFC 3339 text, or a number of seconds since 1970.

use crate::event::{Number, Value};
use bumpalo::Bump;
use jiff::Timestamp;
use jiff::civil::{DateTime, Weekday};
use jiff::tz::{Offset, TimeZone};

/// An instant, from the beginning of [`Timestamp`] to the end of the year 9999 in every zone, which `Timestamp` lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant {
    /// Seconds since 1970, rounded down.
    second: i64,
    /// What is left of a second.
    nanosecond: i32,
}

/// A time as it was written: the instant, and the offset beside it if there was one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrittenTime {
    /// The instant.
    pub instant: Instant,
    /// The offset as written.
    pub offset: Option<Offset>,
}

/// What calendar and clock show at an instant. The year may be 10000.
#[derive(Clone, Copy, Debug)]
pub(super) struct Civil {
    at: DateTime,
    cycles: i32,
}

/// Weekdays and the rules of time zones repeat after 400 years, so that what `jiff` cannot hold is worked out 400 years
/// earlier.
const CYCLE_YEARS: i16 = 400;
const CYCLE_SECONDS: i64 = 146_097 * 86_400;
/// The last second: 10000-01-01T23:59:59Z, where the year 9999 has ended even at the offset -23:59.
const LAST_SECOND: i64 = 253_402_300_799 + 86_400;
const NANOS: i128 = 1_000_000_000;

impl Instant {
    fn new(second: i64, nanosecond: i32) -> Option<Instant> {
        let first = Timestamp::MIN.as_second();
        (first..=LAST_SECOND).contains(&second).then_some(Instant { second, nanosecond })
    }

    fn from_nanoseconds(nanos: i128) -> Option<Instant> {
        let second = i64::try_from(nanos.div_euclid(NANOS)).ok()?;
        Instant::new(second, nanos.rem_euclid(NANOS) as i32)
    }

    /// Seconds since 1970; of decimals the digits as they are written, down to nanoseconds.
    pub fn from_seconds(seconds: Number) -> Option<Instant> {
        match seconds {
            Number::Int(n) => Instant::new(i64::try_from(n).ok()?, 0),
            Number::Float(n) => Instant::from_nanoseconds(decimal_nanoseconds(n)?),
        }
    }

    /// Nanoseconds since 1970.
    pub fn nanoseconds(self) -> i128 {
        i128::from(self.second) * NANOS + i128::from(self.nanosecond)
    }

    /// Milliseconds since 1970, rounded down.
    pub fn milliseconds(self) -> i128 {
        i128::from(self.second) * 1000 + i128::from(self.nanosecond / 1_000_000)
    }

    /// As a clock has it; none in the last hours of the year 9999.
    pub fn timestamp(self) -> Option<Timestamp> {
        Timestamp::new(self.second, self.nanosecond).ok()
    }

    /// The seconds from another instant to this one: the nearest float to the exact difference.
    pub fn seconds_since(self, earlier: Instant) -> Number {
        let nanos = self.nanoseconds() - earlier.nanoseconds();
        let (whole, rest) = (nanos / NANOS, nanos % NANOS);
        let exact = || {
            let sign = if nanos < 0 { "-" } else { "" };
            format!("{sign}{}.{:09}", whole.abs(), rest.abs()).parse().unwrap_or(whole as f64)
        };
        if rest == 0 { Number::Int(whole) } else { Number::Float(exact()) }
    }

    pub(super) fn in_zone(self, zone: &TimeZone) -> Civil {
        self.civil(|at| zone.to_datetime(at))
    }

    pub(super) fn at_offset(self, offset: Offset) -> Civil {
        self.civil(|at| offset.to_datetime(at))
    }

    fn civil(self, read: impl Fn(Timestamp) -> DateTime) -> Civil {
        match self.timestamp() {
            Some(at) => Civil { at: read(at), cycles: 0 },
            None => {
                let earlier = Timestamp::new(self.second - CYCLE_SECONDS, self.nanosecond);
                Civil { at: read(earlier.unwrap_or(Timestamp::MAX)), cycles: 1 }
            }
        }
    }
}

impl Civil {
    pub(super) fn year(self) -> i32 {
        i32::from(self.at.year()) + self.cycles * i32::from(CYCLE_YEARS)
    }

    pub(super) fn month(self) -> i8 {
        self.at.month()
    }

    pub(super) fn day(self) -> i8 {
        self.at.day()
    }

    pub(super) fn hour(self) -> i8 {
        self.at.hour()
    }

    pub(super) fn minute(self) -> i8 {
        self.at.minute()
    }

    pub(super) fn weekday(self) -> Weekday {
        self.at.weekday()
    }
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
/// (`23:59:60`) is the second before it.
pub fn parse_time(text: &str, zone: &TimeZone) -> Option<WrittenTime> {
    let mut rest = Reader(text.as_bytes());
    let year = rest.number(4)?;
    rest.one_of(b"-")?;
    let month = rest.number(2)?;
    rest.one_of(b"-")?;
    let day = rest.number(2)?;
    let [hour, minute, second, nanos] = if rest.0.is_empty() { [0; 4] } else { rest.clock()? };
    let offset = rest.offset()?;
    let narrow = |n: i32| i8::try_from(n).ok();
    let civil = DateTime::new(
        i16::try_from(year).ok()?,
        narrow(month)?,
        narrow(day)?,
        narrow(hour)?,
        narrow(minute)?,
        narrow(if second == 60 { 59 } else { second })?,
        0,
    );
    let civil = civil.ok()?;
    let timestamp = |civil: DateTime| match offset {
        Some(offset) => offset.to_timestamp(civil).ok(),
        None => zone.to_timestamp(civil).ok(),
    };
    let instant = match timestamp(civil) {
        Some(at) => Instant::new(at.as_second(), 0)?,
        // The last hours of the year 9999.
        None => {
            let earlier = civil.with().year(civil.year().checked_sub(CYCLE_YEARS)?).build().ok()?;
            Instant::new(timestamp(earlier)?.as_second() + CYCLE_SECONDS, 0)?
        }
    };
    Some(WrittenTime { instant: Instant { nanosecond: nanos, ..instant }, offset })
}

/// The time that a value stands for: text as in [`parse_time`], a number as seconds since 1970.
pub fn written_time(value: Value<'_>, zone: &TimeZone) -> Option<WrittenTime> {
    match value {
        Value::String(text) => parse_time(text, zone),
        Value::Number(seconds) => Some(WrittenTime { instant: Instant::from_seconds(seconds)?, offset: None }),
        _ => None,
    }
}

/// The instant that a value stands for.
pub fn instant(value: Value<'_>, zone: &TimeZone) -> Option<Instant> {
    written_time(value, zone).map(|time| time.instant)
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

/// The nanoseconds of decimal seconds, rounded down: of the shortest decimal that reads back as this float, which is the one
/// that was meant. (`1669567358.123 * 1e9` is too small by some hundred nanoseconds.)
fn decimal_nanoseconds(seconds: f64) -> Option<i128> {
    let magnitude = seconds.abs();
    if magnitude >= 1e12 {
        return None;
    }
    let mut buffer = ryu_js::Buffer::new();
    let spelled_out;
    let text = if magnitude < 1e-6 {
        spelled_out = format!("{magnitude}");
        &spelled_out
    } else {
        buffer.format(magnitude)
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let (kept, cut) = fraction.split_at_checked(9).unwrap_or((fraction, ""));
    let nanos = whole.parse::<i128>().ok()? * NANOS + format!("{kept:0<9}").parse::<i128>().ok()?;
    let more = cut.bytes().any(|digit| digit != b'0');
    Some(if seconds < 0.0 { -nanos - i128::from(more) } else { nanos })
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

    fn shown(at: Instant) -> String {
        format_time(at.timestamp().unwrap(), &TimeZone::UTC)
    }

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
            let found = parse_time(text, &kolkata()).map(|at| shown(at.instant));
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn numbers_are_seconds() {
        let read = |n: Value<'_>| instant(n, &TimeZone::UTC).map(shown);
        assert_eq!(read(Value::int(0)).as_deref(), Some("1970-01-01T00:00:00Z"));
        assert_eq!(read(Value::float(-0.5)).as_deref(), Some("1969-12-31T23:59:59.5Z"));
        assert_eq!(read(Value::float(1_767_225_600.25)).as_deref(), Some("2026-01-01T00:00:00.25Z"));
        assert_eq!(read(Value::float(0.999_999_999_9)).as_deref(), Some("1970-01-01T00:00:00.999999999Z"));
        assert_eq!(read(Value::float(-1e-300)).as_deref(), Some("1969-12-31T23:59:59.999999999Z"));
        assert_eq!(read(Value::float(1_669_567_358.123)).as_deref(), Some("2022-11-27T16:42:38.123Z"));
        assert_eq!(read(Value::int(1_767_225_600_000_i64)), None);
        assert_eq!(read(Value::float(1e300)), None);
        assert_eq!(read(Value::float(999_999_999_999.5)), None);
        assert_eq!(read(Value::Bool(true)), None);
    }

    fn millis(ms: i64) -> Option<i128> {
        let quotient = crate::expr::arithmetic::calculate(
            crate::expr::Arithmetic::Divide,
            Number::int(ms.into()),
            Number::Int(1000),
        );
        instant(quotient, &TimeZone::UTC).map(Instant::milliseconds)
    }

    #[test]
    fn milliseconds_are_exact_from_1970_to_9999() {
        const LAST: i64 = 253_402_300_799_999;
        let mut ms = 0x1234_5678_9abc_def0_u64;
        let mut random = move || {
            ms = ms.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (ms >> 16) as i64 % (LAST + 1)
        };
        let spread: Vec<i64> = (0..50_000).map(|_| random()).collect();
        let ends = (0..5_000).chain(LAST - 5_000..=LAST).chain(1_669_567_358_000..1_669_567_363_000);
        for ms in ends.chain(spread) {
            assert_eq!(millis(ms), Some(i128::from(ms)));
            let at = Instant::from_nanoseconds(i128::from(ms) * 1_000_000).unwrap();
            let since = at.seconds_since(Instant { second: 0, nanosecond: 0 });
            assert_eq!(since.as_f64(), ms as f64 / 1000.0, "{ms}");
            let back = Instant { second: 0, nanosecond: 0 }.seconds_since(at);
            assert_eq!(back.as_f64(), -(ms as f64) / 1000.0, "{ms}");
        }
    }

    #[test]
    fn the_end_of_the_year_9999() {
        let cases = [
            ("9999-12-30T22:00:01Z", "UTC", "9999-12-30 22:00 thursday"),
            ("9999-12-31T23:59:59.9Z", "UTC", "9999-12-31 23:59 friday"),
            ("9999-12-31T23:59:59Z", "Asia/Kolkata", "10000-01-01 05:29 saturday"),
            ("9999-12-31T23:59:59Z", "America/New_York", "9999-12-31 18:59 friday"),
            ("9999-07-01T12:00:00Z", "America/New_York", "9999-07-01 08:00 thursday"),
            ("9999-12-31T23:59:59-23:59", "UTC", "10000-01-01 23:58 saturday"),
            ("9999-12-31", "Asia/Kolkata", "9999-12-31 00:00 friday"),
            ("9999-12-31T23:59:59", "Pacific/Auckland", "9999-12-31 23:59 friday"),
            ("9999-12-31T23:59:59", "America/Los_Angeles", "9999-12-31 23:59 friday"),
        ];
        for (text, zone, expected) in cases {
            let zone = TimeZone::get(zone).unwrap();
            let at = parse_time(text, &zone).unwrap().instant.in_zone(&zone);
            let day = format!("{:?}", at.weekday()).to_lowercase();
            let found =
                format!("{}-{:02}-{:02} {:02}:{:02} {day}", at.year(), at.month(), at.day(), at.hour(), at.minute());
            assert_eq!(found, expected, "{text}");
        }
        let at = |text: &str| parse_time(text, &TimeZone::UTC).unwrap().instant;
        assert!(at("9999-12-30T23:00:00Z") < at("9999-12-31T00:00:00Z"));
        assert_eq!(at("9999-12-31T23:59:59Z").milliseconds(), 253_402_300_799_000);
        assert_eq!(at("9999-12-31T23:59:59Z").timestamp(), None);
        assert!(at("9999-12-30T22:00:00.999999999Z").timestamp().is_some());
        let number = |n: i64| instant(Value::int(n), &TimeZone::UTC);
        assert_eq!(number(253_402_300_799), Some(at("9999-12-31T23:59:59Z")));
        assert_eq!(number(253_402_387_200), None);
    }

    #[test]
    fn writes_times() {
        let at = parse_time("2026-01-10T07:30:00Z", &TimeZone::UTC).unwrap().instant.timestamp().unwrap();
        assert_eq!(format_time(at, &kolkata()), "2026-01-10T13:00:00+05:30");
        assert_eq!(format_time(at, &TimeZone::get("America/New_York").unwrap()), "2026-01-10T02:30:00-05:00");
        let old = parse_time("1800-01-01T00:00:00Z", &TimeZone::UTC).unwrap().instant.timestamp().unwrap();
        let shown = format_time(old, &TimeZone::get("America/New_York").unwrap());
        assert_eq!(parse_time(&shown, &TimeZone::UTC).unwrap().instant.timestamp().unwrap(), old);
    }
}
