//! The decision graph: a rule set compiled so that the cost of an event depends on what it matches, not on the number of rules.
//!
//! ```text
//! RuleSet ── compile ──▶ DecisionGraph
//!
//!   bytes ─ scan ─▶ slots ─▶ values ─▶ indexes ─▶ candidates ─▶ conditions ─▶ effects ─▶ Outcome
//!                  (trie)   (shared)  (one for   (access       (hash-consed, (of rules
//!                                      a value)   predicates)   lazy)         and rows)
//! ```
//!
//! * A **slot** is a path of the raw event that something reads. All slots are found in one scan.
//! * A **value** is a slot or a computed expression. It is evaluated at most once for an event, and only on demand.
//! * A **condition** is a boolean DAG in negation normal form whose leaves are tests `value op constant` (see [`crate::logic`]).
//! * An **index** finds all tests of one value that hold: a hash map for equality, sorted bounds for ranges, a hash table by
//!   length for prefixes and suffixes, one automaton for substrings.
//! * A **candidate** is a rule or a row of a decision table. It is filed under the access predicate that is hit most rarely. A
//!   hit considers it, and tests only what the hit has not proved of its condition. A candidate that matches by default
//!   (`!=`, `!exists`) is in a bit set, and a hit of a negated test clears the bits of a word at once.
//! * An **effect** is the result of a matching rule or row.
//!
//! The graph is a value: it holds no text, file, clock or thread. The state that changes from event to event is in [`Scratch`].

mod access;
mod bits;
mod budget;
mod builder;
mod cache;
mod candidates;
mod chosen;
mod compile;
mod destinations;
mod effects;
mod envelope;
mod evaluator;
mod filters;
mod index;
mod labels;
mod names;
mod outcome;
mod pairs;
mod placement;
mod posting;
mod readers;
mod requirement;
mod requirers;
mod routing;
mod schemas;
mod scratch;
mod slots;
mod stages;
mod strings;
mod subscribers;
mod tables;
#[cfg(test)]
mod tests;
mod topics;
mod transforms;

pub(crate) use budget::Thresholds;
pub(crate) use compile::compile;
pub(crate) use names::Names;
pub(crate) use names::json_string;
pub(crate) use outcome::{Outcome, SentEvent, SentTo};
pub(crate) use scratch::{Scratch, State};
pub(crate) use stages::{Reading, decide, drop_empty, refuse};

use crate::decision::Status;
use crate::event::Trie;
use crate::expr::{Budget, PathId};
use crate::logic::{Conditions, NodeId, ValueId, Values};
use crate::lookup::Lookup;
use crate::rules::{Defaults, Name, RuleSet};
use crate::split::{self, Splitter};
use jiff::tz::TimeZone;
use std::sync::Arc;

/// A compiled rule set.
#[derive(Debug)]
pub(crate) struct DecisionGraph {
    /// `name@version` of the rule set.
    pub(crate) version: Arc<str>,
    /// The same as a JSON string.
    pub(crate) version_json: Box<[u8]>,
    zone: TimeZone,
    /// Subscribers, sorted by name, so that their numbers are sorted like their names.
    pub(crate) subscribers: Names,
    /// Rules by rank.
    pub(crate) rules: Names,
    trie: Trie,
    envelope: envelope::EnvelopePlan,
    sources: envelope::PathSources,
    readers: readers::Readers,
    values: Values,
    conditions: Conditions,
    defines: Vec<labels::CasesPlan>,
    /// By named value: its value.
    define_values: Vec<ValueId>,
    lookups: Vec<Lookup>,
    topics: topics::Topics,
    candidates: candidates::Candidates,
    effects: effects::Effects,
    indexes: index::Indexes,
    pairs: pairs::Pairs,
    filters: Vec<filters::FilterPlan>,
    schemas: Vec<schemas::SchemaPlan>,
    tables: Vec<tables::TablePlan>,
    subscriber_filters: Vec<Option<NodeId>>,
    /// Declared subscribers by name, for expressions that choose subscribers.
    declared: strings::StringTable<u32>,
    /// Labels by number.
    pub(crate) labels: labels::Labels,
    requirements: requirement::TypeRequirements,
    defaults: DefaultsPlan,
    /// How many groups there are.
    groups: usize,
    transforms: Option<Box<transforms::TransformPlan>>,
    /// Whether a decision may depend on the clock.
    reads_clock: bool,
    /// The errors of an event without a topic: for a plain layout, and for a CloudEvent.
    no_topic: [Box<str>; 2],
    budgets: budget::BudgetPlan,
    /// Only if several events may be in one line.
    pub(crate) split: Option<Box<SplitPlan>>,
}

/// How lines are split into events.
#[derive(Debug)]
pub(crate) struct SplitPlan {
    pub(crate) splitter: Splitter,
    /// The content of decisions on lines with an empty list.
    dropped_by: filters::FilterPlan,
}

impl SplitPlan {
    fn new(rules: &RuleSet) -> Option<Box<SplitPlan>> {
        let splitter = Splitter::new(&rules.split, &rules.paths)?;
        let (name, json) = (split::NAME.into(), json_string(split::NAME));
        let dropped_by = filters::FilterPlan { name, json, drop: true, condition: NodeId::TRUE };
        Some(Box::new(SplitPlan { splitter, dropped_by }))
    }
}

impl DecisionGraph {
    /// The sizes of events that cannot exceed a budget.
    pub(crate) fn thresholds(&self, budget: Budget) -> Thresholds {
        self.budgets.thresholds(&self.values, &self.sources, budget)
    }
}

/// The subscribers under `defaults:` that events of each status are added to, by number, sorted.
#[derive(Debug, Default)]
struct DefaultsPlan {
    routed: Vec<u32>,
    unrouted: Vec<u32>,
    dropped: Vec<u32>,
    rejected: Vec<u32>,
}

impl DefaultsPlan {
    fn new(rules: &RuleSet, subscribers: &Names) -> DefaultsPlan {
        let Defaults { always, unrouted, dropped, rejected } = &rules.defaults;
        let numbers = |names: &[&[Name]]| subscribers.numbers(names.iter().copied().flatten().map(|name| &name.text));
        DefaultsPlan {
            routed: numbers(&[always]),
            unrouted: numbers(&[always, unrouted]),
            dropped: numbers(&[dropped]),
            rejected: numbers(&[rejected]),
        }
    }

    fn of(&self, status: Status) -> &[u32] {
        match status {
            Status::Routed => &self.routed,
            Status::Unrouted => &self.unrouted,
            Status::Dropped => &self.dropped,
            Status::Rejected | Status::Malformed => &self.rejected,
        }
    }
}

/// The position of a path in a table of all paths.
fn at(path: PathId) -> usize {
    path.0 as usize
}
