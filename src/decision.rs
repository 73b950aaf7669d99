//! What was decided about an event.

use crate::event::Json;
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
    /// Who needs it: a rule's name, `table:…`, `filter:…`, `label:…`, `define:…`, `schema:…`, `subscriber:…`; at most five.
    pub asked_by: Vec<String>,
    /// How many need it.
    pub count: usize,
}

/// At most so many names in [`TypeError::asked_by`].
pub const MAX_ASKED_BY: usize = 5;

/// At most so many bytes in [`Decision::input`].
pub const MAX_INPUT_ECHO: usize = 200;
