//! The rule set: checked and resolved, but not yet compiled into a graph.
//!
//! Knows nothing of events or of the graph. Decoding is a file a section.

use crate::decision::NO_TOPIC;
use crate::diagnostic::Span;
use crate::event::Json;
use crate::expr::{DefineId, PathTable, Root, Typed, TypedNode};
use crate::lookup::Lookup;
use crate::schema::Validator;
use crate::topic::TopicPattern;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::sync::Arc;

mod compile;
mod computations;
mod decode;
mod files;
mod footprint;
mod foreign;
mod json_place;
pub mod keys;
mod lint;
mod lint_transforms;
mod load;
mod names;
mod nesting;
mod pattern_index;
mod transform;
pub(crate) mod walk;

pub(crate) use computations::{Computations, OverBudget, budget_errors, shown as shown_computation};
pub use footprint::Footprint;
pub use load::{LoadLimits, LoadOptions, Loaded, LoadedFile, load, load_strings};
pub use names::{NameIndex, NameKind, NamePlace};
pub use transform::{
    Action, CheckedExpression, FieldPath, LookupStep, Piece, Source, SourceValue, Step, Transform, TransformId,
};

/// A name in a rule file, and where it is written.
#[derive(Clone, Debug)]
pub struct Name {
    /// The name.
    pub text: Arc<str>,
    /// Where it is written.
    pub span: Span,
}

/// A whole rule set.
#[derive(Clone, Debug)]
pub struct RuleSet {
    /// Its name.
    pub name: Arc<str>,
    /// `name@` and 12 hex digits of the SHA-256 of everything that was loaded.
    pub version: Arc<str>,
    /// Its time zone.
    pub zone: TimeZone,
    /// How an event is laid out.
    pub envelope: Envelope,
    /// Subscribers by the status of an event, independent of the rules.
    pub defaults: Defaults,
    /// Every path that is read: first those that decisions depend on, then those that only transforms read.
    pub paths: PathTable,
    /// How many paths decisions depend on.
    pub routing_paths: usize,
    /// Named values; the position is the [`DefineId`]. In an order in which each needs only earlier ones.
    pub defines: Vec<Named>,
    /// Labels, in file order.
    pub labels: Vec<Named>,
    /// Topic nodes and patterns, in file order. A node that is written in several places is merged into one.
    pub topics: Vec<TopicNode>,
    /// Rules by rank: priority downwards, then file order. Disabled ones as well. The position is the [`RuleId`].
    pub rules: Vec<Rule>,
    /// Groups; the position is the [`GroupId`]; a parent comes before its members.
    pub groups: Vec<Group>,
    /// Header tables, in file order.
    pub tables: Vec<Table>,
    /// Schemas, in file order.
    pub schemas: Vec<Schema>,
    /// Filters of the whole rule set, in file order.
    pub filters: Vec<Filter>,
    /// Declared subscribers, by name.
    pub subscribers: BTreeMap<Arc<str>, Subscriber>,
    /// Lookup tables; the position is the `LookupId`.
    pub lookups: Vec<Lookup>,
    /// Transforms, in file order; the position is the [`TransformId`].
    pub transforms: Vec<Transform>,
    /// Runs on every event first.
    pub ingest: Vec<TransformId>,
    /// Where transforms and the tables of `lookup` steps are named, which are only numbers in the steps.
    pub(crate) resolved_names: Vec<NamePlace>,
}

/// The number of a rule: its rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(pub u32);

/// The number of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupId(pub u32);

/// How an event is laid out.
#[derive(Clone, Debug)]
pub enum Envelope {
    /// By these expressions.
    Plain(Layout),
    /// By the CloudEvents attributes.
    CloudEvents,
    /// CloudEvents if the event has `specversion`, else the layout.
    Auto(Layout),
}

/// The expressions of a plain envelope. They may use `event` and `now` alone.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The event's id.
    pub id: Typed,
    /// Its topic.
    pub topic: Typed,
    /// Its time.
    pub time: Typed,
    /// Alternative raw paths of the headers: the first that is not null.
    pub headers: Vec<Vec<crate::event::Step>>,
    /// Alternative raw paths of the payload; `event` itself is the empty path.
    pub data: Vec<Vec<crate::event::Step>>,
}

/// Subscribers by the status of an event, independent of the rules.
#[derive(Clone, Debug, Default)]
pub struct Defaults {
    /// Get every event that is routed or unrouted.
    pub always: Vec<Name>,
    /// Get every event that has no other subscriber.
    pub unrouted: Vec<Name>,
    /// Get every event that a filter drops.
    pub dropped: Vec<Name>,
    /// Get every event that is rejected or malformed.
    pub rejected: Vec<Name>,
}

impl Defaults {
    /// All names, list by list.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        [&self.always, &self.unrouted, &self.dropped, &self.rejected].into_iter().flatten()
    }
}

/// A value by cases: the first alternative that applies and is not null.
#[derive(Clone, Debug)]
pub struct Cases {
    /// The alternatives, in order.
    pub alternatives: Vec<Alternative>,
}

/// One alternative of [`Cases`].
#[derive(Clone, Debug)]
pub struct Alternative {
    /// A condition that must hold, if there is one.
    pub when: Option<Typed>,
    /// The value.
    pub value: Typed,
}

/// A named value or a label.
#[derive(Clone, Debug)]
pub struct Named {
    /// Its name.
    pub name: Name,
    /// Its value.
    pub cases: Cases,
}

/// A node of the topic tree, or a pattern.
#[derive(Clone, Debug)]
pub struct TopicNode {
    /// The full pattern.
    pub pattern: TopicPattern,
    /// Where it is named (first).
    pub span: Span,
    /// Subscribers to the events of exactly this pattern.
    pub subscribers: Vec<Name>,
    /// Settings, which hold for the pattern and everything below it.
    pub settings: BTreeMap<Arc<str>, Setting>,
}

/// A setting of a topic.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Its value.
    pub value: Json,
    /// Where it is written.
    pub span: Span,
}

/// A content rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name.
    pub name: Name,
    /// Any of these; empty: every topic. (The groups around it have their own.)
    pub topics: Vec<TopicPattern>,
    /// Where each of them is written.
    pub topic_spans: Vec<Span>,
    /// Its condition.
    pub when: Option<Typed>,
    /// Subscribers that get the event.
    pub subscribers: Vec<Name>,
    /// Subscribers that do not get the event, no matter how they were chosen.
    pub exclude: Vec<Name>,
    /// Labels it sets.
    pub labels: Vec<(Name, Typed)>,
    /// Its priority, its own or inherited.
    pub priority: i64,
    /// Rules of lower rank are not considered if it matches.
    pub stop: bool,
    /// If false, it has no effect.
    pub enabled: bool,
    /// When it is in force.
    pub active: Active,
    /// For people.
    pub description: Option<String>,
    /// The group that it belongs to.
    pub group: Option<GroupId>,
    /// Its place among everything that was written: file order.
    pub order: u32,
}

/// A span of time, by `now`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Active {
    /// Inclusive.
    pub from: Option<Timestamp>,
    /// Exclusive.
    pub until: Option<Timestamp>,
}

impl Active {
    /// True if `now` is within. A period holds at no time if there is no clock, unless it has no ends.
    pub fn holds(&self, now: Option<Timestamp>) -> bool {
        let within =
            |now: Timestamp| self.from.is_none_or(|from| now >= from) && self.until.is_none_or(|until| now < until);
        self.is_always() || now.is_some_and(within)
    }

    /// True if it is always in force.
    pub fn is_always(&self) -> bool {
        self.from.is_none() && self.until.is_none()
    }
}

/// A group of rules.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its name.
    pub name: Name,
    /// First or all.
    pub mode: MatchMode,
    /// Any of these; empty: every topic.
    pub topics: Vec<TopicPattern>,
    /// Where each of them is written.
    pub topic_spans: Vec<Span>,
    /// Holds for every rule within.
    pub when: Option<Typed>,
    /// If false, it has no effect.
    pub enabled: bool,
    /// When it is in force.
    pub active: Active,
    /// The group around it.
    pub parent: Option<GroupId>,
    /// Its members, in file order.
    pub members: Vec<Member>,
}

/// A member of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Member {
    /// A rule.
    Rule(RuleId),
    /// A group.
    Group(GroupId),
}

/// How many alternatives of a group or rows of a table may match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum MatchMode {
    /// The first that matches.
    First,
    /// Every one that matches.
    #[default]
    All,
}

/// A header table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name.
    pub name: Name,
    /// What it is made of.
    pub kind: TableKind,
    /// The subscribers and labels if no row matches.
    pub otherwise: Target,
}

/// The subscribers and labels of a row.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// Subscribers that get the event.
    pub subscribers: Vec<Name>,
    /// Labels it sets.
    pub labels: Vec<(Name, Typed)>,
}

/// The two kinds of tables.
#[derive(Clone, Debug)]
pub enum TableKind {
    /// One key: rows by its value.
    Key {
        /// The key.
        key: Cases,
        /// The key to use if the key is null.
        default: Option<Json>,
        /// Rows by key; each key once.
        rows: Vec<KeyRow>,
    },
    /// Several inputs: a decision table.
    Decision {
        /// Names and expressions.
        inputs: Vec<(Name, Typed)>,
        /// The first row that matches, or every one.
        mode: MatchMode,
        /// The rows.
        rows: Vec<DecisionRow>,
    },
}

/// A row of a table with one key.
#[derive(Clone, Debug)]
pub struct KeyRow {
    /// The key.
    pub key: Json,
    /// Where it is written.
    pub span: Span,
    /// Its subscribers and labels.
    pub target: Target,
}

/// A row of a decision table.
#[derive(Clone, Debug)]
pub struct DecisionRow {
    /// Where it is written.
    pub span: Span,
    /// Its cells as one condition over the inputs (each cell keeps its span); `None` matches every event.
    pub when: Option<Typed>,
    /// Its subscribers and labels.
    pub target: Target,
}

/// A schema and the events it is for.
#[derive(Clone, Debug)]
pub struct Schema {
    /// Its name.
    pub name: Name,
    /// Any of these; empty: every topic.
    pub topics: Vec<TopicPattern>,
    /// Where each of them is written.
    pub topic_spans: Vec<Span>,
    /// A condition that must hold, if there is one.
    pub when: Option<Typed>,
    /// What is validated.
    pub target: SchemaTarget,
    /// If true, a fault rejects the event; otherwise the fault is only reported on the decision.
    pub rejects: bool,
    /// The compiled schema.
    pub validator: Validator,
}

/// What a schema validates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub enum SchemaTarget {
    #[default]
    Data,
    Headers,
    Event,
}

/// A filter of the whole rule set.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Its name.
    pub name: Name,
    /// If true, events that match are dropped; otherwise events that do not match.
    pub drop: bool,
    /// The condition.
    pub condition: Typed,
}

/// A declared subscriber.
#[derive(Clone, Debug)]
pub struct Subscriber {
    /// Its name.
    pub name: Name,
    /// It gets only events for which this holds.
    pub filter: Option<Typed>,
    /// The transforms that make its event; without any, it is sent the event itself.
    pub transform: Vec<TransformId>,
    /// For people.
    pub description: Option<String>,
    /// For people.
    pub owner: Option<String>,
}

fn no_topic_in(places: &str) -> String {
    if places.is_empty() { String::from(NO_TOPIC) } else { format!("{NO_TOPIC} in {places}") }
}

impl RuleSet {
    /// Why an event without a topic is malformed: where the envelope looks for the topic.
    pub(crate) fn no_topic(&self, is_cloud_event: bool) -> String {
        let (Envelope::Plain(layout) | Envelope::Auto(layout)) = &self.envelope else {
            return no_topic_in("event.type");
        };
        if is_cloud_event {
            return no_topic_in("event.type");
        }
        let mut places: Vec<String> = Vec::new();
        let mut left = vec![&layout.topic];
        while let Some(typed) = left.pop() {
            if let TypedNode::Path(path) = &typed.node
                && let Some(path) = self.paths.get(*path).map(ToString::to_string)
                && !places.contains(&path)
            {
                places.push(path);
            }
            let at = left.len();
            left.extend(typed.children());
            left.get_mut(at..).unwrap_or_default().reverse();
        }
        no_topic_in(&places.join(" or "))
    }

    /// True if a decision may depend on the clock.
    pub fn reads_clock(&self) -> bool {
        self.paths.as_slice().iter().any(|path| path.root == Root::Now)
            || self.rules.iter().any(|rule| !rule.active.is_always())
            || self.groups.iter().any(|group| !group.active.is_always())
    }

    /// A named value.
    pub fn define(&self, id: DefineId) -> Option<&Named> {
        self.defines.get(id.0 as usize)
    }

    /// A transform.
    pub fn transform(&self, id: TransformId) -> Option<&Transform> {
        self.transforms.get(id.0 as usize)
    }
}

#[cfg(test)]
mod tests;
