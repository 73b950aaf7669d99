//! The trace of an event: what each part of a rule set made of it, as data. Spans say where a part is defined. The
//! interpreter records it; [`crate::explain`] renders it for people.

mod define;
mod expression;

pub use define::DefineTrace;
pub use expression::{ExpressionTrace, PartTrace, ValueError};

use crate::decision::{Decision, Invalid, TypeError};
use crate::diagnostic::Span;
use crate::event::Json;
use serde::{Serialize, Serializer};
use std::sync::Arc;

/// Everything that happened to one event. [`explain::render`](crate::explain::render) shows it as text, and
/// [`explain::to_json`](crate::explain::to_json) as JSON. The fields other than the decision are not covered by semantic versioning.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Trace {
    /// The number of its line.
    #[doc(hidden)]
    pub line: u64,
    /// What the steps of `ingest` did.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[doc(hidden)]
    pub ingest: Vec<StepTrace>,
    /// Values of another type than some step of `ingest` needs; they are on the decision too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[doc(hidden)]
    pub ingest_errors: Vec<TypeError>,
    /// The event as the envelope has it.
    #[doc(hidden)]
    pub event: EventTrace,
    /// The named values that conditions and tables read, in an order in which each needs only earlier ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[doc(hidden)]
    pub defines: Vec<DefineTrace>,
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
    /// Everybody whom the rule set names, by name.
    #[doc(hidden)]
    pub subscribers: Vec<SubscriberTrace>,
    /// What was decided.
    pub decision: Decision,
    /// What everybody on the decision is sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[doc(hidden)]
    pub sent: Vec<SentTrace>,
}

/// What a step of a transform did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepTrace {
    /// The transform it stands in.
    pub transform: Arc<str>,
    /// Where it stands.
    #[serde(serialize_with = "place")]
    pub span: Span,
    /// `copy`, `set` and so on.
    pub action: &'static str,
    /// False if its condition does not hold.
    pub applied: bool,
    /// What it changed, in order.
    pub changes: Vec<ChangeTrace>,
}

/// A change that a step made.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChangeTrace {
    /// Where, as the step writes it; elements as `data.items[].price`.
    pub path: String,
    /// True if it was taken away.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
    /// What stands there now.
    pub value: Json,
}

/// What a subscriber is sent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SentTrace {
    /// The subscriber.
    pub subscriber: Arc<str>,
    /// What the steps of its transforms did.
    pub steps: Vec<StepTrace>,
    /// The event as it is sent; null where the line is none.
    pub value: Json,
    /// The same to the letter: with its members in their order.
    #[serde(skip)]
    pub text: String,
    /// Values of another type than some step needs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<TypeError>,
}

/// An event as the envelope has it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct EventTrace {
    /// Its id.
    pub id: Json,
    /// Its topic.
    pub topic: Option<String>,
    /// Its time.
    pub time: Json,
    /// The clock; none if it is the event's time and the event has none.
    pub now: Option<String>,
    /// `plain` or `cloudevents`.
    pub layout: &'static str,
}

/// A condition and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Condition {
    /// The exact characters in the rules.
    #[serde(serialize_with = "place")]
    pub span: Span,
    /// How its parts are joined.
    pub kind: ConditionKind,
    /// What it came to.
    pub value: Json,
    /// True if it holds.
    pub held: bool,
    /// Its parts; a leaf has none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Condition>,
    /// Of a leaf: what it read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub read: Vec<ReadValue>,
    /// Of a leaf that is a named value: the conditions and values behind the name that were evaluated, in order.
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
    /// As written: `data.amount`, `city`, `data.items[].price`. Empty for an expression, which its span tells.
    pub path: String,
    /// Where an expression stands that is no path.
    #[serde(serialize_with = "maybe_place", skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
    /// What is there.
    pub value: Json,
    /// True if nothing is there, not even null.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub missing: bool,
    /// Of a named value or an expression: what it was made from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<ReadValue>,
    /// Why the value cannot be used where it was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mismatch: Option<Mismatch>,
}

/// A value of another type than is needed where it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mismatch {
    /// The type that is needed.
    pub expected: String,
    /// The type of the value; for a list of elements, of the first that does not fit.
    pub found: String,
}

/// A filter of the whole rule set.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FilterTrace {
    /// Its name.
    pub name: Arc<str>,
    /// Where it is named.
    #[serde(serialize_with = "place")]
    pub span: Span,
    /// True: what matches is dropped; false: what does not match is dropped.
    pub drop: bool,
    /// False if an earlier filter took the event already.
    pub reached: bool,
    /// True if it dropped the event.
    pub dropped: bool,
    /// Its condition.
    pub condition: Option<Condition>,
}

/// A schema.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SchemaTrace {
    /// Its name.
    pub name: Arc<str>,
    /// Where it is named.
    #[serde(serialize_with = "place")]
    pub span: Span,
    /// `data`, `headers` or `event`.
    pub target: &'static str,
    /// Whether the event was validated, or why not.
    pub outcome: SchemaOutcome,
    /// True if a fault rejects the event.
    pub rejects: bool,
    /// The topics it is for, as written; none: all.
    pub topics: Vec<Arc<str>>,
    /// Its condition.
    pub condition: Option<Condition>,
    /// What it found wrong.
    pub faults: Vec<Invalid>,
}

/// What a schema made of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SchemaOutcome {
    /// The event was dropped or malformed before.
    NotReached,
    /// It is for other topics.
    OtherTopic,
    /// Its `when` does not hold.
    Condition,
    /// The event is as it should be.
    Valid,
    /// It is not.
    Invalid,
}

/// A topic node or pattern.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TopicTrace {
    /// The pattern.
    pub pattern: Arc<str>,
    /// Where it is named.
    #[serde(serialize_with = "place")]
    pub span: Span,
    /// True if the event's topic matches.
    pub matched: bool,
    /// Who gets the events that match.
    pub subscribers: Vec<Arc<str>>,
    /// The settings on the decision that come from here.
    pub settings: Vec<Arc<str>>,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleTrace {
    /// Its name.
    pub name: Arc<str>,
    /// Where it is named.
    #[serde(serialize_with = "place")]
    pub span: Span,
    /// Its priority.
    pub priority: i64,
    /// The groups around it, the outermost first.
    pub groups: Vec<Arc<str>>,
    /// The topics it is for, as written; none: all.
    pub topics: Vec<Arc<str>>,
    /// What it made of the event.
    pub outcome: RuleOutcome,
    /// Its condition; the conditions of its groups stand with them.
    pub condition: Option<Condition>,
    /// Whom it chooses.
    pub subscribers: Vec<Arc<str>>,
    /// Whom it takes away.
    pub exclude: Vec<Arc<str>>,
    /// The labels it sets.
    pub labels: Vec<Arc<str>>,
    /// True if it keeps rules of lower rank from being considered.
    pub stop: bool,
}

/// What a rule made of an event: that it matched, or the first reason why not.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "result")]
pub enum RuleOutcome {
    /// It matched and counts.
    Matched,
    /// The event was dropped, rejected or malformed before.
    NotReached,
    /// It is not enabled, or a group around it is not.
    Disabled {
        /// The group to blame; none: the rule itself.
        group: Option<Arc<str>>,
    },
    /// It is not in force at this time, or a group around it is not.
    Inactive {
        /// The group to blame; none: the rule itself.
        group: Option<Arc<str>>,
        /// In force from.
        from: Option<String>,
        /// In force until, exclusive.
        until: Option<String>,
    },
    /// It is for other topics, or a group around it is.
    OtherTopic {
        /// The group to blame; none: the rule itself.
        group: Option<Arc<str>>,
        /// The topics it is for.
        topics: Vec<Arc<str>>,
    },
    /// A condition does not hold: its own, or one of a group around it.
    Condition {
        /// The group to blame; none: the rule itself.
        group: Option<Arc<str>>,
    },
    /// It would have matched, but in a `first` group around it an earlier alternative did.
    Struck {
        /// The group.
        group: Arc<str>,
        /// The alternative that won: a rule or a group.
        by: Arc<str>,
    },
    /// It would have matched, but a rule of higher rank says `stop`.
    Stopped {
        /// That rule.
        by: Arc<str>,
    },
}

/// A group of rules.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupTrace {
    /// Its name.
    pub name: Arc<str>,
    /// Where it is named.
    #[serde(serialize_with = "place")]
    pub span: Span,
    /// `first` or `all`.
    pub mode: &'static str,
    /// Its condition.
    pub condition: Option<Condition>,
    /// True if a rule within matched.
    pub matched: bool,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TableTrace {
    /// Its name.
    pub name: Arc<str>,
    /// Where it is named.
    #[serde(serialize_with = "place")]
    pub span: Span,
    /// False if the event was dropped, rejected or malformed before.
    pub reached: bool,
    /// What was looked for.
    pub inputs: Vec<ReadValue>,
    /// True if the key is the table's `default`, since there was none.
    pub by_default: bool,
    /// The rows in file order.
    pub rows: Vec<RowTrace>,
    /// What stands under `otherwise`.
    pub otherwise: Option<TargetTrace>,
    /// True if `otherwise` was chosen.
    pub fell_through: bool,
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RowTrace {
    /// Where it stands.
    #[serde(serialize_with = "place")]
    pub span: Span,
    /// Its key; none in a decision table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Json>,
    /// False if an earlier row had won already.
    pub reached: bool,
    /// True if it was chosen.
    pub chosen: bool,
    /// Its cells; none in a table with one key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    /// What it leads to.
    pub target: TargetTrace,
}

/// What a row leads to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TargetTrace {
    /// Whom it chooses.
    pub subscribers: Vec<Arc<str>>,
    /// The labels it sets.
    pub labels: Vec<Arc<str>>,
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
    /// Where its value stands.
    #[serde(serialize_with = "place")]
    pub span: Span,
}

/// A subscriber.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SubscriberTrace {
    /// The name.
    pub name: Arc<str>,
    /// True if it gets the event.
    pub gets: bool,
    /// What chose it: `topic:…`, `rule:…`, `table:…`, `defaults.…`, in the order of the stages.
    pub chosen_by: Vec<String>,
    /// The rules that took it away.
    pub excluded_by: Vec<Arc<str>>,
    /// Where its declaration stands.
    #[serde(serialize_with = "maybe_place", skip_serializing_if = "Option::is_none")]
    pub declared: Option<Span>,
    /// Its filter.
    pub filter: Option<Condition>,
    /// The lists under `defaults` that name it: `always`, `unrouted`, `dropped`, `rejected`.
    pub defaults: Vec<&'static str>,
}

impl Condition {
    /// The parts that decided it. Where it does not hold: of `all` the first that failed, of `any` every one, of `not` the
    /// one that held; each followed down to what can be followed no further. Where it holds, the other way round.
    pub fn why(&self) -> Vec<&Condition> {
        let mut out = Vec::new();
        self.blame(self.held, &mut out);
        out
    }

    /// Collects what is to blame for its being `held`.
    fn blame<'c>(&'c self, held: bool, out: &mut Vec<&'c Condition>) {
        let guilty = |part: &&Condition| part.held == held;
        match (self.kind, held) {
            (ConditionKind::Leaf, _) => out.push(self),
            (ConditionKind::Not, _) => self.parts.iter().for_each(|part| part.blame(!held, out)),
            // One part decided it: an `all` that failed, an `any` that held.
            (ConditionKind::All, false) | (ConditionKind::Any, true) => {
                self.parts.iter().find(guilty).into_iter().for_each(|part| part.blame(held, out));
            }
            // All of them did.
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
