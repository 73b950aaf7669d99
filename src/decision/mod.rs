//! Decisions, and the deliveries that follow from them.

mod input;
mod requirer;
mod status;
mod type_error;

pub(crate) use input::{Input, Part};
pub use requirer::Requirer;
pub use status::{ParseStatusError, Status};
pub(crate) use type_error::add_errors;
pub use type_error::{MAX_REQUIRED_BY, TypeError};

use crate::event::{Json, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The decision on one event. Serialised, it is the line that `dadar route` writes:
///
/// ```json
/// {"id":"o-1","topic":"order.created","status":"routed","subscribers":["inventory","review"],"rules":["big"],
///  "labels":{"tier":"gold"},"ruleset":"shop@5c6de7a2"}
/// {"id":null,"topic":null,"status":"malformed","subscribers":[],"rules":[],
///  "line":2,"error":"expected a JSON object at byte 0","input":"hello","ruleset":"shop@5c6de7a2"}
/// ```
///
/// Fields that are empty are left out, from `labels` on. A decision that is deserialised from this line equals the one that was
/// written; unknown fields are ignored.
///
/// ```
/// let rules = dadar::load_strings("shop", [("rules.yaml", "topics: {order.created: [inventory]}")]).rule_set.unwrap();
/// let decision = dadar::Router::new(&rules).route(br#"{"id": "o-1", "type": "order.created"}"#);
/// let line = serde_json::to_string(&decision).unwrap();
/// assert!(line.starts_with(r#"{"id":"o-1","topic":"order.created","status":"routed","subscribers":["inventory"],"rules":[]"#));
/// assert_eq!(serde_json::from_str::<dadar::Decision>(&line).unwrap(), decision);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Decision {
    /// The id of the event if it is a string, number or boolean; else null.
    pub id: Json,
    /// The topic; none if the event is malformed, or the line has an empty list of events.
    pub topic: Option<String>,
    /// The result.
    pub status: Status,
    /// The subscribers that receive the event, sorted by name.
    pub subscribers: Vec<Arc<str>>,
    /// The rules that matched, by rank.
    pub rules: Vec<Arc<str>>,
    /// The labels that rules and tables set.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<Arc<str>, Json>,
    /// The settings of the topic.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<Arc<str>, Json>,
    /// Subscribers that were chosen, but whose filter is false; sorted by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filtered: Vec<Arc<str>>,
    /// By subscriber that expressions under `subscribers` chose from the event: the rules and tables that have them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub chosen_by: BTreeMap<Arc<str>, Vec<Requirer>>,
    /// The filter that dropped the event; `split` for an empty list of events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped_by: Option<Arc<str>>,
    /// The faults that schemas found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub invalid: Vec<Invalid>,
    /// Values that do not have the type that a rule requires; sorted by path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<TypeError>,
    /// Which of the events in its line this is, from 1, if the rule set splits lines and the line has a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<u64>,
    /// How many events the line has; 0 if its list is empty, and then there is no `part`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<u64>,
    /// The number of the line, from 1, if it is malformed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The reason for which the line is malformed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The first 200 bytes of a malformed line, as lossy UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    /// The rule set that made the decision: `name@version`.
    pub ruleset: Arc<str>,
}

/// A decision, and the event that each of its subscribers is sent.
///
/// serde_json reads values up to 127 levels deep by default, and the events of deliveries may be deeper: to read those back, call
/// `disable_recursion_limit` on its deserializer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Delivered {
    /// The decision.
    pub decision: Decision,
    /// A delivery for each of [`Decision::subscribers`], in the same order.
    pub deliveries: Vec<Delivery>,
}

/// The event that one subscriber is sent: a line of `dadar route --deliveries`, such as
/// `{"id":"o-1","subscriber":"inventory","event":{"type":"order.created"}}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Delivery {
    /// The id of the event, as on the decision.
    pub id: Json,
    /// The subscriber.
    pub subscriber: Arc<str>,
    /// The event after `ingest` and the `transform` of the subscriber; null if the line could not be read.
    pub event: Json,
    /// Values that do not have the type that a step of a transform requires; sorted by path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<TypeError>,
    /// As [`Decision::part`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<u64>,
    /// As [`Decision::parts`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<u64>,
}

/// One fault that a schema found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Invalid {
    /// The schema.
    pub schema: Arc<str>,
    /// A JSON Pointer into the validated value.
    pub path: String,
    /// The fault.
    pub message: String,
}

/// At most this many bytes in [`Decision::input`].
pub const MAX_INPUT_ECHO: usize = 200;

impl Decision {
    /// A decision without subscribers.
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
            chosen_by: BTreeMap::new(),
            dropped_by: None,
            invalid: Vec::new(),
            errors: Vec::new(),
            part: None,
            parts: None,
            line: None,
            error: None,
            input: None,
            ruleset,
        }
    }

    /// Sets the number of the event in its line.
    pub(crate) fn set_part(&mut self, part: Option<Part>) {
        self.part = part.map(|part| part.part).filter(|part| *part > 0);
        self.parts = part.map(|part| part.parts);
    }

    /// The decision on a line that is not an event.
    pub fn malformed(ruleset: Arc<str>, line: &[u8], number: u64, error: impl Into<String>, echo: bool) -> Decision {
        Decision {
            line: Some(number),
            error: Some(error.into()),
            input: echo.then(|| input_echo(line)),
            ..Decision::empty(ruleset, Status::Malformed)
        }
    }
}

/// The beginning of [`Decision::error`] for an event whose topic is not a string, or is empty; it is followed by the fields
/// that the envelope reads.
pub const NO_TOPIC: &str = "no topic";

/// The beginning of a malformed line: its first bytes, as lossy UTF-8.
pub fn input_echo(line: &[u8]) -> String {
    String::from_utf8_lossy(line.get(..MAX_INPUT_ECHO).unwrap_or(line)).into_owned()
}

/// The id as on a decision: a string, a number or a boolean as it is, null for other values.
pub fn shown_id(id: Value<'_>) -> Json {
    match id {
        Value::Bool(_) | Value::Number(_) | Value::String(_) => id.to_json(),
        Value::Null | Value::Array(_) | Value::Object(_) => Json::Null,
    }
}
