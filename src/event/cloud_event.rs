//! The headers of CloudEvents: all attributes but a few.

use super::Value;
use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

/// The attributes that are not headers.
const NOT_HEADERS: [&str; 5] = ["id", "type", "time", "data", "data_base64"];

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
