//! Times. Functions of a value that is not a time are null.

use super::definition::{BASE, MAYBE_BOOLEAN, MAYBE_NUMBER, MAYBE_STRING};
use super::zone::{self, part};
use super::{Call, Function, Predicate, Prepare, PrepareError, instants};
use crate::diagnostic::Code;
use crate::event::{Type, Value};
use crate::expr::time::{Instant, instant};
use crate::expr::windows::minute_of_week;
use crate::expr::{Prepared, Windows};
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

/// The result type of functions that make times.
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
        name: "during",
        reads_text: false,
        usage: "during(time, \"mon-fri 09:00-18:00\", zone)",
        doc: "True if the time is in one of the windows, by the local clock: in the rule set's zone, or in the one that a third \
              argument names. Windows are separated by commas; their days are written as `weekday` writes them, one, a range \
              or a list (`mon, wed 09:00-12:00`). A window without days has those of the window before it, and the first \
              is on every day. The end does not belong to a window. A window whose end is earlier than its beginning \
              passes midnight, and belongs to the day on which it begins. The windows must be a literal.",
        examples: &[
            ("during(\"2026-01-10T10:00:00Z\", \"mon-fri 09:00-18:00, sat 10:00-14:00\", \"UTC\")", "true"),
            ("during(\"2026-01-10T14:00:00Z\", \"mon-fri 09:00-18:00, sat 10:00-14:00\", \"UTC\")", "false"),
            ("during(\"2026-01-10T05:59:00Z\", \"fri 22:00-06:00\", \"written\")", "true"),
            ("during(data.nope, \"09:00-18:00\")", "null"),
        ],
        params: &[Type::TIME, Type::STRING, Type::ZONE],
        required: 2,
        returns: MAYBE_BOOLEAN,
        prepare: Some(prepare_windows),
        predicate: Some(Predicate::During),
        eval: |call| during(call).map_or(Value::Null, Value::Bool),
        ..BASE
    },
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

/// The value that the windows of `during` are ranges of. It has no name in expressions.
pub(crate) static MINUTE_OF_WEEK: Function = Function {
    name: "minute of the week",
    params: &[Type::TIME, Type::ZONE],
    required: 1,
    returns: MAYBE_NUMBER,
    unmetered: true,
    eval: |call| minute(call, call.prepared, 1).map_or(Value::Null, Value::int),
    ..BASE
};

fn prepare_windows(call: &Prepare<'_>) -> Result<Prepared, PrepareError> {
    let windows = Windows::new(call.literal(1, "the windows")?)
        .map_err(|fault| PrepareError::new(Code::BadTime, 1, fault.message).at(fault.place).help(fault.help))?;
    Ok(Prepared::Windows(windows, Box::new(zone::prepare_at(call, 2)?)))
}

/// The minute of the week, in the zone of an argument, which has been prepared as `zone`.
fn minute(call: &Call<'_, '_>, zone: &Prepared, argument: usize) -> Option<u16> {
    let at = zone::local(call, zone, argument)?;
    let day = at.weekday().to_monday_zero_offset();
    Some(minute_of_week(day.unsigned_abs().into(), at.hour().unsigned_abs().into(), at.minute().unsigned_abs().into()))
}

fn during(call: &Call<'_, '_>) -> Option<bool> {
    let Prepared::Windows(windows, zone) = call.prepared else { return None };
    minute(call, zone, 2).map(|minute| windows.contains(minute))
}

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
