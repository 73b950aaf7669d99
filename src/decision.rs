//! Decisions, and the deliveries that follow from them.

use crate::event::{Json, Type, Value};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The result of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Status {
    /// Topics, rules or tables chose at least one subscriber, and not all were filtered out.
    Routed,
    /// No subscriber was chosen, or all were filtered out.
    Unrouted,
    /// A filter dropped the event, or the line has an empty list of events.
    Dropped,
    /// The event is not valid by a schema.
    Rejected,
    /// The line is not an event: not a JSON object, over a limit, or without a topic.
    Malformed,
}

/// A text that is not the word of a [`Status`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown status `{text}`: expected routed, unrouted, dropped, rejected or malformed")]
#[non_exhaustive]
pub struct ParseStatusError {
    /// The text.
    pub text: String,
}

impl Status {
    /// All of them, in the order of their declaration.
    pub const ALL: [Status; 5] =
        [Status::Routed, Status::Unrouted, Status::Dropped, Status::Rejected, Status::Malformed];

    /// The word on a decision: `routed`, `malformed` …
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

/// As [`Status::as_str`].
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Reads the word on a decision.
///
/// ```
/// use dadar::Status;
///
/// assert_eq!("routed".parse(), Ok(Status::Routed));
/// assert!("Routed".parse::<Status>().is_err());
/// ```
impl FromStr for Status {
    type Err = ParseStatusError;

    fn from_str(text: &str) -> Result<Status, ParseStatusError> {
        let found = Status::ALL.into_iter().find(|status| status.as_str() == text);
        found.ok_or_else(|| ParseStatusError { text: text.to_owned() })
    }
}

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

/// One event in the input.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Input<'l> {
    /// The event's text: the line, or one element of the list in it.
    pub(crate) text: &'l [u8],
    /// The number of the line.
    pub(crate) line: u64,
    /// Its number in the list of the line, if that is split.
    pub(crate) part: Option<Part>,
}

/// The number of an event in its line, from 1, and the number of events in that line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Its number; 0 if there is none.
    pub(crate) part: u64,
    /// How many there are.
    pub(crate) parts: u64,
}

impl Part {
    /// For a line whose list is empty.
    pub(crate) const EMPTY: Part = Part { part: 0, parts: 0 };
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

/// A value that does not have the type that a part of the rule set requires:
/// `{"path":"data.amount","expected":"number","found":"string","required_by":["big","table:prices"],"count":2}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TypeError {
    /// The path as rules write it; elements as `data.items[].price`.
    pub path: String,
    /// The required type.
    pub expected: String,
    /// The type of the value.
    pub found: String,
    /// The parts of the rule set that need it; at most five.
    pub required_by: Vec<Requirer>,
    /// How many need it.
    pub count: usize,
}

impl TypeError {
    /// What is expected of a name that an expression under `subscribers` gives.
    pub(crate) const DECLARED: &'static str = "declared subscriber";

    /// The entry for an event without a time, if the clock is the time of the event.
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

/// A part of a rule set that requires a value to have a type. It is written as the name of a rule, or as `table:NAME`,
/// `filter:NAME` and so on; as `rule:NAME` if the name of the rule begins like one of these.
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
    /// The clock, if it is the time of the event.
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

impl fmt::Display for Requirer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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

/// Makes a requirer of one kind from its name.
type Make = fn(Arc<str>) -> Requirer;

impl Requirer {
    /// Reads what [`Display`](fmt::Display) writes; `None` for `clock:` with anything but `event`.
    fn parse(text: &str) -> Option<Requirer> {
        let [rule, table, filter, label, define, subscriber, schema, transform, clock] = Requirer::KINDS;
        let Some((kind, name)) = text.split_once(':').filter(|(kind, _)| Requirer::KINDS.contains(kind)) else {
            return Some(Requirer::Rule(text.into()));
        };
        let kinds: [(&str, Make); 8] = [
            (rule, Requirer::Rule),
            (table, Requirer::Table),
            (filter, Requirer::Filter),
            (label, Requirer::Label),
            (define, Requirer::Define),
            (subscriber, Requirer::Subscriber),
            (schema, Requirer::Schema),
            (transform, Requirer::Transform),
        ];
        if kind == clock {
            return (name == Requirer::EventClock.name()).then_some(Requirer::EventClock);
        }
        kinds.into_iter().find(|(word, _)| *word == kind).map(|(_, make)| make(name.into()))
    }
}

impl<'de> Deserialize<'de> for Requirer {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Requirer, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || serde::de::Error::custom(format!("`{text}` is not a part of a rule set"));
        Requirer::parse(&text).ok_or_else(wrong)
    }
}

/// At most this many entries in [`TypeError::required_by`].
pub const MAX_REQUIRED_BY: usize = 5;

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

/// Adds type errors to those of a decision: one entry for each path and type.
pub(crate) fn add_errors(errors: &mut Vec<TypeError>, more: Vec<TypeError>) {
    // Of undeclared subscribers, each name has an entry.
    let name = |error: &TypeError| (error.expected == TypeError::DECLARED).then(|| error.found.clone());
    let key = |error: &TypeError| (error.path.clone(), error.expected.clone(), name(error));
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
    errors.sort_by(|a, b| (&a.path, &a.expected, &a.found).cmp(&(&b.path, &b.expected, &b.found)));
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
    fn written_requirers_are_distinct() {
        let shown = |requirer: Requirer| requirer.to_string();
        assert_eq!(shown(Requirer::Rule("big".into())), "big");
        assert_eq!(shown(Requirer::Rule("a:b".into())), "a:b");
        assert_eq!(shown(Requirer::Rule("transform:x".into())), "rule:transform:x");
        assert_eq!(shown(Requirer::Rule("rule:x".into())), "rule:rule:x");
        assert_eq!(shown(Requirer::Transform("x".into())), "transform:x");
        assert_eq!(serde_json::to_value(Requirer::Table("t".into())).unwrap(), "table:t");
    }

    #[test]
    fn requirers_are_read_as_they_are_written() {
        let names = ["big", "a:b", "rule:x", "transform:x", "clock:event", "clock:y", "", ":", "table:"];
        let of_name = |name: &str| {
            let name: Arc<str> = name.into();
            [
                Requirer::Rule(name.clone()),
                Requirer::Table(name.clone()),
                Requirer::Filter(name.clone()),
                Requirer::Label(name.clone()),
                Requirer::Define(name.clone()),
                Requirer::Subscriber(name.clone()),
                Requirer::Schema(name.clone()),
                Requirer::Transform(name),
            ]
        };
        for requirer in names.into_iter().flat_map(of_name).chain([Requirer::EventClock]) {
            let written = serde_json::to_string(&requirer).unwrap();
            assert_eq!(serde_json::from_str::<Requirer>(&written).unwrap(), requirer, "{written}");
        }
        assert!(serde_json::from_str::<Requirer>("\"clock:y\"").is_err());
    }

    #[test]
    fn statuses_are_read_as_they_are_written() {
        for status in Status::ALL {
            assert_eq!(status.to_string().parse(), Ok(status));
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
        let error = "lost".parse::<Status>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown status `lost`: expected routed, unrouted, dropped, rejected or malformed"
        );
    }
}
