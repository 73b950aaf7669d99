//! Times. Functions of a value that is not a time are null.

use super::definition::{BASE, MAYBE_NUMBER, MAYBE_STRING};
use super::{Call, Function, Prepare, PrepareError};
use crate::diagnostic::{Code, did_you_mean};
use crate::event::{Type, Value};
use crate::expr::Prepared;
use crate::expr::time::{Civil, Instant, instant, written_time, zone_hint};
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

/// A function that reads the clock on the wall.
macro_rules! part {
    ($name:literal, $doc:literal, $returns:expr, $examples:expr, $eval:expr $(, $property:ident: $known:expr)?) => {
        Function {
            name: $name,
            usage: concat!($name, "(time, zone)"),
            doc: concat!(
                $doc,
                " In the rule set's zone, or in the one that a second argument names (`\"written\"`: the time's own offset)."
            ),
            examples: $examples,
            params: &[Type::TIME, Type::STRING],
            required: 1,
            returns: $returns,
            $($property: $known,)?
            prepare: Some(prepare_zone),
            eval: $eval,
            ..BASE
        }
    };
}

/// The functions of this family.
pub(super) const FUNCTIONS: &[Function] = &[
    part!(
        "hour",
        "The hour of a time, 0 to 23.",
        MAYBE_NUMBER,
        &[
            ("hour(\"2026-01-10T13:30:00Z\", \"Asia/Kolkata\")", "19"),
            ("hour(\"2026-01-10T13:30:00+09:00\", \"written\")", "13"),
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

fn prepare_zone(call: &Prepare<'_>) -> Result<Prepared, PrepareError> {
    if call.args.len() < 2 {
        return Ok(Prepared::None);
    }
    let name = call.literal(1, "the time zone")?;
    if name == "written" {
        return Ok(Prepared::Written);
    }
    TimeZone::get(name).map(Prepared::Zone).map_err(|_| {
        let message = format!("there is no time zone `{name}`");
        let help = "time zones have IANA names, such as `Asia/Kolkata`, `UTC`; `written` is the time's own offset";
        let help = did_you_mean(name, ["written"]).or_else(|| zone_hint(name)).unwrap_or_else(|| help.to_owned());
        PrepareError::new(Code::UnknownTimezone, 1, message).help(help)
    })
}

/// A part of the local date and time at the first argument's instant.
fn part<'a>(call: &Call<'_, 'a>, read: impl Fn(Civil) -> Value<'a>) -> Value<'a> {
    let zone = call.zone();
    let Some(time) = written_time(call.arg(0), zone) else { return Value::Null };
    read(match (call.prepared, time.offset) {
        (Prepared::Written, Some(offset)) => time.instant.at_offset(offset),
        (Prepared::Zone(zone), _) => time.instant.in_zone(zone),
        _ => time.instant.in_zone(zone),
    })
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
