//! The parts of a rule set that require types.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

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

#[cfg(test)]
mod tests {
    use super::*;

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
}
