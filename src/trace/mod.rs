//! The trace of an event: the result of each part of the rule set, as data. A span gives the place where a part is defined.
//! The interpreter records the trace; [`crate::explain`] renders it as text.

mod cases;
mod expression;

pub use cases::{AlternativeTrace, CasesTrace};
pub use expression::{ExpressionTrace, PartTrace, ValueError};

use crate::decision::{Decision, Invalid, TypeError};
use crate::diagnostic::Span;
use crate::event::Json;
use serde::{Serialize, Serializer};
use std::sync::Arc;

/// The name and version of the format.
pub const FORMAT: &str = "dadar-trace/1";

/// The path of a part of the rule set, as [`Sites`](crate::unstable::rules::Sites) has it: `rule:big/when.all[0]`.
pub type SitePath = Arc<str>;

/// Everything that happened to one event. [`explain::render`](crate::explain::render) shows it as text, and
/// [`explain::to_json`](crate::explain::to_json) as JSON. The fields other than the decision are not covered by semantic versioning.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Trace {
    /// The format of the trace as JSON: [`FORMAT`].
    #[doc(hidden)]
    pub format: &'static str,
    /// The number of its line.
    #[doc(hidden)]
    pub line: u64,
    /// What the steps of `ingest` did.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[doc(hidden)]
    pub ingest: Vec<StepTrace>,
    /// Values whose type is not the one that a step of `ingest` needs; the decision lists them too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[doc(hidden)]
    pub ingest_errors: Vec<TypeError>,
    /// The event's fields as the envelope defines them.
    #[doc(hidden)]
    pub event: EventTrace,
    /// All named values, sorted so that each one depends only on earlier ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[doc(hidden)]
    pub defines: Vec<CasesTrace>,
    /// The filters of the whole rule set, in file order.
    #[doc(hidden)]
    pub filters: Vec<FilterTrace>,
    /// The schemas, in file order.
    #[doc(hidden)]
    pub schemas: Vec<SchemaTrace>,
    /// The topic nodes and patterns, in file order.
    #[doc(hidden)]
    pub topics: Vec<TopicTrace>,
    /// The rules, by rank.
    #[doc(hidden)]
    pub rules: Vec<RuleTrace>,
    /// The groups; a parent comes before its members.
    #[doc(hidden)]
    pub groups: Vec<GroupTrace>,
    /// The tables, in file order.
    #[doc(hidden)]
    pub tables: Vec<TableTrace>,
    /// The labels on the decision, by name.
    #[doc(hidden)]
    pub labels: Vec<LabelTrace>,
    /// The labels of the section `labels:`, in file order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[doc(hidden)]
    pub label_cases: Vec<CasesTrace>,
    /// All subscribers that the rule set names, sorted by name.
    #[doc(hidden)]
    pub subscribers: Vec<SubscriberTrace>,
    /// The decision.
    pub decision: Decision,
    /// The event as each subscriber on the decision receives it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[doc(hidden)]
    pub sent: Vec<SentTrace>,
}

/// One step of a transform, and its effect.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepTrace {
    /// Its site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<SitePath>,
    /// The transform that contains it.
    pub transform: Arc<str>,
    /// Its place.
    #[serde(serialize_with = "place")]
    pub span: Span,
    /// `copy`, `set` and so on.
    pub action: &'static str,
    /// False if its condition is false.
    pub applied: bool,
    /// The changes that it made, in order.
    pub changes: Vec<ChangeTrace>,
}

/// A change that a step made.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChangeTrace {
    /// The path as written in the step; paths in elements as `data.items[].price`.
    pub path: String,
    /// True if the value was removed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
    /// The new value.
    pub value: Json,
}

/// The event as one subscriber receives it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SentTrace {
    /// The subscriber.
    pub subscriber: Arc<str>,
    /// The steps of its transforms.
    pub steps: Vec<StepTrace>,
    /// The event as it is sent; null if the line is not an event.
    pub value: Json,
    /// The event as text, with its members in their original order.
    #[serde(skip)]
    pub text: String,
    /// Values whose type is not the one that a step needs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<TypeError>,
}

/// The fields of an event as the envelope defines them.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct EventTrace {
    /// Its id.
    pub id: Json,
    /// Its topic.
    pub topic: Option<String>,
    /// Its time.
    pub time: Json,
    /// The clock; none if the clock is the event's time and the event has no time.
    pub now: Option<String>,
    /// `plain` or `cloudevents`.
    pub layout: &'static str,
}

/// A condition and its result.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Condition {
    /// Its site. A value that is not a condition has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<SitePath>,
    /// The exact characters in the rules.
    #[serde(serialize_with = "place")]
    pub span: Span,
    /// How its parts are joined.
    pub kind: ConditionKind,
    /// Its value.
    pub value: Json,
    /// True if it holds.
    pub held: bool,
    /// Its parts; a leaf has none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Condition>,
    /// For a leaf: the values that it read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub read: Vec<ReadValue>,
    /// For a leaf that is a named value: the conditions and expressions of its definition that were evaluated, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inside: Vec<Condition>,
}

/// How the parts of a [`Condition`] are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ConditionKind {
    /// Every part must hold.
    All,
    /// One part must hold.
    Any,
    /// The one part must not hold.
    Not,
    /// No parts.
    Leaf,
}

/// A value that a condition read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReadValue {
    /// As written: `data.amount`, `city`, `data.items[].price`. Empty for an expression that is not a path; `span` gives its place.
    pub path: String,
    /// The place of an expression that is not a path.
    #[serde(serialize_with = "maybe_place", skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
    /// The value.
    pub value: Json,
    /// True if the path does not exist in the event; a path whose value is null exists.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub missing: bool,
    /// For a named value or an expression: the values that it was computed from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<ReadValue>,
    /// The type error, if the value cannot be used where it was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mismatch: Option<Mismatch>,
}

/// A value whose type is not the one that is needed where it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mismatch {
    /// The type that is needed.
    pub expected: String,
    /// The type of the value; for a list of elements, the type of the first one that does not match.
    pub found: String,
}

/// A filter of the whole rule set.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FilterTrace {
    /// Its site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<SitePath>,
    /// Its name.
    pub name: Arc<str>,
    /// The place of its name.
    #[serde(serialize_with = "place")]
    pub span: Span,
    /// True for `drop`: events that match are dropped; false for `keep`: events that do not match are dropped.
    pub drop: bool,
    /// False if an earlier filter had already dropped the event.
    pub reached: bool,
    /// True if it dropped the event.
    pub dropped: bool,
    /// Its condition.
    pub condition: Option<Condition>,
}

/// A schema.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SchemaTrace {
    /// Its site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<SitePath>,
    /// Its name.
    pub name: Arc<str>,
    /// The place of its name.
    #[serde(serialize_with = "place")]
    pub span: Span,
    /// `data`, `headers` or `event`.
    pub target: &'static str,
    /// The result of validation, or the reason why the event was not validated.
    pub outcome: SchemaOutcome,
    /// True if invalid events are rejected.
    pub rejects: bool,
    /// The topics it applies to, as written; empty: all.
    pub topics: Vec<Arc<str>>,
    /// Its condition.
    pub condition: Option<Condition>,
    /// The faults that it found.
    pub faults: Vec<Invalid>,
}

/// The result of a schema for an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SchemaOutcome {
    /// The event was dropped, or it is malformed.
    NotReached,
    /// It applies to other topics.
    OtherTopic,
    /// Its `when` is false.
    Condition,
    /// The event is valid.
    Valid,
    /// The event is invalid.
    Invalid,
}

/// A topic node or pattern.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TopicTrace {
    /// Its site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<SitePath>,
    /// The pattern.
    pub pattern: Arc<str>,
    /// The place of its name.
    #[serde(serialize_with = "place")]
    pub span: Span,
    /// True if the event's topic matches.
    pub matched: bool,
    /// The subscribers that receive matching events.
    pub subscribers: Vec<Arc<str>>,
    /// The settings on the decision that come from here.
    pub settings: Vec<Arc<str>>,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleTrace {
    /// Its site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<SitePath>,
    /// Its name.
    pub name: Arc<str>,
    /// The place of its name.
    #[serde(serialize_with = "place")]
    pub span: Span,
    /// Its priority.
    pub priority: i64,
    /// The groups around it, the outermost first.
    pub groups: Vec<Arc<str>>,
    /// The topics it applies to, as written; empty: all.
    pub topics: Vec<Arc<str>>,
    /// Whether it matched, or the reason why not.
    pub outcome: RuleOutcome,
    /// Its own condition; the conditions of its groups are in [`GroupTrace`].
    pub condition: Option<Condition>,
    /// The subscribers that it names.
    pub subscribers: Vec<Arc<str>>,
    /// The subscribers that its expressions chose, if it matched.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub destinations: Vec<DestinationTrace>,
    /// Whom it takes away.
    pub exclude: Vec<Arc<str>>,
    /// The labels it sets.
    pub labels: Vec<Arc<str>>,
    /// True if rules of lower rank are not considered once it matches.
    pub stop: bool,
}

/// The result of a rule for an event: it matched, or the first reason why it did not.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "result")]
pub enum RuleOutcome {
    /// It matched and counts.
    Matched,
    /// The event was dropped or rejected, or it is malformed.
    NotReached,
    /// It is disabled, or an enclosing group is.
    Disabled {
        /// The group that is the reason; none: the rule itself.
        group: Option<Arc<str>>,
    },
    /// The time is outside its `active` period, or outside that of an enclosing group.
    Inactive {
        /// The group that is the reason; none: the rule itself.
        group: Option<Arc<str>>,
        /// The start of the period.
        from: Option<String>,
        /// The end of the period, exclusive.
        until: Option<String>,
    },
    /// It applies to other topics, or an enclosing group does.
    OtherTopic {
        /// The group that is the reason; none: the rule itself.
        group: Option<Arc<str>>,
        /// The topics it applies to.
        topics: Vec<Arc<str>>,
    },
    /// A condition is false: its own, or that of an enclosing group.
    Condition {
        /// The group that is the reason; none: the rule itself.
        group: Option<Arc<str>>,
    },
    /// It would have matched, but an earlier alternative in an enclosing `first` group did.
    Struck {
        /// The group.
        group: Arc<str>,
        /// The alternative that won: a rule or a group.
        by: Arc<str>,
    },
    /// It would have matched, but a matching rule of higher rank has `stop`.
    Stopped {
        /// That rule.
        by: Arc<str>,
    },
}

/// A group of rules.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupTrace {
    /// Its site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<SitePath>,
    /// Its name.
    pub name: Arc<str>,
    /// The place of its name.
    #[serde(serialize_with = "place")]
    pub span: Span,
    /// `first` or `all`.
    pub mode: &'static str,
    /// Its condition.
    pub condition: Option<Condition>,
    /// True if a rule in the group matched.
    pub matched: bool,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TableTrace {
    /// Its site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<SitePath>,
    /// Its name.
    pub name: Arc<str>,
    /// The place of its name.
    #[serde(serialize_with = "place")]
    pub span: Span,
    /// False if the event was dropped or rejected, or is malformed.
    pub reached: bool,
    /// The alternatives of its key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_cases: Option<CasesTrace>,
    /// The inputs.
    pub inputs: Vec<ReadValue>,
    /// True if the key was null and the table's `default` was used.
    pub by_default: bool,
    /// The rows in file order.
    pub rows: Vec<RowTrace>,
    /// The target under `otherwise`.
    pub otherwise: Option<TargetTrace>,
    /// True if `otherwise` was chosen.
    pub fell_through: bool,
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RowTrace {
    /// Its site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<SitePath>,
    /// Its place.
    #[serde(serialize_with = "place")]
    pub span: Span,
    /// Its key; none in a decision table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Json>,
    /// False if an earlier row had already been chosen.
    pub reached: bool,
    /// True if it was chosen.
    pub chosen: bool,
    /// Its cells; none in a table with one key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    /// Its target.
    pub target: TargetTrace,
}

/// The target of a row.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TargetTrace {
    /// The subscribers that it names.
    pub subscribers: Vec<Arc<str>>,
    /// The subscribers that its expressions chose, if it was chosen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub destinations: Vec<DestinationTrace>,
    /// The labels it sets.
    pub labels: Vec<Arc<str>>,
}

/// An expression that chooses subscribers, evaluated.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DestinationTrace {
    /// The expression as it is written.
    pub text: Arc<str>,
    /// Its place.
    #[serde(serialize_with = "place")]
    pub span: Span,
    /// Its value.
    pub value: Json,
    /// The declared subscribers that it chose.
    pub subscribers: Vec<Arc<str>>,
}

impl RuleTrace {
    /// The subscribers that it names, and those that its expressions chose.
    pub fn all_subscribers(&self) -> Vec<Arc<str>> {
        all_subscribers(&self.subscribers, &self.destinations)
    }
}

impl TargetTrace {
    /// The subscribers that it names, and those that its expressions chose.
    pub fn all_subscribers(&self) -> Vec<Arc<str>> {
        all_subscribers(&self.subscribers, &self.destinations)
    }
}

fn all_subscribers(named: &[Arc<str>], destinations: &[DestinationTrace]) -> Vec<Arc<str>> {
    let mut all = named.to_vec();
    all.extend(destinations.iter().flat_map(|destination| destination.subscribers.iter().cloned()));
    all
}

/// A label on the decision.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LabelTrace {
    /// Its name.
    pub name: Arc<str>,
    /// Its value.
    pub value: Json,
    /// `rule:…`, `table:…`, or `labels`.
    pub set_by: String,
    /// The place of its value.
    #[serde(serialize_with = "place")]
    pub span: Span,
}

/// A subscriber.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SubscriberTrace {
    /// Its site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<SitePath>,
    /// Its name.
    pub name: Arc<str>,
    /// True if it receives the event.
    pub gets: bool,
    /// The parts of the rule set that chose it: `topic:…`, `rule:…`, `table:…`, `defaults.…`, in the order of the stages.
    pub chosen_by: Vec<String>,
    /// The rules that excluded it.
    pub excluded_by: Vec<Arc<str>>,
    /// The place of its declaration.
    #[serde(serialize_with = "maybe_place", skip_serializing_if = "Option::is_none")]
    pub declared: Option<Span>,
    /// Its filter.
    pub filter: Option<Condition>,
    /// The lists under `defaults` that name it: `always`, `unrouted`, `dropped`, `rejected`.
    pub defaults: Vec<&'static str>,
}

impl Condition {
    /// The leaves that decided it. A false `all` is decided by its first false part, a false `any` by all its parts, a false
    /// `not` by its part, and so on down to the leaves. A true `any` is decided by its first true part, a true `all` by all.
    pub fn why(&self) -> Vec<&Condition> {
        let mut out = Vec::new();
        self.blame(self.held, &mut out);
        out
    }

    /// Collects the leaves that made the result `held`.
    fn blame<'c>(&'c self, held: bool, out: &mut Vec<&'c Condition>) {
        let decisive = |part: &&Condition| part.held == held;
        match (self.kind, held) {
            (ConditionKind::Leaf, _) => out.push(self),
            (ConditionKind::Not, _) => self.parts.iter().for_each(|part| part.blame(!held, out)),
            // The first such part decided it.
            (ConditionKind::All, false) | (ConditionKind::Any, true) => {
                self.parts.iter().find(decisive).into_iter().for_each(|part| part.blame(held, out));
            }
            // All parts decided it together.
            (ConditionKind::All, true) | (ConditionKind::Any, false) => {
                self.parts.iter().for_each(|part| part.blame(held, out));
            }
        }
    }
}

impl RuleOutcome {
    /// True if the rule matched and counts.
    pub fn matched(&self) -> bool {
        *self == RuleOutcome::Matched
    }
}

/// A span as data: file number, first byte, one past the last.
fn place<S: Serializer>(span: &Span, serializer: S) -> Result<S::Ok, S::Error> {
    (span.file.0, span.start, span.end).serialize(serializer)
}

fn maybe_place<S: Serializer>(span: &Option<Span>, serializer: S) -> Result<S::Ok, S::Error> {
    span.map(|span| (span.file.0, span.start, span.end)).serialize(serializer)
}
