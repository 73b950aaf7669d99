//! The decision graph: a rule set compiled so that an event costs what it matches, not how many rules there are.
//!
//! ```text
//! RuleSet ── compile ──▶ DecisionGraph
//!
//!   bytes ─ scan ─▶ slots ─▶ values ─▶ indexes ─▶ candidates ─▶ conditions ─▶ targets ─▶ Outcome
//!                  (trie)   (shared)  (one for   (access       (hash-consed,  (rules and
//!                                      a value)   predicates)   lazy)          rows)
//! ```
//!
//! * A **slot** is a path of the raw event that something reads; all slots are found in one scan.
//! * A **value** is a slot or a computed expression, worked out at most once for an event and only if asked for.
//! * A **condition** is a boolean DAG in negation normal form whose leaves are tests `value op constant`; equal conditions
//!   are one node, however many rules have them.
//! * An **index** answers, for one value, which tests on it hold: a hash map for equality, sorted bounds for ranges, hashed
//!   lengths for prefixes and suffixes, one automaton for substrings.
//! * A **target** is what a condition leads to: a rule, or a row of a decision table. It is registered under the access
//!   predicate that is hit most rarely, and what such a hit does not prove of its condition is looked at only then. A target that holds by default
//!   (`!=`, `!exists`) stands in a bit set, and the hits of its tests take it away, as many as there are in a word at once.
//!
//! The graph is a value: it knows no text, no file, no clock and no thread. What changes from event to event is in
//! [`Scratch`].

mod access;
mod bits;
mod budget;
mod cache;
mod compile;
mod condition;
mod demand;
mod index;
mod interval;
mod labels;
mod layout;
mod literal;
mod lowering;
mod names;
mod outcome;
mod pairs;
mod posting;
mod register;
mod run;
mod schemas;
mod scratch;
mod settle;
mod slots;
mod strings;
mod targets;
#[cfg(test)]
mod tests;
mod topics;
mod transforms;
mod values;

pub(crate) use budget::Thresholds;
pub(crate) use compile::compile;
pub(crate) use names::Names;
pub(crate) use names::json_string;
pub(crate) use outcome::{Outcome, SentEvent, SentTo};
pub(crate) use scratch::{Scratch, State};
#[cfg(feature = "pipeline")]
pub(crate) use settle::refuse;
pub(crate) use settle::{Reading, decide};

use crate::event::{Trie, Type};
use crate::expr::PathId;
use crate::lookup::Lookup;
use condition::Conditions;
use jiff::tz::TimeZone;
use std::sync::Arc;
use values::Values;

/// A compiled rule set.
#[derive(Debug)]
pub(crate) struct DecisionGraph {
    /// `name@version` of the rule set.
    pub(crate) version: Arc<str>,
    /// The same as a JSON string.
    pub(crate) version_json: Box<[u8]>,
    zone: TimeZone,
    /// Subscribers, sorted by name: their order is the order of their numbers.
    pub(crate) subscribers: Names,
    /// Rules by rank.
    pub(crate) rules: Names,
    trie: Trie,
    layout: layout::LayoutPlan,
    values: Values,
    conditions: Conditions,
    defines: Vec<labels::CasesPlan>,
    lookups: Vec<Lookup>,
    topics: topics::Topics,
    targets: targets::Targets,
    indexes: index::Indexes,
    pairs: pairs::Pairs,
    filters: Vec<FilterPlan>,
    schemas: Vec<schemas::SchemaPlan>,
    tables: Vec<targets::TablePlan>,
    subscriber_filters: Vec<Option<condition::NodeId>>,
    /// Labels by number.
    pub(crate) labels: labels::Labels,
    demands: demand::Demands,
    defaults: DefaultsPlan,
    /// By slot: the paths that read it, with what is to be done for each.
    readers: Vec<Box<[Reader]>>,
    /// Indexes of values that are no slots, asked for every event.
    computed_indexes: Vec<u32>,
    /// Paths with demands that are no slots.
    suspicious_roots: Vec<PathId>,
    /// By named value: the value of it.
    define_values: Vec<values::ValueId>,
    /// How many groups there are.
    groups: usize,
    transforms: Option<Box<transforms::TransformPlan>>,
    /// Whether a decision may depend on the clock.
    reads_clock: bool,
    /// Why an event without a topic is malformed: one that is laid out by expressions, and a CloudEvent.
    no_topic: [Box<str>; 2],
    budgets: budget::BudgetPlan,
}

impl DecisionGraph {
    /// From which size on an event can use up a budget.
    pub(crate) fn thresholds(&self, budget: crate::expr::Budget) -> Thresholds {
        self.budgets.thresholds(&self.values, &self.layout, budget)
    }
}

/// A filter of the whole rule set.
#[derive(Debug)]
pub(crate) struct FilterPlan {
    pub(crate) name: Arc<str>,
    /// The same as a JSON string.
    pub(crate) json: Box<[u8]>,
    drop: bool,
    condition: condition::NodeId,
}

/// A path that reads a slot.
#[derive(Clone, Copy, Debug)]
struct Reader {
    path: PathId,
    /// If it reads the slot under a choice alone: which.
    choice: Option<(layout::Part, usize)>,
    /// The number of its index.
    index: Option<u32>,
    /// The types that call for a look at its demands.
    suspicious: Type,
}

/// Who gets events whatever the rules say, by number, sorted.
#[derive(Debug, Default)]
struct DefaultsPlan {
    always: Vec<u32>,
    unrouted: Vec<u32>,
    dropped: Vec<u32>,
    rejected: Vec<u32>,
}

/// The number of a path's position in a table.
fn at(path: PathId) -> usize {
    path.0 as usize
}
