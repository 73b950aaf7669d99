//! The attributes of CloudEvents. All but a few are headers.

use super::Value;
use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

/// The attribute that marks an event as a CloudEvent.
pub(crate) const SPECVERSION: &str = "specversion";
/// The id.
pub(crate) const ID: &str = "id";
/// The type, which is the topic.
pub(crate) const TYPE: &str = "type";
/// The time.
pub(crate) const TIME: &str = "time";
/// The payload.
pub(crate) const DATA: &str = "data";
/// The payload, if it is binary.
const DATA_BASE64: &str = "data_base64";

/// The attributes that are not headers.
const NOT_HEADERS: [&str; 5] = [ID, TYPE, TIME, DATA, DATA_BASE64];

/// True if the attribute of this name is a header.
pub(crate) fn is_header(name: &str) -> bool {
    !NOT_HEADERS.contains(&name)
}

/// All headers of an event, as an object; null if the event is not an object.
pub(crate) fn headers<'a>(event: Value<'a>, arena: &'a Bump) -> Value<'a> {
    let Value::Object(members) = event else { return Value::Null };
    let headers = members.iter().copied().filter(|(name, _)| is_header(name));
    Value::Object(ArenaVec::from_iter_in(headers, arena).into_bump_slice())
}
