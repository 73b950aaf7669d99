//! The tools for building the parts of a graph: the lowering of expressions, and the numbers of names.

use super::destinations::DestinationPlan;
use super::names::Names;
use crate::expr::Typed;
use crate::logic::{Lowering, ValueId};
use crate::rules::{Destination, Name, RuleSet};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Builds the parts of the graph of one rule set.
pub(super) struct Builder<'r> {
    pub(super) rules: &'r RuleSet,
    pub(super) lowering: Lowering<'r>,
    /// All subscribers, sorted.
    pub(super) subscribers: Names,
    /// The names of all labels, sorted.
    pub(super) labels: Names,
}

impl<'r> Builder<'r> {
    pub(super) fn new(rules: &'r RuleSet) -> Builder<'r> {
        Builder {
            rules,
            lowering: Lowering::new(&rules.defines),
            subscribers: Names::new(rules.subscriber_names()),
            labels: Names::new(labels(rules)),
        }
    }

    /// The numbers of subscribers, sorted.
    pub(super) fn subscriber_numbers(&self, names: &[Name]) -> Box<[u32]> {
        self.subscribers.numbers(names.iter().map(|name| &name.text)).into()
    }

    /// The expressions of a rule or a row that choose subscribers.
    pub(super) fn destinations(&mut self, destinations: &[Destination]) -> Box<[DestinationPlan]> {
        let values = &mut self.lowering.values;
        let plan = |one: &Destination| DestinationPlan { value: values.intern(&one.value), text: one.text.clone() };
        destinations.iter().map(plan).collect()
    }

    /// Labels that a rule or a row sets: their numbers and values.
    pub(super) fn label_values(&mut self, labels: &[(Name, Typed)]) -> Box<[(u32, ValueId)]> {
        let number = |name: &Name| self.labels.number(&name.text);
        let values = &mut self.lowering.values;
        labels.iter().filter_map(|(name, value)| Some((number(name)?, values.intern(value)))).collect()
    }
}

/// All labels that are set anywhere.
fn labels(rules: &RuleSet) -> BTreeSet<Arc<str>> {
    let of_rules = rules.rules.iter().flat_map(|rule| &rule.labels);
    let of_rows = rules.tables.iter().flat_map(|table| table.targets()).flat_map(|target| &target.labels);
    let set = of_rules.chain(of_rows).map(|(name, _)| name);
    set.chain(rules.labels.iter().map(|label| &label.name)).map(|name| name.text.clone()).collect()
}
