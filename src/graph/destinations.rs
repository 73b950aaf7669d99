//! Expressions that choose subscribers from the event.

use super::names::Names;
use super::strings::StringTable;
use crate::logic::ValueId;
use crate::rules::{RuleSet, Table};
use std::sync::Arc;

/// An expression that chooses subscribers.
#[derive(Debug)]
pub(crate) struct DestinationPlan {
    pub(crate) value: ValueId,
    /// As it is written.
    pub(crate) text: Arc<str>,
}

/// The numbers of the declared subscribers by name; empty if no expression chooses subscribers.
pub(super) fn declared(rules: &RuleSet, subscribers: &Names) -> StringTable<u32> {
    let of_rules = rules.rules.iter().map(|rule| &rule.destinations);
    let of_rows = rules.tables.iter().flat_map(Table::targets).map(|target| &target.destinations);
    if of_rules.chain(of_rows).all(Vec::is_empty) {
        return StringTable::new(std::iter::empty());
    }
    let number = |name: &Arc<str>| Some((name.clone(), subscribers.number(name)?));
    let numbers: Vec<(Arc<str>, u32)> = rules.subscribers.keys().filter_map(number).collect();
    StringTable::new(numbers.iter().map(|(name, number)| (&**name, *number)))
}
