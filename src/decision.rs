//! What was decided about an event.

use crate::event::{Json, Type, Value};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Topics, rules or tables chose somebody who is left.
    Routed,
    /// Nobody is.
    Unrouted,
    /// A filter took it.
    Dropped,
    /// A schema refused it.
    Rejected,
    /// It is not an event.
    Malformed,
}

impl Status {
    /// As written on a decision.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Routed => "routed",
            Status::Unrouted => "unrouted",
            Status::Dropped => "dropped",
            Status::Rejected => "rejected",
            Status::Malformed => "malformed",
        }
    }
}

/// The decision about one event. Serialised, it is the line that `dadar route` writes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decision {
    /// The event's id; null where it has none.
    pub id: Json,
    /// Its topic; none where it is malformed.
    pub topic: Option<String>,
    /// What became of it.
    pub status: Status,
    /// Who gets it, by name.
    pub subscribers: Vec<Arc<str>>,
    /// The rules that matched, by rank.
    pub rules: Vec<Arc<str>>,
    /// Its labels.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<Arc<str>, Json>,
    /// The settings of its topic.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<Arc<str>, Json>,
    /// Who was chosen, but has a filter that does not hold; by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filtered: Vec<Arc<str>>,
    /// The filter that dropped it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dropped_by: Option<Arc<str>>,
    /// What schemas found wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub invalid: Vec<Invalid>,
    /// Values of another type than some rule needs; by path.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<TypeError>,
    /// The number of the line, from 1, where the event is malformed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Why it is malformed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The first 200 bytes of a malformed line, as lossy UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    /// Which rule set made it: `name@version`.
    pub ruleset: Arc<str>,
}

/// A decision, with what everybody on it is sent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Delivered {
    /// The decision.
    pub decision: Decision,
    /// A delivery for each of [`Decision::subscribers`], in the same order.
    pub deliveries: Vec<Delivery>,
}

/// What one subscriber is sent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Delivery {
    /// The event's id, as it stands on the decision.
    pub id: Json,
    /// The subscriber.
    pub subscriber: Arc<str>,
    /// The event as `ingest` and the subscriber's `transform` have made it; null where the line could not be read.
    pub event: Json,
    /// Values of another type than some step of the subscriber's `transform` needs; by path.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<TypeError>,
}

/// One fault that a schema found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Invalid {
    /// The schema.
    pub schema: Arc<str>,
    /// A JSON Pointer into what was validated.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

/// A value of another type than some rule needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TypeError {
    /// As the rules write it; elements as `data.items[].price`.
    pub path: String,
    /// The type that is needed.
    pub expected: String,
    /// The type that is there.
    pub found: String,
    /// Who needs it: a rule's name, `table:…`, `filter:…`, `label:…`, `define:…`, `schema:…`, `subscriber:…`,
    /// `transform:…`, or `clock:event` where the event has no time for the clock; at most five.
    pub asked_by: Vec<String>,
    /// How many need it.
    pub count: usize,
}

impl TypeError {
    /// The entry of an event that has no time although the clock is to be the event's time.
    pub(crate) fn no_clock(time: Value<'_>, asked_by: &str) -> TypeError {
        TypeError {
            path: String::from("time"),
            expected: Type::TIME.to_string(),
            found: time.type_of().to_string(),
            asked_by: vec![asked_by.to_owned()],
            count: 1,
        }
    }
}

/// The name under [`TypeError::asked_by`] of the clock that is the event's time.
pub(crate) const EVENT_CLOCK: &str = "clock:event";

/// At most so many names in [`TypeError::asked_by`].
pub const MAX_ASKED_BY: usize = 5;

/// At most so many bytes in [`Decision::input`].
pub const MAX_INPUT_ECHO: usize = 200;

impl Decision {
    /// A decision about an event, with nobody on it yet.
    pub fn empty(ruleset: Arc<str>, status: Status) -> Decision {
        Decision {
            id: Json::Null,
            topic: None,
            status,
            subscribers: Vec::new(),
            rules: Vec::new(),
            labels: BTreeMap::new(),
            settings: BTreeMap::new(),
            filtered: Vec::new(),
            dropped_by: None,
            invalid: Vec::new(),
            errors: Vec::new(),
            line: None,
            error: None,
            input: None,
            ruleset,
        }
    }

    /// The decision about a line that is no event.
    pub fn malformed(ruleset: Arc<str>, line: &[u8], number: u64, error: impl Into<String>, echo: bool) -> Decision {
        Decision {
            line: Some(number),
            error: Some(error.into()),
            input: echo.then(|| input_echo(line)),
            ..Decision::empty(ruleset, Status::Malformed)
        }
    }
}

/// How [`Decision::error`] begins for an event whose topic is not a string, or is empty; where the envelope looked for it
/// follows.
pub const NO_TOPIC: &str = "no topic";

/// The beginning of a malformed line: its first bytes, as lossy UTF-8.
pub fn input_echo(line: &[u8]) -> String {
    String::from_utf8_lossy(line.get(..MAX_INPUT_ECHO).unwrap_or(line)).into_owned()
}

/// The id as it stands on a decision: a string, a number or a boolean as it is, anything else null.
pub fn shown_id(id: Value<'_>) -> Json {
    match id {
        Value::Bool(_) | Value::Number(_) | Value::String(_) => id.to_json(),
        Value::Null | Value::Array(_) | Value::Object(_) => Json::Null,
    }
}

/// What `ingest` could not do. It concerns everybody who is sent the event, so it stands on each delivery as well.
pub(crate) fn of_ingest(errors: &[TypeError]) -> impl Iterator<Item = &TypeError> {
    errors.iter().filter(|error| error.asked_by.iter().any(|asker| asker.starts_with("transform:")))
}
