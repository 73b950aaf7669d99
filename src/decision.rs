//! What was decided about an event.

use crate::event::{Json, Type, Value};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
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
    /// The parts of the rule set that need it; at most five.
    pub required_by: Vec<Requirer>,
    /// How many need it.
    pub count: usize,
}

impl TypeError {
    /// The entry of an event that has no time although the clock is to be the event's time.
    pub(crate) fn no_clock(time: Value<'_>) -> TypeError {
        TypeError {
            path: String::from("time"),
            expected: Type::TIME.to_string(),
            found: time.type_of().to_string(),
            required_by: vec![Requirer::EventClock],
            count: 1,
        }
    }
}

/// A part of a rule set that needs a value to be of some type. It is written as the name of a rule, or as `table:NAME` and the
/// like; a rule whose name would be read as one of these as `rule:NAME`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Requirer {
    /// A rule, or a group around it.
    Rule(Arc<str>),
    /// A table.
    Table(Arc<str>),
    /// A filter of the whole rule set.
    Filter(Arc<str>),
    /// A label of the whole rule set.
    Label(Arc<str>),
    /// A named value.
    Define(Arc<str>),
    /// The filter of a subscriber.
    Subscriber(Arc<str>),
    /// The condition of a schema.
    Schema(Arc<str>),
    /// A step of a transform.
    Transform(Arc<str>),
    /// The clock, where it is the event's time.
    EventClock,
}

impl Requirer {
    const KINDS: [&'static str; 9] =
        ["rule", "table", "filter", "label", "define", "subscriber", "schema", "transform", "clock"];

    /// The word for its kind: `rule`, `table` …
    pub fn kind(&self) -> &'static str {
        let [rule, table, filter, label, define, subscriber, schema, transform, clock] = Requirer::KINDS;
        match self {
            Requirer::Rule(_) => rule,
            Requirer::Table(_) => table,
            Requirer::Filter(_) => filter,
            Requirer::Label(_) => label,
            Requirer::Define(_) => define,
            Requirer::Subscriber(_) => subscriber,
            Requirer::Schema(_) => schema,
            Requirer::Transform(_) => transform,
            Requirer::EventClock => clock,
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Requirer::Rule(name)
            | Requirer::Table(name)
            | Requirer::Filter(name)
            | Requirer::Label(name)
            | Requirer::Define(name)
            | Requirer::Subscriber(name)
            | Requirer::Schema(name)
            | Requirer::Transform(name) => name,
            Requirer::EventClock => "event",
        }
    }
}

impl std::fmt::Display for Requirer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = self.name();
        let looks_prefixed = || name.split_once(':').is_some_and(|(kind, _)| Requirer::KINDS.contains(&kind));
        match self {
            Requirer::Rule(_) if !looks_prefixed() => f.write_str(name),
            _ => write!(f, "{}:{name}", self.kind()),
        }
    }
}

impl Serialize for Requirer {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// At most this many entries in [`TypeError::required_by`].
pub const MAX_REQUIRED_BY: usize = 5;

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

/// Adds type errors to those of a decision: one entry for each path and type.
pub(crate) fn add_errors(errors: &mut Vec<TypeError>, more: Vec<TypeError>) {
    let key = |error: &TypeError| (error.path.clone(), error.expected.clone());
    let mut known: HashMap<_, usize> = errors.iter().enumerate().map(|(at, error)| (key(error), at)).collect();
    for error in more {
        let at = *known.entry(key(&error)).or_insert(errors.len());
        match errors.get_mut(at) {
            Some(same) => {
                let room = MAX_REQUIRED_BY.saturating_sub(same.required_by.len());
                same.count += error.count;
                same.required_by.extend(error.required_by.into_iter().take(room));
            }
            None => errors.push(error),
        }
    }
    errors.sort_by(|a, b| (&a.path, &a.expected).cmp(&(&b.path, &b.expected)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(path: &str, required_by: &[Requirer], count: usize) -> TypeError {
        let (expected, found) = (String::from("number"), String::from("string"));
        TypeError { path: path.into(), expected, found, required_by: required_by.to_vec(), count }
    }

    #[test]
    fn errors_of_one_path_and_type_are_one() {
        let rules: Vec<Requirer> = ["a", "b", "c", "d"].map(|name| Requirer::Rule(name.into())).to_vec();
        let transforms: Vec<Requirer> = ["t", "u"].map(|name| Requirer::Transform(name.into())).to_vec();
        let mut errors = vec![error("data.n", &rules, 7)];
        add_errors(&mut errors, vec![error("data.n", &transforms, 3), error("data.a", &transforms, 2)]);
        add_errors(&mut errors, vec![error("data.a", &rules, 4)]);
        let five = [&rules[..], &transforms[..1]].concat();
        let first = [&transforms[..], &rules[..3]].concat();
        assert_eq!(errors, [error("data.a", &first, 6), error("data.n", &five, 10)]);
    }

    #[test]
    fn requirers_are_told_apart_in_writing() {
        let shown = |requirer: Requirer| requirer.to_string();
        assert_eq!(shown(Requirer::Rule("big".into())), "big");
        assert_eq!(shown(Requirer::Rule("a:b".into())), "a:b");
        assert_eq!(shown(Requirer::Rule("transform:x".into())), "rule:transform:x");
        assert_eq!(shown(Requirer::Rule("rule:x".into())), "rule:rule:x");
        assert_eq!(shown(Requirer::Transform("x".into())), "transform:x");
        assert_eq!(serde_json::to_value(Requirer::Table("t".into())).unwrap(), "table:t");
    }
}
