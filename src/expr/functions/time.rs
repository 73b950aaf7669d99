//! Times. Functions of a value that is not a time are null.

use super::definition::{BASE, MAYBE_NUMBER, MAYBE_STRING};
use super::zone::{self, part};
use super::{Call, Function, instants};
use crate::event::{Type, Value};
use crate::expr::time::{Instant, instant};
use jiff::civil::Weekday;

/// A function that reads the clock on the wall.
macro_rules! part {
    ($name:literal, $doc:literal, $returns:expr, $examples:expr, $eval:expr $(, $property:ident: $known:expr)?) => {
        Function {
            name: $name,
            usage: concat!($name, "(time, zone)"),
            doc: concat!(
                $doc,
                " In the rule set's zone, or in the one that a second argument names: `\"Asia/Kolkata\"`, `\"+05:30\"`, or \
                 `\"written\"` for the time's own offset."
            ),
            examples: $examples,
            params: &[Type::TIME, Type::ZONE],
            required: 1,
            returns: $returns,
            $($property: $known,)?
            prepare: Some(zone::prepare),
            eval: $eval,
            ..BASE
        }
    };
}

/// What functions yield that make times.
const MAYBE_TIME: Type = MAYBE_STRING.union(Type::TIME);

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "time",
        usage: "time(x)",
        doc: "The time that a text or a number of seconds since 1970 represents, written as `now` is. Comparisons with it compare \
              instants: `time(data.start) < time(data.end)`.",
        examples: &[
            ("time(\"2026-01-10T13:00:00+05:30\")", "\"2026-01-10T07:30:00Z\""),
            ("time(\"2026-01-10T13:00:00+05:30\") == \"2026-01-10T07:30:00.0Z\"", "true"),
            ("time(1.5)", "\"1970-01-01T00:00:01.5Z\""),
            ("time(data.nope)", "null"),
        ],
        params: &[Type::TIME],
        required: 1,
        returns: MAYBE_TIME,
        eval: |call| instants::time(call).unwrap_or_default(),
        ..BASE
    },
    Function {
        name: "from_unix_ms",
        usage: "from_unix_ms(x)",
        doc: "The time of a number of milliseconds since 1970; null outside of the years 0 to 9999.",
        examples: &[
            ("from_unix_ms(1768030200000)", "\"2026-01-10T07:30:00Z\""),
            ("from_unix_ms(unix_ms(now)) == now", "true"),
            ("from_unix_ms(1e18)", "null"),
        ],
        params: &[Type::NUMBER],
        required: 1,
        returns: MAYBE_TIME,
        eval: |call| instants::from_unix_ms(call).unwrap_or_default(),
        ..BASE
    },
    Function {
        name: "add_seconds",
        usage: "add_seconds(time, n)",
        doc: "The time `n` seconds later, or earlier if `n` is negative; null outside of the years 0 to 9999.",
        examples: &[
            ("add_seconds(\"2026-01-10T13:00:00+05:30\", -0.5)", "\"2026-01-10T07:29:59.5Z\""),
            ("add_seconds(\"2026-01-31\", 24 * 3600)", "\"2026-02-01T00:00:00Z\""),
            ("now < add_seconds(now, 60)", "true"),
            ("add_seconds(data.nope, 1)", "null"),
        ],
        params: &[Type::TIME, Type::NUMBER],
        required: 2,
        returns: MAYBE_TIME,
        eval: |call| instants::add_seconds(call).unwrap_or_default(),
        ..BASE
    },
    part!(
        "hour",
        "The hour of a time, 0 to 23.",
        MAYBE_NUMBER,
        &[
            ("hour(\"2026-01-10T13:30:00Z\", \"Asia/Kolkata\")", "19"),
            ("hour(\"2026-01-10T13:30:00+09:00\", \"written\")", "13"),
            ("hour(\"2026-01-10T13:30:00Z\", \"-08:00\")", "5"),
            ("hour(data.nope)", "null"),
        ],
        |call| part(call, |at| Value::int(at.hour())),
        integers: Some((0, 23))
    ),
    part!(
        "minute",
        "The minute of a time, 0 to 59.",
        MAYBE_NUMBER,
        &[("minute(\"2026-01-10T13:30:00Z\", \"Asia/Kolkata\")", "0")],
        |call| part(call, |at| Value::int(at.minute())),
        integers: Some((0, 59))
    ),
    part!(
        "weekday",
        "The day of the week: `\"mon\"`, `\"tue\"`, `\"wed\"`, `\"thu\"`, `\"fri\"`, `\"sat\"`, `\"sun\"`.",
        MAYBE_STRING,
        &[("weekday(\"2026-01-10T12:00:00Z\")", "\"sat\""), ("weekday(0, \"UTC\")", "\"thu\"")],
        |call| part(call, |at| Value::String(weekday(at.weekday()))),
        values: &["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    ),
    part!(
        "date",
        "The date of a time, as `\"2026-01-10\"`.",
        MAYBE_STRING,
        &[
            ("date(\"2026-01-10T20:00:00Z\", \"Asia/Kolkata\")", "\"2026-01-11\""),
            ("date(\"2026-01-10T20:00:00Z\", \"written\")", "\"2026-01-10\""),
        ],
        |call| {
            let (arena, meter) = (call.arena, call.meter);
            part(call, |at| {
                let text = format!("{:04}-{:02}-{:02}", at.year(), at.month(), at.day());
                if meter.allocate(text.len()) { Value::String(arena.alloc_str(&text)) } else { Value::Null }
            })
        }
    ),
    part!(
        "year",
        "The year of a time.",
        MAYBE_NUMBER,
        &[("year(\"2025-12-31T23:00:00Z\", \"Asia/Kolkata\")", "2026")],
        |call| part(call, |at| Value::int(at.year()))
    ),
    part!(
        "month",
        "The month of a time, 1 to 12.",
        MAYBE_NUMBER,
        &[("month(\"2025-12-31T23:00:00Z\", \"written\")", "12")],
        |call| part(call, |at| Value::int(at.month())),
        integers: Some((1, 12))
    ),
    part!(
        "day",
        "The day of the month of a time, 1 to 31.",
        MAYBE_NUMBER,
        &[("day(\"2026-01-10\", \"written\")", "10")],
        |call| part(call, |at| Value::int(at.day())),
        integers: Some((1, 31))
    ),
    Function {
        name: "unix_ms",
        usage: "unix_ms(time)",
        doc: "Milliseconds since 1970, rounded down.",
        examples: &[
            ("unix_ms(\"1970-01-01T00:00:01.5Z\")", "1500"),
            ("unix_ms(-0.0005)", "-1"),
            ("unix_ms(data.nope)", "null"),
        ],
        params: &[Type::TIME],
        required: 1,
        returns: MAYBE_NUMBER,
        eval: |call| {
            let millis = |at: Instant| Value::int(at.milliseconds());
            instant(call.arg(0), call.zone()).map_or(Value::Null, millis)
        },
        ..BASE
    },
    Function {
        name: "seconds_between",
        usage: "seconds_between(a, b)",
        doc: "The seconds from `a` to `b`; negative if `b` is earlier.",
        examples: &[
            ("seconds_between(\"2026-01-01T00:00:00Z\", \"2026-01-01T05:31:00+05:30\")", "60"),
            ("seconds_between(2, 0.5)", "-1.5"),
            ("seconds_between(0, data.nope)", "null"),
        ],
        params: &[Type::TIME, Type::TIME],
        required: 2,
        returns: MAYBE_NUMBER,
        eval: |call| seconds_between(call).unwrap_or_default(),
        ..BASE
    },
];

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "mon",
        Weekday::Tuesday => "tue",
        Weekday::Wednesday => "wed",
        Weekday::Thursday => "thu",
        Weekday::Friday => "fri",
        Weekday::Saturday => "sat",
        Weekday::Sunday => "sun",
    }
}

fn seconds_between<'a>(call: &Call<'_, 'a>) -> Option<Value<'a>> {
    let at = |argument: usize| instant(call.arg(argument), call.zone());
    Some(Value::Number(at(1)?.seconds_since(at(0)?)))
}
