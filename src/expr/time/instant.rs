//! Instants, and the date and time of day at an instant.

use crate::event::Number;
use jiff::Timestamp;
use jiff::civil::{DateTime, Weekday};
use jiff::tz::{Offset, TimeZone};

/// An instant, from the beginning of [`Timestamp`] to the end of the year 9999 in every zone, which `Timestamp` lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant {
    /// Seconds since 1970, rounded down.
    pub(super) second: i64,
    /// The fraction of a second.
    pub(super) nanosecond: i32,
}

/// Date and time of day at an instant. The year may be 10000.
#[derive(Clone, Copy, Debug)]
pub(in crate::expr) struct Civil {
    at: DateTime,
    cycles: i32,
}

/// Weekdays and the rules of time zones repeat after 400 years, so instants that `jiff` cannot hold are computed 400 years
/// earlier.
pub(super) const CYCLE_YEARS: i16 = 400;
pub(super) const CYCLE_SECONDS: i64 = 146_097 * 86_400;
/// The last second: 10000-01-01T23:59:59Z, where the year 9999 has ended even at the offset -23:59.
const LAST_SECOND: i64 = 253_402_300_799 + 86_400;
const NANOS: i128 = 1_000_000_000;

impl Instant {
    pub(super) fn new(second: i64, nanosecond: i32) -> Option<Instant> {
        let first = Timestamp::MIN.as_second();
        (first..=LAST_SECOND).contains(&second).then_some(Instant { second, nanosecond })
    }

    pub(super) fn from_nanoseconds(nanos: i128) -> Option<Instant> {
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

    /// So many seconds later, or earlier if they are negative; of decimals the digits as they are written.
    pub(in crate::expr) fn plus(self, seconds: Number) -> Option<Instant> {
        let nanos = match seconds {
            Number::Int(n) => n.checked_mul(NANOS)?,
            Number::Float(n) => decimal_nanoseconds(n)?,
        };
        Instant::from_nanoseconds(self.nanoseconds().checked_add(nanos)?)
    }

    /// As a clock has it; none in the last hours of the year 9999.
    pub fn timestamp(self) -> Option<Timestamp> {
        Timestamp::new(self.second, self.nanosecond).ok()
    }

    /// The same date and time of day 400 years earlier, for instants that a clock cannot hold.
    pub(super) fn cycle_earlier(self) -> Option<Timestamp> {
        Timestamp::new(self.second - CYCLE_SECONDS, self.nanosecond).ok()
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

    pub(in crate::expr) fn in_zone(self, zone: &TimeZone) -> Civil {
        self.civil(|at| zone.to_datetime(at))
    }

    pub(in crate::expr) fn at_offset(self, offset: Offset) -> Civil {
        self.civil(|at| offset.to_datetime(at))
    }

    fn civil(self, read: impl Fn(Timestamp) -> DateTime) -> Civil {
        match self.timestamp() {
            Some(at) => Civil { at: read(at), cycles: 0 },
            None => Civil { at: read(self.cycle_earlier().unwrap_or(Timestamp::MAX)), cycles: 1 },
        }
    }
}

impl Civil {
    pub(in crate::expr) fn year(self) -> i32 {
        i32::from(self.at.year()) + self.cycles * i32::from(CYCLE_YEARS)
    }

    pub(in crate::expr) fn month(self) -> i8 {
        self.at.month()
    }

    pub(in crate::expr) fn day(self) -> i8 {
        self.at.day()
    }

    pub(in crate::expr) fn hour(self) -> i8 {
        self.at.hour()
    }

    pub(in crate::expr) fn minute(self) -> i8 {
        self.at.minute()
    }

    pub(in crate::expr) fn weekday(self) -> Weekday {
        self.at.weekday()
    }
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
