//! Reading of times.

use super::Instant;
use super::instant::{CYCLE_SECONDS, CYCLE_YEARS};
use crate::event::Value;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

/// A time as it was written: the instant, and its offset if there was one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrittenTime {
    /// The instant.
    pub instant: Instant,
    /// The offset as written.
    pub offset: Option<Offset>,
}

/// Reads RFC 3339; a text without an offset is read in `zone`, and a bare date is midnight there.
///
/// `T` and `Z` may be small, and a space may replace the `T`. Digits beyond nanoseconds are cut off. A leap second
/// (`23:59:60`) is the second before it.
pub fn parse_time(text: &str, zone: &TimeZone) -> Option<WrittenTime> {
    let mut rest = TimeReader(text.as_bytes());
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

/// The time that a value represents: text as in [`parse_time`], a number as seconds since 1970.
pub fn written_time(value: Value<'_>, zone: &TimeZone) -> Option<WrittenTime> {
    match value {
        Value::String(text) => parse_time(text, zone),
        Value::Number(seconds) => Some(WrittenTime { instant: Instant::from_seconds(seconds)?, offset: None }),
        _ => None,
    }
}

/// The instant that a value represents.
pub fn instant(value: Value<'_>, zone: &TimeZone) -> Option<Instant> {
    written_time(value, zone).map(|time| time.instant)
}

/// An offset by itself: `+05:30`.
pub(super) fn parse_offset(text: &str) -> Option<Offset> {
    TimeReader(text.as_bytes()).offset()?
}

/// Bytes still to be read.
struct TimeReader<'t>(&'t [u8]);

impl TimeReader<'_> {
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

    /// The rest of the text: nothing, `Z`, or `+05:30`.
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
