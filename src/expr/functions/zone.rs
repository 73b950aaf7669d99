//! The zone argument of functions that read the clock on the wall.

use super::{Call, Prepare, PrepareError};
use crate::diagnostic::{Code, did_you_mean};
use crate::event::{Json, Value};
use crate::expr::Prepared;
use crate::expr::time::{Civil, WRITTEN, find_zone, written_time, zone_hint};

/// The zone that the second argument names.
pub(super) fn prepare(call: &Prepare<'_>) -> Result<Prepared, PrepareError> {
    prepare_at(call, 1)
}

/// The zone that an argument names. One that is written out has to be known; any other is looked up for each event.
pub(super) fn prepare_at(call: &Prepare<'_>, argument: usize) -> Result<Prepared, PrepareError> {
    let name = match call.args.get(argument) {
        Some(Some(Json::String(name))) => name,
        Some(Some(_)) => call.literal(argument, "the time zone")?,
        _ => return Ok(Prepared::None),
    };
    if name == WRITTEN {
        return Ok(Prepared::Written);
    }
    find_zone(name).map(Prepared::Zone).ok_or_else(|| {
        let message = format!("there is no time zone `{name}`");
        let help =
            "write an IANA name, such as `Asia/Kolkata`, an offset, `+05:30`, or `written` for the time's own offset";
        let help = did_you_mean(name, [WRITTEN]).or_else(|| zone_hint(name)).unwrap_or_else(|| help.to_owned());
        PrepareError::new(Code::UnknownTimezone, argument, message).help(help)
    })
}

/// A part of the local date and time at the first argument's instant, in the zone that the second argument names.
pub(super) fn part<'a>(call: &Call<'_, 'a>, read: impl Fn(Civil) -> Value<'a>) -> Value<'a> {
    local(call, call.prepared, 1).map_or(Value::Null, read)
}

/// The local date and time at the first argument's instant, in the zone of an argument, which has been prepared as `zone`.
pub(super) fn local(call: &Call<'_, '_>, zone: &Prepared, argument: usize) -> Option<Civil> {
    let time = written_time(call.arg(0), call.zone())?;
    let at = time.instant;
    let as_written = || time.offset.map_or_else(|| at.in_zone(call.zone()), |offset| at.at_offset(offset));
    Some(match zone {
        Prepared::Zone(zone) => at.in_zone(zone),
        Prepared::Written => as_written(),
        _ if call.args.len() <= argument => at.in_zone(call.zone()),
        _ => match call.text(argument)? {
            WRITTEN => as_written(),
            name => at.in_zone(&find_zone(name)?),
        },
    })
}
