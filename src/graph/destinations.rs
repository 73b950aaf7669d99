//! Subscribers that expressions choose from the event.

use super::names::Names;
use super::outcome::Outcome;
use super::routing::Routing;
use super::strings::StringTable;
use crate::decision::{Requirer, TypeError, add_errors};
use crate::logic::ValueId;
use crate::rules::{RuleSet, Table, choose_by_value, distinct_errors};
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

impl<'a> Routing<'_, 'a, '_> {
    /// Chooses the subscribers that expressions give.
    pub(super) fn choose_destinations(
        &mut self,
        destinations: &[DestinationPlan],
        requirer: impl Fn() -> Requirer,
        outcome: &mut Outcome<'a>,
    ) {
        for destination in destinations {
            let requirer = requirer();
            let value = self.evaluator.value(destination.value);
            let state = &mut *self.evaluator.state;
            let known = &self.evaluator.graph.declared;
            let reports = outcome.reports_mut();
            let errors = choose_by_value(&destination.text, value, &requirer, &mut |name| {
                let Some(number) = known.get(name) else { return false };
                state.choose(std::slice::from_ref(number));
                let by = reports.chosen_by.entry(*number).or_default();
                if by.last() != Some(&requirer) {
                    by.push(requirer.clone());
                }
                true
            });
            state.undeclared |= errors.iter().any(|error| error.expected == TypeError::DECLARED);
            reports.errors.extend(errors);
        }
    }

    /// Merges errors, and forgets where subscribers came from that rules exclude.
    pub(super) fn finish_destinations(&mut self, outcome: &mut Outcome<'a>) {
        if !outcome.errors().is_empty() {
            let errors = &mut outcome.reports_mut().errors;
            let all = distinct_errors(std::mem::take(errors));
            add_errors(errors, all);
        }
        if outcome.chosen_by().is_some() {
            let state = &*self.evaluator.state;
            outcome.reports_mut().chosen_by.retain(|number, _| state.is_chosen_or_filtered(*number));
        }
    }
}
