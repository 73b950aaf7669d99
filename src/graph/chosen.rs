//! The subscribers of one event that expressions choose.

use super::destinations::DestinationPlan;
use super::outcome::Outcome;
use super::routing::Routing;
use crate::decision::{Requirer, TypeError, add_errors};
use crate::rules::{choose_by_value, distinct_errors};

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
        if !outcome.has_reports() {
            return;
        }
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
