use super::*;
use crate::event::{Number, Value};
use jiff::tz::TimeZone;

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
    let quotient =
        crate::expr::arithmetic::calculate(crate::expr::Arithmetic::Divide, Number::int(ms.into()), Number::Int(1000));
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
